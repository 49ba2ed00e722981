"""What structures of films over relief have in common: parameters of films and outlines, and their search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from fabplan.architectures import _relief_search, _space
from fabplan.architectures._relief_cell import Design
from fabplan.architectures._relief_plan import Sheet
from fabplan.architectures._space import Array, whole
from fabplan.architectures.base import Request, parameter


@dataclass(frozen=True)
class Films:
    """Films and outlines of one design, or of N of them as arrays; lengths in metres."""

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


P = TypeVar("P", bound=Films)


def sheet_of(params: Films) -> Sheet:
    """Outlines of the films [nm]."""
    return Sheet(
        width=whole(params.cell_width),
        length=whole(params.cell_length),
        inset=whole(params.margin_anode),
        border=whole(params.margin_field),
        seal=whole(params.margin_seal),
        pad=whole(params.pad_size),
        pad_margin=whole(params.pad_margin),
    )


def axes(request: Request, fixed: dict[str, float], mouth: float) -> dict[str, Array]:
    """Films and shares of the footprint to try [nm and 1].

    Parameters
    ----------
    mouth : widest opening that will be tried [m]
    """
    shares, all_of_it = np.array([0.2, 0.35, 0.5, 0.75, 1.0]), np.array([1.0])
    return {
        **_relief_search.films(request, fixed, mouth),
        "width_share": all_of_it if "cell_width" in fixed else shares,
        "length_share": all_of_it if "cell_length" in fixed else shares,
    }


@dataclass(frozen=True)
class Kind:
    """What sets one relief apart from the others in the search.

    Parameters
    ----------
    axes : all combinations of what is searched [nm], from the request and what is fixed
    sized : sizes of the elements that follow from the axes [nm], from what is fixed and the axes
    design : relief and films of designs
    opening : width that the etch goes down [m]
    """

    axes: Callable[[Request, dict[str, float]], dict[str, Any]]
    sized: Callable[[dict[str, float], dict[str, Any]], dict[str, Any]]
    design: Callable[[Any, Request], Design]
    opening: Callable[[Design], Any]


def design_space(params_class: type[P], kind: Kind, request: Request, measures: Callable[[P, Request], Any]) -> P:
    """Designs worth looking at, shape (N,), at most 10^5: fixed values exactly, the rest inside the limits.

    The anode's thickness follows from the wanted ratio of capacities of the films over the relief.
    """
    fixed = _space.in_nanometres(params_class, request.fixed)
    values: dict[str, Any] = _relief_search.outlines(request, fixed)
    values |= kind.axes(request, fixed)
    values |= _relief_search.sizes(request, fixed, values)
    values |= kind.sized(fixed, values)
    params = _space.as_params(params_class, values)
    if request.capacity.get("anode") and request.capacity.get("cathode") and "anode_thickness" not in fixed:
        values["anode_thickness"] = _relief_search.balanced_anode(kind.design(params, request), request)
        params = _space.as_params(params_class, values)
    rules = _relief_search.rules(kind.design(params, request), measures(params, request), request, kind.opening)
    return _space.picked(params, _space.fewest_violations(rules))
