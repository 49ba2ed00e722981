"""Accurate tier: constant-current discharges of the porous-electrode model, all points marching side by side.

Second-order backward differences (BDF2) with a step of its own for every point; particles by eigenmodes; the
step follows how far salt, currents, surface stoichiometries and voltage came out from where they were extrapolated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabplan.estimate import electrolyte
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array, Index, Mask
from fabplan.estimate.designs import Materials, Stacks, take
from fabplan.estimate.dfn_cell import CALM, Cell, Mesh, build, columns
from fabplan.estimate.dfn_columns import Aims
from fabplan.estimate.dfn_points import available, march
from fabplan.estimate.dfn_state import Fading, State, accepted_state, kept_points, prepare, uniform
from fabplan.estimate.dfn_step import Found, Step, density_of, newton, voltage_of
from fabplan.estimate.trust import doubtful

_EXHAUSTED = 5e-3  # mean stoichiometry from the end at which a stuck discharge counts as complete
_ROOM = 1e-6  # stoichiometry that a guess keeps from its ends
_AIMS = Aims()
_LEAST_SALT = 0.3  # an extrapolated salt stays above this part of the present one


@dataclass(frozen=True)
class Traces:
    """Discharges of n points.

    Parameters
    ----------
    charge, energy : until the cut-off [C/m2], [J/m2]; NaN where it was not reached
    times, voltages : samples of each point, the last at the cut-off [s], [V]
    finished : the cut-off was reached [n]
    """

    charge: Array
    energy: Array
    times: tuple[Array, ...]
    voltages: tuple[Array, ...]
    finished: Mask


def discharge(
    stacks: Stacks,
    materials: Materials,
    current: Array,
    mesh: Mesh | None = None,
    compiled: bool | None = None,
    with_samples: bool = True,
) -> Traces:
    """Discharge points to their cut-off.

    Parameters
    ----------
    stacks : one row per point [n]
    current : [A/m2]
    mesh : of all points; where left out, a coarse one for those that the closed form answers, too
    compiled : by compiled loops (extra ``fast``) or by arrays; where left out, as is installed
    with_samples : keep the discharge curves
    """
    compiled = available() if compiled is None else compiled
    metal, calm = stacks.negative.metal, np.zeros(len(current), dtype=np.bool_)
    if mesh is None:
        calm = ~doubtful(stacks, materials, current, electrolyte.salt(stacks, materials, current))
    halves: list[tuple[Index, Traces]] = []
    for chosen, shape in ((~calm, mesh or Mesh()), (calm, CALM)):
        for rows, own in (
            (np.flatnonzero(chosen & ~metal), shape),
            (np.flatnonzero(chosen & metal), replace(shape, negative=0)),
        ):
            if len(rows):
                part = _discharged(take(stacks, rows), materials, current[rows], own, compiled, with_samples)
                halves.append((rows, part))
    return _merged(halves, len(current))


def _discharged(
    stacks: Stacks, materials: Materials, current: Array, mesh: Mesh, compiled: bool, with_samples: bool
) -> Traces:
    """Points that are all porous, or all against lithium metal."""
    nominal = stacks.one_c_current * SECONDS_PER_HOUR / current
    cell = build(stacks, materials, current, mesh)
    return _looped(cell, materials, nominal, with_samples) if compiled else _march(cell, materials, nominal)


def _merged(halves: list[tuple[Index, Traces]], count: int) -> Traces:
    charge, energy, finished = np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.bool_)
    times, voltages = [np.zeros(0)] * count, [np.zeros(0)] * count
    for rows, part in halves:
        charge[rows], energy[rows], finished[rows] = part.charge, part.energy, part.finished
        for row, own_times, own_voltages in zip(rows, part.times, part.voltages, strict=True):
            times[row], voltages[row] = own_times, own_voltages
    return Traces(charge, energy, tuple(times), tuple(voltages), finished)


def _looped(cell: Cell, materials: Materials, nominal: Array, with_samples: bool) -> Traces:
    """The compiled march; a curve begins with its first voltage at time 0 and ends at the cut-off."""
    found = march(cell, materials, nominal, _AIMS, with_samples)
    times, voltages = [], []
    for row, (end, at_end, _) in enumerate(found.ends if with_samples else found.ends[:0]):
        time, volts = found.samples[row, :, : found.used[row]]
        late = [end] if len(time) and end > time[-1] else []
        times.append(np.concatenate([np.zeros(min(len(time), 1)), time, late]))
        voltages.append(np.concatenate([volts[:1], volts, [at_end] * len(late)]))
    finished = np.isfinite(found.ends[:, 0])
    charge, energy = cell.current * found.ends[:, 0], cell.current * found.ends[:, 2]
    none = (np.zeros(0),) * (0 if with_samples else len(nominal))
    return Traces(charge, np.where(finished, energy, np.nan), (*times, *none), (*voltages, *none), finished)


def _march(cell: Cell, materials: Materials, nominal: Array) -> Traces:
    state, count, whole = uniform(cell, nominal * _AIMS.first), len(nominal), cell.current
    samples: list[tuple[Index, Array, Array]] = []
    ends = np.full((count, 2), np.nan)
    for _ in range(_AIMS.most):
        state, accepted, ended = _advance(cell, materials, state, ends)
        samples.append((state.point[accepted], state.time[accepted], state.voltage[accepted]))
        given_up = ~ended & (state.step < _AIMS.least * nominal[state.point])
        _note_exhausted(cell, state, given_up, ends)
        keep = np.flatnonzero(~(ended | given_up))
        if len(keep) < len(ended):
            state, cell = kept_points(state, keep), columns(cell, keep)
        if not len(keep):
            break
    return _traces(samples, ends, whole)


@dataclass(frozen=True)
class _Trial:
    """A solved but not yet accepted step, with its distance from the extrapolation (1 = as aimed at)."""

    found: Found
    fading: Fading
    voltage: Array
    off: Array


def _attempt(cell: Cell, materials: Materials, state: State) -> _Trial:
    """Extrapolate, solve, compare."""
    ratio = state.step / state.last_step
    salt = state.salt + ratio * (state.salt - state.salt_before)
    current = state.current + ratio * (state.current - state.current_before)
    voltage = state.voltage + ratio * (state.voltage - state.voltage_before)
    start = np.maximum(salt, _LEAST_SALT * state.salt)
    step, fading = prepare(cell, materials, state, ratio, start)
    guess, hopeless = _usable(cell, step, current)
    found = newton(cell, materials, step, start, guess, hopeless)
    volts = voltage_of(cell, step, found)
    off = np.maximum(
        np.abs(found.salt - salt).max(axis=0) / (_AIMS.salt * cell.start),
        np.abs(found.current - current).max(axis=0) / (_AIMS.current * cell.current),
    )
    surface = state.surface + ratio * (state.surface - state.surface_before)
    off = np.maximum(off, np.abs(found.surface - surface).max(axis=0) / _AIMS.surface)
    off = np.maximum(off, np.abs(volts - voltage) / _AIMS.voltage)
    return _Trial(found, fading, volts, np.where(np.isfinite(state.last_step), off, 0.0))


def _advance(cell: Cell, materials: Materials, state: State, ends: Array) -> tuple[State, Mask, Mask]:
    """Try one step at every point: new state, where it was accepted, where the discharge has ended (see ``ends``)."""
    trial = _attempt(cell, materials, state)
    fine = trial.found.converged & (trial.off < _AIMS.reject)
    below = fine & (trial.voltage < cell.cutoff - _AIMS.at_cutoff)
    accepted = fine & ~below
    factor = np.clip(0.9 / np.sqrt(np.maximum(trial.off, 1e-9)), 0.3, _AIMS.growth)
    factor = np.where(trial.found.converged, factor, 0.25)
    new = accepted_state(state, trial.found, trial.fading, trial.voltage, accepted)
    new = replace(
        new,
        bad_time=np.where(below, state.time + state.step, state.bad_time),
        bad_voltage=np.where(below, trial.voltage, state.bad_voltage),
    )
    new = replace(new, step=_next_step(cell, new, state.step * factor))
    ended = accepted & (np.abs(trial.voltage - cell.cutoff) <= _AIMS.at_cutoff)
    ended |= new.bad_time - new.time <= _AIMS.at_end * new.time
    ended |= below & (state.time == 0.0)
    _note_ends(cell, new, ended, ends)
    return new, accepted, ended


def _next_step(cell: Cell, state: State, step: Array) -> Array:
    """Step length that does not pass the known crossing: aimed at it by the secant."""
    room = state.bad_time - state.time
    above = np.maximum(state.voltage - cell.cutoff, 0.0)
    drop = above + np.clip(cell.cutoff - state.bad_voltage, 1e-6, 0.5)
    aimed = room * np.clip(above / drop, 0.05, 0.95)
    return np.where(np.isfinite(room), np.minimum(step, aimed), step)


def _note_ends(cell: Cell, state: State, ended: Mask, ends: Array) -> None:
    """Time and voltage of discharges that ended; a crossing inside the last bracket is interpolated."""
    above = state.voltage - cell.cutoff > 2.0 * _AIMS.at_cutoff
    open_bracket = np.isfinite(state.bad_time) & above & (state.time > 0.0)
    share = np.where(
        open_bracket, (state.voltage - cell.cutoff) / np.maximum(state.voltage - state.bad_voltage, 1e-9), 0.0
    )
    time = np.where(open_bracket, state.time + share * (state.bad_time - state.time), state.time)
    rows = state.point[ended]
    ends[rows, 0], ends[rows, 1] = time[ended], np.where(open_bracket, cell.cutoff, state.voltage)[ended]


def _note_exhausted(cell: Cell, state: State, given_up: Mask, ends: Array) -> None:
    """A point that cannot go on because an electrode is used up has ended; another one is left without an end."""
    mean = cell.sto_start + state.modes[0]
    room = np.minimum(mean, 1.0 - mean)
    halves = [part for part in (room[: cell.negative], room[cell.negative :]) if len(part)]
    used_up = given_up & (np.min([half.mean(axis=0) for half in halves], axis=0) < _EXHAUSTED)
    rows = state.point[used_up]
    ends[rows, 0], ends[rows, 1] = state.time[used_up], state.voltage[used_up]


def _usable(cell: Cell, step: Step, current: Array) -> tuple[Array, Mask]:
    """Guess of the currents with all surfaces inside (0, 1); points where there is none are hopeless.

    Cells that would overfill or run empty take what they can, the rest of their electrode takes over.
    """
    density = density_of(cell, current)
    limited = np.clip(
        density, (step.sto_fixed - 1.0 + _ROOM) / step.sto_slope, (step.sto_fixed - _ROOM) / step.sto_slope
    )
    if np.array_equal(limited, density):
        return current, np.zeros(len(cell.current), dtype=np.bool_)
    free = np.where(limited == density, cell.area, 0.0)
    guess = current.copy()
    for rows, begin in ((slice(0, cell.negative), 0), (slice(cell.negative, None), cell.cells - cell.positive)):
        taken, share = (cell.area * (density - limited))[rows], free[rows]
        flow = cell.area[rows] * limited[rows] + share * taken.sum(axis=0) / np.maximum(share.sum(axis=0), 1e-300)
        guess[begin : begin + len(flow)] = np.cumsum(flow, axis=0) + (cell.current if begin else 0.0)
    guess[-1] = 0.0
    x = step.sto_fixed - step.sto_slope * density_of(cell, guess)
    return guess, np.asarray(((x <= 0.0) | (x >= 1.0) | ~np.isfinite(x)).any(axis=0))


def _traces(samples: list[tuple[Index, Array, Array]], ends: Array, current: Array) -> Traces:
    """Samples sorted by point, the end added; energy by ``_integral``."""
    point, time, volts = (np.concatenate([part[place] for part in samples]) for place in range(3))
    order = np.argsort(point, kind="stable")
    bounds = np.searchsorted(point[order], np.arange(len(current) + 1))
    times, voltages, energy = [], [], np.zeros(len(current))
    for row, (end, at_end) in enumerate(ends):
        own = order[bounds[row] : bounds[row + 1]]
        first = volts[own[:1]]
        late = [end] if len(own) and end > time[own[-1]] else []
        times.append(np.concatenate([np.zeros(len(first)), time[own], late]))
        voltages.append(np.concatenate([first, volts[own], [at_end] * len(late)]))
        energy[row] = current[row] * _integral(times[row], voltages[row], len(late))
    finished = np.isfinite(ends[:, 0])
    charge = np.where(finished, current * ends[:, 0], np.nan)
    return Traces(charge, np.where(finished, energy, np.nan), tuple(times), tuple(voltages), finished)


def _integral(time: Array, volts: Array, late: int) -> float:
    """Voltage over time: per step the parabola through its ends and the point before, the ``late`` ones plain."""
    length, rise = np.diff(time), np.diff(volts)
    whole = float(np.sum(0.5 * (volts[1:] + volts[:-1]) * length))
    steps = len(length) - late
    if steps < 2:
        return whole
    slope = rise[:steps] / length[:steps]
    now, before = length[1:steps], length[: steps - 1]
    return whole - float(np.sum(now**3 / 6.0 * np.diff(slope) / (now + before)))
