"""How sure a number is that a law computes from settings: as sure as the settings that move it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from fabplan.records import Confidence, Quantity, worst

MOVED = 1.1  # each setting is moved by a tenth
COUNTS = 0.05  # a setting counts from so much of the number on: 5 % of a time is no handling time to worry about


def rests_on(settings: Any, law: Callable[[Any], float | None], at_least: Confidence = "high") -> Confidence:
    """Lowest confidence among the settings that move what a law gives.

    Every setting is moved by a tenth; one that moves the result by more than 5 % of that tenth counts.

    Parameters
    ----------
    settings : dataclass of quantities, also nested ones
    law : from settings to a number in SI, None when unknown
    at_least : confidence of what the law rests on besides, e.g. that of its recipe
    """
    if not dataclasses.is_dataclass(settings):
        return at_least
    plain = law(settings)
    if plain is None:
        return at_least
    found = [at_least]
    for given, moved in _moved(settings):
        if given.value is None or given.confidence == "high" or given.confidence in found:
            continue
        changed = law(moved(dataclasses.replace(given, value=given.value * MOVED)))
        if changed is None or abs(changed - plain) > COUNTS * (MOVED - 1.0) * abs(plain):
            found.append(given.confidence)
    return worst(found)


def _moved(owner: Any) -> Iterator[tuple[Quantity, Callable[[Quantity], Any]]]:
    """Every quantity of settings, with what makes settings of another value for it."""
    for name in (f.name for f in dataclasses.fields(owner)):
        given = getattr(owner, name)
        rows = given if isinstance(given, tuple) else (given,)
        for place, row in enumerate(rows):
            if isinstance(row, Quantity):
                yield row, _put(owner, name, place)
            elif dataclasses.is_dataclass(row) and not isinstance(row, type):
                for inner, moved in _moved(row):
                    yield inner, _through(_put(owner, name, place), moved)


def _put(owner: Any, name: str, place: int) -> Callable[[Any], Any]:
    def put(new: Any) -> Any:
        old = getattr(owner, name)
        whole = (*old[:place], new, *old[place + 1 :]) if isinstance(old, tuple) else new
        return dataclasses.replace(owner, **{name: whole})

    return put


def _through(outer: Callable[[Any], Any], inner: Callable[[Quantity], Any]) -> Callable[[Quantity], Any]:
    return lambda new: outer(inner(new))
