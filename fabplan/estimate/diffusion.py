"""Diffusion in particles and films under constant flux: exact series, tabulated over the square root of time.

Surface minus mean concentration is (J R / D) f(tau), tau = D t / R^2, with J the flux into the body
(Crank, The Mathematics of Diffusion, 1975).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.tables import TableStack, stack

NONE, SPHERE, PLANE = 0, 1, 2
STEADY = (0.0, 1.0 / 5.0, 1.0 / 3.0)  # f after a long time, by shape

_LONGEST_ROOT = 1.5  # table ends at tau = 2.25, where f is steady to 1e-9
_SHORTEST_ROOT = 0.02  # below it the short-time form is used, there exact to 6e-6
_CELLS = 1536
_TERMS = 100


def sphere_roots(count: int) -> Array:
    """First positive roots of tan(x) = x (4.4934, 7.7253, ...).

    Returns
    -------
    [count].
    """
    guess = (np.arange(1, count + 1) + 0.5) * np.pi
    root = guess - 1.0 / guess
    for _ in range(6):  # Newton on sin x - x cos x, whose slope is x sin x
        root = root - (np.sin(root) - root * np.cos(root)) / (root * np.sin(root))
    return root


def plane_roots(count: int) -> Array:
    """First positive roots of sin(x) = 0.

    Returns
    -------
    [count].
    """
    return np.arange(1.0, count + 1.0) * np.pi


def sphere_excess(tau: Array) -> Array:
    """f of a sphere: 1/5 - 2 sum exp(-x^2 tau)/x^2 over tan x = x; short times 2 sqrt(tau/pi) - 2 tau.

    Returns
    -------
    dimensionless like ``tau``, any shape; tau >= 0, within 6e-6. Source: Crank 1975 [module].
    """
    return _excess(tau, STEADY[SPHERE], sphere_roots(_TERMS), 2.0)


def plane_excess(tau: Array) -> Array:
    """f of a plane film: 1/3 - 2 sum exp(-x^2 tau)/x^2 over x = n pi; short times 2 sqrt(tau/pi) - tau.

    Returns
    -------
    dimensionless like ``tau``, any shape; tau >= 0, within 6e-6. Source: Crank 1975 [module].
    """
    return _excess(tau, STEADY[PLANE], plane_roots(_TERMS), 1.0)


def _excess(tau: Array, steady: float, roots: Array, curvature: float) -> Array:
    tau = np.asarray(tau, dtype=np.float64)
    decay = np.exp(-np.multiply.outer(tau, roots**2)) / roots**2
    short = 2.0 * np.sqrt(tau / np.pi) - curvature * tau
    return np.where(tau < _SHORTEST_ROOT**2, short, steady - 2.0 * decay.sum(axis=-1))


@cache
def excess_tables() -> TableStack:
    """f over sqrt(tau) for the shapes ``NONE``, ``SPHERE``, ``PLANE``."""
    root = np.linspace(0.0, _LONGEST_ROOT, _CELLS + 1)
    rows = [np.zeros_like(root), sphere_excess(root**2), plane_excess(root**2)]
    return stack([(root, row) for row in rows], 0.0, _LONGEST_ROOT, _CELLS, extend=False)


def excess_at(shape: Index, root: Array) -> Array:
    """f(tau) by table at sqrt(tau): one gather an element.

    Parameters
    ----------
    shape : ``NONE``, ``SPHERE`` or ``PLANE``, broadcasts against ``root``
    root : sqrt(D t)/R, not negative

    Returns
    -------
    dimensionless [shape of both broadcast]; within 1e-5 of the series.
    """
    return excess_tables().value(shape, np.minimum(root, _LONGEST_ROOT))


def annulus_excess(flux_radius: Array, blocked_radius: Array) -> Array:
    """Steady surface excess of a cylinder shell over that of a plane film of the same thickness.

    D (c_s - c_mean)/J = (s/2) [g(r_f) - 2 (G(r_1) - G(r_0))/(r_1^2 - r_0^2)], s = 2 r_f/(r_1^2 - r_0^2),
    g(r) = r^2/2 - r_i^2 ln r, G(r) = r^4/8 - r_i^2 (r^2 ln r/2 - r^2/4), with r_f the radius of the
    flux face, r_i that of the blocked face, r_0 < r_1 both in order; divided by L/3. Infinite radii: 1.

    Parameters
    ----------
    flux_radius, blocked_radius : [m]
    """
    flux, blocked = np.broadcast_arrays(np.asarray(flux_radius, float), np.asarray(blocked_radius, float))
    flat = np.isinf(flux)
    flux = np.where(flat, 2.0, flux)
    blocked = np.where(flat, 1.0, blocked) / flux  # radii in units of the flux radius: no cancellation in size
    thickness = np.abs(1.0 - blocked)
    span = 1.0 - blocked**2
    mean = (_shell_integral(np.ones_like(blocked), blocked) - _shell_integral(blocked, blocked)) / span
    excess = (0.5 - 2.0 * mean) / span
    thin = 1.0 - 0.1 * thickness**2  # series of the quotient, which cancels to nothing for thin shells
    ratio = np.where(thickness < 1e-3, thin, np.abs(excess) * 3.0 / np.where(thickness > 0.0, thickness, 1.0))
    return np.where(flat, 1.0, ratio)


def _shell_integral(radius: Array, blocked: Array) -> Array:
    return radius**4 / 8.0 - blocked**2 * (0.5 * radius**2 * np.log(radius) - 0.25 * radius**2)


def saturated_utilisation(shape: int, dimension: float, relaxation: Array) -> Array:
    """Part of the sites filled when the surface saturates at constant current.

    Root u of u + r f(u / (n r)) = 1, by Newton steps; r f is concave in u, so they come from below.

    Parameters
    ----------
    shape : ``SPHERE`` or ``PLANE``
    dimension : n = 3 sphere, 1 plane
    relaxation : r = R^2/(n D t_d), t_d the time in which the current would fill all sites

    Returns
    -------
    dimensionless, 0 to 1 [shape of ``relaxation``].
    """
    relaxation = np.maximum(np.asarray(relaxation, dtype=np.float64), 1e-12)
    used = np.minimum(np.pi * dimension / (4.0 * relaxation), 1.0)
    used = np.where(relaxation * STEADY[shape] < 0.5, 1.0 - relaxation * STEADY[shape], used)
    for _ in range(5):
        root = np.sqrt(used / (dimension * relaxation))
        excess, slope = excess_tables().value_and_slope(np.array(shape, dtype=np.intp), np.minimum(root, _LONGEST_ROOT))
        rise = 1.0 + relaxation * slope * root / (2.0 * used)
        used = np.clip(used - (used + relaxation * excess - 1.0) / rise, 1e-12, 1.0)
    return used
