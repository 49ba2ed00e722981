"""What a sheet must not print as if it were known: times and set points of low confidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from fabplan import units
from fabplan.findings import Finding
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Step

LOW = "low"


def time_is_low(step: Step) -> bool:
    """Whether the time of a step rests on a recipe that nobody has tried as it stands."""
    return step.duration is not None and step.recipe.confidence == LOW


def point_is_low(point: SetPoint) -> bool:
    """Whether a set point is a number of low confidence; plain text has no number to it."""
    return point.value is not None and point.confidence == LOW


def withheld(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps without times and set points of low confidence: their fields ask for a calibration."""
    return tuple(
        dataclasses.replace(
            step,
            duration=None if time_is_low(step) else step.duration,
            reckoned=step.duration,
            set_points=tuple(_blank(p) if point_is_low(p) else p for p in step.set_points),
        )
        for step in steps
    )


def _blank(point: SetPoint) -> SetPoint:
    return dataclasses.replace(point, value=None, shown=units.show(None, "number"))


def findings(steps: Sequence[Step], allowed: bool) -> tuple[Finding, ...]:
    """How many numbers are withheld, or are printed although nobody has tried them."""
    times = [s for s in steps if time_is_low(s)]
    marked = [s.number for s in steps if s.duration is not None and s.time_confidence == LOW and s not in times]
    points = sum(point_is_low(p) for s in steps for p in s.set_points)
    if not times and not points:
        return _marked(marked)
    where = sorted({s.number for s in steps if s in times or any(map(point_is_low, s.set_points))})
    count = f"{len(times)} times and {points} set points of low confidence (steps {', '.join(map(str, where))})"
    if allowed:
        return (Finding("uncalibrated", "info", "sheets", f"{count} are printed, marked CALIBRATE"), *_marked(marked))
    change = "calibrate them (fabplan calibrate), or --allow-uncalibrated to print them, marked"
    told = Finding("uncalibrated", "warning", "sheets", f"{count} are not printed: calibrate", change=change)
    return (told, *_marked(marked))


def _marked(numbers: Sequence[int]) -> tuple[Finding, ...]:
    """Times of sound recipes that a setting of low confidence moves: printed, and marked wherever they stand."""
    if not numbers:
        return ()
    text = (
        f"{len(numbers)} times rest on settings of low confidence in recipes that are sound otherwise "
        f"(steps {', '.join(map(str, numbers))}): printed with a factor of three both ways, marked CALIBRATE"
    )
    return (Finding("uncalibrated", "info", "sheets", text),)


def reckoned(step: Step) -> float | None:
    """Time of a step that the planner counts with, also where the sheet withholds it [s]."""
    return step.duration if step.duration is not None else step.reckoned
