"""The planar cell as a pattern in a rectangle: its widths on the grid, the drawing in its place, its bodies.

The pattern takes all the room that the package leaves. What it measures stands in `_pattern_measures`, which designs
are worth a look in `_pattern_search`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package
from fabplan.architectures._comb import NETS
from fabplan.architectures._package import Package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request
from fabplan.geometry.body import Body
from fabplan.geometry.edges import boundary
from fabplan.geometry.patterns import base as patterns
from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Box, Region, joined, rectangle, translated
from fabplan.geometry.shapes import buffered, outline_distance, pieces


@dataclass(frozen=True)
class Pattern:
    """A pattern where it stands, with its collectors; [nm].

    Parameters
    ----------
    electrodes, plates, necks : of both nets; necks with their pads
    name, frame : of the pattern, and what it was drawn in
    box : around both electrodes
    gap : between the electrodes, whole but for slanted ones
    inset : how far the collectors lie inside the electrodes
    neck : width of the necks
    """

    electrodes: tuple[Region, Region]
    plates: tuple[Region, Region]
    necks: tuple[Region, Region]
    name: str
    frame: Frame
    box: Box
    gap: float
    inset: int
    neck: int


def is_slanted(shape: Region) -> bool:
    """Whether some edge is neither vertical nor horizontal."""
    try:
        boundary(shape)
    except ValueError:
        return True
    return False


@dataclass(frozen=True)
class Laid:
    """What a design asks of a drawing: everything but heights; [nm].

    Parameters
    ----------
    site : sides of the footprint
    package : rim, seal, clearance and side of the pads
    """

    frame: Frame
    inset: int
    site: tuple[int, int]
    package: tuple[int, int, int, int]


def laid(params: Any, request: Request) -> list[Laid | None]:
    """What every design asks of its drawing, one each, flat; None where no line or no room is left."""
    around = _package.package_of(params)
    room = _package.room(request.footprint, around)
    lengths = (
        *room,
        whole(params.finger_width_anode),
        whole(params.finger_width_cathode),
        whole(params.gap),
        whole(params.bus_width_anode),
        whole(params.bus_width_cathode),
        whole(params.collector_inset),
        around.rim,
        around.seal,
        around.pad_clearance,
        around.pad,
    )
    shape = np.broadcast_shapes(*(np.shape(v) for v in vars(params).values()))
    columns = [np.broadcast_to(np.asarray(value, float), shape).ravel() for value in lengths]
    rows = np.rint(np.stack(columns, axis=1)).astype(np.int64)
    site = (round(float(whole(request.footprint.width))), round(float(whole(request.footprint.length))))
    seen: dict[tuple[int, ...], Laid | None] = {}
    found = []
    for row in map(tuple, rows.tolist()):
        if row not in seen:
            seen[row] = lay(row, site)
        found.append(seen[row])
    return found


def lay(row: tuple[int, ...], site: tuple[int, int]) -> Laid | None:
    """One design of whole nanometres: room, lines, gap, buses, inset and package in that order; None without room."""
    wide, tall, anode, cathode, gap, low, high, inset, rim, seal, apart, pad = row
    if min(wide, tall) < 1 or min(rim, seal, apart, pad) < 0 or gap < 1 or min(anode, cathode, low, high) <= 2 * inset:
        return None
    return Laid(Frame(wide, tall, anode, cathode, gap, low, high), inset, site, (rim, seal, apart, pad))


def comb(params: Any, request: Request) -> Pattern | None:
    """The pattern of one design in the rectangle; None where it cannot be drawn."""
    asked = laid(params, request)[0]
    return None if asked is None else drawn(request.pattern, asked)


@lru_cache(maxsize=16)
def drawn(name: str, asked: Laid) -> Pattern | None:
    """A pattern in the middle of its site; None where it has no room or falls into pieces."""
    frame, inset = asked.frame, asked.inset
    made = patterns.load(name).draw(frame)
    if made is None or made.width > frame.width or made.length > frame.length:
        return None
    hull = _hull(made, frame)
    corner = (asked.site[0] - made.width) // 2, (asked.site[1] - made.length) // 2
    electrodes = [translated(shape, *corner) for shape in (made.anode, made.cathode)]
    plates = [buffered(shape, -inset) if inset else shape for shape in electrodes]
    if any(not shape or pieces(shape) != 1 for shape in plates):
        return None
    around = Package(*asked.package)
    return Pattern(
        (electrodes[0], electrodes[1]),
        (plates[0], plates[1]),
        _package.terminals(hull, around, *corner, inset),
        name,
        frame,
        _comb.outline(hull, *corner),
        outline_distance(*electrodes),
        inset,
        round(float(_package.neck_width(hull, around))),
    )


def _hull(drawn: Drawn, frame: Frame) -> _comb.Comb:
    """A single finger of the pattern's extent, which the package is laid around."""
    overlap = drawn.length - frame.anode_bus - frame.cathode_bus
    number = np.asarray(1), np.asarray(0)
    return _comb.Comb(drawn.width, frame.cathode_width, 0, overlap, *number, frame.anode_bus, frame.cathode_bus)


def cell(params: Any, request: Request) -> tuple[Body, ...]:
    """Bodies of one design that can be drawn, bottom-up, as `planar_interdigital.cell` makes them."""
    found = comb(params, request)
    assert found is not None
    metal = request.layer_thickness("collector")
    heights = float(params.anode_thickness), float(params.cathode_thickness)
    top = metal + max(heights) + float(params.lid_clearance)
    basin, outer = boxes(params, found)
    bodies = [
        Body(f"{net}-collector", f"{net}_collector", request.material("collector"), net,
             joined([found.plates[k], found.necks[k]]), 0.0, metal, "mask", "collector")
        for k, net in enumerate(NETS)
    ]  # fmt: skip
    bodies += [
        Body(f"{net}-comb", net, request.material(net), net, electrode, metal, height, "mask", net)
        for net, electrode, height in zip(NETS, found.electrodes, heights, strict=True)
    ]
    if "insulator" in request.materials:
        thickness, ring = request.layer_thickness("insulator"), _package.around(outer, basin)
        insulator = request.material("insulator")
        bodies.append(Body("dam", "insulator", insulator, None, ring, None, thickness, "mask", "insulator"))
    gel, lid = request.material("electrolyte"), request.material("lid")
    return (
        *bodies,
        Body("electrolyte", "electrolyte", gel, None, rectangle(*basin), 0.0, top, "blanket", "electrolyte"),
        Body("lid", "encapsulation", lid, None, rectangle(*outer), None, float(params.lid_thickness), "mask", "lid"),
    )


def boxes(params: Any, found: Pattern) -> tuple[Box, Box]:
    """Electrolyte and lid."""
    around = _package.package_of(params)
    basin = _package.grown(found.box, round(float(around.rim)))
    return basin, _package.grown(basin, round(float(around.seal)))
