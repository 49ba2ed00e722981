"""Sputtering from one target: a line-of-sight film whose time is thickness over a calibrated rate."""

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

TITLE = "Sputtering"
FAMILY = "vapour"
PATTERN = "mask"
VACUUM = True
HAZARDS = (
    "High voltage at the gun: interlocks stay closed.",
    "Pumps and gas bottles: check flow and exhaust before the run.",
)
ACCEPTANCE = (accept.THICKNESS, accept.UNIFORMITY, accept.ADHESION)
REWORK = "Metal: strip and repeat at most twice. Lithium-bearing film: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a sputter run."""

    target: str = text("target material")
    mode: str = text("power supply", choices=("", "dc", "pulsed-dc", "rf", "reactive"))
    gas: str = text("gases and their flows")
    power: Quantity | None = quantity("power", "power on the target", low=0)
    target_diameter: Quantity | None = quantity("length", "diameter of the target", low=0)
    power_density: Quantity | None = quantity("power_density", "power per target area", low=0)
    power_density_limit: Quantity | None = assumed(
        "power_density", "power per area at which ceramic targets crack", 3e4, note="3 to 5 W/cm2"
    )
    ceramic_target: bool = flag("whether the target may crack")
    pressure: Quantity | None = quantity("pressure", "working pressure", low=0)
    base_pressure: Quantity | None = assumed("pressure", "base pressure before the run", 1e-4)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the holder", low=0)
    surface_temperature: Quantity | None = quantity("temperature", "hottest surface under the plasma", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth rate on this tool", low=0)
    rate_power: Quantity | None = quantity("power", "power at which the rate was measured", low=0)
    adhesion: vapour.Adhesion | None = table(vapour.Adhesion, "adhesion metal below")
    throw_distance: Quantity | None = quantity("length", "distance from target to part", low=0)
    erosion_radius: Quantity | None = quantity("length", "radius of the target's erosion ring", low=0)
    part_radius: Quantity | None = quantity("length", "distance of the part's edge from the axis", low=0)
    stress: Quantity | None = quantity("pressure", "stress of the film as it grows, tension positive")
    toughness: Quantity | None = quantity("number", "fracture toughness of the film [Pa m^0.5]", low=0)
    presputter_time: Quantity | None = assumed("time", "presputtering against the closed shutter", 300.0)
    load_time: Quantity | None = assumed("time", "loading and masking the part", 900.0)
    pump_time: Quantity | None = assumed("time", "pumping to base pressure", 2700.0, note="30 to 60 min; load lock 10")
    vent_time: Quantity | None = assumed("time", "venting and unloading", 600.0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate of the holder", 1 / 6.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate in vacuum", 1 / 12.0)
    target_utilisation: Quantity | None = assumed(
        "number", "share of the sputtered volume that reaches the part", 0.25, high=1.0, note="20 to 30 %"
    )


def growth_rate(settings: Settings) -> float | None:
    """Growth rate at the set power [m/s].

    Proportional to the power at fixed geometry (nickel at 75 and 150 W on one tool: exponent
    1.07, UCSB Nanofab wiki); the geometry alone changes it threefold, hence the calibration.
    """
    scale = ratio(value(settings.power), value(settings.rate_power))
    return product(value(settings.rate), 1.0 if scale is None else scale)


def target_power_density(settings: Settings) -> float | None:
    """Power per target area [W/m²], given or from power and diameter of a round target."""
    if settings.power_density is not None:
        return settings.power_density.value
    diameter = value(settings.target_diameter)
    return ratio(value(settings.power), None if diameter is None else math.pi * diameter**2 / 4.0)


def limits(settings: Settings) -> dict[str, float]:
    """A mask draws the outline; the film itself sets no limit."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Hottest of holder and surface [K]."""
    both = [t for t in (value(settings.substrate_temperature), value(settings.surface_temperature)) if t is not None]
    return max(both, default=None)


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]."""
    return total(
        value(settings.load_time),
        value(settings.pump_time),
        value(settings.presputter_time),
        vapour.ramp_time(settings.substrate_temperature, settings.heating_rate, settings.cooling_rate),
        vapour.growth_time(work, growth_rate(settings), settings.adhesion),
        value(settings.vent_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Power, pressure, gas, temperature and the time with the shutter open."""
    main = vapour.main_thickness(work, settings.adhesion)
    time = ratio(main, growth_rate(settings))
    label = f"{settings.target or 'target'}: time with the shutter open"
    gas = "; ".join(part for part in (settings.mode, settings.gas) if part)
    shared = present(settings, "base_pressure", "substrate_temperature", "surface_temperature", "presputter_time")
    return (
        *shared,
        *vapour.adhesion_points(settings.adhesion),
        *noted(entered(settings, "pressure"), gas),
        *entered(settings, "power"),
        *present(settings, "power_density", "throw_distance"),
        *entered(settings, "rate"),
        derived(label, time, "time", "thickness over rate", settings.rate, note="correct with the witness"),
        *vapour.edge_points(settings.throw_distance, settings.erosion_radius, settings.part_radius, work),
        *vapour.coverage_points(work),
        *present(settings, "stress", "toughness"),
        *vapour.stress_points(settings.stress, settings.toughness),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Target volume worn off for the film."""
    film = product(vapour.main_thickness(work, settings.adhesion), work.area)
    name = f"target {settings.target}".strip()
    return (Use(name, ratio(film, value(settings.target_utilisation)), "m3", "worn off for the part alone"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Cracking targets and films, relief that is too deep, uneven films."""
    return (
        *_power_findings(settings),
        *vapour.coverage_findings("sputter", work),
        *vapour.uniformity_findings("sputter", _edge(settings, work)),
        *vapour.stress_findings("sputter", settings.stress, settings.toughness, work),
    )


def _edge(settings: Settings, work: Work) -> float | None:
    return vapour.edge_over_centre(settings.throw_distance, settings.erosion_radius, settings.part_radius, work)


def _power_findings(settings: Settings) -> tuple[Finding, ...]:
    density, limit = target_power_density(settings), value(settings.power_density_limit)
    if not settings.ceramic_target or density is None or limit is None or density <= limit:
        return ()
    message = f"{density / 1e4:.3g} W/cm2 on a ceramic target; such targets crack above about {limit / 1e4:.3g} W/cm2."
    change = "Lower the power or ramp it slowly, with the target bonded to a cooled plate."
    return (Finding("sputter-power-density", "warning", "sputter", message, density, limit, "W/m2", change),)
