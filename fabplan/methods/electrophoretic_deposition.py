"""Electrophoretic deposition: a field carries charged particles to the electrode.

Symbols in formulas: c mass of particles per volume, μ mobility, E field, ε permittivity, ζ zeta potential,
η viscosity, f share that sticks.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Electrophoretic deposition"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = ("Up to hundreds of volts over a flammable liquid: interlocked cover, no spark, exhaust.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.MASS, accept.NO_CRACKS)
REWORK = "Wet deposit: rinse off and repeat. Dry: scrap."
PERMITTIVITY = 8.8541878128e-12  # F/m, CODATA 2018
DEPLETION = 0.2  # share of the suspended mass above which the rate falls notably (judgement)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an electrophoretic bath."""

    bath: str = text("particles, liquid and charging agent")
    voltage: Quantity | None = quantity("voltage", "voltage over the bath", low=0)
    electrode_gap: Quantity | None = quantity("length", "distance of the electrodes", low=0)
    loading: Quantity | None = quantity("density", "mass of particles per volume of bath", low=0)
    zeta: Quantity | None = quantity("voltage", "zeta potential of the particles (size of it)", low=0)
    relative_permittivity: Quantity | None = quantity("number", "permittivity of the liquid", low=1)
    viscosity: Quantity | None = quantity("viscosity", "viscosity of the liquid", low=0)
    sticking: Quantity | None = assumed("number", "share of the arriving particles that stays", 1.0, high=1.0)
    density: Quantity | None = quantity("density", "density of the particles", low=0)
    porosity: Quantity | None = quantity("number", "volume share of pores in the deposit", low=0, high=0.99)
    bath_volume: Quantity | None = quantity("volume", "volume of the bath", low=0)
    dry_temperature: Quantity | None = assumed("temperature", "temperature of drying", ROOM + 40.0)
    dry_time: Quantity | None = assumed("time", "drying", 7200.0)
    bath_time: Quantity | None = assumed("time", "dispersing and charging", 3600.0)
    clean_time: Quantity | None = assumed("time", "mounting, lifting slowly, cleaning", 1200.0)


def mobility(settings: Settings) -> float | None:
    """Speed per field [m²/(V s)], ``ε₀ ε_r ζ/η`` (Smoluchowski, particles larger than the double layer)."""
    upper = product(PERMITTIVITY, value(settings.relative_permittivity), value(settings.zeta))
    return ratio(upper, value(settings.viscosity))


def growth_rate(settings: Settings) -> float | None:
    """Growth rate [m/s]: ``c μ E f/(ρ (1−ε))`` (Hamaker's law, bath not yet depleted)."""
    pores = value(settings.porosity)
    field = ratio(value(settings.voltage), value(settings.electrode_gap))
    arriving = product(value(settings.loading), mobility(settings), field, value(settings.sticking))
    return ratio(arriving, product(value(settings.density), None if pores is None else 1.0 - pores))


def mass(settings: Settings, work: Work) -> float | None:
    """Mass of the deposit [kg]."""
    pores = value(settings.porosity)
    solid = None if pores is None else 1.0 - pores
    return product(work.area, work.enhancement, work.thickness, value(settings.density), solid)


def limits(settings: Settings) -> dict[str, float]:
    """The electrode below draws the outline."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of drying [K]."""
    return value(settings.dry_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Bath, mounting, depositing, drying [s]."""
    rest = (value(settings.bath_time), value(settings.clean_time), value(settings.dry_time))
    return total(*rest, ratio(work.thickness, growth_rate(settings)))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Voltage, gap, bath, time."""
    law = (settings.voltage, settings.electrode_gap, settings.loading, settings.zeta, settings.viscosity,
           settings.density, settings.porosity)  # fmt: skip
    field = ratio(value(settings.voltage), value(settings.electrode_gap))
    return (
        *noted(entered(settings, "voltage"), settings.bath),
        *entered(settings, "electrode_gap", "loading", "zeta"),
        *present(settings, "relative_permittivity", "viscosity", "porosity", "dry_temperature", "dry_time"),
        derived("Field", field, "electric_field", "voltage over gap", settings.voltage, settings.electrode_gap),
        derived("Growth rate", growth_rate(settings), "growth_rate", "Hamaker's law", *law),
        derived("Time with voltage", ratio(work.thickness, growth_rate(settings)), "time", "thickness over rate", *law,
                note="correct with a weighed witness"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Particles of the deposit."""
    return (Use(settings.bath or "particles", mass(settings, work), "kg", "deposit"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A bath that runs out of particles."""
    held, taken = product(value(settings.loading), value(settings.bath_volume)), mass(settings, work)
    share = ratio(taken, held)
    if share is None or not exceeds(share, DEPLETION):
        return ()
    message = f"The deposit takes {share:.0%} of the particles in the bath: growth slows down."
    change = "Use more bath or refresh it."
    return (Finding("epd-depletion", "warning", "electrophoretic-deposition", message, share, DEPLETION, "", change),)
