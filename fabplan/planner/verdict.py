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
from fabplan.layout import outline_rules, rules, shop
from fabplan.layout.bias_rules import mask_bias
from fabplan.layout.bitmap import bitmap_findings
from fabplan.layout.flat import flat_findings
from fabplan.layout.split import STANDARD
from fabplan.planner import calibration, cell_rules, class_rules, layer_rules, load_target, process_rules
from fabplan.planner.attempt import Attempt
from fabplan.planner.density import density_findings
from fabplan.planner.draw import Drawing, footprint_box
from fabplan.planner.footprint import repairs
from fabplan.planner.given_plates import given_findings
from fabplan.planner.monitors import monitor_findings
from fabplan.planner.panels import panel_findings
from fabplan.planner.plan import Step
from fabplan.planner.plate_extras import extra_findings
from fabplan.planner.printing import printing_findings
from fabplan.planner.route import NEAREST, look_up
from fabplan.planner.size import Problem
from fabplan.planner.wafers import wafer_findings

#: what another finding says better: rule and severity, and those of the better one
SUPERSEDED = (
    ("diw-pot-life", "warning", "ink-pot-life", "warning"),  # the program's own time against path over speed
    ("diw-pressure", "error", "dispenser-pressure", "error"),
    ("placement", "warning", "print-placement", "error"),  # measured on the drawing, with the place
    ("placement", "error", "print-placement", "error"),
    ("print-onto-mask", "warning", "print-placement", "warning"),
    ("print-placement", "warning", "print-onto-mask", "error"),
)
LONGER = "likely more than a working day; its time is of low confidence: calibrate"
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
        *mask_bias(drawing.layers, drawing.masks),
        *monitor_findings(drawing.monitors, attempt.spec.masks.tests),
        *bitmap_findings(drawing.masks, attempt.spec.masks.bitmap),
        *extra_findings(drawing.layers, drawing.bodies, route, attempt.spec.masks),
        *density_findings(drawing.layers, drawing.masks, attempt.spec.masks.density),
        *flat_findings(drawing.masks, attempt.spec.masks.flat),
        *panel_findings(drawing.panel, attempt.spec.panel, bool(drawing.monitors)),
        *wafer_findings(drawing.wafer, attempt.spec.wafer),
        *_mask_shop(attempt, drawing, catalog),
        *given_findings(drawing.masks, attempt.spec.given),
        *_outline(attempt),
        *_not_followed(attempt),
        *process_rules.check(route, drawing.steps, materials),
        *layer_rules.check(route, drawing.bodies, materials, potentials),
        *cell_rules.check(
            route, problem.chemistry, catalog, problem.target, estimate, openings(drawing.bodies, design.params)
        ),
        *class_rules.check(str(attempt.spec.architecture), drawing.geometry),
        *load_target.findings(estimate),
        *_method_findings(problem, drawing),
        *_print_rules(problem, design.params, drawing),
        *_architecture_findings(problem, design.params),
        *_time(drawing.steps, attempt.spec.flow.allow_uncalibrated),
        *calibration.findings(drawing.steps, attempt.spec.flow.allow_uncalibrated),
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
    foil through its plan, a tube through its wall.
    """
    found: dict[str, cell_rules.Opening] = {}
    # a wafer that is anode and housing is tight
    covers = [b for b in bodies if (b.role == "encapsulation" and b.net is None) or b.name == "frame"]
    for body in covers:
        framed = any(b.name == "frame" and b.made_by == body.made_by for b in covers)
        if framed and body.name != "frame":
            continue
        x0, y0, x1, y1 = bounds(body.region)
        side = 2 * ((x1 - x0) + (y1 - y0)) * NANOMETRE * body.thickness
        width = _joint_width(params) if framed else None
        opened = found.get(body.made_by)
        more = opened.area if opened else 0.0
        found[body.made_by] = cell_rules.Opening(more + (side if framed else _through(body, bodies)), width)
    return found


def _mask_shop(attempt: Attempt, drawing: Drawing, catalog: Catalog) -> tuple[Finding, ...]:
    """What the shop of ``masks.profile`` would send back of the plates."""
    spec = attempt.spec
    if not spec.masks.profile:
        return ()
    profile = look_up(catalog.profiles, spec.masks.profile, "profile", f"{spec.where}: masks.profile")
    if profile.vertices >= STANDARD:  # polygons with more are cut when they are written
        profile = dataclasses.replace(profile, vertices=0)
    ordered_now = [mask for mask in drawing.masks if mask.existing is None]
    return shop.check({f"plate {mask.number} ({mask.name})": mask.region for mask in ordered_now}, profile)


def _through(body: Body, bodies: Sequence[Body]) -> float:
    """Area that water crosses through a cover [m²]: its plan, or of a tube the log mean of both faces.

    Through a wall of radii a, b and length l flows what crosses a flat one of thickness b - a and of area
    2 π l (b - a)/ln(b/a) (steady diffusion in a cylinder).
    """
    before = list(bodies)[: list(bodies).index(body)]
    core = next((b.relief.radius for b in before if b.relief is not None and b.relief.radius is not None), None)
    if core is None or body.pattern != "conformal":
        return area(body.region)
    inner = float(core) + sum(b.thickness for b in before if b.pattern == "conformal")
    outer = inner + body.thickness
    length = area(body.region) / (2 * outer)
    return float(2 * np.pi * length * body.thickness / np.log(outer / inner))


def _joint_width(params: Any) -> float:
    """Width of a frame's joint [m]: of a laminate what lies under the lid, which ends inside the frame."""
    if hasattr(params, "seal_width"):
        return float(params.seal_width)
    return float(params.margin_seal) - float(params.margin_cover)


def _outline(attempt: Attempt) -> list[Finding]:
    """What the reader of an outline file had to mend."""
    return [Finding("outline-repaired", "warning", "footprint", text) for text in repairs(attempt.spec.raw)]


def _not_followed(attempt: Attempt) -> list[Finding]:
    """Recipes that the request names and the route does not take, because they leave another material."""
    assert attempt.problem is not None
    return [
        Finding(
            "route-not-followed", "warning", f"route.{role}",
            f"{choice.reason}: {choice.recipe.id} stands in its place",
            change=f"name the material that the recipe leaves as cell.{role}, or another recipe",
        )
        for role, choice in attempt.problem.route.choices.items()
        if choice.reason.endswith(NEAREST)
    ]  # fmt: skip


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
    gap = float(np.ravel(drawing.measures.electrolyte_thickness)[0])  # between the walls of both nets
    overhang = getattr(params, "collector_margin", None)
    made = drawing.printed
    found = [*printing_findings(made.programs, problem.route.machine, gap, overhang), *made.findings]
    return [*found, *_without_program(drawing)]


def _without_program(drawing: Drawing) -> list[Finding]:
    """Steps that a nozzle should draw and cannot: no filaments in this structure, or no set points."""
    known = {path.name for path in drawing.printed.toolpaths}
    return [
        Finding(
            "no-program",
            "error",
            step.id,
            f"step {step.number} ({step.title}) draws filaments, and no program can be made: this structure has "
            "none, or the recipe's nozzle, layer pitch or speed is not known",
            change="a process that fills a mask, screen or stencil; or measured set points in an overlay",
        )
        for step in drawing.steps
        if step.toolpath and step.toolpath not in known
    ]


def _time(flow: Sequence[Step], allowed: bool) -> list[Finding]:
    found = []
    for step in flow:
        withheld = calibration.time_is_low(step) and not allowed
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
                    f"step {step.number} ({step.title}) takes "
                    + (LONGER if withheld else units.show(step.duration, "time")),
                    None if withheld else step.duration,
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
