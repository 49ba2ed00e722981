"""What is measured on a drawing, against figures by hand and against the closed forms of the structures."""

from __future__ import annotations

import dataclasses
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fabplan.architectures import interdigital_3d_filament, laminated_thin_film, planar_interdigital
from fabplan.architectures.base import Request, one
from fabplan.geometry.region import Part, Region, nanometres, rectangle, translated
from fabplan.layout.measure import measured
from fabplan.layout.rules import CLOSED_FORM, check
from tests.architectures.requests import request
from tests.layout.cells import BUS, GAP, METAL, OVERLAP, UM, WALL, WIDTH, comb_bodies, film_bodies, replaced

RIGHT = 4 * 2 * (WIDTH + GAP) - GAP


def test_a_comb_by_hand() -> None:
    found = measured(comb_bodies())
    plan = (4 * WIDTH * (OVERLAP + GAP) + RIGHT * BUS) * 1e-18
    rim = 2 * (RIGHT + BUS + 4 * (OVERLAP + GAP)) * 1e-9
    tips = 2 * 4 * WIDTH
    expected = {
        "height_m": 2 * WALL,
        "minimum_width_m": BUS * 1e-9,
        "minimum_gap_m": GAP * 1e-9,
        "facing_length_m": (7 * OVERLAP + tips) * 1e-9,
        "anode_area_m2": plan,
        "anode_volume_m3": plan * WALL,
        "anode_interface_area_m2": plan + rim * WALL,
        "anode_collector_area_m2": plan,
        "electrolyte_volume_m3": 100_100 * 10_100 * 1e-12 * 2 * WALL - 2 * plan * (METAL + WALL),
    }
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-12)


def test_films_by_hand() -> None:
    found = measured(film_bodies())
    expected = {
        "height_m": 0.2e-6 + 2e-6 + 1e-6 + 3e-6 + 0.2e-6,
        "minimum_gap_m": 100e-6,
        "facing_length_m": 0.0,
        "anode_interface_area_m2": 0.84e-3**2,
        "cathode_interface_area_m2": 0.9e-3**2 + 4 * 0.9e-3 * 2e-6,
        "electrolyte_volume_m3": 1.2e-3**2 * 1e-6,
    }
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-12)


def test_slanted_edges_are_measured_or_said_to_be_unknown() -> None:
    slope = Region((Part(((0, 0), (300 * UM, 400 * UM), (250 * UM, 437_500), (-50 * UM, 37_500))),))
    bodies = replaced(comb_bodies()[2:4], "anode-walls", region=slope)
    bodies = replaced(bodies, "cathode-walls", region=translated(slope, 400 * UM, 0))
    found = measured((*bodies, *comb_bodies()[4:]))
    assert found["facing_length_m"] is None
    assert found["minimum_width_m"] == pytest.approx(62.5e-6, abs=4e-9)
    assert found["anode_interface_area_m2"] == pytest.approx(500e-6 * 62.5e-6 + 2 * (500e-6 + 62.5e-6) * WALL, rel=1e-6)


def test_nothing_drawn() -> None:
    found = measured(())
    assert found["minimum_gap_m"] is None and found["minimum_width_m"] is None and found["height_m"] == 0.0


def test_interface_counts_only_where_electrolyte_is() -> None:
    half = rectangle(-100 * UM, -100 * UM, 10_000 * UM, BUS)
    found = measured(replaced(comb_bodies(), "electrolyte", region=half))
    assert found["anode_interface_area_m2"] < RIGHT * BUS * 1e-18 + 4 * RIGHT * 1e-9 * WALL
    dry = measured([b for b in comb_bodies() if b.role != "electrolyte"])
    assert dry["anode_interface_area_m2"] == 0.0


@cache
def good_designs(architecture: ModuleType, terminals: str) -> tuple[Request, Any, NDArray[np.int64]]:
    """A request, its designs, and the numbers of those that keep all limits."""
    wish = request(architecture, 6e-3, 5e-3, terminals=terminals)
    space = architecture.design_space(wish)
    return wish, space, np.flatnonzero(architecture.measures(space, wish).feasible)


@pytest.mark.parametrize("architecture", [interdigital_3d_filament, planar_interdigital, laminated_thin_film])
@pytest.mark.parametrize("terminals", ["inside", "outside"])
@settings(deadline=None, max_examples=8)
@given(choice=st.floats(0, 1))
def test_drawing_and_closed_form_agree(architecture: ModuleType, terminals: str, choice: float) -> None:
    wish, space, good = good_designs(architecture, terminals)
    design = one(space, int(good[int(choice * (len(good) - 1))]))
    bodies, closed = architecture.cell(design, wish), architecture.measures(design, wish)
    box = (0, 0, nanometres(6e-3), nanometres(5e-3))
    rules = {f.rule: f.message for f in check(bodies, (), box, {}, closed, terminals)}
    assert not rules
    drawn = measured(bodies)
    for key, field in CLOSED_FORM.items():
        value = drawn[key]
        assert value is not None and value == pytest.approx(float(getattr(closed, field)), rel=1e-9, abs=1e-24), key


def test_a_changed_thickness_is_seen() -> None:
    bodies = comb_bodies()
    thinner = replaced(bodies, "anode-walls", thickness=WALL / 2)
    one_, other = measured(bodies), measured(thinner)
    assert other["anode_volume_m3"] == pytest.approx((one_["anode_volume_m3"] or 0) / 2)
    assert dataclasses.replace(bodies[2], thickness=WALL / 2) in thinner
