"""Electrolyte printing: a gel or ionogel ink is written over the electrodes and set by light, heat or rest.

Symbols in formulas: w width, h height of a bead, v speed.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Electrolyte printing"
FAMILY = "printing"
PATTERN = "bead"
VACUUM = False
HAZARDS = ("Electrolyte burns and irritates; work in argon when the salt is LiPF6.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.ISOLATION)
REWORK = "Before setting: wipe off and print again. After it: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of printing an electrolyte."""

    ink: str = text("electrolyte ink and its composition")
    nozzle: Quantity | None = quantity("length", "inner diameter of the nozzle", low=0)
    bead_height: Quantity | None = quantity("length", "height of a wet bead", low=0)
    speed: Quantity | None = quantity("speed", "speed of the nozzle", low=0)
    solids: Quantity | None = quantity("number", "volume share that stays (1 when nothing evaporates)", low=0, high=1)
    cure: str = text("how it is set")
    cure_temperature: Quantity | None = assumed("temperature", "temperature of setting", ROOM)
    cure_time: Quantity | None = quantity("time", "time of setting", low=0)
    pot_life: Quantity | None = quantity("time", "time until the ink sets in the syringe", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    thickness_low: Quantity | None = quantity("length", "thinnest layer without holes", low=0)
    setup_time: Quantity | None = assumed("time", "filling, mounting, first beads", 1800.0)
    clean_time: Quantity | None = assumed("time", "cleaning, inspecting", 900.0)


def flow(settings: Settings) -> float | None:
    """Flow of the ink [m³/s], ``w h v`` with the bead as wide as the nozzle."""
    return product(value(settings.nozzle), value(settings.bead_height), value(settings.speed))


def volume(settings: Settings, work: Work) -> float | None:
    """Ink for the finished volume [m³]."""
    finished = work.volume if work.volume is not None else product(work.area, work.thickness)
    return ratio(finished, value(settings.solids))


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and thickness of the ink."""
    return known(line=value(settings.line), gap=value(settings.gap), thickness_low=value(settings.thickness_low))


def temperature(settings: Settings) -> float | None:
    """Temperature of setting [K]."""
    return value(settings.cure_temperature)


def _print_time(settings: Settings, work: Work) -> float | None:
    return ratio(volume(settings, work), flow(settings))


def duration(settings: Settings, work: Work) -> float | None:
    """Filling, printing, setting, cleaning [s]."""
    rest = (value(settings.setup_time), value(settings.cure_time), value(settings.clean_time))
    return total(*rest, _print_time(settings, work))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Nozzle, speed, flow, volume, setting."""
    bead = (settings.nozzle, settings.bead_height, settings.speed)
    return (
        *noted(entered(settings, "nozzle"), settings.ink),
        *entered(settings, "bead_height", "speed", "solids"),
        *noted(entered(settings, "cure_time"), settings.cure),
        *present(settings, "cure_temperature", "pot_life"),
        derived("Flow", flow(settings), "volumetric_flow", "width, height, speed", *bead),
        derived("Ink to lay", volume(settings, work), "volume", "finished volume over what stays", settings.solids),
        derived("Printing time", _print_time(settings, work), "time", "volume over flow", *bead, settings.solids),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ink on the part."""
    return (Use(settings.ink or "electrolyte ink", volume(settings, work), "m3", "on the part, without the syringe"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Ink that sets in the syringe, a layer too thin to be closed."""
    found, where = [], "electrolyte-printing"
    time, life = _print_time(settings, work), value(settings.pot_life)
    if time is not None and life is not None and time > life:
        message = f"Printing takes {time / 60:.3g} min, the ink sets within {life / 60:.3g} min."
        change = "Mix fresh ink for each part of the print, or a wider nozzle."
        found.append(Finding("electrolyte-pot-life", "warning", where, message, time, life, "s", change))
    low = value(settings.thickness_low)
    if work.thickness is not None and low is not None and work.thickness < low * (1.0 - 1e-9):
        message = f"{work.thickness * 1e6:.3g} um may have holes; closed layers start at {low * 1e6:.3g} um."
        found.append(Finding("electrolyte-thin", "error", where, message, work.thickness, low, "m", "Print more."))
    return tuple(found)
