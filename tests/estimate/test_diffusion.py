"""Series of constant-flux diffusion: identities, limits, and a finite-volume integration as second formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.diffusion import (
    NONE,
    PLANE,
    SPHERE,
    STEADY,
    annulus_excess,
    excess_at,
    plane_excess,
    saturated_utilisation,
    sphere_excess,
    sphere_roots,
)

SERIES = {SPHERE: sphere_excess, PLANE: plane_excess}
DIMENSION = {SPHERE: 3, PLANE: 1}


def surface_excess(shape: Index, tau: Array) -> Array:
    return excess_at(shape, np.sqrt(tau))


def test_sphere_roots_solve_their_equation() -> None:
    roots = sphere_roots(50)
    assert np.allclose(np.sin(roots), roots * np.cos(roots), atol=1e-10)
    assert np.allclose(roots[:5], [4.4934, 7.7253, 10.9041, 14.0662, 17.2208], atol=1e-4)


def test_weights_of_all_modes_add_up_to_the_steady_excess() -> None:
    assert np.isclose(np.sum(2.0 / sphere_roots(20000) ** 2), STEADY[SPHERE], atol=2e-5)


def test_no_excess_without_particles() -> None:
    assert np.all(surface_excess(np.array(NONE), np.array([0.0, 0.3, 9.0])) == 0.0)


@pytest.mark.parametrize("shape", [SPHERE, PLANE])
def test_table_is_the_series(shape: int) -> None:
    tau = np.concatenate([[0.0], np.geomspace(1e-6, 50.0, 300)])
    assert np.allclose(surface_excess(np.array(shape), tau), SERIES[shape](tau), atol=1e-5)


@pytest.mark.parametrize("shape", [SPHERE, PLANE])
def test_short_and_long_times(shape: int) -> None:
    assert np.isclose(surface_excess(np.array(shape), np.array(1e-6)), 2.0 * np.sqrt(1e-6 / np.pi), rtol=3e-3)
    assert np.isclose(surface_excess(np.array(shape), np.array(30.0)), STEADY[shape], rtol=1e-8)


@pytest.mark.parametrize("shape", [SPHERE, PLANE])
@pytest.mark.parametrize("tau", [0.01, 0.1, 0.6])
def test_against_finite_volumes(shape: int, tau: float) -> None:
    edges = np.linspace(0.0, 1.0, 201)
    power = DIMENSION[shape]
    volume, area = np.diff(edges**power) / power, edges ** (power - 1)
    operator = np.zeros((200, 200))
    for cell in range(199):
        flow = area[cell + 1] * 200.0
        operator[cell, cell] -= flow / volume[cell]
        operator[cell, cell + 1] += flow / volume[cell]
        operator[cell + 1, cell + 1] -= flow / volume[cell + 1]
        operator[cell + 1, cell] += flow / volume[cell + 1]
    source = np.zeros(200)
    source[-1] = 1.0 / volume[-1]
    steps = 2000
    matrix = np.linalg.inv(np.eye(200) - operator * tau / steps)
    state = np.zeros(200)
    for _ in range(steps):
        state = matrix @ (state + source * tau / steps)
    excess = state[-1] + 0.5 / 200.0 - power * tau
    assert np.isclose(surface_excess(np.array(shape), np.array(tau)), excess, rtol=4e-3)


@given(st.floats(1e-3, 50.0))
def test_utilisation_solves_its_equation(relaxation: float) -> None:
    for shape, dimension in ((SPHERE, 3.0), (PLANE, 1.0)):
        used = saturated_utilisation(shape, dimension, np.array([relaxation]))
        excess = surface_excess(np.array([shape]), used / (dimension * relaxation))
        assert np.allclose(used + relaxation * excess, 1.0, atol=1e-3) and 0.0 < used[0] <= 1.0


def test_slow_filling_is_nearly_complete() -> None:
    relaxation = 0.05
    assert np.isclose(saturated_utilisation(PLANE, 1.0, np.array([relaxation]))[0], 1.0 - relaxation / 3.0, atol=1e-6)


@pytest.mark.parametrize("blocked", [0.2, 0.7, 1.4, 4.0])
def test_annulus_against_quadrature(blocked: float) -> None:
    """Steady flux profile q(r) r = r_f (r^2 - r_i^2)/(r_f^2 - r_i^2), integrated twice."""
    radius = np.linspace(blocked, 1.0, 20001)
    slope = (radius**2 - blocked**2) / (1.0 - blocked**2) / radius
    value = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * np.diff(radius))])
    mean = np.trapezoid(value * radius, radius) / np.trapezoid(radius, radius)
    excess = abs(value[-1] - mean)
    assert np.isclose(annulus_excess(1.0, blocked), 3.0 * excess / abs(1.0 - blocked), rtol=1e-6)


def test_thin_and_flat_annuli_are_planes() -> None:
    assert annulus_excess(np.inf, np.inf) == 1.0
    assert np.allclose(annulus_excess(1.0, np.array([0.9999, 1.0001, 0.9985, 1.0015])), 1.0, rtol=0.0, atol=1e-6)
    assert np.isclose(annulus_excess(1.0, 0.9989), annulus_excess(1.0, 0.9991), rtol=0.0, atol=1e-6)
