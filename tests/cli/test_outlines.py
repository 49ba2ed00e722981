"""Bad and unusual outlines from the outside: one clear sentence or a stated repair, and never a second fault."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.resources import recipes_folder
from tests.readers import drawings

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
BOW = [[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]
SPIKES = ", ".join(f'"rectangle 0.2 mm x 12 mm at {x} mm, -1 mm"' for x in range(1, 10))


def geojson(ring: list[list[float]]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def star(corners: int) -> list[list[float]]:
    turns = [2 * math.pi * k / corners for k in range(corners)]
    return [[round(5 + 5 * math.cos(t), 6), round(5 + 5 * math.sin(t), 6)] for t in turns]


def plan(folder: Path, footprint: str, *options: str) -> int:
    """Exit code of planning the shipped chip on another footprint."""
    shipped = (recipes_folder() / "specs" / "planar-interdigital-on-chip.toml").read_text()
    before, after = shipped.split("[footprint]")[0], "[cell]" + shipped.split("[cell]", 1)[1]
    (folder / "cell.toml").write_text(f"{before}[footprint]\n{footprint}\n{after}")
    return main.run(["plan", str(folder / "cell.toml"), "--dry-run", *options])


@pytest.mark.parametrize(
    ("name", "content", "unit", "told"),
    [
        ("open.dxf", drawings.dxf(drawings.line(0, 0, 9, 0) + drawings.line(9, 0, 9, 9)), "", "the outline is open"),
        ("bow.geojson", geojson(BOW), 'unit = "mm"', "crosses itself; given at (5, 5) mm"),
        ("flat.geojson", geojson([[0, 0], [9, 0], [5, 0], [0, 0]]), 'unit = "mm"', "no area"),
        ("metres.geojson", geojson(SQUARE), 'unit = "m"', "is the unit right?"),
        ("tiny.geojson", geojson(SQUARE), 'unit = "nm"', "the likely unit is mm"),
        ("none.geojson", geojson(SQUARE), "", "does not say its unit"),
        ("many.geojson", geojson(star(160_000)), 'unit = "mm"', "too many corners"),
        ("large.geojson", " " * (9 << 20), 'unit = "mm"', "too large"),
        ("broken.gds", b"\x00\x06\x00\x02\x02\x58\x00", "", "broken.gds"),
    ],
)
def test_a_bad_file_is_one_clear_fault(
    name: str, content: str | bytes, unit: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings.at(tmp_path, name, content)
    assert plan(tmp_path, f'outline = "{name}"\n{unit}') == 2
    err = capsys.readouterr().err
    assert told in err and "cell.toml:" in err and "outline" in err
    assert err.count("error:") == 1 and str(tmp_path) not in err


def test_keep_outs_that_take_or_cut_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    all_ = 'outline = "circle 10 mm"\nkeep_outs = ["rectangle 12 mm x 12 mm at -1 mm, -1 mm"]'
    assert plan(tmp_path, all_) == 2
    assert "take everything" in capsys.readouterr().err
    assert plan(tmp_path, f'outline = "circle 10 mm"\nkeep_outs = [{SPIKES}]') == 1
    assert "no cell of planar interdigital combs fits" in capsys.readouterr().err


def test_a_joined_outline_is_a_stated_repair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corners = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0.0005)]  # half a micrometre short of closing
    lines = "".join(drawings.line(*a, *b) for a, b in pairwise(corners))
    drawings.at(tmp_path, "gap.dxf", drawings.dxf(lines))
    assert plan(tmp_path, 'outline = "gap.dxf"', "--set", "target.capacity=1 uAh") == 0
    assert "outline-repaired" in capsys.readouterr().err


def test_terminals_outside_of_an_outline_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sets = ("--set", "target.capacity=300 nAh")
    foot = 'outline = "circle 12 mm"\nterminals = "outside"\nkeep_outs = ["circle 1 mm at 2 mm, 6 mm"]'
    assert plan(tmp_path, foot, *sets) == 0
    assert "stand around that rectangle" in capsys.readouterr().out


def test_a_pattern_is_led_to_named_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foot = 'outline = "circle 10 mm"\nterminals = { anode = ["5 mm", "0 mm"] }'
    names = ("finger_width_anode", "finger_width_cathode", "gap", "bus_width_anode", "bus_width_cathode")
    lines = [word for name in names for word in ("--set", f"parameters.{name}=100 um")]
    assert plan(tmp_path, foot, "--set", "cell.pattern=s-spiral", "--set", "target.capacity=50 nAh", *lines) == 0
    said = capsys.readouterr().out
    assert "pattern s-spiral" in said and "Leads of the collector's metal" in said


def test_what_clipping_dropped_is_a_finding_with_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = '"rectangle 6 mm x 0.4 mm at 0 mm, 3 mm", "rectangle 6 mm x 0.4 mm at 4 mm, 6 mm"'
    options = ("--json", "--set", "target.capacity=200 nAh")
    assert plan(tmp_path, f'outline = "circle 10 mm"\nkeep_outs = [{bars}]', *options) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    balance = next(f for f in found if f["rule"] == "clipped-balance")
    assert balance["measured"] == pytest.approx(balance["allowed"], rel=0.03) and "fingers cover" in balance["message"]
    dropped = [f for f in found if f["rule"] == "clipped-pieces" and f["severity"] == "warning"]
    assert dropped and 0.0 < dropped[0]["measured"] < 1.0 and "are not drawn" in dropped[0]["message"]
