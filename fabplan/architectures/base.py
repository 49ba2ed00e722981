"""What a cell structure offers to the planner.

A structure is a module of this folder with

- ``TITLE``, ``SUMMARY``: for people; ``ESTIMATOR``: kind of `fabplan/cells/1` document it maps to
- ``FLOW``: the operations that build it, in order (`Operation`)
- ``Params``: frozen dataclass whose fields are made by `parameter`; floats in SI or arrays of them
- ``design_space(request) -> Params``: arrays of shape (N,), all combinations worth looking at
- ``measures(params, request) -> Measures``: closed form, broadcasts
- ``cell(params, request) -> tuple[Body, ...]``: exact bodies of one design, built bottom-up
- optionally ``inside(fixed) -> {net: Inside}``: electrodes that are thin coats on a scaffold or in pores
- optionally ``VARIANTS``: key of the spec's ``cell`` -> parameter and its value by name, e.g.
  ``{"connection": ("series", {"parallel": 0.0, "series": 1.0})}``
- optionally ``left_out(request)``: which designs were not tried since drawing them takes long, "" where all were
- optionally ``refused(request)``: why nothing of what is asked can be drawn, and what would help; None otherwise
- optionally ``preferred(params, request)``: which designs look as the structure should, booleans of shape
  (N,); the others are taken only where none of these meets the target
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, Point, Region, area, bounds, nanometres

P = TypeVar("P")
NOWHERE = Region()


def parameter(dimension: str, meaning: str, low: float, high: float) -> Any:
    """Field of ``Params``: SI float (or array) with dimension, meaning and permitted range."""
    return field(metadata={"dimension": dimension, "meaning": meaning, "low": low, "high": high})


@dataclass(frozen=True)
class Operation:
    """One operation of a structure's flow, before recipes are chosen.

    Parameters
    ----------
    role : key of the route, e.g. ``"collector"``, ``"anode"``, ``"electrolyte"``, ``"lid"``, ``"seal"``
    bodies : names of the bodies it makes
    optional : may be left out when the chosen recipes do not need it
    patterns : how its recipe may get its outline (`fabplan.catalog.types.Recipe.patterned_by`); empty: in any way
    """

    role: str
    bodies: tuple[str, ...] = ()
    optional: bool = False
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Footprint:
    """Where the cell may stand.

    Parameters
    ----------
    width, length : of the rectangle that a structure lays itself out in [m]; its lower left corner is the
        structure's origin
    terminals : ``"inside"``: everything stands in the rectangle; ``"outside"``: the electrodes do, while
        pads and package (seal, lid, electrolyte rim) stand around it
    outline : what the user gave, the lower left corner of its bounds at the origin [nm]; empty: the rectangle
    keep_outs : what belongs to others [nm], in the coordinates of the outline
    usable : the outline less the keep-outs [nm]
    corner : where the rectangle's lower left corner lies in the coordinates of the outline [nm]
    origin : where the outline's lower left corner lies in the coordinates that the user gave [nm]
    places : net -> point that its pad must take [nm], in the coordinates of the outline; free where not named
    clearance : from the keep-outs to the nearest body [m]
    filled : whether the structure is clipped to ``usable`` instead of standing in a rectangle
    """

    width: float
    length: float
    terminals: str = "inside"
    outline: Region = NOWHERE
    keep_outs: Region = NOWHERE
    usable: Region = NOWHERE
    corner: Point = (0, 0)
    origin: Point = (0, 0)
    places: Mapping[str, Point] = field(default_factory=dict)
    clearance: float = 0.0
    filled: bool = False

    @property
    def area(self) -> float:
        """What the user gives to the cell [m²]: the rectangle, or the outline less the keep-outs."""
        return area(self.usable) if self.outline else self.width * self.length

    @property
    def box(self) -> Box:
        """Bounds of the rectangle or outline [nm]."""
        return bounds(self.outline) if self.outline else (0, 0, nanometres(self.width), nanometres(self.length))


@dataclass(frozen=True)
class Inside:
    """Inside of a porous electrode whose active material is a thin coat, on a scaffold or in pores.

    Parameters
    ----------
    active, pores, conductor : shares of the electrode's envelope that are coat, electrolyte and metal
    film : thickness of the coat [m]
    bruggeman : exponent of transport, in pores and metal alike; 1 for straight ones
    carrier : role whose material the metal is
    """

    active: float
    pores: float
    conductor: float
    film: float
    bruggeman: float
    carrier: str


@dataclass(frozen=True)
class RoleLimits:
    """What the chosen recipe of a role can make; None where it sets no limit. SI.

    Parameters
    ----------
    line, gap : smallest drawn feature and space [m]
    thickness_low, thickness_high : thickness of the finished layer [m]
    thickness_step : thickness per pass or layer [m], None when continuous
    aspect_ratio : largest height over width
    placement : alignment error to earlier layers, 3 sigma [m]
    edge : tolerance of the edge's position [m]
    nozzle : diameter of the nozzle, of printed beads [m]
    bead_width : width of one bead after drying and sintering [m]
    layer_pitch : height of one printed layer before drying [m]; 0.8 nozzle diameters when None
    raster : spacing of the grid of drops on which all edges lie [m], None where edges may lie anywhere
    """

    line: float = 0.0
    gap: float = 0.0
    thickness_low: float = 0.0
    thickness_high: float = np.inf
    thickness_step: float | None = None
    aspect_ratio: float = np.inf
    placement: float = 0.0
    edge: float = 0.0
    nozzle: float | None = None
    bead_width: float | None = None
    layer_pitch: float | None = None
    raster: float | None = None


@dataclass(frozen=True)
class Request:
    """All that a structure needs to know to lay itself out.

    Parameters
    ----------
    footprint : where the cell may stand
    materials : role -> material id (``anode``, ``cathode``, ``collector``, ``electrolyte``, ``lid``, ...)
    limits : role -> what its recipe can make
    capacity : ``anode``, ``cathode`` -> usable charge per envelope volume [C/m³]; None against lithium metal
    n_p_ratio : wanted ratio of anode to cathode capacity
    height_max : limit of the whole cell above the substrate [m]
    fixed : parameters that the user fixed, name -> SI value
    thickness : role -> thickness set by its recipe [m], for layers that are not sized (collector, lid, ...)
    pattern : of the planar cell (`fabplan.geometry.patterns`); ``"comb"``: the structure's own
    quick : one search of many: drawings that take long are left out
    """

    footprint: Footprint
    materials: Mapping[str, str]
    limits: Mapping[str, RoleLimits]
    capacity: Mapping[str, float]
    n_p_ratio: float
    height_max: float
    fixed: Mapping[str, float] = field(default_factory=dict)
    thickness: Mapping[str, float] = field(default_factory=dict)
    pattern: str = "comb"
    quick: bool = False

    def limit(self, role: str) -> RoleLimits:
        """Limits of a role; no limits when its recipe sets none."""
        return self.limits.get(role, RoleLimits())

    def layer_thickness(self, role: str) -> float:
        """Thickness set by the recipe of a role [m], else the thinnest it can make."""
        return self.thickness.get(role, self.limit(role).thickness_low)

    def material(self, *roles: str) -> str:
        """Material of the first of these roles that has one.

        Raises
        ------
        BadInput : none has
        """
        for role in roles:
            if role in self.materials:
                return self.materials[role]
        raise BadInput(Problem("a material is missing", f"cell.{roles[0]}", None, "id of a material"))


def beyond(bodies: Iterable[Body], footprint: Footprint) -> tuple[str, ...]:
    """Names of the bodies that reach beyond the footprint although they must not.

    With terminals ``"inside"`` every body must stay in; with ``"outside"`` the electrodes must. Nothing may lie
    on a keep-out.
    """
    # shapely loads only where an outline asks for it
    from fabplan.geometry import shapes

    x0, y0, x1, y1 = footprint.box
    names = []
    for body in bodies:
        bound = footprint.terminals == "inside" or body.role in ("anode", "cathode")
        if not body.region:
            continue
        left, low, right, top = bounds(body.region)
        out = bound and (left < x0 or low < y0 or right > x1 or top > y1)
        if footprint.outline and not out:
            hull = footprint.outline if bound else Region()
            out = bool(hull and not shapes.contains(hull, body.region))
            out = out or bool(footprint.keep_outs and shapes.intersection(body.region, footprint.keep_outs))
        if out:
            names.append(body.name)
    return tuple(names)


def snapped(params: P) -> P:
    """Lengths snapped to whole nanometres (half away from zero), so that closed form and drawing agree."""
    changes = {}
    for spec in dataclasses.fields(params):  # type: ignore[arg-type]
        if spec.metadata.get("dimension") == "length":
            value = np.asarray(getattr(params, spec.name)) / NANOMETRE
            changes[spec.name] = np.floor(np.abs(value) + 0.5) * np.sign(value) * NANOMETRE
    return dataclasses.replace(params, **changes)  # type: ignore[type-var]


def one(params: P, index: int) -> P:
    """Design number ``index`` of a ``Params`` of arrays, as plain floats."""
    size = np.broadcast(*[np.asarray(v) for v in vars(params).values()]).shape
    return dataclasses.replace(  # type: ignore[type-var]
        params, **{k: float(np.broadcast_to(np.asarray(v, float), size)[index]) for k, v in vars(params).items()}
    )
