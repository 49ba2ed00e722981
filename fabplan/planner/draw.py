"""Drawing: bodies of the chosen design, their layers, masks, toolpaths and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import Box, area
from fabplan.layout import masks as mask_layout
from fabplan.layout.masks import Tone
from fabplan.layout.measure import measured
from fabplan.layout.toolpaths import PrintSettings, toolpath
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.methods.base import Work, value
from fabplan.planner.flow import plates, steps
from fabplan.planner.footprint_site import placed
from fabplan.planner.plan import Step
from fabplan.planner.route import method_of
from fabplan.planner.search import Design
from fabplan.planner.size import Problem


@dataclass(frozen=True)
class Drawing:
    """What was drawn: bodies, their closed-form measures, layers, masks, toolpaths and steps."""

    bodies: tuple[Body, ...]
    measures: Measures
    layers: tuple[Layer, ...]
    masks: tuple[Mask, ...]
    toolpaths: tuple[Toolpath, ...]
    steps: tuple[Step, ...]
    geometry: Mapping[str, float | None]


def footprint_box(problem: Problem) -> Box:
    """Footprint, or the bounds of its outline, in nanometres."""
    return problem.request.footprint.box


def draw(problem: Problem, design: Design, catalog: Catalog) -> Drawing:
    """Bodies of the chosen design and all that is drawn from them."""
    request, route = problem.request, problem.route
    bodies = placed(problem.architecture.cell(design.params, request), request.footprint)
    measures = problem.architecture.measures(design.params, request)
    paths = _toolpaths(problem, design, bodies)
    works = {b.made_by: (_print_work(b, p), p.duration) for b, p in paths}
    flow = steps(route, catalog, bodies, works)
    numbers = plates(route)
    used = {
        role: (
            number,
            tuple(s.number for s in flow if s.mask == role)
            or tuple(s.number for s in flow if s.role == role and s.material)[:1],
        )
        for role, number in numbers.items()
    }
    patterning = {
        role: mask_layout.Patterning(
            route.choices[role].recipe.patterned_by,
            resist=resist_tone(route.choices[role].recipe, catalog),
            line=request.limit(role).line,
        )
        for role in numbers
    }
    made_in = {name: s.number for s in flow for name in s.bodies}
    layers = mask_layout.layers(bodies, used, footprint_box(problem), patterning, made_in, request.footprint)
    masks = mask_layout.masks(layers, used, patterning)
    geometry = {"footprint_area_m2": request.footprint.area, **measured(bodies)}
    return Drawing(bodies, measures, layers, masks, tuple(p for _, p in paths), flow, geometry)


def resist_tone(recipe: Recipe, catalog: Catalog) -> Tone:
    """Tone of the resist that patterns a layer; a resist that is reversed by a second exposure works as negative."""
    for name in (*recipe.before, *recipe.after):
        found = catalog.recipes.get(name)
        if found is not None and found.method == "photolithography":
            _, settings = method_of(found, f"recipes/{found.id}.toml")
            return "positive" if settings.tone == "positive" else "negative"
    return "positive"


def _toolpaths(problem: Problem, design: Design, bodies: Sequence[Body]) -> list[tuple[Body, Toolpath]]:
    """Toolpath of every printed body; a body printed later has the earlier ones as obstacles."""
    found: list[tuple[Body, Toolpath]] = []
    machine = problem.route.machine
    for operation in problem.route.operations:
        choice = problem.route.choices.get(operation.role)
        if choice is None or choice.recipe.patterned_by != "bead" or machine is None:
            continue
        settings = choice.settings
        for body in (b for b in bodies if b.made_by == operation.role and b.pattern == "bead"):
            layers = round(design.params.layers)
            nozzle, pitch = value(settings.nozzle), value(settings.layer_pitch)
            speed = value(settings.speed) or value(machine.print_speed)
            assert nozzle and pitch and speed
            printing = PrintSettings(
                layers=layers,
                layer_pitch=pitch,
                beads_per_width=None,  # walls are drawn in whole beads: the count follows from the bead's section
                bead_width=problem.request.limit(operation.role).bead_width,
                nozzle=nozzle,
                speed=speed,
                first_height=nozzle,
                pressure=value(settings.pressure),
                extrusion_multiplier=value(settings.extrusion_multiplier) or 1.0,
            )
            name = f"{choice.recipe.method}-{operation.role.replace('_', '-')}"
            standing = [b for b in bodies if b.made_by == "collector" or any(b is o for o, _ in found)]
            found.append((body, toolpath(body, printing, machine, len(found), name, footprint_box(problem), standing)))
    return found


def _print_work(body: Body, path: Toolpath) -> Work:
    return Work(
        thickness=body.thickness,
        area=area(body.region),
        volume=area(body.region) * body.thickness,
        layers=int(path.layer_of.max()),
        path_length=path.printed_length,
        filaments=len(path.starts) - 1,
    )
