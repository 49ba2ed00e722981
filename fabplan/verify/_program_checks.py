"""What must hold between the header of a program and what the program does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.findings import Finding
from fabplan.layout.toolpaths import steps_digest
from fabplan.verify._claims import Claims
from fabplan.verify._replay import Grammar, Move, Run
from fabplan.verify._timing import constant_time, ramped_time, track


@dataclass(frozen=True)
class Job:
    """A program that was run: what it claims (mm, s) and what it did; ``head`` is that of each filament."""

    where: str
    claims: Claims
    run: Run
    grammar: Grammar
    filaments: tuple[tuple[Move, ...], ...]
    head: NDArray[np.int64]


def _heads(job: Job) -> Iterator[Finding]:
    """Every filament by an output of the header, with its head chosen and the origin moved by its offset."""
    several = len({head.tool for head in job.claims.heads}) > 1
    for opening, place in zip(job.run.openings, job.head.tolist(), strict=True):
        where = f"{job.where} line {opening.line}"
        if place < 0:
            yield error("program-head", where, f"opens output {opening.output}, which the header does not name")
            continue
        head = job.claims.heads[place]
        if several and "T" in job.grammar.codes and opening.tool != head.tool:
            yield error("program-head", where, f"head {head.tool} prints while head {opening.tool} is chosen")
        if several:
            first = job.claims.heads[0].offset
            wanted = [a - b for a, b in zip(head.offset, first, strict=True)]
            if any(abs(a - b) > 3 * 10.0**-job.run.decimals for a, b in zip(opening.shift, wanted, strict=True)):
                yield error("program-head", where, f"the origin is not moved by the offset of head {head.tool}")


def _lengths(job: Job) -> Iterator[Finding]:
    """Printed length within one step of the last decimal a move."""
    lengths = [m.length for m in job.run.moves if m.printing]
    printed, wanted = math.fsum(lengths), job.claims.path
    if abs(printed - wanted) > 1e-3 + 10.0**-job.run.decimals * len(lengths):
        text = "printed length differs from the header"
        yield error("program-length", job.where, text, printed, wanted, "mm")
    if len(job.filaments) != job.claims.filaments:
        text = "number of filaments differs from the header"
        yield error("program-length", job.where, text, len(job.filaments), job.claims.filaments)


def _feeds(job: Job) -> Iterator[Finding]:
    for filament, place in zip(job.filaments, job.head.tolist(), strict=True):
        if not filament or place < 0:
            continue
        wanted = job.claims.heads[place].speed * 60
        if not filament[0].states_feed:
            yield error("program-feed", _at(job, filament[0]), "a filament starts without a feed of its own")
        for move in filament:
            if move.feed is None or abs(move.feed / wanted - 1) > 1e-3:
                text = "prints at another feed than the header says"
                yield error("program-feed", _at(job, move), text, move.feed, wanted, "mm/min")


def _heights(job: Job) -> Iterator[Finding]:
    safe = job.claims.safe - 2 * 10.0**-job.run.decimals
    filament = -1
    lines = [opening.line for opening in job.run.openings]
    for move in job.run.moves:
        across = move.start[:2] != move.end[:2] and not (math.isnan(move.end[0]) and math.isnan(move.end[1]))
        if move.printing and move.start[2] != move.end[2]:
            yield error("program-height", _at(job, move), "the height changes while a valve is open")
        if move.printing and move.quick:
            yield error("program-height", _at(job, move), "a rapid move with an open valve")
        if move.printing or not across or (move.start[2] >= safe and move.end[2] >= safe):
            continue
        filament = int(np.searchsorted(lines, move.line)) - 1
        if move.quick or not _tail(job, filament, move):
            text = "travel below the safe height"
            yield error("program-height", _at(job, move), text, move.end[2], job.claims.safe, "mm")


def _tail(job: Job, filament: int, move: Move) -> bool:
    """Whether a dry move below the safe height is part of the line style: on, or just beyond, its filament."""
    if filament < 0 or not job.filaments[filament] or job.head[filament] < 0:
        return False
    style = job.claims.heads[job.head[filament]].style
    if not style:
        return False
    stretched = job.claims.aligned[1] if job.claims.aligned else 1.0
    room = style.get("shut-off", 0.0) * stretched + 3 * 10.0**-job.run.decimals
    pieces = job.filaments[filament]
    nearest = min(_distance(move.end[:2], piece.start[:2], piece.end[:2]) for piece in pieces)
    return bool(nearest <= room)


def _distance(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """From a point to a straight piece."""
    along = (b[0] - a[0], b[1] - a[1])
    size = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / size if size else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.dist(point, (a[0] + share * along[0], a[1] + share * along[1]))


def _dwells(job: Job) -> Iterator[Finding]:
    lines = [opening.line for opening in job.run.openings]
    counts = np.zeros((len(job.claims.heads), 3), np.int64)
    pauses = _pauses(job)
    if job.claims.pause and len(pauses) != job.claims.layers:
        yield error("program-dwell", job.where, "not one pause a layer", len(pauses), job.claims.layers)
    for dwell in job.run.dwells:
        if dwell.line in pauses:
            continue
        # a piston opens with its first move, a valve before the wait
        filament = int(np.searchsorted(lines, dwell.line)) - 1 + (dwell.before and not dwell.printing)
        place = int(job.head[filament]) if 0 <= filament < len(lines) else -1
        if place < 0 or (dwell.other and dwell.other == job.claims.lamp):
            continue
        head = job.claims.heads[place]
        kind = 2 if dwell.other else 0 if dwell.before else 1
        counts[place, kind] += 1
        wanted = (head.start_delay, head.stop_delay, head.suckback)[kind]
        where = f"{job.where} line {dwell.line}"
        if abs(dwell.seconds - wanted) > 6e-4:
            text = "waits for another time than the header says"
            yield error("program-dwell", where, text, dwell.seconds, wanted, "s")
        if kind == 0 and not dwell.printing and job.run.openings[filament].output:
            yield error("program-dwell", where, "waits for flow while the valve is shut")
    for place, head in enumerate(job.claims.heads):
        expected = int((job.head == place).sum())
        times = (head.start_delay, head.stop_delay, head.suckback if head.vacuum != "none" else 0.0)
        for name, seconds, count in zip(("start delay", "stop delay", "suck-back"), times, counts[place], strict=True):
            if seconds >= 1e-3 and count != expected:
                yield error("program-dwell", job.where, f"not one {name} a filament", int(count), expected)


def _pauses(job: Job) -> set[int]:
    """Lines that wait after a layer: for the time of the header, valves shut, the nozzle up."""
    wanted = job.claims.pause
    ends = [move.line for move in job.run.moves]
    safe = job.claims.safe - 2 * 10.0**-job.run.decimals
    found = set()
    for dwell in job.run.dwells if wanted else ():
        place = int(np.searchsorted(ends, dwell.line)) - 1
        up = place >= 0 and job.run.moves[place].end[2] >= safe
        if up and not dwell.printing and not dwell.other and abs(dwell.seconds - wanted) <= 6e-4:
            found.add(dwell.line)
    return found


def _lamp(job: Job) -> Iterator[Finding]:
    """The lamp after every layer, for as long as the header says."""
    if not job.claims.lamp:
        return
    seconds = [d.seconds for d in job.run.dwells if d.other == job.claims.lamp]
    if len(seconds) != job.claims.layers or any(abs(s - job.claims.lamp_time) > 6e-4 for s in seconds):
        text = "the lamp is not on once a layer for the time that the header says"
        yield error("program-lamp", job.where, text, len(seconds), job.claims.layers)


def _pistons(job: Job) -> Iterator[Finding]:
    """What pistons press while moving, to half a step of the last decimal a head."""
    lines = [opening.line for opening in job.run.openings]
    drawn: dict[int, float] = {}
    for move in job.run.moves:
        if not move.pressed or move.start != move.end:
            continue
        filament = int(np.searchsorted(lines, move.line)) - (move.pressed < 0)
        place = int(job.head[filament]) if 0 <= filament < len(lines) else -1
        if abs(drawn.setdefault(place, abs(move.pressed)) - abs(move.pressed)) > 1e-8:
            text = "a piston gives back another amount than it drew back"
            yield error("program-piston", _at(job, move), text, abs(move.pressed), drawn[place])
    for head in job.claims.heads:
        if head.pressed is None:
            continue
        mine = {k for k, other in enumerate(job.claims.heads) if other.tool == head.tool}
        filaments = [f for f, h in zip(job.filaments, job.head.tolist(), strict=True) if h in mine]
        total = math.fsum(move.pressed for filament in filaments for move in filament)
        if abs(total - head.pressed) > 2e-8 + 1e-6 * head.pressed:
            yield error("program-piston", job.where, "presses another amount than the header says", total, head.pressed)


def _ink(job: Job) -> Iterator[Finding]:
    """Ink of each head: its printed way times the section of its bead."""
    for place, head in enumerate(job.claims.heads):
        if head.section is None:
            continue
        lengths = [m.length for f, h in zip(job.filaments, job.head.tolist(), strict=True) if h == place for m in f]
        volume = math.fsum(lengths) * head.section
        if abs(volume - head.ink) > 1e-6 + head.section * 10.0**-job.run.decimals * len(lengths) + 1e-6 * head.ink:
            text = f"head {head.tool} prints another amount of ink than the header says"
            yield error("program-ink", job.where, text, volume, head.ink, "uL")


def _box(job: Job) -> Iterator[Finding]:
    step = 2 * 10.0**-job.run.decimals
    primes = len({head.tool for head in job.claims.heads}) if job.claims.overrun is None else 0
    back = _unaligned(job)
    for k, (filament, place) in enumerate(zip(job.filaments, job.head.tolist(), strict=True)):
        free = step + (job.claims.heads[place].style.get("lead-in", 0.0) if place >= 0 else 0.0)
        free += job.claims.overrun or 0.0
        width, length = job.claims.width + free, job.claims.length + free
        for move in filament:
            ends = [back(*place[:2]) for place in (move.start, move.end)]
            inside = all(-free <= x <= width and -free <= y <= length for x, y in ends)
            if k >= primes and not inside:
                yield error("program-footprint", _at(job, move), "prints outside the footprint")
            if k < primes and inside:
                yield error("program-footprint", _at(job, move), "the prime line lies on the footprint")


def _unaligned(job: Job) -> Callable[[float, float], tuple[float, float]]:
    """From places on the part back to those of the drawing, where a program was aligned."""
    if job.claims.aligned is None:
        return lambda x, y: (x, y)
    angle, scale, dx, dy = job.claims.aligned
    c, s = math.cos(angle) / scale, math.sin(angle) / scale
    return lambda x, y: (c * (x - dx) + s * (y - dy), c * (y - dy) - s * (x - dx))


def _bounds(job: Job) -> Iterator[Finding]:
    """The box of the header against that of all that is printed; lead-ins lie before the drawn ends."""
    if job.claims.box is None:
        return
    places = np.array([p for f in job.filaments for m in f for p in (m.start, m.end)], np.float64).reshape(-1, 3)
    if not len(places) or not np.isfinite(places).all():
        return
    room = max(head.style.get("lead-in", 0.0) for head in job.claims.heads)
    room += max(head.style.get("shut-off", 0.0) for head in job.claims.heads)
    ends = np.stack([places.min(axis=0), places.max(axis=0)], axis=1).ravel()
    for axis, found, wanted in zip("XXYYZZ", ends.tolist(), job.claims.box, strict=True):
        if abs(found - wanted) > 6e-4 + 10.0**-job.run.decimals + room * (axis != "Z"):
            text = f"prints along {axis} to another place than the header says"
            yield error("program-length", job.where, text, found, wanted, "mm")


def _area(job: Job) -> Iterator[Finding]:
    """All moves against the range of motion that the header states."""
    for axis, most in enumerate(job.claims.travels):
        known = [p[axis] for m in job.run.moves for p in (m.start, m.end) if not math.isnan(p[axis])]
        if most is not None and known and max(known) - min(known) > most + 1e-9:
            text = f"the moves along {'XY'[axis]} do not fit into the travel of the machine"
            yield error("program-area", job.where, text, max(known) - min(known), most, "mm")


def _pressures(job: Job) -> Iterator[Finding]:
    """Sets of values against the pressure that the program has set, where the dialect sets it."""
    asked = [s for s in job.run.settings if s.what == "pressure"]
    lines = np.array([s.line for s in asked], np.int64)
    for opening, place in zip(job.run.openings, job.head.tolist(), strict=True):
        wanted = job.claims.heads[place].pressure if place >= 0 else None
        if wanted is None or not asked:
            continue
        last = int(np.searchsorted(lines, opening.line)) - 1
        if last < 0 or abs(asked[last].value - wanted) > 2e-3:
            text = "prints with another pressure than the header says"
            yield error("program-pressure", f"{job.where} line {opening.line}", text, asked[last].value, wanted, "kPa")


def _points(job: Job) -> Iterator[Finding]:
    scale = 10**job.run.decimals
    openings = [opening.place for opening in job.run.openings]
    places = [[f[0].start, *(m.end for m in f)] if f else [p] for f, p in zip(job.filaments, openings, strict=True)]
    flat = np.array([p for place in places for p in place], np.float64).reshape(-1, 3)
    starts = np.cumsum([0, *(len(place) for place in places)])
    tools = np.array([h.tool for h in job.claims.heads], np.int64)
    several = len(tools) > 1 and (job.head >= 0).all()
    found = "" if not np.isfinite(flat).all() else steps_digest(
        np.rint(flat * scale).astype(np.int64), starts, tools[job.head] if several else None
    )
    if found != job.claims.points:
        yield error("program-points", job.where, "the filaments are not where the header's fingerprint puts them")


def _time(job: Job) -> Iterator[Finding]:
    """Time of all moves from the prime line on; rapid moves without feed at the header's travel speed."""
    seconds = constant_time(track(job.run, job.claims.travel_speed))
    if math.isinf(seconds):
        yield error("program-time", job.where, "a move that never ends")
    elif abs(seconds - job.claims.time) > max(0.1, 1e-3 * job.claims.time):
        text = "takes another time than the header says"
        yield error("program-time", job.where, text, seconds, job.claims.time, "s")


def _ramps(job: Job) -> Iterator[Finding]:
    """Time with the ramps that the header names, by the same look-ahead over the moves of the program."""
    if job.claims.ramped is None:
        return
    wanted, acceleration, deviation = job.claims.ramped
    if acceleration <= 0:
        yield error("program-time", job.where, "the header names ramps that cannot be")
        return
    seconds = ramped_time(track(job.run, job.claims.travel_speed), acceleration, deviation)
    if abs(seconds - wanted) > max(0.1, 2e-3 * wanted):
        yield error("program-time", job.where, "takes another time with its ramps", seconds, wanted, "s")


CHECKS: tuple[Callable[[Job], Iterator[Finding]], ...] = (
    _heads, _lengths, _feeds, _heights, _dwells, _lamp, _pistons, _ink, _box, _bounds, _area, _pressures, _points,
    _time, _ramps,
)


def _at(job: Job, move: Move) -> str:
    return f"{job.where} line {move.line}"


def error(
    rule: str, where: str, message: str, measured: float | None = None, allowed: float | None = None, unit: str = ""
) -> Finding:
    """A finding with its numbers in the text; mm and mm/min become SI."""
    numbers = "" if measured is None or allowed is None else f": {measured:.6g} against {allowed:.6g} {unit}".rstrip()
    scale = {"mm": 1e-3, "mm/min": 1e-3 / 60}.get(unit, 1.0)
    si = {"mm": "m", "mm/min": "m/s"}.get(unit, unit)
    values = (None if measured is None else measured * scale, None if allowed is None else allowed * scale)
    return Finding(rule, "error", where, message + numbers, *values, si)
