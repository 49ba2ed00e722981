"""A straight cut through the cell: where it runs, and what it meets."""

from __future__ import annotations

from collections.abc import Sequence

from fabplan.exporters._window import copies_meeting
from fabplan.geometry.body import Body
from fabplan.geometry.region import Box, Part, Region

FEW = 12  # electrode sections that are shown before the view narrows to the middle
_SHARES = (0.5, 0.47, 0.53, 0.43, 0.57, 0.4, 0.6, 0.33, 0.67, 0.25, 0.75)
Interval = tuple[float, float]


def intervals(region: Region, axis: int, at: float, view: tuple[int, int]) -> list[Interval]:
    """Where a straight line runs inside a region.

    Parameters
    ----------
    axis : 0 cuts along x at the given y, 1 cuts along y at the given x
    at : place of the cut [nm]; halves of a nanometre never hit a corner
    view : part of the line that is looked at [nm]
    """
    return sorted(pair for part in region.parts for pair in _part_intervals(part, axis, at, view))


def _part_intervals(part: Part, axis: int, at: float, view: tuple[int, int]) -> list[Interval]:
    along = [p[axis] for p in part.polygon]
    across = [p[1 - axis] for p in part.polygon]
    lattice = part.lattice
    columns, step = (lattice.columns, lattice.step_x) if axis == 0 else (lattice.rows, lattice.step_y)
    rows, rise = (lattice.rows, lattice.step_y) if axis == 0 else (lattice.columns, lattice.step_x)
    found = []
    for j in copies_meeting(min(across), max(across), rise, rows, int(at), int(at) + 1):
        crossings = _crossings(along, across, at - j * rise)
        for i in copies_meeting(min(along), max(along), step, columns, view[0], view[1]):
            found += [(a + i * step, b + i * step) for a, b in zip(crossings[::2], crossings[1::2], strict=True)]
    return found


def _crossings(along: Sequence[int], across: Sequence[int], at: float) -> list[float]:
    """Sorted places where the line crosses the outline; their number is even."""
    found = []
    for k, (a0, c0) in enumerate(zip(along, across, strict=True)):
        a1, c1 = along[(k + 1) % len(along)], across[(k + 1) % len(across)]
        if (c0 > at) != (c1 > at):
            found.append(a0 + (a1 - a0) * (at - c0) / (c1 - c0))
    return sorted(found)


def best_cut(bodies: Sequence[Body], box: Box) -> tuple[int, float]:
    """Axis and place that cross the most bodies, then the most pieces; the middle wins a tie."""
    best: tuple[tuple[int, int, float], int, float] | None = None
    for axis in (0, 1):
        low, high = box[1 - axis], box[3 - axis]
        view = (box[axis], box[axis + 2])
        for share in _SHARES:
            at = round(low + share * (high - low)) + 0.5
            pieces = [min(len(intervals(b.region, axis, at, view)), 50) for b in bodies if b.net]
            score = (sum(1 for p in pieces if p), sum(pieces), -abs(share - 0.5))
            if best is None or score > best[0]:
                best = (score, axis, at)
    assert best is not None
    return best[1], best[2]


def view_of(bodies: Sequence[Body], axis: int, at: float, box: Box) -> tuple[int, int]:
    """The whole width, or the middle of it when there are many electrodes."""
    low, high = box[axis], box[axis + 2]
    margin = max(round((high - low) * 0.02), 1)
    pieces = sum(len(intervals(b.region, axis, at, (low, high))) for b in bodies if b.role in ("anode", "cathode"))
    if pieces <= FEW:
        return low - margin, high + margin
    half = round((high - low) * FEW / pieces / 2)
    middle = (low + high) // 2
    return middle - half, middle + half
