"""Polygons of a mask file as regions, and whether two regions are the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import Lattice, Part, Point, Region, area
from fabplan.geometry.shapes import difference
from fabplan.readers.gds import MaskFile

Integers = NDArray[np.int64]


def region_of(file: MaskFile, pair: tuple[int, int]) -> Region:
    """Region of a (layer, datatype) of a file; empty when nothing is drawn there.

    Equal polygons at equal steps become lattices again, so that 10^5 fingers stay quick to measure.
    """
    outlines = file.layers.get(pair)
    if outlines is None:
        return Region()
    counts = np.diff(outlines.starts)
    parts: list[Part] = []
    for vertices in np.unique(counts):
        first = outlines.starts[:-1][counts == vertices]
        rings = _counter_clockwise(outlines.points[first[:, None] + np.arange(vertices)])
        origins = rings[:, 0]
        shapes, which = np.unique((rings - origins[:, None]).reshape(len(rings), -1), axis=0, return_inverse=True)
        for number, shape in enumerate(shapes.reshape(-1, int(vertices), 2)):
            parts += _lattices(shape, origins[which.reshape(-1) == number])
    return Region(tuple(parts))


def _counter_clockwise(rings: Integers) -> Integers:
    """Rings of shape (N, V, 2), those that ran clockwise turned."""
    local = (rings - rings[:, :1]).astype(np.float64)
    ahead = np.roll(local, -1, axis=1)
    clockwise = (local[..., 0] * ahead[..., 1] - ahead[..., 0] * local[..., 1]).sum(axis=1) < 0
    turned: Integers = np.where(clockwise[:, None, None], rings[:, ::-1], rings)
    return turned


def _lattices(shape: Integers, origins: Integers) -> Iterator[Part]:
    """One polygon at all its places: a lattice for every row or column at equal steps, else one by one."""
    along = 0 if len(np.unique(origins[:, 1])) <= len(np.unique(origins[:, 0])) else 1
    order = np.lexsort((origins[:, along], origins[:, 1 - along]))
    places = origins[order]
    for line in np.split(places, np.flatnonzero(np.diff(places[:, 1 - along])) + 1):
        steps = np.unique(np.diff(line[:, along]))
        if len(steps) == 1 and steps[0] > 0:
            size, step = (len(line), 1), (int(steps[0]), 0)
            yield Part(_ring(shape + line[0]), Lattice(*size[:: 1 - 2 * along], *step[:: 1 - 2 * along]))
        else:
            yield from (Part(_ring(shape + place)) for place in line)


def _ring(points: Integers) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in points.tolist())


def differ(one: Region, other: Region) -> bool:
    """Whether the regions cover different areas; how they are cut into polygons does not matter.

    Polygons that both have are left out first: those of a region do not overlap, so the rest decides.
    """
    mine, its = _rings_of(one), _rings_of(other)
    common = mine & its
    left, right = (Region(tuple(map(Part, sorted(rings - common)))) for rings in (mine, its))
    return area(difference(left, right)) > 0 or area(difference(right, left)) > 0


def _rings_of(region: Region) -> set[tuple[Point, ...]]:
    """Flat polygons, each with its lowest point first."""
    found: set[tuple[Point, ...]] = set()
    for part in region.parts:
        at, lattice = part.polygon.index(min(part.polygon)), part.lattice
        ring = part.polygon[at:] + part.polygon[:at]
        for dy in range(0, lattice.rows * lattice.step_y, lattice.step_y) if lattice.rows > 1 else (0,):
            for dx in range(0, lattice.columns * lattice.step_x, lattice.step_x) if lattice.columns > 1 else (0,):
                found.add(tuple((x + dx, y + dy) for x, y in ring))
    return found
