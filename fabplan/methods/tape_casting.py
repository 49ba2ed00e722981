"""Tape casting: a blade draws slurry to a sheet.

Symbols in formulas: α side flow, β solids by weight, h gap of the blade, ρ densities, P head, η viscosity,
U speed, L length of the blade's land.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Tape casting"
FAMILY = "wet"
PATTERN = "blanket"
VACUUM = False
HAZARDS = ("Solvent vapour (NMP is toxic for reproduction): fume hood, gloves.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.MASS, accept.NO_CRACKS)
REWORK = "Wet tape: scrape off and cast again. Dry tape: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of casting a tape."""

    slurry: str = text("slurry and its composition")
    blade_gap: Quantity | None = quantity("length", "gap of the blade, where it is given", low=0)
    slurry_density: Quantity | None = quantity("density", "density of the slurry", low=0)
    tape_density: Quantity | None = quantity("density", "density of the dry tape", low=0)
    side_flow: Quantity | None = quantity("number", "width of the blade over width of the tape", low=0, high=1)
    solids: Quantity | None = quantity("number", "mass share of solids in the slurry", low=0, high=1)
    head: Quantity | None = quantity("pressure", "pressure of the slurry before the blade", low=0)
    viscosity: Quantity | None = quantity("viscosity", "viscosity of the slurry at the blade", low=0)
    land: Quantity | None = quantity("length", "length of the blade's land", low=0)
    speed: Quantity | None = quantity("speed", "casting speed", low=0)
    width: Quantity | None = assumed("length", "width of the tape", 0.1)
    dry_temperature: Quantity | None = quantity("temperature", "temperature of drying", low=0)
    dry_time: Quantity | None = quantity("time", "time of drying", low=0)
    mix_time: Quantity | None = assumed("time", "mixing and degassing", 7200.0)
    setup_time: Quantity | None = assumed("time", "setting the blade, cleaning", 3600.0)
    thickness_low: Quantity | None = quantity("length", "thinnest closed tape", low=0)
    thickness_high: Quantity | None = quantity("length", "thickest tape that dries without cracks", low=0)


def dry_thickness(settings: Settings, gap: float) -> float | None:
    """Dry thickness under a blade of that gap [m] (Chou, Ko, Yan 1987, recalled).

    ``α β (ρ_slurry/ρ_tape) (h/2) (1 + h² P/(6 η U L))``; without a known head the last factor is one (drag only).
    """
    drag = product(
        value(settings.side_flow),
        value(settings.solids),
        ratio(value(settings.slurry_density), value(settings.tape_density)),
        gap / 2.0,
    )
    shear = product(6.0, value(settings.viscosity), value(settings.speed), value(settings.land))
    pushed = ratio(product(gap**2, value(settings.head)), shear)
    return product(drag, 1.0 + (pushed or 0.0))


def needed_gap(settings: Settings, thickness: float | None) -> float | None:
    """Gap of the blade for a dry thickness [m], by bisection of `dry_thickness`."""
    one = dry_thickness(settings, 1e-6)
    if thickness is None or not one:
        return None
    low, high = 0.0, 2.0 * thickness * 1e-6 / one  # drag alone needs half of this; the head only adds
    for _ in range(80):
        middle = 0.5 * (low + high)
        if (dry_thickness(settings, middle) or 0.0) < thickness:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def limits(settings: Settings) -> dict[str, float]:
    """Thinnest and thickest tape."""
    return known(thickness_low=value(settings.thickness_low), thickness_high=value(settings.thickness_high))


def temperature(settings: Settings) -> float | None:
    """Temperature of drying [K]."""
    return value(settings.dry_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Mixing, setting up, casting, drying [s]."""
    length = ratio(work.area, value(settings.width))
    cast = 0.0 if length is None else ratio(length, value(settings.speed))
    return total(value(settings.mix_time), value(settings.setup_time), cast, value(settings.dry_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Gap of the blade, speed, drying."""
    inputs = (settings.side_flow, settings.solids, settings.slurry_density, settings.tape_density)
    gap = value(settings.blade_gap) if settings.blade_gap else needed_gap(settings, work.thickness)
    return (
        *noted(entered(settings, "solids"), settings.slurry),
        *entered(settings, "slurry_density", "tape_density", "side_flow", "speed"),
        derived("Gap of the blade", gap, "length", "inverse of the blade law (Chou, Ko, Yan 1987)", *inputs,
                note="correct after the first tape"),
        *present(settings, "viscosity", "head", "land", "width"),
        *entered(settings, "dry_temperature", "dry_time"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Slurry of the tape."""
    mass = product(work.area, work.thickness, value(settings.tape_density))
    return (Use(settings.slurry or "slurry", ratio(mass, value(settings.solids)), "kg", "in the tape"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A given gap that makes another thickness than the design's."""
    given = value(settings.blade_gap)
    made = None if given is None else dry_thickness(settings, given)
    if made is None or not work.thickness or math.isclose(made, work.thickness, rel_tol=0.15):
        return ()
    message = f"A gap of {(given or 0.0) * 1e6:.3g} um makes {made * 1e6:.3g} um, wanted {work.thickness * 1e6:.3g} um."
    change = f"Set the gap to {(needed_gap(settings, work.thickness) or 0.0) * 1e6:.3g} um."
    return (Finding("tape-gap", "warning", "tape-casting", message, made, work.thickness, "m", change),)
