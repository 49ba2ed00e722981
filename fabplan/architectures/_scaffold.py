"""Porous metal whose struts carry a thin coat: shares of coat, pores and metal, and when the pores close.

Two templates, section 8 of the project's notes on cell structures:

- inverse opal of touching spheres of radius R = a/(2√2), a the edge of the cubic cell: coat 0.7405 (1 - (1 - t/R)³),
  pores 0.7405 (1 - t/R)³, metal the rest (exact);
- network with two like halves (holographic, gyroid): surface per volume 3.09/a, coat 3.09 t/a to first order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures.base import Inside

SPHERES = 0.7405  # share of touching spheres, π/(3√2)
SURFACE = 3.09  # of a gyroid at half fill, times a
BRUGGEMAN = 1.5
LEAST_PORES = 0.2
RAGGED = 2e-6  # by how much a porous front reaches out beside the coat and one period, section 8 of the notes
#: what a template is unless it is given [SI]; window: share of the pore's radius that its openings have
DEFAULTS: Mapping[str, float] = {
    "period": 0.7e-6,
    "opal": 0.0,
    "metal_fraction": 0.2,
    "window_radius": 80e-9,
    "coat_thickness_anode": 30e-9,
    "coat_thickness_cathode": 30e-9,
}


def coat_share(given: Mapping[str, Any], net: str) -> Any:
    """Share of the envelope that the coat of a net takes."""
    t, a = np.asarray(given[f"coat_thickness_{net}"]), np.asarray(given["period"])
    spheres = SPHERES * (1.0 - np.clip(1.0 - t / radius(a), 0.0, 1.0) ** 3)
    return np.where(np.asarray(given["opal"]) > 0, spheres, SURFACE * t / a)


def metal_share(given: Mapping[str, Any]) -> Any:
    """Share of the metal: an inverse opal's is fixed by its spheres."""
    return np.where(np.asarray(given["opal"]) > 0, 1.0 - SPHERES, np.asarray(given["metal_fraction"]))


def pore_share(given: Mapping[str, Any], net: str) -> Any:
    """Share that stays open for the electrolyte."""
    return 1.0 - metal_share(given) - coat_share(given, net)


def radius(period: Any) -> Any:
    """Radius of the touching spheres of an opal."""
    return np.asarray(period) / (2.0 * np.sqrt(2.0))


def open_ways(given: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether ions still find a way in: coats thinner than the windows between the pores, pores not too few."""
    good: Any = True
    for net in ("anode", "cathode"):
        thin = np.asarray(given[f"coat_thickness_{net}"]) < np.asarray(given["window_radius"])
        good = good & thin & (pore_share(given, net) >= LEAST_PORES)
    return np.asarray(good, dtype=np.bool_)


def least_gap(given: Mapping[str, Any]) -> Any:
    """Gap below which ragged fronts can bridge: both coats, one period and what plating reaches out [m]."""
    coats = (np.asarray(given[f"coat_thickness_{net}"]) for net in ("anode", "cathode"))
    return sum(coats) + np.asarray(given["period"]) + RAGGED


def inside(fixed: Mapping[str, float]) -> dict[str, Inside]:
    """Insides of both electrodes of a scaffold, by the template and coats that are given."""
    given = {**DEFAULTS, **fixed}
    return {
        net: Inside(
            active=float(coat_share(given, net)),
            pores=float(pore_share(given, net)),
            conductor=float(metal_share(given)),
            film=float(given[f"coat_thickness_{net}"]),
            bruggeman=BRUGGEMAN,
            carrier="scaffold",
        )
        for net in ("anode", "cathode")
    }
