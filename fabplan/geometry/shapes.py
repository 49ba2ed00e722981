"""Regions as shapely geometry and back: union, difference, offset, distance, connectivity.

Coordinates are whole nanometres on both sides. What shapely computes is snapped to the nearest
grid point of 1 nm (`shapely.set_precision`), so that slanted edges move by at most 1 nm and
Manhattan ones not at all. Results hold flat polygons: lattices are lost here, nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from fabplan.geometry.edges import KEPT, check_flat_size, facing_length, flat_vertices, minimum_width
from fabplan.geometry.region import Part, Point, Region, count, polygon_area2

__all__ = [
    "buffered",
    "contains",
    "difference",
    "distance",
    "facing_length",
    "from_shapely",
    "geometries",
    "intersection",
    "minimum_width",
    "outline_distance",
    "pieces",
    "to_shapely",
    "union",
]

GRID = 1.0
MITRE_LIMIT = 5.0
FIRST_LOT = 16
Geometries = NDArray[Any]


def geometries(region: Region) -> Geometries:
    """All polygons of a region, shape (N,), one shapely polygon each, not merged.

    Raises
    ------
    BadInput : more polygons than `fabplan.geometry.region.FLAT_CAP`
    """
    check_flat_size(region)
    found: list[Geometries] = [np.empty(0, dtype=object)] * len(region.parts)
    alone: dict[int, list[int]] = {}
    for number, part in enumerate(region.parts):
        if part.lattice.columns == part.lattice.rows == 1:
            alone.setdefault(len(part.polygon), []).append(number)
        else:
            found[number] = shapely.polygons(flat_vertices(part).astype(float))
    for numbers in alone.values():  # polygons of as many corners are made in one go, and stay in their order
        made = shapely.polygons(np.array([region.parts[number].polygon for number in numbers], dtype=float))
        for place, number in enumerate(numbers):
            found[number] = made[place : place + 1]
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def to_shapely(region: Region) -> BaseGeometry:
    """Union of a region's polygons [nm]: polygon, multipolygon or an empty polygon."""
    return _kept(region) if count(region) <= KEPT else _merged(geometries(region))


@lru_cache(maxsize=32)
def _kept(region: Region) -> BaseGeometry:
    """`to_shapely` of a region of not too many polygons: many measures ask for the same one."""
    return _merged(geometries(region))


def _merged(found: Geometries) -> BaseGeometry:
    merged: BaseGeometry = shapely.union_all(found)
    return merged if not merged.is_empty else shapely.Polygon()


def from_shapely(geometry: BaseGeometry) -> Region:
    """Region of hole-free, counter-clockwise polygons that cover a geometry.

    Coordinates are rounded to whole nanometres. Polygons with holes are cut through the holes, so
    that the parts touch along the cuts. Points and lines are dropped; parts are in a fixed order.
    """
    snapped = shapely.set_precision(geometry, GRID)
    whole = _flat_polygons(snapped)
    rings = [ring for polygon in whole for piece in _without_holes(polygon) if (ring := _ring(piece))]
    return Region(tuple(Part(ring) for ring in sorted(rings)))


def _flat_polygons(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Polygons of a geometry, also from within collections; points and lines are dropped."""
    if geometry.geom_type == "GeometryCollection":
        return [polygon for part in shapely.get_parts(geometry) for polygon in _flat_polygons(part)]
    return [g for g in shapely.get_parts(geometry) if g.geom_type == "Polygon" and not g.is_empty]


def _without_holes(polygon: BaseGeometry) -> list[BaseGeometry]:
    """Polygons without holes that make up a polygon; holes of 1 nm by 1 nm are filled."""
    waiting, done = [polygon], []
    while waiting:
        piece = waiting.pop()
        holes = np.array([ring.bounds for ring in piece.interiors]).reshape(-1, 4)
        holes = holes[np.maximum(holes[:, 2] - holes[:, 0], holes[:, 3] - holes[:, 1]) >= 2]
        if len(holes):
            waiting.extend(_cut(piece, holes))
        else:
            done.append(shapely.Polygon(piece.exterior))
    return done


def _cut(polygon: BaseGeometry, holes: NDArray[np.float64]) -> list[BaseGeometry]:
    """Pieces left and right of (or below and above) a line through the middle one of the holes.

    The line runs across the direction in which the holes spread, so that 10^4 holes need about
    log2(10^4) rounds; it lies strictly inside the hole, so that every cut opens one.
    """
    centres = holes[:, :2] + holes[:, 2:]
    axis = int(np.argmax(np.ptp(centres, axis=0)))
    low, _, high, _ = np.roll(holes[np.argsort(centres[:, axis], kind="stable")[len(holes) // 2]], -axis)
    if high - low < 2:
        axis = 1 - axis
        low, _, high, _ = np.roll(holes[np.argsort(centres[:, 1 - axis], kind="stable")[len(holes) // 2]], -axis)
    at = math.floor((low + high) / 2)
    x0, y0, x1, y1 = polygon.bounds
    halves = [(x0, y0, at, y1), (at, y0, x1, y1)] if axis == 0 else [(x0, y0, x1, at), (x0, at, x1, y1)]
    return [g for half in halves for g in _flat_polygons(shapely.set_precision(_clipped(polygon, half), GRID))]


def _clipped(polygon: BaseGeometry, box: tuple[float, float, float, float]) -> BaseGeometry:
    """Part of a polygon in a box; the fast way, unless it breaks the polygon."""
    clipped: BaseGeometry = shapely.clip_by_rect(polygon, *box)
    return clipped if shapely.is_valid(clipped) else shapely.intersection(polygon, shapely.box(*box))


def _ring(polygon: BaseGeometry) -> tuple[Point, ...]:
    """Outline in whole nanometres without straight-through points, starting at its lowest point."""
    coordinates = np.rint(shapely.get_coordinates(polygon)[:-1]).astype(np.int64)
    before, after = np.roll(coordinates, 1, axis=0), np.roll(coordinates, -1, axis=0)
    first, second = coordinates - before, after - coordinates
    turns = first[:, 0] * second[:, 1] != first[:, 1] * second[:, 0]
    points: list[Point] = [(int(x), int(y)) for x, y in coordinates[turns]]
    if len(points) < 3:
        return ()
    if polygon_area2(points) < 0:
        points.reverse()
    start = points.index(min(points))
    return tuple(points[start:] + points[:start])


def union(regions: Sequence[Region]) -> Region:
    """Everything that lies in one of the regions; they may overlap."""
    found = [geometries(region) for region in regions]
    return from_shapely(_merged(np.concatenate(found))) if found else Region()


def difference(a: Region, b: Region) -> Region:
    """What lies in ``a`` and not in ``b``."""
    return from_shapely(shapely.difference(to_shapely(a), to_shapely(b)))


def intersection(a: Region, b: Region) -> Region:
    """What lies in both regions."""
    return from_shapely(shapely.intersection(to_shapely(a), to_shapely(b)))


def buffered(region: Region, distance: float) -> Region:
    """Region with every edge moved outwards by ``distance`` [nm] (inwards when negative), mitred corners."""
    grown = shapely.buffer(to_shapely(region), distance, join_style="mitre", mitre_limit=MITRE_LIMIT)
    return from_shapely(grown)


def contains(outer: Region, inner: Region) -> bool:
    """Whether all of ``inner`` lies in ``outer``; shared edges are allowed, an empty region lies in all."""
    hull = to_shapely(outer)
    shapely.prepare(hull)
    return bool(np.all(shapely.covers(hull, geometries(inner))))


def distance(a: Region, b: Region) -> float:
    """Smallest distance [nm] between two regions: 0 where they touch or overlap, infinite when one is empty.

    Rounded to 1e-6 nm, which takes the noise off; 10^5 polygons a side take about a second. The first
    polygons look for their nearest neighbour; the rest, in growing lots, only within the best
    distance so far.
    """
    if not a or not b:
        return math.inf
    return _nearest(geometries(a), geometries(b))


def _nearest(one: Geometries, other: Geometries) -> float:
    """Smallest distance between two sets of geometries."""
    few, many = sorted((one, other), key=len)
    few = few[np.random.default_rng(0).permutation(len(few))]  # fixed seed: a fair sample, the same each time
    tree, done = shapely.STRtree(many), FIRST_LOT
    best = float(np.min(tree.query_nearest(few[:done], return_distance=True, all_matches=False)[1]))
    while done < len(few) and best > 0:
        lot = few[done : 4 * done]
        done *= 4
        best = min(best, _closest(lot, tree, best))
    return round(best, 6)


def _closest(lot: Geometries, tree: shapely.STRtree, reach: float) -> float:
    """Smallest distance between polygons of a lot and of a tree, as far as it is below ``reach``."""
    one, other = tree.query(shapely.box(*(shapely.bounds(lot) + np.array([-reach, -reach, reach, reach])).T))
    apart = shapely.distance(lot[one], tree.geometries[other])
    return float(np.min(apart, initial=reach))


def outline_distance(a: Region, b: Region) -> float:
    """`distance` of two regions of one piece each, of many corners: between the edges of their outlines."""
    one, other = to_shapely(a), to_shapely(b)
    shapely.prepare(one)
    return 0.0 if shapely.intersects(one, other) else _nearest(_edges_of(one), _edges_of(other))


def _edges_of(shape: BaseGeometry) -> Geometries:
    """Every edge of an outline as a line."""
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    same = ring[:-1] == ring[1:]
    return np.asarray(shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1)))


def pieces(region: Region) -> int:
    """Number of electrically connected pieces.

    Polygons that share an edge of some length, or overlap, are connected; a common corner does not
    connect.
    """
    found = geometries(region)
    if not len(found):
        return 0
    one, other = shapely.STRtree(found).query(found, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    joined = _share_an_edge(found, one, other)
    links = coo_array((np.ones(int(joined.sum())), (one[joined], other[joined])), shape=(len(found), len(found)))
    found_pieces, _ = connected_components(links, directed=False)
    return int(found_pieces)


def _share_an_edge(found: Geometries, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether polygons that meet do so along some length; boxes by their sides, the rest by shapely."""
    bounds = shapely.bounds(found)
    filled = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1]) == shapely.area(found)
    width = np.minimum(bounds[one, 2], bounds[other, 2]) - np.maximum(bounds[one, 0], bounds[other, 0])
    height = np.minimum(bounds[one, 3], bounds[other, 3]) - np.maximum(bounds[one, 1], bounds[other, 1])
    joined = np.maximum(width, height) > 0
    rest = ~(filled[one] & filled[other])
    joined[rest] = shapely.length(shapely.intersection(found[one[rest]], found[other[rest]])) > 0
    return np.asarray(joined, dtype=np.bool_)
