"""Inkjet printing: drops on a grid.

Symbols in formulas: V drop volume, θ contact angle, p pitch, η viscosity, γ surface tension, ρ density, a nozzle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Sweep, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Inkjet printing"
FAMILY = "printing"
PATTERN = "drops"
VACUUM = False
HAZARDS = ("Solvent vapour and nanoparticles: exhaust on, gloves.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH)
REWORK = "Missing lines: purge and print the pattern again before it dries."
JET = (1.0, 10.0)  # inverse Ohnesorge number of stable drops (Derby 2010)
EJECT = 4.0  # Weber number above which a drop leaves the nozzle (Derby 2010)
HEIGHT = 1e-3  # [m] of the nozzle over the part (general practice)
CLOGS = 50.0  # nozzle over particle (recalled)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an inkjet print."""

    ink: str = text("ink and its composition")
    drop: Quantity | None = quantity("volume", "volume of a drop", low=0)
    pitch: Quantity | None = quantity("length", "pitch of drops and lines", low=0)
    frequency: Quantity | None = quantity("frequency", "drops per second and nozzle", low=0)
    nozzles: Quantity | None = quantity("number", "nozzles that print at once", low=1)
    nozzle_pitch: Quantity | None = quantity("length", "distance of neighbouring nozzles across the sweep", low=0)
    passes: Quantity | None = quantity("number", "passes that share the drops of a layer", low=1)
    nozzle: Quantity | None = quantity("length", "diameter of the nozzle", low=0)
    drop_speed: Quantity | None = quantity("speed", "speed of the drops", low=0)
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the ink", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the dry layer", low=0, high=0.99)
    viscosity: Quantity | None = quantity("viscosity", "viscosity of the ink", low=0)
    surface_tension: Quantity | None = quantity("surface_tension", "surface tension of the ink", low=0)
    density: Quantity | None = quantity("density", "density of the ink", low=0)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    contact_angle: Quantity | None = quantity("number", "contact angle on the part [degrees]", low=1, high=179)
    plate_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    layer_pause: Quantity | None = assumed("time", "drying between layers", 60.0)
    setup_time: Quantity | None = assumed("time", "filling, purging, aligning, cleaning", 3600.0)


def layer_thickness(settings: Settings) -> float | None:
    """Dry thickness of one layer [m]: ``V φ/(p² (1−ε))`` (conservation of solids; φ solids, ε porosity)."""
    pores, pitch = value(settings.porosity), value(settings.pitch)
    spread = product(pitch, pitch, None if pores is None else 1.0 - pores)
    return ratio(product(value(settings.drop), value(settings.ink_solids)), spread)


def inverse_ohnesorge(settings: Settings) -> float | None:
    """``Z = √(γ ρ a)/η``: between 1 and 10 drops are stable (Derby 2010)."""
    inside = product(value(settings.surface_tension), value(settings.density), value(settings.nozzle))
    return ratio(None if inside is None else math.sqrt(inside), value(settings.viscosity))


def weber(settings: Settings) -> float | None:
    """``We = ρ v² a/γ``: above 4 a drop leaves the nozzle (Derby 2010)."""
    speed = value(settings.drop_speed)
    inertia = product(value(settings.density), speed, speed, value(settings.nozzle))
    return ratio(inertia, value(settings.surface_tension))


def line_width(settings: Settings) -> float | None:
    """Width of a line of drops at the pitch [m]: ``√(2π d³/(3 p f))``, ``f = θ/sin²θ − cos θ/sin θ``.

    d is the drop's diameter; the bead is a circular cap of constant section (Stringer and Derby 2010).
    """
    volume, pitch, angle = value(settings.drop), value(settings.pitch), value(settings.contact_angle)
    if volume is None or not pitch or angle is None:
        return None
    theta = math.radians(angle)
    cap = theta / math.sin(theta) ** 2 - math.cos(theta) / math.sin(theta)
    return math.sqrt(2.0 * math.pi * (6.0 * volume / math.pi) / (3.0 * pitch * cap))


def layers(settings: Settings, work: Work) -> int | None:
    """Number of layers for the thickness."""
    needed = ratio(work.thickness, layer_thickness(settings))
    return None if needed is None else max(1, math.ceil(needed * (1.0 - 1e-9)))


def sweep(settings: Settings, work: Work) -> Sweep | None:
    """Drops of one nozzle, one after each step of its way; None where a set point is unknown."""
    pitch, frequency, drop = (value(q) for q in (settings.pitch, settings.frequency, settings.drop))
    number, shared = layers(settings, work), round(value(settings.passes) or 1)
    if not pitch or not frequency or not drop or not number:
        return None
    step = pitch * shared
    return Sweep(
        "jet", step, pitch, frequency * step, number, HEIGHT, layer_pause=value(settings.layer_pause) or 0.0,
        section=drop / step,
    )  # fmt: skip


def limits(settings: Settings) -> dict[str, float]:
    """Width of a line, its wetting as edge, the grid of the drops, thickness of a layer."""
    step, width, pitch = layer_thickness(settings), line_width(settings), value(settings.pitch)
    return known(line=width, gap=width, edge=pitch, raster=pitch, thickness_low=step, thickness_step=step)


def temperature(settings: Settings) -> float | None:
    """Temperature of the part [K]."""
    return value(settings.plate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Setting up, then drops over their frequency and pauses [s]."""
    pitch, number = value(settings.pitch), layers(settings, work)
    drops = ratio(work.area, product(pitch, pitch))
    fired = ratio(drops, product(value(settings.frequency), value(settings.nozzles)))
    every = product(None if number is None else float(number), total(fired, value(settings.layer_pause)))
    return total(value(settings.setup_time), every)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Drop, pitch, frequency, layers."""
    inputs = (settings.drop, settings.pitch, settings.ink_solids, settings.porosity)
    number = layers(settings, work)
    jet = (settings.surface_tension, settings.density, settings.nozzle, settings.viscosity)
    return (
        *noted(entered(settings, "drop"), settings.ink),
        *entered(settings, "pitch", "frequency", "ink_solids", "porosity"),
        *present(settings, "nozzles", "nozzle", "drop_speed", "contact_angle", "plate_temperature", "layer_pause"),
        derived("Dry thickness of a layer", layer_thickness(settings), "length", "conservation of solids", *inputs),
        derived("Layers", None if number is None else float(number), "number", "thickness over that of a layer",
                *inputs),
        derived("Width of a line", line_width(settings), "length", "circular cap", settings.drop, settings.pitch,
                settings.contact_angle),
        derived("Inverse Ohnesorge number", inverse_ohnesorge(settings), "number", "1 to 10 is stable", *jet),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ink that is fired."""
    pores = value(settings.porosity)
    solids = product(work.area, work.thickness, None if pores is None else 1.0 - pores)
    fired = ratio(solids, value(settings.ink_solids))
    return (Use(settings.ink or "ink", fired, "m3", "fired; cartridge and purge beside"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Ink that does not jet, particles that clog."""
    found, where = [], "inkjet-printing"
    z, we = inverse_ohnesorge(settings), weber(settings)
    nozzle, particle = value(settings.nozzle), value(settings.particle_size)
    if z is not None and not JET[0] <= z <= JET[1]:
        message = f"Inverse Ohnesorge number {z:.3g}; drops are stable from {JET[0]:g} to {JET[1]:g}."
        allowed = JET[0] if z < JET[0] else JET[1]
        found.append(Finding("inkjet-ohnesorge", "warning", where, message, z, allowed, "", "Change the viscosity."))
    if we is not None and we <= EJECT:
        message = f"Weber number {we:.3g}; drops leave the nozzle above {EJECT:g}."
        found.append(Finding("inkjet-weber", "warning", where, message, we, EJECT, "", "Raise the drive voltage."))
    if nozzle is not None and particle is not None and nozzle < CLOGS * particle:
        message = f"Particles of {particle * 1e9:.3g} nm clog a nozzle of {nozzle * 1e6:.3g} um."
        change = "Mill or filter the ink."
        found.append(Finding("inkjet-clogging", "warning", where, message, particle, nozzle / CLOGS, "m", change))
    return tuple(found)
