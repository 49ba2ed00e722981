"""How sure a plan's numbers are, and what becomes of its load, as text and bars for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabplan.exporters import _bars, _show
from fabplan.planner.plan import Plan

SHOWN = 8  # bars of a tornado
KEYS = {"capacity": "capacity_Ah", "energy": "energy_Wh", "resistance": "dc_resistance_ohm"}
_NO_SPREAD = 1e-3  # an interval that narrow would look like certainty: nothing that was drawn moves the answer
_NOT_MOVED = "not moved by any draw"
_LEADERS, _LEAST = 3, 0.01  # inputs named beside an interval, and the least share of the spread of one


def _text(name: str, value: float | None) -> str:
    if name == "capacity":
        return _show.charge(value, 3)
    return _show.energy(value, 3) if name == "energy" else _show.text(value, "resistance")


def interval(plan: Plan, name: str) -> str:
    """``"7 to 11 uAh"``: 5 to 95 % of an answer; ``""`` where nothing was drawn that moves it."""
    found = (plan.estimate.get("uncertainty") or {}).get("answers", {}).get(name)
    if found and _narrow(found):
        return ""
    return f"{_text(name, found['low'])} to {_text(name, found['high'])}" if found else ""


def _narrow(found: Mapping[str, float]) -> bool:
    return found["high"] - found["low"] <= _NO_SPREAD * abs(found["high"])


def values(plan: Plan) -> dict[str, Any]:
    """What the template ``report/sure.html`` shows."""
    sure = plan.estimate.get("uncertainty") or {}
    if not sure.get("answers"):
        return {"sure": None, "load": load(plan)}
    dimensions = {i.what: i.quantity.dimension for i in plan.inputs}
    rows = [
        (name, _text(name, plan.estimate[KEYS[name]]), *_ends(name, one),
         _leaders(sure, name), _show.percent(one["response_error"]))
        for name, one in sure["answers"].items()
    ]  # fmt: skip
    tornados = [_tornado(sure, name, dimensions, plan) for name in sure["answers"]]
    made = {"rows": rows, "tornados": tornados, "draws": sure["draws"], "rule": sure["rule"],
            "points": sure["estimator_points"], "rate": f"{sure['c_rate']:.3g}C",
            "held": [(str(one["input"]), str(one["why"])) for one in sure.get("held", ())]}  # fmt: skip
    return {"sure": made, "load": load(plan)}


def _ends(name: str, one: Mapping[str, Any]) -> tuple[str, str]:
    """5 and 95 % points; an interval of no width would look like certainty and is not shown as one."""
    return (_NOT_MOVED, "") if _narrow(one) else (_text(name, one["low"]), _text(name, one["high"]))


def _leaders(sure: Mapping[str, Any], name: str) -> str:
    ranked = sorted(sure["inputs"], key=lambda one: (-one[name]["share"], one["input"]))
    named = [one for one in ranked[:_LEADERS] if one[name]["share"] >= _LEAST]
    return ", ".join(f"{one['input']} ({_show.percent(one[name]['share'])})" for one in named)


def _tornado(sure: Mapping[str, Any], name: str, dimensions: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    widest = sorted(sure["inputs"], key=lambda one: (-abs(one[name]["at_high"] - one[name]["at_low"]), one["input"]))
    rows = [
        (str(one["input"]), _range(one, dimensions), one[name]["at_low"], one[name]["at_high"])
        for one in widest[:SHOWN]
    ]
    swings, middle = _bars.tornado(rows, plan.estimate[KEYS[name]])
    return {"name": name, "swings": swings, "middle": middle}


def _range(one: Mapping[str, Any], dimensions: Mapping[str, str]) -> str:
    dimension = one.get("dimension") or dimensions.get(one["input"], "")
    return " to ".join(_show.text(one[end], dimension) if dimension else f"{one[end]:.3g}" for end in ("low", "high"))


def load(plan: Plan) -> list[tuple[str, str, str]] | None:
    """Load as rows: what, asked, reached; None without one."""
    found = plan.estimate.get("load")
    if found is None:
        return None
    asked, got = found["asked"], found["reached"]

    def seconds(value: float | None) -> str:
        return "without end" if value is None else _show.text(value, "time")

    wanted = seconds(asked["run_time_s"])
    lowest = got["lowest_voltage_V"]
    floor = f"{_show.text(found['floor_V'], 'voltage')} ({found['floor_is']})"
    current = _show.text(got["at_current_A"], "current")
    where = f"{got['at_pulse']}, {current}, {seconds(got['at_time_s'])} after full charge"
    shown = "none" if lowest is None else f"{_show.text(lowest, 'voltage')} at {where}"
    rows = [
        ("run time", f"{wanted} and {_show.percent(asked['margin'])} margin", seconds(got["run_time_s"])),
        ("lowest voltage", floor, shown),
        ("charge per cycle", _show.charge(asked["charge_per_cycle_Ah"]), _show.charge(got["charge_per_cycle_Ah"])),
    ]
    harvest = found.get("harvest")
    if harvest is not None:
        back = "never: the load draws more" if harvest["recharge_s"] is None else seconds(harvest["recharge_s"])
        rows.append(("recharge by harvester", _show.text(harvest["power_W"], "power"), f"{back}; losses not counted"))
    return rows
