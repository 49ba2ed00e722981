"""Polygons cut into pieces of few vertices, all on whole nanometres, for formats with a vertex limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.region import Point

Ring = NDArray[np.int64]
STANDARD = 199  # vertices; with the closing point 200, the limit of the GDSII standard


def split(polygon: Sequence[Point], most: int) -> list[tuple[Point, ...]]:
    """A simple polygon as pieces of at most ``most`` vertices that touch along edges; area is kept exactly.

    Cuts run along a grid line through a vertex if every crossed edge has a whole-nanometre crossing,
    else along a diagonal between two vertices, so that no new point is ever rounded.
    """
    waiting, done = [tuple(polygon)], []
    while waiting:
        ring = waiting.pop()
        if len(ring) <= most:
            done.append(ring)
        else:
            waiting.extend(_halves(ring))
    return done


def _halves(ring: Sequence[Point]) -> list[tuple[Point, ...]]:
    points = np.asarray(ring, np.int64)
    for axis, value in _cuts(points):
        parts = _cut(points, axis, value)
        if len(parts) > 1 and max(map(len, parts)) < len(ring):
            return parts
    return _along_diagonal(points)


def _cuts(points: Ring) -> Iterator[tuple[int, int]]:
    """Grid lines through vertices that cross all edges at whole nanometres, most even split first."""
    ends = np.roll(points, -1, axis=0)
    found = []
    for axis in (0, 1):
        values = np.unique(points[:, axis])[1:-1]
        below = np.searchsorted(np.sort(points[:, axis]), values)
        for value in values[np.argsort(np.abs(below - len(points) // 2), kind="stable")][:32]:
            low, high = np.minimum(points[:, axis], ends[:, axis]), np.maximum(points[:, axis], ends[:, axis])
            crossed = (low < value) & (value < high)
            run = ends[crossed, axis] - points[crossed, axis]
            rise = ends[crossed, 1 - axis] - points[crossed, 1 - axis]
            if not np.any((rise * (value - points[crossed, axis])) % run):
                uneven = abs(int(np.sum(points[:, axis] < value)) - len(points) // 2)
                found.append((uneven, axis, int(value)))
    for _, axis, value in sorted(found):
        yield axis, value


def _cut(points: Ring, axis: int, value: int) -> list[tuple[Point, ...]]:
    shape = shapely.Polygon(points)
    x0, y0, x1, y1 = shape.bounds
    sides = (
        [shapely.box(x0, y0, value, y1), shapely.box(value, y0, x1, y1)]
        if axis == 0
        else [shapely.box(x0, y0, x1, value), shapely.box(x0, value, x1, y1)]
    )
    parts = [p for side in sides for p in shapely.get_parts(shape.intersection(side)) if p.area > 0]
    return [_ring(part) for part in parts]


def _along_diagonal(points: Ring) -> list[tuple[Point, ...]]:
    """Cut between two vertices that see each other, the most even pair first; every polygon has one."""
    shape, size = shapely.Polygon(points), len(points)
    shapely.prepare(shape)
    for step in range(size // 2, 1, -1):
        first = np.arange(size)
        second = (first + step) % size
        lines = shapely.linestrings(np.stack([points[first], points[second]], axis=1).astype(np.float64))
        for i in np.flatnonzero(shapely.covers(shape, lines)):
            order = np.roll(points, -int(i), axis=0)
            parts = [_plain(order[: step + 1]), _plain(np.concatenate([order[step:], order[:1]]))]
            if all(_inner(order[[0, step]], order) and len(part) > 2 for part in parts):
                return parts
    raise AssertionError("a simple polygon has a diagonal")


def _inner(ends: Ring, points: Ring) -> bool:
    """Whether no vertex but its ends lies on the diagonal."""
    (x0, y0), (x1, y1) = ends.tolist()
    cross = (points[:, 0] - x0) * (y1 - y0) - (points[:, 1] - y0) * (x1 - x0)
    inside = (points[:, 0] >= min(x0, x1)) & (points[:, 0] <= max(x0, x1))
    inside &= (points[:, 1] >= min(y0, y1)) & (points[:, 1] <= max(y0, y1))
    return int(np.sum((cross == 0) & inside)) == 2


def _ring(shape: shapely.Polygon) -> tuple[Point, ...]:
    whole = np.rint(shapely.get_coordinates(shapely.orient_polygons(shape))[:-1]).astype(np.int64)
    return _plain(whole)


def _plain(points: Ring) -> tuple[Point, ...]:
    return tuple((int(x), int(y)) for x, y in points)
