"""Regions to closed triangle meshes: every polygon of a region becomes one straight prism."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import NANOMETRE, Part, Point, Region, polygon_area2

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def prisms(region: Region, thickness: float) -> tuple[Floats, Indices]:
    """Closed prisms over a region, from z = 0 to ``thickness``.

    Every prism is closed by itself; prisms that touch keep their own walls, so that volumes add up.

    Returns
    -------
    vertices [m], shape (V, 3), and triangles, shape (F, 3), normals outwards
    """
    vertices: list[Floats] = []
    faces: list[Indices] = []
    offset = 0
    for part in region.parts:
        corners, triangles = _prism(part.polygon, thickness)
        shifts = _shifts(part)
        copies = len(shifts)
        vertices.append((corners[None, :, :] + shifts[:, None, :]).reshape(-1, 3))
        starts = offset + len(corners) * np.arange(copies, dtype=np.int64)
        faces.append((triangles[None, :, :] + starts[:, None, None]).reshape(-1, 3))
        offset += copies * len(corners)
    if not vertices:
        return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
    return np.concatenate(vertices), np.concatenate(faces)


def volume(vertices: Floats, faces: Indices) -> float:
    """Volume enclosed by closed triangle meshes [m³]: sum of signed tetrahedra."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return float(np.sum(np.einsum("ij,ij->i", a, np.cross(b, c))) / 6.0)


def _shifts(part: Part) -> Floats:
    columns, rows = np.meshgrid(np.arange(part.lattice.columns), np.arange(part.lattice.rows))
    x, y = columns.ravel() * part.lattice.step_x, rows.ravel() * part.lattice.step_y
    return np.column_stack([x, y, np.zeros_like(x)]).astype(np.float64) * np.float64(NANOMETRE)


def _prism(polygon: Sequence[Point], thickness: float) -> tuple[Floats, Indices]:
    corners = list(polygon) if polygon_area2(polygon) > 0 else list(reversed(polygon))
    n = len(corners)
    plan = np.array(corners, dtype=np.float64) * NANOMETRE
    bottom = np.column_stack([plan, np.zeros(n)])
    top = np.column_stack([plan, np.full(n, thickness)])
    cap = np.array(triangles(corners), dtype=np.int64).reshape(-1, 3)
    here = np.arange(n)
    following = (here + 1) % n
    walls = np.concatenate(
        [np.column_stack([here, following, following + n]), np.column_stack([here, following + n, here + n])]
    )
    return np.concatenate([bottom, top]), np.concatenate([cap[:, ::-1], cap + n, walls])


def triangles(corners: Sequence[Point]) -> list[tuple[int, int, int]]:
    """Triangles of a simple counter-clockwise polygon in whole nanometres, by ear clipping; exact.

    Corners on a straight line are kept, so that caps and walls share their edges.

    Raises
    ------
    ValueError : the polygon crosses itself
    """
    left = list(range(len(corners)))
    found: list[tuple[int, int, int]] = []
    place = 0
    misses = 0
    while len(left) > 3:
        place %= len(left)
        before, here, after = left[place - 1], left[place], left[(place + 1) % len(left)]
        if _is_ear(corners, left, before, here, after):
            found.append((before, here, after))
            del left[place]
            place, misses = max(place - 1, 0), 0
            continue
        place, misses = place + 1, misses + 1
        if misses > len(left):
            raise ValueError("no ear: the polygon crosses itself")
    return [*found, (left[0], left[1], left[2])]


def _turn(a: Point, b: Point, c: Point) -> int:
    """Twice the signed area of the triangle."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_ear(corners: Sequence[Point], left: Sequence[int], before: int, here: int, after: int) -> bool:
    a, b, c = corners[before], corners[here], corners[after]
    if _turn(a, b, c) <= 0:
        return False
    own = {a, b, c}
    x0, x1 = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
    y0, y1 = min(a[1], b[1], c[1]), max(a[1], b[1], c[1])
    for k in left:
        p = corners[k]
        inside_box = x0 <= p[0] <= x1 and y0 <= p[1] <= y1
        if inside_box and p not in own and _turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0:
            return False
    return True
