"""For what a recipe is on record: the ranges that its sources give, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fabplan import units
from fabplan.catalog.types import Recipe
from fabplan.records import UNKNOWN, Quantity

NONE = "none on record: only these set points were tried"
_LIMITS = (
    ("thickness_low", "thickness from", "length"),
    ("thickness_high", "thickness up to", "length"),
    ("line", "lines from", "length"),
    ("gap", "gaps from", "length"),
    ("aspect_ratio", "aspect ratio up to", "number"),
)
#: set points that state an end of what a process can do
_ENDS = {
    "line": "lines from",
    "gap": "gaps from",
    "resolution": "features from",
    "aspect_ratio": "aspect ratio up to",
    "window_low": "temperature from",
    "window_high": "temperature up to",
    "thickness_low": "thickness from",
    "thickness_high": "thickness up to",
    "speed_low": "speed from",
    "speed_high": "speed up to",
}


def tried(recipe: Recipe) -> str:
    """Valid range of a recipe as people read it; says so where no source gives one."""
    return "; ".join(dict.fromkeys((*_limits(recipe), *_settings(recipe)))) or NONE


def _limits(recipe: Recipe) -> Iterator[str]:
    for key, words, dimension in _LIMITS:
        given: Quantity | None = getattr(recipe.limits, key, None)
        if given is not None and given.value:
            yield f"{words} {units.show(given.value, dimension)} (confidence {given.confidence})"


def _settings(recipe: Recipe) -> Iterator[str]:
    stated = {words.split()[0] for key, words, _ in _LIMITS if getattr(recipe.limits, key, None)}
    for key, given in recipe.settings.items():
        table: Mapping[str, Any] = given if isinstance(given, Mapping) else {"value": given}
        value, ends = table.get("value"), table.get("range")
        sure = f"(confidence {table.get('confidence') or recipe.confidence or 'low'})"
        if ends:
            yield f"{key.replace('_', ' ')} {ends[0]} to {ends[1]} {sure}"
        elif key in _ENDS and _ENDS[key].split()[0] not in stated and value not in (None, UNKNOWN):
            yield f"{_ENDS[key]} {value} {sure}"
