"""The cells file ``fabplan/cells/1``: cells with every parameter given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabplan.errors import Problem
from fabplan.estimate.cell_arrays import build_films, build_interdigital, build_pillars, build_stacks
from fabplan.estimate.cell_kinds import READERS, Row
from fabplan.estimate.cell_tables import Table, materials, read_electrolytes, read_ocp
from fabplan.estimate.constants import Index
from fabplan.estimate.designs import Films, Fingers, Materials, Stacks, take
from fabplan.estimate.interdigital import as_stacks
from fabplan.estimate.ranges import read as read_ranges
from fabplan.estimate.reading import POSITIVE, Reader

SCHEMA = "fabplan/cells/1"
KINDS = ("porous-stack", "film-planar", "film-coaxial", "interdigital", "pillars")
DEFAULT_C_RATES = (0.1, 1.0, 10.0)
_BAD_TABLE = "the table of that name has faults"
_DOCUMENT_KEYS = {"schema", "ocp", "electrolytes", "cells", "uncertain"}
_CELL_KEYS = {"id", "kind", "design", "c_rates", "uncertain"}


@dataclass(frozen=True)
class Group:
    """Cells of one kind.

    Parameters
    ----------
    places : where they stand in the file, ascending [n]
    designs : one row per cell
    bare, fingers : interdigital cells before they are mapped to ``designs``: materials and geometry; None for others
    """

    places: Index
    designs: Stacks | Films
    bare: Stacks | None = None
    fingers: Fingers | None = None


@dataclass(frozen=True)
class Refused:
    """A cell that was left out: its id (empty where it has none), its place in the file, its problems."""

    id: str
    place: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Cells:
    """Everything a cells file says, checked, as arrays.

    Parameters
    ----------
    ids, kinds, c_rates : per cell, in the order of the file
    groups : the designs by kind; kinds that do not occur are left out
    materials : open-circuit and electrolyte tables
    notes : what was ignored
    refused : cells that were left out, with their problems; only where the reading was told to keep going
    bad_tables : faults of tables, likewise; cells that name such a table are refused
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    c_rates: tuple[tuple[float, ...], ...]
    groups: tuple[Group, ...]
    materials: Materials
    notes: tuple[str, ...]
    refused: tuple[Refused, ...] = ()
    bad_tables: tuple[Problem, ...] = ()


def read_cells(document: Mapping[str, Any], where: str, keep_going: bool = False) -> Cells:
    """Check a cells document and turn it into arrays.

    Parameters
    ----------
    document : the parsed JSON
    where : name of the file, for messages
    keep_going : leave bad cells out instead of refusing the file

    Raises
    ------
    BadInput : with every problem that was found; with ``keep_going`` where no cell is good
    """
    reader = Reader()
    document = reader.mapping(document, where)
    reader.finish()
    if document.get("schema") != SCHEMA:
        reader.fault("not a cells file", f"{where}: schema", document.get("schema", "nothing"), SCHEMA)
    reader.unknown(document, _DOCUMENT_KEYS, f"{where}: document")
    ocp = read_ocp(reader, document, where)
    electrolytes = read_electrolytes(reader, document, where)
    read_ranges(reader, document.get("uncertain", {}), f"{where}: uncertain")
    given = document.get("cells")
    if not isinstance(given, list) or not given:
        reader.fault("no cells", f"{where}: cells", given, "a list of at least one cell")
        given = []
    bad_tables = tuple(reader.problems)
    spoilt = _names(document, "ocp", ocp) | _names(document, "electrolytes", electrolytes)
    rows, refused, seen = [], [], set[str]()
    for place, cell in enumerate(given):
        own, at = Reader(notes=reader.notes), f"{where}: cells[{place}]"
        row = _read_cell(own, cell, at, ocp, list(electrolytes))
        if row["id"] and row["id"] in seen:
            own.fault("the same id twice", f"{at}.id", row["id"])
        seen.add(row["id"])
        if own.problems:
            told = (_spoilt(problem, spoilt) for problem in own.problems)
            refused.append(Refused(row["id"], place, tuple(_named(problem, row["id"]) for problem in told)))
        else:
            rows.append(row)
    if not (keep_going and rows):
        # what is wrong with a table is told once, not again for every cell that names it
        reader.problems.extend(fault for cell in refused for fault in cell.problems if fault.what != _BAD_TABLE)
        reader.finish()
    cells = _arranged(rows, ocp, electrolytes, tuple(reader.notes), tuple(refused))
    return replace(cells, bad_tables=bad_tables)


def _names(document: Mapping[str, Any], part: str, good: Mapping[str, Any]) -> set[str]:
    """Tables that are there, but could not be read."""
    given = document.get(part)
    return {str(name) for name in given if name not in good} if isinstance(given, Mapping) else set()


def _spoilt(problem: Problem, tables: set[str]) -> Problem:
    """An unknown name is no slip where a table of that name has faults."""
    if problem.what != "unknown name" or problem.given not in tables:
        return problem
    return Problem(_BAD_TABLE, problem.where, problem.given)


def _named(problem: Problem, name: str) -> Problem:
    """The same problem with the id of its cell beside the place: people know their cells by name."""
    return replace(problem, where=f"{problem.where} (cell {name[:60]!r})") if name else problem


def first(cells: Cells, count: int) -> Cells:
    """The first cells of a file alone."""
    groups = []
    for group in cells.groups:
        rows = np.flatnonzero(group.places < count)
        if not len(rows):
            continue
        designs: Stacks | Films
        designs = take(group.designs, rows) if isinstance(group.designs, Films) else _stacks(group.designs, rows)
        bare = None if group.bare is None else take(group.bare, rows)
        fingers = None if group.fingers is None else take(group.fingers, rows)
        groups.append(Group(group.places[rows], designs, bare, fingers))
    return replace(
        cells,
        ids=cells.ids[:count],
        kinds=cells.kinds[:count],
        c_rates=cells.c_rates[:count],
        groups=tuple(groups),
    )


def _stacks(stacks: Stacks, rows: Index) -> Stacks:
    return take(stacks, rows)


def _read_cell(reader: Reader, given: object, where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]) -> Row:
    cell = reader.mapping(given, where)
    if reader.problems:
        return {"id": "", "c_rates": ()}
    reader.unknown(cell, _CELL_KEYS, where)
    row: Row = {"id": _identifier(reader, cell, where), "c_rates": _rates(reader, cell, where)}
    read_ranges(reader, cell.get("uncertain", {}), f"{where}.uncertain")
    kind = reader.choice(cell, "kind", where, KINDS, _CELL_KEYS)
    design = reader.part(cell, "design", where, _CELL_KEYS)
    if kind is not None and design is not None:
        row["kind"] = kind
        row.update(READERS[kind](reader, design, f"{where}.design", ocp, electrolytes))
        _check_cutoff(reader, row, ocp, f"{where}.design")
    return row


def _check_cutoff(reader: Reader, row: Row, ocp: Mapping[str, Table], where: str) -> None:
    """A cell whose open-circuit voltage at full charge lies below its cut-off gives nothing."""
    volts = 0.0
    for side, sign in ((row["negative"], -1.0), (row["positive"], 1.0)):
        if side.get("metal"):
            continue
        if side.get("material") is None or not np.isfinite(side["sto100"]):
            return
        volts += sign * float(np.interp(side["sto100"], *ocp[side["material"]]))
    if volts <= row["V_cut"]:
        reader.fault(
            "the cut-off lies above the open-circuit voltage of the charged cell",
            f"{where}.V_cut",
            row["V_cut"],
            f"below {volts:.4g}",
        )


def _identifier(reader: Reader, cell: Mapping[str, Any], where: str) -> str:
    if "id" not in cell:
        reader.missing(cell, "id", where, _CELL_KEYS)
    elif not isinstance(cell["id"], str) or not cell["id"]:
        reader.fault("not a name", f"{where}.id", cell["id"], "text")
    else:
        return cell["id"]
    return ""


def _rates(reader: Reader, cell: Mapping[str, Any], where: str) -> tuple[float, ...]:
    if "c_rates" not in cell:
        reader.notes.append(f"{where}.c_rates: not given, {DEFAULT_C_RATES} taken unless rates are asked for")
        return DEFAULT_C_RATES
    return tuple(reader.numbers(cell["c_rates"], f"{where}.c_rates", POSITIVE))


def _arranged(
    rows: Sequence[Row],
    ocp: Mapping[str, Table],
    electrolytes: Mapping[str, Mapping[str, Any]],
    notes: tuple[str, ...],
    refused: tuple[Refused, ...],
) -> Cells:
    numbers = {name: number for number, name in enumerate(ocp, start=1)}
    solutions = {name: number for number, name in enumerate(electrolytes)}
    groups = []
    for kind in KINDS:
        places = np.array([place for place, row in enumerate(rows) if row["kind"] == kind], dtype=np.intp)
        mine = [rows[place] for place in places]
        if not mine:
            continue
        if kind == "porous-stack":
            groups.append(Group(places, build_stacks(mine, numbers, solutions)))
        elif kind == "interdigital":
            bare, fingers = build_interdigital(mine, numbers, solutions)
            groups.append(Group(places, as_stacks(bare, fingers), bare, fingers))
        elif kind == "pillars":
            groups.append(Group(places, build_pillars(mine, numbers, solutions)))
        else:
            groups.append(Group(places, build_films(mine, numbers)))
    return Cells(
        ids=tuple(row["id"] for row in rows),
        kinds=tuple(row["kind"] for row in rows),
        c_rates=tuple(row["c_rates"] for row in rows),
        groups=tuple(groups),
        materials=materials(ocp, electrolytes),
        notes=notes,
        refused=refused,
    )
