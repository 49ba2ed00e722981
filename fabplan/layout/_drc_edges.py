"""Distances between edges of merged polygons: which parts of two edges are nearer than a rule allows.

Edges run with the inside on their left. Two edges take part when they look at each other (or away, for enclosure)
with more than a right angle between them; an edge's part counts where it is nearer than the rule (Euclidean) and on
the right side of the other edge. A part of a straight edge that is near a straight edge is one interval, since the
distance to a convex set is convex along a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.edges import Edges as Lines
from fabplan.geometry.edges import boundary
from fabplan.layout._box_pairs import all_meeting, meeting
from fabplan.layout._drc_merge import Merged

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
EXACT = 1e-6  # nm: what floats of a metre in nanometres may be off
#: kind -> (edges run against each other, side of the other edge on which a part counts: +1 inside, -1 outside; of the
#: first edge, then of the second)
SIDES = {"width": (True, 1, 1), "space": (True, -1, -1), "overlap": (True, 1, 1), "enclosure": (False, 1, -1)}
SHY = 1e-6  # share of a line that counts as its end
LEAST = 1e-4  # nm
POINT = 1e-3  # nm: a line up to this long is a point
STRAIGHT = 1e-9  # sine of the angle up to which a vertex is none


@dataclass(frozen=True)
class Edges:
    """E edges of merged polygons.

    Parameters
    ----------
    ends : x0, y0, x1, y1, shape (E, 4) [nm]; the inside is on the left
    polygon : number of the group of merged polygons of each, shape (E,); None where ``layer`` has to be asked
    layer : whose edges they are
    """

    ends: Floats
    polygon: Indices | None
    layer: Merged

    def owners(self, rows: Indices) -> Indices:
        """Number of the group of merged polygons that edges belong to, shape of ``rows``."""
        return _owners(self.layer, self.ends[rows]) if self.polygon is None else self.polygon[rows]


@dataclass(frozen=True)
class Pairs:
    """K pairs of parts of edges that are too near.

    Parameters
    ----------
    first, second : the parts, shape (K, 4) [nm]
    distance : between them, shape (K,) [nm]
    same : whether both belong to one merged polygon, shape (K,)
    """

    first: Floats
    second: Floats
    distance: Floats
    same: NDArray[np.bool_]


def edges_of(layer: Merged) -> Edges:
    """Edges of merged polygons, in whole nanometres where the polygons have such."""
    return _plain_edges(layer) if layer.is_plain else _merged_edges(layer)


def _plain_edges(layer: Merged) -> Edges:
    """Edges of level and upright polygons that touch: where two run against each other, both vanish."""
    if not layer.region:
        return Edges(np.empty((0, 4)), np.empty(0, np.int64), layer)
    ends = []
    for axis, edges in enumerate(boundary(layer.region)):
        position, low, high, facing = joined_edges(edges)
        # the inside is on the left: what faces right runs up, what faces up runs to the left
        runs_up = facing > 0 if axis == 0 else facing < 0
        start, end = np.where(runs_up, low, high), np.where(runs_up, high, low)
        columns = (position, start, position, end) if axis == 0 else (start, position, end, position)
        ends.append(np.stack(columns, axis=1).astype(np.float64))
    return Edges(np.concatenate(ends), None, layer)


def _owners(layer: Merged, ends: Floats) -> Indices:
    """Group of a polygon that each edge's middle touches: the one it belongs to, or one that hangs together with it."""
    middles, drawn = (ends[:, :2] + ends[:, 2:]) / 2, layer.drawn
    edge, polygon = all_meeting(np.tile(middles, 2), drawn.boxes)
    sure = drawn.is_box[polygon]
    sure[~sure] = shapely.intersects(shapely.points(middles[edge[~sure]]), drawn.shapes[polygon[~sure]])
    owner = np.zeros(len(ends), np.int64)
    owner[edge[sure]] = layer.drawn_group[polygon[sure]]
    return owner


def joined_edges(edges: Lines) -> tuple[Indices, Indices, Indices, Indices]:
    """Position, low, high and facing of edges, those that go straight on made one."""
    order = np.lexsort((edges.low, edges.facing, edges.position))
    position, low, high, facing = (a[order] for a in (edges.position, edges.low, edges.high, edges.facing))
    goes_on = (position[1:] == position[:-1]) & (facing[1:] == facing[:-1]) & (low[1:] == high[:-1])
    first = np.flatnonzero(np.append(True, ~goes_on)[: len(position)])
    last = np.append(first[1:], len(position)) - 1
    return position[first], low[first], high[last], facing[first]


def _merged_edges(layer: Merged) -> Edges:
    shapes = layer.shapes
    oriented = shapely.orient_polygons(shapes) if len(shapes) else shapes
    rings, owner = shapely.get_rings(oriented, return_index=True)
    if not len(rings):
        return Edges(np.empty((0, 4)), np.empty(0, np.int64), layer)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[:-1] != ring[1:], True)
    points, ring = _without_straight(points[~last], ring[~last])
    ends = np.concatenate([points, points[_following(ring)]], axis=1)
    return Edges(ends, layer.group[owner[ring]], layer)


def _following(ring: NDArray[Any]) -> Indices:
    """Row of the vertex that follows in the same ring."""
    starts = np.flatnonzero(np.append(True, ring[:-1] != ring[1:]))
    ahead = np.arange(1, len(ring) + 1)
    ahead[np.append(starts[1:], len(ring)) - 1] = starts
    return ahead


def _without_straight(points: Floats, ring: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    """Vertices without those at which a ring goes straight on."""
    ahead = _following(ring)
    behind = np.empty_like(ahead)
    behind[ahead] = np.arange(len(ahead))
    come, go = points - points[behind], points[ahead] - points
    turn, on = _cross(come, go), (come * go).sum(axis=1)
    bends = (np.abs(turn) > STRAIGHT * np.hypot(*come.T) * np.hypot(*go.T)) | (on <= 0)
    return points[bends], ring[bends]


def near_pairs(kind: str, one: Edges, other: Edges, reach: float) -> Pairs:
    """Pairs of parts of edges nearer than ``reach`` [nm].

    Parameters
    ----------
    kind : a key of `SIDES`; for ``enclosure`` ``one`` is what encloses
    one, other : the same object for a check within a layer
    """
    reach -= LEAST  # what is exactly as far apart as the rule asks is far enough, also in floats
    found = [_measured(kind, one, other, first, second, reach) for first, second in _candidates(one, other, reach)]
    if not found:
        return Pairs(np.empty((0, 4)), np.empty((0, 4)), np.empty(0), np.empty(0, np.bool_))
    names = ("first", "second", "distance", "same")
    return Pairs(*(np.concatenate([getattr(pairs, name) for pairs in found]) for name in names))


def _candidates(one: Edges, other: Edges, reach: float) -> Iterator[tuple[Indices, Indices]]:
    """Edges whose boxes come within reach of each other; each pair once within a layer."""
    for first, second in meeting(_boxes(one.ends, reach), _boxes(other.ends, 0.0)):
        if one is other:
            first, second = first[first < second], second[first < second]
        yield first, second


def _boxes(ends: Floats, reach: float) -> Floats:
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    return np.concatenate([low - reach, high + reach], axis=1)


def _measured(kind: str, one: Edges, other: Edges, first: Indices, second: Indices, reach: float) -> Pairs:
    against, side_one, side_other = SIDES[kind]
    a, b = one.ends[first], other.ends[second]
    along = ((a[:, 2:] - a[:, :2]) * (b[:, 2:] - b[:, :2])).sum(axis=1)
    sizes = _length(a) * _length(b)
    chosen = (along < -EXACT * sizes) if against else (along > EXACT * sizes)
    a, b, first, second = a[chosen], b[chosen], first[chosen], second[chosen]
    part_a, is_a = _near_part(a, b, reach, side_other)
    part_b, is_b = _near_part(b, a, reach, side_one)
    near = np.flatnonzero(is_a & is_b)
    same = np.zeros(len(near), np.bool_)
    if one is other and len(near):
        same = one.owners(first[near]) == one.owners(second[near])
    if kind == "width":
        near, same = near[same], same[same]
    part_a, part_b = part_a[near], part_b[near]
    lines = [shapely.linestrings(part.reshape(-1, 2, 2)) for part in (part_a, part_b)]
    distance = shapely.distance(*lines) if len(part_a) else np.empty(0)
    # edges on one line look at nobody, unless they touch: corners that kiss, edges that coincide
    apart = (distance < POINT) | ~_on_line(part_a, b[near])
    return Pairs(part_a[apart], part_b[apart], distance[apart], same[apart])


def _on_line(part: Floats, base: Floats) -> NDArray[np.bool_]:
    """Whether both ends of a part lie on the line of its base."""
    along = (base[:, 2:] - base[:, :2]) / _length(base)[:, None]
    heights = [np.abs(_height(part[:, k : k + 2], base[:, :2], along)) for k in (0, 2)]
    return np.asarray(np.maximum(*heights) < POINT)


def seen_pairs(kind: str, pairs: Pairs, edges: Sequence[Edges]) -> list[int]:
    """Numbers of the pairs that no edge hides: one that meets both lines that join their ends hides the pair."""
    if not len(pairs.distance):
        return []
    ends = np.concatenate([e.ends for e in edges])
    tree = shapely.STRtree(shapely.linestrings(ends.reshape(-1, 2, 2)))
    turned = pairs.second.reshape(-1, 2, 2)[:, ::-1] if SIDES[kind][0] else pairs.second.reshape(-1, 2, 2)
    sides = np.stack([pairs.first.reshape(-1, 2, 2), turned], axis=2)  # pair, side, end, coordinate
    pair, edge = tree.query(_hulls(sides))
    across = np.stack([_crossing(sides[pair, side], ends[edge]) for side in (0, 1)])
    # between two layers an edge that only touches the end of such a line hides no space
    shy = SHY if kind == "space" and len(edges) > 1 else -SHY
    met = ((across > shy) & (across < 1 - shy)).all(axis=0)
    own = (across < SHY).all(axis=0) | (across > 1 - SHY).all(axis=0)  # the edges of the pair themselves
    hidden = np.zeros(len(pairs.distance), np.bool_)
    hidden[pair[met & ~own]] = True
    hidden &= pairs.distance > POINT  # nothing stands between what touches
    if hidden.all():  # the nearest pair is never lost
        hidden[int(np.argmin(pairs.distance))] = False
    return [int(k) for k in np.flatnonzero(~hidden)]


def _hulls(sides: Floats) -> NDArray[Any]:
    points = sides.reshape(len(sides), 4, 2)
    return np.asarray(shapely.box(*points.min(axis=1).T, *points.max(axis=1).T))


def _crossing(lines: Floats, edges: Floats) -> Floats:
    """Where each edge meets a line between two ends, as a share of the line; infinite where it does not."""
    start, run = lines[:, 0], lines[:, 1] - lines[:, 0]
    base, along = edges[:, :2], edges[:, 2:] - edges[:, :2]
    turn = _cross(run, along)
    with np.errstate(divide="ignore", invalid="ignore"):
        on_line = _cross(base - start, along) / turn
        on_edge = _cross(base - start, run) / turn
    is_line = (np.abs(run).max(axis=1) > POINT) & (turn != 0)
    met: Floats = np.where(is_line & (on_edge >= -SHY) & (on_edge <= 1 + SHY), on_line, np.inf)
    return met


def _near_part(edge: Floats, base: Floats, reach: float, side: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Part of each edge that is nearer to its base than reach and on one side of the base's line.

    Parameters
    ----------
    edge, base : shape (K, 4)
    side : +1 left of the base, -1 right of it

    Returns
    -------
    parts, shape (K, 4), and whether there is one that is longer than a point
    """
    length = _length(edge)
    start, direction = edge[:, :2], (edge[:, 2:] - edge[:, :2]) / length[:, None]
    bases, base_length = base[:, :2], _length(base)
    along = (base[:, 2:] - base[:, :2]) / base_length[:, None]
    intervals = [
        _in_slab(start, direction, bases, along, base_length, reach),
        _in_circle(start, direction, bases, reach),
        _in_circle(start, direction, base[:, 2:], reach),
    ]
    low = np.min([np.where(lo < hi, lo, np.inf) for lo, hi in intervals], axis=0)
    high = np.max([np.where(lo < hi, hi, -np.inf) for lo, hi in intervals], axis=0)
    low, high = _clipped(low, high, _height(start, bases, along) * side, _cross(along, direction) * side)
    low, high = np.maximum(low, 0.0), np.minimum(high, length)
    kept = high - low > EXACT
    low, high = np.where(kept, low, 0.0), np.where(kept, high, 0.0)
    return np.concatenate([start + direction * low[:, None], start + direction * high[:, None]], axis=1), kept


def _in_slab(
    start: Floats, direction: Floats, base: Floats, along: Floats, length: Floats, reach: float
) -> tuple[Floats, Floats]:
    """Interval in which a line lies over the base and nearer to its line than reach."""
    low, high = np.full(len(start), -np.inf), np.full(len(start), np.inf)
    at, run = ((start - base) * along).sum(axis=1), (direction * along).sum(axis=1)
    up, rise = _height(start, base, along), _cross(along, direction)
    for offset, slope, least, most in ((at, run, 0.0, length), (up, rise, -reach, reach)):
        low, high = _clipped(low, high, offset - least, slope)
        low, high = _clipped(low, high, most - offset, -slope)
    return low, high


def _in_circle(start: Floats, direction: Floats, centre: Floats, radius: float) -> tuple[Floats, Floats]:
    """Interval in which a line is nearer to a point than the radius; turned round where there is none."""
    middle = ((centre - start) * direction).sum(axis=1)
    gap = ((start + direction * middle[:, None] - centre) ** 2).sum(axis=1)
    half = np.sqrt(np.maximum(radius**2 - gap, 0.0))
    is_in = gap < radius**2
    return np.where(is_in, middle - half, 1.0), np.where(is_in, middle + half, 0.0)


def _clipped(low: Floats, high: Floats, offset: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """The interval where offset + slope t >= 0."""
    level = np.abs(slope) < 1e-12
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.where(level, 0.0, -offset / np.where(level, 1.0, slope))
    low = np.where(~level & (slope > 0), np.maximum(low, root), low)
    high = np.where(~level & (slope < 0), np.minimum(high, root), high)
    nothing = level & (offset < -EXACT)
    return np.where(nothing, 1.0, low), np.where(nothing, 0.0, high)


def _height(points: Floats, base: Floats, along: Floats) -> Floats:
    return _cross(along, points - base)


def _cross(one: Floats, other: Floats) -> Floats:
    found: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return found


def _length(edges: Floats) -> Floats:
    return np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
