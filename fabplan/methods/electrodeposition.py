"""Electrodeposition: metal or oxide grows where a current flows."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _plating as plating
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Electrodeposition"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = (
    "Baths are toxic or corrosive: exhaust, gloves, goggles; nickel salts cause cancer and allergy.",
    "Molten hydroxide (260 degC): face shield, dry parts only.",
)
ACCEPTANCE = (accept.THICKNESS, accept.ADHESION, accept.MASS)
REWORK = "Too thin: activate and plate on. Burnt or loose: strip and repeat once."
UNEVEN = 3.0  # true over plan area above which the bath starves inside relief at usual currents (judgement)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of plating."""

    bath: str = text("bath and its composition")
    current_density: Quantity | None = quantity("current_density", "current per true area", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of what grows", low=0)
    electrons: Quantity | None = quantity("number", "electrons per formula unit", low=0)
    density: Quantity | None = quantity("density", "density of what grows", low=0)
    efficiency: Quantity | None = quantity("number", "current efficiency", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the deposit", low=0, high=0.99)
    bath_temperature: Quantity | None = quantity("temperature", "temperature of the bath", low=0)
    acidity: Quantity | None = quantity("number", "pH of the bath")
    activate_time: Quantity | None = assumed("time", "cleaning, activating, wetting", 1200.0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 900.0)
    bath_time: Quantity | None = assumed("time", "heating and checking the bath", 3600.0)


def growth_rate(settings: Settings) -> float | None:
    """Growth rate [m/s]: ``j M η/(n F ρ (1−ε))`` (Faraday's law with efficiency η and porosity ε)."""
    pores = settings.porosity.value if settings.porosity is not None else 0.0
    return plating.growth_rate(
        value(settings.current_density),
        value(settings.molar_mass),
        value(settings.electrons),
        value(settings.density),
        value(settings.efficiency),
        pores,
    )


def true_area(work: Work) -> float | None:
    """Area that grows [m²]; the current must be set for it, not for the plan area."""
    return product(work.area, work.enhancement)


def plating_time(settings: Settings, work: Work) -> float | None:
    """Plating time [s], thickness over growth rate."""
    return ratio(work.thickness, growth_rate(settings))


def limits(settings: Settings) -> dict[str, float]:
    """Seed or mould draw the outline."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Bath, activating, plating, rinsing [s]."""
    rest = (value(settings.bath_time), value(settings.activate_time), value(settings.rinse_time))
    return total(*rest, plating_time(settings, work))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Bath, current, time, charge."""
    law = (settings.current_density, settings.molar_mass, settings.electrons, settings.density, settings.efficiency)
    current = product(value(settings.current_density), true_area(work))
    charge = product(current, plating_time(settings, work))
    return (
        *noted(entered(settings, "bath_temperature"), settings.bath),
        *present(settings, "acidity"),
        *entered(settings, "current_density", "efficiency"),
        *present(settings, "porosity"),
        derived("Current", current, "current", "current density times true area", settings.current_density),
        derived("Growth rate", growth_rate(settings), "growth_rate", "Faraday's law", *law, settings.porosity),
        derived("Plating time", plating_time(settings, work), "time", "thickness over growth rate", *law,
                settings.porosity),
        derived("Charge to stop at", charge, "charge", "current times time", *law, settings.porosity),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Mass that grows."""
    pores = settings.porosity.value if settings.porosity is not None else 0.0
    solid = None if pores is None else 1.0 - pores
    mass = product(true_area(work), work.thickness, value(settings.density), solid)
    return (Use(settings.bath or "bath", mass, "kg", "deposit; keep the bath's metal above a few times this"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Relief in which the bath starves."""
    if work.enhancement <= UNEVEN:
        return ()
    message = f"True area {work.enhancement:.3g} times the plan area: the bath starves inside relief at direct current."
    change = "Use pulses (pulsed-electrodeposition) or a lower current density."
    where = "electrodeposition"
    return (Finding("plating-relief", "warning", where, message, work.enhancement, UNEVEN, "", change),)
