"""Broken rules drawn: every place numbered, where it is, on a page that loads nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fabplan.cli import main
from fabplan.exporters._violation_page import Shown, violation_files
from fabplan.findings import Finding
from fabplan.geometry.region import Lattice, Region, joined, rectangle
from fabplan.layout import drc
from fabplan.layout.drc import Rule
from fabplan.layout.words import at, place_in
from tests.verify.layouts import layout, saved

UM = 1000
ANODE = joined([rectangle(0, 0, 100 * UM, 5 * UM), rectangle(0, 5 * UM, 4 * UM, 45 * UM, Lattice(10, 1, 10 * UM, 0))])
CATHODE = joined([
    rectangle(0, 50 * UM, 100 * UM, 55 * UM), rectangle(5 * UM, 10 * UM, 9 * UM, 50 * UM, Lattice(10, 1, 10 * UM, 0)),
])  # fmt: skip
NEAR = rectangle(24 * UM, 20 * UM, 24_600, 21 * UM)
RULES = (
    Rule("separation", "anode", 1e-6, "cathode"), Rule("width", "anode", 2e-6), Rule("apart", "anode", 0.0, "cathode"),
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def drawn(anode: Region) -> dict[str, bytes]:
    regions = {"anode": anode, "cathode": CATHODE}
    checked = drc.check(RULES, regions)
    short = Finding("anode-cathode-short", "error", at("anode", (45.1e-6, 30.5e-6)), "they touch")
    layers = [Shown(name, name, region) for name, region in regions.items()]
    return violation_files("chip.gds", layers, checked, [*drc.findings(checked), short])


def test_every_place_is_numbered_and_drawn_where_it_is() -> None:
    made = drawn(joined([ANODE, NEAR]))
    page = made["violations.html"].decode()
    assert {"violations.html", "layout.svg", "places/001.svg"} <= made.keys()
    assert "0.024800" in page and "400 nm" in page and "separation anode cathode" in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    picture = ElementTree.fromstring(made["layout.svg"])
    texts = [element.text or "" for element in picture.iter(f"{SVG}text")]
    assert "x and y in um" in texts and any(text.startswith("20") for text in texts)
    numbers = {n for text in texts if re.fullmatch(r"[\d, .]+", text) for n in text.split(", ")}
    assert {"1"} <= numbers
    # a close-up has its place in the middle
    close = ElementTree.fromstring(made["places/001.svg"])
    (mark,) = [g for g in close.iter(f"{SVG}g") if g.find(f"{SVG}circle") is not None]
    x, y = (float(v) for v in re.findall(r"-?[\d.]+", mark.get("transform", "")))
    assert (x, y) == (pytest.approx(500, abs=1), pytest.approx(350, abs=1))


def test_a_sound_layout_has_a_page_without_places() -> None:
    made = drawn(ANODE)
    assert [name for name in made if name.startswith("places/")] == ["places/001.svg"]  # the finding with a coordinate
    assert drawn(ANODE) == made


def test_a_place_comes_back_from_its_text() -> None:
    assert place_in(at("anode", (1.25e-3, -2e-9))) == (pytest.approx(1.25e-3), pytest.approx(-2e-9))
    assert place_in("anode") is None


MAP = """
[layers]
anode = { layer = "1/0", net = "anode" }
cathode = { layer = "2/0", net = "cathode" }
[[rules]]
kind = "separation"
layer = "anode"
other = "cathode"
value = "1 um"
"""


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = layout(tmp_path, "chip.gds", {(1, 0): joined([ANODE, NEAR]), (2, 0): CATHODE})
    where, out = saved(tmp_path, "map.toml", MAP.encode()), tmp_path / "out"
    assert main.run(["verify", str(path), "--layers", str(where), "-o", str(out)]) == 1
    assert "violations.html" in capsys.readouterr().out
    rules = json.loads((out / "violations.json").read_text())["rules"]
    assert rules[0]["total"] == 1 and (out / "markers.lyrdb").is_file() and (out / "layout.svg").is_file()
    assert main.run(["verify", str(path), "--layers", str(where), "-o", str(out)]) != 0  # it is there already
    assert main.run(["verify", str(path), "--layers", str(where), "-o", str(out), "--force"]) == 1
