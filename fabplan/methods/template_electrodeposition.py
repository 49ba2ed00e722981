"""Template electrodeposition: metal fills the voids of a template that is then taken away; a scaffold stays.

Symbols in formulas: j current per plan area, f share of the template that is open, η efficiency.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _plating as plating
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Template electrodeposition"
FAMILY = "wet"
PATTERN = "mask"
VACUUM = False
HAZARDS = (
    "Baths are toxic or corrosive: exhaust, gloves, goggles; nickel salts cause cancer and allergy.",
    "Solvent or base that takes the template away: hood, gloves, no flame.",
)
ACCEPTANCE = (accept.THICKNESS, accept.MASS, accept.NO_CRACKS)
REWORK = "Too thin: plate on before the template is taken away. Collapsed scaffold: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of filling a template."""

    bath: str = text("bath and its composition")
    template: str = text("template and how it is taken away")
    current_density: Quantity | None = quantity("current_density", "current per plan area", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of what grows", low=0)
    electrons: Quantity | None = quantity("number", "electrons per formula unit", low=0)
    density: Quantity | None = quantity("density", "density of what grows", low=0)
    efficiency: Quantity | None = quantity("number", "current efficiency", low=0, high=1)
    open_share: Quantity | None = quantity("number", "volume share of the template that is open", low=0, high=1)
    template_thickness: Quantity | None = quantity("length", "thickness of the template", low=0)
    pore_opening: Quantity | None = quantity("length", "size of the template's voids", low=0)
    coat: Quantity | None = quantity("length", "active coat that follows on the scaffold", low=0)
    bath_temperature: Quantity | None = quantity("temperature", "temperature of the bath", low=0)
    wet_time: Quantity | None = assumed("time", "wetting the template in vacuum", 1800.0)
    dissolve_time: Quantity | None = assumed("time", "taking the template away", 14400.0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying (critical-point for tall scaffolds)", 3600.0)
    bath_time: Quantity | None = assumed("time", "heating and checking the bath", 3600.0)


def growth_rate(settings: Settings) -> float | None:
    """Rise of the filled level [m/s]: Faraday's law for the open share, ``j M η/(n F ρ f)``."""
    share = value(settings.open_share)
    return plating.growth_rate(
        value(settings.current_density),
        value(settings.molar_mass),
        value(settings.electrons),
        value(settings.density),
        value(settings.efficiency),
        None if share is None else 1.0 - share,
    )


def porosity(settings: Settings) -> float | None:
    """Porosity of the scaffold: where the template was."""
    share = value(settings.open_share)
    return None if share is None else 1.0 - share


def limits(settings: Settings) -> dict[str, float]:
    """The template sets the largest thickness."""
    return known(thickness_high=value(settings.template_thickness))


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def _plating_time(settings: Settings, work: Work) -> float | None:
    return ratio(work.thickness, growth_rate(settings))


def duration(settings: Settings, work: Work) -> float | None:
    """Bath, wetting, plating, taking the template away, drying [s]."""
    return total(
        value(settings.bath_time),
        value(settings.wet_time),
        _plating_time(settings, work),
        value(settings.dissolve_time),
        value(settings.rinse_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Bath, template, current, time, charge, scaffold."""
    law = (settings.current_density, settings.molar_mass, settings.electrons, settings.density, settings.efficiency,
           settings.open_share)  # fmt: skip
    current, time = product(value(settings.current_density), work.area), _plating_time(settings, work)
    return (
        *noted(entered(settings, "bath_temperature"), "; ".join(p for p in (settings.bath, settings.template) if p)),
        *entered(settings, "current_density", "efficiency", "open_share"),
        *present(settings, "template_thickness", "pore_opening", "wet_time", "dissolve_time"),
        derived("Current", current, "current", "current density times plan area", settings.current_density),
        derived("Growth rate", growth_rate(settings), "growth_rate", "Faraday's law in the open share", *law),
        derived("Plating time", time, "time", "thickness over growth rate", *law),
        derived("Charge to stop at", product(current, time), "charge", "current times time", *law),
        derived("Porosity of the scaffold", porosity(settings), "number", "where the template was",
                settings.open_share),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Mass that grows."""
    mass = product(work.area, work.thickness, value(settings.density), value(settings.open_share))
    return (Use(settings.bath or "bath", mass, "kg", "scaffold"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Metal that grows out of the template, a coat that closes the voids."""
    found, where = [], "template-electrodeposition"
    high = value(settings.template_thickness)
    if work.thickness is not None and high is not None and exceeds(work.thickness, high):
        message = f"{work.thickness * 1e6:.3g} um grow out of a template of {high * 1e6:.3g} um as a closed film."
        change = "Use a thicker template or stop at its top."
        found.append(Finding("template-overgrown", "error", where, message, work.thickness, high, "m", change))
    opening, coat = value(settings.pore_opening), value(settings.coat)
    if opening is not None and coat is not None and exceeds(2.0 * coat, opening):
        message = f"A coat of {coat * 1e9:.3g} nm closes voids of {opening * 1e9:.3g} nm to the electrolyte."
        change = "Use a thinner coat or wider voids."
        found.append(Finding("template-closed", "error", where, message, 2.0 * coat, opening, "m", change))
    return tuple(found)
