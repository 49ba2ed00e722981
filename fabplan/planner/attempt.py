"""One attempt: a completed spec, its route, chemistry and search; nothing drawn yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from fabplan import plugins, units
from fabplan.architectures.base import Operation, Request
from fabplan.catalog.loader import Catalog
from fabplan.errors import BadInput, Infeasible, listed, nearest
from fabplan.errors import Problem as Fault
from fabplan.methods.base import value
from fabplan.planner import coats, electrical, half_cell, lithium_free
from fabplan.planner.flow_plan import settled
from fabplan.planner.footprint_site import stood, why_nowhere
from fabplan.planner.route import Route, choose, look_up, wanted_material
from fabplan.planner.route_limits import role_limits
from fabplan.planner.search import Sized
from fabplan.planner.size import Problem
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import shipped, shipped_names

LEAST_CUT_OFF = 0.05  # volt: a pair whose discharge ends below it gives nothing to a load
KINDS_OF_KEY = {"masks.profile": "profile"}  # words of a message where the table is called otherwise
DEFAULT_HEIGHT = 2e-3  # metre: everything the review calls a micro cell is lower


@dataclass(frozen=True)
class Attempt:
    """A spec made whole, and what came of it.

    Parameters
    ----------
    spec : with every cell and route entry filled in
    problem : what was searched; None when there is no route
    sized : outcome of the search, None when there is no route
    reasons, changes : why it ended early and what would help, empty otherwise
    notes : where on the user's outline it stands, sentences
    """

    spec: Spec
    title: str
    start: str
    problem: Problem | None
    sized: Sized | None
    reasons: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def starting_points(spec: Spec, every: bool = False) -> tuple[tuple[str, Spec], ...]:
    """Shipped specs that can complete a request: those of the asked structure, best match of materials first.

    Parameters
    ----------
    every : also the specs that bear their structure's name and are no starting points of an open request
    """
    found = []
    for name in shipped_names():
        data = shipped(name)
        start = parse(data, name)
        offered = data.get("starting_point", False) or (every and name == start.architecture)
        if offered and (spec.architecture in (None, start.architecture)):
            matches = sum(start.cell.get(k) == v for k, v in spec.cell.items())
            found.append((-matches, name, start))
    return tuple((name, start) for _, name, start in sorted(found, key=lambda f: f[:2]))


def completed(spec: Spec, start: Spec) -> Spec:
    """The spec with what it leaves open taken from a starting point.

    A route entry of the starting point is taken only where the material it makes is the wanted one.
    """
    cell = {**start.cell, **spec.cell}
    changed = {k for k, v in spec.cell.items() if v != start.cell.get(k)}
    if "collector" in changed:
        changed |= {"anode_collector", "cathode_collector"}
    route = {**{r: p for r, p in start.route.items() if r not in changed}, **spec.route}
    return dataclasses.replace(
        spec,
        open_structure=spec.architecture is None,
        architecture=spec.architecture or start.architecture,
        cell=cell,
        variants={**start.variants, **spec.variants},
        route=route,
        height_max=spec.height_max or start.height_max or DEFAULT_HEIGHT,
        machine=spec.machine or start.machine,
        dialect=spec.dialect or (start.dialect if not spec.machine else None),
    )


def candidates(spec: Spec, every: bool = False) -> tuple[tuple[str, Spec], ...]:
    """Completed specs to try, with the name of their starting point; ``every`` as in `starting_points`.

    Raises
    ------
    BadInput : unknown structure
    """
    known = plugins.names("architectures")
    spec = half_cell.written_in_order(spec)
    if spec.architecture is not None and spec.architecture not in known:
        raise BadInput(
            Fault(
                "unknown structure",
                f"{spec.where}: cell.architecture",
                spec.architecture[:80],
                listed(known),
                nearest(spec.architecture, known),
            )
        )
    starts = starting_points(spec, every or spec.architecture is not None)
    if spec.architecture is None:
        _check_roles(spec, {start.architecture for _, start in starts})
        return tuple((name, completed(spec, start)) for name, start in starts)
    if not starts:
        return ((spec.name, dataclasses.replace(spec, height_max=spec.height_max or DEFAULT_HEIGHT)),)
    # a chemistry that names no starting point's own keeps all of them open
    best = [s for s in starts if all(s[1].cell.get(k) == v for k, v in spec.cell.items())] or list(starts)
    own = [s for s in best if s[0] == spec.name]
    return tuple((name, completed(spec, start)) for name, start in (own or best))


def _check_roles(spec: Spec, structures: Iterable[str | None]) -> None:
    """Every role of the route is a role of some structure."""
    modules = [plugins.load("architectures", name) for name in sorted(n for n in structures if n)]
    known = {operation.role for module in modules for operation in module.FLOW}
    faults = [
        Fault(
            "no structure has such a role",
            f"{spec.where}: route.{role}",
            role[:80],
            listed(known),
            nearest(role, known),
        )
        for role in spec.route
        if role not in known
    ]
    if faults:
        raise BadInput(faults)


def fixed_parameters(spec: Spec, architecture: ModuleType) -> dict[str, float]:
    """The spec's ``[parameters]`` in SI.

    Raises
    ------
    BadInput : unknown parameter, wrong dimension, outside its range
    """
    fields = {f.name: f.metadata for f in dataclasses.fields(architecture.Params)}
    faults: list[Fault] = []
    fixed: dict[str, float] = {}
    for name, given in spec.parameters.items():
        where = f"{spec.where}: parameters.{name}"
        if name not in fields:
            faults.append(Fault("unknown parameter", where, None, listed(fields), nearest(name, fields)))
            continue
        meta = fields[name]
        try:
            given_value = units.parse(given, meta["dimension"], where)
        except BadInput as fault:
            faults.extend(fault.problems)
            continue
        if not meta["low"] <= given_value <= meta["high"]:
            allowed = f"{units.show(meta['low'], meta['dimension'])} to {units.show(meta['high'], meta['dimension'])}"
            faults.append(Fault("out of range", where, repr(given)[:60], allowed))
        fixed[name] = given_value
    for key, given in spec.variants.items():
        fixed |= _variant(key, given, architecture, fixed, f"{spec.where}: cell.{key}", faults)
    if faults:
        raise BadInput(faults)
    return fixed


def _variant(
    key: str, given: str, architecture: ModuleType, fixed: Mapping[str, float], where: str, faults: list[Fault]
) -> dict[str, float]:
    """The parameter that a named variant of the structure fixes."""
    offered = getattr(architecture, "VARIANTS", {})
    if key not in offered:
        faults.append(Fault(f"{architecture.TITLE} has no such choice", where, repr(given)[:60], "left out"))
        return {}
    name, values = offered[key]
    if given not in values:
        faults.append(Fault("unknown variant", where, repr(given)[:60], listed(values), nearest(given, values)))
    elif fixed.get(name, values[given]) != values[given]:
        faults.append(Fault(f"parameters.{name} says otherwise", where, repr(given)[:60], "one of both left out"))
    else:
        return {name: values[given]}
    return {}


def check_pattern(spec: Spec, architecture: ModuleType, fixed: Mapping[str, float]) -> None:
    """Whether the structure draws the asked pattern.

    Raises
    ------
    BadInput : it has no patterns, or a parameter is fixed that only combs have
    """
    if spec.pattern == "comb":
        return
    where, given = f"{spec.where}: cell.pattern", repr(spec.pattern)
    if getattr(architecture, "PATTERN", None) is None:
        text = f"{architecture.TITLE} is not drawn as a pattern: only planar-interdigital is"
        raise BadInput(Fault(text, where, given, "comb, or cell.architecture = planar-interdigital"))
    faults = [
        Fault("only the comb has it", f"{spec.where}: parameters.{name}", None, 'left out, or cell.pattern = "comb"')
        for name in ("fingers", "finger_length", "anode_ended")
        if name in fixed
    ]
    if faults:
        raise BadInput(faults)


def request(
    spec: Spec, route: Route, catalog: Catalog, chem: electrical.Chemistry, fixed: Mapping[str, float]
) -> Request:
    """What the structure needs to lay itself out."""
    thickness = {
        role: c.recipe.thickness.value
        for role, c in route.choices.items()
        if c.recipe.thickness is not None and c.recipe.thickness.value is not None
    }
    return Request(
        footprint=spec.footprint,
        materials={**{r: c.material.id for r, c in route.choices.items()}, "substrate": route.substrate.id},
        limits={role: role_limits(c, route, catalog) for role, c in route.choices.items()},
        # lithium metal is not sized by the balance: its recipe says how thick it is
        capacity={side: p.capacity for side, p in (("anode", chem.anode), ("cathode", chem.cathode)) if not p.metal},
        n_p_ratio=spec.target.n_p_ratio,
        height_max=spec.height_max or DEFAULT_HEIGHT,
        fixed=fixed,
        thickness=thickness,
        pattern=spec.pattern,
    )


def operations_of(architecture: ModuleType, fixed: Mapping[str, float]) -> tuple[Operation, ...]:
    """Operations of a structure; one that has variants orders them by its fixed parameters."""
    own = getattr(architecture, "flow", None)
    operations: tuple[Operation, ...] = architecture.FLOW if own is None else own(fixed)
    return operations


def attempt(start: str, spec: Spec, catalog: Catalog) -> Attempt:
    """Route, chemistry and search of one completed spec."""
    assert spec.architecture is not None
    architecture = plugins.load("architectures", spec.architecture)
    fixed = fixed_parameters(spec, architecture)
    check_pattern(spec, architecture, fixed)
    title = f"{architecture.TITLE} ({spec.cell.get('anode')}/{spec.cell.get('cathode')})"
    try:
        route = choose(spec, catalog, operations_of(architecture, fixed), architecture.TITLE)
        route = settled(spec, route, catalog)
    except Infeasible as fault:
        return Attempt(spec, title, start, None, None, fault.reasons, fault.changes)
    lacking = _lacking(route, catalog)
    if lacking:
        return Attempt(spec, title, start, None, None, lacking, ("complete it in a catalog overlay (--catalog)",))
    chem = electrical.chemistry(route, catalog)
    if getattr(architecture, "plated_at_first_charge", lambda _: False)(fixed):
        chem = lithium_free.after_first_charge(chem)
    inside = getattr(architecture, "inside", None)
    if inside is not None:
        chem = coats.coated(chem, inside(fixed), route)
    low, high = electrical.cutoffs(chem, catalog)
    unfit = _unfit(chem, architecture, low, high)
    if unfit:
        return Attempt(spec, title, start, None, None, (unfit[0],), (unfit[1],))
    problem = Problem(architecture, request(spec, route, catalog, chem, fixed), route, chem, catalog, spec.target, low)
    barred = getattr(architecture, "refused", lambda _: None)(problem.request)
    if barred:
        return Attempt(spec, title, start, None, None, (barred[0],), (barred[1],))
    stand = stood(problem)
    reasons = () if stand.sized.candidates else stand.reasons or why_nowhere(spec.footprint)
    if reasons:
        return Attempt(spec, title, start, None, None, reasons, ("footprint.terminals left open, or keep-outs moved",))
    return Attempt(spec, title, start, stand.problem, stand.sized, notes=stand.notes)


def _lacking(route: Route, catalog: Catalog) -> tuple[str, ...]:
    """What the catalog does not know of the chosen materials and without which nothing can be estimated."""
    found = []
    for role in ("anode", "cathode"):
        material = route.choices[role].material
        data = material.electrode
        if electrical.is_lithium(material):
            continue
        if data is None or data.ocp not in catalog.ocp:
            found.append(f"{role}: nobody has stated an open-circuit potential of {material.name}")
        elif not value(data.maximum_concentration):
            found.append(f"{role}: nobody has stated how much lithium {material.name} takes up per volume")
    material = route.choices["electrolyte"].material
    if material.electrolyte is None or not value(material.electrolyte.conductivity):
        found.append(f"electrolyte: nobody has stated the ionic conductivity of {material.name}")
    return tuple(found)


def _unfit(chem: electrical.Chemistry, architecture: ModuleType, low: float, high: float) -> tuple[str, str] | None:
    """Why no estimator of this version answers a pair, or why it gives no voltage; and what would help."""
    anode, cathode = chem.anode.material, chem.cathode.material
    if chem.cathode.metal:
        return "lithium metal against lithium metal gives no voltage", "name another material for one side"
    if architecture.ESTIMATOR == "film-coaxial" and not chem.dense:
        text = f"{anode} and {cathode} are not both dense: nested films cannot be answered with porous layers"
        return text, "recipes that leave dense films"
    if electrical.mixed(chem) and architecture.ESTIMATOR != "film-planar":
        text = f"{anode} and {cathode} are a dense film and a porous layer: they can be estimated in a laminate only"
        return text, "recipes of one kind for both electrodes"
    if high <= low or (low <= LEAST_CUT_OFF and not chem.anode_material_tested):
        text = f"{anode} against {cathode} gives no usable voltage ({high:.2f} V at full charge)"
        return text, "exchange anode and cathode, or take another pair"
    return None


def check_names(spec: Spec, catalog: Catalog) -> None:
    """Every material that the spec names is known and fits its role; all faults at once.

    Raises
    ------
    BadInput : unknown or unfitting names
    """
    faults: list[Fault] = []
    for role in ("anode", "cathode", "electrolyte", "collector"):
        try:
            wanted_material(spec, catalog, role)
        except BadInput as fault:
            faults.extend(fault.problems)
    named: tuple[tuple[Mapping[str, Any], str | None, str], ...] = (
        (catalog.machines, spec.machine, "machine.name"),
        (catalog.dialects, spec.dialect, "machine.dialect"),
        (catalog.facilities, spec.facility, "facility.name"),
        (catalog.profiles, spec.masks.profile or None, "masks.profile"),
    )
    for records, name, key in named:
        try:
            kind = KINDS_OF_KEY.get(key, key.split(".")[0])
            look_up(records, name or next(iter(records)), kind, f"{spec.where}: {key}")
        except BadInput as fault:
            faults.extend(fault.problems)
    if faults:
        raise BadInput(faults)
