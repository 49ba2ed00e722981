"""Where the cells of ``fabplan estimate`` come from: a cells file, a plan or a spec; and faults that cells may have."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan.cli.common import Common
from fabplan.cli.output import stages, tell_labelled
from fabplan.errors import BadInput, Problem
from fabplan.readers.json_file import read_json

if TYPE_CHECKING:
    from fabplan.estimate.cells import Cells

PLAN = "fabplan/plan/1"
PATIENCE = 1.0  # seconds of work before a bar is drawn
Document = Mapping[str, Any]
Progress = Callable[[int, int], None]


def cells_document(source: str, common: Common) -> tuple[Document, Document]:
    """The cells, and the ``estimate`` of a plan; empty where there is none."""
    if not source.endswith(".json"):
        from fabplan.planner import run  # numpy and scipy: not for --help

        with stages(common.as_json) as tell:
            planned = run.plan(source, {}, (), common.catalog(), tell)
        return planned.cell, planned.estimate
    where = Path(source).name
    # the reader of cells names the cell and the key of a number that is none
    document = read_json(source, where=where, finite=False)
    if not isinstance(document, dict):
        raise BadInput(Problem("not a cells file", where, type(document).__name__, "an object"))
    if document.get("schema") != PLAN:
        return document, {}
    document = read_json(source, where=where)
    cell, said = document.get("cell"), document.get("estimate")
    if not isinstance(cell, dict):
        raise BadInput(Problem("a key is missing", f"{where}: cell", None, "cells of the plan"))
    return cell, said if isinstance(said, dict) else {}


def sound(document: Document, read: Cells) -> Document:
    """The document without the cells that were refused and the tables that are bad."""
    if not read.refused and not read.bad_tables:
        return document
    places = {cell.place for cell in read.refused}
    bad = {problem.where.partition(": ")[2].split(".")[1] for problem in read.bad_tables if "." in problem.where}
    kept = [cell for place, cell in enumerate(document["cells"]) if place not in places]
    tables = {
        part: {name: table for name, table in document.get(part, {}).items() if name not in bad}
        for part in ("ocp", "electrolytes")
        if isinstance(document.get(part, {}), Mapping)
    }
    return {**document, **tables, "cells": kept}


def changed(document: Document, change: Callable[[Document], Document], keep_going: bool) -> tuple[Document, list[Any]]:
    """The cells under other conditions, and the entries of those that could not be changed.

    Raises
    ------
    BadInput : a cell cannot be changed and nobody asked to keep going, or none can
    """
    try:
        return change(document), []
    except BadInput as whole:
        if not keep_going or len(document["cells"]) < 2:
            raise
        good, entries = [], []
        for cell in document["cells"]:
            try:
                change({**document, "cells": [cell]})
            except BadInput as fault:
                entries.append({"id": cell["id"], "problems": [str(problem) for problem in fault.problems]})
            else:
                good.append(cell)
        if not good or not entries:
            raise whole from None
        return change({**document, "cells": good}), entries


def refused(read: Cells, more: list[Any]) -> dict[str, Any]:
    """The bad cells and tables, told at once and kept in the result."""
    entries = [{"id": cell.id, "problems": [str(problem) for problem in cell.problems]} for cell in read.refused]
    tables = [{"id": "", "problems": [str(problem) for problem in read.bad_tables]}] if read.bad_tables else []
    found = [*tables, *entries, *more]
    for entry in found:
        for problem in entry["problems"]:
            tell_labelled("error", problem)
    return {"refused": found} if found else {}


def bar(what: str) -> Progress | None:
    """Progress on standard error, where that is a terminal; nothing is drawn for short work."""
    if not sys.stderr.isatty():
        return None
    begin = time.monotonic()

    def told(done: int, whole: int) -> None:
        if time.monotonic() - begin > PATIENCE or whole > 200_000:
            click.echo(f"\r{done / whole:4.0%} of {whole} {what}", nl=done == whole, err=True)

    return told
