"""From a structure, its materials and the recipes of the catalog to operators of the flow search.

A technique is one recipe for one role with what must come right before it (resist) and right after it
(lift-off, drying): one operator, spread out again when the flow is told. Furnace runs that follow are
operators of their own, because two electrodes may share one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Material, Recipe
from fabplan.methods.base import Work
from fabplan.planner.flow_rates import Rates
from fabplan.planner.flow_search import Operator
from fabplan.planner.flow_search_recipes import Ready
from fabplan.planner.flow_wishes import Weights

FURNACE = ("sintering", "annealing", "carbonisation-reduction")
BRANCHES = {"anode": ("anode", "anode_collector"), "cathode": ("cathode", "cathode_collector")}
INSIDE, CLOSED, LIQUID, SUBSTRATE, CLEAN = "inside", "closed", "liquid", "substrate", "clean"
CLEAN_IT, GO_IN, GO_OUT = "clean the substrate", "into the glove box", "out of the glove box"
TRANSFER = 1200.0  # s; antechamber of a glove box: 15 to 30 min in practice
METROLOGY = 900.0  # s; measuring before going on (judgement)
UNKNOWN_TIME = 28800.0  # s; a step whose time nobody knows counts as a working day (judgement)
FOUND = 0.7  # share of the failures that a measurement shows while the layer can still be made again (judgement)
CLEANING = 1800.0  # s; solvents, rinse and drying of a substrate (judgement)


@dataclass(frozen=True)
class Technique:
    """One way to make a role.

    Parameters
    ----------
    material : what stands there afterwards; None for a step that leaves nothing
    chain : recipes that run in one go, the main one among them
    furnaces : furnace runs that must follow, in order
    """

    role: str
    recipe: Recipe
    material: Material | None
    chain: tuple[Recipe, ...]
    furnaces: tuple[Recipe, ...]

    @property
    def fact(self) -> str:
        """Fact that this technique has been used."""
        return f"{self.role}: {self.recipe.id}"


@dataclass(frozen=True)
class Treatment:
    """A furnace run for one or more roles."""

    roles: tuple[str, ...]
    recipe: Recipe

    @property
    def name(self) -> str:
        """Name of its operator."""
        return f"{self.recipe.id} for {' and '.join(self.roles)}"


@dataclass(frozen=True)
class Slot:
    """A role with the ways to make it and the roles that must be finished before."""

    role: str
    techniques: tuple[Technique, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Price:
    """Time [s] (None when a part is unknown), money, −ln(yield), and whether what it leaves is measured at once.

    ``times`` are those of its recipes one by one [s].
    """

    time: float | None
    money: float
    risk: float
    measured: bool = False
    times: tuple[float | None, ...] = ()


def technique(role: str, recipe: Recipe, material: Material | None, catalog: Catalog) -> Technique:
    """Technique of a recipe: what follows up to the first furnace run belongs to the chain."""
    before, after = ([catalog.recipes[i] for i in ids] for ids in (recipe.before, recipe.after))
    first = next((n for n, r in enumerate(after) if r.method in FURNACE), len(after))
    return Technique(role, recipe, material, (*before, recipe, *after[:first]), tuple(after[first:]))


def order(roles: Sequence[str], role: str) -> tuple[str, ...]:
    """Roles that must be finished before ``role``: those that stand before it, except branches that stand side by side.

    Anode and cathode with their own collectors are branches when no other layer comes between them: then neither
    lies on the other. Lid and electrolyte may change places (a lid with a port comes first, one without comes
    last: the rules decide).
    """
    place = roles.index(role)
    own = next((branch for branch in BRANCHES if role in BRANCHES[branch]), "")
    free: set[str] = set()
    if own and side_by_side(roles):
        free = {r for branch, members in BRANCHES.items() if branch != own for r in members}
    if role in ("lid", "electrolyte"):
        free |= {"lid", "electrolyte"}
    return tuple(r for r in roles[:place] if r not in free)


def side_by_side(roles: Sequence[str]) -> bool:
    """Whether both electrodes stand beside each other: nothing but their own collectors comes between them."""
    if not all(branch in roles for branch in BRANCHES):
        return False
    ends = sorted(roles.index(branch) for branch in BRANCHES)
    members = {r for several in BRANCHES.values() for r in several}
    return members.issuperset(roles[ends[0] : ends[1] + 1])


def below(roles: Sequence[str], net: str) -> tuple[str, ...]:
    """Roles whose films lie between the substrate and an electrode.

    Parameters
    ----------
    roles : in the order of the structure
    """
    before = roles[: roles.index(net)] if net in roles else roles
    other = {r for b, members in BRANCHES.items() if b != net for r in members} if side_by_side(roles) else set()
    return tuple(r for r in before if (r == "barrier" or "collector" in r) and r not in other)


def operators(slots: Sequence[Slot], prices: Mapping[str, Price], weights: Weights) -> tuple[Operator, ...]:
    """All operators: techniques, furnace runs (alone and shared), ways in and out of the glove box."""
    made = [_of_technique(slot, t, cost(prices[t.fact], weights)) for slot in slots for t in slot.techniques]
    runs = [_of_treatment(t, slots, cost(prices[t.name], weights)) for t in treatments(slots)]
    move, clean = cost(Price(TRANSFER, 0.0, 0.0), weights), cost(Price(CLEANING, 0.0, 0.0), weights)
    box = [
        Operator(CLEAN_IT, frozenset({SUBSTRATE}), frozenset({CLEAN, INSIDE}), frozenset({CLEAN}), cost=clean),
        Operator(GO_IN, absent=frozenset({INSIDE}), adds=frozenset({INSIDE}), cost=move),
        Operator(GO_OUT, needs=frozenset({INSIDE}), removes=frozenset({INSIDE}), cost=move),
    ]
    return (*made, *(operator for several in runs for operator in several), *box)


def _of_technique(slot: Slot, t: Technique, price: float) -> Operator:
    adds = {t.fact, f"made {t.role}", _waits(t.role, t.furnaces[0], 0) if t.furnaces else done(t.role)}
    if t.recipe.leaves and t.recipe.leaves.lid:
        adds.add(CLOSED)
    if t.material and t.material.electrolyte and t.material.electrolyte.volatile and slot.role == "electrolyte":
        adds.add(LIQUID)
    needs, absent = {CLEAN, *(done(r) for r in slot.after)}, {f"made {t.role}"}
    box = [in_box(r) for r in t.chain]
    if True in box:
        needs.add(INSIDE)
    elif False in box:
        absent.add(INSIDE)
    return Operator(t.fact, frozenset(needs), frozenset(absent), frozenset(adds), cost=price)


def in_box(recipe: Recipe) -> bool | None:
    """Whether a step happens in the glove box, outside, or wherever its tool is docked (vacuum, furnace): None.

    Dry air is what a step needs at least: the glove box is as good.
    """
    if recipe.method in FURNACE or recipe.atmosphere in ("vacuum", "any", "forming-gas", "dry-air"):
        return None
    return recipe.atmosphere == "inert"


def _waits(role: str, recipe: Recipe, stage: int) -> str:
    return f"{role} waits for {recipe.id} ({stage})"


def done(role: str) -> str:
    """Fact that a role is finished."""
    return f"done {role}"


def treatments(slots: Iterable[Slot]) -> tuple[Treatment, ...]:
    """Furnace runs of every role, and those that two roles can share."""
    wanted: dict[str, dict[str, Recipe]] = {}
    for slot in slots:
        for t in slot.techniques:
            for furnace in t.furnaces:
                wanted.setdefault(furnace.id, {})[slot.role] = furnace
    found = []
    for by_role in wanted.values():
        for size in (1, 2):
            found += [Treatment(roles, by_role[roles[0]]) for roles in itertools.combinations(by_role, size)]
    return tuple(found)


def _of_treatment(treatment: Treatment, slots: Sequence[Slot], price: float) -> tuple[Operator, ...]:
    """One operator for each combination of places that the run has in the chains of its roles."""
    ways = [_stages(treatment.recipe, next(s for s in slots if s.role == role)) for role in treatment.roles]
    made = []
    for number, way in enumerate(itertools.product(*ways)):
        needs = frozenset(before for before, _ in way)
        adds = frozenset(later for _, later in way)
        name = treatment.name if number == 0 else f"{treatment.name} ({number + 1})"
        made.append(Operator(name, needs, adds=adds, removes=needs, cost=price))
    return tuple(made)


def _stages(recipe: Recipe, slot: Slot) -> tuple[tuple[str, str], ...]:
    """Facts before and after the run, for every place that it has in a chain of the role."""
    found: dict[tuple[str, str], None] = {}
    for t in slot.techniques:
        for stage, furnace in enumerate(t.furnaces):
            if furnace.id == recipe.id:
                last = stage + 1 == len(t.furnaces)
                later = done(t.role) if last else _waits(t.role, t.furnaces[stage + 1], stage + 1)
                found[(_waits(t.role, furnace, stage), later)] = None
    return tuple(found)


def cost(price: Price, weights: Weights) -> float:
    """One number for the search; a time that nobody knows counts as a working day."""
    minutes = (UNKNOWN_TIME if price.time is None else price.time) / 60.0
    return max(weights.time * minutes + weights.money * price.money + weights.risk * price.risk, 1e-6)


def price(
    recipes: Iterable[Recipe], main: Recipe, rates: Rates, known: Mapping[str, Ready], weights: Weights
) -> Price:
    """Time, money and −ln(yield) of recipes that run in one go, measured afterwards where that is worth its time.

    Measuring costs the same wherever it is done before the next layer, so that the choice is made here, once for each
    operation, and the search stays exact. What it finds is stripped and made again: its part of the risk is saved.
    """
    money = risk = 0.0
    times: list[float | None] = []
    for recipe in recipes:
        here = known[recipe.id]
        limits = here.method.limits(here.settings) if recipe is main else {}
        own = recipe if recipe.materials and recipe.thickness else main  # a film that comes before the layer itself
        step = here.method.duration(here.settings, _work(own, limits, rates.area))
        times.append(step)
        hours = (UNKNOWN_TIME if step is None else step) / 3600.0
        money += rates.hourly(recipe) * hours + rates.run(recipe)
        risk += rates.risk(recipe)
    time = None if None in times else sum(t or 0.0 for t in times)
    measuring = money + rates.other * METROLOGY / 3600.0
    looked = Price(None if time is None else time + METROLOGY, measuring, risk * (1.0 - FOUND), True, tuple(times))
    blind = Price(time, money, risk, times=tuple(times))
    extra = weights.time * METROLOGY / 60.0 + weights.money * (looked.money - money)
    return looked if extra < weights.risk * risk * FOUND else blind


def _work(main: Recipe, limits: Mapping[str, Any], area: float) -> Work:
    """Work for comparing recipes, before anything is drawn: usual thickness, half the footprint covered."""
    low = main.limits.thickness_low.value if main.limits and main.limits.thickness_low else None
    thickness = main.thickness.value if main.thickness else None
    step, line = limits.get("thickness_step"), limits.get("bead_width") or limits.get("line")
    thickness = thickness or (10.0 * step if step else None) or (2.0 * low if low else None)
    layers = max(1, math.ceil(thickness / step)) if thickness and step else 1
    path = layers * area / line if line else None
    volume = None if thickness is None else area * thickness
    return Work(thickness=thickness, area=area, volume=volume, layers=layers, path_length=path, filaments=layers * 10)
