"""What a cell structure offers to the planner.

A structure is a module of this folder with

- ``TITLE``, ``SUMMARY``: for people; ``ESTIMATOR``: kind of `fabplan/cells/1` document it maps to
- ``FLOW``: the operations that build it, in order (`Operation`)
- ``Params``: frozen dataclass whose fields are made by `parameter`; floats in SI or arrays of them
- ``design_space(request) -> Params``: arrays of shape (N,), all combinations worth looking at
- ``measures(params, request) -> Measures``: closed form, broadcasts
- ``cell(params, request) -> tuple[Body, ...]``: exact bodies of one design, built bottom-up
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
from fabplan.geometry.region import NANOMETRE, bounds, nanometres

P = TypeVar("P")


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
    width, length : of the rectangle [m]; origin is its lower left corner
    terminals : ``"inside"``: everything stands in the rectangle; ``"outside"``: the electrodes do, while
        pads and package (seal, lid, electrolyte rim) stand around it
    """

    width: float
    length: float
    terminals: str = "inside"

    @property
    def area(self) -> float:
        """Area [m²]."""
        return self.width * self.length


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
    """

    footprint: Footprint
    materials: Mapping[str, str]
    limits: Mapping[str, RoleLimits]
    capacity: Mapping[str, float]
    n_p_ratio: float
    height_max: float
    fixed: Mapping[str, float] = field(default_factory=dict)
    thickness: Mapping[str, float] = field(default_factory=dict)

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

    With terminals ``"inside"`` every body must stay in; with ``"outside"`` the electrodes must.
    """
    right, top = nanometres(footprint.width), nanometres(footprint.length)
    names = []
    for body in bodies:
        bound = footprint.terminals == "inside" or body.role in ("anode", "cathode")
        if bound and body.region:
            x0, y0, x1, y1 = bounds(body.region)
            if x0 < 0 or y0 < 0 or x1 > right or y1 > top:
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
