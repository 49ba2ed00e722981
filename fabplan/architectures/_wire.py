"""Lengths and radii of a coaxial fibre that lies straight, in whole nanometres.

::

    y  0    strip    seal   cover                           cover  seal   strip
       |------|-------|------|------- electrodes ------------|------|------|------|
       core ==================================================              bare end below
                      sleeve =====================================          closes over the core's end
                              anode, cathode =================
                              cathode's collector ================================  bare end above
              sheath ========================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._space import whole
from fabplan.architectures.base import Footprint
from fabplan.geometry.region import Region, rectangle

Span = tuple[Any, Any]
#: coats in the order in which they go around the core
COATS = ("anode", "electrolyte", "cathode", "cathode_collector", "encapsulation")


@dataclass(frozen=True)
class Fibre:
    """Radii and lengths of one fibre.

    Parameters
    ----------
    radii : role -> outer radius; ``anode_collector`` is the core
    length : of both electrodes
    cover : sleeve beyond the electrodes, at both ends
    seal : sheath beyond the sleeve
    strip : bare end of each terminal
    """

    radii: dict[str, Any]
    length: Any
    cover: Any
    seal: Any
    strip: Any

    @property
    def start(self) -> Any:
        """Where the electrodes begin, from the bare end of the core."""
        return self.strip + self.seal + self.cover

    @property
    def total(self) -> Any:
        """From end to end."""
        return 2 * self.start + self.length

    def span(self, role: str) -> Span:
        """Where a body begins and ends."""
        end = self.start + self.length
        return {
            "anode_collector": (0 * self.start, end),
            "anode": (self.start, end),
            "electrolyte": (self.start - self.cover, end + self.cover),
            "cathode": (self.start, end),
            "cathode_collector": (self.start, self.total),
            "encapsulation": (self.strip, self.total - self.strip),
        }[role]

    def sound(self) -> NDArray[np.bool_]:
        """Whether every coat has a thickness and every end a length."""
        good = np.asarray(self.length) >= 1
        for margin in (self.cover, self.seal, self.strip):
            good = good & (np.asarray(margin) >= 1)
        order = ("anode_collector", *COATS)
        good = good & (np.asarray(self.radii[order[0]]) >= 1)
        for inner, outer in pairwise(order):
            good = good & (np.asarray(self.radii[outer]) > self.radii[inner])
        return np.asarray(good, dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the fibre (its electrodes, with terminals outside) lies in the footprint."""
        size = 2 * self.radii["encapsulation"], self.total
        if footprint.terminals == "outside":
            size = 2 * self.radii["cathode"], self.length
        return np.asarray((size[0] <= whole(footprint.width)) & (size[1] <= whole(footprint.length)), dtype=np.bool_)

    def draw(self, footprint: Footprint) -> dict[str, Region]:
        """Plan of every body by role, in the middle of the footprint."""
        middle = round(float(whole(footprint.width))) // 2
        low = (round(float(whole(footprint.length))) - round(float(self.total))) // 2
        found = {}
        for role, radius in self.radii.items():
            begin, end = (low + round(float(place)) for place in self.span(role))
            reach = round(float(radius))
            found[role] = rectangle(middle - reach, begin, middle + reach, end)
        return found
