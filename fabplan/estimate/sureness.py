"""Intervals of the cells of a file: their ranges read, moved with the conditions that were asked, and drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.estimate import ranges, uncertainty
from fabplan.estimate.cells import Cells
from fabplan.estimate.ranges import Range
from fabplan.estimate.reading import Reader
from fabplan.estimate.variants import Base

_TABLE_FACTORS = ("electrolyte.kappa_S_m", "electrolyte.D_e_m2_s")  # relative already


def alone(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A document of one of its cells."""
    cell = next(cell for cell in document["cells"] if cell["id"] == name)
    return {**document, "cells": [{key: value for key, value in cell.items() if key != "uncertain"}]}


def asked(
    typed: Sequence[str], document: Mapping[str, Any], names: Sequence[str], everything: str | None
) -> dict[str, tuple[Range, ...]]:
    """Ranges of every cell: typed ones outrank those of the cell, these those of the document.

    Parameters
    ----------
    typed : as people type them (``ranges.typed``)
    names : ids of the cells
    everything : confidence of what states no range; None to hold it

    Raises
    ------
    BadInput : what is no range, or a path that a cell does not have
    """
    own = [one for text in typed if not isinstance(one := ranges.typed(text), Problem)]
    given = {cell["id"]: cell for cell in document["cells"] if isinstance(cell, Mapping) and "id" in cell}
    reader = Reader()
    found: dict[str, tuple[Range, ...]] = {}
    shared = ranges.read(reader, document.get("uncertain", {}), "uncertain")
    for name in names:
        if name not in given:
            continue  # a half cell
        mine = ranges.read(reader, given[name].get("uncertain", {}), f"cells {name}: uncertain")
        if not (own or shared or mine or everything):
            found[name] = ()
            continue
        base = Base.of(alone(document, name))
        values = base.values()
        # what a document says for all its cells need not fit every one of them
        common = [one for one in shared if _path(one) in values]
        found[name] = ranges.resolved(_outranked([common, mine, own]), values, everything, base.table_ends)
    reader.finish()
    return found


def _path(one: Range | tuple[str, str]) -> str:
    return one.path if isinstance(one, Range) else one[0]


def _outranked(levels: Sequence[Sequence[Range | tuple[str, str]]]) -> list[Range | tuple[str, str]]:
    """What each level says, less what a later one says of the same path."""
    found: list[Range | tuple[str, str]] = []
    for level in levels:
        paths = {_path(one) for one in level}
        found = [one for one in found if _path(one) not in paths] + list(level)
    return found


def intervals(
    documents: tuple[Mapping[str, Any], Mapping[str, Any]],
    wanted: Mapping[str, tuple[Range, ...]],
    read: Cells,
    c_rates: Sequence[float] | None,
    tier: str,
    draws: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[dict[str, Any]], list[tuple[str, Problem]]]:
    """One object of ``uncertainty.intervals`` a cell that has ranges, in the order of the file; and what is wrong.

    Parameters
    ----------
    documents : the cells as given, which the ranges belong to, and as they are asked
    progress : is told the cells done and the cells in all

    Returns
    -------
    amounts as in ``uncertainty.intervals``: [Ah], [Wh], [ohm] per m2 or per metre.
    """
    made, names = [], [name for name in read.ids if wanted.get(name)]
    rates = dict(zip(read.ids, read.c_rates, strict=True))
    problems: list[tuple[str, Problem]] = []
    for done, name in enumerate(names):
        before, now = (alone(document, name) for document in documents)
        moved = _moved(wanted[name], Base.of(before), Base.of(now))
        try:
            made.append(uncertainty.intervals(now, moved, c_rates or rates[name], tier, draws))
        except BadInput as fault:
            problems += [(name, _named(problem, name)) for problem in fault.problems]
        if progress is not None:
            progress(done + 1, len(names))
    return made, problems


def _named(problem: Problem, name: str) -> Problem:
    return replace(problem, where=f"{problem.where} (cell {name[:60]!r})")


def _moved(wanted: Sequence[Range], before: Base, now: Base) -> list[Range]:
    """Ranges at other conditions: scaled as the value itself; ends of the lithium window are shifted with it."""
    found = []
    for entry in wanted:
        old, new = before.value(entry.path), now.value(entry.path)
        if entry.path in _TABLE_FACTORS or not old or new is None or old == new:
            found.append(entry)
        elif entry.path.endswith((".sto0", ".sto100")):
            found.append(replace(entry, low=max(0.0, entry.low + new - old), high=min(1.0, entry.high + new - old)))
        else:
            found.append(replace(entry, low=entry.low * new / old, high=entry.high * new / old))
    return found
