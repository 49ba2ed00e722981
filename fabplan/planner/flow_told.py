"""Flows told: their steps and prices, or the rules that forbid them all and what would help."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.architectures.base import Operation
from fabplan.catalog.loader import Catalog
from fabplan.errors import Infeasible
from fabplan.planner.flow_explained import OTHERS, Paid, Rule, operations, rules
from fabplan.planner.flow_explained import document as explained
from fabplan.planner.flow_search import Found, conflicts, search
from fabplan.planner.flow_search_model import CLEAN_IT, TRANSFER
from fabplan.planner.flow_search_recipes import Ready, ready
from fabplan.planner.flow_search_slots import of_spec
from fabplan.planner.flow_search_task import REFLOW, REFLOW_PEAK, Ground, Task, assembled
from fabplan.planner.flow_wishes import Weights
from fabplan.planner.spec import Spec

KINDS = {REFLOW: "annealing", CLEAN_IT: "cleaning"}  # of operations that are no recipe
CHANGES = 8  # changes that are named, the cheapest first
SUBSTRATES = 4  # other substrates that are named
NEAREST = 12  # flows that are looked at for a change in one role


@dataclass(frozen=True)
class Step:
    """One step of a flow as it is told."""

    recipe: str
    title: str
    roles: tuple[str, ...]
    temperature: float | None
    atmosphere: str
    confidence: str = "high"


@dataclass(frozen=True)
class Flow:
    """A flow with its price.

    Parameters
    ----------
    time : of all operations whose time is known [s]
    unknown : operations without a time
    low : operations whose time is of low confidence
    sure_time : of those that are not [s]
    paid : every operation with its share of the cost
    rules : what made it dearer than it could be, only of the best flow
    """

    steps: tuple[Step, ...]
    cost: float
    time: float
    unknown: int
    money: float
    risk: float
    choices: tuple[str, ...]
    low: int = 0
    sure_time: float = 0.0
    paid: tuple[Paid, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A spec as the user wrote it, completed from a starting point, with the operations of its structure."""

    spec: Spec
    full: Spec
    operations: tuple[Operation, ...]


def document(found: Sequence[Flow]) -> list[dict[str, Any]]:
    """Flows as plain data."""
    return [
        {
            "cost": f.cost, "known_time_s": f.time, "operations_of_unknown_time": f.unknown, "money": f.money,
            "sure_time_s": f.sure_time, "operations_of_low_confidence": f.low,
            "yield": math.exp(-f.risk), "choices": list(f.choices), **explained(f.paid, f.rules),
            "steps": [
                {"recipe": s.recipe, "title": s.title, "roles": list(s.roles), "temperature_K": s.temperature,
                 "atmosphere": s.atmosphere, "confidence": s.confidence} for s in f.steps
            ],
        } for f in found
    ]  # fmt: skip


def told(made: Task, flow: Found, weights: Weights, why: bool = False) -> Flow:
    """A flow of the search spread out into its steps, with what it costs.

    Parameters
    ----------
    why : also tell which rules made it dearer
    """
    steps, known, unknown, money, risk, choices = [], 0.0, 0, 0.0, 0.0, []
    for name in flow.operators:
        plain = made.plain(name)
        if plain not in made.names:
            peak, gas = (REFLOW_PEAK, "nitrogen") if name == REFLOW else (None, "air" if name == CLEAN_IT else "any")
            steps.append(Step(KINDS.get(name, "transfer"), name, (), peak, gas))
            known += OTHERS.get(name, TRANSFER)
            continue
        recipes, roles = made.names[plain]
        steps += [Step(r.id, r.name, roles, made.known[r.id].hot, r.atmosphere, r.confidence) for r in recipes]
        paid = made.prices[plain]
        if paid.measured:
            what = " and the ".join(role.replace("_", " ") for role in roles)
            steps.append(Step("measuring", f"measure the {what}", (), None, "any"))
        known, unknown = known + (paid.time or 0.0), unknown + (paid.time is None)
        money, risk = money + paid.money, risk + paid.risk
        if ": " in plain:
            choices.append(plain)
    paid_for = operations(made, flow, weights)
    sure = sum(p.price.time or 0.0 for p in paid_for if not p.low)
    low = sum(p.low and p.price.time is not None for p in paid_for)
    shaped = rules(made, flow) if why else ()
    return Flow(tuple(steps), flow.cost, known, unknown, money, risk, tuple(choices), low, sure, paid_for, shaped)


def infeasible(made: Task, wanted: Asked, catalog: Catalog, here: Ground) -> Infeasible:
    """The rules that forbid every flow together, and the nearest change that makes one possible."""
    kept = conflicts(made.problem)
    reasons = list(dict.fromkeys(c.words for c in kept)) or ["no recipes build this structure in any order"]
    known = made.known if len(made.known) == len(catalog.recipes) else ready(catalog.recipes.values())
    changes = []
    for slot in made.slots:
        changes += _instead(slot.role, wanted, catalog, here, known)
    base = (f"({here.substrate.id})", f" on {here.substrate.id} ")
    if any(word in reason for reason in reasons for word in base):
        changes += _on_other_substrates(made, catalog, here)
    general = list(dict.fromkeys(c.change for c in kept if c.change))
    return Infeasible(reasons, [text for _, text in sorted(changes)[:CHANGES]] or general)


def _on_other_substrates(made: Task, catalog: Catalog, here: Ground) -> list[tuple[float, str]]:
    """Insulating substrates on which the same recipes make a flow possible: the first few by cost and name."""
    found = []
    for other in (m for m in catalog.materials.values() if "substrate" in m.kinds and m.insulating):
        ground = dataclasses.replace(here, substrate=other)
        flows = search(assembled(made.slots, ground, catalog, made.known).problem).flows
        found += [(flow.cost, f"{other.name} (cell.substrate = {other.id})") for flow in flows]
    return sorted(found)[:SUBSTRATES]


def _instead(
    role: str, wanted: Asked, catalog: Catalog, here: Ground, known: Mapping[str, Ready]
) -> list[tuple[float, str]]:
    """Other materials or recipes for one role that make a flow possible, with the cost of that flow."""
    spec = dataclasses.replace(wanted.spec, route={r: p for r, p in wanted.spec.route.items() if r != role})
    # potentials belong to the spec's own materials: of a role that is left open the whole window counts
    other_ground = dataclasses.replace(here, potentials={n: p for n, p in here.potentials.items() if n != role})
    try:
        slots = of_spec(spec, wanted.full, catalog, wanted.operations, role)
    except Infeasible:  # nothing else makes one of the other roles: no change of this one helps
        return []
    other = assembled(slots, other_ground, catalog, known)
    leaves = {t.fact: t for s in other.slots if s.role == role for t in s.techniques}
    changes, named = [], set[str]()
    for flow in search(other.problem, NEAREST, frozenset(leaves)).flows:
        new = leaves[next(name for name in flow.operators if name in leaves)]
        stuff = new.material.name if new.material else new.recipe.name
        if stuff not in named:
            named.add(stuff)
            changes.append((flow.cost, f"{stuff} ({new.recipe.id}) for {role}"))
    return changes
