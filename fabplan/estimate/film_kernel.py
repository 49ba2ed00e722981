"""The march of ``film_march`` film by film as compiled loops, for the extra ``fast`` (numba).

The same equations, mesh and steps as the array version, which explains them; a test holds both against each other.
Only ``film_march`` imports this module, and only where numba is installed.
"""

from __future__ import annotations

from math import log1p, sqrt
from typing import NamedTuple

import numpy as np

from fabplan.estimate.compiling import compiled, exponential, inlined
from fabplan.estimate.constants import Array, Index


class Work(NamedTuple):
    """Cells of one film: stoichiometry now, before and coming; weighted past, D/D_s, flow inwards; factors [cells]."""

    now: Array
    before: Array
    x: Array
    past: Array
    spread: Array
    flow: Array
    share: Array
    right: Array


class Film(NamedTuple):
    """One film, as in ``film_march.Grid``, with the numbers of the scheme as in ``film_march``."""

    volume: Array
    link: Array
    half: float
    slope: float
    flux: float
    reference: float
    plain: bool
    beyond: float


@inlined
def _spread(film: Film, x: float) -> float:
    """D/D_s."""
    return exponential(film.slope * (film.reference - min(max(x, 0.0), 1.0)))


@inlined
def _between(film: Film, x: float, other: float, spread: float, at_other: float) -> float:
    """Mean of D/D_s from one to another stoichiometry, where D/D_s is ``spread`` and ``at_other``.

    Over the logarithm: the quotient of differences, or its series, which holds where that cancels.
    """
    half = 0.5 * film.slope * (min(max(other, 0.0), 1.0) - min(max(x, 0.0), 1.0))
    square = half * half
    series = 1.0 + square * (1.0 / 6.0) * (1.0 + square * (1.0 / 20.0) * (1.0 + square * (1.0 / 42.0)))
    wide = square > 0.01
    quotient = (spread - at_other) / (2.0 * half if wide else 1.0)
    return quotient if wide else sqrt(spread * at_other) * series


@inlined
def _newton(film: Film, work: Work, rate: float) -> None:
    """One Newton step. Its unknowns are D/D_s times the changes, which makes the matrix symmetric."""
    last = len(work.x) - 1
    for k in range(last + 1):
        work.spread[k] = _spread(film, work.x[k])
    for k in range(last):
        mean = _between(film, work.x[k], work.x[k + 1], work.spread[k], work.spread[k + 1])
        work.flow[k] = film.link[k] * mean * (work.x[k + 1] - work.x[k])
    link, flow, share, right = 0.0, -film.flux, 0.0, 0.0
    for k in range(last + 1):
        onward = film.link[k]
        inverse = 1.0 / (film.volume[k] * rate / work.spread[k] + onward + link * (1.0 - share))
        balance = film.volume[k] * (work.past[k] - rate * work.x[k]) + work.flow[k] - flow
        right = (balance + link * right) * inverse
        share = onward * inverse
        work.share[k], work.right[k] = share, right
        link, flow = onward, work.flow[k]
    change = 0.0
    for back in range(last + 1):
        k = last - back
        change = work.right[k] + work.share[k] * change
        work.x[k] = min(max(work.x[k] + change / work.spread[k], 1.0 - film.beyond), film.beyond)


@inlined
def _face(film: Film, x: float, following: float) -> float:
    """Surface stoichiometry."""
    mean = _between(film, x, following, _spread(film, x), _spread(film, following))
    onward = film.link[0] * mean * (x - following)
    rise = film.half * (2.0 * film.flux + onward) / 3.0
    if film.plain:
        return float(x + rise)
    share = film.slope * rise / _spread(film, x)
    if not share < 1.0:
        return float(film.beyond if film.flux > 0.0 else 1.0 - film.beyond)
    return float(x - log1p(-min(share, 1.0 - 1e-12)) / film.slope)


@inlined
def _march(
    film: Film, work: Work, start: float, times: Array, iterations: int, table: Array, end: int
) -> int:
    """Surface stoichiometry at all times; BDF2 with times that are squares of equal steps.

    It stops at step ``end``, or where the surface has left (0, 1), and tells that step; behind it nothing changes.
    """
    work.now[:], work.before[:], work.flow[:], table[0] = start, start, 0.0, start
    for step in range(min(len(times) - 1, end)):
        length = times[step + 1] - times[step]
        ratio = (2.0 * step + 1.0) / (2.0 * step - 1.0) if step else 0.0
        rate, older = (1.0 + 2.0 * ratio) / (1.0 + ratio) / length, ratio * ratio / (1.0 + ratio)
        for k in range(len(work.x)):
            now, before = work.now[k], work.before[k]
            work.past[k] = ((1.0 + ratio) * now - older * before) / length
            work.x[k] = now + ratio * (now - before)
        for _ in range(iterations):
            _newton(film, work, rate)
        for k in range(len(work.x)):
            work.before[k], work.now[k] = work.now[k], work.x[k]
        face = _face(film, work.x[0], work.x[1])
        table[step + 1 :] = face
        if face >= 1.0 if film.flux > 0.0 else face <= 0.0:
            return step + 1
    return end


@compiled
def surfaces(
    volume: Array,
    link: Array,
    numbers: Array,
    scheme: tuple[float, float, float, int],
    times: Array,
    table: Array,
    ends: Index,
) -> None:
    """Surface stoichiometries of films at times [n, steps + 1] into ``table``.

    Parameters
    ----------
    volume, link : as in ``film_march.Grid`` [n, cells]
    numbers : half, slope, flux, stoichiometry at the start [n, 4]
    scheme : stoichiometry of D_s, slope below which D is constant, what stands for a surface outside, iterations
    times : t D_s [n, steps + 1]
    ends : last step that counts; becomes the one at which the surface has left (0, 1), if earlier [n]
    """
    room = volume.shape[1]
    work = Work(
        np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room),
        np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room),
    )  # fmt: skip
    for row in range(len(numbers)):
        half, slope, flux = numbers[row, 0], numbers[row, 1], numbers[row, 2]
        plain = abs(slope) < scheme[1]
        film = Film(volume[row], link[row], half, slope, flux, scheme[0], plain, scheme[2])
        ends[row] = _march(film, work, numbers[row, 3], times[row], scheme[3], table[row], ends[row])
