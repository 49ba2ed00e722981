"""Laminates without a package of their own: two foils with a frame between them, or a cavity in the anode's wafer.

Lengths in whole nanometres. Seen from the side::

    collectors                                housing

      ======================  upper foil        ======================   upper foil, the lid
      |frame| upper  |frame|                     frame            frame
      |     |sepa|   |     |                     silicon| cathode |silicon   what is left of the wafer stands
      |     | lower  |     |                     silicon|separator|silicon   around the cavity
    ==========================  lower foil       silicon silicon silicon    floor: the anode
    ledge                                      ============================  metal on the wafer's back, with a ledge

Collectors as package: after the plated LiCoO2 cells of Yue et al., Adv. Mater. 2021, 33, 2101760 (reference 103 of the
review); housing: after Sternad et al., Adv. Mater. Technol. 2022, 7, 2100405 (reference 85), whose anode and housing
are one wafer. Of both only the idea was read; all dimensions are our own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._laminate import NETS, Plan, Size, ordered, swapped
from fabplan.architectures._package import around
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry.body import Body, Net
from fabplan.geometry.region import Box, Region, joined, rectangle

FILM, COLLECTORS, HOUSING = 0.0, 1.0, 2.0


def _plus(size: Size, by: Any) -> Size:
    return size[0] + 2 * by, size[1] + 2 * by


def _chosen(which: Any, first: Size, second: Size) -> Size:
    return np.where(which, first[0], second[0]), np.where(which, first[1], second[1])


@dataclass(frozen=True)
class Case:
    """Outlines of a cell whose collectors or whose wafer are its package.

    Parameters
    ----------
    plan : films, names as if the cathode lay below; ``seal`` is the width of the frame, ``pad`` the ledge's length
    cover : how far frame and electrolyte reach beyond what they keep apart
    housing : whether the lower electrode is a wafer with a cavity; else both foils and a frame are the package
    """

    plan: Plan
    cover: Any
    housing: Any

    @property
    def filled(self) -> Size:
        """Of the electrolyte: the whole cavity of a housing, which is the lower electrode's drawn size."""
        return _chosen(self.housing, self.plan.cathode, self.plan.electrolyte)

    @property
    def outer(self) -> Size:
        """Of the frame, without the ledge."""
        return _plus(self.filled, self.plan.seal)

    @property
    def lid(self) -> Size:
        """Of the upper foil: the frame reaches beyond it."""
        return _plus(self.outer, -self.cover)

    @property
    def lower(self) -> Size:
        """Of the lower electrode: a wafer reaches under its own rim."""
        return _chosen(self.housing, self.outer, self.plan.cathode)

    @property
    def upper(self) -> Size:
        """Of the upper electrode."""
        return self.plan.anode

    @property
    def gap(self) -> Any:
        """Between the nets in plan: from the upper electrode to the cavity's wall; foils do not meet side by side."""
        return np.where(self.housing, (self.filled[0] - self.upper[0]) / 2, np.inf)

    def squares(self) -> tuple[Any, Any]:
        """Resistance over sheet resistance of the upper and the lower collector.

        L/(3 W) each, drawn evenly and led off at one edge, and the ledge's length over its width.
        """
        upper, lower = self.lid, self.outer
        return over(upper[1], 3 * upper[0]), over(lower[1], 3 * lower[0]) + over(self.plan.pad, lower[0])

    def narrowest(self) -> Any:
        """Smallest width of anything that conducts: electrodes, foils, rim of the wafer."""
        sizes = [side for size in (self.upper, self.lower, self.lid) for side in size]
        rim = np.where(self.housing, self.plan.seal, np.inf)
        return np.minimum.reduce(np.broadcast_arrays(*sizes, rim))

    def sound(self) -> NDArray[np.bool_]:
        """Whether everything can be drawn and the lid rests on the frame."""
        good = np.asarray(self.plan.seal > self.cover) & (np.asarray(self.cover) >= 1)
        good = good & (np.asarray(self.plan.pad) >= 1)
        for size in (self.filled, self.upper, self.lid):
            good = good & (np.asarray(size[0]) >= 1) & (np.asarray(size[1]) >= 1)
        inside = (np.asarray(self.filled[0]) > self.upper[0]) & (np.asarray(self.filled[1]) > self.upper[1])
        return np.asarray(good & inside, dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the cell (the electrodes, with terminals outside) stands in the footprint."""
        width, length = self.outer[0], self.outer[1] + self.plan.pad
        if footprint.terminals == "outside":
            width, length = self.lower
        return np.asarray((width <= whole(footprint.width)) & (length <= whole(footprint.length)), dtype=np.bool_)

    def draw(self, footprint: Footprint) -> dict[str, Region]:
        """Region of every body by name, as if the cathode lay below; the ledge points down."""
        outside = footprint.terminals == "outside"
        pad = round(float(self.plan.pad))
        middle = whole(footprint.width), whole(footprint.length) + (0 if outside else pad)
        centre = [round(float(value)) for value in middle]
        outer = _about(centre, self.outer)
        ledge = (outer[0], outer[1] - pad, outer[2], outer[1])
        inner = _about(centre, self.filled)
        return {
            "cathode_collector": joined([rectangle(*outer), rectangle(*ledge)]),
            "cathode": rectangle(*_about(centre, self.lower)),
            "electrolyte": rectangle(*inner),
            "anode": rectangle(*_about(centre, self.upper)),
            "anode_collector": rectangle(*_about(centre, self.lid)),
            "ring": around(outer, inner),
        }


def _about(centre: list[int], size: Size) -> Box:
    """Box of that size about the middle of ``centre`` (twice its coordinates)."""
    across, along = round(float(size[0])), round(float(size[1]))
    x, y = (centre[0] - across) // 2, (centre[1] - along) // 2
    return x, y, x + across, y + along


def bodies(
    films: Mapping[str, float], regions: Mapping[str, Region], anode_first: bool, housing: bool, request: Request
) -> tuple[Body, ...]:
    """Bodies in the order of making, lower foil first and the lid last.

    Parameters
    ----------
    films : role -> thickness [m]; of the encapsulation that of the adhesive on a housing's rim
    """
    order = ordered(float(anode_first))
    foil, lower, between, upper = (films[role] for role in order[:4])
    inside = lower + between + upper  # between both foils
    names = {role: regions[swapped(role) if anode_first else role] for role in order[:5]}
    ring, glue = regions["ring"], request.material("encapsulation")

    def film(role: str, bottom: float | None) -> Body:
        material = request.material(role, "collector") if "collector" in role else request.material(role)
        return _body(role, role, material, NETS.get(role), names[role], bottom, films[role], role)

    rim = films["encapsulation"] if housing else inside
    frame = _body("frame", "insulator", glue, None, ring, foil + inside - rim, rim, "encapsulation")
    wall: tuple[Body, ...] = ()
    if housing:
        silicon, net = request.material(order[1]), NETS[order[1]]
        high = inside - lower - rim
        wall = (_body("housing", "encapsulation", silicon, net, ring, foil + lower, high, order[1]),)
    lowest, electrode = film(order[0], 0.0), film(order[1], foil)
    if housing:  # the plate of the cavity draws what stands; the floor is the whole piece of wafer
        electrode = dataclasses.replace(electrode, pattern="blanket")
    rest = film(order[2], None), film(order[3], foil + lower + between)
    return lowest, electrode, *wall, *rest, frame, film(order[4], foil + inside)


def _body(
    name: str, role: str, material: str, net: Net | None, region: Region, bottom: float | None, high: float, by: str
) -> Body:
    """A body that a mask or a knife outlines; an empty bottom lets it follow what lies beneath."""
    return Body(name.replace("_", "-"), role, material, net, region, bottom, high, "mask", by)
