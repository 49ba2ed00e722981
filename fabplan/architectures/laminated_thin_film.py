"""Films on films: collector, cathode, solid electrolyte, anode, collector, encapsulation.

Overlap rules e1 to e5: section 1 and 0.9 of the project's notes on cell structures. Seen from above,
outside in: encapsulation, electrolyte, lower collector, lower electrode, upper electrode, upper collector.
The lower collector leaves through a tongue below, the upper one over the electrolyte's edge above. The
cathode lies below, as its anneal comes before anything else (``anode_first`` = 0); a wafer that is the
anode lies below the cathode (``anode_first`` = 1). An anode of no thickness is none: lithium is plated on
its collector when the closed cell is charged first, so that step comes last.

The package (``package``) is a film or pouch over everything, or the foils on both sides with a frame between them, or
the anode's own wafer with a cavity and the upper foil as its lid: `_laminate_package`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan import units
from fabplan.architectures import _laminate_package, _space
from fabplan.architectures._laminate import FILMS, Plan, Size, bodies, ordered, plan_of, swapped
from fabplan.architectures._laminate_package import COLLECTORS, FILM, HOUSING, Case
from fabplan.architectures._laminate_search import candidates
from fabplan.architectures._space import whole
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Laminated thin films"
SUMMARY = (
    "Films stacked on a wafer or foil: every layer through its own mask, with overlaps that keep the nets apart, "
    "a solid electrolyte and pads on opposite edges."
)
ESTIMATOR = "film-planar"
FLOW = tuple(Operation(role, (role.replace("_", "-"),)) for role in FILMS)
VARIANTS = {"package": ("package", {"film": FILM, "collectors": COLLECTORS, "housing": HOUSING})}
#: thinner foils have pinholes and no package is made of them (general practice)
LEAST_FOIL = 5e-6
#: metal that a plated charge makes [m per C/m²]: 1/(3861 mAh/g · 0.534 g/cm³) = 4.85 um per mAh/cm²
GROWTH = 1.0 / (3861.0 * 3600.0 * 534.0)


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    cathode_thickness: Any = parameter("length", "thickness of the cathode film", 1e-9, 1e-3)
    electrolyte_thickness: Any = parameter("length", "thickness of the electrolyte film", 1e-9, 1e-3)
    anode_thickness: Any = parameter("length", "thickness of the anode film; 0: none, lithium is plated", 0, 1e-3)
    cell_width: Any = parameter("length", "of the lower electrode, along the edges with the pads", 1e-6, 1.0)
    cell_length: Any = parameter("length", "of the lower electrode, from pad to pad", 1e-6, 1.0)
    margin_cathode: Any = parameter("length", "e1: lower electrode (the cathode) inside its collector", 0, 1e-2)
    margin_cover: Any = parameter("length", "e2, e3: electrolyte beyond the lower collector", 0, 1e-2)
    margin_anode: Any = parameter("length", "e4: upper electrode (the anode) inside the lower one", 0, 1e-2)
    margin_collector: Any = parameter("length", "upper collector inside the upper electrode", 0, 1e-2)
    margin_seal: Any = parameter("length", "e5: encapsulation beyond the electrolyte", 0, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    pad_margin: Any = parameter("length", "pad under the encapsulation around its opening", 0, 1e-2)
    anode_first: Any = parameter("number", "1: the anode lies below; 0: the cathode does", 0, 1)
    package: Any = parameter("number", "0: film or pouch; 1: both foils and a frame; 2: the anode's wafer", 0, 2)


def flow(fixed: Mapping[str, float]) -> tuple[Operation, ...]:
    """Operations in the order that the fixed parameters ask for.

    Parameters
    ----------
    fixed : SI
    """
    operations = {operation.role: operation for operation in FLOW}
    if fixed.get("anode_thickness") == 0.0:
        del operations["anode"]
        return (*operations.values(), Operation("anode"))
    order = list(ordered(fixed.get("anode_first", 0.0)))
    if fixed.get("package"):  # the frame stands before the lid comes
        order[4:] = order[:3:-1]
        operations["encapsulation"] = Operation("encapsulation", ("frame",))
    if fixed.get("package") == HOUSING:
        operations["anode"] = Operation("anode", ("anode", "housing"))
    return tuple(operations[role] for role in order)


def refused(request: Request) -> tuple[str, str] | None:
    """Why nothing of what is asked can be drawn, and what would help; None where something can."""
    package = request.fixed.get("package", FILM)
    foils = [request.layer_thickness(f"{net}_collector") for net in ("anode", "cathode")]
    if package != FILM and request.fixed.get("anode_thickness") == 0.0:
        return "foils and wafers as package are drawn with an anode that is made, not plated", "cell.package = film"
    if package == COLLECTORS and min(foils) < LEAST_FOIL:
        thin, least = units.show(min(foils), "length"), units.show(LEAST_FOIL, "length")
        text = f"a collector of {thin} is no package: foils below {least} have pinholes"
        return text, "foils: lay-cu-foil, lay-al-foil"
    if package == HOUSING and not request.fixed.get("anode_first"):
        return "the wafer that is anode and housing lies below", "parameters.anode_first = 1"
    return None


def plated_at_first_charge(fixed: Mapping[str, float]) -> bool:
    """Whether all lithium comes from the cathode and is plated on the anode's collector."""
    return fixed.get("anode_thickness") == 0.0


def _plan(params: Params) -> Plan:
    """Outlines of all films [nm]."""
    return plan_of({name: whole(value) for name, value in vars(params).items()})


def _case(params: Params) -> Case:
    """Outlines of all films where foils or wafer are the package [nm]."""
    return Case(_plan(params), whole(params.margin_cover), np.asarray(params.package) == HOUSING)


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


def _sizes(params: Params) -> dict[str, Size]:
    """Size of every film by its role [nm], without tongues."""
    first, films = np.asarray(params.anode_first) > 0, _plan(params).films()

    def of(role: str) -> Size:
        here, there = films[role], films[swapped(role)]
        return np.where(first, there[0], here[0]), np.where(first, there[1], here[1])

    return {role: of(role) for role in films}


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    The nets face each other through the film, so ``facing_length`` is 0; ``minimum_gap`` is where both
    stand on the substrate: from the lower collector to the upper one beyond the electrolyte's edge.
    ``active_area`` is the overlap of both electrodes, or of the cathode and the collector that lithium is
    plated on; the lower electrode touches the electrolyte with its edges too.
    """
    plan, case, films = _plan(params), _case(params), _thicknesses(params, request)
    packed, housing = np.asarray(params.package) != FILM, case.housing
    first, bare = np.asarray(params.anode_first) > 0, films["anode"] <= 0
    sizes = (plan.cathode, plan.anode, plan.electrolyte, case.lower, case.filled)
    lower, upper, covered, wafer, filled = (Plan.area(size) * NANOMETRE**2 for size in sizes)
    lower, wet = np.where(packed, wafer, lower), np.where(housing, filled, lower)
    covered = np.where(packed, filled, covered)
    # the sides of a wafer do not touch the electrolyte in its cavity
    rim = np.where(housing, 0.0, 2 * (plan.cathode[0] + plan.cathode[1]) * NANOMETRE)
    below = np.where(first, films["anode"], films["cathode"])
    squares = [np.where(packed, *both) for both in zip(case.squares(), plan.squares(), strict=True)]
    anode, cathode = np.where(bare, 0.0, np.where(first, lower, upper)), np.where(first, upper, lower)
    values = {
        "anode_area": anode,
        "cathode_area": cathode,
        "anode_interface_area": np.where(housing, wet, anode) + np.where(first & ~bare, rim * below, 0.0),
        "cathode_interface_area": cathode + np.where(first, 0.0, rim * below),
        "anode_volume": anode * films["anode"],
        "cathode_volume": cathode * films["cathode"],
        "facing_length": 0.0,
        "minimum_gap": np.where(packed, case.gap, whole(params.margin_cover)) * NANOMETRE,
        "minimum_width": np.where(packed, case.narrowest(), plan.narrowest()) * NANOMETRE,
        "height": sum(films.values()) - np.where(packed, films["encapsulation"], 0.0),
        "electrode_height": films["cathode"],
        "lid_height": below + films["electrolyte"],
        "electrolyte_thickness": films["electrolyte"],
        "electrolyte_volume": covered * films["electrolyte"],
        "anode_collector_squares": np.where(first, squares[1], squares[0]),
        "cathode_collector_squares": np.where(first, squares[0], squares[1]),
        "active_area": np.where(bare, Plan.area(plan.anode_collector) * NANOMETRE**2, upper),
        "print_length": 0.0,
    }
    drawn = case.sound() & case.fits(request.footprint) & ~bare, plan.sound() & plan.fits(request.footprint)
    good = np.where(packed, *drawn) & (films["cathode"] > 0) & (films["electrolyte"] > 0)
    # the adhesive on a wafer's rim is thinner than what the cavity holds, and only a wafer that lies below has one
    deep = films["electrolyte"] + np.where(first, films["cathode"], films["anode"]) > films["encapsulation"] + NANOMETRE
    good = good & np.where(housing, first & deep, True) & np.isin(params.package, (FILM, COLLECTORS, HOUSING))
    # what lies below is made: only lithium that comes last may be plated
    good = good & np.where(bare, ~first, True) & np.isin(params.anode_first, (0.0, 1.0))
    return _space.as_measures(values, np.asarray(good, dtype=np.bool_))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up; films that step down over edges are conformal (no bottom)."""
    films = {role: float(value) for role, value in _thicknesses(params, request).items()}
    first = bool(params.anode_first)
    if params.package != FILM:
        housing = params.package == HOUSING
        return _laminate_package.bodies(films, _case(params).draw(request.footprint), first, housing, request)
    return bodies(films, _plan(params).draw(request.footprint), first, request)


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    Margins follow from the recipes' alignment and edges. The anode's thickness follows from the wanted
    ratio of capacities; against lithium metal it is the recipe's.
    """
    params = _space.as_params(Params, candidates(request, _space.in_nanometres(Params, request.fixed)))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found, films = measures(params, request), _thicknesses(params, request)
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    bare = films["anode"] <= 0
    for role in ("cathode", "electrolyte", "anode"):
        limit = request.limit(role)
        inside = (films[role] >= limit.thickness_low * less) & (films[role] <= limit.thickness_high * more)
        rules.append(np.asarray(inside | bare if role == "anode" else inside))
    for role, size in _sizes(params).items():
        rules.append(np.minimum(*size) * NANOMETRE >= request.limit(role).line * less)
    gap = max(request.limit(role).gap for role in ("cathode_collector", "anode_collector"))
    return [*rules, found.minimum_gap >= gap * less]


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What an anode that is plated means for the cell's height and for its rim; what the package is."""
    if params.package != FILM:
        return (_packaged(params, request),)
    if float(params.anode_thickness) > 0 or "cathode" not in request.capacity:
        return ()
    grown = GROWTH * request.capacity["cathode"] * float(params.cathode_thickness)
    text = (
        f"no anode is made: the first charge plates up to {units.show(grown, 'length')} of lithium on the collector, "
        "which lifts the encapsulation by as much; no lithium is in excess"
    )
    return (Finding("plated-lithium", "info", "anode", text, grown, None, "m"),)


def _packaged(params: Params, request: Request) -> Finding:
    """What foils or a wafer as package spare, and what they leave open."""
    case = _case(params)
    spared = request.layer_thickness("encapsulation")
    share = float(Plan.area(case.upper) / Plan.area(case.outer))
    foils = [request.layer_thickness(f"{net}_collector") for net in ("anode", "cathode")]
    joint = units.show(float(case.plan.seal - case.cover) * NANOMETRE, "length")
    if params.package == HOUSING:
        text = (
            "the anode's wafer is the housing and the cathode's foil its lid: the wafer's rim is at the anode's "
            f"potential, an adhesive of {units.show(spared, 'length')} keeps the lid apart from it"
        )
    else:
        text = "both collectors are the package, a frame of adhesive stands between them; no film or pouch adds height"
    text += (
        f". Electrodes overlap on {share:.0%} of the package's plan; water comes through {joint} of adhesive. Metal of "
        f"{units.show(min(foils), 'length')} is taken as tight: check it for pinholes"
    )
    return Finding("package", "info", "encapsulation", text, share, None, "")
