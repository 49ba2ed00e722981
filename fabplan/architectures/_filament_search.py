"""Candidates of printed walls: whole beads, layers, numbers and lengths. Lengths in whole nanometres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._package import Package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request, RoleLimits
from fabplan.geometry.region import NANOMETRE

LID_CLEARANCE = 50e-6  # cover above the walls in the notes' default cell, section 3
MOST_LAYERS = 400


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter, scalars or flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values = _constants(request, fixed)
    values |= _axes(request, fixed, values)
    values |= _walls(request, fixed, values)
    return values | _fingers(request, fixed, values)


def bead_width(limit: RoleLimits) -> float:
    """Finished width of one bead [m]: of the recipe, else the nozzle or the smallest line."""
    return limit.bead_width or limit.nozzle or limit.line or 1e-6


def _constants(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Parameters that are not searched [nm]."""
    lid, anode = request.limit("lid"), request.limit("anode")
    pitch = anode.layer_pitch or (0.8 * anode.nozzle if anode.nozzle else anode.thickness_step or bead_width(anode))
    gap = max(request.limit(role).gap for role in ("collector", "anode", "cathode"))
    seal = max(_package.SEAL_WIDTH, lid.line)
    defaults = {
        "layer_pitch": pitch,
        "collector_margin": 0.0,
        "pad_size": max(_package.PAD_SIZE, request.limit("collector").line),
        "pad_clearance": lid.placement + lid.edge,
        "seal_width": seal,
        "seal_clearance": max(lid.placement + lid.edge, gap, 1e-6),
        "port_width": max(seal, lid.gap),
        "lid_clearance": LID_CLEARANCE,
        "lid_thickness": request.layer_thickness("lid"),
    }
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def _axes(request: Request, fixed: dict[str, float], constant: dict[str, Any]) -> dict[str, Any]:
    """All combinations of what is searched; shares stand for numbers that follow later."""
    cathode = request.limit("cathode")
    bead = whole(bead_width(cathode))
    room, _ = _package.room(request.footprint, _outer(constant))
    limit = [request.limit(net) for net in _comb.NETS]
    steps = [one.thickness_step or constant["layer_pitch"] * NANOMETRE for one in limit]
    above = request.layer_thickness("collector") + (constant["lid_clearance"] + constant["lid_thickness"]) * NANOMETRE
    tallest = min(*(one.thickness_high / step for one, step in zip(limit, steps, strict=True)), MOST_LAYERS)
    layers = np.floor(min(tallest, (request.height_max - above) / max(steps)) + 1e-9)
    beads = _space.counts(int(np.ceil(cathode.line / (bead * NANOMETRE) - 1e-9)), min(room / (4 * bead), 24), 8)
    if "wall_width_cathode" in fixed:
        beads = np.maximum(np.rint(fixed["wall_width_cathode"] / bead), 1)
    gap = max(*(request.limit(role).gap for role in ("collector", *_comb.NETS)), 1e-6)
    return _space.combinations(
        beads_per_width_cathode=_space.axis(fixed, "beads_per_width_cathode", beads),
        round_up=np.array([0.0, 1.0]),
        layers=_space.axis(fixed, "layers", _space.counts(1, layers, 24)),
        gap=_space.axis(fixed, "gap", whole(gap * np.array([1.0, 1.5, 2.5]))),
        bus_share=np.array([0.5, 1.0]),
        finger_share=np.array([1.0]) if "fingers" in fixed else np.array([0.15, 0.3, 0.5, 0.75, 1.0]),
        length_share=np.array([1.0]) if "finger_length" in fixed else np.array([0.25, 0.5, 0.75, 1.0]),
        anode_ended=_space.axis(fixed, "anode_ended", [0.0, 1.0]),
    )


def _outer(values: dict[str, Any]) -> Package:
    return Package(values["seal_clearance"], values["seal_width"], values["pad_clearance"], values["pad_size"])


def _walls(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Widths of walls and buses [nm] from whole beads and the wanted ratio of capacities."""
    bead = {net: whole(bead_width(request.limit(net))) for net in _comb.NETS}
    ratio = _comb.width_ratio(request, *(request.limit(net).thickness_step or 1.0 for net in _comb.NETS))
    cathode = values["beads_per_width_cathode"]
    width = _space.held(fixed, "wall_width_cathode", cathode * bead["cathode"])
    anode = np.maximum(np.rint(width * ratio / bead["anode"]), 1)
    for _ in range(3):  # the number of fingers follows from the width, the width from the number
        count = _count(request, fixed, values, anode * bead["anode"], width)
        wanted = width * ratio * np.where(values["anode_ended"] > 0, 1 - 1 / np.maximum(count, 2), 1.0)
        anode = np.maximum(np.floor(wanted / bead["anode"] + values["round_up"]), 1)
    if "wall_width_anode" in fixed:
        anode = np.full_like(anode, max(np.rint(fixed["wall_width_anode"] / bead["anode"]), 1))
    anode = _space.held(fixed, "beads_per_width_anode", anode)
    bus = np.ceil(values["bus_share"] * cathode)  # only tips face a bus: no wider than a finger
    bus_anode = np.maximum(np.rint(bus * bead["cathode"] * ratio / bead["anode"]), 1)
    return {
        "beads_per_width_anode": anode,
        "wall_width_anode": _space.held(fixed, "wall_width_anode", anode * bead["anode"]),
        "wall_width_cathode": width,
        "bus_width_anode": _space.held(fixed, "bus_width_anode", bus_anode * bead["anode"]),
        "bus_width_cathode": _space.held(fixed, "bus_width_cathode", bus * bead["cathode"]),
    }


def _count(request: Request, fixed: dict[str, float], values: dict[str, Any], anode: Any, cathode: Any) -> Any:
    """Anode fingers that walls of these widths [nm] leave room for, or the wanted share of them."""
    room, _ = _package.room(request.footprint, _outer(values))
    margin, ended = 2 * values["collector_margin"], values["anode_ended"]
    most = _comb.most_fingers(anode + margin, cathode + margin, values["gap"], ended, room)
    return _space.held(fixed, "fingers", np.maximum(np.floor(most * values["finger_share"]), 1 + ended))


def _fingers(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Number of fingers from the footprint's width, their length from its length [nm]."""
    _, length = _package.room(request.footprint, _outer(values))
    margin, gap = 2 * values["collector_margin"], values["gap"]
    buses = values["bus_width_anode"] + values["bus_width_cathode"] + 2 * margin
    overlap = np.floor((length - buses - 2 * gap - margin) * values["length_share"])
    return {
        "fingers": _count(request, fixed, values, values["wall_width_anode"], values["wall_width_cathode"]),
        "finger_length": _space.held(fixed, "finger_length", np.maximum(overlap, 1)),
    }
