"""Co-sputtering: several targets at once; their rates set the composition and add up to the growth rate.

Symbols in formulas: x atomic fraction, R growth rate, ρ density, M molar mass.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _vapour as vapour
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import Acceptance, SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, tables, text

TITLE = "Co-sputtering"
FAMILY = "vapour"
PATTERN = "mask"
VACUUM = True
HAZARDS = (
    "High voltage at the guns: interlocks stay closed.",
    "Pumps and gas bottles: check flow and exhaust before the run.",
)
COMPOSITION = Acceptance("composition", "±2 at% of target", "EDX or XPS on a witness", "general practice", "low")
ACCEPTANCE = (accept.THICKNESS, COMPOSITION, accept.UNIFORMITY)
REWORK = "Wrong composition: scrap the part; correct the powers with a witness."
OFF = 0.02  # atomic fraction by which a composition may miss its target (the acceptance window above)


@dataclass(frozen=True, kw_only=True)
class Gun:
    """One target and what it deposits alone."""

    target: str = text("target material", default=None)
    mode: str = text("power supply", choices=("", "dc", "pulsed-dc", "rf", "reactive"))
    power: Quantity | None = quantity("power", "power on the target", low=0)
    rate: Quantity | None = quantity("growth_rate", "growth rate of this target alone", low=0)
    rate_power: Quantity | None = quantity("power", "power at which the rate was measured", low=0)
    density: Quantity | None = quantity("density", "density of what it deposits", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of what it deposits", low=0)
    fraction: Quantity | None = quantity("number", "atomic fraction wanted in the film", low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a run with several guns."""

    guns: tuple[Gun, ...] = tables(Gun, "targets that run at the same time")
    gas: str = text("gases and their flows")
    pressure: Quantity | None = quantity("pressure", "working pressure", low=0)
    base_pressure: Quantity | None = assumed("pressure", "base pressure before the run", 1e-4)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the holder", low=0)
    presputter_time: Quantity | None = assumed("time", "presputtering against the closed shutters", 600.0)
    load_time: Quantity | None = assumed("time", "loading and masking the part", 900.0)
    pump_time: Quantity | None = assumed("time", "pumping to base pressure", 2700.0, note="30 to 60 min; load lock 10")
    vent_time: Quantity | None = assumed("time", "venting and unloading", 600.0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate of the holder", 1 / 6.0)
    stress: Quantity | None = quantity("pressure", "stress of the film as it grows, tension positive")
    toughness: Quantity | None = quantity("number", "fracture toughness of the film [Pa m^0.5]", low=0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate in vacuum", 1 / 12.0)
    target_utilisation: Quantity | None = assumed(
        "number", "share of the sputtered volume that reaches the part", 0.25, high=1.0, note="20 to 30 %"
    )


def gun_rate(gun: Gun) -> float | None:
    """Growth rate of one gun at its power [m/s], proportional to the power at fixed geometry."""
    scale = ratio(value(gun.power), value(gun.rate_power))
    return product(value(gun.rate), 1.0 if scale is None else scale)


def growth_rate(settings: Settings) -> float | None:
    """Growth rate of all guns together [m/s]; None without guns."""
    return total(*(gun_rate(g) for g in settings.guns)) if settings.guns else None


def fractions(settings: Settings) -> tuple[float, ...] | None:
    """Atomic fraction of each gun's material, ``xᵢ = (Rᵢρᵢ/Mᵢ)/Σ(Rⱼρⱼ/Mⱼ)`` (mass balance); None when unknown."""
    flux = [ratio(product(gun_rate(g), value(g.density)), value(g.molar_mass)) for g in settings.guns]
    known = [f for f in flux if f is not None]
    return tuple(f / sum(known) for f in known) if known and len(known) == len(flux) and sum(known) > 0.0 else None


def limits(settings: Settings) -> dict[str, float]:
    """A mask draws the outline; the film itself sets no limit."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the holder [K]."""
    return value(settings.substrate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]."""
    return total(
        value(settings.load_time),
        value(settings.pump_time),
        value(settings.presputter_time),
        vapour.ramp_time(settings.substrate_temperature, settings.heating_rate, settings.cooling_rate),
        ratio(work.thickness, growth_rate(settings)),
        value(settings.vent_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Pressure, each gun's power, composition, the time with the shutters open."""
    made = fractions(settings)
    rates = [g.rate for g in settings.guns]
    lines = [line for i, gun in enumerate(settings.guns) for line in _gun_points(gun, made[i] if made else None)]
    return (
        *noted(entered(settings, "pressure"), settings.gas),
        *present(settings, "base_pressure", "substrate_temperature", "presputter_time"),
        *lines,
        derived("Growth rate of all guns", growth_rate(settings), "growth_rate", "sum of the guns", *rates),
        derived("Time with the shutters open", ratio(work.thickness, growth_rate(settings)), "time",
                "thickness over rate", *rates, note="correct with the witness"),
        *vapour.coverage_points(work),
        *vapour.stress_points(settings.stress, settings.toughness),
    )


def _gun_points(gun: Gun, fraction: float | None) -> tuple[SetPoint, ...]:
    lines = (*entered(gun, "power", "rate"), *present(gun, "fraction"))
    inputs = (gun.rate, gun.density, gun.molar_mass)
    expected = derived("Atomic fraction to expect", fraction, "number", "mass balance of the guns", *inputs)
    return tuple(
        SetPoint(f"{gun.target}: {p.name[0].lower()}{p.name[1:]}", p.value, p.unit, p.shown, p.source, p.confidence,
                 p.note) for p in (*lines, expected)
    )  # fmt: skip


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Target volumes worn off for the film, each gun its share of the rate."""
    every, film = growth_rate(settings), product(work.thickness, work.area)
    used = []
    for gun in settings.guns:
        share = product(ratio(gun_rate(gun), every), film)
        used.append(Use(f"target {gun.target}", ratio(share, value(settings.target_utilisation)), "m3", "worn off"))
    return tuple(used)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A composition that misses its target, relief that is too deep."""
    return (*_composition_findings(settings), *vapour.coverage_findings("co-sputter", work),
            *vapour.stress_findings("co-sputter", settings.stress, settings.toughness, work))


def _composition_findings(settings: Settings) -> tuple[Finding, ...]:
    made, found = fractions(settings), []
    for gun, here in zip(settings.guns, made or (), strict=False):
        wanted = value(gun.fraction)
        if wanted is None or abs(here - wanted) <= OFF:
            continue
        message = f"These powers give {here:.1%} {gun.target} by atoms, wanted {wanted:.1%}."
        change = "Change the powers by the ratio of the fractions and measure a witness."
        found.append(Finding("co-sputter-composition", "warning", "co-sputter", message, here, wanted, "", change))
    return tuple(found)
