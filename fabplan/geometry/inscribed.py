"""The largest axis-parallel rectangle in a region, found by branch and bound.

For an interval [x0, x1] let h be the longest stretch of y that lies in the region over all of it. h shrinks as
the interval grows, so of all intervals that begin in [a, b] and end in [c, d] none holds a rectangle larger than
(d - a) h(b, c), and [a, d] holds one of (d - a) h(a, d). Boxes of intervals are halved, first at the region's
own corners, until no box can hold more than what was found. Exact for Manhattan regions, also with holes; with
slanted edges to `TOLERANCE` of the area, after which every side is moved out as far as it goes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.region import Box, Region
from fabplan.geometry.shapes import to_shapely

Array = NDArray[np.float64]
TOLERANCE = 1e-3
ROUNDS = 200  # of LOT boxes each: bounds the time for any outline
LOT = 64
MOST_EDGES = 1000  # above, the outline is first replaced by a coarser one inside it
REFINED = 60
SMALLEST = 2.0  # [nm]
FAR = 1e15  # beyond every coordinate [nm]


def largest_rectangle(region: Region, reserve: tuple[int, int] = (0, 0)) -> Box | None:
    """Largest axis-parallel rectangle that lies in a region [nm]; None when none of 1 nm does.

    Parameters
    ----------
    reserve : what of its width and of its length does not count [nm]: of package and pads, so that of two
        rectangles of one area the one is taken that leaves more to the cell
    """
    shape = to_shapely(region)
    if shape.is_empty:
        return None
    edges = _edges(shape)
    if len(edges) > MOST_EDGES:
        edges = _edges(_coarser(shape))
    found = _searched(edges, reserve) if len(edges) else None
    return None if found is None else _refined(edges, found, reserve)


def _edges(shape: Any) -> Array:
    """Edges x0, y0, x1, y1 with x0 <= x1, shape (N, 4)."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, owner = shapely.get_coordinates(rings, return_index=True)
    same = owner[:-1] == owner[1:]
    edges = np.concatenate([points[:-1][same], points[1:][same]], axis=1)
    backward = edges[:, 0] > edges[:, 2]
    edges[backward] = edges[backward][:, [2, 3, 0, 1]]
    return edges


def _coarser(shape: Any) -> Any:
    """A shape inside another with fewer vertices: moved in, then simplified by less than that."""
    size = max(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
    for step in (1e-4, 3e-4, 1e-3, 3e-3):
        inner = shape.buffer(-step * size, join_style="mitre").simplify(0.9 * step * size)
        if shapely.get_num_coordinates(inner) <= MOST_EDGES:
            break
    return inner


def _free(edges: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Ends of the longest free stretch of y over each open interval, shape (B,); equal where there is none."""
    x0, y0, x1, y1 = edges.T
    a, b = low[:, None], high[:, None]
    upright = x0 == x1
    meets = (x0 < b) & (x1 > a)
    slope = (y1 - y0) / np.where(upright, 1.0, x1 - x0)
    left = y0 + np.where(upright, 0.0, slope * (np.maximum(a, x0) - x0))
    right = np.where(upright, y1, y0 + slope * (np.minimum(b, x1) - x0))
    bottom = np.where(meets, np.minimum(left, right), FAR)
    top = np.where(meets, np.maximum(left, right), -FAR)
    middle = (a + b) / 2
    crosses = (x0 <= middle) & (middle < x1)
    order = np.argsort(bottom, axis=1, kind="stable")
    bottom = np.take_along_axis(bottom, order, axis=1)
    reached = np.maximum.accumulate(np.take_along_axis(top, order, axis=1), axis=1)
    inside = np.cumsum(np.take_along_axis(crosses, order, axis=1), axis=1) % 2 == 1
    # every edge lies wholly below or above such a stretch, so those that cross the middle say whether it is inside
    begin, end = np.ceil(reached[:, :-1] - 1e-6), np.floor(bottom[:, 1:] + 1e-6)
    tall = np.where(inside[:, :-1] & (begin > -FAR) & (end < FAR), end - begin, 0.0)
    best = np.argmax(tall, axis=1)[:, None]
    size = np.maximum(np.take_along_axis(tall, best, axis=1)[:, 0], 0.0)
    start = np.where(size > 0, np.take_along_axis(begin, best, axis=1)[:, 0], 0.0)
    return start, start + size


def _worth(low: Array, high: Array, tall: Array, reserve: tuple[int, int]) -> Array:
    """What a rectangle counts: its area less the reserve."""
    wide = np.maximum(high - low - reserve[0], 0.0)
    return np.asarray(wide * np.maximum(tall - reserve[1], 0.0))


def _searched(edges: Array, reserve: tuple[int, int]) -> tuple[float, float] | None:
    """Interval of the best rectangle; the boxes that may hold most are looked at first."""
    stops = np.unique(edges[:, [0, 2]])
    waiting, bounds = np.array([[stops[0], stops[-1], stops[0], stops[-1]]]), np.array([FAR])
    best, interval = 0.0, None
    for _ in range(ROUNDS):
        order = np.argsort(-bounds, kind="stable")
        boxes, waiting, bounds = waiting[order[:LOT]], waiting[order[LOT:]], bounds[order[LOT:]]
        a, b, c, d = boxes.T
        begin, end = _free(edges, a, d)
        value = _worth(a, d, end - begin, reserve)
        k = int(np.argmax(value))
        if value[k] > best:
            best, interval = float(value[k]), (float(a[k]), float(d[k]))
        begin, end = _free(edges, np.minimum(b, c), np.maximum(b, c))
        # where beginnings and ends overlap, the narrowest interval is none at all: any height may be reached
        bound = _worth(a, d, np.where(b < c, end - begin, np.ptp(edges[:, [1, 3]])), reserve)
        open_ = np.maximum(b - a, d - c) >= SMALLEST
        halves, number = _halved(boxes[open_], stops)
        waiting = np.concatenate([waiting, halves])
        bounds = np.concatenate([bounds, bound[open_][number]])
        kept = bounds > best * (1 + TOLERANCE)
        waiting, bounds = waiting[kept], bounds[kept]
        if not len(waiting):
            break
    return interval


def _halved(boxes: Array, stops: Array) -> tuple[Array, NDArray[np.int64]]:
    """Both halves of every box, cut across its longer side at one of the stops, else in the middle; and whose."""
    a, b, c, d = boxes.T
    first = (b - a) >= (d - c)
    low, high = np.where(first, a, c), np.where(first, b, d)
    i, j = np.searchsorted(stops, low, side="right"), np.searchsorted(stops, high, side="left")
    at_stop = stops[np.clip((i + j) // 2, 0, len(stops) - 1)]
    cut = np.where(j > i, at_stop, np.floor((low + high) / 2))
    one = np.stack([a, np.where(first, cut, b), c, np.where(first, d, cut)], axis=1)
    other = np.stack([np.where(first, cut, a), b, np.where(first, c, cut), d], axis=1)
    both = np.concatenate([one, other])
    some = both[:, 0] < both[:, 3]
    return both[some], np.tile(np.arange(len(boxes)), 2)[some]


def _refined(edges: Array, interval: tuple[float, float], reserve: tuple[int, int]) -> Box | None:
    """Both ends of the interval moved in ever smaller steps to where the rectangle is largest, on the grid of 1 nm."""
    low, high = np.rint(interval[0]), np.rint(interval[1])
    step = max(np.floor((high - low) / 64), 1.0)
    moves = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)], float)
    for _ in range(REFINED):
        lows, highs = low + step * moves[:, 0], high + step * moves[:, 1]
        begin, end = _free(edges, lows, np.maximum(highs, lows + 1))
        value = _worth(lows, highs, end - begin, reserve)
        k = int(np.argmax(value))
        if value[k] > value[4]:
            low, high = lows[k], highs[k]
        elif step <= 1:
            break
        else:
            step = max(np.floor(step / 2), 1.0)
    begin, end = _free(edges, np.array([low]), np.array([high]))
    box = (int(low), int(begin[0]), int(high), int(end[0]))
    return box if box[2] > box[0] and box[3] > box[1] else None
