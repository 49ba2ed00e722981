"""Electropolymerisation: a polymer grows where a current flows, also inside pores.

Symbols in formulas: q charge per true area, M molar mass per repeat unit, n electrons per unit, ρ density.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _plating as plating
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Electropolymerisation"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = ("Monomers are toxic and sensitise: hood, gloves.", "Perchlorates must never dry out with organics.")
ACCEPTANCE = (accept.ISOLATION, accept.NO_CRACKS)
REWORK = "Holes in the film: grow on. Loose film: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of growing a polymer."""

    bath: str = text("monomer, salt and solvent")
    current_density: Quantity | None = quantity("current_density", "mean current per true area", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of a repeat unit", low=0)
    electrons: Quantity | None = quantity("number", "electrons per repeat unit", low=0)
    density: Quantity | None = quantity("density", "density of the polymer", low=0)
    efficiency: Quantity | None = quantity("number", "share of the charge that becomes polymer", low=0, high=1)
    potential: Quantity | None = quantity("voltage", "end potential, against the bath's reference")
    scan_rate: Quantity | None = quantity("number", "scan rate [V/s], where the potential is cycled", low=0)
    self_limit: Quantity | None = quantity("length", "thickness at which an insulating film stops growing", low=0)
    bath_temperature: Quantity | None = assumed("temperature", "temperature of the bath", ROOM, "medium")
    wet_time: Quantity | None = assumed("time", "wetting the pores", 1800.0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 7200.0)
    bath_time: Quantity | None = assumed("time", "mixing and purging the bath", 3600.0)


def growth_rate(settings: Settings) -> float | None:
    """Growth rate [m/s], Faraday's law per repeat unit."""
    return plating.growth_rate(
        value(settings.current_density),
        value(settings.molar_mass),
        value(settings.electrons),
        value(settings.density),
        value(settings.efficiency),
        0.0,
    )


def charge(settings: Settings, work: Work) -> float | None:
    """Charge for the thickness on the true area [C], ``d A n F ρ/(M η)``."""
    upper = product(work.thickness, work.area, work.enhancement, value(settings.electrons), plating.FARADAY)
    lower = product(value(settings.molar_mass), value(settings.efficiency))
    return ratio(product(upper, value(settings.density)), lower)


def limits(settings: Settings) -> dict[str, float]:
    """An insulating film stops by itself."""
    stop = value(settings.self_limit)
    return {} if not stop else {"thickness_high": stop}


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Bath, wetting, growing, rinsing [s]."""
    rest = (value(settings.bath_time), value(settings.wet_time), value(settings.rinse_time))
    return total(*rest, ratio(work.thickness, growth_rate(settings)))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Bath, current, charge."""
    law = (settings.molar_mass, settings.electrons, settings.density, settings.efficiency)
    time = ratio(work.thickness, growth_rate(settings))
    current = product(value(settings.current_density), work.area, work.enhancement)
    return (
        *noted(entered(settings, "current_density"), settings.bath),
        *entered(settings, "potential"),
        *present(settings, "scan_rate", "bath_temperature", "wet_time", "self_limit"),
        derived("Current", current, "current", "current density times true area", settings.current_density),
        derived("Charge to stop at", charge(settings, work), "charge", "Faraday's law per repeat unit", *law),
        derived("Growing time", time, "time", "thickness over growth rate", settings.current_density, *law),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Monomer in the film."""
    mass = product(work.area, work.enhancement, work.thickness, value(settings.density))
    return (Use(settings.bath or "monomer", mass, "kg", "in the film; the bath holds many times this"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """More than an insulating film can grow."""
    stop = value(settings.self_limit)
    if work.thickness is None or stop is None or work.thickness <= stop:
        return ()
    message = f"An insulating film stops near {stop * 1e9:.3g} nm, wanted {work.thickness * 1e9:.3g} nm."
    change = "Use a bath whose film conducts ions, or another electrolyte process."
    where = "electropolymerisation"
    return (Finding("polymer-stops", "error", where, message, work.thickness, stop, "m", change),)
