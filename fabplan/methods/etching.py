"""Etching: what a resist or a hard mask leaves open is taken away."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Etching"
FAMILY = "wet"
PATTERN = "mask"
VACUUM = False
HAZARDS = (
    "Acids: face shield, apron, acid gloves, neutraliser at hand; acid into water, never the other way.",
    "Hydrofluoric acid has its own rule: trained people only, calcium gluconate at hand, never alone.",
)
ACCEPTANCE = (accept.LINE_WIDTH, accept.ISOLATION)
REWORK = "Not through: etch on for the missing time. Over-etched: scrap the part."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of an etch."""

    etchant: str = text("bath or gas and its composition")
    plasma: bool = flag("dry etch in a vacuum")
    bath_temperature: Quantity | None = quantity("temperature", "temperature of the part", low=0)
    rate: Quantity | None = quantity("growth_rate", "etch rate", low=0)
    over_etch: Quantity | None = assumed("number", "extra share of the etch time", 0.2)
    undercut: Quantity | None = quantity("number", "lateral over vertical etch (wet 1, directed plasma 0)", low=0)
    selectivity: Quantity | None = quantity("number", "etch rate over that of the mask", low=0)
    mask_thickness: Quantity | None = quantity("length", "thickness of the mask", low=0)
    power: Quantity | None = quantity("power", "power of the plasma", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure of the plasma", low=0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 600.0)
    load_time: Quantity | None = assumed("time", "loading, pumping or preparing the bath", 900.0)
    strip_time: Quantity | None = assumed("time", "stripping the mask", 900.0)


def vacuum(settings: Settings) -> bool:
    """Whether this recipe etches in a vacuum."""
    return settings.plasma


def etch_time(settings: Settings, work: Work) -> float | None:
    """Etch time [s], thickness over rate with over-etch."""
    over = value(settings.over_etch)
    return product(ratio(work.thickness, value(settings.rate)), None if over is None else 1.0 + over)


def lateral(settings: Settings, work: Work) -> float | None:
    """How far the edge moves under the mask [m]."""
    over = value(settings.over_etch)
    return product(value(settings.undercut), work.thickness, None if over is None else 1.0 + over)


def limits(settings: Settings) -> dict[str, float]:
    """The mask drew the outline before; the undercut is a bias that depends on the thickness."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of bath or holder [K]."""
    return value(settings.bath_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Loading, etching, rinsing, stripping [s]."""
    rest = (value(settings.load_time), value(settings.rinse_time), value(settings.strip_time))
    return total(etch_time(settings, work), *rest)


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Bath or plasma, time, undercut."""
    return (
        *noted(entered(settings, "bath_temperature"), settings.etchant),
        *entered(settings, "rate", "over_etch"),
        *present(settings, "power", "pressure", "selectivity", "mask_thickness", "rinse_time"),
        derived("Etch time", etch_time(settings, work), "time", "thickness over rate, with over-etch", settings.rate,
                settings.over_etch),
        derived("Undercut of each edge", lateral(settings, work), "length", "lateral etch", settings.undercut,
                settings.over_etch, note="the order of the plates says what of it they hold"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Etchant, as much as the bath needs."""
    return (Use(settings.etchant or "etchant", None, "m3", "fresh bath"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A mask that does not last."""
    over, selectivity, mask = value(settings.over_etch), value(settings.selectivity), value(settings.mask_thickness)
    if work.thickness is None or over is None or not selectivity or mask is None:
        return ()
    lost = work.thickness * (1.0 + over) / selectivity
    if lost <= mask:
        return ()
    message = f"The etch takes {lost * 1e6:.3g} um of a mask of {mask * 1e6:.3g} um."
    change = "Use a thicker or harder mask."
    return (Finding("etch-mask", "error", "etching", message, lost, mask, "m", change),)
