"""Carbonisation and reduction: a polymer turns to carbon, or an oxide (graphene oxide, SnOx) loses oxygen.

Symbols in formulas: t thickness before and after, y mass yield, ρ densities.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Carbonisation and reduction"
FAMILY = "thermal"
PATTERN = "none"
VACUUM = False
HAZARDS = (
    "Hot furnace: tongs, heat gloves; off-gas is toxic and burns: exhaust or burner.",
    "Hydrogen: below 4 % in inert gas unless the furnace is made for more; purge before heating and opening.",
)
ACCEPTANCE = (accept.SHEET_RESISTANCE, accept.NO_CRACKS, accept.MASS)
REWORK = "Not conducting: repeat hotter. Cracked: scrap the part."
FLAMMABLE = 0.04  # volume share of hydrogen in air at which it can burn (lower flammability limit, handbook)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of the furnace."""

    gas: str = text("gas in the furnace and its flow")
    reduces: str = text("what is carbonised or reduced")
    vacuum_furnace: bool = flag("whether the furnace is evacuated")
    hydrogen: Quantity | None = quantity("number", "volume share of hydrogen", low=0, high=1)
    hydrogen_rated: bool = flag("whether the furnace is made for flammable gas")
    peak_temperature: Quantity | None = quantity("temperature", "dwell temperature", low=0)
    dwell: Quantity | None = quantity("time", "dwell time", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 3 / 60.0, note="slow while gas leaves")
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 3 / 60.0)
    purge_time: Quantity | None = assumed("time", "purging the furnace before heating", 3600.0)
    load_time: Quantity | None = assumed("time", "loading and unloading", 900.0)
    shrinkage: Quantity | None = quantity("number", "finished over starting thickness", low=0, high=1)
    mass_yield: Quantity | None = quantity("number", "finished over starting mass", low=0, high=1)


def vacuum(settings: Settings) -> bool:
    """Whether this recipe runs in a vacuum."""
    return settings.vacuum_furnace


def start_thickness(settings: Settings, work: Work) -> float | None:
    """Thickness before the furnace [m]: the base is held, so only the height shrinks."""
    return ratio(work.thickness, value(settings.shrinkage))


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
    """Gas, ramps, dwell, what it starts from."""
    what = "; ".join(p for p in (settings.reduces, settings.gas) if p)
    return (
        *noted(entered(settings, "peak_temperature"), what),
        *present(settings, "hydrogen", "purge_time"),
        *entered(settings, "heating_rate", "dwell", "cooling_rate", "shrinkage"),
        *present(settings, "mass_yield"),
        *furnace.ramp_points(settings.peak_temperature, settings.heating_rate, settings.cooling_rate),
        derived("Thickness before", start_thickness(settings, work), "length", "finished over shrinkage",
                settings.shrinkage),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Gas of the furnace, and what leaves as gas."""
    lost = product(start_thickness(settings, work), work.area)
    return (
        Use(settings.gas or "furnace gas", None, "m3", "from purging to unloading"),
        Use(settings.reduces or "precursor", lost, "m3", "before the furnace"),
    )


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Gas that can burn in a furnace not made for it."""
    share = value(settings.hydrogen)
    if share is None or settings.hydrogen_rated or not exceeds(share, FLAMMABLE):
        return ()
    message = f"{share:.1%} hydrogen can burn when it meets air; this furnace is not said to be made for it."
    change = "Use forming gas below 4 % hydrogen, or a furnace with burner and interlocks."
    where = "carbonisation-reduction"
    return (Finding("hydrogen-flammable", "error", where, message, share, FLAMMABLE, "", change),)
