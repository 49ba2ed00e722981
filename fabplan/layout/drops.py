"""Drop patterns: which drops of a grid a body wants, in how many passes, and whether lines of them are stable.

A pixel is set when its centre lies inside the body (even-odd rule, lower and left edges belong to it). When all
edges lie on the lattice of the pixels the pattern has exactly the area of the body.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry.region import NANOMETRE, Box, Region, bounds, polygons
from fabplan.layout.types import Toolpath

MOST_PIXELS = 1_000_000_000
BULGE = 1.5  # least spacing is the largest one over this (stevenabbott.co.uk, a simple guard against bulging)


@dataclass(frozen=True)
class DropPattern:
    """One layer of drops.

    Parameters
    ----------
    name : of the step
    pixels : whether a drop is wanted, row 0 at the bottom, shape (rows, columns)
    origin : lower left corner of pixel (0, 0) [nm]
    spacing : of drops along x and of lines along y [nm]
    body_area : of the drawn body [nm²], to compare
    layers : how often the pattern is printed
    passes : that share the drops of a layer
    nozzles : in the row across the sweep
    nozzle_pitch : from nozzle to nozzle, in lines of the pattern
    swathes : moves of the axes under a head of several nozzles that fires by itself; None for one nozzle
    """

    name: str
    pixels: NDArray[np.bool_]
    origin: tuple[int, int]
    spacing: tuple[int, int]
    body_area: float
    layers: int = 1
    passes: int = 1
    nozzles: int = 1
    nozzle_pitch: int = 1
    swathes: Toolpath | None = None

    @property
    def area(self) -> float:
        """Area of the wanted pixels [nm²]."""
        return float(np.count_nonzero(self.pixels)) * self.spacing[0] * self.spacing[1]


def drop_pattern(region: Region, spacing: tuple[int, int], name: str, box: Box | None = None) -> DropPattern:
    """Drops of one layer.

    Parameters
    ----------
    region : of the body [nm]; its parts must not overlap
    spacing : of drops along x and of lines along y [nm]
    name : of the step
    box : that the pattern covers [nm], None for the bounds of the region

    Raises
    ------
    BadInput : no region, no positive spacing, or too many pixels
    """
    dx, dy = spacing
    if not region or dx <= 0 or dy <= 0:
        raise BadInput(Problem("nothing to print, or no drop spacing", name, f"{dx} nm x {dy} nm", "above 0"))
    x0, y0, x1, y1 = box or bounds(region)
    columns, rows = -(-(x1 - x0) // dx), -(-(y1 - y0) // dy)
    if columns * rows > MOST_PIXELS:
        given = f"{columns} x {rows} pixels"
        raise BadInput(Problem("the pattern is too large", name, given, f"{MOST_PIXELS} pixels: a wider spacing"))
    flat = polygons(region)
    area = sum(abs(_doubled(polygon)) for polygon in flat) / 2
    return DropPattern(name, scanline(flat, (x0, y0), spacing, (rows, columns)), (x0, y0), spacing, area)


def scanline(
    flat: Sequence[Sequence[tuple[int, int]]], origin: tuple[int, int], spacing: tuple[int, int], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Pixels whose centres lie inside polygons, by the even-odd rule, exact in integers.

    Every crossing of a scanline with an edge toggles all pixels to its right; the running exclusive or
    along each line gives the inside.
    """
    rows, columns = shape
    edges = np.concatenate([np.hstack([np.array(p), np.roll(np.array(p), -1, axis=0)]) for p in flat]).astype(np.int64)
    edges = edges[edges[:, 1] != edges[:, 3]]
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    # rows whose centre y0 + (r + 1/2) dy lies in [low, high): doubled to stay whole
    first = np.clip(_ceil(2 * (low - origin[1]) - spacing[1], 2 * spacing[1]), 0, rows)
    last = np.clip(_ceil(2 * (high - origin[1]) - spacing[1], 2 * spacing[1]), 0, rows)
    slanted = edges[:, 0] != edges[:, 2]
    new = np.zeros(rows + 1, np.bool_)  # lines that differ from the one below: where an edge begins or ends, or slants
    new[first], new[last], new[0] = True, True, True
    for k in np.flatnonzero(slanted):
        new[first[k] : last[k]] = True
    told = np.flatnonzero(new[:rows])
    first, last = np.searchsorted(told, first), np.searchsorted(told, last)
    count = last - first
    edge = np.repeat(np.arange(len(edges)), count)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    ax, ay, bx, by = (edges[edge, k] for k in range(4))
    # crossing at ax + (bx - ax)(y - ay)/(by - ay); first pixel whose centre is not left of it
    twice_y = 2 * origin[1] + (2 * told[place] + 1) * spacing[1]
    sign = np.sign(by - ay)
    above = (2 * (ax - origin[0]) - spacing[0]) * (by - ay) + (bx - ax) * (twice_y - 2 * ay)
    column = np.clip(_ceil(above * sign, 2 * spacing[0] * (by - ay) * sign), 0, columns)
    toggles = np.zeros((len(told), columns + 1), np.uint8)
    np.bitwise_xor.at(toggles, (place, column), 1)
    pixels = np.bitwise_xor.accumulate(toggles, axis=1)[:, :columns].view(np.bool_)
    return np.asarray(pixels[np.cumsum(new[:rows]) - 1])


def _ceil(above: NDArray[np.int64], below: NDArray[np.int64] | int) -> NDArray[np.int64]:
    return -((-above) // below)


def _doubled(polygon: Sequence[tuple[int, int]]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, [*polygon[1:], polygon[0]], strict=True))


def passes(pattern: DropPattern, count: int) -> tuple[NDArray[np.bool_], ...]:
    """Drops of a layer shared out to passes, so that neighbours of a pass lie ``count`` pixels apart.

    Each drop falls in exactly one pass; lines are shifted against each other.
    """
    rows, columns = pattern.pixels.shape
    turn = (np.arange(columns)[None, :] + np.arange(rows)[:, None]) % count
    return tuple(pattern.pixels & (turn == k) for k in range(count))


def swathes(pattern: DropPattern, nozzles: int, pitch: int) -> tuple[NDArray[np.int64], ...]:
    """Lines that a row of nozzles prints in each sweep.

    Parameters
    ----------
    nozzles : in the row across the sweep
    pitch : from nozzle to nozzle, in lines of the pattern (interlaced where above 1)

    Returns
    -------
    Rows of each sweep; every row of the pattern is in exactly one.
    """
    rows = np.arange(pattern.pixels.shape[0])
    block, inside = np.divmod(rows, nozzles * pitch)
    sweep = block * pitch + inside % pitch
    found = (rows[sweep == k] for k in range(int(sweep.max(initial=-1)) + 1))
    return tuple(lines for lines in found if len(lines))


def sweep_runs(pattern: DropPattern) -> NDArray[np.int64]:
    """Drops on position: what each nozzle fires in each sweep, shape (N, 6).

    Columns: sweep, pass, nozzle, row of the pattern, first and last column of the run; in the order of printing.
    Within a run the drops of a pass lie ``passes`` columns apart.
    """
    found = []
    for sweep, lines in enumerate(swathes(pattern, pattern.nozzles, pattern.nozzle_pitch)):
        block = pattern.nozzles * pattern.nozzle_pitch
        nozzle = lines % block // pattern.nozzle_pitch
        for k, pixels in enumerate(passes(pattern, pattern.passes)):
            row, first, last = runs(pixels[lines], pattern.passes).T
            fixed = np.full(len(row), sweep), np.full(len(row), k)
            found.append(np.column_stack([*fixed, nozzle[row], lines[row], first, last]))
    return np.concatenate(found) if found else np.empty((0, 6), np.int64)


def runs(pixels: NDArray[np.bool_], step: int) -> NDArray[np.int64]:
    """Row, first and last column of runs of pixels ``step`` columns apart, row by row, shape (N, 3)."""
    row, column = np.nonzero(pixels)
    breaks = (np.diff(row) != 0) | (np.diff(column) != step)
    begins, ends = np.concatenate([[True], breaks]), np.concatenate([breaks, [True]])
    if not len(row):
        return np.empty((0, 3), np.int64)
    return np.column_stack([row[begins], column[begins], column[ends]]).astype(np.int64)


def line_window(drop: float, contact_angle: float) -> tuple[float, float, float]:
    """Spacings between which a line of drops is stable, and the footprint of one drop [m].

    Parameters
    ----------
    drop : volume [m³]
    contact_angle : [degrees]

    Notes
    -----
    ``d_f = d [8/(t(3 + t²))]^(1/3)`` with t = tan(θ/2); ``p_max = 2π d³/(3 d_f² f)`` with
    f = θ/sin²θ − cos θ/sin θ (Stringer and Derby, Langmuir 2010, 26, 10365); below p_max/1.5 lines bulge (guard).
    """
    theta = math.radians(contact_angle)
    diameter = (6.0 * drop / math.pi) ** (1.0 / 3.0)
    t = math.tan(theta / 2.0)
    footprint = diameter * (8.0 / (t * (3.0 + t * t))) ** (1.0 / 3.0)
    cap = theta / math.sin(theta) ** 2 - math.cos(theta) / math.sin(theta)
    largest = 2.0 * math.pi * diameter**3 / (3.0 * footprint**2 * cap)
    return largest / BULGE, largest, footprint


def drop_findings(pattern: DropPattern, drop: float | None, contact_angle: float | None) -> tuple[Finding, ...]:
    """Area of the pattern against that of the body, and the spacing against the stable window."""
    found = []
    if abs(pattern.area / pattern.body_area - 1.0) > 1e-9:
        share = pattern.area / pattern.body_area - 1.0
        text = f"the drops cover {share:+.2%} of the drawn area: edges are off the grid"
        values = pattern.area * NANOMETRE**2, pattern.body_area * NANOMETRE**2
        change = f"widths, gaps and lengths in whole multiples of {_um(pattern.spacing[0] * NANOMETRE)}"
        found.append(Finding("drop-area", "warning", pattern.name, text, *values, "m2", change))
    if drop is None or contact_angle is None:
        text = "drop volume or contact angle is not known: whether lines of drops are stable is unknown"
        return (*found, Finding("drop-spacing", "warning", pattern.name, text))
    low, high, footprint = line_window(drop, contact_angle)
    spacing = pattern.spacing[0] * NANOMETRE
    if not low <= spacing <= high:
        what = "scallop or break up" if spacing > high else "bulge"
        text = f"drops of {_um(footprint)} at {_um(spacing)} {what}; lines are stable from {_um(low)} to {_um(high)}"
        limit = high if spacing > high else low
        change = f"a drop spacing between {_um(low)} and {_um(high)}"
        found.append(Finding("drop-spacing", "warning", pattern.name, text, spacing, limit, "m", change))
    return tuple(found)


def _um(metres: float) -> str:
    return f"{metres * 1e6:.3g} um"
