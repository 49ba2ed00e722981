"""Candidates of laminated films: margins from the recipes, thicknesses, sizes. Lengths in whole nanometres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _package, _space
from fabplan.architectures._laminate import swapped
from fabplan.architectures._laminate_package import HOUSING
from fabplan.architectures._space import Array, whole
from fabplan.architectures.base import Request

PAD_COVER = 20e-6  # pad metal under a lithographic cover ring, section 0.9 of the notes


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], scalars or flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values = margins(request, fixed) | {name: fixed.get(name, 0.0) for name in ("anode_first", "package")}
    values |= axes(request, fixed)
    values |= cover(request, fixed, values)
    values |= sizes(request, fixed, values)
    return values | anode(request, fixed, values)


def margins(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Margins that do not depend on thickness: alignment of the later film plus both edges."""
    # the names of the margins are those of a cell whose cathode lies below
    made = {role: request.limit(swapped(role) if fixed.get("anode_first") else role) for role in _ROLES}
    placement = {role: limit.placement for role, limit in made.items()}
    edge = {role: limit.edge for role, limit in made.items()}
    cover = placement["encapsulation"] + edge["encapsulation"]
    lines = [request.limit(role).line for role in ("cathode_collector", "anode_collector")]
    pad_margin = max(PAD_COVER, cover + max(edge["cathode_collector"], edge["anode_collector"]))
    window = max(_package.PAD_SIZE, request.limit("encapsulation").gap)
    defaults = {
        "margin_cathode": placement["cathode"] + edge["cathode"] + edge["cathode_collector"],
        "margin_anode": placement["anode"] + edge["anode"] + edge["cathode"],
        "margin_collector": placement["anode_collector"] + edge["anode_collector"] + edge["anode"],
        "margin_seal": max(_package.SEAL_WIDTH, cover + edge["electrolyte"]),
        "pad_size": max(*lines, 2 * pad_margin + window),
        "pad_margin": pad_margin,
    }
    if fixed.get("package"):
        defaults |= _packed(request, fixed, defaults)
    if fixed.get("anode_thickness") == 0.0:  # what is plated is as large as its collector
        defaults["margin_collector"] = 0.0
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def _packed(request: Request, fixed: dict[str, float], defaults: dict[str, float]) -> dict[str, float]:
    """Margins where foils or a wafer are the package: a frame that seals, and room beside the cavity's wall."""
    seal = _kept(request) + max(_package.FRAME_WIDTH, request.limit("encapsulation").line)
    wall = max(request.limit(net).gap for net in ("anode", "cathode")) if fixed["package"] == HOUSING else 0.0
    return {"margin_seal": seal, "margin_anode": max(defaults["margin_anode"], wall)}


def _kept(request: Request) -> float:
    """How far frame and electrolyte must reach beyond what they keep apart [m]."""
    between = (request.limit(role) for role in ("electrolyte", "encapsulation"))
    apart = (request.limit(role).edge for role in ("anode", "cathode", "anode_collector", "cathode_collector"))
    return max(limit.placement + limit.edge for limit in between) + max(apart)


_ROLES = ("cathode_collector", "cathode", "electrolyte", "anode", "anode_collector", "encapsulation")


def axes(request: Request, fixed: dict[str, float], cathodes: int = 40, electrolytes: int = 10) -> dict[str, Any]:
    """All combinations of what is searched.

    Parameters
    ----------
    cathodes, electrolytes : at most so many thicknesses of each
    """
    others = sum(request.layer_thickness(role) for role in ("cathode_collector", "anode_collector", "encapsulation"))
    most = request.height_max - others
    shares = np.array([0.2, 0.35, 0.5, 0.75, 1.0])
    cathode = whole(_space.thicknesses(request.limit("cathode"), most, cathodes))
    electrolyte = whole(_space.thicknesses(request.limit("electrolyte"), most, electrolytes))
    return _space.combinations(
        cathode_thickness=_space.axis(fixed, "cathode_thickness", cathode),
        electrolyte_thickness=_space.axis(fixed, "electrolyte_thickness", electrolyte),
        anode_share=_space.axis(fixed, "anode_thickness", _metal_thicknesses(request)),
        width_share=np.array([1.0]) if "cell_width" in fixed else shares,
        length_share=np.array([1.0]) if "cell_length" in fixed else shares,
    )


def _metal_thicknesses(request: Request) -> Array:
    """Thicknesses of a lithium anode [nm]; nothing to choose (0) for other anodes, they follow from N/P."""
    if request.capacity.get("anode"):
        return np.array([0.0])
    if "anode" in request.thickness:
        return np.asarray([whole(request.thickness["anode"])])
    return whole(_space.thicknesses(request.limit("anode"), request.height_max, 4))


def cover(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """How far the electrolyte covers: alignment, both edges, three times the step it covers; section 0.9."""
    if fixed.get("package"):
        return {"margin_cover": _space.held(fixed, "margin_cover", np.maximum(whole(_kept(request)), 1.0))}
    lower = "anode" if fixed.get("anode_first") else "cathode"
    electrolyte, collector = request.limit("electrolyte"), request.limit(f"{lower}_collector")
    edge = max(request.limit(lower).edge, collector.edge)
    gap = max(request.limit(f"{net}_collector").gap for net in ("cathode", "anode"))
    if lower == "anode":  # its thickness follows from the balance, where it is not fixed
        values = values | anode(request, fixed, {**values, "cell_width": 1e18, "cell_length": 1e18})
    step = whole(request.layer_thickness(f"{lower}_collector")) + values[f"{lower}_thickness"]
    cover = whole(electrolyte.placement + electrolyte.edge + edge) + 3 * step
    return {"margin_cover": _space.held(fixed, "margin_cover", np.maximum(cover, whole(gap)))}


def sizes(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Size of the cathode from the footprint."""
    width, length = whole(request.footprint.width), whole(request.footprint.length)
    if request.footprint.terminals == "inside":
        beside = 0.0 if values.get("package") == HOUSING else values["margin_cathode"] + values["margin_cover"]
        around, pads = 2 * (beside + values["margin_seal"]), 1 if values.get("package") else 2
        width, length = width - around, length - around - pads * values["pad_size"]
    elif values.get("package") == HOUSING:  # the wafer's rim is part of the anode
        width, length = width - 2 * values["margin_seal"], length - 2 * values["margin_seal"]
    sizes = {
        "cell_width": np.maximum(np.floor(width * values["width_share"]), 1),
        "cell_length": np.maximum(np.floor(length * values["length_share"]), 1),
    }
    return {name: _space.held(fixed, name, size) for name, size in sizes.items()}


def anode(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Anode thickness for the wanted ratio of capacities of the drawn films; lithium as the axis says."""
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode:
        return {"anode_thickness": values["anode_share"]}
    areas = [
        np.maximum(values["cell_width"] - 2 * inset, 1) * np.maximum(values["cell_length"] - 2 * inset, 1)
        for inset in (values["margin_anode"], 0)
    ]
    # what stands beside the cathode holds no part of its charge
    ratio = 1.0 if values["anode_first"] else areas[1] / areas[0]
    needed = request.n_p_ratio * cathode * values["cathode_thickness"] * ratio / anode
    return {"anode_thickness": _space.held(fixed, "anode_thickness", np.maximum(np.rint(needed), 1))}
