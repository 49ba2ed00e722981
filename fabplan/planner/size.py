"""Sizing: a grid of candidates by closed form, all at once, then the estimator on those that may win.

The target is used here and only here. The equilibrium capacity of all candidates comes from their
closed-form measures; the estimator is asked in the order of the objective until a candidate meets
the target, so that its cost does not grow with the grid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures.base import Request, one, snapped
from fabplan.catalog.loader import Catalog
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.geometry.measures import Measures
from fabplan.methods.base import Work
from fabplan.planner import electrical
from fabplan.planner.electrical import Chemistry
from fabplan.planner.flow import linear_time
from fabplan.planner.route import CONDUCTOR_ROLES, Route
from fabplan.planner.spec import Target

Array = NDArray[np.float64]
BLOCK = 256  # designs the estimator gets at once
BLOCKS = 24  # at most that many blocks: bounds the time of a hopeless request
#: delivered charge may exceed the nominal window by the tail beyond it; a candidate below target/TAIL never meets it
TAIL = 1.15


@dataclass(frozen=True)
class Problem:
    """Everything the search needs; ``cut_off`` is the discharge cut-off [V]."""

    architecture: ModuleType
    request: Request
    route: Route
    chemistry: Chemistry
    catalog: Catalog
    target: Target
    cut_off: float


@dataclass(frozen=True)
class Candidates:
    """All designs of the grid.

    Parameters
    ----------
    params : ``Params`` of arrays, shape (N,)
    measures : their closed-form geometry
    anode_charge, cathode_charge, equilibrium : [C]
    time : fabrication time that depends on the design [s]
    contact : collector resistance of the whole cell [ohm]
    """

    params: Any
    measures: Measures
    anode_charge: Array
    cathode_charge: Array
    equilibrium: Array
    time: Array
    contact: Array

    @property
    def count(self) -> int:
        """Number of designs."""
        return int(self.equilibrium.size)


@dataclass(frozen=True)
class Design:
    """One sized design; capacity and energy as delivered at the target's rate [C], [J]."""

    params: Any
    index: int
    capacity: float
    energy: float
    equilibrium: float
    time: float
    height: float
    area: float


@dataclass(frozen=True)
class Sized:
    """Outcome of a search: the chosen design or None, alternatives with their title, and the best reachable."""

    chosen: Design | None
    alternatives: tuple[tuple[str, Design], ...]
    reachable: Design | None
    candidates: int
    evaluated: int


def grid(problem: Problem) -> Candidates:
    """All candidates inside the limits of route, footprint and height."""
    request, chem = problem.request, problem.chemistry
    params = snapped(problem.architecture.design_space(request))
    measures: Measures = problem.architecture.measures(params, request)
    shape = np.broadcast_shapes(*(np.shape(v) for v in vars(measures).values()))

    def wide(value: Any) -> Array:
        return np.broadcast_to(np.asarray(value, float), shape).ravel()

    anode = wide(measures.anode_volume) * chem.anode.capacity
    cathode = wide(measures.cathode_volume) * chem.cathode.capacity
    both = np.full_like(cathode, np.inf) if chem.anode.metal else anode
    equilibrium = np.where(np.broadcast_to(measures.feasible, shape).ravel(), np.minimum(both, cathode), 0.0)
    return Candidates(
        params,
        measures,
        anode,
        cathode,
        equilibrium,
        wide(_time(problem, params, measures)),
        wide(contact_resistance(problem, measures)),
    )


def contact_resistance(problem: Problem, measures: Measures) -> Any:
    """Resistance of both collectors [ohm]: sheet resistance times squares; unknown resistivity counts as 0."""
    total: Any = 0.0
    for net, squares in (("anode", measures.anode_collector_squares), ("cathode", measures.cathode_collector_squares)):
        sheet = sheet_resistance(problem, net)
        if sheet is not None:
            total = total + sheet * squares
    return total


def collector_role(route: Route, net: str) -> str | None:
    """Role that makes the collector of a net."""
    return next((r for r in (f"{net}_collector", CONDUCTOR_ROLES[0]) if r in route.choices), None)


def sheet_resistance(problem: Problem, net: str) -> float | None:
    """Sheet resistance of a net's collector [ohm], None when it has none or its resistivity is unknown."""
    role = collector_role(problem.route, net)
    if role is None:
        return None
    collector = problem.route.choices[role].material.collector
    thickness = problem.request.thickness.get(role)
    if collector is None or collector.resistivity is None or collector.resistivity.value is None or not thickness:
        return None
    return collector.resistivity.value / thickness


def _time(problem: Problem, params: Any, measures: Measures) -> Any:
    """Time of the steps whose work depends on the design [s]."""
    total: Any = 0.0
    for role in ("anode", "cathode"):
        choice = problem.route.choices[role]
        if choice.recipe.patterned_by == "bead":
            start, slope = linear_time(choice, "path_length", 1.0, Work(filaments=1, path_length=1.0))
            total = total + start + slope * measures.print_length / 2
            continue
        thickness = getattr(params, f"{role}_thickness", None)
        if thickness is None:
            thickness = measures.electrode_height
        step = choice.method.limits(choice.settings).get("thickness_step")
        if step:
            start, slope = linear_time(choice, "layers", 1, Work(thickness=step, area=1e-4))
            total = total + start + slope * np.ceil(np.asarray(thickness) / step - 1e-9)
        else:
            start, slope = linear_time(choice, "thickness", 1e-7, Work(thickness=1e-7, area=1e-4))
            total = total + start + slope * np.asarray(thickness)
    return total


def geometry(problem: Problem, candidates: Candidates, index: int) -> dict[str, float]:
    """What the estimator needs to know of one candidate."""
    measures = candidates.measures

    def at(value: Any) -> float:
        flat = np.ravel(value)
        return float(flat[index] if flat.size > 1 else flat[0])

    thickness = at(measures.electrolyte_thickness)
    return {
        "anode_volume": at(measures.anode_volume),
        "cathode_volume": at(measures.cathode_volume),
        "facing_length": at(measures.facing_length),
        "gap": at(measures.minimum_gap),
        "height": at(measures.electrode_height),
        "lid_height": at(measures.lid_height),
        "reference_area": at(measures.cathode_interface_area),
        "electrolyte_thickness": thickness,
        "contact": float(candidates.contact[index]),
        "cut_off": problem.cut_off,
    }


def kind(problem: Problem) -> str:
    """Kind of cells document: dense films are films whatever the plan view is."""
    return "film-planar" if problem.chemistry.dense else str(problem.architecture.ESTIMATOR)


def delivered(
    problem: Problem, geometries: list[Mapping[str, float]], c_rate: float, tier: str = "fast"
) -> tuple[Array, Array]:
    """Capacity [C] and energy [J] of whole cells at one rate, shape (n,) each."""
    what = kind(problem)
    document = electrical.document(problem.chemistry, problem.catalog, geometries, [c_rate], what)
    results = estimate(read_cells(document, "design"), tier).document()["results"]
    unit = "Ah_m" if what == "interdigital" else "Ah_m2"
    scales = np.array([electrical.scale(what, g) for g in geometries])
    capacity = np.array([r[f"capacity_{unit}"] for r in results]) * scales * 3600.0
    return capacity, capacity * np.array([r["mean_voltage_V"] for r in results])


def search(problem: Problem) -> Sized:
    """The design that is best by the objective among those that meet the target with margin."""
    candidates = grid(problem)
    if not candidates.count or not np.any(candidates.equilibrium > 0):
        return Sized(None, (), None, candidates.count, 0)
    target = problem.target
    need_charge = (target.capacity or 0.0) * (1 + target.margin)
    need_energy = (target.energy or 0.0) * (1 + target.margin)
    seen: dict[int, tuple[float, float]] = {}

    def ask(indices: Array) -> None:
        new = [int(i) for i in indices if int(i) not in seen]
        if new:
            charge, energy = delivered(problem, [geometry(problem, candidates, i) for i in new], target.c_rate)
            seen.update(zip(new, zip(charge.tolist(), energy.tolist(), strict=True), strict=True))

    def meets(i: int) -> bool:
        charge, energy = seen[i]
        return charge >= need_charge and energy >= need_energy

    value = _objective(problem, candidates)
    worth = np.flatnonzero((candidates.equilibrium * TAIL >= need_charge) & (candidates.equilibrium > 0))
    order = worth[np.lexsort((worth, value[worth]))]
    chosen = _first(order, ask, meets)
    if chosen is None:
        ranked = np.argsort(-candidates.equilibrium, kind="stable")
        ranked = ranked[candidates.equilibrium[ranked] > 0]
        spread = np.unique(np.linspace(0, len(ranked) - 1, BLOCK).astype(int))
        # what stores most may deliver little at the rate, so the best is looked for over the whole range
        ask(np.concatenate([ranked[:BLOCK], ranked[spread]]))
        reachable = max(seen, key=lambda i: (seen[i][0], -i)) if seen else None
        return Sized(None, (), _design(problem, candidates, reachable, seen), candidates.count, len(seen))
    passing = [i for i in seen if meets(i)]
    return Sized(
        _design(problem, candidates, chosen, seen),
        _alternatives(problem, candidates, chosen, passing, seen),
        None,
        candidates.count,
        len(seen),
    )


def _first(order: Array, ask: Any, meets: Any) -> int | None:
    """First design in the order that meets the target.

    Looks at a block from the front; when none meets it, at an even sample of the rest, and then refines
    between the last failing and the first passing sample. Deterministic, bounded, and exact when the
    passing designs begin within the first block.
    """
    begin, end = 0, len(order)
    for _ in range(BLOCKS):
        block = order[begin:end][:BLOCK]
        ask(block)
        passing = [i for i in block.tolist() if meets(i)]
        if passing:
            return int(passing[0])
        begin += len(block)
        if begin >= end:
            return None
        sample = order[np.unique(np.linspace(begin, end - 1, BLOCK).astype(int))]
        ask(sample)
        good = [k for k, i in enumerate(sample.tolist()) if meets(i)]
        if not good:
            return None
        positions = {int(i): p for p, i in enumerate(order.tolist())}
        end = positions[int(sample[good[0]])] + 1
        begin = positions[int(sample[good[0] - 1])] + 1 if good[0] else begin
        if end - begin <= 1:
            return int(order[end - 1])
    return int(order[end - 1]) if meets(int(order[end - 1])) else None


def _objective(problem: Problem, candidates: Candidates) -> Array:
    """What is made small."""
    measures = candidates.measures
    shape = candidates.equilibrium.shape
    choices: dict[str, Any] = {
        "fabrication-time": candidates.time,
        "height": np.broadcast_to(np.ravel(measures.height), shape),
        "area": np.broadcast_to(np.ravel(measures.anode_area + measures.cathode_area), shape),
        "energy": -candidates.equilibrium,
    }
    first = np.asarray(choices[problem.target.objective], float)
    # of equal designs the one that stores most, so that a tie is not left to the order of the grid
    return (
        first + 0.0
        if problem.target.objective == "energy"
        else first
        - 1e-9
        * np.abs(first).max(initial=1.0)
        * candidates.equilibrium
        / max(float(candidates.equilibrium.max()), 1e-30)
    )


def _design(
    problem: Problem, candidates: Candidates, index: int | None, seen: Mapping[int, tuple[float, float]]
) -> Design | None:
    if index is None:
        return None
    measures = candidates.measures

    def at(value: Any) -> float:
        flat = np.ravel(value)
        return float(flat[index] if flat.size > 1 else flat[0])

    charge, energy = seen[index]
    return Design(
        one(candidates.params, index),
        index,
        charge,
        energy,
        float(candidates.equilibrium[index]),
        float(candidates.time[index]),
        at(measures.height),
        at(measures.anode_area) + at(measures.cathode_area),
    )


def _alternatives(
    problem: Problem, candidates: Candidates, chosen: int, passing: list[int], seen: Mapping[int, tuple[float, float]]
) -> tuple[tuple[str, Design], ...]:
    """The best by each other objective among the designs that were looked at and meet the target."""
    found: list[tuple[str, Design]] = []
    for objective, title in (
        ("height", "lowest"),
        ("energy", "most energy"),
        ("area", "smallest electrodes"),
        ("fabrication-time", "fastest to make"),
    ):
        if objective == problem.target.objective:
            continue
        value = _objective(
            dataclasses.replace(problem, target=dataclasses.replace(problem.target, objective=objective)), candidates
        )
        best = min(passing, key=lambda i: (value[i], i))
        if best != chosen and all(best != d.index for _, d in found):
            design = _design(problem, candidates, best, seen)
            assert design is not None
            found.append((title, design))
    return tuple(found[:3])
