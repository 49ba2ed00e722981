"""Boxes that meet, in arrays: a sorted axis and two searches, where a tree of shapes takes ten times as long."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
LONG = 16  # most boxes that are compared with all others, so that one bus bar does not make every search long
SOME = 4  # times longer than those that follow: what is compared with all others
CHUNK = 500_000  # pairs looked at in one go: some tens of megabytes
MANY = 30  # pairs a box along the better axis up to which sorting is the faster way


def meeting(one: Floats, other: Floats) -> Iterator[tuple[Indices, Indices]]:
    """Rows of boxes that share at least a point, in lots.

    Parameters
    ----------
    one, other : x0, y0, x1, y1, shape (N, 4) and (M, 4)

    Yields
    ------
    rows of ``one`` and of ``other``, each of shape (K,)
    """
    if not len(one) or not len(other):
        return
    ways = [_Way(one, other, axis) for axis in (0, 1)]
    way = min(ways, key=lambda way: way.total)
    if way.total > MANY * (len(one) + len(other)):
        yield from _by_tree(one, other)
        return
    for start, stop in way.lots():
        yield _met(one, other, *way.pairs(start, stop))


def all_meeting(one: Floats, other: Floats) -> tuple[Indices, Indices]:
    """`meeting` in one go."""
    found = [*meeting(one, other)]
    empty = np.empty(0, np.int64)
    first, second = (np.concatenate([empty, *(rows[side] for rows in found)]) for side in (0, 1))
    return first, second


class _Way:
    """Boxes sorted along one axis, and the run of them that each box may meet."""

    def __init__(self, one: Floats, other: Floats, axis: int) -> None:
        size = other[:, axis + 2] - other[:, axis]
        usual = float(np.partition(size, -LONG - 1)[-LONG - 1]) if len(size) > LONG else 0.0
        is_long = size > SOME * usual
        self.long, rest = np.flatnonzero(is_long), np.flatnonzero(~is_long)
        self.order = rest[np.argsort(other[rest, axis], kind="stable")]
        low, reach = other[self.order, axis], float(size[rest].max(initial=0.0))
        self.start = np.searchsorted(low, one[:, axis] - reach, side="left")
        self.number = np.maximum(np.searchsorted(low, one[:, axis + 2], side="right") - self.start, 0)
        self.total = int(self.number.sum())

    def lots(self) -> Iterator[tuple[int, int]]:
        """Intervals of rows that make about `CHUNK` pairs each."""
        ends = np.cumsum(self.number + len(self.long))
        lot = ends // CHUNK
        cuts = [0, *(np.flatnonzero(np.diff(lot)) + 1).tolist(), len(ends)]
        yield from itertools.pairwise(cuts)

    def pairs(self, start: int, stop: int) -> tuple[Indices, Indices]:
        """Rows that may meet, of the rows from ``start`` to ``stop``."""
        rows, number = np.arange(start, stop), self.number[start:stop]
        before = np.cumsum(number) - number
        place = np.arange(int(number.sum())) + np.repeat(self.start[start:stop] - before, number)
        first = np.concatenate([np.repeat(rows, number), np.repeat(rows, len(self.long))])
        return first, np.concatenate([self.order[place], np.tile(self.long, len(rows))])


def _met(one: Floats, other: Floats, first: Indices, second: Indices) -> tuple[Indices, Indices]:
    for axis in (0, 1):
        kept = one[first, axis] <= other[second, axis + 2]
        kept &= other[second, axis] <= one[first, axis + 2]
        first, second = first[kept], second[kept]
    return first, second


def _by_tree(one: Floats, other: Floats) -> Iterator[tuple[Indices, Indices]]:
    tree = shapely.STRtree(shapely.box(*other.T))
    for start in range(0, len(one), CHUNK):
        first, second = tree.query(shapely.box(*one[start : start + CHUNK].T))
        yield first + start, second
