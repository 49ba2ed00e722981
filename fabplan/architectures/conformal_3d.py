"""A complete thin-film cell laid conformally over holes, trenches or pillars.

The sheet is the device: top, floor and walls all count. Laws: sections 0.4 and 9 of the project's
notes on cell structures; geometry of the coats in `fabplan.geometry.relief`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.architectures import _elements, _relief_cell, _relief_search, _space
from fabplan.architectures._relief_cell import Design, beyond_published
from fabplan.architectures._relief_plan import Sheet
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Conformal films over etched relief"
SUMMARY = (
    "All films of a solid cell by conformal deposition over holes, trenches or pillars, so that the walls carry "
    "as much as the plane; contacts on flat ground beside the relief."
)
ESTIMATOR = "film-planar"
FLOW = _relief_cell.FLOW


@dataclass(frozen=True)
class Params:
    """One design, or N of them as arrays; lengths in metres."""

    relief: Any = parameter("number", "1: holes, 2: trenches, 3: pillars", 1, 3)
    hexagonal: Any = parameter("number", "1: rows shifted by half a pitch; 0: square lattice", 0, 1)
    feature: Any = parameter("length", "diameter of holes or pillars, width of trenches, before coating", 1e-7, 1e-3)
    pitch: Any = parameter("length", "distance between neighbouring features, centre to centre", 2e-7, 2e-3)
    depth: Any = parameter("length", "height of the walls", 1e-7, 1e-3)
    cathode_thickness: Any = parameter("length", "thickness of the cathode film", 1e-9, 1e-5)
    electrolyte_thickness: Any = parameter("length", "thickness of the electrolyte film", 1e-9, 1e-5)
    anode_thickness: Any = parameter("length", "thickness of the anode film", 1e-9, 1e-5)
    cell_width: Any = parameter("length", "of cathode and electrolyte", 1e-6, 1.0)
    cell_length: Any = parameter("length", "of cathode and electrolyte, from pad to pad", 1e-6, 1.0)
    margin_anode: Any = parameter("length", "anode and its collector inside the electrolyte", 0, 1e-2)
    margin_field: Any = parameter("length", "flat ground between the relief and the anode's edge", 0, 1e-2)
    margin_seal: Any = parameter("length", "encapsulation beyond the electrolyte", 0, 1e-1)
    pad_size: Any = parameter("length", "side of the square pads", 1e-5, 1e-1)
    pad_margin: Any = parameter("length", "pad under the encapsulation around its opening", 0, 1e-2)


def _design(params: Params, request: Request) -> Design:
    sheet = Sheet(
        width=whole(params.cell_width),
        length=whole(params.cell_length),
        inset=whole(params.margin_anode),
        border=whole(params.margin_field),
        seal=whole(params.margin_seal),
        pad=whole(params.pad_size),
        pad_margin=whole(params.pad_margin),
    )
    feature, kind = whole(params.feature), np.rint(np.asarray(params.relief))
    field = _elements.field_of(
        kind, feature, 0.0 * feature, whole(params.pitch), params.hexagonal, whole(params.depth), sheet.field
    )
    return Design(sheet, field, _relief_cell.films_of(params, request))


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    ``reference_area`` is the surface in the middle of the electrolyte, to which the planar equivalent is
    referred; ``minimum_gap`` is how far the anode ends inside the electrolyte.
    """
    return _relief_cell.measures(_design(params, request), request)


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up."""
    return _relief_cell.bodies(_design(params, request), request)


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's thickness follows from the wanted ratio of capacities of the films over the relief.
    """
    fixed = _space.in_nanometres(Params, request.fixed)
    values: dict[str, Any] = _relief_search.outlines(request, fixed)
    values |= _axes(request, fixed)
    values |= _relief_search.sizes(request, fixed, values)
    values["pitch"] = _space.held(fixed, "pitch", values["feature"] + values["wall"])
    params = _space.as_params(Params, values)
    if request.capacity.get("anode") and request.capacity.get("cathode") and "anode_thickness" not in fixed:
        values["anode_thickness"] = _relief_search.balanced_anode(_design(params, request), request)
        params = _space.as_params(Params, values)
    design = _design(params, request)
    rules = _relief_search.rules(design, measures(params, request), request, _opening)
    return _space.picked(params, _space.fewest_violations(rules))


def _axes(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """All combinations of what is searched [nm]."""
    shares = np.array([0.2, 0.35, 0.5, 0.75, 1.0])
    feature = _space.axis(fixed, "feature", _relief_search.smallest_feature(request))
    wall = np.array([0.0]) if "pitch" in fixed else _relief_search.smallest_wall(request)
    depth = _relief_search.depths(request, float(feature.max()) * NANOMETRE)
    return _space.combinations(
        relief=_space.axis(fixed, "relief", [_elements.HOLES]),
        hexagonal=_space.axis(fixed, "hexagonal", [1.0]),
        feature=feature,
        wall=wall,
        depth=_space.axis(fixed, "depth", depth),
        **_relief_search.films(request, fixed, float(feature.max()) * NANOMETRE),
        width_share=np.array([1.0]) if "cell_width" in fixed else shares,
        length_share=np.array([1.0]) if "cell_length" in fixed else shares,
    )


def _opening(design: Design) -> Any:
    """Width that the etch goes down [m]: the hole or trench, or the space beside a pillar."""
    pillars = np.asarray(design.field.kind) == _elements.PILLARS
    return np.where(pillars, design.field.pitch - design.field.feature, design.field.feature) * NANOMETRE


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What goes beyond what was shown."""
    return beyond_published(measures(params, request), request)
