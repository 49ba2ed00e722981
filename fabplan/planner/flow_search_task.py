"""From slots (roles with the ways to make them) to a problem of the flow search, with the words to tell its outcome."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Facility, Material, Recipe
from fabplan.planner import flow_search_rules as rules
from fabplan.planner.flow_limits import flow_limits
from fabplan.planner.flow_rates import rates
from fabplan.planner.flow_search import Constraint, Operator, Problem
from fabplan.planner.flow_search_model import (
    CLOSED,
    SUBSTRATE,
    Price,
    Slot,
    cost,
    done,
    operators,
    price,
    treatments,
)
from fabplan.planner.flow_search_recipes import Ready
from fabplan.planner.flow_wishes import Weights

COVERED = 0.4  # share of the footprint that a patterned layer covers, before anything is drawn (judgement)
REFLOW, REFLOW_PEAK = "solder reflow", 533.15  # K; lead-free, 240 to 260 degC (constraint T-reflow)
NO_SOLDER = "the finished cell glued or clipped instead of soldered; for solder a cell without lithium metal and liquid"
REFLOW_TIME = 3600.0  # s; loading, profile and cooling of a reflow oven (judgement)


@dataclass(frozen=True)
class Ground:
    """What a flow stands on and how it is judged.

    Parameters
    ----------
    area : of the footprint [m²], for comparing times
    reflow : the finished cell is soldered
    potentials : net -> lowest and highest potential of its electrode [V against Li]; of a net that is not there
        the whole working window of the material counts
    windows : whether potentials are judged at all; a plan judges them on its drawing
    """

    substrate: Material
    facility: Facility
    area: float
    weights: Weights = field(default_factory=Weights)
    reflow: bool = False
    potentials: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    windows: bool = True


@dataclass(frozen=True)
class Task:
    """All that a search needs, and the words to tell its outcome: operator -> its recipes and roles."""

    slots: tuple[Slot, ...]
    known: Mapping[str, Ready]
    prices: Mapping[str, Price]
    problem: Problem
    names: Mapping[str, tuple[tuple[Recipe, ...], tuple[str, ...]]]

    def plain(self, operator: str) -> str:
        """Name of an operator without the number of its place in the chains."""
        return operator if operator in self.names else operator.rsplit(" (", 1)[0]


def assembled(slots: Sequence[Slot], ground: Ground, catalog: Catalog, known: Mapping[str, Ready]) -> Task:
    """Operators, constraints and goal of the slots.

    Parameters
    ----------
    known : recipes with their methods, by id
    """
    paid = rates(ground.facility, COVERED * ground.area)
    every = [t for s in slots for t in s.techniques]
    prices = {t.fact: price(t.chain, t.recipe, paid, known, ground.weights) for t in every}
    names: dict[str, tuple[tuple[Recipe, ...], tuple[str, ...]]] = {t.fact: (t.chain, (t.role,)) for t in every}
    for run in treatments(slots):
        prices[run.name] = price((run.recipe,), run.recipe, paid, known, ground.weights)
        names[run.name] = ((run.recipe,), run.roles)
    judged = rules.Judged(
        ground.substrate,
        catalog.materials,
        ground.facility,
        ground.potentials,
        ground.windows,
        flow_limits(),
        {name: p.times for name, p in prices.items()},
    )
    bans = rules.constraints(slots, judged, known)
    goal = frozenset(done(s.role) for s in slots)
    if any(t.recipe.leaves and t.recipe.leaves.lid for t in every):
        goal |= {CLOSED}
    ops = operators(slots, prices, ground.weights)
    if ground.reflow:
        oven, only = cost(Price(REFLOW_TIME, 0.0, 0.0), ground.weights), frozenset({REFLOW})
        ops, goal = (*ops, Operator(REFLOW, goal, only, only, cost=oven)), goal | only
        bans = (*bans, *_reflow(slots, ground.substrate, catalog))
    problem = Problem(ops, goal, bans, start=frozenset({SUBSTRATE}))
    return Task(tuple(slots), known, prices, problem, names)


def _reflow(slots: Sequence[Slot], substrate: Material, catalog: Catalog) -> tuple[Constraint, ...]:
    heat = Recipe(id="reflow", name="Lead-free solder reflow", method="annealing", atmosphere="nitrogen")
    there = rules.Heat(tuple(t for s in slots for t in s.techniques), substrate, catalog.materials)
    found = (
        *rules.of_substrate(REFLOW, heat, REFLOW_PEAK, there),
        *(c for t in there.techniques for c in rules.standing(REFLOW, heat, REFLOW_PEAK, t, there)),
    )
    return tuple(dataclasses.replace(c, change=NO_SOLDER) for c in found)
