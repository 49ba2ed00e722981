"""Pulsed laser deposition: a film of so many pulses, with the stoichiometry of the target or nearly so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _vapour as vapour
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Pulsed laser deposition"
FAMILY = "vapour"
PATTERN = "mask"
VACUUM = True
HAZARDS = (
    "Laser of class 4 with ultraviolet light: enclosed beam, goggles for the wavelength, interlocks stay closed.",
    "Fine lithium-bearing dust in the chamber: wipe wet, no blowing.",
)
ACCEPTANCE = (accept.THICKNESS, accept.UNIFORMITY, accept.NO_CRACKS)
REWORK = "None: scrap the part; droplets do not polish away."
EXCESS = 0.025  # mol of Li2O per mol in the target that published LiMn2O4 films needed at least (Simmen et al.)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a run."""

    target: str = text("target material")
    gas: str = text("gas in the chamber")
    lithium_film: bool = flag("whether the film must hold a set share of lithium")
    lithium_excess: Quantity | None = quantity("number", "extra Li2O in the target, mol per mol", low=0)
    wavelength: Quantity | None = quantity("length", "wavelength of the laser", low=0)
    fluence: Quantity | None = quantity("areal_dose", "energy of a pulse per spot area", low=0)
    frequency: Quantity | None = quantity("frequency", "pulses per second", low=0)
    pulse_growth: Quantity | None = quantity("growth_per_cycle", "growth per pulse", low=0)
    pressure: Quantity | None = quantity("pressure", "gas pressure", low=0)
    substrate_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    target_distance: Quantity | None = assumed("length", "distance from target to part", 0.05)
    part_radius: Quantity | None = quantity("length", "distance of the part's edge from the axis", low=0)
    load_time: Quantity | None = assumed("time", "loading and masking the part", 900.0)
    pump_time: Quantity | None = assumed("time", "pumping", 3600.0)
    clean_shots: Quantity | None = assumed("time", "ablating the target against the closed shutter", 300.0)
    vent_time: Quantity | None = assumed("time", "venting and unloading", 600.0)
    heating_rate: Quantity | None = assumed("heating_rate", "heating rate of the part", 1 / 6.0)
    cooling_rate: Quantity | None = assumed("heating_rate", "cooling rate in the gas", 1 / 12.0)
    utilisation: Quantity | None = assumed("number", "share of the ablated volume on the part", 0.05, high=1.0)


def pulses(settings: Settings, work: Work) -> int | None:
    """Number of pulses, thickness over growth per pulse, rounded up."""
    needed = ratio(work.thickness, value(settings.pulse_growth))
    return None if needed is None else math.ceil(needed * (1.0 - 1e-12))


def limits(settings: Settings) -> dict[str, float]:
    """A mask draws the outline; the film itself sets no limit."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the part [K]."""
    return value(settings.substrate_temperature)


def _growth_time(settings: Settings, work: Work) -> float | None:
    number = pulses(settings, work)
    return ratio(None if number is None else float(number), value(settings.frequency))


def duration(settings: Settings, work: Work) -> float | None:
    """Time from loading to unloading [s]: pulses over frequency, with pumping and ramps."""
    return total(
        value(settings.load_time),
        value(settings.pump_time),
        value(settings.clean_shots),
        vapour.ramp_time(settings.substrate_temperature, settings.heating_rate, settings.cooling_rate),
        _growth_time(settings, work),
        value(settings.vent_time),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Laser, gas, temperature, number of pulses."""
    number = pulses(settings, work)
    count = None if number is None else float(number)
    return (
        *noted(entered(settings, "fluence"), settings.target),
        *present(settings, "wavelength", "lithium_excess", "target_distance"),
        *entered(settings, "frequency", "pulse_growth"),
        *noted(entered(settings, "pressure"), settings.gas),
        *entered(settings, "substrate_temperature"),
        derived("Pulses", count, "number", "thickness over growth per pulse", settings.pulse_growth,
                note="correct with the witness"),
        derived("Time of all pulses", _growth_time(settings, work), "time", "pulses over frequency",
                settings.pulse_growth, settings.frequency),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Target volume ablated."""
    film = product(work.thickness, work.area)
    return (Use(f"target {settings.target}".strip(), ratio(film, value(settings.utilisation)), "m3", "ablated"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Lithium lost on the way, relief that is too deep, a plume that is too narrow."""
    edge = vapour.edge_over_centre(settings.target_distance, None, settings.part_radius, work)
    return (
        *_lithium_findings(settings),
        *vapour.coverage_findings("pulsed-laser-deposition", work),
        *vapour.uniformity_findings("pulsed-laser-deposition", edge),
    )


def _lithium_findings(settings: Settings) -> tuple[Finding, ...]:
    extra = value(settings.lithium_excess)
    if not settings.lithium_film or (extra is not None and extra >= EXCESS):
        return ()
    message = "Lithium is lost between target and film; published films needed 2.5 to 7.5 mol% Li2O more in the target."
    change = "Order a target with lithium in excess and measure the film's composition."
    where = "pulsed-laser-deposition"
    return (Finding("pld-lithium", "warning", where, message, extra or 0.0, EXCESS, "", change),)
