"""Spin coating: a liquid is thinned by spinning; the speed sets the thickness."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Spin coating"
FAMILY = "wet"
PATTERN = "blanket"
VACUUM = False
HAZARDS = ("Solvent vapour: exhaust on, no flame. Check that the chuck holds before spinning.",)
ACCEPTANCE = (accept.THICKNESS, accept.UNIFORMITY)
REWORK = "Before the cure: strip in solvent and spin again. After it: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of spinning a layer."""

    liquid: str = text("liquid and its composition")
    reference_thickness: Quantity | None = quantity("length", "thickness at the reference speed", low=0)
    reference_speed: Quantity | None = quantity("rate", "reference speed", low=0)
    speed_low: Quantity | None = quantity("rate", "slowest speed that spreads evenly", low=0)
    speed_high: Quantity | None = quantity("rate", "fastest speed", low=0)
    spin_time: Quantity | None = assumed("time", "spinning", 45.0)
    bake_temperature: Quantity | None = quantity("temperature", "temperature of bake or cure", low=0)
    bake_time: Quantity | None = quantity("time", "time of bake or cure", low=0)
    handling_time: Quantity | None = assumed("time", "cleaning, dispensing, handling", 900.0)


def spin_speed(settings: Settings, thickness: float | None) -> float | None:
    """Speed for a thickness [1/s]: thickness goes with one over the root of the speed (Meyerhofer 1978)."""
    share = ratio(value(settings.reference_thickness), thickness)
    return product(value(settings.reference_speed), share, share)


def thickness_at(settings: Settings, speed: float | None) -> float | None:
    """Thickness at a speed [m]; inverse of `spin_speed`."""
    share = ratio(value(settings.reference_speed), speed)
    return product(value(settings.reference_thickness), None if share is None else share**0.5)


def limits(settings: Settings) -> dict[str, float]:
    """Thickness at the fastest and at the slowest speed."""
    return known(
        thickness_low=thickness_at(settings, value(settings.speed_high)),
        thickness_high=thickness_at(settings, value(settings.speed_low)),
    )


def temperature(settings: Settings) -> float | None:
    """Temperature of the bake [K]."""
    return value(settings.bake_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Handling, spinning, bake [s]."""
    bake = value(settings.bake_time) if settings.bake_time is not None else 0.0
    return total(value(settings.handling_time), value(settings.spin_time), bake)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Speed, time, bake."""
    curve = (settings.reference_thickness, settings.reference_speed)
    speed = spin_speed(settings, work.thickness)
    return (
        *noted(entered(settings, "reference_thickness"), settings.liquid),
        *entered(settings, "reference_speed"),
        derived("Spin speed", speed, "rate", "thickness with one over the root of the speed", *curve),
        *entered(settings, "spin_time"),
        *present(settings, "bake_temperature", "bake_time"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Layer that stays."""
    stays = product(work.area, work.thickness)
    return (Use(settings.liquid or "liquid", stays, "m3", "stays on the part; dispense some 20 times as much"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A speed outside the spinner's range."""
    speed = spin_speed(settings, work.thickness)
    low, high = value(settings.speed_low), value(settings.speed_high)
    if speed is None or ((low is None or speed >= low) and (high is None or speed <= high)):
        return ()
    allowed = low if low is not None and speed < low else high
    message = f"{speed * 60:.4g} rpm; this liquid spins evenly only up to or from {(allowed or 0.0) * 60:.4g} rpm."
    change = "Dilute the liquid or spin several layers."
    return (Finding("spin-speed", "warning", "spin-coating", message, speed, allowed, "1/s", change),)
