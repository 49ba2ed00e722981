"""Outlines of stiff laminated cells on a bendable strip. Lengths in whole nanometres.

::

    +-------------------------------+   encapsulation, ends where the pads do
    | |B|  [ segment n ]======|B|   |   the lower collector runs into the bus on the left,
    | |B|==[           ]      |B|   |   the upper one over the electrolyte's edge into the one on the right
    | |B|        joint        |B|   |   in a joint lie the two buses alone
    | |B|==[ segment 1 ]======|B|   |
    +-|pad|-----------------|pad|---+
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._laminate import Plan, Size
from fabplan.architectures._package import around
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint
from fabplan.geometry.region import FLAT_CAP, Box, Lattice, Region, joined, rectangle

UPPER = ("anode", "anode_collector")


@dataclass(frozen=True)
class Row:
    """Equal laminates one after the other, ``segments`` of them with a ``joint`` between each two."""

    plan: Plan
    segments: Any
    joint: Any
    bus: Any

    @property
    def pitch(self) -> Any:
        """From a segment to the next."""
        return self.plan.electrolyte[1] + self.joint

    @property
    def row(self) -> Any:
        """From the first electrolyte's edge to the last one's."""
        return self.segments * self.pitch - self.joint


@dataclass(frozen=True)
class Strip(Row):
    """A row of equal segments.

    Parameters
    ----------
    plan : films of one segment; ``seal`` lies between electrolyte and buses and beyond them
    segments : how many
    joint : between the electrolytes of two segments
    bus : width of both buses
    """

    @property
    def side(self) -> Any:
        """From the electrolyte's side to the bus's outer edge."""
        return self.plan.seal + self.bus

    @property
    def outer(self) -> Size:
        """Size of the encapsulation."""
        width = self.plan.electrolyte[0] + 2 * (self.side + self.plan.seal)
        return width, self.row + 2 * self.plan.seal + self.plan.pad

    @property
    def pads_apart(self) -> Any:
        """Between the two pads."""
        return self.plan.electrolyte[0] + 2 * self.side - 2 * self.plan.pad

    def reach(self, collector: Size) -> Any:
        """From a collector's far side to its bus's outer edge."""
        return (self.plan.electrolyte[0] + collector[0]) / 2 + self.side

    def narrowest(self) -> Any:
        """Smallest width of anything that conducts; plate, tongue and bus of a collector are one shape."""
        plan = self.plan
        sizes = [*plan.anode, *plan.cathode, self.bus, plan.pad]
        for collector in (plan.anode_collector, plan.cathode_collector):
            sizes += [collector[1], self.reach(collector)]
        return np.minimum.reduce(np.broadcast_arrays(*sizes))

    def squares(self, collector: Size) -> tuple[Any, Any]:
        """Resistance over sheet resistance of a net, and the bus's part of it.

        n plates side by side, each W/(3 L) and its tongue; along the bus n equal loads on joints of P/b squares
        give (n + 1)(2 n + 1)/(6 n) of one.
        """
        n = np.maximum(self.segments, 1)
        tongue = self.reach(collector) - collector[0] - self.bus
        plates = (over(collector[0], 3 * collector[1]) + over(tongue, collector[1])) / n
        bus = over(self.pitch, self.bus) * (n + 1) * (2 * n + 1) / (6 * n)
        return plates + bus, bus

    def sound(self) -> NDArray[np.bool_]:
        """Whether everything can be drawn, pads apart and as wide as the buses."""
        n = np.asarray(self.segments)
        good = self.plan.sound() & (n >= 1) & (n == np.rint(n)) & (n <= FLAT_CAP) & (np.asarray(self.bus) >= 1)
        good = good & (np.asarray(self.plan.pad) >= self.bus) & (np.asarray(self.pads_apart) >= 1)
        return np.asarray(good & (np.asarray(self.joint) >= 1) & (np.asarray(self.plan.seal) >= 1), dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the strip (the electrodes, with terminals outside) lies in the footprint."""
        width, length = self.outer
        if footprint.terminals == "outside":
            width, length = self.plan.electrolyte[0], self.row
        return np.asarray((width <= whole(footprint.width)) & (length <= whole(footprint.length)), dtype=np.bool_)

    def draw(self, footprint: Footprint) -> dict[str, Region]:
        """Region of every film by role; equal segments are one lattice."""
        x, y = self._corner(footprint)
        across, along = (round(float(size)) for size in self.plan.electrolyte)
        lattice = Lattice(1, round(float(self.segments)), 0, round(float(self.pitch)))
        low, high = y - round(float(self.plan.seal + self.plan.pad)), y + round(float(self.row))
        side, bus, pad = (round(float(size)) for size in (self.side, self.bus, self.plan.pad))
        found = {}
        for role, size in self.plan.films().items():
            wide, long = (round(float(value)) for value in size)
            left, under = x + (across - wide) // 2, y + (along - long) // 2
            right, own = left + wide, []
            if role.endswith("_collector"):
                leftwards = role in UPPER
                edge = x + across + side if leftwards else x - side
                left, right = (left, edge - bus) if leftwards else (edge + bus, right)
                own.append(rectangle(*_beside(edge, bus, leftwards, low + pad, high - (along - long) // 2)))
                own.append(rectangle(*_beside(edge, pad, leftwards, low, low + pad)))
            found[role] = joined([rectangle(left, under, right, under + long, lattice), *own])
        found["encapsulation"] = self._cover(x, low, across, side, pad, high)
        return found

    def _cover(self, x: int, low: int, across: int, side: int, pad: int, high: int) -> Region:
        """Encapsulation with an opening over each pad."""
        seal, margin = round(float(self.plan.seal)), round(float(self.plan.pad_margin))
        hull = (x - side - seal, low, x + across + side + seal, high + seal)
        middle = (hull[0] + hull[2]) // 2
        halves = ((hull[0], low, middle, hull[3]), (middle, low, hull[2], hull[3]))
        pads = (_beside(x - side, pad, False, low, low + pad), _beside(x + across + side, pad, True, low, low + pad))
        windows = [(a + margin, b + margin, c - margin, d - margin) for a, b, c, d in pads]
        return joined([around(half, window) for half, window in zip(halves, windows, strict=True)])

    def _corner(self, footprint: Footprint) -> tuple[int, int]:
        """Lower left corner of the first electrolyte."""
        width, length = round(float(whole(footprint.width))), round(float(whole(footprint.length)))
        if footprint.terminals == "outside":
            return (width - round(float(self.plan.electrolyte[0]))) // 2, (length - round(float(self.row))) // 2
        size = [round(float(value)) for value in self.outer]
        inset = round(float(self.side + self.plan.seal)), round(float(self.plan.seal + self.plan.pad))
        return (width - size[0]) // 2 + inset[0], (length - size[1]) // 2 + inset[1]


def _beside(edge: int, width: int, leftwards: bool, low: int, high: int) -> Box:
    """Box of that width whose outer side lies at an edge."""
    return (edge - width, low, edge, high) if leftwards else (edge, low, edge + width, high)
