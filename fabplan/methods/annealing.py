"""Annealing: a film is heated so that it crystallises or heals."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _film as film
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, noted, present, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Annealing"
FAMILY = "thermal"
PATTERN = "none"
VACUUM = False
HAZARDS = (
    "Hot furnace: tongs, heat gloves, nothing that burns near.",
    "Oxygen: no oil or grease in the line. Forming gas: below 4 % hydrogen.",
)
ACCEPTANCE = (accept.NO_CRACKS, accept.SHEET_RESISTANCE)
REWORK = "None: cracks and reactions do not heal; scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an anneal."""

    gas: str = text("gas in the furnace and its flow")
    vacuum_furnace: bool = flag("whether the furnace is evacuated")
    peak_temperature: Quantity | None = quantity("temperature", "dwell temperature", low=0)
    dwell: Quantity | None = quantity("time", "dwell time", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 5 / 60.0, "medium")
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 3 / 60.0, note="3 to 4 h from 600 degC")
    purge_time: Quantity | None = assumed("time", "purging the furnace before heating", 1800.0)
    load_time: Quantity | None = assumed("time", "loading and unloading", 900.0)
    film_modulus: Quantity | None = quantity("pressure", "modulus of the film", low=0)
    film_poisson: Quantity | None = quantity("number", "Poisson ratio of the film", low=0, high=0.5)
    expansion_difference: Quantity | None = quantity("number", "thermal expansion of film less substrate [1/K]")
    toughness: Quantity | None = quantity("number", "fracture toughness of the film [Pa m^0.5]", low=0)
    crack_geometry: Quantity | None = assumed(
        "number", "geometry factor of a crack that channels", 2.0, source="Hutchinson and Suo 1992 (recalled)"
    )


def vacuum(settings: Settings) -> bool:
    """Whether this recipe anneals in a vacuum."""
    return settings.vacuum_furnace


def stress(settings: Settings) -> float | None:
    """Elastic bound of the film's stress after cooling [Pa], tension positive."""
    modulus, poisson = value(settings.film_modulus), value(settings.film_poisson)
    difference, hot = value(settings.expansion_difference), value(settings.peak_temperature)
    if modulus is None or poisson is None or difference is None or hot is None:
        return None
    return film.thermal_stress(modulus, poisson, difference, hot - ROOM)


def limits(settings: Settings) -> dict[str, float]:
    """Heating draws nothing."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Dwell temperature [K]."""
    return value(settings.peak_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Loading, purging, ramps, dwell [s]."""
    run = furnace.run_time(settings.peak_temperature, settings.dwell, settings.heating_rate, settings.cooling_rate)
    return total(value(settings.load_time), value(settings.purge_time), run)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Gas, ramps, dwell, stress to expect."""
    elastic = (settings.film_modulus, settings.film_poisson, settings.expansion_difference, settings.peak_temperature)
    expected = derived("Thermal stress, elastic bound", stress(settings), "pressure", "E/(1-nu) da dT", *elastic)
    return (
        *noted(entered(settings, "peak_temperature"), settings.gas),
        *present(settings, "purge_time"),
        *entered(settings, "heating_rate", "dwell", "cooling_rate"),
        *furnace.ramp_points(settings.peak_temperature, settings.heating_rate, settings.cooling_rate),
        *((expected,) if expected.value is not None else ()),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Gas of the furnace."""
    return (Use(settings.gas or "furnace gas", None, "m3", "from purging to unloading"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A film that is thicker than its stress lets it be."""
    tension, toughness, geometry = stress(settings), value(settings.toughness), value(settings.crack_geometry)
    if work.thickness is None or tension is None or tension <= 0.0 or toughness is None or not geometry:
        return ()
    critical = film.critical_thickness(toughness, tension, geometry)
    if work.thickness <= critical:
        return ()
    message = (
        f"A film of {work.thickness * 1e6:.3g} um under {tension / 1e6:.3g} MPa may crack above "
        f"{critical * 1e6:.3g} um (elastic bound)."
    )
    change = "Make the film thinner, anneal cooler, or match the expansion of the substrate."
    return (Finding("anneal-crack", "warning", "annealing", message, work.thickness, critical, "m", change),)
