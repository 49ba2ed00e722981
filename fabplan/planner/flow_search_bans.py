"""Constraints of the search about what stands open or lies between: the errors of `process_rules_open`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING
from fabplan.catalog.types import Recipe
from fabplan.methods.base import value
from fabplan.planner.flow_limits import Crystallisation, Exposure, FlowLimits, crystallised
from fabplan.planner.flow_search import Constraint
from fabplan.planner.flow_search_model import CLOSED, FURNACE, Slot, Technique
from fabplan.planner.flow_search_recipes import Ready
from fabplan.planner.process_rules_open import CONFORMAL, WET, over_all
from fabplan.planner.route import COVERS

Named = Sequence[tuple[str, tuple[Recipe, ...], tuple[str, ...]]]
Times = Mapping[str, tuple[float | None, ...]]


def bans(
    slots: Sequence[Slot],
    steps: Named,
    known: Mapping[str, Ready],
    limits: FlowLimits,
    times: Times,
) -> tuple[Constraint, ...]:
    """All constraints of these rules.

    Parameters
    ----------
    steps : name of every operator, its recipes, the roles that it makes or treats
    times : name of an operator -> times of its recipes [s], None where one is not known
    """
    every = [t for s in slots for t in s.techniques]
    return (
        *(c for s in slots for t in s.techniques for c in _phase(t, s.techniques, known, limits)),
        *(c for t in every for c in _lift_off(t)),
        *(c for name, recipes, roles in steps for c in _wet(name, recipes, roles, every)),
        *_layer_in_air(steps, slots, limits, times),
        *(c for name, recipes, _ in steps for c in _oxygen(name, recipes, every, known, limits)),
        *_sole_barrier(slots, limits),
    )


def _phase(
    t: Technique, others: Sequence[Technique], known: Mapping[str, Ready], limits: FlowLimits
) -> Iterator[Constraint]:
    """Films that stay amorphous: forbidden; second choice where their own capacity was measured."""
    for rule in (r for r in limits.crystallisation if not _keeps_phase(t, r, known)):
        soft = rule.severity != "error" or rule.excused(t.recipe)
        better = any(_made_of(o, rule) and _keeps_phase(o, rule, known) for o in others)
        if not soft or better:
            least = units.show(value(rule.low) or 0.0, "temperature")
            words = f"{t.recipe.name} is never heated to {least}: {rule.reason}"
            change = "a recipe with that anneal"
            yield Constraint(f"phase: {t.recipe.id}", t.fact, words=words, change=change, soft=soft)


def _made_of(t: Technique, rule: Crystallisation) -> bool:
    return t.material is not None and t.material.id == rule.material


def _keeps_phase(t: Technique, rule: Crystallisation, known: Mapping[str, Ready]) -> bool:
    """Whether the rule is not about a technique, or what it makes gets hot enough."""
    heats = [known[r.id].hot for r in (t.recipe, *t.chain, *t.furnaces) if r is t.recipe or r.method in FURNACE]
    return not _made_of(t, rule) or t.recipe.method not in rule.methods or crystallised(rule, heats)


def _lift_off(t: Technique) -> Iterator[Constraint]:
    if t.recipe.patterned_by == "lift-off" and t.recipe.method in CONFORMAL:
        words = f"{t.recipe.name} coats the walls of the resist: nothing lifts"
        change = "evaporation, or etching instead of lift-off"
        yield Constraint(f"lift-off: {t.recipe.id}", t.fact, words=words, change=change)


def _drowns(t: Technique) -> bool:
    e = t.material.electrolyte if t.material and t.role == "electrolyte" else None
    return (t.material is not None and t.material.id == "lithium") or (e is not None and e.volatile)


def _wet(
    name: str, recipes: Sequence[Recipe], roles: Sequence[str], every: Sequence[Technique]
) -> Iterator[Constraint]:
    for recipe in recipes:
        brings = sorted(set(recipe.solvents) & set(WET))
        for t in every if brings else ():
            if _drowns(t) and t.role not in roles and t.material:
                words = f"{recipe.name} brings {', '.join(brings)} onto {t.material.name} that stands open"
                facts, unless = frozenset({t.fact}), frozenset({CLOSED})
                change = "this step earlier, or behind a closed lid"
                yield Constraint(f"wet: {recipe.id} / {t.material.id}", name, facts, unless, words, change)


def _layer_in_air(steps: Named, slots: Sequence[Slot], limits: FlowLimits, times: Times) -> Iterator[Constraint]:
    """What bears air only a while: its own patterning, and others' steps in air before a further layer covers it."""
    roles_of = [s.role for s in slots]
    every = {t.fact: t for s in slots for t in s.techniques}
    for rule in (r for r in limits.exposure if r.until == "layer"):
        for t in (t for t in every.values() if rule.means(t.material)):
            patterning = _timed(t.chain, times.get(t.fact, ()))[t.chain.index(t.recipe) + 1 :]
            own, longest = _air_time(rule, patterning), value(rule.longest) or 0.0
            if own > longest:
                yield _too_long(rule, t, t.recipe, t.fact, frozenset(), frozenset())
            later = roles_of[roles_of.index(t.role) + 1 :]
            covered = frozenset({CLOSED, *(f"made {role}" for role in later)})
            for name, recipes, roles in steps:
                there = every.get(name)
                if there is not None and t.role in roles:
                    continue  # this way or another one to make the same
                last = len(recipes) if there is None or there.material is None else recipes.index(there.recipe) + 1
                here = _air_time(rule, _timed(recipes, times.get(name, ()))[:last])
                if here > 0.0 and own + here > longest:
                    yield _too_long(rule, t, recipes[0], name, frozenset({t.fact}), covered)


def _too_long(
    rule: Exposure, t: Technique, by: Recipe, name: str, facts: frozenset[str], covered: frozenset[str]
) -> Constraint:
    what, who = (t.material.name, t.material.id) if t.material else (t.role, t.role)
    longest = units.show(value(rule.longest) or 0.0, "time")
    words = f"{by.name} keeps {what} in air for longer than {longest}: {rule.reason}"
    change = "this step earlier, in dry air or the glove box, or a process in vacuum"
    return Constraint(f"open in air: {by.id} / {who}", name, facts, covered, words, change)


def _timed(recipes: Sequence[Recipe], times: Sequence[float | None]) -> list[tuple[Recipe, float | None]]:
    return list(zip(recipes, times or (None,) * len(recipes), strict=True))


def _air_time(rule: Exposure, run: Iterable[tuple[Recipe, float | None]]) -> float:
    """Time in air that a rule counts [s]; endless where one is not known."""
    in_air = [t for r, t in run if r.atmosphere in OXIDISING and not (rule.dry_air and r.atmosphere == "dry-air")]
    return sum(math.inf if t is None else t for t in in_air)


def _oxygen(
    name: str, recipes: Sequence[Recipe], every: Sequence[Technique], known: Mapping[str, Ready], limits: FlowLimits
) -> Iterator[Constraint]:
    for rule in limits.oxygen:
        above = value(rule.above) or 0.0
        for recipe in (r for r in recipes if r.method in FURNACE and r.atmosphere in INERT):
            if (known[recipe.id].hot or 0.0) <= above + 1e-6:
                continue
            for t in every:
                if t.material and t.material.id in rule.materials and recipe.id not in t.recipe.after:
                    words = f"{recipe.name} heats {t.material.name} in {recipe.atmosphere} gas: {rule.reason}"
                    change = "that furnace run first, or a cathode that is sintered in the same gas"
                    key = f"oxygen: {recipe.id} / {t.material.id}"
                    yield Constraint(key, name, frozenset({t.fact}), words=words, change=change)


def _sole_barrier(slots: Sequence[Slot], limits: FlowLimits) -> Iterator[Constraint]:
    """A leaky lid and what must be kept dry, where no other cover comes."""
    whole = over_all(s.role for s in slots if s.role in COVERS)
    covers = [s for s in slots if s.role in whole]
    for rule in limits.sole_barrier:
        dry = [t for s in slots for t in s.techniques if rule.dry(t.material)]
        leaky = [t for s in covers for t in s.techniques if t.material and t.material.id in rule.barriers]
        tight = frozenset(
            t.fact for s in covers for t in s.techniques if t.material and t.material.id not in rule.barriers
        )
        last = covers[-1].role if covers else ""
        for cover in (t for t in leaky if t.role == last):
            for wet in dry:
                assert cover.material is not None and wet.material is not None
                words = f"{cover.material.name} is all that keeps water from {wet.material.name}: {rule.reason}"
                change = "a lid on epoxy or a laminate foil, or a barrier film over it"
                key = f"sole barrier: {cover.material.id} / {wet.material.id}"
                for here, there in ((cover, wet), (wet, cover)):
                    yield Constraint(key, here.fact, frozenset({there.fact}), tight, words, change)
