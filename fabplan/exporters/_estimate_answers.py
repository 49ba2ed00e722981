"""Sections of the page of ``fabplan estimate`` beside its discharges: pulses, charging, resistance, how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.exporters import _bars, _show
from fabplan.exporters._plots import Curve, Plot, plot

SHOWN_CELLS, SHOWN_INPUTS = 8, 8
HOUR = 3600.0
LEAST_SHARE = 0.01  # of the spread, of an input that is named
NARROW = 1e-3  # of an answer: such an interval would look like certainty
_UNITS = {
    "Ah/m2": ("µAh/cm²", 100.0), "Wh/m2": ("µWh/cm²", 100.0), "Ah/m": ("µAh/mm", 1e3), "Wh/m": ("µWh/mm", 1e3),
    "Ah": ("", HOUR), "Wh": ("", HOUR), "ohm": ("", 1.0), "ohm m": ("Ω m", 1.0), "ohm m2": ("Ω cm²", 1e4),
}  # fmt: skip
_WHOLE = {"Ah": "charge", "Wh": "energy", "ohm": "resistance"}
ANSWERS = ("capacity", "energy", "resistance")


def amount(value: float | None, unit: str) -> str:
    """An answer with the unit that people read."""
    if value is None:
        return "unknown"
    text, factor = _UNITS[unit]
    return _show.text(value * factor, _WHOLE[unit]) if unit in _WHOLE else f"{value * factor:.4g} {text}"


@dataclass(frozen=True)
class Pulses:
    """Pulses of one cell: a plot of voltage over time after the step, rows of a table, the largest ones."""

    id: str
    begin: str
    plot: Plot | None
    times: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    largest: tuple[tuple[str, str, str], ...]


def pulses(questions: Sequence[Mapping[str, Any]]) -> list[Pulses]:
    """Pulses of the first cells; a voltage that the cell cannot hold is a dash."""
    return [_pulses(found) for found in questions[:SHOWN_CELLS] if found.get("pulses")]


def _pulses(found: Mapping[str, Any]) -> Pulses:
    per = "" if found["whole_cell"] else f" per {_per(found)}"
    times = sorted({time for pulse in found["pulses"] for time in pulse["times_s"]})
    rows, curves = [], []
    for pulse in found["pulses"]:
        name = f"{pulse['c_rate']:.3g}C"
        at = dict(zip(pulse["times_s"], pulse["voltages_V"], strict=True))
        volts = [f"{at[time]:.3f} V" if at.get(time) is not None else "–" for time in times]
        current = _show.text(pulse["current_A"], "current") + per
        rows.append((name, current, *volts, pulse["reason"] or f"sags by {_show.text(pulse['sag_V'], 'voltage')}"))
        known = [(time, volt) for time, volt in at.items() if volt is not None]
        curves.append(Curve(name, [time for time, _ in known], [volt for _, volt in known], marks=True))
    share = found["discharged"]
    begin = "the full cell" if not share else f"{_show.percent(share)} discharged"
    return Pulses(
        found["id"],
        f"{begin}, at rest at {found['pulses'][0]['rest_V']:.3f} V; cut-off {found['cutoff_V']:.3g} V",
        plot(curves, "time after the step / s", "voltage / V", log_x=True),
        tuple(_show.text(time, "time") for time in times),
        tuple(rows),
        tuple(
            (
                _show.text(one["seconds"], "time"),
                _show.text(one["current_A"], "current") + per,
                _show.text(one["power_W"], "power") + per,
            )
            for one in found.get("largest_pulses", ())
        ),
    )


def _per(found: Mapping[str, Any]) -> str:
    return "m²" if found["per"] == "m2" else "m"


def charges(questions: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Charging as rows: cell, how, limit, time to 80 % and 95 %, charge that went in, energy efficiency, remark."""
    rows = []
    for found in questions[:SHOWN_CELLS]:
        one = found.get("charge")
        if one is None:
            continue
        times = [_time(one[f"time_to_{share}_s"], "not reached") for share in (80, 95)]
        how = "constant current" if one["method"] == "cc" else "constant current, then constant voltage"
        back, into = one["energy_efficiency"], _show.percent(one["stored_share"])
        rows.append(
            (found["id"], f"{how}, {one['c_rate']:g}C", f"{one['limit_V']:.3f} V", *times,
             into, "unknown" if back is None else _show.percent(back), one["remark"] or "")
        )  # fmt: skip
    return rows


def others(questions: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """What else was asked, as rows: cell, what, answer."""
    rows = []
    for found in questions[:SHOWN_CELLS]:
        if "constant_power" in found:
            one = found["constant_power"]
            energy = _show.text(one["energy_Wh"] * HOUR, "energy")
            text = f"{energy} in {_time(one['seconds'], 'never')} ({one['end']})"
            rows.append((found["id"], f"constant power, {_show.text(one['power_W'], 'power')}", text))
        if "load" in found:
            one = found["load"]
            lasting = _time(one["seconds"], "without end")
            text = f"carried for {lasting}; {one['reason']}" if one["survives"] else f"not carried; {one['reason']}"
            rows.append((found["id"], f"load {one['id']}", text))
        if "self_discharge" in found:
            one = found["self_discharge"]
            half = "" if one["unknown"] else _time(_days(one["days_to_half"]), "never")
            told = one["unknown"] or f"{one['share_per_day']:.2g} of the charge a day, half is gone after {half}"
            rows.append((found["id"], "electronic leak", told))
        if "fade" in found:
            one = found["fade"]
            text = f"{_show.percent(one['capacity_left_share'])} left; empirical numbers of the user, not validated"
            rows.append((found["id"], f"fade, {_time(one['seconds'], '')} and {one['cycles']:g} cycles", text))
    return rows


def _days(value: float | None) -> float | None:
    return None if value is None else value * 86400.0


def _time(seconds: float | None, otherwise: str) -> str:
    return otherwise if seconds is None else _show.text(seconds, "time")


@dataclass(frozen=True)
class Resistance:
    """Resistance of one cell in parts."""

    id: str
    total: str
    pieces: tuple[_bars.Piece, ...]


def resistances(found: Sequence[Mapping[str, Any]]) -> list[Resistance]:
    """Parts of the resistance at full charge of the first cells, the largest first."""
    made = []
    for one in found[:SHOWN_CELLS]:
        ranked = sorted(one["parts"].items(), key=lambda part: (-part[1], part[0]))
        pieces = _bars.stacked([(name.replace("_", " "), value, amount(value, one["unit"])) for name, value in ranked])
        made.append(Resistance(one["id"], amount(one["total"], one["unit"]), pieces))
    return made


@dataclass(frozen=True)
class Tornado:
    """What moves one answer."""

    name: str
    swings: tuple[_bars.Swing, ...]
    middle: str


@dataclass(frozen=True)
class Sure:
    """How sure one cell's numbers are."""

    id: str
    draws: int
    rate: str
    rule: str
    rows: tuple[tuple[str, ...], ...]
    tornados: tuple[Tornado, ...]
    held: tuple[str, ...]


def sure(found: Sequence[Mapping[str, Any]]) -> list[Sure]:
    """Intervals and tornados of the first cells."""
    return [_sure(one) for one in found[:SHOWN_CELLS]]


def _sure(one: Mapping[str, Any]) -> Sure:
    rows = []
    for name in ANSWERS:
        unit = one["units"][name]
        ends = _quantiles(one, name)
        if ends["high"] - ends["low"] <= NARROW * abs(ends["high"]):
            shown: tuple[str, ...] = ("not moved by any draw: see what was held", "", "")
        else:
            shown = tuple(amount(ends[end], unit) for end in ("low", "middle", "high"))
        ranked = sorted(one["inputs"], key=lambda entry: (-entry[name]["share"], entry["input"]))
        leading = [entry for entry in ranked[:3] if entry[name]["share"] >= LEAST_SHARE]
        most = [f"{entry['input']} ({_show.percent(entry[name]['share'])})" for entry in leading]
        rows.append((name, *shown, ", ".join(most)))
    return Sure(
        one["id"],
        one["draws"],
        f"{one['c_rate']:.3g}C",
        one["rule"][0].upper() + one["rule"][1:],
        tuple(rows),
        tuple(_tornado(one, name) for name in ANSWERS),
        tuple(
            f"{entry['input']} ({entry['why']})" if isinstance(entry, Mapping) else str(entry) for entry in one["held"]
        ),
    )


def _quantiles(one: Mapping[str, Any], name: str) -> dict[str, float]:
    if name == "resistance":
        return dict(one["resistance"])
    unit = one["units"][name].replace("/", "_")
    entry = next(entry for entry in one["rates"] if entry["c_rate"] == one["c_rate"])
    return {end: entry[f"{name}_{end}_{unit}"] for end in ("low", "middle", "high")}


def _tornado(one: Mapping[str, Any], name: str) -> Tornado:
    """Bars of the inputs that move an answer, each at its ends alone; the line is the cell as given."""
    moving = [entry for entry in one["inputs"] if entry[name]["at_high"] != entry[name]["at_low"]]
    widest = sorted(moving, key=lambda entry: (-abs(entry[name]["at_high"] - entry[name]["at_low"]), entry["input"]))
    rows = [
        (entry["input"], _range(entry), entry[name]["at_low"], entry[name]["at_high"])
        for entry in widest[:SHOWN_INPUTS]
    ]
    middle = one.get("nominal", {}).get(name)
    if middle is None:
        middle = _quantiles(one, name)["middle"]
    swings, place = _bars.tornado(rows, middle)
    return Tornado(name, swings, place)


def _range(entry: Mapping[str, Any]) -> str:
    dimension = entry.get("dimension")
    if dimension and dimension != "number":
        return " to ".join(_show.text(entry[end], dimension) for end in ("low", "high"))
    return f"{entry['low']:.3g} to {entry['high']:.3g}"
