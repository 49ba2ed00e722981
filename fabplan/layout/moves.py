"""The moves of a toolpath: what the nozzle does from filament to filament, with all starts and stops.

One table for all who need it: programs are written from it, time, length and ink are summed over it,
collisions are looked for in it. Everything is in whole nanometres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import NANOMETRE
from fabplan.layout.types import Array, Head, LineStyle, Toolpath

Integers = NDArray[np.int64]
#: kinds of moves, in the order in which a filament has them
OVER, DOWN, PRINT, COAST, WIPE, RISE, BACK, RETRACT, UP = range(9)


@dataclass(frozen=True)
class Moves:
    """M moves of F filaments, in order.

    Parameters
    ----------
    points : where each move ends [nm], shape (M, 3)
    kinds : what each is, shape (M,)
    filament : to which filament each belongs, shape (M,)
    first : row of the first move of each filament, shape (F,)
    """

    points: Integers
    kinds: NDArray[np.int8]
    filament: Integers
    first: Integers


@dataclass(frozen=True)
class Totals:
    """Sums over all moves of a program, the way back to its first point included; the ramps are neglected.

    Parameters
    ----------
    printed, travelled : way with an open valve and all other ways [m]
    wet : printed way of each head [m], shape (heads,)
    duration : at constant speeds, with all waits [s]
    """

    printed: float
    travelled: float
    wet: Array
    duration: float


def heads_of(path: Toolpath) -> tuple[tuple[Head, ...], Integers]:
    """Heads of a program and the place of the head of each filament, shape (F,)."""
    if path.heads and path.head_of is not None:
        return path.heads, path.head_of
    section = path.ink_volume / path.printed_length if path.printed_length else 0.0
    head = Head(
        path.tool, path.nozzle, path.speed, path.pressure, path.start_delay, path.stop_delay, section, path.style,
        ink_volume=path.ink_volume, supply=path.supply,
    )
    return (head,), np.zeros(len(path.starts) - 1, np.int64)


def moves(path: Toolpath, begin: int = 0, end: int | None = None) -> Moves:
    """Moves of the filaments from ``begin`` to before ``end``."""
    starts = path.starts[begin : None if end is None else end + 1]
    points = np.rint(path.points[starts[0] : starts[-1]] / NANOMETRE).astype(np.int64)
    heads, head_of = heads_of(path)
    styles = [head.style for head in heads]
    of = head_of[begin:end]
    points, starts, coasts = _shaped(points, starts - starts[0], styles, of)
    return _table(points, starts, coasts, styles, of, round(path.safe_height / NANOMETRE))


def speeds(path: Toolpath, table: Moves, begin: int = 0) -> Array:
    """Speed of each move [m/s], shape (M,); ``begin`` is the first filament of the table."""
    heads, head_of = heads_of(path)
    by_kind = np.array([_speeds(head, path.travel_speed) for head in heads])
    return np.asarray(by_kind[head_of[begin + table.filament], table.kinds], np.float64)


def waits(head: Head) -> tuple[float, float]:
    """Time at the valve before and after a filament [s]."""
    return head.start_delay, head.stop_delay + head.style.suckback


def totals(path: Toolpath) -> Totals:
    """Lengths and time of a whole program."""
    table = moves(path)
    heads, head_of = heads_of(path)
    way, rises = ways(path, table)
    length = np.sqrt((way**2).sum(axis=1))
    wet = table.kinds == PRINT
    by_head: Array = np.bincount(head_of[table.filament[wet]], length[wet], len(heads)).astype(np.float64)
    waiting = np.array([sum(waits(head)) for head in heads])
    cured = (path.lamp_time + path.layer_pause) * layers_of(path)  # also when the last layer is done
    duration = float((length / speeds(path, table)).sum() + waiting[head_of].sum() + cured)
    duration += rises / path.travel_speed
    return Totals(float(length[wet].sum()), float(length[~wet].sum()) + rises, by_head, duration)


def ways(path: Toolpath, table: Moves) -> tuple[Array, float]:
    """What each move of a whole program goes [m], shape (M, 3), and the sum of the rises at changes of head [m]."""
    heads, head_of = heads_of(path)
    start = np.roll(table.points, 1, axis=0)  # a program ends where it began, at the safe height
    changes, rises = _changes(table, heads, head_of)
    start[table.first[1:]] += changes
    return np.asarray((table.points - start) * NANOMETRE, np.float64), rises


def layers_of(path: Toolpath) -> int:
    """Number of layers, the prime lines not counted."""
    return len(np.unique(path.layer_of[path.layer_of > 0]))


def _changes(table: Moves, heads: tuple[Head, ...], head_of: Integers) -> tuple[Integers, float]:
    """Where the new nozzle is, seen from the old one, before each filament but the first [nm]; sum of rises [m]."""
    offsets = np.rint(np.array([head.offset for head in heads]) / NANOMETRE).astype(np.int64)
    moved = np.diff(offsets[head_of], axis=0)
    rises = float(np.abs(moved[:, 2]).sum()) * NANOMETRE  # the height is set before the way over
    moved[:, 2] = 0
    return moved, rises


def wet_points(table: Moves) -> tuple[Integers, Integers]:
    """Polylines with an open valve [nm]: points (P, 3) and where each filament starts, shape (F + 1,)."""
    wet = table.kinds == PRINT
    taken = wet.copy()
    begins = np.flatnonzero(wet & ~np.roll(wet, 1))
    taken[begins - 1] = True  # the end of the way down is where the filament begins
    counts = np.bincount(table.filament[taken], minlength=len(table.first))
    return table.points[taken], np.concatenate([[0], np.cumsum(counts)])


def _speeds(head: Head, travel: float) -> list[float]:
    style = head.style
    found = [travel] * 9
    found[PRINT] = found[COAST] = found[WIPE] = head.speed
    found[DOWN] = style.down_speed or travel
    found[RISE] = found[BACK] = style.backtrack_speed or travel
    found[RETRACT] = style.retract_speed or travel
    return found


def _of(styles: list[LineStyle], of: Integers, get: Callable[[LineStyle], float]) -> Integers:
    """A length of the style of each filament [nm]."""
    return np.array([round(get(style) / NANOMETRE) for style in styles], np.int64)[of]


def _shaped(
    points: Integers, starts: Integers, styles: list[LineStyle], of: Integers
) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Polylines with lead-in and the point where the valve closes; which segments (by their end) run shut."""
    lead, shut = _of(styles, of, lambda s: s.lead_in), _of(styles, of, lambda s: s.shutoff_distance)
    if not lead.any() and not shut.any():
        return points, starts, np.zeros(len(points), np.bool_)
    first = starts[:-1]
    along = _unit(points[first + 1] - points[first])
    led = np.flatnonzero(lead)
    before = points[first[led]] - np.rint(along[led] * lead[led, None]).astype(np.int64)
    points, starts = _inserted(points, starts, first[led], before)
    place, closing = _closing_points(points, starts, shut)
    points = np.insert(points, place, closing, axis=0)
    filament = np.searchsorted(starts, place - 1, side="right") - 1
    after = starts + np.searchsorted(filament, np.arange(len(starts)), side="left")
    row = place + np.arange(len(place))  # of the inserted points
    coasts = np.zeros(len(points), np.bool_)
    last = after[1:][filament] - 1
    edges = np.zeros(len(points) + 1, np.int64)
    np.add.at(edges, row + 1, 1)
    np.add.at(edges, last + 1, -1)
    coasts[:] = np.cumsum(edges)[:-1] > 0
    return points, after, coasts


def _inserted(points: Integers, starts: Integers, places: Integers, new: Integers) -> tuple[Integers, Integers]:
    """Points put before the first points ``places`` of some filaments."""
    grown = np.searchsorted(places, starts, side="left")
    return np.insert(points, places, new, axis=0), starts + grown


def _closing_points(points: Integers, starts: Integers, shut: Integers) -> tuple[Integers, Integers]:
    """Where, and before which row, the valve closes; at most half a filament before its end."""
    step = np.zeros(len(points))
    step[1:] = np.sqrt((np.diff(points, axis=0).astype(np.float64) ** 2).sum(axis=1))
    step[starts[:-1]] = 0.0
    way = np.cumsum(step)
    first, last = starts[:-1], starts[1:] - 1
    chosen = np.flatnonzero(shut)
    total = way[last[chosen]] - way[first[chosen]]
    target = way[last[chosen]] - np.minimum(shut[chosen], 0.5 * total)
    place = np.clip(np.searchsorted(way, target, side="left"), first[chosen] + 1, last[chosen])
    share = (target - way[place - 1]) / np.maximum(way[place] - way[place - 1], 1e-12)
    closing = points[place - 1] + np.rint((points[place] - points[place - 1]) * share[:, None]).astype(np.int64)
    return place, closing


def _unit(vectors: Integers) -> Array:
    size = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1))
    return np.asarray(vectors / np.maximum(size, 1.0)[:, None], np.float64)


def _table(
    points: Integers, starts: Integers, coasts: NDArray[np.bool_], styles: list[LineStyle], of: Integers, safe: int
) -> Moves:
    """All moves of shaped filaments."""
    count, first = np.diff(starts), starts[:-1]
    lengths = {key: _of(styles, of, get) for key, get in _TAILS.items()}
    tail = [lengths[WIPE] > 0, lengths[BACK] > 0, lengths[BACK] > 0, lengths[RETRACT] > 0]
    rows: Integers = count + 2 + np.sum(tail, axis=0, dtype=np.int64)
    begin = np.cumsum(rows) - rows
    table = np.empty((int(rows.sum()), 3), np.int64)
    kinds = np.empty(len(table), np.int8)
    table[begin], kinds[begin] = points[first], OVER
    table[begin, 2] = safe
    table[begin + 1], kinds[begin + 1] = points[first], DOWN
    later = np.ones(len(points), np.bool_)
    later[first] = False
    shift = np.repeat(begin + 1 - first, count)[later]
    row = np.flatnonzero(later) + shift
    table[row], kinds[row] = points[later], np.where(coasts[later], COAST, PRINT)
    here, free = points[starts[1:] - 1].copy(), begin + 1 + count
    back = points[starts[1:] - 2] - here
    for kind, has in zip((WIPE, RISE, BACK, RETRACT), tail, strict=True):
        _go(kind, here, back, lengths, has)
        table[free[has]], kinds[free[has]] = here[has], kind
        free = free + has
    here[:, 2] = safe
    table[free], kinds[free] = here, UP
    return Moves(table, kinds, np.repeat(np.arange(len(count)), rows), begin)


_TAILS: dict[int, Callable[[LineStyle], float]] = {
    WIPE: lambda s: s.wipe,
    RISE: lambda s: s.backtrack_gap,
    BACK: lambda s: s.backtrack_length,
    RETRACT: lambda s: s.retract_height,
}


def _go(kind: int, here: Integers, back: Integers, lengths: dict[int, Integers], has: NDArray[np.bool_]) -> None:
    """Moves the ends ``here`` by one part of the tail; ways back stay on the last straight piece."""
    if kind in (RISE, RETRACT):
        here[has, 2] += lengths[kind][has]
        return
    room = np.sqrt((back.astype(np.float64) ** 2).sum(axis=1))
    way = np.minimum(lengths[kind], room)
    here[has] += np.rint(_unit(back) * way[:, None]).astype(np.int64)[has]
