"""Freeze drying: ice leaves a frozen layer without passing the liquid, so that walls do not collapse.

Symbols in formulas: ρ density of ice, φ solids, L thickness, J sublimation rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Freeze drying"
FAMILY = "thermal"
PATTERN = "none"
VACUUM = True
HAZARDS = ("Liquid nitrogen or cold trap: cold burns, ventilated room.", "Vacuum on glass: shield against implosion.")
ACCEPTANCE = (accept.NO_CRACKS, accept.MASS)
REWORK = "Collapsed or melted: scrap the part."
ICE = 917.0  # kg/m³ at 0 degC, handbook


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of freeze drying."""

    solvent: str = text("frozen liquid")
    solids: Quantity | None = quantity("number", "volume share of solids in the wet layer", low=0, high=1)
    freeze_temperature: Quantity | None = quantity("temperature", "temperature of freezing", low=0)
    freeze_time: Quantity | None = assumed("time", "freezing through", 1800.0)
    shelf_temperature: Quantity | None = quantity("temperature", "temperature of the layer while it dries", low=0)
    collapse_temperature: Quantity | None = quantity("temperature", "temperature at which it softens", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure of the chamber", low=0)
    sublimation: Quantity | None = quantity("vapour_transmission", "mass that sublimes per area and time", low=0)
    end_temperature: Quantity | None = assumed("temperature", "temperature of the last drying", 298.15)
    end_time: Quantity | None = assumed("time", "last drying, of bound water", 14400.0)
    load_time: Quantity | None = assumed("time", "loading, pumping, venting with dry gas", 2400.0)


def ice_pressure(temperature_: float) -> float:
    """Vapour pressure of ice [Pa] (Murphy and Koop, Q. J. R. Meteorol. Soc. 2005, 131, 1539; above 110 K).

    Parameters
    ----------
    temperature_ : of the ice [K]
    """
    t = temperature_
    return math.exp(9.550426 - 5723.265 / t + 3.53068 * math.log(t) - 0.00728332 * t)


def drying_time(settings: Settings, work: Work) -> float | None:
    """Main drying [s]: ice in the layer over the sublimation rate, ``ρ (1−φ) L/J``."""
    solids = value(settings.solids)
    ice = product(work.thickness, ICE, None if solids is None else 1.0 - solids)
    return ratio(ice, value(settings.sublimation))


def limits(settings: Settings) -> dict[str, float]:
    """Drying draws nothing."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the last drying [K]."""
    return value(settings.end_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Loading, freezing, main and last drying [s]."""
    rest = (value(settings.load_time), value(settings.freeze_time), value(settings.end_time))
    return total(*rest, drying_time(settings, work))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Freezing, shelf, pressure, times."""
    cold = value(settings.shelf_temperature)
    vapour = None if cold is None else ice_pressure(cold)
    return (
        *noted(entered(settings, "freeze_temperature"), settings.solvent),
        *present(settings, "freeze_time"),
        *entered(settings, "shelf_temperature", "pressure", "sublimation", "solids"),
        *present(settings, "collapse_temperature", "end_temperature", "end_time"),
        derived("Vapour pressure of the ice", vapour, "pressure", "Murphy and Koop 2005", settings.shelf_temperature,
                note="the chamber must stay well below"),
        derived("Main drying", drying_time(settings, work), "time", "ice over sublimation rate", settings.solids,
                settings.sublimation),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ice that goes to the trap."""
    solids = value(settings.solids)
    ice = product(work.thickness, work.area, ICE, None if solids is None else 1.0 - solids)
    return (Use("ice", ice, "kg", "to the cold trap"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A layer that softens, a pressure at which the ice does not leave."""
    found, where = [], "freeze-drying"
    cold, soft, gas = value(settings.shelf_temperature), value(settings.collapse_temperature), value(settings.pressure)
    if cold is not None and soft is not None and exceeds(cold, soft):
        message = f"Dried at {cold - 273.15:.4g} degC the layer collapses (from {soft - 273.15:.4g} degC)."
        found.append(Finding("freeze-collapse", "error", where, message, cold, soft, "K", "Dry colder."))
    if cold is not None and gas is not None and gas >= ice_pressure(cold):
        vapour = ice_pressure(cold)
        message = f"At {gas:.3g} Pa ice of {cold - 273.15:.4g} degC does not leave (its vapour has {vapour:.3g} Pa)."
        change = "Lower the pressure or dry warmer."
        found.append(Finding("freeze-pressure", "error", where, message, gas, vapour, "Pa", change))
    return tuple(found)
