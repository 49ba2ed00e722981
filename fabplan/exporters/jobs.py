"""What belongs to each program: all its facts, an operator's page, pictures, a dry run, and calibrations."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from fabplan import rendering, units
from fabplan.catalog.types import Dialect
from fabplan.exporters._calibrations import Made, made
from fabplan.exporters._job_file import job
from fabplan.exporters._job_pictures import pictures
from fabplan.exporters._json import dump
from fabplan.exporters._names import operator_path, program_path, sheet_path, step_stem
from fabplan.exporters._program_facts import carried
from fabplan.exporters._program_header import LEVEL, header
from fabplan.exporters.gcode import program, silent
from fabplan.layout.interleave import summed
from fabplan.layout.types import Head, LineStyle, Toolpath
from fabplan.planner.plan import Plan, Step

DESCRIPTION = "job files, operator's pages, dry runs and calibrations of the printed steps (jobs/*)"
ABOVE = 1e-3  # [m] by which a dry run stays above the print
FASTER = 10.0


def export(plan: Plan) -> dict[str, bytes]:
    """Everything around every program; nothing without a dialect."""
    paths = {path.name: path for path in plan.toolpaths}
    found: dict[str, bytes] = {}
    for step in plan.steps:
        path = paths.get(step.toolpath)
        name = program_path(step, plan.dialect)
        if path is not None and name is not None and plan.dialect is not None:
            found |= _of_step(plan, step, path, plan.dialect, name)
    return found


def _of_step(plan: Plan, step: Step, path: Toolpath, dialect: Dialect, name: str) -> dict[str, bytes]:
    stem = f"jobs/{step_stem(step)}"
    dry = f"{stem}.dry-run.{dialect.extension}"
    found = {dry: dry_run(path, dialect, step)}
    calibrations = made(plan, step, path, dialect)
    for one in calibrations:
        found |= one.files
    drawn = {f"{stem}.layer-{k:03d}.svg": picture for k, picture in pictures(plan, path, step.title)}
    text = program(path, dialect, header(step, path, plan, dialect), (), step.material, plan.machine)
    facts = job(plan, step, path, dialect, name, dry, text)
    facts["calibrations"] = [dict(one.entry) for one in calibrations]
    facts["pictures"] = list(drawn)
    page = operators_page(plan, step, path, dialect, facts, calibrations)
    return {**found, **drawn, f"{stem}.job.json": dump(facts), operator_path(step): page}


def operators_page(
    plan: Plan, step: Step, path: Toolpath, dialect: Dialect, facts: dict[str, Any], calibrations: tuple[Made, ...]
) -> bytes:
    """The page that lies beside the printer: facts, order of work, places to resume at."""
    text = rendering.render(
        "jobs/operator.md", plan=plan, step=step, path=path, dialect=dialect, facts=facts, calibrations=calibrations,
        heads=carried(path), level=LEVEL * path.nozzle, sheet=sheet_path(step), fiducials=facts["fiducials_m"],
        findings=[f for f in plan.findings if f.where in _told_of(plan, path)],
        totals="{e_total}" in dialect.piston_move and plan.machine is not None and plan.machine.drive == "piston",
    )  # fmt: skip
    return text.encode()


def _told_of(plan: Plan, path: Toolpath) -> set[str]:
    """What findings about a program name: itself, and the parts of one of several inks."""
    inks = {head.ink for head in path.heads}
    parts = (f"{step.method}-{step.role.replace('_', '-')}" for step in plan.steps if step.material in inks)
    return {path.name, *parts}


def dry_run(path: Toolpath, dialect: Dialect, step: Step) -> bytes:
    """The same way 1 mm higher and ten times as fast; no output is ever switched on."""
    heads = tuple(_dry(head) for head in path.heads)
    raised = dataclasses.replace(
        path, points=path.points + np.array([0.0, 0.0, ABOVE]), safe_height=path.safe_height + ABOVE,
        speed=path.speed * FASTER, start_delay=0.0, stop_delay=0.0, pressure=None, style=LineStyle(), heads=heads,
        lamp_time=0.0, bed_temperature=None,
    )  # fmt: skip
    raised = summed(raised)
    told = (
        f"dry run of step={step.number:02d} {step.id}: {ABOVE * 1e3:g} mm above the print, {FASTER:g} times as fast, "
        f"{units.show(raised.time, 'time')}",
        "no output is switched on: watch that every move stays over the part and clear of clamps",
    )
    return program(raised, silent(dialect), told, (), step.material, wet=False)


def _dry(head: Head) -> Head:
    return dataclasses.replace(
        head, speed=head.speed * FASTER, start_delay=0.0, stop_delay=0.0, pressure=None, style=LineStyle()
    )
