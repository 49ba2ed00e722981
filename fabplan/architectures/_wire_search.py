"""Candidates of coaxial fibres. Lengths in whole nanometres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _space
from fabplan.architectures._space import Array, whole
from fabplan.architectures.base import Request

# section 11 of the project's notes: strips of 3 mm, sleeve 5 mm beyond the electrodes; where the
# footprint is short, a share of it
STRIP, COVER, SEAL = 3e-3, 5e-3, 1e-3
SHORT = 0.1


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values: dict[str, Any] = {**_ends(request, fixed)}
    values |= _space.combinations(
        core_radius=_space.axis(fixed, "core_radius", _cores(request)),
        cathode_thickness=_space.axis(fixed, "cathode_thickness", _coats(request, "cathode", 30)),
        electrolyte_thickness=_space.axis(fixed, "electrolyte_thickness", _sleeves(request)),
        anode_thickness=_space.axis(fixed, "anode_thickness", _coats(request, "anode", 4)),
        length_share=np.array([1.0]) if "cell_length" in fixed else np.array([0.2, 0.35, 0.5, 0.75, 1.0]),
    )
    room = whole(request.footprint.length)
    if request.footprint.terminals == "inside":
        room = room - 2 * (values["margin_cover"] + values["margin_seal"] + values["strip_length"])
    length = np.maximum(np.floor(room * values["length_share"]), 1)
    return values | {"cell_length": _space.held(fixed, "cell_length", length)} | _anode(request, fixed, values)


def _ends(request: Request, fixed: dict[str, float]) -> dict[str, float]:
    """Lengths at the ends: the usual ones, or a tenth of the footprint where it is short."""
    most = SHORT * request.footprint.length
    gap = max(request.limit(role).gap for role in ("anode_collector", "anode", "cathode", "cathode_collector"))
    usual = {
        "strip_length": min(STRIP, most),
        "margin_cover": max(min(COVER, most), gap),
        "margin_seal": min(SEAL, most),
    }
    return {name: fixed.get(name, max(float(whole(value)), 1.0)) for name, value in usual.items()}


def _cores(request: Request) -> Array:
    """Radii of the wire: the recipe's, else a few that its line allows."""
    given = request.thickness.get("anode_collector")
    if given is not None:
        return np.asarray([np.maximum(whole(given / 2), 1)])
    limits = [request.limit(role) for role in ("anode_collector", "anode", "cathode", "cathode_collector")]
    least = max([1e-6, *(limit.line / 2 for limit in limits)])
    return np.ceil(np.array([1.0, 2.0, 4.0]) * least * 1e9)


def _coats(request: Request, role: str, number: int) -> Array:
    """Thicknesses of a coat; one value where the balance decides."""
    if role == "anode" and request.capacity.get("anode"):
        return np.array([1.0])
    return whole(_space.thicknesses(request.limit(role), request.height_max / 4, number))


def _sleeves(request: Request) -> Array:
    """Thicknesses of the sleeve, at least the gap that the electrodes' recipes need."""
    limits = [request.limit(role) for role in ("anode_collector", "anode", "cathode", "cathode_collector")]
    gap = max(limit.gap for limit in limits)
    found = _space.thicknesses(request.limit("electrolyte"), request.height_max / 4, 6)
    return whole(np.maximum(found, min(gap, request.limit("electrolyte").thickness_high)))


def _anode(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """The anode's coat for the wanted ratio of capacities.

    With k = N/P q_c/q_a its thickness t solves t² + 2 (r - k c) t = k (2 (r + s) c + c²); r core, s sleeve,
    c cathode.
    """
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode or "anode_thickness" in fixed:
        return {}
    core, sleeve, coat = (values[f"{name}"] for name in ("core_radius", "electrolyte_thickness", "cathode_thickness"))
    k = request.n_p_ratio * cathode / anode
    half = core - k * coat
    found = np.sqrt(half**2 + k * (2 * (core + sleeve) * coat + coat**2)) - half
    return {"anode_thickness": np.maximum(np.rint(found), 1)}
