"""Plates of a DXF file with their arrays: blocks become cells, insertions placements.

The same tags, caps and shapes as for outlines (`fabplan.readers.outline`), but an insertion of a thousand columns stays
one number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.geometry.strokes import stroke
from fabplan.readers._chains import closed
from fabplan.readers._drawing import FARTHEST, Floats, unit_nanometres
from fabplan.readers._dxf_shapes import mirrored, points_of, width_of
from fabplan.readers._gds_records import MOST_DEPTH
from fabplan.readers._outline_dxf import INSUNITS, Item, sections
from fabplan.readers.gds import MOST_BYTES, Shapes
from fabplan.readers.guarded import read_bytes
from fabplan.readers.mask_cells import MaskCell, MaskCells, Placement

TOP = "*ENTITIES"
MOST_VERTICES = 4_000_000
AREAS = ("HATCH", "MPOLYGON", "REGION", "3DFACE", "MLINE", "WIPEOUT", "IMAGE")  # draw areas, but not as lines
DRAWN = "closed lines, lines with a width, circles, solids"
SINGLE = (1, 1, 0, 0)


def read_plate_dxf(path: Path, unit: str | None = None) -> tuple[MaskCells, tuple[str, ...]]:
    """Cells of a DXF file, and the names of its layers: layer k of the cells is name k.

    Parameters
    ----------
    unit : of its coordinates; None where the file says it

    Raises
    ------
    BadInput : broken, without unit, blocks that insert themselves, open lines, too large
    """
    where = path.name
    units, blocks, items, ignored = sections(read_bytes(path, MOST_BYTES, where), where)
    name = unit or INSUNITS.get(units, "")
    if not name:
        allowed = 'a unit in $INSUNITS, or unit = "um" in the layer map'
        raise BadInput(Problem("the drawing does not say its unit", where, f"$INSUNITS {units}", allowed))
    lost = [Problem("a plate cannot be read from this", where, f"{ignored[kind]} {kind}", DRAWN)
            for kind in AREAS if ignored[kind]]  # fmt: skip
    if lost:
        raise BadInput(lost)
    maker = _Cells(unit_nanometres(name, where), where)
    cells = {block: maker.cell(block, content) for block, content in blocks.items()}
    cells[TOP] = maker.cell(TOP, items)
    _sound(cells, where)
    return MaskCells((TOP,), cells), tuple(maker.layers)


class _Cells:
    """Makes cells of items; layers are numbered in the order in which they are met."""

    def __init__(self, scale: float, where: str) -> None:
        self.scale, self.where, self.vertices = scale, where, 0
        self.layers: dict[str, int] = {}

    def cell(self, name: str, items: Sequence[Item]) -> MaskCell:
        """A block, or the drawing itself."""
        rings: dict[int, list[Floats]] = {}
        places: list[Placement] = []
        base, off = np.zeros(2), 0
        for item in items:
            entity = item.entity
            if entity.kind == "BLOCK":
                base = np.array([entity.value(10), entity.value(20)]) * self.scale
            elif entity.kind == "INSERT":
                places.append(self.placement(item))
            else:
                layer = self.layers.setdefault(entity.layer, len(self.layers))
                rings.setdefault(layer, []).extend(ring - base for ring in self.rings(item))
        if places and base.any():
            raise BadInput(Problem("a block with a base point that inserts others", self.where, name[:40]))
        shapes = {}
        for layer, lines in rings.items():
            shapes[layer, 0], strays = _shapes(lines)
            off += strays
        return MaskCell(name, shapes, tuple(places), 0, 0, 0, off)

    def rings(self, item: Item) -> list[Floats]:
        """Closed lines in nanometres: the entity itself, or the area of a line with a width."""
        points, is_closed = points_of(item.entity, item.vertices, self.scale, self.where)
        width = width_of(item.entity, item.vertices, self.where) * self.scale
        self.take(points, item)
        if not is_closed and closed(points):
            points, is_closed = points[:-1], True
        if width > 0:
            return self.stroked(points, width, is_closed, item)
        if not is_closed or len(points) < 3:
            raise BadInput(Problem("an open line on a plate", f"{self.where}:{item.entity.line}", item.entity.kind))
        return [points]

    def take(self, points: Floats, item: Item) -> None:
        """Count the vertices of an entity and look at them."""
        self.vertices += len(points)
        if self.vertices > MOST_VERTICES:
            raise BadInput(Problem("the drawing has too many vertices", self.where, f"more than {MOST_VERTICES}"))
        if not np.isfinite(points).all() or (len(points) and float(np.abs(points).max()) > 4 * FARTHEST):
            raise BadInput(Problem("a coordinate is out of range", f"{self.where}:{item.entity.line}"))

    def stroked(self, points: Floats, width: float, is_closed: bool, item: Item) -> list[Floats]:
        """Outlines of a line with a width."""
        place = f"{self.where}:{item.entity.line}"
        if width > FARTHEST or not (np.ptp(points, axis=0) > 0).any():
            raise BadInput(Problem("a wide line without length or too wide", place, f"{width:.6g} nm"))
        region = stroke(points, width, is_closed and len(points) > 2)
        rings = [np.array(part.polygon, np.float64) for part in region.parts]
        for ring in rings:
            self.take(ring, item)
        return rings

    def placement(self, item: Item) -> Placement:
        """An insertion; scales other than equal ones are refused."""
        insert = item.entity
        across, up = insert.value(41, 1.0), insert.value(42, 1.0)
        if not math.isclose(abs(across), abs(up), rel_tol=1e-9) or not across or mirrored(insert, self.where):
            given = f"{across:.6g}, {up:.6g}"
            raise BadInput(Problem("an insertion with unequal scales", f"{self.where}:{insert.line}", given))
        # minus one across is a mirror at the x axis and half a turn
        angle = math.radians(insert.value(50)) + (math.pi if across < 0 else 0.0)
        is_mirrored = (across < 0) != (up < 0)
        columns, rows = max(int(insert.value(70, 1.0)), 1), max(int(insert.value(71, 1.0)), 1)
        numbers = [insert.value(code) * self.scale for code in (10, 20, 44, 45)]
        if not all(math.isfinite(value) and abs(value) <= 4 * FARTHEST for value in numbers):
            raise BadInput(Problem("a coordinate is out of range", f"{self.where}:{insert.line}"))
        x, y, step_x, step_y = (round(value) for value in numbers)
        lattice = (columns, rows, step_x, step_y) if columns * rows > 1 else SINGLE
        if columns * rows > 1 and math.remainder(angle, 2 * math.pi):
            raise BadInput(Problem("a turned array of insertions", f"{self.where}:{insert.line}"))
        return Placement(insert.name.upper(), x, y, angle, is_mirrored, abs(across), *lattice)


def _shapes(lines: Sequence[Floats]) -> tuple[Shapes, int]:
    """Rings on whole nanometres, and how many of their vertices were on none."""
    points = np.concatenate(lines)
    whole = np.where(points < 0, np.ceil(points - 0.5), np.floor(points + 0.5))
    strays = int((np.abs(points - whole) > 1e-3).any(axis=1).sum())
    starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    lattices = np.tile(np.array(SINGLE, np.int64), (len(lines), 1))
    return Shapes(whole.astype(np.int64), starts, lattices), strays


def _sound(cells: Mapping[str, MaskCell], where: str) -> None:
    """Insertions resolve, none inserts itself.

    Raises
    ------
    BadInput : one does
    """
    missing = sorted({place.cell for cell in cells.values() for place in cell.places} - cells.keys())
    if missing:
        raise BadInput(Problem("a block is not defined", where, missing[0][:40]))
    known: set[str] = set()
    for _ in range(MOST_DEPTH + 1):
        known |= {n for n, cell in cells.items() if all(place.cell in known for place in cell.places)}
    if len(known) < len(cells):
        raise BadInput(Problem("blocks insert each other in a circle or too deep", where))
