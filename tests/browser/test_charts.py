"""Plots, tables and paper in a real browser."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from tests.browser.chromium import Browser
from tests.exporters.sample_plan import infected, sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
PLOT = "[data-name=discharge] svg"
HOVER = "(document.querySelector('[data-name=discharge] .hover text') || {textContent: ''}).textContent"


def test_hover_shows_values_of_the_curve(page: Opener) -> None:
    opened = page(PLAN)
    opened.middle(PLOT)
    x, y = opened.run(
        f"(() => {{ const s = document.querySelector('{PLOT}');"
        " const d = s.querySelector('path.curve').getPointAtLength(200);"
        " const p = new DOMPoint(d.x, d.y).matrixTransform(s.getScreenCTM()); return [p.x, p.y]; })()"
    )
    opened.mouse("Moved", x, y)
    found = re.fullmatch(r"(.+)C: ([\d.]+) µAh, ([\d.]+) V", opened.run(HOVER))
    assert found
    capacity, voltage = float(found[2]), float(found[3])
    curve = next(c for c in PLAN.curves if f"{c['c_rate']:.3g}" == found[1])
    assert any(
        capacity == pytest.approx(q * 1e6, rel=1e-3, abs=1e-6) and voltage == pytest.approx(v, rel=1e-3)
        for q, v in zip(curve["capacity_Ah"], curve["voltage_V"], strict=True)
    )


def test_arrow_keys_go_through_the_points(page: Opener) -> None:
    opened = page(PLAN)
    opened.run(f"document.querySelector('{PLOT}').focus()")
    opened.key("ArrowRight")
    first = opened.run(HOVER)
    opened.key("ArrowRight")
    assert first.startswith("0.2C: 0 µAh") and opened.run(HOVER) != first
    opened.key("ArrowDown")
    assert opened.run(HOVER).startswith("1C:")


def test_plots_are_saved_as_svg_and_csv(page: Opener) -> None:
    opened = page(PLAN)
    svg = opened.run(f"fab.charts.alone(document.querySelector('{PLOT}'))")
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "var(" not in svg and "class=" not in svg
    assert len([p for p in root.iter() if p.get("stroke") == "rgb(31, 94, 168)"]) >= 2
    rows = list(csv.reader(io.StringIO(opened.run("fab.charts.table(fab.charts.data.discharge)"))))
    assert rows[0] == ["curve", "capacity / µAh", "voltage / V"]
    assert len(rows) == 1 + sum(len(c["capacity_Ah"]) for c in PLAN.curves) and {len(row) for row in rows} == {3}
    saved: list[str] = []
    opened.run("fab.save = (name, type, text) => { window.saved = [name, type, text.length]; }")
    for name in opened.run("[...document.querySelectorAll('figure[data-name]')].map((f) => f.dataset.name)"):
        opened.press(f"[data-name={name}] .below button")
        saved.append(opened.run("window.saved[0]"))
    names = ("layout", "section", "solid", "printing", "discharge", "ragone", "candidates")
    assert saved == [f"sample-{n}.svg" for n in names]


def test_tables_sort_by_value(page: Opener) -> None:
    opened = page(PLAN)
    times = "[...document.querySelectorAll('#made tbody tr')].map((r) => fab.tables.text(r.cells[4]))"
    opened.press("#made thead th:nth-child(5) button")
    shown = opened.run(times)
    order = sorted(s.duration for s in PLAN.steps if s.duration is not None)
    values = opened.run(f"{times}.map(fab.tables.number)")[: len(order)]
    assert values == pytest.approx(order, rel=0.02) and shown[-1] == "calibrate"
    opened.press("#made thead th:nth-child(5) button")
    assert opened.run(times)[0] == "calibrate"
    assert opened.run("document.querySelector('#made thead th:nth-child(5)').getAttribute('aria-sort')") == "descending"


@pytest.mark.parametrize(
    ("text", "value"),
    [("7.65 ks", 7650), ("1.32 d", 114048), ("−3.2×10⁻⁴", -3.2e-4), ("50 µm", 5e-5), ("0.2 mm²", 2e-7),
     ("4.35 kΩ", 4350), ("16 %", 16), ("5 min", 300), ("3 m", 3)],
)  # fmt: skip
def test_values_are_read_with_their_unit(chromium: Browser, page: Opener, text: str, value: float) -> None:
    opened = page(PLAN)
    assert opened.run(f"fab.tables.number('{text}')") == pytest.approx(value)


def test_a_copied_table_is_csv_without_formulas(page: Opener) -> None:
    finding = dataclasses.replace(PLAN.findings[0], message='=HYPERLINK("x","y")', where="+cmd|' /C calc'!A0")
    opened = page(dataclasses.replace(PLAN, findings=(finding, *PLAN.findings)))
    text = opened.run("fab.tables.csv(document.querySelector('#verdict table'))")
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1 and len(rows) == 1 + len(PLAN.findings) + 1
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r-]", cell)]


@pytest.mark.parametrize(("width", "height"), [(8.27, 11.69), (8.5, 11.0)], ids=["A4", "Letter"])
def test_it_prints(page: Opener, width: float, height: float) -> None:
    opened = page(PLAN)
    answer = opened.call("Page.printToPDF", paperWidth=width, paperHeight=height, printBackground=True)
    data = base64.b64decode(answer["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    assert data.startswith(b"%PDF") and 3 <= pages <= 12
    opened.size(int(width * 96 - 100), 1000)
    opened.media("light", "print")
    assert opened.run("document.documentElement.scrollWidth") <= width * 96 - 100
    assert not opened.run("[...document.querySelectorAll('.tools, .copy, nav')].some((e) => e.checkVisibility())")
    opened.media("light")


PAYLOADS = (
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "</title></svg></style></script><script>alert(1)</script>", "javascript:alert(1)", "{{ 7*7 }}{% if 1 %}",
    'doi:10.1234/a"><script>alert(1)</script>', "<!--<script>", "]]></script>", "\u2028alert(1)\u2029",
    "\\u003cscript>",
    "</scr\u0000ipt><svg onload=alert(1)>",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_run_nothing_in_any_view(page: Opener, payload: str) -> None:
    """The fixture fails on dialogs, console messages and requests."""
    opened = page(infected(PLAN, payload))
    count = "[...document.querySelectorAll('script, img, iframe, object, embed')].length"
    assert opened.run(count) == 10 + 5  # scripts and blocks of data
    opened.run("fab.layout.marks.forEach((mark) => fab.layout.jump(mark.number))")
    opened.run("fab.player.go(1)")
    opened.run(f"document.querySelector('{PLOT}').focus()")
    opened.key("ArrowRight")
    for step in range(3):
        opened.choose(".film [data-do=step]", step, "input")
    handlers = "[...e.attributes].some((a) => a.name.startsWith('on'))"
    assert (
        opened.run(f"[...document.querySelectorAll('*')].filter((e) => {handlers}).length") == 0
        and opened.run(count) == 15
    )


def test_nothing_foreign_could_run(page: Opener, chromium: Browser) -> None:
    """The policy blocks a script that comes in later; the tests above would see it."""
    opened = page(PLAN)
    opened.run(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s); })()"
    )
    assert opened.run("window.broken") is None and any("Content Security Policy" in p for p in chromium.problems)
    chromium.problems.clear()
