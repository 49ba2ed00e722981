"""Anodisation: metal turns to oxide with upright pores; the voltage sets their pitch.

Symbols in formulas: U voltage, D pitch of the pores, d their diameter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import Acceptance, SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Anodisation"
FAMILY = "wet"
PATTERN = "blanket"
VACUUM = False
HAZARDS = (
    "Acid bath with heat and hydrogen: cooling on, exhaust on, face shield.",
    "Fluoride baths (TiO2 tubes): calcium gluconate at hand, trained people only.",
)
PORES = Acceptance("pores", "pitch and diameter ±10 %", "electron microscope, witness", "general practice", "low")
ACCEPTANCE = (PORES, accept.THICKNESS)
REWORK = "Too short: anodise on. Burnt: strip the oxide and repeat once."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of anodising."""

    bath: str = text("bath and metal")
    voltage: Quantity | None = quantity("voltage", "voltage", low=0)
    pitch_per_volt: Quantity | None = quantity("number", "pitch of the pores per voltage [nm/V]", low=0)
    barrier_per_volt: Quantity | None = quantity("number", "barrier below the pores per voltage [nm/V]", low=0)
    pore_diameter: Quantity | None = quantity("length", "diameter of the pores as grown", low=0)
    widening: Quantity | None = quantity("length", "how far the diameter is etched wider afterwards", low=0)
    widening_rate: Quantity | None = quantity("growth_rate", "growth of the diameter in the widening etch", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth of the oxide", low=0)
    expansion: Quantity | None = assumed("number", "oxide thickness over metal consumed", 1.4,
                                         source="porous alumina, recalled")  # fmt: skip
    metal_thickness: Quantity | None = quantity("length", "thickness of the metal", low=0)
    bath_temperature: Quantity | None = quantity("temperature", "temperature of the bath", low=0)
    polish_time: Quantity | None = assumed("time", "degreasing, polishing", 1800.0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 1800.0)
    bath_time: Quantity | None = assumed("time", "cooling the bath, mounting", 3600.0)


def pitch(settings: Settings) -> float | None:
    """Pitch of the pores [m], proportional to the voltage (2.5 nm/V on aluminium, O'Sullivan and Wood 1970)."""
    per_volt = value(settings.pitch_per_volt)
    return product(value(settings.voltage), None if per_volt is None else per_volt * 1e-9)


def barrier(settings: Settings) -> float | None:
    """Closed oxide below the pores [m], proportional to the voltage."""
    per_volt = value(settings.barrier_per_volt)
    return product(value(settings.voltage), None if per_volt is None else per_volt * 1e-9)


def diameter(settings: Settings) -> float | None:
    """Diameter of the pores after widening [m]."""
    wider = 0.0 if settings.widening is None else settings.widening.value
    return total(value(settings.pore_diameter), wider)


def porosity(settings: Settings) -> float | None:
    """Open share of a hexagonal lattice, ``π/(2√3) (d/D)²``."""
    share = ratio(diameter(settings), pitch(settings))
    return None if share is None else math.pi / (2.0 * math.sqrt(3.0)) * share**2


def limits(settings: Settings) -> dict[str, float]:
    """The metal sets the thickest oxide."""
    return known(thickness_high=product(value(settings.metal_thickness), value(settings.expansion)))


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def _widening_time(settings: Settings) -> float | None:
    return 0.0 if settings.widening is None else ratio(settings.widening.value, value(settings.widening_rate))


def duration(settings: Settings, work: Work) -> float | None:
    """Polishing, bath, growing, widening, rinsing [s]."""
    rest = (value(settings.polish_time), value(settings.bath_time), value(settings.rinse_time))
    return total(*rest, ratio(work.thickness, value(settings.rate)), _widening_time(settings))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Voltage, bath, time, pores to expect."""
    eaten = ratio(work.thickness, value(settings.expansion))
    return (
        *noted(entered(settings, "voltage"), settings.bath),
        *entered(settings, "bath_temperature", "rate", "pore_diameter"),
        *present(settings, "pitch_per_volt", "barrier_per_volt", "widening", "metal_thickness", "polish_time"),
        derived("Pitch of the pores", pitch(settings), "length", "proportional to voltage", settings.voltage,
                settings.pitch_per_volt),
        derived("Diameter of the pores", diameter(settings), "length", "as grown and widened", settings.pore_diameter,
                settings.widening),
        derived("Open share", porosity(settings), "number", "hexagonal lattice", settings.pore_diameter,
                settings.voltage, settings.pitch_per_volt),
        derived("Barrier below the pores", barrier(settings), "length", "proportional to voltage", settings.voltage,
                settings.barrier_per_volt, note="must be opened where current is to pass"),
        derived("Metal consumed", eaten, "length", "oxide over expansion", settings.expansion),
        derived("Anodising time", ratio(work.thickness, value(settings.rate)), "time", "thickness over rate",
                settings.rate),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Metal that becomes oxide."""
    eaten = ratio(product(work.area, work.thickness), value(settings.expansion))
    return (Use("metal", eaten, "m3", "becomes oxide"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Pores that run into each other, metal that is used up."""
    found, where = [], "anodisation"
    wide, apart = diameter(settings), pitch(settings)
    if wide is not None and apart is not None and wide >= apart:
        message = f"Pores of {wide * 1e9:.3g} nm at a pitch of {apart * 1e9:.3g} nm merge."
        change = "Widen less or use a higher voltage."
        found.append(Finding("anodise-merge", "error", where, message, wide, apart, "m", change))
    eaten, metal = ratio(work.thickness, value(settings.expansion)), value(settings.metal_thickness)
    if eaten is not None and metal is not None and eaten > metal:
        message = f"The oxide takes {eaten * 1e6:.3g} um of metal, there are {metal * 1e6:.3g} um."
        change = "Start from thicker metal or make the oxide shorter."
        found.append(Finding("anodise-metal", "error", where, message, eaten, metal, "m", change))
    return tuple(found)
