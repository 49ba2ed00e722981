"""Flexographic printing: a relief plate, inked by an engraved roll, stamps the pattern.

Symbols in formulas: V cell volume of the roll, k transfers, φ solids, ε porosity.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _passes as shared
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Flexographic printing"
FAMILY = "printing"
PATTERN = "screen"
VACUUM = False
HAZARDS = ("Turning rolls: guard closed, no loose sleeves.", "Solvent vapour: exhaust, gloves.")
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH, accept.OVERLAY, accept.MASS)
REWORK = "Wet ink: wipe off and print again. After drying: scrap the part."
BCM_PER_SQUARE_INCH = 1e-9 / 0.0254**2  # m³/m²: a billion cubic microns on a square inch, 1.55 cm³/m²
CELLS = 3.0  # a cell opening must be at least this many particles wide (as for screens)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a flexographic print."""

    ink: str = text("ink and its composition")
    cell_volume: Quantity | None = quantity("areal_volume", "ink in the cells of the roll per area", low=0)
    cell_opening: Quantity | None = quantity("length", "opening of a cell of the roll", low=0)
    to_plate: Quantity | None = assumed("number", "share of the cells' ink on the plate", 0.5, high=1.0,
                                        source="trade article on flexographic transfer")  # fmt: skip
    to_part: Quantity | None = assumed("number", "share of the plate's ink on the part", 0.5, high=1.0,
                                       source="trade article on flexographic transfer")  # fmt: skip
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the ink", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the dry layer", low=0, high=0.99)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the edge", low=0)
    speed: Quantity | None = assumed("speed", "speed of the web", 0.1)
    repeat: Quantity | None = assumed("length", "length of a print", 0.15)
    passes_high: Quantity | None = quantity("number", "most passes", low=1)
    dry_temperature: Quantity | None = quantity("temperature", "temperature between passes", low=0)
    dry_time: Quantity | None = assumed("time", "drying after each pass", 120.0)
    setup_time: Quantity | None = assumed("time", "mounting plate and roll, register, cleaning", 5400.0)


def wet_thickness(settings: Settings) -> float | None:
    """Wet thickness of a pass [m], ``V k₁ k₂``: 2 bcm/in² with two halves make 0.775 um."""
    return product(value(settings.cell_volume), value(settings.to_plate), value(settings.to_part))


def dry_thickness(settings: Settings) -> float | None:
    """Dry thickness of a pass [m], ``wet · φ/(1−ε)`` (conservation of solids)."""
    return shared.dry_thickness(wet_thickness(settings), settings.ink_solids, settings.porosity)


def passes(settings: Settings, work: Work) -> int | None:
    """Passes for the thickness."""
    return shared.passes(dry_thickness(settings), work)


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and edge of the process, thickness of a pass."""
    step = dry_thickness(settings)
    return shared.limits(step, settings.line, settings.gap, settings.edge, settings.passes_high)


def temperature(settings: Settings) -> float | None:
    """Temperature of the drying between passes [K]."""
    return value(settings.dry_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Set up, then each pass with its drying [s]."""
    number = passes(settings, work)
    one = total(ratio(value(settings.repeat), value(settings.speed)), value(settings.dry_time))
    return total(value(settings.setup_time), product(None if number is None else float(number), one))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Roll, transfers, speed, passes."""
    wet = (settings.cell_volume, settings.to_plate, settings.to_part)
    ink = (*wet, settings.ink_solids, settings.porosity)
    number = passes(settings, work)
    return (
        *noted(entered(settings, "cell_volume"), settings.ink),
        *entered(settings, "to_plate", "to_part", "ink_solids", "porosity", "speed"),
        *present(settings, "cell_opening", "dry_temperature", "dry_time"),
        derived("Wet thickness of a pass", wet_thickness(settings), "length", "cell volume times both transfers", *wet),
        derived("Dry thickness of a pass", dry_thickness(settings), "length", "solids over 1 - porosity", *ink),
        derived("Passes", None if number is None else float(number), "number", "thickness over that of a pass", *ink,
                note="correct after the first print"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ink on the part."""
    number = passes(settings, work)
    wet = product(wet_thickness(settings), work.area, None if number is None else float(number))
    return (Use(settings.ink or "ink", wet, "m3", "on the part; the chamber holds some 200 mL beside it"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Particles too large for the cells, too many passes."""
    found, where = [], "flexographic-printing"
    opening, particle = value(settings.cell_opening), value(settings.particle_size)
    if opening is not None and particle is not None and opening < CELLS * particle:
        message = f"Cells of {opening * 1e6:.3g} um are less than three particles of {particle * 1e6:.3g} um wide."
        change = "Use a coarser roll or mill the ink."
        found.append(Finding("flexo-cells", "warning", where, message, opening, CELLS * particle, "m", change))
    number, most = passes(settings, work), value(settings.passes_high)
    if number is not None and most is not None and number > most:
        message = f"{number} passes; more than {most:.0f} lose the register."
        change = "Use a roll with more volume, an ink with more solids, or a thinner layer."
        found.append(Finding("flexo-passes", "error", where, message, float(number), most, "", change))
    return tuple(found)
