"""Flows for a spec: the best ones, or why there is none and what would make one possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fabplan import plugins
from fabplan.architectures.base import Operation
from fabplan.catalog.loader import Catalog
from fabplan.errors import Infeasible
from fabplan.planner import cell_rules, electrical, half_cell
from fabplan.planner.attempt import candidates, fixed_parameters, operations_of
from fabplan.planner.flow_search import search
from fabplan.planner.flow_search_recipes import Ready, ready
from fabplan.planner.flow_search_slots import of_spec
from fabplan.planner.flow_search_task import Ground, Task, assembled
from fabplan.planner.flow_told import Asked, Flow, infeasible, told
from fabplan.planner.flow_wishes import Weights
from fabplan.planner.route import choose, look_up
from fabplan.planner.spec import Spec

N_P_RATIOS = (0.5, 5.0)  # the least and most that a spec may ask (`fabplan.planner.spec`)


def asked(spec: Spec) -> Asked:
    """The spec with lithium as anode, its first completion and the operations of the structure."""
    _, full = candidates(spec)[0]
    module = plugins.load("architectures", str(full.architecture))
    return Asked(half_cell.written_in_order(spec), full, operations_of(module, fixed_parameters(full, module)))


def flows(
    spec: Spec, catalog: Catalog, most: int = 3, weights: Weights | None = None, reflow: bool = False
) -> tuple[Flow, ...]:
    """The ``most`` cheapest flows that build the spec's structure.

    Parameters
    ----------
    weights, reflow : instead of what the spec's ``[flow]`` table says

    Raises
    ------
    BadInput : a name that the catalog does not know
    Infeasible : no order of any recipes keeps all rules; says which rules, and what would make a flow possible
    """
    known = ready(catalog.recipes.values())
    wanted = asked(spec)
    here = ground(wanted.full, catalog, weights or spec.flow.weights, reflow or spec.flow.reflow, wanted.operations)
    made = assembled(of_spec(wanted.spec, wanted.full, catalog, wanted.operations), here, catalog, known)
    found = search(made.problem, most, frozenset(t.fact for s in made.slots for t in s.techniques))
    if not found.flows:
        raise infeasible(made, wanted, catalog, here)
    return tuple(told(made, flow, here.weights, flow is found.flows[0]) for flow in found.flows)


def task(
    spec: Spec, catalog: Catalog, known: Mapping[str, Ready], weights: Weights | None = None, reflow: bool = False
) -> Task:
    """Slots, operators, constraints of a spec.

    Parameters
    ----------
    known : recipes of the catalog with their methods
    reflow : the finished cell is soldered
    """
    wanted = asked(spec)
    here = ground(wanted.full, catalog, weights or spec.flow.weights, reflow, wanted.operations)
    return assembled(of_spec(wanted.spec, wanted.full, catalog, wanted.operations), here, catalog, known)


def ground(
    full: Spec, catalog: Catalog, weights: Weights, reflow: bool = False, operations: Sequence[Operation] = ()
) -> Ground:
    """Substrate, lab, weights of a completed spec, and the potentials of its balanced cell where they are known."""
    base = full.cell.get("substrate", "glass")
    substrate = look_up(catalog.materials, base, "material", f"{full.where}: cell.substrate")
    facility = look_up(catalog.facilities, full.facility, "facility", f"{full.where}: facility.name")
    return Ground(substrate, facility, full.footprint.area, weights, reflow, _potentials(full, catalog, operations))


def _potentials(full: Spec, catalog: Catalog, operations: Sequence[Operation]) -> dict[str, tuple[float, float]]:
    """Potentials that no balance of the electrodes avoids: each one as much larger than the other as a spec may ask.

    None where the cell has no estimate; its materials' whole windows count then.
    """
    try:
        chem = electrical.chemistry(choose(full, catalog, operations, full.name), catalog)
    except Infeasible:
        return {}
    if any(not p.metal and p.ocp not in catalog.ocp for p in (chem.anode, chem.cathode)):
        return {}
    found = {}
    for net, ratio in zip(("anode", "cathode"), reversed(N_P_RATIOS), strict=True):
        charges = {"anode_capacity_Ah": ratio, "cathode_capacity_Ah": 1.0}
        found[net] = cell_rules.of_both(chem, catalog, charges)[net]
    return found
