"""Films on films: collector, cathode, solid electrolyte, anode, collector, encapsulation.

Overlap rules e1 to e5: section 1 and 0.9 of the project's notes on cell structures. Seen from above,
outside in: encapsulation, electrolyte, cathode collector, cathode, anode, anode collector. The
cathode's collector leaves through a tongue below, the anode's over the electrolyte's edge above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _space
from fabplan.architectures._laminate import Plan, plan_of
from fabplan.architectures._laminate_search import candidates
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.geometry.body import Body, Net
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Laminated thin films"
SUMMARY = (
    "Films stacked on a wafer or foil: every layer through its own mask, with overlaps that keep the nets apart, "
    "a solid electrolyte and pads on opposite edges."
)
ESTIMATOR = "film-planar"
FLOW = (
    Operation("cathode_collector", ("cathode-collector",)),
    Operation("cathode", ("cathode",)),
    Operation("electrolyte", ("electrolyte",)),
    Operation("anode", ("anode",)),
    Operation("anode_collector", ("anode-collector",)),
    Operation("encapsulation", ("encapsulation",)),
)
NETS: dict[str, Net] = {
    "cathode_collector": "cathode",
    "cathode": "cathode",
    "anode": "anode",
    "anode_collector": "anode",
}


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    cathode_thickness: Any = parameter("length", "thickness of the cathode film", 1e-9, 1e-3)
    electrolyte_thickness: Any = parameter("length", "thickness of the electrolyte film", 1e-9, 1e-3)
    anode_thickness: Any = parameter("length", "thickness of the anode film", 1e-9, 1e-3)
    cell_width: Any = parameter("length", "of the cathode, along the edges with the pads", 1e-6, 1.0)
    cell_length: Any = parameter("length", "of the cathode, from pad to pad", 1e-6, 1.0)
    margin_cathode: Any = parameter("length", "e1: cathode inside its collector", 0, 1e-2)
    margin_cover: Any = parameter("length", "e2, e3: electrolyte beyond the cathode's collector", 0, 1e-2)
    margin_anode: Any = parameter("length", "e4: anode inside the cathode", 0, 1e-2)
    margin_collector: Any = parameter("length", "anode's collector inside the anode", 0, 1e-2)
    margin_seal: Any = parameter("length", "e5: encapsulation beyond the electrolyte", 0, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    pad_margin: Any = parameter("length", "pad under the encapsulation around its opening", 0, 1e-2)


def _plan(params: Params) -> Plan:
    """Outlines of all films [nm]."""
    return plan_of({name: whole(value) for name, value in vars(params).items()})


def _thicknesses(params: Params, request: Request) -> dict[str, Any]:
    """Thickness of each film [m], in the order of the flow."""
    return {
        "cathode_collector": request.layer_thickness("cathode_collector"),
        "cathode": np.asarray(params.cathode_thickness),
        "electrolyte": np.asarray(params.electrolyte_thickness),
        "anode": np.asarray(params.anode_thickness),
        "anode_collector": request.layer_thickness("anode_collector"),
        "encapsulation": request.layer_thickness("encapsulation"),
    }


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    The nets face each other through the film, so ``facing_length`` is 0; ``minimum_gap`` is where both
    stand on the substrate: from the cathode's collector to the anode's beyond the electrolyte's edge.
    ``active_area`` is the overlap of both electrodes; the cathode
    touches the electrolyte with its edges too.
    """
    plan, films = _plan(params), _thicknesses(params, request)
    anode, cathode = (area * NANOMETRE**2 for area in (plan.area(plan.anode), plan.area(plan.cathode)))
    rim = 2 * (plan.cathode[0] + plan.cathode[1]) * NANOMETRE
    squares = plan.squares()
    values = {
        "anode_area": anode,
        "cathode_area": cathode,
        "anode_interface_area": anode,
        "cathode_interface_area": cathode + rim * films["cathode"],
        "anode_volume": anode * films["anode"],
        "cathode_volume": cathode * films["cathode"],
        "facing_length": 0.0,
        "minimum_gap": np.asarray(params.margin_cover),
        "minimum_width": plan.narrowest() * NANOMETRE,
        "height": sum(films.values()),
        "electrode_height": films["cathode"],
        "lid_height": films["cathode"] + films["electrolyte"],
        "electrolyte_thickness": films["electrolyte"],
        "electrolyte_volume": plan.area(plan.electrolyte) * NANOMETRE**2 * films["electrolyte"],
        "anode_collector_squares": squares[0],
        "cathode_collector_squares": squares[1],
        "active_area": anode,
        "print_length": 0.0,
    }
    good = plan.sound() & plan.fits(request.footprint)
    for film in ("cathode", "electrolyte", "anode"):
        good = good & (films[film] > 0)
    return _space.as_measures(values, np.asarray(good, dtype=np.bool_))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up; films that step down over edges are conformal (no bottom)."""
    films = {role: float(value) for role, value in _thicknesses(params, request).items()}
    regions = _plan(params).draw(request.footprint)
    top = films["cathode_collector"] + films["cathode"] + films["electrolyte"]
    bottoms = {"cathode_collector": 0.0, "cathode": films["cathode_collector"], "anode": top}
    return tuple(
        Body(
            name=role.replace("_", "-"),
            role=role,
            material=request.material(role, "collector") if "collector" in role else request.material(role),
            net=NETS.get(role),
            region=regions[role],
            bottom=bottoms.get(role),
            thickness=thickness,
            pattern="mask",
            made_by=role,
        )
        for role, thickness in films.items()
    )


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    Margins follow from the recipes' alignment and edges. The anode's thickness follows from the wanted
    ratio of capacities; against lithium metal it is the recipe's.
    """
    params = _space.as_params(Params, candidates(request, _space.in_nanometres(Params, request.fixed)))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found, plan, films = measures(params, request), _plan(params), _thicknesses(params, request)
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    for role in ("cathode", "electrolyte", "anode"):
        limit = request.limit(role)
        rules.append((films[role] >= limit.thickness_low * less) & (films[role] <= limit.thickness_high * more))
    for role, size in plan.films().items():
        rules.append(np.minimum(*size) * NANOMETRE >= request.limit(role).line * less)
    gap = max(request.limit(role).gap for role in ("cathode_collector", "anode_collector"))
    return [*rules, found.minimum_gap >= gap * less]
