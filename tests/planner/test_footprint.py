"""Footprints of a spec: every form, every fault at once, files as coordinates, and plans on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fabplan.errors import BadInput
from fabplan.exporters.plan_json import document
from fabplan.geometry.region import NANOMETRE, Region, area
from fabplan.geometry.shapes import contains, intersection
from fabplan.layout.outline_rules import check
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import read_source
from tests.planner.plans import planned, shipped_plan

ELL = [["0 mm", "0 mm"], ["5 mm", "0 mm"], ["5 mm", "2 mm"], ["2 mm", "2 mm"], ["2 mm", "5 mm"], ["0 mm", "5 mm"]]
CHIP = "planar-interdigital-on-chip"


def spec(**footprint: Any) -> Spec:
    return parse({"target": {"capacity": "1 uAh"}, "footprint": footprint}, "x.toml")


def faults(**footprint: Any) -> str:
    with pytest.raises(BadInput) as found:
        spec(**footprint)
    return str(found.value)


@pytest.mark.parametrize(
    ("given", "square_millimetres"),
    [
        ({"size": "5 mm x 4 mm"}, 20.0),
        ({"outline": "circle 5 mm"}, 19.63),
        ({"outline": "circle 5 mm at 100 mm, -3 mm"}, 19.63),
        ({"outline": {"diameter": "5 mm", "center": ["1 mm", "0 mm"]}}, 19.63),
        ({"outline": "rectangle 5 mm x 4 mm at 1 mm, 1 mm"}, 20.0),
        ({"outline": ELL}, 16.0),
        ({"outline": {"unit": "mm", "points": [[0, 0], [5, 0], [5, 4], [0, 4], [0, 0]]}}, 20.0),
        ({"size": "5 mm x 4 mm", "keep_outs": ["rectangle 1 mm x 1 mm at 1 mm, 1 mm"]}, 19.0),
        ({"size": "5 mm x 4 mm", "keep_outs": [[["0 mm", "0 mm"], ["2 mm", "0 mm"], ["0 mm", "2 mm"]]]}, 18.0),
    ],
)
def test_forms(given: dict[str, Any], square_millimetres: float) -> None:
    found = spec(**given).footprint
    assert found.area * 1e6 == pytest.approx(square_millimetres, rel=1e-3)
    assert found.box[:2] == (0, 0)


def test_places_and_origin_follow_the_outline() -> None:
    found = spec(outline="circle 4 mm at 10 mm, 10 mm", terminals={"anode": ["10 mm", "8 mm"]}).footprint
    assert found.origin == (8_000_000, 8_000_000)
    assert found.places == {"anode": (2_000_000, 0)}
    assert found.terminals == "inside"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "a footprint is missing"),
        ({"size": "5 mm x 4 mm", "outline": "circle 5 mm"}, "both size and outline"),
        ({"outline": [["0 mm", "0 mm"], ["5 mm", "5 mm"], ["5 mm", "0 mm"], ["0 mm", "5 mm"]]}, "cross or touch"),
        ({"outline": [["0 mm", "0 mm"], ["5 mm", "0 mm"]]}, "fewer than three"),
        ({"outline": {"unit": "m", "points": [[0, 0], [1, 0], [1, 1]]}}, "is the unit right?"),
        ({"outline": {"unit": "parsec", "points": [[0, 0], [1, 0], [1, 1]]}}, "x.toml: footprint.outline[0]"),
        ({"outline": "circle 0 mm"}, "out of range"),
        ({"outline": 3}, "not a shape"),
        ({"outline": {"diameter": "1 mm", "size": "1 mm x 1 mm"}}, "not one shape"),
        ({"size": "5 mm x 5 mm", "keep_outs": ["rectangle 9 mm x 9 mm at -1 mm, -1 mm"]}, "take everything"),
        ({"size": "5 mm x 5 mm", "keep_outs": "circle 1 mm"}, "not a list of shapes"),
        ({"size": "5 mm x 5 mm", "terminals": {"anode": ["9 mm", "0 mm"]}}, "a terminal outside"),
        ({"size": "5 mm x 5 mm", "terminals": {}}, "no place is named"),
        ({"size": "5 mm x 5 mm", "terminals": "insde"}, "did you mean 'inside'?"),
        ({"size": "5 mm x 5 mm", "layer": "3"}, "there is no outline file"),
        ({"outline": "no-such-file.dxf"}, "no-such-file.dxf"),
    ],
)
def test_faults(given: dict[str, Any], told: str) -> None:
    assert told in faults(**given)


def test_all_faults_at_once() -> None:
    text = faults(
        size="5 mm x 5 mm",
        keep_outs=[4, {"diameter": "-1 mm", "cente": 3}],
        terminals={"anod": ["1 mm", "2 mm"], "cathode": ["1 mm"]},
    )
    for where in ("keep_outs[0]", "keep_outs[1].cente", "keep_outs[1].diameter", "terminals.anod", "terminals.cathode"):
        assert where in text


def test_a_file_becomes_coordinates(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [4000, 0], [4000, 3000], [0, 3000], [0, 0]]]}
    (tmp_path / "die.geojson").write_text(json.dumps(square))
    (tmp_path / "cell.toml").write_text(
        'target = {capacity = "1 uAh"}\nfootprint = {outline = "die.geojson", unit = "um"}\n'
    )
    data, where = read_source(str(tmp_path / "cell.toml"))
    found = parse(data, where)
    assert found.footprint.area == pytest.approx(12e-6)
    kept = found.raw["footprint"]["outline"]
    assert kept["file"] == "die.geojson" and len(kept["sha256"]) == 64
    assert str(tmp_path) not in json.dumps(found.raw)
    # the plan's own spec can be planned again, without the file
    assert parse(found.raw, "again").footprint.outline == found.footprint.outline


def test_a_chip_is_filled() -> None:
    plan = shipped_plan(CHIP)
    assert any("fills the outline" in line for line in plan.reason)
    assert check(plan.bodies, plan.footprint) == ()
    assert not [f for f in plan.findings if f.severity == "error"]
    assert plan.estimate["n_p_ratio"] == pytest.approx(1.1, rel=0.01)
    assert plan.geometry["footprint_area_m2"] == pytest.approx(area(plan.footprint.usable))
    for net, (x, y) in plan.footprint.places.items():
        body = next(b for b in plan.bodies if b.name == f"{net}-collector")
        side = plan.parameters["pad_size"].value
        pads = [part.polygon for part in body.region.parts if area(Region((part,))) == pytest.approx(side**2, rel=1e-9)]
        (pad,) = pads
        middle = sum(px for px, _ in pad) / 4, sum(py for _, py in pad) / 4
        # the places lie on the edge: the pad moves in by half its side, and as far as a square needs in a circle
        assert abs(middle[0] - x) * NANOMETRE < 1e-6
        assert 0.5 * side <= abs(middle[1] - y) * NANOMETRE < 0.52 * side
    written = document(plan)["footprint"]
    assert len(written["keep_outs_nm"]) == 3 and written["places_m"]["anode"] == [5e-3, 0.0]


def test_a_structure_that_is_not_clipped_stands_in_a_rectangle() -> None:
    sets = ('footprint.outline="circle 30 mm"', 'footprint.keep_outs=["circle 2 mm at 10 mm, 15 mm"]')
    plan = planned("laminated-thin-film", *sets)
    assert any("largest rectangle" in line for line in plan.reason)
    assert check(plan.bodies, plan.footprint) == ()
    for body in plan.bodies:
        assert contains(plan.footprint.outline, body.region)
        assert not intersection(body.region, plan.footprint.keep_outs)
    names = {layer.name for layer in plan.layers if layer.role == "outline"}
    assert names == {"outline-footprint", "outline-keep-outs"}
