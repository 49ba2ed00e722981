"""The shortest way of a conductor with axis-parallel edges through a region.

The middle of a conductor of some width may lie where a square of that side lies in the region. Ways run on the grid of
that area's own corners, on which a shortest Manhattan way always lies; of curved outlines some of the corners are
taken, which may miss a way through a narrow bend but never draws a wrong one. Bends cost a width, so that of equally
long ways the straighter one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from fabplan.geometry.outlines import square_places
from fabplan.geometry.region import Point, Region, rectangle
from fabplan.geometry.shapes import to_shapely, union

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_LINES = 160  # of the grid in one direction: bounds the time for any outline
ROUNDED = 1.5  # [nm]: what slanted edges are moved by
SLIT = 4  # [nm]: by half of it a conductor may leave a room that is just as wide


def shortest(room: Region, start: Region, end: Point, width: int) -> tuple[Point, ...] | None:
    """Corners of the middle line of a conductor, from ``start`` to ``end`` [nm]; None where there is no way.

    Parameters
    ----------
    room : in which all of the conductor lies, to 2 nm
    start : part of the room in which it begins with its whole width
    end : middle of its square end
    width : even
    """
    free, begin = square_places(room, width), square_places(start, width)
    grid = [_lines((begin, free), (), float(end[axis]), axis) for axis in (0, 1)]
    way = _way(free, begin, end, grid, width)
    if way is not None:
        return way
    # where a passage is just as wide as the conductor, the places of its middle have no area
    free, begin = square_places(room, width - SLIT), square_places(start, width - SLIT)
    grid = [_lines((begin, free), grid[axis].tolist(), float(end[axis]), axis) for axis in (0, 1)]
    return _way(free, begin, end, grid, width)


def _way(
    free: Region, begin: Region, end: Point, grid: Sequence[Floats], width: int
) -> tuple[Point, ...] | None:
    """Corners of a way in the places of the middle line."""
    if not free or not begin:
        return None
    along_x, along_y = _open(free, grid, 0), _open(free, grid, 1)
    inside = shapely.contains_xy(to_shapely(begin).buffer(ROUNDED), *np.meshgrid(*grid, indexing="ij"))
    last = tuple(int(np.searchsorted(lines, value)) for lines, value in zip(grid, end, strict=True))
    nodes = _walked(grid, (along_x, along_y), inside, last, float(width))
    if nodes is None:
        return None
    return _corners([(int(grid[0][i]), int(grid[1][j])) for i, j in nodes])


def _lines(regions: Sequence[Region], kept: Sequence[float], end: float, axis: int) -> Floats:
    """Coordinates of the grid along one axis: of corners, evenly thinned out where there are too many.

    Lines within a slit of one that was there before give way to it.
    """
    lines = np.array(sorted({end, *kept}))
    for region in regions:
        found = np.unique(np.array([point[axis] for part in region.parts for point in part.polygon], float))
        room = max(MOST_LINES - len(lines), 2)
        found = found[np.unique(np.linspace(0, len(found) - 1, min(room, len(found))).astype(int))]
        for line in found.tolist():
            if np.abs(lines - line).min() > SLIT:
                lines = np.append(lines, line)
    return np.sort(lines)


def _open(free: Region, grid: Sequence[Floats], axis: int) -> Flags:
    """Whether each step of the grid along an axis is free: shape (nx - 1, ny) along x, (nx, ny - 1) along y."""
    shape = to_shapely(free).buffer(ROUNDED, join_style="mitre")  # lines on an edge of the area are in it
    steps, across = grid[axis], grid[1 - axis]
    reach = (steps[0] - 1.0, steps[-1] + 1.0)
    ends = [[(reach[0], at), (reach[1], at)] if axis == 0 else [(at, reach[0]), (at, reach[1])] for at in across]
    cut = shapely.intersection(shapely.linestrings(np.array(ends)), shape)
    found = np.zeros((len(steps) - 1, len(across)), dtype=np.bool_)
    for number, line in enumerate(cut):
        for piece in shapely.get_parts(line):
            box = shapely.bounds(piece)
            low, high = box[axis] - 0.5, box[axis + 2] + 0.5
            found[:, number] |= (steps[:-1] >= low) & (steps[1:] <= high)
    return found if axis == 0 else found.T


def _walked(
    grid: Sequence[Floats], steps: tuple[Flags, Flags], inside: Flags, last: tuple[int, ...], bend: float
) -> list[tuple[int, int]] | None:
    """Nodes of the cheapest way; every node is there twice, for ways along x and along y."""
    shape = (len(grid[0]), len(grid[1]))
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    layer = number.size
    rows, columns, costs = [number.ravel()], [number.ravel() + layer], [np.full(layer, bend)]
    lengths = np.broadcast_to(np.diff(grid[0])[:, None], steps[0].shape)
    rows.append(number[:-1][steps[0]])
    columns.append(number[1:][steps[0]])
    costs.append(lengths[steps[0]])
    lengths = np.broadcast_to(np.diff(grid[1])[None, :], steps[1].shape)
    rows.append(number[:, :-1][steps[1]] + layer)
    columns.append(number[:, 1:][steps[1]] + layer)
    costs.append(lengths[steps[1]])
    whole = (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns)))
    graph = coo_array(whole, shape=(2 * layer, 2 * layer)).tocsr()
    begin = number[inside]
    if not len(begin):
        return None
    far, before, _ = dijkstra(
        graph, directed=False, indices=np.concatenate([begin, begin + layer]), return_predecessors=True, min_only=True
    )
    node = min((number[last], number[last] + layer), key=lambda n: (float(far[n]), int(n)))
    if not np.isfinite(far[node]):
        return None
    way = []
    while node >= 0:
        way.append(int(node) % layer)
        node = before[node]
    return [divmod(n, shape[1]) for n in reversed(way)]


def _corners(points: Sequence[Point]) -> tuple[Point, ...]:
    """First, last and every corner between them."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and any(kept[-2][k] == kept[-1][k] == point[k] for k in (0, 1)):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def drawn(way: Sequence[Point], width: int) -> Region:
    """Conductor of a width along a middle line, with square ends."""
    half = width // 2
    bars = [
        rectangle(
            min(x0, x1) - half, min(y0, y1) - half, max(x0, x1) + half, max(y0, y1) + half
        )
        for (x0, y0), (x1, y1) in zip(way, way[1:] if len(way) > 1 else way, strict=False)
    ]  # fmt: skip
    return union(bars)


def length_outside(way: Sequence[Point], region: Region) -> float:
    """Length of a middle line outside a region [nm]."""
    line: Any = shapely.LineString(way) if len(way) > 1 else shapely.Point(way[0])
    return float(shapely.length(shapely.difference(line, to_shapely(region))))
