"""The verdict in words: what was asked, what is reached, with which margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.errors import BadInput
from fabplan.exporters import _show, _sure
from fabplan.planner.plan import Plan


@dataclass(frozen=True)
class Goal:
    """One minimum that was asked for.

    Parameters
    ----------
    share : of the asked value that is reached, in per cent and at most 200, for a bar
    met : None when the value asked cannot be told
    """

    what: str
    asked: str
    reached: str
    margin: str
    share: str
    met: bool | None


def goals(plan: Plan) -> tuple[Goal, ...]:
    """All minima of the target; none when only a footprint was given."""
    found = []
    for key, reached_key, show in (("capacity", "capacity_Ah", _show.charge), ("energy", "energy_Wh", _show.energy)):
        asked = _asked(plan, key)
        if asked is None:
            continue
        reached = plan.estimate[reached_key]
        ratio = reached / asked if asked > 0 and reached is not None else None
        found.append(
            Goal(
                key,
                show(asked),
                show(reached, 4),
                _show.percent(None if ratio is None else ratio - 1, signed=True),
                f"{min(ratio or 0.0, 2.0) * 50:.4g}",
                None if ratio is None else ratio >= 1,
            )
        )
    return tuple(found)


def asked_margin(plan: Plan) -> str:
    """The margin that was asked for, ``""`` when nobody named one."""
    margin = _target(plan).get("margin", _wish(plan).get("margin"))
    return _show.percent(margin) if isinstance(margin, int | float) else ""


def rate(plan: Plan) -> str:
    """The rate at which the target holds, e.g. ``"0.2C"``; ``""`` when it is not told."""
    c_rate = plan.estimate.get("c_rate") or _target(plan).get("c_rate")
    return f"{c_rate:.3g}C" if isinstance(c_rate, int | float) else str(_wish(plan).get("rate", ""))


def counts(plan: Plan) -> str:
    """Findings by severity, in words."""
    severities = [f.severity for f in plan.findings]
    names = {"error": "errors", "warning": "warnings", "info": "notes"}
    return ", ".join(f"{severities.count(key)} {name}" for key, name in names.items() if key in severities) or "none"


def _sure_of(plan: Plan, name: str, remark: str) -> str:
    """A remark and the interval of an answer."""
    drawn = _sure.interval(plan, name)
    return f"{remark}; {drawn} in nine of ten draws" if drawn else remark


def facts(plan: Plan) -> list[tuple[str, str, str, str, bool]]:
    """The figures on top: label, value, remark, key of its origin, and whether it is a number without unit."""
    e, at = plan.estimate, rate(plan)
    mean, where, direct = _show.text(e["mean_voltage_V"], "voltage"), "the target's rate", "direct current"
    known = [s.duration for s in plan.steps if s.duration is not None]
    missing = len(plan.steps) - len(known)
    window = e.get("open_circuit_window_V") or (None, None)
    hottest = max((s.temperature_max for s in plan.steps if s.temperature_max is not None), default=None)
    shown = [
        ("capacity", _show.charge(e["capacity_Ah"], 4), _sure_of(plan, "capacity", f"at {at or where}"), "estimate"),
        ("energy", _show.energy(e["energy_Wh"], 4), _sure_of(plan, "energy", f"{mean} on average"), "estimate"),
        (
            "per footprint",
            _show.areal_charge(e["areal_capacity_Ah_m2"]),
            f"{_show.areal_charge(e.get('areal_capacity_active_Ah_m2'))} of active area",
            "estimate",
        ),
        ("voltage at rest", _window(window), f"cut-off {_show.text(e.get('cutoff_V'), 'voltage')}", "estimate"),
        (
            "resistance",
            _show.text(e["dc_resistance_ohm"], "resistance"),
            _sure_of(plan, "resistance", direct),
            "estimate",
        ),
        (
            "N/P ratio",
            "none" if e["n_p_ratio"] is None else _show.text(e["n_p_ratio"], "number"),
            "lithium metal" if e["n_p_ratio"] is None else "anode over cathode",
            "estimate",
        ),
        ("height", _show.text(plan.geometry["height_m"], "length"), "above the substrate", "drawing"),
        (
            "time of the steps",
            _show.text(sum(known), "time") if known else _show.UNKNOWN,
            f"{missing} step{'s' * (missing > 1)} unknown" if missing else f"{len(known)} steps",
            "times",
        ),
        (
            "hottest step",
            _show.text(hottest, "temperature") if hottest is not None else "not heated",
            f"{len(plan.masks)} plate{'s' * (len(plan.masks) != 1)}",
            "hottest",
        ),
    ]
    return [(*fact, fact[0] == "N/P ratio") for fact in shown]


def _window(window: Sequence[float | None]) -> str:
    low, high = window
    return _show.UNKNOWN if low is None or high is None else f"{low:.3g} to {high:.3g}\u202fV"


def binds(plan: Plan) -> list[str]:
    """What keeps the cell from being better, one sentence each; plans of others may not say it themselves."""
    e = plan.estimate
    found = [str(line) for line in e.get("binding", ())]
    if found:
        return found
    anode, cathode = e.get("anode_capacity_Ah"), e.get("cathode_capacity_Ah")
    if anode is not None and cathode is not None:
        small, large = ("cathode", "anode") if cathode <= anode else ("anode", "cathode")
        found.append(
            f"The {small} limits the charge: {_show.charge(min(anode, cathode))} "
            f"against {_show.charge(max(anode, cathode))} in the {large}."
        )
    parts = e.get("resistance_parts_ohm") or {}
    if parts and sum(parts.values()) > 0:
        most = max(parts, key=lambda name: (parts[name], name))
        share = _show.percent(parts[most] / sum(parts.values()))
        found.append(f"Most of the resistance sits in: {most.replace('_', ' ')}, {share}.")
    return found


def _asked(plan: Plan, key: str) -> float | None:
    """Asked capacity [Ah] or energy [Wh]: as the planner says, else as the spec says."""
    known = _target(plan).get({"capacity": "capacity_Ah", "energy": "energy_Wh"}[key])
    if known is not None:
        return float(known)
    wish = _wish(plan).get(key)
    if wish is None:
        return None
    try:
        return units.parse(wish, {"capacity": "charge", "energy": "energy"}[key], key) / _show.AMP_HOUR
    except BadInput:
        return None


def _target(plan: Plan) -> Mapping[str, Any]:
    found = plan.estimate.get("target")
    return found if isinstance(found, Mapping) else {}


def _wish(plan: Plan) -> Mapping[str, Any]:
    found = plan.spec.get("target")
    return found if isinstance(found, Mapping) else {}
