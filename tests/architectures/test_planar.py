"""Flat combs: balance, cover of the collectors, distances of gel, lid and pads."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from fabplan.architectures import planar_interdigital as structure
from fabplan.architectures.base import Request, one
from fabplan.geometry import shapes
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, area, bounds, joined
from tests.architectures.requests import THIN, near, request

SCREEN = dataclasses.replace(
    THIN, line=150e-6, gap=100e-6, thickness_low=5e-6, thickness_high=60e-6, thickness_step=10e-6, placement=40e-6
)


def screen_request(**changes: Any) -> Request:
    asked = request(structure, 12e-3, 12e-3, **changes)
    return dataclasses.replace(asked, limits=dict.fromkeys(asked.limits, SCREEN))


def bodies_of(asked: Request, pick: float = 0.5) -> tuple[structure.Params, dict[str, Body]]:
    params = structure.design_space(asked)
    feasible = np.flatnonzero(structure.measures(params, asked).feasible)
    design = one(params, int(feasible[int(pick * (len(feasible) - 1))]))
    return design, {body.name: body for body in structure.cell(design, asked)}


@pytest.mark.parametrize("asked", [request(structure), screen_request()], ids=["lithography", "screen"])
@pytest.mark.parametrize("wanted", [1.0, 1.3])
def test_drawn_capacities_have_the_wanted_ratio(asked: Request, wanted: float) -> None:
    asked = dataclasses.replace(asked, n_p_ratio=wanted)
    found = structure.measures(structure.design_space(asked), asked)
    ratio = asked.capacity["anode"] * found.anode_volume / (asked.capacity["cathode"] * found.cathode_volume)
    assert np.median(np.abs(ratio / wanted - 1)) < 1e-4
    assert ratio.min() > 0.97 * wanted


def test_both_ways_to_balance_are_offered() -> None:
    params = structure.design_space(request(structure))
    equal_heights = np.isclose(params.anode_thickness, params.cathode_thickness)
    similar_widths = np.abs(params.finger_width_anode / params.finger_width_cathode - 1) < 0.1
    assert (equal_heights & ~similar_widths).any() and (similar_widths & ~equal_heights).any()


def test_heights_are_whole_passes() -> None:
    params = structure.design_space(screen_request())
    for height in (params.anode_thickness, params.cathode_thickness):
        passes = height / SCREEN.thickness_step
        assert np.allclose(passes, np.rint(passes))


def test_no_bare_collector_faces_the_other_net() -> None:
    asked = screen_request()
    design, bodies = bodies_of(asked)
    assert design.collector_inset == near(SCREEN.placement)
    for net in ("anode", "cathode"):
        electrode, plate = bodies[f"{net}-comb"].region, bodies[f"{net}-collector"].region
        bare = shapes.difference(plate, electrode)  # neck and pad
        assert bare
        other = bodies["cathode-comb" if net == "anode" else "anode-comb"].region
        assert shapes.facing_length(bare, other, round(2 * design.gap / NANOMETRE)) == 0
        under = shapes.buffered(electrode, -round(design.collector_inset / NANOMETRE))
        assert shapes.contains(plate, under)
    apart = shapes.distance(bodies["anode-collector"].region, bodies["cathode-collector"].region) * NANOMETRE
    assert apart == near(design.gap + 2 * design.collector_inset)


def test_gel_stays_away_from_the_pads_and_under_the_lid() -> None:
    asked = screen_request()
    design, bodies = bodies_of(asked, 0.9)
    gel, lid = bodies["electrolyte"].region, bodies["lid"].region
    assert shapes.contains(lid, gel)
    pads = [shapes.difference(bodies[f"{net}-collector"].region, lid) for net in ("anode", "cathode")]
    for pad in pads:
        x0, y0, x1, y1 = bounds(pad)
        square = round(design.pad_size / NANOMETRE)
        assert x1 - x0 == square and y1 - y0 >= square
        tip = next(y for y in (y0, y1) if not bounds(lid)[1] <= y <= bounds(lid)[3])
        foot = y1 - square if tip == y1 else y0 + square
        clear = min(abs(foot - edge) for edge in (bounds(gel)[1], bounds(gel)[3])) * NANOMETRE
        assert clear == near(design.dam_clearance) and clear >= 200e-6 * (1 - 1e-9)


def test_dam_is_drawn_when_an_insulator_is_chosen() -> None:
    asked = screen_request()
    plain = structure.design_space(asked)
    assert "dam" not in bodies_of(asked)[1]
    asked = dataclasses.replace(
        asked, materials={**asked.materials, "insulator": "su-8"}, thickness={**asked.thickness, "insulator": 3e-4}
    )
    design, bodies = bodies_of(asked)
    dam, gel, lid = (bodies[name].region for name in ("dam", "electrolyte", "lid"))
    assert bodies["dam"].material == "su-8"
    assert area(joined([dam, gel])) == near(area(lid)) and not shapes.intersection(dam, gel)
    # the dam is thicker than the gel: it sets the height
    assert float(structure.measures(design, asked).height) == near(2e-7 + 3e-4 + design.lid_thickness)
    assert structure.measures(one(plain, 0), asked).height > 3e-4


def test_fingers_are_flat() -> None:
    params = structure.design_space(request(structure))
    assert (np.maximum(params.anode_thickness, params.cathode_thickness) <= params.gap * (1 + 1e-9)).all()


def test_twice_the_length_faces_more_than_twice_as_far() -> None:
    asked = request(structure, 5e-3, 20e-3, fixed={"fingers": 8.0})
    design = one(structure.design_space(asked), 0)
    rest = 2 * design.gap + design.bus_width_anode + design.bus_width_cathode
    doubled = dataclasses.replace(design, finger_length=2 * design.finger_length + rest)
    once, twice = structure.measures(design, asked), structure.measures(doubled, asked)
    assert twice.facing_length > 2 * once.facing_length
    assert twice.active_area == near(2 * float(once.active_area))


def test_absurd_numbers_of_fingers_are_infeasible_not_fatal() -> None:
    asked = request(structure, fixed={"fingers": 1e12})
    params = structure.design_space(asked)
    assert not structure.measures(params, asked).feasible.any()
    assert len(structure.cell(one(params, 0), asked)) == 6
