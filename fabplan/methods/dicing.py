"""Dicing: the wafer is sawn or scribed into dies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, exceeds, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Dicing"
FAMILY = "assembly"
PATTERN = "none"
VACUUM = False
HAZARDS = ("Blade and splinters: cover closed. Silicon dust and water: dispose as the saw's rule says.",)
ACCEPTANCE = (accept.NO_CRACKS,)
REWORK = "None: what is cut stays cut."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of dicing."""

    blade: str = text("blade or laser")
    wet: bool = flag("whether water cools the blade", default=True)
    water_sensitive: bool = flag("whether layers on the part react with water (lithium, LiPON, inks)")
    feed: Quantity | None = quantity("speed", "feed", low=0)
    spindle: Quantity | None = quantity("rate", "speed of the spindle", low=0)
    kerf: Quantity | None = quantity("length", "width of the cut", low=0)
    chipping: Quantity | None = quantity("length", "chipping on each side", low=0)
    street: Quantity | None = quantity("length", "width of the street between dies", low=0)
    depth: Quantity | None = quantity("length", "depth of the cut", low=0)
    mount_time: Quantity | None = assumed("time", "mounting on tape, aligning", 1800.0)
    clean_time: Quantity | None = assumed("time", "washing, releasing the tape", 1200.0)


def cut_length(work: Work) -> float | None:
    """Length of all cuts [m]; the circumference of a square die where no path is drawn."""
    if work.path_length is not None:
        return work.path_length
    return None if work.area is None else 4.0 * math.sqrt(work.area)


def needed_street(settings: Settings) -> float | None:
    """Street that cut and chipping need [m]."""
    return total(value(settings.kerf), product(2.0, value(settings.chipping)))


def limits(settings: Settings) -> dict[str, float]:
    """Place beside the cut that must stay free."""
    half = needed_street(settings)
    return known(edge=None if half is None else half / 2.0)


def temperature(settings: Settings) -> float | None:
    """The part stays at room temperature [K]."""
    return ROOM


def duration(settings: Settings, work: Work) -> float | None:
    """Mounting, cutting, cleaning [s]."""
    return total(value(settings.mount_time), ratio(cut_length(work), value(settings.feed)), value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Blade, feed, spindle, kerf, length."""
    return (
        *noted(entered(settings, "feed"), f"{settings.blade}{', wet' if settings.wet else ', dry'}"),
        *entered(settings, "kerf", "depth"),
        *present(settings, "spindle", "chipping", "street"),
        derived("Length of all cuts", cut_length(work), "length", "as designed"),
        derived("Street needed", needed_street(settings), "length", "kerf and chipping", settings.kerf,
                settings.chipping),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Tape."""
    return (Use("dicing tape", work.area, "m2", "at least the wafer's area"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Water on layers that do not bear it, a street too narrow."""
    found, where = [], "dicing"
    if settings.wet and settings.water_sensitive:
        message = "Cooling water destroys the layers on this part."
        change = "Dice before these layers, scribe and break, or cut dry with a laser."
        found.append(Finding("dicing-water", "error", where, message, change=change))
    street, needed = value(settings.street), needed_street(settings)
    if street is not None and needed is not None and exceeds(needed, street):
        message = f"A street of {street * 1e6:.3g} um; cut and chipping need {needed * 1e6:.3g} um."
        found.append(Finding("dicing-street", "error", where, message, street, needed, "m", "Widen the street."))
    return tuple(found)
