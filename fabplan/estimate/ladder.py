"""Thin collectors, bus bars and porous electrodes: two lines with a conductance between them.

Legend: r1, r2 line resistances [ohm/m], g_c conductance between the lines per length [S/m], l length [m],
G = sqrt((r1 + r2) g_c) [1/m]. Linear kinetics at the first moment; the mean over a long discharge is nearer to
``even_feed``, because the slope of the open-circuit voltage evens the current out. Inputs broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fabplan.estimate.constants import Array

_SMALL = 1e-4  # below it series replace the hyperbolic functions


def line_resistance(
    sheet_resistance: ArrayLike, width: ArrayLike, conductivity: ArrayLike = 0.0, area: ArrayLike = 0.0
) -> Array:
    """r of a collector with a conducting electrode of some cross-section on it [ohm/m]."""
    sheet, wide, sigma, section = (
        np.asarray(part, dtype=np.float64) for part in (sheet_resistance, width, conductivity, area)
    )
    return np.asarray(1.0 / (wide / sheet + sigma * section))


def fed_from_opposite_ends(first: ArrayLike, second: ArrayLike, between: ArrayLike, length: ArrayLike) -> Array:
    """R = r1 r2 l/(r1 + r2) + [(r1^2 + r2^2) coth Gl + 2 r1 r2/sinh Gl]/[(r1 + r2) G] [ohm]; the usual comb."""
    r1, r2, conductance, long = (np.asarray(part, dtype=np.float64) for part in (first, second, between, length))
    both = r1 + r2
    reach = np.sqrt(both * conductance) * long
    coth, csch = _x_coth(reach), _x_over_sinh(reach)
    # (1/G) f(Gl) = l (Gl f(Gl))/(Gl)^2 and (Gl)^2 = (r1 + r2) g_c l^2
    hyperbolic = ((r1**2 + r2**2) * coth + 2.0 * r1 * r2 * csch) / (both**2 * conductance * long)
    return np.asarray(r1 * r2 * long / both + hyperbolic)


def fed_from_the_same_end(first: ArrayLike, second: ArrayLike, between: ArrayLike, length: ArrayLike) -> Array:
    """R = sqrt((r1 + r2)/g_c) coth Gl [ohm]."""
    both = np.asarray(first, dtype=np.float64) + np.asarray(second, dtype=np.float64)
    conductance, long = np.asarray(between, dtype=np.float64), np.asarray(length, dtype=np.float64)
    return np.asarray(_x_coth(np.sqrt(both * conductance) * long) / (conductance * long))


def even_feed(first: ArrayLike, second: ArrayLike, between: ArrayLike, length: ArrayLike) -> Array:
    """R = 1/(g_c l) + (r1 + r2) l/3 [ohm]: current spread evenly over the length."""
    both = np.asarray(first, dtype=np.float64) + np.asarray(second, dtype=np.float64)
    conductance, long = np.asarray(between, dtype=np.float64), np.asarray(length, dtype=np.float64)
    return np.asarray(1.0 / (conductance * long) + both * long / 3.0)


def porous_electrode(thickness: ArrayLike, ionic: ArrayLike, electronic: ArrayLike, reaction: ArrayLike) -> Array:
    """Porous electrode, ions from the front, electrons from the back [ohm m2] (Newman and Tobias 1962).

    R = L/(k + s) {1 + [2 + (s/k + k/s) cosh v]/(v sinh v)}, v = L sqrt(g (1/k + 1/s)).

    Parameters
    ----------
    thickness : L [m]
    ionic, electronic : effective conductivities k, s [S/m]
    reaction : g = a i0 F/(RT) [S/m3]
    """
    long, k, s, g = (np.asarray(part, dtype=np.float64) for part in (thickness, ionic, electronic, reaction))
    square = long**2 * g * (1.0 / k + 1.0 / s)
    reach = np.sqrt(square)
    return np.asarray(long / (k + s) * (1.0 + (2.0 * _x_over_sinh(reach) + (s / k + k / s) * _x_coth(reach)) / square))


def porous_finger(
    half_width: ArrayLike, height: ArrayLike, ionic: ArrayLike, electronic: ArrayLike, reaction: ArrayLike
) -> Array:
    """Half a porous finger on a base collector, times its length [ohm m].

    R = R_ct (v coth v + m coth m - 1), R_ct = 1/(g W h), v = W sqrt(g/k), m = h sqrt(g/s): ions from the side,
    electrons from below. Within 2 % mostly, 22 % low where both v and m are large.
    """
    wide, high, k, s, g = (
        np.asarray(part, dtype=np.float64) for part in (half_width, height, ionic, electronic, reaction)
    )
    reach = _x_coth(wide * np.sqrt(g / k)) + _x_coth(high * np.sqrt(g / s)) - 1.0
    return np.asarray(reach / (g * wide * high))


def porous_finger_most(
    half_width: ArrayLike, height: ArrayLike, ionic: ArrayLike, electronic: ArrayLike, reaction: ArrayLike
) -> Array:
    """Upper bound of ``porous_finger``: uniform reaction, W/(3 k h) + h/(3 s W) + R_ct [ohm m]."""
    wide, high, k, s, g = (
        np.asarray(part, dtype=np.float64) for part in (half_width, height, ionic, electronic, reaction)
    )
    return np.asarray(wide / (3.0 * k * high) + high / (3.0 * s * wide) + 1.0 / (g * wide * high))


def _x_coth(x: Array) -> Array:
    """x coth x, 1 + x^2/3 near 0."""
    safe = np.maximum(x, _SMALL)
    return np.where(x < _SMALL, 1.0 + x * x / 3.0, safe / np.tanh(safe))


def _x_over_sinh(x: Array) -> Array:
    """x/sinh x, 1 - x^2/6 near 0."""
    safe = np.clip(x, _SMALL, 700.0)
    return np.where(x < _SMALL, 1.0 - x * x / 6.0, safe / np.sinh(safe))
