"""Where the numbers of a page come from: numbered notes that the marks beside the numbers lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fabplan.exporters import _show
from fabplan.exporters._rulebook import rule_of, rules
from fabplan.exporters._sources import Piece, pieces
from fabplan.planner.plan import Plan, Step
from fabplan.records import worst

_NAMED = 4  # weak inputs that a note names


@dataclass(frozen=True)
class Note:
    """One origin of numbers.

    Parameters
    ----------
    what : how the numbers were come by, a sentence
    confidence : high, medium, low; ``""`` where it is that of what the numbers rest on
    rests : what they rest on, ``""`` for a source of its own
    source : the source with its links
    """

    what: str
    confidence: str
    rests: str = ""
    source: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Origins:
    """Notes in order, and the number (from 1) that each key leads to; equal notes are one."""

    notes: tuple[Note, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)


def numbered(entries: Iterable[tuple[str, Note]]) -> Origins:
    """Keys with their notes as numbered ones, in the order given."""
    places: dict[Note, int] = {}
    numbers = {key: places.setdefault(note, len(places) + 1) for key, note in entries}
    return Origins(tuple(places), numbers)


def of_plan(plan: Plan) -> Origins:
    """Notes of all numbers of a report, in the order in which the page shows them."""
    return numbered([*_whole(plan), *_findings(plan), *_steps(plan), *_devices(plan)])


def _whole(plan: Plan) -> Iterator[tuple[str, Note]]:
    sure, inputs = str(plan.estimate["confidence"]), f"the inputs of the last table{weakest(plan)}"
    times = worst([s.time_confidence for s in plan.steps if s.duration is not None])
    heats = worst([s.temperature_confidence for s in plan.steps if s.temperature_max is not None])
    steps, exact = "the table of the steps", "the drawing has it to a nanometre"
    yield "estimate", Note("Computed by the estimator for the cell as drawn", sure, inputs)
    yield "asked", Note("As the spec asks", "high", "the spec, which plan.json holds")
    yield "drawing", Note(f"Measured: {exact}; what is made differs within the tolerances", "high", "the drawing")
    yield "steps", Note("Worked out by each step from its recipe", worst([s.confidence for s in plan.steps]), steps)
    yield "times", Note("Sum of the known times of the steps", times, steps)
    yield "hottest", Note("The hottest of the steps", heats, steps)
    yield "planner", Note("Worked out by the planner and its search", sure, "the spec, the records of the route")
    yield "search", Note("Estimated by the search, before the design was drawn", sure, inputs)
    yield "chosen", Note(f"Chosen by the search inside the limits of the route; {exact}", "high", "the search")
    if plan.estimate.get("uncertainty") or plan.sensitivity:
        ranges = "the ranges of the inputs"
        yield "draws", Note("Computed with all uncertain inputs drawn at once from their ranges", sure, ranges)
        yield "range", Note("As the input's source states it, else by its confidence", sure, "the last table")
    if plan.toolpaths:
        recipes = {s.recipe.id: s for s in plan.steps if s.toolpath}
        how = f"As the programs run, by the speeds of {', '.join(recipes)}"
        yield "program", Note(how, worst([s.confidence for s in recipes.values()]), "the recipes and the machine")


def weakest(plan: Plan) -> str:
    """Names inputs of low confidence, those of the steps aside: they set times and temperatures."""
    tools = {s.recipe.id for s in plan.steps} | ({plan.machine.id} if plan.machine else set())
    known = [i for i in plan.inputs if i.quantity.value is not None and i.what.partition(": ")[0] not in tools]
    low = [i.what for i in known if i.quantity.confidence == "low"]
    if not low:
        return ""
    rest = len(low) - _NAMED
    return f", {len(low)} of low confidence: {', '.join(low[:_NAMED])}{f' and {rest} more' if rest > 0 else ''}"


def _findings(plan: Plan) -> Iterator[tuple[str, Note]]:
    every = rules()
    for rule in dict.fromkeys(f.rule for f in plan.findings):
        known = rule_of(rule, every)
        if known is None:
            yield f"rule-{rule}", Note(f"Computed by the rule {rule} of an extension", "", "what that extension says")
        else:
            entry = every[known]
            yield f"rule-{rule}", Note(f"Rule {rule}: {entry.checks}", "", "", pieces(entry.source))


def _steps(plan: Plan) -> Iterator[tuple[str, Note]]:
    for step in plan.steps:
        for key, confidence in (("time", step.time_confidence), ("heat", step.temperature_confidence)):
            yield f"{key}-{step.number}", Note(
                f"Worked out by {step.method.replace('-', ' ')} from the settings of the recipe {step.recipe.id}",
                confidence,
                "its settings in the last table" if _listed(step, plan) else "",
                pieces(step.recipe.source),
            )


def _listed(step: Step, plan: Plan) -> bool:
    return any(entry.what.startswith(f"{step.recipe.id}: ") for entry in plan.inputs)


def _devices(plan: Plan) -> Iterator[tuple[str, Note]]:
    for comparison in plan.comparisons:
        device = comparison.device
        yield f"device-{device.id}", Note(
            f"Published for {_show.prose(device.name)}", device.confidence or "low", "", pieces(device.source)
        )
