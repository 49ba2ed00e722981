"""How long a program takes on real axes: ramps, corners and stops, for all moves at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabplan.layout.moves import PRINT, heads_of, layers_of, moves, speeds, waits, ways
from fabplan.layout.types import Array, Toolpath


def corner_speeds(points: Array, limits: Array, acceleration: float, deviation: float) -> Array:
    """Highest squared speed at the N - 1 corners between N moves [m²/s²].

    Parameters
    ----------
    points : N + 1 places [m], shape (N + 1, 3)
    limits : set speed of each move [m/s], shape (N,)
    acceleration : of the axes [m/s²]
    deviation : by which a corner may be cut [m]; 0 stops in every corner that turns

    Notes
    -----
    The circle that leaves the corner by ``deviation`` δ gives ``v² = a δ sin(θ/2)/(1 − sin(θ/2))`` with θ the angle
    between the moves, π where they go straight on (junction deviation of Grbl).
    """
    way = np.diff(points, axis=0)
    size = np.sqrt((way**2).sum(axis=1))
    unit = way / np.maximum(size, 1e-15)[:, None]
    cosine = np.clip((unit[:-1] * unit[1:]).sum(axis=1), -1.0, 1.0)
    half = np.sqrt((1.0 + cosine) / 2.0)  # sin(θ/2): 1 straight on, 0 back
    straight = half > 1.0 - 1e-9
    bound = np.where(straight, np.inf, acceleration * deviation * half / np.maximum(1.0 - half, 1e-12))
    slower = np.minimum(limits[:-1], limits[1:]) ** 2
    return np.asarray(np.where(size[:-1] * size[1:] > 0, np.minimum(bound, slower), 0.0), np.float64)


def move_times(lengths: Array, limits: Array, corners: Array, acceleration: float) -> Array:
    """Time of each move with look-ahead over all of them [s], from rest to rest.

    Parameters
    ----------
    lengths, limits : of the N moves [m], [m/s]
    corners : highest squared speed between them [m²/s²], shape (N - 1,); 0 where the machine stops
    acceleration : of the axes [m/s²]

    Notes
    -----
    With u the squared speed and d = 2 a L, both passes are ``u[i] = min(c[i], u[i−1] + d[i−1])``, which is
    ``D + running minimum of (c − D)`` with D the sums of d: no loop is needed.
    """
    gain = np.concatenate([[0.0], np.cumsum(2.0 * acceleration * lengths)])
    bound = np.concatenate([[0.0], corners, [0.0]])
    forward = gain + np.minimum.accumulate(bound - gain)
    left = gain[-1] - gain[::-1]
    u = (left + np.minimum.accumulate(np.minimum(forward, bound)[::-1] - left))[::-1]
    u = np.maximum(u, 0.0)
    first, last = u[:-1], u[1:]
    peak = np.minimum(limits**2, (first + last) / 2.0 + acceleration * lengths)
    top = np.sqrt(np.maximum(peak, np.maximum(first, last)))
    ramps = (2.0 * top - np.sqrt(first) - np.sqrt(last)) / acceleration
    cruise = np.maximum(lengths - (2.0 * top**2 - first - last) / (2.0 * acceleration), 0.0)
    return np.asarray(ramps + cruise / np.maximum(top, 1e-15), np.float64)


def ramped_duration(path: Toolpath, acceleration: float, deviation: float = 0.0) -> float:
    """Time of a whole program with its ramps and waits [s]; the machine stops at every valve and head change."""
    table = moves(path)
    heads, head_of = heads_of(path)
    way, rises = ways(path, table)
    points = np.concatenate([np.zeros((1, 3)), np.cumsum(way, axis=0)])
    limits = speeds(path, table)
    lengths = np.sqrt((way**2).sum(axis=1))
    corners = corner_speeds(points, limits, acceleration, deviation)
    corners[_stops(table.kinds)] = 0.0
    corners[table.first[1:][np.diff(head_of) != 0] - 1] = 0.0
    waiting = np.array([sum(waits(head)) for head in heads])
    cured = (path.lamp_time + path.layer_pause) * layers_of(path)
    moving = float(move_times(lengths, limits, corners, acceleration).sum()) + rises / path.travel_speed
    return moving + float(waiting[head_of].sum() + cured)


def _stops(kinds: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Corners at which a valve opens or closes."""
    wet = kinds == PRINT
    stops: NDArray[np.bool_] = wet[:-1] != wet[1:]
    return stops
