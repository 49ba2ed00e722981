"""Outlines that people give: polygons checked, circles as polygons, what is left beside keep-outs [nm]."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from fabplan.geometry.region import Part, Point, Region, polygon_area2, polygons, translated
from fabplan.geometry.shapes import from_shapely, to_shapely

SAGITTA = 500.0  # [nm]: how far a drawn circle's flats lie from the circle at most
FEWEST, MOST = 64, 1024  # corners of a drawn circle
ON_EDGE = 1000.0  # [nm]: a point this near to the outline lies on it


def circle(x: int, y: int, diameter: int, covering: bool = False) -> Region:
    """Circle as a polygon with a multiple of four corners.

    Parameters
    ----------
    x, y, diameter : [nm]
    covering : whether the polygon lies around the circle (for what must be kept free) instead of inside it
    """
    radius = diameter / 2
    wanted = math.pi / math.acos(max(1 - SAGITTA / radius, 0.0)) if radius > SAGITTA else FEWEST
    corners = int(np.clip(4 * math.ceil(wanted / 4), FEWEST, MOST))
    reach = (math.ceil if covering else math.floor)(radius / math.cos(math.pi / corners) if covering else radius)
    angles = 2 * np.pi * np.arange(corners) / corners
    points = np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], axis=1)
    return from_shapely(shapely.Polygon(np.rint(points)))


def fault(points: Sequence[Point]) -> str:
    """What is wrong with a polygon [nm], in words; empty when nothing is."""
    if len(set(points)) < 3:
        return "fewer than three different corners"
    if not shapely.LinearRing(points).is_simple:
        return "edges cross or touch each other"
    return "" if polygon_area2(points) else "no area"


def polygon(points: Sequence[Point]) -> Region:
    """Region of a polygon without fault."""
    return from_shapely(shapely.Polygon(points))


def moved(point: Point, by: Point) -> Point:
    """Point moved by a vector."""
    return point[0] + by[0], point[1] + by[1]


def turned(point: Point, quarters: int) -> Point:
    """Point turned about the origin by quarters of a full turn, counter-clockwise."""
    x, y = point
    for _ in range(quarters % 4):
        x, y = -y, x
    return x, y


def turned_region(region: Region, quarters: int) -> Region:
    """Region turned about the origin by quarters of a full turn; lattices are made flat."""
    if quarters % 4 == 0:
        return region
    return Region(tuple(Part(tuple(turned(point, quarters) for point in ring)) for ring in polygons(region)))


def kept_free(outline: Region, keep_outs: Region, clearance: int = 0) -> Region:
    """The outline less the keep-outs and ``clearance`` [nm] around them."""
    if not keep_outs:
        return outline
    taken = to_shapely(keep_outs)
    if clearance:
        taken = taken.buffer(clearance, join_style="mitre", mitre_limit=2.0)
    return from_shapely(shapely.difference(to_shapely(outline), taken))


def largest_piece(region: Region) -> Region:
    """The piece of a region that has most area, of what is joined along edges; empty when the region is."""
    found = [g for g in shapely.get_parts(to_shapely(region)) if not g.is_empty]
    return from_shapely(max(found, key=lambda g: g.area)) if found else Region()


def holds(region: Region, point: Point) -> bool:
    """Whether a point lies in a region or, to a micrometre, on its edge."""
    return bool(to_shapely(region).distance(shapely.Point(point)) <= ON_EDGE)


def on_edge(region: Region, point: Point) -> bool:
    """Whether a point lies on the edge of a region, to a micrometre."""
    return bool(to_shapely(region).boundary.distance(shapely.Point(point)) <= ON_EDGE)


def square_places(region: Region, side: int) -> Region:
    """Where the centre of an axis-parallel square may lie so that the square lies in the region.

    What lies outside grows by the square: the convex hull of both squares at the ends of every edge.
    """
    shape = to_shapely(region)
    half = math.ceil(side / 2)
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, owner = shapely.get_coordinates(rings, return_index=True)
    same = owner[:-1] == owner[1:]
    ends = np.concatenate([points[:-1][same], points[1:][same]], axis=1).reshape(-1, 2, 2)
    square = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    swept = (ends[:, :, None, :] + square[None, None]).reshape(len(ends), 8, 2)
    taken = shapely.union_all(shapely.convex_hull(shapely.multipoints(swept)))
    return from_shapely(shapely.difference(shape, taken))


def nearest_point(region: Region, point: Point) -> Point | None:
    """The point of a region that is nearest to a given one, on the grid; None when the region is empty."""
    if not region:
        return None
    there = shapely.shortest_line(to_shapely(region), shapely.Point(point))
    x, y = shapely.get_coordinates(there)[0]
    return round(float(x)), round(float(y))


def at_origin(region: Region, corner: Point) -> Region:
    """Region moved so that ``corner`` comes to the origin."""
    return translated(region, -corner[0], -corner[1])


def lowest_point(region: Region, sign: int = 1) -> Point:
    """The lowest corner of a region (the highest with ``sign`` -1), of several the one nearest to its middle."""
    x0, _, x1, _ = shapely.bounds(to_shapely(region))
    points = [point for part in region.parts for point in part.polygon]
    return min(points, key=lambda p: (sign * p[1], abs(2 * p[0] - x0 - x1), p[0]))


def piece_around(region: Region, inner: Region) -> Region:
    """The piece of a region that holds most of another region that lies in it."""
    core = to_shapely(inner)
    found = [g for g in shapely.get_parts(to_shapely(region)) if not g.is_empty]
    return from_shapely(max(found, key=lambda g: g.intersection(core).area)) if found else Region()
