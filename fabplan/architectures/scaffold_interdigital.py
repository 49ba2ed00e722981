"""Interdigital fingers of porous metal, every strut with a thin coat of active material.

Laws: section 8 of the project's notes on cell structures. The plan is that of planar combs; the metal is plated
through a template over both combs at once, the coats grow on the comb that is biased, without masks of their own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb, _scaffold, _space
from fabplan.architectures import _planar_comb as planar
from fabplan.architectures.base import Operation, Request, parameter
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures

TITLE = "Interdigital porous metal scaffolds"
SUMMARY = (
    "Coplanar combs of porous metal, plated through a holographic or opal template; thin coats of both electrodes on "
    "their struts, electrolyte in the pores and in the gap. Built for power."
)
ESTIMATOR = "interdigital"
FLOW = (
    Operation("collector", ("anode-collector", "cathode-collector")),
    Operation("scaffold", ("anode-scaffold", "cathode-scaffold")),
    Operation("cathode"),
    Operation("anode"),
    Operation("electrolyte", ("electrolyte",)),
    Operation("lid", ("lid",)),
)
HEIGHT = 10e-6
FAR = 2.0  # times the wanted ratio of capacities that is worth a word
inside = _scaffold.inside
_TEMPLATE = tuple(_scaffold.DEFAULTS)


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    finger_width_anode: Any = parameter("length", "width of the anode fingers", 1e-6, 1e-2)
    finger_width_cathode: Any = parameter("length", "width of the cathode fingers", 1e-6, 1e-2)
    gap: Any = parameter("length", "between anode and cathode, at sides and tips", 1e-7, 1e-2)
    scaffold_height: Any = parameter("length", "height to which both scaffolds are plated", 1e-6, 1e-4)
    period: Any = parameter("length", "edge of the template's cubic cell", 1e-7, 1e-5)
    opal: Any = parameter("number", "1: inverse opal of touching spheres; 0: network as of holograms", 0, 1)
    metal_fraction: Any = parameter("number", "share of the metal; an inverse opal has 0.26", 0.02, 0.6)
    window_radius: Any = parameter("length", "radius of the openings between neighbouring pores", 1e-9, 5e-6)
    coat_thickness_anode: Any = parameter("length", "anode coat on the struts", 1e-9, 1e-6)
    coat_thickness_cathode: Any = parameter("length", "cathode coat on the struts", 1e-9, 1e-6)
    finger_length: Any = parameter("length", "length over which fingers of both nets lie side by side", 1e-6, 1.0)
    fingers: Any = parameter("number", "anode fingers", 1, 1_000_000)
    anode_ended: Any = parameter("number", "1: one cathode finger less than anode fingers; 0: as many", 0, 1)
    bus_width_anode: Any = parameter("length", "width of the anode's bus", 1e-6, 1e-1)
    bus_width_cathode: Any = parameter("length", "width of the cathode's bus", 1e-6, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    electrolyte_rim: Any = parameter("length", "how far the electrolyte reaches beyond the scaffolds", 0, 1e-1)
    seal_width: Any = parameter("length", "how far the lid reaches beyond the electrolyte", 0, 1e-1)
    dam_clearance: Any = parameter("length", "from the electrolyte to the pads", 0, 1e-1)
    lid_clearance: Any = parameter("length", "electrolyte above the scaffolds", 0, 1e-1)
    lid_thickness: Any = parameter("length", "thickness of the lid", 0, 1e-1)


_PLANAR = {f.name for f in dataclasses.fields(planar.Params)}
_SHARED = tuple(f.name for f in dataclasses.fields(Params) if f.name in _PLANAR)


def _as_combs(params: Params) -> planar.Params:
    """The same plan as planar combs of equal height on collectors of their own outline."""
    height = params.scaffold_height
    shared = {name: getattr(params, name) for name in _SHARED}
    return planar.Params(**shared, anode_thickness=height, cathode_thickness=height, collector_inset=np.zeros(()))


def _plated(request: Request) -> Request:
    """The request with the scaffold's limits for both electrodes: their coats follow it."""
    plating = request.limit("scaffold")
    limits = {**request.limits, "anode": plating, "cathode": plating}
    return dataclasses.replace(request, limits=limits)


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    Electrodes are the envelopes of the scaffolds; `inside` says what share of them is coat.
    """
    found = planar.measures(_as_combs(params), _plated(request))
    given = {name: getattr(params, name) for name in _TEMPLATE}
    apart = np.asarray(params.gap) >= _scaffold.least_gap(given) * (1 - 1e-9)
    good = found.feasible & _scaffold.open_ways(given) & apart
    return dataclasses.replace(found, feasible=np.asarray(good, dtype=np.bool_))


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up: those of planar combs, both electrodes made by one plating."""
    return tuple(_scaffolded(body) for body in planar.cell(_as_combs(params), _plated(request)))


def _scaffolded(body: Body) -> Body:
    if body.role not in _comb.NETS:
        return body
    return dataclasses.replace(body, name=f"{body.role}-scaffold", made_by="scaffold")


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: those of planar combs of one height for both nets."""
    fixed = dict(request.fixed)
    template = {name: fixed.pop(name, value) for name, value in _scaffold.DEFAULTS.items()}
    height = fixed.pop("scaffold_height", HEIGHT)
    fixed |= {"anode_thickness": height, "cathode_thickness": height, "collector_inset": 0.0}
    combs = planar.design_space(dataclasses.replace(_plated(request), fixed=fixed))
    shape = np.shape(combs.gap)
    values = {name: getattr(combs, name) for name in _SHARED}
    values |= {name: np.full(shape, value) for name, value in {**template, "scaffold_height": height}.items()}
    params = Params(**values)
    return _space.picked(params, _space.fewest_violations([measures(params, request).feasible]))


def preferred(params: Params, request: Request) -> NDArray[np.bool_]:
    """Whether a design has fingers and not blocks."""
    return planar.preferred(_as_combs(params), request)


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """How near the coats come to closing the windows between the pores, and whether one coat holds far more."""
    given = {name: float(getattr(params, name)) for name in _TEMPLATE}
    thickest = max(given["coat_thickness_anode"], given["coat_thickness_cathode"])
    text = (
        f"coats of up to {thickest * 1e9:.3g} nm in windows of {given['window_radius'] * 1e9:.3g} nm radius: pores "
        "close there first, long before they fill"
    )
    severity: Severity = "warning" if thickest > 0.6 * given["window_radius"] else "info"
    close = Finding("pores-close", severity, "cell", text, thickest, given["window_radius"], "m", "thinner coats")
    return (close, *_unbalanced(params, request))


def _unbalanced(params: Params, request: Request) -> tuple[Finding, ...]:
    """How much more one coat holds than the wanted ratio of capacities asks."""
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode:
        return ()
    ratio = anode * float(params.finger_width_anode) / (cathode * float(params.finger_width_cathode))
    coat = float(params.coat_thickness_anode)
    enough = coat * request.n_p_ratio / ratio
    if ratio < FAR * request.n_p_ratio:
        return ()
    text = (
        f"the anode's fingers hold {ratio:.2g} times what the cathode's do: of {coat * 1e9:.3g} nm of coat some "
        f"{enough * 1e9:.2g} nm would do for N/P {request.n_p_ratio:g}; the rest costs pores and time, and keeps the "
        "anode's potential flat"
    )
    change = f"parameters.coat_thickness_anode = {enough * 1e9:.2g} nm, or wider cathode fingers"
    return (Finding("coats-unbalanced", "info", "anode", text, ratio, request.n_p_ratio, "", change),)
