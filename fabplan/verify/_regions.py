"""Polygons of a mask file as regions, and whether two regions are the same."""

from __future__ import annotations

import numpy as np

from fabplan.geometry.region import Part, Region, area
from fabplan.geometry.shapes import difference
from fabplan.readers.gds import MaskFile


def region_of(file: MaskFile, pair: tuple[int, int]) -> Region:
    """Region of a (layer, datatype) of a file; empty when nothing is drawn there."""
    outlines = file.layers.get(pair)
    if outlines is None:
        return Region()
    points, starts = outlines.points, outlines.starts
    ahead = np.arange(1, len(points) + 1)
    ahead[starts[1:] - 1] = starts[:-1]
    local = (points - np.repeat(points[starts[:-1]], np.diff(starts), axis=0)).astype(np.float64)
    cross = local[:, 0] * local[ahead, 1] - local[ahead, 0] * local[:, 1]
    clockwise = np.add.reduceat(cross, starts[:-1]) < 0
    rows = [tuple(row) for row in points.tolist()]
    rings = (rows[a:b] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
    return Region(
        tuple(Part(tuple(ring[::-1] if turned else ring)) for ring, turned in zip(rings, clockwise, strict=True))
    )


def differ(one: Region, other: Region) -> bool:
    """Whether the regions cover different areas; how they are cut into polygons does not matter."""
    if _canonical(one) == _canonical(other):
        return False
    return area(difference(one, other)) > 0 or area(difference(other, one)) > 0


def _canonical(region: Region) -> list[tuple[tuple[int, int], ...]]:
    """Polygons with their lowest point first, in order; lattices as they are flat."""
    found = []
    for part in region.parts:
        at = part.polygon.index(min(part.polygon))
        ring = part.polygon[at:] + part.polygon[:at]
        lattice = part.lattice
        found += [
            tuple((x + i * lattice.step_x, y + j * lattice.step_y) for x, y in ring)
            for j in range(lattice.rows)
            for i in range(lattice.columns)
        ]
    return sorted(found)
