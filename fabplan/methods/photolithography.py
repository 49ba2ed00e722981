"""Photolithography: resist on, exposed through a plate, developed.

Symbols in formulas: λ wavelength, g gap between plate and resist, t resist thickness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Photolithography"
FAMILY = "lithography"
PATTERN = "mask"
VACUUM = False
HAZARDS = (
    "Resist and solvents burn: no flame, fume hood.",
    "Developer (TMAH) is toxic through the skin: gloves, apron, face shield; it attacks aluminium and thin alumina.",
    "UV light: keep the shield closed.",
)
ACCEPTANCE = (accept.LINE_WIDTH, accept.OVERLAY)
REWORK = "Strip in solvent, clean and repeat, at most twice."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of one resist layer."""

    resist: str = text("resist")
    tone: str = text("tone of the resist", choices=("positive", "negative", "image-reversal"), default="positive")
    developer: str = text("developer")
    resist_thickness: Quantity | None = quantity("length", "thickness of the resist", low=0)
    spin_speed: Quantity | None = quantity("rate", "spin speed", low=0)
    spin_time: Quantity | None = assumed("time", "spinning", 45.0)
    bake_temperature: Quantity | None = quantity("temperature", "temperature of the soft bake", low=0)
    bake_time: Quantity | None = assumed("time", "time of the soft bake", 90.0)
    dose: Quantity | None = quantity("areal_dose", "exposure dose", low=0)
    intensity: Quantity | None = quantity("power_density", "intensity of the lamp at the part", low=0)
    wavelength: Quantity | None = quantity("length", "wavelength", low=0)
    proximity: Quantity | None = quantity("length", "gap between plate and resist", low=0)
    resolution: Quantity | None = quantity("length", "smallest feature of the aligner", low=0)
    develop_time: Quantity | None = assumed("time", "developing", 60.0)
    hard_bake_temperature: Quantity | None = quantity("temperature", "temperature of the hard bake", low=0)
    hard_bake_time: Quantity | None = quantity("time", "time of the hard bake", low=0)
    softening: Quantity | None = quantity("temperature", "temperature above which the resist flows", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the edge", low=0)
    clean_time: Quantity | None = assumed("time", "cleaning, dehydrating and priming", 1200.0)
    align_time: Quantity | None = assumed("time", "loading, aligning, unloading", 900.0)
    inspect_time: Quantity | None = assumed("time", "rinsing, drying, inspecting", 600.0)


def smallest_feature(settings: Settings) -> float | None:
    """Smallest feature in contact or proximity printing [m], ``√(λ (g + t/2))`` (Fresnel diffraction).

    Not smaller than the resolution of the aligner; that alone where one of the three is unknown.
    """
    wavelength, gap, thickness = value(settings.wavelength), value(settings.proximity), value(settings.resist_thickness)
    aligner = value(settings.resolution)
    if wavelength is None or gap is None or thickness is None:
        return aligner
    return max(math.sqrt(wavelength * (gap + thickness / 2.0)), aligner or 0.0)


def exposure_time(settings: Settings) -> float | None:
    """Exposure time [s], dose over intensity."""
    return ratio(value(settings.dose), value(settings.intensity))


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and edge of the resist."""
    feature = smallest_feature(settings)
    return known(line=feature, gap=feature, edge=value(settings.edge))


def temperature(settings: Settings) -> float | None:
    """Hottest bake [K]."""
    bakes = (value(settings.bake_temperature), value(settings.hard_bake_temperature))
    return max((t for t in bakes if t is not None), default=None)


def duration(settings: Settings, work: Work) -> float | None:
    """All steps of the resist layer [s]; an unknown dose counts with the alignment time."""
    hard = value(settings.hard_bake_time) if settings.hard_bake_temperature is not None else 0.0
    return total(
        value(settings.clean_time),
        value(settings.spin_time),
        value(settings.bake_time),
        value(settings.align_time),
        exposure_time(settings) or 0.0,
        value(settings.develop_time),
        hard,
        value(settings.inspect_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Spin, bakes, dose and time, developer."""
    what = f"{settings.resist or 'resist'}, {settings.tone}"
    develop = noted(entered(settings, "develop_time"), settings.developer)
    return (
        *noted(entered(settings, "spin_speed"), what),
        *entered(settings, "spin_time", "resist_thickness", "bake_temperature", "bake_time", "dose"),
        *present(settings, "wavelength", "proximity"),
        derived("Exposure time", exposure_time(settings), "time", "dose over intensity", settings.dose,
                settings.intensity, note="measure the lamp on the day"),
        *develop,
        *present(settings, "hard_bake_temperature", "hard_bake_time", "softening"),
        derived("Smallest feature", smallest_feature(settings), "length", "diffraction and aligner",
                settings.wavelength, settings.proximity, settings.resist_thickness, settings.resolution),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Resist that stays on the part, before developing; most of what is dispensed flies off."""
    stays = product(value(settings.resist_thickness), work.area)
    return (Use(settings.resist or "resist", stays, "m3", "stays on the part; dispense some 20 times as much"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A bake at which the resist flows."""
    limit, found = value(settings.softening), []
    bakes = (("soft", settings.bake_temperature), ("hard", settings.hard_bake_temperature))
    for name, bake in bakes:
        here = value(bake)
        if here is None or limit is None or here <= limit:
            continue
        message = f"The {name} bake at {here - 273.15:.4g} degC is above {limit - 273.15:.4g} degC: the resist flows."
        found.append(Finding("resist-flow", "warning", "photolithography", message, here, limit, "K", "Bake cooler."))
    return tuple(found)
