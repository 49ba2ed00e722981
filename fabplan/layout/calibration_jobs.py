"""What is printed on a dummy before a job, to find its pressure, speed, waits, spans and head offsets.

Each calibration is a toolpath like that of the step itself: same nozzle, heights, styles and travel, so that it goes
through the same writer and the same checks. Values that change from line to line are sets of values of one head
(`fabplan.layout.types.Head`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.layout.interleave import summed
from fabplan.layout.moves import heads_of
from fabplan.layout.types import Array, Head, Toolpath

SPEEDS = (0.5, 1.0, 2.0)  # of the speed that was planned
PRESSURES = 5
LOW, HIGH = 0.5, 1.5  # of the pressure that was planned or that the flow law gives
FLOWS = (0.8, 0.9, 1.0, 1.1, 1.2)  # of the amount that a piston presses
#: waits that are tried where nobody knows one [s]: Nordson states 50 ms, Fab@Home 110 to 245 ms
DELAYS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25)
SHARES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # of a wait that is known
TEETH = 3  # lines of each wait
SPANS = (4, 6, 8, 12, 16, 24, 32)  # clear ways over nothing [nozzle diameters]
RAIL_LAYERS, BRIDGES = 3, 3
PRIME_LENGTH, PRIME_DISTANCE, PRIME_SPACING = 5e-3, 1e-3, 0.5e-3  # [m], as before a print
NANOMETRE = 1e-9


@dataclass(frozen=True)
class Rung:
    """One row of a calibration's sheet: which filaments, where [m], and what is different there; SI.

    ``axis`` is that along which ``place`` counts.
    """

    label: str
    filaments: tuple[int, int]
    place: float
    values: Mapping[str, float | None]
    axis: str = "y"


@dataclass(frozen=True)
class Calibration:
    """One calibration of one program.

    Parameters
    ----------
    kind : ``"pressure-speed"``, ``"speed"``, ``"power-speed"``, ``"start-stop"``, ``"spans"`` or ``"vernier"``
    path : what is printed, origin at the lower left of the field
    size : of the field on the dummy [m]
    rungs : rows of its sheet
    heads : tools that print it
    facts : further lengths that the sheet needs [m]
    """

    kind: str
    path: Toolpath
    size: tuple[float, float]
    rungs: tuple[Rung, ...]
    heads: tuple[int, ...] = (0,)
    facts: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One filament: corners in the plane [m], layer, and the set of values that prints it."""

    corners: tuple[tuple[float, float], ...]
    layer: int = 1
    head: int = 0
    kind: str = "wall"


def calibrations(path: Toolpath, piston: bool, highest: float | None) -> tuple[Calibration, ...]:
    """Everything that can be calibrated on a dummy before a program, head by head.

    Parameters
    ----------
    path : of the step
    piston : whether a piston presses the ink; then the amount changes instead of the pressure
    highest : pressure of the dispenser [Pa], None when unknown
    """
    if path.process == "jet":
        return ()
    if path.process != "ink":
        return (_swept(path),)
    found = []
    for head in carried(path):
        found += [_ladder(path, head, piston, highest), _start_stop(path, head), _spans(path, head)]
    return tuple(found)


def carried(path: Toolpath) -> tuple[Head, ...]:
    """Heads that the machine carries, by tool."""
    first = {head.tool: head for head in reversed(heads_of(path)[0])}
    return tuple(first[tool] for tool in sorted(first))


def ladder_pressures(head: Head, highest: float | None) -> tuple[float | None, ...]:
    """Pressures to try [Pa]: around that of the recipe, else of the flow law, at most the dispenser's; else unknown."""
    middle = head.pressure if head.pressure is not None else head.supply.law_pressure
    if middle is None:
        if highest is None:
            return (None,) * PRESSURES
        return tuple(float(p) for p in np.linspace(highest / PRESSURES, highest, PRESSURES))
    most = HIGH * middle if highest is None else min(HIGH * middle, highest)
    return tuple(float(round(p)) for p in np.linspace(min(LOW * middle, most / 2), most, PRESSURES))


def _ladder(path: Toolpath, head: Head, piston: bool, highest: float | None) -> Calibration:
    """Lines at several pressures (or amounts) and speeds, the lowest pressure first."""
    plain = dataclasses.replace(head, style=dataclasses.replace(head.style, suckback=0.0)) if piston else head
    pressures = (None,) * len(FLOWS) if piston else ladder_pressures(head, highest)
    sets: list[Head] = []
    lines: list[Line] = []
    rungs: list[Rung] = []
    length, step = max(5e-3, 50 * head.nozzle), max(10 * head.nozzle, 0.3e-3)
    for p, pressure in enumerate(pressures):
        flow = FLOWS[p] if piston else 1.0
        ask = "" if piston else f"head {head.tool}: set pressure P{p + 1}{_kilopascal(pressure)}"
        for s, share in enumerate(SPEEDS):
            place = len(sets)
            sets.append(
                dataclasses.replace(
                    plain, speed=head.speed * share, pressure=pressure, section=head.section * flow, ask=ask
                )
            )
            y = step * (place + p + 1)
            lines.append(Line(((0.0, y), (length, y)), head=place))
            values: dict[str, float | None] = {"flow": flow} if piston else {"pressure": pressure}
            label = f"{'E' if piston else 'P'}{p + 1} S{s + 1}"
            rungs.append(Rung(label, (place + 2, place + 2), y, {**values, "speed": head.speed * share}))
    size = field_of(length, lines[-1].corners[0][1] + step)
    return Calibration("pressure-speed", printed(path, sets, lines), size, tuple(rungs), (head.tool,))


def _kilopascal(pressure: float | None) -> str:
    return ", ____ kPa of your sheet" if pressure is None else f" = {pressure / 1e3:.1f} kPa"


def waits_to_try(known: float) -> tuple[float, ...]:
    """Waits around a known one, else what is usual [s], in whole milliseconds."""
    return tuple(round(known * share, 3) for share in SHARES) if known else DELAYS


def _start_stop(path: Toolpath, head: Head) -> Calibration:
    """Short lines in two combs: one for the wait after opening, one for that after closing."""
    length, step = max(1.5e-3, 50 * head.nozzle), max(8 * head.nozzle, 0.2e-3)
    sets: list[Head] = []
    lines: list[Line] = []
    rungs = []
    for comb, known in (("start_delay", head.start_delay), ("stop_delay", head.stop_delay)):
        x = 0.0 if comb == "start_delay" else 2 * length
        for number, wait in enumerate(waits_to_try(known)):
            place = len(sets)
            starts, stops = (wait, head.stop_delay) if comb == "start_delay" else (head.start_delay, wait)
            sets.append(dataclasses.replace(head, start_delay=starts, stop_delay=stops))
            first = len(lines)
            for tooth in range(TEETH):
                y = step * (number * (TEETH + 2) + tooth + 1)
                lines.append(Line(((x, y), (x + length, y)), head=place))
            label = f"{'A' if comb == 'start_delay' else 'Z'}{number + 1}"
            rungs.append(Rung(label, (first + 2, first + 1 + TEETH), lines[first].corners[0][1], {comb: wait}))
    size = field_of(3 * length, max(line.corners[0][1] for line in lines) + step)
    return Calibration("start-stop", printed(path, sets, lines), size, tuple(rungs), (head.tool,))


def _spans(path: Toolpath, head: Head) -> Calibration:
    """Rails farther and farther apart, and lines across all of them one layer higher."""
    bead = bead_width(path, head)
    rails = [bead / 2]
    for span in SPANS:
        rails.append(rails[-1] + bead + span * head.nozzle)
    depth = max(20 * head.nozzle, 0.6e-3)
    lines = [Line(((x, 0.0), (x, depth)), layer) for layer in range(1, RAIL_LAYERS + 1) for x in rails]
    ends = (rails[0] - bead / 2, rails[-1] + bead / 2)
    for number in range(BRIDGES):
        y = depth * (number + 1) / (BRIDGES + 1)
        lines.append(Line(((ends[0], y), (ends[1], y)), RAIL_LAYERS + 1))
    bridges = (len(lines) - BRIDGES + 2, len(lines) + 1)
    rungs = tuple(
        Rung(f"B{k + 1}", bridges, (rails[k] + rails[k + 1]) / 2, {"span": span * head.nozzle}, "x")
        for k, span in enumerate(SPANS)
    )
    return Calibration("spans", printed(path, [head], lines), field_of(ends[1], depth), rungs, (head.tool,))


def _swept(path: Toolpath) -> Calibration:
    """Single passes of a spray or a beam at several speeds; a beam at several powers."""
    (head,) = heads_of(path)[0][:1]
    powers = 3 if path.process == "laser" else 1
    length, step = max(20 * head.nozzle, 2e-3), 3 * head.nozzle
    sets: list[Head] = []
    lines: list[Line] = []
    rungs = []
    for power in range(powers):
        ask = f"set power W{power + 1}, ____ of your sheet" if powers > 1 else ""
        for s, share in enumerate((0.5, 0.7, 1.0, 1.4, 2.0)):
            place = len(sets)
            sets.append(dataclasses.replace(head, speed=head.speed * share, ask=ask))
            y = step * (place + power + 1)
            lines.append(Line(((0.0, y), (length, y)), head=place))
            label = f"W{power + 1} S{s + 1}" if powers > 1 else f"S{s + 1}"
            values: dict[str, float | None] = {"power": None} if powers > 1 else {}
            rungs.append(Rung(label, (place + 1, place + 1), y, {**values, "speed": head.speed * share}))
    kind = "power-speed" if powers > 1 else "speed"
    size = field_of(length, lines[-1].corners[0][1] + step)
    return Calibration(kind, printed(path, sets, lines, prime=False), size, tuple(rungs), (head.tool,))


def field_of(width: float, length: float) -> tuple[float, float]:
    """Sides of a field rounded up to a hundredth of a millimetre, as headers can say them [m]."""
    wide, long = (math.ceil(round(side * 1e5, 6)) * 1e-5 for side in (width, length))
    return wide, long


def bead_width(path: Toolpath, head: Head) -> float:
    """Wet width of one bead [m]: its section over the layer pitch, else the nozzle."""
    return head.section / path.layer_pitch if path.layer_pitch else head.nozzle


def printed(path: Toolpath, sets: Sequence[Head], lines: Sequence[Line], prime: bool = True) -> Toolpath:
    """The toolpath of lines on a bare dummy: prime lines first, then as they are listed."""
    first = float(path.points[0, 2])
    every = [*_primes(sets), *lines] if prime else list(lines)
    points = [_placed(line, first + max(line.layer - 1, 0) * path.layer_pitch) for line in every]
    tool, style = sets[0].tool, sets[0].style
    made = dataclasses.replace(
        path, tool=tool, nozzle=sets[0].nozzle, points=np.concatenate(points),
        starts=np.cumsum([0, *(len(p) for p in points)]).astype(np.int64), kinds=tuple(line.kind for line in every),
        layer_of=np.array([line.layer for line in every], np.int64), speed=sets[0].speed,
        pressure=sets[0].pressure, start_delay=sets[0].start_delay, stop_delay=sets[0].stop_delay, style=style,
        heads=tuple(sets), head_of=np.array([line.head for line in every], np.int64), lamp_time=0.0, layer_pause=0.0,
        overrun=0.0, supply=sets[0].supply,
    )  # fmt: skip
    return summed(made)


def _primes(sets: Sequence[Head]) -> Iterator[Line]:
    """One line a head below the field, by the first set of its values; two programs on one dummy keep apart."""
    tools = [head.tool for head in sets]
    for place, tool in enumerate(tools):
        if tool not in tools[:place]:
            y = -PRIME_DISTANCE - max(PRIME_SPACING, 4 * sets[place].nozzle) * tool
            yield Line(((0.0, y), (PRIME_LENGTH, y)), 0, place, "prime")


def _placed(line: Line, height: float) -> Array:
    """Corners in whole nanometres [m], shape (n, 3)."""
    corners = np.array([(*corner, height) for corner in line.corners], np.float64)
    return np.asarray(np.rint(corners / NANOMETRE) * NANOMETRE, np.float64)


def spans_law(span: float, nozzle: float, section: float, density: float) -> float:
    """Storage modulus that a filament needs to bear a span [Pa], ``1.4 ρ g (L/D)⁴ D`` (Smay, Langmuir 2002, 18, 5429).

    Parameters
    ----------
    span : L [m]
    nozzle : inner diameter [m]
    section : of the bead [m²], whose diameter is D
    density : ρ of the ink [kg/m³]
    """
    diameter = math.sqrt(4 * section / math.pi) if section else nozzle
    return 1.4 * density * 9.81 * (span / diameter) ** 4 * diameter
