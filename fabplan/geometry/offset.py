"""Every edge of a region moved by one distance, with its lattices kept: the process bias of a plate.

What repeats is moved on a few periods (`fabplan.geometry.periodic`), cut into windows, and the window that stands for
the spare periods becomes the unit polygon of a lattice again. The cuts run where they cross as little as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fabplan.geometry import periodic
from fabplan.geometry.region import NANOMETRE, Lattice, Part, Region, joined, translated
from fabplan.geometry.shapes import MITRE_LIMIT, buffered, from_shapely, to_shapely

SLACK = 2.0  # what snapping to the grid may take or add at an edge [nm]


@dataclass(frozen=True)
class Window:
    """A stretch of the short layout along one axis that stands for one or more periods of the whole.

    Parameters
    ----------
    low, high : its ends in the short layout [nm]
    copies : how often it is repeated
    period : from copy to copy [nm], 0 for one that stands alone
    shift : from the short layout to the place of the first copy [nm]
    """

    low: int
    high: int
    copies: int
    period: int
    shift: int


def offset(region: Region, distance: int) -> Region:
    """Region with every edge moved outwards by ``distance`` [nm] (inwards when negative), mitred corners.

    Lattices whose period is longer than the distance stay lattices; everything else is drawn flat.
    """
    found = periodic.stretches([region], few=0)
    if not found or abs(distance) > found.reach / periodic.SEEN:
        return buffered(region, distance)
    moved = _moved(to_shapely(periodic.short([region], found)[0]), distance)
    columns = _windows(moved, found.x, across=False)
    rows = _windows(moved, found.y, across=True)
    if moved.is_empty or columns is None or rows is None:
        return buffered(region, distance)
    return joined(_piece(moved, column, row) for row in rows for column in columns)


def changed(region: Region, distance: int) -> tuple[float, float] | None:
    """A place [m] where moving the edges does more than move them; None where it does not.

    Inwards: something narrower than twice the distance is lost; outwards: a gap narrower than that closes. Both show
    when the edges are moved back. Of lattices a few periods are looked at.
    """
    found = periodic.stretches([region], few=0)
    if abs(distance) > found.reach / periodic.SEEN:
        found = periodic.Stretches()
    shape = to_shapely(periodic.short([region], found)[0])
    back = _moved(_moved(shape, distance), -distance)
    gone = shapely.difference(shape, back) if distance < 0 else shapely.difference(back, shape)
    gone = shapely.buffer(gone, -SLACK, join_style="mitre")
    if gone.is_empty:
        return None
    point = shapely.point_on_surface(shapely.get_parts(gone)[0])
    return float(point.x) * NANOMETRE, float(point.y) * NANOMETRE


def _moved(shape: BaseGeometry, distance: float) -> BaseGeometry:
    moved: BaseGeometry = shapely.buffer(shape, distance, join_style="mitre", mitre_limit=MITRE_LIMIT)
    return shapely.set_precision(moved, 1.0)


def _piece(moved: BaseGeometry, column: Window, row: Window) -> Region:
    """What lies in a window, on the lattice that it stands for."""
    box = shapely.box(column.low, row.low, column.high, row.high)
    lattice = Lattice(column.copies, row.copies, column.period, row.period)
    found = from_shapely(shapely.intersection(moved, box))
    return translated(Region(tuple(Part(part.polygon, lattice) for part in found.parts)), column.shift, row.shift)


def _windows(moved: BaseGeometry, cuts: Sequence[periodic.Stretch], across: bool) -> list[Window] | None:
    """Windows along x, or along y; None where no straight cut through a period keeps all corners on the grid."""
    points = shapely.get_coordinates(moved)[:, int(across)]
    if not len(points):
        return None
    at, removed = int(points.min()), 0
    windows = []
    for cut in sorted(cuts, key=lambda cut: cut.start):
        phase = _phase(moved, cut.start - removed - cut.period, cut.period, across)
        if phase is None:
            return None
        windows += [
            Window(at, phase, 1, 0, removed),
            Window(phase, phase + cut.period, cut.spare + 1, cut.period, removed),
        ]
        at, removed = phase + cut.period, removed + cut.spare * cut.period
    return [*windows, Window(at, int(points.max()), 1, 0, removed)]


def _phase(moved: BaseGeometry, start: int, period: int, across: bool) -> int | None:
    """Where in a period to cut: through the least material, and never through an edge that is not level."""
    edges = np.concatenate([_edges(ring, across) for ring in _rings(moved)])
    slanted = edges[(edges[:, 0, 0] != edges[:, 1, 0]) & (edges[:, 0, 1] != edges[:, 1, 1])]
    corners = np.unique(edges[:, :, 0])
    inside = corners[(corners > start) & (corners < start + period)]
    places = [int(a + b) // 2 for a, b in pairwise([start, *inside, start + period])]
    allowed = [x for x in places if not np.any((slanted[:, :, 0].min(1) < x) & (x < slanted[:, :, 0].max(1)))]
    return min(allowed, key=lambda x: (_material(moved, x, across), x), default=None)


def _material(moved: BaseGeometry, place: int, across: bool) -> float:
    low_x, low_y, high_x, high_y = shapely.bounds(moved)
    line = [(low_x, place), (high_x, place)] if across else [(place, low_y), (place, high_y)]
    return float(shapely.length(shapely.intersection(moved, shapely.LineString(line))))


def _rings(moved: BaseGeometry) -> list[np.ndarray]:
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(moved))]


def _edges(ring: np.ndarray, across: bool) -> np.ndarray:
    """Edges of a ring, shape (N, 2 ends, 2); the axis that is cut comes first."""
    points = ring[:, ::-1] if across else ring
    return np.stack([points[:-1], points[1:]], axis=1)
