"""Candidates of pillars on combs: pillars, rows, numbers and lengths. Lengths in whole nanometres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._package import Package
from fabplan.architectures._space import Array, whole
from fabplan.architectures.base import Request
from fabplan.geometry.region import FLAT_CAP, NANOMETRE
from fabplan.geometry.relief import Relief, Section

DIAMETER, SPACE = 20e-6, 10e-6  # [m], where the process sets none: defaults of section 4 of the notes
SLENDER = 5.0  # height over diameter, likewise
OVERHANG = 5e-6
LID_CLEARANCE = 100e-6
MOST_ALONG = 2000  # pillars of one row: a longer finger is fed badly anyway


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], scalars or flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values = _constants(request, fixed)
    values |= _axes(request, fixed, values)
    values |= _pillars(request, fixed, values)
    return values | _fingers(request, fixed, values)


def plain(found: Relief) -> Relief:
    """The relief of one design with plain floats."""
    sections = tuple(Section(float(s.area), float(s.perimeter), float(s.corner)) for s in found.sections)
    return Relief(sections, int(found.count), float(found.height), float(found.wall), float(found.mouth))


def _constants(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    lid, electrolyte = request.limit("lid"), request.limit("electrolyte")
    seal = max(_package.SEAL_WIDTH, lid.line)
    error = max(request.limit(net).placement + request.limit(net).edge for net in _comb.NETS)
    edge = max(request.limit(net).edge for net in _comb.NETS)
    defaults = {
        "overhang": max(OVERHANG, error),
        "pad_size": max(_package.PAD_SIZE, request.limit("collector").line),
        "electrolyte_rim": max(electrolyte.placement + electrolyte.edge + edge, 1e-6),
        "seal_width": seal,
        "dam_clearance": max(_package.DAM_CLEARANCE, seal + lid.placement + lid.edge),
        "lid_clearance": LID_CLEARANCE,
        "lid_thickness": request.layer_thickness("lid"),
    }
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def thinnest(request: Request) -> float:
    """Thinnest pillar [m] that both recipes can make; a drawn circle is a little narrower than its diameter."""
    limits = [request.limit(net) for net in _comb.NETS]
    return max(limit.line for limit in limits) * 1.002 + 2 * NANOMETRE or DIAMETER


def _axes(request: Request, fixed: dict[str, float], constant: dict[str, Any]) -> dict[str, Any]:
    """All combinations of what is searched; shares stand for numbers that follow later."""
    limits = [request.limit(net) for net in _comb.NETS]
    line = max(thinnest(request), 5e-6)
    gap = max(*(limit.gap for limit in limits), request.limit("collector").gap, 1e-6)
    space = max(max(limit.gap for limit in limits) * 1.01, SPACE)
    above = request.layer_thickness("collector") + (constant["lid_clearance"] + constant["lid_thickness"]) * NANOMETRE
    return _space.combinations(
        pillar_diameter_cathode=_space.axis(fixed, "pillar_diameter_cathode", whole(line * np.array([1.0, 2.0, 4.0]))),
        space=np.array([0.0]) if "pillar_pitch" in fixed else whole(space * np.array([1.0, 2.0])),
        pillar_height=_space.axis(fixed, "pillar_height", heights(request, line, request.height_max - above)),
        rows_cathode=_space.axis(fixed, "rows_cathode", [1.0, 2.0, 3.0, 5.0]),
        more_rows=np.array([0.0]) if "rows_anode" in fixed else np.array([0.0, 1.0]),
        gap=_space.axis(fixed, "gap", whole(gap * np.array([1.0, 1.5]))),
        finger_share=np.array([1.0]) if "fingers" in fixed else np.array([0.15, 0.3, 0.5, 0.75, 1.0]),
        length_share=np.array([1.0]) if "finger_length" in fixed else np.array([0.25, 0.5, 0.75, 1.0]),
        anode_ended=_space.axis(fixed, "anode_ended", [0.0, 1.0]),
    )


def heights(request: Request, line: float, room: float) -> Array:
    """Heights to try [nm]: what both recipes make, as slender as they allow."""
    limits = [request.limit(net) for net in _comb.NETS]
    low, high = max(limit.thickness_low for limit in limits), min(limit.thickness_high for limit in limits)
    slender = min(min(limit.aspect_ratio for limit in limits), 4 * SLENDER)
    most = max(min(high, slender * 4 * line, max(room, NANOMETRE)), NANOMETRE)
    least = min(max(low, most / 20), most)
    return np.asarray(whole(np.geomspace(least, most, 6)))


def _pillars(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Rows and diameter of the anode's pillars from the wanted ratio of capacities; the pitch holds both."""
    rows = _space.held(fixed, "rows_anode", values["rows_cathode"] + values["more_rows"])
    ratio = _comb.width_ratio(request, 1.0, 1.0) * values["rows_cathode"] / rows
    ended = values["anode_ended"]
    # with both ends anode there is a finger more than the cathode has, which is a gain that is not counted
    wanted = np.ceil(values["pillar_diameter_cathode"] * np.sqrt(ratio)) + 1 + 0 * ended
    anode = _space.held(fixed, "pillar_diameter_anode", np.maximum(wanted, whole(thinnest(request))))
    widest = np.maximum(anode, values["pillar_diameter_cathode"])
    pitch = _space.held(fixed, "pillar_pitch", widest + values["space"])
    return {"rows_anode": rows, "pillar_diameter_anode": anode, "pillar_pitch": pitch}


def _fingers(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Buses, number and length of the fingers [nm], at most as many pillars as can be drawn."""
    seal = values["seal_width"]
    package = Package(values["electrolyte_rim"], seal, values["dam_clearance"] - seal, values["pad_size"])
    width, length = _package.room(request.footprint, package)
    pitch, over, gap = values["pillar_pitch"], 2 * values["overhang"], values["gap"]
    anode, cathode = (
        (values[f"rows_{net}"] - 1) * pitch + values[f"pillar_diameter_{net}"] + over for net in ("anode", "cathode")
    )
    line = whole(request.limit("collector").line)
    bus = np.maximum(np.maximum(np.minimum(anode, cathode), line), 1)
    buses = {name: _space.held(fixed, name, bus) for name in ("bus_width_anode", "bus_width_cathode")}
    room = np.minimum(length - sum(buses.values()) - 2 * gap, MOST_ALONG * pitch)
    overlap = _space.held(fixed, "finger_length", np.maximum(np.floor(room * values["length_share"]), 1))
    ended = values["anode_ended"]
    most = _comb.most_fingers(anode, cathode, gap, ended, width)
    rows = np.maximum(values["rows_anode"], values["rows_cathode"])
    drawable = np.floor(FLAT_CAP / 2 / (rows * (np.floor((overlap + gap) / np.maximum(pitch, 1)) + 1)))
    count = np.maximum(np.floor(np.minimum(most, drawable) * values["finger_share"]), 1 + ended)
    return buses | {"finger_length": overlap, "fingers": _space.held(fixed, "fingers", count)}
