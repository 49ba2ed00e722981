"""A fibre whose layers lie around each other: core, anode, sleeve of electrolyte, cathode, collector, sheath.

The fibre lies straight along its strip. Seen from above every body is a rectangle as wide as its outer
diameter; its round section is told by the core's `Relief.radius`, so that thicknesses are those along the radius and
volumes those of tubes. Laws: section 11 of the project's notes on cell structures. Fibres that are twisted around each
other, and fibres laid to and fro, are not offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan import units
from fabplan.architectures import _space
from fabplan.architectures._space import over, whole
from fabplan.architectures._wire import COATS, Fibre
from fabplan.architectures._wire_search import candidates
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body, Net
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE
from fabplan.geometry.relief import AROUND, Relief, Section

TITLE = "Coaxial fibre"
SUMMARY = (
    "A wire with its electrodes, a sleeve of electrolyte and a sheath around it: for yarns and cables, not for much "
    "energy on a chip."
)
ESTIMATOR = "porous-stack"
ROLES = ("anode_collector", *COATS)
FLOW = tuple(Operation(role, (role.replace("_", "-"),)) for role in ROLES)
NETS: dict[str, Net] = {
    "anode_collector": "anode",
    "anode": "anode",
    "cathode": "cathode",
    "cathode_collector": "cathode",
}
#: strain that a coat bears once, and copper in fatigue (general practice, project's notes section 11)
STRAIN_ONCE = 0.01
STRAIN_OFTEN = 0.003


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    core_radius: Any = parameter("length", "radius of the wire in the middle, the anode's collector", 1e-6, 5e-3)
    anode_thickness: Any = parameter("length", "of the anode's coat, along the radius", 1e-9, 1e-3)
    electrolyte_thickness: Any = parameter("length", "of the sleeve, along the radius", 1e-9, 1e-3)
    cathode_thickness: Any = parameter("length", "of the cathode's coat, along the radius", 1e-9, 1e-3)
    cell_length: Any = parameter("length", "of both electrodes, along the fibre", 1e-6, 1e3)
    margin_cover: Any = parameter("length", "sleeve beyond the electrodes", 0, 1e-1)
    margin_seal: Any = parameter("length", "sheath beyond the sleeve", 0, 1e-1)
    strip_length: Any = parameter("length", "bare end of each terminal", 0, 1e-1)


def _fibre(params: Params, request: Request) -> Fibre:
    """Radii and lengths [nm]."""
    radii, outer = {"anode_collector": whole(params.core_radius)}, whole(params.core_radius)
    for role in COATS:
        own = getattr(params, f"{role}_thickness", None)
        outer = outer + whole(request.layer_thickness(role) if own is None else own)
        radii[role] = outer
    cover, seal, strip = (whole(value) for value in (params.margin_cover, params.margin_seal, params.strip_length))
    return Fibre(radii, whole(params.cell_length), cover, seal, strip)


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    With radii r: a coat holds π (r² - r'²) ℓ. ``reference_area`` is the cathode's inner face 2 π r₂ ℓ;
    ``separator_length`` = r₂ ln(r₂/r₁) is that area over the sleeve's shape factor 2 π ℓ/ln(r₂/r₁). Current is led
    off at opposite ends: each conductor of section s adds ρ ℓ/(3 s). ``minimum_gap`` is the sleeve's thickness, or
    its length beyond the electrodes where that is less.
    """
    fibre = _fibre(params, request)
    radii = {role: np.asarray(radius) * NANOMETRE for role, radius in fibre.radii.items()}
    core, anode, sleeve, cathode, outer, sheath = (radii[role] for role in ROLES)
    length = np.asarray(fibre.length) * NANOMETRE
    ends = 2 * np.asarray(fibre.cover) * NANOMETRE
    squares = {
        "anode": np.pi * core**2,
        "cathode": np.pi * (outer**2 - cathode**2),
    }
    values = {
        "anode_area": 2 * anode * length,
        "cathode_area": 2 * cathode * length,
        "anode_interface_area": 2 * np.pi * anode * length,
        "cathode_interface_area": 2 * np.pi * sleeve * length,
        "anode_volume": np.pi * (anode**2 - core**2) * length,
        "cathode_volume": np.pi * (cathode**2 - sleeve**2) * length,
        "facing_length": 0.0,
        "minimum_gap": np.minimum(sleeve - anode, np.asarray(fibre.cover) * NANOMETRE),
        "minimum_width": np.minimum(2 * core, length),
        "height": 2 * sheath,
        "electrode_height": 2 * cathode,
        "lid_height": 2 * cathode,
        "electrolyte_thickness": sleeve - anode,
        "electrolyte_volume": np.pi * (sleeve**2 - anode**2) * (length + ends),
        "active_area": 2 * cathode * length,
        "print_length": 0.0,
        "reference_area": 2 * np.pi * sleeve * length,
        "separator_length": sleeve * np.log(sleeve / np.maximum(anode, NANOMETRE)),
    }
    for net, section in squares.items():
        sheet = request.layer_thickness(f"{net}_collector")
        values[f"{net}_collector_squares"] = over(length * sheet, 3 * section)
    return _space.as_measures(values, fibre.sound() & fibre.fits(request.footprint))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, from the core outwards; coats are conformal (no bottom)."""
    fibre = _fibre(params, request)
    regions, inner = fibre.draw(request.footprint), 0.0
    bodies = []
    for role in ROLES:
        outer = float(fibre.radii[role])
        core = role == ROLES[0]
        bodies.append(
            Body(
                name=role.replace("_", "-"),
                role=role,
                material=request.material(role),
                net=NETS.get(role),
                region=regions[role],
                bottom=(float(fibre.radii[ROLES[-1]]) - outer) * NANOMETRE if core else None,
                thickness=(2 * outer if core else outer - inner) * NANOMETRE,
                pattern="blanket" if core else "conformal",
                made_by=role,
                relief=_round(fibre) if core else None,
            )
        )
        inner = outer
    return tuple(bodies)


def _round(fibre: Fibre) -> Relief:
    """The core as relief: its plan, and the radius that its coats close around."""
    radius = float(fibre.radii[ROLES[0]]) * NANOMETRE
    begin, end = fibre.span(ROLES[0])
    length = float(end - begin) * NANOMETRE
    plan = Section(2 * radius * length, 2 * (2 * radius + length), AROUND)
    return Relief((plan,), 1, 2 * radius, 2 * radius, length, radius)


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's thickness follows from the wanted ratio of capacities.
    """
    params = _space.as_params(Params, candidates(request, _space.in_nanometres(Params, request.fixed)))
    return _space.picked(params, _space.fewest_violations(_rules(params, request)))


def _rules(params: Params, request: Request) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it."""
    found = measures(params, request)
    more, less = 1 + 1e-9, 1 - 1e-9
    rules = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    for role in ("anode", "electrolyte", "cathode"):
        limit, thickness = request.limit(role), np.asarray(getattr(params, f"{role}_thickness"))
        rules.append((thickness >= limit.thickness_low * less) & (thickness <= limit.thickness_high * more))
    conductors = [request.limit(role) for role in ROLES if role in NETS]
    rules.append(found.minimum_width >= max(limit.line for limit in conductors) * less)
    return [*rules, found.minimum_gap >= max(limit.gap for limit in conductors) * less]


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """How far the fibre may be bent: the strain of its outermost coat is r/R."""
    reach = float(_fibre(params, request).radii["cathode_collector"]) * NANOMETRE
    once, often = reach / STRAIN_ONCE, reach / STRAIN_OFTEN
    text = (
        f"bends once to a radius of {units.show(once, 'length')} (strain {STRAIN_ONCE:.0%}), again and again to "
        f"{units.show(often, 'length')} (strain {STRAIN_OFTEN:.1%})"
    )
    return (Finding("bending-radius", "info", "cell", text, often, None, "m"),)
