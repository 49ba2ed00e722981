"""Numbers of records that must fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from fabplan import units
from fabplan.catalog.ocp import OcpTable
from fabplan.catalog.types import Device, Electrode, Material, Recipe
from fabplan.errors import BadInput
from fabplan.findings import Finding
from fabplan.records import Quantity

FARADAY = 96485.33212  # C/mol, CODATA 2018
CAPACITY_TOLERANCE = 0.10
RISE_TOLERANCE = 1e-3  # V that a potential table may rise: rounding of its digits
WINDOW_TOLERANCE = 0.15  # V: ends of a window are named roundly, potential tables are steep there
TABLE_OF_KIND = {
    "anode": "electrode",
    "cathode": "electrode",
    "electrolyte": "electrolyte",
    "collector": "collector",
    "encapsulant": "barrier",
}

DIMENSION_OF_FIGURE = {
    "areal_capacity": "areal_charge",
    "areal_energy": "areal_energy",
    "areal_power": "power_density",
    "specific_capacity": "specific_charge",
    "voltage": "voltage",
    "capacity_kept": "number",
    "capacity": "charge",
    "energy": "energy",
}


def error(rule: str, where: str, message: str, change: str = "", **numbers: Any) -> Finding:
    """Finding of severity error."""
    return Finding(rule, "error", where, message, change=change, **numbers)


def of_quantities(kind: str, record: Any) -> Iterator[Finding]:
    """A value lies within its own range."""
    for key, given in quantities(record):
        if given.value is None or given.low is None or given.high is None:
            continue
        if not given.low <= given.value <= given.high:
            message = f"The value lies outside its own range ({given.low:g} to {given.high:g}, SI)."
            place = f"{kind}/{record.id}: {key}"
            yield error("value-outside-its-range", place, message, measured=given.value, unit=given.unit)


def quantities(record: Any, prefix: str = "") -> Iterator[tuple[str, Quantity]]:
    """All quantities of a record with their keys."""
    for field in fields(record):
        given, key = getattr(record, field.name), prefix + field.name
        if isinstance(given, Quantity):
            yield key, given
        elif is_dataclass(given):
            yield from quantities(given, f"{key}.")
        elif isinstance(given, tuple):
            for place, entry in enumerate(given):
                if is_dataclass(entry):
                    yield from quantities(entry, f"{key}[{place}].")


def _number(given: Quantity | None) -> float | None:
    return None if given is None else given.value


def _order(where: str, low: Quantity | None, high: Quantity | None) -> Iterator[Finding]:
    """The lower end of a window is not above its upper end."""
    bottom, top = _number(low), _number(high)
    if bottom is not None and top is not None and bottom > top:
        unit = low.unit if low else ""
        message = "The lower end lies above the upper one."
        yield error("window-upside-down", where, message, measured=bottom, allowed=top, unit=unit)


def of_material(material: Material, tables: Mapping[str, OcpTable]) -> Iterator[Finding]:
    """Findings about the numbers of one material."""
    place = f"materials/{material.id}"
    for kind in material.kinds:
        key = TABLE_OF_KIND.get(kind)
        if key and getattr(material, key) is None:
            message = f"A material of the kind {kind!r} needs the table [{key}]."
            yield error("kind-without-data", f"{place}: {key}", message)
    for number, contact in enumerate(material.contacts):
        if not (contact.material or contact.kind or contact.salt or contact.solvents):
            message = "The contact names no material, kind, salt or solvent."
            yield error("contact-with-nothing", f"{place}: contacts[{number}]", message)
    electrode, electrolyte, collector = material.electrode, material.electrolyte, material.collector
    if electrode:
        yield from _order(f"{place}: electrode.potential_low", electrode.potential_low, electrode.potential_high)
        yield from _capacity(f"{place}: electrode.maximum_concentration", material, electrode)
        yield from _window(f"{place}: electrode", material, electrode, tables.get(electrode.ocp))
    if electrolyte:
        yield from _order(f"{place}: electrolyte.window_low", electrolyte.window_low, electrolyte.window_high)
    if collector:
        yield from _order(f"{place}: collector.potential_low", collector.potential_low, collector.potential_high)


def _capacity(where: str, material: Material, electrode: Electrode) -> Iterator[Finding]:
    """Both ways to the charge per volume agree: c_max F = density x theoretical capacity."""
    sites, capacity = _number(electrode.maximum_concentration), _number(electrode.theoretical_capacity)
    density = _number(material.density)
    if sites is None or capacity is None or density is None:
        return
    by_sites, by_mass = sites * FARADAY, density * capacity
    if abs(by_sites - by_mass) > CAPACITY_TOLERANCE * by_mass:
        message = "Maximum concentration times F and density times theoretical capacity differ by more than 10 %."
        yield error("capacity-and-concentration", where, message, measured=by_sites, allowed=by_mass, unit="C/m3")


def _window(where: str, material: Material, electrode: Electrode, table: OcpTable | None) -> Iterator[Finding]:
    """Charged and discharged lie in order and inside the potential table."""
    charged, discharged = _number(electrode.stoichiometry_charged), _number(electrode.stoichiometry_discharged)
    if charged is None or discharged is None:
        return
    if "cathode" in material.kinds and not charged < discharged:
        message = "A cathode holds less lithium when charged."
        yield error("stoichiometry-order", where, message, measured=charged, allowed=discharged)
    if "anode" in material.kinds and not charged > discharged:
        message = "An anode holds more lithium when charged."
        yield error("stoichiometry-order", where, message, measured=charged, allowed=discharged)
    if table is None:
        return
    for key, value in (("stoichiometry_charged", charged), ("stoichiometry_discharged", discharged)):
        if not table.x_min <= value <= table.x_max:
            message = f"The table {table.name} covers {table.x_min:g} to {table.x_max:g}."
            bound = table.x_min if value < table.x_min else table.x_max
            yield error("stoichiometry-outside-table", f"{where}.{key}", message, measured=value, allowed=bound)
        else:
            potential = float(np.interp(value, table.stoichiometry, table.voltage))
            yield from _potential(f"{where}.{key}", potential, electrode)


def _potential(where: str, potential: float, electrode: Electrode) -> Iterator[Finding]:
    """The potential there lies in the working window, and never where lithium plates."""
    if potential < 0.0:
        message = "The potential there lies below that of lithium: lithium plates."
        yield error("plates-lithium", where, message, measured=potential, allowed=0.0, unit="V")
    low, high = _number(electrode.potential_low), _number(electrode.potential_high)
    for bound, beyond in ((low, (low or 0.0) - potential), (high, potential - (high or 0.0))):
        if bound is not None and beyond > WINDOW_TOLERANCE:
            message = "The potential there lies outside the working window of the electrode."
            yield error("potential-outside-window", where, message, measured=potential, allowed=bound, unit="V")


def of_table(table: OcpTable) -> Iterator[Finding]:
    """A potential falls with the lithium fraction (else the host would be unstable)."""
    steps = table.voltage[1:] - table.voltage[:-1]
    rise = float(steps.max())
    if rise > RISE_TOLERANCE:
        near = float(table.stoichiometry[1:][steps.argmax()])
        message = f"The potential rises with the lithium fraction near {near:g}."
        yield Finding("potential-rises", "warning", f"ocp/{table.name}", message, rise, RISE_TOLERANCE, "V")


def of_recipe(recipe: Recipe) -> Iterator[Finding]:
    """Findings about the numbers of one recipe."""
    place = f"recipes/{recipe.id}"
    if recipe.limits:
        yield from _order(f"{place}: limits.thickness_low", recipe.limits.thickness_low, recipe.limits.thickness_high)
    inside = recipe.microstructure
    if inside is None:
        return
    active, porosity = _number(inside.active_fraction), _number(inside.porosity)
    if active is not None and porosity is not None and active + porosity > 1.0 + 1e-9:
        message = "Active material and pores fill more than the volume."
        total = active + porosity
        yield error("fractions-above-one", f"{place}: microstructure", message, measured=total, allowed=1.0)
    if inside.dense and porosity:
        place = f"{place}: microstructure.porosity"
        yield error("dense-with-pores", place, "A dense film has no pores.", measured=porosity, allowed=0.0)


def of_device(device: Device) -> Iterator[Finding]:
    """A published figure carries a unit of its own kind."""
    for number, figure in enumerate(device.figures):
        place = f"devices/{device.id}: figures[{number}].value"
        try:
            units.parse(figure.value, DIMENSION_OF_FIGURE[figure.what], place)
        except BadInput as fault:
            yield error("figure-without-its-unit", place, str(fault))
