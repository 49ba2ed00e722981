"""How long a program takes: every move that was run, at constant feeds and with the ramps of the axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.layout.motion import corner_speeds, move_times
from fabplan.layout.types import Array
from fabplan.verify._run import Move, Run


@dataclass(frozen=True)
class Track:
    """The moves of a run from the first known place on, as arrays; lengths in mm, speeds in mm/s.

    Parameters
    ----------
    moves : the moves themselves
    way : of each, shape (N, 3)
    length : of each; of a piston alone what it moves
    speed : of each, NaN where neither program nor machine says one
    wet : whether ink flows
    waits : sum of all dwells [s]
    dwells : lines of the dwells, in order
    """

    moves: tuple[Move, ...]
    way: Array
    length: Array
    speed: Array
    wet: NDArray[np.bool_]
    waits: float
    dwells: NDArray[np.int64]


def track(run: Run, rapid_speed: float | None) -> Track:
    """Moves of a run as arrays; ``rapid_speed`` [mm/s] is that of moves which state none, None when unknown."""
    first = next((k for k, m in enumerate(run.moves) if not math.isnan(m.start[0])), len(run.moves))
    moves = tuple(run.moves[first:])
    places = np.array([(m.start, m.end) for m in moves], np.float64).reshape(-1, 2, 3)
    way = np.nan_to_num(places[:, 1] - places[:, 0])  # an axis that was never named does not move
    alone = np.array([abs(m.pressed) for m in moves], np.float64)
    length = np.sqrt((way**2).sum(axis=1))
    rapid = math.nan if rapid_speed is None else rapid_speed
    speed = np.array([rapid if m.rapid or m.feed is None else m.feed / 60 for m in moves], np.float64)
    return Track(
        moves, way, np.where(length > 0, length, alone), speed, np.array([m.printing for m in moves], np.bool_),
        math.fsum(d.seconds for d in run.dwells), np.array([d.line for d in run.dwells], np.int64),
    )  # fmt: skip


def constant_time(found: Track) -> float:
    """Time with all waits at constant feeds [s], without moves of unknown speed; infinite for a feed of zero."""
    known = ~np.isnan(found.speed)
    if (found.speed[known] <= 0).any():
        return math.inf
    return found.waits + math.fsum((found.length[known] / found.speed[known]).tolist())


def ramped_time(found: Track, acceleration: float, deviation: float) -> float:
    """Time with all waits and the ramps of the axes [s], from rest to rest (`fabplan.layout.motion`).

    Parameters
    ----------
    acceleration : of the axes [mm/s²]
    deviation : by which corners may be cut [mm]

    Notes
    -----
    The machine stops where the flow changes and at every wait. A piston alone moves at its feed.
    """
    known = ~np.isnan(found.speed)
    if (found.speed[known] <= 0).any():
        return math.inf
    chosen = known & found.way.any(axis=1)
    alone = known & ~chosen & (found.length > 0)
    pressing = math.fsum((found.length[alone] / found.speed[alone]).tolist())
    if not chosen.any():
        return found.waits + pressing
    way, limits, wet = found.way[chosen], found.speed[chosen], found.wet[chosen]
    points = np.concatenate([np.zeros((1, 3)), np.cumsum(way, axis=0)])
    corners = corner_speeds(points, limits, acceleration, deviation)
    lines = np.array([m.line for m in found.moves], np.int64)[chosen]
    before = np.searchsorted(found.dwells, lines)
    corners[(wet[:-1] != wet[1:]) | (before[:-1] != before[1:])] = 0.0
    return found.waits + pressing + float(move_times(found.length[chosen], limits, corners, acceleration).sum())
