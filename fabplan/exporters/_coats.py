"""Conformal films around one element of a relief, as closed meshes.

A coat of total thickness t has the surface of all points t away from relief and plane (ideal conformal growth, as
`fabplan.geometry.relief` counts it): flat on the plane, upright beside the wall, a quarter round at the upper edge.
Each such surface is a sequence of convex loops from the rim of the lattice cell to its centre; a film lies between
two of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.exporters._prisms import Floats, Indices
from fabplan.geometry.body import Body
from fabplan.geometry.relief import AROUND, SIDES, Relief, Section

ARC = 8  # straight pieces of a quarter round
_ROUND = 1.1  # L²/(4 π A) of a 48-sided disc is 1.001, of a square 1.27


@dataclass(frozen=True)
class Coated:
    """One film around one element: body, its mesh, and how much of the film's volume it stands for [m³]."""

    body: Body
    vertices: Floats
    faces: Indices


@dataclass(frozen=True)
class _Element:
    """Outlines of the walls of one element [m], outside in, and the rim of its square cell."""

    rim: Floats
    walls: tuple[Floats, ...]
    height: float
    around: bool


def coated(bodies: Sequence[Body]) -> list[Coated]:
    """Every conformal film around one element of the cell's relief; empty without relief or films.

    The cell is a square whose side is the narrowest distance between two elements.
    """
    relief = next((body.relief for body in bodies if body.relief is not None), None)
    films = [body for body in bodies if body.pattern == "conformal" and body.bottom is None and body.thickness > 0]
    if relief is None or relief.radius is not None or not films:
        return []
    element, below, found = _element(relief), 0.0, []
    for film in films:
        found.append(Coated(film, *_between(element, below, below + film.thickness)))
        below += film.thickness
    return found


def _element(relief: Relief) -> _Element:
    outlines = [_outline(section) for section in relief.sections]
    around = relief.sections[0].corner == AROUND
    across, along = np.ptp(outlines[0], axis=0) + float(relief.mouth if around else relief.wall)
    rim = np.array([(-across, -along), (across, -along), (across, along), (-across, along)]) / 2
    return _Element(rim, tuple(outlines), float(relief.height), bool(around))


def _outline(section: Section) -> Floats:
    """A disc or a rectangle around (0, 0) with the section's area and, for rectangles, perimeter [m]."""
    area, perimeter = float(section.area), float(section.perimeter)
    if perimeter**2 / (4 * math.pi * area) < _ROUND:
        turns = 2 * np.pi * (np.arange(SIDES) + 0.5) / SIDES
        reach = math.sqrt(2 * area / (SIDES * math.sin(2 * math.pi / SIDES)))
        return np.column_stack([reach * np.cos(turns), reach * np.sin(turns)])
    half = perimeter / 4
    spread = math.sqrt(max(half**2 - area, 0.0))
    across, along = half - spread, half + spread
    return np.array([(-across, -along), (across, -along), (across, along), (-across, along)]) / 2


def _moved(outline: Floats, by: float) -> Floats:
    """Convex counter-clockwise outline with every side moved outwards, corners mitred."""
    along = np.roll(outline, -1, axis=0) - outline
    normal = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]
    before = np.roll(normal, 1, axis=0)
    return np.asarray(outline + by * (before + normal) / (1.0 + np.sum(before * normal, axis=1))[:, None])


def _surface(element: _Element, t: float) -> list[Floats]:
    """Loops of the surface of all coats of total thickness t, from the rim inwards; columns x, y, z [m]."""
    high = element.height if element.around else 0.0
    low = high - element.height
    loops = [_at(element.rim, (low if element.around else high) + t)]
    bend = [k * math.pi / 2 / ARC for k in range(ARC + 1)]
    for place, wall in enumerate(element.walls):
        if element.around and place == 0:
            upright = [_at(_moved(wall, t), low + t)]
            edge = [_at(_moved(wall, t * math.cos(a)), high + t * math.sin(a)) for a in bend]
            loops += [*upright, *edge]
        else:
            edge = [_at(_moved(wall, -t * math.sin(a)), high + t * math.cos(a)) for a in bend]
            loops += [*edge, _at(_moved(wall, -t), low + t)]
    return loops


def _at(outline: Floats, z: float) -> Floats:
    return np.column_stack([outline, np.full(len(outline), z)])


def _between(element: _Element, low: float, high: float) -> tuple[Floats, Indices]:
    """Closed mesh of the film between two surfaces."""
    upper, lower = (_sheet(_surface(element, t)) for t in (high, low))
    count, corners = len(upper[0]), len(element.rim)
    here = np.arange(corners)
    following = (here + 1) % corners
    sides = np.concatenate(
        [
            np.column_stack([here + count, following + count, following]),
            np.column_stack([here + count, following, here]),
        ]
    )
    faces = np.concatenate([upper[1], lower[1][:, ::-1] + count, sides])
    return _welded(np.concatenate([upper[0], lower[0]]), faces)


def _welded(vertices: Floats, faces: Indices) -> tuple[Floats, Indices]:
    """Equal corners as one and no face without area: below the first film the loops of a rounded edge coincide."""
    corners, same = np.unique(vertices, axis=0, return_inverse=True)
    found = same.reshape(-1)[faces]
    thin = (found == np.roll(found, 1, axis=1)).any(axis=1)
    return corners, found[~thin]


def _sheet(loops: Sequence[Floats]) -> tuple[Floats, Indices]:
    """Triangles over nested loops and a cap on the last one, seen from above counter-clockwise."""
    starts = np.cumsum([0, *(len(loop) for loop in loops)])
    faces = [_belt(a, b, int(i), int(j)) for a, b, i, j in zip(loops[:-1], loops[1:], starts, starts[1:], strict=False)]
    last, first = len(loops[-1]), int(starts[-2])
    inner = np.arange(1, last - 1)
    faces.append(np.column_stack([np.full(last - 2, first), first + inner, first + inner + 1]))
    return np.concatenate(list(loops)), np.concatenate(faces).astype(np.int64)


def _belt(outer: Floats, inner: Floats, first: int, second: int) -> Indices:
    """Triangles between two loops around the same centre: the loop whose next corner comes first moves on."""
    turns = [np.unwrap(np.arctan2(loop[:, 1], loop[:, 0])) for loop in (outer, inner)]
    turns[1] = turns[1] + 2 * np.pi * np.rint((turns[0][0] - turns[1][0]) / (2 * np.pi))
    a, b, found = 0, 0, []
    while a < len(outer) or b < len(inner):
        next_a = turns[0][(a + 1) % len(outer)] + 2 * np.pi * ((a + 1) // len(outer))
        next_b = turns[1][(b + 1) % len(inner)] + 2 * np.pi * ((b + 1) // len(inner))
        i, j = first + a % len(outer), second + b % len(inner)
        if b >= len(inner) or (a < len(outer) and next_a <= next_b):
            found.append((i, first + (a + 1) % len(outer), j))
            a += 1
        else:
            found.append((i, second + (b + 1) % len(inner), j))
            b += 1
    return np.array(found, dtype=np.int64)

