"""Narrowest width of a region, and whether it keeps a line; for outlines with slanted edges too."""

from __future__ import annotations

from functools import lru_cache

import shapely

from fabplan.geometry.region import NANOMETRE, Region
from fabplan.geometry.shapes import minimum_width, to_shapely

MITRE = 5.0
SLIVER = 5.0  # [nm]
MANY = 2_000  # corners
FIRST = 1_000  # [nm]: the first opening that is tried


@lru_cache(maxsize=64)
def narrowest(region: Region) -> float:
    """Smallest width of a region [m]; 0 for an empty one.

    Straight from the edges where all are vertical or horizontal; else the widest opening that loses
    nothing, found by quadrupling it and then halving the interval to 1 nm.
    """
    if not region:
        return 0.0
    if is_manhattan(region):
        return minimum_width(region) * NANOMETRE
    shape = to_shapely(region)
    if shapely.get_num_coordinates(shape) > MANY:  # a curve as read from a file: its steps of nanometres say nothing
        shape = shape.simplify(SLIVER)
    low, high, most = 0, FIRST, int(min(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])) + 1
    while high < most and _keeps(shape, high):  # from below, since wide openings of long outlines take longest
        low, high = high, 4 * high
    high = min(high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _keeps(shape, middle) else (low, middle)
    return low * NANOMETRE


def is_manhattan(region: Region) -> bool:
    """Whether all edges are vertical or horizontal."""
    return all(
        x0 == x1 or y0 == y1
        for part in region.parts
        for (x0, y0), (x1, y1) in zip(part.polygon, [*part.polygon[1:], part.polygon[0]], strict=True)
    )


def _keeps(shape: shapely.Geometry, width: int) -> bool:
    """Whether shrinking and growing by half the width gives back all but slivers.

    Corners of a curve lie on the grid, so that its short edges are off by some milliradians and leave slivers of a
    few nanometres, whatever the width.
    """
    half = width / 2 - 0.25
    opened = shape.buffer(-half, join_style="mitre", mitre_limit=MITRE).buffer(
        half + 1.0, join_style="mitre", mitre_limit=MITRE
    )
    lost = shape.difference(opened)
    return bool(lost.area == 0.0 or lost.buffer(-SLIVER).is_empty)
