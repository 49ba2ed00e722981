"""Process bias of a plate: by how much what is made lies outside or inside of what the plate draws.

A recipe states it as ``bias``; where it does not, the undercut of the etch that gives the layer its outline is one:
sideways over down, times the thickness with the over-etch. An undercut of low confidence is named and not drawn,
because a plate is paid for and cannot be changed afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.methods.base import Work
from fabplan.planner.route import method_of
from fabplan.records import Confidence, worst

UNKNOWN = "not known: drawn as designed; measure a line on a trial part, enter `bias` in the recipe (catalog overlay)"


@dataclass(frozen=True)
class Bias:
    """What is known of one plate.

    Parameters
    ----------
    made : how far each edge of what is made lies outside of the plate's [m], negative for inside; 0 when unknown
    source : who says so, or why nothing is drawn
    confidence : how sure; empty when unknown
    """

    made: float
    source: str
    confidence: str


def process_bias(recipe: Recipe, catalog: Catalog, thickness: float) -> Bias:
    """Bias a side of the layer that a recipe makes.

    Parameters
    ----------
    thickness : of the layer [m], which an etch goes through
    """
    stated = recipe.bias
    if stated is not None and stated.value is not None:
        return Bias(stated.value, f"recipe {recipe.id}: {stated.source}", stated.confidence)
    if recipe.patterned_by == "etch":
        for other in (recipe, *map(catalog.recipes.get, recipe.after)):
            if other is not None and other.method == "etching" and (found := _undercut(other, thickness)) is not None:
                return found
    return Bias(0.0, UNKNOWN, "")


def _undercut(recipe: Recipe, thickness: float) -> Bias | None:
    """Bias by an etch under its mask; None where it states no undercut."""
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    inwards = module.lateral(settings, Work(thickness=thickness))
    if inwards is None:
        return None
    sure: Confidence = worst([settings.undercut.confidence, settings.over_etch.confidence])
    told = f"undercut of {recipe.id}, {settings.undercut.source}"
    if settings.undercut.confidence == "low":
        shown = units.show(inwards, "length")
        return Bias(0.0, f"{told}: {shown} a side by a value of low confidence, not drawn; {UNKNOWN}", "")
    return Bias(-inwards, told, sure)
