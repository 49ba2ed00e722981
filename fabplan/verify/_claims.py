"""What the header of a program says about it; lengths in millimetres, times in seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_NUMBER = r"(-?\d+(?:\.\d+)?)"
#: what the header must say -> how it says it
_PATTERNS = {
    "path": rf"\bpath {_NUMBER} mm",
    "travel": rf"\btravel {_NUMBER} mm,",
    "safe": rf"\bsafe height {_NUMBER} mm",
    "speed": rf"\bspeed {_NUMBER} mm/s, travel speed",
    "travel_speed": rf"\btravel speed {_NUMBER} mm/s",
    "time": rf"\bTIME {_NUMBER} s",
    "filaments": r"\bfilaments (\d+)",
    "layers": r"\blayers (\d+)",
    "width": rf"\bfootprint {_NUMBER} x",
    "length": rf"\bfootprint \d+\.\d+ x {_NUMBER} mm",
}
_POINTS = re.compile(r"\bpoints ([0-9a-f]{16})\b")
_HEAD = re.compile(
    rf"\bhead (\d+): output (\S+), vacuum (\S+), nozzle {_NUMBER} mm, speed {_NUMBER} mm/s, start delay {_NUMBER} s, "
    rf"stop delay {_NUMBER} s, suck-back {_NUMBER} s, offset {_NUMBER} {_NUMBER} {_NUMBER} mm, "
    rf"(?:bead {_NUMBER} um2, )?ink {_NUMBER} uL"
)
_STYLE = re.compile(r"\bstyle of head (\d+): ((?:[a-z -]+ \d+\.\d+ mm,? ?)+)")
_WAY = re.compile(r"([a-z-]+(?: gap)?) (\d+\.\d+) mm")
_PISTON = re.compile(rf"\bpiston of head (\d+): {_NUMBER} (mm3?) pressed")
_LAMP = re.compile(rf"\blamp: output (\S+) for {_NUMBER} s after each layer")
_RAMPED = re.compile(rf"\bRAMPED {_NUMBER} s = .*? with ramps of {_NUMBER} mm/s2 and corners cut by {_NUMBER} mm")
_SWEPT = re.compile(rf"\bno prime line, overrun {_NUMBER} mm")
_SET = re.compile(
    rf"\bset (\d+) of head (\d+): lines (\d+) to (\d+), speed {_NUMBER} mm/s, start delay {_NUMBER} s, "
    rf"stop delay {_NUMBER} s, bead {_NUMBER} um2, ink {_NUMBER} uL, pressure (?:{_NUMBER} kPa|as the operator sets it)"
)
_OUTSIDE = re.compile(
    rf"\boutside of nozzle (\d+): {_NUMBER} mm at the tip, cone {_NUMBER} deg, beads {_NUMBER} mm wide, "
    r"confidence (\w+)"
)
_OVERLAY = re.compile(rf"\boverlay {_NUMBER} um: ")
_ALIGNED = re.compile(rf"\bALIGNED turned {_NUMBER} rad, scale {_NUMBER}, shifted {_NUMBER} {_NUMBER} mm")
_TRAVEL = re.compile(rf"\baxes of \S+ travel (?:X {_NUMBER} mm)?(?: and )?(?:Y {_NUMBER} mm)?")
_BOX = re.compile(rf"\bbbox X{_NUMBER}\.\.{_NUMBER} Y{_NUMBER}\.\.{_NUMBER} Z{_NUMBER}\.\.{_NUMBER}(?!\d)")
_PAUSE = re.compile(rf"\bpause {_NUMBER} s after each layer")
_OTHERS = re.compile(r"\bvacuum (?!none)(\S+),|\blamp: output (\S+)")
HEADER = 20_000  # characters in which the header is


@dataclass(frozen=True)
class HeadClaims:
    """What the header says of one head; ``pressed`` is None where no piston presses.

    ``section`` is that of the wet bead [mm²], None where the header does not say it; ``pressure`` [kPa] that of a
    set of values which the program sets.
    """

    tool: int
    output: str
    vacuum: str
    nozzle: float
    speed: float
    start_delay: float
    stop_delay: float
    suckback: float
    offset: tuple[float, float, float]
    ink: float
    style: Mapping[str, float] = field(default_factory=dict)
    pressed: float | None = None
    section: float | None = None
    pressure: float | None = None


@dataclass(frozen=True)
class Outside:
    """Shape of a nozzle: radius at its tip [mm], half angle [rad], half of its bead [mm], and whether that is sure."""

    tip: float
    cone: float
    half_bead: float
    sure: bool


@dataclass(frozen=True)
class Claims:
    """What the header says of the whole program."""

    path: float
    travel: float
    safe: float
    speed: float
    travel_speed: float
    time: float
    filaments: float
    layers: float
    width: float
    length: float
    points: str
    heads: tuple[HeadClaims, ...]
    lamp: str = ""
    lamp_time: float = 0.0
    ramped: tuple[float, float, float] | None = None  # time, acceleration, deviation
    overrun: float | None = None  # of a program without prime line
    pause: float = 0.0
    piston_unit: str = ""  # mm or mm3
    sets: tuple[tuple[int, int], ...] = ()  # first and last filament of the last heads: sets of values for one head
    outsides: Mapping[int, Outside] = field(default_factory=dict)  # by tool
    overlay: float | None = None  # [um]
    aligned: tuple[float, float, float, float] | None = None  # angle, scale, shift
    box: tuple[float, ...] | None = None  # low and high along x, y, z
    travels: tuple[float | None, float | None] = (None, None)  # of the axes


def joined(text: str) -> str:
    """The comments at the beginning of a program as one line, wherever they were broken."""
    return re.sub(r"\)?\n[(;/ ]*", " ", text[:HEADER])


def bench_of(text: str) -> tuple[frozenset[str], dict[int, tuple[float, float, float]]]:
    """What a header says of the machine: outputs that are no valves (vacuum, lamps), and offsets of its heads."""
    head = joined(text)
    others = frozenset(name for pair in _OTHERS.findall(head) for name in pair if name)
    return others, {int(f[0]): (float(f[8]), float(f[9]), float(f[10])) for f in _HEAD.findall(head)}


def claims_of(head: str) -> tuple[Claims | None, list[str]]:
    """Claims of a header, or what it does not say."""
    matches = {key: re.search(pattern, head) for key, pattern in _PATTERNS.items()}
    points, heads = _POINTS.search(head), _HEAD.findall(head)
    missing = [key for key, match in matches.items() if match is None]
    missing += [] if points else ["points"]
    missing += [] if heads else ["heads"]
    if missing or points is None:
        return None, missing
    styles = {int(tool): {n.strip(): float(v) for n, v in _WAY.findall(text)} for tool, text in _STYLE.findall(head)}
    pressed = {int(tool): float(amount) for tool, amount, _ in _PISTON.findall(head)}
    lamp = _LAMP.search(head)
    numbers = {key: float(match[1]) for key, match in matches.items() if match}
    carried = tuple(_head(found, styles, pressed) for found in heads)
    sets = [found for found in _SET.findall(head) if int(found[1]) in {h.tool for h in carried}]
    more = [found for found in sets if int(found[0]) >= len(carried)]
    first = {int(found[0]): _set(found, carried) for found in sets}
    made = (*(first.get(place, h) for place, h in enumerate(carried)), *(_set(found, carried) for found in more))
    time = float(lamp[2]) if lamp else 0.0
    ramped, swept, pause = _RAMPED.search(head), _SWEPT.search(head), _PAUSE.search(head)
    return Claims(
        **numbers, points=points[1], heads=made, lamp=lamp[1] if lamp else "", lamp_time=time,
        ramped=(float(ramped[1]), float(ramped[2]), float(ramped[3])) if ramped else None,
        overrun=float(swept[1]) if swept else None, pause=float(pause[1]) if pause else 0.0,
        piston_unit=next((unit for _, _, unit in _PISTON.findall(head)), ""),
        sets=tuple((int(begin), int(end)) for _, _, begin, end, *_ in more), outsides=_outsides(head),
        overlay=_numbers(_OVERLAY, head, 1)[0] if _OVERLAY.search(head) else None,
        travels=_travels(head), aligned=_four(_ALIGNED, head),
        box=_numbers(_BOX, head, 6) if _BOX.search(head) else None,
    ), []  # fmt: skip


def _head(
    found: tuple[str, ...], styles: Mapping[int, Mapping[str, float]], pressed: Mapping[int, float]
) -> HeadClaims:
    tool = int(found[0])
    nozzle, speed, start, stop, suck, x, y, z = (float(value) for value in found[3:11])
    section = float(found[11]) * 1e-6 if found[11] else None
    style, amount, ink = styles.get(tool, {}), pressed.get(tool), float(found[12])
    return HeadClaims(
        tool, found[1], found[2], nozzle, speed, start, stop, suck, (x, y, z), ink, style, amount, section
    )


def _set(found: tuple[str, ...], carried: tuple[HeadClaims, ...]) -> HeadClaims:
    """Another set of values of a head."""
    base = next(head for head in carried if head.tool == int(found[1]))
    speed, start, stop, section, ink = (float(value) for value in found[4:9])
    return replace(
        base, speed=speed, start_delay=start, stop_delay=stop, section=section * 1e-6, ink=ink,
        pressure=float(found[9]) if found[9] else None,
    )  # fmt: skip


def _outsides(head: str) -> dict[int, Outside]:
    return {
        int(tool): Outside(float(outer) / 2, math.radians(float(cone)), float(bead) / 2, sure != "low")
        for tool, outer, cone, bead, sure in _OUTSIDE.findall(head)
    }


def _numbers(pattern: re.Pattern[str], head: str, count: int) -> tuple[float, ...]:
    match = pattern.search(head)
    return tuple(float(match[k]) for k in range(1, count + 1)) if match else ()


def _four(pattern: re.Pattern[str], head: str) -> tuple[float, float, float, float] | None:
    found = _numbers(pattern, head, 4)
    return (found[0], found[1], found[2], found[3]) if found else None


def _travels(head: str) -> tuple[float | None, float | None]:
    match = _TRAVEL.search(head)
    found = [float(value) if value else None for value in match.groups()] if match else [None, None]
    return found[0], found[1]
