"""Records of a lab's tools: what an hour costs, how many parts a run takes, when the door is shut."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.records import Quantity, flag, quantity, tables, text, texts, whole


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A time when a tool cannot be used, counted from the start of the schedule (or of the day, when it repeats)."""

    start: Quantity = quantity("time", "from when it is closed", low=0, required=True)
    end: Quantity = quantity("time", "until when it is closed", low=0, required=True)
    every: Quantity | None = quantity("time", "repeats after this time, e.g. 24 h", low=60)
    reason: str = text("why, e.g. night or maintenance")


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One kind of tool of a lab; a value that nobody knows asks to be found out."""

    name: str = text("name for people", default=None)
    methods: tuple[str, ...] = texts("processes that run on it")
    recipes: tuple[str, ...] = texts("recipes that run on it; empty for all of its processes")
    count: int = whole("how many of them there are", low=1, high=1000, default=1)
    batch: Quantity | None = quantity("number", "wafers or parts that one run takes", low=1, high=10000)
    wafer_sizes: tuple[str, ...] = texts('diameters of wafers that it takes, e.g. "100 mm"')
    hourly_cost: Quantity | None = quantity("number", "what an hour of it costs, in the lab's currency", low=0)
    run_cost: Quantity | None = quantity("number", "what a run costs beyond its hours, in the lab's currency", low=0)
    good_share: Quantity | None = quantity("number", "share of the parts that come out good", low=0, high=1)
    unattended: bool = flag("whether a run goes on while it is closed; it only cannot be started then")
    closed: tuple[Closing, ...] = tables(Closing, "when it cannot be used")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


def closes(given: Closing) -> bool:
    """Whether a closing has a length, and leaves its tool open for some of its period."""
    start, end, every = given.start.value, given.end.value, None if given.every is None else given.every.value
    return start is not None and end is not None and start < end and (every is None or end - start < every)
