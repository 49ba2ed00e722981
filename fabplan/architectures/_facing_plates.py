"""Two plates whose pillars reach between each other: lattice, frame, ledges. Lengths in whole nanometres.

::

    CCCCCCCCCCCCCCCCCCCCCCCC==pad   cathode plate, its collector towards the anode's
      |  | C |   | C |   |  |
      |A |   | A |   | A |  |       checkerboard of pillars
  pad==AAAAAAAAAAAAAAAAAAAAAA       anode plate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _package
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint
from fabplan.geometry import relief
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, Box, Lattice, Part, Region, joined, rectangle
from fabplan.geometry.relief import Relief

# log form of the conductance between checkerboard pillars, section 0.5 of the project's notes: within 0.1 % of
# laplace_shape_factor.json up to radii of 0.3 d, 1.3 % low at 0.4 d
CHECKERBOARD = 0.53935


@dataclass(frozen=True)
class Plates:
    """Field of pillars and what stands around it.

    Parameters
    ----------
    distance : d, from an anode pillar to the nearest cathode pillars
    diameters : of anode and cathode pillars
    columns, rows : half the numbers of pillars across and along: 2 × columns times 2 × rows stand in all
    rim : from the outermost pillars to the frame
    seal, port : width of the frame's bars and of its openings
    ledge : how far each plate stands out of the frame for its pad
    """

    distance: Any
    diameters: tuple[Any, Any]
    columns: Any
    rows: Any
    rim: Any
    seal: Any
    port: Any
    ledge: Any

    @property
    def basin(self) -> tuple[Any, Any]:
        """Size inside the frame."""
        widest = np.maximum(*self.diameters)
        along = ((2 * number - 1) * self.distance + widest + 2 * self.rim for number in (self.columns, self.rows))
        across, length = along
        return across, length

    @property
    def outer(self) -> tuple[Any, Any]:
        """Size with frame and both ledges, which lie below and above."""
        width, length = self.basin
        return width + 2 * self.seal, length + 2 * (self.seal + self.ledge)

    def radius(self, net: int) -> Any:
        """Radius of a net's pillars, whole nanometres."""
        return np.floor(np.asarray(self.diameters[net]) / 2)

    @property
    def count(self) -> Any:
        """Pillars of one net."""
        return 2 * self.columns * self.rows

    @property
    def gap(self) -> Any:
        """From flat to flat of neighbouring pillars."""
        return self.distance - relief.reach(self.radius(0)) - relief.reach(self.radius(1))

    def walls(self, net: int, height: Any) -> Relief:
        """Pillars of a net as relief: narrowest pillar and opening between two of them (along the diagonal)."""
        across = 2 * relief.reach(self.radius(net))
        apart = np.floor(np.sqrt(2.0) * self.distance - 2.003 * self.radius(net) - 2)
        section = relief.disc_section(self.radius(net), True)
        return Relief((section,), self.count, height, across * NANOMETRE, apart * NANOMETRE)

    def conductance(self, overlap: Any, tip_gap: Any) -> Any:
        """Ionic conductance over conductivity [m]: side walls of the overlap [m], and tips against plates."""
        logs: Any = 0.0
        tips: Any = 0.0
        for net in (0, 1):
            radius = np.maximum(self.radius(net), 1)
            logs = logs + np.log(np.maximum(CHECKERBOARD * self.distance / radius, 1.0 + 1e-9))
            tips = tips + np.pi * (radius * NANOMETRE) ** 2
        return self.count * (2 * np.pi / logs * overlap + over(tips, tip_gap))

    def sound(self) -> NDArray[np.bool_]:
        """Whether frame, ports and pillars can be drawn; at most as many shapes as are drawn flat."""
        width, length = self.basin
        good = (np.asarray(self.count) <= FLAT_CAP) & (np.asarray(self.gap) >= 1) & (np.asarray(self.rim) >= 0)
        for number in (self.columns, self.rows):
            good = good & (np.asarray(number) >= 1) & (np.asarray(number) == np.rint(number))
        good = good & (self.radius(0) >= 50) & (self.radius(1) >= 50) & (np.asarray(self.ledge) >= 1)
        good = good & (np.asarray(self.port) >= 1) & (self.port <= length) & (np.asarray(self.seal) >= 1)
        return np.asarray(good & (np.asarray(width) >= 1), dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the cell (the pillars, with terminals outside) stands in the footprint."""
        size = self.outer
        if footprint.terminals == "outside":
            inner = self.basin
            size = inner[0] - 2 * self.rim, inner[1] - 2 * self.rim
        return np.asarray((size[0] <= whole(footprint.width)) & (size[1] <= whole(footprint.length)), dtype=np.bool_)

    def squares(self) -> Any:
        """Resistance over sheet resistance of one collector: even draw, led off over the frame to its ledge."""
        width, length = self.basin
        return over(length, 3 * width) + over(self.seal + self.ledge / 2, width)

    def draw(self, footprint: Footprint) -> dict[str, Region]:
        """Regions: pillars and collectors of both nets, frame, plugs, basin, upper plate."""
        one = Plates(
            distance=int(self.distance),
            diameters=(int(self.diameters[0]), int(self.diameters[1])),
            **{name: round(float(getattr(self, name))) for name in ("columns", "rows", "rim", "seal", "port", "ledge")},
        )
        width, length = (round(float(value)) for value in one.basin)
        x = (round(float(whole(footprint.width))) - width) // 2
        y = (round(float(whole(footprint.length))) - length) // 2
        basin: Box = (x, y, x + width, y + length)
        frame = _package.grown(basin, one.seal)
        found = dict(zip(("anode", "cathode"), one._pillars(basin), strict=True))
        found["anode-collector"] = rectangle(x, frame[1] - one.ledge, basin[2], basin[3])
        found["cathode-collector"] = rectangle(x, y, basin[2], frame[3] + one.ledge)
        found["frame"] = _package.ring(basin, one.seal, one.port)
        found["plugs"] = _package.openings(basin, one.seal, one.port)
        found["basin"] = rectangle(*basin)
        found["plate"] = rectangle(frame[0], frame[1], frame[2], frame[3] + one.ledge)
        return found

    def _pillars(self, basin: Box) -> tuple[Region, Region]:
        """Both halves of the checkerboard; a net is two lattices of twice the distance."""
        d, lattice = self.distance, Lattice(self.columns, self.rows, 2 * self.distance, 2 * self.distance)
        inset = self.rim + max(self.diameters) // 2
        x, y = basin[0] + inset, basin[1] + inset
        found = []
        for net, shifts in ((0, ((0, 0), (d, d))), (1, ((d, 0), (0, d)))):
            disc = relief.disc(int(self.radius(net)))
            parts = [Part(tuple((a + x + dx, b + y + dy) for a, b in disc), lattice) for dx, dy in shifts]
            found.append(joined([Region(tuple(parts))]))
        return found[0], found[1]
