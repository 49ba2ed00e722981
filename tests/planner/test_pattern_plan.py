"""A planar cell drawn as a pattern: what the sizing counts is what is drawn, and what cannot be planned is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fabplan import plugins
from fabplan.architectures import _pattern_cell
from fabplan.architectures.base import Footprint, Request, RoleLimits, beyond, one
from fabplan.errors import BadInput, Infeasible
from fabplan.geometry.patterns import base
from fabplan.geometry.region import area
from fabplan.geometry.shapes import contains, difference, distance, pieces
from fabplan.layout.measure import measured
from tests.planner.plans import planned, values

PLANAR = plugins.load("architectures", "planar-interdigital")
STRAIGHT = tuple(name for name in base.names() if name not in ("comb", "rings", "waved-comb"))
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


def test_a_pattern_without_room_is_none() -> None:
    small = dataclasses.replace(_request("hilbert"), footprint=Footprint(2e-3, 2e-3))
    assert _pattern_cell.comb(_design(), small) is None
    assert _pattern_cell.fullest(_design(), small) is None
    assert _pattern_cell.measures(_design(collector_inset=80e-6), _request("serpentine")) is None  # nothing left of it


def test_designs_for_sizing_are_combs() -> None:
    grid = PLANAR.design_space(_request("s-spiral"))
    assert np.size(PLANAR.measures(grid, _request("s-spiral")).facing_length) > 1
    assert float(one(grid, 0).fingers) >= 1


def test_slanted_patterns_are_told_apart() -> None:
    assert [name for name in base.names() if _pattern_cell.slanted(name)] == ["rings", "waved-comb"]


@pytest.mark.parametrize(
    ("spec", "sets", "what"),
    [
        ("planar-interdigital", ["cell.pattern=s-spirl"], "s-spiral"),
        ("planar-interdigital", ["cell.pattern=rings"], "slanted"),
        ("planar-interdigital", ["cell.pattern=s-spiral", "parameters.fingers=4"], "only the comb"),
        ("interdigital-3d-filament", ["cell.pattern=s-spiral"], "only planar-interdigital"),
    ],
)
def test_what_cannot_be_a_pattern_is_refused(spec: str, sets: list[str], what: str) -> None:
    with pytest.raises(BadInput) as caught:
        planned(spec, *sets)
    assert what in " ".join(str(problem) for problem in caught.value.problems)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s-spiral", "banked-comb", "serpentine", "hilbert", "moore"])
def test_a_pattern_is_planned_and_meets_the_target(name: str) -> None:
    plan = planned("planar-interdigital", f"cell.pattern={name}")
    assert plan.estimate["capacity_Ah"] >= 131.4e-6
    assert plan.estimate["n_p_ratio"] == pytest.approx(1.1, rel=0.05)
    assert values(plan)["fingers"] == 1
    assert values(plan)["finger_length"] == pytest.approx(plan.geometry["facing_length_m"], rel=1e-6)


@pytest.mark.slow
def test_a_target_beyond_a_pattern_is_refused_by_its_name() -> None:
    with pytest.raises(Infeasible) as caught:
        planned("planar-interdigital", "cell.pattern=hilbert", "target.capacity=2 mAh")
    assert caught.value.reasons
