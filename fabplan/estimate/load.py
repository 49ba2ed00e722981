"""Loads: what a device draws, what that asks of a cell, and whether a cell survives it.

Pulses are simulated, never averaged: the state before a pulse comes from an exact jump over all periods before it
(``reduced.repeat``), the pulse itself from an exact step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.reduced import Reduced, advance, charge_left, outputs, repeat, rest

_MOST_SEGMENTS = 20_000
_MOST_PERIODS = 1 << 50
_STEADY_PERIOD = 60.0  # s, of a load without pulses
_MOST_CELLS = 1e6
_UNEQUAL = 1e-6  # of a period, when periods should divide each other


@dataclass(frozen=True)
class Pulse:
    """One repeated pulse: current [A], how long, from one to the next [s]; None where nobody knows it."""

    current: float | None
    duration: float | None
    period: float | None
    share: float | None = None


@dataclass(frozen=True)
class Profile:
    """What a device draws.

    Parameters
    ----------
    id : name
    sleep : current between the pulses [A]; None where nobody knows it
    pulses : all start together, which is the worst case
    least_voltage : below which the device stops [V]; None where nobody knows it
    average : mean current as published [A]; None where it is not
    harvest : of a harvester that recharges the cell, per its area [W/m2]; None where there is none
    """

    id: str
    sleep: float | None
    pulses: tuple[Pulse, ...]
    least_voltage: float | None = None
    average: float | None = None
    harvest: float | None = None


class _Value(Protocol):
    @property
    def value(self) -> float | None: ...


class _PulseRecord(Protocol):
    @property
    def current(self) -> _Value | None: ...
    @property
    def duration(self) -> _Value | None: ...
    @property
    def period(self) -> _Value | None: ...
    @property
    def share(self) -> _Value | None: ...


class LoadRecord(Protocol):
    """What is read of a catalog record ``Load``."""

    @property
    def id(self) -> str: ...
    @property
    def sleep(self) -> _Value | None: ...
    @property
    def average(self) -> _Value | None: ...
    @property
    def least_voltage(self) -> _Value | None: ...
    @property
    def harvest(self) -> _Value | None: ...
    @property
    def pulses(self) -> Sequence[_PulseRecord]: ...


def profile_of(record: LoadRecord) -> Profile:
    """Profile of a record of the catalog; a load without ``sleep`` sleeps at no current where it has pulses."""

    def number(given: _Value | None) -> float | None:
        return None if given is None else given.value

    pulses = tuple(
        Pulse(number(pulse.current), number(pulse.duration), number(pulse.period), number(pulse.share))
        for pulse in record.pulses
    )
    sleep = 0.0 if record.sleep is None and pulses else number(record.sleep)
    least, average, harvest = number(record.least_voltage), number(record.average), number(record.harvest)
    return Profile(record.id, sleep, pulses, least, average, harvest)


@dataclass(frozen=True)
class Requirement:
    """What a load asks of a cell.

    Parameters
    ----------
    average_current : [A]
    peak_current : of all pulses that may meet [A]
    longest_pulse : [s]
    charge_per_day : [C]
    least_voltage : [V]
    unknown : what of the profile nobody knows, in words; values that rest on it are None
    """

    average_current: float | None
    peak_current: float | None
    longest_pulse: float | None
    charge_per_day: float | None
    least_voltage: float | None
    unknown: tuple[str, ...]

    def most_resistance(self, open_circuit_voltage: float) -> float | None:
        """Resistance at the end of the longest pulse that still leaves ``least_voltage`` [ohm]."""
        if self.peak_current is None or self.least_voltage is None or self.peak_current == 0.0:
            return None
        return max(open_circuit_voltage - self.least_voltage, 0.0) / self.peak_current


def load_requirement(profile: Profile) -> Requirement:
    """Average, peak and pulse length of a load; nothing is invented for what is unknown."""
    unknown = unknown_parts(profile)
    average = _average(profile)
    currents = [pulse.current for pulse in profile.pulses]
    known = profile.sleep is not None and all(current is not None for current in currents)
    peak = (profile.sleep or 0.0) + sum(current or 0.0 for current in currents) if known else None
    lengths = [pulse.duration for pulse in profile.pulses]
    longest = None if None in lengths else max((length or 0.0 for length in lengths), default=0.0)
    per_day = None if average is None else average * 24.0 * SECONDS_PER_HOUR
    return Requirement(average, peak, longest, per_day, profile.least_voltage, unknown)


def unknown_parts(profile: Profile) -> tuple[str, ...]:
    """What a simulation of the profile would have to invent."""
    found = [] if profile.sleep is not None else ["sleep current"]
    for place, pulse in enumerate(profile.pulses):
        for name in ("current", "duration", "period"):
            if getattr(pulse, name) is None:
                found.append(f"{name} of pulse {place + 1}")
    return tuple(found)


def _average(profile: Profile) -> float | None:
    shares = []
    for pulse in profile.pulses:
        share = pulse.share
        if share is None and pulse.duration is not None and pulse.period:
            share = pulse.duration / pulse.period
        if share is None or pulse.current is None:
            return profile.average
        shares.append(share * pulse.current)
    return profile.average if profile.sleep is None else profile.sleep + sum(shares)


def pattern(profile: Profile) -> list[tuple[float, float]]:
    """One common period as currents and durations [A, s], pulses first.

    Raises
    ------
    BadInput : something is unknown, pulses longer than their period, periods that do not divide the longest
    """
    missing = unknown_parts(profile)
    if missing:
        where = f"load {profile.id}"
        raise BadInput(Problem("a load that nobody knows well enough to simulate", where, ", ".join(missing)))
    whole = max((pulse.period or 0.0 for pulse in profile.pulses), default=_STEADY_PERIOD)
    edges = {0.0, whole}
    spans = []
    for place, pulse in enumerate(profile.pulses):
        period, length, current = pulse.period or 0.0, pulse.duration or 0.0, pulse.current or 0.0
        where = f"load {profile.id}: pulse {place + 1}"
        if not 0.0 < length <= period:
            raise BadInput(Problem("not a pulse", where, f"{length:g} s every {period:g} s", "shorter than its period"))
        times = round(whole / period)
        if abs(times * period - whole) > _UNEQUAL * whole:
            raise BadInput(
                Problem("periods that do not divide the longest one", where, f"{period:g} s", f"parts of {whole:g} s")
            )
        if times > _MOST_SEGMENTS // 4:
            raise BadInput(Problem("too many pulses in a period", where, str(times), f"{_MOST_SEGMENTS // 4}"))
        begins = np.arange(times) * period
        spans.append((begins, length, current))
        edges.update(begins.tolist(), (begins + length).tolist())
    cuts = np.array(sorted(edges))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > 1e-12 * whole])]
    middle = 0.5 * (cuts[1:] + cuts[:-1])
    current_of = np.full(len(middle), profile.sleep or 0.0)
    for begins, length, current in spans:
        last = begins[np.searchsorted(begins, middle, side="right") - 1]
        current_of += np.where(middle - last < length, current, 0.0)
    return [(float(flow), float(time)) for flow, time in zip(current_of, np.diff(cuts), strict=True)]


@dataclass(frozen=True)
class Survival:
    """How long a cell carries a load.

    Parameters
    ----------
    survives : at least as long as was asked, above the least voltage
    seconds : lifetime from full charge, whole periods
    periods : of the profile
    charge : delivered until then [C]
    first_least_voltage : lowest voltage of the first period [V]
    last_least_voltage : lowest voltage of the last period carried [V]; NaN where there is none
    reason : what ends it
    """

    survives: bool
    seconds: float
    periods: int
    charge: float
    first_least_voltage: float
    last_least_voltage: float
    reason: str


def survives(
    model: Reduced, profile: Profile, extent: float, seconds: float = 0.0, least_voltage: float | None = None
) -> Survival:
    """Carry a load from full charge until a pulse falls below the least voltage.

    Parameters
    ----------
    model : the cell
    profile : the load [A]
    extent : size of the whole cell in what the cells file is per: m2, or metres of wire or of finger and gap
    seconds : that the load must be carried to survive; one period where 0
    least_voltage : instead of the profile's; the cell's cut-off where neither says

    Raises
    ------
    BadInput : the profile has unknown parts, or the extent is not positive
    """
    if not (np.isfinite(extent) and extent > 0.0):
        raise BadInput(Problem("not an extent of the cell", "extent", repr(extent), "above 0"))
    segments = [(current / (extent * model.scale), time) for current, time in pattern(profile)]
    floor = least_voltage if least_voltage is not None else profile.least_voltage
    floor = model.cutoff if floor is None else floor
    period = sum(time for _, time in segments)

    def lowest(before: int) -> float:
        return _lowest(model, repeat(model, rest(model), segments, before), segments)

    first = lowest(0)
    low, high = -1, 0
    while high < _MOST_PERIODS and lowest(high) >= floor:
        low, high = high, max(2 * high, 1)
    if high >= _MOST_PERIODS:
        return Survival(True, float("inf"), high, 0.0, first, first, "the load draws next to nothing")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if lowest(middle) >= floor else (low, middle)
    carried = low + 1
    state = repeat(model, rest(model), segments, carried)
    taken = charge_left(model, state) * model.scale * extent
    left = lowest(low) if carried else float("nan")
    short = lowest(carried)
    reason = f"a pulse falls below {floor:g} V" if np.isfinite(short) else "lithium or salt is used up"
    lasting = carried * period
    return Survival(lasting >= max(seconds, period), lasting, carried, taken, first, left, reason)


@dataclass(frozen=True)
class Trough:
    """The lowest voltage of one period.

    Parameters
    ----------
    voltage : [V]; minus infinity where lithium or salt is used up
    current : drawn then [A]
    after : from full charge to the end of that pulse [s]
    pulses : places of the pulses that run then, from 0; none while the device sleeps
    """

    voltage: float
    current: float
    after: float
    pulses: tuple[int, ...]


def trough(model: Reduced, profile: Profile, extent: float, before: int) -> Trough:
    """The lowest voltage of the period that follows ``before`` others; arguments as in ``survives``.

    Returns
    -------
    voltage [V], current [A], time [s].
    """
    drawn = pattern(profile)
    segments = [(current / (extent * model.scale), time) for current, time in drawn]
    volts = _voltages(model, repeat(model, rest(model), segments, before), segments)
    place = int(volts.argmin())
    ends = np.cumsum([time for _, time in segments])
    middle = float(ends[place]) - 0.5 * segments[place][1]
    running = tuple(
        number
        for number, pulse in enumerate(profile.pulses)
        if pulse.period and pulse.duration and middle % pulse.period < pulse.duration
    )
    return Trough(float(volts[place]), drawn[place][0], before * float(ends[-1]) + float(ends[place]), running)


def holds(model: Reduced, profile: Profile, extent: float, seconds: float, floor: float) -> bool:
    """Whether the first and the last period of a run stay above a voltage; arguments as in ``survives``.

    Returns
    -------
    arguments as in ``survives``: extent [m2 or m], seconds [s], floor [V].
    """
    segments = [(current / (extent * model.scale), time) for current, time in pattern(profile)]
    last = max(int(np.ceil(seconds / sum(time for _, time in segments) - 1e-9)) - 1, 0)
    return all(_lowest(model, repeat(model, rest(model), segments, n), segments) >= floor for n in {0, last})


def cells_needed(model: Reduced, profile: Profile, extent: float, seconds: float, floor: float) -> float:
    """How many such cells in parallel carry the load for so long, 1 at least, to 1 %; infinite where none do.

    Parameters
    ----------
    extent : of one cell [m2 or m]
    seconds : [s]
    floor : [V]
    """
    low, high = 1.0, 1.0
    while not holds(model, profile, extent * high, seconds, floor):
        low, high = high, 4.0 * high
        if high > _MOST_CELLS:
            return float("inf")
    while high > 1.01 * low:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if holds(model, profile, extent * middle, seconds, floor) else (middle, high)
    return high


def _lowest(model: Reduced, state: Array, segments: Sequence[tuple[float, float]]) -> float:
    """Lowest voltage at the ends of the segments of one period; minus infinity where the model cannot go on."""
    return float(_voltages(model, state, segments).min())


def _voltages(model: Reduced, state: Array, segments: Sequence[tuple[float, float]]) -> Array:
    """Voltage at the end of every segment [V]; minus infinity where the model cannot go on."""
    states, currents = [], []
    for current, seconds in segments:
        state = advance(model, state, current, seconds)
        states.append(state)
        currents.append(current)
    shown = outputs(model, np.array(states), np.array(currents))
    return np.where(shown.possible & np.isfinite(shown.voltage), shown.voltage, -np.inf)
