"""What was asked of the cells of a file beside their discharges, as one JSON object a cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.estimate import operate
from fabplan.estimate.cells import Cells
from fabplan.estimate.conditions import Fade, self_discharge
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.designs import Films
from fabplan.estimate.load import Profile, load_requirement, survives
from fabplan.estimate.reduced import Reduced, open_circuit, reduce, rest
from fabplan.estimate.run import PER_LENGTH

CHARGES = ("cc", "cccv")
_SHARES = (0.8, 0.95)
_NEAR = 2e-3  # V, of a limit that counts as reached
_OVERCHARGED = 0.02  # of the charge, beyond what rounding and the 50 mV of the usual limit put in


@dataclass(frozen=True)
class AskedPulse:
    """A pulse: of a current [A] or a C-rate, for some seconds."""

    seconds: float
    current: float | None = None
    c_rate: float | None = None


@dataclass(frozen=True)
class Asked:
    """Everything that may be asked.

    Parameters
    ----------
    pulses : voltage at their end, from rest
    discharged : share of the 1C charge that was taken before the pulses
    ragone : constant-power discharges over three decades
    charge : ``cc``, ``cccv`` or nothing
    charge_c_rate, charge_voltage, taper : of the charge; the voltage is chosen where None
    power : of one constant-power discharge [W]
    load : that the cell is to carry
    extent : size of the whole cell in m2 or metres; None where only rates are asked
    self_discharge : whether the electronic leak through the electrolyte is asked
    electronic_conductivity : of the electrolyte [S/m]; None where nobody knows it
    fade : empirical model of the user's own numbers
    fade_seconds, fade_cycles : after which its answer is asked
    """

    pulses: tuple[AskedPulse, ...] = ()
    discharged: float = 0.0
    ragone: bool = False
    charge: str | None = None
    charge_c_rate: float = 1.0
    charge_voltage: float | None = None
    taper: float = 0.05
    power: float | None = None
    load: Profile | None = None
    extent: float | None = None
    self_discharge: bool = False
    electronic_conductivity: float | None = None
    fade: Fade | None = None
    fade_seconds: float = 0.0
    fade_cycles: float = 0.0

    @property
    def anything(self) -> bool:
        """Whether there is a question at all."""
        plain = self.pulses or self.ragone or self.charge or self.self_discharge or self.fade
        return bool(plain or self.power is not None or self.load)


def answer(
    cells: Cells, asked: Asked, progress: Callable[[int, int], None] | None = None
) -> list[dict[str, Any]]:
    """One object a cell, in the order of the file; amounts per m2 or per metre unless an extent is given
    (``whole_cell``).

    ``open_circuit_V`` is that of the full cell, ``open_circuit_discharged_V`` that at the share that was taken before
    the pulses. ``progress`` is told the cells done and the cells in all.

    Raises
    ------
    BadInput : amperes or watts without an extent, values outside their range, a load with unknown parts
    """
    check(asked)
    found = []
    for model, kind in zip(reduce(cells), cells.kinds, strict=True):
        about = {"per": "m" if kind in PER_LENGTH else "m2", "whole_cell": asked.extent is not None}
        volts = {"open_circuit_V": open_circuit(model, rest(model)), "cutoff_V": model.cutoff}
        found.append({"id": model.id, **about, **volts, **_of_cell(model, asked)})
        if progress is not None:
            progress(len(found), len(cells.ids))
    return found


def check(asked: Asked) -> None:
    """Refuse what is outside its range, all at once."""
    problems = []
    if asked.extent is None and (asked.power is not None or asked.load or any(p.current for p in asked.pulses)):
        wanted = "the extent of the whole cell (area, or length of finger and gap or of wire)"
        problems.append(Problem("amperes and watts need the size of the cell", "extent", None, wanted))
    for name, value, low, high in (
        ("discharged", asked.discharged, 0.0, 1.0),
        ("charge C-rate", asked.charge_c_rate, 1e-6, 1e4),
        ("taper", asked.taper, 1e-6, 1e4),
        *(("pulse length", pulse.seconds, 1e-9, 1e9) for pulse in asked.pulses),
        *(("pulse", pulse.current or pulse.c_rate or 0.0, 1e-15, 1e9) for pulse in asked.pulses),
        ("fade time", asked.fade_seconds, 0.0, 1e11),
        ("fade cycles", asked.fade_cycles, 0.0, 1e9),
        *((("extent", asked.extent, 1e-15, 1e9),) if asked.extent is not None else ()),
        *(
            (("electronic conductivity", asked.electronic_conductivity, 1e-30, 1e9),)
            if asked.electronic_conductivity is not None
            else ()
        ),
        *((("power", asked.power, 1e-15, 1e9),) if asked.power is not None else ()),
        *((("charge voltage", asked.charge_voltage, -10.0, 10.0),) if asked.charge_voltage is not None else ()),
    ):
        if not low <= value <= high:
            problems.append(Problem("outside the allowed range", name, f"{value:g}", f"{low:g} to {high:g}"))
    if asked.charge is not None and asked.charge not in CHARGES:
        problems.append(Problem("unknown way of charging", "charge", asked.charge[:60], ", ".join(CHARGES)))
    if problems:
        raise BadInput(problems)


def _of_cell(model: Reduced, asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if asked.pulses:
        found["discharged"] = asked.discharged
        found["open_circuit_discharged_V"] = _number(open_circuit(model, operate.state_at(model, asked.discharged)))
        found["pulses"] = [_pulse(model, asked, pulse) for pulse in asked.pulses]
        found["largest_pulses"] = _largest(model, asked)
    if asked.power is not None:
        assert asked.extent is not None
        found["constant_power"] = _power(model, asked.power / (asked.extent * model.scale), asked.extent)
    if asked.ragone:
        found["ragone"] = [
            {
                "power_W": point.power * model.scale,
                "energy_Wh": point.energy * model.scale / SECONDS_PER_HOUR,
                "seconds": point.seconds,
            }
            for point in operate.ragone(model)
        ]
    if asked.charge is not None:
        found["charge"] = _charge(model, asked)
    if asked.self_discharge:
        found["self_discharge"] = _leak(model, asked.electronic_conductivity)
    if asked.fade is not None:
        left = asked.fade.left(asked.fade_seconds, asked.fade_cycles)
        found["fade"] = {
            "seconds": asked.fade_seconds,
            "cycles": asked.fade_cycles,
            "capacity_left_share": left,
            "validated": asked.fade.validated,
        }
    if asked.load is not None:
        assert asked.extent is not None
        found["load"] = _load(model, asked.load, asked.extent)
    return found


def _pulse(model: Reduced, asked: Asked, pulse: AskedPulse) -> dict[str, Any]:
    """Voltage at the end of one pulse and at decades of time before it."""
    if pulse.current is not None:
        assert asked.extent is not None
        current = pulse.current / (asked.extent * model.scale)
    else:
        current = (pulse.c_rate or 0.0) * model.one_c
    times = operate.times_until(pulse.seconds)
    state = operate.state_at(model, asked.discharged)
    shown = operate.sag(model, state, current, times)
    volts = [
        value if possible and value >= 0.0 else math.nan
        for value, possible in zip(shown.voltage.tolist(), shown.possible.tolist(), strict=True)
    ]
    carried = all(value >= model.cutoff for value in volts)
    ohm = _number((shown.rest - volts[-1]) / (current * model.scale))
    return {
        "c_rate": current / model.one_c,
        "current_A": current * model.scale * (asked.extent or 1.0),
        "seconds": pulse.seconds,
        "rest_V": shown.rest,
        "voltage_V": _number(volts[-1]),
        "sag_V": _number(shown.rest - volts[-1]),
        "resistance_ohm": None if ohm is None else ohm / (asked.extent or 1.0),
        "possible": carried,
        "reason": None if carried else _not_carried(model, state, asked, times, volts),
        "times_s": times,
        "voltages_V": [_number(value) for value in volts],
    }


def _not_carried(
    model: Reduced, state: Array, asked: Asked, times: list[float], volts: list[float]
) -> str:
    """Why a pulse cannot be carried, and the largest one that can; a voltage below zero is none of a cell."""
    place = next(place for place, value in enumerate(volts) if not value >= model.cutoff)
    within = f"within {times[place]:g} s"
    if math.isnan(volts[place]):
        text = f"the cell cannot carry it: {within} its voltage falls to nothing, or lithium or salt is used up"
    else:
        text = f"the cell cannot carry it: {within} it falls below the cut-off of {model.cutoff:g} V"
    most = operate.pulse_current(model, state, times[-1], model.cutoff)
    return f"{text}; at most {most / model.one_c:.3g}C for {times[-1]:g} s"


def _largest(model: Reduced, asked: Asked) -> list[dict[str, float]]:
    """Largest pulses down to the cut-off after decades of time."""
    state, size = operate.state_at(model, asked.discharged), model.scale * (asked.extent or 1.0)
    found = []
    for seconds in operate.PULSE_TIMES:
        current = operate.pulse_current(model, state, seconds, model.cutoff)
        power = operate.pulse_power(model, state, seconds, model.cutoff)
        found.append({"seconds": seconds, "current_A": current * size, "power_W": power * size})
    return found


def _leak(model: Reduced, conductivity: float | None) -> dict[str, Any]:
    """Electronic leak of the full cell through a solid electrolyte; None where something is unknown.

    Ions and electrons take the same path: its length over its area is the ionic resistance times the ionic
    conductivity.
    """
    films = model.designs
    unknown = ""
    if not isinstance(films, Films):
        unknown = "a liquid or gel between porous electrodes: no electronic leak is modelled"
    elif conductivity is None:
        unknown = "the electronic conductivity of the electrolyte is not known: measure it (hold the full cell)"
    elif not float(films.electrolyte_conductivity[0]) > 0.0:
        unknown = "the electrolyte's ionic conductivity is not given: the length of its path is not known"
    if unknown or not isinstance(films, Films) or conductivity is None:
        return {"current_A": None, "share_per_day": None, "days_to_half": None, "unknown": unknown}
    path = float(films.electrolyte_resistance[0] * films.electrolyte_conductivity[0])
    full = model.one_c * SECONDS_PER_HOUR
    leak = self_discharge(open_circuit(model, rest(model)), conductivity, path, full)
    return {
        "current_A": float(leak.current),
        "share_per_day": float(leak.share_per_day),
        "days_to_half": _number(float(leak.days_to_half)),
        "electronic_conductivity_S_m": conductivity,
        "unknown": None,
    }


def _power(model: Reduced, power: float, extent: float) -> dict[str, Any]:
    trace = operate.constant_power(model, rest(model), power)
    size = extent * model.scale
    return {
        "power_W": power * size,
        "seconds": float(trace.seconds[-1]),
        "energy_Wh": trace.energy * size / SECONDS_PER_HOUR,
        "capacity_Ah": trace.charge * size / SECONDS_PER_HOUR,
        "end": trace.end,
    }


def _charge(model: Reduced, asked: Asked) -> dict[str, Any]:
    taper = asked.taper if asked.charge == "cccv" else math.inf
    limit = operate.charge_limit(model, asked.charge_voltage)
    made = operate.charge(model, asked.charge_c_rate, asked.charge_voltage, taper, _SHARES)
    full = model.one_c * SECONDS_PER_HOUR
    last = float(made.trace.voltage[-1])
    return {
        "method": asked.charge,
        "c_rate": asked.charge_c_rate,
        "limit_V": limit,
        "voltage_V": last,
        "seconds": made.seconds,
        "stored_share": made.stored / full,
        "time_to_80_s": _number(made.time_to[0.8]),
        "time_to_95_s": _number(made.time_to[0.95]),
        "energy_efficiency": _efficiency(model, made),
        "remark": _of_charge(model, limit, made),
    }


def _of_charge(model: Reduced, limit: float, made: operate.Charge) -> str | None:
    """What is odd about a charge: nothing went in, the limit was not reached, too much went in."""
    empty, full = open_circuit(model, operate.empty_state(model)), open_circuit(model, rest(model))
    if limit <= empty:
        return f"nothing goes in: the limit of {limit:.3f} V lies below the empty cell's open circuit, {empty:.3f} V"
    if made.stored <= 0.0:
        return f"nothing goes in: the current alone lifts the voltage above the limit of {limit:.3f} V at once"
    over = made.stored / (model.one_c * SECONDS_PER_HOUR) > 1.0 + _OVERCHARGED
    last = float(made.trace.voltage[-1])
    texts = []
    if last < limit - _NEAR:
        texts.append(f"the limit of {limit:.3f} V is not reached: at {last:.3f} V an electrode or the salt ends it")
    if over:
        texts.append(f"overcharged: the limit lies above the open circuit of the full cell, {full:.3f} V")
    return "; ".join(texts) or None


def _efficiency(model: Reduced, made: operate.Charge) -> float | None:
    """Energy that the same charge gives back over what went in; None where nothing did."""
    return _number(-_discharge_energy(model, made) / made.trace.energy) if made.trace.energy < 0.0 else None


def _discharge_energy(model: Reduced, made: operate.Charge) -> float:
    """Energy that the same charge gives back at the same rate, as far as it reaches."""
    back = operate.constant_current(model, made.trace.state, model.one_c)
    return back.energy * min(1.0, made.stored / back.charge) if back.charge > 0.0 else 0.0


def _load(model: Reduced, profile: Profile, extent: float) -> dict[str, Any]:
    asks, carried = load_requirement(profile), survives(model, profile, extent)
    return {
        "id": profile.id,
        "average_A": asks.average_current,
        "peak_A": asks.peak_current,
        "least_voltage_V": profile.least_voltage,
        "survives": carried.survives,
        "seconds": _number(carried.seconds),
        "periods": carried.periods,
        "capacity_Ah": carried.charge / SECONDS_PER_HOUR,
        "first_least_voltage_V": _number(carried.first_least_voltage),
        "last_least_voltage_V": _number(carried.last_least_voltage),
        "reason": carried.reason,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
