"""Cells document designs of further kinds, made from those of films and combs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fabplan.planner import mixed_stack

PER_METRE = ("interdigital", "film-coaxial")


def coaxial(film: Mapping[str, Any], g: Mapping[str, float]) -> dict[str, Any]:
    """A film cell wound around a core, per metre; cathode innermost.

    The films hold the volumes that were measured: π (r₁² - r₀²) ℓ is the cathode's, π (r₃² - r₂²) ℓ the
    anode's, r₂ - r₁ the electrolyte's thickness.

    Parameters
    ----------
    film : planar design of the same cell
    g : with ``element_length`` ℓ and ``core_radius`` r₀ besides the keys of `cell_document.document`
    """
    length, core = g["element_length"], g["core_radius"]
    first = math.sqrt(core**2 + g["cathode_volume"] / (math.pi * length))
    second = first + g["electrolyte_thickness"]
    third = math.sqrt(second**2 + g["anode_volume"] / (math.pi * length))
    inner, outer = 2 * math.pi * first, 2 * math.pi * second
    conductivity = film["se"]["kappa"]
    negative = dict(film["neg"])
    if "L_m" in negative:
        negative["L_m"] = third - second
    return {
        **{key: value for key, value in film.items() if key != "Q_1C_Ah"},
        "kind": "coaxial_Li" if film["anode"] == "Li" else "coaxial",
        "pos": {**film["pos"], "L_m": first - core},
        "neg": negative,
        "r0_m": core,
        "r1_m": first,
        "r2_m": second,
        "r3_m": third,
        # per area of the cathode's surface, as the estimator takes it
        "contact_ohm_m2": g["contact"] * length * inner,
        "R_se": math.log(second / first) / (2 * math.pi * conductivity) if conductivity else 0.0,
        "R_contact": g["contact"] * length,
        "A_pos": inner,
        "A_neg": outer,
        "Q_1C_Ah_m": film["Q_1C_Ah"] * g["reference_area"] / length,
    }


def stack(comb: Mapping[str, Any], g: Mapping[str, float], separator: Mapping[str, float]) -> dict[str, Any]:
    """The planar equivalent of porous electrodes that face each other in any way, per area of reference.

    Lengths are volumes over reference area; the separator is as long as the electrolyte's shape factor
    says.

    Parameters
    ----------
    comb : interdigital design of the same cell
    g : with ``separator_length`` besides the keys of `cell_document.document`
    separator : ``eps`` and ``brug`` of what lies between the electrodes; 1 and 1 for electrolyte alone
    """
    area = g["reference_area"]
    sides = {}
    for net, name in (("anode", "neg"), ("cathode", "pos")):
        side, thickness = comb[net], g[f"{net}_volume"] / area
        if "eps" not in side:  # lithium: no thickness that counts
            sides[name] = dict(side)
        elif side["R_m"] is None:
            sides[name] = mixed_stack.film_side(side, thickness)
        else:
            sides[name] = {**side, "L_m": thickness}
    return {
        **{key: comb[key] for key in ("id", "chemistry", "V_cut", "T_K", "electrolyte", "NP")},
        **sides,
        "sep": {"L_m": g["separator_length"], **separator},
        "contact_ohm_m2": g["contact"] * area,
        "Q_1C_Ah_m2": comb["Q_1C_Ah_m"] * g["facing_length"] / area,
    }


def in_pillars(side: Mapping[str, Any], fill: float) -> dict[str, Any]:
    """An electrode that stands in pillars: their finger is the porous electrode, the space between them its pores.

    Across a square lattice of cylinders that let nothing through κ_eff/κ = 1 - 2φ/(1 + φ - 0.3058φ⁴ - 0.0134φ⁸)
    (Rayleigh's series, section 0.5 of the project's notes on cell structures); the pillars' own pores are not
    counted as a way.

    Parameters
    ----------
    fill : φ, share of the finger that is pillar; 1: no pillars, the side stays as it is, as does lithium metal
    """
    if fill >= 1.0 or "eps" not in side:
        return dict(side)
    ratio = 1.0 - 2.0 * fill / (1.0 + fill - 0.3058 * fill**4 - 0.0134 * fill**8)
    return {
        **side,
        "eps": 1.0 - fill,
        "brug": math.log(ratio) / math.log(1.0 - fill),
        "eps_am": side["eps_am"] * fill,
        "sigma": side["sigma"] * fill,
    }
