"""Read exported programs back, run them, and hold what they do against their header and ``plan.json``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fabplan.findings import Finding, ordered
from fabplan.layout.toolpaths import steps_digest
from fabplan.verify._replay import GRAMMARS, Move, Run, replay

LARGEST = 256 * 1024 * 1024  # [bytes] of a program that is read
_NUMBER = r"(-?\d+(?:\.\d+)?)"
#: what the header must say -> how it says it
_CLAIMS = {
    "path": rf"\bpath {_NUMBER} mm",
    "travel": rf"\btravel {_NUMBER} mm,",
    "safe": rf"\bsafe height {_NUMBER} mm",
    "speed": rf"\bspeed {_NUMBER} mm/s, travel speed",
    "travel_speed": rf"\btravel speed {_NUMBER} mm/s",
    "start_delay": rf"\bstart delay {_NUMBER} s",
    "stop_delay": rf"\bstop delay {_NUMBER} s",
    "time": rf"\bTIME {_NUMBER} s",
    "filaments": r"\bfilaments (\d+)",
    "width": rf"\bfootprint {_NUMBER} x",
    "length": rf"\bfootprint \d+\.\d+ x {_NUMBER} mm",
}
_POINTS = re.compile(r"\bpoints ([0-9a-f]{16})\b")
_TOOLPATH = re.compile(r"\btoolpath=(\S+)")


@dataclass(frozen=True)
class _Job:
    """A program that was run: what it claims (mm, s) and what it did."""

    where: str
    claims: Mapping[str, float]
    points: str
    run: Run
    filaments: tuple[tuple[Move, ...], ...]


def verify_programs(folder: Path, plan_json: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Run every program of a plan.

    Parameters
    ----------
    folder : with ``plan.json`` and the programs
    plan_json : the parsed ``plan.json``

    Returns
    -------
    Findings, none when all holds.
    """
    found: list[Finding] = []
    for step in plan_json.get("steps", ()):
        if step.get("program"):
            found += _program(folder, str(step["program"]), plan_json)
    return ordered(found)


def _program(folder: Path, name: str, plan_json: Mapping[str, Any]) -> list[Finding]:
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())
    if not inside or not path.is_file() or path.stat().st_size > LARGEST:
        return [_error("program-missing", name, "the program is not there, or too large")]
    raw = path.read_bytes()
    if not raw.isascii() or re.search(rb"[^\n\x20-\x7e]", raw):
        return [_error("program-text", name, "the program is not plain ASCII text")]
    grammar = GRAMMARS.get(str(plan_json.get("dialect")))
    if grammar is None:
        text = f"programs of the dialect {plan_json.get('dialect')} cannot be run here: make a dry run"
        return [Finding("program-dialect", "info", name, text)]
    run = replay(raw.decode("ascii"), grammar, name)
    job = _job(name, run)
    if isinstance(job, Finding):
        return [*run.faults, job]
    found = [*run.faults]
    for check in _CHECKS:
        found += check(job)
    return found + _plan(job, plan_json, " ".join(run.comments[:160]))


def _job(name: str, run: Run) -> _Job | Finding:
    """Claims of the header and filaments of the body."""
    head = " ".join(run.comments[:160])
    matches = {key: re.search(pattern, head) for key, pattern in _CLAIMS.items()}
    points = _POINTS.search(head)
    missing = [key for key, match in matches.items() if match is None]
    if missing or points is None or not run.moves:
        return _error("program-header", name, f"the header does not say: {', '.join(missing) or 'points'}")
    claims = {key: float(match[1]) for key, match in matches.items() if match}
    return _Job(name, claims, points[1], run, tuple(_filaments(run)))


def _filaments(run: Run) -> Iterator[tuple[Move, ...]]:
    """Moves with an open valve, one group an opening."""
    lines = [line for line, _ in run.openings]
    groups: list[list[Move]] = [[] for _ in lines]
    for move in run.moves:
        if move.printing:
            groups[int(np.searchsorted(lines, move.line, side="right")) - 1].append(move)
    return (tuple(group) for group in groups)


def _lengths(job: _Job) -> Iterator[Finding]:
    """Printed length within one step of the last decimal a move."""
    lengths = [m.length for m in job.run.moves if m.printing]
    printed, wanted = math.fsum(lengths), job.claims["path"]
    if abs(printed - wanted) > 1e-3 + 10.0**-job.run.decimals * len(lengths):
        text = "printed length differs from the header"
        yield _error("program-length", job.where, text, printed, wanted, "mm")
    if len(job.filaments) != job.claims["filaments"]:
        text = "number of filaments differs from the header"
        yield _error("program-length", job.where, text, len(job.filaments), job.claims["filaments"])


def _feeds(job: _Job) -> Iterator[Finding]:
    wanted = job.claims["speed"] * 60
    for filament in job.filaments:
        if not filament:
            continue
        if not filament[0].states_feed:
            yield _error("program-feed", _at(job, filament[0]), "a filament starts without a feed of its own")
        for move in filament:
            if move.feed is None or abs(move.feed / wanted - 1) > 1e-3:
                text = "prints at another feed than the header says"
                yield _error("program-feed", _at(job, move), text, move.feed, wanted, "mm/min")


def _heights(job: _Job) -> Iterator[Finding]:
    safe = job.claims["safe"] - 2 * 10.0**-job.run.decimals
    for move in job.run.moves:
        across = move.start[:2] != move.end[:2] and not (math.isnan(move.end[0]) and math.isnan(move.end[1]))
        if move.printing and move.start[2] != move.end[2]:
            yield _error("program-height", _at(job, move), "the height changes while a valve is open")
        if move.printing and move.rapid:
            yield _error("program-height", _at(job, move), "a rapid move with an open valve")
        if not move.printing and across and not (move.start[2] >= safe and move.end[2] >= safe):
            text = "travel below the safe height"
            yield _error("program-height", _at(job, move), text, move.end[2], job.claims["safe"], "mm")


def _dwells(job: _Job) -> Iterator[Finding]:
    for dwell in job.run.dwells:
        wanted = job.claims["start_delay" if dwell.printing else "stop_delay"]
        if abs(dwell.seconds - wanted) > 6e-4:
            where = f"{job.where} line {dwell.line}"
            text = "waits for another time than the header says"
            yield _error("program-dwell", where, text, dwell.seconds, wanted, "s")
    for key, printing in (("start_delay", True), ("stop_delay", False)):
        count = sum(d.printing == printing for d in job.run.dwells)
        if job.claims[key] >= 1e-3 and count != len(job.filaments):
            text = f"not one {key.replace('_', ' ')} a filament"
            yield _error("program-dwell", job.where, text, count, len(job.filaments))


def _box(job: _Job) -> Iterator[Finding]:
    step = 2 * 10.0**-job.run.decimals
    width, length = job.claims["width"] + step, job.claims["length"] + step
    for k, filament in enumerate(job.filaments):
        for move in filament:
            inside = all(-step <= x <= width and -step <= y <= length for x, y, _ in (move.start, move.end))
            if k and not inside:
                yield _error("program-footprint", _at(job, move), "prints outside the footprint")
            if not k and inside:
                yield _error("program-footprint", _at(job, move), "the prime line lies on the footprint")


def _points(job: _Job) -> Iterator[Finding]:
    scale = 10**job.run.decimals
    openings = [place for _, place in job.run.openings]
    places = [[f[0].start, *(m.end for m in f)] if f else [p] for f, p in zip(job.filaments, openings, strict=True)]
    flat = np.array([p for place in places for p in place], np.float64).reshape(-1, 3)
    starts = np.cumsum([0, *(len(place) for place in places)])
    if not np.isfinite(flat).all() or steps_digest(np.rint(flat * scale).astype(np.int64), starts) != job.points:
        yield _error("program-points", job.where, "the filaments are not where the header's fingerprint puts them")


def _time(job: _Job) -> Iterator[Finding]:
    """Time of all moves from the prime line on; rapid moves without feed at the header's travel speed."""
    first = next((k for k, m in enumerate(job.run.moves) if not math.isnan(m.start[0])), 0)
    seconds = math.fsum(d.seconds for d in job.run.dwells)
    for move in job.run.moves[first:]:
        speed = job.claims["travel_speed"] if move.rapid or move.feed is None else move.feed / 60
        if not speed > 0:
            yield _error("program-time", _at(job, move), "a move that never ends")
            return
        seconds += move.length / speed
    if abs(seconds - job.claims["time"]) > max(0.1, 1e-3 * job.claims["time"]):
        text = "takes another time than the header says"
        yield _error("program-time", job.where, text, seconds, job.claims["time"], "s")


_CHECKS: tuple[Callable[[_Job], Iterator[Finding]], ...] = (
    _lengths, _feeds, _heights, _dwells, _box, _points, _time,
)


def _plan(job: _Job, plan_json: Mapping[str, Any], head: str) -> list[Finding]:
    """Header against ``plan.json``."""
    match = _TOOLPATH.search(head)
    paths = {str(p.get("name")): p for p in plan_json.get("toolpaths", ())}
    path = paths.get(match[1]) if match else None
    if path is None:
        return [_error("program-plan", job.where, "the header names no toolpath of plan.json")]
    footprint = plan_json.get("footprint", {})
    pairs = (
        ("path", path.get("printed_length_m"), 1e3), ("travel", path.get("travel_length_m"), 1e3),
        ("speed", path.get("speed_m_s"), 1e3), ("travel_speed", path.get("travel_speed_m_s"), 1e3),
        ("time", path.get("duration_s"), 1.0), ("filaments", path.get("filaments"), 1.0),
        ("width", footprint.get("width_m"), 1e3), ("length", footprint.get("length_m"), 1e3),
    )
    known = [(key, job.claims[key], value * scale) for key, value, scale in pairs if value is not None]
    return [
        _error("program-plan", job.where, f"{key} differs from plan.json", claimed, planned)
        for key, claimed, planned in known
        if abs(claimed - planned) > (0.06 if key == "time" else 6e-4) + 1e-6 * abs(planned)
    ]


def _at(job: _Job, move: Move) -> str:
    return f"{job.where} line {move.line}"


def _error(
    rule: str, where: str, message: str, measured: float | None = None, allowed: float | None = None, unit: str = ""
) -> Finding:
    numbers = "" if measured is None or allowed is None else f": {measured:.6g} against {allowed:.6g} {unit}".rstrip()
    scale = {"mm": 1e-3, "mm/min": 1e-3 / 60}.get(unit, 1.0)
    si = {"mm": "m", "mm/min": "m/s"}.get(unit, unit)
    values = (None if measured is None else measured * scale, None if allowed is None else allowed * scale)
    return Finding(rule, "error", where, message + numbers, *values, si)
