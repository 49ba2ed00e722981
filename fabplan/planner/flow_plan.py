"""The flow of a plan: the best order of a route's recipes by the flow search."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from fabplan.catalog.loader import Catalog
from fabplan.planner.flow_search import Found, search
from fabplan.planner.flow_search_model import treatments
from fabplan.planner.flow_search_recipes import ready
from fabplan.planner.flow_search_slots import of_route
from fabplan.planner.flow_search_task import Ground, Task, assembled
from fabplan.planner.flow_told import Asked, infeasible
from fabplan.planner.route import Placed, Route
from fabplan.planner.spec import Spec

EQUAL = 1e-6  # share of the cost below which two orders cost the same


def settled(spec: Spec, route: Route, catalog: Catalog) -> Route:
    """The route in the order of its cheapest flow that keeps all rules.

    The order that the structure names is kept where no other one is cheaper.

    Parameters
    ----------
    spec : completed from its starting point

    Raises
    ------
    Infeasible : no order keeps all rules; says which, and what would make one possible
    """
    used = [c.recipe for c in route.choices.values()]
    ids = {r.id for r in used} | {i for r in used for i in (*r.before, *r.after)}
    known = ready(catalog.recipes[i] for i in sorted(ids))
    wishes = spec.flow
    ground = Ground(
        route.substrate, route.facility, spec.footprint.area, wishes.weights, wishes.reflow, windows=False
    )
    made = assembled(of_route(route, catalog), ground, catalog, known)
    best = search(made.problem)
    if not best.flows:
        # what was chosen, which need not be what the spec asked for: a wish that fits no material is not repeated
        chosen = dataclasses.replace(spec, route={role: c.recipe.id for role, c in route.choices.items()})
        raise infeasible(made, Asked(chosen, chosen, route.operations), catalog, ground)
    in_order = assembled(of_route(route, catalog, True), ground, catalog, known)
    plain = search(in_order.problem).flows
    flow = best.flows[0]
    if plain and plain[0].cost <= flow.cost * (1.0 + EQUAL):
        flow = plain[0]
    return _in_order(route, made, flow, _remark(made, flow, plain, best.expanded))


def _in_order(route: Route, made: Task, flow: Found, remark: str) -> Route:
    """The route with its operations and recipes in the order of a flow."""
    placed: list[Placed] = []
    first: tuple[str, ...] = ()
    for name in (made.plain(n) for n in flow.operators):
        if name not in made.names:
            first = (*first, name)
            continue
        recipes, roles = made.names[name]
        own = len(recipes) > 1 or ": " in name
        main = route.choices[roles[0]].recipe.id if own else ""
        last = _last(roles, placed)
        held = [False] * (len(recipes) - 1) + [made.prices[name].measured]
        places = [Placed(last, r.id, r.id == main, hold=h) for r, h in zip(recipes, held, strict=True)]
        placed += [dataclasses.replace(places[0], before=first), *places[1:]]
        first = ()
    made_in = [p.role for p in placed if p.main]
    rest = [o for o in route.operations if o.role not in made_in]
    by_role = {o.role: o for o in route.operations}
    operations = (*(by_role[role] for role in made_in), *rest)
    return dataclasses.replace(route, operations=operations, flow=tuple(placed), remark=remark)


def _last(roles: Sequence[str], placed: Sequence[Placed]) -> str:
    """The one of the roles that was made last: a run that serves several stands with it."""
    made = [p.role for p in placed if p.main and p.role in roles]
    return made[-1] if made else roles[-1]


def _remark(made: Task, flow: Found, plain: Sequence[Found], looked_at: int) -> str:
    """Why this order, one sentence."""
    runs = {t.name: t for t in treatments(made.slots) if len(t.roles) > 1}
    shared = [runs[n] for n in map(made.plain, flow.operators) if n in runs]
    both = ", ".join(f"{' and '.join(run.roles)} share {run.recipe.name}" for run in shared)
    words = f"Flow: {looked_at} states of the part were searched for the cheapest order that keeps all rules"
    if not plain:
        words += "; one operation after the other, as the structure names them, breaks a rule"
    elif plain[0].cost > flow.cost * (1.0 + EQUAL):
        words += f"; it costs {1.0 - flow.cost / plain[0].cost:.0%} less than one operation finished after the other"
    return words + (f"; {both}." if both else ".")
