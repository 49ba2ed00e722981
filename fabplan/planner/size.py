"""Sizing: a grid of candidates by closed form, all at once, then the estimator on those that may win.

The target is used here and only here. The equilibrium capacity of all candidates comes from their
closed-form measures; the estimator is asked in the order of the objective until a candidate meets
the target, so that its cost does not grow with the grid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from fabplan.layout.toolpaths import nozzle_of
from fabplan.methods.base import Work, value
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.flow import linear_time
from fabplan.planner.route import CONDUCTOR_ROLES, Route
from fabplan.planner.spec import Target

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
BLOCK = 256  # designs the estimator gets at once
CONFIRM_BLOCK = 8
CONFIRMATIONS = 16
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
    return cell_geometry(problem, _row(candidates.measures, index), float(candidates.contact[index]))


def _row(measures: Measures, index: int) -> Measures:
    """Measures of one design."""

    def at(value: Any) -> Any:
        flat = np.ravel(value)
        return None if value is None else flat[index] if flat.size > 1 else flat[0]

    return Measures(**{f.name: at(getattr(measures, f.name)) for f in dataclasses.fields(measures)})


def cell_geometry(problem: Problem, m: Measures, contact: float) -> dict[str, float]:
    """The mapping of `cell_document.document` from the measures of one design.

    In a laminated cell only the overlap works: lithium reaches the cathode's rim too slowly to count.
    """
    laminated = problem.architecture.ESTIMATOR == "film-planar"
    share = float(m.active_area / m.cathode_area) if laminated else 1.0
    reference = m.active_area if laminated else m.cathode_interface_area
    if m.reference_area is not None:
        share, reference = 1.0, m.reference_area
    return {
        "anode_volume": float(m.anode_volume),
        "cathode_volume": float(m.cathode_volume) * share,
        "facing_length": float(m.facing_length),
        "gap": float(m.electrolyte_thickness),
        "height": float(m.electrode_height),
        "lid_height": float(m.lid_height),
        "reference_area": float(reference),
        "electrolyte_thickness": float(m.electrolyte_thickness),
        "contact": contact,
        "cut_off": problem.cut_off,
    }


def kind(problem: Problem) -> str:
    """Kind of cells document: dense films are films whatever the plan view is."""
    return "film-planar" if problem.chemistry.dense else str(problem.architecture.ESTIMATOR)


def delivered(
    problem: Problem, geometries: Sequence[Mapping[str, float]], c_rate: float, tier: str = "fast"
) -> tuple[Array, Array]:
    """Capacity [C] and energy [J] of whole cells at one rate, shape (n,) each."""
    what = kind(problem)
    document = cell_document.document(problem.chemistry, problem.catalog, geometries, [c_rate], what)
    results = estimate(read_cells(document, "design"), tier).document()["results"]
    unit = "Ah_m" if what == "interdigital" else "Ah_m2"
    scales = np.array([cell_document.scale(what, g) for g in geometries])
    capacity = np.array([r[f"capacity_{unit}"] for r in results]) * scales * 3600.0
    return capacity, capacity * np.array([r["mean_voltage_V"] for r in results])


class _Inquiry:
    """Designs that were discharged: index -> (capacity, energy); the accurate tier's word is final."""

    def __init__(self, problem: Problem, candidates: Candidates) -> None:
        self.problem, self.candidates = problem, candidates
        self.seen: dict[int, tuple[float, float]] = {}
        self.sure: set[int] = set()
        target = problem.target
        self.charge = (target.capacity or 0.0) * (1 + target.margin)
        self.energy = (target.energy or 0.0) * (1 + target.margin)

    def ask(self, indices: Iterable[int], tier: str = "fast") -> None:
        """Discharge the designs that were not yet discharged by that tier."""
        new = [int(i) for i in indices if int(i) not in (self.seen if tier == "fast" else self.sure)]
        if not new:
            return
        rows = [geometry(self.problem, self.candidates, i) for i in new]
        charge, energy = delivered(self.problem, rows, self.problem.target.c_rate, tier)
        self.seen.update(zip(new, zip(charge.tolist(), energy.tolist(), strict=True), strict=True))
        if tier != "fast":
            self.sure.update(new)

    def meets(self, index: int) -> bool:
        """Whether a design that was asked for delivers the target with margin."""
        charge, energy = self.seen[index]
        return charge >= self.charge and energy >= self.energy


def search(problem: Problem) -> Sized:
    """The design that is best by the objective among those that meet the target with margin."""
    candidates = grid(problem)
    if not candidates.count or not np.any(candidates.equilibrium > 0):
        return Sized(None, (), None, candidates.count, 0)
    inquiry = _Inquiry(problem, candidates)
    value = _objective(problem, candidates)
    worth = np.flatnonzero((candidates.equilibrium * TAIL >= inquiry.charge) & (candidates.equilibrium > 0))
    order = worth[np.lexsort((worth, value[worth]))]
    likes = _preferred(problem, candidates)
    chosen = _confirmed(order[likes[order]], inquiry)
    if chosen is None:
        chosen = _confirmed(order[~likes[order]], inquiry)
    if chosen is None:
        ranked = np.argsort(-candidates.equilibrium, kind="stable")
        ranked = ranked[candidates.equilibrium[ranked] > 0]
        spread = np.unique(np.linspace(0, len(ranked) - 1, BLOCK).astype(int))
        # what stores most may deliver little at the rate, so the best is looked for over the whole range
        inquiry.ask(np.concatenate([ranked[:BLOCK], ranked[spread]]))
        reachable = max(inquiry.seen, key=lambda i: (inquiry.seen[i][0], -i))
        inquiry.ask([reachable], "auto")
        return Sized(None, (), _design(candidates, reachable, inquiry), candidates.count, len(inquiry.seen))
    passing = [i for i in inquiry.seen if inquiry.meets(i) and likes[i] == likes[chosen]]
    return Sized(
        _design(candidates, chosen, inquiry),
        _alternatives(problem, candidates, chosen, passing, inquiry),
        None,
        candidates.count,
        len(inquiry.seen),
    )


def _preferred(problem: Problem, candidates: Candidates) -> NDArray[np.bool_]:
    """Designs that the structure itself prefers, shape (N,); all where it has no preference."""
    choose = getattr(problem.architecture, "preferred", None)
    liked = True if choose is None else choose(candidates.params, problem.request)
    shape = candidates.equilibrium.shape
    return np.broadcast_to(np.asarray(liked, dtype=np.bool_), shape) & np.broadcast_to(
        _clear(problem, candidates), shape
    )


def _clear(problem: Problem, candidates: Candidates) -> NDArray[np.bool_]:
    """Designs whose second ink can be printed beside the standing first: the nozzle's cone clears the wall.

    Radius at the top of a wall of height h: r + (h - z) tan(a), with r the outer radius at the tip, z the
    height of the tip in the first layer and a the half angle; room: gap and half a bead. Nothing is said
    where the nozzle's outside is unknown.
    """
    choice = problem.route.choices["cathode"]
    machine, limit = problem.route.machine, problem.request.limit("cathode")
    if choice.recipe.patterned_by != "bead" or machine is None or not limit.nozzle:
        return np.ones((), dtype=np.bool_)
    nozzle = nozzle_of(machine, limit.nozzle)
    outer = value(nozzle.outer_diameter) if nozzle else None
    angle = value(nozzle.cone_half_angle) if nozzle else None
    if outer is None or angle is None:
        return np.ones((), dtype=np.bool_)
    m = candidates.measures
    rise = np.maximum(np.ravel(m.electrode_height) - limit.nozzle, 0.0)
    radius = outer / 2 + rise * np.tan(np.radians(angle))
    return np.asarray(radius <= np.ravel(m.electrolyte_thickness) + (limit.bead_width or limit.nozzle) / 2)


def _confirmed(order: Indices, inquiry: _Inquiry) -> int | None:
    """First design that the fast tier finds good and the accurate tier confirms where it must be asked."""
    for _ in range(CONFIRMATIONS):
        chosen = _first(order, inquiry.ask, inquiry.meets)
        if chosen is None:
            return None
        # neighbours in the order are alike: where one falls, the next ones are asked with it
        position = int(np.flatnonzero(order == chosen)[0])
        inquiry.ask(order[position : position + CONFIRM_BLOCK], "auto")
        for index in order[position : position + CONFIRM_BLOCK].tolist():
            if inquiry.meets(index):
                return int(index)
    return None


def _first(order: Indices, ask: Callable[[Iterable[int]], None], meets: Callable[[int], bool]) -> int | None:
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
    if problem.target.objective == "energy":
        return first
    # of equal designs the one that stores most, so that a tie is not left to the order of the grid
    stored = candidates.equilibrium / max(float(candidates.equilibrium.max()), 1e-30)
    return np.asarray(first - 1e-9 * np.abs(first).max(initial=1.0) * stored)


def _design(candidates: Candidates, index: int, inquiry: _Inquiry) -> Design:
    m = _row(candidates.measures, index)
    charge, energy = inquiry.seen[index]
    return Design(
        one(candidates.params, index),
        index,
        charge,
        energy,
        float(candidates.equilibrium[index]),
        float(candidates.time[index]),
        float(m.height),
        float(m.anode_area) + float(m.cathode_area),
    )


def _alternatives(
    problem: Problem, candidates: Candidates, chosen: int, passing: list[int], inquiry: _Inquiry
) -> tuple[tuple[str, Design], ...]:
    """The best by each other objective among the designs that were looked at and meet the target."""
    found: dict[int, str] = {}
    titles = (
        ("height", "lowest"),
        ("energy", "most energy"),
        ("area", "smallest electrodes"),
        ("fabrication-time", "fastest to make"),
    )
    for objective, title in titles:
        if objective == problem.target.objective:
            continue
        target = dataclasses.replace(problem.target, objective=objective)
        value = _objective(dataclasses.replace(problem, target=target), candidates)
        ranked = sorted(passing, key=lambda i: (value[i], i))[:CONFIRM_BLOCK]
        inquiry.ask(ranked, "auto")
        best = next((i for i in ranked if inquiry.meets(i)), chosen)
        if best != chosen:
            found.setdefault(best, title)
    return tuple((title, _design(candidates, index, inquiry)) for index, title in list(found.items())[:3])
