"""What a designer asks of one cell: pulses, constant power, charging, Ragone points; on the reduced model.

Steps follow the state exactly (``reduced``), so that their length matters only where the current changes with time:
at constant power and at constant voltage. Currents and powers are per m2, or per metre for coaxial and interdigital
cells (of the planar cell that stands for them: ``Reduced.scale``), charges likewise. Positive currents discharge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.reduced import Reduced, advance, charge_left, open_circuit, outputs, rest
from fabplan.estimate.stepping import (
    Trace,
    current_of_power,
    current_of_voltage,
    good,
    last_true,
    march,
    shown_after,
    states,
)

PULSE_TIMES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


def state_at(model: Reduced, discharged: float) -> Array:
    """The rested state after a share of the 1C charge was taken [k]."""
    lasting = np.where(model.rates > 0.0, 0.0, 1.0)  # what does not fade: mean stoichiometries and the salt's sum
    return np.asarray(lasting * advance(model, rest(model), model.one_c, discharged * SECONDS_PER_HOUR))


def empty_state(model: Reduced) -> Array:
    """The rested state of the discharged cell [k]: its 1C charge was taken.

    Less where at rest an electrode runs out or the voltage is at the cut-off before, as after a loss of lithium.
    """

    def holds(discharged: float) -> bool:
        return good(outputs(model, state_at(model, discharged), 0.0), model.cutoff)

    return state_at(model, 1.0 if holds(1.0) else last_true(holds, 0.0, 1.0))


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
    """Voltage after a step of current, from a rested or running state.

    Parameters
    ----------
    state : modes of the cell [k]
    current : [A/m2 or A/m], discharge positive
    times : [s]
    """
    seconds = np.asarray(times, dtype=np.float64)
    before = float(outputs(model, state, 0.0).voltage[0])
    shown = outputs(model, states(model, state, current, seconds), np.full(len(seconds), current))
    return Sag(seconds, before, shown.voltage, (before - shown.voltage) / current, shown.possible)


def times_until(seconds: float) -> list[float]:
    """Decades of time at which a pulse is looked at, and its end [s]."""
    return [time for time in PULSE_TIMES if time < seconds] + [seconds]


def pulse_current(model: Reduced, state: Array, seconds: float, least_voltage: float) -> float:
    """Largest current that keeps the voltage all the time until then; 0 where even rest does not.

    The voltage may dip and come back (where a front leaves a plateau), so that its end alone says too little: it is
    looked at after every decade of `PULSE_TIMES` and at the end.

    Parameters
    ----------
    state : modes of the cell [k]
    seconds : [s]
    least_voltage : [V]

    Returns
    -------
    [A/m2 or A/m].
    """
    times = np.array(times_until(seconds))

    def holds(current: float) -> bool:
        shown = outputs(model, states(model, state, current, times), np.full(len(times), current))
        return bool(np.all(shown.possible & np.isfinite(shown.voltage) & (shown.voltage >= least_voltage)))

    if not holds(0.0):
        return 0.0
    high = model.one_c
    while holds(high) and high < 1e9 * model.one_c:
        high *= 2.0
    return last_true(holds, 0.0, high)


def pulse_power(model: Reduced, state: Array, seconds: float, least_voltage: float) -> float:
    """Power that the largest pulse gives all the time [W/m2 or W/m]: its current times its lowest voltage."""
    current = pulse_current(model, state, seconds, least_voltage)
    times = np.array(times_until(seconds))
    shown = outputs(model, states(model, state, current, times), np.full(len(times), current))
    return current * float(np.min(shown.voltage))


def constant_current(
    model: Reduced, state: Array, current: float, limit: float | None = None, samples: int = 60
) -> Trace:
    """Discharge to the cut-off, or charge (negative current) to the limit voltage.

    Parameters
    ----------
    state : modes of the cell [k]
    current : [A/m2 or A/m]
    limit : [V]; the cell's cut-off where left out
    samples : points of the trace
    """
    bound = model.cutoff if limit is None else limit
    seconds = _time_to(model, state, current, bound)
    times = seconds * np.sin(np.linspace(0.0, 0.5 * np.pi, samples)) ** 2
    volts = outputs(model, states(model, state, current, times), np.full(samples, current)).voltage
    energy = float(np.sum(0.5 * (volts[1:] + volts[:-1]) * np.diff(times)) * current)
    after = advance(model, state, current, seconds)
    return Trace(times, np.full(samples, current), volts, current * seconds, energy, "voltage limit", after)


def _time_to(model: Reduced, state: Array, current: float, bound: float) -> float:
    """Longest time for which the voltage stays on its side of the bound and the model stays possible."""
    span = 1.5 * SECONDS_PER_HOUR * model.one_c / abs(current)
    grid = span * np.linspace(0.0, 1.0, 400) ** 2
    shown = outputs(model, states(model, state, current, grid), np.full(len(grid), current))
    beyond = (shown.voltage < bound) if current > 0.0 else (shown.voltage > bound)
    bad = np.flatnonzero(beyond | np.logical_not(shown.possible & np.isfinite(shown.voltage)))
    if not len(bad) or bad[0] == 0:
        return float(span) if not len(bad) else 0.0

    def holds(seconds: float) -> bool:
        shown = shown_after(model, state, current, seconds)
        volts = float(shown.voltage[0])
        return bool(shown.possible[0]) and (volts >= bound if current > 0.0 else volts <= bound)

    return last_true(holds, float(grid[bad[0] - 1]), float(grid[bad[0]]))


def constant_power(model: Reduced, state: Array, power: float, cutoff: float | None = None) -> Trace:
    """Discharge at constant power [W/m2 or W/m] to the cut-off; it ends, too, where no current gives that power."""
    bound = model.cutoff if cutoff is None else cutoff

    def wanted(now: Array, seconds: float, guess: float) -> float | None:
        return current_of_power(model, now, seconds, power, guess, bound)

    guess = power / max(open_circuit(model, state), bound)
    return march(model, state, wanted, guess, lambda volts, current: volts <= bound, "cut-off")


def constant_voltage(model: Reduced, state: Array, volts: float, start: float, taper: float) -> Trace:
    """Charge at constant voltage until the current has fallen to ``taper`` (both currents negative).

    Parameters
    ----------
    state : modes of the cell [k]
    volts : [V]
    start, taper : first guess and end of the current [A/m2 or A/m]
    """

    def wanted(now: Array, seconds: float, guess: float) -> float | None:
        return current_of_voltage(model, now, seconds, volts, guess)

    return march(model, state, wanted, start, lambda _, current: current >= taper, "taper current")


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


def charge_limit(model: Reduced, given: float | None = None) -> float:
    """Voltage of a charge [V]: the open-circuit voltage of the full cell plus 50 mV where none is given."""
    return open_circuit(model, rest(model)) + 0.05 if given is None else given


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
    start : state; ``empty_state`` where left out
    """
    bound = charge_limit(model, limit)
    begin = empty_state(model) if start is None else start
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
    """Constant-power discharges of the full cell; powers that would last ``hours`` at its open-circuit energy.

    Parameters
    ----------
    hours : [h]

    Returns
    -------
    power [W/m2 or W/m], energy [J/m2 or J/m], time [s].
    """
    slow = constant_current(model, rest(model), model.one_c / 50.0).energy
    points = []
    for duration in hours:
        power = slow / (duration * SECONDS_PER_HOUR)
        found = constant_power(model, rest(model), power)
        points.append(RagonePoint(power, found.energy, float(found.seconds[-1])))
    return tuple(points)
