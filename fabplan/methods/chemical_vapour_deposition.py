"""Chemical vapour deposition: a gas reacts on the hot part, or a vapour polymerises on the cold one (parylene).

Symbols in formulas: E activation energy, k Boltzmann constant, T temperature, a aspect ratio, β sticking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _vapour as vapour
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Chemical vapour deposition"
FAMILY = "vapour"
PATTERN = "conformal"
VACUUM = True
HAZARDS = (
    "Flammable or toxic gas: leak check, detectors and exhaust on before the valve opens; purge before opening.",
    "Hot tube: let it cool below 50 degC.",
)
ACCEPTANCE = (accept.THICKNESS, accept.UNIFORMITY, accept.NO_CRACKS)
REWORK = "Too thin: run again. Peeling: scrap the part."
CONFORMAL = 0.8  # film at the bottom over film on top, below which relief counts as unevenly coated (judgement)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a run."""

    precursor: str = text("what reacts or polymerises")
    gas: str = text("carrier gas and its flow")
    pressure: Quantity | None = quantity("pressure", "pressure during growth", low=0)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    source_temperature: Quantity | None = quantity("temperature", "temperature of the vaporiser", low=0)
    cracking_temperature: Quantity | None = quantity("temperature", "temperature of the cracking furnace", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth rate", low=0)
    rate_temperature: Quantity | None = quantity("temperature", "temperature at which the rate was measured", low=0)
    activation_energy: Quantity | None = quantity("activation_energy", "activation energy of the rate", low=0)
    sticking: Quantity | None = quantity("number", "sticking probability of what grows", low=0, high=1)
    film_density: Quantity | None = quantity("density", "density of the film", low=0)
    chamber_area: Quantity | None = assumed("area", "area of the chamber that is coated as well", 0.1)
    utilisation: Quantity | None = assumed("number", "share of the precursor that becomes film", 0.1, high=1.0)
    load_time: Quantity | None = assumed("time", "loading and masking the part", 900.0)
    pump_time: Quantity | None = assumed("time", "pumping and leak check", 1800.0)
    vent_time: Quantity | None = assumed("time", "purging, venting, unloading", 900.0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate of the part", 1 / 6.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 1 / 12.0)


def growth_rate(settings: Settings) -> float | None:
    """Growth rate at the part's temperature [m/s]: ``R₀ exp(−E/k (1/T − 1/T₀))`` (Arrhenius, surface-limited).

    The given rate where no activation energy or no reference temperature is known.
    """
    rate, energy = value(settings.rate), value(settings.activation_energy)
    here, there = value(settings.substrate_temperature), value(settings.rate_temperature)
    if rate is None or energy is None or not here or not there:
        return rate
    return rate * math.exp(-energy / vapour.BOLTZMANN * (1.0 / here - 1.0 / there))


def bottom_share(settings: Settings, aspect_ratio: float) -> float | None:
    """Film at the bottom over film on top, ``1/cosh(a √(3β))`` (steady diffusion, first-order loss to walls)."""
    sticking = value(settings.sticking)
    if sticking is None:
        return None
    depth = min(aspect_ratio * math.sqrt(3.0 * sticking), 700.0)  # cosh overflows beyond
    return 1.0 / math.cosh(depth)


def limits(settings: Settings) -> dict[str, float]:
    """The film follows what is there."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the part [K]; vaporiser and cracker are apart from it."""
    return value(settings.substrate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]."""
    return total(
        value(settings.load_time),
        value(settings.pump_time),
        vapour.ramp_time(settings.substrate_temperature, settings.heating_rate, settings.cooling_rate),
        ratio(work.thickness, growth_rate(settings)),
        value(settings.vent_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Gas, temperatures, time, precursor to weigh in."""
    inputs = (settings.rate, settings.activation_energy, settings.rate_temperature, settings.substrate_temperature)
    growing = ratio(work.thickness, growth_rate(settings))
    weighed = (settings.film_density, settings.utilisation, settings.chamber_area)
    return (
        *noted(entered(settings, "pressure"), "; ".join(p for p in (settings.precursor, settings.gas) if p)),
        *entered(settings, "substrate_temperature"),
        *present(settings, "source_temperature", "cracking_temperature"),
        *entered(settings, "rate"),
        derived("Growth time", growing, "time", "thickness over rate at the part's temperature", *inputs),
        derived("Precursor to weigh in", precursor_mass(settings, work), "mass", "film on part and chamber", *weighed),
    )


def precursor_mass(settings: Settings, work: Work) -> float | None:
    """Precursor that film on part and chamber takes [kg], ``d (A + A_chamber) ρ/u``."""
    area = total(product(work.area, work.enhancement), value(settings.chamber_area))
    return ratio(product(work.thickness, area, value(settings.film_density)), value(settings.utilisation))


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Precursor for film on part and chamber."""
    return (Use(settings.precursor or "precursor", precursor_mass(settings, work), "kg", "part and chamber"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Relief that is coated unevenly."""
    share = None if work.aspect_ratio is None else bottom_share(settings, work.aspect_ratio)
    if share is None or share >= CONFORMAL:
        return ()
    message = f"Relief of aspect ratio {work.aspect_ratio:.3g} gets {share:.0%} of the film at its bottom."
    change = "Lower temperature or pressure so that less sticks, or use atomic-layer-deposition."
    where = "chemical-vapour-deposition"
    return (Finding("cvd-conformality", "warning", where, message, share, CONFORMAL, "", change),)
