"""Limits of a route: what the chosen recipe of a role can make."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fabplan.architectures.base import RoleLimits
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.planner.route import Choice, Route, method_of


def role_limits(choice: Choice, route: Route, catalog: Catalog) -> RoleLimits:
    """What the chosen recipe of a role can make: the method's physics, the recipe, its mask step, the lab."""
    values: dict[str, Any] = dict(choice.method.limits(choice.settings))
    for recipe_id in choice.recipe.before:
        before = catalog.recipes.get(recipe_id)
        if before is not None:
            module, settings = method_of(before, f"recipes/{before.id}.toml")
            _coarsest(
                values, {k: v for k, v in module.limits(settings).items() if k in ("line", "gap", "placement", "edge")}
            )
            _coarsest(values, _recipe_values(before, ("line", "gap", "edge")))
    values.update(_recipe_values(choice.recipe, tuple(f.name for f in dataclasses.fields(RoleLimits))))
    passes = choice.recipe.limits.passes if choice.recipe.limits else 0
    if passes and values.get("thickness_step"):
        values["thickness_high"] = min(values.get("thickness_high", float("inf")), passes * values["thickness_step"])
    machine = route.machine
    if machine and machine.placement and machine.placement.value and choice.recipe.method in machine.methods:
        values["placement"] = max(values.get("placement", 0.0), machine.placement.value)
    for key, quantity in (("line", route.facility.line), ("gap", route.facility.gap)):
        if quantity and quantity.value:
            values[key] = max(values.get(key, 0.0), quantity.value)
    known = {f.name for f in dataclasses.fields(RoleLimits)}
    return RoleLimits(**{k: v for k, v in values.items() if k in known and v is not None})


def _recipe_values(recipe: Recipe, keys: tuple[str, ...]) -> dict[str, float]:
    found = {k: getattr(recipe.limits, k, None) for k in keys} if recipe.limits else {}
    return {k: q.value for k, q in found.items() if q is not None and q.value is not None}


def _coarsest(values: dict[str, Any], other: Mapping[str, float]) -> None:
    for key, value in other.items():
        values[key] = max(values.get(key) or 0.0, value)
