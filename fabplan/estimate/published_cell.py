"""A published cell of the catalog as a ``fabplan/cells/1`` document; nothing in it is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.catalog.simulation import SimulatedElectrode, Simulation
from fabplan.catalog.types import Device, Material
from fabplan.errors import BadInput, Problem
from fabplan.estimate.constants import FARADAY, SECONDS_PER_HOUR
from fabplan.records import Quantity

LITHIUM = "lithium"
_BRUGGEMAN = 1.5
_SINGLE_ION = 0.9999
_FIELDS = {
    "active_fraction": "active_fraction",
    "porosity": "porosity",
    "bruggeman": "bruggeman",
    "particle_radius": "particle_radius",
    "electronic_conductivity": "electronic_conductivity",
    "diffusivity": "diffusivity",
}
_SHORT = {"cathode": "pos", "anode": "neg"}
_PATHS = {
    "thickness": "L_m",
    "active_fraction": "eps_am",
    "porosity": "eps",
    "particle_radius": "R_m",
    "electronic_conductivity": "sigma",
    "diffusivity": "D_s",
    "exchange_current_density": "i0_ref",
    "maximum_concentration": "c_max",
    "stoichiometry_charged": "sto100",
    "stoichiometry_discharged": "sto0",
}
_WHOLE = {
    "gap": "sep.L_m",
    "height": "h_m",
    "separator_porosity": "sep.eps",
    "conductivity": "electrolyte.kappa_S_m",
    "salt diffusivity": "electrolyte.D_e_m2_s",
    "transference number": "electrolyte.t_plus",
}


@dataclass(frozen=True)
class PublishedCell:
    """A cells document with what turns its results into published figures.

    Parameters
    ----------
    document : one cell
    per_footprint : footprint areas per unit of the result: 1 for results per m2
    active_mass : of the cathode, per unit of the result [kg]
    cathode_thickness : [m]
    assumed : words of what rests on assumed or unknown values
    known : how well every value of the document is known: path in the design (``ranges``) -> its quantity
    beside : the same of what turns results into published figures: ``extent``, ``footprint``
    """

    document: dict[str, Any]
    per_footprint: float
    active_mass: float
    cathode_thickness: float
    assumed: tuple[str, ...]
    known: dict[str, Quantity]
    beside: dict[str, Quantity]


@dataclass
class _Values:
    """Looks values up and remembers what is missing, what is assumed, and which quantity each name was taken from."""

    place: str
    problems: list[Problem]
    assumed: list[str]
    used: dict[str, Quantity]

    def number(self, name: str, *sources: Quantity | None, default: float | None = None) -> float:
        """The first known of several quantities."""
        for quantity in sources:
            if quantity is not None and quantity.value is not None:
                if quantity.confidence == "low":
                    self.assumed.append(name)
                self.used[name] = quantity
                return quantity.value
        if default is None:
            self.problems.append(Problem("a value that nobody knows", f"{self.place}: {name}", None, "a number"))
            return 1.0
        return default


def published_cell(device: Device, catalog: Catalog, c_rates: list[float]) -> PublishedCell:
    """Build the cell of a device that has a ``simulation``.

    Parameters
    ----------
    c_rates : of the discharges [1/h]

    Raises
    ------
    BadInput : values that are needed and unknown
    """
    simulation = device.simulation
    assert simulation is not None and simulation.cathode is not None
    values = _Values(f"devices/{device.id}", [], [], {})
    positive, one_c = _electrode(device.cathode, simulation.cathode, simulation, catalog, values, rises=True)
    negative: dict[str, Any] = {"material": "Li", "i0_ref": exchange_of_lithium(catalog)}
    if device.anode != LITHIUM and simulation.anode is not None:
        negative, other = _electrode(device.anode, simulation.anode, simulation, catalog, values, rises=False)
        one_c = _balanced(positive, one_c, negative, other)
    design = _design(simulation, values, positive, negative, one_c)
    document = {
        "schema": "fabplan/cells/1",
        "ocp": _tables(catalog, positive, negative),
        "electrolytes": {},
        "cells": [{"id": device.id, "kind": simulation.kind, "design": design, "c_rates": c_rates}],
    }
    electrolyte = catalog.materials[device.electrolyte]
    if simulation.kind == "film-planar":
        design["se"] = {
            "L_m": values.number("gap", simulation.gap),
            "kappa": _conductivity(simulation, electrolyte, values),
        }
    else:
        design["electrolyte"] = device.electrolyte
        document["electrolytes"] = {device.electrolyte: _salt(simulation, electrolyte, values)}
    if values.problems:
        raise BadInput(values.problems)
    thickness = positive["L_m"]
    mass = catalog.materials[device.cathode].density
    active = values.number("density", mass) * positive["eps_am"] * thickness
    per = 1.0
    if simulation.kind == "interdigital":
        active *= 0.5 * values.number("height", simulation.height)
        per = _per_footprint(simulation)
        for side in (positive, negative):
            side.pop("L_m", None)
    if simulation.kind == "film-planar":
        _as_films(positive, negative)
    if values.problems:
        raise BadInput(values.problems)
    beside = {"extent": simulation.extent, "footprint": simulation.footprint}
    return PublishedCell(
        document,
        per,
        active,
        thickness,
        tuple(dict.fromkeys(values.assumed)),
        _known(values.used, simulation.kind),
        {name: one for name, one in beside.items() if per != 1.0 and one is not None and one.value is not None},
    )


def _known(used: dict[str, Quantity], kind: str) -> dict[str, Quantity]:
    """Quantities by the path of the design that they became."""
    found = {}
    for side in ("cathode", "anode"):
        name = side if kind == "interdigital" else _SHORT[side]
        for word, key in _PATHS.items():
            if kind == "film-planar" and word == "active_fraction":
                key = "dense_fraction"
            path = f"{name}.{key}"
            if word == "thickness" and kind == "interdigital":
                path = "w2_m" if side == "cathode" else "w1_m"
            if f"{side}.{word}" in used:
                found[path] = used[f"{side}.{word}"]
    whole = _WHOLE | {"gap": "gap_m"} if kind == "interdigital" else _WHOLE
    if kind == "film-planar":
        whole = {"gap": "se.L_m", "conductivity": "se.kappa"}
    return found | {path: used[word] for word, path in whole.items() if word in used}


def _electrode(
    name: str, own: SimulatedElectrode, simulation: Simulation, catalog: Catalog, values: _Values, rises: bool
) -> tuple[dict[str, Any], float]:
    """Design keys of one electrode and its charge per area of electrode (or of finger side) [A h/m2]."""
    material = catalog.materials[name]
    active = material.electrode
    assert active is not None
    inside = catalog.recipes[own.recipe].microstructure if own.recipe else None
    side = "cathode" if rises else "anode"

    def value(key: str, *rest: Quantity | None, default: float | None = None) -> float:
        layer = getattr(inside, _FIELDS[key], None) if inside is not None and key in _FIELDS else None
        return values.number(f"{side}.{key}", getattr(own, key), layer, *rest, default=default)

    film = simulation.kind == "film-planar"
    charged = value("stoichiometry_charged", active.stoichiometry_charged)
    empty = value("stoichiometry_discharged", active.stoichiometry_discharged)
    low, high = sorted((charged, empty))
    thickness = value("thickness")
    made: dict[str, Any] = {
        "material": active.ocp,
        "L_m": thickness,
        "c_max": values.number(f"{side}.maximum_concentration", active.maximum_concentration),
        "D_s": value("diffusivity", active.diffusivity),
        "i0_ref": value("exchange_current_density", active.exchange_current_density),
        "sto100": low if rises else high,
        "sto0": high if rises else low,
        "eps_am": value("active_fraction", default=1.0 if film else None),
    }
    if not film:
        made |= {
            "eps": value("porosity"),
            "brug": value("bruggeman", default=_BRUGGEMAN),
            "R_m": value("particle_radius"),
            "sigma": value("electronic_conductivity"),
        }
    width = 0.5 * thickness if simulation.kind == "interdigital" else thickness
    charge = FARADAY * made["c_max"] * made["eps_am"] * width * (high - low) / SECONDS_PER_HOUR
    return made, charge


def _balanced(positive: dict[str, Any], one: float, negative: dict[str, Any], other: float) -> float:
    """Both electrodes discharged together; the larger one is not filled. Charge of the smaller one [A h/m2]."""
    charge = min(one, other)
    positive["sto100"] = positive["sto0"] - (positive["sto0"] - positive["sto100"]) * charge / one
    negative["sto100"] = negative["sto0"] + (negative["sto100"] - negative["sto0"]) * charge / other
    return charge


def _design(
    simulation: Simulation, values: _Values, positive: dict[str, Any], negative: dict[str, Any], one_c: float
) -> dict[str, Any]:
    design: dict[str, Any] = {"V_cut": values.number("cut_off", simulation.cut_off)}
    if simulation.kind == "interdigital":
        height = values.number("height", simulation.height)
        return design | {
            "w1_m": negative.get("L_m", positive["L_m"]),
            "w2_m": positive["L_m"],
            "gap_m": values.number("gap", simulation.gap),
            "h_m": height,
            "H_m": values.number("lid", simulation.lid),
            "anode": negative,
            "cathode": positive,
            "sep": {"eps": values.number("separator_porosity", simulation.separator_porosity), "brug": _BRUGGEMAN},
            "Q_1C_Ah_m": one_c * height,
        }
    design |= {"neg": negative, "pos": positive, "Q_1C_Ah_m2": one_c}
    if simulation.kind == "porous-stack":
        design["sep"] = {
            "L_m": values.number("gap", simulation.gap),
            "eps": values.number("separator_porosity", simulation.separator_porosity),
            "brug": _BRUGGEMAN,
        }
    return design


def _as_films(positive: dict[str, Any], negative: dict[str, Any]) -> None:
    for side in (positive, negative):
        if "eps_am" in side:
            side["dense_fraction"] = side.pop("eps_am")


def _conductivity(simulation: Simulation, electrolyte: Material, values: _Values) -> float:
    own = electrolyte.electrolyte
    return values.number("conductivity", simulation.conductivity, own.conductivity if own else None)


def _salt(simulation: Simulation, electrolyte: Material, values: _Values) -> dict[str, Any]:
    own = electrolyte.electrolyte
    assert own is not None
    concentration = values.number("salt concentration", simulation.salt_concentration, own.salt_concentration)
    kappa = _conductivity(simulation, electrolyte, values)
    diffusivity = values.number("salt diffusivity", simulation.salt_diffusivity, own.salt_diffusivity)
    moved = values.number("transference number", simulation.transference_number, own.transference_number)
    return {
        "c_mol_m3": [1.0, concentration, 3.0 * concentration],
        "kappa_S_m": [kappa] * 3,
        "D_e_m2_s": [diffusivity] * 3,
        "t_plus": min(moved, _SINGLE_ION),
        "thermodynamic_factor": values.number("thermodynamic factor", own.thermodynamic_factor, default=1.0),
        "c0_mol_m3": concentration,
    }


def _tables(catalog: Catalog, *sides: dict[str, Any]) -> dict[str, Any]:
    names = sorted({side["material"] for side in sides if side["material"] != "Li"})
    return {
        name: {"x": catalog.ocp[name].stoichiometry.tolist(), "V": catalog.ocp[name].voltage.tolist()} for name in names
    }


def exchange_of_lithium(catalog: Catalog) -> float:
    """Exchange current density of lithium metal in the catalog [A/m2]."""
    own = catalog.materials[LITHIUM].electrode
    assert own is not None and own.exchange_current_density is not None
    found = own.exchange_current_density.value
    assert found is not None
    return found


def _per_footprint(simulation: Simulation) -> float:
    """Facing metres per square metre of footprint; 0 where either is unknown (areal figures cannot be told)."""
    extent, footprint = simulation.extent, simulation.footprint
    if extent is None or footprint is None or extent.value is None or not footprint.value:
        return 0.0
    return extent.value / footprint.value
