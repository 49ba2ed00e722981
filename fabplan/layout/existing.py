"""Whether a plate that exists holds what the plan would draw, and where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.offset import offset
from fabplan.geometry.region import NANOMETRE, Region, area, bounds
from fabplan.geometry.shapes import difference, from_shapely

#: smallest area that counts [m²]: below it rounding of slanted edges to whole nanometres speaks
SMALL = 100 * NANOMETRE**2


@dataclass(frozen=True)
class Difference:
    """Where two plates differ by more than the tolerance.

    Parameters
    ----------
    lacks : ``"plate"``: drawn in the plan and not on the plate; ``"plan"``: the other way round
    x, y : centre of the largest such place [m]
    width, height : its bounds [m]
    area : of all such places [m²]
    places : how many there are
    """

    lacks: Literal["plate", "plan"]
    x: float
    y: float
    width: float
    height: float
    area: float
    places: int


def drawn(rings: Iterable[NDArray[np.int64]]) -> Region:
    """Everything that polygons of a file cover, each ring of shape (V, 2) [nm]; they may overlap and have keyholes."""
    found = np.array([shapely.Polygon(ring) for ring in rings if len(ring) > 2], dtype=object)
    return from_shapely(shapely.union_all(shapely.make_valid(found))) if len(found) else Region()


def differences(plan: Region, plate: Region, tolerance: int) -> tuple[Difference, ...]:
    """What one has outside of the other grown by ``tolerance`` [nm]; nothing where both are the same."""
    pairs: tuple[tuple[Literal["plate", "plan"], Region, Region], ...] = (
        ("plate", plan, plate),
        ("plan", plate, plan),
    )
    found = ((lacks, difference(one, offset(other, tolerance))) for lacks, one, other in pairs)
    return tuple(_difference(lacks, left) for lacks, left in found if left and area(left) > SMALL)


def _difference(lacks: Literal["plate", "plan"], left: Region) -> Difference:
    largest = max(left.parts, key=lambda part: (area(Region((part,))), part.polygon))
    x0, y0, x1, y1 = (v * NANOMETRE for v in bounds(Region((largest,))))
    return Difference(lacks, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, area(left), len(left.parts))


def moved_apart(plan: Region, plate: Region) -> tuple[int, int]:
    """Way [nm] that brings the lower left corner of the plate's bounds onto that of the plan's."""
    one, other = bounds(plan), bounds(plate)
    return one[0] - other[0], one[1] - other[1]
