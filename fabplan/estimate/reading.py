"""Reading numbers out of nested dictionaries: every fault is collected, none stops the reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fabplan.errors import BadInput, Problem, listed, nearest

NOT_READ = math.nan


@dataclass(frozen=True)
class Allowed:
    """An interval of allowed numbers; ``open_low`` leaves out its lower end."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value lies inside.

        Parameters
        ----------
        value : in the unit that the key names [SI]
        """
        return (self.low < value if self.open_low else self.low <= value) and value <= self.high

    def __str__(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return "a finite number"
        low = "" if math.isinf(self.low) else f"{'above' if self.open_low else 'at least'} {self.low:g}"
        high = "" if math.isinf(self.high) else f"at most {self.high:g}"
        return ", ".join(part for part in (low, high) if part)


POSITIVE = Allowed(0.0, open_low=True)
NOT_NEGATIVE = Allowed(0.0)
FRACTION = Allowed(0.0, 1.0, open_low=True)
STOICHIOMETRY = Allowed(0.0, 1.0)
LENGTH = Allowed(0.0, 1.0, open_low=True)
TEMPERATURE = Allowed(150.0, 700.0)
VOLTAGE = Allowed(-10.0, 10.0)
C_RATES = Allowed(1e-9, 1e6)  # 10^5 years to 4 ms: beyond both nothing that is computed means anything


@dataclass
class Reader:
    """Gathers problems and notes while a document is read."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(
        self, what: str, where: str, given: object = None, allowed: str | None = None, near: str | None = None
    ) -> None:
        """Record one problem."""
        text = None if given is None else _short(given)
        self.problems.append(Problem(what, where, text, allowed, near))

    def finish(self) -> None:
        """Raise everything that was found, at once."""
        if self.problems:
            raise BadInput(self.problems)

    def mapping(self, given: object, where: str) -> Mapping[str, Any]:
        """A dictionary with text keys; an empty one after a fault."""
        if isinstance(given, Mapping) and all(isinstance(key, str) for key in given):
            return given
        self.fault("not a table of keys and values", where, given)
        return {}

    def part(self, table: Mapping[str, Any], key: str, where: str, known: Iterable[str]) -> Mapping[str, Any] | None:
        """The dictionary under a key that must be there, None after a fault."""
        if key not in table:
            self.missing(table, key, where, known)
            return None
        before = len(self.problems)
        found = self.mapping(table[key], f"{where}.{key}")
        return found if len(self.problems) == before else None

    def missing(self, table: Mapping[str, Any], key: str, where: str, known: Iterable[str]) -> None:
        """Record a missing key, with the unknown key that was probably meant for it."""
        known = set(known)
        meant = nearest(key, [name for name in table if name not in known])
        given = None if meant is None else f"{meant!r} instead"
        self.fault("missing key", f"{where}.{key}", given, f"the key {key!r}", None if meant is None else key)

    def number(
        self,
        table: Mapping[str, Any],
        key: str,
        where: str,
        allowed: Allowed,
        default: float | None = None,
        known: Iterable[str] = (),
    ) -> float:
        """A finite number in an interval; NaN after a fault.

        Parameters
        ----------
        allowed : interval, in the unit that the key names [SI]
        """
        if key not in table:
            if default is not None:
                return default
            self.missing(table, key, where, known)
            return NOT_READ
        return self.checked(table[key], f"{where}.{key}", allowed)

    def checked(self, given: object, where: str, allowed: Allowed) -> float:
        """The same for a value at hand.

        Parameters
        ----------
        allowed : interval, in the unit that the key names [SI]
        """
        if isinstance(given, bool) or not isinstance(given, int | float):
            self.fault("not a number", where, given, str(allowed))
            return NOT_READ
        try:
            value = float(given)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fault("not a finite number", where, value, str(allowed))
            return NOT_READ
        if not allowed.holds(value):
            self.fault("outside the allowed range", where, value, str(allowed))
            return NOT_READ
        return value

    def numbers(self, given: object, where: str, allowed: Allowed) -> list[float]:
        """A list of finite numbers; empty after a fault.

        Parameters
        ----------
        allowed : interval, in the unit that the key names [SI]
        """
        if not isinstance(given, list | tuple) or not given:
            self.fault("not a list of numbers", where, given)
            return []
        before = len(self.problems)
        values = [self.checked(value, f"{where}[{place}]", allowed) for place, value in enumerate(given)]
        return values if len(self.problems) == before else []

    def choice(
        self, table: Mapping[str, Any], key: str, where: str, valid: Iterable[str], known: Iterable[str] = ()
    ) -> str | None:
        """A text out of a closed set; None after a fault."""
        names = list(valid)
        if key not in table:
            self.missing(table, key, where, known)
            return None
        given = table[key]
        if isinstance(given, str) and given in names:
            return given
        near = nearest(given, names) if isinstance(given, str) else None
        self.fault("unknown name", f"{where}.{key}", given, listed(names) or "nothing is defined", near)
        return None

    def unknown(self, table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        """Note the keys that nobody reads."""
        names = set(known)
        for key in table:
            if key not in names:
                near = nearest(key, names)
                hint = f" (near {near!r})" if near else ""
                self.notes.append(f"{where}.{key}: unknown key, ignored{hint}")


def _short(given: object) -> str:
    text = given if isinstance(given, str) else repr(given)
    return text if len(text) <= 80 else text[:77] + "..."
