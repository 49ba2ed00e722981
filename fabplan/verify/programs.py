"""Read exported programs back, run them, and hold what they do against their header and ``plan.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fabplan.findings import Finding, ordered
from fabplan.verify._collisions import Standing, collisions, standing_of
from fabplan.verify._job_files import job_findings
from fabplan.verify._program_checks import CHECKS, Job, error
from fabplan.verify._read_job import HEADER, LARGEST, grouped, job_of, read_job
from fabplan.verify._replay import GRAMMARS
from fabplan.verify._swathes import swathe_findings
from fabplan.verify._told_dialect import told_dialect

__all__ = ["HEADER", "LARGEST", "grouped", "job_of", "read_job", "verify_programs"]

_TOOLPATH = re.compile(r"\btoolpath=(\S+)")


def verify_programs(folder: Path, plan_json: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Run every program of a plan, what belongs to it (calibrations, dry run), and look for collisions.

    Parameters
    ----------
    folder : with ``plan.json`` and the programs
    plan_json : the parsed ``plan.json``

    Returns
    -------
    Findings, none when all holds.
    """
    found: list[Finding] = []
    standing: list[Standing] = []
    for step in plan_json.get("steps", ()):
        if step.get("program"):
            found += _program(folder, step, plan_json, standing)
    found += swathe_findings(folder, plan_json, GRAMMARS.get(str(plan_json.get("dialect"))))
    return ordered(found)


def _program(
    folder: Path, step: Mapping[str, Any], plan_json: Mapping[str, Any], standing: list[Standing]
) -> list[Finding]:
    """One program; what it prints is added to what stands."""
    name = str(step["program"])
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())
    if not inside or not path.is_file() or path.stat().st_size > LARGEST:
        return [error("program-missing", name, "the program is not there, or too large")]
    raw = path.read_bytes()
    if not raw.isascii() or re.search(rb"[^\n\x20-\x7e]", raw):
        return [error("program-text", name, "the program is not plain ASCII text")]
    text = raw.decode("ascii")
    told, known = told_dialect(text)
    grammar = GRAMMARS.get(known if told == plan_json.get("dialect") else str(plan_json.get("dialect")))
    if grammar is None:
        text = f"programs of the dialect {plan_json.get('dialect')} cannot be run here: make a dry run"
        change = "reads_as in its record, where it has the words of a shipped dialect"
        return [Finding("program-dialect", "info", name, text, change=change)]
    job = read_job(name, text, grammar)
    if not isinstance(job, Job):
        return job
    found = [*job.run.faults]
    for check in CHECKS:
        found += check(job)
    found += collisions(job, standing)
    found += job_findings(folder, job, text, grammar)
    left = standing_of(job, _top(step, plan_json))
    standing += [left] if left else []
    return found + _plan(job, plan_json, " ".join(job.run.comments[:HEADER]))


def _top(step: Mapping[str, Any], plan_json: Mapping[str, Any]) -> float | None:
    """Height of what a step leaves, finished [mm]; None where the plan does not tell it."""
    own = [x for x in plan_json.get("layers", ()) if x.get("step") == step.get("number") and x.get("net")]
    tops = [x["bottom_m"] + x["thickness_m"] for x in own if x.get("bottom_m") is not None]
    return max(tops) * 1e3 if tops else None


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
        ("ink", path.get("ink_volume_m3"), 1e9), ("width", footprint.get("width_m"), 1e3),
        ("length", footprint.get("length_m"), 1e3),
    )
    said = {**vars(job.claims), "ink": sum(head.ink for head in job.claims.heads)}
    known = [(key, float(said[key]), value * scale) for key, value, scale in pairs if value is not None]
    return [
        error("program-plan", job.where, f"{key} differs from plan.json", claimed, planned)
        for key, claimed, planned in known
        if abs(claimed - planned) > (0.06 if key == "time" else 6e-4) + 1e-6 * abs(planned)
    ]
