"""Typed records from tables: every value with unit, source and confidence; all faults at once.

A record is a frozen dataclass whose fields are made by the functions of this module. In a TOML
table a quantity is text (``density = "3.6 g/cm3"``) that inherits the table's ``source`` and
``confidence``, or a table of its own (``{value = "3.6 g/cm3", source = "...", confidence =
"low", note = "...", range = ["3.4 g/cm3", "3.7 g/cm3"]}``). ``"unknown"`` is a value that
nobody knows: it is kept as None and asks the user to calibrate.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from typing import Any, Literal, TypeVar

from fabplan import units
from fabplan.errors import BadInput, Problem, listed, nearest

Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
UNKNOWN = "unknown"
WITHOUT_SOURCE = "a value without source"
T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """Where a value comes from and how far it can be trusted."""

    source: str
    confidence: Confidence


@dataclass(frozen=True)
class Quantity:
    """A physical value in SI with its origin; ``value`` is None when nobody knows it."""

    value: float | None
    dimension: str
    source: str
    confidence: Confidence
    note: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def unit(self) -> str:
        """SI unit of ``value``."""
        return units.DIMENSIONS[self.dimension]

    def __str__(self) -> str:
        return units.show(self.value, self.dimension)


def quantity(
    dimension: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    required: bool = False,
) -> Any:
    """Field that holds a `Quantity` (or None when the table does not have it)."""
    units.DIMENSIONS[dimension]
    metadata = {"kind": "quantity", "dimension": dimension, "meaning": meaning, "low": low, "high": high}
    return field(metadata=metadata) if required else field(default=None, metadata=metadata)


def text(meaning: str, *, choices: Sequence[str] = (), default: str | None = "") -> Any:
    """Field that holds one string; ``default=None`` makes it required."""
    metadata = {"kind": "text", "meaning": meaning, "choices": tuple(choices)}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


def texts(meaning: str, *, choices: Sequence[str] = ()) -> Any:
    """Field that holds a tuple of strings."""
    return field(default=(), metadata={"kind": "texts", "meaning": meaning, "choices": tuple(choices)})


def whole(meaning: str, *, low: int = 0, high: int = 1_000_000_000, default: int | None = 0) -> Any:
    """Field that holds a whole number; ``default=None`` makes it required."""
    metadata = {"kind": "whole", "meaning": meaning, "low": low, "high": high}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


def flag(meaning: str, *, default: bool = False) -> Any:
    """Field that holds true or false."""
    return field(default=default, metadata={"kind": "flag", "meaning": meaning})


def table(cls: type, meaning: str) -> Any:
    """Field that holds a record read from a sub-table, or None."""
    return field(default=None, metadata={"kind": "table", "cls": cls, "meaning": meaning})


def tables(cls: type, meaning: str) -> Any:
    """Field that holds a tuple of records read from an array of tables."""
    return field(default=(), metadata={"kind": "tables", "cls": cls, "meaning": meaning})


def mapping(meaning: str, *, of: Literal["text", "raw"] = "text") -> Any:
    """Field that holds free keys: strings, or raw values that someone else reads later."""
    return field(default_factory=dict, metadata={"kind": "mapping", "of": of, "meaning": meaning})


def read(
    cls: type[T],
    given: Mapping[str, Any],
    where: str,
    problems: list[Problem],
    *,
    origin: Origin | None = None,
    extra: Mapping[str, Any] | None = None,
) -> T | None:
    """Table to record.

    Parameters
    ----------
    cls : dataclass made of this module's fields (and init fields given by ``extra``)
    given : the table
    where : ``"file: key"`` of the table, for messages
    problems : faults are appended here, all of them
    origin : origin that values inherit when the table has no ``source``/``confidence``
    extra : fields that do not stand in the table, e.g. the record's id

    Returns
    -------
    The record, None if it has faults.
    """
    before = len(problems)
    extra = dict(extra or {})
    origin = _origin(given, where, problems, origin)
    known = {f.name: f for f in dataclasses.fields(cls) if f.init and f.name not in extra}  # type: ignore[arg-type]
    for key in given:
        if key not in known and key not in ("source", "confidence"):
            problems.append(
                Problem("unknown key", _join(where, key), key, listed(known), nearest(key, known))
            )
    values = dict(extra)
    for name, spec in known.items():
        if name in given:
            values[name] = _value(spec.metadata, given[name], _join(where, name), problems, origin)
        elif spec.default is MISSING and spec.default_factory is MISSING:
            problems.append(Problem("a key is missing", _join(where, name), None, spec.metadata.get("meaning")))
        elif name in ("source", "confidence") and origin:
            values[name] = getattr(origin, name)
    return cls(**values) if len(problems) == before else None


def read_rough(
    cls: type[T],
    given: Mapping[str, Any],
    where: str,
    problems: list[Problem],
    *,
    origin: Origin,
    extra: Mapping[str, Any] | None = None,
) -> T:
    """What stands in a table that is known to be faulty or incomplete.

    As `read`, but a key that is missing is no fault and one with faults counts as missing: other rules can then
    look at the rest, so that a user hears of everything at once. Never a record to plan with.
    """
    values = dict(extra or {})
    known = {f.name: f for f in dataclasses.fields(cls) if f.init and f.name not in values}  # type: ignore[arg-type]
    origin = _origin(given, where, problems, origin) or origin
    for key in given:
        if key not in known and key not in ("source", "confidence"):
            problems.append(Problem("unknown key", _join(where, key), key, listed(known), nearest(key, known)))
    for name, spec in known.items():
        if name in given:
            faults: list[Problem] = []
            value = _rough_value(spec.metadata, given[name], _join(where, name), faults, origin)
            problems.extend(faults)
            if not faults or spec.metadata.get("kind") in ("table", "tables"):
                values[name] = value
        if name not in values and spec.default is MISSING and spec.default_factory is MISSING:
            values[name] = "" if spec.metadata.get("kind") == "text" else None
    return cls(**values)


def _rough_value(meta: Mapping[str, Any], given: Any, where: str, problems: list[Problem], origin: Origin) -> Any:
    """Value of one key as `read_rough` takes it: tables keep what is sound in them."""
    kind = meta.get("kind")
    if kind == "table" and isinstance(given, Mapping):
        return read_rough(meta["cls"], given, where, problems, origin=origin)
    if kind == "tables" and isinstance(given, list):
        return tuple(
            read_rough(meta["cls"], g, f"{where}[{i}]", problems, origin=origin)
            for i, g in enumerate(given)
            if isinstance(g, Mapping)
        )
    return _value(meta, given, where, problems, origin)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if ": " in where else f"{where}: {key}"


def _origin(
    given: Mapping[str, Any], where: str, problems: list[Problem], inherited: Origin | None
) -> Origin | None:
    source, confidence = given.get("source"), given.get("confidence")
    if source is None and confidence is None:
        return inherited
    if source is not None and (not isinstance(source, str) or not source.strip()):
        problems.append(Problem("not a source", _join(where, "source"), repr(source)[:60], "non-empty text"))
        return inherited
    if confidence is not None and confidence not in CONFIDENCES:
        near = nearest(str(confidence), CONFIDENCES)
        problems.append(
            Problem("not a confidence", _join(where, "confidence"), repr(confidence)[:60], listed(CONFIDENCES), near)
        )
        return inherited
    fallback = inherited or Origin("", "low")
    return Origin(source or fallback.source, confidence or fallback.confidence)


def _value(meta: Mapping[str, Any], given: Any, where: str, problems: list[Problem], origin: Origin | None) -> Any:
    kind = meta.get("kind")
    if kind == "quantity":
        return read_quantity(given, meta["dimension"], where, problems, origin, meta.get("low"), meta.get("high"))
    if kind == "table":
        if not isinstance(given, Mapping):
            problems.append(Problem("not a table", where, repr(given)[:60], "a table"))
            return None
        return read(meta["cls"], given, where, problems, origin=origin)
    if kind == "tables":
        if not isinstance(given, list) or not all(isinstance(g, Mapping) for g in given):
            problems.append(Problem("not an array of tables", where, repr(given)[:60], "[[...]] tables"))
            return ()
        return tuple(
            read(meta["cls"], g, f"{where}[{i}]", problems, origin=origin) for i, g in enumerate(given)
        )
    return _plain(kind, meta, given, where, problems)


def _plain(kind: str | None, meta: Mapping[str, Any], given: Any, where: str, problems: list[Problem]) -> Any:
    choices = meta.get("choices", ())
    if kind == "text":
        if not isinstance(given, str):
            problems.append(Problem("not text", where, repr(given)[:60], "text"))
        elif choices and given not in choices:
            problems.append(Problem("unknown name", where, given[:60], listed(choices), nearest(given, choices)))
        return given
    if kind == "texts":
        if not isinstance(given, list) or not all(isinstance(g, str) for g in given):
            problems.append(Problem("not a list of text", where, repr(given)[:60], '["...", "..."]'))
            return ()
        for g in given:
            if choices and g not in choices:
                problems.append(Problem("unknown name", where, g[:60], listed(choices), nearest(g, choices)))
        return tuple(given)
    if kind == "whole":
        good = isinstance(given, int) and not isinstance(given, bool) and meta["low"] <= given <= meta["high"]
        if not good:
            problems.append(
                Problem("not a whole number in range", where, repr(given)[:60], f"{meta['low']} to {meta['high']}")
            )
        return given
    if kind == "flag":
        if not isinstance(given, bool):
            problems.append(Problem("not true or false", where, repr(given)[:60], "true or false"))
        return given
    if kind == "mapping":
        good = isinstance(given, Mapping) and (
            meta["of"] == "raw" or all(isinstance(v, str) for v in given.values())
        )
        if not good:
            problems.append(Problem("not a table of text", where, repr(given)[:60], "key = \"text\""))
            return {}
        return dict(given)
    raise TypeError(f"field of unknown kind {kind!r}")


def read_quantity(
    given: Any,
    dimension: str,
    where: str,
    problems: list[Problem],
    origin: Origin | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Quantity | None:
    """Text or table to a `Quantity`; appends its faults to ``problems``."""
    note, span = "", None
    if isinstance(given, Mapping):
        origin = _origin(given, where, problems, origin)
        for key in given:
            if key not in ("value", "source", "confidence", "note", "range"):
                valid = ["value", "source", "confidence", "note", "range"]
                problems.append(Problem("unknown key", _join(where, key), key, listed(valid), nearest(key, valid)))
        note, span = str(given.get("note", "")), given.get("range")
        given = given.get("value", UNKNOWN)
    if origin is None or not origin.source:
        problems.append(Problem(WITHOUT_SOURCE, where, repr(given)[:60], 'source = "..." here or above'))
        origin = Origin("", "low")
    if given == UNKNOWN:
        return Quantity(None, dimension, origin.source, origin.confidence, note)
    try:
        value = units.parse(given, dimension, where)
        ends = [units.parse(end, dimension, _join(where, "range")) for end in span] if span is not None else []
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if (low is not None and value < low) or (high is not None and value > high):
        unit = units.DIMENSIONS[dimension]
        allowed = f"{low if low is not None else '-inf'} to {high if high is not None else 'inf'} {unit}".strip()
        problems.append(Problem("out of range", where, repr(given)[:60], allowed))
    if ends and len(ends) != 2:
        problems.append(Problem("not a range", _join(where, "range"), repr(span)[:60], '["low", "high"]'))
        ends = []
    low_end, high_end = (ends[0], ends[1]) if ends else (None, None)
    return Quantity(value, dimension, origin.source, origin.confidence, note, low_end, high_end)


def as_confidence(given: str) -> Confidence:
    """Text as a confidence; the lowest where it is none."""
    return next((level for level in CONFIDENCES if level == given), "low")


def worst(confidences: Sequence[str]) -> Confidence:
    """The lowest of several confidences; high when there is none."""
    for level in reversed(CONFIDENCES):
        if level in confidences:
            return level
    return "high"
