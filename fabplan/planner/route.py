"""The route: which recipe makes which layer, and the limits that follow.

A structure names the operations that build it (``FLOW``); this module finds a recipe for each,
from the spec, from the structure's shipped starting point, or from the catalog.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from fabplan import plugins
from fabplan.architectures.base import Operation
from fabplan.catalog.loader import Catalog, Named, find, fold
from fabplan.catalog.types import Facility, Machine, Material, Recipe
from fabplan.errors import BadInput, Infeasible, Problem, listed, nearest
from fabplan.methods.base import Work
from fabplan.planner import half_cell
from fabplan.planner.spec import Spec
from fabplan.records import CONFIDENCES, Origin, as_confidence, read

R = TypeVar("R", bound=Named)
ACTIVE_ROLES = ("anode", "cathode", "electrolyte")
COVERS = ("lid", "seal", "encapsulation")  # roles of encapsulants
PLUG = "seal"  # closes the port of a lid: beside a lid it keeps no water from passing through the lid's frame
NEAREST = "nearest that does"  # end of the reason of a recipe that stands for one that leaves another material
CONDUCTOR_ROLES = ("collector", "anode_collector", "cathode_collector")


@dataclass(frozen=True)
class Choice:
    """What makes one role: the material it leaves, its recipe, the method's module and read settings."""

    role: str
    material: Material
    recipe: Recipe
    method: ModuleType
    settings: Any
    reason: str


@dataclass(frozen=True)
class Missing:
    """A role that nothing makes: why and what would help, or the processes that the lab lacks for it."""

    role: str
    reason: str = ""
    change: str = ""
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A recipe at its place in the flow.

    Parameters
    ----------
    role : that it belongs to
    main : whether it makes that role
    before : what is done first and is no recipe, e.g. ``"into the glove box"``
    hold : whether what it leaves is measured before anything else is done
    """

    role: str
    recipe: str
    main: bool
    before: tuple[str, ...] = ()
    hold: bool = False


@dataclass(frozen=True)
class Route:
    """All choices of a structure, in the order of its flow.

    Parameters
    ----------
    operations : in the order in which they are done
    order : of printing: ``"by-ink"``, ``"by-layer"``, or empty: as the nozzle needs it
    fill : how beads of a printed layer hang together, empty for what the recipe says
    flow : every recipe in order, as the flow search found it; empty: in the order of the operations
    remark : what the flow search has to say about that order, a sentence; ``""`` when it was not asked
    """

    choices: Mapping[str, Choice]
    operations: tuple[Operation, ...]
    substrate: Material
    machine: Machine | None
    facility: Facility
    flow: tuple[Placed, ...] = ()
    remark: str = ""
    order: str = ""
    fill: str = ""

    def material(self, role: str) -> Material | None:
        """Material of a role, None when the structure has no such role."""
        choice = self.choices.get(role)
        return choice.material if choice else None


def method_of(recipe: Recipe, where: str) -> tuple[ModuleType, Any]:
    """The method's module and the recipe's settings, read and checked.

    Raises
    ------
    BadInput : unknown method, or settings that the method refuses
    """
    if recipe.method not in plugins.names("methods"):
        known = plugins.names("methods")
        raise BadInput(
            Problem("unknown process", f"{where}: method", recipe.method, listed(known), nearest(recipe.method, known))
        )
    module = plugins.load("methods", recipe.method)
    problems: list[Problem] = []
    origin = _origin_of(recipe)
    settings = read(module.Settings, recipe.settings, f"{where}: settings", problems, origin=origin)
    if problems:
        raise BadInput(problems)
    return module, settings


def _origin_of(recipe: Recipe) -> Origin:
    return Origin(recipe.source, as_confidence(recipe.confidence))


def choose(spec: Spec, catalog: Catalog, operations: Iterable[Operation], title: str) -> Route:
    """A recipe for every operation.

    Raises
    ------
    BadInput : a name that the catalog does not know
    Infeasible : no recipe makes a layer of the wanted material, or the facility has not the process
    """
    operations = tuple(operations)
    facility = look_up(catalog.facilities, spec.facility, "facility", f"{spec.where}: facility.name")
    substrate = look_up(
        catalog.materials, spec.cell.get("substrate", "glass"), "material", f"{spec.where}: cell.substrate"
    )
    known_roles = {o.role for o in operations}
    if spec.open_structure and not set(spec.route) <= known_roles:
        raise Infeasible([f"it has no {listed(set(spec.route) - known_roles)} to be made as asked"])
    problems = [
        Problem(
            f"the structure {title} has no such role",
            f"{spec.where}: route.{role}",
            role,
            listed(known_roles),
            nearest(role, known_roles),
        )
        for role in spec.route
        if role not in known_roles
    ]
    if problems:
        raise BadInput(problems)
    choices: dict[str, Choice] = {}
    missing: list[Missing] = []
    for operation in operations:
        choice = _choice(spec, catalog, operation, facility)
        if isinstance(choice, Missing):
            missing.append(choice)
        elif choice is not None:
            choices[operation.role] = choice
    if missing:
        raise _infeasible(missing, facility, catalog)
    machine = _machine(spec, catalog, choices)
    return Route(choices, operations, substrate, machine, facility, order=spec.print_order, fill=spec.fill)


def _infeasible(missing: Sequence[Missing], facility: Facility, catalog: Catalog) -> Infeasible:
    """All that is missing; what a lab lacks is said once for all roles, with the labs that have it."""
    reasons = [entry.reason for entry in missing if entry.reason]
    changes = [entry.change for entry in missing if entry.change]
    lacking = [entry for entry in missing if entry.methods]
    if lacking:
        methods = sorted({method for entry in lacking for method in entry.methods})
        roles = ", ".join(entry.role for entry in lacking)
        reasons.append(f"{facility.name} has no {', '.join(methods)}, which the route needs for {roles}")
        others = [f.id for f in catalog.facilities.values() if not f.methods or set(methods) <= set(f.methods)]
        changes.append(f"a facility that has it: {' or '.join(others)}" if others else "another route or structure")
    return Infeasible(reasons, tuple(dict.fromkeys(changes)))


def look_up(records: Mapping[str, R], name: str, kind: str, where: str) -> R:
    """Record by id or alias.

    Raises
    ------
    BadInput : nobody knows that name
    """
    try:
        return find(records, name, where)
    except BadInput as fault:
        what, given = f"unknown {kind}", name[:80] or "nothing"
        raise BadInput(dataclasses.replace(p, what=what, given=given) for p in fault.problems) from None


def wanted_material(spec: Spec, catalog: Catalog, role: str) -> Material | None:
    """Material that the spec names for a role, None when it leaves it open.

    Raises
    ------
    BadInput : nobody knows it, or it cannot be that role
    """
    key = "collector" if role in CONDUCTOR_ROLES else role
    name = spec.cell.get(key)
    if not name:
        return None
    kind, where = key if key in (*ACTIVE_ROLES, "collector") else "", f"{spec.where}: cell.{key}"
    fitting = {m.id: m for m in catalog.materials.values() if not kind or half_cell.fits(m, kind, spec.cell)}
    try:
        material = find(catalog.materials, name, where)
    except BadInput:
        what = f"unknown {kind or 'material'}"
        raise BadInput(Problem(what, where, name[:80], listed(fitting), nearest(name, fitting))) from None
    if material.id not in fitting:
        other = next((f"cell.{k}" for k in ("anode", "cathode") if k in material.kinds), None)
        raise BadInput(Problem(f"{material.name} is no {kind}", where, name, listed(fitting), other))
    return material


def makes(recipe: Recipe, material: Material | None, operation: Operation) -> bool:
    """Whether a recipe can make what an operation needs, of that material."""
    if operation.patterns and recipe.patterned_by not in operation.patterns:
        return False
    if material is None:
        return True
    if not recipe.materials:
        liquid = material.electrolyte is not None and material.electrolyte.state == "liquid"
        return operation.role == "electrolyte" and liquid and recipe.method == "electrolyte-filling"
    return material.id in recipe.materials


def _choice(spec: Spec, catalog: Catalog, operation: Operation, facility: Facility) -> Choice | Missing | None:
    role = operation.role
    material = wanted_material(spec, catalog, role)
    asked = spec.route.get(role, "")
    candidates, reason = _candidates(catalog, asked, material, operation, f"{spec.where}: route.{role}")
    if not candidates:
        return None if operation.optional and not asked else _nothing_makes(catalog, operation, material, asked)
    allowed = [r for r in candidates if not facility.methods or r.method in facility.methods]
    if not allowed:
        return Missing(role, methods=tuple(sorted({r.method for r in candidates})))
    recipe = min(allowed, key=_preference)
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    if material is None and not recipe.materials:
        what = f"{role}: recipe {recipe.id} does not say what it leaves"
        return Missing(role, what, f'name the material: cell.{role} = "..."')
    return Choice(role, material or catalog.materials[recipe.materials[-1]], recipe, module, settings, reason)


def _candidates(
    catalog: Catalog, asked: str, material: Material | None, operation: Operation, where: str
) -> tuple[list[Recipe], str]:
    """Recipes that could make the role: the one that was asked for, else all that fit, and why."""
    methods = plugins.names("methods")
    makers = [r for r in catalog.recipes.values() if makes(r, material, operation)]
    if asked in methods:
        return [r for r in makers if r.method == asked], f"process {asked} was asked for"
    makers = makers if material is not None else []
    if not asked:
        return makers, "the catalog's most trusted recipe for this material"
    found = next((r for r in catalog.recipes.values() if fold(asked) in map(fold, (r.id, *r.aliases))), None)
    if found is None:
        names = [*catalog.recipes, *methods]
        raise BadInput(
            Problem("neither a process nor a recipe", where, asked[:80], listed(names), nearest(asked, names))
        )
    if makes(found, material, operation):
        return [found], "named in the spec"
    same = [r for r in makers if r.method == found.method]
    leaves = material.id if material else operation.role
    return same or makers, f"{found.id} does not leave {leaves} here; {NEAREST}"


def _preference(recipe: Recipe) -> tuple[bool, int, str]:
    """Recipes whose time is known first, then the most trusted, then by name."""
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    layer = Work(thickness=1e-6, area=1e-6, volume=1e-12, path_length=1e-2)
    known = module.duration(settings, layer) is not None
    level = CONFIDENCES.index(recipe.confidence) if recipe.confidence in CONFIDENCES else len(CONFIDENCES)
    return not known, level, recipe.id


def _nothing_makes(catalog: Catalog, operation: Operation, material: Material | None, asked: str) -> Missing:
    role = operation.role
    if material is None:
        return Missing(role, f"{role}: no recipe was named", f'name one: route.{role} = "..."')
    makers = sorted({r.method for r in catalog.recipes.values() if makes(r, material, operation)})
    if makers:
        reason = f"{role}: the catalog has no recipe for {material.name} by {asked}"
        return Missing(role, reason, f"route.{role} = {' or '.join(makers)}")
    kind = role if role in ACTIVE_ROLES else "collector"
    fitting = [m for m in catalog.materials.values() if kind in m.kinds]
    possible = [m.id for m in fitting if any(makes(r, m, operation) for r in catalog.recipes.values())]
    how = f" patterned by {' or '.join(operation.patterns)}" if operation.patterns else ""
    reason = f"{role}: the catalog has no recipe for {material.name}{how}"
    return Missing(role, reason, f"{role} with such a recipe: {listed(possible)}; or your own in an overlay")


def _machine(spec: Spec, catalog: Catalog, choices: Mapping[str, Choice]) -> Machine | None:
    """The machine that runs the programs of this route, None when nothing is printed."""
    drawn = [c.recipe for c in choices.values() if c.recipe.patterned_by in ("bead", "drops", "raster")]
    printed = {recipe.method for recipe in drawn}
    after = (catalog.recipes.get(name) for recipe in drawn for name in recipe.after)
    known = [recipe for recipe in after if recipe is not None]
    printed |= {r.method for r in known if hasattr(method_of(r, f"recipes/{r.id}.toml")[0], "sweep")}
    if spec.machine:
        machine: Machine = look_up(catalog.machines, spec.machine, "machine", f"{spec.where}: machine.name")
        return machine if printed else None
    fitting = [m for m in catalog.machines.values() if printed & set(m.methods)]
    return min(fitting, key=lambda m: m.id != "diw-gantry") if printed and fitting else None
