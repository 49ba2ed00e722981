"""Solid pillars of electrode standing in rows on interdigital collectors.

Laws: sections 0.5 and 4 of the project's notes on cell structures. Ions pass between the pillars of a
finger as through a porous electrode; its open share is that of the lattice.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb, _package, _pillar_search, _space
from fabplan.architectures._comb_measures import Stack, comb_measures
from fabplan.architectures._package import Package
from fabplan.architectures._pillar_comb import Forest
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, joined, rectangle

TITLE = "Interdigital pillars"
SUMMARY = (
    "Upright pillars of both electrodes in rows on the fingers of coplanar collectors, with electrolyte between them "
    "and a lid above."
)
ESTIMATOR = "interdigital"
FLOW = (
    Operation("collector", ("anode-collector", "cathode-collector")),
    Operation("anode", ("anode-pillars",)),
    Operation("cathode", ("cathode-pillars",)),
    Operation("electrolyte", ("electrolyte",)),
    Operation("lid", ("lid",)),
)


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    pillar_diameter_anode: Any = parameter("length", "diameter of the anode's pillars", 2e-7, 1e-3)
    pillar_diameter_cathode: Any = parameter("length", "diameter of the cathode's pillars", 2e-7, 1e-3)
    pillar_pitch: Any = parameter("length", "distance of neighbouring pillars of one finger", 3e-7, 2e-3)
    rows_anode: Any = parameter("number", "rows of pillars side by side on an anode finger", 1, 50)
    rows_cathode: Any = parameter("number", "rows of pillars side by side on a cathode finger", 1, 50)
    pillar_height: Any = parameter("length", "height of all pillars", 1e-7, 5e-3)
    overhang: Any = parameter("length", "collector beyond the outermost pillars", 0, 1e-3)
    gap: Any = parameter("length", "between the collectors of both nets, at sides and tips", 1e-7, 1e-2)
    finger_length: Any = parameter("length", "length over which fingers of both nets lie side by side", 1e-6, 1.0)
    fingers: Any = parameter("number", "anode fingers", 1, 1_000_000)
    anode_ended: Any = parameter("number", "1: one cathode finger less than anode fingers; 0: as many", 0, 1)
    bus_width_anode: Any = parameter("length", "width of the anode's bus, which carries no pillars", 1e-6, 1e-1)
    bus_width_cathode: Any = parameter("length", "width of the cathode's bus, which carries no pillars", 1e-6, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    electrolyte_rim: Any = parameter("length", "electrolyte beyond the collectors", 0, 1e-1)
    seal_width: Any = parameter("length", "lid beyond the electrolyte", 0, 1e-1)
    dam_clearance: Any = parameter("length", "from the electrolyte to the pads", 0, 1e-1)
    lid_clearance: Any = parameter("length", "electrolyte above the pillars", 0, 1e-1)
    lid_thickness: Any = parameter("length", "thickness of the lid", 0, 1e-1)


def _in_nanometres(params: Params) -> tuple[Forest, Package]:
    forest = Forest(
        diameters=(whole(params.pillar_diameter_anode), whole(params.pillar_diameter_cathode)),
        rows=(np.asarray(params.rows_anode), np.asarray(params.rows_cathode)),
        pitch=whole(params.pillar_pitch),
        overhang=whole(params.overhang),
        gap=whole(params.gap),
        overlap=whole(params.finger_length),
        fingers=np.asarray(params.fingers),
        anode_ended=np.asarray(params.anode_ended),
        buses=(whole(params.bus_width_anode), whole(params.bus_width_cathode)),
    )
    return forest, _package.package_of(params)


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    ``facing_length`` is that of the fingers as a whole; the fill says how much of a finger is pillar.
    """
    forest, package = _in_nanometres(params)
    comb, height = forest.comb, np.asarray(params.pillar_height)
    stack = Stack(request.layer_thickness("collector"), height, height, params.lid_clearance, params.lid_thickness)
    good = forest.sound() & _package.fits(request.footprint, package, comb)
    good = good & (height > 0) & (np.asarray(params.lid_clearance) >= 0)
    found = comb_measures(comb, comb, 0, package, stack, np.asarray(good, dtype=np.bool_))
    walls = [forest.walls(net, height) for net in (0, 1)]
    area = [w.count * w.sections[0].area for w in walls]
    side = [w.count * w.sections[0].perimeter * height for w in walls]
    changed = {
        "anode_area": area[0],
        "cathode_area": area[1],
        "anode_interface_area": area[0] + side[0],
        "cathode_interface_area": area[1] + side[1],
        "anode_volume": area[0] * height,
        "cathode_volume": area[1] * height,
        "facing_length": comb.gaps * comb.overlap * NANOMETRE,
        "minimum_width": np.minimum.reduce(np.broadcast_arrays(found.minimum_width, *(w.wall for w in walls))),
        "electrolyte_thickness": (comb.gap + 2 * forest.overhang) * NANOMETRE,
        "electrolyte_volume": found.electrolyte_volume + found.anode_volume + found.cathode_volume - sum(area) * height,
        "anode_fill": forest.fill(0),
        "cathode_fill": forest.fill(1),
    }
    shape = found.feasible.shape
    return dataclasses.replace(found, **{name: np.broadcast_to(v, shape).copy() for name, v in changed.items()})


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up. The lid is a film over everything."""
    forest, package = _in_nanometres(params)
    comb = forest.comb
    x, y = _package.corner(request.footprint, comb)
    plates, terminals = _comb.draw(comb, x, y), _package.terminals(comb, package, x, y)
    metal, height = request.layer_thickness("collector"), float(params.pillar_height)
    top = metal + height + float(params.lid_clearance)
    basin = _package.grown(_comb.outline(comb, x, y), round(float(package.rim)))
    outer = _package.grown(basin, round(float(package.seal)))
    bodies = [
        Body(f"{net}-collector", f"{net}_collector", request.material("collector"), net, joined([plate, terminal]),
             0.0, metal, "mask", "collector")
        for net, plate, terminal in zip(_comb.NETS, plates, terminals, strict=True)
    ]  # fmt: skip
    for number, (net, pillars) in enumerate(zip(_comb.NETS, forest.draw(x, y), strict=True)):
        walls = _pillar_search.plain(forest.walls(number, height))
        bodies.append(
            Body(f"{net}-pillars", net, request.material(net), net, pillars, metal, height, "mask", net, walls)
        )
    gel, lid = request.material("electrolyte"), request.material("lid")
    return (
        *bodies,
        Body("electrolyte", "electrolyte", gel, None, rectangle(*basin), 0.0, top, "blanket", "electrolyte"),
        Body("lid", "encapsulation", lid, None, rectangle(*outer), None, float(params.lid_thickness), "mask", "lid"),
    )


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's pillars are as many or one row more, and as thick as the wanted ratio of capacities asks.
    """
    fixed = _space.in_nanometres(Params, request.fixed)
    params = _space.as_params(Params, _pillar_search.candidates(request, fixed))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def preferred(params: Params, request: Request) -> NDArray[np.bool_]:
    """Whether a design has fingers and not blocks."""
    return _comb.slender(_in_nanometres(params)[0].comb)


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found, (forest, _) = measures(params, request), _in_nanometres(params)
    more, less, height = 1 + 1e-9, 1 - 1e-9, np.asarray(params.pillar_height)
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    rules.append(found.minimum_gap >= max(request.limit(role).gap for role in ("collector", *_comb.NETS)) * less)
    for number, net in enumerate(_comb.NETS):
        limit, walls = request.limit(net), forest.walls(number, height)
        rules += [
            (walls.wall >= limit.line * less) & (walls.mouth >= limit.gap * less),
            height <= limit.aspect_ratio * walls.wall * more,
            (height >= limit.thickness_low * less) & (height <= limit.thickness_high * more),
        ]
    collector = request.limit("collector").line * less / NANOMETRE
    return [*rules, np.minimum(forest.comb.anode_width, forest.comb.cathode_width) >= collector]
