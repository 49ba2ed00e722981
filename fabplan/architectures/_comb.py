"""Two combs that mesh: closed forms and drawing from the same few lengths.

Fingers run along y; the anode's bus lies below, the cathode's above; the first finger on the left
is an anode's. Lengths are whole nanometres, floats or arrays of them, so that closed form and
drawing agree exactly.

::

    ======================  cathode bus (cathode_bus)
       |g|  | |  |g|  | |
       | |  |C|  | |  |C|   overlap
       |A|  | |  |A|  | |
    ======================  anode bus (anode_bus)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._space import over
from fabplan.architectures.base import Request
from fabplan.geometry.body import Net
from fabplan.geometry.region import Box, Lattice, Region, joined, rectangle

Array = NDArray[np.float64]
NETS: tuple[Net, Net] = ("anode", "cathode")
MOST_FINGERS = 1_000_000


@dataclass(frozen=True)
class Comb:
    """Outline of both nets in one plane, everything in nm.

    Parameters
    ----------
    anode_width, cathode_width : of the fingers
    gap : between the nets, at the sides and at the tips
    overlap : length over which fingers of both nets lie side by side
    anode_fingers, cathode_fingers : numbers; cathode's equal to anode's or one less
    anode_bus, cathode_bus : widths of the buses
    """

    anode_width: Any
    cathode_width: Any
    gap: Any
    overlap: Any
    anode_fingers: Any
    cathode_fingers: Any
    anode_bus: Any
    cathode_bus: Any

    @property
    def width(self) -> Any:
        """Extent along x."""
        fingers = self.anode_fingers * self.anode_width + self.cathode_fingers * self.cathode_width
        return fingers + self.gaps * self.gap

    @property
    def length(self) -> Any:
        """Extent along y."""
        return self.overlap + 2 * self.gap + self.anode_bus + self.cathode_bus

    @property
    def gaps(self) -> Any:
        """Number of gaps between neighbouring fingers."""
        return self.anode_fingers + self.cathode_fingers - 1

    @property
    def finger_length(self) -> Any:
        """Length of a finger from its bus to its tip."""
        return self.overlap + self.gap


def inset(comb: Comb, by: Any) -> Comb:
    """Comb with every edge moved inwards by a length; its own inset comb has the same form."""
    return Comb(
        anode_width=comb.anode_width - 2 * by,
        cathode_width=comb.cathode_width - 2 * by,
        gap=comb.gap + 2 * by,
        overlap=comb.overlap - 2 * by,
        anode_fingers=comb.anode_fingers,
        cathode_fingers=comb.cathode_fingers,
        anode_bus=comb.anode_bus - 2 * by,
        cathode_bus=comb.cathode_bus - 2 * by,
    )


def areas(comb: Comb) -> tuple[Any, Any]:
    """Plan areas [nm²] of anode and cathode, buses included."""
    anode = comb.anode_fingers * comb.anode_width * comb.finger_length + comb.width * comb.anode_bus
    cathode = comb.cathode_fingers * comb.cathode_width * comb.finger_length + comb.width * comb.cathode_bus
    return anode, cathode


def perimeters(comb: Comb) -> tuple[Any, Any]:
    """Outlines [nm] of anode and cathode: a tip takes as much from its bus as it adds."""
    anode = 2 * (comb.width + comb.anode_bus + comb.anode_fingers * comb.finger_length)
    cathode = 2 * (comb.width + comb.cathode_bus + comb.cathode_fingers * comb.finger_length)
    return anode, cathode


def facing(comb: Comb) -> Any:
    """Length [nm] along which the nets face each other across the gap: sides of the fingers, and all tips."""
    tips = comb.anode_fingers * comb.anode_width + comb.cathode_fingers * comb.cathode_width
    return comb.gaps * comb.overlap + tips


def gap_line(comb: Comb) -> Any:
    """Length [nm] of the gap's centre line; gap times this and both areas make up width times length."""
    return comb.gaps * (comb.overlap + comb.gap) + comb.width


def squares(comb: Comb) -> tuple[Any, Any]:
    """Resistance of fingers and bus over sheet resistance, for current that leaves evenly along the fingers.

    Fingers in parallel, each l/(3 w) when fed at one end; bus W/(12 b) when fed in its middle.
    l length and w width of a finger, W length and b width of the bus.
    """
    anode = over(comb.finger_length, 3 * comb.anode_width * comb.anode_fingers)
    cathode = over(comb.finger_length, 3 * comb.cathode_width * comb.cathode_fingers)
    buses = bus_squares(comb)
    return anode + buses[0], cathode + buses[1]


def bus_squares(comb: Comb) -> tuple[Any, Any]:
    """The part of `squares` that the buses bring."""
    return over(comb.width, 12 * comb.anode_bus), over(comb.width, 12 * comb.cathode_bus)


def slender(comb: Comb) -> NDArray[np.bool_]:
    """Whether both nets have fingers, at least twice as long as wide, and not blocks."""
    return np.asarray(comb.finger_length >= 2 * np.maximum(comb.anode_width, comb.cathode_width), dtype=np.bool_)


def most_fingers(anode_width: Any, cathode_width: Any, gap: Any, anode_ended: Any, width: Any) -> Array:
    """Largest number of anode fingers that fits a width [nm], at least 1 (2 when both ends are anodes)."""
    pitch = anode_width + cathode_width + 2 * gap
    spare = np.where(np.asarray(anode_ended) > 0, cathode_width + 2 * gap, gap)
    most = np.floor((width + spare) / pitch)
    return np.asarray(np.clip(most, 1 + np.asarray(anode_ended), MOST_FINGERS))


def sound(comb: Comb) -> NDArray[np.bool_]:
    """Whether the comb can be drawn: positive lengths, whole numbers of fingers, at most 10^6 a net."""
    lengths = (comb.anode_width, comb.cathode_width, comb.gap, comb.overlap, comb.anode_bus, comb.cathode_bus)
    good = np.asarray((comb.anode_fingers <= MOST_FINGERS) & (comb.cathode_fingers >= 1))
    good = good & (np.asarray(comb.anode_fingers) == np.rint(comb.anode_fingers))
    for length in lengths:
        good = good & (np.asarray(length) >= 1)
    return np.asarray(good, dtype=np.bool_)


def draw(comb: Comb, x: int, y: int) -> tuple[Region, Region]:
    """Anode and cathode of one comb whose lower left corner is (x, y).

    Every region holds its fingers as one part on a lattice and its bus as another; the fingers
    stand on the bus without overlapping it.
    """
    whole = Comb(*(round(float(value)) for value in vars(comb).values()))
    pitch = whole.anode_width + whole.cathode_width + 2 * whole.gap
    right, top = x + whole.width, y + whole.length
    foot, roof = y + whole.anode_bus, top - whole.cathode_bus
    first = x + whole.anode_width + whole.gap
    rows = [Lattice(columns, 1, pitch, 0) for columns in (whole.anode_fingers, whole.cathode_fingers)]
    anode = [
        rectangle(x, foot, x + whole.anode_width, roof - whole.gap, rows[0]),
        rectangle(x, y, right, foot),
    ]
    cathode = [
        rectangle(first, foot + whole.gap, first + whole.cathode_width, roof, rows[1]),
        rectangle(x, roof, right, top),
    ]
    return joined(anode), joined(cathode)


def outline(comb: Comb, x: int, y: int) -> Box:
    """Bounding box of both nets."""
    return x, y, x + round(float(comb.width)), y + round(float(comb.length))


def width_ratio(request: Request, anode_height: Any, cathode_height: Any) -> Any:
    """Anode over cathode width that gives the wanted ratio of capacities at these heights.

    w_a/w_c = N/P q_c h_c/(q_a h_a) with q the usable charge per envelope volume; 1 where one is unknown.
    """
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode:
        return 1.0
    return request.n_p_ratio * cathode * cathode_height / (anode * anode_height)
