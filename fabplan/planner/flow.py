"""The flow: choices of the route spread out into ordered steps with work, time and set points.

Each operation becomes its recipe with what must come right before (resist) and what must follow
(lift-off, drying, anneal). A furnace run that the next operation repeats is done once, after both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.geometry.body import Body
from fabplan.geometry.region import area
from fabplan.geometry.relief import surplus_area
from fabplan.layout.types import Toolpath
from fabplan.methods._acceptance import ISOLATION, OVERLAY
from fabplan.methods.base import Acceptance, Work, value
from fabplan.planner.plan import Step
from fabplan.planner.rests_on import rests_on
from fabplan.planner.route import Choice, Placed, Route, method_of
from fabplan.records import as_confidence, worst

FURNACE = ("sintering", "annealing")
MASKED = ("shadow-mask", "screen", "stencil")


def outlined_by(recipe: Recipe, settings: Any) -> str:
    """How a recipe gets its outline: as it says, but through a mask where a spray over the whole part needs one."""
    through = recipe.patterned_by == "raster" and bool(getattr(settings, "mask", ""))
    return "shadow-mask" if through else recipe.patterned_by


@dataclass(frozen=True)
class Draft:
    """A step before its work is known: the operation it belongs to, its recipe, and whether it is the main one."""

    role: str
    recipe: Recipe
    main: bool
    note: str = ""


def drafts(route: Route, catalog: Catalog) -> tuple[Draft, ...]:
    """Steps in order: as the flow search placed them, else as operations come, furnace runs of neighbours merged."""
    if route.flow:
        return tuple(Draft(p.role, catalog.recipes[p.recipe], p.main, _note(p)) for p in route.flow)
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
    together: Sequence[str] = (),
    swept: Mapping[tuple[str, str], tuple[Work, Toolpath]] = MappingProxyType({}),
) -> tuple[Step, ...]:
    """All steps with their work, time and set points.

    Parameters
    ----------
    printed : role -> work of its toolpath and the time it moves [s], for printed roles
    together : roles whose inks the program of the first one prints layer by layer
    swept : role and method -> work and toolpath of what is sprayed or scribed
    """
    used: set[str] = set()
    result: list[Step] = []
    for number, draft in enumerate(joined_drafts(drafts(route, catalog), together), 1):
        choice = route.choices[draft.role]
        made = tuple(b for b in bodies if b.made_by == draft.role)
        step = _step(number, step_id(draft, used), draft, choice, made, _made_by(bodies, [s.role for s in result]))
        if draft.main and draft.role in printed:
            step = _with_path(step, choice, *printed[draft.role])
        if draft.main and draft.role in together:
            step = _shared(step, result, together)
        if (draft.role, draft.recipe.method) in swept:
            step = _swept(step, draft, *swept[(draft.role, draft.recipe.method)])
        result.append(step)
    return _dry_tests(_aligned(result))


def _aligned(found: Sequence[Step]) -> tuple[Step, ...]:
    """The first layer of a part has none below it that its overlay could be measured to."""
    first = next((step.number for step in found if step.bodies), 0)
    return tuple(
        dataclasses.replace(step, acceptance=tuple(entry for entry in step.acceptance if entry != OVERLAY))
        if step.number <= first
        else step
        for step in found
    )


def _dry_tests(found: Sequence[Step]) -> tuple[Step, ...]:
    """Isolation is measured on the dry part: before its electrolyte, and never on a cell that is alive."""
    first = next((step.number for step in found if step.role == "electrolyte" and step.material), None)
    if first is None:
        return tuple(found)
    before = dataclasses.replace(ISOLATION, what=f"{ISOLATION.what}, before this step")
    result = []
    for step in found:
        rest = tuple(entry for entry in step.acceptance if entry != ISOLATION)
        if step.number == first and rest != step.acceptance:
            step = dataclasses.replace(step, acceptance=(before, *rest))
        elif step.number > first:
            step = dataclasses.replace(step, acceptance=rest)
        result.append(step)
    return tuple(result)


def _note(place: Placed) -> str:
    """What the flow search wants done before and after a step."""
    before = f"Before this step: {', '.join(place.before)}." if place.before else ""
    after = "Hold point: measure what it leaves before anything else is done." if place.hold else ""
    return " ".join(part for part in (before, after) if part)


def _made_by(bodies: Sequence[Body], roles: Collection[str]) -> tuple[Body, ...]:
    return tuple(b for b in bodies if b.made_by in roles)


def joined_drafts(found: Sequence[Draft], together: Sequence[str]) -> tuple[Draft, ...]:
    """Main steps of inks that are printed together one after the other; what both need afterwards is done once."""
    if not together:
        return tuple(found)
    mains = [d for d in found if d.main and d.role in together]
    first, last = found.index(mains[0]), found.index(mains[-1])
    between = [d for d in found[first : last + 1] if d not in mains]
    before = [d for d in between if any(d.recipe.id in m.recipe.before for m in mains)]
    after = [d for d in between if d not in before]
    rest = found[last + 1 :]
    own = {d.recipe.id for d in rest if d.role in together and not d.main}
    after = [d for d in after if d.recipe.id not in own]
    return (*found[:first], *before, *mains, *after, *rest)


def _shared(step: Step, earlier: Sequence[Step], together: Sequence[str]) -> Step:
    """A step of inks that one program prints: the program belongs to the first of them."""
    first = next((s for s in earlier if s.role in together and s.material), None)
    if first is None:
        note = f"This program prints {' and '.join(together)} layer by layer: load all inks before it starts."
        return dataclasses.replace(step, notes=f"{note} {step.notes}".strip())
    note = f"Printed by the program of step {first.number}, layer by layer: nothing runs here; load this ink before it."
    return dataclasses.replace(step, toolpath="", notes=f"{note} {step.notes}".strip())


def _swept(step: Step, draft: Draft, work: Work, path: Toolpath) -> Step:
    """A sprayed or scribed step with its program; the method knows the set-up."""
    module, settings = method_of(draft.recipe, f"recipes/{draft.recipe.id}.toml")
    extra = [value(getattr(settings, key, None)) for key in ("setup_time", "clean_time") if hasattr(settings, key)]
    setting_up = None if None in extra else sum(e for e in extra if e is not None)
    uses = tuple(module.uses(settings, work))
    if path.ink_volume and uses:
        said = uses[0].note if path.process == "jet" else "sprayed, with what misses the part"
        uses = (dataclasses.replace(uses[0], amount=path.ink_volume, note=said), *uses[1:])
    return dataclasses.replace(
        step,
        work=work,
        duration=None if setting_up is None else setting_up + path.time,
        set_points=tuple(module.set_points(settings, work)),
        uses=uses,
        toolpath=path.name,
    )


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


def _relief(made: Sequence[Body], earlier: Sequence[Body]) -> tuple[float, float | None]:
    """True area over plan area, and depth over width, of the relief that conformal bodies cover; bare walls count."""
    reliefs = [b.relief for b in earlier if b.relief is not None and float(b.relief.mouth) > 0.0]
    plan = sum(area(b.region) for b in made)
    if not reliefs or plan <= 0.0 or not any(b.pattern == "conformal" for b in made):
        return 1.0, None
    more = sum(float(surplus_area(r, 0.0)) for r in reliefs)
    return 1.0 + more / plan, max(float(r.height) / float(r.mouth) for r in reliefs)


def _work(made: Sequence[Body], draft: Draft, choice: Choice, earlier: Sequence[Body] = ()) -> Work:
    """Work of a step from the bodies that it makes or treats, on those that stand there."""
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
    stated = value(draft.recipe.thickness) if draft.recipe.materials else None
    if not draft.main and stated is not None:  # a film that its recipe lays down before or after the layer itself
        thickness, volume, layers = stated, plan_area * stated, 1
    enhancement, deep = _relief(made, earlier) if draft.main else (1.0, None)
    return Work(
        thickness=thickness, area=plan_area, volume=volume, layers=layers, enhancement=enhancement, aspect_ratio=deep
    )


def _step(
    number: int, name: str, draft: Draft, choice: Choice, made: Sequence[Body], earlier: Sequence[Body] = ()
) -> Step:
    recipe, work = draft.recipe, _work(made, draft, choice, earlier)
    module, settings = choice.method, choice.settings
    if not draft.main:
        module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    set_points = tuple(module.set_points(settings, work))
    needs_mask = (draft.main and outlined_by(recipe, settings) in MASKED) or recipe.method == "photolithography"
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
        notes=" ".join(part for part in (draft.note, recipe.notes) if part),
        mask=draft.role if needs_mask else "",
        toolpath=name if draft.main and recipe.patterned_by == "bead" else "",
        confidence=worst([recipe.confidence, *(p.confidence for p in set_points)]),
        time_confidence=rests_on(settings, lambda s: module.duration(s, work), as_confidence(recipe.confidence)),
        temperature_confidence=rests_on(settings, module.temperature, as_confidence(recipe.confidence)),
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
