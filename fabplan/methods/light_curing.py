"""Light curing: a resin sets under UV light, as a blanket, through a mask or layer by layer.

Symbols in formulas: C cure depth, P penetration depth, E dose, E₀ critical dose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Light curing"
FAMILY = "assembly"
PATTERN = "mask"
VACUUM = False
HAZARDS = ("UV light: shield, goggles, long sleeves.", "Uncured resin sensitises the skin: gloves.")
ACCEPTANCE = (accept.LINE_WIDTH, accept.LEAK)
REWORK = "Sticky: expose again. Cured in the wrong place: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a light cure."""

    resin: str = text("resin")
    dose: Quantity | None = quantity("areal_dose", "dose per layer", low=0)
    critical_dose: Quantity | None = quantity("areal_dose", "dose at which the surface just sets", low=0)
    penetration: Quantity | None = quantity("length", "depth at which the light has fallen to 1/e", low=0)
    intensity: Quantity | None = quantity("power_density", "intensity at the part", low=0)
    wavelength: Quantity | None = quantity("length", "wavelength", low=0)
    layer: Quantity | None = quantity("length", "thickness of a layer", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    part_temperature: Quantity | None = assumed("temperature", "temperature of the part under the lamp", ROOM + 20.0)
    recoat_time: Quantity | None = assumed("time", "coating and aligning of one layer", 300.0)
    develop_time: Quantity | None = assumed("time", "washing off the uncured resin", 300.0)
    handling_time: Quantity | None = assumed("time", "loading, unloading, inspecting", 900.0)


def cure_depth(settings: Settings) -> float | None:
    """Depth that one dose cures [m], ``C = P ln(E/E₀)`` (Jacobs' working curve; light after Beer and Lambert)."""
    share = ratio(value(settings.dose), value(settings.critical_dose))
    depth = value(settings.penetration)
    return None if share is None or depth is None or share <= 0.0 else max(0.0, depth * math.log(share))


def layers(settings: Settings, work: Work) -> int:
    """Number of layers; one where no layer thickness is given."""
    number = ratio(work.thickness, value(settings.layer))
    return 1 if number is None else max(1, math.ceil(number * (1.0 - 1e-9)))


def exposure_time(settings: Settings) -> float | None:
    """Exposure of one layer [s], dose over intensity."""
    return ratio(value(settings.dose), value(settings.intensity))


def limits(settings: Settings) -> dict[str, float]:
    """Line and gap of the resin; thickness that one dose or one layer makes."""
    layer = value(settings.layer)
    return known(
        line=value(settings.line),
        gap=value(settings.gap),
        thickness_step=layer,
        thickness_high=None if layer is not None else cure_depth(settings),
    )


def temperature(settings: Settings) -> float | None:
    """Temperature of the part under the lamp [K]."""
    return value(settings.part_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Handling, coating and exposing of each layer, washing [s]."""
    one = total(value(settings.recoat_time), exposure_time(settings))
    every = product(float(layers(settings, work)), one)
    return total(value(settings.handling_time), every, value(settings.develop_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Dose, intensity, time, layers, depth of cure."""
    return (
        *noted(entered(settings, "dose"), settings.resin),
        *entered(settings, "intensity"),
        *present(settings, "wavelength", "layer", "critical_dose", "penetration"),
        derived("Exposure time", exposure_time(settings), "time", "dose over intensity", settings.dose,
                settings.intensity, note="measure the lamp on the day"),
        derived("Layers", float(layers(settings, work)), "number", "thickness over layer", settings.layer),
        derived("Depth of cure", cure_depth(settings), "length", "Jacobs' working curve", settings.dose,
                settings.critical_dose, settings.penetration),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Resin that covers the part."""
    return (Use(settings.resin or "resin", product(work.area, work.thickness), "m3", "on the part, before washing"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A dose that does not reach the bottom."""
    depth = cure_depth(settings)
    deep = value(settings.layer) if settings.layer is not None else work.thickness
    if depth is None or deep is None or depth >= deep:
        return ()
    message = f"The dose cures {depth * 1e6:.3g} um, the layer is {deep * 1e6:.3g} um: it lifts off when washed."
    change = "Raise the dose or cure thinner layers."
    return (Finding("cure-depth", "warning", "light-curing", message, depth, deep, "m", change),)
