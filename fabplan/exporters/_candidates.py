"""The other designs that the search looked at: their figures, why they were not chosen, what sets them apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.exporters import _show
from fabplan.exporters._plots import Curve, Plot, plot
from fabplan.planner.plan import Alternative, Plan

_MICRO, _HOUR = 1e6, 3600.0
_SAME = 5e-3  # relative difference of sizes that is not worth naming
_MOST = 4  # sizes that are named


@dataclass(frozen=True)
class Row:
    """One design as text; ``differs`` names the sizes in which it is not the chosen one."""

    title: str
    meets: bool
    reason: str
    differs: str
    capacity: str
    energy: str
    height: str
    time: str


def rows(plan: Plan) -> list[Row]:
    """All of them, in the order of the plan."""
    return [
        Row(
            entry.title,
            entry.meets_target,
            _show.prose(entry.reason),
            differs(entry, plan),
            _shown(entry.capacity, "charge"),
            _shown(entry.energy, "energy"),
            _shown(entry.height, "length"),
            _shown(entry.fabrication_time, "time"),
        )
        for entry in plan.alternatives
    ]


def _shown(value: float | None, dimension: str) -> str:
    return "" if value is None else _show.text(value, dimension)


def differs(entry: Alternative, plan: Plan) -> str:
    """``"cathode thickness 2.77 µm, not 1.54 µm"``; ``""`` for another structure, whose sizes are others."""
    if entry.architecture != plan.architecture:
        return ""
    found = []
    for name, given in entry.parameters.items():
        ours = plan.parameters.get(name)
        if ours is None or math.isclose(given, ours.value, rel_tol=_SAME, abs_tol=1e-15):
            continue
        theirs, own = (_show.text(value, ours.dimension) for value in (given, ours.value))
        if theirs != own:
            change = abs(math.log(given / ours.value)) if given > 0 and ours.value > 0 else math.inf
            found.append((-change, f"{name.replace('_', ' ')} {theirs}, not {own}"))
    named = [text for _, text in sorted(found)[:_MOST]]
    return "; ".join([*named, *([f"{len(found) - _MOST} sizes more"] if len(found) > _MOST else [])])


def by_height(plan: Plan) -> Plot | None:
    """Capacity over height, the chosen design and the others; None without another."""
    points = [(k, a.height, a.capacity) for k, a in enumerate(plan.alternatives, 1)]
    return _plot(points, plan.geometry["height_m"], _MICRO, plan, "height / µm")


def by_time(plan: Plan) -> Plot | None:
    """Capacity over the time to make it; None unless the chosen design and another one have a known time."""
    if any(s.duration is None and s.reckoned is None for s in plan.steps):
        return None
    total = sum(s.duration if s.duration is not None else s.reckoned or 0.0 for s in plan.steps)
    points = [(k, a.fabrication_time, a.capacity) for k, a in enumerate(plan.alternatives, 1)]
    withheld = any(s.duration is None for s in plan.steps)
    return None if withheld else _plot(points, total, 1.0 / _HOUR, plan, "time to make / h")


def _plot(
    points: list[tuple[int, float | None, float | None]], own: float | None, scale: float, plan: Plan, label: str
) -> Plot | None:
    others = [(f"no. {k}", x, q) for k, x, q in points if x is not None and q is not None]
    reached = plan.estimate["capacity_Ah"]
    if not others or own is None or reached is None:
        return None
    marked = [("chosen", own, reached * _HOUR), *others]
    curves = [Curve(name, [x * scale], [q / _HOUR * _MICRO], True, False) for name, x, q in marked]
    return plot(curves, label, "capacity / µAh", zero=False)
