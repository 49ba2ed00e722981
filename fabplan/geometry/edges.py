"""Edges of Manhattan regions as arrays: how far two regions face each other, how thin one is.

Parts of a region touch along edges; such inner edges run against each other and cancel, so that
nothing has to be merged. All lengths are whole nanometres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import FLAT_CAP, Part, Region, count

Integers = NDArray[np.int64]
KEPT = 20_000  # polygons of a region whose edges are kept: some megabytes


@dataclass(frozen=True)
class Edges:
    """Edges parallel to one axis; all arrays have shape (E,).

    Parameters
    ----------
    position : coordinate across the edges [nm]
    low, high : interval along the edges, low < high [nm]
    facing : +1 where the outside lies towards larger positions, -1 where towards smaller ones
    """

    position: Integers
    low: Integers
    high: Integers
    facing: Integers


def flat_vertices(part: Part) -> Integers:
    """Vertices [nm] of all copies of a part, shape (copies, vertices, 2)."""
    lattice = part.lattice
    column, row = np.meshgrid(np.arange(lattice.columns), np.arange(lattice.rows))
    steps = np.array([lattice.step_x, lattice.step_y], dtype=np.int64)
    offsets = np.stack([column.ravel(), row.ravel()], axis=1).astype(np.int64) * steps
    return np.asarray(part.polygon, dtype=np.int64)[None, :, :] + offsets[:, None, :]


def polygons_by_size(region: Region) -> list[Integers]:
    """Vertices [nm] of all flat polygons, one array a number of vertices, shape (polygons, vertices, 2).

    Parts that stand alone are put together, so that thousands of them cost no more than one lattice.
    """
    alone: dict[int, list[tuple[tuple[int, int], ...]]] = {}
    found = []
    for part in region.parts:
        if part.lattice.columns == part.lattice.rows == 1:
            alone.setdefault(len(part.polygon), []).append(part.polygon)
        else:
            found.append(flat_vertices(part))
    return [*found, *(np.array(same, dtype=np.int64) for same in alone.values())]


def check_flat_size(region: Region) -> None:
    """Refuse regions that hold too many polygons to be looked at one by one.

    Raises
    ------
    BadInput : more than `FLAT_CAP` polygons
    """
    if count(region) > FLAT_CAP:
        raise BadInput(Problem("too many polygons when flat", "geometry", f"{count(region)}", f"at most {FLAT_CAP}"))


def boundary(region: Region) -> tuple[Edges, Edges]:
    """Outer edges of a Manhattan region: the vertical ones and the horizontal ones.

    Raises
    ------
    ValueError : an edge is neither vertical nor horizontal
    BadInput : more than `FLAT_CAP` polygons
    """
    return _kept(region) if count(region) <= KEPT else _boundary(region)


@lru_cache(maxsize=32)
def _kept(region: Region) -> tuple[Edges, Edges]:
    """`boundary` of a region of not too many polygons: many measures ask for the same one."""
    return _boundary(region)


def _boundary(region: Region) -> tuple[Edges, Edges]:
    check_flat_size(region)
    starts, ends = [np.empty((0, 2), np.int64)], [np.empty((0, 2), np.int64)]
    for vertices in polygons_by_size(region):
        starts.append(vertices.reshape(-1, 2))
        ends.append(np.roll(vertices, -1, axis=1).reshape(-1, 2))
    start, end = np.concatenate(starts), np.concatenate(ends)
    vertical, horizontal = start[:, 0] == end[:, 0], start[:, 1] == end[:, 1]
    if not np.all(vertical | horizontal):
        raise ValueError("edges of a region that is not Manhattan")
    # counter-clockwise: the inside lies to the left, so upward edges face +x and rightward ones face -y
    return _along(start, end, vertical, 1, 1), _along(start, end, horizontal, 0, -1)


def _along(start: Integers, end: Integers, chosen: NDArray[np.bool_], axis: int, outward: int) -> Edges:
    first, last = start[chosen, axis], end[chosen, axis]
    sign = np.sign(last - first) * outward
    low, high = np.minimum(first, last), np.maximum(first, last)
    return _cancelled(Edges(start[chosen, 1 - axis], low, high, sign))


def _cancelled(edges: Edges) -> Edges:
    """Edges without the stretches where two parts touch: a running sum of directions along each line."""
    position, at = np.tile(edges.position, 2), np.concatenate([edges.low, edges.high])
    change = np.concatenate([edges.facing, -edges.facing])
    order = np.lexsort((at, position))
    position, at, level = position[order], at[order], np.cumsum(change[order])
    stays = (position[:-1] == position[1:]) & (at[:-1] < at[1:]) & (level[:-1] != 0)
    return Edges(position[:-1][stays], at[:-1][stays], at[1:][stays], np.sign(level[:-1][stays]))


class _Lines:
    """Edges of one direction sorted by line, ready to say how much of a line lies below a coordinate."""

    def __init__(self, edges: Edges, facing: int) -> None:
        chosen = edges.facing == facing
        position, low, high = edges.position[chosen], edges.low[chosen], edges.high[chosen]
        order = np.lexsort((low, position))
        position, self.low, self.high = position[order], low[order], high[order]
        self.position, self.first = np.unique(position, return_index=True)
        self.covered = np.concatenate([[0], np.cumsum(self.high - self.low)])
        self.levels = np.unique(self.low)
        line = np.searchsorted(self.position, position)
        self.keys = line * (len(self.levels) + 1) + np.searchsorted(self.levels, self.low)

    def below(self, line: Integers, at: Integers) -> Integers:
        """Length of the edges on each line that lies below ``at``."""
        key = line * (len(self.levels) + 1) + np.searchsorted(self.levels, at)
        index = np.searchsorted(self.keys, key)
        beyond = np.maximum(self.high[np.maximum(index, 1) - 1] - at, 0)
        begun = index > self.first[line]
        length: Integers = self.covered[index] - self.covered[self.first[line]] - np.where(begun, beyond, 0)
        return length

    def overlap(self, line: Integers, low: Integers, high: Integers) -> Integers:
        """Common length of the edges on each line with the interval from ``low`` to ``high``."""
        return self.below(line, high) - self.below(line, low)


def _mirrored(edges: Edges) -> Edges:
    return replace(edges, position=-edges.position, facing=-edges.facing)


def facing_length(a: Region, b: Region, reach: int) -> int:
    """Length [nm] along which two Manhattan regions face each other across at most ``reach`` [nm].

    Sum over all pairs of an edge of ``a`` and a parallel edge of ``b`` that look at each other at a
    distance in (0, reach] of the overlap of their projections. Nothing hides anything: choose the
    reach smaller than the distance to the next edge but one.

    Raises
    ------
    ValueError : an edge is neither vertical nor horizontal
    """
    total = 0
    for ours, theirs in zip(boundary(a), boundary(b), strict=True):
        total += _facing(ours, _Lines(theirs, -1), reach)
        total += _facing(_mirrored(ours), _Lines(_mirrored(theirs), -1), reach)
    return total


def _facing(edges: Edges, lines: _Lines, reach: int) -> int:
    chosen = edges.facing == 1
    position, low, high = edges.position[chosen], edges.low[chosen], edges.high[chosen]
    line = np.searchsorted(lines.position, position, side="right")
    last = np.searchsorted(lines.position, position + reach, side="right")
    total = 0
    while np.any(live := line < last):
        line, last, low, high = line[live], last[live], low[live], high[live]
        total += int(np.sum(lines.overlap(line, low, high)))
        line = line + 1
    return total


def minimum_width(region: Region) -> int:
    """Smallest width [nm] of a Manhattan region, along x and along y.

    Smallest distance between two edges that look away from each other with the inside between
    them (projection metric; necks across a corner are not seen). An empty region has width 0.

    Raises
    ------
    ValueError : an edge is neither vertical nor horizontal
    """
    widths = [_narrowest(edges) for edges in boundary(region)]
    return min((width for width in widths if width), default=0)


def _narrowest(edges: Edges) -> int:
    lines = _Lines(edges, 1)
    chosen = edges.facing == -1
    position, low, high = edges.position[chosen], edges.low[chosen], edges.high[chosen]
    line = np.searchsorted(lines.position, position, side="right")
    best = np.iinfo(np.int64).max
    while len(line):
        width = lines.position[np.minimum(line, len(lines.position) - 1)] - position
        live = (line < len(lines.position)) & (width < best)
        line, position, low, high, width = line[live], position[live], low[live], high[live], width[live]
        met = lines.overlap(line, low, high) > 0
        best = min(best, cast(int, width[met].min()) if np.any(met) else best)
        line, position, low, high = line[~met] + 1, position[~met], low[~met], high[~met]
    return int(best) if len(edges.position) else 0
