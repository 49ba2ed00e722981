"""Laser scribing: pulses take a film away along lines.

Symbols in formulas: D diameter of a spot, w₀ beam radius, F₀ peak fluence, F_t threshold, δ penetration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Sweep, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Laser scribing"
FAMILY = "lithography"
PATTERN = "raster"
VACUUM = False
HAZARDS = (
    "Laser of class 4: enclosed beam, goggles for the wavelength.",
    "Dust and fumes of cobalt, nickel and lithium compounds: suction with a fine filter.",
)
ACCEPTANCE = (accept.LINE_WIDTH, accept.ISOLATION)
REWORK = "Not through: scribe again on the same path. Substrate cut: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a laser."""

    laser: str = text("laser and its gas")
    wavelength: Quantity | None = quantity("length", "wavelength", low=0)
    beam_radius: Quantity | None = quantity("length", "radius of the focus (1/e2)", low=0)
    fluence: Quantity | None = quantity("areal_dose", "peak fluence of a pulse", low=0)
    threshold: Quantity | None = quantity("areal_dose", "fluence at which the film is just ablated", low=0)
    substrate_threshold: Quantity | None = quantity("areal_dose", "same for what lies below", low=0)
    penetration: Quantity | None = quantity("length", "effective penetration of a pulse", low=0)
    heat_zone: Quantity | None = quantity("length", "width of the changed rim on each side", low=0)
    frequency: Quantity | None = quantity("frequency", "pulses per second", low=0)
    overlap: Quantity | None = assumed("number", "overlap of neighbouring spots", 0.5, high=0.99)
    line: Quantity | None = quantity("length", "smallest line that stays between two cuts", low=0)
    placement: Quantity | None = quantity("length", "alignment error", low=0)
    setup_time: Quantity | None = assumed("time", "aligning, focus and test cuts", 1800.0)
    clean_time: Quantity | None = assumed("time", "removing debris, inspecting", 900.0)


def spot(settings: Settings) -> float | None:
    """Diameter that one pulse ablates [m]: ``D² = 2 w₀² ln(F₀/F_t)`` (Liu, Opt. Lett. 1982).

    Zero below the threshold.
    """
    over, radius = ratio(value(settings.fluence), value(settings.threshold)), value(settings.beam_radius)
    if over is None or radius is None:
        return None
    return radius * math.sqrt(2.0 * math.log(over)) if over > 1.0 else 0.0


def pulse_depth(settings: Settings) -> float | None:
    """Depth of one pulse [m], ``δ ln(F₀/F_t)``."""
    over = ratio(value(settings.fluence), value(settings.threshold))
    return product(value(settings.penetration), None if over is None or over <= 0.0 else max(0.0, math.log(over)))


def speed(settings: Settings) -> float | None:
    """Speed along the line [m/s], ``f D (1 − overlap)``."""
    share = value(settings.overlap)
    return product(value(settings.frequency), spot(settings), None if share is None else 1.0 - share)


def passes(settings: Settings, work: Work) -> int | None:
    """Passes through the film: thickness over the depth of the overlapping pulses."""
    share, deep = value(settings.overlap), pulse_depth(settings)
    once = None if share is None or deep is None else deep / (1.0 - share)
    needed = ratio(work.thickness, once)
    return None if needed is None else max(1, math.ceil(needed * (1.0 - 1e-9)))


def kerf(settings: Settings) -> float | None:
    """Width that is lost [m]: spot and both rims."""
    return total(spot(settings), product(2.0, value(settings.heat_zone)))


def sweep(settings: Settings, work: Work) -> Sweep | None:
    """Lines over all that is taken away, at the pitch of overlapping spots."""
    cut, wide, number, along = kerf(settings), spot(settings), passes(settings, work), speed(settings)
    share = value(settings.overlap)
    if not cut or not wide or not number or not along or share is None:
        return None
    return Sweep("laser", cut, wide * (1.0 - share), along, number)


def limits(settings: Settings) -> dict[str, float]:
    """The kerf is the smallest gap."""
    cut = kerf(settings)
    rim = value(settings.heat_zone)
    return known(line=value(settings.line), gap=cut or None, edge=rim or None, placement=value(settings.placement))


def temperature(settings: Settings) -> float | None:
    """The part stays cool between nanosecond pulses [K]."""
    return ROOM


def duration(settings: Settings, work: Work) -> float | None:
    """Aligning, all passes, cleaning [s]."""
    number = passes(settings, work)
    run = product(None if number is None else float(number), ratio(work.path_length, speed(settings)))
    return total(value(settings.setup_time), run, value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Laser, speed, passes, kerf."""
    fluence = (settings.beam_radius, settings.fluence, settings.threshold)
    number = passes(settings, work)
    return (
        *noted(entered(settings, "fluence"), settings.laser),
        *entered(settings, "threshold", "beam_radius", "frequency", "overlap", "penetration", "heat_zone"),
        *present(settings, "wavelength", "substrate_threshold"),
        derived("Spot of a pulse", spot(settings), "length", "threshold of a Gaussian beam", *fluence),
        derived("Depth of a pulse", pulse_depth(settings), "length", "penetration times logarithm", *fluence[1:],
                settings.penetration),
        derived("Speed", speed(settings), "speed", "frequency times spot less overlap", *fluence, settings.frequency),
        derived("Passes", None if number is None else float(number), "number", "thickness over depth", *fluence[1:],
                settings.penetration, note="correct on a witness"),
        derived("Kerf", kerf(settings), "length", "spot and both rims", *fluence, settings.heat_zone),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Film that becomes dust."""
    return (Use("film ablated", product(work.path_length, kerf(settings), work.thickness), "m3", "dust in the filter"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A beam too weak for the film, or strong enough to cut what lies below."""
    found, where = [], "laser-scribing"
    fluence, film, below = value(settings.fluence), value(settings.threshold), value(settings.substrate_threshold)
    if fluence is not None and film is not None and fluence <= film:
        message = f"{fluence / 1e4:.3g} J/cm2 do not reach the threshold of {film / 1e4:.3g} J/cm2."
        found.append(Finding("scribe-weak", "error", where, message, fluence, film, "J/m2", "Raise the fluence."))
    if fluence is not None and below is not None and fluence > below:
        message = f"{fluence / 1e4:.3g} J/cm2 also cut what lies below (from {below / 1e4:.3g} J/cm2)."
        change = "Lower the fluence or stop after the counted passes."
        found.append(Finding("scribe-below", "warning", where, message, fluence, below, "J/m2", change))
    return tuple(found)
