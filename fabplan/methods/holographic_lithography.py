"""Holographic lithography: beams that interfere write a lattice into resist without a mask.

Symbols in formulas: Λ period, λ wavelength, θ half angle between two beams, V contrast of the fringes, D dose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Holographic lithography"
FAMILY = "lithography"
PATTERN = "mask"
VACUUM = False
HAZARDS = ("Laser of class 4 with open beams: goggles for the wavelength, closed room.", "Developer: gloves, hood.")
ACCEPTANCE = (accept.LINE_WIDTH, accept.NO_CRACKS)
REWORK = "Strip the resist and expose again, at most twice."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an interference exposure."""

    resist: str = text("resist")
    beams: str = text("arrangement of the beams")
    wavelength: Quantity | None = quantity("length", "wavelength in the resist's surroundings", low=0)
    half_angle: Quantity | None = quantity("number", "half angle between two beams [degrees]", low=0, high=90)
    dose: Quantity | None = quantity("areal_dose", "mean dose", low=0)
    threshold: Quantity | None = quantity("areal_dose", "dose at which the resist just stays", low=0)
    contrast: Quantity | None = assumed("number", "contrast of the fringes", 0.9, high=1.0)
    intensity: Quantity | None = quantity("power_density", "mean intensity of all beams", low=0)
    drift: Quantity | None = quantity("length", "movement of the fringes during the exposure", low=0)
    bake_temperature: Quantity | None = quantity("temperature", "hottest bake", low=0)
    coat_time: Quantity | None = assumed("time", "coating and baking", 3600.0)
    setup_time: Quantity | None = assumed("time", "aligning the beams", 7200.0)
    develop_time: Quantity | None = assumed("time", "developing, rinsing, drying", 1800.0)
    thickness_high: Quantity | None = quantity("length", "thickest lattice that develops through", low=0)


def period(settings: Settings) -> float | None:
    """Period of the fringes of two beams [m], ``λ/(2 sin θ)``."""
    angle = value(settings.half_angle)
    return ratio(value(settings.wavelength), None if angle is None else 2.0 * math.sin(math.radians(angle)))


def fill(settings: Settings) -> float | None:
    """Share of a period that stays in a negative resist: ``arccos((D_t/D − 1)/V)/π`` for ``D (1 + V cos)``.

    0 when the whole fringe stays below the threshold, 1 when it is all above.
    """
    share, contrast = ratio(value(settings.threshold), value(settings.dose)), value(settings.contrast)
    if share is None or not contrast:
        return None
    return math.acos(min(1.0, max(-1.0, (share - 1.0) / contrast))) / math.pi


def exposure_time(settings: Settings) -> float | None:
    """Exposure [s], dose over intensity."""
    return ratio(value(settings.dose), value(settings.intensity))


def limits(settings: Settings) -> dict[str, float]:
    """Line and gap of the lattice, thickness that develops."""
    pitch, share = period(settings), fill(settings)
    inside = share is not None and 0.0 < share < 1.0
    return known(
        line=product(pitch, share) if inside else None,
        gap=product(pitch, None if share is None else 1.0 - share) if inside else None,
        thickness_high=value(settings.thickness_high),
    )


def temperature(settings: Settings) -> float | None:
    """Hottest bake [K], room temperature without one."""
    return ROOM if settings.bake_temperature is None else settings.bake_temperature.value


def duration(settings: Settings, work: Work) -> float | None:
    """Coating, aligning, exposing, developing [s]."""
    rest = (value(settings.coat_time), value(settings.setup_time), value(settings.develop_time))
    return total(*rest, exposure_time(settings))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Beams, dose, period and fill to expect."""
    return (
        *noted(entered(settings, "wavelength"), "; ".join(p for p in (settings.resist, settings.beams) if p)),
        *entered(settings, "half_angle", "dose", "intensity"),
        *present(settings, "threshold", "contrast", "bake_temperature", "drift"),
        derived("Period", period(settings), "length", "wavelength over twice the sine", settings.wavelength,
                settings.half_angle),
        derived("Share that stays", fill(settings), "number", "threshold of the fringe", settings.dose,
                settings.threshold, settings.contrast),
        derived("Exposure time", exposure_time(settings), "time", "dose over intensity", settings.dose,
                settings.intensity),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Resist on the part."""
    return (Use(settings.resist or "resist", product(work.area, work.thickness), "m3", "on the part, before spinning"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A dose that leaves all or nothing, fringes that wander."""
    found, where, share, pitch = [], "holographic-lithography", fill(settings), period(settings)
    if share is not None and share in (0.0, 1.0):
        what = "nothing stays" if share == 0.0 else "nothing opens"
        message = f"At this dose {what}: the lattice is lost."
        change = "Bring the mean dose near the threshold (a test wedge)."
        found.append(Finding("hologram-dose", "error", where, message, share, 0.5, "", change))
    drift = value(settings.drift)
    if drift is not None and pitch is not None and drift > 0.1 * pitch:
        message = f"Fringes wander {drift * 1e9:.3g} nm; a tenth of the period is {0.1 * pitch * 1e9:.3g} nm."
        change = "Damp the table, shorten the exposure."
        found.append(Finding("hologram-drift", "warning", where, message, drift, 0.1 * pitch, "m", change))
    return tuple(found)
