"""The page to print: every sheet on it, links within it, pictures inside, two pages of paper sizes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from fabplan.exporters import print_page
from tests.exporters.sample_plan import infected, sample_plan

PLAN = sample_plan()
PAGE = print_page.export(PLAN)["recipes/print.html"].decode()


class Reader(HTMLParser):
    """Tags with attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_sheet_is_on_it_and_links_stay_on_the_page() -> None:
    tags = Reader(PAGE).found
    ids = {a["id"] for tag, a in tags if tag == "section"}
    assert len(ids) == len(PLAN.steps) + 2 and {"traveler", "bring-up"} <= ids
    within = [a["href"] for tag, a in tags if tag == "a" and str(a.get("href", "")).startswith("#")]
    assert len(within) >= 2 * len(ids) - 2 and {str(h)[1:] for h in within} <= ids  # type: ignore[comparison-overlap]
    assert not [a["href"] for tag, a in tags if tag == "a" and str(a["href"]).endswith(".md")]
    for step in PLAN.steps:
        assert PAGE.count(step.title) >= 2
    assert "☐" in PAGE and "________" in PAGE


def test_pictures_are_inside() -> None:
    sources = [str(a["src"]) for tag, a in Reader(PAGE).found if tag == "img"]
    assert sources
    for source in sources:
        kind, _, data = source.partition(";base64,")
        assert kind == "data:image/svg+xml"
        assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "</td></table><img src=x onerror=alert(1)>", "[x](javascript:a)"]
)
def test_names_stay_text(payload: str) -> None:
    bad = print_page.export(infected(PLAN, payload))["recipes/print.html"].decode()
    kinds = [{tag for tag, _ in Reader(text).found} for text in (PAGE, bad)]
    assert kinds[1] <= kinds[0] and "script" not in kinds[1]
    for tag, attributes in Reader(bad).found:
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "img" or str(attributes["src"]).startswith("data:image/svg+xml;base64,")
        assert not str(attributes.get("href", "")).startswith("javascript:")


@pytest.mark.slow
def test_it_prints_on_both_papers(oracle: Callable[[str], Any], tmp_path: Path) -> None:
    from tests.browser.chromium import browser as opened

    path = tmp_path / "print.html"
    path.write_text(PAGE, encoding="utf-8")
    with opened(oracle("chromium")) as page:
        page.open(path)
        for wide, high in ((8.27, 11.69), (8.5, 11.0)):
            data = page.call("Page.printToPDF", paperWidth=wide, paperHeight=high, preferCSSPageSize=False)["data"]
            sheets = len(re.findall(rb"/Type /Page\b(?!s)", base64.b64decode(data)))
            assert len(PLAN.steps) + 2 <= sheets <= 6 * (len(PLAN.steps) + 2)
            page.media(medium="print")
            body = "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
            assert page.run(body) <= 1  # nothing hangs out at the right
        assert page.problems == []
