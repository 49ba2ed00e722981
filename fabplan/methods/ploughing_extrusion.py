"""Ploughing and extrusion: a wedge tool pushes grooves and fins out of a metal plate, without chips.

Symbols in formulas: h depth of the groove, φ opening angle of the wedge, p pitch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Ploughing and extrusion"
FAMILY = "assembly"
PATTERN = "raster"
VACUUM = False
HAZARDS = ("Moving tool and sharp fins: guard closed, cut-proof gloves.",)
ACCEPTANCE = (accept.LINE_WIDTH, accept.NO_CRACKS)
REWORK = "None: the metal is displaced; scrap the plate."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of ploughing a plate."""

    plate: str = text("plate and tool")
    crossed: bool = flag("whether a second set of grooves crosses the first at right angles", default=True)
    depth: Quantity | None = quantity("length", "depth of the groove", low=0)
    wedge_angle: Quantity | None = quantity("number", "opening angle of the wedge [degrees]", low=0, high=170)
    pitch: Quantity | None = quantity("length", "pitch of the grooves", low=0)
    plate_thickness: Quantity | None = quantity("length", "thickness of the plate", low=0)
    speed: Quantity | None = quantity("speed", "speed of the tool", low=0)
    return_time: Quantity | None = assumed("time", "return and step of the tool for each groove", 5.0)
    mount_time: Quantity | None = assumed("time", "clamping and levelling", 1200.0)
    clean_time: Quantity | None = assumed("time", "degreasing, removing oxide", 1800.0)


def mouth(settings: Settings) -> float | None:
    """Width of a groove at the old surface [m], ``2 h tan(φ/2)``."""
    angle = value(settings.wedge_angle)
    return product(2.0, value(settings.depth), None if angle is None else math.tan(math.radians(angle) / 2.0))


def fin_height(settings: Settings) -> float | None:
    """Height of the fins over the old surface [m]: groove section over what stands between two grooves.

    ``h² tan(φ/2)/(p − 2 h tan(φ/2))``: no chips, the volume is kept.
    """
    width, pitch = mouth(settings), value(settings.pitch)
    between = None if width is None or pitch is None or pitch <= width else pitch - width
    return ratio(product(0.5, width, value(settings.depth)), between)


def enhancement(settings: Settings) -> float | None:
    """True over plan area of one set of grooves: both flanks of a groove instead of its mouth."""
    width, pitch, deep = mouth(settings), value(settings.pitch), value(settings.depth)
    if width is None or not pitch or deep is None or pitch < width:
        return None
    return 1.0 + (2.0 * math.hypot(deep, width / 2.0) - width) / pitch


def _grooves(settings: Settings, work: Work) -> float | None:
    side = None if work.area is None else math.sqrt(work.area)
    one = ratio(side, value(settings.pitch))
    return product(one, 2.0 if settings.crossed else 1.0)


def limits(settings: Settings) -> dict[str, float]:
    """A groove and a fin are as wide as tool and pitch make them."""
    width, pitch = mouth(settings), value(settings.pitch)
    fin = None if width is None or pitch is None or pitch <= width else pitch - width
    return known(line=fin, gap=width or None)


def temperature(settings: Settings) -> float | None:
    """Cold forming [K]."""
    return ROOM


def duration(settings: Settings, work: Work) -> float | None:
    """Clamping, all grooves, cleaning [s]."""
    side = None if work.area is None else math.sqrt(work.area)
    one = total(ratio(side, value(settings.speed)), value(settings.return_time))
    return total(value(settings.mount_time), product(_grooves(settings, work), one), value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Tool, depth, pitch, what stands up."""
    tool = (settings.depth, settings.wedge_angle, settings.pitch)
    return (
        *noted(entered(settings, "depth"), settings.plate),
        *entered(settings, "wedge_angle", "pitch", "speed"),
        *present(settings, "plate_thickness"),
        derived("Width of a groove", mouth(settings), "length", "wedge", *tool[:2]),
        derived("Height of the fins", fin_height(settings), "length", "volume is kept", *tool),
        derived("True over plan area", enhancement(settings), "number", "flanks of the grooves", *tool),
        derived("Grooves", _grooves(settings, work), "number", "side over pitch", settings.pitch),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Plate; nothing is cut away."""
    return (Use(settings.plate or "plate", product(work.area, value(settings.plate_thickness)), "m3", "no chips"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Grooves that run into each other or through the plate."""
    found, where = [], "ploughing-extrusion"
    width, pitch = mouth(settings), value(settings.pitch)
    if width is not None and pitch is not None and width >= pitch:
        message = f"Grooves of {width * 1e6:.3g} um at a pitch of {pitch * 1e6:.3g} um leave no fin."
        found.append(Finding("plough-pitch", "error", where, message, width, pitch, "m", "Widen the pitch."))
    deep, plate = value(settings.depth), value(settings.plate_thickness)
    if deep is not None and plate is not None and 2.0 * deep > plate:
        message = f"A groove of {deep * 1e6:.3g} um in a plate of {plate * 1e6:.3g} um bends or cuts it."
        change = "Use a plate at least twice as thick as the groove is deep (rule of thumb)."
        found.append(Finding("plough-depth", "warning", where, message, deep, plate / 2.0, "m", change))
    return tuple(found)
