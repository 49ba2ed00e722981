"""What the header of a program says about it; lengths in millimetres, times in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

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
_PAUSE = re.compile(rf"\bpause {_NUMBER} s after each layer")
_OTHERS = re.compile(r"\bvacuum (?!none)(\S+),|\blamp: output (\S+)")
HEADER = 20_000  # characters in which the header is


@dataclass(frozen=True)
class HeadClaims:
    """What the header says of one head; ``pressed`` is None where no piston presses.

    ``section`` is that of the wet bead [mm²], None where the header does not say it.
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


def bench_of(text: str) -> tuple[frozenset[str], dict[int, tuple[float, float, float]]]:
    """What a header says of the machine: outputs that are no valves (vacuum, lamps), and offsets of its heads."""
    head = re.sub(r"\)?\n[(;/ ]*", " ", text[:HEADER])
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
    made = tuple(_head(found, styles, pressed) for found in heads)
    time = float(lamp[2]) if lamp else 0.0
    ramped, swept, pause = _RAMPED.search(head), _SWEPT.search(head), _PAUSE.search(head)
    return Claims(
        **numbers, points=points[1], heads=made, lamp=lamp[1] if lamp else "", lamp_time=time,
        ramped=(float(ramped[1]), float(ramped[2]), float(ramped[3])) if ramped else None,
        overrun=float(swept[1]) if swept else None, pause=float(pause[1]) if pause else 0.0,
        piston_unit=next((unit for _, _, unit in _PISTON.findall(head)), ""),
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
