"""`fabplan/cells/1` documents from a chemistry and the geometry of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.planner import cell_document_kinds as further
from fabplan.planner import half_cell
from fabplan.planner.electrical import FARADAY, TEMPERATURE, Chemistry, Porous, balanced, per_mole
from fabplan.records import Quantity

SINGLE_ION = 0.9999  # transference number of a solid: next to 1, where no salt is left to move


def document(
    chem: Chemistry, catalog: Catalog, geometries: Sequence[Mapping[str, float]], c_rates: Sequence[float], kind: str
) -> dict[str, Any]:
    """A `fabplan/cells/1` document with one cell per geometry.

    Parameters
    ----------
    geometries : mappings with ``anode_volume, cathode_volume, facing_length, gap, height, lid_height,
        reference_area, electrolyte_thickness, contact`` [SI; contact in ohm, whole cell], ``cut_off`` [V]
    kind : ``"interdigital"``, ``"film-planar"``, ``"film-coaxial"`` or ``"porous-stack"``
    """
    build = BUILDERS[kind]
    films = kind.startswith("film")
    used = sorted({p.ocp for p in (chem.anode, chem.cathode) if not p.metal})
    made = {
        "schema": "fabplan/cells/1",
        "ocp": {
            name: {
                "x": [float(x) for x in catalog.ocp[name].stoichiometry],
                "V": [float(v) for v in catalog.ocp[name].voltage],
            }
            for name in used
        },
        # film cells take a conductivity only: their electrolyte is single-ion or thin against the film's own losses
        "electrolytes": {} if films else {chem.electrolyte_material.id: electrolyte_table(chem)},
        "cells": [
            {"id": f"C{i:05d}", "kind": kind, "design": build(chem, g, f"C{i:05d}"), "c_rates": list(c_rates)}
            for i, g in enumerate(geometries)
        ],
    }
    return half_cell.ended(made, chem.cathode.discharged) if chem.anode_material_tested else made


def electrolyte_table(chem: Chemistry) -> dict[str, Any]:
    """The electrolyte as a table that is constant over concentration."""
    e = chem.electrolyte

    def value(quantity: Quantity | None, otherwise: float) -> float:
        return quantity.value if quantity is not None and quantity.value is not None else otherwise

    concentration = value(e.salt_concentration, 1000.0)
    conductivity = value(e.conductivity, 0.0)
    diffusivity = value(e.salt_diffusivity, 1e-6)
    return {
        "c_mol_m3": [1.0, concentration, 3 * concentration],
        "kappa_S_m": [conductivity, conductivity, conductivity],
        "D_e_m2_s": [diffusivity, diffusivity, diffusivity],
        "t_plus": min(value(e.transference_number, 0.0), SINGLE_ION),
        "thermodynamic_factor": value(e.thermodynamic_factor, 1.0),
        "c0_mol_m3": concentration,
        **_known(
            Ea_kappa_J_mol=per_mole(e.activation_energy),
            Ea_D_e_J_mol=per_mole(e.salt_diffusivity_activation_energy),
        ),
    }


def _known(**values: float | None) -> dict[str, float]:
    """The entries that are known."""
    return {key: value for key, value in values.items() if value is not None}


def _conditions(p: Porous) -> dict[str, float]:
    """Activation energies and first-cycle loss of an electrode, under the keys of `fabplan.estimate.conditions`.

    The loss is already counted in the lithium fractions.
    """
    return _known(
        Ea_D_s_J_mol=p.diffusivity_energy,
        Ea_i0_J_mol=p.exchange_energy,
        first_cycle_loss_fraction=p.first_cycle_loss,
    )


def _metal(p: Porous) -> dict[str, Any]:
    """Lithium metal as an electrode: its surface only."""
    return {"material": "Li", "i0_ref": p.exchange_current, **_known(Ea_i0_J_mol=p.exchange_energy)}


def _side(p: Porous, window: tuple[float, float]) -> dict[str, Any]:
    if p.metal:
        return _metal(p)
    return {
        "material": p.ocp,
        "c_max": p.maximum_concentration,
        "D_s": min(p.diffusivity, 1e-9),
        "i0_ref": p.exchange_current,
        "sigma": p.conductivity,
        "sto100": window[0],
        "sto0": window[1],
        "eps": p.porosity,
        "brug": p.bruggeman,
        "eps_am": p.active_fraction,
        "R_m": p.particle_radius,
        **_conditions(p),
    }


def _charges(chem: Chemistry, g: Mapping[str, float]) -> tuple[float, float]:
    return chem.anode.capacity * g["anode_volume"], chem.cathode.capacity * g["cathode_volume"]


def _interdigital(chem: Chemistry, g: Mapping[str, float], name: str) -> dict[str, Any]:
    """Equivalent gap: half fingers that hold the whole volume, so that the capacity is that of the drawing."""
    length, height = g["facing_length"], g["height"]
    anode_charge, cathode_charge = _charges(chem, g)
    anode, cathode = balanced(chem, anode_charge, cathode_charge)
    one_c = FARADAY * chem.cathode.maximum_concentration * abs(cathode[0] - cathode[1]) * chem.cathode.active_fraction
    fill = {net: g.get(f"{net}_fill", 1.0) for net in ("anode", "cathode")}
    return {
        "id": name,
        "chemistry": f"{chem.anode.material}/{chem.cathode.material}",
        "V_cut": g["cut_off"],
        "T_K": TEMPERATURE,
        "electrolyte": chem.electrolyte_material.id,
        "w1_m": 2 * g["anode_volume"] / (height * length * fill["anode"]),
        "w2_m": 2 * g["cathode_volume"] / (height * length * fill["cathode"]),
        "gap_m": g["gap"],
        "h_m": height,
        "H_m": max(g["lid_height"], height),
        "NP": anode_charge / cathode_charge,
        "anode": further.in_pillars(_side(chem.anode, anode), fill["anode"]),
        "cathode": further.in_pillars(_side(chem.cathode, cathode), fill["cathode"]),
        "sep": {"eps": 1.0, "brug": 1.5},
        "contact_ohm_m": g["contact"] * length,
        "Q_1C_Ah_m": one_c * g["cathode_volume"] / length / 3600.0,
    }


def _film(chem: Chemistry, g: Mapping[str, float], name: str) -> dict[str, Any]:
    """Planar film cell per square metre of reference area."""
    area = g["reference_area"]
    anode_charge, cathode_charge = _charges(chem, g)
    anode, cathode = balanced(chem, anode_charge, cathode_charge)
    conductivity = chem.electrolyte.conductivity.value if chem.electrolyte.conductivity else None
    if conductivity:  # a soaked separator conducts through its pores
        conductivity *= chem.separator_porosity**chem.separator_bruggeman
    one_c = FARADAY * chem.cathode.maximum_concentration * abs(cathode[0] - cathode[1]) * chem.cathode.active_fraction

    def side(p: Porous, window: tuple[float, float], volume: float) -> dict[str, Any]:
        # the dense fraction is folded into the site density: same capacity, same thickness
        return {
            "material": p.ocp,
            "L_m": volume / area,
            "D_s": p.diffusivity,
            "D_slope_b": 0.0,
            "i0_ref": p.exchange_current,
            "c_max": p.maximum_concentration * p.active_fraction,
            "sto100": window[0],
            "sto0": window[1],
            "dense_fraction": 1.0,
            **_conditions(p),
        }

    negative = _metal(chem.anode) if chem.anode.metal else side(chem.anode, anode, g["anode_volume"])
    thickness = g["electrolyte_thickness"]
    return {
        "id": name,
        "kind": "planar_Li" if chem.anode.metal else "planar_film",
        "cathode": chem.cathode.ocp,
        "anode": "Li" if chem.anode.metal else chem.anode.ocp,
        "V_cut": g["cut_off"],
        "T_K": TEMPERATURE,
        "pos": side(chem.cathode, cathode, g["cathode_volume"]),
        "neg": negative,
        "se": {
            "L_m": thickness,
            "kappa": conductivity or 0.0,
            **_known(Ea_kappa_J_mol=per_mole(chem.electrolyte.activation_energy)),
        },
        "contact_ohm_m2": g["contact"] * area,
        "R_se": thickness / conductivity if conductivity else 0.0,
        "R_contact": g["contact"] * area,
        "A_pos": 1.0,
        "A_neg": 1.0,
        "Q_1C_Ah": one_c * g["cathode_volume"] / area / 3600.0,
    }


def scale(kind: str, g: Mapping[str, float]) -> float:
    """What a charge or current per metre or per square metre is multiplied with for the whole cell.

    Of cells in series only one counts: the same charge goes through all of them.
    """
    extent = g[{"interdigital": "facing_length", "film-coaxial": "element_length"}.get(kind, "reference_area")]
    return extent / g.get("in_series", 1.0)


def unit(kind: str) -> str:
    """End of the keys of a result: per metre or per square metre."""
    return "Ah_m" if kind in further.PER_METRE else "Ah_m2"


def _coaxial(chem: Chemistry, g: Mapping[str, float], name: str) -> dict[str, Any]:
    return further.coaxial(_film(chem, g, name), g)


def _stack(chem: Chemistry, g: Mapping[str, float], name: str) -> dict[str, Any]:
    # a comb of one metre: the stack takes its sides, which do not depend on its lengths
    metre = {**g, "facing_length": 1.0}
    separator = {"eps": chem.separator_porosity, "brug": chem.separator_bruggeman}
    return further.stack(_interdigital(chem, metre, name), metre, separator)


BUILDERS: Mapping[str, Callable[[Chemistry, Mapping[str, float], str], dict[str, Any]]] = {
    "interdigital": _interdigital,
    "film-planar": _film,
    "film-coaxial": _coaxial,
    "porous-stack": _stack,
}
