"""The traveler as data: ``traveler.json`` (schema ``fabplan/traveler/1``) and the columns of ``traveler.csv``."""

from __future__ import annotations

from typing import Any

from fabplan.exporters._names import program_path, sheet_path
from fabplan.planner.making import Interval, Making, StepFacts
from fabplan.planner.plan import Plan
from fabplan.records import Quantity

SCHEMA = "fabplan/traveler/1"
COLUMNS = (
    "number", "id", "title", "method", "recipe", "tool", "duration_s", "duration_low_s", "duration_high_s",
    "duration_confidence", "next_must_start_within_s", "hottest_K", "hottest_confidence", "on_part_bears_K",
    "weakest", "atmosphere", "cost_low", "cost", "cost_high", "good_share_low", "good_share", "good_share_high",
    "confidence", "measured", "operator",
)  # fmt: skip


def row(facts: StepFacts) -> tuple[str | float | int | None, ...]:
    """One step as a line of the CSV; the last two cells are for the person at the bench."""
    step, wait = facts.step, facts.wait
    return (
        step.number, step.id, step.title, step.method, step.recipe.id, facts.tool, *_ends(facts.time, True),
        "" if facts.time is None else facts.time.confidence, None if wait is None else wait.value,
        step.temperature_max, "" if step.temperature_max is None else step.temperature_confidence, facts.bears,
        facts.weakest, step.atmosphere,
        *_ends(facts.cost), *_ends(facts.good), step.confidence, None, None,
    )  # fmt: skip


def _ends(given: Interval | None, value_first: bool = False) -> tuple[float | None, float | None, float | None]:
    if given is None:
        return None, None, None
    return (given.value, given.low, given.high) if value_first else (given.low, given.value, given.high)


def document(plan: Plan, made: Making, revision: str) -> dict[str, Any]:
    """The object of ``traveler.json``; SI, null for what is unknown."""
    return {
        "schema": SCHEMA,
        "name": plan.name,
        "revision": revision,
        "facility": plan.facility.id,
        "currency": made.currency or None,
        "rates_date": made.rates_date or None,
        "time_s": _interval(made.time),
        "time_unknown_steps": made.time_unknown,
        "cost": _interval(made.cost),
        "cost_unknown_steps": made.cost_unknown,
        "good_share": _interval(made.good),
        "good_share_unknown_steps": made.good_unknown,
        "tools": [
            {"tool": t.tool, "steps": t.steps, "time_s": _interval(t.time), "unknown_steps": t.unknown}
            for t in made.tools
        ],
        "steps": [_step(plan, facts) for facts in made.steps],
    }


def _step(plan: Plan, facts: StepFacts) -> dict[str, Any]:
    step = facts.step
    return {
        "number": step.number,
        "id": step.id,
        "title": step.title,
        "method": step.method,
        "recipe": step.recipe.id,
        "tool": facts.tool or None,
        "parts_per_run": _quantity(facts.batch),
        "wafer_sizes": facts.wafer_sizes,
        "duration_s": step.duration,
        "time_s": _interval(facts.time),
        "queue_time_s": None if facts.wait is None else facts.wait.value,
        "queue_time": _quantity(facts.wait),
        "cost": _interval(facts.cost),
        "good_share": _interval(facts.good),
        "temperature_max_K": step.temperature_max,
        "temperature_confidence": None if step.temperature_max is None else step.temperature_confidence,
        "on_part_bears_K": facts.bears,
        "weakest": facts.weakest or None,
        "atmosphere": step.atmosphere,
        "vacuum": step.vacuum,
        "sheet": sheet_path(step),
        "program": program_path(step, plan.dialect),
        "confidence": step.confidence,
        "set_points": [{**vars(p), "actual": None} for p in step.set_points],
        "uses": [vars(use) for use in step.uses],
        "acceptance": [{**vars(entry), "measured": [None] * 5, "good": None} for entry in step.acceptance],
        "hazards": step.hazards,
        "rework": step.rework,
        "sign_off": None,
    }


def _interval(given: Interval | None) -> dict[str, Any] | None:
    return None if given is None else vars(given)


def _quantity(given: Quantity | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {
        "value": given.value,
        "unit": given.unit,
        "low": given.low,
        "high": given.high,
        "source": given.source,
        "confidence": given.confidence,
        "note": given.note,
    }
