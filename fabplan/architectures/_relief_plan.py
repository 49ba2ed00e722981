"""Outlines of a stack of films over relief. Lengths in whole nanometres.

Barrier and cathode's collector cover everything; cathode and electrolyte end at the seal and before a
strip below, where the collector lies bare as a pad; the anode and its collector end inside the
electrolyte and carry their pad on flat ground at the upper end. The relief stands in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._package import around, grown
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint
from fabplan.geometry.region import Box, Region, joined

Size = tuple[Any, Any]


@dataclass(frozen=True)
class Sheet:
    """Sizes of the films and of what lies around them.

    Parameters
    ----------
    width, length : of cathode and electrolyte
    inset : how far the anode lies inside them
    border : flat ground around the relief, inside the anode
    seal : from the cathode to the edge of the cell
    pad, pad_margin : side of the pads, and how far their openings lie inside them
    """

    width: Any
    length: Any
    inset: Any
    border: Any
    seal: Any
    pad: Any
    pad_margin: Any

    @property
    def hull(self) -> Size:
        """Outer size."""
        return np.maximum(self.width + 2 * self.seal, self.pad), self.length + 2 * self.seal + self.pad

    @property
    def anode(self) -> Size:
        """Size of the anode and its collector."""
        return self.width - 2 * self.inset, self.length - 2 * self.inset

    @property
    def field(self) -> Size:
        """Room for the relief."""
        return self.anode[0] - 2 * self.border, self.anode[1] - 2 * self.border - self.pad

    def squares(self, crowding: Any) -> tuple[Any, Any]:
        """Resistance over sheet resistance of the anode's and the cathode's collector.

        L/(3 W): even draw, led off at one edge. The flat film between the elements is counted alone; ``crowding``
        is how much longer the way around them is.
        """
        anode = over(self.anode[1], 3 * self.anode[0]) * crowding
        strip = over(self.seal + self.pad / 2, self.hull[0])
        return anode, over(self.length, 3 * self.hull[0]) * crowding + strip

    def narrowest(self) -> Any:
        """Smallest width of anything that conducts."""
        return np.minimum.reduce(np.broadcast_arrays(*self.anode, self.width, self.length, *self.hull))

    def sound(self) -> NDArray[np.bool_]:
        """Whether all films have a size, both pads their place and their opening, and the relief its room."""
        good = np.asarray(self.pad - 2 * self.pad_margin >= 1) & (np.asarray(self.inset) >= 1)
        good = good & (np.asarray(self.border) >= 0) & (np.asarray(self.seal) >= 0) & (np.asarray(self.pad_margin) >= 0)
        good = good & (self.anode[0] >= self.pad) & (self.field[0] >= 1) & (self.field[1] >= 1)
        return np.asarray(good, dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the cell (the electrodes, with terminals outside) stands in the footprint."""
        size = (self.width, self.length) if footprint.terminals == "outside" else self.hull
        return np.asarray((size[0] <= whole(footprint.width)) & (size[1] <= whole(footprint.length)), dtype=np.bool_)


@dataclass(frozen=True)
class Boxes:
    """Bounding boxes of one drawn sheet."""

    hull: Box
    cathode: Box
    anode: Box
    field: Box
    openings: tuple[Box, Box]

    def cap(self) -> Region:
        """Encapsulation: everything but the openings over both pads."""
        low, high = self.openings
        middle = (low[3] + high[1]) // 2
        lower = (self.hull[0], self.hull[1], self.hull[2], middle)
        upper = (self.hull[0], middle, self.hull[2], self.hull[3])
        return joined([around(lower, low), around(upper, high)])


def boxes(sheet: Sheet, footprint: Footprint) -> Boxes:
    """Places in the footprint: what must stand inside it is in its middle."""
    one = {name: round(float(value)) for name, value in vars(sheet).items()}
    width, length = round(float(whole(footprint.width))), round(float(whole(footprint.length)))
    across, along = (round(float(value)) for value in sheet.hull)
    if footprint.terminals == "outside":
        x, y = (width - one["width"]) // 2, (length - one["length"]) // 2
        hull_x, hull_y = x + (one["width"] - across) // 2, y - one["seal"] - one["pad"]
    else:
        hull_x, hull_y = (width - across) // 2, (length - along) // 2
        x, y = hull_x + (across - one["width"]) // 2, hull_y + one["pad"] + one["seal"]
    cathode = (x, y, x + one["width"], y + one["length"])
    anode = grown(cathode, -one["inset"])
    b, pad, margin = one["border"], one["pad"], one["pad_margin"]
    field = (anode[0] + b, anode[1] + b, anode[2] - b, anode[3] - b - pad)
    hull = (hull_x, hull_y, hull_x + across, hull_y + along)
    side = pad - 2 * margin
    low_x, high_x = hull_x + (across - side) // 2, (anode[0] + anode[2] - side) // 2
    low = (low_x, hull_y + margin, low_x + side, hull_y + margin + side)
    top = anode[3] - margin
    return Boxes(hull, cathode, anode, field, (low, (high_x, top - side, high_x + side, top)))
