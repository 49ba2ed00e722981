"""Narrowest width of a region, and whether it keeps a line; for outlines with slanted edges too."""

from __future__ import annotations

import shapely

from fabplan.geometry.region import NANOMETRE, Region
from fabplan.geometry.shapes import minimum_width, to_shapely

MITRE = 5.0


def narrowest(region: Region) -> float:
    """Smallest width of a region [m]; 0 for an empty one.

    Straight from the edges where all are vertical or horizontal; else the widest opening that loses
    nothing, found by halving the interval to 1 nm.
    """
    if not region:
        return 0.0
    if is_manhattan(region):
        return minimum_width(region) * NANOMETRE
    shape = to_shapely(region)
    low, high = 0, int(min(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])) + 1
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
    """Whether shrinking and growing by half the width gives back all but the corners of a 1 nm frame."""
    half = width / 2 - 0.25
    opened = shape.buffer(-half, join_style="mitre", mitre_limit=MITRE).buffer(
        half + 1.0, join_style="mitre", mitre_limit=MITRE
    )
    return bool(shape.difference(opened).area == 0.0)
