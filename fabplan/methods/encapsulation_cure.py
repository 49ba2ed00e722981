"""Encapsulation: lid, frame or potting compound is placed and cured."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _furnace as furnace
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import entered, exceeds, known, noted, present, product, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Encapsulation and cure"
FAMILY = "assembly"
PATTERN = "blanket"
VACUUM = False
HAZARDS = ("Uncured resin sensitises the skin: gloves. Exhaust on while it cures.",)
ACCEPTANCE = (accept.LEAK, accept.ISOLATION)
REWORK = "Before the cure: wipe off and place again. After it: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a lid and its cure."""

    compound: str = text("what is cured, mixing ratio")
    parts: str = text("lid, frame, port")
    in_glove_box: bool = flag("whether the step is done in inert gas")
    port: bool = flag("whether a port stays open for filling")
    cure_temperature: Quantity | None = quantity("temperature", "temperature of the cure", low=0)
    cure_time: Quantity | None = quantity("time", "cure", low=0)
    full_cure_time: Quantity | None = quantity("time", "shortest full cure known at that temperature", low=0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate", 2 / 60.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate", 2 / 60.0)
    mix_time: Quantity | None = assumed("time", "mixing and degassing", 1800.0)
    place_time: Quantity | None = assumed("time", "placing, aligning, pressing", 1800.0)
    bead_width: Quantity | None = quantity("length", "width of the seal", low=0)
    gap_fill: Quantity | None = quantity("length", "thickness of the compound under the lid", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the lid's place", low=0)


def limits(settings: Settings) -> dict[str, float]:
    """Width of the seal and tolerance of the lid."""
    return known(line=value(settings.bead_width), edge=value(settings.edge))


def temperature(settings: Settings) -> float | None:
    """Temperature of the cure [K]."""
    return value(settings.cure_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Mixing, placing, cure with its ramps [s]."""
    cure = furnace.run_time(
        settings.cure_temperature, settings.cure_time, settings.heating_rate, settings.cooling_rate
    )
    return total(value(settings.mix_time), value(settings.place_time), cure)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Compound, parts, temperature, time."""
    how = "; ".join(part for part in (settings.compound, settings.parts) if part)
    return (
        *noted(entered(settings, "cure_temperature"), how),
        *entered(settings, "cure_time"),
        *present(settings, "bead_width", "gap_fill", "mix_time", "place_time"),
        *furnace.ramp_points(settings.cure_temperature, settings.heating_rate, settings.cooling_rate),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Compound under the lid."""
    volume = product(value(settings.gap_fill), work.area)
    return (Use(settings.compound or "compound", volume, "m3", "under the lid; mix at least 1 mL"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A cure that is too short."""
    time, full = value(settings.cure_time), value(settings.full_cure_time)
    if time is None or full is None or not exceeds(full, time):
        return ()
    message = f"A cure of {time / 3600:.3g} h; full cure at this temperature takes {full / 3600:.3g} h."
    change = "Cure longer: what is not cured dissolves into the electrolyte."
    return (Finding("cure-short", "warning", "encapsulation-cure", message, time, full, "s", change),)
