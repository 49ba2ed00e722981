"""The traveler: the one sheet that goes with the lot from the first step to the last, with its pictures and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabplan import rendering, units
from fabplan.exporters import _csv, _json
from fabplan.exporters._flow_pictures import sections, shown_after, thermal
from fabplan.exporters._names import program_path, sheet_path
from fabplan.exporters._traveler_data import COLUMNS, document, row
from fabplan.exporters._witness import half_cells, witnesses
from fabplan.exporters.plan_json import revision
from fabplan.exporters.sheets import amount, needs_calibration
from fabplan.planner.making import Interval, Making, StepFacts, making
from fabplan.planner.plan import Plan, Step
from fabplan.planner.process_rules import ROOM

DESCRIPTION = "traveler of the lot with pictures and data (recipes/traveler.md, .csv, .json, sections/)"
AMP_HOUR = 3600.0


def export(plan: Plan) -> dict[str, bytes]:
    """The traveler as Markdown, its rows as CSV and JSON, and its pictures."""
    made, known = making(plan), revision(plan)
    heat = thermal(plan, made.steps)
    return {
        "recipes/traveler.md": rendering.render("traveler.md", **_values(plan, made, known, heat is not None)).encode(),
        "recipes/traveler.csv": _csv.table(COLUMNS, [row(facts) for facts in made.steps]),
        "recipes/traveler.json": _json.dump(document(plan, made, known)),
        **({"recipes/thermal-budget.svg": heat} if heat is not None else {}),
        **sections(plan),
    }


def _values(plan: Plan, made: Making, known: str, heated: bool) -> dict[str, Any]:
    steps = plan.steps
    return {
        "plan": plan,
        "revision": known,
        "asked": asked(plan),
        "expected": units.show(plan.estimate["capacity_Ah"] * AMP_HOUR, "charge"),
        "total": sum((s.duration for s in steps if s.duration is not None), 0.0),
        "unknown": _numbers([s for s in steps if s.duration is None]),
        "unsure": _numbers([s for s in steps if s.duration is not None and s.time_confidence == "low"]),
        "hottest": max(
            (s for s in steps if s.temperature_max is not None), key=lambda s: s.temperature_max or 0.0, default=None
        ),
        "longest": max((s for s in steps if s.duration is not None), key=lambda s: s.duration or 0.0, default=None),
        "vacuum": _numbers([s for s in steps if s.vacuum]),
        "low": _numbers([s for s in steps if s.confidence == "low" or any(map(needs_calibration, s.set_points))]),
        "rows": [(f, sheet_path(f.step).removeprefix("recipes/"), _span(f.time, "time")) for f in made.steps],
        "clocks": [(f, following) for f, following in zip(made.steps, (*steps[1:], None), strict=True) if f.wait],
        "made": made,
        "total_span": _span(made.time, "time"),
        "cost": _money(made.cost, made.currency),
        "good": _percent(made.good),
        "numbers": lambda given: ", ".join(f"{n:02d}" for n in given),
        "tools": [(t, _span(t.time, "time")) for t in made.tools],
        "tool_facts": [(f, _money(f.cost, made.currency), _percent(f.good)) for f in made.steps],
        "pictures": _pictures(plan),
        "heated": heated,
        "witnesses": witnesses(plan),
        "half_cells": half_cells(plan),
        "holds": [(s, entry) for s in steps for entry in s.acceptance],
        "wet": _unasked(steps),
        "budget": _budget(made.steps),
        "hazards": _hazards(steps),
        "uses": [(use, amount(use), f"{s.number:02d}") for s in steps for use in s.uses],
        "programs": [
            (program_path(s, plan.dialect), f"{s.number:02d}") for s in steps if program_path(s, plan.dialect)
        ],
        "warnings": [f for f in plan.findings if f.severity == "warning"],
    }


def _unasked(steps: Sequence[Step]) -> int | None:
    """Number of the electrolyte's step where it does not ask for the isolation of the dry cell itself."""
    step = next((s for s in steps if s.role == "electrolyte" and s.material), None)
    asks = step is not None and any(entry.what.startswith("isolation") for entry in step.acceptance)
    return None if step is None or asks else step.number


def asked(plan: Plan) -> str:
    """The target in the user's own words."""
    target = plan.spec.get("target")
    if not isinstance(target, Mapping) or not target:
        return "nothing but a footprint"
    return ", ".join(f"{key} {value}" for key, value in target.items())


def _span(given: Interval | None, dimension: str) -> str:
    """``"2.1 h to 8 h"``, empty when unknown."""
    if given is None:
        return ""
    return f"{units.show(given.low, dimension)} to {units.show(given.high, dimension)}"


def _money(given: Interval | None, currency: str) -> str:
    if given is None:
        return ""
    return f"{given.low:.3g} to {given.high:.3g} {currency}, about {given.value:.3g} (confidence {given.confidence})"


def _percent(given: Interval | None) -> str:
    if given is None:
        return ""
    return f"{given.low:.0%} to {given.high:.0%}, about {given.value:.0%} (confidence {given.confidence})"


def _pictures(plan: Plan) -> list[tuple[Step, str]]:
    """Every step with the picture of the part after it; steps that change nothing visible share the last one."""
    paths = shown_after(plan)
    return [(s, paths[s.number]) for s in plan.steps if paths[s.number]]


def _numbers(steps: Sequence[Step]) -> list[str]:
    return [f"{s.number:02d}" for s in steps]


def _budget(rows: Sequence[StepFacts]) -> list[tuple[StepFacts, list[str]]]:
    """Every heated step with what stands on the part before it."""
    return [
        (facts, list(dict.fromkeys(r.step.material for r in rows[:place] if r.step.material and r.step.bodies)))
        for place, facts in enumerate(rows)
        if facts.step.temperature_max is not None and facts.step.temperature_max > ROOM
    ]


def _hazards(steps: Sequence[Step]) -> list[tuple[str, list[str]]]:
    """Every hazard once, with the steps that bring it."""
    found: dict[str, list[str]] = {}
    for step in steps:
        for hazard in step.hazards:
            found.setdefault(hazard, []).append(f"{step.number:02d}")
    return list(found.items())
