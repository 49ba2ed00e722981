"""Hydrothermal growth: crystals grow from hot water in a closed vessel."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Hydrothermal growth"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = (
    "Vessel under pressure: never above its rated temperature and filling, cool fully before opening, shield.",
    "Hot base or acid inside: face shield, gloves.",
)
ACCEPTANCE = (accept.MASS, accept.NO_CRACKS)
REWORK = "Thin growth: repeat with fresh solution. Loose growth: scrap."
WATER = ((8.14019, 1810.94, 244.485), 133.322)  # Antoine constants of water, 99 to 374 degC (mmHg, degC), and Pa/mmHg
FILLING = 0.8  # share of the vessel above which hot water may fill it whole (vessel makers' rule, recalled)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a closed vessel."""

    solution: str = text("solution and its composition")
    vessel_temperature: Quantity | None = quantity("temperature", "temperature of the vessel", low=0)
    growth_time: Quantity | None = quantity("time", "time at temperature, where it is given", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth rate, where the time follows from the thickness", low=0)
    filling: Quantity | None = assumed("number", "filled share of the vessel", 0.7, high=1.0)
    vessel_volume: Quantity | None = quantity("volume", "volume of the vessel", low=0)
    pressure_limit: Quantity | None = assumed("pressure", "rated pressure of the vessel", 3e6)
    liner_limit: Quantity | None = assumed("temperature", "highest temperature of the liner", 493.15,
                                           note="PTFE creeps above about 220 degC")  # fmt: skip
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 3 / 60.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 1 / 60.0)
    mix_time: Quantity | None = assumed("time", "mixing the solution", 3600.0)
    clean_time: Quantity | None = assumed("time", "rinsing, drying", 7200.0)


def pressure(temperature_: float) -> float:
    """Vapour pressure of water [Pa] by Antoine's equation (constants for 99 to 374 degC, handbook).

    Parameters
    ----------
    temperature_ : of the vessel [K]
    """
    (a, b, c), unit = WATER
    power: float = 10.0 ** (a - b / (c + temperature_ - 273.15))
    return unit * power


def growing_time(settings: Settings, work: Work) -> float | None:
    """Time at temperature [s]: given, or thickness over rate."""
    given = value(settings.growth_time)
    return given if settings.rate is None else ratio(work.thickness, value(settings.rate))


def limits(settings: Settings) -> dict[str, float]:
    """A seed or a mask draws the outline."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the vessel [K]."""
    return value(settings.vessel_temperature)


def _ramp(settings: Settings, rate: Quantity | None) -> float | None:
    hot = value(settings.vessel_temperature)
    return None if hot is None else ratio(max(0.0, hot - 293.15), value(rate))


def duration(settings: Settings, work: Work) -> float | None:
    """Mixing, heating, growing, cooling, rinsing [s]."""
    ramps = (_ramp(settings, settings.heating_rate), _ramp(settings, settings.cooling_rate))
    return total(value(settings.mix_time), *ramps, growing_time(settings, work), value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Solution, temperature, time, pressure inside."""
    hot = value(settings.vessel_temperature)
    inside = None if hot is None else pressure(hot)
    return (
        *noted(entered(settings, "vessel_temperature"), settings.solution),
        *present(settings, "growth_time", "rate", "filling", "vessel_volume", "pressure_limit"),
        derived("Time at temperature", growing_time(settings, work), "time", "given, or thickness over rate",
                settings.growth_time, settings.rate),
        derived("Pressure inside", inside, "pressure", "vapour pressure of water", settings.vessel_temperature,
                note="dissolved gas and salts change it"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Solution in the vessel."""
    filled = product(value(settings.vessel_volume), value(settings.filling))
    return (Use(settings.solution or "solution", filled, "m3", "fresh for each run"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A vessel too hot, too full or under too much pressure."""
    found, where = [], "hydrothermal-growth"
    hot, most, liner = value(settings.vessel_temperature), value(settings.pressure_limit), value(settings.liner_limit)
    if hot is not None and most is not None and exceeds(pressure(hot), most):
        inside = pressure(hot)
        message = f"Water at {hot - 273.15:.4g} degC has {inside / 1e6:.3g} MPa, the vessel bears {most / 1e6:.3g}."
        change = "Grow cooler or use a stronger vessel."
        found.append(Finding("vessel-pressure", "error", where, message, inside, most, "Pa", change))
    if hot is not None and liner is not None and exceeds(hot, liner):
        message = f"The liner bears {liner - 273.15:.4g} degC, the vessel is heated to {hot - 273.15:.4g} degC."
        found.append(Finding("vessel-liner", "error", where, message, hot, liner, "K", "Grow cooler."))
    full = value(settings.filling)
    if full is not None and exceeds(full, FILLING):
        message = f"A vessel filled to {full:.0%} may be filled whole by hot water and burst."
        change = f"Fill to {FILLING:.0%} at the most."
        found.append(Finding("vessel-filling", "error", where, message, full, FILLING, "", change))
    return tuple(found)
