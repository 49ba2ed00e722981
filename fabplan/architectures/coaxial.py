"""Nested conformal films around upright cores: each pillar is a coaxial cell.

The cathode lies inside, the anode outside: the only order that lets an oxide be annealed before the
electrolyte. Laws: sections 0.4 and 7 of the project's notes on cell structures. Cells inside pores are
`conformal_3d` with holes.
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
from fabplan.geometry import relief
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE
from fabplan.geometry.relief import Relief

TITLE = "Coaxial films around pillars"
SUMMARY = (
    "All films of a solid cell by conformal deposition around a field of slender pillars, nested like the layers of a "
    "cable; floor and tops work along as a small planar cell."
)
ESTIMATOR = "film-coaxial"
FLOW = _relief_cell.FLOW
#: floor and tops count as so much wall; beyond this share that is no good description
PLANAR_SHARE = 0.2


@dataclass(frozen=True)
class Pillars:
    """Relief of one design, or of N of them as arrays; lengths in metres."""

    core_radius: Any = parameter("length", "radius of the pillars before coating", 5e-8, 1e-3)
    hexagonal: Any = parameter("number", "1: rows shifted by half a pitch; 0: square lattice", 0, 1)
    pitch: Any = parameter("length", "distance between neighbouring pillars, centre to centre", 2e-7, 4e-3)
    depth: Any = parameter("length", "height of the pillars", 1e-7, 1e-3)


@dataclass(frozen=True)
class Params(Films, Pillars):
    """One design, or N of them as arrays; lengths in metres. Fields of the relief come first."""


def _design(params: Params, request: Request) -> Design:
    sheet = sheet_of(params)
    size = 2 * whole(params.core_radius)
    field = _elements.field_of(
        _elements.PILLARS, size, 0.0 * size, whole(params.pitch), params.hexagonal, whole(params.depth), sheet.field
    )
    return Design(sheet, field, _relief_cell.films_of(params, request))


def measures(params: Params, request: Request) -> Measures:
    """Geometry of all designs in closed form; equals what `cell` draws. Arrays of shape (N,) or ().

    ``core_radius`` is that of core and collector; ``element_length`` the length of wall that holds all of
    the cathode, floor and tops counted as wall.
    """
    return _relief_cell.measures(_design(params, request), request, _coaxial)


def _coaxial(design: Design, walls: Relief) -> dict[str, Any]:
    """Core radius [m] and length of all coaxial elements [m]."""
    below, above = design.below("cathode"), design.below("electrolyte")
    core, film = np.floor(np.asarray(design.field.feature) / 2) * NANOMETRE + below, above - below
    size = design.sheet.width * design.sheet.length * NANOMETRE**2
    volume = size * film + relief.surplus_volume(walls, above) - relief.surplus_volume(walls, below)
    return {"core_radius": core, "element_length": volume / np.maximum(np.pi * film * (2 * core + film), 1e-30)}


def cell(params: Params, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up."""
    return _relief_cell.bodies(_design(params, request), request)


def design_space(request: Request) -> Params:
    """Designs worth looking at, shape (N,), at most 10^5, as `_relief_films.design_space`."""
    return _relief_films.design_space(Params, Kind(_axes, _sized, _design, _opening), request, measures)


def _axes(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """All combinations of what is searched [nm]."""
    radius = _space.axis(fixed, "core_radius", np.ceil(_relief_search.smallest_feature(request) / 2))
    wall = np.array([0.0]) if "pitch" in fixed else _relief_search.smallest_wall(request)
    depth = _relief_search.depths(request, 2 * float(radius.max()) * NANOMETRE)
    return _space.combinations(
        core_radius=radius,
        hexagonal=_space.axis(fixed, "hexagonal", [1.0]),
        wall=wall,
        depth=_space.axis(fixed, "depth", depth),
        **axes(request, fixed, _mouth(fixed, radius, wall)),
    )


def _sized(fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """What follows from the axes [nm]."""
    return {"pitch": _space.held(fixed, "pitch", 2 * values["core_radius"] + values["wall"])}


def _mouth(fixed: dict[str, float], radius: Any, wall: Any) -> float:
    """Widest space between pillars that will be tried [m]."""
    if "pitch" in fixed:
        return max(fixed["pitch"] - 2 * float(radius.min()), 1.0) * NANOMETRE
    return float(wall.max()) * NANOMETRE


def _opening(design: Design) -> Any:
    """Width that the etch goes down [m]: the space between pillars."""
    return (design.field.pitch - design.field.feature) * NANOMETRE


def findings(params: Params, request: Request) -> tuple[Finding, ...]:
    """What goes beyond what was shown, and where the coaxial picture is weak."""
    found = measures(params, request)
    share = float(found.active_area / found.reference_area) if found.reference_area is not None else 0.0
    more = beyond_published(found, request)
    if share <= PLANAR_SHARE:
        return more
    text = f"floor and tops are {share:.0%} of the working surface: the estimate takes them as wall of the same films"
    return (*more, Finding("planar-share", "warning", "estimate", text, share, PLANAR_SHARE, ""))
