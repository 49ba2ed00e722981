"""Biotemplating: rods that assemble by themselves (such as tobacco mosaic virus) are metallised and coated.

Symbols in formulas: s spacing of the rods, r radius, L length, t coat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, exceeds, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Biotemplating"
FAMILY = "wet"
PATTERN = "conformal"
VACUUM = False
HAZARDS = (
    "Biological agent: handle and inactivate as its safety class says.",
    "Palladium and nickel baths for metallising: gloves, exhaust; nickel salts cause cancer and allergy.",
)
ACCEPTANCE = (accept.MASS, accept.NO_CRACKS)
REWORK = "Sparse rods: incubate again before metallising. After it: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of assembling and metallising rods."""

    template: str = text("rods and their buffer")
    metal: str = text("metal of the shell and its bath")
    rod_length: Quantity | None = quantity("length", "length of a rod", low=0)
    rod_radius: Quantity | None = quantity("length", "radius of a rod", low=0)
    spacing: Quantity | None = quantity("length", "mean distance of standing rods", low=0)
    shell: Quantity | None = quantity("length", "thickness of the metal shell", low=0)
    shell_rate: Quantity | None = quantity("growth_rate", "growth rate of the shell", low=0)
    incubation_time: Quantity | None = quantity("time", "assembly of the rods", low=0)
    bath_temperature: Quantity | None = assumed("temperature", "temperature of incubation and bath", ROOM)
    mix_time: Quantity | None = assumed("time", "preparing buffer and bath", 3600.0)
    clean_time: Quantity | None = assumed("time", "rinsing, activating, drying", 3600.0)


def enhancement(settings: Settings, coat: float = 0.0) -> float | None:
    """True over plan area, ``1 + 2π (r + shell + t) L/s²``: one standing rod on each s².

    Parameters
    ----------
    coat : thickness of a further conformal coat [m]
    """
    radius = total(value(settings.rod_radius), value(settings.shell), coat)
    spacing = value(settings.spacing)
    walls = product(2.0 * math.pi, radius, value(settings.rod_length))
    share = ratio(walls, None if spacing is None else spacing**2)
    return None if share is None else 1.0 + share


def limits(settings: Settings) -> dict[str, float]:
    """The metal below draws the outline."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of incubation and bath [K]."""
    return value(settings.bath_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Preparing, assembling, metallising, rinsing [s]."""
    shell = ratio(value(settings.shell), value(settings.shell_rate))
    return total(value(settings.mix_time), value(settings.incubation_time), shell, value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Incubation, shell, area to expect."""
    rods = (settings.rod_length, settings.rod_radius, settings.spacing, settings.shell)
    shell = ratio(value(settings.shell), value(settings.shell_rate))
    return (
        *noted(entered(settings, "incubation_time"), settings.template),
        *present(settings, "bath_temperature"),
        *noted(entered(settings, "shell"), settings.metal),
        *entered(settings, "shell_rate", "spacing"),
        *present(settings, "rod_length", "rod_radius"),
        derived("Metallising time", shell, "time", "shell over rate", settings.shell, settings.shell_rate),
        derived("True over plan area", enhancement(settings), "number", "one rod on each square", *rods),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Rods that stand on the part."""
    spacing = value(settings.spacing)
    number = ratio(work.area, None if spacing is None else spacing**2)
    return (Use(settings.template or "rods", number, "pieces", "standing; incubate with an excess"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Coats that close the space between the rods."""
    coat = work.thickness or 0.0
    wide = product(2.0, total(value(settings.rod_radius), value(settings.shell), coat))
    spacing = value(settings.spacing)
    if wide is None or spacing is None or not exceeds(wide, spacing):
        return ()
    message = f"Rods with shell and coat are {wide * 1e9:.3g} nm wide at a spacing of {spacing * 1e9:.3g} nm: closed."
    change = "Use a thinner coat or a sparser assembly."
    return (Finding("rods-closed", "error", "biotemplating", message, wide, spacing, "m", change),)
