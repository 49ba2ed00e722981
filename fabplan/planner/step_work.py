"""What a step really has to do where its bodies do not show it: films in pores, mouths of relief, the liquid's room."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fabplan.architectures.base import Inside
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import area
from fabplan.methods.base import Work, value
from fabplan.planner.electrical import Chemistry
from fabplan.planner.plan import Step
from fabplan.planner.route import Route

CONFORMAL = (
    "atomic-layer-deposition",
    "chemical-vapour-deposition",
    "electrodeposition",
    "pulsed-electrodeposition",
    "electropolymerisation",
)
FROM_VAPOUR = ("atomic-layer-deposition", "chemical-vapour-deposition")
LINE_OF_SIGHT = ("sputter", "evaporation", "pulsed-laser-deposition")
FILLING = "electrolyte-filling"
#: perimeter² over area above which a hole counts as a slit; a square has 16, a slit of 1 : 8 has 40
LONG = 40.0


def in_relief(steps: Sequence[Step], route: Route, bodies: Sequence[Body]) -> tuple[Step, ...]:
    """Steps over relief with the width of its mouth and whether it is slits (between pillars it is open likewise)."""
    made = {name: s.number for s in steps for name in s.bodies}
    result = []
    for step in steps:
        deepest = max(
            (
                b.relief for b in bodies
                if b.relief is not None and made.get(b.name, 0) < step.number and float(b.relief.mouth) > 0.0
            ),
            key=lambda r: float(r.height) / float(r.mouth), default=None,
        )  # fmt: skip
        if step.work.aspect_ratio is None or deepest is None:
            result.append(step)
            continue
        wall = deepest.sections[0]
        slit = float(wall.corner) < 0.0 or float(wall.perimeter) ** 2 > LONG * float(wall.area)
        work = dataclasses.replace(step.work, opening=float(deepest.mouth), trench=slit)
        result.append(_again(step, route, work))
    return tuple(result)


def in_pores(
    steps: Sequence[Step], route: Route, inside: Mapping[str, Inside], params: Any, bodies: Sequence[Body]
) -> tuple[Step, ...]:
    """Steps that coat a scaffold or pores: thickness of the film instead of the envelope's, true area, aspect ratio.

    The coat takes the share ``active`` of the envelope's height H, so that its area is ``active H / film`` times the
    plan. A pore that goes on beyond the coat is counted as a via that ends there: the least that it needs.
    """
    bore = getattr(params, "pore_diameter", None)
    result = []
    for step in steps:
        found, body = _coat(step, inside, params), _envelope(step, bodies)
        if found is None or body is None or step.method not in CONFORMAL or not found.film > 0.0:
            result.append(step)
            continue
        if step.role not in inside:  # tubes of metal reach as deep as the electrode that they carry
            carried = next(role for role, part in inside.items() if part.carrier == step.role)
            body = next((b for b in bodies if b.role == carried), body)
        plan = area(body.region)
        work = dataclasses.replace(
            step.work,
            thickness=found.film,
            area=plan,
            volume=plan * body.thickness * found.active,
            enhancement=found.active * body.thickness / found.film,
            aspect_ratio=None if bore is None else body.thickness / float(bore),
            opening=None if bore is None else float(bore),
        )
        result.append(_again(step, route, work))
    return tuple(result)


def _coat(step: Step, inside: Mapping[str, Inside], params: Any) -> Inside | None:
    """What a step leaves inside: its electrode's coat, or the metal tubes that carry one."""
    metal = getattr(params, "metal_thickness", None)
    if step.role in inside or metal is None or not step.material:
        return inside.get(step.role)
    carried = next((part for part in inside.values() if part.carrier == step.role and part.conductor > 0.0), None)
    return None if carried is None else dataclasses.replace(carried, active=carried.conductor, film=float(metal))


def on_scaffold(steps: Sequence[Step], route: Route) -> tuple[Step, ...]:
    """Vapour steps whose layer is a scaffold with its coat: the layer's thickness is not that of the coat.

    What the recipe says about its coat counts (``coat_thickness``); where it says nothing, cycles and time are unknown.
    """
    result = []
    for step in steps:
        inside = step.recipe.microstructure
        if inside is None or inside.dense or step.method not in FROM_VAPOUR or not step.bodies:
            result.append(step)
            continue
        coat = value(getattr(route.choices[step.role].settings, "coat_thickness", None))
        told = _again(step, route, dataclasses.replace(step.work, thickness=coat))
        note = "" if coat is not None else " State the coat (settings.coat_thickness of the recipe, in an overlay)."
        what = f"The layer is a scaffold with its coat; cycles and time are those of the coat.{note}"
        result.append(dataclasses.replace(told, notes=f"{step.notes} {what}".strip()))
    return tuple(result)


def _envelope(step: Step, bodies: Sequence[Body]) -> Body | None:
    """The body that a step fills with its coat: its own, or that of its role where the scaffold's step drew it."""
    own = next((b for b in bodies if b.name in step.bodies), None)
    return own or next((b for b in bodies if step.material and b.role == step.role), None)


def reaching(steps: Sequence[Step], route: Route, reach: float) -> tuple[Step, ...]:
    """Steps from the vapour with the distance of the part's edge from its centre [m], for their uniformity."""
    return tuple(
        _again(s, route, dataclasses.replace(s.work, reach=reach)) if s.method in LINE_OF_SIGHT and s.bodies else s
        for s in steps
    )


def filled(steps: Sequence[Step], route: Route, volume: float) -> tuple[Step, ...]:
    """The filling step with the room that the liquid has, pores included [m³]."""
    if volume <= 0.0:
        return tuple(steps)
    return tuple(
        _again(s, route, dataclasses.replace(s.work, volume=volume)) if s.method == FILLING and s.bodies else s
        for s in steps
    )


def fill_volume(chem: Chemistry, measures: Measures, geometry: Mapping[str, float | None]) -> float:
    """Room for a liquid or gel: what the cell leaves open, and the pores of both electrodes [m³]; 0 for solids."""
    if chem.electrolyte.state == "solid":
        return 0.0
    anode, cathode = (geometry[f"{net}_volume_m3"] or 0.0 for net in ("anode", "cathode"))
    pores = chem.anode.porosity * anode + chem.cathode.porosity * cathode
    return float(np.ravel(measures.electrolyte_volume)[0]) + pores


def _again(step: Step, route: Route, work: Work) -> Step:
    """The step with other work, and all that follows from it."""
    choice = route.choices[step.role]
    if choice.recipe.id != step.recipe.id:
        return step
    module, settings = choice.method, choice.settings
    return dataclasses.replace(
        step,
        work=work,
        duration=module.duration(settings, work),
        set_points=tuple(module.set_points(settings, work)),
        uses=tuple(module.uses(settings, work)),
    )
