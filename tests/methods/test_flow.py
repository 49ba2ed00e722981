"""Flow of yield-stress inks: closed form against quadrature and known limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _flow as flow

PSI = 6894.757293168361
INK = (3000.0, 0.25, 500.0)  # Pa sⁿ, 1, Pa
SUN = math.pi * (15e-6) ** 2 * 250e-6  # 30 um nozzle at 250 um/s


def quadrature(pressure: float, radius: float, length: float, ink: tuple[float, float, float]) -> float:
    """Flow by integrating the shear rate: ``Q = π ∫ r² γ̇(r) dr``."""
    consistency, index, yield_stress = ink
    r = np.linspace(0.0, radius, 200_001)
    stress = pressure * r / (2.0 * length)
    shear = (np.maximum(stress - yield_stress, 0.0) / consistency) ** (1.0 / index)
    return float(math.pi * np.trapezoid(r**2 * shear, r))


@given(
    st.floats(100.0, 5000.0), st.floats(0.25, 1.0), st.floats(0.0, 1000.0), st.floats(1.2, 20.0),
)  # fmt: skip
def test_cylinder_is_the_integral_of_the_shear(k: float, n: float, yield_stress: float, over: float) -> None:
    radius, length, ink = 15e-6, 1e-3, (k, n, yield_stress)
    pressure = over * 2.0 * max(yield_stress, 100.0) * length / radius
    closed = flow.cylinder_flow(pressure, radius, length, ink)
    assert closed == pytest.approx(quadrature(pressure, radius, length, ink), rel=1e-3)


def test_newtonian_ink_follows_hagen_and_poiseuille() -> None:
    pressure, radius, length, viscosity = 1e5, 50e-6, 1e-2, 0.5
    expected = math.pi * radius**4 * pressure / (8.0 * viscosity * length)
    assert flow.cylinder_flow(pressure, radius, length, (viscosity, 1.0, 0.0)) == pytest.approx(expected)


def test_nothing_flows_below_the_yield_stress() -> None:
    assert flow.cylinder_flow(2.0 * 500.0 * 1e-3 / 15e-6, 15e-6, 1e-3, INK) == 0.0


@given(st.floats(1e-16, 1e-10))
def test_pressure_is_the_inverse_of_flow(wanted: float) -> None:
    pressure = flow.cylinder_pressure(wanted, 15e-6, 1e-3, INK)
    assert flow.cylinder_flow(pressure, 15e-6, 1e-3, INK) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(("length", "psi"), [(0.5e-3, 101.0), (3e-3, 606.0)])
def test_pressures_of_the_printed_cell(length: float, psi: float) -> None:
    """Published 600 psi are those of about 3 mm of parallel bore."""
    assert flow.cylinder_pressure(SUN, 15e-6, length, INK) / PSI == pytest.approx(psi, rel=0.01)


def test_cone_of_the_printed_cell() -> None:
    assert flow.cone_pressure(SUN, 300e-6, 15e-6, 10e-3, INK) / PSI == pytest.approx(137.0, rel=0.02)


def test_cone_is_many_short_cylinders() -> None:
    radii = np.linspace(15e-6, 300e-6, 4001)
    middle = 0.5 * (radii[1:] + radii[:-1])
    slices = sum(flow.cylinder_pressure(SUN, float(r), 10e-3 / 4000, INK) for r in middle)
    assert flow.cone_pressure(SUN, 300e-6, 15e-6, 10e-3, INK) == pytest.approx(slices, rel=0.02)
