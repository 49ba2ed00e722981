"""Atomic layer deposition: cycles, time, precursor, dose."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import atomic_layer_deposition as ald
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings

CYCLE = [
    {"precursor": "TMA", "pulse": "0.1 s", "purge": "3 s", "molar_mass": "72.09 g/mol"},
    {"precursor": "H2O", "pulse": "0.1 s", "purge": "4 s", "molar_mass": "18.02 g/mol"},
]


@given(st.integers(1, 5000), st.floats(0.1, 3.0))
def test_a_whole_number_of_cycles_gains_none_from_rounding(number: int, growth: float) -> None:
    made = settings("atomic-layer-deposition", growth_per_cycle=f"{growth!r} angstrom/cycle")
    thickness = number * made.growth_per_cycle.value
    assert ald.cycles(made, Work(thickness=thickness)) == number
    assert ald.cycles(made, Work(thickness=thickness * (1 + 1e-6))) == number + 1


def test_nucleation_delay_comes_on_top() -> None:
    made = settings("atomic-layer-deposition", growth_per_cycle="0.5 angstrom/cycle", nucleation_cycles=30)
    assert ald.cycles(made, Work(thickness=5e-9)) == 130


def test_flat_and_deep_recipe_of_the_tool() -> None:
    """Relief costs purge: 7.2 s against 41.4 s a cycle."""
    flat, deep = recipe("ald-al2o3-tma").settings, recipe("ald-al2o3-tma-high-aspect").settings
    assert ald.cycle_time(flat) == pytest.approx(7.2)
    assert ald.cycle_time(deep) == pytest.approx(41.4)


def test_repeats_count_in_time() -> None:
    made = settings("atomic-layer-deposition", cycle=[{**CYCLE[0], "repeats": 3}, CYCLE[1]])
    assert ald.cycle_time(made) == pytest.approx(3 * 3.1 + 4.1)


def test_one_unknown_purge_makes_the_time_unknown_but_not_the_cycles() -> None:
    item = recipe("ald-tio2-tdmat")
    work = Work(thickness=60e-9)
    assert ald.cycles(item.settings, work) == 1000
    assert ald.duration(item.settings, work) is None
    points = {p.name: p for p in ald.set_points(item.settings, work)}
    assert points["Cycles"].value == 1000
    assert points["Dose 1, TDMAT: pulse"].value is None


def test_the_table_of_pulses_is_on_the_sheet() -> None:
    item = recipe("ald-al2o3-tma")
    shown = {p.name: p.shown for p in ald.set_points(item.settings, Work(thickness=55e-9))}
    assert shown["Dose 1, TMA: pulse"] == "100 ms"
    assert shown["Dose 2, H2O: purge"] == "4 s"
    assert shown["Cycles"] == "500"
    assert shown["Time of all cycles"] == "1 h"


def test_precursor_grows_with_the_true_area() -> None:
    made = recipe("ald-al2o3-tma").settings
    flat, deep = (ald.uses(made, Work(thickness=50e-9, area=0.01, enhancement=e))[0].amount for e in (1.0, 25.0))
    chamber = made.chamber_area.value
    assert deep / flat == pytest.approx((chamber + 0.25) / (chamber + 0.01))


def test_exposure_grows_with_the_square_of_the_aspect_ratio() -> None:
    made = recipe("ald-al2o3-tma").settings
    at = [ald.exposure(made, a) for a in (200.0, 400.0)]
    assert at[1] / at[0] == pytest.approx(4.0, rel=0.02)
    assert math.isfinite(at[0])
    assert ald.exposure(recipe("ald-tio2-tdmat").settings, 10.0) is None
