"""Lattices of equal relief elements: closed form and drawing. Lengths in whole nanometres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.architectures._package import around
from fabplan.geometry import relief
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, Box, Lattice, Part, Point, Region, joined, rectangle
from fabplan.geometry.relief import Relief, Section

HOLES, TRENCHES, PILLARS, TUBES = 1, 2, 3, 4


@dataclass(frozen=True)
class Field:
    """Elements in rows and columns; floats or arrays of them.

    Parameters
    ----------
    kind : one of `HOLES`, `TRENCHES`, `PILLARS`, `TUBES`
    feature : diameter (outer one of a tube), or width of a trench
    bore : inner diameter of a tube, 0 for the others
    pitch : distance of neighbours
    hexagonal : 1: rows are shifted by half a pitch; 0: square
    depth : height of the walls
    columns, rows : numbers of elements; a trench is one row as long as the field
    room : length of the field, which trenches fill
    """

    kind: Any
    feature: Any
    bore: Any
    pitch: Any
    hexagonal: Any
    depth: Any
    columns: Any
    rows: Any
    room: Any

    @property
    def row_pitch(self) -> Any:
        """Distance of the rows: √3/2 pitches when they are shifted; the whole field for trenches."""
        shifted = np.asarray(self.hexagonal) > 0
        between = np.where(shifted, np.rint(np.sqrt(3) / 2 * np.asarray(self.pitch)), self.pitch)
        return np.where(np.asarray(self.kind) == TRENCHES, np.maximum(self.room, 1), between)

    @property
    def count(self) -> Any:
        """Number of elements."""
        return self.columns * self.rows

    @property
    def width(self) -> Any:
        """Extent across, half a pitch for shifted rows included."""
        return self.columns * self.pitch + _shift(self.kind, self.hexagonal, self.pitch)

    @property
    def length(self) -> Any:
        """Extent along."""
        return self.rows * self.row_pitch

    @property
    def share(self) -> Any:
        """Part of the field inside the outlines of its elements."""
        size = np.pi / 4 * np.asarray(self.feature, dtype=float) ** 2
        size = np.where(np.asarray(self.kind) == TRENCHES, self.feature * self.row_pitch, size)
        return size / np.maximum(np.asarray(self.pitch) * self.row_pitch, 1)


def field_of(
    kind: Any, feature: Any, bore: Any, pitch: Any, hexagonal: Any, depth: Any, room: tuple[Any, Any]
) -> Field:
    """As many elements as a room (width, length) takes; none where it is too small."""
    empty = Field(kind, feature, bore, np.maximum(pitch, 1), hexagonal, depth, 0, 0, np.maximum(room[1], 0))
    wide = np.maximum(room[0] - _shift(kind, hexagonal, pitch), 0)
    columns = np.floor(wide / empty.pitch)
    rows = np.floor(empty.room / empty.row_pitch)
    return Field(kind, feature, bore, empty.pitch, hexagonal, depth, columns, rows, empty.room)


def _shift(kind: Any, hexagonal: Any, pitch: Any) -> Any:
    shifted = (np.asarray(hexagonal) > 0) & (np.asarray(kind) != TRENCHES)
    return np.where(shifted, np.floor(np.asarray(pitch) / 2), 0)


def relief_of(field: Field) -> Relief:
    """Walls of the field in closed form, those of the polygons that `draw` makes."""
    kind, radius = np.asarray(field.kind), np.floor(np.asarray(field.feature) / 2)
    stands = (kind == PILLARS) | (kind == TUBES)
    around_it, inside = (relief.disc_section(radius, around) for around in (True, False))
    trench = relief.rectangle_section(field.feature, field.row_pitch, False)
    outer = _chosen([stands, kind == HOLES, kind == TRENCHES], [around_it, inside, trench])
    bore = relief.disc_section(np.floor(np.asarray(field.bore) / 2), False)
    bore = _chosen([kind == TUBES], [bore])
    reach = 2 * np.ceil(radius * 1.0015 + 1)  # a polygon of the circle's area reaches 0.14 % beyond it
    narrow = 2 * np.floor(radius * 0.999 - 1)
    bore_reach = 2 * np.ceil(np.asarray(field.bore) / 2 * 1.0015 + 1)
    bore_narrow = 2 * np.floor(np.asarray(field.bore) / 2 * 0.999 - 1)
    between = np.minimum(field.pitch, np.hypot(np.asarray(field.pitch) / 2 - 1, field.row_pitch))
    wall = np.select(
        [kind == TRENCHES, kind == HOLES, kind == TUBES],
        [field.pitch - field.feature, between - reach, np.floor((narrow - bore_reach) / 2)],
        narrow,
    )
    mouth = np.select(
        [kind == TRENCHES, kind == HOLES, kind == TUBES],
        [field.feature + 0 * between, narrow, np.minimum(bore_narrow, between - reach)],
        between - reach,
    )
    return Relief((outer, bore), field.count, np.asarray(field.depth) * NANOMETRE, wall * NANOMETRE, mouth * NANOMETRE)


def _chosen(conditions: Sequence[Any], sections: Sequence[Section]) -> Section:
    """Section by section where its condition holds; none elsewhere."""
    values = ([getattr(section, name) for section in sections] for name in ("area", "perimeter", "corner"))
    return Section(*(np.select(list(conditions), list(value), 0.0) for value in values))


def plain(found: Relief) -> Relief:
    """The relief of one design with plain floats, walls without length left out."""
    sections = tuple(
        Section(float(wall.area), float(wall.perimeter), float(wall.corner))
        for wall in found.sections
        if float(wall.perimeter) > 0
    )
    return Relief(sections, int(found.count), float(found.height), float(found.wall), float(found.mouth))


def draw(field: Field, x: int, y: int, slab: Box) -> Region:
    """What stays of the field whose lower left corner is (x, y).

    Pillars and tubes stay alone; around holes and trenches all of ``slab`` stays. More shapes than
    `FLAT_CAP` are not drawn: the region is then the whole field (or slab).
    """
    kind, columns, rows = (int(value) for value in (field.kind, field.columns, field.rows))
    extent = (x, y, x + round(float(field.width)), y + round(float(field.length)))
    shapes = 1 if kind == PILLARS else 2
    if columns * rows * shapes + 2 * rows > FLAT_CAP:
        return rectangle(*extent) if kind in (PILLARS, TUBES) else rectangle(*slab)
    pitch, step = round(float(field.pitch)), round(float(field.row_pitch))
    units = _units(kind, int(field.feature), int(field.bore), pitch, step)
    shift = extent[2] - x - columns * pitch
    parts = [
        Part(tuple((x + a + (row % 2) * shift, y + b + row * step) for a, b in unit), lattice)
        for row, lattice in _blocks(columns, rows, pitch, step, shift)
        for unit in units
    ]
    if kind in (PILLARS, TUBES):
        return Region(tuple(parts))
    return joined([Region(tuple(parts)), around(slab, extent), *_ends(extent, columns, rows, pitch, step, shift)])


def _blocks(columns: int, rows: int, pitch: int, step: int, shift: int) -> list[tuple[int, Lattice]]:
    """First row and lattice of the rows that are drawn together."""
    if not shift:
        return [(0, Lattice(columns, rows, pitch, step))]
    halves = [(row, (rows - row + 1) // 2) for row in (0, 1)]
    return [(row, Lattice(columns, number, pitch, 2 * step)) for row, number in halves if number]


def _ends(extent: Box, columns: int, rows: int, pitch: int, step: int, shift: int) -> list[Region]:
    """What stays beside shifted rows."""
    if not shift:
        return []
    x0, y0, x1, _ = extent
    even, odd = Lattice(1, (rows + 1) // 2, 0, 2 * step), Lattice(1, rows // 2, 0, 2 * step)
    return [
        rectangle(x0 + columns * pitch, y0, x1, y0 + step, even),
        rectangle(x0, y0 + step, x0 + shift, y0 + 2 * step, odd),
    ]


def _units(kind: int, feature: int, bore: int, pitch: int, step: int) -> list[tuple[Point, ...]]:
    """Polygons of what stays in one cell (0, 0) to (pitch, step)."""
    x, y = pitch // 2, step // 2
    if kind == PILLARS:
        return [tuple((x + a, y + b) for a, b in relief.disc(feature // 2))]
    if kind == TRENCHES:
        left = (pitch - feature) // 2
        right = left + feature
        return [
            ((0, 0), (left, 0), (left, step), (0, step)),
            ((right, 0), (pitch, 0), (pitch, step), (right, step)),
        ]
    if kind == HOLES:
        right_arc, left_arc = _arcs(feature // 2)
        left_half = [(0, 0), (x, 0), *_moved(left_arc[::-1], x, y), (x, step), (0, step)]
        right_half = [(pitch, 0), (pitch, step), (x, step), *_moved(right_arc[::-1], x, y), (x, 0)]
        return [tuple(left_half), tuple(right_half)]
    outer, inner = _arcs(feature // 2), _arcs(bore // 2)
    return [tuple(_moved([*one, *other[::-1]], x, y)) for one, other in zip(outer, inner, strict=True)]


def _arcs(radius: int) -> tuple[list[Point], list[Point]]:
    """Right and left half of a disc, counter-clockwise, both with their ends on the upright axis."""
    points = relief.disc(radius)
    half = relief.SIDES // 2
    quarter = half // 2
    turned = [*points[half + quarter :], *points[: half + quarter]]
    low, high = (0, min(b for _, b in points)), (0, max(b for _, b in points))
    return [low, *turned[:half], high], [high, *turned[half:], low]


def _moved(points: Sequence[Point], x: int, y: int) -> list[Point]:
    return [(a + x, b + y) for a, b in points]
