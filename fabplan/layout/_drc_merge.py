"""Polygons of a layer merged: what touches or overlaps is one polygon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fabplan.geometry.region import Part, Region, polygon_area2
from fabplan.layout._box_pairs import all_meeting
from fabplan.layout.flat import Flat, flat
from fabplan.layout.nets import touching
from fabplan.layout.widths import is_manhattan

POLYGON = 3  # type of a geometry


@dataclass(frozen=True)
class Merged:
    """A layer whose polygons may touch or overlap, merged when somebody asks for it.

    Parameters
    ----------
    region : as drawn; outlines that cross themselves are filled even-odd
    """

    region: Region

    @cached_property
    def drawn(self) -> Flat:
        """Its polygons one by one.

        Raises
        ------
        BadInput : too many
        """
        found = flat([self.region])
        crossed = np.flatnonzero(~found.is_box)
        crossed = crossed[~shapely.is_valid(found.shapes[crossed])]
        if not len(crossed):
            return found
        shapes = found.shapes.copy()
        shapes[crossed] = shapely.make_valid(shapes[crossed])
        return replace(found, shapes=shapes)

    @cached_property
    def is_plain(self) -> bool:
        """Whether all edges are level or upright and no two polygons share area: edges can be had without merging."""
        bent = self.drawn.shapes[~self.drawn.is_box]
        level = not len(bent) or (is_manhattan(self.region) and bool(shapely.is_valid(bent).all()))
        return level and not self.overlaps

    @cached_property
    def overlaps(self) -> bool:
        """Whether two of its polygons share area."""
        first, second = touching(self.drawn, self.drawn).T
        low = np.maximum(self.drawn.boxes[first, :2], self.drawn.boxes[second, :2])
        high = np.minimum(self.drawn.boxes[first, 2:], self.drawn.boxes[second, 2:])
        deep = (high - low).min(axis=1, initial=np.inf) > 0
        first, second = first[deep], second[deep]
        if bool((self.drawn.is_box[first] & self.drawn.is_box[second]).any()):
            return True
        shared = shapely.intersection(self.drawn.shapes[first], self.drawn.shapes[second])
        return bool((shapely.area(shared) > 0).any())

    @cached_property
    def drawn_group(self) -> NDArray[np.int64]:
        """Number of the group of drawn polygons that each belongs to: those that share a point are one, shape (N,)."""
        first, second = all_meeting(self.drawn.boxes, self.drawn.boxes)
        bent = np.flatnonzero(~(self.drawn.is_box[first] & self.drawn.is_box[second]))
        met = np.ones(len(first), np.bool_)
        met[bent] = shapely.intersects(self.drawn.shapes[first[bent]], self.drawn.shapes[second[bent]])
        return _labels(first[met], second[met], len(self.drawn))

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """Merged polygons [nm], shape (N,), in the order of their places; no two share more than corners."""
        if not len(self.drawn):
            return np.empty(0, object)
        whole = shapely.get_parts(united(self.drawn.shapes))
        solid = whole[shapely.get_type_id(whole) == POLYGON]
        boxes = shapely.bounds(solid).reshape(-1, 4)
        return np.asarray(solid[np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 1], boxes[:, 0]))])

    @cached_property
    def group(self) -> NDArray[np.int64]:
        """Number of the group that each merged polygon belongs to: those whose corners kiss are one, shape (N,)."""
        return groups(self.shapes)


def united(shapes: NDArray[Any]) -> NDArray[Any]:
    """Union of every group of shapes that hang together, one a group.

    A union of all at once nodes what never meets again and again; most of a layout stands alone or in small groups.
    """
    label = groups(shapes)
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(label[order]) > 0))
    sizes = np.diff(np.append(starts, len(order)))
    alone, pairs = starts[sizes == 1], starts[sizes == 2]
    found = [shapes[order[alone]], shapely.union(shapes[order[pairs]], shapes[order[pairs + 1]])]
    many = zip(starts[sizes > 2].tolist(), sizes[sizes > 2].tolist(), strict=True)
    more = [shapely.union_all(shapes[order[start : start + size]]) for start, size in many]
    return np.concatenate([*found, np.array(more, object)])


def groups(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Number of the group of every shape; shapes that touch, be it at a corner, are one group."""
    size = len(shapes)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects") if size else ([], [])
    return _labels(first, second, size)


def _labels(first: Any, second: Any, size: int) -> NDArray[np.int64]:
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(size, size))
    labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def merged_region(region: Region) -> Region:
    """The same area as polygons that do not overlap; holes are cut open across their middle.

    Crossings of slanted edges are rounded to whole nanometres.
    """
    parts = []
    for shape in Merged(region).shapes:
        for piece in _without_holes(shape):
            ring = np.rint(shapely.get_coordinates(shapely.orient_polygons(piece).exterior)[:-1]).astype(np.int64)
            points = tuple(dict.fromkeys((int(x), int(y)) for x, y in ring))
            if len(points) > 2 and polygon_area2(points) > 0:
                parts.append(Part(points))
    return Region(tuple(parts))


def _without_holes(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """A polygon cut along level lines through its holes until none is left."""
    waiting, done = [shape], []
    while waiting:
        piece = waiting.pop()
        if not piece.interiors:
            done.append(piece)
            continue
        x0, y0, x1, y1 = piece.bounds
        _, low_end, _, high_end = piece.interiors[0].bounds
        height = (low_end + high_end) / 2  # never an end of the piece, which nothing could be cut at
        halves = [shapely.clip_by_rect(piece, x0, low, x1, high) for low, high in ((y0, height), (height, y1))]
        waiting += [part for half in halves for part in shapely.get_parts(half) if part.area > 0]
    return done
