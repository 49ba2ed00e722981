"""Pulsed electrodeposition: current in pulses, so that the bath recovers inside relief.

Symbols in formulas: j current density, t times of pulse and pause, D diffusivity, c concentration.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _plating as plating
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Pulsed electrodeposition"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = (
    "Baths are toxic or corrosive: exhaust, gloves, goggles; nickel salts cause cancer and allergy.",
    "Molten hydroxide (260 degC): face shield, dry parts only.",
)
ACCEPTANCE = (accept.THICKNESS, accept.ADHESION, accept.MASS)
REWORK = "Too thin: activate and plate on. Burnt or loose: strip and repeat once."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of plating with pulses."""

    bath: str = text("bath and its composition")
    peak_current: Quantity | None = quantity("current_density", "current per true area in a pulse", low=0)
    on_time: Quantity | None = quantity("time", "time of a pulse", low=0)
    off_time: Quantity | None = quantity("time", "pause after it", low=0)
    reverse_current: Quantity | None = quantity("current_density", "current of a reverse pulse", low=0)
    reverse_time: Quantity | None = quantity("time", "time of a reverse pulse", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of what grows", low=0)
    electrons: Quantity | None = quantity("number", "electrons per formula unit", low=0)
    density: Quantity | None = quantity("density", "density of what grows", low=0)
    efficiency: Quantity | None = quantity("number", "current efficiency", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the deposit", low=0, high=0.99)
    diffusivity: Quantity | None = quantity("diffusivity", "diffusivity of the ion in the bath", low=0)
    concentration: Quantity | None = quantity("concentration", "concentration of the ion", low=0)
    bath_temperature: Quantity | None = quantity("temperature", "temperature of the bath", low=0)
    activate_time: Quantity | None = assumed("time", "cleaning, activating, wetting", 1200.0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 900.0)
    bath_time: Quantity | None = assumed("time", "heating and checking the bath", 3600.0)


def _absent(given: Quantity | None) -> float | None:
    """Value of a quantity that counts as zero when the recipe leaves it out."""
    return 0.0 if given is None else given.value


def mean_current(settings: Settings) -> float | None:
    """Mean current density of the pulse train [A/m²]; None when a part of it is unknown."""
    peak, on, off = value(settings.peak_current), value(settings.on_time), value(settings.off_time)
    reverse, back = _absent(settings.reverse_current), _absent(settings.reverse_time)
    if peak is None or not on or off is None or reverse is None or back is None:
        return None
    return plating.mean_current(peak, on, off, reverse, back)


def growth_rate(settings: Settings) -> float | None:
    """Growth rate [m/s], Faraday's law with the mean current."""
    return plating.growth_rate(
        mean_current(settings),
        value(settings.molar_mass),
        value(settings.electrons),
        value(settings.density),
        value(settings.efficiency),
        _absent(settings.porosity),
    )


def limiting_current(settings: Settings) -> float | None:
    """Peak current density at which the surface runs empty within a pulse [A/m²] (Ibl's pulse diffusion layer)."""
    on, off, spread = value(settings.on_time), value(settings.off_time), value(settings.diffusivity)
    ions, electrons = value(settings.concentration), value(settings.electrons)
    if not on or not off or not spread or ions is None or electrons is None:
        return None
    layer = plating.pulse_layer(spread, on, on / (on + off))
    return plating.limiting_current(electrons, spread, ions, layer)


def limits(settings: Settings) -> dict[str, float]:
    """Seed or mould draw the outline."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def _plating_time(settings: Settings, work: Work) -> float | None:
    rate = growth_rate(settings)
    return ratio(work.thickness, rate) if rate is None or rate > 0.0 else None


def duration(settings: Settings, work: Work) -> float | None:
    """Bath, activating, plating, rinsing [s]."""
    rest = (value(settings.bath_time), value(settings.activate_time), value(settings.rinse_time))
    return total(*rest, _plating_time(settings, work))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Bath, pulses, peak and mean current, time, pulses to count."""
    train = (settings.peak_current, settings.on_time, settings.off_time)
    law = (*train, settings.molar_mass, settings.electrons, settings.density, settings.efficiency)
    area, time = product(work.area, work.enhancement), _plating_time(settings, work)
    number = ratio(time, total(value(settings.on_time), value(settings.off_time), _absent(settings.reverse_time)))
    return (
        *noted(entered(settings, "bath_temperature"), settings.bath),
        *entered(settings, "peak_current", "on_time", "off_time", "efficiency"),
        *present(settings, "reverse_current", "reverse_time", "porosity"),
        derived("Peak current", product(value(settings.peak_current), area), "current", "times true area", *train[:1]),
        derived("Mean current density", mean_current(settings), "current_density", "mean of the pulses", *train),
        derived("Growth rate", growth_rate(settings), "growth_rate", "Faraday's law", *law),
        derived("Plating time", time, "time", "thickness over growth rate", *law),
        derived("Pulses", number, "number", "time over period", *law),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Mass that grows."""
    pores = _absent(settings.porosity)
    solid = None if pores is None else 1.0 - pores
    mass = product(work.area, work.enhancement, work.thickness, value(settings.density), solid)
    return (Use(settings.bath or "bath", mass, "kg", "deposit; keep the bath's metal above a few times this"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A pulse that empties the bath at the surface, a train that dissolves more than it plates."""
    found, where = [], "pulsed-electrodeposition"
    peak, most, mean = value(settings.peak_current), limiting_current(settings), mean_current(settings)
    if peak is not None and most is not None and exceeds(peak, most):
        message = f"Pulses of {peak / 10:.3g} mA/cm2 run the surface empty; the limit is {most / 10:.3g} mA/cm2."
        change = "Shorten the pulse, lower the peak or raise the concentration."
        found.append(Finding("pulse-limit", "warning", where, message, peak, most, "A/m2", change))
    if mean is not None and mean <= 0.0:
        message = "The reverse pulses dissolve at least what the pulses plate."
        change = "Shorten or weaken the reverse pulse."
        found.append(Finding("pulse-reverse", "error", where, message, mean, 1e-9, "A/m2", change))
    return tuple(found)
