"""A dense film on one side of a soaked separator, a porous layer on the other.

The estimator's stacks have porous electrodes with round particles. A film of thickness L stands there as one layer of
particles whose surface is that of the film (R = 3 L, so that 3 L/R = 1) and whose diffusivity is 9/5 of the film's:
the lag of the mean behind the surface is R/(5 D) for a sphere and L/(3 D) for a film under a constant flux. The layer
is made thinner by a factor k with k times the sites and D/k², so that it has next to no path and pores for the salt.
Held against the estimator's own film: within 0.05 % of capacity and 0.3 mV for L² r/D < 0.5, r the C-rate per second;
beyond it delivers up to 10 % too much, since a sphere empties more evenly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabplan.findings import Finding
from fabplan.planner.electrical import Chemistry, Porous, mixed

SPHERE_FOR_FILM = 9.0 / 5.0
PORES = 1e-3  # what the layer holds of salt: next to nothing
THINNER = 20.0
MOST_SITES = 9e5  # mole per cubic metre, below the estimator's limit
TRUSTED = 0.5  # L² r/D up to which the picture was found exact
HOUR = 3600.0


def film_side(side: Mapping[str, Any], thickness: float) -> dict[str, Any]:
    """A dense electrode as a side of a stack.

    Parameters
    ----------
    side : as for a porous electrode, of a dense film (``eps_am`` is its dense share)
    thickness : of the film [m]
    """
    sites = side["c_max"] * side["eps_am"]
    thinner = max(1.0, min(THINNER, MOST_SITES / sites))
    length = thickness / thinner
    return {
        **side,
        "L_m": length,
        "R_m": 3.0 * (1.0 - PORES) * length,
        "eps": PORES,
        "brug": 0.0,
        "eps_am": 1.0 - PORES,
        "D_s": SPHERE_FOR_FILM * side["D_s"] / thinner**2,
        "c_max": sites * thinner / (1.0 - PORES),
    }


def findings(chem: Chemistry, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What the picture is worth at the target's rate, for a cell of a film and a porous layer."""
    if not mixed(chem):
        return ()
    area = estimate["capacity_Ah"] / estimate["areal_capacity_active_Ah_m2"] / estimate.get("cells_in_series", 1)
    sides = (("anode", chem.anode), ("cathode", chem.cathode))
    return tuple(
        _finding(net, p, estimate[f"{net}_capacity_Ah"] * HOUR / (p.capacity * area), estimate["c_rate"])
        for net, p in sides
        if p.particle_radius is None and not p.metal
    )


def _finding(net: str, film: Porous, thickness: float, c_rate: float) -> Finding:
    depth = thickness**2 * c_rate / (HOUR * film.diffusivity)
    text = f"the dense film of {film.material} beside a porous layer is estimated as one layer of round particles"
    if depth <= TRUSTED:
        return Finding("film-beside-porous", "info", net, f"{text}, which holds at this rate", depth, TRUSTED)
    text = f"{text}; diffusion in it is too slow for that at this rate: up to a tenth less is delivered"
    return Finding("film-beside-porous", "warning", net, text, depth, TRUSTED, change="a thinner film or a lower rate")
