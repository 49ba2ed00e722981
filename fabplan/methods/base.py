"""What a fabrication process offers to the planner.

A process is a module of this folder (file ``direct_ink_writing.py`` is the process
``direct-ink-writing``) with

- ``TITLE``, ``FAMILY``, ``PATTERN`` (how it gets an outline: ``mask`` needs another process,
  ``bead``, ``drops``, ``raster``, ``screen``, ``blanket``, ``conformal``, ``none``)
- ``VACUUM``: whether the part sees a vacuum
- ``HAZARDS``, ``ACCEPTANCE``, ``REWORK``: what the operator must know
- ``Settings``: record of set points, every one a `fabplan.records.Quantity`
- ``limits(settings)``: what follows from the settings, keys are fields of ``architectures.base.RoleLimits``
- ``temperature(settings)``: hottest the part gets [K], None when unknown or not heated
- ``duration(settings, work)``: [s] with loading, pumping, heating and cooling; None when unknown
- ``set_points(settings, work)``: what the operator types in; ``uses(settings, work)``: what is consumed
- optionally ``findings(settings, work)`` and ``vacuum(settings)`` (where the settings decide about it)
- optionally ``sweep(settings, work)``: a `Sweep` where a program moves a spray or a beam, None when unknown

Modules whose name starts with an underscore are shared by several processes and are none themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fabplan.records import Confidence, Quantity


@dataclass(frozen=True)
class Work:
    """What one step has to do; SI, None where it does not apply.

    Parameters
    ----------
    thickness : finished thickness [m]
    area : area that is covered [m²]
    volume : volume of the finished bodies [m³]
    layers : passes or printed layers
    path_length : length of all beads [m]
    filaments : number of beads with their own start and stop
    enhancement : true area over plan area
    aspect_ratio : depth over width of the relief that is coated, None on flat ground
    opening : width of that relief's mouth [m], None when not known
    reach : distance of the part's edge from its centre [m], None when not known
    longest : longest straight piece of a printed layer [m], None when not known
    trench : whether the relief is long slits, or open between pillars, instead of holes
    """

    thickness: float | None = None
    area: float | None = None
    volume: float | None = None
    layers: int = 1
    path_length: float | None = None
    filaments: int = 0
    enhancement: float = 1.0
    aspect_ratio: float | None = None
    opening: float | None = None
    trench: bool = False
    reach: float | None = None
    longest: float | None = None


@dataclass(frozen=True)
class Sweep:
    """Set points of a sweep; SI.

    Parameters
    ----------
    process : what sweeps
    width : of one pass at half height, or of the kerf [m]
    pitch : from line to line [m]
    speed : along the lines [m/s]
    layers : how often everything is swept
    height : of nozzle or focus above the foot of the layer [m]
    overrun : by which passes of a spray go beyond the part [m]
    layer_pause : after each layer [s]
    travel_speed, safe_height : None for those of the machine [m/s], [m]
    section : flow over speed [m²], what a pass lays down; drop over its spacing for a jet
    masked : whether a mask on the part gives the outline
    """

    process: Literal["spray", "laser", "jet"]
    width: float
    pitch: float
    speed: float
    layers: int
    height: float = 0.0
    overrun: float = 0.0
    layer_pause: float = 0.0
    travel_speed: float | None = None
    safe_height: float | None = None
    section: float = 0.0
    masked: bool = False


@dataclass(frozen=True)
class SetPoint:
    """One line of a recipe sheet: a number to type into a tool.

    ``value`` is in SI; None means unknown: the sheet asks to calibrate. ``shown`` is the text with
    the unit that people use.
    """

    name: str
    value: float | None
    unit: str
    shown: str
    source: str
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True)
class Acceptance:
    """What is measured before going on: ``window`` is text such as ``"±5 % of target"``."""

    what: str
    window: str
    instrument: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class Use:
    """Material consumed by a step, SI."""

    what: str
    amount: float | None
    unit: str
    note: str = ""


def value(given: Quantity | None) -> float | None:
    """SI value of a quantity that may be absent or unknown."""
    return None if given is None else given.value
