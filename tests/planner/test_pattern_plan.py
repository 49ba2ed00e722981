"""A planar cell drawn as a pattern: what the sizing counts is what is drawn, and what cannot be planned is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fabplan import plugins
from fabplan.architectures import _pattern_cell
from fabplan.architectures.base import Footprint, Request, RoleLimits, beyond, one
from fabplan.errors import BadInput, Infeasible
from fabplan.geometry import sheet
from fabplan.geometry.body import Body
from fabplan.geometry.patterns import base
from fabplan.geometry.region import NANOMETRE, area
from fabplan.geometry.shapes import buffered, contains, difference, distance, pieces, to_shapely
from fabplan.layout.measure import measured
from fabplan.layout.outline_rules import check
from fabplan.layout.widths import narrowest
from tests.planner.plans import planned, values

PLANAR = plugins.load("architectures", "planar-interdigital")
SLANTED = ("rings", "waved-comb")
STRAIGHT = tuple(name for name in base.names() if name not in ("comb", *SLANTED))
LIMIT = RoleLimits(line=50e-6, gap=50e-6, thickness_low=5e-6, thickness_high=50e-6, aspect_ratio=1.0)
REQUEST = Request(
    footprint=Footprint(20e-3, 20e-3),
    materials={
        role: role
        for role in ("anode", "cathode", "collector", "electrolyte", "lid", "insulator")
    },
    limits={"collector": LIMIT, "anode": LIMIT, "cathode": LIMIT},
    capacity={"anode": 1e8, "cathode": 1e8},
    n_p_ratio=1.1,
    height_max=1e-3,
    thickness={"collector": 5e-6, "insulator": 20e-6, "lid": 50e-6},
)
#: the same names in plan.json and in `Measures`
PAIRS = {
    "anode_area_m2": "anode_area",
    "cathode_area_m2": "cathode_area",
    "anode_volume_m3": "anode_volume",
    "cathode_volume_m3": "cathode_volume",
    "anode_interface_area_m2": "anode_interface_area",
    "cathode_interface_area_m2": "cathode_interface_area",
    "electrolyte_volume_m3": "electrolyte_volume",
    "facing_length_m": "facing_length",
    "minimum_gap_m": "minimum_gap",
    "minimum_width_m": "minimum_width",
    "height_m": "height",
}


#: one drawing a footprint, so that the search is quick
LINES = tuple(
    f"parameters.{name}=400 um"
    for name in ("finger_width_anode", "finger_width_cathode", "gap", "bus_width_anode", "bus_width_cathode")
)


def _design(**changes: float) -> object:
    params = PLANAR.Params(
        finger_width_anode=150e-6, finger_width_cathode=130e-6, gap=100e-6, anode_thickness=30e-6,
        cathode_thickness=25e-6, finger_length=5e-3, fingers=10.0, anode_ended=0.0, bus_width_anode=400e-6,
        bus_width_cathode=300e-6, collector_inset=20e-6, pad_size=300e-6, electrolyte_rim=200e-6, seal_width=200e-6,
        dam_clearance=400e-6, lid_clearance=50e-6, lid_thickness=50e-6,
    )  # fmt: skip
    return dataclasses.replace(params, **changes)


def _request(name: str) -> Request:
    return dataclasses.replace(REQUEST, pattern=name)


@pytest.mark.parametrize("name", STRAIGHT)
def test_measures_are_those_of_the_drawing(name: str) -> None:
    request = _request(name)
    bodies = PLANAR.cell(_design(), request)
    found, drawn = PLANAR.measures(_design(), request), measured(bodies)
    for key, field in PAIRS.items():
        assert float(getattr(found, field)) == pytest.approx(drawn[key], rel=1e-9), key
    assert not beyond(bodies, request.footprint)


@pytest.mark.parametrize("name", STRAIGHT)
def test_every_electrode_overhangs_its_own_collector_in_one_piece(name: str) -> None:
    bodies = {body.name: body for body in PLANAR.cell(_design(), _request(name))}
    dam = bodies["dam"].region
    for net in ("anode", "cathode"):
        electrode, collector = bodies[f"{net}-comb"].region, bodies[f"{net}-collector"].region
        assert pieces(electrode) == pieces(collector) == 1
        outside = difference(collector, electrode)
        assert area(outside) == pytest.approx(300e-6 * 900e-6)  # neck and pad alone
        assert distance(electrode, dam) == pytest.approx(200_000)
    assert distance(bodies["anode-collector"].region, bodies["cathode-comb"].region) >= 100_000
    assert contains(bodies["electrolyte"].region, bodies["anode-comb"].region)


def test_a_pattern_is_drawn_and_not_the_comb() -> None:
    found = _pattern_cell.comb(_design(), _request("s-spiral"))
    assert found is not None
    left, low, right, top = found.box
    frame = base.Frame(right - left, top - low, 150_000, 130_000, 100_000, 400_000, 300_000)
    drawn = base.load("s-spiral").draw(frame)
    assert drawn is not None and area(drawn.anode) == area(found.electrodes[0])


def test_longer_lines_count_more_squares() -> None:
    spiral, banked = (PLANAR.measures(_design(), _request(name)) for name in ("s-spiral", "banked-comb"))
    assert spiral.anode_collector_squares > 10 * banked.anode_collector_squares
    assert spiral.anode_collector_squares > spiral.anode_bus_squares > 0


@pytest.mark.parametrize("name", SLANTED)
def test_slanted_measures_are_those_of_the_drawing_to_the_snapping(name: str) -> None:
    request = dataclasses.replace(_request(name), footprint=Footprint(7e-3, 7e-3))
    bodies = {body.name: body for body in PLANAR.cell(_design(), request)}
    found = PLANAR.measures(_design(), request)
    for net in ("anode", "cathode"):
        comb = bodies[f"{net}-comb"].region
        shape = to_shapely(comb)
        snapping = shape.length * 0.5 / shape.area  # perimeter x 0.5 nm over the area
        assert float(getattr(found, f"{net}_area")) == pytest.approx(shape.area * NANOMETRE**2, rel=snapping)
        assert narrowest(comb) >= 130e-6 - 5e-9
        collector = bodies[f"{net}-collector"].region
        assert pieces(comb) == pieces(collector) == 1
        assert area(difference(collector, buffered(comb, -20_000))) * 1e6 < 0.45  # neck and pad, 300 um wide, alone
    gap = distance(bodies["anode-comb"].region, bodies["cathode-comb"].region)
    assert 0 <= gap - 100_000 < 5 and float(found.minimum_gap) == pytest.approx(gap * NANOMETRE, abs=1e-9)
    # the band between the nets is a gap wide: its outline is twice as long as the nets face each other
    band = float(found.facing_length) * float(found.minimum_gap)
    assert 0.9 * band < _between(bodies) < 1.6 * band
    assert not beyond(tuple(bodies.values()), request.footprint)


def _between(bodies: dict[str, Body]) -> float:
    """Area [m2] within a gap of both nets."""
    nets = [to_shapely(bodies[f"{net}-comb"].region) for net in ("anode", "cathode")]
    reach = [net.buffer(100_005, join_style="mitre") for net in nets]
    return float(reach[0].intersection(reach[1]).difference(nets[0]).difference(nets[1]).area) * NANOMETRE**2


@pytest.mark.parametrize("name", ["banked-comb", "rings"])
def test_arrays_measure_what_their_first_element_does(name: str) -> None:
    request = dataclasses.replace(_request(name), footprint=Footprint(4e-3, 5e-3))
    params = PLANAR.design_space(request)
    found = PLANAR.measures(params, request)
    assert np.size(found.facing_length) > 10 and bool(found.feasible.any())
    first = int(np.flatnonzero(found.feasible)[0])
    alone = PLANAR.measures(one(params, first), request)
    for field in dataclasses.fields(found):
        many, single = getattr(found, field.name), getattr(alone, field.name)
        if many is not None:
            assert np.ravel(many)[min(first, np.size(many) - 1)] == pytest.approx(float(single), nan_ok=True)
    wanted = 1.1 * found.cathode_volume[found.feasible]
    assert np.all(found.anode_volume[found.feasible] >= 0.97 * wanted)
    assert np.min(found.anode_volume[found.feasible] / wanted) < 1.01


def test_a_pattern_without_room_is_not_feasible() -> None:
    small = dataclasses.replace(_request("hilbert"), footprint=Footprint(2e-3, 2e-3))
    assert _pattern_cell.comb(_design(), small) is None
    assert not bool(PLANAR.measures(_design(), small).feasible)
    narrow = _design(collector_inset=80e-6)  # nothing is left of the collector
    assert not bool(PLANAR.measures(narrow, _request("serpentine")).feasible)


@pytest.mark.parametrize("name", ["banked-comb", "waved-comb", "rings"])
def test_formula_of_the_resistance_is_near_the_solved_one(name: str) -> None:
    design = _design(bus_width_anode=150e-6, bus_width_cathode=130e-6)
    found = _pattern_cell.comb(design, dataclasses.replace(_request(name), footprint=Footprint(9e-3, 9e-3)))
    assert found is not None
    middle = (found.box[0] + found.box[2]) // 2
    fed = (middle - found.neck // 2, middle + found.neck // 2)
    solved = [sheet.squares(shape, fed, bool(k)) for k, shape in enumerate(found.electrodes)]
    formula = base.load(name).squares(found.frame)
    for ours, theirs in zip(formula, solved, strict=True):
        assert ours == pytest.approx(theirs, rel=0.35)


@pytest.mark.parametrize(
    ("spec", "sets", "what"),
    [
        ("planar-interdigital", ["cell.pattern=s-spirl"], "s-spiral"),
        ("planar-interdigital", ["cell.pattern=s-spiral", "parameters.fingers=4"], "only the comb"),
        ("interdigital-3d-filament", ["cell.pattern=s-spiral"], "only planar-interdigital"),
    ],
)
def test_what_cannot_be_a_pattern_is_refused(spec: str, sets: list[str], what: str) -> None:
    with pytest.raises(BadInput) as caught:
        planned(spec, *sets)
    assert what in " ".join(str(problem) for problem in caught.value.problems)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tree", "rings"])
def test_a_pattern_is_planned_and_meets_the_target(name: str) -> None:
    plan = planned("planar-interdigital", f"cell.pattern={name}")
    assert plan.estimate["capacity_Ah"] >= 131.4e-6
    assert 1.1 * 0.97 <= plan.estimate["n_p_ratio"] <= 1.3  # more than 1.21 only where nothing else serves
    assert values(plan)["fingers"] == 1
    assert not [f for f in plan.findings if f.severity == "error"]


def test_a_refusal_names_the_pattern_and_a_change_that_meets_the_target_when_it_is_made() -> None:
    asked = ["cell.pattern=s-spiral", "target.capacity=60 uAh", *LINES, "cell.height_max=0.3 mm"]
    with pytest.raises(Infeasible) as caught:
        planned("planar-interdigital", *asked, footprint="5 mm x 5 mm")
    assert "reachable here as s-spiral" in caught.value.reasons[0]
    (change,) = [change for change in caught.value.changes if change.startswith("footprint")]
    larger = change.split("→")[1].strip()
    plan = planned("planar-interdigital", *asked, footprint=larger)
    assert plan.estimate["capacity_Ah"] >= 60e-6 and not [f for f in plan.findings if f.severity == "error"]


def test_too_many_lines_are_left_out_and_said() -> None:
    fine = RoleLimits(line=2e-6, gap=2e-6, thickness_low=1e-6, thickness_high=5e-6, aspect_ratio=1.0)
    request = dataclasses.replace(
        _request("hilbert"), footprint=Footprint(5e-3, 5e-3), limits={"collector": fine, "anode": fine, "cathode": fine}
    )
    quick = dataclasses.replace(request, quick=True)
    assert PLANAR.left_out(_request("hilbert")) == PLANAR.left_out(dataclasses.replace(request, pattern="comb")) == ""
    finest = [float(PLANAR.left_out(one_of).split()[3]) for one_of in (request, quick)]
    assert 2 < finest[0] < finest[1]
    drawn = PLANAR.design_space(quick).finger_width_cathode
    assert np.min(drawn) * 1e6 == pytest.approx(finest[1], rel=5e-3)
    # given lines that are too many are refused in no time
    with pytest.raises(Infeasible, match="2 um are too many to be drawn here"):
        planned("planar-interdigital-lithographic", "cell.pattern=hilbert", "parameters.finger_width_cathode=2 um",
                "parameters.gap=2 um", footprint="20 mm x 20 mm")  # fmt: skip


def test_a_pattern_on_an_outline_stands_in_its_largest_rectangle() -> None:
    sets = ['footprint.outline="circle 16 mm"', 'footprint.keep_outs=["circle 1 mm at 3 mm, 8 mm"]', *LINES]
    plan = planned("planar-interdigital", "cell.pattern=s-spiral", "target.capacity=24 uAh", *sets)
    said = " ".join(plan.reason)
    assert "not clipped" in said and "pattern s-spiral" in said
    assert check(plan.bodies, plan.footprint) == ()
