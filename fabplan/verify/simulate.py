"""A program run: how long it takes, what it presses, where it goes; for every dialect that can be read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.findings import Finding, ordered
from fabplan.layout.types import Array
from fabplan.verify._claims import Claims
from fabplan.verify._program_checks import Job
from fabplan.verify._program_file import Program
from fabplan.verify._run import Move, Run
from fabplan.verify._timing import Track, constant_time, ramped_time, track

MM = 1e-3  # [m]
_MINUTE = 60.0


@dataclass(frozen=True)
class Bench:
    """What is known of the machine; SI, None for what nobody says.

    Parameters
    ----------
    travel_speed : of moves that state no feed
    acceleration, corner_deviation : of the axes
    nozzle : inner diameter, for the ink of programs that do not tell it
    piston_diameter : of what the E axis moves; None when E counts mm³ or when nobody knows
    source : who says so
    """

    travel_speed: float | None = None
    acceleration: float | None = None
    corner_deviation: float = 0.0
    nozzle: float | None = None
    piston_diameter: float | None = None
    source: str = ""


@dataclass(frozen=True)
class HeadSum:
    """What one head did; SI.

    Parameters
    ----------
    name : output that opens it, or its tool
    filaments, printed : openings and way with flowing ink
    ink : wet volume, None when the section of the bead is not known
    pressed : by the piston while moving, in units of its axis; None without piston
    because : where the ink comes from
    width : of its nozzle, 0 when not known
    """

    name: str
    filaments: int
    printed: float
    ink: float | None
    pressed: float | None
    because: str
    width: float = 0.0


@dataclass(frozen=True)
class Layer:
    """Where printing goes on at another height; SI."""

    height: float
    filaments: int
    printed: float
    begins: float


@dataclass(frozen=True)
class Simulation:
    """What a program does; SI.

    Parameters
    ----------
    program : as it was read
    track : its moves
    time, ramped : at constant feeds, and with the ramps of the axes (None when these are not known)
    why_ramped : whose ramps, or why there are none
    unknown_speed : way of moves whose speed nobody knows; it is in no time
    waits : sum of all dwells
    printed, travelled : way with flowing ink, and all other ways
    box, printed_box : lowest and highest corner of all moves and of the printed ones; None without any
    heads, layers : see there
    groups : moves of each filament
    findings : what there is to say
    """

    program: Program
    track: Track
    time: float
    ramped: float | None
    why_ramped: str
    unknown_speed: float
    waits: float
    printed: float
    travelled: float
    box: tuple[list[float], list[float]] | None
    printed_box: tuple[list[float], list[float]] | None
    heads: tuple[HeadSum, ...]
    layers: tuple[Layer, ...]
    groups: tuple[tuple[Move, ...], ...]
    head_of: tuple[int, ...]
    findings: tuple[Finding, ...]


def simulated(program: Program, bench: Bench = Bench()) -> Simulation:
    """Run a program that was read.

    Parameters
    ----------
    program : of `fabplan.verify._program_file.read_program`
    bench : what is known of the machine; the header of a program of fabplan fills what is missing
    """
    run, claims = program.run, program.claims
    bench = _filled(bench, claims)
    found = track(run, None if bench.travel_speed is None else bench.travel_speed / MM)
    groups = program.groups
    names, head_of = _heads(program)
    length = np.where(found.way.any(axis=1), found.length, 0.0)
    unknown = np.isnan(found.speed) & (length > 0)
    ramped = None
    if bench.acceleration:
        ramped = ramped_time(found, bench.acceleration / MM, bench.corner_deviation / MM)
    return Simulation(
        program, found, constant_time(found), ramped,
        f"{bench.acceleration:.3g} m/s2, {bench.source}" if bench.acceleration else "no acceleration is known",
        float(length[unknown].sum()) * MM, found.waits,
        float(length[found.wet].sum()) * MM, float(length[~found.wet].sum()) * MM,
        _box(found.moves), _box([m for m in found.moves if m.printing]),
        tuple(_sums(program, bench, names, head_of)), tuple(_layers(found, run)), groups, head_of,
        ordered([*program.findings, *_told(run, float(length[unknown].sum()))]),
    )  # fmt: skip


def _filled(bench: Bench, claims: Claims | None) -> Bench:
    """What the header says where nobody else does."""
    if claims is None:
        return bench
    acceleration, deviation, source = bench.acceleration, bench.corner_deviation, bench.source
    if acceleration is None and claims.ramped is not None and claims.ramped[1] > 0:
        acceleration, deviation, source = claims.ramped[1] * MM, claims.ramped[2] * MM, "header of the program"
    speed = claims.travel_speed * MM if bench.travel_speed is None else bench.travel_speed
    return Bench(speed, acceleration, deviation, bench.nozzle, bench.piston_diameter, source)


def _heads(program: Program) -> tuple[list[str], tuple[int, ...]]:
    """Names of the heads in order of use, and the head of each filament."""
    job = program.job
    labels = [
        f"output {o.output}" if o.output else f"head {o.tool}" if o.tool is not None else "head 0"
        for o in program.run.openings
    ]
    if isinstance(job, Job):
        known = [f"head {head.tool}" for head in job.claims.heads]
        labels = [known[k] if k >= 0 else label for k, label in zip(job.head.tolist(), labels, strict=True)]
    names = list(dict.fromkeys(labels))
    return names, tuple(names.index(label) for label in labels)


def _sums(program: Program, bench: Bench, names: list[str], head_of: tuple[int, ...]) -> Iterator[HeadSum]:
    claimed = {f"head {head.tool}": head for head in program.claims.heads} if program.claims else {}
    for place, name in enumerate(names):
        mine = [group for group, h in zip(program.groups, head_of, strict=True) if h == place]
        printed = math.fsum(m.length for group in mine for m in group if m.start != m.end)
        pressed = math.fsum(m.pressed for group in mine for m in group)
        driven = any(m.pressed for group in mine for m in group)
        ink, because = None, "not known: give --nozzle or --machine"
        claim = claimed.get(name)
        if driven and bench.piston_diameter:
            ink = pressed * MM * math.pi * bench.piston_diameter**2 / 4
            because = f"piston of {bench.piston_diameter / MM:.4g} mm"
        elif driven and program.piston_unit == "mm3":
            ink, because = pressed * MM**3, "E counts mm3"
        elif claim is not None and claim.section:
            ink, because = _claimed_ink(program, head_of, place), "section of the bead in the header"
        elif driven:
            because = "not known: what E counts is known with --piston DIAMETER"
        elif bench.nozzle:
            ink = printed * MM * math.pi * bench.nozzle**2 / 4
            because = f"bead of a nozzle of {bench.nozzle / MM:.4g} mm"
        width = claim.nozzle * MM if claim is not None else bench.nozzle or 0.0
        yield HeadSum(name, len(mine), printed * MM, ink, pressed if driven else None, because, width)


def _claimed_ink(program: Program, head_of: tuple[int, ...], place: int) -> float:
    """Ink of one head by the sections that the header says, set by set [m³]."""
    assert program.job is not None
    sections = [head.section or 0.0 for head in program.job.claims.heads]
    rows = zip(program.groups, head_of, program.job.head.tolist(), strict=True)
    ways = ((math.fsum(m.length for m in group), k) for group, h, k in rows if h == place)
    return math.fsum(way * MM * sections[k] * MM**2 for way, k in ways)


def _layers(found: Track, run: Run) -> Iterator[Layer]:
    """Heights at which ink flows, in order of first use."""
    heights = np.array([round(m.end[2], 6) if not math.isnan(m.end[2]) else 0.0 for m in found.moves])
    wet = np.flatnonzero(found.wet)
    if not len(wet):
        return
    spent = np.nan_to_num(found.length / np.maximum(found.speed, 1e-300))
    clock = np.cumsum(spent) - spent
    lines = np.array([m.line for m in found.moves], np.int64)
    waited = np.cumsum([0.0, *(d.seconds for d in run.dwells)])
    clock += waited[np.searchsorted(found.dwells, lines)]
    values, first, which = np.unique(heights[wet], return_index=True, return_inverse=True)
    starts = np.isin(wet - 1, wet, invert=True)
    printed = np.bincount(which, found.length[wet])
    count = np.bincount(which[starts], minlength=len(values))
    for k in np.argsort(first).tolist():
        yield Layer(float(values[k]) * MM, int(count[k]), float(printed[k]) * MM, float(clock[wet[first[k]]]))


def _box(moves: Any) -> tuple[list[float], list[float]] | None:
    """Corners around all known places of moves [m]."""
    places: Array = np.array([p for m in moves for p in (m.start, m.end)], np.float64).reshape(-1, 3) * MM
    places = places[np.isfinite(places).all(axis=1)]
    return (places.min(axis=0).tolist(), places.max(axis=0).tolist()) if len(places) else None


def _told(run: Run, unknown: float) -> Iterator[Finding]:
    if unknown:
        text = f"{unknown:.6g} mm are travelled at the machine's own speed, which nobody told: they are in no time"
        yield Finding("program-time", "warning", run.where, text, change="--machine NAME or --travel-speed SPEED")
    if run.homings:
        yield Finding("program-time", "info", f"{run.where} line {run.homings[0]}", "homing is not in the time")


def document(found: Simulation) -> dict[str, Any]:
    """Everything as plain data, SI."""
    program, claims = found.program, found.program.claims
    return {
        "schema": "fabplan/simulation/1",
        "program": program.where,
        "dialect": program.dialect,
        "dialect_because": program.because,
        "made_by_fabplan": claims is not None,
        "lines": program.lines,
        "time_s": _finite(found.time),
        "ramped_time_s": None if found.ramped is None else _finite(found.ramped),
        "ramps": found.why_ramped,
        "dwell_s": found.waits,
        "unknown_speed_m": found.unknown_speed,
        "printed_length_m": found.printed,
        "travel_length_m": found.travelled,
        "moves": len(found.track.moves),
        "filaments": len(found.groups),
        "box_m": _corners(found.box),
        "printed_box_m": _corners(found.printed_box),
        "heads": [
            {"head": h.name, "filaments": h.filaments, "printed_length_m": h.printed, "ink_m3": h.ink,
             "ink_because": h.because, "pressed": h.pressed}
            for h in found.heads
        ],
        "layers": [
            {"height_m": layer.height, "filaments": layer.filaments, "printed_length_m": layer.printed,
             "begins_s": _finite(layer.begins)}
            for layer in found.layers
        ],
        "settings": [{"line": s.line, "what": s.what, "value": s.value} for s in program.run.settings],
        "printing_speeds_m_s": dict(_speeds(found)),
        "findings": [vars(finding) for finding in found.findings],
    }  # fmt: skip


def _corners(box: tuple[list[float], list[float]] | None) -> dict[str, list[float]] | None:
    return None if box is None else {"low": box[0], "high": box[1]}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _speeds(found: Simulation) -> Iterator[tuple[str, float]]:
    """Lowest and highest speed of printing [m/s]."""
    speeds = found.track.speed[found.track.wet & (found.track.length > 0)]
    speeds = speeds[np.isfinite(speeds)] * MM
    if len(speeds):
        yield "lowest", float(speeds.min())
        yield "highest", float(speeds.max())


def usual_speed(found: Simulation, groups: list[tuple[Move, ...]]) -> float:
    """Speed at which most of the way of some filaments is printed [m/s]; 0 when nobody says one."""
    ways: dict[float, float] = {}
    for m in (m for group in groups for m in group if m.feed):
        ways[m.feed or 0.0] = ways.get(m.feed or 0.0, 0.0) + m.length
    return max(ways, key=lambda feed: ways[feed]) * MM / _MINUTE if ways else 0.0
