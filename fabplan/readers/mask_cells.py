"""Mask files of anyone with their hierarchy: cells, placements and arrays, as few numbers as the file has.

The same door as `fabplan.readers.gds` (structure first, then gdstk in a child process with limits), but arrays stay
arrays: a die of 10^6 fingers is a dozen polygons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import FLAT_CAP
from fabplan.readers import _gds_records, _oasis_records
from fabplan.readers.gds import MOST_BYTES, Shapes, check_oasis, in_child
from fabplan.readers.guarded import read_bytes

MOST_COPIES = 10**10  # flat polygons that a file may stand for
SUFFIXES: Mapping[str, Literal["gds", "oas"]] = {
    ".gds": "gds", ".gds2": "gds", ".gdsii": "gds", ".oas": "oas", ".oasis": "oas",
}  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """A cell placed in another one: mirrored at the x axis first, then magnified, turned and moved.

    Parameters
    ----------
    cell : name of what is placed
    x, y : where its origin goes [nm]
    angle : counter-clockwise [rad]
    mirrored, magnification : see above
    columns, rows, step_x, step_y : of the array, steps along the axes of the parent [nm]
    """

    cell: str
    x: int
    y: int
    angle: float
    mirrored: bool
    magnification: float
    columns: int
    rows: int
    step_x: int
    step_y: int


@dataclass(frozen=True)
class MaskCell:
    """What a cell holds.

    Parameters
    ----------
    shapes : by (layer, datatype); paths are among them as polygons
    places : placements of other cells
    paths, thin, texts : how many paths, paths without width, and texts there were
    off_grid : vertices that were no whole nanometre
    """

    name: str
    shapes: Mapping[tuple[int, int], Shapes]
    places: tuple[Placement, ...]
    paths: int
    thin: int
    texts: int
    off_grid: int


@dataclass(frozen=True)
class MaskCells:
    """Names of the top cells, and all cells by name."""

    tops: tuple[str, ...]
    cells: Mapping[str, MaskCell]


def read_cells(path: Path, most: int = FLAT_CAP) -> MaskCells:
    """Cells of a GDSII or OASIS file, told apart by the ending of its name.

    Parameters
    ----------
    most : polygons that the file may write down; arrays of them may stand for 10^10

    Raises
    ------
    BadInput : the file cannot be read, is broken or too large, or its name ends in nothing known
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        allowed = "a name that ends in " + ", ".join(SUFFIXES)
        raise BadInput(Problem("not known as a mask file", path.name, path.suffix or "no ending", allowed))
    data = read_bytes(path, MOST_BYTES, path.name)
    if kind == "gds":
        cells = _gds_records.checked(data, path.name, MOST_COPIES, 100 * MOST_COPIES)
    else:
        check_oasis(data, path.name)
        cells = _oasis_records.checked(data, path.name, MOST_COPIES, 100 * MOST_COPIES)
    written = sum(cell.stored for cell in cells.values())
    if written > most:
        raise BadInput(Problem("too many polygons", path.name, f"{written}", f"at most {most}"))
    tops, found = in_child(kind, path, most, "cells")
    try:
        return MaskCells(tops, {str(entry["name"]): _cell(entry, shapes) for entry, shapes in found})
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInput(Problem("the reader's answer makes no sense", path.name)) from fault


def _cell(entry: Mapping[str, Any], shapes: Mapping[tuple[int, int], Shapes]) -> MaskCell:
    places = tuple(_placement(place) for place in entry["places"])
    counted = (int(entry[key]) for key in ("paths", "thin", "texts", "off"))
    return MaskCell(str(entry["name"]), shapes, places, *counted)


def _placement(given: list[Any]) -> Placement:
    name, x, y, angle, mirrored, size, columns, rows, step_x, step_y = given
    lattice = (int(columns), int(rows), int(step_x), int(step_y))
    return Placement(str(name), int(x), int(y), float(angle), bool(mirrored), float(size), *lattice)
