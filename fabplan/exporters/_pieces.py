"""Upright prisms as convex pieces, and the order in which a painter lays them down: the farthest first."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabplan.exporters._prisms import triangles
from fabplan.geometry.region import Point

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Corner = tuple[float, float]


@dataclass(frozen=True)
class Piece:
    """A convex prism.

    Parameters
    ----------
    body : number of the body it belongs to
    corners : counter-clockwise, seen from above [nm]
    outer : for each edge from a corner to the next, whether it is an edge of the body itself
    low, high : lower and upper face [nm]
    """

    body: int
    corners: tuple[Corner, ...]
    outer: tuple[bool, ...]
    low: float
    high: float


def convex(corners: Sequence[Point]) -> list[tuple[tuple[Corner, ...], tuple[bool, ...]]]:
    """Convex pieces of a simple counter-clockwise polygon: itself, or trapezoids between the heights of its corners.

    Where triangles are fewer, as on curved outlines, it falls into those.

    Returns
    -------
    corners and, for each edge, whether it lies on the polygon's own outline
    """
    points = [(float(x), float(y)) for x, y in corners]
    turns = [_turn(points[k - 2], points[k - 1], points[k]) for k in range(len(points))]
    if min(turns) >= 0:
        return [(tuple(points), (True,) * len(points))]
    heights = sorted({y for _, y in points})
    level: dict[float, list[tuple[float, float]]] = {}
    for (xa, ya), (xb, yb) in zip(points, [*points[1:], points[0]], strict=True):
        if ya == yb:
            level.setdefault(ya, []).append((min(xa, xb), max(xa, xb)))
    found: list[tuple[tuple[Corner, ...], tuple[bool, ...]]] = []
    for low, high in pairwise(heights):
        for (xa, xb), (xc, xd) in _spans(points, low, high):
            shape = ((xa, low), (xc, low), (xd, high), (xb, high))
            own = (_lies(level, low, xa, xc), True, _lies(level, high, xb, xd), True)
            found.append((shape, own))
    return found if len(found) <= len(points) - 2 else _triangles(corners)


def _triangles(corners: Sequence[Point]) -> list[tuple[tuple[Corner, ...], tuple[bool, ...]]]:
    points = [(float(x), float(y)) for x, y in corners]
    return [
        ((points[a], points[b], points[c]), tuple((j - i) % len(points) == 1 for i, j in ((a, b), (b, c), (c, a))))
        for a, b, c in triangles(corners)
    ]


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _spans(points: Sequence[Corner], low: float, high: float) -> list[tuple[Corner, Corner]]:
    """Pairs of left and right edges between two heights, each as x at the lower and at the upper one."""
    crossing = []
    for (xa, ya), (xb, yb) in zip(points, [*points[1:], points[0]], strict=True):
        if min(ya, yb) <= low and max(ya, yb) >= high and ya != yb:
            at = [xa + (xb - xa) * (y - ya) / (yb - ya) for y in (low, high)]
            crossing.append((at[0], at[1]))
    crossing.sort(key=sum)
    return list(zip(crossing[0::2], crossing[1::2], strict=False))


def _lies(level: dict[float, list[tuple[float, float]]], y: float, x0: float, x1: float) -> bool:
    """Whether a stretch at that height lies on edges of the polygon, at least at its middle."""
    middle = (x0 + x1) / 2
    return any(a <= middle <= b for a, b in level.get(y, ()))


def painted(pieces: Sequence[Piece], towards: Corner) -> list[int]:
    """Numbers of the pieces, those behind and below before those that may cover them.

    Two pieces are in order where one lies above the other, or where a line along an edge parts them in plan: the one
    on the viewer's side comes later. Rings of three that cover each other in turn are cut at the farthest.

    Parameters
    ----------
    pieces : whose bodies do not overlap
    towards : direction to the viewer in plan
    """
    if not pieces:
        return []
    before = _before(pieces, towards)
    np.fill_diagonal(before, False)
    before &= ~(before.T & before)  # overlapping pieces have no order
    waiting = before.sum(axis=0).astype(int)
    middles = np.array([np.mean(piece.corners, axis=0) for piece in pieces])
    near = middles @ np.array(towards) + 1e-3 * np.array([piece.high for piece in pieces])
    heap = [(float(near[k]), k) for k in range(len(pieces)) if waiting[k] == 0]
    heapq.heapify(heap)
    left = set(range(len(pieces)))
    found: list[int] = []
    while left:
        k = heapq.heappop(heap)[1] if heap else min(left, key=lambda n: (near[n], n))
        if k not in left:
            continue
        left.discard(k)
        found.append(k)
        for n in np.flatnonzero(before[k]):
            waiting[n] -= 1
            if waiting[n] == 0 and n in left:
                heapq.heappush(heap, (float(near[n]), int(n)))
    return found


def _before(pieces: Sequence[Piece], towards: Corner) -> Flags:
    """``[i, j]``: i has to be painted before j."""
    low, high = (np.array([getattr(piece, name) for piece in pieces]) for name in ("low", "high"))
    below = high[:, None] <= low[None, :]
    same = ~below & ~below.T
    behind = np.zeros_like(below)
    most_corners = max(len(piece.corners) for piece in pieces)
    # shorter ones repeat their last corner, so that all are one array
    corners = np.array([p.corners + p.corners[-1:] * (most_corners - len(p.corners)) for p in pieces])
    for along in _normals(pieces):
        spans = corners @ along
        least, most = spans.min(axis=1), spans.max(axis=1)
        parted = most[:, None] <= least[None, :] + 1e-6  # i wholly on the lower side of j
        facing = float(along @ np.array(towards))
        if abs(facing) > 1e-9:
            behind |= parted if facing > 0 else parted.T
    # where one line says behind and another in front, no line of sight meets both
    behind &= ~behind.T
    return below | (same & behind)


def _normals(pieces: Sequence[Piece]) -> list[Floats]:
    """Directions across all edges, each once."""
    found: dict[tuple[float, float], Floats] = {}
    for piece in pieces:
        for (xa, ya), (xb, yb) in zip(piece.corners, [*piece.corners[1:], piece.corners[0]], strict=True):
            size = float(np.hypot(xb - xa, yb - ya))
            if size > 0:
                normal = np.array([yb - ya, xa - xb]) / size
                normal = -normal if (normal[0], normal[1]) < (0.0, 0.0) else normal
                found.setdefault((round(float(normal[0]), 6), round(float(normal[1]), 6)), normal)
    return list(found.values())
