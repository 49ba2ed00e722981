"""What all patterns share: the frame they are drawn in, what they return, and the gap as a line on a grid.

A pattern is a module of this folder with ``TITLE`` and ``draw(frame) -> Drawn | None`` (None: no room). The anode
takes the whole lower edge of the drawing and the cathode the whole upper edge, so that pads stand anywhere along them.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry.region import Part, Point, Region

SLANTED = ("rings", "waved-comb")  # not all their edges are vertical or horizontal
MOST_LINES = 2_000  # segments of a gap line: more takes too long to measure


@dataclass(frozen=True)
class Frame:
    """Room and widths of a pattern, everything in whole nanometres.

    Parameters
    ----------
    width, length : room along x and y
    anode_width, cathode_width : of the lines of both nets, the least where a pattern cannot keep them equal
    gap : between the nets
    anode_bus, cathode_bus : of the bars along the lower and along the upper edge
    """

    width: int
    length: int
    anode_width: int
    cathode_width: int
    gap: int
    anode_bus: int
    cathode_bus: int


@dataclass(frozen=True)
class Drawn:
    """A pattern whose lower left corner is the origin.

    Parameters
    ----------
    anode, cathode : regions [nm]
    width, length : extent [nm], at most the frame's
    lines : segments of the gap's centre line, where the pattern is one line across the drawing [nm]; else 0
    """

    anode: Region
    cathode: Region
    width: int
    length: int
    lines: int = 0


def names() -> tuple[str, ...]:
    """Ids of all patterns, sorted."""
    folder = str(Path(__file__).resolve().parent)
    found = (m.name for m in pkgutil.iter_modules([folder]) if m.name != "base" and not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in found))


def load(name: str) -> ModuleType:
    """Module of one pattern.

    Raises
    ------
    BadInput : no such pattern
    """
    known = names()
    if name not in known:
        raise BadInput(Problem("unknown pattern", "pattern", repr(name)[:60], listed(known), nearest(name, known)))
    return importlib.import_module(f"fabplan.geometry.patterns.{name.replace('-', '_')}")


def even(frame: Frame) -> tuple[int, int]:
    """Widths of both nets whose sum is even, so that the gap line has a grid of whole nanometres: the anode gives."""
    return frame.anode_width + (frame.anode_width + frame.cathode_width) % 2, frame.cathode_width


def pitch(frame: Frame) -> int:
    """Distance of neighbouring gap lines: every second lane is the anode's."""
    anode, cathode = even(frame)
    return (anode + cathode) // 2 + frame.gap


def room(frame: Frame) -> tuple[int, int]:
    """Whole pitches that the frame leaves between the outermost gap lines, along x and y; may be negative."""
    right, left = frame.width - 2 * _side(frame), frame.length - sum(_ends(frame))
    return right // pitch(frame), left // pitch(frame)


def _offsets(frame: Frame) -> tuple[int, int]:
    """Twice the distance of the gap line from the anode and from the cathode: w = p - 2 d."""
    anode, cathode = even(frame)
    return pitch(frame) - anode, pitch(frame) - cathode


def _side(frame: Frame) -> int:
    """From the outermost gap line to the left or right edge: a lane of either net fits."""
    anode, cathode = _offsets(frame)
    return max(even(frame)[0] + (anode + 1) // 2, even(frame)[1] + (cathode + 1) // 2)


def _ends(frame: Frame) -> tuple[int, int]:
    """From the lowest and from the highest gap line to the edge: the buses."""
    anode, cathode = _offsets(frame)
    return frame.anode_bus + (anode + 1) // 2, frame.cathode_bus + (cathode + 1) // 2


def along(line: Sequence[Point], frame: Frame) -> Drawn:
    """Both sides of a gap line that crosses the drawing from its left to its right edge.

    Parameters
    ----------
    line : corners in whole pitches, each step along x or y; both ends are led straight to the edges. The anode lies
        right of the line (below), the cathode left of it. Corners are mitred, so the gap is kept everywhere.
    """
    step, side, (low, high) = pitch(frame), _side(frame), _ends(frame)
    x0, y0 = min(x for x, _ in line), min(y for _, y in line)
    points = [(2 * ((x - x0) * step + side), 2 * ((y - y0) * step + low)) for x, y in line]
    width = (max(x for x, _ in line) - x0) * step + 2 * side
    length = (max(y for _, y in line) - y0) * step + low + high
    shift = _offsets(frame)[0] % 2  # half a nanometre where the gap line lies between grid points
    points = [(x + shift, y + shift) for x, y in points]
    points = _straight([(-2, points[0][1]), *points, (2 * width + 2, points[-1][1])])
    anode, cathode = (_beside(points, by, 2 * width) for by in (-_offsets(frame)[0], _offsets(frame)[1]))
    below = [(0, 0), *[(0, anode[0][1]), *anode[1:-1], (width, anode[-1][1])], (width, 0)]
    above = [(0, length), *[(0, cathode[0][1]), *cathode[1:-1], (width, cathode[-1][1])], (width, length)]
    return Drawn(Region((Part(tuple(reversed(below))),)), Region((Part(tuple(above)),)), width, length, len(points) - 1)


def _straight(points: Sequence[Point]) -> list[Point]:
    """Corners only: points that the line runs straight through are dropped."""
    kept = [points[0]]
    for here, after in itertools.pairwise(points[1:]):
        before = kept[-1]
        if here != before and (here[0] - before[0]) * (after[1] - here[1]) != (here[1] - before[1]) * (
            after[0] - here[0]
        ):
            kept.append(here)
    return [*kept, points[-1]]


def _beside(points: Sequence[Point], by: int, right: int) -> list[Point]:
    """A line of doubled coordinates moved to its left by ``by`` half nanometres, in nm; its ends lie on the edges."""
    found = []
    for i, (x, y) in enumerate(points):
        dx = dy = 0
        for a, b in ((i - 1, i), (i, i + 1)):
            if a < 0 or b >= len(points):
                continue
            across, up = points[b][0] - points[a][0], points[b][1] - points[a][1]
            if up:
                dx = -by if up > 0 else by
            if across:
                dy = by if across > 0 else -by
        found.append(((min(max(x, 0), right) + dx) // 2, (y + dy) // 2))
    return found


def fitted(orders: dict[int, tuple[int, int]], frame: Frame) -> tuple[int, int] | None:
    """Order of a curve and number of copies side by side that cover most; None where none fits.

    Parameters
    ----------
    orders : order -> cells of one copy along x and along y
    """
    across, up = room(frame)
    best: tuple[int, int, int] | None = None
    for order, (wide, tall) in orders.items():
        copies = min((across + 1) // wide, MOST_LINES * 10 // (wide * tall))
        if tall - 1 <= up and copies >= 1 and (best is None or copies * wide * tall > best[0]):
            best = (copies * wide * tall, order, copies)
    return None if best is None else (best[1], best[2])
