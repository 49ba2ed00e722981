"""Which copies of a lattice are worth drawing: all of them, or those in a window around the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fabplan.geometry.region import Box, Lattice, Part, Region, bounds, corners

FEW = 16  # copies that are always drawn
_HALVINGS = 40


@dataclass(frozen=True)
class Shown:
    """Regions cut down to what is drawn.

    Parameters
    ----------
    regions : in the order given
    share : side of the window over the side of the whole, 1.0 when everything is drawn
    window : what the cut regions cover [nm]: lattices fill it, single shapes may reach out of it
    """

    regions: tuple[Region, ...]
    share: float
    window: Box


def shown(regions: Sequence[Region], most: int) -> Shown:
    """Regions with at most about ``most`` corners when flat: of large lattices only a window around the common middle.

    Parameters
    ----------
    regions : bodies or layers that belong together, not all empty
    most : corners of all polygons that may be drawn; where shapes that stand alone need more by themselves, as in a
        clipped comb, they are drawn all the same
    """
    whole = around(regions)
    alone = sum(corners(Region(tuple(p for p in r.parts if p.lattice.count <= FEW))) for r in regions)
    most = most if alone <= most else alone + most
    if sum(map(corners, regions)) <= most:
        return Shown(tuple(regions), 1.0, whole)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        fits = sum(corners(cut(region, _window(whole, middle))) for region in regions) <= most
        low, high = (middle, high) if fits else (low, middle)
    window = _window(whole, low)
    return Shown(tuple(cut(region, window) for region in regions), low, window)


def around(regions: Sequence[Region]) -> Box:
    """Bounding box of several regions, not all empty [nm]."""
    boxes = [bounds(region) for region in regions if region]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _window(whole: Box, share: float) -> Box:
    x0, y0, x1, y1 = whole
    dx, dy = round((x1 - x0) * share / 2), round((y1 - y0) * share / 2)
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    return x - dx, y - dy, x + dx, y + dy


def cut(region: Region, window: Box) -> Region:
    """Lattices cut down to the copies that meet the window; few copies stay as they are."""
    return Region(tuple(kept for part in region.parts if (kept := _cut_part(part, window)) is not None))


def _cut_part(part: Part, window: Box) -> Part | None:
    """The copies whose box meets the window; None when there is none."""
    if part.lattice.count <= FEW:
        return part
    xs, ys = [x for x, _ in part.polygon], [y for _, y in part.polygon]
    columns = copies_meeting(min(xs), max(xs), part.lattice.step_x, part.lattice.columns, window[0], window[2])
    rows = copies_meeting(min(ys), max(ys), part.lattice.step_y, part.lattice.rows, window[1], window[3])
    if not columns or not rows:
        return None
    dx, dy = columns.start * part.lattice.step_x, rows.start * part.lattice.step_y
    polygon = tuple((x + dx, y + dy) for x, y in part.polygon)
    lattice = Lattice(len(columns), len(rows), part.lattice.step_x, part.lattice.step_y)
    return replace(part, polygon=polygon, lattice=lattice)


def copies_meeting(low: int, high: int, step: int, copies: int, start: int, end: int) -> range:
    """Numbers k in 0 to copies - 1 with [low, high] + k·step meeting [start, end]."""
    if step == 0:
        return range(copies) if high >= start and low <= end else range(0)
    if step < 0:
        first, last = -((end - low) // -step), (high - start) // -step
    else:
        first, last = -((high - start) // step), (end - low) // step
    return range(max(0, first), min(copies, last + 1))
