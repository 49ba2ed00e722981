"""Atomic layer deposition: a conformal film whose thickness is a number of cycles."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _dose as dose
from fabplan.methods import _relief_dose as relief
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, shown, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, tables, text, whole

TITLE = "Atomic layer deposition"
FAMILY = "vapour"
PATTERN = "conformal"
VACUUM = True
HAZARDS = (
    "Metal alkyls (TMA, DEZ) burn in air: leak check and nitrogen test purge before the valve opens, no water near.",
    "TiCl4 gives HCl with moisture; ozone needs a destructor; lithium precursors are air sensitive.",
)
ACCEPTANCE = (accept.THICKNESS_ALD, accept.UNIFORMITY)
REWORK = "Too thin: run the missing cycles. Lithium-bearing film after air: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One dose of a cycle and the purge after it."""

    precursor: str = text("what is dosed", default=None)
    pulse: Quantity | None = quantity("time", "time with the valve open", low=0)
    purge: Quantity | None = quantity("time", "purge after it", low=0)
    repeats: int = whole("how often pulse and purge follow each other", low=1, high=1000, default=1)
    molar_mass: Quantity | None = quantity("molar_mass", "molar mass of the precursor", low=0)
    partial_pressure: Quantity | None = quantity("pressure", "partial pressure at the part during the pulse", low=0)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an atomic layer deposition run."""

    cycle: tuple[Pulse, ...] = tables(Pulse, "doses of one cycle (or supercycle), in order")
    growth_per_cycle: Quantity | None = quantity("growth_per_cycle", "growth per cycle (or supercycle)", low=0)
    coat_thickness: Quantity | None = quantity("length", "coat on a scaffold that is part of the layer", low=0)
    nucleation_cycles: Quantity | None = quantity("number", "cycles before growth starts", low=0)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    window_low: Quantity | None = quantity("temperature", "lower end of the temperature window", low=0)
    window_high: Quantity | None = quantity("temperature", "upper end of the temperature window", low=0)
    gas: str = text("carrier gas and its flow")
    bulk_uptake: bool = flag("whether the film takes up the precursor, so that growth is not self-limiting")
    aspect_ratio: Quantity | None = quantity("number", "largest aspect ratio that was shown to be coated", low=0)
    sticking: Quantity | None = quantity("number", "sticking probability of the first precursor", low=0, high=1)
    site_area: Quantity | None = quantity("area", "plan area of one site", low=0)
    coverage: Quantity | None = assumed("number", "coverage wanted at the bottom of relief", 0.95, high=0.9999)
    chamber_area: Quantity | None = assumed("area", "area of the chamber that is coated as well", 0.1)
    utilisation: Quantity | None = assumed(
        "number", "share of the precursor that reacts", 0.1, high=1.0, note="1 to 30 %"
    )
    load_time: Quantity | None = assumed("time", "loading and pumping", 900.0)
    stabilise_time: Quantity | None = assumed("time", "heating and stabilising", 1350.0, note="15 to 30 min")
    cool_time: Quantity | None = assumed("time", "cooling and unloading", 900.0)


def cycles(settings: Settings, work: Work) -> int | None:
    """Number of cycles, ``N₀ + ⌈d/g⌉`` with thickness d, growth per cycle g and nucleation delay N₀."""
    needed = ratio(work.thickness, value(settings.growth_per_cycle))
    if needed is None:
        return None
    # A thickness that is a whole number of cycles must not gain one from rounding.
    return math.ceil(value(settings.nucleation_cycles) or 0.0) + math.ceil(needed * (1.0 - 1e-12))


def cycle_time(settings: Settings) -> float | None:
    """Time of one cycle [s]; None when one of its pulses or purges is unknown."""
    if not settings.cycle:
        return None
    return total(*(product(total(value(p.pulse), value(p.purge)), float(p.repeats)) for p in settings.cycle))


def exposure(settings: Settings, aspect_ratio: float) -> float | None:
    """Exposure of the first precursor that relief of that aspect ratio needs [Pa s], counted as a via."""
    first = settings.cycle[0] if settings.cycle else None
    molar_mass = value(first.molar_mass) if first else None
    site, sticking, coverage = value(settings.site_area), value(settings.sticking), value(settings.coverage)
    if molar_mass is None or not site or not sticking or coverage is None:
        return None
    unit = dose.exposure_unit(molar_mass, value(settings.substrate_temperature) or ROOM, site)
    return unit * dose.via_dose(aspect_ratio, sticking, coverage)


def limits(settings: Settings) -> dict[str, float]:
    """A conformal film follows what is there; the number of cycles sets no practical step."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the part [K]."""
    return value(settings.substrate_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]: cycles times cycle time, with heating and cooling."""
    number = cycles(settings, work)
    run = product(None if number is None else float(number), cycle_time(settings))
    return total(value(settings.load_time), value(settings.stabilise_time), run, value(settings.cool_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Temperature, the table of pulses and purges, the number of cycles."""
    number = cycles(settings, work)
    count = derived(
        "Cycles",
        None if number is None else float(number),
        "number",
        "thickness over growth per cycle, rounded up",
        settings.growth_per_cycle,
        settings.nucleation_cycles,
    )
    times = [q for p in settings.cycle for q in (p.pulse, p.purge)]
    run = product(count.value, cycle_time(settings))
    return (
        *noted(_temperature_point(settings), settings.gas),
        *present(settings, "stabilise_time"),
        *(line for i, pulse in enumerate(settings.cycle, 1) for line in _pulse_points(i, pulse)),
        *present(settings, "coat_thickness"),
        *entered(settings, "growth_per_cycle"),
        *present(settings, "nucleation_cycles"),
        count,
        derived("Time of one cycle", cycle_time(settings), "time", "sum of pulses and purges", *times),
        derived("Time of all cycles", run, "time", "cycles times time of one", settings.growth_per_cycle, *times),
        *relief.points(settings, work),
    )


def _temperature_point(settings: Settings) -> tuple[SetPoint, ...]:
    """Temperature of the part; the window of the process is what it may differ by, where no range is stated."""
    low, high, given = settings.window_low, settings.window_high, settings.substrate_temperature
    points = entered(settings, "substrate_temperature")
    if given is None or given.low is not None or value(low) is None or value(high) is None:
        return points
    return noted(points, f"range {shown(value(low), 'temperature')} to {shown(value(high), 'temperature')}")


def _pulse_points(number: int, pulse: Pulse) -> tuple[SetPoint, ...]:
    note = f"{pulse.repeats} times pulse and purge" if pulse.repeats > 1 else ""
    lines = []
    for what, given in (("pulse", pulse.pulse), ("purge", pulse.purge)):
        name = f"Dose {number}, {pulse.precursor}: {what}"
        if given is None:
            lines.append(SetPoint(name, None, "s", "unknown", "not given by the recipe", "low", note))
            continue
        text_shown = shown(given.value, "time")
        lines.append(SetPoint(name, given.value, "s", text_shown, given.source, given.confidence, given.note or note))
    return tuple(lines)


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Precursors: one site each on part and chamber, over the share that reacts."""
    number, site, share = cycles(settings, work), value(settings.site_area), value(settings.utilisation)
    chamber, used = value(settings.chamber_area), []
    for pulse in settings.cycle:
        mass, molar_mass = None, value(pulse.molar_mass)
        if not (number is None or not site or not share or molar_mass is None or work.area is None or chamber is None):
            area = chamber + work.area * work.enhancement
            mass = number * pulse.repeats * dose.precursor_mass(area, site, molar_mass, share)
        used.append(Use(pulse.precursor, mass, "kg", "part and chamber"))
    return tuple(used)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Temperature outside the window, relief deeper than shown, too short a dose, growth without end."""
    return (*_window_findings(settings), *_relief_findings(settings, work), *_dose_findings(settings, work))


def _window_findings(settings: Settings) -> tuple[Finding, ...]:
    found, here = [], value(settings.substrate_temperature)
    low, high = value(settings.window_low), value(settings.window_high)
    for limit, outside in ((low, "below"), (high, "above")):
        if here is None or limit is None or (here >= limit if outside == "below" else here <= limit):
            continue
        message = f"{here - 273.15:.4g} degC is {outside} the window of the process ({limit - 273.15:.4g} degC)."
        found.append(Finding("ald-window", "warning", "atomic-layer-deposition", message, here, limit, "K"))
    if settings.bulk_uptake:
        message = "The film takes up lithium in its bulk: thickness and composition depend on the dose; calibrate."
        found.append(Finding("ald-not-self-limiting", "warning", "atomic-layer-deposition", message))
    return tuple(found)


def _relief_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    shown_before = value(settings.aspect_ratio)
    if work.aspect_ratio is None or shown_before is None or work.aspect_ratio <= shown_before:
        return ()
    message = f"Aspect ratio {work.aspect_ratio:.3g}; this chemistry was shown to coat {shown_before:.3g}."
    change = "Lengthen pulse and purge and measure the bottom, or make the relief shallower."
    where = "atomic-layer-deposition"
    return (Finding("ald-aspect-ratio", "warning", where, message, work.aspect_ratio, shown_before, "", change),)


def _dose_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Too short a pulse or purge for the relief; where nobody can say, how much the relief asks for."""
    if work.aspect_ratio is None or not settings.cycle:
        return ()
    first, where, found = settings.cycle[0], "atomic-layer-deposition", []
    needs = relief.doses(settings, work)
    given = relief.whole_pulse(settings.cycle)
    if needs and (given is None or needs[0].exposure is None):
        span = " to ".join(f"{d.flat:.3g}" for d in sorted(needs, key=lambda d: d.flat))
        message = (
            f"Relief of aspect ratio {work.aspect_ratio:.3g} needs {span} times the dose of flat ground with certain "
            f"sticking; whether the pulse of {first.precursor} gives it is not known."
        )
        change = "Measure the partial pressure of a pulse, coat a witness with relief and look at its bottom."
        found.append(Finding("ald-dose-unknown", "info", where, message, change=change))
    elif needs and given is not None:
        needed = max(d.exposure or 0.0 for d in needs)
        if given < needed:
            message = f"{first.precursor}: {given:.3g} Pa s per cycle, the relief needs up to {needed:.3g} Pa s."
            change = f"Lengthen the pulse {needed / given:.3g} times." if given else "Lengthen the pulse."
            found.append(Finding("ald-dose", "warning", where, message, given, needed, "Pa s", change))
    emptied, purge = relief.purge(settings, work), value(first.purge)
    if emptied is not None and purge is not None and purge < emptied:
        message = f"{first.precursor} is purged for {purge:.3g} s, the relief empties in {emptied:.3g} s."
        found.append(Finding("ald-purge", "warning", where, message, purge, emptied, "s", "Lengthen the purge."))
    return tuple(found)
