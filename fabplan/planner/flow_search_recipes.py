"""Recipes made ready for the flow search: method and settings read once for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from fabplan import plugins
from fabplan.catalog.types import Recipe
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.records import CONFIDENCES, Confidence, Origin, read


@dataclass(frozen=True)
class Ready:
    """A recipe with its method, and what it does to a part.

    Parameters
    ----------
    hot : hottest that the part gets [K], None when it is not heated or nobody knows
    vacuum : whether the part sees a vacuum; the settings decide where the method lets them
    port : whether a lid leaves a port open
    """

    recipe: Recipe
    method: ModuleType
    settings: Any
    hot: float | None
    vacuum: bool
    port: bool


def ready(recipes: Iterable[Recipe]) -> Mapping[str, Ready]:
    """All recipes, read.

    Listing the processes asks the packages that are installed: once for all recipes, not once each.

    Raises
    ------
    BadInput : unknown processes and settings that a process refuses, all at once
    """
    known = {p.name: p for p in plugins.found("methods") if not p.fault}
    modules: dict[str, ModuleType] = {}
    problems: list[Problem] = []
    made = {}
    for recipe in recipes:
        if recipe.method not in modules:
            module = plugins.loaded(known[recipe.method]) if recipe.method in known else None
            if not isinstance(module, ModuleType):
                near = nearest(recipe.method, known)
                where = f"recipes/{recipe.id}.toml: method"
                problems.append(Problem("unknown process", where, recipe.method, listed(known), near))
                continue
            modules[recipe.method] = module
        made[recipe.id] = _ready(recipe, modules[recipe.method], problems)
    if problems:
        raise BadInput(problems)
    return made


def _ready(recipe: Recipe, method: ModuleType, problems: list[Problem]) -> Ready:
    confidence: Confidence = recipe.confidence if recipe.confidence in CONFIDENCES else "low"
    where = f"recipes/{recipe.id}.toml: settings"
    settings = read(method.Settings, recipe.settings, where, problems, origin=Origin(recipe.source, confidence))
    if settings is None:
        return Ready(recipe, method, None, None, False, False)
    decides = getattr(method, "vacuum", None)
    vacuum = bool(decides(settings)) if decides else bool(method.VACUUM)
    return Ready(recipe, method, settings, method.temperature(settings), vacuum, bool(getattr(settings, "port", False)))
