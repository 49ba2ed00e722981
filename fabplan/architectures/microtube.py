"""Nested conformal films on the inside and outside of etched microtubes.

Laws: sections 0.4 and 5 of the project's notes on cell structures; half cells of this relief: Eustache
et al. 2014. Rolled-up tubes are another family and not drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.architectures import _elements, _relief_cell, _relief_films, _relief_search, _space
from fabplan.architectures._relief_cell import Design, beyond_published
from fabplan.architectures._relief_films import Films, Kind, axes, sheet_of
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request, parameter
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

TITLE = "Conformal films on microtubes"
SUMMARY = (
    "All films of a solid cell by conformal deposition on etched tubes, inside the bore and outside, with floor and "
    "rims in between; contacts on flat ground beside the tubes."
)
ESTIMATOR = "film-planar"
FLOW = _relief_cell.FLOW


@dataclass(frozen=True)
class Tubes:
    """Relief of one design, or of N of them as arrays; lengths in metres."""

    outer_diameter: Any = parameter("length", "of the tubes, before coating", 2e-7, 1e-3)
    bore_diameter: Any = parameter("length", "of the bores, before coating; as deep as the tubes are high", 1e-7, 1e-3)
    hexagonal: Any = parameter("number", "1: rows shifted by half a pitch; 0: square lattice", 0, 1)
    pitch: Any = parameter("length", "distance between neighbouring tubes, centre to centre", 4e-7, 4e-3)
    depth: Any = parameter("length", "height of the tubes", 1e-7, 1e-3)


@dataclass(frozen=True)
class Params(Films, Tubes):
    """One design, or N of them as arrays; lengths in metres. Fields of the relief come first."""


def _design(params: Params, request: Request) -> Design:
    sheet = sheet_of(params)
    field = _elements.field_of(
        _elements.TUBES,
        whole(params.outer_diameter),
        whole(params.bore_diameter),
        whole(params.pitch),
        params.hexagonal,
        whole(params.depth),
        sheet.field,
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
    """Designs worth looking at, shape (N,), at most 10^5, as `_relief_films.design_space`."""
    return _relief_films.design_space(Params, Kind(_axes, _sized, _design, _opening), request, measures)


def _axes(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """All combinations of what is searched [nm]."""
    space = _space.axis(fixed, "bore_diameter", _relief_search.smallest_feature(request))
    wall = _relief_search.smallest_wall(request)
    depth = _relief_search.depths(request, float(space.max()) * NANOMETRE)
    return _space.combinations(
        hexagonal=_space.axis(fixed, "hexagonal", [0.0]),
        space=space,
        wall=np.array([0.0]) if "outer_diameter" in fixed else wall,
        depth=_space.axis(fixed, "depth", depth),
        **axes(request, fixed, float(space.max()) * NANOMETRE),
    )


def _sized(fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """What follows from the axes [nm]."""
    bores = _space.held(fixed, "bore_diameter", values["space"])
    tubes = _space.held(fixed, "outer_diameter", bores + 2 * values["wall"])
    pitch = _space.held(fixed, "pitch", tubes + values["space"])
    return {"bore_diameter": bores, "outer_diameter": tubes, "pitch": pitch}


def _opening(design: Design) -> Any:
    """Width that the etch goes down [m]: the bore or the space between tubes, whichever is narrower."""
    return np.minimum(design.field.bore, design.field.pitch - design.field.feature) * NANOMETRE


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What goes beyond what was shown."""
    return beyond_published(measures(params, request), request)
