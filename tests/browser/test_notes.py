"""Every number of the report says where it is from: on hover, by keyboard, by touch and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fabplan import rendering
from fabplan.catalog.loader import load
from fabplan.exporters import report
from fabplan.planner import run
from fabplan.planner.plan import Plan
from tests.browser.chromium import Browser
from tests.exporters.sample_plan import sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
SPECS = ("interdigital-3d-filament", "laminated-thin-film", "planar-interdigital-on-chip")
TIP = "fab.notes.tip.hidden ? '' : fab.notes.tip.textContent"
#: a number with a unit: prefix, unit, power; also shares and temperatures
UNIT = (
    r"\d[\s\u202f]?(?:×10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+[\s\u202f])?"
    r"(?:1\/s|[pnµmckM]?(?:m|J|Ah|Wh|A|V|W|Ω|s|L|g|Pa|C|mol|S|sq)[²³]?|°C|°|%|h|d|min|K|rpm)(?![A-Za-z])"
)
#: all text of the page that holds such a number, and every cell of a column of numbers: what it is, what its note says
WALK = (
    r"(() => { const unit = /" + UNIT + r"/, found = [];"
    r"""
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, at = node.parentElement, cell = at.closest('td.n');
      if (at.closest('svg, .tools, .viewer, .notes, #files, script, style, code, .o')) continue;
      if (at.closest('#made td:first-child')) continue; // numbers of the steps
      const united = unit.test(node.data);
      if (united || (cell && /\d/.test(node.data))) {
        found.push([node.data.trim(), united, at.closest('.pure') !== null, fab.notes.text(node)]);
      }
    }
    return found; })()"""
)
SOURCED = re.compile(r"confidence:? (high|medium|low|that of the values)|^(high|medium|low); \S")


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    catalog = load(())
    return {name: run.plan(name, {}, (), catalog) for name in SPECS}


def walked(opened: Browser) -> list[tuple[str, bool, bool, str]]:
    """Every number of the page: its text, whether a unit stands behind it, whether it has none, its note."""
    return [tuple(entry) for entry in opened.run(WALK)]  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_every_number_has_unit_source_and_confidence(page: Opener, plans: dict[str, Plan], name: str) -> None:
    opened = page(plans[name])
    numbers = walked(opened)
    assert len(numbers) > 300
    assert [text for text, _, _, note in numbers if not SOURCED.search(note)] == []
    assert [text for text, united, pure, _ in numbers if not united and not pure] == []
    # What has no unit is a number without one in the plan too, and not one whose unit was forgotten.
    plan = plans[name]
    counts = {i.quantity.value for i in plan.inputs if not i.quantity.unit}
    counts |= {p.value for p in plan.parameters.values() if not p.unit}
    counts |= {value for f in plan.findings if not f.unit for value in (f.measured, f.allowed)}
    counts |= {plan.estimate["n_p_ratio"], *(rate["salt_depletion"] for rate in plan.estimate["rates"])}
    shown = {f"{value:.3g}" for value in counts if value is not None}
    for text, united, pure, _ in numbers:
        if pure and not united and re.fullmatch(r"[\d.]+", text):
            assert f"{float(text):.3g}" in shown, text


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_sizes(plans: dict[str, Plan], name: str) -> None:
    """400 kB without the view in three dimensions, 1.2 MB with it."""
    text = report.export(plans[name])["report.html"].decode()
    solid = r'<figure class="solid".*?</figure>|<script type="application/json" id="solid-data">.*?</script>'
    plain = re.sub(solid, "", text, flags=re.S).encode()
    assert len(plain) - len(rendering.render("report/scripts/solid.js").encode()) < 400_000
    assert len(text.encode()) < 1_200_000


def test_a_number_without_mark_would_be_seen(page: Opener) -> None:
    opened = page(PLAN)
    assert [text for text, _, _, note in walked(opened) if not SOURCED.search(note)] == []
    opened.run("document.querySelector('.facts .o').remove()")
    assert [text for text, _, _, note in walked(opened) if not SOURCED.search(note)] != []


def test_hover_focus_and_escape(page: Opener) -> None:
    opened = page(PLAN)
    opened.mouse("Moved", *opened.middle(".facts dd"))
    opened.settle(0.3)
    assert "Computed by the estimator" in opened.run(TIP) and "confidence low" in opened.run(TIP)
    opened.key("Escape")
    assert opened.run(TIP) == ""
    opened.run("document.querySelector('#cell .o').focus()")
    assert "Worked out by the planner" in opened.run(TIP) or "Measured" in opened.run(TIP)
    described = opened.run("document.getElementById(document.activeElement.getAttribute('aria-describedby')).id")
    assert described.startswith("o")
    row = opened.middle("#numbers tbody td.n")
    opened.mouse("Moved", *row)
    opened.settle(0.3)
    assert opened.run(TIP).partition(";")[0].strip() in ("high", "medium", "low") or "without unit" in opened.run(TIP)


def test_touch(page: Opener) -> None:
    opened = page(PLAN, width=390, height=844, phone=True)
    opened.call("Emulation.setTouchEmulationEnabled", enabled=True)
    x, y = opened.middle(".facts dd")
    opened.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    opened.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    opened.settle(0.2)
    assert "Computed by the estimator" in opened.run(TIP)
    assert opened.run("document.documentElement.scrollWidth") <= 390
    opened.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_on_paper_the_marks_lead_to_a_numbered_list(page: Opener) -> None:
    opened = page(PLAN)
    opened.media("light", "print")
    seen = "[...document.querySelectorAll('{}')].every((e) => e.checkVisibility())"
    assert opened.run(seen.format(".facts .o")) and opened.run(seen.format("#origins li"))
    marks = opened.run("[...document.querySelectorAll('.o')].map((e) => [e.textContent, e.hash])")
    count = opened.run("document.querySelectorAll('#origins li').length")
    assert len(marks) > 40 and all(href == f"#o{n}" and 1 <= int(n) <= count for n, href in marks)
    opened.media("light")


def test_notes_need_no_script() -> None:
    text = report.export(PLAN)["report.html"].decode()
    numbers = set(re.findall(r'<a class="o" href="#o(\d+)"', text))
    assert numbers and numbers <= set(re.findall(r'<li id="o(\d+)"', text))
