"""Imprint lithography: a stamp presses its relief into a resist or an ink.

Symbols in formulas: η viscosity, s half width of the stamp's land, p pressure, h thickness before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Imprint lithography"
FAMILY = "lithography"
PATTERN = "mask"
VACUUM = False
HAZARDS = ("Press: hands out, two-hand start.", "Hot plates and UV light: gloves, goggles.")
ACCEPTANCE = (accept.LINE_WIDTH, accept.OVERLAY, accept.NO_CRACKS)
REWORK = "Strip the resist and press again; a printed ink is scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an imprint."""

    resist: str = text("resist or ink, and the stamp")
    electrode_ink: bool = flag("whether the pressed layer itself stays as electrode")
    viscosity: Quantity | None = quantity("viscosity", "viscosity at the pressing temperature", low=0)
    land: Quantity | None = quantity("length", "half width of the stamp's widest land", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure under the stamp", low=0)
    start_thickness: Quantity | None = quantity("length", "thickness before pressing", low=0)
    residual: Quantity | None = quantity("length", "thickness left under the lands", low=0)
    press_temperature: Quantity | None = quantity("temperature", "temperature of pressing", low=0)
    release_temperature: Quantity | None = quantity("temperature", "temperature at which the stamp is taken off", low=0)
    cure_time: Quantity | None = quantity("time", "curing under the stamp", low=0)
    etch_rate: Quantity | None = quantity("growth_rate", "rate at which the residual layer is etched", low=0)
    line: Quantity | None = quantity("length", "smallest line of the stamp", low=0)
    gap: Quantity | None = quantity("length", "smallest space of the stamp", low=0)
    aspect_ratio: Quantity | None = quantity("number", "deepest relief that comes out of the stamp", low=0)
    placement: Quantity | None = quantity("length", "alignment error", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate of the press", 10 / 60.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate of the press", 5 / 60.0)
    load_time: Quantity | None = assumed("time", "coating, aligning, loading", 2400.0)
    demould_time: Quantity | None = assumed("time", "taking the stamp off, inspecting", 900.0)


def press_time(settings: Settings) -> float | None:
    """Time to squeeze the layer out from under a land [s]: ``η s²/(2p) · (1/h_f² − 1/h₀²)`` (Stefan's law)."""
    viscosity, land, pressure = value(settings.viscosity), value(settings.land), value(settings.pressure)
    before, after = value(settings.start_thickness), value(settings.residual)
    if viscosity is None or land is None or not pressure or not before or not after:
        return None
    return max(0.0, viscosity * land**2 / (2.0 * pressure) * (1.0 / after**2 - 1.0 / before**2))


def etch_time(settings: Settings) -> float | None:
    """Time to etch the residual layer [s]; none for an ink that stays."""
    return 0.0 if settings.electrode_ink else ratio(value(settings.residual), value(settings.etch_rate))


def _ramps(settings: Settings) -> float | None:
    hot, cold = value(settings.press_temperature), value(settings.release_temperature)
    if hot is None or cold is None:
        return None
    swing = max(0.0, hot - cold)
    return total(ratio(swing, value(settings.heating_rate)), ratio(swing, value(settings.cooling_rate)))


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and depth of the stamp, alignment."""
    return known(
        line=value(settings.line),
        gap=value(settings.gap),
        aspect_ratio=value(settings.aspect_ratio),
        placement=value(settings.placement),
    )


def temperature(settings: Settings) -> float | None:
    """Temperature of pressing [K]."""
    return value(settings.press_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Coating and loading, ramps, pressing, curing, etching the residual layer [s]."""
    cure = settings.cure_time.value if settings.cure_time is not None else 0.0
    return total(
        value(settings.load_time),
        _ramps(settings),
        press_time(settings),
        cure,
        etch_time(settings),
        value(settings.demould_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Press, temperatures, times, residual layer."""
    inputs = (settings.viscosity, settings.land, settings.pressure, settings.start_thickness, settings.residual)
    etching = () if settings.electrode_ink else (
        derived("Etch of the residual layer", etch_time(settings), "time", "residual over etch rate",
                settings.residual, settings.etch_rate),
    )  # fmt: skip
    return (
        *noted(entered(settings, "press_temperature"), settings.resist),
        *entered(settings, "release_temperature", "pressure", "viscosity", "start_thickness", "residual"),
        *present(settings, "cure_time", "land"),
        derived("Pressing time", press_time(settings), "time", "Stefan's law", *inputs),
        *etching,
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Resist or ink on the part."""
    return (Use(settings.resist or "resist", product(work.area, value(settings.start_thickness)), "m3", "on the part"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Relief too deep for the stamp."""
    deepest = value(settings.aspect_ratio)
    if work.aspect_ratio is None or deepest is None or work.aspect_ratio <= deepest:
        return ()
    message = f"Relief of aspect ratio {work.aspect_ratio:.3g} tears when the stamp comes off; shown: {deepest:.3g}."
    change = "Make the relief shallower or wider, or use a soft stamp."
    where = "imprint-lithography"
    return (Finding("imprint-release", "warning", where, message, work.aspect_ratio, deepest, "", change),)
