"""The planar cell as a pattern in a rectangle: its bodies, and its measures from what is drawn.

Sizing looks at straight combs of the same widths, as for filled outlines (`fabplan.architectures._comb_filled_cell`);
the one that is chosen lends its widths to the pattern, which takes all the room that the package leaves.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._comb import NETS
from fabplan.architectures._package import Package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry import sheet
from fabplan.geometry.body import Body
from fabplan.geometry.edges import boundary, facing_length, minimum_width
from fabplan.geometry.measures import Measures
from fabplan.geometry.patterns import base as patterns
from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import NANOMETRE, Box, Region, area, joined, rectangle, translated
from fabplan.geometry.shapes import buffered, distance, pieces

PROBE = Frame(4_000_000, 4_000_000, 40_000, 40_000, 20_000, 80_000, 80_000)


@dataclass(frozen=True)
class Pattern:
    """A pattern where it stands, with its collectors; [nm].

    Parameters
    ----------
    electrodes, plates, necks : of both nets; necks with their pads
    box : around both electrodes
    gap : between the electrodes
    inset : how far the collectors lie inside the electrodes
    neck : width of the necks
    """

    electrodes: tuple[Region, Region]
    plates: tuple[Region, Region]
    necks: tuple[Region, Region]
    box: Box
    gap: int
    inset: int
    neck: int


def slanted(name: str) -> bool:
    """Whether a pattern has edges that are neither vertical nor horizontal, which no collector is inset for."""
    drawn = patterns.load(name).draw(PROBE)
    assert drawn is not None
    try:
        boundary(drawn.anode)
    except ValueError:
        return True
    return False


def like(footprint: Footprint) -> Footprint:
    """Rectangle for sizing: the footprint's own."""
    return footprint


def fullest(params: Any, request: Request) -> Any | None:
    """The same widths as one line of the pattern; None where it cannot be drawn.

    ``fingers`` is 1 and ``finger_length`` the length along which both nets lie side by side.
    """
    found = comb(params, request)
    if found is None:
        return None
    along = facing_length(*found.electrodes, 2 * found.gap)
    return dataclasses.replace(params, fingers=1.0, finger_length=along * NANOMETRE, anode_ended=0.0)


def comb(params: Any, request: Request) -> Pattern | None:
    """The pattern of one design in the rectangle; None where it cannot be drawn."""
    around = _package.package_of(params)
    room = [round(float(side)) for side in _package.room(request.footprint, around)]
    lengths = (
        params.finger_width_anode,
        params.finger_width_cathode,
        params.gap,
        params.bus_width_anode,
        params.bus_width_cathode,
        params.collector_inset,
    )
    anode, cathode, gap, low, high, inset = (round(float(whole(np.ravel(value)[0]))) for value in lengths)
    site = tuple(round(float(whole(side))) for side in (request.footprint.width, request.footprint.length))
    widths = tuple(round(float(v)) for v in (around.rim, around.seal, around.pad_clearance, around.pad))
    if min(*room, *widths) < 0 or min(room) < 1 or min(anode, cathode, low, high) <= 2 * inset:
        return None  # no room, or no line left of a collector
    return _drawn(request.pattern, Frame(room[0], room[1], anode, cathode, gap, low, high), inset, site, widths)


@lru_cache(maxsize=16)
def _drawn(name: str, frame: Frame, inset: int, site: tuple[int, ...], widths: tuple[int, ...]) -> Pattern | None:
    drawn = patterns.load(name).draw(frame)
    if drawn is None or drawn.width > frame.width or drawn.length > frame.length:
        return None
    hull = _hull(drawn, frame)
    corner = (site[0] - drawn.width) // 2, (site[1] - drawn.length) // 2
    electrodes = [translated(shape, *corner) for shape in (drawn.anode, drawn.cathode)]
    plates = [buffered(shape, -inset) if inset else shape for shape in electrodes]
    if any(not shape or pieces(shape) != 1 for shape in plates):
        return None
    around = Package(*widths)
    return Pattern(
        (electrodes[0], electrodes[1]),
        (plates[0], plates[1]),
        _package.terminals(hull, around, *corner, inset),
        _comb.outline(hull, *corner),
        round(distance(*electrodes)),
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
    basin, outer = _boxes(params, found)
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


def _boxes(params: Any, found: Pattern) -> tuple[Box, Box]:
    """Electrolyte and lid."""
    around = _package.package_of(params)
    basin = _package.grown(found.box, round(float(around.rim)))
    return basin, _package.grown(basin, round(float(around.seal)))


def measures(params: Any, request: Request) -> Measures | None:
    """What is drawn of one design; None where it cannot be drawn."""
    found = comb(params, request)
    if found is None:
        return None
    heights = float(params.anode_thickness), float(params.cathode_thickness)
    metal = request.layer_thickness("collector")
    high = metal + max(heights) + float(params.lid_clearance)
    dam = metal + request.layer_thickness("insulator") + float(params.lid_thickness)
    areas = [area(shape) for shape in found.electrodes]
    rims = [_outline(shape) * NANOMETRE for shape in found.electrodes]
    volumes = [a * h for a, h in zip(areas, heights, strict=True)]
    squares = _squares(found)
    around = _package.package_of(params)
    if squares is None:
        return None
    neck = float(around.side + around.pad_clearance + found.inset) / found.neck
    sunk = sum(area(shape) for shape in found.plates)
    sunk += 2 * found.neck * (float(around.rim) + found.inset) * NANOMETRE**2
    left, low, right, top = found.box
    narrowest = min(minimum_width(shape) for shape in (*found.electrodes, *found.plates))
    values = {
        "anode_area": areas[0],
        "cathode_area": areas[1],
        "anode_interface_area": areas[0] + heights[0] * rims[0],
        "cathode_interface_area": areas[1] + heights[1] * rims[1],
        "anode_volume": volumes[0],
        "cathode_volume": volumes[1],
        "facing_length": facing_length(*found.electrodes, 2 * found.gap) * NANOMETRE,
        "minimum_gap": found.gap * NANOMETRE,
        "minimum_width": min(narrowest, found.neck, float(around.pad)) * NANOMETRE,
        "height": max(high + float(params.lid_thickness), dam if "insulator" in request.materials else 0.0),
        "electrode_height": min(heights),
        "lid_height": high - metal,
        "electrolyte_thickness": found.gap * NANOMETRE,
        "electrolyte_volume": area(rectangle(*_boxes(params, found)[0])) * high - sunk * metal - sum(volumes),
        "anode_collector_squares": squares[0] + neck,
        "cathode_collector_squares": squares[1] + neck,
        "anode_bus_squares": neck,
        "cathode_bus_squares": neck,
        "active_area": (right - left) * (top - low) * NANOMETRE**2,
        "print_length": 0.0,
    }
    return _space.as_measures(values, np.asarray(True))


def _outline(shape: Region) -> int:
    """Length of the outline of a Manhattan region [nm]."""
    return sum(int(np.sum(edges.high - edges.low)) for edges in boundary(shape))


@lru_cache(maxsize=16)
def _squares(found: Pattern) -> tuple[float, float] | None:
    """Squares of both collectors, fed over the width of their necks."""
    left = (found.box[0] + found.box[2]) // 2 - found.neck // 2
    fed = (left, left + found.neck)
    anode, cathode = (sheet.squares(shape, fed, upper=bool(k)) for k, shape in enumerate(found.plates))
    return None if anode is None or cathode is None else (anode, cathode)


def told(found: Pattern) -> tuple[str, ...]:
    """How the pattern stands, in sentences."""
    squares = _squares(found)
    assert squares is not None
    return (
        f"its gap of {found.gap / 1e3:g} um is {facing_length(*found.electrodes, 2 * found.gap) / 1e6:.3g} mm long",
        f"its collectors count {squares[0]:.3g} and {squares[1]:.3g} squares from the necks on",
    )
