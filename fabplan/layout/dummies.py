"""Dummy fill: squares that nothing is connected to, so that etching and plating meet the same covered share everywhere.

They stand inside of the footprint, since the cell may be cut out along it, on one grid for all plates, on a datatype of
their own, and keep a stated distance from the box of every body, mark and test of every plate: nothing that carries
current comes near one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from fabplan.findings import Finding
from fabplan.geometry.region import NANOMETRE, Box, Lattice, Region, area, bounds, joined, rectangle
from fabplan.layout.marks import around
from fabplan.layout.types import Layer

FILL = 24  # datatype
ROUND = 100  # pitch is a multiple of it [nm]
MOST_SQUARES = 4_000_000  # places of the grid that are looked at
Free = NDArray[np.bool_]


@dataclass(frozen=True)
class Fill:
    """Fill of one plate.

    Parameters
    ----------
    number : of the plate
    side : of a square [nm]
    share : of the free area that the squares cover
    apart : least distance to everything else [nm]
    """

    number: int
    side: int
    share: float
    apart: int

    @property
    def pitch(self) -> int:
        """From square to square [nm], rounded up so that the share is not exceeded; a gap is left in any case."""
        return max(math.ceil(self.side / math.sqrt(self.share) / ROUND) * ROUND, self.side + ROUND)


def fill(layers: Sequence[Layer], plates: Sequence[Fill]) -> tuple[Layer, ...]:
    """A layer of squares for every plate that has room for some.

    Parameters
    ----------
    layers : everything that is drawn: bodies, marks, tests, outlines
    """
    whole = _cell(layers)
    drawn = [layer for layer in layers if layer.role not in ("outline", "substrate") and layer.region]
    taken = [bounds(Region((part,))) for layer in drawn for part in layer.region.parts]
    found = []
    for plate in plates:
        region = squares(whole, taken, plate)
        if region:
            name = f"fill-{plate.number}"
            found.append(Layer(name, plate.number, FILL, "mark", None, "", 0, None, 0.0, region))
    return tuple(found)


def _cell(layers: Sequence[Layer]) -> Box:
    """Bounds of the footprint, or of the bodies where no outline is drawn."""
    ends = [layer for layer in layers if layer.role == "outline" and layer.region]
    bodies = [layer for layer in layers if layer.role != "mark" and layer.region]
    return around(bounds(layer.region) for layer in ends or bodies)


def squares(whole: Box, taken: Sequence[Box], plate: Fill) -> Region:
    """Squares of the grid inside of a box that keep their distance from boxes."""
    pitch, side = plate.pitch, plate.side
    columns, rows = ((whole[k + 2] - whole[k] - side) // pitch + 1 for k in (0, 1))
    x0, y0 = (  # in the middle, as much room on both sides
        whole[k] + (whole[k + 2] - whole[k] - side - (number - 1) * pitch) // 2
        for k, number in ((0, columns), (1, rows))
    )
    if columns < 1 or rows < 1 or columns * rows > MOST_SQUARES:
        return Region()
    free = np.ones((rows, columns), np.bool_)
    for box in taken:
        left, low = _first(box[0] - x0, plate), _first(box[1] - y0, plate)
        right, high = _last(box[2] - x0, plate), _last(box[3] - y0, plate)
        free[max(low, 0) : high + 1, max(left, 0) : right + 1] = False
    return joined(_part(x0, y0, run, plate) for run in _rectangles(free))


def _first(edge: int, plate: Fill) -> int:
    """The first square that comes too near to a box from its left."""
    return -((plate.side + plate.apart - edge - 1) // plate.pitch)


def _last(edge: int, plate: Fill) -> int:
    """The last square that comes too near to a box from its right; less than 0 for none."""
    return max((edge + plate.apart - 1) // plate.pitch, -1)


def _part(x0: int, y0: int, run: tuple[int, int, int, int], plate: Fill) -> Region:
    column, row, columns, rows = run
    x, y = x0 + column * plate.pitch, y0 + row * plate.pitch
    lattice = Lattice(columns, rows, plate.pitch if columns > 1 else 0, plate.pitch if rows > 1 else 0)
    return rectangle(x, y, x + plate.side, y + plate.side, lattice)


def _rectangles(free: Free) -> Iterator[tuple[int, int, int, int]]:
    """First column and row, number of columns and rows: runs of a row that stand the same above each other."""
    edges = np.diff(free.astype(np.int8), axis=1, prepend=0, append=0)
    runs: dict[tuple[int, int], list[int]] = {}
    for row, line in enumerate(edges):
        for start, end in zip(np.flatnonzero(line > 0).tolist(), np.flatnonzero(line < 0).tolist(), strict=True):
            runs.setdefault((start, end - start), []).append(row)
    for (start, length), rows in runs.items():
        for _, stack in groupby(enumerate(rows), key=lambda e: e[1] - e[0]):
            whole = [row for _, row in stack]
            yield start, whole[0], length, len(whole)


def fill_findings(layers: Sequence[Layer], wanted: float) -> Iterator[Finding]:
    """``mask-fill``: what the fill covers, for information; a warning where it was asked for and none is drawn."""
    filled = [layer for layer in layers if layer.datatype == FILL and layer.role == "mark"]
    if wanted and not filled:
        text = "no layer is etched or plated through a plate, or there is no room: no dummy fill is drawn"
        yield Finding("mask-fill", "warning", "masks.fill", text)
    for layer in filled:
        x0, y0, x1, y1 = (value * NANOMETRE for value in _cell(layers))
        whole, more = (x1 - x0) * (y1 - y0), area(layer.region)
        own = sum(area(o.region) for o in layers if o.layer == layer.layer and o.role not in ("mark", "outline"))
        shares = f"{own / whole:.1%} of the footprint without dummy fill, {(own + more) / whole:.1%} with it"
        yield Finding("mask-fill", "info", "masks.fill", f"plate {layer.layer} covers {shares}")
