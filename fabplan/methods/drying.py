"""Drying: solvent leaves a printed or cast layer."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Drying"
FAMILY = "thermal"
PATTERN = "none"
VACUUM = False
HAZARDS = ("Solvent vapour: exhaust on; no closed oven with flammable solvents.",)
ACCEPTANCE = (accept.NO_CRACKS, accept.MASS)
REWORK = "Still wet: dry on. Cracked: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of drying."""

    solvent: str = text("what leaves")
    atmosphere: str = text("gas, humidity")
    vacuum_oven: bool = flag("whether the oven is evacuated")
    oven_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    time: Quantity | None = quantity("time", "drying", low=0)
    reference_thickness: Quantity | None = quantity("length", "thickness for which that time is right", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 2 / 60.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 2 / 60.0)
    load_time: Quantity | None = assumed("time", "loading and unloading", 600.0)
    pressure: Quantity | None = quantity("pressure", "pressure in the oven", low=0)


def vacuum(settings: Settings) -> bool:
    """Whether this recipe dries in a vacuum."""
    return settings.vacuum_oven


def drying_time(settings: Settings, work: Work) -> float | None:
    """Time at temperature [s].

    Proportional to the thickness above the one for which the time was found: the solvent per area
    grows with it while the surface limits the rate. Never shorter than that time.
    """
    time, reference = value(settings.time), value(settings.reference_thickness)
    if time is None or not reference or work.thickness is None:
        return time
    return time * max(1.0, work.thickness / reference)


def limits(settings: Settings) -> dict[str, float]:
    """Drying draws nothing."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the oven [K]."""
    return value(settings.oven_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Loading, heating, drying, cooling [s]."""
    up = furnace.up_time(settings.oven_temperature, settings.heating_rate)
    down = furnace.down_time(settings.oven_temperature, settings.cooling_rate)
    return total(value(settings.load_time), up, drying_time(settings, work), down)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Temperature, time, heating."""
    what = "; ".join(part for part in (settings.solvent, settings.atmosphere) if part)
    time = derived("Time at temperature", drying_time(settings, work), "time", "for this thickness", settings.time)
    return (
        *noted(entered(settings, "oven_temperature"), what),
        *present(settings, "pressure", "heating_rate"),
        time,
        *present(settings, "cooling_rate"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Nothing is consumed."""
    return ()


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A layer thicker than the one whose drying was tried."""
    reference = value(settings.reference_thickness)
    if work.thickness is None or reference is None or not exceeds(work.thickness, reference):
        return ()
    message = f"A layer of {work.thickness * 1e6:.3g} um; drying is set for {reference * 1e6:.3g} um: look for cracks."
    change = "Dry more slowly, in several layers, or freeze-dry."
    return (Finding("drying-thickness", "warning", "drying", message, work.thickness, reference, "m", change),)
