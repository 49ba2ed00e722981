"""Sintering: binder leaves a printed body and its particles grow together."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import entered, noted, present, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text, texts

TITLE = "Sintering"
FAMILY = "thermal"
PATTERN = "none"
VACUUM = False
HAZARDS = (
    "Hot furnace: tongs, heat gloves, nothing that burns near.",
    "Binder fumes: exhaust on; inert gas displaces air in small rooms.",
)
ACCEPTANCE = (accept.NO_CRACKS, accept.THICKNESS_PRINT, accept.SHEET_RESISTANCE)
REWORK = "None: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a sinter run."""

    gas: str = text("gas in the furnace and its flow")
    oxidising: bool = flag("whether the gas holds oxygen (air, oxygen)")
    keep_carbon: bool = flag("whether the layers live on their carbon, which oxygen would burn")
    hold_temperature: Quantity | None = quantity("temperature", "temperature of the hold for the binder", low=0)
    hold_time: Quantity | None = quantity("time", "time of the hold for the binder", low=0)
    peak_temperature: Quantity | None = quantity("temperature", "dwell temperature", low=0)
    dwell: Quantity | None = quantity("time", "dwell time", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 5 / 60.0, "medium")
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 3 / 60.0, note="3 to 4 h from 600 degC")
    purge_time: Quantity | None = assumed("time", "purging the furnace before heating", 1800.0)
    load_time: Quantity | None = assumed("time", "loading and unloading", 900.0)
    shared_with: tuple[str, ...] = texts("layers that may go into the same run: same temperature, same gas")


def limits(settings: Settings) -> dict[str, float]:
    """Heating draws nothing; the shrinkage stands in the recipe of the print."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Dwell temperature [K]."""
    return value(settings.peak_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Loading, purging, hold, ramps, dwell [s]."""
    hold = value(settings.hold_time) if settings.hold_time is not None else 0.0
    run = furnace.run_time(settings.peak_temperature, settings.dwell, settings.heating_rate, settings.cooling_rate)
    return total(value(settings.load_time), value(settings.purge_time), hold, run)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Gas, ramps, dwell."""
    return (
        *noted(entered(settings, "peak_temperature"), settings.gas),
        *present(settings, "purge_time", "hold_temperature", "hold_time"),
        *entered(settings, "heating_rate", "dwell", "cooling_rate"),
        *furnace.ramp_points(settings.peak_temperature, settings.heating_rate, settings.cooling_rate),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Gas of the furnace."""
    return (Use(settings.gas or "furnace gas", None, "m3", "from purging to unloading"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Oxygen that burns the carbon the layers need."""
    if not (settings.oxidising and settings.keep_carbon):
        return ()
    message = "Oxygen burns the carbon that carries the electrons in these layers."
    return (Finding("sinter-carbon", "error", "sintering", message, change="Sinter in argon."),)
