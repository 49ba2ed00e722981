"""Other recipes for what a request leaves open: taken where the whole plan, drawn and judged, is made more cheaply."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fabplan.catalog.loader import Catalog
from fabplan.findings import errors
from fabplan.planner import half_cell
from fabplan.planner.attempt import Attempt, attempt
from fabplan.planner.calibration import reckoned
from fabplan.planner.flow_rates import rates
from fabplan.planner.flow_search import search
from fabplan.planner.flow_search_model import UNKNOWN_TIME, Price, cost
from fabplan.planner.flow_search_recipes import ready
from fabplan.planner.flow_search_slots import of_spec
from fabplan.planner.flow_search_task import Ground, assembled
from fabplan.planner.flow_wishes import Weights
from fabplan.planner.plan import Plan
from fabplan.planner.spec import Spec

LOOKED_AT = 3  # flows with other recipes that are drawn
GAIN = 0.05  # share of the cost below which another recipe is no gain: rates and yields are rough
SAME = 0.02  # share by which the objective may be worse and still counts as the same


@dataclass(frozen=True)
class Better:
    """A plan with other recipes, its attempt, and what was changed, a sentence."""

    plan: Plan
    tried: Attempt
    words: str


def cheaper(
    spec: Spec,
    tried: Attempt,
    made: Plan,
    catalog: Catalog,
    drawn: Callable[[Attempt], Plan],
    objective: Callable[[Plan], float],
) -> Better | None:
    """The cheapest plan with other recipes for the roles that the request leaves open; None where there is none.

    Parameters
    ----------
    spec : as the user wrote it
    made : the plan with the recipes of the starting point
    drawn : from an attempt whose search found a design to its plan
    objective : what is made small
    """
    assert tried.problem is not None
    weights, before = spec.flow.weights, {r: c.recipe.id for r, c in tried.problem.route.choices.items()}
    paid, best = spent(made, weights), None
    for route in _routes(spec, tried, catalog):
        other = attempt(tried.start, dataclasses.replace(tried.spec, route=route), catalog)
        if other.sized is None or other.sized.chosen is None:
            continue
        plan = drawn(other)
        pays = spent(plan, weights)
        if errors(plan.findings) or pays > paid * (1.0 - GAIN):
            continue
        if objective(plan) > objective(made) + SAME * abs(objective(made)):
            continue
        words = ", ".join(f"{r} by {n} instead of {before[r]}" for r, n in route.items() if before.get(r) != n)
        less = 1.0 - pays / spent(made, weights)
        best, paid = Better(plan, other, f"{words}: as drawn the flow costs {less:.0%} less."), pays
    return best


def _routes(spec: Spec, tried: Attempt, catalog: Catalog) -> list[Mapping[str, str]]:
    """Role -> recipe of the next best flows, cheapest first; none where the request names every recipe."""
    assert tried.problem is not None
    route = tried.problem.route
    asked = half_cell.written_in_order(spec)
    if all(role in asked.route for role in route.choices):
        return []
    known = ready(catalog.recipes.values())
    ground = Ground(
        route.substrate, route.facility, spec.footprint.area, spec.flow.weights, spec.flow.reflow, windows=False
    )
    made = assembled(of_spec(asked, tried.spec, catalog, route.operations), ground, catalog, known)
    ways = {t.fact: t for s in made.slots for t in s.techniques}
    found: list[Mapping[str, str]] = []
    for flow in search(made.problem, LOOKED_AT + 1, frozenset(ways)).flows:
        chosen = {ways[n].role: ways[n].recipe.id for n in flow.operators if n in ways}
        if any(route.choices[r].recipe.id != n for r, n in chosen.items() if r in route.choices):
            found.append(chosen)
    return found[:LOOKED_AT]


def spent(plan: Plan, weights: Weights) -> float:
    """What the flow of a drawn plan costs: the durations of its steps, money by the hour, −ln(yield)."""
    paid, total = rates(plan.facility, 0.0), 0.0
    for step in plan.steps:
        known = reckoned(step)
        time = UNKNOWN_TIME if known is None else known
        money = paid.hourly(step.recipe) * time / 3600.0 + paid.run(step.recipe)
        total += cost(Price(time, money, paid.risk(step.recipe)), weights)
    return total


def longest(plan: Plan) -> float:
    """Sum of all step times [s]; one that nobody knows counts as a working day."""
    return sum(UNKNOWN_TIME if t is None else t for t in map(reckoned, plan.steps))
