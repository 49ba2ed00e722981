"""Tools as a schedule meets them: from the lab's record, or one of its own for a process without a tool."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from fabplan import plugins
from fabplan.catalog.loader import Catalog
from fabplan.catalog.tools import Tool, closes
from fabplan.errors import Problem, listed, nearest
from fabplan.planner.making import serving
from fabplan.planner.schedule_task import MINUTE, Place
from fabplan.records import Quantity


def check_tools(tools: Sequence[Tool], catalog: Catalog, problems: list[Problem]) -> None:
    """A tool of the file that serves nothing, serves what nobody knows, or closes backwards."""
    methods = plugins.names("methods")
    for number, tool in enumerate(tools):
        where = f"tools[{number}]"
        for key, valid in (("methods", methods), ("recipes", tuple(catalog.recipes))):
            problems += [
                Problem("unknown name", f"{where}.{key}", name[:60], listed(valid), nearest(name, valid))
                for name in getattr(tool, key)
                if name not in valid
            ]
        if not tool.methods and not tool.recipes:
            problems.append(Problem("a tool for nothing", where, tool.name[:60], "methods or recipes"))
        problems += [
            Problem(
                "ends before it starts", f"{where}.closed", f"{c.start} to {c.end}", "start before end, within every"
            )
            for c in tool.closed
            if not closes(c)
        ]


class Tools:
    """Tools in the order in which flows meet them; a process without a tool on record gets one of its own."""

    def __init__(self, records: Sequence[Tool], parts: int):
        self.places: list[Place] = []
        self._missing: list[str] = []
        self._unsized: list[str] = []
        self._records, self._parts = records, parts
        self._known: dict[str, tuple[int, int]] = {}

    @property
    def remarks(self) -> list[str]:
        """What was assumed."""
        one = "the lab has no tool on record for {}: one each that takes one lot a run was assumed"
        lot = "nobody knows how many parts a run takes on {}: one lot was assumed"
        pairs = ((one, self._missing), (lot, self._unsized))
        return [words.format(", ".join(names)) for words, names in pairs if names]

    def of(self, method: str, recipe: str) -> tuple[int, int]:
        """Place of the tool, and how many runs one lot takes on it."""
        tool = serving(self._records, method, recipe)
        key = method if tool is None else tool.name
        if key not in self._known:
            place, runs = self._place(key, tool)
            self._known[key] = len(self.places), runs
            self.places.append(place)
        return self._known[key]

    def _place(self, key: str, tool: Tool | None) -> tuple[Place, int]:
        if tool is None:
            self._missing.append(key)
            return Place(key), 1
        batch = None if tool.batch is None else tool.batch.value
        if batch is None:
            self._unsized.append(key)
        lots = max(1, math.floor(batch / self._parts)) if batch else 1
        runs = math.ceil(self._parts / math.floor(batch)) if batch else 1
        closed = tuple(
            (_minutes(c.start, math.floor), _minutes(c.end, math.ceil), _minutes(c.every, math.floor))
            for c in tool.closed
        )
        return Place(key, tool.count, lots, closed, tool.unattended), runs


def _minutes(given: Quantity | None, rounded: Callable[[float], int]) -> int:
    return 0 if given is None or given.value is None else rounded(given.value / MINUTE)
