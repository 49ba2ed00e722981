"""Which polygons are one electrical piece, and how near two sets of polygons come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fabplan.geometry.region import NANOMETRE
from fabplan.layout._box_pairs import all_meeting
from fabplan.layout.flat import Flat

Pairs = NDArray[np.int64]
Place = tuple[float, float]
SAMPLE = 64
OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Nearness:
    """How near two sets of polygons come.

    Parameters
    ----------
    distance : [m]; 0 when they touch
    place : point of the first set that is nearest to the second (x, y) [m]
    """

    distance: float
    place: Place


def touching(one: Flat, other: Flat) -> Pairs:
    """Pairs (row of one, row of other) that share area or a piece of an edge, shape (K, 2).

    A common corner is no connection: no current flows through a point.
    """
    if not len(one) or not len(other):
        return np.empty((0, 2), np.int64)
    first, second = all_meeting(one.boxes, other.boxes)
    if one is other:
        first, second = first[first < second], second[first < second]
    low = np.maximum(one.boxes[first, :2], other.boxes[second, :2])
    high = np.minimum(one.boxes[first, 2:], other.boxes[second, 2:])
    linked = (high - low).max(axis=1, initial=-np.inf) > 0
    bent = np.flatnonzero(linked & ~(one.is_box[first] & other.is_box[second]))
    bent_met = shapely.intersects(one.shapes[first[bent]], other.shapes[second[bent]])
    linked[bent[~bent_met]], bent = False, bent[bent_met]
    common = shapely.intersection(one.shapes[first[bent]], other.shapes[second[bent]])
    linked[bent] = (shapely.area(common) > 0) | (shapely.length(common) > 0)
    pairs: Pairs = np.stack([first[linked], second[linked]], axis=1)
    return pairs


def pieces(flats: Sequence[Flat], contact: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Number of the electrical piece of every polygon of several sets, in their order, shape (N,).

    Parameters
    ----------
    flats : one set of polygons per body or layer
    contact : whether sets i and j touch where they overlap in plan, shape (B, B); None: all do
    """
    starts = np.concatenate([[0], np.cumsum([len(f) for f in flats])]).astype(np.int64)
    links = [np.empty((0, 2), np.int64)]
    for i, one in enumerate(flats):
        for j, other in enumerate(flats[i:], start=i):
            if contact is None or contact[i, j]:
                links.append(touching(one, other) + np.array([starts[i], starts[j]]))
    first, second = np.concatenate(links).T
    size = int(starts[-1])
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(size, size))
    labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def nearness(one: Flat, other: Flat) -> Nearness | None:
    """Smallest distance between two sets of polygons; None when one is empty."""
    if not len(one) or not len(other):
        return None
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    tree = shapely.STRtree(many.shapes)
    sample = few.shapes[:: max(1, len(few) // SAMPLE)]
    bound = float(tree.query_nearest(sample, return_distance=True, all_matches=False)[1].min())
    # nothing is farther than what the sample found, so only neighbours within that reach are measured
    # and one nanometre more, since the tree's distance may be rounded down
    first, second = all_meeting(few.boxes + (bound + 1.0) * OUTWARD, many.boxes)
    distances = _distances(few, many, first, second)
    k = int(np.argmin(distances))
    near, far = few.shapes[first[k]], many.shapes[second[k]]
    mine, its = (near, far) if few is one else (far, near)
    return Nearness(float(distances[k]) * NANOMETRE, _place(mine, its))


def _distances(one: Flat, other: Flat, first: Pairs, second: Pairs) -> NDArray[np.float64]:
    """Distance of each pair of rows [nm]; boxes by their sides, all else by shapely."""
    low = np.maximum(one.boxes[first, :2], other.boxes[second, :2])
    high = np.minimum(one.boxes[first, 2:], other.boxes[second, 2:])
    between = np.maximum(low - high, 0.0)
    distances: NDArray[np.float64] = np.hypot(between[:, 0], between[:, 1])
    bent = np.flatnonzero(~(one.is_box[first] & other.is_box[second]))
    distances[bent] = shapely.distance(one.shapes[first[bent]], other.shapes[second[bent]])
    return distances


def overlap(one: Flat, other: Flat) -> Place | None:
    """A point where two sets share area (x, y) [m]; None when they do not."""
    first, second = touching(one, other).T
    low = np.maximum(one.boxes[first, :2], other.boxes[second, :2])
    high = np.minimum(one.boxes[first, 2:], other.boxes[second, 2:])
    deep = np.flatnonzero((high - low).min(axis=1, initial=np.inf) > 0)
    sure = one.is_box[first[deep]] & other.is_box[second[deep]]
    bent = deep[~sure]
    areas = shapely.area(shapely.intersection(one.shapes[first[bent]], other.shapes[second[bent]]))
    common = np.sort(np.concatenate([deep[sure], bent[areas > 0]]))
    return _place(one.shapes[first[common[0]]], other.shapes[second[common[0]]]) if len(common) else None


def _place(one: shapely.Geometry, other: shapely.Geometry) -> Place:
    common = shapely.intersection(one, other)
    point = shapely.point_on_surface(common) if not common.is_empty else shapely.shortest_line(one, other).centroid
    return point.x * NANOMETRE, point.y * NANOMETRE
