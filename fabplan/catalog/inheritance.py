"""``extends``: one record made from another, every value keeping the origin it had."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fabplan.errors import Problem, listed, nearest

_STARTS_LIKE_A_QUANTITY = re.compile(r"^\s*[+-]?\.?\d")


@dataclass(frozen=True)
class Leaf:
    """One file of one layer.

    Parameters
    ----------
    where : the file as messages call it
    label : the file as outputs call it, without the way to it
    table : its content
    digest : sha256 of its bytes
    """

    where: str
    label: str
    table: Mapping[str, Any]
    digest: str


Layer = Mapping[str, Leaf]  #: id → file; layers are ordered, the first wins


@dataclass(frozen=True)
class Resolved:
    """A record's table with everything it inherits, and the digest of all files that went into it."""

    leaf: Leaf
    table: Mapping[str, Any]
    digest: str


def resolve(record: str, layers: Sequence[Layer], cls: type, problems: list[Problem]) -> Resolved | None:
    """Topmost record of that id with its ancestors merged in; None after a fault.

    ``extends`` of the record's own id means the same record one layer further down, so that a
    user folder can change one value of a shipped record; another id means the topmost record of
    that id.
    """
    chain: list[Leaf] = []
    seen: list[tuple[str, int]] = []
    name, start = record, 0
    while True:
        level = next((i for i in range(start, len(layers)) if name in layers[i]), None)
        if level is None:
            problems.append(_no_parent(chain[-1], name, seen[-1][0], layers))
            return None
        if (name, level) in seen:
            circle = " → ".join([*(n for n, _ in seen), name])
            problems.append(Problem("extends itself in a circle", f"{chain[0].where}: extends", circle))
            return None
        seen.append((name, level))
        chain.append(layers[level][name])
        parent = chain[-1].table.get("extends")
        if parent is None:
            break
        if not isinstance(parent, str):
            problems.append(Problem("not text", f"{chain[-1].where}: extends", repr(parent)[:60], "the id of a record"))
            return None
        start = level + 1 if parent == name else 0
        name = parent
    return Resolved(chain[0], _folded(chain, cls), _digest(chain))


def _no_parent(child: Leaf, parent: str, child_name: str, layers: Sequence[Layer]) -> Problem:
    valid = {name for layer in layers for name in layer} - {child_name}
    return Problem("no such record", f"{child.where}: extends", parent[:60], listed(valid), nearest(parent, valid))


def _digest(chain: Sequence[Leaf]) -> str:
    if len(chain) == 1:
        return chain[0].digest
    return sha256("".join(leaf.digest for leaf in chain).encode()).hexdigest()


def _folded(chain: Sequence[Leaf], cls: type) -> Mapping[str, Any]:
    """Chain of tables, child first, to one table."""
    table = dict(chain[-1].table)
    for leaf in reversed(chain[:-1]):
        own = {key: value for key, value in leaf.table.items() if key != "extends"}
        if "source" in own or "confidence" in own:
            table = with_origin(table, cls)
        table = merged(table, own)
    return table


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Deep merge of tables; everything that is not a table is replaced whole."""
    result = dict(parent)
    for key, value in child.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        # A quantity in long form is one value: half of it from the parent would mix two origins.
        result[key] = merged(below, value) if both and "value" not in value else value  # type: ignore[arg-type]
    return result


def with_origin(
    table: Mapping[str, Any], cls: type, source: str | None = None, confidence: str | None = None
) -> dict[str, Any]:
    """The same table with the inherited source and confidence written to every value.

    A child that names its own source must not lend it to the values it inherits.
    """
    source, confidence = table.get("source", source), table.get("confidence", confidence)
    origin = {k: v for k, v in (("source", source), ("confidence", confidence)) if v is not None}
    result = dict(table)
    for field in dataclasses.fields(cls):
        given, kind = table.get(field.name), field.metadata.get("kind")
        if given is None or not origin:
            continue
        if kind == "quantity":
            result[field.name] = _quantity_with(given, origin)
        elif kind == "table" and isinstance(given, Mapping):
            inner = with_origin(given, field.metadata["cls"], source, confidence)
            result[field.name] = {k: v for k, v in inner.items() if k not in ("source", "confidence")}
        elif kind == "tables" and isinstance(given, list):
            result[field.name] = [{**origin, **g} if isinstance(g, Mapping) else g for g in given]
        elif kind == "mapping" and field.metadata["of"] == "raw" and isinstance(given, Mapping):
            result[field.name] = {k: _raw_with(v, origin) for k, v in given.items()}
    return result


def _quantity_with(given: Any, origin: Mapping[str, str]) -> Any:
    return {**origin, **given} if isinstance(given, Mapping) else {"value": given, **origin}


def _raw_with(given: Any, origin: Mapping[str, str]) -> Any:
    """Set points are read later by someone else; what looks like a quantity is one."""
    like_quantity = isinstance(given, str) and _STARTS_LIKE_A_QUANTITY.match(given)
    long_form = isinstance(given, Mapping) and "value" in given
    return _quantity_with(given, origin) if like_quantity or long_form or isinstance(given, float) else given
