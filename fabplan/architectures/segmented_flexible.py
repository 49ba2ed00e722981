"""Stiff laminated cells on a bendable strip, side by side or in series; only metal and polymer lie in the joints.

Each segment is a laminate with its own electrolyte and its own overlaps, as in `laminated_thin_film`, whose names of
films and margins hold here too. Laws of bending: section 12 of the project's notes on cell structures. Side by side
(``connection = "parallel"``) all segments hang on two buses under one encapsulation. In series the upper collector of
each segment lies on the lower one of the next, a net of its own, and each segment is sealed by itself: an electrolyte
that two of them share would be a shunt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan import units
from fabplan.architectures import _segments_series, _space
from fabplan.architectures._laminate import Plan, bodies, ordered, plan_of, swapped
from fabplan.architectures._segments import Strip
from fabplan.architectures._segments_search import candidates
from fabplan.architectures._segments_series import Chain
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Stiff segments on a bendable strip"
SUMMARY = (
    "A row of small laminated cells on a polymer strip that bends between them; less energy than one stiff cell, by "
    "the share of the joints."
)
ESTIMATOR = "film-planar"
FLOW = tuple(Operation(role, (role.replace("_", "-"),)) for role in ordered(0.0))
#: each segment has electrodes of its own, so that they are several pieces; the collectors tie them
IN_PIECES = ("anode", "cathode")
#: strain that a metal in the neutral plane bears once, and in fatigue (general practice, notes section 12)
STRAIN_ONCE = 0.01
STRAIN_OFTEN = 0.003
VARIANTS = {"connection": ("series", {"parallel": 0.0, "series": 1.0})}


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    cathode_thickness: Any = parameter("length", "thickness of the cathode", 1e-9, 1e-3)
    electrolyte_thickness: Any = parameter("length", "thickness of the electrolyte", 1e-9, 1e-3)
    anode_thickness: Any = parameter("length", "thickness of the anode", 1e-9, 1e-3)
    segments: Any = parameter("number", "number of segments", 1, 1e5)
    cell_width: Any = parameter("length", "of the lower electrode of a segment, across the strip", 1e-6, 1.0)
    cell_length: Any = parameter("length", "of the lower electrode of a segment, along the strip", 1e-6, 1.0)
    joint_length: Any = parameter("length", "between the electrolytes of two segments", 1e-9, 1.0)
    bus_width: Any = parameter("length", "of the conductors that pass the joints", 1e-6, 1e-1)
    margin_cathode: Any = parameter("length", "e1: lower electrode inside its collector", 0, 1e-2)
    margin_cover: Any = parameter("length", "e2, e3: electrolyte beyond the lower collector", 0, 1e-2)
    margin_anode: Any = parameter("length", "e4: upper electrode inside the lower one", 0, 1e-2)
    margin_collector: Any = parameter("length", "upper collector inside the upper electrode", 0, 1e-2)
    margin_seal: Any = parameter("length", "e5: encapsulation beyond the electrolyte, and beyond the buses", 0, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    pad_margin: Any = parameter("length", "pad under the encapsulation around its opening", 0, 1e-2)
    anode_first: Any = parameter("number", "1: the anode lies below; 0: the cathode does", 0, 1)
    series: Any = parameter("number", "1: segments in series, each sealed by itself; 0: side by side", 0, 1)


def flow(fixed: Mapping[str, float]) -> tuple[Operation, ...]:
    """Operations in the order that the fixed parameters ask for."""
    operations = {operation.role: operation for operation in FLOW}
    return tuple(operations[role] for role in ordered(fixed.get("anode_first", 0.0)))


def _strip(params: Params) -> Strip:
    """Outlines of all segments [nm]."""
    values = {name: value if name == "segments" else whole(value) for name, value in vars(params).items()}
    return Strip(plan_of(values), np.asarray(params.segments, float), values["joint_length"], values["bus_width"])


def _chain(params: Params) -> Chain:
    """Outlines of all segments in series [nm]."""
    strip = _strip(params)
    return Chain(strip.plan, strip.segments, strip.joint, strip.bus)


def _thicknesses(params: Params, request: Request) -> dict[str, Any]:
    """Thickness of each film by its role [m]."""
    own = {role: np.asarray(getattr(params, f"{role}_thickness")) for role in ("cathode", "electrolyte", "anode")}
    others = ("cathode_collector", "anode_collector", "encapsulation")
    return own | {role: request.layer_thickness(role) for role in others}


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    Areas and volumes are those of n segments; ``minimum_gap`` is where two nets stand on the strip: at the rim of
    a segment, or between the pads of segments side by side.
    """
    strip, chain, films = _strip(params), _chain(params), _thicknesses(params, request)
    series = np.asarray(params.series) > 0
    plan, n, first = strip.plan, strip.segments, np.asarray(params.anode_first) > 0
    lower, upper = (n * Plan.area(size) * NANOMETRE**2 for size in (plan.cathode, plan.anode))
    rim = n * 2 * (plan.cathode[0] + plan.cathode[1]) * NANOMETRE
    below = np.where(first, films["anode"], films["cathode"])
    squares = [
        [np.where(series, *both) for both in zip(chain.squares(size), strip.squares(size), strict=True)]
        for size in (plan.anode_collector, plan.cathode_collector)
    ]
    anode, cathode = np.where(first, lower, upper), np.where(first, upper, lower)
    values = {
        "anode_area": anode,
        "cathode_area": cathode,
        "anode_interface_area": anode + np.where(first, rim * below, 0.0),
        "cathode_interface_area": cathode + np.where(first, 0.0, rim * below),
        "anode_volume": anode * films["anode"],
        "cathode_volume": cathode * films["cathode"],
        "facing_length": 0.0,
        "minimum_gap": np.minimum(whole(params.margin_cover), np.where(series, np.inf, strip.pads_apart)) * NANOMETRE,
        "minimum_width": np.where(series, chain.narrowest(), strip.narrowest()) * NANOMETRE,
        "height": sum(films.values()),
        "electrode_height": films["cathode"],
        "lid_height": below + films["electrolyte"],
        "electrolyte_thickness": films["electrolyte"],
        "electrolyte_volume": n * Plan.area(plan.electrolyte) * NANOMETRE**2 * films["electrolyte"],
        "active_area": upper,
        "print_length": 0.0,
        "in_series": np.where(series, n, 1.0),
    }
    for part, names in enumerate(("collector_squares", "bus_squares")):
        values[f"anode_{names}"] = np.where(first, squares[1][part], squares[0][part])
        values[f"cathode_{names}"] = np.where(first, squares[0][part], squares[1][part])
    drawn = (row.sound() & row.fits(request.footprint) for row in (chain, strip))
    good = np.where(series, *drawn) & np.isin(params.series, (0.0, 1.0))
    for film in ("cathode", "electrolyte", "anode"):
        good = good & (films[film] > 0)
    return _space.as_measures(values, np.asarray(good & np.isin(params.anode_first, (0.0, 1.0)), dtype=np.bool_))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up; films that step down over edges are conformal (no bottom)."""
    films = {role: float(value) for role, value in _thicknesses(params, request).items()}
    if params.series:
        regions = _chain(params).draw(request.footprint)
        return _segments_series.bodies(films, regions, bool(params.anode_first), request)
    return bodies(films, _strip(params).draw(request.footprint), bool(params.anode_first), request)


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits."""
    params = _space.as_params(Params, candidates(request, _space.in_nanometres(Params, request.fixed)))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found, films, strip = measures(params, request), _thicknesses(params, request), _strip(params)
    first, sizes = np.asarray(params.anode_first) > 0, strip.plan.films()
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    for role in ("cathode", "electrolyte", "anode"):
        limit = request.limit(role)
        rules.append((films[role] >= limit.thickness_low * less) & (films[role] <= limit.thickness_high * more))
    for role in sizes:
        smallest = [np.minimum(*sizes[name]) * NANOMETRE for name in (role, swapped(role))]
        rules.append(np.where(first, smallest[1], smallest[0]) >= request.limit(role).line * less)
    collectors = [request.limit(f"{net}_collector") for net in ("anode", "cathode")]
    rules.append(strip.bus * NANOMETRE >= max(limit.line for limit in collectors) * less)
    return [*rules, found.minimum_gap >= max(limit.gap for limit in collectors) * less]


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """How far the strip may be bent, and what its joints cost.

    Bent to a radius R each joint takes the angle P/R, so its own radius is R L/P (P pitch, L joint) and its metal of
    thickness t strains by t P/(2 R L), where it lies in the neutral plane. Segments of height T touch where
    P/R > 2 arctan(L/T). In series only the part of a joint between two seals bends.
    """
    strip = _strip(params)
    if float(strip.segments) < 2:
        return ()
    chain, series = _chain(params), bool(params.series)
    pitch, joint = float(strip.pitch) * NANOMETRE, float(chain.bare if series else strip.joint) * NANOMETRE
    foils = [request.layer_thickness(f"{net}_collector") for net in ("anode", "cathode")]
    # in series the two foils lie on each other
    metal = sum(foils) if series else max(foils)
    once, often = (metal * pitch / (2 * strain * joint) for strain in (STRAIN_ONCE, STRAIN_OFTEN))
    touch = pitch / (2 * np.arctan(joint / float(measures(params, request).height)))
    text = (
        f"bends to a radius of {units.show(max(often, touch), 'length')}: the metal of the joints strains "
        f"{STRAIN_OFTEN:.1%} (fatigue) at {units.show(often, 'length')}, {STRAIN_ONCE:.0%} (once) at "
        f"{units.show(once, 'length')}, segments touch at {units.show(touch, 'length')}; this holds for metal in the "
        "middle of the strip's thickness, with as much polymer above as below"
    )
    share = 1.0 - float(strip.joint * (strip.segments - 1) / strip.row)
    cost = f"segments take {share:.1%} of the row; a stiff cell as long would hold charge on the rest too"
    return (
        Finding("bending-radius", "info", "cell", text, max(often, touch), None, "m"),
        *_wiring(params, request),
        _folded(pitch, joint, metal, float(measures(params, request).height)),
        Finding("joint-share", "info", "cell", cost, share, None, ""),
    )


def _wiring(params: Params, request: Request) -> tuple[Finding, ...]:
    """What cells in series mean, and what nobody has stated about their joints."""
    if not params.series:
        return ()
    n = int(params.segments)
    text = (
        f"{n} segments in series: voltages and resistances add, the charge is that of one segment, and the weakest one "
        "sets it; charge them with a balancer, or match them. The contact of the two foils in a joint is not counted: "
        "weld or rivet it, and measure it"
    )
    return (Finding("cells-in-series", "info", "cell", text, float(n), None, ""),)


def _folded(pitch: float, joint: float, metal: float, height: float) -> Finding:
    """Zigzag: a joint of length L that turns back bends to r = L/π, so that its metal strains by t/(2 r).

    Folded, a segment and its joint are T + 2 r long.
    """
    radius = joint / np.pi
    strain, stretch = metal / (2 * radius), pitch / (height + 2 * radius)
    text = (
        f"folded at every joint (zigzag, accordion) it is 1/{stretch:.2g} of its flat length; the metal strains "
        f"{strain:.2%}, it bears {STRAIN_ONCE:.0%} once and {STRAIN_OFTEN:.1%} in fatigue"
    )
    if strain > STRAIN_ONCE:
        text = f"not to be folded at its joints: the metal would strain {strain:.1%}, it bears {STRAIN_ONCE:.0%} once"
    return Finding("folding", "info", "cell", text, strain, STRAIN_ONCE, "")
