"""Every number that a plan rests on, with source and confidence; unknown ones too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from fabplan.catalog.types import Material, Recipe
from fabplan.planner.plan import Input
from fabplan.planner.route import Choice, method_of
from fabplan.planner.size import Problem
from fabplan.records import Quantity


def inputs(problem: Problem) -> tuple[Input, ...]:
    """What the estimate, the drawing and the steps rest on; the electrochemistry first.

    What the chemistry lacks stands there as an unknown value: the report shows it and asks for it.
    """
    found = list(problem.chemistry.inputs)
    for choice in problem.route.choices.values():
        found += _of_choice(problem, choice)
    found += _of_material(problem.route.substrate)
    if problem.route.machine is not None:
        machine = problem.route.machine
        found += [Input(f"{machine.id}: {name}", q) for name, q in quantities(machine)]
    known = {entry.what: entry for entry in reversed(found)}  # the first of a name stays
    return tuple(dict.fromkeys(known[entry.what] for entry in found))


def quantities(record: object, prefix: str = "") -> Iterator[tuple[str, Quantity]]:
    """Name in words and value of all quantities of a record, its sub-records' too."""
    if not dataclasses.is_dataclass(record) or isinstance(record, type):
        return
    for field in dataclasses.fields(record):
        value, name = getattr(record, field.name), f"{prefix}{field.name.replace('_', ' ')}"
        if isinstance(value, Quantity):
            yield name, value
        elif dataclasses.is_dataclass(value):
            yield from quantities(value, f"{name}, ")


def _of_choice(problem: Problem, choice: Choice) -> Iterator[Input]:
    recipe, name = choice.recipe, choice.material.id
    yield from _of_recipe(recipe, choice.settings)
    for recipe_id in (*recipe.before, *recipe.after):
        other = problem.catalog.recipes[recipe_id]
        yield from _of_recipe(other, method_of(other, f"recipes/{other.id}.toml")[1])
    for part in ("electrode", "electrolyte"):
        for what, quantity in quantities(getattr(choice.material, part)):
            if quantity.value is None:
                yield Input(f"{name}: {what}", quantity)
    for what, quantity in quantities(recipe.microstructure):
        if quantity.value is None:
            yield Input(f"{name} layer: {what}", quantity)
    yield from _of_material(choice.material)


def _of_recipe(recipe: Recipe, settings: object) -> Iterator[Input]:
    if recipe.thickness is not None:
        yield Input(f"{recipe.id}: thickness", recipe.thickness)
    for part in (settings, recipe.limits, recipe.leaves):
        for what, quantity in quantities(part):
            yield Input(f"{recipe.id}: {what}", quantity)


def _of_material(material: Material) -> Iterator[Input]:
    for part in (material.collector, material.barrier):
        for what, quantity in quantities(part):
            yield Input(f"{material.id}: {what}", quantity)
    for limit in material.temperature_limits:
        where = f" on {limit.touching}" if limit.touching else ""
        yield Input(f"{material.id}: bears, {limit.atmosphere} atmosphere{where}", limit.temperature)
