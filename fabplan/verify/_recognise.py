"""Equal polygons at equal steps become lattices, so that 10^5 of them stay quick to measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import Lattice, Part, Point, Region

Integers = NDArray[np.int64]


def recognised(rings: Iterable[Integers]) -> Region:
    """Region of flat polygons, arrays of shape (N, V, 2); the same polygons give the same parts in any order."""
    parts: list[Part] = []
    for flat in rings:
        lowest = _lowest_first(_counter_clockwise(flat))
        origins = lowest[:, 0]
        for rows in _alike((lowest - origins[:, None]).reshape(len(lowest), -1)):
            parts += _lattices(lowest[rows[0]] - origins[rows[0]], origins[rows])
    return Region(tuple(sorted(parts, key=lambda part: (part.polygon, part.lattice.columns, part.lattice.rows))))


def _lowest_first(rings: Integers) -> Integers:
    """Rings that begin with their leftmost, then lowest corner."""
    first = np.lexsort((rings[..., 1], rings[..., 0]), axis=1)[:, 0]
    places = (first[:, None] + np.arange(rings.shape[1])) % rings.shape[1]
    turned: Integers = np.take_along_axis(rings, places[..., None], axis=1)
    return turned


def _alike(shapes: Integers) -> Iterator[Integers]:
    """Numbers of equal rows, one array a shape.

    Sorted by one number a row (a sum with odd factors, overflow included) and then compared in full: sorting
    whole rows takes ten times as long.
    """
    factors = np.arange(1, 2 * shapes.shape[1], 2, dtype=np.int64) * 0x5DEECE66D + 0xB
    with np.errstate(over="ignore"):
        keys = (shapes * factors).sum(axis=1)
    order = np.argsort(keys, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
        while len(rows):
            same = (shapes[rows] == shapes[rows[0]]).all(axis=1)
            yield rows[same]
            rows = rows[~same]


def _counter_clockwise(rings: Integers) -> Integers:
    """Rings of shape (N, V, 2), those that ran clockwise turned."""
    local = (rings - rings[:, :1]).astype(np.float64)
    ahead = np.roll(local, -1, axis=1)
    clockwise = (local[..., 0] * ahead[..., 1] - ahead[..., 0] * local[..., 1]).sum(axis=1) < 0
    turned: Integers = np.where(clockwise[:, None, None], rings[:, ::-1], rings)
    return turned


def _lattices(shape: Integers, origins: Integers) -> list[Part]:
    """One polygon at all its places: rows or columns at equal steps become lattices, equal rows one of two axes."""
    along = 0 if len(np.unique(origins[:, 1])) <= len(np.unique(origins[:, 0])) else 1
    order = np.lexsort((origins[:, along], origins[:, 1 - along]))
    places = origins[order]
    runs: dict[tuple[int, int, int], list[int]] = {}
    for line in np.split(places, np.flatnonzero(np.diff(places[:, 1 - along])) + 1):
        steps = np.unique(np.diff(line[:, along]))
        if len(steps) == 1 and steps[0] > 0:
            runs.setdefault((int(line[0, along]), len(line), int(steps[0])), []).append(int(line[0, 1 - along]))
        else:
            for place in line[:, along].tolist():
                runs.setdefault((place, 1, 0), []).append(int(line[0, 1 - along]))
    parts = []
    for (start, copies, step), lines in runs.items():
        for first, number, apart in _equal_steps(lines):
            lattice, place = (copies, number, step, apart), np.array([start, first])
            if along:
                lattice, place = (number, copies, apart, step), place[::-1]
            parts.append(Part(_ring(shape + place), Lattice(*lattice)))
    return parts


def _equal_steps(values: list[int]) -> list[tuple[int, int, int]]:
    """Rising values as one run (first, number, step) where their steps are equal, else one by one."""
    steps = set(np.diff(values).tolist())
    if len(steps) == 1:
        return [(values[0], len(values), steps.pop())]
    return [(value, 1, 0) for value in values]


def _ring(points: Integers) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in points.tolist())
