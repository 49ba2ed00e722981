"""Which techniques may make which role: what a spec names, or all that leave the same and are patterned alike."""

from __future__ import annotations

from collections.abc import Sequence

from fabplan.architectures.base import Operation
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Material, Recipe
from fabplan.errors import Infeasible
from fabplan.planner.flow_search_model import Slot, Technique, order, technique
from fabplan.planner.route import CONDUCTOR_ROLES, COVERS, Route, makes, wanted_material
from fabplan.planner.spec import Spec


def of_route(route: Route, catalog: Catalog, in_order: bool = False) -> tuple[Slot, ...]:
    """Slots of a route, each with the recipe that was chosen.

    Parameters
    ----------
    in_order : every role waits for all that the structure names before it
    """
    made = [route.choices[o.role] for o in route.operations if o.role in route.choices]
    roles = [choice.role for choice in made]
    return tuple(
        Slot(
            choice.role,
            (technique(choice.role, choice.recipe, choice.material, catalog),),
            tuple(roles[:place]) if in_order else order(roles, choice.role),
        )
        for place, choice in enumerate(made)
    )


def of_spec(
    asked: Spec, full: Spec, catalog: Catalog, operations: Sequence[Operation], free: str = ""
) -> tuple[Slot, ...]:
    """Slots of a spec with all techniques that it leaves open.

    Parameters
    ----------
    asked : as the user wrote it, ``full`` : completed from its starting point
    free : role whose material is left open, to look for a change that helps

    Raises
    ------
    Infeasible : nothing makes a role
    """
    found: list[tuple[str, tuple[Technique, ...]]] = []
    missing = []
    for operation in operations:
        ways = _techniques(asked, full, catalog, operation, free)
        if ways:
            found.append((operation.role, ways))
        elif not operation.optional:
            missing.append(f"{operation.role}: no recipe is known for it")
    if missing:
        raise Infeasible(missing)
    roles = [role for role, _ in found]
    return tuple(Slot(role, ways, order(roles, role)) for role, ways in found)


def _techniques(
    asked: Spec, full: Spec, catalog: Catalog, operation: Operation, free: str
) -> tuple[Technique, ...]:
    """Ways to make a role: what the spec asks for, else every recipe that leaves the same and is patterned alike."""
    role = operation.role
    material = wanted_material(full, catalog, role)
    start = _by_name(catalog, full.route.get(role, ""))
    if material is None and start is not None and start.materials:
        material = catalog.materials.get(start.materials[-1])
    if material is None and start is None:
        return ()
    wish = asked.route.get(role, "") if role != free else ""
    open_material = material if role != free else None
    ways = []
    for recipe in catalog.recipes.values():
        if wish and wish not in (recipe.id, recipe.method, *recipe.aliases):
            continue
        if recipe is not start and not _fits(recipe, start, open_material, role, catalog, operation):
            continue
        own = material if material and makes(recipe, material, Operation(role)) else _leaves(recipe, catalog)
        if own is not None:
            ways.append(technique(role, recipe, own, catalog))
    return tuple(ways)


def _by_name(catalog: Catalog, name: str) -> Recipe | None:
    return next((r for r in catalog.recipes.values() if name and name in (r.id, *r.aliases)), None)


def _leaves(recipe: Recipe, catalog: Catalog) -> Material | None:
    return catalog.materials.get(recipe.materials[-1]) if recipe.materials else None


def _fits(
    recipe: Recipe,
    start: Recipe | None,
    material: Material | None,
    role: str,
    catalog: Catalog,
    operation: Operation,
) -> bool:
    """Whether a recipe can stand in for the starting point's: same material (or same kind), same way of patterning."""
    if operation.patterns and recipe.patterned_by not in operation.patterns:
        return False
    if start is not None and _drawn(recipe) != _drawn(start):
        return False
    if material is not None:
        return makes(recipe, material, Operation(role))
    own = _leaves(recipe, catalog)
    kind = "collector" if role in CONDUCTOR_ROLES else "encapsulant" if role in COVERS else role
    return own is not None and kind in own.kinds


def _drawn(recipe: Recipe) -> str:
    """How a recipe gets an outline, as far as another one can stand in for it."""
    return recipe.patterned_by if recipe.patterned_by in ("none", "blanket", "bead") else "drawn"
