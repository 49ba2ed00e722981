"""The flow: choices of the route spread out into ordered steps with work, time and set points.

Each operation becomes its recipe with what must come right before (resist) and what must follow
(lift-off, drying, anneal). A furnace run that the next operation repeats is done once, after both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.geometry.body import Body
from fabplan.geometry.region import area
from fabplan.methods.base import Acceptance, Work
from fabplan.planner.plan import Step
from fabplan.planner.route import Choice, Route, method_of
from fabplan.records import as_confidence, worst

FURNACE = ("sintering", "annealing")
MASKED = ("shadow-mask", "screen", "stencil")


@dataclass(frozen=True)
class Draft:
    """A step before its work is known: the operation it belongs to, its recipe, and whether it is the main one."""

    role: str
    recipe: Recipe
    main: bool


def drafts(route: Route, catalog: Catalog) -> tuple[Draft, ...]:
    """Steps in order, furnace runs shared by neighbours merged."""
    groups: list[list[Draft]] = []
    for operation in route.operations:
        choice = route.choices.get(operation.role)
        if choice is None:
            continue
        before = [Draft(operation.role, catalog.recipes[i], False) for i in choice.recipe.before]
        after = [Draft(operation.role, catalog.recipes[i], False) for i in choice.recipe.after]
        groups.append([*before, Draft(operation.role, choice.recipe, True), *after])
    for group, following in pairwise(groups):
        shared = {d.recipe.id for d in following if not d.main and d.recipe.method in FURNACE}
        group[:] = [d for d in group if d.main or d.recipe.id not in shared]
    return tuple(d for group in groups for d in group)


def plates(route: Route) -> dict[str, int]:
    """Plate number of every role that makes bodies, from 1, in the order of the flow."""
    making = [o.role for o in route.operations if o.bodies and o.role in route.choices]
    return {role: number for number, role in enumerate(making, 1)}


def step_id(draft: Draft, used: set[str]) -> str:
    """Unique id of a step: process and role."""
    base = f"{draft.recipe.method}-{draft.role.replace('_', '-')}"
    name, number = base, 2
    while name in used:
        name, number = f"{base}-{number}", number + 1
    used.add(name)
    return name


def steps(
    route: Route,
    catalog: Catalog,
    bodies: Sequence[Body],
    printed: Mapping[str, tuple[Work, float]],
) -> tuple[Step, ...]:
    """All steps with their work, time and set points.

    Parameters
    ----------
    printed : role -> work of its toolpath and the time it moves [s], for printed roles
    """
    used: set[str] = set()
    result = []
    for number, draft in enumerate(drafts(route, catalog), 1):
        choice = route.choices[draft.role]
        made = tuple(b for b in bodies if b.made_by == draft.role)
        step = _step(number, step_id(draft, used), draft, choice, made)
        if draft.main and draft.role in printed:
            step = _with_path(step, choice, *printed[draft.role])
        result.append(step)
    return tuple(result)


def _with_path(step: Step, choice: Choice, work: Work, moving: float) -> Step:
    """A printed step with the work of its toolpath; the toolpath knows stops and travel, the method the set-up."""
    setting_up = choice.method.duration(choice.settings, dataclasses.replace(work, path_length=0.0, filaments=0))
    return dataclasses.replace(
        step,
        work=work,
        duration=None if setting_up is None else setting_up + moving,
        set_points=tuple(choice.method.set_points(choice.settings, work)),
        uses=tuple(choice.method.uses(choice.settings, work)),
    )


def _work(made: Sequence[Body], draft: Draft, choice: Choice) -> Work:
    """Work of a step from the bodies that it makes or treats."""
    if not made:
        return Work()
    plan_area = sum(area(b.region) for b in made)
    volume = sum(area(b.region) * b.thickness for b in made)
    thickness = max(b.thickness for b in made)
    step = None
    if draft.main:
        limits = choice.method.limits(choice.settings)
        step = limits.get("thickness_step")
    layers = max(1, round(thickness / step)) if step else 1
    return Work(thickness=thickness, area=plan_area, volume=volume, layers=layers)


def _step(number: int, name: str, draft: Draft, choice: Choice, made: Sequence[Body]) -> Step:
    recipe, work = draft.recipe, _work(made, draft, choice)
    module, settings = choice.method, choice.settings
    if not draft.main:
        module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    set_points = tuple(module.set_points(settings, work))
    needs_mask = (draft.main and recipe.patterned_by in MASKED) or recipe.method == "photolithography"
    of_material = choice.material.hazards if draft.main else ()
    return Step(
        number=number,
        id=name,
        title=recipe.name if draft.main else f"{recipe.name} ({draft.role.replace('_', ' ')})",
        method=recipe.method,
        recipe=recipe,
        role=draft.role,
        material=choice.material.id if draft.main else "",
        bodies=tuple(b.name for b in made) if draft.main else (),
        work=work,
        temperature_max=module.temperature(settings),
        vacuum=bool(getattr(module, "vacuum", lambda _: module.VACUUM)(settings)),
        atmosphere=recipe.atmosphere,
        duration=module.duration(settings, work),
        set_points=set_points,
        uses=tuple(module.uses(settings, work)),
        acceptance=(*_own_acceptance(recipe), *module.ACCEPTANCE),
        hazards=tuple(dict.fromkeys((*recipe.hazards, *of_material, *module.HAZARDS))),
        rework=module.REWORK,
        notes=recipe.notes,
        mask=draft.role if needs_mask else "",
        toolpath=name if draft.main and recipe.patterned_by == "bead" else "",
        confidence=worst([recipe.confidence, *(p.confidence for p in set_points)]),
    )


def _own_acceptance(recipe: Recipe) -> tuple[Acceptance, ...]:
    return tuple(
        Acceptance(a.what, a.window, a.instrument, a.source or recipe.source, as_confidence(a.confidence))
        for a in recipe.acceptance
    )


def linear_time(choice: Choice, key: str, reference: float, base: Work) -> tuple[float, float]:
    """Duration of a recipe as a straight line in one quantity of work: (constant [s], slope [s per unit]).

    Deposition and printing times are linear in thickness, passes and path length; two evaluations of
    the method's own law give the line that the search over 10^5 designs needs.
    """

    def at(amount: float) -> float:
        value: Any = round(amount) if key == "layers" else amount
        return choice.method.duration(choice.settings, dataclasses.replace(base, **{key: value})) or 0.0

    one, two = at(reference), at(2 * reference)
    slope = (two - one) / reference
    return one - slope * reference, slope
