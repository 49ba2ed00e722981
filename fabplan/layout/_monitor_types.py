"""What process monitors are made from and told as: facts of a plate, blocks without a place, rows of the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from fabplan.geometry.region import Box, Region, bounds, joined

ROUND = 100  # sizes are multiples of it [nm], so that they lie on the usual grids of mask shops
UNKNOWN_LINE = 10_000  # drawn where nobody knows the smallest line [nm]: the arm of an alignment mark
PER_METRE = 1e9  # nanometres: a division rounds once


@dataclass(frozen=True)
class PlateFacts:
    """What the monitors must know of a plate.

    Parameters
    ----------
    number, name : of the plate
    line, gap : smallest line and space of its process [nm], 0 when unknown
    overlay : error of its alignment that the process states [m], 0 when unknown
    thickness : of its layer [m]
    conductor : material, where it conducts
    sheet_resistance : of the layer [ohm], None when unknown
    basis : where the thickness and the resistance come from
    bias : outward shift of every edge from design to plate [nm]
    foil : a sheet with openings: what an opening surrounds falls out, so none is drawn that does
    insulator : material, where it keeps two conductors apart
    rests_on : numbers of the plates whose layers its layer lies on in the cell
    dose : of the exposure through it [J/m²], None when unknown or not exposed
    dose_basis : who states the dose; empty where nothing is exposed through the plate
    """

    number: int
    name: str
    line: int
    gap: int
    overlay: float = 0.0
    thickness: float = 0.0
    conductor: str = ""
    sheet_resistance: float | None = None
    basis: str = ""
    bias: int = 0
    foil: bool = False
    insulator: str = ""
    rests_on: tuple[int, ...] = ()
    dose: float | None = None
    dose_basis: str = ""


@dataclass(frozen=True)
class Monitor:
    """One row of the table of monitors.

    Parameters
    ----------
    code : what is written beside it
    kind : what it is
    plates : numbers of the plates that draw it
    box : x0, y0, x1, y1 [m]
    measure : what to do
    expected : value in ``unit``, None when unknown
    basis : formula or origin of the expected value, and sizes
    """

    code: str
    kind: str
    plates: tuple[int, ...]
    box: tuple[float, float, float, float]
    measure: str
    expected: float | None
    unit: str
    basis: str


@dataclass(frozen=True)
class Block:
    """A monitor before it has its place: regions by plate, origin anywhere, and the words of its row."""

    kind: str
    drawn: Mapping[int, Region]
    measure: str
    expected: float | None
    unit: str
    basis: str
    labels: Mapping[int, Region] = field(default_factory=dict)

    @property
    def box(self) -> Box:
        """Bounds of everything that is drawn [nm]."""
        return bounds(joined([*self.drawn.values(), *self.labels.values()]))


def floor_of(plate: PlateFacts, least: int) -> int:
    """Narrowest line and gap that a plate's bias leaves wide enough for the mask shop [nm]."""
    return up(max(least, ROUND) + 2 * abs(plate.bias))


def up(value: float, step: int = ROUND) -> int:
    """The next multiple of a step [nm]."""
    return math.ceil(value / step) * step


def near(value: float) -> int:
    """The nearest multiple of `ROUND`, one at least [nm]."""
    return max(round(value / ROUND), 1) * ROUND
