"""Tables to typed records: every fault at once, every value with its origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import Problem
from fabplan.records import (
    Origin,
    Quantity,
    flag,
    mapping,
    quantity,
    read,
    read_quantity,
    table,
    tables,
    text,
    texts,
    whole,
    worst,
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part."""

    size: Quantity | None = quantity("length", "how large", low=0)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One field of every kind."""

    id: str
    name: str = text("name", default=None)
    colour: str = text("colour", choices=("red", "green"), default="red")
    tags: tuple[str, ...] = texts("tags", choices=("small", "large"))
    count: int = whole("how many", low=1, high=9, default=1)
    ready: bool = flag("ready")
    heat: Quantity = quantity("temperature", "heat", required=True)
    share: Quantity | None = quantity("number", "share", low=0, high=1)
    part: Part | None = table(Part, "part")
    parts: tuple[Part, ...] = tables(Part, "parts")
    free: Any = mapping("free text")
    raw: Any = mapping("free values", of="raw")
    source: str = text("who says so")
    confidence: str = text("how sure")


GOOD: dict[str, Any] = {
    "name": "x", "heat": "20 degC", "tags": ["small"], "count": 3, "ready": True,
    "share": {"value": "10 %", "range": ["5 %", "20 %"]},
    "part": {"size": "1 mm", "source": "other", "confidence": "low"}, "parts": [{"size": "unknown"}, {}],
    "free": {"a": "b"}, "raw": {"a": [1]}, "source": "book", "confidence": "high",
}  # fmt: skip


def thing(changes: dict[str, Any], drop: str = "") -> tuple[Thing | None, list[Problem]]:
    problems: list[Problem] = []
    given = {k: v for k, v in {**GOOD, **changes}.items() if k != drop}
    return read(Thing, given, "x.toml", problems, extra={"id": "x"}), problems


def test_a_good_table() -> None:
    found, problems = thing({})
    assert not problems and found is not None
    assert found.heat == Quantity(293.15, "temperature", "book", "high")
    assert found.share == Quantity(0.1, "number", "book", "high", "", 0.05, 0.2)
    assert found.part is not None and found.part.size == Quantity(1e-3, "length", "other", "low")
    assert found.parts[0].size == Quantity(None, "length", "book", "high")
    assert (found.id, found.tags, found.count, found.ready, found.free) == ("x", ("small",), 3, True, {"a": "b"})


FAULTY = [
    ({"nmae": "x"}, "", "x.toml: nmae", "unknown key", "name"),
    ({}, "name", "x.toml: name", "a key is missing", None),
    ({}, "heat", "x.toml: heat", "a key is missing", None),
    ({"colour": "grene"}, "", "x.toml: colour", "unknown name", "green"),
    ({"colour": 5}, "", "x.toml: colour", "not text", None),
    ({"tags": ["smal"]}, "", "x.toml: tags", "unknown name", "small"),
    ({"tags": "small"}, "", "x.toml: tags", "not a list of text", None),
    ({"tags": [1]}, "", "x.toml: tags", "not a list of text", None),
    ({"count": 0}, "", "x.toml: count", "not a whole number in range", None),
    ({"count": 2.0}, "", "x.toml: count", "not a whole number in range", None),
    ({"count": True}, "", "x.toml: count", "not a whole number in range", None),
    ({"ready": "yes"}, "", "x.toml: ready", "not true or false", None),
    ({"heat": "20 mm"}, "", "x.toml: heat", "not a temperature", None),
    ({"share": "120 %"}, "", "x.toml: share", "out of range", None),
    ({"share": {"value": "1", "ragne": []}}, "", "x.toml: share.ragne", "unknown key", "range"),
    ({"share": {"value": "1", "range": ["0"]}}, "", "x.toml: share.range", "not a range", None),
    ({"part": "big"}, "", "x.toml: part", "not a table", None),
    ({"part": {"size": "-1 mm"}}, "", "x.toml: part.size", "out of range", None),
    ({"parts": {"size": "1 mm"}}, "", "x.toml: parts", "not an array of tables", None),
    ({"parts": [{}, {"siez": 1}]}, "", "x.toml: parts[1].siez", "unknown key", "size"),
    ({"free": {"a": 1}}, "", "x.toml: free", "not a table of text", None),
    ({"raw": 1}, "", "x.toml: raw", "not a table of text", None),
    ({"confidence": "hihg"}, "", "x.toml: confidence", "not a confidence", "high"),
    ({"source": " "}, "", "x.toml: source", "not a source", None),
    ({}, "source", "x.toml: heat", "a value without source", None),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "drop", "where", "what", "near"), FAULTY)
def test_a_fault_names_its_place_and_the_nearest_name(
    changes: dict[str, Any], drop: str, where: str, what: str, near: str | None
) -> None:
    found, problems = thing(changes, drop)
    assert found is None
    assert (where, what, near) in [(p.where, p.what, p.nearest) for p in problems]


def test_all_faults_at_once() -> None:
    found, problems = thing({"colour": "grene", "count": 0, "heat": "x", "parts": [{"a": 1}, {"b": 2}]}, drop="name")
    assert found is None
    assert len(problems) == 6


TEXTS = st.text(max_size=8) | st.sampled_from(["1 mm", "unknown"])
KEYS = st.sampled_from([*GOOD, "x", "value", "range"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), JUNK, max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_table_is_a_record_or_problems(changes: dict[str, Any]) -> None:
    found, problems = thing(changes)
    assert (found is None) == bool(problems)


def test_unknown_is_kept_and_says_so() -> None:
    problems: list[Problem] = []
    found = read_quantity("unknown", "length", "x", problems, Origin("s", "high"))
    assert found is not None and found.value is None and str(found) == "unknown" and not problems


def test_the_lowest_confidence_counts() -> None:
    assert worst([]) == "high"
    assert worst(["high", "low", "medium"]) == "low"
    assert worst(["high", "medium"]) == "medium"
