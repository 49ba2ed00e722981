"""All processes and all shipped recipes, read once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from fabplan import plugins
from fabplan.catalog.loader import Catalog, load
from fabplan.catalog.types import Recipe
from fabplan.errors import Problem
from fabplan.methods.base import Work
from fabplan.records import Origin, Quantity, read

PRACTICE = Origin("test", "high")


@dataclass(frozen=True)
class Shipped:
    """A shipped recipe with its process and the settings that were read for it."""

    recipe: Recipe
    method: ModuleType
    settings: Any
    problems: tuple[Problem, ...]


@cache
def catalog() -> Catalog:
    """Recipes and materials of ``process_recipes/``."""
    return load(kinds=("recipes", "materials"))


@cache
def method(name: str) -> ModuleType:
    """Module of a process."""
    return plugins.load("methods", name)


@cache
def shipped() -> tuple[Shipped, ...]:
    """All shipped recipes."""
    found = []
    for recipe in catalog().recipes.values():
        problems: list[Problem] = []
        module = method(recipe.method)
        origin = Origin(recipe.source, recipe.confidence)  # type: ignore[arg-type]
        settings = read(module.Settings, recipe.settings, f"{recipe.id}: settings", problems, origin=origin)
        found.append(Shipped(recipe, module, settings, tuple(problems)))
    return tuple(found)


def recipe(name: str) -> Shipped:
    """One shipped recipe."""
    return next(s for s in shipped() if s.recipe.id == name)


def settings(name: str, **given: Any) -> Any:
    """Settings of a process from a table as it stands in a recipe."""
    problems: list[Problem] = []
    made = read(method(name).Settings, given, "test: settings", problems, origin=PRACTICE)
    assert not problems, problems
    return made


def complete(item: Shipped) -> Any:
    """The recipe's settings with every unknown or absent quantity set to a number in its range."""
    return filled(item.settings)


def filled(record: Any) -> Any:
    """Record whose quantities all have a value."""
    changes: dict[str, Any] = {}
    for spec in dataclasses.fields(record):
        value = getattr(record, spec.name)
        if spec.metadata.get("kind") == "quantity" and (value is None or value.value is None):
            number = PLAUSIBLE_HERE.get(spec.name) or _inside(spec.metadata)
            changes[spec.name] = Quantity(number, spec.metadata["dimension"], "test", "low")
        elif isinstance(value, tuple):
            changes[spec.name] = tuple(filled(v) if dataclasses.is_dataclass(v) else v for v in value)
    return dataclasses.replace(record, **changes)


#: numbers that make sense for a dimension, so that laws can be tried with every setting known
PLAUSIBLE = {
    "length": 1e-4, "time": 60.0, "temperature": 400.0, "growth_rate": 1e-10, "pressure": 1e5, "power": 100.0,
    "growth_per_cycle": 1e-10, "speed": 1e-3, "density": 2000.0, "molar_mass": 0.1, "volume": 1e-14,
    "volumetric_flow": 1e-9, "areal_dose": 1e3, "power_density": 100.0, "viscosity": 0.01, "surface_tension": 0.03,
    "frequency": 1e3, "rate": 50.0, "current_density": 100.0, "areal_charge": 1e3, "area": 1e-18,
    "heating_rate": 0.1, "number": 0.5, "voltage": 1.0, "diffusivity": 1e-9, "concentration": 1e3,
    "vapour_transmission": 1e-4, "areal_volume": 1e-5, "areal_energy": 1.0, "activation_energy": 1e-19,
}  # fmt: skip


#: where a number of its dimension would contradict another setting: a beam below the threshold, a pulse undone
PLAUSIBLE_HERE = {"threshold": 300.0, "reverse_time": 1.0}


def _inside(metadata: Any) -> float:
    number = PLAUSIBLE[metadata["dimension"]]
    low, high = metadata.get("low"), metadata.get("high")
    number = max(number, low) if low is not None else number
    return min(number, high) if high is not None else number


def work(thickness: float = 2e-6, area: float = 1e-5, **more: Any) -> Work:
    """Work with all that a step of a plan has."""
    given = {"volume": thickness * area, "path_length": area / 1e-4, "filaments": 10, "layers": 4, **more}
    return Work(thickness=thickness, area=area, **given)
