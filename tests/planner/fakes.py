"""Small routes and steps for rules that are tested alone."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any, cast

from fabplan.architectures.base import Operation
from fabplan.catalog.types import Facility, Leaves, Material, Recipe, TemperatureLimit
from fabplan.methods.base import Work
from fabplan.planner.plan import Step
from fabplan.planner.route import Choice, Route
from fabplan.records import Quantity


def q(value: float | None, dimension: str = "number", confidence: str = "high") -> Quantity:
    return Quantity(value, dimension, "a test", confidence)  # type: ignore[arg-type]


def limit(celsius: float, atmosphere: str = "any", touching: str = "", reason: str = "") -> TemperatureLimit:
    return TemperatureLimit(
        temperature=q(celsius + 273.15, "temperature"), atmosphere=atmosphere, touching=touching, reason=reason
    )


def material(name: str, *limits: TemperatureLimit, **more: Any) -> Material:
    return Material(id=name, name=name, temperature_limits=limits, source="a test", confidence="high", **more)


def recipe(name: str, materials: tuple[str, ...] = (), **more: Any) -> Recipe:
    return Recipe(
        id=name,
        name=name,
        method=more.pop("method", "sputter"),
        materials=materials,
        source="a test",
        confidence="high",
        **more,
    )


def leaves(celsius: float | None = None, **more: Any) -> Leaves:
    return Leaves(temperature=None if celsius is None else q(celsius + 273.15, "temperature"), **more)


def choice(role: str, of: Material, by: Recipe) -> Choice:
    module = cast(ModuleType, SimpleNamespace(limits=lambda s: {}, VACUUM=False))
    return Choice(role, of, by, module, None, "a test")


def route(*choices: Choice, substrate: Material, facility: Facility | None = None) -> Route:
    lab = facility or Facility(id="any", name="any")
    return Route(
        {c.role: c for c in choices}, tuple(Operation(c.role, (c.role,)) for c in choices), substrate, None, lab
    )


def step(
    number: int, of: Choice | None, by: Recipe, celsius: float | None = None, vacuum: bool = False, main: bool = True
) -> Step:
    return Step(
        number=number,
        id=f"s{number}",
        title=by.name,
        method=by.method,
        recipe=by,
        role=of.role if of else "",
        material=of.material.id if of and main else "",
        bodies=(),
        work=Work(),
        temperature_max=None if celsius is None else celsius + 273.15,
        vacuum=vacuum,
        atmosphere=by.atmosphere,
        duration=60.0,
        set_points=(),
        uses=(),
        acceptance=(),
        hazards=(),
        rework="",
        notes="",
    )
