"""How the beads of one layer hang together: each for itself, back and forth in every wall, or around the outline.

Contours of outlines with vertical and horizontal edges only are found by moving corners: as long as no part is
narrower than the beads inside it no edge vanishes, so that every ring has the corners of the outline. What is
left in wider parts, and everything with slanted edges, goes through shapely, always from the last ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.edges import boundary, minimum_width
from fabplan.geometry.region import NANOMETRE, Region
from fabplan.geometry.shapes import geometries
from fabplan.layout._walls import BUS, LayerPlan, layer_plan, walls
from fabplan.layout.types import FILLS, Array, Fill
from fabplan.layout.widths import narrowest

Integers = NDArray[np.int64]
RING = "ring"
TWO = 0.75  # half of the width, in beads, from which two beads are nearer to it than one
_SHARP: dict[str, Any] = {"join_style": "mitre", "mitre_limit": 5.0}


@dataclass(frozen=True)
class Filling:
    """The F filaments of one layer as polylines, in printing order.

    Parameters
    ----------
    points : x, y [nm], shape (P, 2)
    starts : filament k owns rows ``starts[k]`` to ``starts[k + 1]``, shape (F + 1,)
    kinds : ``"bus"``, ``"wall"`` or ``"ring"`` of each
    bead_width : drawn width of a bead of the usual wall [nm]
    """

    points: Integers
    starts: Integers
    kinds: tuple[str, ...]
    bead_width: float


def filling(region: Region, fill: Fill, beads_per_width: int | None, bead_width: float, where: str) -> Filling:
    """Filaments of one layer of a printed body.

    Parameters
    ----------
    region : walls as rectangles, as `fabplan.layout._walls.walls` takes them; any outline for ``"contour"``
    fill : ``"lines"``: one filament a bead; ``"serpentine"``: one a wall, back and forth, from and to the bus;
        ``"contour"``: rings around the outline, from the outside in, from and to the far side of the bus
    beads_per_width : in the usual wall, None for as many as fill it
    bead_width : that one filament adds [nm]

    Raises
    ------
    BadInput : a wall is not a rectangle, or there is no such fill
    """
    if fill not in FILLS:
        raise BadInput(Problem("no such fill", where, str(fill)[:40], ", ".join(FILLS)))
    if fill == "contour":
        width = narrowest(region) / NANOMETRE
        return contours(region, width / (beads_per_width or max(1, int(width / bead_width + 0.5))))
    plan = layer_plan(walls(region, where), beads_per_width, bead_width, turns=fill == "serpentine")
    if fill == "lines":
        points = plan.segments.reshape(-1, 2)
        return Filling(points, np.arange(0, len(points) + 1, 2, dtype=np.int64), plan.kinds, plan.bead_width)
    return _serpentine(plan)


def _serpentine(plan: LayerPlan) -> Filling:
    """The beads of each wall in one filament; neighbours run in opposite directions already."""
    new = np.diff(plan.wall, prepend=-1) != 0
    first = np.flatnonzero(new)
    starts = np.append(2 * first, 2 * len(plan.wall)).astype(np.int64)
    return Filling(plan.segments.reshape(-1, 2), starts, tuple(plan.kinds[k] for k in first), plan.bead_width)


def contours(region: Region, bead_width: float) -> Filling:
    """Rings around an outline and its holes, from the outside in, ``bead_width`` [nm] apart.

    Where what is left is as narrow as one bead, the bead runs along its middle.
    """
    rings = manhattan_rings(region)
    found: list[Array] = []
    if rings is None:
        found = _shrunk(shapely.union_all(geometries(region)), bead_width)
    else:
        times = max(int(minimum_width(region) / (2 * bead_width) + 1e-6), 0)
        found = [_closed(_moved(ring, (k + 0.5) * bead_width)) for k in range(times) for ring in rings]
        left = [_moved(ring, times * bead_width) for ring in rings]
        if abs(sum(_doubled(ring) for ring in left)) > bead_width**2:
            whole = shapely.union_all(geometries(region))
            rest = shapely.buffer(whole, -times * bead_width, **_SHARP) if times else whole
            even = shapely.buffer(rest, -bead_width * TWO, **_SHARP).is_empty  # one bead fits everywhere
            found += _middles(region, bead_width) if even and _is_comb(region) else _shrunk(rest, bead_width)
    points = np.rint(np.concatenate(found)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in found])]).astype(np.int64)
    return Filling(points, starts, (RING,) * len(found), bead_width)


def manhattan_rings(region: Region) -> list[Array] | None:
    """Corners of all outlines [nm], the inside to the left, touching parts merged; None with slanted edges.

    None also where two corners touch, since it is open which way the outline goes on there.
    """
    try:
        upright, level = boundary(region)
    except ValueError:
        return None
    up, right = upright.facing > 0, level.facing < 0
    start = np.concatenate([
        np.stack([upright.position, np.where(up, upright.low, upright.high)], axis=1),
        np.stack([np.where(right, level.low, level.high), level.position], axis=1),
    ])  # fmt: skip
    end = np.concatenate([
        np.stack([upright.position, np.where(up, upright.high, upright.low)], axis=1),
        np.stack([np.where(right, level.high, level.low), level.position], axis=1),
    ])  # fmt: skip
    by_start, by_end = np.lexsort((start[:, 1], start[:, 0])), np.lexsort((end[:, 1], end[:, 0]))
    first = start[by_start]
    if not np.array_equal(first, end[by_end]) or (np.diff(first, axis=0) == 0).all(axis=1).any():
        return None
    following = np.empty(len(start), np.int64)
    following[by_end] = by_start
    return [ring for ring in (_turning(start[rows]) for rows in _cycles(following.tolist())) if len(ring)]


def _cycles(following: list[int]) -> list[list[int]]:
    """The rings of a list of successors."""
    seen, found = [False] * len(following), []
    for begin in range(len(following)):
        ring, here = [], begin
        while not seen[here]:
            seen[here] = True
            ring.append(here)
            here = following[here]
        if ring:
            found.append(ring)
    return found


def _turning(ring: Integers) -> Array:
    """A ring without the points at which it goes straight on."""
    ahead, behind = np.roll(ring, -1, axis=0) - ring, ring - np.roll(ring, 1, axis=0)
    return np.asarray(ring[(ahead[:, 0] == 0) != (behind[:, 0] == 0)], np.float64)


def _doubled(ring: Array) -> float:
    after = np.roll(ring, -1, axis=0)
    return float((ring[:, 0] * after[:, 1] - after[:, 0] * ring[:, 1]).sum())


def _shrunk(shape: Any, bead: float) -> list[Array]:
    """Rings of any shape, each from the one before; one bead along the middle of what is too narrow for a ring."""
    found: list[Array] = []
    waiting = [piece for piece in shapely.get_parts(shape) if piece.area > bead**2 / 4]
    while waiting:
        piece = waiting.pop(0)
        # a ring is two beads side by side; where less than one and a half fit one is nearer
        broad = shapely.buffer(shapely.buffer(piece, -bead * TWO, **_SHARP), bead * TWO, **_SHARP)
        inner = shapely.buffer(broad, -bead / 2, **_SHARP)
        for ring in shapely.get_parts(inner):
            if not ring.is_empty:
                found += [_closed(shapely.get_coordinates(r)[:-1]) for r in (ring.exterior, *ring.interiors)]
        for narrow in shapely.get_parts(shapely.difference(piece, shapely.buffer(broad, 1.0, **_SHARP))):
            found += _middle(narrow, bead)
        rest = shapely.get_parts(shapely.buffer(inner, -bead / 2, **_SHARP))
        waiting += [p for p in rest if p.area > bead**2 / 4]
    return found


def _middles(region: Region, bead: float) -> list[Array]:
    """One bead along the middle of every wall of a comb, those of fingers as far as that of their bus."""
    found = walls(region, "")
    plan = layer_plan(found, 1, bead)
    result = []
    for segment, wall in zip(plan.segments.astype(np.float64), plan.wall.tolist(), strict=True):
        along, root = int(found.along[wall]), int(found.root[wall])
        line = segment[np.argsort(segment[:, along])]
        reach = max(float(found.depth[wall]) / 2 - bead / 2, 0.0)
        if root:
            line[0 if root < 0 else 1, along] += root * reach
        result.append(line)
    return result


def _middle(piece: Any, bead: float) -> list[Array]:
    """One bead along a piece that is narrower than two; none where less than half a bead fits."""
    box = shapely.get_coordinates(shapely.oriented_envelope(piece))[:4]
    if len(box) < 4:
        return []
    sides = box[1] - box[0], box[2] - box[1]
    long, short = sorted((float(np.hypot(*side)) for side in sides), reverse=True)
    if short < bead / 2 or long < bead:
        return []
    along = sides[0] if np.hypot(*sides[0]) >= np.hypot(*sides[1]) else sides[1]
    centre, unit = box.mean(axis=0), along / np.hypot(*along)
    half = max(long / 2 - short / 2, bead / 4)
    return [np.stack([centre - unit * half, centre + unit * half])]


def _moved(corners: Array, inward: float) -> Array:
    """Corners of the ring ``inward`` [nm] inside: every edge moves to its left."""
    ahead = np.roll(corners, -1, axis=0) - corners
    normal = np.sign(np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)) * inward
    return np.asarray(corners + normal + np.roll(normal, 1, axis=0), np.float64)


def _closed(ring: Array) -> Array:
    """A closed ring that starts and ends in its lowest, then leftmost corner."""
    first = int(np.lexsort((ring[:, 0], ring[:, 1]))[0])
    turned = np.roll(ring, -first, axis=0)
    return np.concatenate([turned, turned[:1]])


def turned_to(made: Filling, side: tuple[int, int]) -> Filling:
    """Closed rings begun at the corner that lies farthest to a side: (axis, -1 for its low, +1 for its high end)."""
    axis, sign = side
    points = made.points.copy()
    for k, kind in enumerate(made.kinds):
        a, b = made.starts[k], made.starts[k + 1]
        ring = points[a : b - 1]
        if kind != RING or (points[a] != points[b - 1]).any():
            continue
        first = int(np.lexsort((ring[:, 1 - axis], -sign * ring[:, axis]))[0])
        turned = np.roll(ring, -first, axis=0)
        points[a:b] = np.concatenate([turned, turned[:1]])
    return Filling(points, made.starts, made.kinds, made.bead_width)


def _is_comb(region: Region) -> bool:
    """Whether all parts are rectangles."""
    try:
        walls(region, "")
    except BadInput:
        return False
    return True


def bus_side(region: Region) -> tuple[int, int]:
    """On which side of a comb its bus lies: (axis, -1 low or +1 high); low y where there is none."""
    if not _is_comb(region):
        return 1, -1
    found = walls(region, "")
    buses = np.flatnonzero(found.bus)
    if not len(buses):
        return 1, -1
    bus = int(buses[-1])
    across = int(1 - found.along[bus])
    middle = float(found.boxes[bus, across] + found.boxes[bus, across + 2]) / 2
    low, high = float(found.boxes[:, across].min()), float(found.boxes[:, across + 2].max())
    return across, -1 if middle < (low + high) / 2 else 1


def stacked(made: Filling, layers: int) -> tuple[Integers, Integers, tuple[str, ...]]:
    """Filaments of all layers: points (layers·P, 2), lengths of the filaments (layers·F,) and kinds.

    Every second layer runs backwards, buses and walls each for themselves: the nozzle starts where it is, and the
    blobs of starts and stops come to lie at alternating ends.
    """
    count = np.diff(made.starts)
    is_bus = np.array([kind == BUS for kind in made.kinds])
    order = np.concatenate([np.flatnonzero(is_bus)[::-1], np.flatnonzero(~is_bus)[::-1]])
    ends = made.starts[1:][order] - 1
    back_count = count[order]
    begin = np.cumsum(back_count) - back_count
    rows = np.repeat(ends + begin, back_count) - np.arange(int(back_count.sum()))
    both = ((made.points, count), (made.points[rows], back_count))
    points = np.concatenate([both[k % 2][0] for k in range(layers)])
    backwards = tuple(made.kinds[k] for k in order)
    kinds = tuple(kind for k in range(layers) for kind in (backwards if k % 2 else made.kinds))
    return points, np.concatenate([both[k % 2][1] for k in range(layers)]), kinds
