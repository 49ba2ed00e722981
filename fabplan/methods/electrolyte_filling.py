"""Electrolyte filling: a liquid is dosed into a cell that is covered but for a port."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Electrolyte filling"
FAMILY = "assembly"
PATTERN = "blanket"
VACUUM = False
HAZARDS = (
    "Electrolyte burns and irritates: glove box or fume hood, gloves, no flame.",
    "LiPF6 and water give hydrofluoric acid: calcium gluconate at hand. LiClO4 is an oxidiser: no dry residues.",
)
ACCEPTANCE = (accept.ISOLATION,)
REWORK = "Too little: add through the port. Bubble under the lid: evacuate gently and wait; after the seal: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of filling."""

    how: str = text("tool and way of filling")
    vacuum_assisted: bool = flag("whether the air is drawn out before the liquid enters")
    fill_temperature: Quantity | None = assumed("temperature", "temperature of cell and liquid", ROOM, "medium")
    water: Quantity | None = quantity("number", "largest mass share of water in the electrolyte", low=0, high=1)
    excess: Quantity | None = assumed("number", "extra share of the volume, for the port and evaporation", 0.3)
    smallest_dose: Quantity | None = assumed("volume", "smallest volume that the dispenser meters", 2e-10, "medium")
    flow: Quantity | None = assumed("volumetric_flow", "flow of the dispenser", 1e-9)
    wetting_time: Quantity | None = assumed("time", "waiting until the pores are wet", 3600.0)
    evaporation_window: Quantity | None = quantity("time", "time until too much solvent has left the open port", low=0)
    antechamber_time: Quantity | None = assumed(
        "time", "through the antechamber of the glove box", 1350.0, note="15 to 30 min"
    )
    handling_time: Quantity | None = assumed("time", "placing, dosing, wiping", 900.0)


def vacuum(settings: Settings) -> bool:
    """Whether the cell sees a vacuum before the liquid enters."""
    return settings.vacuum_assisted


def dose(settings: Settings, work: Work) -> float | None:
    """Volume to dispense [m³]: free volume of the cell and its pores, with the excess."""
    extra = value(settings.excess)
    return product(work.volume, None if extra is None else 1.0 + extra)


def limits(settings: Settings) -> dict[str, float]:
    """A liquid fills what the lid leaves."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the cell [K]."""
    return value(settings.fill_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Antechamber, handling, dosing, wetting [s]; dosing counts as soon as the volume is known."""
    volume = dose(settings, work)
    dosing = 0.0 if volume is None else ratio(volume, value(settings.flow))
    rest = (value(settings.antechamber_time), value(settings.handling_time), value(settings.wetting_time))
    return total(*rest, dosing)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Volume, flow, waiting."""
    volume = dose(settings, work)
    return (
        derived("Volume to dispense", volume, "volume", "free volume and pores, with excess", settings.excess,
                note=settings.how),
        *entered(settings, "excess", "fill_temperature"),
        *present(settings, "flow", "smallest_dose", "wetting_time", "evaporation_window", "water"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Electrolyte, with the excess."""
    return (Use("electrolyte", dose(settings, work), "m3", "with the excess"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A dose that cannot be metered, a wait in which the solvent leaves."""
    found, where = [], "electrolyte-filling"
    volume, smallest = dose(settings, work), value(settings.smallest_dose)
    if volume is not None and smallest is not None and volume < smallest:
        message = f"The cell takes {volume * 1e9:.3g} uL, the dispenser meters no less than {smallest * 1e9:.3g} uL."
        change = "Use a nanolitre dispenser, or a larger lid volume as reservoir."
        found.append(Finding("fill-dose", "warning", where, message, volume, smallest, "m3", change))
    wait, window = value(settings.wetting_time), value(settings.evaporation_window)
    if wait is not None and window is not None and wait > window:
        message = f"Wetting takes {wait / 60:.3g} min, the open port bears {window / 60:.3g} min."
        change = "Cover the port, top up, or saturate the gas with solvent."
        found.append(Finding("fill-evaporation", "warning", where, message, wait, window, "s", change))
    return tuple(found)
