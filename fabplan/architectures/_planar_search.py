"""Candidates of flat combs: widths, heights, numbers and lengths. Lengths in whole nanometres, heights in metres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._package import Package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request
from fabplan.geometry.body import Net
from fabplan.geometry.region import NANOMETRE

COARSEST = 4  # pitches of drops that a common grid of both electrodes may be wide
LID_CLEARANCE = 100e-6  # cast gel over the electrodes, section 2 of the notes


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], scalars or flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values = constants(request, fixed)
    values |= _axes(request, fixed, values)
    values |= _heights(request, fixed, values)
    return values | _fingers(request, fixed, values)


def constants(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """What is not searched: inset, package and lid, unless fixed [nm]."""
    lid, collector = request.limit("lid"), request.limit("collector")
    seal = max(_package.SEAL_WIDTH, lid.line)
    error = lid.placement + lid.edge
    electrolyte, edge = request.limit("electrolyte"), max(request.limit(net).edge for net in _comb.NETS)
    defaults = {
        "collector_inset": max(request.limit(net).placement for net in _comb.NETS),
        "pad_size": max(_package.PAD_SIZE, collector.line),
        "electrolyte_rim": max(electrolyte.placement + electrolyte.edge + edge, 1e-6),
        "seal_width": seal,
        "dam_clearance": max(_package.DAM_CLEARANCE, seal + error),
        "lid_clearance": LID_CLEARANCE,
        "lid_thickness": request.layer_thickness("lid"),
    }
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def package(values: dict[str, Any]) -> Package:
    """Package of a design given in nm."""
    seal = values["seal_width"]
    return Package(values["electrolyte_rim"], seal, values["dam_clearance"] - seal, values["pad_size"])


def _axes(request: Request, fixed: dict[str, float], constant: dict[str, Any]) -> dict[str, Any]:
    """All combinations of what is searched; shares stand for numbers that follow later."""
    limits = [request.limit(net) for net in _comb.NETS]
    inset = 2 * constant["collector_inset"] * NANOMETRE
    gap = max(*(limit.gap for limit in limits), request.limit("collector").gap - inset, 1e-6)
    line = max(line_of(request, "cathode", constant) * NANOMETRE, 1e-6)
    room, _ = _package.room(request.footprint, package(constant))
    widest = max(line, min(room * NANOMETRE / 4, 40 * line))
    above = request.layer_thickness("collector") + (constant["lid_clearance"] + constant["lid_thickness"]) * NANOMETRE
    heights = _space.thicknesses(limits[1], request.height_max - above, 12)
    return _space.combinations(
        finger_width_cathode=_space.axis(
            fixed, "finger_width_cathode", on_grid(whole(np.geomspace(line, widest, 12)), grid_of(request))
        ),
        gap=_space.axis(fixed, "gap", on_grid(whole(gap * np.array([1.0, 1.5, 2.5])), grid_of(request))),
        cathode_thickness=_space.axis(fixed, "cathode_thickness", whole(heights)),
        equal_widths=np.array([0.0, 1.0]),
        bus_share=np.array([0.5, 1.0]),
        finger_share=np.array([1.0]) if "fingers" in fixed else np.array([0.15, 0.3, 0.5, 0.75, 1.0]),
        length_share=np.array([1.0]) if "finger_length" in fixed else np.array([0.25, 0.5, 0.75, 1.0]),
        anode_ended=_space.axis(fixed, "anode_ended", [0.0, 1.0]),
    )


def _heights(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Anode heights [nm]: the cathode's, or those that let both fingers be equally wide."""
    limit, cathode = request.limit("anode"), values["cathode_thickness"]
    wanted = np.where(values["equal_widths"] > 0, cathode * _comb.width_ratio(request, 1.0, 1.0), cathode)
    if limit.thickness_step:
        step = limit.thickness_step / NANOMETRE
        wanted = np.maximum(np.ceil(wanted / step - 1e-9), 1) * step
    low, high = (bound / NANOMETRE for bound in (limit.thickness_low, limit.thickness_high))
    return {"anode_thickness": _space.held(fixed, "anode_thickness", whole(np.clip(wanted, low, high) * NANOMETRE))}


def _fingers(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Buses, number and length of the fingers, and the anode's width from the wanted ratio of capacities [nm]."""
    width, length = _package.room(request.footprint, package(values))
    cathode, gap, ended = values["finger_width_cathode"], values["gap"], values["anode_ended"]
    line, grid = np.ceil(max(line_of(request, net, values) for net in _comb.NETS)), grid_of(request)
    # only tips face a bus: no wider than a finger
    bus = up_to(np.maximum(np.rint(values["bus_share"] * cathode), line), grid)
    buses = {name: _space.held(fixed, name, bus) for name in ("bus_width_anode", "bus_width_cathode")}
    overlap = np.floor((length - sum(buses.values()) - 2 * gap) * values["length_share"] / grid) * grid
    overlap = _space.held(fixed, "finger_length", np.maximum(overlap, grid))
    anode = _space.held(fixed, "finger_width_anode", _wide(request, values, cathode))
    for _ in range(3):  # the width asks for a number of fingers, the number for a width
        most = _comb.most_fingers(anode, cathode, gap, ended, width)
        count = np.maximum(np.floor(most * values["finger_share"]), 1 + ended)
        count = _space.held(fixed, "fingers", count)
        balanced = _balanced(request, values | buses, overlap, count)
        anode = _space.held(fixed, "finger_width_anode", _wide(request, values, balanced))
    return buses | {"finger_width_anode": anode, "fingers": count, "finger_length": overlap}


def grid_of(request: Request) -> int:
    """Grid [nm] on which the drops of all jetted electrodes have their edges; 1 where none is jetted.

    Of two pitches without a common multiple of use the wider one counts; the other electrode is then off its grid.
    """
    rasters = [int(whole(limit.raster)) for limit in map(request.limit, _comb.NETS) if limit.raster]
    common, widest = int(np.lcm.reduce(rasters)) if rasters else 1, max(rasters, default=1)
    return common if common <= COARSEST * widest else widest


def up_to(lengths: Any, grid: int) -> Any:
    """Lengths [nm] as multiples of the grid, none smaller."""
    return np.ceil(lengths / grid) * grid


def on_grid(lengths: Any, grid: int) -> Any:
    """Values of an axis as multiples of the grid, none smaller, each once."""
    return lengths if grid == 1 else np.unique(up_to(lengths, grid))


def line_of(request: Request, net: Net, values: dict[str, Any]) -> float:
    """Narrowest electrode [nm] that its own recipe and its collector's can make."""
    collector = request.limit("collector").line / NANOMETRE + 2 * values["collector_inset"]
    return float(max(request.limit(net).line / NANOMETRE, collector, 1.0)) - 1e-6


def _wide(request: Request, values: dict[str, Any], width: Any) -> Any:
    """Anode width that can be made [nm], the nearest to a wanted one."""
    grid, least = grid_of(request), np.ceil(line_of(request, "anode", values))
    return np.maximum(np.rint(width / grid), np.ceil(least / grid)) * grid


def _balanced(request: Request, values: dict[str, Any], overlap: Any, count: Any) -> Any:
    """Anode finger width [nm] at which the drawn volumes, buses included, have the wanted ratio of capacities.

    k_a [n_a w_a f + b_a W] = k_c [n_c w_c f + b_c W] with W = n_a w_a + n_c w_c + G is linear in w_a;
    k charge per plan area (times N/P for the cathode), f finger length, b bus width, G sum of all gaps.
    """
    cathode, gap = values["finger_width_cathode"], values["gap"]
    anode_charge, cathode_charge = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode_charge or not cathode_charge:
        return cathode
    k_a = anode_charge * values["anode_thickness"]
    k_c = request.n_p_ratio * cathode_charge * values["cathode_thickness"]
    bus_a, bus_c, finger = values["bus_width_anode"], values["bus_width_cathode"], overlap + gap
    others = count - values["anode_ended"]
    rest = others * cathode + (count + others - 1) * gap
    needed = k_c * (others * cathode * finger + bus_c * rest) - k_a * bus_a * rest
    per_width = count * (k_a * (finger + bus_a) - k_c * bus_c)
    return np.where(per_width > 0, needed / np.where(per_width > 0, per_width, 1.0), cathode)
