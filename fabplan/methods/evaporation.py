"""Evaporation: a line-of-sight film that lifts off well."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _vapour as vapour
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, table, text

TITLE = "Evaporation"
FAMILY = "vapour"
PATTERN = "mask"
VACUUM = True
HAZARDS = (
    "Electron beam: X-rays and high voltage, interlocks stay closed.",
    "Hot crucible: let it cool before venting.",
)
ACCEPTANCE = (accept.THICKNESS, accept.SHEET_RESISTANCE, accept.ADHESION)
REWORK = "Metal: strip and repeat at most twice. Lithium: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an evaporation run."""

    source_material: str = text("material in the crucible")
    kind: str = text("how the source is heated", choices=("", "electron-beam", "thermal"))
    glove_box: bool = flag("whether the part is loaded and unloaded in inert gas")
    pressure: Quantity | None = quantity("pressure", "pressure at the start", low=0)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth rate at the part", low=0)
    adhesion: vapour.Adhesion | None = table(vapour.Adhesion, "adhesion metal below")
    source_distance: Quantity | None = quantity("length", "distance from source to part", low=0)
    part_radius: Quantity | None = quantity("length", "distance of the part's edge from the axis", low=0)
    load_time: Quantity | None = assumed("time", "loading and masking the part", 900.0)
    pump_time: Quantity | None = assumed("time", "pumping to the starting pressure", 3600.0)
    conditioning_time: Quantity | None = assumed("time", "melting in and steadying the rate", 300.0)
    cool_time: Quantity | None = assumed("time", "cooling of the source before venting", 1200.0)
    vent_time: Quantity | None = assumed("time", "venting and unloading", 600.0)


def limits(settings: Settings) -> dict[str, float]:
    """A mask draws the outline; the film itself sets no limit."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the part [K]."""
    return value(settings.substrate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]."""
    return total(
        value(settings.load_time),
        value(settings.pump_time),
        value(settings.conditioning_time),
        vapour.growth_time(work, value(settings.rate), settings.adhesion),
        value(settings.cool_time),
        value(settings.vent_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Pressure, rate, end thickness and the time with the shutter open."""
    main = vapour.main_thickness(work, settings.adhesion)
    name = settings.source_material or "source"
    how = "; ".join(part for part in (settings.kind, "loaded in inert gas" if settings.glove_box else "") if part)
    time = ratio(main, value(settings.rate))
    return (
        *noted(entered(settings, "pressure"), how),
        *present(settings, "substrate_temperature", "source_distance"),
        *vapour.adhesion_points(settings.adhesion),
        *entered(settings, "rate"),
        derived(f"{name}: end thickness on the monitor", main, "length", "as designed"),
        derived(f"{name}: time with the shutter open", time, "time", "thickness over rate", settings.rate),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Volume evaporated: ``π h² d`` for a small planar source (cosine law) at distance h and thickness d."""
    distance = value(settings.source_distance)
    square = None if distance is None else math.pi * distance**2
    volume = product(vapour.main_thickness(work, settings.adhesion), square)
    return (Use(settings.source_material or "source", volume, "m3", "evaporated in all directions"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Relief that is too deep, uneven films."""
    edge = vapour.edge_over_centre(settings.source_distance, None, settings.part_radius, work)
    return (*vapour.coverage_findings("evaporation", work), *vapour.uniformity_findings("evaporation", edge))
