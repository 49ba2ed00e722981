"""Narrowest width of a region, and whether it keeps a line; for outlines with slanted edges too."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
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
    nothing, found by quadrupling it and then halving the interval to 1 nm. Of equal pieces one is looked at.
    """
    if not region:
        return 0.0
    if is_manhattan(region):
        return minimum_width(region) * NANOMETRE
    whole = to_shapely(region)
    shape = _each_once(whole)
    if shapely.get_num_coordinates(whole) > MANY:  # a curve as read from a file: its steps of nanometres say nothing
        shape = shape.simplify(SLIVER)
    low, high, most = 0, FIRST, int(min(whole.bounds[2] - whole.bounds[0], whole.bounds[3] - whole.bounds[1])) + 1
    while high < most and _keeps(shape, high):  # from below, since wide openings of long outlines take longest
        low, high = high, 4 * high
    high = min(high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _keeps(shape, middle) else (low, middle)
    return low * NANOMETRE


def _each_once(shape: shapely.Geometry) -> shapely.Geometry:
    """Of pieces that are copies of one another only the first; opening takes nothing from one piece for another."""
    pieces = shapely.get_parts(shape)
    if len(pieces) < 2:
        return shape
    corners, owner = shapely.get_coordinates(shapely.normalize(pieces), return_index=True)  # from the same corner each
    starts = np.searchsorted(owner, np.arange(len(pieces)))
    low = np.minimum.reduceat(corners, starts, axis=0)
    own = np.rint(corners - low[owner]).astype(np.int64)
    copies: dict[tuple[int, bytes], int] = {}
    for number, one in enumerate(np.split(own, starts[1:])):
        copies.setdefault((shapely.get_num_interior_rings(pieces[number]), one.tobytes()), number)
    return shapely.multipolygons(pieces[list(copies.values())])


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
