"""The one door to gdstk for writing: layers of regions to GDSII and OASIS bytes.

gdstk is loaded when a mask is written, not before: listing exporters must stay fast.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fabplan.geometry.region import Lattice, Part, Region
from fabplan.layout.split import STANDARD, split

if TYPE_CHECKING:
    import gdstk

MOST_VERTICES = STANDARD
MOST_COPIES = 32_767  # columns and rows are 16-bit signed in GDSII
USER_UNIT, GRID = 1e-6, 1e-9
NANOMETRES_PER_UNIT = 1000.0
TIMESTAMP = datetime(2000, 1, 1)  # fixed, so that the same plan gives the same bytes
COMPRESSION = 6


@dataclass(frozen=True)
class Sheet:
    """A region and its place in the file."""

    layer: int
    datatype: int
    region: Region


def cell_name(text: str) -> str:
    """A name that every mask shop takes: ``[A-Z0-9_]``, 1 to 32 characters, not starting with a digit."""
    name = re.sub(r"[^A-Z0-9_]+", "_", text.upper()).strip("_")[:32].rstrip("_")
    return name if name and not name[0].isdigit() else f"C_{name}"[:32].rstrip("_")


@dataclass(frozen=True)
class Placed:
    """A cell, its sheets, and where its copies stand: offset [nm] and lattice of each array."""

    name: str
    sheets: tuple[Sheet, ...]
    arrays: tuple[tuple[int, int, Lattice], ...]


def written(
    name: str,
    sheets: Sequence[Sheet],
    kind: Literal["gds", "oas"],
    cells: Sequence[Placed] = (),
    hierarchy: bool = True,
) -> bytes:
    """The file's bytes: one top cell called after ``name``, lattices as references.

    gdstk writes to paths only; the private temporary folder is gone when this returns.

    Parameters
    ----------
    sheets : of the top cell
    cells : that the top cell refers to
    hierarchy : whether lattices are cells; else polygons repeat themselves, which gdstk writes out in GDSII
    """
    library = _library(cell_name(name), sheets, cells, hierarchy)
    with tempfile.TemporaryDirectory(prefix="fabplan-") as folder:
        path = Path(folder) / f"mask.{kind}"
        if kind == "gds":
            library.write_gds(path, max_points=MOST_VERTICES, timestamp=TIMESTAMP)
        else:
            library.write_oas(path, compression_level=COMPRESSION, validation="crc32")
        return path.read_bytes()


def _library(
    top_name: str, sheets: Sequence[Sheet], cells: Sequence[Placed], hierarchy: bool = True
) -> gdstk.Library:
    import gdstk  # heavy, and only needed when a mask is written

    library = gdstk.Library(top_name, unit=USER_UNIT, precision=GRID)
    top = library.new_cell(top_name)
    if hierarchy:
        _draw(library, top, sheets, "")
    else:
        _repeat(top, sheets)
    for number, placed in enumerate(cells):
        cell = library.new_cell(cell_name(placed.name))
        _draw(library, cell, placed.sheets, f"C{number}")
        for x, y, lattice in placed.arrays:
            whole = Part((), lattice)
            top.add(*(_reference(cell, x + dx, y + dy, block) for dx, dy, block in blocks(whole)))
    return library


def _shapes(sheet: Sheet, part: Part) -> list[gdstk.Polygon]:
    """The unit polygon of a part, cut where it has too many vertices."""
    import gdstk  # as above

    return [
        gdstk.Polygon(
            [(x / NANOMETRES_PER_UNIT, y / NANOMETRES_PER_UNIT) for x, y in ring],
            layer=sheet.layer,
            datatype=sheet.datatype,
        )
        for ring in split(part.polygon, MOST_VERTICES)
    ]


def _repeat(cell: gdstk.Cell, sheets: Sequence[Sheet]) -> None:
    """Polygons of a cell that repeat themselves on their lattices."""
    import gdstk  # as above

    for sheet in sheets:
        for part in sheet.region.parts:
            shapes, lattice = _shapes(sheet, part), part.lattice
            for shape in shapes if lattice.count > 1 else ():
                step_x, step_y = lattice.step_x or 1, lattice.step_y or 1  # as in `_reference`
                spacing = (step_x / NANOMETRES_PER_UNIT, step_y / NANOMETRES_PER_UNIT)
                shape.repetition = gdstk.Repetition(lattice.columns, lattice.rows, spacing=spacing)
            cell.add(*shapes)


def _draw(library: gdstk.Library, cell: gdstk.Cell, sheets: Sequence[Sheet], prefix: str) -> None:
    """Polygons of a cell; each lattice is a cell of its own, its name led by ``prefix``."""
    for sheet in sheets:
        for number, part in enumerate(sheet.region.parts):
            shapes = _shapes(sheet, part)
            if part.lattice.count == 1:
                cell.add(*shapes)
                continue
            unit = library.new_cell(f"{prefix}L{sheet.layer}D{sheet.datatype}P{number}")
            unit.add(*shapes)
            cell.add(*(_reference(unit, x, y, lattice) for x, y, lattice in blocks(part)))


def _reference(cell: gdstk.Cell, x: int, y: int, lattice: Lattice) -> gdstk.Reference:
    import gdstk  # as above

    # a single row or column has no step of its own; readers want one that is not zero
    step_x, step_y = lattice.step_x or 1, lattice.step_y or 1
    return gdstk.Reference(
        cell,
        (x / NANOMETRES_PER_UNIT, y / NANOMETRES_PER_UNIT),
        columns=lattice.columns,
        rows=lattice.rows,
        spacing=(step_x / NANOMETRES_PER_UNIT, step_y / NANOMETRES_PER_UNIT),
    )


def blocks(part: Part, most: int = MOST_COPIES) -> Iterator[tuple[int, int, Lattice]]:
    """Offset and lattice of the pieces of a lattice that each have at most ``most`` columns and rows."""
    lattice = part.lattice
    for row in range(0, lattice.rows, most):
        for column in range(0, lattice.columns, most):
            columns, rows = min(most, lattice.columns - column), min(most, lattice.rows - row)
            block = Lattice(columns, rows, lattice.step_x, lattice.step_y)
            yield column * lattice.step_x, row * lattice.step_y, block
