"""Two flat combs with collectors, electrolyte and lid: parameters, measures, bodies and designs worth looking at.

Shared by the structures that are drawn as flat combs. Laws: sections 2, 0.6 and 13 of the project's notes on cell
structures.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import (
    _comb,
    _comb_filled_cell,
    _package,
    _pattern_cell,
    _pattern_measures,
    _pattern_search,
    _space,
)
from fabplan.architectures._comb import Comb
from fabplan.architectures._comb_measures import Stack, comb_measures
from fabplan.architectures._package import Package
from fabplan.architectures._planar_search import candidates, constants, package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, joined, rectangle

FILL = _comb_filled_cell  # fills the user's outline where there is one
EXCESS = 1.1  # of the anode over the wanted ratio: more is weight
PATTERN = _pattern_measures  # measures the pattern that was asked where it is not the comb


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    finger_width_anode: Any = parameter("length", "width of an anode finger", 1e-6, 1e-1)
    finger_width_cathode: Any = parameter("length", "width of a cathode finger", 1e-6, 1e-1)
    gap: Any = parameter("length", "distance between the electrodes, at sides and tips", 1e-7, 1e-2)
    anode_thickness: Any = parameter("length", "finished height of the anode", 1e-9, 1e-2)
    cathode_thickness: Any = parameter("length", "finished height of the cathode", 1e-9, 1e-2)
    finger_length: Any = parameter("length", "length over which fingers of both nets lie side by side", 1e-6, 1.0)
    fingers: Any = parameter("number", "anode fingers", 1, 1_000_000)
    anode_ended: Any = parameter("number", "1: one cathode finger less than anode fingers; 0: as many", 0, 1)
    bus_width_anode: Any = parameter("length", "width of the anode's bus", 1e-6, 1e-1)
    bus_width_cathode: Any = parameter("length", "width of the cathode's bus", 1e-6, 1e-1)
    collector_inset: Any = parameter("length", "how far electrodes overhang their collector", 0, 1e-2)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    electrolyte_rim: Any = parameter("length", "how far the electrolyte reaches beyond the electrodes", 0, 1e-1)
    seal_width: Any = parameter("length", "how far the lid reaches beyond the electrolyte", 0, 1e-1)
    dam_clearance: Any = parameter("length", "from the electrolyte to the pads", 0, 1e-1)
    lid_clearance: Any = parameter("length", "electrolyte above the electrodes", 0, 1e-1)
    lid_thickness: Any = parameter("length", "thickness of the lid", 0, 1e-1)


def _in_nanometres(params: Params) -> tuple[Comb, Any, Package]:
    """Comb of the electrodes, by how much the collectors are inset, and the package [nm]."""
    electrodes = Comb(
        anode_width=whole(params.finger_width_anode),
        cathode_width=whole(params.finger_width_cathode),
        gap=whole(params.gap),
        overlap=whole(params.finger_length),
        anode_fingers=np.asarray(params.fingers),
        cathode_fingers=np.asarray(params.fingers) - np.asarray(params.anode_ended),
        anode_bus=whole(params.bus_width_anode),
        cathode_bus=whole(params.bus_width_cathode),
    )
    return electrodes, whole(params.collector_inset), _package.package_of(params)


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ()."""
    if request.pattern != "comb":
        return _pattern_measures.measures(params, request)
    if request.footprint.filled and np.ndim(params.fingers) == 0:
        drawn = FILL.measures(params, request)
        if drawn is not None:
            return drawn
    if request.footprint.filled:
        request = dataclasses.replace(request, footprint=FILL.like(request.footprint))
    comb, recess, around = _in_nanometres(params)
    collectors = _comb.inset(comb, recess)
    heights = np.asarray(params.anode_thickness), np.asarray(params.cathode_thickness)
    stack = Stack(request.layer_thickness("collector"), *heights, params.lid_clearance, params.lid_thickness)
    good = _comb.sound(comb) & _comb.sound(collectors) & _package.fits(request.footprint, around, comb)
    good = good & (heights[0] > 0) & (heights[1] > 0) & (np.asarray(params.lid_clearance) >= 0)
    found = comb_measures(comb, collectors, recess, around, stack, np.asarray(good, dtype=np.bool_))
    if "insulator" not in request.materials:
        return found
    dam = stack.collector + request.layer_thickness("insulator") + np.asarray(params.lid_thickness)
    return dataclasses.replace(found, height=np.maximum(found.height, dam))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up. Dam (drawn when an insulator is chosen) and lid are conformal films."""
    if request.pattern != "comb":
        return _pattern_cell.cell(params, request)
    if request.footprint.filled:
        return FILL.cell(params, request)
    comb, inset, around = _in_nanometres(params)
    x, y = _package.corner(request.footprint, comb)
    recess = round(float(inset))
    electrodes = _comb.draw(comb, x, y)
    plates = _comb.draw(_comb.inset(comb, inset), x + recess, y + recess)
    terminals = _package.terminals(comb, around, x, y, recess)
    metal = request.layer_thickness("collector")
    heights = float(params.anode_thickness), float(params.cathode_thickness)
    top = metal + max(heights) + float(params.lid_clearance)
    basin = _package.grown(_comb.outline(comb, x, y), round(float(around.rim)))
    outer = _package.grown(basin, round(float(around.seal)))
    bodies = [
        Body(f"{net}-collector", f"{net}_collector", request.material("collector"), net, joined([plate, terminal]),
             0.0, metal, "mask", "collector")
        for net, plate, terminal in zip(_comb.NETS, plates, terminals, strict=True)
    ]  # fmt: skip
    bodies += [
        Body(f"{net}-comb", net, request.material(net), net, electrode, metal, height, "mask", net)
        for net, electrode, height in zip(_comb.NETS, electrodes, heights, strict=True)
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


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's width follows from the cathode's, both heights and the wanted ratio of capacities, buses
    included.
    """
    if request.footprint.filled:
        request = dataclasses.replace(request, footprint=FILL.like(request.footprint))
    fixed = _space.in_nanometres(Params, request.fixed)
    drawn = request.pattern != "comb"
    found = _pattern_search.candidates(Params, request, fixed) if drawn else candidates(request, fixed)
    params = _space.as_params(Params, found)
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def left_out(request: Request) -> str:
    """Which lines of a pattern were not drawn since they are too many; "" where all were."""
    fixed = _space.in_nanometres(Params, request.fixed)
    return "" if request.pattern == "comb" else _pattern_search.left_out(request, fixed)


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What clipping to an outline did; nothing where the structure stands in a rectangle."""
    plain = request.pattern == "comb" and request.footprint.filled
    return FILL.findings(params, request) if plain else ()


def reach(request: Request) -> float:
    """How far pads and package reach beyond the electrodes at most [m], where they stand outside."""
    around = package(constants(request, _space.in_nanometres(Params, request.fixed)))
    return float(np.max(around.end)) * NANOMETRE


def preferred(params: Params, request: Request) -> NDArray[np.bool_]:
    """Whether a design has fingers and not blocks; of a pattern, whether its anode holds no more than it should."""
    slender = _comb.slender(_in_nanometres(params)[0])
    if request.pattern == "comb" or not request.capacity.get("anode"):
        return slender
    found = measures(params, request)
    held = request.capacity["anode"] * found.anode_volume
    wanted = request.n_p_ratio * request.capacity["cathode"] * found.cathode_volume
    return np.asarray(slender & (held <= EXCESS * wanted), dtype=np.bool_)


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, every recipe can make it, and it is flat (h ≤ gap)."""
    found, collector = measures(params, request), request.limit("collector")
    widths = (params.finger_width_anode, params.finger_width_cathode)
    heights = (params.anode_thickness, params.cathode_thickness)
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    rules += [params.gap + 2 * params.collector_inset >= collector.gap * less]
    for net, width, height in zip(_comb.NETS, widths, heights, strict=True):
        limit = request.limit(net)
        rules += [
            (width >= limit.line * less) & (width - 2 * params.collector_inset >= collector.line * less),
            params.gap >= limit.gap * less,
            height <= np.minimum(limit.aspect_ratio * width, params.gap) * more,
            (height >= limit.thickness_low * less) & (height <= limit.thickness_high * more),
        ]
    return rules
