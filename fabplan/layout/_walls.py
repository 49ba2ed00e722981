"""From the rectangles of a comb to the filaments of one printed layer, in whole nanometres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import Part, Region

Integers = NDArray[np.int64]
BUS, WALL = "bus", "wall"


@dataclass(frozen=True)
class Walls:
    """The N rectangles of a comb.

    Parameters
    ----------
    boxes : x0, y0, x1, y1 [nm], shape (N, 4)
    along : axis of the long side, 0 for x and 1 for y, shape (N,)
    root : -1 when the low end stands on a bus, +1 when the high end does, 0 otherwise, shape (N,)
    depth : width of the bus that it stands on [nm], 0 where there is none, shape (N,)
    bus : whether other walls stand on it, shape (N,)
    """

    boxes: Integers
    along: Integers
    root: Integers
    depth: Integers
    bus: NDArray[np.bool_]


@dataclass(frozen=True)
class LayerPlan:
    """The F filaments of one layer, in printing order, buses first.

    Parameters
    ----------
    segments : start and end [nm], shape (F, 2, 2)
    kinds : ``"bus"`` or ``"wall"``
    bead_width : drawn width of a bead of the usual wall [nm]
    wall : number of the rectangle that each belongs to, shape (F,)
    """

    segments: Integers
    kinds: tuple[str, ...]
    bead_width: float
    wall: Integers


def part_boxes(part: Part, where: str) -> Integers:
    """All copies of a rectangle as boxes [nm], shape (n, 4).

    Raises
    ------
    BadInput : the part is no axis-parallel rectangle
    """
    xs, ys = sorted({x for x, _ in part.polygon}), sorted({y for _, y in part.polygon})
    if len(part.polygon) != 4 or len(xs) != 2 or len(ys) != 2:
        given = f"{len(part.polygon)} corners"
        raise BadInput(Problem("a printed wall is not an axis-parallel rectangle", where, given, "rectangles"))
    lattice = part.lattice
    column = np.tile(np.arange(lattice.columns), lattice.rows) * lattice.step_x
    row = np.repeat(np.arange(lattice.rows), lattice.columns) * lattice.step_y
    boxes = np.stack([xs[0] + column, ys[0] + row, xs[1] + column, ys[1] + row], axis=1)
    return boxes.astype(np.int64)


def walls(region: Region, where: str) -> Walls:
    """Rectangles of a comb, with the end at which each stands on its bus.

    A rectangle stands on another when its short side lies within a side of the other. What carries
    others is a bus and runs across them. Of two equally wide rectangles end to end the longer one is
    the wall.
    """
    boxes = np.concatenate([part_boxes(part, where) for part in region.parts])
    single = np.repeat([part.lattice.count == 1 for part in region.parts], [p.lattice.count for p in region.parts])
    size = boxes[:, 2:] - boxes[:, :2]
    along = (size[:, 1] >= size[:, 0]).astype(np.int64)
    rows = np.arange(len(boxes))
    low, high = boxes[rows, along], boxes[rows, along + 2]
    left, right = boxes[rows, 1 - along], boxes[rows, 3 - along]
    root, depth = np.zeros((2, len(boxes)), np.int64)
    bus, across = np.zeros(len(boxes), np.bool_), along.copy()
    for j in sorted(np.flatnonzero(single).tolist(), key=lambda j: int(high[j] - low[j])):
        other = boxes[j]
        inside = (other[1 - along] <= left) & (right <= other[3 - along]) & (rows != j) & ~bus
        at_low, at_high = inside & (other[along + 2] == low), inside & (other[along] == high)
        standing = np.flatnonzero(at_low | at_high)
        if len(standing) and root[j] == 0:
            root[at_high], root[at_low] = 1, -1
            depth[standing] = other[along[standing] + 2] - other[along[standing]]
            bus[j], across[j] = True, 1 - along[standing[0]]
    return Walls(boxes, across, root, depth, bus)


def layer_plan(found: Walls, beads_per_width: int | None, bead_width: float, turns: bool = False) -> LayerPlan:
    """Parallel filaments of every wall, so that their beads fill the drawn outline.

    A wall of width w has m = round(w/b) filaments, at least one, at the middle of m equal strips. b is
    the width of the most frequent wall over ``beads_per_width`` or, where that is not given, the width
    ``bead_width`` [nm] that one filament adds. Filaments end half a bead before the
    end of the wall, so that the round end of the bead touches the drawn outline; on the side of the
    bus they end on the outline of the bus, so that the round end melts into it.
    Neighbours run in opposite directions (serpentine), the first one away from the bus; with ``turns`` the
    first one of every wall does, so that its beads can hang together.
    """
    rows = np.arange(len(found.boxes))
    across = 1 - found.along
    width = found.boxes[rows, across + 2] - found.boxes[rows, across]
    usual = _most_frequent(width if found.bus.all() else width[~found.bus])
    parts = beads_per_width or max(1, int(usual / bead_width + 0.5))
    beads = np.maximum(1, (2 * width * parts + usual) // (2 * usual))
    order = np.lexsort((found.boxes[rows, across], found.along, ~found.bus))
    wall = np.repeat(order, beads[order])
    first = np.cumsum(beads[order]) - beads[order]
    bead = np.arange(len(wall)) - np.repeat(first, beads[order])
    segments = _segments(found, wall, bead, beads[wall])
    is_bus = found.bus[wall]
    serial = np.where(is_bus, np.arange(len(wall)), np.arange(len(wall)) - np.count_nonzero(is_bus))
    serial = bead if turns else serial
    backwards = (serial % 2 == 1) != (found.root[wall] == 1)
    segments[backwards] = segments[backwards][:, ::-1]
    return LayerPlan(segments, tuple(BUS if b else WALL for b in is_bus), usual / parts, wall)


def _most_frequent(values: Integers) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[np.argmax(counts)])


def _segments(found: Walls, wall: Integers, bead: Integers, beads: Integers) -> Integers:
    """Centrelines from the low to the high end [nm], shape (F, 2, 2); middles rounded half up."""
    along, box = found.along[wall], found.boxes[wall]
    rows = np.arange(len(wall))
    width = box[rows, 3 - along] - box[rows, 1 - along]
    middle = box[rows, 1 - along] + ((2 * bead + 1) * width + beads) // (2 * beads)
    low, high = box[rows, along], box[rows, along + 2]
    half = (width + beads) // (2 * beads)
    inset = np.minimum(half, (high - low - 1) // 2)
    joint = np.maximum(half - found.depth[wall], 0)  # the round end stays within a bus narrower than it
    segments = np.empty((len(wall), 2, 2), np.int64)
    segments[rows, :, 1 - along] = middle[:, None]
    segments[rows, 0, along] = low + np.where(found.root[wall] == -1, joint, inset)
    segments[rows, 1, along] = high - np.where(found.root[wall] == 1, joint, inset)
    return segments

