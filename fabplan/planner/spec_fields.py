"""Single values of a spec: text, names, quantities, rates. Every fault is appended, none is raised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fabplan import units
from fabplan.errors import BadInput, Problem, listed, nearest

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
RESERVED = {"con", "prn", "aux", "nul"}
RATE = re.compile(r"^\s*(?:C\s*/\s*(?P<hours>\d+\.?\d*)|(?P<factor>\d+\.?\d*|\.\d+)\s*C?)\s*$")
DEFAULT_C_RATE = 0.2


def table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table of the data, empty where there is none."""
    entry = data.get(name, {})
    return entry if isinstance(entry, dict) else {}


def text(given: Any, where: str, problems: list[Problem], *, empty: bool = False) -> str:
    """Text without blanks at its ends; empty when it is none."""
    if not isinstance(given, str) or (not given.strip() and not empty):
        problems.append(Problem("not text", where, repr(given)[:60], "text"))
        return ""
    return given.strip()


def one_of(given: Any, known: Sequence[str], where: str, problems: list[Problem]) -> str:
    """One of some words, or nothing."""
    if given in ("", *known):
        return str(given)
    problems.append(Problem("unknown value", where, repr(given)[:60], listed(known), nearest(str(given)[:60], known)))
    return ""


def file_name(given: Any, where: str, problems: list[Problem]) -> str:
    """A name that can be a folder's on every system."""
    good = isinstance(given, str) and NAME.match(given) and not given.endswith(".")
    if not good or given.split(".")[0].casefold() in RESERVED:
        problems.append(
            Problem(
                "not a name for files",
                where,
                repr(given)[:80],
                "1 to 64 letters, digits, '.', '_', '-', starting with a letter or digit",
            )
        )
        return ""
    return str(given)


def positive(
    given: Any, dimension: str, where: str, problems: list[Problem], high: float | None = None
) -> float | None:
    """Quantity above 0, at most ``high`` [SI]; None when it is not given or wrong."""
    if given is None:
        return None
    try:
        value = units.parse(given, dimension, where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if value <= 0 or (high is not None and value > high):
        allowed = "more than 0" if high is None else f"more than 0, at most {units.show(high, dimension)}"
        problems.append(Problem("out of range", where, repr(given)[:60], allowed))
        return None
    return value


def rate(given: Any, where: str, problems: list[Problem]) -> float:
    """C-rate [1/h] from ``"1C"``, ``"C/5"`` or ``"0.5"``."""
    match = RATE.match(given) if isinstance(given, str) else None
    value = 0.0
    if match:
        value = 1 / float(match["hours"]) if match["hours"] and float(match["hours"]) else float(match["factor"] or 0)
    if not 1e-4 <= value <= 1e4:
        problems.append(Problem("not a C-rate", where, repr(given)[:60], '"1C", "C/5", 0.0001C to 10000C'))
        return DEFAULT_C_RATE
    return value


def number(given: Any, low: float, high: float, where: str, problems: list[Problem]) -> float:
    """Pure number between two bounds."""
    try:
        value = units.parse(given, "number", where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return low
    if not low <= value <= high:
        problems.append(Problem("out of range", where, repr(given)[:60], f"{low:g} to {high:g}"))
    return value
