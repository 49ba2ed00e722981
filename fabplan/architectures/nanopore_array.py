"""Cells in the pores of anodic alumina: an anode at one end of every pore, a cathode at the other.

Laws: sections 0.1 and 10 of the project's notes on cell structures. Each electrode is a coat on a metal tube that
lines its end of the pore; ions travel along the pore, through the bare middle. All pores of the field work in
parallel, so that the cell is a stack of two porous electrodes with straight pores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _package, _space
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint, Inside, Operation, Request, parameter
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import Region, joined, rectangle

TITLE = "Cells in the pores of anodic alumina"
SUMMARY = (
    "A membrane of straight pores; every pore holds a tube of anode at its lower end and of cathode at its upper end, "
    "each on its metal, with electrolyte in the bore and in the bare middle."
)
ESTIMATOR = "porous-stack"
FLOW = (
    Operation("membrane", ("membrane-rim",)),
    Operation("anode_collector", ("anode-collector",)),
    Operation("anode", ("anode",)),
    Operation("cathode_collector", ("cathode-collector",)),
    Operation("cathode", ("cathode",)),
    Operation("electrolyte", ("electrolyte",)),
    Operation("lid", ("lid",)),
)
#: lengths that belong to the membrane and its coats [m]: given or these, not searched
MEMBRANE: Mapping[str, float] = {
    "pore_pitch": 240e-9,
    "pore_diameter": 150e-9,
    "metal_thickness": 8e-9,
    "coat_thickness_anode": 20e-9,
    "coat_thickness_cathode": 20e-9,
    "membrane_thickness": 50e-6,
}
NARROWEST_BORE = 20e-9  # diameter that leaves ions a way in, section 10 of the notes
WALL = 10e-9  # of alumina between two pores
DOSE_ERROR = 0.05  # of the depth that a limited dose coats: half of 10 % of the dose
MARGIN = 1e-6
RIM, CAP, DEPTHS = 300e-6, 50e-9, 12


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    pore_pitch: Any = parameter("length", "distance of neighbouring pores, hexagonal", 3e-8, 1e-6)
    pore_diameter: Any = parameter("length", "diameter of the bare pores", 2e-8, 9e-7)
    metal_thickness: Any = parameter("length", "metal tube in both ends of the pores", 1e-9, 1e-7)
    coat_thickness_anode: Any = parameter("length", "anode film on its metal tube", 1e-9, 2e-7)
    coat_thickness_cathode: Any = parameter("length", "cathode film on its metal tube", 1e-9, 2e-7)
    membrane_thickness: Any = parameter("length", "length of the pores", 1e-6, 1e-3)
    depth_anode: Any = parameter("length", "how deep metal and anode reach from below", 1e-7, 1e-3)
    depth_cathode: Any = parameter("length", "how deep metal and cathode reach from above", 1e-7, 1e-3)
    field_width: Any = parameter("length", "width of the field of working pores", 1e-6, 1.0)
    field_length: Any = parameter("length", "length of the field, from pad to pad", 1e-6, 1.0)
    rim: Any = parameter("length", "membrane around the field, without metal", 1e-6, 1e-1)
    pad_length: Any = parameter("length", "length of both pads", 1e-5, 1e-1)
    seal_width: Any = parameter("length", "lid beyond the membrane", 0, 1e-1)
    lid_thickness: Any = parameter("length", "thickness of the lid", 0, 1e-1)


def inside(fixed: Mapping[str, float]) -> dict[str, Inside]:
    """Insides of both electrodes and of the bare middle, by the membrane's lengths.

    Per plan area n = 2/(√3 D²) pores; metal n π (R² - r²), coat n π (r² - b²), bore n π b² with r = R - t_m the
    inside of the tube and b = r - t that of the coat.
    """
    given = {**MEMBRANE, **fixed}
    number = density(given["pore_pitch"])
    radius = given["pore_diameter"] / 2
    tube = radius - given["metal_thickness"]
    metal = number * np.pi * (radius**2 - tube**2)
    found = {
        net: Inside(
            active=float(number * np.pi * (tube**2 - _bore(given, net) ** 2)),
            pores=float(number * np.pi * _bore(given, net) ** 2),
            conductor=float(metal),
            film=given[f"coat_thickness_{net}"],
            bruggeman=1.0,
            carrier=f"{net}_collector",
        )
        for net in ("anode", "cathode")
    }
    bare = float(number * np.pi * radius**2)
    return found | {"separator": Inside(0.0, bare, 0.0, 0.0, 1.0, "membrane")}


def density(pitch: Any) -> Any:
    """Pores per area [1/m²] of a hexagonal lattice."""
    return 2.0 / (np.sqrt(3.0) * np.asarray(pitch) ** 2)


def _bore(given: Mapping[str, Any], net: str) -> Any:
    """Radius that metal and coat leave open [m]."""
    return given["pore_diameter"] / 2 - given["metal_thickness"] - given[f"coat_thickness_{net}"]


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    Electrodes are the ends of the membrane as a whole; `inside` says what share of them is coat.
    """
    width, length, rim, pad = (np.asarray(v) for v in _plan(params))
    deep = {net: np.asarray(getattr(params, f"depth_{net}")) for net in ("anode", "cathode")}
    middle = np.asarray(params.membrane_thickness) - deep["anode"] - deep["cathode"]
    field = width * length
    caps = [request.layer_thickness(f"{net}_collector") for net in deep]
    outline = 2 * (width + length)
    spread = over(length, 3 * width)
    values = {
        "anode_area": field,
        "cathode_area": field,
        "anode_interface_area": field + outline * deep["anode"],
        "cathode_interface_area": field,
        "anode_volume": field * deep["anode"],
        "cathode_volume": field * deep["cathode"],
        "facing_length": 0.0,
        "minimum_gap": rim,  # in plan, from the lower metal's pad to the upper end
        "minimum_width": np.minimum(width, length),
        "height": sum(caps) + np.asarray(params.membrane_thickness) + np.asarray(params.lid_thickness),
        "electrode_height": deep["cathode"],
        "lid_height": np.asarray(params.membrane_thickness),
        "electrolyte_thickness": middle,
        "electrolyte_volume": field * middle,
        "anode_collector_squares": spread + over(rim + pad / 2, width),
        "cathode_collector_squares": spread + over(pad / 2, width),
        "active_area": field,
        "print_length": 0.0,
        "reference_area": field,
        "separator_length": middle,
    }
    return _space.as_measures(values, _feasible(params, request, middle))


def _plan(params: Params) -> tuple[Any, Any, Any, Any]:
    """Field, rim and pad [m]."""
    return params.field_width, params.field_length, params.rim, params.pad_length


def _feasible(params: Params, request: Request, middle: Any) -> NDArray[np.bool_]:
    """Whether the pores stay open and apart, the metals of both ends do not meet, and the plan fits."""
    given = vars(params)
    bores = [2 * np.asarray(_bore(given, net)) for net in ("anode", "cathode")]
    apart = 2 * DOSE_ERROR * (np.asarray(params.depth_anode) + np.asarray(params.depth_cathode)) + MARGIN
    good = (np.minimum(*bores) >= NARROWEST_BORE) & (np.asarray(middle) >= apart * (1 - 1e-9))
    good = good & (np.asarray(params.pore_diameter) + WALL <= np.asarray(params.pore_pitch) * (1 + 1e-9))
    good = good & (np.asarray(params.pad_length) > 2 * np.asarray(params.seal_width))
    width, length = _extent(params)
    foot = request.footprint
    fits = (width <= whole(foot.width)) & (length <= whole(foot.length))
    if foot.terminals == "outside":
        fits = (whole(params.field_width) <= whole(foot.width)) & (whole(params.field_length) <= whole(foot.length))
    return np.asarray(good & fits, dtype=np.bool_)


def _extent(params: Params) -> tuple[Any, Any]:
    """Size of everything, lid included [nm]."""
    width, length, rim, pad = (whole(v) for v in _plan(params))
    return width + 2 * rim + 2 * whole(params.seal_width), length + 2 * rim + 2 * pad + whole(params.seal_width)


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up: the lower metal, both ends of the membrane, the upper metal."""
    place, low, high = _regions(params, request.footprint), *(
        request.layer_thickness(f"{net}_collector") for net in ("anode", "cathode")
    )
    thick, lower, upper = (float(v) for v in (params.membrane_thickness, params.depth_anode, params.depth_cathode))
    metal = [request.material(f"{net}_collector", "collector") for net in ("anode", "cathode")]
    fill, lid = request.material("electrolyte"), request.material("lid")
    return (
        Body("anode-collector", "anode_collector", metal[0], "anode", place["anode-collector"], 0.0, low, "mask",
             "anode_collector"),
        Body("anode", "anode", request.material("anode"), "anode", place["field"], low, lower, "blanket", "anode"),
        Body("membrane-rim", "insulator", request.material("membrane"), None, place["rim"], low, thick, "blanket",
             "membrane"),
        Body("electrolyte", "electrolyte", fill, None, place["field"], low + lower, thick - lower - upper, "blanket",
             "electrolyte"),
        Body("cathode", "cathode", request.material("cathode"), "cathode", place["field"], low + thick - upper, upper,
             "blanket", "cathode"),
        Body("cathode-collector", "cathode_collector", metal[1], "cathode", place["cathode-collector"], low + thick,
             high, "mask", "cathode_collector"),
        Body("lid", "encapsulation", lid, None, place["lid"], None, float(params.lid_thickness), "mask", "lid"),
    )  # fmt: skip


def _regions(params: Params, footprint: Footprint) -> dict[str, Region]:
    """Plan of every body [nm]: the anode's pad below the membrane's lower edge, the cathode's on its upper rim."""
    width, length, rim, pad = (round(float(whole(v))) for v in _plan(params))
    seal = round(float(whole(params.seal_width)))
    room = (round(float(whole(footprint.width))), round(float(whole(footprint.length))))
    if footprint.terminals == "outside":  # the field alone stands in the footprint
        left, foot = (room[0] - width) // 2, (room[1] - length) // 2
    else:
        across, along = (round(float(v)) for v in _extent(params))
        left, foot = (room[0] - across) // 2 + seal + rim, (room[1] - along) // 2 + pad + rim
    right, top = left + width, foot + length
    ring = joined(
        rectangle(*box)
        for box in (
            (left - rim, foot - rim, right + rim, foot),
            (left - rim, top, right + rim, top + rim + pad),
            (left - rim, foot, left, top),
            (right, foot, right + rim, top),
        )
    )
    return {
        "field": rectangle(left, foot, right, top),
        "rim": ring,
        "anode-collector": rectangle(left, foot - rim - pad, right, top),
        "cathode-collector": rectangle(left, foot, right, top + pad),
        "lid": rectangle(left - rim - seal, foot - rim - seal, right + rim + seal, top + seal),
    }


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's depth follows from the cathode's and the wanted ratio of capacities.
    """
    fixed = _space.in_nanometres(Params, request.fixed)
    values: dict[str, Any] = {name: fixed.get(name, float(whole(v))) for name, v in MEMBRANE.items()}
    lid = request.limit("lid")
    values |= {
        "rim": fixed.get("rim", float(whole(RIM))),
        "seal_width": fixed.get("seal_width", float(whole(max(lid.placement + lid.edge, 100e-6)))),
        "lid_thickness": fixed.get("lid_thickness", float(whole(max(request.layer_thickness("lid"), 1e-6)))),
    }
    least = max(float(whole(_package.PAD_SIZE)), 2 * values["seal_width"] + 1000.0)
    values["pad_length"] = fixed.get("pad_length", least)
    thick = values["membrane_thickness"]
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    values |= _space.combinations(
        depth_cathode=_space.axis(fixed, "depth_cathode", np.rint(np.linspace(0.05, 0.45, DEPTHS) * thick)),
        width_share=np.array([1.0]) if "field_width" in fixed else shares,
        length_share=np.array([1.0]) if "field_length" in fixed else shares,
    )
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    ratio = request.n_p_ratio * cathode / anode if anode and cathode else 1.0
    values["depth_anode"] = _space.held(fixed, "depth_anode", np.ceil(values["depth_cathode"] * ratio))
    rim, seal, pad = values["rim"], values["seal_width"], values["pad_length"]
    around = 2 * (rim + seal), 2 * (rim + pad) + seal
    outside = request.footprint.terminals == "outside"
    sides = (("field_width", request.footprint.width), ("field_length", request.footprint.length))
    for (name, size), taken in zip(sides, around, strict=True):
        room = np.maximum(whole(size) - (0.0 if outside else taken), 1000.0)
        values[name] = _space.held(fixed, name, np.floor(room * values[f"{name.removeprefix('field_')}_share"]))
    params = _space.as_params(Params, values)
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe reaches deep enough."""
    found, more = measures(params, request), 1 + 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    for net in ("anode", "cathode"):
        depth, limit = np.asarray(getattr(params, f"depth_{net}")), request.limit(net)
        rules.append(depth <= limit.aspect_ratio * np.asarray(params.pore_diameter) * more)
    return rules


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """``metals-may-meet``: how much of the bare middle the error of two limited doses leaves."""
    reach = DOSE_ERROR * (float(params.depth_anode) + float(params.depth_cathode))
    middle = float(params.membrane_thickness) - float(params.depth_anode) - float(params.depth_cathode)
    text = (
        f"metal reaches {float(params.depth_anode) * 1e6:.3g} um from below and "
        f"{float(params.depth_cathode) * 1e6:.3g} um from above; {DOSE_ERROR:.0%} more depth each (10 % more dose) "
        f"leave {(middle - reach) * 1e6:.3g} um between them"
    )
    severity: Severity = "warning" if middle < 3 * reach + MARGIN else "info"
    return (Finding("metals-may-meet", severity, "cell", text, middle - reach, 2 * reach, "m", "shallower electrodes"),)


