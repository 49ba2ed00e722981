"""Symmetric kinetics."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fabplan.estimate.constants import thermal_voltage
from fabplan.estimate.kinetics import drive, exchange_current, growth, sinh_argument

positive = st.floats(1e-6, 1e3)


def test_thermal_voltage_at_room_temperature() -> None:
    assert np.isclose(thermal_voltage(np.array(298.15)), 51.385e-3, atol=1e-6)


@given(positive, st.floats(1.0, 4000.0), st.floats(-0.1, 1.1))
def test_growth_is_exp_asinh(driven: float, salt: float, x: float) -> None:
    found = np.log(growth(np.array(driven), salt, np.array(x)))
    assert np.isclose(found, np.arcsinh(sinh_argument(np.array(driven), salt, x)), rtol=1e-9, atol=1e-12)


@given(positive, positive, st.floats(1.0, 4000.0), st.floats(0.001, 0.999))
def test_overpotential_gives_the_current_back(density: float, reference: float, salt: float, x: float) -> None:
    argument = sinh_argument(drive(np.array(density), np.array(reference)), salt, x)
    overpotential = thermal_voltage(np.array(298.15)) * np.arcsinh(argument)
    i0 = reference * np.sqrt(salt / 1000.0) * 2.0 * np.sqrt(x * (1.0 - x))
    assert np.isclose(2.0 * i0 * np.sinh(overpotential / thermal_voltage(np.array(298.15))), density, rtol=1e-6)
    assert np.isclose(exchange_current(np.array(reference), np.array(salt), np.array(x)), i0)


def test_nothing_is_infinite_at_the_ends() -> None:
    found = sinh_argument(np.array([1.0, 1.0]), np.array([0.0, 1000.0]), np.array([0.5, 1.2]))
    assert np.all(np.isfinite(found)) and np.all(found > 1e3)
