"""Columns of a region: where the y axis is free over the whole width of each of many strips [nm].

What a rectangle clipped to a region keeps when its ends must stay square is what lies free over its whole width.
All strips are looked at in one go: every edge that meets a strip blocks the stretch of y that it spans there, and
between blocked stretches the number of edges below says whether one is inside. Blocked stretches are rounded
outwards, so that what is called free lies in the region to the last nanometre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.region import Region
from fabplan.geometry.shapes import to_shapely

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
FAR = 10_000_000_000  # more than any two coordinates differ


@dataclass(frozen=True)
class Stretches:
    """Free stretches, sorted by strip and then upwards; all arrays have shape (K,).

    Parameters
    ----------
    strip : number of the strip
    low, high : ends [nm], low < high
    """

    strip: Integers
    low: Integers
    high: Integers


def edges(region: Region) -> Floats:
    """Outer edges of a region, shape (N, 4): x0, y0, x1, y1 with x0 <= x1."""
    rings = shapely.get_rings(shapely.get_parts(to_shapely(region)))
    points, owner = shapely.get_coordinates(rings, return_index=True)
    same = owner[:-1] == owner[1:]
    found: Floats = np.concatenate([points[:-1][same], points[1:][same]], axis=1)
    backward = found[:, 0] > found[:, 2]
    found[backward] = found[backward][:, [2, 3, 0, 1]]
    return found


def free_stretches(outline: Floats, left: Integers, right: Integers) -> Stretches:
    """Free stretches of y over the strips from ``left`` to ``right``, both not falling, shape (S,).

    Parameters
    ----------
    outline : `edges` of the region
    """
    x0, x1 = outline[:, 0], outline[:, 2]
    first = np.searchsorted(right, x0, side="right")
    last = np.searchsorted(left, x1, side="left")
    number = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(outline)), number)
    strip = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
    low, high, crosses = _blocked(outline[edge], left[strip], right[strip])
    order = np.lexsort((low, strip))
    strip, low, high, crosses = strip[order], low[order], high[order], crosses[order]
    reached = np.maximum.accumulate(high + strip * FAR) - strip * FAR
    below = np.cumsum(crosses)
    begins = np.searchsorted(strip, strip)  # first entry of the strip
    below = below - np.where(begins > 0, below[np.maximum(begins, 1) - 1], 0)
    same = strip[:-1] == strip[1:]
    free = same & (below[:-1] % 2 == 1) & (low[1:] > reached[:-1])
    return Stretches(strip[:-1][free], reached[:-1][free], low[1:][free])


def _blocked(lines: Floats, left: Integers, right: Integers) -> tuple[Integers, Integers, NDArray[np.int64]]:
    """Stretch of y that each edge spans over its strip, and whether it crosses the strip's middle."""
    x0, y0, x1, y1 = lines.T
    upright = x0 == x1
    slope = (y1 - y0) / np.where(upright, 1.0, x1 - x0)
    begin = np.where(upright, y0, y0 + slope * (np.maximum(left, x0) - x0))
    end = np.where(upright, y1, y0 + slope * (np.minimum(right, x1) - x0))
    middle = (left + right) / 2
    low, high = np.floor(np.minimum(begin, end) + 1e-6), np.ceil(np.maximum(begin, end) - 1e-6)
    return low.astype(np.int64), high.astype(np.int64), ((x0 <= middle) & (middle < x1)).astype(np.int64)
