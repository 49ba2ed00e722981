"""Gel casting: a solution is cast over the cell and sets to a gel or ionogel."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Gel casting"
FAMILY = "wet"
PATTERN = "blanket"
VACUUM = False
HAZARDS = (
    "Acetone and other casting solvents burn: no flame, exhaust on.",
    "Casting solvent may dissolve the binder of the electrodes: try it on a witness first.",
)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.NO_CRACKS, accept.ISOLATION)
REWORK = "Bubbles before setting: degas and cast again. After setting: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of casting a gel."""

    solution: str = text("solution and its composition")
    vacuum_drying: bool = flag("whether the solvent is drawn off in a vacuum")
    solids: Quantity | None = quantity("number", "volume share of the solution that stays as gel", low=0, high=1)
    cast_temperature: Quantity | None = quantity("temperature", "temperature of setting and drying", low=0)
    set_time: Quantity | None = quantity("time", "setting", low=0)
    dry_time: Quantity | None = quantity("time", "drying", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 2 / 60.0)
    mix_time: Quantity | None = assumed("time", "mixing and degassing the solution", 3600.0)
    cast_time: Quantity | None = assumed("time", "placing the dam, casting, levelling", 900.0)
    excess: Quantity | None = assumed("number", "extra share of the solution", 0.2)
    thickness_low: Quantity | None = quantity("length", "thinnest closed gel", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the dam", low=0)


def vacuum(settings: Settings) -> bool:
    """Whether the solvent is drawn off in a vacuum."""
    return settings.vacuum_drying


def wet_volume(settings: Settings, work: Work) -> float | None:
    """Solution to cast [m³]: volume of the gel over the share that stays, with the excess."""
    volume = work.volume if work.volume is not None else product(work.area, work.thickness)
    extra = value(settings.excess)
    return product(ratio(volume, value(settings.solids)), None if extra is None else 1.0 + extra)


def limits(settings: Settings) -> dict[str, float]:
    """Thinnest closed gel and tolerance of its dam."""
    return known(thickness_low=value(settings.thickness_low), edge=value(settings.edge))


def temperature(settings: Settings) -> float | None:
    """Temperature of setting and drying [K]."""
    return value(settings.cast_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Mixing, casting, setting, drying [s]."""
    return total(
        value(settings.mix_time),
        value(settings.cast_time),
        furnace.up_time(settings.cast_temperature, settings.heating_rate),
        value(settings.set_time) if settings.set_time is not None else 0.0,
        value(settings.dry_time) if settings.dry_time is not None else 0.0,
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Solution, volume, temperature, times."""
    volume = wet_volume(settings, work)
    return (
        *noted(entered(settings, "solids"), settings.solution),
        derived("Solution to cast", volume, "volume", "gel volume over solids, with excess", settings.solids,
                settings.excess),
        *entered(settings, "cast_temperature"),
        *present(settings, "set_time", "dry_time", "mix_time"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Solution, with the excess."""
    return (Use(settings.solution or "solution", wet_volume(settings, work), "m3", "with the excess"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A gel too thin to close."""
    low = value(settings.thickness_low)
    if work.thickness is None or low is None or not exceeds(low, work.thickness):
        return ()
    message = f"A gel of {work.thickness * 1e6:.3g} um; below {low * 1e6:.3g} um cast gels do not close."
    change = "Raise the lid or spin the solution."
    return (Finding("gel-thin", "warning", "gel-casting", message, work.thickness, low, "m", change),)
