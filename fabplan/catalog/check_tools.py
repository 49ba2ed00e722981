"""Tools of a lab: whether each serves something, costs come in a currency of a date, sizes are lengths."""

from __future__ import annotations

from collections.abc import Iterator

from fabplan import units
from fabplan.catalog.check_numbers import error
from fabplan.catalog.tools import Tool, closes
from fabplan.catalog.types import Facility
from fabplan.errors import BadInput
from fabplan.findings import Finding


def of_facility(facility: Facility) -> Iterator[Finding]:
    """What is wrong with a lab's tools."""
    place = f"facilities/{facility.id}"
    costs = [facility.hourly_cost, *(c for tool in facility.tools for c in (tool.hourly_cost, tool.run_cost))]
    if any(c is not None and c.value is not None for c in costs) and not (facility.currency and facility.rates_date):
        change = 'Add currency = "USD" and rates_date = "2025-10".'
        yield error("cost-without-currency", place, "Costs need their currency and their date.", change)
    names = [tool.name for tool in facility.tools]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield error("tool-twice", place, f"Two kinds of tools are called {name!r}.", "Use count for equal tools.")
    for number, tool in enumerate(facility.tools):
        yield from _of_tool(tool, f"{place}: tools[{number}]")


def _of_tool(tool: Tool, where: str) -> Iterator[Finding]:
    if not tool.methods and not tool.recipes:
        yield error("tool-for-nothing", where, f"{tool.name}: no process and no recipe.", "Name methods or recipes.")
    for size in tool.wafer_sizes:
        try:
            good = units.parse(size, "length", where) > 0.0
        except BadInput:
            good = False
        if not good:
            yield error("wafer-size", where, f"{size!r} is no diameter.", 'Write it as "100 mm".')
    for closing in tool.closed:
        if not closes(closing):
            message = f"{tool.name} is closed from {closing.start} to {closing.end}: that ends too early or never."
            yield error("tool-closing", where, message, "Let start be before end, and end minus start below every.")
