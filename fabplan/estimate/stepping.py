"""Steps of the reduced model: after a time, and marching at a current that changes with time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.reduced import Outputs, Reduced, advance, outputs

_CLOSE, _NOTHING = 1e-9, 1e-9  # of a current between brackets; of a voltage or power, relative
_ROUNDS = 60
_VOLTS_A_STEP, _GROWTH, _SHRINK = 0.01, 1.6, 0.4  # stepping at changing current: change of voltage aimed at
_LEAST_STEP, _MOST_STEPS = 1e-9, 20_000
_LONGEST = 400.0  # nominal durations after which a march is given up


@dataclass(frozen=True)
class Trace:
    """Something that was simulated.

    Parameters
    ----------
    seconds, current, voltage : samples
    charge, energy : delivered (negative when charged)
    end : why it ended
    state : at the end
    """

    seconds: Array
    current: Array
    voltage: Array
    charge: float
    energy: float
    end: str
    state: Array


def states(model: Reduced, state: Array, current: float, seconds: Array) -> Array:
    """States after several times of one current [q, k]."""
    passed = np.multiply.outer(seconds, model.rates)
    share = np.where(passed > 1e-12, -np.expm1(-passed) / np.maximum(model.rates, 1e-300), seconds[:, None])
    return np.asarray(np.exp(-passed) * state + model.gains * current * share)


def shown_after(model: Reduced, state: Array, current: float, seconds: float) -> Outputs:
    """What the cell shows at the end of a step.

    Parameters
    ----------
    state : modes before the step [k]
    current : [A/m2 or A/m]
    seconds : [s]
    """
    return outputs(model, advance(model, state, current, seconds), current)


def _ends(model: Reduced, state: Array, current: float, seconds: float) -> Outputs:
    """At the beginning and at the end of a step."""
    return outputs(model, np.stack([state, advance(model, state, current, seconds)]), np.full(2, current))


def good(shown: Outputs, least: float) -> bool:
    """The voltage holds and the model, too.

    Parameters
    ----------
    least : [V]
    """
    return bool(shown.possible[0]) and float(shown.voltage[0]) >= least


def last_true(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a test changes from true (at ``low``) to false (at ``high``), by halves.

    Parameters
    ----------
    low, high : ends of the search, any unit [scalar]
    """
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


_Value = Callable[[float], float | None]


def _root(value: _Value, low: float, high: float, at_low: float, at_high: float | None) -> float:
    """Root of a function that is positive at ``low`` and negative, or None, at ``high``: regula falsi (Illinois)."""
    for _ in range(_ROUNDS):
        share = 0.5 if at_high is None else at_low / (at_low - at_high)
        middle = low + (high - low) * min(max(share, 1e-3), 1.0 - 1e-3)
        found = value(middle)
        if found is None or found < 0.0:
            high, at_high, at_low = middle, found, 0.5 * at_low
        else:
            low, at_low, at_high = middle, found, None if at_high is None else 0.5 * at_high
        if abs(high - low) <= _CLOSE * (abs(low) + abs(high)) or (found is not None and abs(found) < _NOTHING):
            return middle if found is not None else low
    return low


def current_of_voltage(model: Reduced, state: Array, seconds: float, volts: float, guess: float) -> float | None:
    """Current that leads to a voltage after a step; the voltage falls with the current.

    Parameters
    ----------
    state : modes before the step [k]
    seconds : [s]
    volts : [V]
    guess : [A/m2 or A/m]

    Returns
    -------
    [A/m2 or A/m].
    """

    def off(current: float) -> float | None:
        shown = shown_after(model, state, current, seconds)
        return float(shown.voltage[0]) / volts - 1.0 if bool(shown.possible[0]) else None

    width, low, high = 0.1 * abs(guess) + 1e-6 * model.one_c, guess, guess
    at_low = at_high = off(guess)
    for _ in range(_ROUNDS):  # down to where the voltage is too high, which an impossible state counts as
        if at_low is None or at_low >= 0.0:
            break
        low, width = low - width, 2.0 * width
        at_low = off(low)
    width = 0.1 * abs(guess) + 1e-6 * model.one_c
    for _ in range(_ROUNDS):
        if at_high is not None and at_high < 0.0:
            break
        high, width = high + width, 2.0 * width
        at_high = off(high)
    if at_low is None:  # from the possible side the same search, mirrored
        return -_root(lambda current: _negative(off(-current)), -high, -low, -(at_high or 0.0), None)
    return _root(off, low, high, at_low, at_high)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def current_of_power(
    model: Reduced, state: Array, seconds: float, power: float, guess: float, bound: float
) -> float | None:
    """Smallest current whose mean power over a step is the wanted one; None where there is none above the bound.

    Parameters
    ----------
    state : modes before the step [k]
    seconds : [s]
    power : [W/m2 or W/m]
    guess : [A/m2 or A/m]
    bound : least voltage [V]

    Returns
    -------
    [A/m2 or A/m].
    """

    def lacking(current: float) -> float | None:
        shown = _ends(model, state, current, seconds)
        volts = 0.5 * float(shown.voltage.sum())
        return 1.0 - current * volts / power if bool(shown.possible[1]) and volts > 0.5 * bound else None

    low, high = 0.0, guess
    at_low, found = 1.0, lacking(high)
    while found is not None and found > 0.0:
        if high > power / (0.5 * bound):
            return None
        low, at_low, high = high, found, 1.02 * high
        found = lacking(high)
    return None if found is None else _root(lacking, low, high, at_low, found)


def march(
    model: Reduced,
    state: Array,
    wanted: Callable[[Array, float, float], float | None],
    guess: float,
    ended: Callable[[float, float], bool],
    reason: str,
) -> Trace:
    """Steps whose current is found anew each time; the last is shortened until the end is met.

    Parameters
    ----------
    state : modes at the start [k]
    wanted : current [A/m2 or A/m] from modes, step [s] and a guess; None ends it
    guess : first current [A/m2 or A/m]
    ended : from voltage [V] and current
    reason : what that end is called
    """
    nominal = SECONDS_PER_HOUR * model.one_c / abs(guess)
    step, now, time, current = 1e-5 * nominal, state, 0.0, guess
    times: list[float] = []
    flows: list[float] = []
    volts: list[float] = []
    charge_out = energy = 0.0
    end = "time"
    for _ in range(_MOST_STEPS):
        found = wanted(now, step, current)
        if found is not None:
            after = advance(model, now, found, step)
            first, shown = _ends(model, now, found, step).voltage.tolist()
        moved = 9.0 if found is None or not volts else abs(shown - volts[-1]) / _VOLTS_A_STEP
        if found is not None and volts:
            moved = max(moved, abs(found - current) / (0.05 * abs(current)))
        stop = found is None or ended(shown, found)
        if (moved > 2.0 and volts) or (stop and step > 1e-5 * max(time, 1e-3 * nominal)):
            step *= _SHRINK
            if step > _LEAST_STEP * nominal:
                continue
            stop, end = True, reason if found is not None else "no current gives that power"
        if found is None:
            end = "no current gives that power"
            break
        times.append(time + step)
        flows.append(found)
        volts.append(shown)
        charge_out += found * step
        energy += found * step * 0.5 * (first + shown)
        now, time, current = after, time + step, found
        if stop or time > _LONGEST * nominal:
            end = reason if stop else "time"
            break
        step *= min(_GROWTH, max(_SHRINK, 1.0 / max(moved, 1e-3)))
    if not times:
        return Trace(np.zeros(1), np.array([guess]), np.array([np.nan]), 0.0, 0.0, end, state)
    return Trace(np.array(times), np.array(flows), np.array(volts), charge_out, energy, end, now)
