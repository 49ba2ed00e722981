"""Flows for a spec: the best ones, or why there is none and what would make one possible."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import plugins, resources
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Material, Recipe
from fabplan.errors import Infeasible
from fabplan.planner import flow_search_rules as rules
from fabplan.planner.attempt import candidates
from fabplan.planner.flow_search import Constraint, Found, Operator, Problem, conflict, search
from fabplan.planner.flow_search_model import (
    CLOSED,
    SUBSTRATE,
    TRANSFER,
    Price,
    Rates,
    Slot,
    Technique,
    Weights,
    cost,
    done,
    operators,
    order,
    price,
    technique,
    treatments,
)
from fabplan.planner.flow_search_recipes import Ready, ready
from fabplan.planner.route import CONDUCTOR_ROLES, look_up, wanted_material
from fabplan.planner.spec import Spec

COVERED = 0.4  # share of the footprint that a patterned layer covers, before anything is drawn (judgement)
NEAREST = 12  # flows that are looked at for a change in one role
REFLOW, REFLOW_PEAK = "solder reflow", 533.15  # K; lead-free, 240 to 260 degC (constraint T-reflow)


@dataclass(frozen=True)
class Step:
    """One step of a flow as it is told."""

    recipe: str
    title: str
    roles: tuple[str, ...]
    temperature: float | None
    atmosphere: str


@dataclass(frozen=True)
class Flow:
    """A flow with its price. Time [s] holds only what is known; ``unknown`` counts the operations without one."""

    steps: tuple[Step, ...]
    cost: float
    time: float
    unknown: int
    money: float
    risk: float
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """All that a search needs, and the words to tell its outcome."""

    slots: tuple[Slot, ...]
    known: Mapping[str, Ready]
    prices: Mapping[str, Price]
    problem: Problem
    names: Mapping[str, tuple[tuple[Recipe, ...], tuple[str, ...]]]


def flows(
    spec: Spec, catalog: Catalog, most: int = 3, weights: Weights | None = None, reflow: bool = False
) -> tuple[Flow, ...]:
    """The ``most`` cheapest flows that build the spec's structure.

    Raises
    ------
    BadInput : a name that the catalog does not know
    Infeasible : no order of any recipes keeps all rules; says which rules, and what would make a flow possible
    """
    known = ready(catalog.recipes.values())
    made = task(spec, catalog, known, weights or Weights(), reflow)
    found = search(made.problem, most, frozenset(t.fact for s in made.slots for t in s.techniques))
    if not found.flows:
        raise _infeasible(made, spec, catalog, weights or Weights(), reflow)
    return tuple(_told(made, flow) for flow in found.flows)


def task(
    spec: Spec,
    catalog: Catalog,
    known: Mapping[str, Ready],
    weights: Weights,
    reflow: bool = False,
    free: str = "",
) -> Task:
    """Slots, operators, constraints of a spec that has been made whole.

    Parameters
    ----------
    known : recipes of the catalog with their methods
    reflow : the finished cell is soldered
    free : role whose material is left open, to look for a change that helps
    """
    _, full = candidates(spec)[0]
    module = plugins.load("architectures", str(full.architecture))
    base = full.cell.get("substrate", "glass")
    substrate = look_up(catalog.materials, base, "material", f"{spec.where}: cell.substrate")
    facility = look_up(catalog.facilities, full.facility, "facility", f"{spec.where}: facility.name")
    slots = _slots(spec, full, catalog, module.FLOW, free)
    rates = _rates(COVERED * full.footprint.area)
    prices = {t.fact: price(t.chain, t.recipe, rates, known) for s in slots for t in s.techniques}
    for run in treatments(slots):
        prices[run.name] = price((run.recipe,), run.recipe, rates, known)
    names: dict[str, tuple[tuple[Recipe, ...], tuple[str, ...]]] = {}
    for t in (t for s in slots for t in s.techniques):
        names[t.fact] = (t.chain, (t.role,))
    for run in treatments(slots):
        names[run.name] = ((run.recipe,), run.roles)
    bans = rules.constraints(slots, substrate, catalog.materials, facility, known)
    goal = frozenset(done(s.role) for s in slots)
    if any(t.recipe.leaves and t.recipe.leaves.lid for s in slots for t in s.techniques):
        goal |= {CLOSED}
    ops = operators(slots, prices, weights)
    if reflow:
        paid, only = cost(Price(3600.0, 0.0, 0.0), weights), frozenset({REFLOW})
        soldering = Operator(REFLOW, goal, only, only, cost=paid)
        ops, goal = (*ops, soldering), goal | only
        bans = (*bans, *_reflow(slots, substrate, catalog))
    problem = Problem(ops, goal, bans, start=frozenset({SUBSTRATE}))
    return Task(slots, known, prices, problem, names)


def _reflow(slots: Sequence[Slot], substrate: Material, catalog: Catalog) -> tuple[Constraint, ...]:
    heat = Recipe(id="reflow", name="Lead-free solder reflow", method="annealing", atmosphere="nitrogen")
    there = rules.Heat(tuple(t for s in slots for t in s.techniques), substrate, catalog.materials)
    return tuple(c for t in there.techniques for c in rules.standing(REFLOW, heat, REFLOW_PEAK, t, there))


def _rates(area: float) -> Rates:
    data = tomllib.loads((resources.recipes_folder() / "rates.toml").read_text(encoding="utf-8"))
    return Rates(data["per_hour"], float(data["other"]), area)


def _slots(spec: Spec, full: Spec, catalog: Catalog, operations: Sequence[Any], free: str) -> tuple[Slot, ...]:
    found: list[tuple[str, tuple[Technique, ...]]] = []
    missing = []
    for operation in operations:
        ways = _techniques(spec, full, catalog, operation, free)
        if ways:
            found.append((operation.role, ways))
        elif not operation.optional:
            missing.append(f"{operation.role}: no recipe is known for it")
    if missing:
        raise Infeasible(missing)
    roles = [role for role, _ in found]
    return tuple(Slot(role, ways, order(roles, role)) for role, ways in found)


def _techniques(spec: Spec, full: Spec, catalog: Catalog, operation: Any, free: str) -> tuple[Technique, ...]:
    """Ways to make a role: what the spec asks for, else every recipe that leaves the same and is patterned alike."""
    role = operation.role
    material = wanted_material(full, catalog, role)
    start = _by_name(catalog, full.route.get(role, ""))
    if material is None and start is not None and start.materials:
        material = catalog.materials.get(start.materials[-1])
    if material is None and start is None:
        return ()
    asked = spec.route.get(role, "") if role != free else ""
    open_material = material if role != free else None
    ways = []
    for recipe in catalog.recipes.values():
        if asked and asked not in (recipe.id, recipe.method, *recipe.aliases):
            continue
        if recipe is not start and not _fits(recipe, start, open_material, role, catalog, operation):
            continue
        own = material if material and _makes(recipe, material, role) else _leaves(recipe, catalog)
        if own is not None:
            ways.append(technique(role, recipe, own, catalog))
    return tuple(ways)


def _by_name(catalog: Catalog, name: str) -> Recipe | None:
    return next((r for r in catalog.recipes.values() if name and name in (r.id, *r.aliases)), None)


def _leaves(recipe: Recipe, catalog: Catalog) -> Material | None:
    return catalog.materials.get(recipe.materials[-1]) if recipe.materials else None


def _makes(recipe: Recipe, material: Material, role: str) -> bool:
    """Whether a recipe leaves that material; one that leaves none of its own fills in the liquid of the cell."""
    if recipe.materials:
        return material.id in recipe.materials
    liquid = material.electrolyte is not None and material.electrolyte.state == "liquid"
    return role == "electrolyte" and liquid and recipe.method == "electrolyte-filling"


def _fits(
    recipe: Recipe, start: Recipe | None, material: Material | None, role: str, catalog: Catalog, operation: Any
) -> bool:
    """Whether a recipe can stand in for the starting point's: same material (or same kind), same way of patterning."""
    patterns = getattr(operation, "patterns", ())
    if patterns and recipe.patterned_by not in patterns:
        return False
    if start is not None and _drawn(recipe) != _drawn(start):
        return False
    if material is not None:
        return _makes(recipe, material, role)
    own = _leaves(recipe, catalog)
    kind = "collector" if role in CONDUCTOR_ROLES else role
    return own is not None and kind in own.kinds


def _drawn(recipe: Recipe) -> str:
    """How a recipe gets an outline, as far as another one can stand in for it."""
    return recipe.patterned_by if recipe.patterned_by in ("none", "blanket", "bead") else "drawn"


def document(found: Sequence[Flow]) -> list[dict[str, Any]]:
    """Flows as plain data."""
    return [
        {
            "cost": f.cost, "known_time_s": f.time, "operations_of_unknown_time": f.unknown, "money": f.money,
            "yield": math.exp(-f.risk), "choices": list(f.choices),
            "steps": [
                {"recipe": s.recipe, "title": s.title, "roles": list(s.roles), "temperature_K": s.temperature,
                 "atmosphere": s.atmosphere} for s in f.steps
            ],
        } for f in found
    ]  # fmt: skip


def _told(made: Task, flow: Found) -> Flow:
    steps, known, unknown, money, risk, choices = [], 0.0, 0, 0.0, 0.0, []
    for name in flow.operators:
        plain = name.rsplit(" (", 1)[0] if name not in made.names else name
        if plain not in made.names:
            where = "annealing" if name == REFLOW else "transfer"
            peak = REFLOW_PEAK if name == REFLOW else None
            steps.append(Step(where, name, (), peak, "nitrogen" if name == REFLOW else "any"))
            known += TRANSFER
            continue
        recipes, roles = made.names[plain]
        steps += [Step(r.id, r.name, roles, made.known[r.id].hot, r.atmosphere) for r in recipes]
        paid = made.prices[plain]
        known, unknown = known + (paid.time or 0.0), unknown + (paid.time is None)
        money, risk = money + paid.money, risk + paid.risk
        if ": " in plain:
            choices.append(plain)
    return Flow(tuple(steps), flow.cost, known, unknown, money, risk, tuple(choices))


def _infeasible(made: Task, spec: Spec, catalog: Catalog, weights: Weights, reflow: bool) -> Infeasible:
    """The rules that forbid every flow together, and the nearest change that makes one possible."""
    kept = conflict(made.problem)
    reasons = list(dict.fromkeys(c.words for c in kept)) or ["no recipes build this structure in any order"]
    changes = []
    for slot in made.slots:
        other = task(_without(spec, slot.role), catalog, made.known, weights, reflow, slot.role)
        own = frozenset(t.fact for s in other.slots if s.role == slot.role for t in s.techniques)
        leaves = {t.fact: t for s in other.slots if s.role == slot.role for t in s.techniques}
        told: set[str] = set()
        for flow in search(other.problem, NEAREST, own).flows:
            new = leaves[next(name for name in flow.operators if name in own)]
            stuff = new.material.name if new.material else new.recipe.name
            if stuff not in told:
                told.add(stuff)
                changes.append((flow.cost, f"{stuff} ({new.recipe.id}) for {slot.role}"))
    general = list(dict.fromkeys(c.change for c in kept if c.change))
    return Infeasible(reasons, [text for _, text in sorted(changes)] or general)


def _without(spec: Spec, role: str) -> Spec:
    """The spec with the wish for one role's recipe dropped."""
    return dataclasses.replace(spec, route={r: p for r, p in spec.route.items() if r != role})
