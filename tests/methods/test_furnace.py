"""Furnaces: ramps and dwell add up; stress of annealed films."""

from __future__ import annotations

import pytest

from fabplan.methods import _film as film
from fabplan.methods import _furnace as furnace
from fabplan.methods import annealing, drying, sintering
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings


def test_sinter_of_the_printed_cell() -> None:
    """5 K/min up from 20 degC, 2 h, 3 K/min down to 50 degC, half an hour of purging, a quarter of loading."""
    made = recipe("sinter-600c-argon").settings
    minutes = 580 / 5 + 120 + 550 / 3 + 30 + 15
    assert sintering.duration(made, Work()) / 60 == pytest.approx(minutes)
    assert sintering.temperature(made) == pytest.approx(873.15)


def test_cold_steps_have_no_ramps() -> None:
    made = recipe("seal-port-25c").settings
    assert furnace.down_time(made.cure_temperature, made.cooling_rate) == 0.0
    assert furnace.up_time(made.cure_temperature, made.heating_rate) == pytest.approx(5 / 2 * 60)


def test_unknown_ramp_is_an_unknown_time() -> None:
    made = settings("annealing", peak_temperature="700 degC", dwell="2 h", heating_rate="unknown")
    assert annealing.duration(made, Work()) is None


def test_a_second_plateau_counts() -> None:
    plain = {"peak_temperature": "600 degC", "dwell": "2 h"}
    hold = {"hold_temperature": "300 degC", "hold_time": "1 h"}
    one, two = (settings("sintering", **plain, **more) for more in ({}, hold))
    assert sintering.duration(two, Work()) - sintering.duration(one, Work()) == pytest.approx(3600)


def test_stress_of_annealed_lithium_cobalt_oxide() -> None:
    """An elastic bound of some 1.8 GPa on silicon."""
    made = recipe("anneal-lco-700c-oxygen").settings
    assert annealing.stress(made) / 1e9 == pytest.approx(1.77, abs=0.01)


def test_critical_thickness_is_where_the_energy_suffices() -> None:
    here = film.critical_thickness(1e6, 500e6, 2.0)
    assert here == pytest.approx(1e-6)
    assert film.critical_thickness(1e6, 1000e6, 2.0) == pytest.approx(here / 4)


def test_vacuum_depends_on_the_recipe() -> None:
    assert drying.vacuum(settings("drying", vacuum_oven=True)) and not drying.vacuum(settings("drying"))
    assert annealing.vacuum(settings("annealing", vacuum_furnace=True)) and not annealing.vacuum(settings("annealing"))
