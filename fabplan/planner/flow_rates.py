"""What a step costs: the tools of the lab where it states them, else the shipped rates (``rates.toml``)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from fabplan import resources
from fabplan.catalog.tools import Tool
from fabplan.catalog.types import Facility, Recipe
from fabplan.methods.base import value

FAILURE = {"high": 0.02, "medium": 0.05, "low": 0.10}  # share of parts lost in a step by confidence (judgement)


@dataclass(frozen=True)
class Rates:
    """Money per hour by process and for those that are not named, over which the lab's own tools win.

    Parameters
    ----------
    area : plan area of a layer [m²], for comparing times before anything is drawn
    """

    per_hour: Mapping[str, float]
    other: float
    area: float
    facility: Facility

    def hourly(self, recipe: Recipe) -> float:
        """Money per hour of the tool that runs a recipe, with the room."""
        tool = self.tool(recipe)
        own = value(tool.hourly_cost) if tool else None
        if own is None:
            return self.per_hour.get(recipe.method, self.other)
        return own + (value(self.facility.hourly_cost) or 0.0)

    def run(self, recipe: Recipe) -> float:
        """Money of a run beyond its hours."""
        tool = self.tool(recipe)
        return (value(tool.run_cost) if tool else None) or 0.0

    def risk(self, recipe: Recipe) -> float:
        """−ln(yield) of a step: the lab's own share of good parts, else by the recipe's confidence."""
        tool = self.tool(recipe)
        good = value(tool.good_share) if tool else None
        lost = FAILURE.get(recipe.confidence, FAILURE["low"])
        return -math.log(good if good else 1.0 - lost)

    def tool(self, recipe: Recipe) -> Tool | None:
        """The lab's tool for a recipe: one that names it before one that runs its process."""
        named = (t for t in self.facility.tools if recipe.id in t.recipes)
        general = (t for t in self.facility.tools if not t.recipes and recipe.method in t.methods)
        return next(named, None) or next(general, None)


def rates(facility: Facility, area: float) -> Rates:
    """The shipped rates with a lab's tools over them."""
    data = tomllib.loads((resources.recipes_folder() / "rates.toml").read_text(encoding="utf-8"))
    return Rates(data["per_hour"], float(data["other"]), area, facility)
