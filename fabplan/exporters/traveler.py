"""The traveler: the one sheet that goes with the lot from the first step to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fabplan import rendering, units
from fabplan.exporters._names import program_path, sheet_path
from fabplan.exporters.plan_json import revision
from fabplan.exporters.sheets import amount, needs_calibration
from fabplan.planner.plan import Plan, Step

DESCRIPTION = "traveler of the lot (recipes/traveler.md)"
AMP_HOUR = 3600.0


def export(plan: Plan) -> dict[str, bytes]:
    """The traveler as Markdown."""
    steps = plan.steps
    text = rendering.render(
        "traveler.md",
        plan=plan,
        revision=revision(plan),
        asked=asked(plan),
        expected=units.show(plan.estimate["capacity_Ah"] * AMP_HOUR, "charge"),
        total=sum((s.duration for s in steps if s.duration is not None), 0.0),
        unknown=_numbers([s for s in steps if s.duration is None]),
        hottest=max(
            (s for s in steps if s.temperature_max is not None), key=lambda s: s.temperature_max or 0.0, default=None
        ),
        longest=max((s for s in steps if s.duration is not None), key=lambda s: s.duration or 0.0, default=None),
        vacuum=_numbers([s for s in steps if s.vacuum]),
        low=_numbers([s for s in steps if s.confidence == "low" or any(map(needs_calibration, s.set_points))]),
        rows=[(s, sheet_path(s).removeprefix("recipes/")) for s in steps],
        holds=[(s, entry) for s in steps for entry in s.acceptance],
        budget=_budget(steps),
        hazards=_hazards(steps),
        uses=[(use, amount(use), f"{s.number:02d}") for s in steps for use in s.uses],
        programs=[(program_path(s, plan.dialect), f"{s.number:02d}") for s in steps if program_path(s, plan.dialect)],
        warnings=[f for f in plan.findings if f.severity == "warning"],
    )
    return {"recipes/traveler.md": text.encode()}


def asked(plan: Plan) -> str:
    """The target in the user's own words."""
    target = plan.spec.get("target")
    if not isinstance(target, Mapping) or not target:
        return "nothing but a footprint"
    return ", ".join(f"{key} {value}" for key, value in target.items())


def _numbers(steps: Sequence[Step]) -> list[str]:
    return [f"{s.number:02d}" for s in steps]


def _budget(steps: Sequence[Step]) -> list[tuple[Step, list[str]]]:
    """Every heated step with what stands on the part before it."""
    return [
        (step, list(dict.fromkeys(s.material for s in steps[:place] if s.material and s.bodies)))
        for place, step in enumerate(steps)
        if step.temperature_max is not None
    ]


def _hazards(steps: Sequence[Step]) -> list[tuple[str, list[str]]]:
    """Every hazard once, with the steps that bring it."""
    found: dict[str, list[str]] = {}
    for step in steps:
        for hazard in step.hazards:
            found.setdefault(hazard, []).append(f"{step.number:02d}")
    return list(found.items())
