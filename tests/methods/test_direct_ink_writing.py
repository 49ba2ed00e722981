"""Printed walls: volume is conserved, and the shipped recipe makes what was published."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import direct_ink_writing as diw
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings

SUN = ("diw-lto-sun2013", "diw-lfp-sun2013")


def wall(**given: object) -> diw.Settings:
    table = {
        "nozzle": "30 um", "speed": "250 um/s", "layer_pitch": "24 um", "beads_per_width": 2,
        "extrusion_multiplier": 1, "shrinkage_width": 1, "shrinkage_height": 1,
    }  # fmt: skip
    made: diw.Settings = settings("direct-ink-writing", **{**table, **given})
    return made


@given(st.floats(1.0, 400.0), st.floats(0.6, 0.9), st.floats(0.5, 3.0), st.floats(0.5, 1.0), st.floats(0.5, 1.0))
def test_wet_volume_shrinks_to_the_finished_one(
    nozzle: float, pitch: float, multiplier: float, narrow: float, low: float
) -> None:
    made = wall(
        nozzle=f"{nozzle} um", layer_pitch=f"{pitch * nozzle} um", extrusion_multiplier=multiplier,
        shrinkage_width=narrow, shrinkage_height=low,
    )  # fmt: skip
    path = 0.1
    step = diw.limits(made)["thickness_step"]
    finished = diw.bead_width(made) * step * path
    wet = diw.bead_section(made) * path
    # the width is rounded to a whole nanometre
    assert finished == pytest.approx(wet * narrow * low, rel=1e-9 / diw.bead_width(made))


@pytest.mark.parametrize("name", SUN)
def test_shipped_walls_are_the_published_ones(name: str) -> None:
    made = recipe(name).settings
    limits = diw.limits(made)
    assert made.beads_per_width.value * limits["bead_width"] == pytest.approx(60e-6, abs=1e-9)
    height = {n: limits["thickness_low"] + (n - 1) * limits["thickness_step"] for n in (8, 16)}
    assert 170e-6 < height[8] < 195e-6
    assert 330e-6 < height[16] < 385e-6
    assert limits["aspect_ratio"] == 11.0
    assert limits["nozzle"] == limits["line"] == pytest.approx(30e-6)
    assert limits["nozzle"] < limits["gap"] < 50e-6


def test_a_square_centimetre_takes_a_day_and_more() -> None:
    """28 m of filament at 250 um/s: 31 hours."""
    made = recipe("diw-lto-sun2013").settings
    hours = diw.duration(made, Work(path_length=27.9824)) / 3600 - made.setup_time.value / 3600
    assert hours == pytest.approx(31.09, abs=0.01)


def test_the_path_comes_from_the_volume_before_it_is_drawn() -> None:
    made = wall()
    path = 0.5
    volume = path * diw.bead_width(made) * diw.limits(made)["thickness_step"]
    assert diw.path_length(made, Work(volume=volume)) == pytest.approx(path)
    assert diw.path_length(made, Work(volume=volume, path_length=0.7)) == 0.7
    assert diw.path_length(made, Work()) is None


def test_ink_to_fill_in_is_more_than_the_print() -> None:
    made = recipe("diw-lto-sun2013").settings
    printed, fill = diw.uses(made, Work(path_length=0.05))
    assert printed.amount == pytest.approx(0.05 * 1.0722 * math.pi * (30e-6) ** 2 / 4)
    assert fill.amount > 1000 * printed.amount  # dead volume of the syringe


def test_solids_balance_counts_the_free_length() -> None:
    shrunk = {"ink_solids": 0.3, "shrinkage_width": 0.9, "shrinkage_height": 0.8}
    assert diw.balanced_solids(wall(**shrunk)) == pytest.approx(0.3 / 0.72)
    assert diw.balanced_solids(wall(**shrunk, base_anchored=False)) == pytest.approx(0.3 / 0.648)


@pytest.mark.parametrize("name", SUN)
def test_shipped_recipes_admit_that_their_solids_do_not_add_up(name: str) -> None:
    item = recipe(name)
    assert "diw-solids-balance" in [f.rule for f in diw.findings(item.settings, Work())]
