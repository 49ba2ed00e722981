"""What belongs to each program: a job file with all facts as data, and a dry run without ink."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from fabplan.catalog.types import Dialect
from fabplan.exporters._json import dump
from fabplan.exporters._names import program_path, step_stem
from fabplan.exporters._program_header import digest, fiducials
from fabplan.exporters.gcode import program
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.interleave import summed
from fabplan.layout.moves import Moves, heads_of, moves, speeds, waits
from fabplan.layout.types import Head, LineStyle, Toolpath
from fabplan.planner.plan import Plan, Step

DESCRIPTION = "job files and dry runs of the printed steps (jobs/*)"
ABOVE = 1e-3  # [m] by which a dry run stays above the print
FASTER = 10.0


def export(plan: Plan) -> dict[str, bytes]:
    """A job file and a dry run for every program; nothing without a dialect."""
    paths = {path.name: path for path in plan.toolpaths}
    found: dict[str, bytes] = {}
    for step in plan.steps:
        path = paths.get(step.toolpath)
        name = program_path(step, plan.dialect)
        if path is None or name is None or plan.dialect is None:
            continue
        dry = f"jobs/{step_stem(step)}.dry-run.{plan.dialect.extension}"
        found[dry] = dry_run(path, plan.dialect, step)
        found[f"jobs/{step_stem(step)}.job.json"] = dump(job(plan, step, path, plan.dialect, name, dry))
    return found


def dry_run(path: Toolpath, dialect: Dialect, step: Step) -> bytes:
    """The same way 1 mm higher and ten times as fast; no output is ever switched on."""
    silent = dataclasses.replace(
        dialect,
        valve_on=(),
        valve_off=(),
        pressure=(),
        print_move=dialect.dry_move or dialect.print_move,
    )
    heads = tuple(_dry(head) for head in path.heads)
    raised = dataclasses.replace(
        path, points=path.points + np.array([0.0, 0.0, ABOVE]), safe_height=path.safe_height + ABOVE,
        speed=path.speed * FASTER, start_delay=0.0, stop_delay=0.0, pressure=None, style=LineStyle(), heads=heads,
        lamp_time=0.0, bed_temperature=None,
    )  # fmt: skip
    told = (
        f"dry run of step={step.number:02d} {step.id}: {ABOVE * 1e3:g} mm above the print, {FASTER:g} times as fast",
        "no output is switched on: watch that every move stays over the part and clear of clamps",
    )
    return program(summed(raised), silent, told, (), step.material, wet=False)


def _dry(head: Head) -> Head:
    return dataclasses.replace(
        head, speed=head.speed * FASTER, start_delay=0.0, stop_delay=0.0, pressure=None, style=LineStyle()
    )


def job(plan: Plan, step: Step, path: Toolpath, dialect: Dialect, name: str, dry: str) -> dict[str, Any]:
    """All facts of a program as data, in SI."""
    low, high = path.points.min(axis=0).tolist(), path.points.max(axis=0).tolist()
    return {
        "schema": "fabplan/job/1",
        "step": step.id,
        "program": name,
        "dry_run": dry,
        "dialect": dialect.id,
        "verified_by": dialect.verified_by or None,
        "machine": plan.machine.id if plan.machine else None,
        "origin": "lower left corner of the footprint, Z0 on the substrate, nozzle of head 0",
        "fiducials_m": {name: [x * NANOMETRE, y * NANOMETRE] for name, (x, y) in fiducials(plan).items()},
        "points": digest(path, dialect),
        "box_m": {"low": low, "high": high},
        "safe_height_m": path.safe_height,
        "printed_length_m": path.printed_length,
        "travel_length_m": path.travel_length,
        "duration_s": path.duration,
        "ramped_duration_s": path.ramped,
        "heads": [_head(head) for head in heads_of(path)[0]],
        "layers": _layers(path),
    }


def _head(head: Head) -> dict[str, Any]:
    return {
        "tool": head.tool,
        "ink": head.ink,
        "nozzle_m": head.nozzle,
        "speed_m_s": head.speed,
        "pressure_Pa": head.pressure,
        "start_delay_s": head.start_delay,
        "stop_delay_s": head.stop_delay,
        "offset_m": list(head.offset),
        "style": {key: value for key, value in vars(head.style).items() if value},
        "ink_volume_m3": head.ink_volume,
    }


def _layers(path: Toolpath) -> list[dict[str, Any]]:
    """Where each layer begins: places to resume at, with the time from the start of the program."""
    table = moves(path)
    begins = np.flatnonzero(np.diff(path.layer_of, prepend=-1))
    spent = _elapsed(path, table)
    return [
        {
            "layer": int(path.layer_of[k]),
            "first_filament": int(k),
            "height_m": float(path.points[path.starts[k], 2]),
            "elapsed_s": float(spent[k]),
        }
        for k in begins
    ]


def _elapsed(path: Toolpath, table: Moves) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Time from the first filament to the beginning of each [s]."""
    heads, head_of = heads_of(path)
    way = np.diff(table.points, axis=0, prepend=table.points[:1]) * NANOMETRE
    times = np.sqrt((way**2).sum(axis=1)) / speeds(path, table)
    of_filament = np.bincount(table.filament, times, len(table.first))
    of_filament += np.array([sum(waits(head)) for head in heads])[head_of]
    return np.asarray(np.cumsum(of_filament) - of_filament, np.float64)
