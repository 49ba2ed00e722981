"""Tall combs of stacked printed filaments on coplanar collectors, in a frame with lid.

Laws: sections 3, 0.6 and 13.4 of the project's notes on cell structures; Sun et al., Adv. Mater.
2013, 25, 4539 is the published cell.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._comb import Comb
from fabplan.architectures._comb_measures import Stack, comb_measures
from fabplan.architectures._filament_search import bead_width, candidates
from fabplan.architectures._package import Package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, joined, rectangle

TITLE = "Interdigital walls of printed filaments"
SUMMARY = (
    "Two combs of tall walls, printed bead on bead from electrode inks onto coplanar collectors, in a frame "
    "with a lid that is filled with liquid electrolyte through a port."
)
ESTIMATOR = "interdigital"
FLOW = (
    Operation("collector", ("anode-collector", "cathode-collector")),
    Operation("anode", ("anode-walls",), patterns=("bead",)),
    Operation("cathode", ("cathode-walls",), patterns=("bead",)),
    Operation("lid", ("frame", "lid")),
    Operation("electrolyte", ("electrolyte",)),
    Operation("seal", ("port-plugs",)),
)


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    wall_width_anode: Any = parameter("length", "width of an anode wall, finished", 1e-6, 1e-2)
    wall_width_cathode: Any = parameter("length", "width of a cathode wall, finished", 1e-6, 1e-2)
    beads_per_width_anode: Any = parameter("number", "beads side by side in an anode wall", 1, 1000)
    beads_per_width_cathode: Any = parameter("number", "beads side by side in a cathode wall", 1, 1000)
    gap: Any = parameter("length", "smallest drawn distance between the nets (collectors or walls)", 1e-7, 1e-2)
    layers: Any = parameter("number", "printed layers of both combs", 1, 10_000)
    layer_pitch: Any = parameter("length", "height of one printed layer before drying", 1e-7, 1e-2)
    finger_length: Any = parameter("length", "length over which walls of both nets lie side by side", 1e-6, 1.0)
    fingers: Any = parameter("number", "anode fingers", 1, 1_000_000)
    anode_ended: Any = parameter("number", "1: one cathode finger less than anode fingers; 0: as many", 0, 1)
    bus_width_anode: Any = parameter("length", "width of the anode's bus wall", 1e-6, 1e-1)
    bus_width_cathode: Any = parameter("length", "width of the cathode's bus wall", 1e-6, 1e-1)
    collector_margin: Any = parameter("length", "how far collectors stand out from under the walls", 0, 1e-3)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    pad_clearance: Any = parameter("length", "from the frame to the pads", 0, 1e-1)
    seal_width: Any = parameter("length", "width of the frame's bars", 1e-6, 1e-1)
    seal_clearance: Any = parameter("length", "from the collectors to the frame", 0, 1e-1)
    port_width: Any = parameter("length", "width of the fill port and of the vent", 1e-6, 1e-1)
    lid_clearance: Any = parameter("length", "electrolyte above the walls", 0, 1e-1)
    lid_thickness: Any = parameter("length", "thickness of the lid", 0, 1e-1)


def _in_nanometres(params: Params) -> tuple[Comb, Any, Package]:
    """Comb of the collectors, by how much the walls are inset, and the package [nm]."""
    margin = whole(params.collector_margin)
    collectors = Comb(
        anode_width=whole(params.wall_width_anode) + 2 * margin,
        cathode_width=whole(params.wall_width_cathode) + 2 * margin,
        gap=whole(params.gap),
        overlap=whole(params.finger_length) + 2 * margin,
        anode_fingers=np.asarray(params.fingers),
        cathode_fingers=np.asarray(params.fingers) - np.asarray(params.anode_ended),
        anode_bus=whole(params.bus_width_anode) + 2 * margin,
        cathode_bus=whole(params.bus_width_cathode) + 2 * margin,
    )
    package = Package(
        rim=whole(params.seal_clearance),
        seal=whole(params.seal_width),
        pad_clearance=whole(params.pad_clearance),
        pad=whole(params.pad_size),
    )
    return collectors, margin, package


def _heights(params: Params, request: Request) -> tuple[Any, Any]:
    """Finished heights of anode and cathode walls [m]: layers times the recipe's finished height of one."""
    steps = (request.limit(net).thickness_step or np.asarray(params.layer_pitch) for net in ("anode", "cathode"))
    anode, cathode = (np.asarray(params.layers) * step for step in steps)
    return anode, cathode


def _print_length(params: Params, walls: Comb, request: Request) -> Any:
    """Length of all beads [m]: every wall is as many beads wide as fit its width, and ``layers`` high."""
    total: Any = 0.0
    for net, width, beads in (
        ("anode", walls.anode_bus, params.beads_per_width_anode),
        ("cathode", walls.cathode_bus, params.beads_per_width_cathode),
    ):
        bus_beads = np.maximum(np.rint(width / whole(bead_width(request.limit(net)))), 1)
        count = walls.anode_fingers if net == "anode" else walls.cathode_fingers
        total = total + np.asarray(beads) * count * walls.finger_length + bus_beads * walls.width
    return total * np.asarray(params.layers) * NANOMETRE


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ()."""
    comb, margin, package = _in_nanometres(params)
    walls = _comb.inset(comb, margin)
    stack = Stack(
        request.layer_thickness("collector"), *_heights(params, request), params.lid_clearance, params.lid_thickness
    )
    found = comb_measures(walls, comb, 0, package, stack, _feasible(params, comb, walls, package, request))
    return dataclasses.replace(found, print_length=_print_length(params, walls, request) + 0 * found.height)


def _feasible(params: Params, comb: Comb, walls: Comb, package: Package, request: Request) -> NDArray[np.bool_]:
    layers, port = np.asarray(params.layers), whole(params.port_width)
    good = _comb.sound(comb) & _comb.sound(walls) & _package.fits(request.footprint, package, comb)
    good = good & (layers >= 1) & (layers == np.rint(layers)) & (np.asarray(params.lid_clearance) >= 0)
    return np.asarray(good & (port >= 1) & (port <= comb.length + 2 * package.rim), dtype=np.bool_)


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up; electrolyte and frame give way to what already stands there.

    Walls and collectors keep every straight bar as its own part, so that centre lines follow from them.
    """
    comb, margin, package = _in_nanometres(params)
    x, y = _package.corner(request.footprint, comb)
    inset = round(float(margin))
    plates = _comb.draw(comb, x, y)
    walls = _comb.draw(_comb.inset(comb, margin), x + inset, y + inset)
    terminals = _package.terminals(comb, package, x, y)
    heights = [float(height) for height in _heights(params, request)]
    metal, top = request.layer_thickness("collector"), max(heights) + float(params.lid_clearance)
    inner = _package.grown(_comb.outline(comb, x, y), round(float(package.rim)))
    seal, port = round(float(package.seal)), round(float(whole(params.port_width)))
    frame, plugs = _package.ring(inner, seal, port), _package.openings(inner, seal, port)
    lid, seals = request.material("lid"), request.material("seal", "lid")
    floor, roof = 0.0, metal + top
    bodies = [
        Body(f"{net}-collector", f"{net}_collector", request.material("collector"), net, joined([plate, terminal]),
             floor, metal, "mask", "collector")
        for net, plate, terminal in zip(_comb.NETS, plates, terminals, strict=True)
    ]  # fmt: skip
    bodies += [
        Body(f"{net}-walls", net, request.material(net), net, wall, metal, height, "bead", net)
        for net, wall, height in zip(_comb.NETS, walls, heights, strict=True)
    ]
    electrolyte = request.material("electrolyte")
    cover = rectangle(*_package.grown(inner, seal))
    return (
        *bodies,
        Body("frame", "encapsulation", lid, None, frame, floor, roof, "mask", "lid"),
        Body("lid", "encapsulation", lid, None, cover, roof, float(params.lid_thickness), "mask", "lid"),
        Body("electrolyte", "electrolyte", electrolyte, None, rectangle(*inner), floor, roof, "blanket", "electrolyte"),
        Body("port-plugs", "encapsulation", seals, None, plugs, floor, roof, "blanket", "seal"),
    )


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    Widths are whole beads; the anode's follow from the cathode's and the wanted ratio of capacities,
    rounded down and up; too small an anode is dropped where there is another.
    """
    fixed = _space.in_nanometres(Params, request.fixed)
    params = _space.as_params(Params, candidates(request, fixed))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def preferred(params: Params, request: Request) -> NDArray[np.bool_]:
    """Whether a design has fingers and not blocks."""
    return _comb.slender(_in_nanometres(params)[0])


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found = measures(params, request)
    gap = max(request.limit(role).gap for role in ("collector", *_comb.NETS))
    rules = [
        found.feasible,
        found.minimum_gap >= gap * (1 - 1e-9),
        found.height <= request.height_max * (1 + 1e-9),
        _space.balanced(found, request),
    ]
    widths = (params.wall_width_anode, params.wall_width_cathode)
    for net, height, width in zip(_comb.NETS, _heights(params, request), widths, strict=True):
        limit = request.limit(net)
        rules += [
            width >= limit.line * (1 - 1e-9),
            height <= limit.aspect_ratio * width * (1 + 1e-9),
            (height >= limit.thickness_low * (1 - 1e-9)) & (height <= limit.thickness_high * (1 + 1e-9)),
        ]
    return rules
