"""Area and centroid of a layer: enough to tell a file whose shape was moved by 10 nm from the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import NANOMETRE, Part, Region


@dataclass(frozen=True)
class Fingerprint:
    """Area [m²] and centroid [m] of polygons that do not overlap; both 0 where there are none."""

    area: float
    x: float
    y: float


def of_region(region: Region) -> Fingerprint:
    """From unit polygons and lattices, exact in whole numbers until the last step."""
    doubled, moment_x, moment_y = 0, 0, 0
    for part in region.parts:
        own, along_x, along_y = _moments(part)
        lattice = part.lattice
        shift_x = lattice.step_x * lattice.rows * (lattice.columns * (lattice.columns - 1) // 2)
        shift_y = lattice.step_y * lattice.columns * (lattice.rows * (lattice.rows - 1) // 2)
        doubled += own * lattice.count
        # six times the first moment is three times the doubled area times the shift
        moment_x += along_x * lattice.count + 3 * own * shift_x
        moment_y += along_y * lattice.count + 3 * own * shift_y
    if not doubled:
        return Fingerprint(0.0, 0.0, 0.0)
    x, y = (float(Fraction(moment, 3 * doubled)) * NANOMETRE for moment in (moment_x, moment_y))
    return Fingerprint(doubled / 2 * NANOMETRE**2, x, y)


def _moments(part: Part) -> tuple[int, int, int]:
    """Twice the area and six times the first moments of the unit polygon (shoelace) [nm², nm³]."""
    area, along_x, along_y = 0, 0, 0
    for (x0, y0), (x1, y1) in zip(part.polygon, [*part.polygon[1:], part.polygon[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        along_x += (x0 + x1) * cross
        along_y += (y0 + y1) * cross
    return (area, along_x, along_y) if area >= 0 else (-area, -along_x, -along_y)


def of_outlines(points: NDArray[np.int64], starts: NDArray[np.int64]) -> Fingerprint:
    """From flat polygons of a file; polygon k owns rows ``starts[k]`` up to ``starts[k + 1]`` of ``points`` [nm]."""
    if len(starts) < 2:
        return Fingerprint(0.0, 0.0, 0.0)
    counts = np.diff(starts)
    # around each polygon's first vertex, where floats are exact for all but centimetre-sized shapes
    origin = points[starts[:-1]]
    local = (points - np.repeat(origin, counts, axis=0)).astype(np.float64)
    following = np.arange(1, len(points) + 1)
    following[starts[1:] - 1] = starts[:-1]
    ahead = local[following]
    cross = local[:, 0] * ahead[:, 1] - ahead[:, 0] * local[:, 1]
    doubled = np.add.reduceat(cross, starts[:-1])
    moments = np.add.reduceat((local + ahead) * cross[:, None], starts[:-1], axis=0)
    sign = np.sign(doubled)
    area = np.abs(doubled)
    total = float(area.sum())
    if total == 0.0:
        return Fingerprint(0.0, 0.0, 0.0)
    x, y = ((moments * sign[:, None] / 3 + area[:, None] * origin).sum(axis=0) / total * NANOMETRE).tolist()
    return Fingerprint(total / 2 * NANOMETRE**2, x, y)
