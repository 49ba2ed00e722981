"""Read exported programs back, run them, and hold what they do against their header and ``plan.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fabplan.findings import Finding, ordered
from fabplan.verify._claims import bench_of, claims_of
from fabplan.verify._plain_checks import crossing_findings
from fabplan.verify._program_checks import CHECKS, Job, error
from fabplan.verify._replay import GRAMMARS, Grammar, Move, Run, replay

LARGEST = 256 * 1024 * 1024  # [bytes] of a program that is read
HEADER = 160  # comments among which the header is looked for
_TOOLPATH = re.compile(r"\btoolpath=(\S+)")


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
        return [error("program-missing", name, "the program is not there, or too large")]
    raw = path.read_bytes()
    if not raw.isascii() or re.search(rb"[^\n\x20-\x7e]", raw):
        return [error("program-text", name, "the program is not plain ASCII text")]
    grammar = GRAMMARS.get(str(plan_json.get("dialect")))
    if grammar is None:
        text = f"programs of the dialect {plan_json.get('dialect')} cannot be run here: make a dry run"
        return [Finding("program-dialect", "info", name, text)]
    job = read_job(name, raw.decode("ascii"), grammar)
    if not isinstance(job, Job):
        return job
    found = [*job.run.faults]
    for check in CHECKS:
        found += check(job)
    found += crossing_findings(job.run)
    return found + _plan(job, plan_json, " ".join(job.run.comments[:HEADER]))


def read_job(name: str, text: str, grammar: Grammar) -> Job | list[Finding]:
    """Claims of the header and filaments of the body; findings when there is no header."""
    return job_of(name, replay(text, grammar, name, *bench_of(text)), grammar)


def job_of(name: str, run: Run, grammar: Grammar) -> Job | list[Finding]:
    """Claims of the header and filaments of a program that was run; findings when there is no header."""
    claims, missing = claims_of(" ".join(run.comments[:HEADER]))
    if claims is None or not run.moves:
        return [*run.faults, error("program-header", name, f"the header does not say: {', '.join(missing)}")]
    outputs = {head.output: place for place, head in enumerate(claims.heads)}
    tools = {head.tool: place for place, head in enumerate(claims.heads)}
    of = [
        outputs.get(o.output, -1) if o.output else tools.get(o.tool if o.tool is not None else claims.heads[0].tool, -1)
        for o in run.openings
    ]
    return Job(name, claims, run, grammar, tuple(grouped(run)), np.array(of, np.int64))


def grouped(run: Run) -> Iterator[tuple[Move, ...]]:
    """Moves with flowing ink, one group an opening."""
    lines = [opening.line for opening in run.openings]
    groups: list[list[Move]] = [[] for _ in lines]
    for move in run.moves:
        if move.printing and lines:
            groups[int(np.searchsorted(lines, move.line, side="right")) - 1].append(move)
    return (tuple(group) for group in groups)


def _plan(job: Job, plan_json: Mapping[str, Any], head: str) -> list[Finding]:
    """Header against ``plan.json``."""
    match = _TOOLPATH.search(head)
    paths = {str(p.get("name")): p for p in plan_json.get("toolpaths", ())}
    path = paths.get(match[1]) if match else None
    if path is None:
        return [error("program-plan", job.where, "the header names no toolpath of plan.json")]
    footprint = plan_json.get("footprint", {})
    pairs = (
        ("path", path.get("printed_length_m"), 1e3), ("travel", path.get("travel_length_m"), 1e3),
        ("speed", path.get("speed_m_s"), 1e3), ("travel_speed", path.get("travel_speed_m_s"), 1e3),
        ("time", path.get("duration_s"), 1.0), ("filaments", path.get("filaments"), 1.0),
        ("width", footprint.get("width_m"), 1e3), ("length", footprint.get("length_m"), 1e3),
    )
    known = [(key, float(getattr(job.claims, key)), value * scale) for key, value, scale in pairs if value is not None]
    return [
        error("program-plan", job.where, f"{key} differs from plan.json", claimed, planned)
        for key, claimed, planned in known
        if abs(claimed - planned) > (0.06 if key == "time" else 6e-4) + 1e-6 * abs(planned)
    ]
