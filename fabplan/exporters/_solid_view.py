"""Data of the three-dimensional view: bodies as upright prisms on lattices, or as prisms that lie along y."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.exporters import _palette
from fabplan.exporters._prisms import triangles
from fabplan.exporters._tubes import Tube, lies, round_bodies
from fabplan.exporters._window import FEW, around, cut, shown
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, Part, Region, joined, polygon_area2, rectangle
from fabplan.geometry.relief import SIDES
from fabplan.geometry.shapes import intersection
from fabplan.planner.plan import Plan

MOST_CORNERS = 8_000  # of all copies together: some 32 000 triangles, which a page without a graphics card can turn
MOST_UNIT_CORNERS = 3_000  # of the polygons in the file; of more, the middle of the cell is shown
_SUBSTRATE_SHOWN = 0.25  # of the cell's own height
_STEP, _NARROWEST = 0.8, 0.01  # of the window's side, until it is small enough
_FIRST_SHAPE = 0.22  # height over width that the first look aims at
_HEIGHTS = tuple(float(k * 10**n) for n in range(5) for k in (1, 2, 5))


def solid_view(plan: Plan, most: int = MOST_CORNERS, most_units: int = MOST_UNIT_CORNERS) -> dict[str, Any] | None:
    """What the view draws; None where no body has a height.

    Parameters
    ----------
    most, most_units : corners of all copies and of all different polygons together; of more, the middle is shown

    Returns
    -------
    ``box`` (x0, y0, z0, x1, y1, z1 [nm]), ``share`` of the cell's side that is drawn of large lattices, ``heights``
    (factor of the first look), ``left`` (names that are not drawn) and ``bodies``
    """
    step_of = {name: step.number for step in plan.steps for name in step.bodies}
    round_core = any(lies(body) for body in plan.bodies)
    if round_core:
        bodies, share = [_lying(tube, step_of) for tube in round_bodies(plan.bodies)], 1.0
    else:
        bodies, share = _upright(plan.bodies, step_of, most, most_units)
    if not bodies:
        return None
    box = _box(bodies)
    drawn = {entry["name"] for entry in bodies}
    return {
        "box": box,
        "share": share,
        "heights": 1.0 if round_core else _factor(box),
        "left": [body.name for body in plan.bodies if body.name not in drawn],
        "bodies": bodies,
    }


def _upright(
    bodies: Sequence[Body], step_of: Mapping[str, int], most: int, most_units: int
) -> tuple[list[dict[str, Any]], float]:
    solid = [b for b in bodies if b.bottom is not None and b.region and b.thickness > 0]
    if not solid:
        return [], 1.0
    regions, share = _cropped([body.region for body in solid], most, most_units)
    above = [b for b in solid if b.role != "substrate"] or solid
    tall = max((b.bottom or 0.0) + b.thickness for b in above)
    found = [
        _body(body, step_of, "z", _heights(body, tall), [_part(part) for part in region.parts])
        for body, region in zip(solid, regions, strict=True)
        if region
    ]
    return found, share


def _cropped(regions: Sequence[Region], most: int, most_units: int) -> tuple[Sequence[Region], float]:
    """Regions within a window that leaves few enough corners, and the window's share of the cell's side."""
    found = shown(regions, most)
    kept: Sequence[Region] = found.regions
    if found.share < 1.0:
        kept = [_within(region, found.window) for region in kept]
    share, (x0, y0, x1, y1) = found.share, around(regions)
    boxes, corners = _alone(kept)
    while sum(len(part.polygon) for region in kept for part in region.parts) > most_units and share > _NARROWEST:
        share *= _STEP
        dx, dy = round((x1 - x0) * share / 2), round((y1 - y0) * share / 2)
        x, y = (x0 + x1) // 2, (y0 + y1) // 2
        window = (x - dx, y - dy, x + dx, y + dy)
        # a window that holds too many shapes whole need not be cut out to be found too large
        if int(corners[_whole(boxes, window)].sum()) <= most_units:
            kept = [_within(region, window) for region in kept]
    return kept, share


def _alone(regions: Sequence[Region]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Boxes of shapes that stand alone, shape (n, 4) [nm], and their corners, shape (n,)."""
    polygons = [part.polygon for region in regions for part in region.parts if part.lattice.count == 1]
    ends = [np.asarray(polygon, np.int64) for polygon in polygons]
    boxes = [np.concatenate([points.min(axis=0), points.max(axis=0)]) for points in ends]
    return np.reshape(np.array(boxes, np.int64), (-1, 4)), np.array([len(points) for points in ends], np.int64)


def _whole(boxes: NDArray[np.int64], window: Box) -> NDArray[np.bool_]:
    """Which boxes lie inside of a window, shape (n,)."""
    low, high = (boxes[:, :2] > window[:2]).all(axis=1), (boxes[:, 2:] < window[2:]).all(axis=1)
    return np.asarray(low & high)


def _within(region: Region, window: Box) -> Region:
    """Shapes that stand alone are cut to the window in which large lattices are shown."""
    alone = Region(tuple(part for part in region.parts if part.lattice.count <= FEW))
    arrays = cut(Region(tuple(part for part in region.parts if part.lattice.count > FEW)), window)
    return joined([arrays, intersection(alone, rectangle(*window))] if alone else [arrays])


def _heights(body: Body, tall: float) -> tuple[float, float]:
    """Lower and upper face [nm]; of the substrate only the top is shown."""
    low, high = (body.bottom or 0.0) / NANOMETRE, ((body.bottom or 0.0) + body.thickness) / NANOMETRE
    if body.role == "substrate" and high <= 0:
        low = max(low, high - _SUBSTRATE_SHOWN * tall / NANOMETRE)
    return round(low, 3), round(high, 3)


def _lying(tube: Tube, step_of: Mapping[str, int]) -> dict[str, Any]:
    """A round body along y: its section in x and z."""
    loops = [np.rint(loop / NANOMETRE).astype(int) for loop in tube.loops()]
    loops[1:] = [loop[::-1] for loop in loops[1:]]  # the inner wall faces the axis
    flat = [int(value) for loop in loops for value in loop.ravel()]
    face = _ring(SIDES) if len(loops) > 1 else [k for i in range(1, SIDES - 1) for k in (0, i, i + 1)]
    low, high = (round(end / NANOMETRE, 3) for end in tube.ends)
    return _body(tube.body, step_of, "y", (low, high), [[1, 1, 0, 0, _steps(flat), face, [SIDES] * len(loops)]])


def lying_outline(body: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Outer circle of a round body as x and z [nm]."""
    _, _, _, _, steps, _, loops = body["parts"][0]
    corners = zip(_sums(steps[0::2]), _sums(steps[1::2]), strict=True)
    return [(float(x), float(z)) for x, z in corners][: loops[0]]


def _ring(sides: int) -> list[int]:
    """Triangles between two circles of which the inner one runs backwards."""
    found: list[int] = []
    for here in range(sides):
        there = (here + 1) % sides
        inner, after = (2 * sides - 1 - k for k in (here, there))
        found += (here, there, after, here, after, inner)
    return found


def _body(
    body: Body, step_of: Mapping[str, int], axis: str, ends: tuple[float, float], parts: list[list[Any]]
) -> dict[str, Any]:
    return {
        "name": body.name,
        "role": body.role,
        "material": body.material,
        "net": body.net or "",
        "step": step_of.get(body.name, 0),
        "colour": list(_palette.colour(body.role)),
        "axis": axis,
        "ends": list(ends),
        "parts": parts,
    }


def _part(part: Part) -> list[Any]:
    """Lattice, corners as steps from the one before, triangles of the face, corners of each loop."""
    corners = list(part.polygon) if polygon_area2(part.polygon) > 0 else list(reversed(part.polygon))
    lattice = part.lattice
    face = [corner for triangle in triangles(corners) for corner in triangle]
    flat = [value for corner in corners for value in corner]
    return [lattice.columns, lattice.rows, lattice.step_x, lattice.step_y, _steps(flat), face, [len(corners)]]


def _steps(flat: Sequence[int]) -> list[int]:
    """x and y in turn, each as the step from the corner before."""
    return [value - (flat[k - 2] if k > 1 else 0) for k, value in enumerate(flat)]


def _box(bodies: Sequence[dict[str, Any]]) -> list[float]:
    across: list[tuple[float, float]] = []
    up: list[tuple[float, float]] = []
    for body in bodies:
        for columns, rows, step_x, step_y, steps, _, _ in body["parts"]:
            xs, ys = _sums(steps[0::2]), _sums(steps[1::2])
            shifts_x, shifts_y = (0, (columns - 1) * step_x), (0, (rows - 1) * step_y)
            across.append((min(xs) + min(shifts_x), max(xs) + max(shifts_x)))
            up.append((min(ys) + min(shifts_y), max(ys) + max(shifts_y)))
    ends = [tuple(body["ends"]) for body in bodies]
    if bodies[0]["axis"] == "y":
        up, ends = ends, up
    low = [min(a for a, _ in spans) for spans in (across, up, ends)]
    high = [max(b for _, b in spans) for spans in (across, up, ends)]
    return [*low, *high]


def _sums(steps: Sequence[int]) -> list[int]:
    total, found = 0, []
    for step in steps:
        total += step
        found.append(total)
    return found


def _factor(box: Sequence[float]) -> float:
    """Factor of the heights that makes a flat cell readable: 1, 2, 5, 10 and so on."""
    wide, tall = max(box[3] - box[0], box[4] - box[1]), box[5] - box[2]
    wanted = _FIRST_SHAPE * wide / tall if tall > 0 else 1.0
    return max((factor for factor in _HEIGHTS if factor <= wanted), default=1.0)
