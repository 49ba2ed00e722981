"""Outlines of stiff laminated cells in series on a bendable strip. Lengths in whole nanometres.

::

    +--------+
    |  pad   |                    the last cell's upper collector runs into it
    +--|  |--+
     [ cell n ]  encapsulation n
       |  |      joint: the upper collector of cell n - 1 lies on the lower one of cell n
     [ cell 1 ]  encapsulation 1
    +--|  |--+
    |  pad   |                    the first cell's lower collector runs into it
    +--------+
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._laminate import Size, ordered, swapped
from fabplan.architectures._segments import Row
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry.body import JOINT, Body
from fabplan.geometry.region import Box, Lattice, Region, joined, rectangle

#: cells in series: every conductor is a net of its own, and more volts than these give nobody asks of a strip
MOST = 40


@dataclass(frozen=True)
class Chain(Row):
    """A row of equal cells in series, each under an encapsulation of its own.

    Parameters
    ----------
    plan : films of one cell; ``seal`` is how far its encapsulation reaches beyond the electrolyte
    segments : how many
    joint : between the electrolytes of two cells
    bus : width of the conductors that pass the joints
    """

    @property
    def bare(self) -> Any:
        """Length of a joint between two encapsulations: there the two collectors lie on each other."""
        return self.joint - 2 * self.plan.seal

    @property
    def outer(self) -> Size:
        """Width and length from pad to pad."""
        width = np.maximum(self.plan.electrolyte[0] + 2 * self.plan.seal, self.plan.pad)
        return width, self.row + 2 * (self.plan.seal + self.plan.pad)

    def narrowest(self) -> Any:
        """Smallest width of anything that conducts; the conductors of the joints are no wider than the plates."""
        sizes = [side for size in self._plates() for side in size]
        return np.minimum.reduce(np.broadcast_arrays(*sizes, self.bus, self.plan.pad))

    def _plates(self) -> tuple[Size, ...]:
        plan = self.plan
        return plan.anode, plan.cathode, plan.anode_collector, plan.cathode_collector

    def squares(self, collector: Size) -> tuple[Any, Any]:
        """Resistance over sheet resistance of all conductors that a film makes, and the joints' part of it.

        n plates L/(3 W), the way from each to the electrolyte's edge, half of each of the n - 1 joints (in the
        middle the current has passed to the other collector) and the seal before the pad.
        """
        n = self.segments
        plates = n * over(collector[1], 3 * collector[0])
        beside = (self.plan.electrolyte[1] - collector[1]) / 2
        ways = over(n * beside + (n - 1) * self.joint / 2 + self.plan.seal, self.bus)
        return plates + ways, ways

    def sound(self) -> NDArray[np.bool_]:
        """Whether everything can be drawn: encapsulations apart, conductors no wider than plates and pads."""
        n = np.asarray(self.segments)
        good = self.plan.sound() & (n >= 1) & (n == np.rint(n)) & (n <= MOST) & (np.asarray(self.bus) >= 1)
        for wide in (self.plan.anode_collector[0], self.plan.cathode_collector[0], self.plan.pad):
            good = good & (np.asarray(wide) >= self.bus)
        return np.asarray(good & (np.asarray(self.bare) >= 1) & (np.asarray(self.plan.seal) >= 1), dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the row (the electrodes, with terminals outside) lies in the footprint."""
        width, length = self.outer
        if footprint.terminals == "outside":
            width, length = self.plan.electrolyte[0], self.row
        return np.asarray((width <= whole(footprint.width)) & (length <= whole(footprint.length)), dtype=np.bool_)

    def draw(self, footprint: Footprint) -> dict[str, tuple[Region, ...]]:
        """Regions of every film by role, one a cell from the first to the last; one lattice of the electrolyte."""
        width, length = round(float(whole(footprint.width))), round(float(whole(footprint.length)))
        across, along = (round(float(size)) for size in self.plan.electrolyte)
        n, pitch = round(float(self.segments)), round(float(self.pitch))
        x, y = (width - across) // 2, (length - round(float(self.row))) // 2
        cells = [(x, y + k * pitch, x + across, y + k * pitch + along) for k in range(n)]
        found = {
            role: tuple(self._film(role, size, cells, k) for k in range(n))
            for role, size in self.plan.films().items()
            if role != "electrolyte"
        }
        found["electrolyte"] = (rectangle(*cells[0], Lattice(1, n, 0, pitch)),)
        seal = round(float(self.plan.seal))
        found["encapsulation"] = tuple(
            rectangle(left - seal, low - seal, right + seal, top + seal) for left, low, right, top in cells
        )
        return found

    def _film(self, role: str, size: Size, cells: list[Box], k: int) -> Region:
        """A film of cell k; a collector with its way into the joint, or to the pad at either end of the row."""
        left, low, right, top = cells[k]
        wide, long = (round(float(value)) for value in size)
        x, y = left + (right - left - wide) // 2, low + (top - low - long) // 2
        plate = rectangle(x, y, x + wide, y + long)
        if not role.endswith("_collector"):
            return plate
        upwards = role == "anode_collector"
        last = k == (len(cells) - 1 if upwards else 0)
        seal, pad, bus = (round(float(value)) for value in (self.plan.seal, self.plan.pad, self.bus))
        reach = seal if last else round(float(self.joint)) - seal
        middle = (left + right) // 2
        own = [plate, _upright(middle, bus, *((y + long, top + reach) if upwards else (low - reach, y)))]
        if last:
            edge = top + seal if upwards else low - seal - pad
            own.append(_upright(middle, pad, edge, edge + pad))
        return joined(own)


def _upright(middle: int, width: int, low: int, top: int) -> Region:
    """Rectangle of that width about a middle line."""
    return rectangle(middle - width // 2, low, middle - width // 2 + width, top)


def bodies(
    films: Mapping[str, float], regions: Mapping[str, tuple[Region, ...]], anode_first: bool, request: Request
) -> tuple[Body, ...]:
    """Bodies of a chain, bottom-up. What joins cell k and the next is net ``joint-k``.

    Parameters
    ----------
    films : role -> thickness [m]
    regions : role -> outlines, as if the cathode came first
    """
    order = ordered(float(anode_first))
    low = films[order[0]], films[order[1]]
    bottoms = {order[0]: 0.0, order[1]: low[0], order[3]: low[0] + low[1] + films["electrolyte"]}
    found = []
    for place, role in enumerate(order):
        own = regions[swapped(role) if anode_first else role]
        for k, region in enumerate(own):
            found.append(
                Body(
                    name=f"{role.replace('_', '-')}-{k + 1}" if len(own) > 1 else role.replace("_", "-"),
                    role=role,
                    material=request.material(role, "collector") if "collector" in role else request.material(role),
                    net=_net(order, place, k, len(own)),
                    region=region,
                    bottom=bottoms.get(role),
                    thickness=films[role],
                    pattern="mask",
                    made_by=role,
                )
            )
    return tuple(found)


def _net(order: tuple[str, ...], place: int, k: int, cells: int) -> str | None:
    """Net of a film of cell k: its lower conductor is the upper one of the cell before."""
    if order[place] in ("electrolyte", "encapsulation"):
        return None
    lower = place < 2
    if lower:
        return order[1] if k == 0 else f"{JOINT}{k}"
    return order[3] if k == cells - 1 else f"{JOINT}{k + 1}"
