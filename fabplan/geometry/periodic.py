"""Large lattices cut short: what repeats needs to be looked at only a few times.

Where a layout repeats along an axis with one period (lattices in their middle, everything else running straight
through), whole periods can be cut out and the two sides pushed together: every connection, and every distance and
width within the `reach` of the periods that stay, is the same in both, and what adds up (lengths, areas) grows by the
same amount with every period. So 10^6 equal fingers are checked and measured on some ten of them, exactly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabplan.geometry.region import Lattice, Part, Point, Region, count

KEPT = 6  # periods that stay in every stretch
SEEN = 4  # of them: a distance up to that many periods is the same in the short layout, a longer one may be cut
FEW = 2000  # flat polygons up to which nothing is cut


@dataclass(frozen=True)
class Stretch:
    """A stretch along one axis in which a layout repeats.

    Parameters
    ----------
    start : where the cut begins [nm]
    period : of the layout there [nm]
    spare : whole periods that can be cut out
    """

    start: int
    period: int
    spare: int


@dataclass(frozen=True)
class Stretches:
    """All stretches of a layout along x and along y."""

    x: tuple[Stretch, ...] = ()
    y: tuple[Stretch, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.x or self.y)

    @property
    def reach(self) -> float:
        """Distance [nm] up to which the short layout tells the truth; infinite where nothing is cut."""
        return min((SEEN * stretch.period for stretch in (*self.x, *self.y)), default=math.inf)


def stretches(regions: Sequence[Region], few: int = FEW) -> Stretches:
    """Where regions that belong together repeat, all with the same period; none in a layout of ``few`` polygons."""
    if sum(count(region) for region in regions) <= few:
        return Stretches()
    parts = [part for region in regions for part in region.parts]
    if all(part.lattice.count == 1 for part in parts):
        return Stretches()
    return Stretches(tuple(_along(parts)), tuple(_along([_turned(part) for part in parts])))


def short(regions: Sequence[Region], found: Stretches, more: tuple[int, int] | None = None) -> list[Region]:
    """Regions with the spare periods cut out.

    Parameters
    ----------
    found : `stretches` of these regions
    more : one period more is left in stretch number i of x and j of y; -1 for none
    """
    left = more or (-1, -1)
    x, y = (
        [replace(s, spare=s.spare - (k == one)) for k, s in enumerate(along)]
        for along, one in ((found.x, left[0]), (found.y, left[1]))
    )
    if x:
        regions = [Region(tuple(_pushed(part, x) for part in region.parts)) for region in regions]
    if y:
        regions = [Region(tuple(_turned(_pushed(_turned(part), y)) for part in region.parts)) for region in regions]
    return list(regions)


def grown(measure: Callable[[list[Region]], float], regions: Sequence[Region], found: Stretches) -> float:
    """What a measure that adds up over periods is for the whole layout.

    It is affine in the number of periods of each stretch, along x times along y:
    f = f₀₀ + Σ m_i (f_i0 - f₀₀) + Σ n_j (f_0j - f₀₀) + Σ m_i n_j (f_ij - f_i0 - f_0j + f₀₀), with m_i, n_j the
    periods that were cut out and f_ij the measure with one more of them left in.
    """
    pairs = itertools.product(range(-1, len(found.x)), range(-1, len(found.y)))
    value = {pair: measure(short(regions, found, pair)) for pair in pairs}
    base = value[-1, -1]
    along_x = [value[i, -1] - base for i in range(len(found.x))]
    along_y = [value[-1, j] - base for j in range(len(found.y))]
    total = base + sum(s.spare * gain for s, gain in zip(found.x, along_x, strict=True))
    total += sum(s.spare * gain for s, gain in zip(found.y, along_y, strict=True))
    for (i, one), (j, other) in itertools.product(enumerate(found.x), enumerate(found.y)):
        total += one.spare * other.spare * (value[i, j] - base - along_x[i] - along_y[j])
    return total


def _along(parts: Sequence[Part]) -> list[Stretch]:
    """Stretches along x."""
    lattices = [part for part in parts if _repeats(part)]
    if not lattices:
        return []
    shortest = (KEPT + 1) * min(abs(part.lattice.step_x) for part in lattices)
    places = sorted({end for part in parts for span in _spans(part) for end in span})
    long = [(low, high) for low, high in itertools.pairwise(places) if high - low >= shortest]
    if not long:
        return []
    slanted = [span for part in parts if not _repeats(part) for span in _slanted(part)]
    blocked = np.array(slanted, dtype=np.int64).reshape(-1, 2)
    found = []
    for low, high in long:
        steps = {abs(part.lattice.step_x) for part in lattices if _in_bulk(part, low, high)}
        if len(steps) != 1 or bool(np.any((blocked[:, 0] < high) & (blocked[:, 1] > low))):
            continue
        period = steps.pop()
        spare = (high - low) // period - KEPT
        if spare > 0:
            found.append(Stretch(low + period * (KEPT // 2), period, spare))
    return found


def _repeats(part: Part) -> bool:
    return part.lattice.columns > 1 and part.lattice.step_x != 0


def _extent(part: Part) -> tuple[int, int]:
    xs = [x for x, _ in part.polygon]
    reach = (part.lattice.columns - 1) * part.lattice.step_x
    return min(xs) + min(reach, 0), max(xs) + max(reach, 0)


def _spans(part: Part) -> list[tuple[int, int]]:
    """Places at which something ends or begins: every corner of what does not repeat, both ends of what does."""
    if not _repeats(part):
        return [(x, x) for x, _ in part.polygon]
    low, high = _extent(part)
    width = max(x for x, _ in part.polygon) - min(x for x, _ in part.polygon)
    return [(low, low + width), (high - width, high)]


def _in_bulk(part: Part, low: int, high: int) -> bool:
    """Whether a lattice runs through an interval without beginning or ending in it."""
    start, end = _extent(part)
    width = max(x for x, _ in part.polygon) - min(x for x, _ in part.polygon)
    return start + width <= low and high <= end - width


def _slanted(part: Part) -> list[tuple[int, int]]:
    """Intervals of x over which an edge is not level."""
    ahead = [*part.polygon[1:], part.polygon[0]]
    return [
        (min(x0, x1), max(x0, x1)) for (x0, y0), (x1, y1) in zip(part.polygon, ahead, strict=True) if y0 != y1
    ]


def _pushed(part: Part, cuts: Sequence[Stretch]) -> Part:
    """A part after the cuts: what lies behind them moves, a lattice in its bulk loses copies."""
    if not cuts:
        return part
    if not _repeats(part):
        return replace(part, polygon=tuple((_moved(x, cuts), y) for x, y in part.polygon))
    low, high = _extent(part)
    lost = sum(cut.spare for cut in cuts if low < cut.start and cut.start + cut.period * cut.spare < high)
    first = min(x for x, _ in part.polygon)
    lattice = Lattice(part.lattice.columns - lost, part.lattice.rows, part.lattice.step_x, part.lattice.step_y)
    # a lattice that runs backwards has its first copy at the far end
    shift = _moved(first, cuts) - first
    return Part(tuple((x + shift, y) for x, y in part.polygon), lattice)


def _moved(x: int, cuts: Sequence[Stretch]) -> int:
    return x - sum(cut.period * cut.spare for cut in cuts if x > cut.start)


def _turned(part: Part) -> Part:
    """Part with x and y exchanged; the outline runs backwards so that it stays counter-clockwise."""
    turned: tuple[Point, ...] = tuple((y, x) for x, y in reversed(part.polygon))
    lattice = part.lattice
    return Part(turned, Lattice(lattice.rows, lattice.columns, lattice.step_y, lattice.step_x))
