"""What a straight cut shows: every body as slabs, conformal films laid over the surface that they meet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fabplan.exporters._cut import Interval
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE

_DIGITS = 12  # heights are told apart to a picometre


@dataclass(frozen=True)
class Slab:
    """Part of a body between two places along the cut [nm] and two heights [m]."""

    start: float
    end: float
    bottom: float
    top: float


def stacked(
    bodies: Sequence[Body], cuts: Sequence[Sequence[Interval]], view: Interval, sidewall: float = 0.0
) -> tuple[tuple[Slab, ...], ...]:
    """Slabs of every body, in the order given, which is the order in which they are made.

    A body with a bottom stands where it says. A conformal film has its thickness on every face of the
    surface that is there when it comes, steps included.

    Parameters
    ----------
    bodies : in the order of making
    cuts : where the cut runs inside of each [nm]
    view : part of the cut that is looked at [nm]
    sidewall : least thickness with which a film is drawn on a step [nm]; 0 for the true one
    """
    surface = [Slab(view[0], view[1], 0.0, 0.0)]
    found = []
    for body, cut in zip(bodies, cuts, strict=True):
        spans = [(max(a, view[0]), min(b, view[1])) for a, b in cut if b > view[0] and a < view[1]]
        slabs = _standing(body, spans) if body.bottom is not None else _film(body, spans, surface, sidewall)
        surface = _raised(surface, slabs)
        found.append(tuple(slabs))
    return tuple(found)


def _standing(body: Body, spans: Sequence[Interval]) -> list[Slab]:
    foot = body.bottom or 0.0
    found: list[Slab] = []
    for a, b in sorted(spans):
        _add(found, Slab(a, b, round(foot, _DIGITS), round(foot + body.thickness, _DIGITS)))
    return found


def _film(body: Body, spans: Sequence[Interval], surface: Sequence[Slab], sidewall: float) -> list[Slab]:
    """The surface, widened by the film's thickness at every step, is its upper face."""
    reach = max(body.thickness / NANOMETRE, sidewall)
    found: list[Slab] = []
    for a, b in spans:
        here = [s for s in surface if s.end > a - reach and s.start < b + reach]
        starts, ends = [s.start for s in here], [s.end for s in here]  # left to right, as the surface is
        edges = {a, b, *(x + d for s in here for x in (s.start, s.end) for d in (-reach, 0.0, reach))}
        for left, right in pairwise(sorted(x for x in edges if a <= x <= b)):
            middle = (left + right) / 2
            below = max(s.top for s in here[bisect_left(ends, middle) : bisect_right(starts, middle)])
            near = here[bisect_right(ends, middle - reach) : bisect_left(starts, middle + reach)]
            highest = max(s.top for s in near)
            _add(found, Slab(left, right, below, round(highest + body.thickness, _DIGITS)))
    return found


def _raised(surface: Sequence[Slab], slabs: Sequence[Slab]) -> list[Slab]:
    """The upper face after the slabs came on it: piecewise level, left to right."""
    edges = sorted({x for s in (*surface, *slabs) for x in (s.start, s.end)})
    found: list[Slab] = []
    old, new = 0, sorted(slabs, key=lambda s: s.start)
    first = 0
    for left, right in pairwise(edges):
        middle = (left + right) / 2
        while surface[old].end < middle:
            old += 1
        while first < len(new) and new[first].end < middle:
            first += 1
        tops = [s.top for s in new[first : first + 2] if s.start < middle < s.end]
        _add(found, Slab(left, right, 0.0, max([surface[old].top, *tops])))
    return found


def _add(slabs: list[Slab], slab: Slab) -> None:
    """Append, or lengthen the last one when it goes on at the same heights."""
    last = slabs[-1] if slabs else None
    if last and (last.end, last.bottom, last.top) == (slab.start, slab.bottom, slab.top):
        slabs[-1] = Slab(last.start, slab.end, slab.bottom, slab.top)
    else:
        slabs.append(slab)
