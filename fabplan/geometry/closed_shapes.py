"""Closed rings of a foreign drawing made into a region: what they fill, and where one crosses itself.

Nothing is mended in silence. A ring may touch itself (holes are often drawn as a slit to the rim); whether it
crosses itself is told from its winding numbers: around every true crossing they take three values in a row, so a
ring whose faces have winding 0 and +1 (or 0 and -1) only has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import Region
from fabplan.geometry.shapes import from_shapely

#: how the rings of a shape fill the plane: one ring that must not cross itself, a winding rule, or a rim and its holes
Rule = Literal["simple", "nonzero", "evenodd", "holes"]
Integers = NDArray[np.int64]
Geometries = NDArray[Any]
Show = Callable[[float, float], str]

MOST_CROSSINGS = 40_000  # of a ring with itself
MOST_MEETINGS = 1_000_000  # pairs of segments that meet, beyond those of neighbours in a ring
MOST_NEIGHBOURS = 5_000_000  # pairs of shapes whose bounding boxes meet
MOST_NESTED = 50_000  # pairs of shapes of which one lies in the other
MOST_TESTS = 200_000_000  # points times edges when winding numbers are found
PAIRS_AT_ONCE = 4_000_000
LEVELS = 64


@dataclass(frozen=True)
class Shape:
    """Rings of whole nanometres, each of shape (n, 2), the last point not repeated."""

    rings: tuple[Integers, ...]
    rule: Rule = "simple"


def region_of_shapes(
    shapes: Sequence[Shape], nested: bool, where: str, show: Show
) -> tuple[Region, tuple[str, ...]]:
    """Region that shapes fill together, and what had to be decided to get it, one sentence each.

    Parameters
    ----------
    shapes : at least one
    nested : whether a shape inside another one is a hole (and one inside that an island); else all are joined
    where : name of the file in messages
    show : how a point [nm] is written in messages

    Raises
    ------
    BadInput : a ring crosses itself, holes stick out, nothing has area, or the drawing is too tangled
    """
    notes: list[str] = []
    made = [_filled(shape, notes, where, show) for shape in shapes]
    solid = [geometry for geometry in made if geometry is not None and shapely.area(geometry) > 0]
    if not solid:
        raise BadInput(Problem("the drawing has no area", where, f"{len(shapes)} shapes of zero area"))
    if len(solid) < len(made):
        notes.append(f"{len(made) - len(solid)} shapes of zero area left out")
    found = _once(solid, notes)
    _check_overlaps(found, where)
    region = from_shapely(_nested(found, notes, where) if nested else _joined(found, notes))
    if not region:
        raise BadInput(Problem("the drawing has no area", where, "less than 1 nm wide"))
    return region, tuple(notes)


def _filled(shape: Shape, notes: list[str], where: str, show: Show) -> BaseGeometry | None:
    """What one shape fills; None when it has no area."""
    rings = [ring for ring in shape.rings if len(ring) >= 3]
    if not rings:
        return None
    if shape.rule == "holes":
        return _with_holes(rings, notes, where, show)
    if len(rings) == 1:
        polygon = shapely.Polygon(rings[0])
        if shapely.is_valid(polygon):
            return polygon
    elif (apart := _apart(rings)) is not None:
        return apart
    faces, winding = _wound(rings, where)
    crossing = len(rings) == 1 and _crosses(faces, winding)
    if crossing:
        at = _crossing(rings[0], faces[winding != 0], show)
        if shape.rule == "simple":
            allowed = "a line that does not cross itself"
            raise BadInput(Problem("the outline crosses itself", where, f"at {at}", allowed))
        notes.append(f"a path crosses itself at {at}: filled by its {shape.rule} rule")
    inside = winding % 2 == 1 if shape.rule == "evenodd" else winding != 0
    return shapely.union_all(faces[inside]) if inside.any() else None


def _apart(rings: list[Integers]) -> BaseGeometry | None:
    """All rings together when each is sound and their bounding boxes stay apart, which makes every rule the same."""
    polygons = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    if not shapely.is_valid(polygons).all():
        return None
    boxes = shapely.box(*shapely.bounds(polygons).T)
    tree, step = shapely.STRtree(boxes), 1000
    for start in range(0, len(boxes), step):
        lot = boxes[start : start + step]
        if len(tree.query(lot)[0]) > len(lot):
            return None
    together: BaseGeometry = shapely.multipolygons(polygons)
    return together


def _with_holes(rings: list[Integers], notes: list[str], where: str, show: Show) -> BaseGeometry | None:
    """First ring less the others, which must lie in it."""
    rim = _filled(Shape((rings[0],)), notes, where, show)
    holes = [_filled(Shape((ring,)), notes, where, show) for ring in rings[1:]]
    solid = [hole for hole in holes if hole is not None]
    if rim is None or not solid:
        return rim
    _check_overlaps(np.array([rim, *solid], dtype=object), where)
    shapely.prepare(rim)
    for hole in solid:
        if not shapely.covers(rim, hole):
            x, y = shapely.get_coordinates(hole)[0]
            raise BadInput(Problem("a hole sticks out of its polygon", where, f"at {show(x, y)}"))
    left: BaseGeometry = shapely.difference(rim, shapely.union_all(solid))
    return left


def _wound(rings: list[Integers], where: str) -> tuple[Geometries, Integers]:
    """Faces that the rings cut the plane into, and their winding numbers, shape (F,) each."""
    closed = [np.concatenate([ring, ring[:1]]) for ring in rings]
    segments = _segments(closed)
    _check_meetings(segments, where, MOST_CROSSINGS)
    noded = shapely.union_all(shapely.linestrings(segments))
    faces = shapely.get_parts(shapely.polygonize([noded]))
    if len(faces) * len(segments) > MOST_TESTS:
        raise _tangled(where)
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    return faces, _windings(points, segments.astype(float))


def _segments(lines: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """All segments of lines of shape (n, 2), shape (S, 2, 2), without those of zero length."""
    found: NDArray[Any] = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
    moves: NDArray[Any] = found[(found[:, 0] != found[:, 1]).any(axis=1)]
    return moves


def _windings(points: NDArray[np.float64], segments: NDArray[np.float64]) -> Integers:
    """Winding number of closed rings, as segments of shape (S, 2, 2), around each point of shape (P, 2)."""
    total = np.zeros(len(points), np.int64)
    (x0, y0), (x1, y1) = segments[:, 0].T, segments[:, 1].T
    step = max(1, PAIRS_AT_ONCE // max(len(segments), 1))
    for start in range(0, len(points), step):
        x, y = points[start : start + step, 0, None], points[start : start + step, 1, None]
        left = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        up = (y0 <= y) & (y1 > y) & (left > 0)
        down = (y0 > y) & (y1 <= y) & (left < 0)
        total[start : start + step] = up.sum(axis=1) - down.sum(axis=1)
    return total


def _crosses(faces: Geometries, winding: Integers) -> bool:
    """Whether the faces that are wider than the grid of 1 nm take more than one winding number beside 0."""
    wide = 2 * shapely.area(faces) > shapely.length(faces)
    found = set(winding[wide].tolist()) - {0}
    return len(found) > 1 or any(abs(number) > 1 for number in found)


def _crossing(ring: Integers, faces: Geometries, show: Show) -> str:
    """A point where a ring meets itself, as text."""
    said = shapely.is_valid_reason(shapely.Polygon(ring))
    inner = said[said.find("[") + 1 : said.find("]")].split()
    if len(inner) >= 2:
        return show(float(inner[0]), float(inner[1]))
    return show(*shapely.get_coordinates(faces[0])[0])


def _once(found: list[BaseGeometry], notes: list[str]) -> Geometries:
    """Shapes without exact copies, in the order of their first point."""
    keyed = {shapely.to_wkb(shape): shape for shape in shapely.normalize(np.array(found, dtype=object))}
    if len(keyed) < len(found):
        notes.append(f"{len(found) - len(keyed)} shapes drawn twice, taken once")
    return np.array([keyed[key] for key in sorted(keyed)], dtype=object)


def _check_overlaps(shapes: Geometries, where: str) -> None:
    """Refuse shapes whose outlines meet so often that joining them would take for ever."""
    boxes = shapely.bounds(shapes)
    tree = shapely.STRtree(shapes)
    meeting, pairs = np.zeros(len(shapes), np.bool_), 0
    step = max(1, PAIRS_AT_ONCE // len(shapes))
    for start in range(0, len(shapes), step):
        one, other = tree.query(shapely.box(*boxes[start : start + step].T))
        pairs += len(one)
        if pairs > MOST_NEIGHBOURS:
            raise _tangled(where)
        meeting[start + one[one + start != other]] = True
    if meeting.any():
        rings = shapely.get_rings(shapes[meeting])
        _check_meetings(_segments([shapely.get_coordinates(ring) for ring in rings]), where)


def _check_meetings(segments: NDArray[Any], where: str, most: int = MOST_MEETINGS) -> None:
    """Count pairs of segments that meet, in lots, and stop at the cap."""
    lines = shapely.linestrings(segments.astype(float))
    tree, met, step = shapely.STRtree(lines), 0, max(1, PAIRS_AT_ONCE // max(len(lines), 1))
    for start in range(0, len(lines), step):
        # every segment meets itself and its two neighbours; each other pair is found twice
        lot = lines[start : start + step]
        met += len(tree.query(lot, predicate="intersects")[0]) - 3 * len(lot)
        if met > 2 * most:
            raise _tangled(where, most)


def _tangled(where: str, most: int = MOST_MEETINGS) -> BadInput:
    allowed = f"lines that meet at most {most} times"
    return BadInput(Problem("the drawing is too tangled", where, allowed=allowed))


def _inside(shapes: Geometries) -> Iterator[tuple[Integers, Integers]]:
    """Lots of pairs (inner, outer) of different shapes whose bounding boxes lie in each other."""
    boxes, tree = shapely.bounds(shapes), shapely.STRtree(shapes)
    step = max(1, PAIRS_AT_ONCE // len(shapes))
    for start in range(0, len(shapes), step):
        inner, outer = tree.query(shapely.box(*boxes[start : start + step].T))
        inner = inner + start
        fits = (boxes[outer, :2] <= boxes[inner, :2]).all(axis=1) & (boxes[outer, 2:] >= boxes[inner, 2:]).all(axis=1)
        chosen = fits & (inner != outer)
        yield inner[chosen], outer[chosen]


def _depths(shapes: Geometries) -> Integers | None:
    """How many others each shape lies in, shape (N,); None when there are too many pairs to look at."""
    depth, seen = np.zeros(len(shapes), np.int64), 0
    shapely.prepare(shapes)
    for inner, outer in _inside(shapes):
        seen += len(inner)
        if seen > MOST_NESTED:
            return None
        np.add.at(depth, inner[shapely.covers(shapes[outer], shapes[inner])], 1)
    return depth


def _nested(shapes: Geometries, notes: list[str], where: str) -> BaseGeometry:
    """Shapes joined level by level: holes are taken away, islands in them put back."""
    depth = _depths(shapes)
    if depth is None:
        raise BadInput(Problem("too many shapes lie in each other", where, allowed=f"at most {MOST_NESTED} pairs"))
    if depth.max() > LEVELS:
        given, allowed = f"{depth.max()} levels", f"at most {LEVELS}"
        raise BadInput(Problem("shapes lie in each other too deep", where, given, allowed))
    if holes := int((depth % 2 == 1).sum()):
        notes.append(f"{holes} shapes inside others taken as holes")
    result: BaseGeometry = shapely.union_all(shapes[depth == 0])
    for level in range(1, int(depth.max()) + 1):
        layer = shapely.union_all(shapes[depth == level])
        result = shapely.difference(result, layer) if level % 2 else shapely.union(result, layer)
    return result


def _joined(shapes: Geometries, notes: list[str]) -> BaseGeometry:
    """Shapes joined; those that change nothing are named, because a hole may have been meant."""
    depth = _depths(shapes)
    if depth is None:
        notes.append("many shapes lie inside others and change nothing; a hole is part of its own outline")
    elif covered := int((depth > 0).sum()):
        notes.append(f"{covered} shapes lie inside others and change nothing; a hole is part of its own outline")
    merged: BaseGeometry = shapely.union_all(shapes)
    return merged
