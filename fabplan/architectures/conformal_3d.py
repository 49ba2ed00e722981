"""A complete thin-film cell laid conformally over holes, trenches or pillars.

The sheet is the device: top, floor and walls all count. Laws: sections 0.4 and 9 of the project's
notes on cell structures; geometry of the coats in `fabplan.geometry.relief`.
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

TITLE = "Conformal films over etched relief"
SUMMARY = (
    "All films of a solid cell by conformal deposition over holes, trenches or pillars, so that the walls carry "
    "as much as the plane; contacts on flat ground beside the relief."
)
ESTIMATOR = "film-planar"
FLOW = _relief_cell.FLOW


@dataclass(frozen=True)
class Walls:
    """Relief of one design, or of N of them as arrays; lengths in metres."""

    relief: Any = parameter("number", "1: holes, 2: trenches, 3: pillars", 1, 3)
    hexagonal: Any = parameter("number", "1: rows shifted by half a pitch; 0: square lattice", 0, 1)
    feature: Any = parameter("length", "diameter of holes or pillars, width of trenches, before coating", 1e-7, 1e-3)
    pitch: Any = parameter("length", "distance between neighbouring features, centre to centre", 2e-7, 2e-3)
    depth: Any = parameter("length", "height of the walls", 1e-7, 1e-3)


@dataclass(frozen=True)
class Params(Films, Walls):
    """One design, or N of them as arrays; lengths in metres. Fields of the relief come first."""


def _design(params: Params, request: Request) -> Design:
    sheet = sheet_of(params)
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
    """Designs worth looking at, shape (N,), at most 10^5, as `_relief_films.design_space`."""
    return _relief_films.design_space(Params, Kind(_axes, _sized, _design, _opening), request, measures)


def _axes(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """All combinations of what is searched [nm]."""
    feature = _space.axis(fixed, "feature", _relief_search.smallest_feature(request))
    wall = np.array([0.0]) if "pitch" in fixed else _relief_search.smallest_wall(request)
    depth = _relief_search.depths(request, float(feature.max()) * NANOMETRE)
    return _space.combinations(
        relief=_space.axis(fixed, "relief", [_elements.HOLES]),
        hexagonal=_space.axis(fixed, "hexagonal", [1.0]),
        feature=feature,
        wall=wall,
        depth=_space.axis(fixed, "depth", depth),
        **axes(request, fixed, float(feature.max()) * NANOMETRE),
    )


def _sized(fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """What follows from the axes [nm]."""
    return {"pitch": _space.held(fixed, "pitch", values["feature"] + values["wall"])}


def _opening(design: Design) -> Any:
    """Width that the etch goes down [m]: the hole or trench, or the space beside a pillar."""
    pillars = np.asarray(design.field.kind) == _elements.PILLARS
    return np.where(pillars, design.field.pitch - design.field.feature, design.field.feature) * NANOMETRE


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What goes beyond what was shown."""
    return beyond_published(measures(params, request), request)
