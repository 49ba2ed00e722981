"""Outlines of stacked films, one inside the other, with tongues and pads. Lengths in whole nanometres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._package import around
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry.body import Body, Net
from fabplan.geometry.region import Box, Region, joined, rectangle

Size = tuple[Any, Any]
#: roles in the order of their films, cathode first
FILMS = ("cathode_collector", "cathode", "electrolyte", "anode", "anode_collector", "encapsulation")
NETS: Mapping[str, Net] = {
    "cathode_collector": "cathode",
    "cathode": "cathode",
    "anode": "anode",
    "anode_collector": "anode",
}


def ordered(anode_first: float) -> tuple[str, ...]:
    """Roles of all films bottom-up."""
    return tuple(swapped(role) for role in FILMS) if anode_first else FILMS


def swapped(role: str) -> str:
    """The role of the other electrode, or of its collector; others stay as they are."""
    return "_".join({"anode": "cathode", "cathode": "anode"}.get(word, word) for word in role.split("_"))


@dataclass(frozen=True)
class Plan:
    """Sizes (width, length) of films that share one centre, and of what leaves them.

    Names are those of a cell whose cathode lies below; where the anode does, they change places.

    Parameters
    ----------
    cathode_collector, cathode, electrolyte, anode, anode_collector : sizes, without tongues
    seal : from the electrolyte's edge to the pads; encapsulation beyond the electrolyte
    pad, pad_margin : side of the pads, and how far their openings lie inside them
    """

    cathode_collector: Size
    cathode: Size
    electrolyte: Size
    anode: Size
    anode_collector: Size
    seal: Any
    pad: Any
    pad_margin: Any

    @staticmethod
    def area(size: Size) -> Any:
        """Width times length."""
        return size[0] * size[1]

    def films(self) -> dict[str, Size]:
        """Sizes by role."""
        names = ("cathode_collector", "cathode", "electrolyte", "anode", "anode_collector")
        return {name: getattr(self, name) for name in names}

    @property
    def encapsulation(self) -> Size:
        """Outer size of the encapsulation: it ends with the pads."""
        width = np.maximum(self.electrolyte[0] + 2 * self.seal, self.pad)
        return width, self.electrolyte[1] + 2 * (self.seal + self.pad)

    def tongue(self, collector: Size) -> Size:
        """Width and length of the strip from a collector to its pad."""
        length = (self.electrolyte[1] - collector[1]) / 2 + self.seal
        return np.minimum(self.pad, collector[0]), length

    def squares(self) -> tuple[Any, Any]:
        """Resistance over sheet resistance of the anode's and the cathode's collector.

        L/(3 W) for the plate, current drawn evenly and led off at one edge, plus length over width of
        the tongue.
        """
        found = []
        for size in (self.anode_collector, self.cathode_collector):
            width, length = self.tongue(size)
            found.append(over(size[1], 3 * size[0]) + over(length, width))
        return found[0], found[1]

    def narrowest(self) -> Any:
        """Smallest width of anything that conducts."""
        sizes = (self.anode, self.cathode, self.anode_collector, self.cathode_collector)
        return np.minimum.reduce(np.broadcast_arrays(*(side for size in sizes for side in size), self.pad))

    def sound(self) -> NDArray[np.bool_]:
        """Whether all films have a size and every opening lies in its pad."""
        good = np.asarray(self.pad - 2 * self.pad_margin >= 1) & (np.asarray(self.seal) >= 0)
        for size in self.films().values():
            good = good & (np.asarray(size[0]) >= 1) & (np.asarray(size[1]) >= 1)
        inside = (np.asarray(self.electrolyte[0]) >= self.cathode_collector[0]) & (
            np.asarray(self.cathode_collector[0]) >= self.cathode[0]
        )
        nested = (np.asarray(self.cathode[0]) >= self.anode[0]) & (np.asarray(self.anode[0]) >= self.anode_collector[0])
        return np.asarray(good & inside & nested, dtype=np.bool_)

    def fits(self, footprint: Footprint) -> NDArray[np.bool_]:
        """Whether the cell (the electrodes, with terminals outside) stands in the footprint."""
        size = self.cathode if footprint.terminals == "outside" else self.encapsulation
        return np.asarray((size[0] <= whole(footprint.width)) & (size[1] <= whole(footprint.length)), dtype=np.bool_)

    def draw(self, footprint: Footprint) -> dict[str, Region]:
        """Region of every film by role, in the middle of the footprint."""
        width, length = round(float(whole(footprint.width))), round(float(whole(footprint.length)))
        boxes = {role: _centred(size, width, length) for role, size in self.films().items()}
        hull = _centred(self.encapsulation, width, length)
        pad, margin = round(float(self.pad)), round(float(self.pad_margin))
        regions = {role: rectangle(*box) for role, box in boxes.items()}
        windows = []
        for role in ("cathode_collector", "anode_collector"):
            tongue, square = self._terminal(boxes[role], hull, pad, below=role == "cathode_collector")
            regions[role] = joined([regions[role], rectangle(*tongue), rectangle(*square)])
            windows.append((square[0] + margin, square[1] + margin, square[2] - margin, square[3] - margin))
        middle = (hull[1] + hull[3]) // 2
        lower, upper = (hull[0], hull[1], hull[2], middle), (hull[0], middle, hull[2], hull[3])
        regions["encapsulation"] = joined([around(lower, windows[0]), around(upper, windows[1])])
        return regions

    @staticmethod
    def _terminal(box: Box, hull: Box, pad: int, below: bool) -> tuple[Box, Box]:
        """Tongue and pad of a collector, below or above it."""
        width = min(pad, box[2] - box[0])
        left, pad_left = (box[0] + box[2] - width) // 2, (box[0] + box[2] - pad) // 2
        if below:
            low, high = hull[1] + pad, box[1]
            square = (pad_left, hull[1], pad_left + pad, low)
        else:
            low, high = box[3], hull[3] - pad
            square = (pad_left, high, pad_left + pad, hull[3])
        return (left, low, left + width, high), square


def plan_of(values: Mapping[str, Any]) -> Plan:
    """Outlines from the parameters [nm]."""
    cathode = (values["cell_width"], values["cell_length"])
    collector = _grown(cathode, values["margin_cathode"])
    anode = _grown(cathode, -values["margin_anode"])
    return Plan(
        cathode_collector=collector,
        cathode=cathode,
        electrolyte=_grown(collector, values["margin_cover"]),
        anode=anode,
        anode_collector=_grown(anode, -values["margin_collector"]),
        seal=values["margin_seal"],
        pad=values["pad_size"],
        pad_margin=values["pad_margin"],
    )


def _grown(size: Size, by: Any) -> Size:
    return size[0] + 2 * by, size[1] + 2 * by


def _centred(size: Size, width: int, length: int) -> Box:
    """Box of that size in the middle of a footprint; half a nanometre goes to the lower left."""
    across, along = round(float(size[0])), round(float(size[1]))
    x, y = (width - across) // 2, (length - along) // 2
    return x, y, x + across, y + along


def bodies(
    films: Mapping[str, float], regions: Mapping[str, Region], anode_first: bool, request: Request
) -> tuple[Body, ...]:
    """Bodies of a laminate, bottom-up; films that step down over edges are conformal (no bottom).

    Parameters
    ----------
    films : role -> thickness [m]; a film of 0 is not drawn
    regions : role -> outline, as if the cathode came first
    """
    order = ordered(float(anode_first))
    low = films[order[0]], films[order[1]]
    bottoms = {order[0]: 0.0, order[1]: low[0], order[3]: low[0] + low[1] + films["electrolyte"]}
    return tuple(
        Body(
            name=role.replace("_", "-"),
            role=role,
            material=request.material(role, "collector") if "collector" in role else request.material(role),
            net=NETS.get(role),
            region=regions[swapped(role) if anode_first else role],
            bottom=bottoms.get(role),
            thickness=films[role],
            pattern="mask",
            made_by=role,
        )
        for role in order
        if films[role] > 0
    )
