"""The verdict in words: what was asked, what is reached, with which margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.errors import BadInput
from fabplan.exporters import _show
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
                key, show(asked), show(reached, 4), _show.percent(None if ratio is None else ratio - 1, signed=True),
                f"{min(ratio or 0.0, 2.0) * 50:.4g}", None if ratio is None else ratio >= 1,
            )
        )
    return tuple(found)


def rate(plan: Plan) -> str:
    """The rate at which the target holds, e.g. ``"0.2C"``; ``""`` when it is not told."""
    c_rate = plan.estimate.get("c_rate") or _target(plan).get("c_rate")
    return f"{c_rate:.3g}C" if isinstance(c_rate, int | float) else str(_wish(plan).get("rate", ""))


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
