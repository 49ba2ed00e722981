"""A section through the cell: the bodies along one straight cut, true to scale and with thin layers made visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fabplan.exporters import _palette, _show
from fabplan.exporters._svg import number
from fabplan.exporters._window import around, copies_meeting
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, Part, Region

WIDTH = 1000.0
TALL = 300.0  # height of the drawing with enlarged layers
_FEW = 12  # electrode sections that are shown before the view narrows to the middle
_SUBSTRATE_SHOWN = 0.35  # of the cell's own height
_ROOT = 0.3  # thin layers grow: drawn height goes with this power of the true one
_BEHIND = {"substrate": 0, "electrolyte": 1, "encapsulation": 2}
_CLOSE = 19.0  # picture units between two height labels
Interval = tuple[float, float]


@dataclass(frozen=True)
class Strip:
    """One body in the section, ready to be drawn in both ways."""

    label: str
    colour: str
    opacity: str
    true_path: str
    tall_path: str


@dataclass(frozen=True)
class Section:
    """Two drawings of the same cut, `WIDTH` wide; heights are marked on the enlarged one."""

    width: str
    true_height: str
    tall_height: str
    strips: tuple[Strip, ...]
    marks: tuple[tuple[str, str], ...]
    where: str
    extent: str
    left_out: tuple[str, ...]
    substrate: bool


def section(bodies: Sequence[Body]) -> Section | None:
    """The section that crosses the most bodies; None when nothing has a height."""
    solid = [b for b in bodies if b.bottom is not None and b.region and b.thickness > 0]
    above = [b for b in solid if b.role != "substrate"] or solid
    if not solid:
        return None
    box = around([b.region for b in above])
    axis, at = _best_cut(above, box)
    view = _view(above, axis, at, box)
    levels, floor = _levels(solid, above)
    scale = WIDTH / max(view[1] - view[0], 1)
    tall = _heights(levels)
    true_height = (levels[-1] - levels[0]) / NANOMETRE * scale
    drawn = sorted(solid, key=lambda b: _BEHIND.get(b.role, 3))
    strips = [_strip(b, intervals(b.region, axis, at, view), view, levels, tall, floor) for b in drawn]
    return Section(
        number(WIDTH),
        number(max(true_height, 1.0)),
        number(TALL),
        tuple(s for s in strips if s is not None),
        _marks(levels, tall),
        _where(axis, at, box),
        _show.text((view[1] - view[0]) * NANOMETRE, "length"),
        tuple(b.name for b in bodies if b.bottom is None),
        any(b.role == "substrate" for b in solid),
    )


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


def _best_cut(bodies: Sequence[Body], box: Box) -> tuple[int, float]:
    """Axis and place that cross the most bodies, then the most pieces; the middle wins a tie."""
    best: tuple[tuple[int, int, float], int, float] | None = None
    for axis in (0, 1):
        low, high = box[1 - axis], box[3 - axis]
        view = (box[axis], box[axis + 2])
        for share in (0.5, 0.47, 0.53, 0.43, 0.57, 0.4, 0.6, 0.33, 0.67, 0.25, 0.75):
            at = round(low + share * (high - low)) + 0.5
            pieces = [min(len(intervals(b.region, axis, at, view)), 50) for b in bodies if b.net]
            score = (sum(1 for p in pieces if p), sum(pieces), -abs(share - 0.5))
            if best is None or score > best[0]:
                best = (score, axis, at)
    assert best is not None
    return best[1], best[2]


def _view(bodies: Sequence[Body], axis: int, at: float, box: Box) -> tuple[int, int]:
    """The whole width, or the middle of it when there are many electrodes."""
    low, high = box[axis], box[axis + 2]
    margin = max(round((high - low) * 0.02), 1)
    pieces = sum(len(intervals(b.region, axis, at, (low, high))) for b in bodies if b.role in ("anode", "cathode"))
    if pieces <= _FEW:
        return low - margin, high + margin
    half = round((high - low) * _FEW / pieces / 2)
    middle = (low + high) // 2
    return middle - half, middle + half


def _levels(solid: Sequence[Body], above: Sequence[Body]) -> tuple[list[float], float]:
    """Heights at which something starts or ends, and the depth at which the substrate is cut off [m]."""
    tops = [(b.bottom or 0.0) + b.thickness for b in above]
    foot = min(b.bottom or 0.0 for b in above)
    floor = foot - _SUBSTRATE_SHOWN * (max(tops) - foot)
    values = [v for b in solid for v in (b.bottom or 0.0, (b.bottom or 0.0) + b.thickness)]
    return sorted({round(max(v, floor), 12) for v in values}), floor


def _heights(levels: Sequence[float]) -> list[float]:
    """Drawn height of each level: every slab at least visible, order and monotony kept."""
    slabs = [(b - a) ** _ROOT for a, b in pairwise(levels)]
    total, place, found = sum(slabs) or 1.0, 0.0, [0.0]
    for slab in slabs:
        place += slab / total * TALL
        found.append(place)
    return found


def _strip(
    body: Body,
    pieces: Sequence[Interval],
    view: tuple[int, int],
    levels: Sequence[float],
    tall: Sequence[float],
    floor: float,
) -> Strip | None:
    if not pieces:
        return None
    scale = WIDTH / max(view[1] - view[0], 1)
    bottom = round(max(body.bottom or 0.0, floor), 12)
    top = round((body.bottom or 0.0) + body.thickness, 12)
    spans = [((max(a, view[0]) - view[0]) * scale, (min(b, view[1]) - view[0]) * scale) for a, b in pieces]
    per_metre = scale / NANOMETRE
    true = ((levels[-1] - top) * per_metre, (top - bottom) * per_metre)
    low, high = tall[levels.index(bottom)], tall[levels.index(top)]
    foot = _show.text(body.bottom, "length") if body.bottom else "0"
    label = f"{body.name}: {body.material}, {_show.text(body.thickness, 'length')} thick, from {foot}"
    return Strip(
        label,
        _palette.css(body.role),
        _palette.opacity(body.role),
        _boxes(spans, *true),
        _boxes(spans, TALL - high, high - low),
    )


def _boxes(spans: Sequence[Interval], y: float, height: float) -> str:
    return "".join(
        f"M{number(a)} {number(y)}h{number(b - a)}v{number(height)}h{number(a - b)}z" for a, b in spans if b > a
    )


def _marks(levels: Sequence[float], tall: Sequence[float]) -> tuple[tuple[str, str], ...]:
    """Height labels of the enlarged drawing, those left out that would sit on another."""
    marks: list[tuple[float, str]] = []
    for level, place in zip(levels, tall, strict=True):
        y = TALL - place
        if not marks or marks[-1][0] - y >= _CLOSE:
            marks.append((y, _show.text(level, "length", 4) if level else "0"))
    return tuple((number(y), label) for y, label in marks)


def _where(axis: int, at: float, box: Box) -> str:
    share = (at - box[1 - axis]) / max(box[3 - axis] - box[1 - axis], 1)
    along, across = ("x", "y") if axis == 0 else ("y", "x")
    return f"Cut along {along} at {across} = {_show.text(at * NANOMETRE, 'length')} ({_show.percent(share)} of the way)"
