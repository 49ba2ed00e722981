"""``report.html``: verdict first, pictures of what is there, nothing loaded, nothing that a name could run."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import _plots, _show, report
from fabplan.exporters._cut import intervals
from fabplan.exporters._picture import masks
from fabplan.exporters._printing import printing
from fabplan.exporters._section import section
from fabplan.exporters._sources import pieces
from fabplan.exporters._svg import number, region_path
from fabplan.geometry.region import Lattice, area, bounds, rectangle
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import comb, infected, sample_plan

PLAN = sample_plan()
PAGE = report.export(PLAN)["report.html"].decode()
# what the acceptance script asks of a report
LOADS = re.compile(
    r"""(\ssrc\s*=\s*["']?(https?:)?//|<link[^>]+href\s*=\s*["']?(https?:)?//|@import|url\(\s*["']?(https?:)?//)"""
)
LINKS = re.compile(r"#|https://doi\.org/10\.|recipes/|toolpaths/|plan\.json|bpx\.json")
VOID = {"meta", "input", "br", "img", "link", "base", "hr"}


class Page(HTMLParser):
    """Tags, attributes and nesting of a page."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


READ = Page(PAGE)


def test_well_formed() -> None:
    assert READ.wrong == [] and READ.open == []
    ids = READ.of("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in READ.of("href") if link.startswith("#")} <= set(ids)


def test_a_wrong_nesting_is_noticed() -> None:
    assert Page("<p><b></p></b>").wrong


def test_verdict_comes_first() -> None:
    order = re.findall(r'<section id="(\w+)"', PAGE)
    assert order == ["verdict", "cell", "delivers", "made", "instead", "numbers", "files"]
    marked = re.sub(r'<a class="o".*?</a>', "", PAGE)
    text = " ".join("".join(Page(marked).words).split())
    assert "2.9 µAh of capacity reached, 2.5 µAh asked at 0.2C: the target is met." in text
    assert "margin +16 % (5 % asked)" in text
    assert "The cathode limits the charge" in text and "electrolyte, 51.7 %" in text


def test_a_missed_target_is_said() -> None:
    missed = dataclasses.replace(PLAN, estimate={**PLAN.estimate, "capacity_Ah": 2.0e-6})
    text = report.export(missed)["report.html"].decode()
    assert "the target is missed" in text and "the target is met" not in text and "−20" in text


def test_the_asked_value_is_read_from_the_spec_too() -> None:
    estimate = {key: value for key, value in PLAN.estimate.items() if key != "target"}
    text = report.export(dataclasses.replace(PLAN, estimate=estimate))["report.html"].decode()
    assert "2.5\u202fµAh asked" in text


def test_everything_is_there() -> None:
    for finding in PLAN.findings:
        assert _show.prose(finding.message) in PAGE
    for step in PLAN.steps:
        assert step.title in PAGE and f'href="recipes/{step.number:02d}-{step.id}.md"' in PAGE
    for entry in PLAN.inputs:
        assert entry.what in PAGE
    for other in PLAN.alternatives:
        assert other.title in PAGE and _show.prose(other.reason) in PAGE
    assert "outside</span>" in PAGE and "inside</span>" in PAGE and "4 layers instead of 8" in PAGE
    assert PAGE.count("<svg") == 8 and PAGE.count("<title>") > 10
    assert READ.of("href").count("https://doi.org/10.1002/adma.201301036") >= 5


def test_nothing_is_loaded_and_only_our_scripts_run() -> None:
    assert not LOADS.search(PAGE)
    assert LOADS.search('<img src="https://x">') and LOADS.search("@import url(x)")
    assert not [a for _, a, _ in READ.attributes if a.startswith("on") or a == "src"]
    policy = next(value for _, name, value in READ.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.search(r"script-src[^;]*(unsafe|\*|https?:|data:|'self')", policy)
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    scripts = re.findall(r"<script>(.*?)</script>", PAGE, re.S)
    assert [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts] == allowed
    assert READ.tags.count("script") == len(scripts) + PAGE.count('<script type="application/json" id=')
    assert all(LINKS.match(h) for h in READ.of("href"))


def test_for_everyone() -> None:
    assert '<html lang="en">' in PAGE and "width=device-width" in PAGE and "@media print" in PAGE
    assert "prefers-color-scheme: dark" in PAGE
    pictures = [value for tag, name, value in READ.attributes if tag == "svg" and name == "aria-label"]
    assert len(pictures) == READ.tags.count("svg")
    assert READ.tags.count("table") >= 8 and PAGE.count('scope="col"') > 40


def test_small() -> None:
    assert len(PAGE.encode()) < 180_000  # 400 kB without and 1.2 MB with three dimensions are allowed


def big(pitch: int = 1_000, columns: int = 1_000, rows: int = 1_000) -> Plan:
    pillars = rectangle(0, 0, 600, 600, Lattice(columns, rows, pitch, pitch))
    layers = tuple(dataclasses.replace(layer, region=pillars) if layer.net else layer for layer in PLAN.layers)
    bodies = tuple(dataclasses.replace(body, region=pillars) if body.net else body for body in PLAN.bodies)
    return dataclasses.replace(PLAN, layers=layers, bodies=bodies)


def test_a_million_pillars_stay_small_and_say_so() -> None:
    text = report.export(big())["report.html"].decode()
    assert len(text.encode()) < 400_000
    assert "Representative window" in text and "1000000 shapes" in text


PAYLOADS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></svg></style><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% if 1 %}",
    'doi:10.1234/a"><script>alert(1)</script>',
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_cannot_change_the_page(payload: str) -> None:
    bad = infected(PLAN, payload)
    assert isinstance(bad, Plan)
    read = Page(report.export(bad)["report.html"].decode())
    tags = lambda page: [t for t in page.tags if t not in ("a", "li", "span")]  # noqa: E731 - equal notes are one
    assert read.tags.count("li") <= READ.tags.count("li") and tags(read) == tags(READ) and read.wrong == []
    assert not [a for _, a, _ in read.attributes if a.startswith("on") or a == "src"]
    assert all(LINKS.match(h) for h in read.of("href"))
    assert payload.split("\n")[0] in "".join(read.words)


@pytest.mark.slow
def test_a_browser_sees_no_foreign_element(tmp_path: Path, oracle: Callable[[str], Any]) -> None:
    chromium = oracle("chromium")
    bad = infected(PLAN, "".join(PAYLOADS))
    path = tmp_path / "report.html"
    path.write_bytes(report.export(bad)["report.html"])
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([chromium, *flags, path.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    read = Page(done.stdout)
    assert "section" in read.tags and read.tags.count("script") == READ.tags.count("script")
    assert "img" not in read.tags and not [a for _, a, _ in read.attributes if a.startswith("on") or a == "src"]


def test_a_bare_plan_has_a_page() -> None:
    kept = ("capacity_Ah", "energy_Wh", "mean_voltage_V", "confidence")
    bare = dataclasses.replace(
        PLAN, layers=(), bodies=(), toolpaths=(), masks=(), curves=(), sensitivity=(), alternatives=(), comparisons=(),
        findings=(), inputs=(), parameters={}, spec={}, bring_up={}, reason=(), machine=None, dialect=None,
        estimate={k: v for k, v in PLAN.estimate.items() if k in kept}
        | {"areal_capacity_Ah_m2": 1.0, "n_p_ratio": None, "dc_resistance_ohm": None, "rates": []},
    )  # fmt: skip
    read = Page(report.export(bare)["report.html"].decode())
    assert read.wrong == [] and "svg" not in read.tags
    assert "No capacity or energy was asked for" in "".join(read.words)


def test_the_mask_picture_holds_every_polygon_at_its_place() -> None:
    region = comb(True)
    x0, y0, x1, y1 = bounds(region)
    path = region_path(region, (x0, y0, x1, y1), 870.0)
    boxes = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v-([\d.]+)h-([\d.]+)z", path)
    assert len(boxes) == path.count("M") == 4
    scale = (x1 - x0) * 1e-9 / 870.0
    drawn = sum(float(w) * float(h) for _, _, w, h, _ in boxes) * scale**2
    assert drawn == pytest.approx(area(region), rel=1e-6)


def test_nets_are_drawn_over_blankets() -> None:
    picture = masks(PLAN.layers)
    assert picture is not None
    labels = [group.label.split(",")[0] for group in picture.groups]
    assert labels.index("lid") < labels.index("anode-collector") < labels.index("anode-walls")
    assert {g.label.split(",")[0] for g in picture.groups if not g.visible} == {"substrate", "electrolyte"}


def test_the_section_cuts_all_fingers() -> None:
    cut = intervals(comb(True), 1, 500_000.5, (0, 800_000))
    assert cut == [(95_000, 155_000), (315_000, 375_000), (535_000, 595_000)]
    drawn = section(PLAN.bodies)
    assert drawn is not None and "x = 500" in drawn.where
    walls = next(s for s in drawn.strips if s.label.startswith("anode-walls"))
    assert walls.true_path.count("M") == 3 and any(s.label.startswith("coat") for s in drawn.strips)


@given(st.integers(0, 999), st.integers(1, 5), st.integers(-3, 3).filter(bool))
def test_section_lengths_equal_area(at: int, copies: int, step: int) -> None:
    region = rectangle(100, 0, 300, 1000, Lattice(copies, 1, 500 * step, 0))
    view = (-10_000, 10_000)
    total = sum(b - a for a, b in intervals(region, 0, at + 0.5, view))
    assert total == 200 * copies
    assert intervals(region, 0, 1000.5, view) == []


def test_the_first_layer_of_every_ink_is_drawn() -> None:
    picture = printing(PLAN.toolpaths, {"print-anode": "anode", "print-cathode": "cathode"})
    assert picture is not None
    assert [ink.printed.count("M") for ink in picture.inks] == [5, 5]  # prime, bus, three walls
    assert "Prime line of print-anode outside this view" in picture.note


@pytest.mark.parametrize(
    ("value", "dimension", "shown"),
    [
        (5e-5, "length", "50 µm"), (2.01e-7, "area", "0.201 mm²"), (873.15, "temperature", "600 °C"),
        (0.0104, "charge", "2.89 µAh"),
        (1e-14, "diffusivity", "1×10⁻¹⁴ m²/s"), (812.0, "resistance", "812 Ω"),
        (None, "length", "unknown"), (-3e-7, "current", "−300 nA"),
    ],
)  # fmt: skip
def test_values_as_people_write_them(value: float | None, dimension: str, shown: str) -> None:
    assert _show.text(value, dimension).replace("\u202f", " ") == shown


def test_units_in_sentences() -> None:
    assert _show.prose("gap 50 um on 0.8 mm2 at 600 degC") == "gap 50\u202fµm on 0.8\u202fmm² at 600\u202f°C"
    assert _show.prose("diw-um2 and 2 umbrellas") == "diw-um2 and 2 umbrellas"


@given(st.floats(-1e6, 1e6), st.floats(1.0, 1e6))
def test_ticks_cover_the_data(low: float, span: float) -> None:
    high = low + span
    found = _plots.ticks(low, high)
    assert 2 <= len(found) <= 14
    slack = (found[1] - found[0]) * 1e-6
    assert found[0] <= low + slack and found[-1] >= high - slack


@given(st.floats(-1e6, 1e6))
def test_numbers_in_paths_are_short(value: float) -> None:
    text = number(value)
    assert abs(float(text) - value) <= 0.0051 and "e" not in text and text != "-0"


def test_only_dois_become_links() -> None:
    found = pieces("Sun, doi:10.1002/adma.201301036; see http://evil.example and 10.1/x")
    assert [p.link for p in found] == ["", "https://doi.org/10.1002/adma.201301036", ""]
    assert "".join(p.text for p in found) == "Sun, doi:10.1002/adma.201301036; see http://evil.example and 10.1/x"
