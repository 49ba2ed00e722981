"""What a designer asks of one cell: pulses, constant power, charging, Ragone points; on the reduced model.

Steps follow the state exactly (``reduced``), so that their length matters only where the current changes with time:
at constant power and at constant voltage. Currents and powers are per m2, or per metre for coaxial and interdigital
cells (of the planar cell that stands for them: ``Reduced.scale``), charges likewise. Positive currents discharge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.reduced import Outputs, Reduced, advance, charge_left, open_circuit, outputs, rest

_CLOSE, _NOTHING = 1e-9, 1e-9  # of a current between brackets; of a voltage or power, relative
_ROUNDS = 60
_VOLTS_A_STEP, _GROWTH, _SHRINK = 0.01, 1.6, 0.4  # stepping at changing current: change of voltage aimed at
_LEAST_STEP, _MOST_STEPS = 1e-9, 20_000
_LONGEST = 400.0  # nominal durations after which a march is given up
PULSE_TIMES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


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


def state_at(model: Reduced, discharged: float) -> Array:
    """The rested state after a share of the 1C charge was taken [k]."""
    lasting = np.where(model.rates > 0.0, 0.0, 1.0)  # what does not fade: mean stoichiometries and the salt's sum
    return np.asarray(lasting * advance(model, rest(model), model.one_c, discharged * SECONDS_PER_HOUR))


@dataclass(frozen=True)
class Sag:
    """Voltage before and after a current step.

    Parameters
    ----------
    seconds : after the step [q]
    rest : voltage before [V]
    voltage : [q]
    resistance : (rest - voltage) over the current [q]
    possible : the model holds: salt and lithium are left [q]
    """

    seconds: Array
    rest: float
    voltage: Array
    resistance: Array
    possible: Array


def sag(model: Reduced, state: Array, current: float, times: Sequence[float] = PULSE_TIMES) -> Sag:
    """Voltage after a step of current, from a rested or running state."""
    seconds = np.asarray(times, dtype=np.float64)
    before = float(outputs(model, state, 0.0).voltage[0])
    shown = outputs(model, _states(model, state, current, seconds), np.full(len(seconds), current))
    return Sag(seconds, before, shown.voltage, (before - shown.voltage) / current, shown.possible)


def pulse_current(model: Reduced, state: Array, seconds: float, least_voltage: float) -> float:
    """Largest current that keeps the voltage for that long; 0 where even rest does not."""

    def holds(current: float) -> bool:
        return _good(_after(model, state, current, seconds), least_voltage)

    if not holds(0.0):
        return 0.0
    high = model.one_c
    while holds(high) and high < 1e9 * model.one_c:
        high *= 2.0
    return _last_true(holds, 0.0, high)


def pulse_power(model: Reduced, state: Array, seconds: float, least_voltage: float) -> float:
    """Power at the end of the largest pulse [W/m2 or W/m]."""
    current = pulse_current(model, state, seconds, least_voltage)
    return current * float(_after(model, state, current, seconds).voltage[0])


def constant_current(
    model: Reduced, state: Array, current: float, limit: float | None = None, samples: int = 60
) -> Trace:
    """Discharge to the cut-off, or charge (negative current) to the limit voltage."""
    bound = model.cutoff if limit is None else limit
    seconds = _time_to(model, state, current, bound)
    times = seconds * np.sin(np.linspace(0.0, 0.5 * np.pi, samples)) ** 2
    volts = outputs(model, _states(model, state, current, times), np.full(samples, current)).voltage
    energy = float(np.sum(0.5 * (volts[1:] + volts[:-1]) * np.diff(times)) * current)
    after = advance(model, state, current, seconds)
    return Trace(times, np.full(samples, current), volts, current * seconds, energy, "voltage limit", after)


def _time_to(model: Reduced, state: Array, current: float, bound: float) -> float:
    """Longest time for which the voltage stays on its side of the bound and the model stays possible."""
    span = 1.5 * SECONDS_PER_HOUR * model.one_c / abs(current)
    grid = span * np.linspace(0.0, 1.0, 400) ** 2
    shown = outputs(model, _states(model, state, current, grid), np.full(len(grid), current))
    beyond = (shown.voltage < bound) if current > 0.0 else (shown.voltage > bound)
    bad = np.flatnonzero(beyond | np.logical_not(shown.possible & np.isfinite(shown.voltage)))
    if not len(bad) or bad[0] == 0:
        return float(span) if not len(bad) else 0.0

    def holds(seconds: float) -> bool:
        after = _after(model, state, current, seconds)
        volts = float(after.voltage[0])
        return bool(after.possible[0]) and (volts >= bound if current > 0.0 else volts <= bound)

    return _last_true(holds, float(grid[bad[0] - 1]), float(grid[bad[0]]))


def constant_power(model: Reduced, state: Array, power: float, cutoff: float | None = None) -> Trace:
    """Discharge at constant power [W/m2 or W/m] to the cut-off; it ends, too, where no current gives that power."""
    bound = model.cutoff if cutoff is None else cutoff

    def wanted(now: Array, seconds: float, guess: float) -> float | None:
        return _current_of_power(model, now, seconds, power, guess, bound)

    guess = power / max(open_circuit(model, state), bound)
    return _march(model, state, wanted, guess, lambda volts, current: volts <= bound, "cut-off")


def constant_voltage(model: Reduced, state: Array, volts: float, start: float, taper: float) -> Trace:
    """Charge at constant voltage until the current has fallen to ``taper`` (both currents negative)."""

    def wanted(now: Array, seconds: float, guess: float) -> float | None:
        return _current_of_voltage(model, now, seconds, volts, guess)

    return _march(model, state, wanted, start, lambda _, current: current >= taper, "taper current")


@dataclass(frozen=True)
class Charge:
    """A charge by constant current, then constant voltage.

    Parameters
    ----------
    stored : charge that went in (positive)
    seconds : in all
    time_to : share of the full charge -> seconds; infinite where it was not reached
    trace : of both phases
    """

    stored: float
    seconds: float
    time_to: dict[float, float]
    trace: Trace


def charge(
    model: Reduced,
    c_rate: float,
    limit: float | None = None,
    taper: float = 0.05,
    shares: Sequence[float] = (0.8, 0.95),
    start: Array | None = None,
) -> Charge:
    """Charge from the discharged cell: constant current to the limit voltage, then held until the current tapers.

    Parameters
    ----------
    c_rate : of the first phase
    limit : voltage [V]; the open-circuit voltage of the full cell plus 50 mV where left out
    taper : C-rate at which it ends
    shares : of the charge between the discharged and the full cell
    start : state; the cell discharged to its empty stoichiometry where left out
    """
    bound = open_circuit(model, rest(model)) + 0.05 if limit is None else limit
    begin = state_at(model, 1.0) if start is None else start
    missing = charge_left(model, begin)
    first = constant_current(model, begin, -c_rate * model.one_c, bound)
    parts = [first]
    if taper < c_rate:
        parts.append(constant_voltage(model, first.state, bound, -c_rate * model.one_c, -taper * model.one_c))
    offset, seconds, current, voltage = 0.0, [], [], []
    for part in parts:
        seconds.append(part.seconds + offset)
        current.append(part.current)
        voltage.append(part.voltage)
        offset += float(part.seconds[-1])
    time, flow = np.concatenate(seconds), np.concatenate(current)
    into = -np.concatenate([[0.0], np.cumsum(0.5 * (flow[1:] + flow[:-1]) * np.diff(time))])
    reached = {share: _when(time, into, share * missing) for share in shares}
    stored, energy = -sum(part.charge for part in parts), sum(part.energy for part in parts)
    whole = Trace(time, flow, np.concatenate(voltage), -stored, energy, parts[-1].end, parts[-1].state)
    return Charge(stored, offset, reached, whole)


def _when(time: Array, amount: Array, wanted: float) -> float:
    if amount[-1] < wanted:
        return float("inf")
    return float(np.interp(wanted, amount, time))


@dataclass(frozen=True)
class RagonePoint:
    """A constant-power discharge: power and delivered energy per m2 or metre, duration [s]."""

    power: float
    energy: float
    seconds: float


def ragone(model: Reduced, hours: Sequence[float] = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)) -> tuple[RagonePoint, ...]:
    """Constant-power discharges of the full cell; powers that would last ``hours`` at its open-circuit energy."""
    slow = constant_current(model, rest(model), model.one_c / 50.0).energy
    points = []
    for duration in hours:
        power = slow / (duration * SECONDS_PER_HOUR)
        found = constant_power(model, rest(model), power)
        points.append(RagonePoint(power, found.energy, float(found.seconds[-1])))
    return tuple(points)


def _states(model: Reduced, state: Array, current: float, seconds: Array) -> Array:
    """States after several times of one current [q, k]."""
    passed = np.multiply.outer(seconds, model.rates)
    share = np.where(passed > 1e-12, -np.expm1(-passed) / np.maximum(model.rates, 1e-300), seconds[:, None])
    return np.asarray(np.exp(-passed) * state + model.gains * current * share)


def _after(model: Reduced, state: Array, current: float, seconds: float) -> Outputs:
    return outputs(model, advance(model, state, current, seconds), current)


def _ends(model: Reduced, state: Array, current: float, seconds: float) -> Outputs:
    """At the beginning and at the end of a step."""
    return outputs(model, np.stack([state, advance(model, state, current, seconds)]), np.full(2, current))


def _good(shown: Outputs, least: float) -> bool:
    return bool(shown.possible[0]) and float(shown.voltage[0]) >= least


def _last_true(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a test changes from true (at ``low``) to false (at ``high``), by halves."""
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


def _current_of_voltage(model: Reduced, state: Array, seconds: float, volts: float, guess: float) -> float | None:
    """Current that leads to a voltage after a step; the voltage falls with the current."""

    def off(current: float) -> float | None:
        shown = _after(model, state, current, seconds)
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


def _current_of_power(
    model: Reduced, state: Array, seconds: float, power: float, guess: float, bound: float
) -> float | None:
    """Smallest current whose mean power over a step is the wanted one; None where there is none above the bound."""

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


def _march(
    model: Reduced,
    state: Array,
    wanted: Callable[[Array, float, float], float | None],
    guess: float,
    ended: Callable[[float, float], bool],
    reason: str,
) -> Trace:
    """Steps whose current is found anew each time; the last is shortened until the end is met."""
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
