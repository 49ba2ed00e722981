"""The verdict: all rules over the drawn cell, findings collected and ordered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.findings import Finding, ordered
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, area, bounds
from fabplan.layout import outline_rules, rules
from fabplan.layout.toolpaths import clearance, nozzle_of, print_findings
from fabplan.methods.base import value
from fabplan.planner import cell_rules, layer_rules, load_target, process_rules
from fabplan.planner.attempt import Attempt
from fabplan.planner.draw import Drawing, footprint_box
from fabplan.planner.footprint import repairs
from fabplan.planner.plan import Step
from fabplan.planner.size import Problem

#: what another finding says better: rule and severity, and those of the better one
SUPERSEDED = (
    ("diw-pot-life", "warning", "ink-pot-life", "warning"),  # the program's own time against path over speed
    ("diw-pressure", "error", "dispenser-pressure", "error"),
    ("placement", "warning", "print-placement", "error"),  # measured on the drawing, with the place
    ("placement", "error", "print-placement", "error"),
    ("print-onto-mask", "warning", "print-placement", "warning"),
    ("print-placement", "warning", "print-onto-mask", "error"),
)
LONG_STEP = 8 * 3600.0  # seconds: longer than a working day is worth a warning


def verdict(attempt: Attempt, drawing: Drawing, estimate: Mapping[str, Any], catalog: Catalog) -> tuple[Finding, ...]:
    """All findings of the drawn cell."""
    problem, sized = attempt.problem, attempt.sized
    assert problem is not None and sized is not None and sized.chosen is not None
    design = sized.chosen
    request, route = problem.request, problem.route
    materials = catalog.materials
    footprint = problem.request.footprint
    potentials = cell_rules.of_both(problem.chemistry, catalog, estimate)
    found: list[Finding] = [
        *rules.check(
            drawing.bodies,
            drawing.layers,
            footprint_box(problem),
            request.limits,
            drawing.measures,
            footprint.terminals,
        ),
        *outline_rules.check(drawing.bodies, footprint),
        *_outline(attempt),
        *process_rules.check(route, drawing.steps, materials),
        *layer_rules.check(route, drawing.bodies, materials, potentials),
        *cell_rules.check(
            route, problem.chemistry, catalog, problem.target, estimate, openings(drawing.bodies, design.params)
        ),
        *load_target.findings(estimate),
        *_method_findings(problem, drawing),
        *_print_rules(problem, design.params, drawing),
        *_architecture_findings(problem, design.params),
        *_time(drawing.steps),
        *_height(problem, drawing),
    ]
    return ordered(merged(found))


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings without those that another one says better."""
    present = {(f.rule, f.severity) for f in findings}
    repeated = {(rule, severity) for rule, severity, *better in SUPERSEDED if tuple(better) in present}
    return [f for f in findings if (f.rule, f.severity) not in repeated]


def openings(bodies: Sequence[Body], params: Any) -> dict[str, cell_rules.Opening]:
    """Role -> where its barrier lets water in.

    A frame lets it in through its side, as high as it stands, all around and over its width; a film or
    foil through its plan.
    """
    found: dict[str, cell_rules.Opening] = {}
    covers = [b for b in bodies if b.role == "encapsulation"]
    for body in covers:
        framed = any(b.name == "frame" and b.made_by == body.made_by for b in covers)
        if framed and body.name != "frame":
            continue
        x0, y0, x1, y1 = bounds(body.region)
        side = 2 * ((x1 - x0) + (y1 - y0)) * NANOMETRE * body.thickness
        width = float(params.seal_width) if framed else None
        opened = found.get(body.made_by)
        more = opened.area if opened else 0.0
        found[body.made_by] = cell_rules.Opening(more + (side if framed else area(body.region)), width)
    return found


def _outline(attempt: Attempt) -> list[Finding]:
    """What the reader of an outline file had to mend."""
    return [Finding("outline-repaired", "warning", "footprint", text) for text in repairs(attempt.spec.raw)]


def _method_findings(problem: Problem, drawing: Drawing) -> list[Finding]:
    """What the processes say about their own set points."""
    found: list[Finding] = []
    for step in drawing.steps:
        choice = problem.route.choices[step.role]
        check = getattr(choice.method, "findings", None)
        if check is not None and step.material:
            found += [dataclasses.replace(f, where=step.id) for f in check(choice.settings, step.work)]
    return found


def _architecture_findings(problem: Problem, params: Any) -> list[Finding]:
    check = getattr(problem.architecture, "findings", None)
    return list(check(params, problem.request)) if check is not None else []


def _print_rules(problem: Problem, params: Any, drawing: Drawing) -> list[Finding]:
    """What machine, clock and nozzle have to say about every program."""
    machine = problem.route.machine
    if machine is None:
        return []
    found: list[Finding] = []
    gap = float(np.ravel(drawing.measures.electrolyte_thickness)[0])  # between the walls of both nets
    overhang = getattr(params, "collector_margin", None)
    printed = [b for b in drawing.bodies if b.pattern == "bead"]
    for body, path in zip(printed, drawing.toolpaths, strict=True):
        pot_life = value(getattr(problem.route.choices[body.made_by].settings, "pot_life", None))
        found += print_findings(path, machine, gap=gap, overhang=overhang, pot_life=pot_life)
        standing = printed[: printed.index(body)]
        if standing:
            found += clearance(path, body, standing, nozzle_of(machine, path.nozzle))
    return found


def _time(flow: Sequence[Step]) -> list[Finding]:
    found = []
    for step in flow:
        if step.duration is None:
            found.append(
                Finding(
                    "duration-unknown",
                    "warning",
                    step.id,
                    f"step {step.number} ({step.title}): its rate is not known, so no time is stated; "
                    "deposit a witness and measure",
                    change="put the measured rate into a catalog overlay",
                )
            )
        elif step.duration > LONG_STEP and not step.toolpath:  # printing has its own finding
            found.append(
                Finding(
                    "long-step",
                    "warning",
                    step.id,
                    f"step {step.number} ({step.title}) takes {units.show(step.duration, 'time')}",
                    step.duration,
                    LONG_STEP,
                    "s",
                )
            )
    return found


def _height(problem: Problem, drawing: Drawing) -> list[Finding]:
    height, allowed = drawing.geometry.get("height_m"), problem.request.height_max
    if height is None or height <= allowed * (1 + 1e-9):
        return []
    return [
        Finding(
            "height",
            "error",
            "cell.height_max",
            f"the cell is {units.show(height, 'length')} high, allowed {units.show(allowed, 'length')}",
            height,
            allowed,
            "m",
            f"height_max {units.show(allowed, 'length')} → {units.show(height, 'length')}",
        )
    ]
