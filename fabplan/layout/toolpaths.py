"""Toolpaths of printed walls: which filament where, in which order, how long it takes and how much ink.

A path has two times: that of constant speeds, which every reader of a program can check, and that with the
ramps of the axes (`fabplan.layout.motion`), where the machine's acceleration is known.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput, Problem
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, bounds, nanometres
from fabplan.layout._print_rules import clearance, nozzle_of, print_findings
from fabplan.layout.fills import RING, bus_side, filling, stacked, turned_to
from fabplan.layout.interleave import summed
from fabplan.layout.styles import delays, line_style
from fabplan.layout.types import Array, Fill, LineStyle, Toolpath
from fabplan.records import Quantity

__all__ = [
    "PrintSettings", "clearance", "digest_of", "nozzle_of", "print_findings", "steps_digest", "steps_of", "toolpath",
    "whole_steps",
]

PRIME = "prime"
PRIME_SPACING = 500_000  # [nm] between the prime lines of two heads


@dataclass(frozen=True)
class PrintSettings:
    """Set points of one printed step; SI. What is None is taken from the machine.

    Parameters
    ----------
    layers : printed layers
    layer_pitch : wet height from layer to layer [m]
    beads_per_width : parallel beads in the usual wall, None for as many as fill it
    nozzle : inner diameter [m]
    speed : while printing [m/s]
    first_height : nozzle above the foot of the wall in the first layer (standoff) [m]
    pressure : of the dispenser [Pa], None when nobody knows: the operator sets it
    extrusion_multiplier : section of the bead over the section of the nozzle
    travel_speed : between filaments [m/s]
    safe_height : of travel above all that stands [m]
    start_delay, stop_delay : from the valve to the flow [s]
    prime_length : of the line that starts the flow [m]
    prime_distance : least distance of that line from all that is drawn [m]
    bead_width : width that one bead adds to the drawn wall [m]; None for π D² e/(4 pitch), its wet section
        over the layer pitch (volume is conserved)
    style : how filaments start and end, None for that of the machine
    lamp_time : of the curing lamp after each layer [s]
    bed_temperature : of the part while printing [K], None when it is not heated
    fill : how the beads of a layer hang together (`fabplan.layout.fills`)
    """

    layers: int
    layer_pitch: float
    beads_per_width: int | None
    nozzle: float
    speed: float
    first_height: float
    pressure: float | None = None
    extrusion_multiplier: float = 1.0
    travel_speed: float | None = None
    safe_height: float | None = None
    start_delay: float | None = None
    stop_delay: float | None = None
    prime_length: float = 5e-3
    prime_distance: float = 1e-3
    bead_width: float | None = None
    style: LineStyle | None = None
    lamp_time: float = 0.0
    bed_temperature: float | None = None
    fill: Fill = "lines"


def toolpath(
    body: Body,
    settings: PrintSettings,
    machine: Machine,
    tool: int,
    name: str,
    footprint_box_nm: Box,
    obstacles: Sequence[Body] = (),
) -> Toolpath:
    """Toolpath of one printed body.

    Parameters
    ----------
    body : walls as rectangles, one part on a lattice for equal walls, the bus a part of its own
    settings : set points
    machine : gives what the settings leave open
    tool : number of the head and valve, from 0
    name : of the toolpath
    footprint_box_nm : x0, y0, x1, y1 of the footprint [nm]
    obstacles : all bodies that stand when this one is printed; travel and prime line keep away from them

    Returns
    -------
    Toolpath whose heights count from the surface of the substrate.

    Raises
    ------
    BadInput : a wall is not a rectangle, a set point is missing or not positive
    """
    travel_speed, safe = _checked(settings, machine, name)
    foot = nanometres(body.bottom or 0.0)
    section = math.pi * settings.nozzle**2 / 4 * settings.extrusion_multiplier
    bead = settings.bead_width or section / settings.layer_pitch
    plan = filling(body.region, settings.fill, settings.beads_per_width, bead / NANOMETRE, f"{name}: {body.name}")
    if RING in plan.kinds:
        plan = turned_to(plan, bus_side(body.region))
    plane, counts, kinds = stacked(plan, settings.layers)
    rises = [nanometres(settings.first_height + k * settings.layer_pitch) for k in range(settings.layers)]
    heights = foot + np.array(rises, np.int64)
    prime = _prime(settings, tool, footprint_box_nm, [body, *obstacles])
    points = np.concatenate([prime, np.column_stack([plane, np.repeat(heights, len(plan.points))])])
    top = max([int(heights[-1]), *(nanometres((b.bottom or 0.0) + b.thickness) for b in obstacles)])
    start_delay, stop_delay = delays(machine)
    path = Toolpath(
        name=name,
        tool=tool,
        nozzle=settings.nozzle,
        points=points * NANOMETRE,
        starts=np.concatenate([[0, 2], 2 + np.cumsum(counts)]).astype(np.int64),
        kinds=(PRIME, *kinds),
        layer_of=np.concatenate([[0], np.repeat(np.arange(1, settings.layers + 1), len(plan.kinds))]).astype(np.int64),
        speed=settings.speed,
        travel_speed=travel_speed,
        safe_height=(top + nanometres(safe)) * NANOMETRE,
        pressure=settings.pressure,
        # a delay that nobody knows is 0, which `print_findings` says
        start_delay=(start_delay if settings.start_delay is None else settings.start_delay) or 0.0,
        stop_delay=(stop_delay if settings.stop_delay is None else settings.stop_delay) or 0.0,
        printed_length=1.0,
        travel_length=0.0,
        duration=0.0,
        ink_volume=section,  # of one metre, until the moves are summed up
        bead_width=plan.bead_width * NANOMETRE,
        layer_pitch=settings.layer_pitch,
        extrusion_multiplier=settings.extrusion_multiplier,
        style=settings.style or line_style(machine),
        lamp_time=settings.lamp_time,
        bed_temperature=settings.bed_temperature,
        acceleration=machine.acceleration.value or None if machine.acceleration else None,
        corner_deviation=(machine.corner_deviation.value or 0.0) if machine.corner_deviation else 0.0,
    )
    return summed(path)


def whole_steps(points: Array, decimals: int) -> NDArray[np.int64]:
    """Points [m] in whole steps of 10^-decimals millimetres, via whole nanometres, half away from zero."""
    return steps_of(np.rint(points / NANOMETRE).astype(np.int64), decimals)


def steps_of(nanometre: NDArray[np.int64], decimals: int) -> NDArray[np.int64]:
    """Whole nanometres in whole steps of 10^-decimals millimetres, half away from zero."""
    if decimals >= 6:
        return nanometre * np.int64(10 ** (decimals - 6))
    step = 10 ** (6 - decimals)
    rounded: NDArray[np.int64] = np.sign(nanometre) * ((np.abs(nanometre) + step // 2) // step)
    return rounded


def steps_digest(
    steps: NDArray[np.int64], starts: NDArray[np.int64], tools: NDArray[np.int64] | None = None
) -> str:
    """Fingerprint of where filaments run: 16 hex digits of the SHA-256 of their points and starts.

    ``tools`` are the heads of the filaments of a program with several heads.
    """
    return digest_of((steps, starts) if tools is None else (steps, starts, tools))


def digest_of(arrays: Iterable[NDArray[np.int64]]) -> str:
    """Fingerprint of whole numbers, wherever they are cut into arrays: 16 hex digits of their SHA-256."""
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(np.ascontiguousarray(array, "<i8").data)
    return sha.hexdigest()[:16]


def _checked(settings: PrintSettings, machine: Machine, name: str) -> tuple[float, float]:
    """Travel speed and safe height; all faults of the set points at once."""
    travel_speed = _given(settings.travel_speed, machine.travel_speed)
    safe = _given(settings.safe_height, machine.safe_height)
    positive = {
        "layers": settings.layers,
        "layer_pitch": settings.layer_pitch,
        "beads_per_width": 1 if settings.beads_per_width is None else settings.beads_per_width,
        "bead_width": 1.0 if settings.bead_width is None else settings.bead_width,
        "nozzle": settings.nozzle,
        "speed": settings.speed,
        "first_height": settings.first_height,
        "extrusion_multiplier": settings.extrusion_multiplier,
        "prime_length": settings.prime_length,
        "travel_speed": travel_speed,
        "safe_height": safe,
    }
    what = "a set point is missing or not positive"
    problems = [
        Problem(what, f"{name}: {key} (machine {machine.id})", str(value), "above 0")
        for key, value in positive.items()
        if value is None or not value > 0 or not math.isfinite(value)
    ]
    if problems or travel_speed is None or safe is None:
        raise BadInput(problems)
    return travel_speed, safe


def _given(setting: float | None, of_machine: Quantity | None) -> float | None:
    return setting if setting is not None or of_machine is None else of_machine.value


def _prime(settings: PrintSettings, tool: int, footprint: Box, bodies: Sequence[Body]) -> NDArray[np.int64]:
    """Line below everything drawn, one place a head, on the bare substrate [nm], shape (2, 3).

    Alignment marks stand left and right of the cell, so below is free.
    """
    lowest = min([footprint[1], *(bounds(b.region)[1] for b in bodies if b.region)])
    apart = max(PRIME_SPACING, 4 * nanometres(settings.nozzle))  # wide needles reach farther than their beads
    y = lowest - nanometres(settings.prime_distance) - nanometres(settings.nozzle) - tool * apart
    z = nanometres(settings.first_height)
    return np.array([[footprint[0], y, z], [footprint[0] + nanometres(settings.prime_length), y, z]], np.int64)

