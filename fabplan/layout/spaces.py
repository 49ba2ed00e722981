"""Spaces between shapes of one plate: the narrowest that is too narrow for the process."""

from __future__ import annotations

import numpy as np
import shapely

from fabplan.geometry.region import NANOMETRE
from fabplan.layout.flat import Flat
from fabplan.layout.nets import OUTWARD, Nearness


def narrowest_space(shapes: Flat, space: float) -> Nearness | None:
    """Narrowest space below ``space`` [m] between shapes that do not touch, or inside one; None when all keep it.

    A space that other shapes fill is none: the line across it is covered by them.
    """
    reach = space / NANOMETRE
    tree = shapely.STRtree(shapes.shapes)
    first, second = tree.query(shapely.box(*(shapes.boxes + reach * OUTWARD).T))
    low = np.maximum(shapes.boxes[first, :2], shapes.boxes[second, :2])
    high = np.minimum(shapes.boxes[first, 2:], shapes.boxes[second, 2:])
    between = np.hypot(*np.maximum(low - high, 0.0).T)
    boxed = shapes.is_box[first] & shapes.is_box[second]
    maybe = (first < second) & (between < reach - 0.5) & (~boxed | (between > 0))
    pairs = np.stack([first[maybe], second[maybe]], axis=1)
    distances = shapely.distance(shapes.shapes[pairs[:, 0]], shapes.shapes[pairs[:, 1]])
    near = (distances > 0) & (distances < reach - 0.5)
    for k in np.argsort(distances[near], kind="stable"):
        i, j = pairs[near][k]
        across = shapely.shortest_line(shapes.shapes[i], shapes.shapes[j])
        if not shapely.union_all(shapes.shapes[tree.query(across, predicate="intersects")]).covers(across):
            middle = across.centroid
            return Nearness(float(distances[near][k]) * NANOMETRE, (middle.x * NANOMETRE, middle.y * NANOMETRE))
    return _notch(shapes, reach)


def _notch(shapes: Flat, reach: float) -> Nearness | None:
    """A space inside a single polygon that closes when its edges move out by half of ``reach``."""
    bent = shapes.shapes[~shapes.is_box]
    half = reach / 2 - 0.5
    closed = shapely.buffer(shapely.buffer(bent, half, join_style="mitre"), -half, join_style="mitre")
    filled = shapely.difference(closed, shapely.buffer(bent, 1.0, join_style="mitre"))
    for k in np.flatnonzero(shapely.area(filled) > 0):
        pocket = shapely.get_parts(filled[k])[0]
        width = 2 * shapely.maximum_inscribed_circle(pocket, tolerance=1.0).length
        point = shapely.point_on_surface(pocket)
        return Nearness(min(float(width), reach) * NANOMETRE, (point.x * NANOMETRE, point.y * NANOMETRE))
    return None
