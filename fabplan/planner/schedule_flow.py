"""Flows as a schedule needs them: steps with their times and clocks, from plans and from their ``traveler.json``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.planner.calibration import reckoned, time_is_low
from fabplan.planner.plan import Plan, Step

SCHEMA = "fabplan/traveler/1"


@dataclass(frozen=True)
class FlowStep:
    """One step of a flow as a schedule needs it; times in seconds, None for unknown time and for no limit.

    ``low``: the time is of low confidence.
    """

    id: str
    title: str
    method: str
    recipe: str
    duration: float | None
    wait: float | None
    low: bool = False

    @property
    def names(self) -> tuple[str, str, str]:
        """What a user may call it, the most exact first."""
        return self.id, self.recipe, self.method


Flow = tuple[FlowStep, ...]


def of_plan(made: Plan, allow_uncalibrated: bool) -> Flow:
    """Steps of a plan with their times and clocks."""
    return tuple(_step(s, allow_uncalibrated) for s in made.steps)


def _step(step: Step, allowed: bool) -> FlowStep:
    duration = reckoned(step) if allowed else step.duration
    wait = step.recipe.queue_time.value if step.recipe.queue_time else None
    low = time_is_low(replace(step, duration=duration))
    return FlowStep(step.id, step.title, step.method, step.recipe.id, duration, wait, low)


def of_document(given: Any, where: str) -> tuple[Flow, str]:
    """Steps and lab of a ``traveler.json``.

    Raises
    ------
    BadInput : the file is none that this fabplan wrote
    """
    try:
        if given["schema"] != SCHEMA:
            raise KeyError("schema")
        rows = tuple(
            FlowStep(
                str(s["id"]), str(s["title"]), str(s["method"]), str(s["recipe"]), _seconds(s["duration_s"]),
                _seconds(s["queue_time_s"]),
            )
            for s in given["steps"]
        )  # fmt: skip
        if not rows:
            raise ValueError("no steps")
        return rows, str(given["facility"])
    except (KeyError, TypeError, ValueError) as fault:
        raise BadInput(Problem("not the traveler of a plan", where, str(fault)[:60], f"schema {SCHEMA}")) from fault


def _seconds(given: Any) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 1e9:
        raise ValueError(f"time {given!r}")
    return float(given)
