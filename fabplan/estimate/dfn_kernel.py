"""The march of ``dfn`` point by point as compiled loops, for the extra ``fast`` (numba).

The same equations, time formula, error aims and bounds as the array version in ``dfn``, ``dfn_state`` and
``dfn_step``, which explain them; a test holds both against each other. Only ``dfn_points`` imports this module, and
only where numba is installed. What is two rows deep is now and before, and the rows take turns.
"""

from __future__ import annotations

from math import inf, isfinite, nan, sqrt

import numpy as np

from fabplan.estimate.compiling import compiled, inlined, logarithm
from fabplan.estimate.constants import Array, Index
from fabplan.estimate.dfn_columns import Aims, Cells, Columns, Family, Given, History, Point, Points, Tables
from fabplan.estimate.dfn_kernel_newton import LEAST_ROOM, newton, usable

_LEAST_SALT, _EXHAUSTED = 0.3, 5e-3


@inlined
def _prepare(
    point: Point, cells: Cells, past: History, now: int, parts: tuple[float, float], family: Family
) -> None:
    """Coefficients of the particles for the next step, as ``dfn_state.prepare``; ``parts`` of now and before."""
    rate, then = parts[0] - parts[1], 1 - now
    for side in range(2):
        pace, begin, end = (point.pace_p, point.front, point.total) if side else (point.pace_n, 0, point.first)
        start, total = (point.sto_p if side else point.sto_n), family.instant
        for m in range(len(family.rates) + 1):
            speed = family.rates[m - 1] if m else 0.0
            source = family.weights[m - 1] * speed if m else 3.0
            past.damped[side, m] = 1.0 / (rate + pace * speed)
            past.gain[side, m] = pace * source * past.damped[side, m]
            total += past.gain[side, m]
        for k in range(begin, end):
            cells.x0[k] = start
            cells.x1[k] = cells.excess[k] * total
        for m in range(len(family.rates) + 1):
            one, other = parts[0] * past.damped[side, m], parts[1] * past.damped[side, m]
            for k in range(begin, end):
                cells.x0[k] += one * past.modes[now, m, k] - other * past.modes[then, m, k]


@inlined
def _extrapolate(point: Point, cells: Cells, past: History, now: int, ratio: float) -> None:
    """Guess of the coming step."""
    then = 1 - now
    for k in range(point.total):
        past.salt_guess[k] = past.salt[now, k] + ratio * (past.salt[now, k] - past.salt[then, k])
        cells.salt[k] = max(past.salt_guess[k], _LEAST_SALT * past.salt[now, k])
        past.flow_guess[k] = past.flow[now, k] + ratio * (past.flow[now, k] - past.flow[then, k])
        cells.flow[k + 1] = past.flow_guess[k]
        past.surface_guess[k] = past.surface[now, k] + ratio * (past.surface[now, k] - past.surface[then, k])


@inlined
def _spread(point: Point, cells: Cells, past: History, now: int, parts: tuple[float, float], tables: Tables) -> None:
    """Salt conductances at the guess, and the past salt of the time formula."""
    top, scale = tables.salt_cells - 1.0, tables.salt_cells / (tables.salt_high - tables.salt_low)
    for k in range(point.total):
        cells.past[k] = cells.hold[k] * (parts[0] * past.salt[now, k] - parts[1] * past.salt[1 - now, k])
        place = (min(cells.salt[k], tables.salt_high) - tables.salt_low) * scale
        cell = int(min(max(place, 0.0), top))
        at = np.uintp(point.electrolyte + cell)
        cells.along[k] = cells.half[k] / (tables.spread_values[at] + (place - cell) * tables.spread_steps[at])
    for k in range(point.total - 1):
        cells.link[k] = 1.0 / (cells.along[k] + cells.along[k + 1])
    cells.link[point.total - 1] = 0.0


@inlined
def _voltage(point: Point, cells: Cells, metal_slow: float) -> float:
    """Cell voltage of a solved step along the path through the cells next to the separator [V].

    Parameters
    ----------
    metal_slow : resistance of the first half cell to salt, for lithium metal there
    """
    volts, edge = float(-point.current * point.contact), max(point.first - 1, 0)
    for k in range(point.total):
        volts -= (point.current - cells.flow[k + 1]) * cells.electronic[k]
    for k in range(edge, point.front):
        volts -= cells.flow[k + 1] * (cells.resistance[k] + cells.resistance[k + 1])
    volts += cells.psi[point.front]
    if point.first:
        return float(volts - cells.psi[edge])
    face = cells.salt[0] + point.lag * point.current * metal_slow
    argument = point.current / (4.0 * point.metal) / sqrt(max(0.25 * face * 1e-3, LEAST_ROOM))
    volts -= point.kinetic * logarithm(argument + sqrt(1.0 + argument * argument))
    return float(volts - point.current * cells.resistance[0] - point.spread * logarithm(face))


@inlined
def _distance(point: Point, cells: Cells, past: History, aims: Aims) -> float:
    """How far a step came out from its extrapolation; 1 is as aimed at."""
    salt, flow, surface = 0.0, 0.0, 0.0
    for k in range(point.total):
        salt = max(salt, abs(cells.salt[k] - past.salt_guess[k]))
        flow = max(flow, abs(cells.flow[k + 1] - past.flow_guess[k]))
        surface = max(surface, abs(cells.x[k] - past.surface_guess[k]))
    return max(salt / (aims.salt * point.start), flow / (aims.current * point.current), surface / aims.surface)


@inlined
def _accept(point: Point, cells: Cells, past: History, now: int, parts: tuple[float, float], initial: bool) -> None:
    """The solved step takes the place of the one before the last; before the first there is only the new one."""
    new = 1 - now
    for side in range(2):
        begin, end = (point.front, point.total) if side else (0, point.first)
        for m in range(past.gain.shape[1]):
            one, other = parts[0] * past.damped[side, m], parts[1] * past.damped[side, m]
            gain = past.gain[side, m]
            for k in range(begin, end):
                push = gain * cells.excess[k] * cells.density[k]
                past.modes[new, m, k] = one * past.modes[now, m, k] - other * past.modes[new, m, k] - push
    for k in range(point.total):
        past.salt[new, k] = cells.salt[k]
        past.flow[new, k] = cells.flow[k + 1]
        past.surface[new, k] = cells.x[k]
    if initial:
        for k in range(point.total):
            past.flow[now, k] = cells.flow[k + 1]
            past.surface[now, k] = cells.x[k]


@inlined
def _discharge(
    point: Point, cells: Cells, past: History, of: Given, curve: Array
) -> tuple[float, float, float, int]:
    """End time, voltage there, energy over current, and samples taken; NaN where the cut-off was not reached."""
    aims, now, used = of.aims, 0, 0
    time, length, last, volts, before = 0.0, point.nominal * aims.first, inf, 0.0, 0.0
    bad_time, bad_volts, energy = inf, 0.0, 0.0
    for _ in range(aims.most):
        ratio = length / last
        parts = ((1.0 + ratio) / length, ratio * ratio / (1.0 + ratio) / length)
        _prepare(point, cells, past, now, parts, of.family)
        _extrapolate(point, cells, past, now, ratio)
        _spread(point, cells, past, now, parts, of.tables)
        metal_slow = cells.along[0]
        solved = usable(point, cells) and newton(point, cells, parts[0] - parts[1], of.tables)
        new = _voltage(point, cells, metal_slow) if solved else nan
        off, converged, initial = _distance(point, cells, past, aims), isfinite(new), last == inf
        off = 0.0 if initial else max(off, abs(new - volts - ratio * (volts - before)) / aims.voltage)
        fine = converged and off < aims.reject
        below = fine and new < point.cutoff - aims.at_cutoff
        length_then = length
        length *= min(max(0.9 / sqrt(max(off, 1e-9)), 0.3), aims.growth) if converged else 0.25
        ended = below and time == 0.0
        if below:
            bad_time, bad_volts = time + length_then, new
        elif fine:
            _accept(point, cells, past, now, parts, initial)
            now = 1 - now
            volts = new if initial else volts
            energy += _piece(length_then, last, new, volts, before if used else new)
            before, volts, time, last = volts, new, time + length_then, length_then
            if used < curve.shape[1]:
                curve[0, used], curve[1, used] = time, volts
            used += 1
            ended = abs(new - point.cutoff) <= aims.at_cutoff
        if bad_time < inf:
            length = min(length, _towards(point, time, volts, bad_time, bad_volts))
            ended |= bad_time - time <= aims.at_end * time
        if ended:
            end, at_end, energy = _end(point, aims, (time, volts), (bad_time, bad_volts), energy)
            return end, at_end, energy, min(used, curve.shape[1])
        if length < aims.least * point.nominal:
            gone = _exhausted(point, past, now)
            return time if gone else nan, volts if gone else nan, energy, min(used, curve.shape[1])
    return nan, nan, energy, min(used, curve.shape[1])


@inlined
def _piece(length: float, last: float, new: float, volts: float, before: float) -> float:
    """Integral of the voltage over a step: the parabola through its ends and the point before."""
    bend = ((new - volts) / length - (volts - before) / last) / (length + last)
    return length * 0.5 * (new + volts) - length**3 / 6.0 * bend


@inlined
def _towards(point: Point, time: float, volts: float, bad_time: float, bad_volts: float) -> float:
    """Step that the secant aims at the known crossing, as ``dfn._next_step``."""
    above = max(volts - point.cutoff, 0.0)
    drop = above + min(max(point.cutoff - bad_volts, 1e-6), 0.5)
    return (bad_time - time) * min(max(above / drop, 0.05), 0.95)


@inlined
def _end(
    point: Point, aims: Aims, now: tuple[float, float], bad: tuple[float, float], energy: float
) -> tuple[float, float, float]:
    """End of a discharge, voltage there and energy; a crossing inside the last bracket is interpolated."""
    time, volts = now
    if not (bad[0] < inf and volts - point.cutoff > 2.0 * aims.at_cutoff and time > 0.0):
        return time, volts, energy
    end = time + (volts - point.cutoff) / max(volts - bad[1], 1e-9) * (bad[0] - time)
    return end, point.cutoff, energy + (end - time) * 0.5 * (volts + point.cutoff)


@inlined
def _exhausted(point: Point, past: History, now: int) -> bool:
    """Whether an electrode is used up, as ``dfn._note_exhausted``."""
    least = 1.0
    for side in range(2):
        begin, end = (point.front, point.total) if side else (0, point.first)
        total = 0.0
        for k in range(begin, end):
            mean = (point.sto_p if side else point.sto_n) + past.modes[now, 0, k]
            total += min(mean, 1.0 - mean)
        least = min(least, total / (end - begin)) if end > begin else least
    return least < _EXHAUSTED


@inlined
def _started(point: Point, cells: Cells, columns: Columns, past: History, row: int) -> None:
    """A point at rest with a uniform reaction, as ``dfn_state.uniform``."""
    for k in range(len(cells.half)):
        cells.half[k], cells.hold[k] = columns.half[row, k], columns.hold[row, k]
        cells.per_area[k], cells.table[k] = columns.per_area[row, k], columns.table[row, k]
        cells.driven[k], cells.excess[k] = columns.driven[row, k], columns.excess[row, k]
        cells.electronic[k], cells.inside[k] = columns.electronic[row, k], columns.inside[row, k]
        cells.x0[k], cells.x1[k], cells.salt[k], cells.flow[k + 1] = 0.5, 0.0, point.start, 0.0
        past.surface[0, k] = point.sto_n if k < point.first else (point.sto_p if k >= point.front else 0.5)
        past.surface[1, k] = past.surface[0, k]
        for side in range(2):
            past.salt[side, k], past.flow[side, k] = point.start, columns.current[row, k]
    past.modes[:] = 0.0


@inlined
def _point(points: Points, row: int, bounds: tuple[int, int, int]) -> Point:
    return Point(
        bounds[0],
        bounds[1],
        bounds[2],
        points.current[row],
        points.contact[row],
        points.cutoff[row],
        points.start[row],
        points.lag[row],
        points.kinetic[row],
        points.spread[row],
        points.metal[row],
        points.pace_n[row],
        points.pace_p[row],
        points.sto_n[row],
        points.sto_p[row],
        points.nominal[row],
        points.electrolyte[row],
    )


@compiled
def march(
    bounds: tuple[int, int, int], columns: Columns, points: Points, of: Given, samples: Array, used: Index, ends: Array
) -> None:
    """Discharge points one after the other.

    Parameters
    ----------
    bounds : mesh cells before the separator, before the positive electrode, and in all
    samples : room for times and voltages of each curve [n, 2, room], ``room`` 0 for none
    used : samples that were taken [n]
    ends : end time, voltage there, energy over current [n, 3]
    """
    room, family = columns.half.shape[1], len(of.family.rates) + 1
    cells = Cells(
        np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room),
        np.zeros(room, dtype=np.intp), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room),
        np.zeros(room + 1), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room),
        np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room), np.zeros((6, room)),
        np.zeros(room), np.zeros(room + 1),
    )  # fmt: skip
    past = History(
        np.zeros((2, room)), np.zeros((2, room)), np.zeros((2, room)), np.zeros((2, family, room)),
        np.zeros((2, family)), np.zeros((2, family)), np.zeros(room), np.zeros(room), np.zeros(room),
    )  # fmt: skip
    for row in range(len(used)):
        point = _point(points, row, bounds)
        _started(point, cells, columns, past, row)
        ends[row, 0], ends[row, 1], ends[row, 2], used[row] = _discharge(point, cells, past, of, samples[row])
