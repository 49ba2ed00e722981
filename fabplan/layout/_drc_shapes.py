"""Rule checks that look at shapes instead of distances: common area, size, grid, corners, density."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.edges import flat_vertices
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, Part, Region, bounds, count, polygon_area2
from fabplan.layout._box_pairs import all_meeting
from fabplan.layout._drc_merge import Merged

Line = tuple[float, float, float, float]
Floats = NDArray[np.float64]
SQUARE = NANOMETRE**2
LEAST = 0.5  # nm2: rounding of crossings of slanted edges leaves slivers
MOST_WINDOWS = 1_000_000


@dataclass(frozen=True)
class Place:
    """Lines that show a violation, each (x0, y0, x1, y1) [m], and what was measured."""

    lines: tuple[Line, ...]
    measured: float | None = None


def common(one: Merged, other: Merged) -> list[Place]:
    """Areas that two layers share."""
    if not len(one.drawn) or not len(other.drawn):
        return []
    mine, its = one.drawn, other.drawn
    first, second = all_meeting(mine.boxes, its.boxes)
    deep = (np.minimum(mine.boxes[first, 2:], its.boxes[second, 2:])
            > np.maximum(mine.boxes[first, :2], its.boxes[second, :2])).all(axis=1)  # fmt: skip
    shared = shapely.intersection(mine.shapes[first[deep]], its.shapes[second[deep]])
    return [*_boxed(_united(shared[shapely.area(shared) > 0]))]


def outside(one: Merged, other: Merged) -> list[Place]:
    """Areas of a layer that lie outside another one."""
    if not len(one.drawn):
        return []
    if not len(other.drawn):
        return [*_boxed(one.shapes)]
    cover = shapely.multipolygons(other.shapes)  # merged: they share no more than corners
    shapely.prepare(cover)
    bare = one.drawn.shapes[~shapely.covers(cover, one.drawn.shapes)]
    return [*_boxed(_united(shapely.difference(bare, cover)))]


def _united(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.get_parts(shapely.union_all(shapes)), object)


def _boxed(shapes: NDArray[np.object_]) -> Iterator[Place]:
    """Places of shapes with area, shown by their bounds, in the order of their place."""
    sizes = shapely.area(shapes)
    solid = shapes[sizes > LEAST]
    for box, size in sorted(zip(shapely.bounds(solid).tolist(), sizes[sizes > LEAST].tolist(), strict=True)):
        yield Place(_frame(box), size * SQUARE)


def _frame(box: list[float]) -> tuple[Line, ...]:
    x0, y0, x1, y1 = (value * NANOMETRE for value in box)
    return (x0, y0, x1, y0), (x1, y0, x1, y1), (x1, y1, x0, y1), (x0, y1, x0, y0)


def small(layer: Merged, least: float, holes: bool) -> list[Place]:
    """Merged polygons, or holes in them, of less area than ``least`` [m²]."""
    if not len(layer.shapes):
        return []
    if holes:
        rings = [ring for shape in layer.shapes for ring in shape.interiors]
        shapes = np.array([shapely.Polygon(ring) for ring in rings], object) if rings else np.empty(0, object)
    else:
        shapes = layer.shapes
    sizes = shapely.area(shapes)
    few = shapes[sizes < least / SQUARE - LEAST / 2]
    return [*_boxed(few)]


def holes(layer: Merged) -> Region:
    """Holes of merged polygons, on whole nanometres."""
    rings = [np.rint(shapely.get_coordinates(ring)[:-1]).astype(np.int64) for s in layer.shapes for ring in s.interiors]
    outlines = (tuple((int(x), int(y)) for x, y in ring) for ring in rings)
    return Region(tuple(Part(ring if polygon_area2(ring) > 0 else ring[::-1]) for ring in outlines))


def off_grid(region: Region, grid: float) -> list[Place]:
    """Vertices that are no multiples of a grid [m], those of all copies."""
    step = round(grid / NANOMETRE)
    found: set[tuple[int, int]] = set()
    for part in region.parts:
        lattice = part.lattice
        steps_off = (lattice.columns > 1 and lattice.step_x % step) or (lattice.rows > 1 and lattice.step_y % step)
        vertices_off = any(x % step or y % step for x, y in part.polygon)
        if step > 1 and (steps_off or vertices_off):
            points = flat_vertices(part).reshape(-1, 2)
            found.update(map(tuple, points[(points % step != 0).any(axis=1)].tolist()))
    return [_dot(float(x), float(y)) for x, y in sorted(found)]


def _dot(x: float, y: float, measured: float | None = None) -> Place:
    line = (x * NANOMETRE, y * NANOMETRE, x * NANOMETRE, y * NANOMETRE)
    return Place((line,), measured)


def sharp(layer: Merged, least: float) -> list[Place]:
    """Corners of merged polygons with an inside angle below ``least`` [degrees]."""
    if not len(layer.shapes):
        return []
    rings = shapely.get_rings(shapely.orient_polygons(layer.shapes))
    found = []
    for ring in rings:
        points = shapely.get_coordinates(ring)[:-1]
        angles = inside_angles(points)
        for corner in np.flatnonzero(angles < least - 1e-9):
            found.append(_dot(float(points[corner, 0]), float(points[corner, 1]), float(angles[corner])))
    return sorted(found, key=lambda place: place.lines)


def inside_angles(points: Floats) -> Floats:
    """Angle on the left side at every corner of a ring [degrees]; the last point does not repeat the first."""
    ahead, behind = np.roll(points, -1, axis=0) - points, np.roll(points, 1, axis=0) - points
    turn = np.arctan2(ahead[:, 0] * behind[:, 1] - ahead[:, 1] * behind[:, 0], (ahead * behind).sum(axis=1))
    angles: Floats = np.degrees(np.where(turn < 0, turn + 2 * math.pi, turn))
    return angles


def sparse(region: Region, least: float, most: float, window: float) -> list[Place]:
    """Windows, side by side over the bounds of a region, whose covered share is outside the limits.

    Polygons that overlap count twice. The last windows of a row reach past the bounds, what is beyond counts as bare.
    """
    if not region:
        return []
    x0, y0, x1, y1 = bounds(region)
    edge = max(round(window / NANOMETRE), 1)
    across, up = -(-(x1 - x0) // edge), -(-(y1 - y0) // edge)
    across, up = across if across * up <= MOST_WINDOWS else 1, up if across * up <= MOST_WINDOWS else 1
    covered = np.zeros((across, up))
    for part in region.parts:
        covered += _covered(part, x0, y0, edge, across, up)
    share = covered / float(edge) ** 2
    rows = np.argwhere((share < least - 1e-12) | (share > most + 1e-12))
    return [
        Place(
            _frame([x0 + i * edge, y0 + j * edge, x0 + (i + 1) * edge, y0 + (j + 1) * edge]), float(share[i, j])
        )
        for i, j in rows.tolist()
    ]  # fmt: skip


def _covered(part: Part, x0: int, y0: int, edge: int, across: int, up: int) -> Floats:
    """Area of a part in every window [nm²]; rectangles by their sides, arrays of them without unfolding."""
    xs, ys = np.unique([x for x, _ in part.polygon]), np.unique([y for _, y in part.polygon])
    lattice = part.lattice
    if len(part.polygon) == 4 and len(xs) == 2 and len(ys) == 2:
        along = _shares(xs[0] - x0, xs[1] - x0, lattice.columns, lattice.step_x, edge, across)
        upward = _shares(ys[0] - y0, ys[1] - y0, lattice.rows, lattice.step_y, edge, up)
        return np.outer(along, upward)
    covered = np.zeros((across, up))
    copies = flat_vertices(part) if count(Region((part,))) <= FLAT_CAP else flat_vertices(Part(part.polygon))
    for ring in copies:
        shape = shapely.make_valid(shapely.Polygon(ring))
        low, high = (ring.min(axis=0) - [x0, y0]) // edge, (ring.max(axis=0) - [x0, y0]) // edge
        for i in range(int(low[0]), min(int(high[0]), across - 1) + 1):
            for j in range(int(low[1]), min(int(high[1]), up - 1) + 1):
                box = (x0 + i * edge, y0 + j * edge, x0 + (i + 1) * edge, y0 + (j + 1) * edge)
                covered[i, j] += shapely.clip_by_rect(shape, *box).area
    return covered


def _shares(low: int, high: int, copies: int, step: int, edge: int, windows: int) -> Floats:
    """Length that an interval and its copies have in every window."""
    starts = low + step * np.arange(copies)
    ends = starts + (high - low)
    found = np.zeros(windows)
    first, last = starts // edge, np.minimum((ends - 1) // edge, windows - 1)
    for ahead in range(int((last - first).max(initial=0)) + 1):
        window = first + ahead
        live = window <= last
        length = np.minimum(ends[live], (window[live] + 1) * edge) - np.maximum(starts[live], window[live] * edge)
        np.add.at(found, window[live], length.astype(np.float64))
    return found
