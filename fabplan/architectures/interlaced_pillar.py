"""Anode and cathode pillars on two facing plates that reach between each other like a checkerboard.

Laws: sections 0.5, 0.7 and 6 of the project's notes on cell structures. Every cathode pillar has four
anode pillars around it, so that the current is even; a comb of the same gap holds more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb, _package, _pillar_search, _space
from fabplan.architectures._facing_plates import Plates
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Interlaced pillars on facing plates"
SUMMARY = (
    "Pillars of the anode on one plate and of the cathode on the other, put together so that they stand between each "
    "other in a checkerboard, with a frame around and electrolyte filled through a port."
)
ESTIMATOR = "porous-stack"
FLOW = (
    Operation("anode_collector", ("anode-collector",)),
    Operation("anode", ("anode-pillars",)),
    Operation("cathode_collector", ("cathode-collector",)),
    Operation("cathode", ("cathode-pillars",)),
    Operation("lid", ("frame", "upper-plate")),
    Operation("electrolyte", ("electrolyte",)),
    Operation("seal", ("port-plugs",)),
)
TRUSTED_RADIUS = 0.4  # over d: beyond it the log form of the conductance is more than 1.3 % low
RIM = 50e-6
PORT = 300e-6
TIP_GAP = 10e-6  # flatness of both plates and swelling, section 6 of the notes


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    neighbour_distance: Any = parameter("length", "from an anode pillar to the next cathode pillars", 3e-7, 2e-3)
    pillar_diameter_anode: Any = parameter("length", "diameter of the anode's pillars", 2e-7, 1e-3)
    pillar_diameter_cathode: Any = parameter("length", "diameter of the cathode's pillars", 2e-7, 1e-3)
    pillar_height: Any = parameter("length", "height of all pillars", 1e-7, 5e-3)
    tip_gap: Any = parameter("length", "from the pillars' tips to the other plate", 1e-7, 1e-3)
    columns: Any = parameter("number", "half the number of pillars across", 1, 1_000_000)
    rows: Any = parameter("number", "half the number of pillars along", 1, 1_000_000)
    rim: Any = parameter("length", "from the outermost pillars to the frame", 0, 1e-1)
    seal_width: Any = parameter("length", "width of the frame's bars", 1e-6, 1e-1)
    port_width: Any = parameter("length", "width of the fill port and of the vent", 1e-6, 1e-1)
    ledge: Any = parameter("length", "each plate beyond the frame, for its pad", 1e-5, 1e-1)
    plate_thickness: Any = parameter("length", "thickness of the upper plate", 1e-6, 1e-1)


def _plates(params: Params) -> Plates:
    return Plates(
        distance=whole(params.neighbour_distance),
        diameters=(whole(params.pillar_diameter_anode), whole(params.pillar_diameter_cathode)),
        columns=np.asarray(params.columns),
        rows=np.asarray(params.rows),
        rim=whole(params.rim),
        seal=whole(params.seal_width),
        port=whole(params.port_width),
        ledge=whole(params.ledge),
    )


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    The planar equivalent is referred to the side of the cathode's pillars where they stand beside the
    anode's; its separator is as long as the checkerboard's conductance says.
    """
    plates, height, tip = _plates(params), np.asarray(params.pillar_height), np.asarray(params.tip_gap)
    metals = [request.layer_thickness(f"{net}_collector") for net in _comb.NETS]
    walls = [plates.walls(net, height) for net in (0, 1)]
    area = [w.count * w.sections[0].area for w in walls]
    side = [w.count * w.sections[0].perimeter * height for w in walls]
    width, length = plates.basin
    basin = width * length * NANOMETRE**2
    overlap = height - tip
    reference = walls[1].count * walls[1].sections[0].perimeter * np.maximum(overlap, NANOMETRE)
    between = height + tip
    values = {
        "anode_area": area[0],
        "cathode_area": area[1],
        "anode_interface_area": area[0] + side[0],
        "cathode_interface_area": area[1] + side[1],
        "anode_volume": area[0] * height,
        "cathode_volume": area[1] * height,
        "facing_length": walls[1].count * walls[1].sections[0].perimeter,
        "minimum_gap": plates.gap * NANOMETRE,
        "minimum_width": np.minimum.reduce(np.broadcast_arrays(width * NANOMETRE, *(w.wall for w in walls))),
        "height": metals[0] + between + metals[1] + np.asarray(params.plate_thickness),
        "electrode_height": height,
        "lid_height": between,
        "electrolyte_thickness": plates.gap * NANOMETRE,
        "electrolyte_volume": basin * between - sum(area) * height,
        "anode_collector_squares": plates.squares(),
        "cathode_collector_squares": plates.squares(),
        "active_area": basin,
        "print_length": 0.0,
        "reference_area": reference,
        "separator_length": reference / np.maximum(plates.conductance(np.maximum(overlap, 0), tip / NANOMETRE), 1e-30),
    }
    good = plates.sound() & plates.fits(request.footprint) & (height > tip) & (tip > 0)
    return _space.as_measures(values, np.asarray(good & (np.asarray(params.plate_thickness) > 0), dtype=np.bool_))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up: the anode's plate below, the cathode's upside down above it."""
    plates, height, tip = _plates(params), float(params.pillar_height), float(params.tip_gap)
    region = plates.draw(request.footprint)
    low, high = (request.layer_thickness(f"{net}_collector") for net in _comb.NETS)
    roof = low + height + tip
    bottoms = {"anode": (0.0, low), "cathode": (roof, low + tip)}
    bodies = []
    for number, net in enumerate(_comb.NETS):
        role, (metal, foot) = f"{net}_collector", bottoms[net]
        material = request.material(role, "collector")
        walls = _pillar_search.plain(plates.walls(number, height))
        bodies += [
            Body(f"{net}-collector", role, material, net, region[f"{net}-collector"], metal, (low, high)[number],
                 "mask", role),
            Body(f"{net}-pillars", net, request.material(net), net, region[net], foot, height, "mask", net, walls),
        ]  # fmt: skip
    lid, plate = request.material("lid"), float(params.plate_thickness)
    fill, plugs = request.material("electrolyte"), request.material("seal", "lid")
    return (
        *bodies,
        Body("frame", "encapsulation", lid, None, region["frame"], 0.0, roof, "mask", "lid"),
        Body("upper-plate", "encapsulation", lid, None, region["plate"], roof + high, plate, "mask", "lid"),
        Body("electrolyte", "electrolyte", fill, None, region["basin"], low, height + tip, "blanket", "electrolyte"),
        Body("port-plugs", "encapsulation", plugs, None, region["plugs"], 0.0, roof, "blanket", "seal"),
    )


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits."""
    fixed = _space.in_nanometres(Params, request.fixed)
    params = _space.as_params(Params, _candidates(request, fixed))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], scalars or flat arrays of one length."""
    values = _constants(request, fixed) | _axes(request, fixed)
    ratio = _comb.width_ratio(request, 1.0, 1.0)
    thin = whole(_pillar_search.thinnest(request))
    wanted = np.maximum(np.ceil(values["pillar_diameter_cathode"] * np.sqrt(ratio)) + 1, thin)
    anode = _space.held(fixed, "pillar_diameter_anode", wanted)
    middle = np.ceil((anode + values["pillar_diameter_cathode"]) / 2) + 2
    distance = _space.held(fixed, "neighbour_distance", middle + values["space"])
    values |= {"pillar_diameter_anode": anode, "neighbour_distance": distance}
    room = [whole(request.footprint.width), whole(request.footprint.length)]
    if request.footprint.terminals == "inside":
        around = 2 * (values["seal_width"] + values["rim"])
        room = [room[0] - around, room[1] - around - 2 * values["ledge"]]
    widest = np.maximum(anode, values["pillar_diameter_cathode"])
    for name, size in zip(("columns", "rows"), room, strict=True):
        most = np.floor((np.maximum(size - widest, 0) / np.maximum(distance, 1) + 1) / 2)
        number = np.maximum(np.floor(np.minimum(most, 500) * values[f"{name}_share"]), 1)
        values[name] = _space.held(fixed, name, number)
    return values


def _constants(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    lid = request.limit("lid")
    line = max(request.limit(f"{net}_collector").line for net in _comb.NETS)
    defaults = {
        "rim": max(RIM, lid.placement + lid.edge),
        "seal_width": max(_package.SEAL_WIDTH, lid.line),
        "port_width": max(PORT, lid.gap),
        "ledge": max(_package.PAD_SIZE, line),
        "plate_thickness": max(request.layer_thickness("lid"), 1e-6),
    }
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def _axes(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """All combinations of what is searched [nm]; shares stand for numbers that follow later."""
    limits = [request.limit(net) for net in _comb.NETS]
    thin = _pillar_search.thinnest(request)
    error = 2 * max(request.limit(role).placement for role in ("lid", *_comb.NETS))
    space = max(max(limit.gap for limit in limits) + error, _pillar_search.SPACE)
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    heights = _pillar_search.heights(request, thin, request.height_max / 2)
    return _space.combinations(
        pillar_diameter_cathode=_space.axis(fixed, "pillar_diameter_cathode", whole(thin * np.array([1.0, 1.5, 2.5]))),
        space=np.array([0.0]) if "neighbour_distance" in fixed else whole(space * np.array([1.0, 1.5, 2.5])),
        pillar_height=_space.axis(fixed, "pillar_height", heights),
        tip_gap=_space.axis(fixed, "tip_gap", whole([TIP_GAP])),
        columns_share=np.array([1.0]) if "columns" in fixed else shares,
        rows_share=np.array([1.0]) if "rows" in fixed else shares,
    )


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found, plates, height = measures(params, request), _plates(params), np.asarray(params.pillar_height)
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    rules.append(found.minimum_gap >= max(request.limit(net).gap for net in _comb.NETS) * less)
    for number, net in enumerate(_comb.NETS):
        limit, walls = request.limit(net), plates.walls(number, height)
        rules += [
            (walls.wall >= limit.line * less) & (walls.mouth >= limit.gap * less),
            height <= limit.aspect_ratio * walls.wall * more,
            (height >= limit.thickness_low * less) & (height <= limit.thickness_high * more),
        ]
    return rules


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """Where the conductance is not well known, and what a comb of the same gap would hold."""
    plates = _plates(params)
    widest = float(np.maximum(plates.radius(0), plates.radius(1)) / plates.distance)
    found = measures(params, request)
    share = float(found.cathode_area / found.active_area)
    comb = float(1 / (2 * (1 + found.minimum_gap / np.maximum(np.asarray(params.pillar_diameter_cathode), 1e-12))))
    text = (
        f"the cathode's pillars take {share:.0%} of the plan, fingers of their width and gap would take {comb:.0%}: "
        "this structure is for power and even current, not for energy"
    )
    said = (Finding("less-than-a-comb", "info", "cell", text, share, comb, ""),)
    if widest <= TRUSTED_RADIUS:
        return said
    near = f"pillars of {widest:.2f} distances radius: the conductance between them is more than 1 % underrated"
    return (*said, Finding("shape-factor", "warning", "estimate", near, widest, TRUSTED_RADIUS, ""))
