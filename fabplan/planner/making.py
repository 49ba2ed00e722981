"""What making a plan takes: hours and costs of tools, yield, clocks between steps, limits of what stands on the part.

Only stated values count, each with the interval that its source or its confidence gives; what nobody stated is None and
named, never filled in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fabplan.catalog.pairs import temperature_limit
from fabplan.catalog.tools import Tool
from fabplan.catalog.types import Facility, Material
from fabplan.planner.plan import Plan, Step
from fabplan.records import Confidence, Quantity, as_confidence, worst

HOUR = 3600.0
#: confidence -> factors down and up where a source states no range: 15 %, 40 %, a factor of three (general practice)
SPREAD: Mapping[str, tuple[float, float]] = {"high": (0.85, 1.15), "medium": (0.6, 1.4), "low": (1 / 3.0, 3.0)}


@dataclass(frozen=True)
class Interval:
    """A value between two ends, with the confidence of the worst value in it."""

    low: float
    value: float
    high: float
    confidence: Confidence

    def times(self, other: Interval) -> Interval:
        """Product of two positive intervals."""
        sure = worst((self.confidence, other.confidence))
        return Interval(self.low * other.low, self.value * other.value, self.high * other.high, sure)

    def plus(self, other: Interval) -> Interval:
        """Sum."""
        sure = worst((self.confidence, other.confidence))
        return Interval(self.low + other.low, self.value + other.value, self.high + other.high, sure)


@dataclass(frozen=True)
class StepFacts:
    """One step.

    Parameters
    ----------
    tool : of the lab, ``""`` where it has none on record
    time : [s]; None when nobody knows it
    cost : of one run, in the lab's currency; None when time or rate are unknown
    good : share of the parts that come out good; None when nobody counted
    wait : longest wait until the next step starts, None without limit on record; its value may be unknown
    bears : lowest temperature that something standing on the part is known to bear in this step's atmosphere [K]
    weakest : which material that is
    """

    step: Step
    tool: str
    batch: Quantity | None
    wafer_sizes: tuple[str, ...]
    time: Interval | None
    cost: Interval | None
    good: Interval | None
    wait: Quantity | None
    bears: float | None
    weakest: str


@dataclass(frozen=True)
class ToolHours:
    """All runs on one tool, or of one process where no tool is on record."""

    tool: str
    steps: tuple[int, ...]
    time: Interval | None
    unknown: tuple[int, ...]


@dataclass(frozen=True)
class Making:
    """All of a plan; sums hold only what is known, ``..._unknown`` are the numbers of the steps left out."""

    steps: tuple[StepFacts, ...]
    tools: tuple[ToolHours, ...]
    time: Interval | None
    time_unknown: tuple[int, ...]
    cost: Interval | None
    cost_unknown: tuple[int, ...]
    good: Interval | None
    good_unknown: tuple[int, ...]
    currency: str
    rates_date: str


def making(plan: Plan) -> Making:
    """Hours, costs, yield, clocks and limits of a plan in its lab."""
    rows = tuple(_facts(plan, place) for place in range(len(plan.steps)))
    good = _product(r.good for r in rows)
    return Making(
        rows,
        _hours(rows),
        _sum(r.time for r in rows),
        _numbers(rows, lambda r: r.time),
        _sum(r.cost for r in rows),
        _numbers(rows, lambda r: r.cost),
        good,
        _numbers(rows, lambda r: r.good),
        plan.facility.currency,
        plan.facility.rates_date,
    )


def interval(given: Quantity | None) -> Interval | None:
    """A stated value with its own range, or with the spread of its confidence."""
    if given is None or given.value is None:
        return None
    down, up = SPREAD[given.confidence]
    low = given.value * down if given.low is None else given.low
    high = given.value * up if given.high is None else given.high
    return Interval(low, given.value, high, given.confidence)


def share(given: Quantity | None) -> Interval | None:
    """A yield: where no range is stated, the loss is what is uncertain, and no more than all can be good."""
    if given is None or given.value is None:
        return None
    down, up = SPREAD[given.confidence]
    loss = 1.0 - given.value
    low = 1.0 - min(1.0, loss * up) if given.low is None else given.low
    high = 1.0 - loss * down if given.high is None else given.high
    return Interval(low, given.value, high, given.confidence)


def serving(tools: Sequence[Tool], method: str, recipe: str) -> Tool | None:
    """The tool that a recipe runs on: one that names the recipe before one that names its process."""
    for tool in tools:
        if recipe in tool.recipes:
            return tool
    return next((t for t in tools if method in t.methods and not t.recipes), None)


def _facts(plan: Plan, place: int) -> StepFacts:
    step = plan.steps[place]
    tool = serving(plan.facility.tools, step.method, step.recipe.id)
    time = _time(step)
    bears, weakest = _bears(plan, place)
    return StepFacts(
        step,
        "" if tool is None else tool.name,
        None if tool is None else tool.batch,
        () if tool is None else tool.wafer_sizes,
        time,
        _cost(plan.facility, tool, time),
        None if tool is None else share(tool.good_share),
        step.recipe.queue_time,
        bears,
        weakest,
    )


def _time(step: Step) -> Interval | None:
    """Time of a step, as sure as the settings that move it."""
    if step.duration is None:
        return None
    sure = as_confidence(step.time_confidence)
    down, up = SPREAD[sure]
    return Interval(step.duration * down, step.duration, step.duration * up, sure)


def _cost(lab: Facility, tool: Tool | None, time: Interval | None) -> Interval | None:
    """Hours times the rates of tool and room, and what a run costs beyond; None when a stated part is unknown."""
    if tool is None or time is None or tool.hourly_cost is None:
        return None
    parts = [interval(q) for q in (tool.hourly_cost, lab.hourly_cost) if q is not None]
    rates = [p for p in parts if p is not None]
    if len(rates) < len(parts):
        return None
    hourly = rates[0] if len(rates) == 1 else rates[0].plus(rates[1])
    cost = hourly.times(Interval(time.low / HOUR, time.value / HOUR, time.high / HOUR, time.confidence))
    if tool.run_cost is None:
        return cost
    more = interval(tool.run_cost)
    return None if more is None else cost.plus(more)


def _bears(plan: Plan, place: int) -> tuple[float | None, str]:
    """Lowest stated limit over all that stands on the part before a step, in the step's atmosphere [K]."""
    step = plan.steps[place]
    records: dict[str, Material] = {m.id: m for m in plan.materials.values()}
    standing = [plan.materials["substrate"].id] if "substrate" in plan.materials else []
    standing += [s.material for s in plan.steps[:place] if s.material and s.bodies]
    found: list[tuple[float, str]] = []
    for name in dict.fromkeys(standing):
        limit = temperature_limit(records[name], step.atmosphere, standing) if name in records else None
        if limit is not None and limit.temperature.value is not None:
            found.append((limit.temperature.value, name))
    for earlier in plan.steps[:place]:
        leaves = earlier.recipe.leaves if earlier.bodies else None
        limit_of_film = None if leaves is None or leaves.temperature is None else leaves.temperature.value
        if leaves is not None and limit_of_film is not None and _speaks_of(leaves.atmosphere, step.atmosphere):
            found.append((limit_of_film, earlier.material or earlier.recipe.name))
    return min(found, default=(None, ""))


def _speaks_of(stated: str, atmosphere: str) -> bool:
    """Whether a limit stated for one atmosphere counts in another; a step that says none takes the worst."""
    return stated in ("any", atmosphere) or atmosphere == "any"


def _hours(rows: Sequence[StepFacts]) -> tuple[ToolHours, ...]:
    names = dict.fromkeys(r.tool or r.step.method for r in rows)
    found = []
    for name in names:
        mine = [r for r in rows if (r.tool or r.step.method) == name]
        unknown = tuple(r.step.number for r in mine if r.time is None)
        found.append(ToolHours(name, tuple(r.step.number for r in mine), _sum(r.time for r in mine), unknown))
    return tuple(found)


def _sum(given: Iterable[Interval | None]) -> Interval | None:
    known = [g for g in given if g is not None]
    if not known:
        return None
    total = known[0]
    for more in known[1:]:
        total = total.plus(more)
    return total


def _product(given: Iterable[Interval | None]) -> Interval | None:
    known = [g for g in given if g is not None]
    if not known:
        return None
    sure = worst([g.confidence for g in known])
    ends = [math.prod(getattr(g, end) for g in known) for end in ("low", "value", "high")]
    return Interval(ends[0], ends[1], ends[2], as_confidence(sure))


def _numbers(rows: Sequence[StepFacts], of: object) -> tuple[int, ...]:
    assert callable(of)
    return tuple(r.step.number for r in rows if of(r) is None)
