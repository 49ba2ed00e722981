"""Spray printing: passes of an atomised suspension over a heated part."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Sweep, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Spray printing"
FAMILY = "printing"
PATTERN = "raster"
VACUUM = False
HAZARDS = ("Aerosol of solvent and fine particles: closed hood, respirator filter class P3, no flame.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH, accept.MASS)
REWORK = "Before drying: wash off and spray again. After it: scrap the part."
HEIGHT = 0.05  # [m] of the nozzle over the part where the recipe names none (general practice)
RIPPLE = 0.88  # pitch over width of a pass up to which the sum of Gaussian passes is even to 2 % (computed)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a spray print."""

    ink: str = text("suspension and its composition")
    mask: str = text("mask on the part, where the edges need one")
    flow: Quantity | None = quantity("volumetric_flow", "flow of the suspension", low=0)
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the suspension", low=0, high=1)
    transfer: Quantity | None = quantity("number", "share of the suspension that lands on the part", low=0, high=1)
    speed: Quantity | None = quantity("speed", "speed of the nozzle over the part", low=0)
    pitch: Quantity | None = quantity("length", "distance between neighbouring passes", low=0)
    pass_width: Quantity | None = quantity("length", "width of a pass at half height", low=0)
    porosity: Quantity | None = quantity("number", "volume share of pores in the dry layer", low=0, high=0.99)
    plate_temperature: Quantity | None = quantity("temperature", "temperature of the heated part", low=0)
    height: Quantity | None = quantity("length", "nozzle above the part", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    overrun: Quantity | None = assumed("length", "turning beyond each end of a pass", 0.01)
    layer_pause: Quantity | None = assumed("time", "drying between layers", 20.0)
    setup_time: Quantity | None = assumed("time", "filling, masking, heating, cleaning", 3600.0)


def layer_thickness(settings: Settings) -> float | None:
    """Dry thickness of one layer of passes [m]: ``Q φ η/(v s (1−ε))`` (conservation of solids).

    Q flow, φ solids, η share that lands, v speed, s pitch, ε porosity.
    """
    pores = value(settings.porosity)
    laid = product(value(settings.flow), value(settings.ink_solids), value(settings.transfer))
    spread = product(value(settings.speed), value(settings.pitch), None if pores is None else 1.0 - pores)
    return ratio(laid, spread)


def layers(settings: Settings, work: Work) -> int | None:
    """Number of layers for the thickness."""
    needed = ratio(work.thickness, layer_thickness(settings))
    return None if needed is None else max(1, math.ceil(needed * (1.0 - 1e-9)))


def layer_time(settings: Settings, work: Work) -> float | None:
    """Time of one layer over a square of the work's area [s], with turning and pause."""
    if work.area is None:
        return None
    side, pitch = math.sqrt(work.area), value(settings.pitch)
    passes = None if not pitch else side / pitch + 1.0
    one = ratio(total(side, product(2.0, value(settings.overrun))), value(settings.speed))
    return total(product(passes, one), value(settings.layer_pause))


def sweep(settings: Settings, work: Work) -> Sweep | None:
    """Passes of all layers."""
    pitch, speed, flow = (value(q) for q in (settings.pitch, settings.speed, settings.flow))
    number, height = layers(settings, work), value(settings.height)
    if not pitch or not speed or not number:
        return None
    return Sweep(
        "spray",
        value(settings.pass_width) or pitch,
        pitch,
        speed,
        number,
        HEIGHT if height is None else height,
        value(settings.overrun) or 0.0,
        value(settings.layer_pause) or 0.0,
        travel_speed=speed,
        section=flow / speed if flow else 0.0,
        masked=bool(settings.mask),
    )


def limits(settings: Settings) -> dict[str, float]:
    """Line and gap of the process, thickness of a layer."""
    step = layer_thickness(settings)
    return known(line=value(settings.line), gap=value(settings.gap), thickness_low=step, thickness_step=step)


def temperature(settings: Settings) -> float | None:
    """Temperature of the heated part [K]."""
    return value(settings.plate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Setting up, then all layers [s]."""
    number = layers(settings, work)
    every = product(None if number is None else float(number), layer_time(settings, work))
    return total(value(settings.setup_time), every)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Flow, speed, pitch, layers."""
    inputs = (settings.flow, settings.ink_solids, settings.transfer, settings.speed, settings.pitch, settings.porosity)
    number = layers(settings, work)
    return (
        *noted(entered(settings, "flow"), "; ".join(part for part in (settings.ink, settings.mask) if part)),
        *entered(settings, "ink_solids", "transfer", "speed", "pitch", "porosity", "plate_temperature"),
        *present(settings, "pass_width", "layer_pause"),
        derived("Dry thickness of a layer", layer_thickness(settings), "length", "conservation of solids", *inputs),
        derived("Layers", None if number is None else float(number), "number", "thickness over that of a layer",
                *inputs, note="correct after the first layers"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Suspension, with what misses the part."""
    pores = value(settings.porosity)
    solids = product(work.area, work.thickness, None if pores is None else 1.0 - pores)
    laid = product(value(settings.ink_solids), value(settings.transfer))
    return (Use(settings.ink or "suspension", ratio(solids, laid), "m3", "with what misses the part"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Passes too far apart."""
    pitch, width = value(settings.pitch), value(settings.pass_width)
    if pitch is None or width is None or pitch <= RIPPLE * width:
        return ()
    message = f"Passes {pitch * 1e3:.3g} mm apart with a width of {width * 1e3:.3g} mm leave ripples above 2 %."
    change = f"Bring the passes to {RIPPLE * width * 1e3:.3g} mm."
    return (Finding("spray-ripple", "warning", "spray-printing", message, pitch, RIPPLE * width, "m", change),)
