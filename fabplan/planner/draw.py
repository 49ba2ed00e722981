"""Drawing: bodies of the chosen design, their layers, masks, toolpaths and steps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fabplan.architectures.base import RoleLimits
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, Box, area
from fabplan.layout import masks as mask_layout
from fabplan.layout.calibration_vernier import mask_scale
from fabplan.layout.drops import DropPattern
from fabplan.layout.masks import Tone
from fabplan.layout.measure import measured
from fabplan.layout.monitors import Monitor
from fabplan.layout.panel import Panel
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.layout.wafer import Wafer
from fabplan.methods.base import Work
from fabplan.planner import step_work
from fabplan.planner.bias import process_bias
from fabplan.planner.flow import outlined_by, plates, steps
from fabplan.planner.footprint_leads import counted, with_leads
from fabplan.planner.footprint_site import placed
from fabplan.planner.given_plates import with_existing
from fabplan.planner.monitors import Plated, around_the_cell
from fabplan.planner.panels import panel_of
from fabplan.planner.plan import Step
from fabplan.planner.plate_extras import with_extras
from fabplan.planner.printing import Printed, print_work, programs
from fabplan.planner.route import look_up, method_of
from fabplan.planner.search import Design
from fabplan.planner.size import Problem
from fabplan.planner.spec import Spec
from fabplan.planner.sweeping import patterns, sweeps
from fabplan.planner.wafers import wafer_of


@dataclass(frozen=True)
class Drawing:
    """What was drawn: bodies, their closed-form measures, layers, masks, all that is printed, and steps."""

    bodies: tuple[Body, ...]
    measures: Measures
    layers: tuple[Layer, ...]
    masks: tuple[Mask, ...]
    printed: Printed
    steps: tuple[Step, ...]
    geometry: Mapping[str, float | None]
    monitors: tuple[Monitor, ...] = ()
    wafer: Wafer | None = None
    panel: Panel | None = None

    @property
    def toolpaths(self) -> tuple[Toolpath, ...]:
        """In order of use."""
        return self.printed.toolpaths

    @property
    def patterns(self) -> tuple[DropPattern, ...]:
        """Of jetted layers."""
        return tuple(self.printed.patterns.values())


def footprint_box(problem: Problem) -> Box:
    """Footprint, or the bounds of its outline, in nanometres."""
    return problem.request.footprint.box


def draw(problem: Problem, design: Design, catalog: Catalog, spec: Spec) -> Drawing:
    """Bodies of the chosen design and all that is drawn from them."""
    request, route = problem.request, problem.route
    bodies = placed(problem.architecture.cell(design.params, request), request.footprint)
    bodies = with_leads(bodies, problem.leads)
    measures = counted(problem.architecture.measures(design.params, request), problem.leads)
    made = _printed(problem, design, bodies, catalog)
    together = next((p.roles for p in made.programs if len(p.roles) > 1), ())
    works = {
        part.role: (print_work(part), program.path.time if part is program.parts[0] else 0.0)
        for program in made.programs
        for part in program.parts
    }
    flow = step_work.in_relief(steps(route, catalog, bodies, works, together, _swept(made, bodies)), route, bodies)
    x0, y0, x1, y1 = footprint_box(problem)
    flow = step_work.reaching(flow, route, math.hypot(x1 - x0, y1 - y0) / 2 * NANOMETRE)
    flow = step_work.on_scaffold(flow, route)
    if hasattr(problem.architecture, "inside"):
        flow = step_work.in_pores(flow, route, problem.architecture.inside(request.fixed), design.params, bodies)
    numbers = plates(route)
    used = {
        role: (
            number,
            tuple(s.number for s in flow if s.mask == role)
            or tuple(s.number for s in flow if s.role == role and s.material)[:1],
        )
        for role, number in numbers.items()
    }
    patterning = {role: _patterning(role, problem, bodies, catalog) for role in numbers}
    made_in = {name: s.number for s in flow for name in s.bodies}
    layers = mask_layout.layers(bodies, used, footprint_box(problem), patterning, made_in, request.footprint)
    monitors: tuple[Monitor, ...] = ()
    if spec.masks.tests:
        layers, monitors = _with_monitors(layers, bodies, patterning, problem, catalog, spec, made)
    layers = with_extras(layers, bodies, route, numbers, patterning, catalog.recipes, spec.masks)
    masks = with_existing(mask_layout.masks(layers, used, patterning), spec.given)
    geometry = {"footprint_area_m2": request.footprint.area, **measured(bodies)}
    flow = step_work.filled(flow, route, step_work.fill_volume(problem.chemistry, measures, geometry))
    wafer = wafer_of(layers, masks, spec.wafer)
    panel = panel_of(layers, masks, mask_layout.marked(used, patterning), spec.panel)
    return Drawing(bodies, measures, layers, masks, made, flow, geometry, monitors, wafer, panel)


def _with_monitors(
    layers: tuple[Layer, ...],
    bodies: Sequence[Body],
    patterning: Mapping[str, mask_layout.Patterning],
    problem: Problem,
    catalog: Catalog,
    spec: Spec,
    made: Printed,
) -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    """Layers with monitors of every plate, screen and stencil, and their table."""
    numbers = plates(problem.route)
    plated = {
        role: _plated(role, number, patterning[role], problem, catalog)
        for role, number in numbers.items()
        if patterning[role].by in mask_layout.KINDS and any(body.made_by == role for body in bodies)
    }
    least = _least(spec, catalog)
    heads, scale = mask_scale([program.path for program in made.programs], problem.route.machine)
    return around_the_cell(
        layers, bodies, plated, catalog.materials, spec.name, spec.masks.revision, least, heads, scale
    )


def _plated(
    role: str, number: int, how: mask_layout.Patterning, problem: Problem, catalog: Catalog
) -> Plated:
    """What the monitors of a plate rest on."""
    recipe = problem.route.choices[role].recipe
    exposed = _resist(recipe, catalog)
    return Plated(
        number,
        mask_layout.KINDS[how.by] in ("shadow-mask", "stencil"),
        _optics(role, problem, catalog),
        how.bias,
        recipe.microstructure,
        "" if exposed is None else exposed[0].name,
        None if exposed is None else exposed[1].dose,
    )


def _least(spec: Spec, catalog: Catalog) -> float:
    """Smallest line of the mask shop that the request names [m]; 0 where none is known."""
    if not spec.masks.profile:
        return 0.0
    profile = look_up(catalog.profiles, spec.masks.profile, "profile", f"{spec.where}: masks.profile")
    return 0.0 if profile.feature is None else profile.feature.value or 0.0


def _patterning(role: str, problem: Problem, bodies: Sequence[Body], catalog: Catalog) -> mask_layout.Patterning:
    """How a role gets its outline, and by how much its plate is drawn narrower or wider than the design."""
    recipe = problem.route.choices[role].recipe
    thick = max((body.thickness for body in bodies if body.made_by == role), default=0.0)
    bias = process_bias(recipe, catalog, thick)
    return mask_layout.Patterning(
        outlined_by(recipe, problem.route.choices[role].settings),
        -bias.made,
        resist_tone(recipe, catalog),
        problem.request.limit(role).line,
        bias.source,
        bias.confidence,
    )


def resist_tone(recipe: Recipe, catalog: Catalog) -> Tone:
    """Tone of the resist that patterns a layer; a resist that is reversed by a second exposure works as negative."""
    found = _resist(recipe, catalog)
    return "positive" if found is None or found[1].tone == "positive" else "negative"


def _resist(recipe: Recipe, catalog: Catalog) -> tuple[Recipe, Any] | None:
    """Recipe and set points of the lithography that patterns a layer; None where there is none."""
    for name in (recipe.id, *recipe.before, *recipe.after):
        found = catalog.recipes.get(name)
        if found is not None and found.method == "photolithography":
            return found, method_of(found, f"recipes/{found.id}.toml")[1]
    return None


def _optics(role: str, problem: Problem, catalog: Catalog) -> RoleLimits:
    """Limits of a role, with those of the lithography that patterns it where its own recipe states none."""
    limit, found = problem.request.limit(role), _resist(problem.route.choices[role].recipe, catalog)
    if found is None:
        return limit
    settings = found[1]
    line, edge = (0.0 if q is None or q.value is None else q.value for q in (settings.resolution, settings.edge))
    return replace(limit, line=limit.line or line, gap=limit.gap or line, edge=limit.edge or edge)


def _printed(problem: Problem, design: Design, bodies: Sequence[Body], catalog: Catalog) -> Printed:
    """All programs and patterns of a design."""
    route, box = problem.route, footprint_box(problem)
    layers = round(getattr(design.params, "layers", 0))
    widths = {role: problem.request.limit(role).bead_width for role in route.choices}
    drops, about_drops = patterns(route, catalog, bodies)
    swept, about_sweeps = sweeps(route, catalog, bodies, box, drops)
    made = programs(route, catalog, layers, widths, bodies, box)
    return Printed(made, swept, drops, (*about_drops, *about_sweeps))


def _swept(made: Printed, bodies: Sequence[Body]) -> dict[tuple[str, str], tuple[Work, Toolpath]]:
    """Work and toolpath of every sprayed or scribed toolpath."""
    found = {}
    for (role, method), path in made.sweeps.items():
        own = [b for b in bodies if b.made_by == role]
        thick, plan = max(b.thickness for b in own), sum(area(b.region) for b in own)
        work = Work(
            thickness=thick,
            area=plan,
            volume=plan * thick,
            layers=int(path.layer_of.max()),
            path_length=path.printed_length / int(path.layer_of.max()) if path.process == "laser" else None,
            filaments=len(path.kinds),
        )
        found[(role, method)] = (work, path)
    return found
