"""The pages of ``fabplan estimate --vary`` and ``fabplan compare`` in a real browser."""

from __future__ import annotations

from pathlib import Path

from fabplan.exporters import _comparison_page, _designs_page
from fabplan.planner.spec import parse
from fabplan.planner.structures import Comparison, Contender
from tests.browser.chromium import Browser
from tests.exporters.sample_plan import sample_plan
from tests.exporters.test_designs_page import FOUND

#: cells of numbers whose note does not say how sure they are
UNSAID = (
    r"[...document.querySelectorAll('td.n')].filter((c) => /\d/.test(c.textContent))"
    r".filter((c) => !/confidence:? (high|medium|low|that of)/.test(fab.notes.text(c))).map((c) => c.textContent)"
)


def compared() -> bytes:
    """Two structures that can and one that cannot."""
    counts = {"confidence": "low", "masks": 2, "programs": 0, "steps": 9}
    figures = dict.fromkeys(_comparison_page.FIGURES, 2.0) | counts
    plan = sample_plan()
    ones = [Contender(n, n, n, plan, None, {**figures, "height_m": h}, ()) for n, h in (("comb", 1e-5), ("wall", 3e-4))]
    other = Contender("wire", "wire", "Wire", None, None, {}, ("too <small>",))
    asked = {"target": {"capacity": "2 uAh"}, "footprint": {"size": "5 mm x 5 mm"}}
    return _comparison_page.page(Comparison(parse(asked, "x"), (*ones, other), ()))


def opened(chromium: Browser, page: bytes, tmp_path: Path) -> Browser:
    path = tmp_path / "page.html"
    path.write_bytes(page)
    chromium.size(1200, 900)
    chromium.problems.clear()
    chromium.open(path)
    return chromium


def explored(found: Browser) -> list[str]:
    """Hover every plot and sort the first table: what the plots say."""
    said = []
    for k in range(found.run("document.querySelectorAll('figure[data-name] svg').length")):
        svg = f"document.querySelectorAll('figure[data-name] svg')[{k}]"
        found.run(f"{svg}.focus()")
        found.key("ArrowRight")
        said.append(found.run(f"{svg}.querySelector('.hover text').textContent"))
    found.press("thead th:last-child button")
    assert found.run("document.querySelector('thead th:last-child').getAttribute('aria-sort')") == "ascending"
    assert found.problems == []
    return said


def test_designs(chromium: Browser, tmp_path: Path) -> None:
    said = explored(opened(chromium, _designs_page.page(FOUND), tmp_path))
    assert said == ["best design: 10 µm, 3000 µWh/cm²"]
    assert chromium.run(UNSAID) == []


def test_compared_structures(chromium: Browser, tmp_path: Path) -> None:
    found = opened(chromium, compared(), tmp_path)
    said = explored(found)
    assert len(said) == found.run("document.querySelectorAll('figure[data-name]').length") >= 4
    assert all(": " in text and ", " in text for text in said)
    assert found.run(UNSAID) == []
    found.run("document.querySelector('tbody th .o').remove()")  # the energy of the first structure is sourced by it
    assert len(found.run(UNSAID)) > 2
