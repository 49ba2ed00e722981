"""Pillars in rows on the fingers of two meshing combs. Lengths in whole nanometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb
from fabplan.architectures._comb import Comb
from fabplan.geometry import relief
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, Lattice, Part, Region
from fabplan.geometry.relief import Relief


@dataclass(frozen=True)
class Forest:
    """Combs of collector and the pillars on their fingers, none on the buses.

    Parameters
    ----------
    diameters, rows : of the anode's and of the cathode's pillars; rows side by side on one finger
    pitch : of neighbouring pillars of one finger, across and along
    overhang : of the collector beyond the outermost pillars
    gap, overlap, fingers, anode_ended, buses : of the combs
    """

    diameters: tuple[Any, Any]
    rows: tuple[Any, Any]
    pitch: Any
    overhang: Any
    gap: Any
    overlap: Any
    fingers: Any
    anode_ended: Any
    buses: tuple[Any, Any]

    @property
    def comb(self) -> Comb:
        """The collectors."""
        anode, cathode = (
            (rows - 1) * self.pitch + diameter + 2 * self.overhang
            for rows, diameter in zip(self.rows, self.diameters, strict=True)
        )
        count = np.asarray(self.fingers)
        return Comb(anode, cathode, self.gap, self.overlap, count, count - np.asarray(self.anode_ended), *self.buses)

    def along(self, net: int) -> Any:
        """Pillars of one row along a finger."""
        room = self.overlap + self.gap - 2 * np.asarray(self.overhang) - self.diameters[net]
        return np.where(room >= 0, np.floor(room / np.maximum(self.pitch, 1)) + 1, 0)

    def count(self, net: int) -> Any:
        """Pillars of a net."""
        fingers = (self.comb.anode_fingers, self.comb.cathode_fingers)[net]
        return fingers * self.rows[net] * self.along(net)

    def fill(self, net: int) -> Any:
        """Share of a finger's area that pillars take, from one cell of the lattice."""
        return relief.disc_section(self.radius(net), True).area / (np.maximum(self.pitch, 1) * NANOMETRE) ** 2

    def radius(self, net: int) -> Any:
        """Radius of a net's pillars, whole nanometres."""
        return np.floor(np.asarray(self.diameters[net]) / 2)

    def walls(self, net: int, height: Any) -> Relief:
        """Pillars of a net as relief: narrowest pillar and opening between two of them."""
        section = relief.disc_section(self.radius(net), True)
        across = 2 * relief.reach(self.radius(net))
        return Relief((section,), self.count(net), height, across * NANOMETRE, (self.pitch - across) * NANOMETRE)

    def sound(self) -> NDArray[np.bool_]:
        """Whether combs and pillars can be drawn."""
        good = _comb.sound(self.comb) & (np.asarray(self.overhang) >= 0)
        for net in (0, 1):
            rows, count = np.asarray(self.rows[net]), self.count(net)
            good = good & (rows >= 1) & (rows == np.rint(rows)) & (count >= 1) & (count <= FLAT_CAP / 2)
            good = good & (self.radius(net) >= 50) & (self.pitch > np.asarray(self.diameters[net]) + 1)
        return np.asarray(good, dtype=np.bool_)

    def draw(self, x: int, y: int) -> tuple[Region, Region]:
        """Pillars of both nets of a comb whose lower left corner is (x, y): one part for every row of a finger."""
        comb = Comb(*(round(float(value)) for value in vars(self.comb).values()))
        step, pitch, over = comb.anode_width + comb.cathode_width + 2 * comb.gap, int(self.pitch), int(self.overhang)
        starts = x, x + comb.anode_width + comb.gap
        tips = y + comb.length - comb.cathode_bus - comb.gap, y + comb.anode_bus + comb.gap
        fingers = comb.anode_fingers, comb.cathode_fingers
        found = []
        for net, towards in ((0, -1), (1, 1)):
            radius, along = int(self.radius(net)), int(self.along(net))
            first = tips[net] + towards * (over + radius)  # the pillar nearest to the tip
            low = first - (along - 1) * pitch if towards < 0 else first
            lattice = Lattice(fingers[net], along, step, pitch)
            centres = [starts[net] + over + radius + row * pitch for row in range(int(self.rows[net]))]
            disc = relief.disc(radius)
            found.append(Region(tuple(Part(tuple((a + c, b + low) for a, b in disc), lattice) for c in centres)))
        return found[0], found[1]
