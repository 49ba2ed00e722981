"""The march of ``dfn`` point by point as compiled loops, for the extra ``fast`` (numba).

The same equations, time formula, error aims and bounds as the array version in ``dfn``, ``dfn_state`` and
``dfn_step``, which explain them; a test holds both against each other. Only ``dfn`` imports this module, and only
where numba is installed. The first call of a version compiles for some seconds; numba keeps the machine code beside
the module, or in the user's cache where that folder cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, inf, isfinite, log, nan, sqrt
from typing import TypeVar, cast

import numba
import numpy as np

from fabplan.estimate.constants import Array, Index, Mask

_Function = TypeVar("_Function", bound=Callable[..., object])
_BARRIER, _LEAST_ROOM, _KEEP, _ROOM = 1e-6, 1e-12, 0.2, 1e-6
_CURRENT_STEP, _SALT_STEP, _POTENTIAL_STEP, _ITERATIONS = 1e-3, 3e-3, 5e-3, 20
_LEAST_SALT = 0.3


def _compiled(function: _Function) -> _Function:
    """The function as machine code; errors of floating point give infinities, as in numpy."""
    return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@_compiled
def _solve(
    count: int,
    front: int,
    first: int,
    fixed: Array,
    step: Array,
    points: Array,
    tables: tuple[Array, Array, int, Array, Array, int, float, Array, Array, float],
    numbers: tuple[int, Index],
    work: Array,
) -> bool:
    """Damped Newton on salt and current of one point: True when it converged.

    Rows of ``fixed`` [12, cells]: width over 2 B, hold, area, exchange current, x0, x1, electronic, interior, link.
    ``step`` holds rate, I, (1-t+)/F, V_T, V_T (1-t+) TDF. ``points`` rows: salt, current, past salt; changed in place.
    ``work`` rows: elimination factors 0..5, then psi, d psi/dj/area, d psi/dc, resistance, its slope, log salt,
    density, surface, change of salt, change of current.
    """
    rate, whole, lag, scale, spread = step[0], step[1], step[2], step[3], step[4]
    ocp_value, ocp_step, ocp_cells, kappa_value, kappa_step, kappa_cells, kappa_low, _, _, high = tables
    solution, ocp = numbers
    spacing = (high - kappa_low) / kappa_cells
    salt, current = points[0], points[1]
    for _ in range(_ITERATIONS):
        for k in range(count):
            inside_c = min(salt[k], high)
            place = (inside_c - kappa_low) / spacing
            cell = int(min(max(place, 0.0), kappa_cells - 1.0))
            at = cell + solution * kappa_cells
            slope = kappa_step[at]
            kappa = kappa_value[at] + (place - cell) * slope
            work[9, k] = fixed[0, k] / kappa
            work[10, k] = work[9, k] * slope / spacing / kappa
            work[8, k] = spread / salt[k]
            work[7, k] = 0.0
            work[6, k] = spread * log(salt[k])
            if k < first or k >= front:
                before = current[k - 1] if k else 0.0
                density = (current[k] - before) / fixed[2, k]
                x = fixed[4, k] - fixed[5, k] * density
                place = x * ocp_cells
                cell = int(min(max(place, 0.0), ocp_cells - 1.0))
                at = cell + ocp[k] * ocp_cells
                rise = ocp_step[at]
                other = 1.0 - x
                ocv = ocp_value[at] + (place - cell) * rise + _BARRIER * (1.0 / x - 1.0 / other)
                fall = rise * ocp_cells - _BARRIER * (1.0 / (x * x) + 1.0 / (other * other))
                room = max(x * other, _LEAST_ROOM)
                driven = 0.25 / (fixed[3, k] * sqrt(room * salt[k] * 1e-3))
                argument = driven * density
                root = sqrt(1.0 + argument * argument)
                steep = scale / root
                along_x = argument * (0.5 - x) / room
                work[6, k] += ocv + copysign(scale * log(abs(argument) + root), argument)
                work[7, k] = (-fall * fixed[5, k] + steep * (driven + along_x * fixed[5, k])) / fixed[2, k]
                work[8, k] -= 0.5 * steep * argument / salt[k]
                work[12, k] = density
                work[13, k] = x
        worst_drop = 0.0
        # elimination: z_k = work[0:2] - (work[2..5] as a 2 x 2 block) z_{k+1}
        for k in range(count):
            link = fixed[8, k]
            link_before = fixed[8, k - 1] if k else 0.0
            before_i = current[k - 1] if k else 0.0
            m00 = fixed[1, k] * rate + link + link_before
            m01 = -lag
            r0 = fixed[1, k] * (points[2, k] - rate * salt[k]) + lag * (current[k] - before_i)
            if k:
                r0 -= link_before * (salt[k] - salt[k - 1])
            m10, m11, u10, u11, r1, l11 = 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
            if k < count - 1:
                r0 += link * (salt[k + 1] - salt[k])
                if fixed[7, k] > 0.0:
                    resistance = work[9, k] + work[9, k + 1]
                    l11 = work[7, k]
                    m10 = current[k] * work[10, k] - work[8, k]
                    m11 = -(work[7, k + 1] + work[7, k] + fixed[6, k] + resistance)
                    u10 = current[k] * work[10, k + 1] + work[8, k + 1]
                    u11 = work[7, k + 1]
                    r1 = current[k] * resistance - (whole - current[k]) * fixed[6, k] - (work[6, k + 1] - work[6, k])
                    worst_drop = max(worst_drop, abs(r1))
            if k:
                # lower block [[-link_before, lag], [0, l11]] times what row k-1 says
                m00 -= -link_before * work[2, k - 1] + lag * work[4, k - 1]
                m01 -= -link_before * work[3, k - 1] + lag * work[5, k - 1]
                r0 -= -link_before * work[0, k - 1] + lag * work[1, k - 1]
                m10 -= l11 * work[4, k - 1]
                m11 -= l11 * work[5, k - 1]
                r1 -= l11 * work[1, k - 1]
            inverse = 1.0 / (m00 * m11 - m01 * m10)
            work[0, k] = (m11 * r0 - m01 * r1) * inverse
            work[1, k] = (m00 * r1 - m10 * r0) * inverse
            work[2, k] = (-m11 * link - m01 * u10) * inverse
            work[3, k] = -m01 * u11 * inverse
            work[4, k] = (m00 * u10 + m10 * link) * inverse
            work[5, k] = m00 * u11 * inverse
        next_c, next_i, shrink, most_i = 0.0, 0.0, 0.0, 0.0
        for k in range(count - 1, -1, -1):
            change_c = work[0, k] - work[2, k] * next_c - work[3, k] * next_i
            change_i = work[1, k] - work[4, k] * next_c - work[5, k] * next_i
            work[14, k], work[15, k] = change_c, change_i
            next_c, next_i = change_c, change_i
            shrink = min(shrink, change_c / salt[k])
            most_i = max(most_i, abs(change_i))
        for k in range(count):
            if k < first or k >= front:
                before = work[15, k - 1] if k else 0.0
                x_change = -fixed[5, k] * (work[15, k] - before) / fixed[2, k]
                shrink = min(shrink, x_change / work[13, k], -x_change / (1.0 - work[13, k]))
        part = min(1.0, (1.0 - _KEEP) / max(-shrink, 1e-30))
        most_c, sound = 0.0, True
        for k in range(count):
            salt[k] += part * work[14, k]
            current[k] += part * work[15, k]
            most_c = max(most_c, abs(work[14, k] / salt[k]))
            sound &= isfinite(salt[k]) and isfinite(current[k])
        if not sound:
            return False
        quiet = most_i < _CURRENT_STEP * whole and most_c < _SALT_STEP and worst_drop < _POTENTIAL_STEP
        if quiet and part >= 1.0:
            return True
    return False
