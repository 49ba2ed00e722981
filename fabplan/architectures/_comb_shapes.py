"""Rectangles of a clipped comb: fingers and strips of both nets as regions, and what they measure. Lengths in nm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._comb_clipped import Filling
from fabplan.geometry.region import Lattice, Part, Region

Integers = NDArray[np.int64]
Boxes = NDArray[np.int64]


def boxes(filling: Filling, net: int, inset: int = 0) -> Boxes:
    """Rectangles of one net, shape (K, 4), that touch and do not overlap.

    Parameters
    ----------
    net : 0 anode, 1 cathode
    inset : how far every outer edge lies inside
    """
    teeth, pieces = filling.teeth, filling.pieces
    left, right = teeth.left, teeth.right
    own = filling.kept & (pieces.finger % 2 == net)
    finger = pieces.finger[own]
    fingers = [left[finger] + inset, filling.bottom[own] + inset, right[finger] - inset, filling.top[own] - inset]
    other = filling.strip & (pieces.finger % 2 != net)
    middle, bus = pieces.finger[other], teeth.bus[net]
    low = pieces.low[other] if net == 0 else pieces.high[other] - bus
    # a strip ends on the finger it is tied to, else with the finger that it passes
    begin = np.where(filling.left[other], right[np.maximum(middle - 1, 0)] - inset, left[middle] + inset)
    end = np.where(
        filling.right[other], left[np.minimum(middle + 1, teeth.number - 1)] + inset, right[middle] - inset
    )
    strips = [begin, low + inset, end, low + bus - inset]
    return np.concatenate([np.stack(fingers, axis=1), np.stack(strips, axis=1)])


def region(found: Boxes) -> Region:
    """Region of rectangles; equal ones at equal steps in a row become one part on a lattice."""
    order = np.lexsort((found[:, 0], found[:, 3], found[:, 1], found[:, 2] - found[:, 0]))
    rows = found[order]
    same = (np.diff(rows[:, 1]) == 0) & (np.diff(rows[:, 3]) == 0) & (np.diff(rows[:, 2] - rows[:, 0]) == 0)
    steps = np.where(same, np.diff(rows[:, 0]), 0).tolist()
    plain, parts, first = rows.tolist(), [], 0
    while first < len(plain):
        last, step = first, steps[first] if first < len(steps) else 0
        while step and last < len(steps) and steps[last] == step:
            last += 1
        x0, y0, x1, y1 = plain[first]
        ring = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        parts.append(Part(ring, Lattice(last - first + 1, 1, step, 0)) if last > first else Part(ring))
        first = last + 1
    return Region(tuple(parts))


def neck(found: Boxes, left: int, right: int, foot: int, sign: int) -> Boxes | None:
    """Conductor from a pad to the first rectangles of its net above (below) it; None when there are none.

    Parameters
    ----------
    found : rectangles of the net
    left, right : of the conductor
    foot : edge of the pad that looks at the comb
    sign : 1 when the comb lies above the pad, -1 when below
    """
    near = 1 if sign > 0 else 3
    meets = (found[:, 0] < right) & (found[:, 2] > left) & (sign * (found[:, near] - foot) >= 0)
    rows = found[meets]
    if not len(rows):
        return None
    # of rectangles over each other only the one that is first met counts
    rows = rows[np.argsort(sign * rows[:, near], kind="stable")]
    cuts = np.unique(np.clip(np.concatenate([rows[:, 0], rows[:, 2], [left, right]]), left, right))
    level = np.full(len(cuts) - 1, np.iinfo(np.int64).max)
    for k, (a, b) in enumerate(pairwise(cuts.tolist())):
        over = (rows[:, 0] <= a) & (rows[:, 2] >= b)
        if over.any():
            level[k] = sign * int(rows[over, near][0])
    reached = level < np.iinfo(np.int64).max
    if not reached.all():
        return None
    lows, highs = np.full(len(level), foot), sign * level
    return np.stack([cuts[:-1], np.minimum(lows, highs), cuts[1:], np.maximum(lows, highs)], axis=1)
