"""The job folder read back: calibrations held like programs, dry runs that stay dry and high, facts that agree."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput
from fabplan.findings import Finding
from fabplan.readers.json_file import read_json
from fabplan.verify._claims import bench_of
from fabplan.verify._collisions import collisions
from fabplan.verify._program_checks import CHECKS, Job, error
from fabplan.verify._read_job import LARGEST, read_job
from fabplan.verify._replay import Grammar, replay

ABOVE = 1.0  # [mm] that a dry run stays above the print
LARGEST_JOB = 64_000_000


def job_findings(folder: Path, job: Job, text: str, grammar: Grammar) -> Iterator[Finding]:
    """What belongs to one program; nothing where the folder has no job file for it."""
    name = f"jobs/{Path(job.where).stem}.job.json"
    if not _inside(folder, name):
        return
    try:
        facts = read_json(folder / name, LARGEST_JOB, where=name)
    except BadInput as fault:
        yield error("job-file", name, str(fault))
        return
    if not isinstance(facts, dict):
        yield error("job-file", name, "not an object")
        return
    yield from _facts(facts, job, text, name)
    for entry in facts.get("calibrations", ()):
        yield from _calibration(folder, str(entry.get("program", "")), grammar)
    if facts.get("dry_run"):
        yield from _dry(folder, str(facts["dry_run"]), job, grammar)


def _facts(facts: dict[str, Any], job: Job, text: str, where: str) -> Iterator[Finding]:
    """Numbers of the job file against the header, places to resume at against the lines of the program."""
    claims = job.claims
    pairs = {
        "printed_length_m": claims.path * 1e-3, "travel_length_m": claims.travel * 1e-3, "duration_s": claims.time,
        "safe_height_m": claims.safe * 1e-3,
    }  # fmt: skip
    for key, wanted in pairs.items():
        value = facts.get(key)
        room = 1e-6 * abs(wanted) + (0.06 if key == "duration_s" else 6e-7)
        if not isinstance(value, (int, float)) or abs(value - wanted) > room:
            yield error("job-file", where, f"{key} is not that of the program: {value} against {wanted:.9g}")
    if facts.get("points") != claims.points:
        yield error("job-file", where, "the fingerprint of its points is not that of the program")
    lines = text.splitlines()
    for layer in facts.get("layers", ()):
        number = layer.get("line")
        if number is None:
            continue
        mark = f"LAYER {layer.get('layer')} "
        if not isinstance(number, int) or not 1 <= number <= len(lines) or mark not in lines[number - 1]:
            yield error("job-file", where, f"layer {layer.get('layer')} does not begin at line {number} of the program")


def _calibration(folder: Path, name: str, grammar: Grammar) -> Iterator[Finding]:
    """A calibration against its own header, like any program."""
    text = _text(folder, name)
    if text is None:
        yield error("program-missing", name, "the calibration is not there, or no plain text")
        return
    job = read_job(name, text, grammar)
    if isinstance(job, list):
        yield from job
        return
    yield from job.run.faults
    for check in CHECKS:
        yield from check(job)
    yield from collisions(job)


def _dry(folder: Path, name: str, wet: Job, grammar: Grammar) -> Iterator[Finding]:
    """A dry run opens nothing, prints nothing and stays above the print."""
    text = _text(folder, name)
    if text is None:
        yield error("program-missing", name, "the dry run is not there, or no plain text")
        return
    run = replay(text, grammar, name, *bench_of(text))
    yield from run.faults
    if run.openings or any(m.printing for m in run.moves):
        yield error("job-dry-run", name, "an output opens, or a piston presses")
    lows = [
        min((p[2] for m in one.moves for p in (m.start, m.end) if not math.isnan(p[2])), default=math.nan)
        for one in (run, wet.run)
    ]
    if not lows[0] >= lows[1] + ABOVE - 2 * 10.0**-run.decimals:
        yield error("job-dry-run", name, "comes lower than 1 mm above the print", lows[0], lows[1] + ABOVE, "mm")


def _text(folder: Path, name: str) -> str | None:
    """An ASCII file of the folder; None for anything else."""
    if not _inside(folder, name):
        return None
    raw = (folder / name).read_bytes()
    return raw.decode("ascii") if raw.isascii() else None


def _inside(folder: Path, name: str) -> bool:
    path = folder / name
    return path.resolve().is_relative_to(folder.resolve()) and path.is_file() and path.stat().st_size <= LARGEST
