"""Stencil printing: paste is wiped through openings of a foil; the foil sets the thickness.

Symbols in formulas: W, L width and length of an opening, t foil, k release, φ solids, ε porosity.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _passes as shared
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Stencil printing"
FAMILY = "printing"
PATTERN = "screen"
VACUUM = False
HAZARDS = ("Solvent vapour (NMP is toxic for reproduction): fume hood, gloves.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH, accept.OVERLAY, accept.MASS)
REWORK = "Wet paste: wipe off, clean and print again. After drying: scrap the part."
AREA_RATIO = 0.66  # opening over its walls, below which paste stays in the stencil (trade rule, recalled)
PARTICLES = 5.0  # an opening must be at least this many particles wide (trade rule for pastes, recalled)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a stencil print."""

    paste: str = text("paste and its composition")
    foil: Quantity | None = quantity("length", "thickness of the foil", low=0)
    release: Quantity | None = quantity("number", "share of the paste in an opening that is released", low=0, high=1)
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the paste", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the dry layer", low=0, high=0.99)
    opening_width: Quantity | None = quantity("length", "width of the smallest opening", low=0)
    opening_length: Quantity | None = quantity("length", "its length", low=0)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space (the foil must stand between openings)", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the edge", low=0)
    blade_speed: Quantity | None = assumed("speed", "speed of the blade", 0.02)
    stroke: Quantity | None = assumed("length", "length of the stroke", 0.1)
    pass_time: Quantity | None = assumed("time", "aligning and lifting", 180.0)
    setup_time: Quantity | None = assumed("time", "mounting the stencil, trial prints, cleaning", 3600.0)


def dry_thickness(settings: Settings) -> float | None:
    """Dry thickness of a print [m]: ``t k φ/(1−ε)`` (conservation of solids)."""
    wet = product(value(settings.foil), value(settings.release))
    return shared.dry_thickness(wet, settings.ink_solids, settings.porosity)


def needed_foil(settings: Settings, wanted: float | None) -> float | None:
    """Foil for a dry thickness [m]."""
    pores = value(settings.porosity)
    upper = product(wanted, None if pores is None else 1.0 - pores)
    return ratio(upper, product(value(settings.release), value(settings.ink_solids)))


def area_ratio(settings: Settings) -> float | None:
    """Open area over wall area of the smallest opening, ``W L/(2 t (W+L))``."""
    wide, long = value(settings.opening_width), value(settings.opening_length)
    return ratio(product(wide, long), product(2.0, value(settings.foil), total(wide, long)))


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and edge of the foil; one print makes one thickness."""
    made = dry_thickness(settings)
    return known(
        line=value(settings.line),
        gap=value(settings.gap),
        edge=value(settings.edge),
        thickness_low=made,
        thickness_high=made,
    )


def temperature(settings: Settings) -> float | None:
    """Printing heats nothing [K]; None."""
    return None


def duration(settings: Settings, work: Work) -> float | None:
    """Set up, align, one stroke [s]."""
    stroke = ratio(value(settings.stroke), value(settings.blade_speed))
    return total(value(settings.setup_time), value(settings.pass_time), stroke)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Foil, blade, thickness to expect."""
    inputs = (settings.release, settings.ink_solids, settings.porosity)
    return (
        *noted(entered(settings, "foil"), settings.paste),
        *entered(settings, "release", "ink_solids", "porosity"),
        *present(settings, "blade_speed", "opening_width", "opening_length"),
        derived("Area ratio of the smallest opening", area_ratio(settings), "number", "opening over its walls",
                settings.opening_width, settings.opening_length, settings.foil),
        derived("Dry thickness of a print", dry_thickness(settings), "length", "solids over 1 - porosity",
                settings.foil, *inputs),
        derived("Foil for the design's thickness", needed_foil(settings, work.thickness), "length",
                "conservation of solids", *inputs),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Paste on the part."""
    wet = product(needed_foil(settings, work.thickness), value(settings.release), work.area)
    return (Use(settings.paste or "paste", wet, "m3", "on the part; the blade pushes some 20 mL"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Openings that keep their paste, particles that bridge them, a foil of another thickness."""
    found, where = [], "stencil-printing"
    share, width, particle = area_ratio(settings), value(settings.opening_width), value(settings.particle_size)
    if share is not None and share < AREA_RATIO:
        message = f"Area ratio {share:.2g} of the smallest opening; paste stays in the stencil below {AREA_RATIO}."
        change = "Use a thinner foil or a wider opening."
        found.append(Finding("stencil-release", "warning", where, message, share, AREA_RATIO, "", change))
    if width is not None and particle is not None and exceeds(PARTICLES * particle, width):
        message = f"Openings of {width * 1e6:.3g} um are less than five particles of {particle * 1e6:.3g} um wide."
        change = "Widen the openings or mill the paste."
        found.append(Finding("stencil-particles", "warning", where, message, width, PARTICLES * particle, "m", change))
    made = dry_thickness(settings)
    if made is not None and work.thickness and abs(made - work.thickness) > 0.15 * work.thickness:
        message = f"The foil makes {made * 1e6:.3g} um, wanted {work.thickness * 1e6:.3g} um."
        change = f"Order a foil of {(needed_foil(settings, work.thickness) or 0.0) * 1e6:.3g} um."
        found.append(Finding("stencil-foil", "warning", where, message, made, work.thickness, "m", change))
    return tuple(found)
