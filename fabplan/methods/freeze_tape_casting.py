"""Freeze tape casting: slurry is drawn onto a freezing bed; ice crystals leave upright pores when they sublime.

Symbols in formulas: λ pore spacing, v freezing speed, n exponent, φ solids by volume.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Freeze tape casting"
FAMILY = "wet"
PATTERN = "blanket"
VACUUM = False
HAZARDS = ("Freezing bed: cold burns, gloves.", "Ceramic powder: respirator when weighing.")
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.NO_CRACKS)
REWORK = "Frozen tape: melt, mix and cast again. Dry tape: scrap."
PORES = (2e-6, 200e-6)  # m; spacing of ice-templated pores in published work


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of casting onto a freezing bed."""

    slurry: str = text("slurry and its composition")
    blade_gap: Quantity | None = quantity("length", "gap of the blade, where it is given", low=0)
    solids: Quantity | None = quantity("number", "volume share of solids in the slurry", low=0, high=1)
    side_flow: Quantity | None = assumed("number", "width of the blade over width of the tape", 0.9, high=1.0)
    sinter_shrinkage: Quantity | None = quantity("number", "finished over frozen thickness", low=0, high=1)
    freezing_speed: Quantity | None = quantity("speed", "speed of the freezing front", low=0)
    reference_spacing: Quantity | None = quantity("length", "pore spacing that was measured", low=0)
    reference_speed: Quantity | None = quantity("speed", "freezing speed at which it was measured", low=0)
    exponent: Quantity | None = assumed("number", "exponent of the pore spacing", 1.0, source="recalled")
    bed_temperature: Quantity | None = quantity("temperature", "temperature of the bed", low=0)
    speed: Quantity | None = quantity("speed", "casting speed", low=0)
    width: Quantity | None = assumed("length", "width of the tape", 0.1)
    mix_time: Quantity | None = assumed("time", "mixing and degassing", 7200.0)
    setup_time: Quantity | None = assumed("time", "cooling the bed, setting the blade, cleaning", 5400.0)
    thickness_low: Quantity | None = quantity("length", "thinnest whole tape", low=0)
    thickness_high: Quantity | None = quantity("length", "thickest tape that freezes from one side", low=0)


def thickness(settings: Settings, gap: float) -> float | None:
    """Finished thickness under a blade of that gap [m]: ``s α h/2``.

    Half the gap is dragged along; ice keeps the frozen thickness until the sinter (shrinkage s).
    """
    return product(value(settings.sinter_shrinkage), value(settings.side_flow), gap / 2.0)


def needed_gap(settings: Settings, wanted: float | None) -> float | None:
    """Gap of the blade for a finished thickness [m]."""
    one = thickness(settings, 1.0)
    return ratio(wanted, one)


def porosity(settings: Settings) -> float | None:
    """Porosity of the frozen tape after drying, ``1 − φ``: where the ice was."""
    solids = value(settings.solids)
    return None if solids is None else 1.0 - solids


def pore_spacing(settings: Settings) -> float | None:
    """Spacing of the pores [m], ``λ₀ (v₀/v)ⁿ``."""
    faster, exponent = ratio(value(settings.reference_speed), value(settings.freezing_speed)), value(settings.exponent)
    return product(value(settings.reference_spacing), None if faster is None or exponent is None else faster**exponent)


def limits(settings: Settings) -> dict[str, float]:
    """Thickness of a whole tape."""
    return known(thickness_low=value(settings.thickness_low), thickness_high=value(settings.thickness_high))


def temperature(settings: Settings) -> float | None:
    """The bed only cools [K]; None."""
    return None


def duration(settings: Settings, work: Work) -> float | None:
    """Mixing, setting up, casting, freezing through [s]."""
    length = None if work.area is None else ratio(work.area, value(settings.width))
    frozen = ratio(work.thickness, product(value(settings.sinter_shrinkage), value(settings.freezing_speed)))
    return total(value(settings.mix_time), value(settings.setup_time), ratio(length, value(settings.speed)), frozen)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Gap, speeds, bed, pores to expect."""
    inputs = (settings.side_flow, settings.sinter_shrinkage)
    pores = (settings.reference_spacing, settings.reference_speed, settings.freezing_speed, settings.exponent)
    return (
        *noted(entered(settings, "solids"), settings.slurry),
        *entered(settings, "speed", "bed_temperature", "freezing_speed", "sinter_shrinkage"),
        *present(settings, "blade_gap", "side_flow", "width"),
        derived("Gap of the blade", needed_gap(settings, work.thickness), "length", "half the gap is dragged", *inputs),
        derived("Porosity after drying", porosity(settings), "number", "where the ice was", settings.solids),
        derived("Pore spacing", pore_spacing(settings), "length", "power law of the freezing speed", *pores),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Slurry of the tape."""
    wet = ratio(product(work.area, work.thickness), value(settings.sinter_shrinkage))
    return (Use(settings.slurry or "slurry", wet, "m3", "frozen tape; the blade's reservoir holds more"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Pores outside what ice makes, a gap that makes another thickness."""
    return (*_pore_findings(settings, work), *_gap_findings(settings, work))


def _pore_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    spacing, (low, high) = pore_spacing(settings), PORES
    if spacing is None or low <= spacing <= high:
        return ()
    bound = low if spacing < low else high
    message = f"Pores {spacing * 1e6:.3g} um apart; ice makes {low * 1e6:.0f} to {high * 1e6:.0f} um."
    change = "Freeze slower for coarser, faster for finer pores."
    return (Finding("freeze-pores", "warning", "freeze-tape-casting", message, spacing, bound, "m", change),)


def _gap_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    given = value(settings.blade_gap)
    made = None if given is None else thickness(settings, given)
    if made is None or not work.thickness or abs(made - work.thickness) <= 0.15 * work.thickness:
        return ()
    message = f"The gap makes {made * 1e6:.3g} um, wanted {work.thickness * 1e6:.3g} um."
    change = f"Set the gap to {(needed_gap(settings, work.thickness) or 0.0) * 1e6:.3g} um."
    return (Finding("freeze-gap", "warning", "freeze-tape-casting", message, made, work.thickness, "m", change),)
