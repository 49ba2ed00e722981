"""What stands beside the cell on its plates or is cut into its lid: what request, route and recipes ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fabplan.catalog.types import Recipe
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import nanometres
from fabplan.layout import dummies
from fabplan.layout.dummies import Fill
from fabplan.layout.masks import KINDS, Patterning
from fabplan.layout.ports import Wanted, port_findings, ports
from fabplan.layout.types import Layer
from fabplan.planner.mask_wishes import Wishes
from fabplan.planner.route import Route

#: the current thins out where much is covered
PLATED = ("electrodeposition", "pulsed-electrodeposition", "template-electrodeposition")


def with_extras(
    layers: Sequence[Layer],
    bodies: Sequence[Body],
    route: Route,
    numbers: Mapping[str, int],
    patterning: Mapping[str, Patterning],
    recipes: Mapping[str, Recipe],
    wanted: Wishes,
) -> tuple[Layer, ...]:
    """The layer table with dummy fill before the outlines and the openings of the lid after them.

    Parameters
    ----------
    numbers : made_by -> number of its plate
    """
    fill = dummies.fill(layers, filled(route, numbers, patterning, recipes, wanted))
    ends = [layer for layer in layers if layer.role == "outline"]
    openings = ports(bodies, lid_ports(route, wanted))
    return (*(layer for layer in layers if layer.role != "outline"), *fill, *ends, *openings)


def filled(
    route: Route,
    numbers: Mapping[str, int],
    patterning: Mapping[str, Patterning],
    recipes: Mapping[str, Recipe],
    wanted: Wishes,
) -> tuple[Fill, ...]:
    """Plates whose layer is etched or plated: both run unevenly where the covered share varies.

    The share is that of the request, else the one that the recipe of the layer or of its etch needs.
    """
    side, apart, found = nanometres(wanted.fill_size), nanometres(wanted.fill_distance), []
    for role, choice in route.choices.items():
        how = patterning[role].by if role in numbers else ""
        if how not in KINDS or not (how == "etch" or choice.recipe.method in PLATED):
            continue
        share = wanted.fill or _needed([choice.recipe, *map(recipes.get, choice.recipe.after)])
        if share:
            found.append(Fill(numbers[role], side, share, apart))
    return tuple(found)


def _needed(recipes: Sequence[Recipe | None]) -> float:
    """Share that one of several recipes needs, 0 where none says so."""
    limits = [recipe.limits for recipe in recipes if recipe is not None and recipe.limits is not None]
    return max((one.density.value or 0.0 for one in limits if one.density is not None), default=0.0)


def lid_ports(route: Route, wanted: Wishes) -> Wanted:
    """Whether the lid's process leaves ports, and how wide: as asked, else as wide as the plug's compound fills."""
    lid = route.choices.get("lid")
    found = Wanted(lid is not None and lid.recipe.settings.get("port") is True)
    if wanted.port:
        return replace(found, diameter=nanometres(wanted.port), source="masks.port")
    plug = route.choices.get("seal")
    known = None if plug is None else getattr(plug.settings, "gap_fill", None)
    if known is None or known.value is None or plug is None:
        return found
    told = f"what the plug of {plug.recipe.id} fills, {known.source}, confidence {known.confidence}"
    return replace(found, diameter=nanometres(known.value), source=told)


def extra_findings(
    layers: Sequence[Layer], bodies: Sequence[Body], route: Route, wanted: Wishes
) -> Iterator[Finding]:
    """``fill-port`` and ``mask-fill``."""
    yield from port_findings(bodies, lid_ports(route, wanted))
    yield from dummies.fill_findings(layers, wanted.fill)
