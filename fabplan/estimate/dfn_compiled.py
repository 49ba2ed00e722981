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

from fabplan.estimate.constants import Array, Index

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


@_compiled
def _starting_guess(
    count: int, front: int, first: int, whole: float, fixed: Array, current: Array, work: Array
) -> bool:
    """Currents with all surfaces inside (0, 1), as ``dfn._usable``; True where there are none."""
    bent = False
    for k in range(count):
        if k < first or k >= front:
            before = current[k - 1] if k else 0.0
            density = (current[k] - before) / fixed[2, k]
            lowest, highest = (fixed[4, k] - 1.0 + _ROOM) / fixed[5, k], (fixed[4, k] - _ROOM) / fixed[5, k]
            limited = min(max(density, lowest), highest)
            work[0, k], work[1, k] = density, limited
            bent |= limited != density
    if not bent:
        return False
    for side in range(2):
        begin, end = (0, first) if side == 0 else (front, count)
        taken, free = 0.0, 0.0
        for k in range(begin, end):
            taken += fixed[2, k] * (work[0, k] - work[1, k])
            free += fixed[2, k] if work[0, k] == work[1, k] else 0.0
        total = whole if side else 0.0
        for k in range(begin, end):
            share = fixed[2, k] if work[0, k] == work[1, k] else 0.0
            total += fixed[2, k] * work[1, k] + share * taken / max(free, 1e-300)
            current[k] = total
    current[count - 1] = 0.0
    for k in range(count):
        if k < first or k >= front:
            before = current[k - 1] if k else 0.0
            x = fixed[4, k] - fixed[5, k] * (current[k] - before) / fixed[2, k]
            if not 0.0 < x < 1.0:
                return True
    return False


@_compiled
def _exhausted(first: int, front: int, count: int, held: Array, constants: Array) -> bool:
    """Whether an electrode is used up, as ``dfn._note_exhausted``."""
    least = 1.0
    for side in range(2):
        begin, end = (0, first) if side == 0 else (front, count)
        total = 0.0
        for k in range(begin, end):
            mean = constants[11 + side] + held[k, 0]
            total += min(mean, 1.0 - mean)
        if end > begin:
            least = min(least, total / (end - begin))
    return least < 5e-3


@_compiled
def march(
    first: int,
    front: int,
    columns: tuple[Array, Array, Array, Array, Array, Array, Array],
    constants: Array,
    numbers: tuple[Index, Index],
    tables: tuple[Array, Array, int, Array, Array, int, float, Array, Array, float],
    modes: tuple[Array, Array, float],
    aims: tuple[float, float, float, float, float, float, float, float, float, float, int],
    samples: int,
    out: tuple[Array, Array, Array, Array, Index],
) -> None:
    """Discharge points one after the other.

    Parameters
    ----------
    first, front : mesh cells before the separator, and before the positive electrode
    columns : width, hold, transport, area, exchange current, excess per density, electronic [n, cells]
    constants : per point: current, contact, cut-off, start salt, (1-t+)/F, V_T, V_T (1-t+) TDF, electronic end,
        metal exchange current, relaxation of negative and positive, start stoichiometry of both, nominal time [n, 14]
    numbers : electrolyte [n] and open-circuit table [n, cells]
    tables : open circuit (values, steps, cells); conductivity (values, steps, cells, low); diffusivity (values, steps),
        upper end of the salt
    modes : rates, weights and instant part of the particle modes
    aims : error aims (salt, current, stoichiometry, voltage), rejection, growth, cut-off, end, least and first step,
        most steps
    samples : room for samples of a curve, 0 for none
    out : end times, voltages there, energies over current [n]; times and voltages [2, n, samples]; samples used [n]
    """
    width, hold, transport, area, exchange, excess, electronic = columns
    electrolyte, ocp = numbers
    dif_value, dif_step, kappa_cells, low, high = tables[7], tables[8], tables[5], tables[6], tables[9]
    spacing = (high - low) / kappa_cells
    rates, weights, instant = modes
    family = len(rates)
    salt_aim, current_aim, surface_aim, volt_aim, reject, growth, at_cut, at_end, least, begin_step, most = aims
    count = width.shape[1]
    fixed, work = np.zeros((9, count)), np.zeros((16, count))
    salt, salt_b, amps, amps_b = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count)
    surf, surf_b = np.zeros(count), np.zeros(count)
    held, held_b, past = np.zeros((count, family + 1)), np.zeros((count, family + 1)), np.zeros((count, family + 1))
    damped, gain = np.zeros((2, family + 1)), np.zeros((2, family + 1))
    points, guess, extra, step_in = np.zeros((3, count)), np.zeros(count), np.zeros(count), np.zeros(5)
    slow = np.zeros(count)
    for row in range(width.shape[0]):
        whole, contact, cutoff, start = constants[row, 0], constants[row, 1], constants[row, 2], constants[row, 3]
        lag, scale, spread = constants[row, 4], constants[row, 5], constants[row, 6]
        nominal = constants[row, 13]
        step_in[1], step_in[2], step_in[3], step_in[4] = whole, lag, scale, spread
        total_n, total_p = 0.0, 0.0
        for k in range(first):
            total_n += width[row, k]
        for k in range(front, count):
            total_p += width[row, k]
        running = 0.0
        for k in range(count):
            if k < first:
                running += whole * width[row, k] / total_n
            elif k < front:
                running = whole
            else:
                running -= whole * width[row, k] / total_p
            amps[k], amps_b[k] = running, running
            salt[k], salt_b[k] = start, start
            x0 = constants[row, 11] if k < first else constants[row, 12]
            surf[k], surf_b[k] = x0, x0
            for m in range(family + 1):
                held[k, m], held_b[k, m] = 0.0, 0.0
            fixed[0, k] = 0.5 * width[row, k] / transport[row, k]
            fixed[1, k], fixed[2, k], fixed[3, k] = hold[row, k], area[row, k], exchange[row, k]
            fixed[6, k] = electronic[row, k]
            fixed[7, k] = 1.0 if (k < first - 1 or (k >= front and k < count - 1)) else 0.0
        amps[count - 1], amps_b[count - 1] = 0.0, 0.0
        time, length, last, volts, volts_b, bad_time, bad_volts = 0.0, nominal * begin_step, inf, 0.0, 0.0, inf, 0.0
        energy, used = 0.0, 0
        ended_at, ended_volts = nan, nan
        for _ in range(most):
            ratio = length / last
            now_part, then_part = (1.0 + ratio) / length, ratio * ratio / (1.0 + ratio) / length
            rate = now_part - then_part
            step_in[0] = rate
            for side in range(2):
                pace = constants[row, 9 + side]
                damped[side, 0], gain[side, 0] = 1.0 / rate, pace * 3.0 / rate
                for m in range(family):
                    damped[side, m + 1] = 1.0 / (rate + pace * rates[m])
                    gain[side, m + 1] = pace * weights[m] * rates[m] * damped[side, m + 1]
            for k in range(count):
                extra[k] = salt[k] + ratio * (salt[k] - salt_b[k])
                points[0, k] = max(extra[k], _LEAST_SALT * salt[k])
                guess[k] = amps[k] + ratio * (amps[k] - amps_b[k])
                points[1, k] = guess[k]
                points[2, k] = now_part * salt[k] - then_part * salt_b[k]
                place = (min(points[0, k], high) - low) / spacing
                cell = int(min(max(place, 0.0), kappa_cells - 1.0))
                at = cell + electrolyte[row] * kappa_cells
                slow[k] = fixed[0, k] / (dif_value[at] + (place - cell) * dif_step[at])
                if k < first or k >= front:
                    side = 0 if k < first else 1
                    total, sum_gain = 0.0, instant
                    for m in range(family + 1):
                        past[k, m] = (now_part * held[k, m] - then_part * held_b[k, m]) * damped[side, m]
                        total += past[k, m]
                        sum_gain += gain[side, m]
                    fixed[4, k] = constants[row, 11 + side] + total
                    fixed[5, k] = excess[row, k] * sum_gain
            for k in range(count - 1):
                fixed[8, k] = 1.0 / (slow[k] + slow[k + 1])
            hopeless = _starting_guess(count, front, first, whole, fixed, points[1], work)
            converged = not hopeless and _solve(
                count, front, first, fixed, step_in, points, tables, (electrolyte[row], ocp[row]), work
            )
            off, new_volts = 0.0, 0.0
            if converged:
                new_volts = whole * (-contact - constants[row, 7])
                edge = max(first - 1, 0)
                for k in range(count):
                    before = points[1, k - 1] if k else 0.0
                    new_volts -= (whole - points[1, k]) * electronic[row, k]
                    if k < first or k >= front:
                        density = (points[1, k] - before) / fixed[2, k]
                        x = fixed[4, k] - fixed[5, k] * density
                        work[12, k], work[13, k] = density, x
                        off = max(off, abs(x - surf[k] - ratio * (surf[k] - surf_b[k])) / surface_aim)
                    off = max(off, abs(points[0, k] - extra[k]) / (salt_aim * start))
                    off = max(off, abs(points[1, k] - guess[k]) / (current_aim * whole))
                    if k >= edge and k <= front:
                        place = (min(points[0, k], high) - low) / spacing
                        cell = int(min(max(place, 0.0), kappa_cells - 1.0))
                        at = cell + electrolyte[row] * kappa_cells
                        resistance = fixed[0, k] / (tables[3][at] + (place - cell) * tables[4][at])
                        if k == 0 and first == 0:
                            face = points[0, 0] + lag * whole * slow[0]
                            argument = whole / (4.0 * constants[row, 8]) / sqrt(max(0.25 * face * 1e-3, _LEAST_ROOM))
                            new_volts -= scale * log(argument + sqrt(1.0 + argument * argument))
                            new_volts -= whole * resistance + spread * log(face / points[0, 0])
                        if k < front:
                            new_volts -= points[1, k] * resistance
                        if k > edge:
                            new_volts -= points[1, k - 1] * resistance
                    if k == front or (k == edge and first):
                        x, other = work[13, k], 1.0 - work[13, k]
                        place = x * tables[2]
                        cell = int(min(max(place, 0.0), tables[2] - 1.0))
                        at = cell + ocp[row, k] * tables[2]
                        psi = tables[0][at] + (place - cell) * tables[1][at] + _BARRIER * (1.0 / x - 1.0 / other)
                        room = max(x * other, _LEAST_ROOM)
                        argument = 0.25 / (fixed[3, k] * sqrt(room * points[0, k] * 1e-3)) * work[12, k]
                        psi += copysign(scale * log(abs(argument) + sqrt(1.0 + argument * argument)), argument)
                        new_volts += psi if k == front else -psi
                new_volts += spread * log(points[0, front] / points[0, edge])
                off = max(off, abs(new_volts - volts - ratio * (volts - volts_b)) / volt_aim)
                off = off if last < inf else 0.0  # before the first step there is nothing to hold it against
                converged = isfinite(new_volts)
            fine = converged and off < reject
            below = fine and new_volts < cutoff - at_cut
            accepted = fine and not below
            factor = min(max(0.9 / sqrt(max(off, 1e-9)), 0.3), growth) if converged else 0.25
            was_start = time == 0.0
            if below:
                bad_time, bad_volts = time + length, new_volts
            if accepted:
                initial = last == inf
                for k in range(count):
                    salt_b[k], salt[k] = salt[k], points[0, k]
                    amps_b[k] = points[1, k] if initial else amps[k]
                    amps[k] = points[1, k]
                    if k < first or k >= front:
                        side = 0 if k < first else 1
                        push = excess[row, k] * work[12, k]
                        for m in range(family + 1):
                            held_b[k, m] = held[k, m]
                            held[k, m] = past[k, m] - gain[side, m] * push
                        surf_b[k] = work[13, k] if initial else surf[k]
                        surf[k] = work[13, k]
                volts_b = new_volts if initial else volts
                energy += length * 0.5 * (new_volts + (new_volts if was_start else volts))
                volts, time, last = new_volts, time + length, length
                if used < samples:
                    out[3][0, row, used], out[3][1, row, used] = time, volts
                    used += 1
            length *= factor
            if bad_time < inf:
                above = max(volts - cutoff, 0.0)
                drop = above + min(max(cutoff - bad_volts, 1e-6), 0.5)
                aimed = (bad_time - time) * min(max(above / drop, 0.05), 0.95)
                length = min(length, aimed)
            done = accepted and abs(new_volts - cutoff) <= at_cut
            done = done or bad_time - time <= at_end * time or (below and was_start)
            if done:
                ended_at, ended_volts = time, volts
                if bad_time < inf and volts - cutoff > 2.0 * at_cut and time > 0.0:
                    share = (volts - cutoff) / max(volts - bad_volts, 1e-9)
                    ended_at, ended_volts = time + share * (bad_time - time), cutoff
                break
            if length < least * nominal:
                if _exhausted(first, front, count, held, constants[row]):
                    ended_at, ended_volts = time, volts
                break
        energy += (ended_at - time) * 0.5 * (volts + ended_volts) if ended_at > time else 0.0
        out[0][row], out[1][row], out[2][row], out[4][row] = ended_at, ended_volts, energy, used
