"""The search: the estimator is asked in the order of the objective until a design meets the target.

Its cost does not grow with the grid. What the fast tier finds good the accurate tier confirms.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures.base import one
from fabplan.layout.toolpaths import nozzle_of
from fabplan.methods.base import value
from fabplan.planner import load_target
from fabplan.planner.size import Array, Candidates, Problem, delivered, geometry, grid, row

Indices = NDArray[np.int64]
BLOCK = 256  # designs the estimator gets at once
SAME_TIME = 1.02
CONFIRM_BLOCK = 8
CONFIRMATIONS = 16
BLOCKS = 24  # at most that many blocks: bounds the time of a hopeless request
#: delivered charge may exceed the nominal window by the tail beyond it; a candidate below target/TAIL never meets it
TAIL = 1.15
LOOKED_AT = 24  # designs that the nearest to a load is looked for among


@dataclass(frozen=True)
class Design:
    """One sized design; capacity and energy as delivered at the target's rate [C], [J].

    ``short`` is how many of it would carry the target's load: 1 where one does or none is asked.
    """

    params: Any
    index: int
    capacity: float
    energy: float
    equilibrium: float
    time: float
    height: float
    area: float
    short: float = 1.0


@dataclass(frozen=True)
class Sized:
    """Outcome of a search.

    Parameters
    ----------
    chosen : the design that was taken, None when none meets the target
    alternatives : the best by other objectives, with their title
    reachable : the design that comes nearest where none meets the target
    candidates, evaluated : designs in the grid, and designs that the estimator discharged
    lowest : height of the lowest design that fits the footprint [m], None when none does
    """

    chosen: Design | None
    alternatives: tuple[tuple[str, Design], ...]
    reachable: Design | None
    candidates: int
    evaluated: int
    lowest: float | None = None


class _Inquiry:
    """Designs that were discharged: index -> (capacity, energy); the accurate tier's word is final."""

    def __init__(self, problem: Problem, candidates: Candidates) -> None:
        self.problem, self.candidates = problem, candidates
        self.seen: dict[int, tuple[float, float]] = {}
        self.sure: set[int] = set()
        self.carries: dict[int, bool] = {}
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
        return self.stores(index) and self.carried(index)

    def stores(self, index: int) -> bool:
        """Whether a design delivers the charge and energy of the target with margin."""
        charge, energy = self.seen[index]
        return charge >= self.charge and energy >= self.energy

    def carried(self, index: int) -> bool:
        """Whether a design carries the load that is asked, in simulated pulses."""
        if index not in self.carries:
            self.simulate([index])
        return self.carries[index]

    def look(self, indices: Iterable[int]) -> None:
        """Discharge designs by the fast tier and put the load on those that store enough."""
        some = [int(i) for i in indices]
        self.ask(some)
        self.simulate(some)

    def simulate(self, indices: Iterable[int]) -> None:
        """Carry the load by those designs that store enough and were not yet asked, all in one document."""
        new = [int(i) for i in indices if int(i) not in self.carries and self.stores(int(i))]
        rows = [geometry(self.problem, self.candidates, i) for i in new]
        self.carries.update(zip(new, load_target.carried(self.problem, rows), strict=True))

    def share(self, index: int) -> float:
        """How much of the target with margin a design reaches: the smaller share of what was asked."""
        charge, energy = self.seen[index]
        pairs = ((charge, self.charge), (energy, self.energy))
        return min((got / need for got, need in pairs if need > 0), default=0.0)


def search(problem: Problem, alternatives: bool = True) -> Sized:
    """The design that is best by the objective among those that meet the target with margin.

    Parameters
    ----------
    alternatives : whether the best by other objectives are looked for too
    """
    candidates = grid(problem)
    inquiry = _Inquiry(problem, candidates)
    if not np.any(candidates.equilibrium > 0):
        return Sized(None, (), None, candidates.count, 0, _lowest(candidates))
    value = _objective(problem, candidates)
    worth = np.flatnonzero((candidates.equilibrium * TAIL >= inquiry.charge) & (candidates.equilibrium > 0))
    order = worth[np.lexsort((worth, value[worth]))]
    likes = _preferred(problem, candidates)
    chosen = _confirmed(order[likes[order]], inquiry)
    if chosen is None:
        chosen = _confirmed(order[~likes[order]], inquiry)
    design, reachable = None, None
    others: tuple[tuple[str, Design], ...] = ()
    if chosen is None:
        reachable = _short(_design(candidates, _nearest(inquiry), inquiry), inquiry)
    else:
        design = _design(candidates, chosen, inquiry)
        passing = [i for i in inquiry.seen if inquiry.meets(i) and likes[i] == likes[chosen]]
        others = _alternatives(problem, candidates, chosen, passing, inquiry) if alternatives else ()
    return Sized(design, others, reachable, candidates.count, len(inquiry.seen), _lowest(candidates))


def _lowest(candidates: Candidates) -> float | None:
    """Height of the lowest design that fits the footprint [m], None when none does."""
    heights = np.broadcast_to(np.ravel(candidates.measures.height), candidates.equilibrium.shape)
    fitting = heights[np.broadcast_to(np.ravel(candidates.measures.feasible), heights.shape)]
    return float(fitting.min()) if fitting.size else None


def _nearest(inquiry: _Inquiry) -> int:
    """The design that comes nearest to the target, by the accurate tier where that must be asked."""
    equilibrium = inquiry.candidates.equilibrium
    ranked = np.argsort(-equilibrium, kind="stable")
    ranked = ranked[equilibrium[ranked] > 0]
    spread = np.unique(np.linspace(0, len(ranked) - 1, BLOCK).astype(np.int64))
    # what stores most may deliver little at the rate, so the best is looked for over the whole range
    inquiry.ask(np.concatenate([ranked[:BLOCK], ranked[spread]]))
    if inquiry.problem.target.profile is not None:
        found = _nearest_to_load(inquiry)
        inquiry.ask([found], "auto")
        return found
    return _nearest_to_charge(inquiry)


def _nearest_to_charge(inquiry: _Inquiry) -> int:
    """The design that delivers most of what is asked; where the accurate tier lets one fall, the next are asked."""
    for _ in range(CONFIRMATIONS):
        ranked = sorted(inquiry.seen, key=lambda i: (-inquiry.share(i), i))[:CONFIRM_BLOCK]
        if ranked[0] in inquiry.sure:
            break
        inquiry.ask(ranked, "auto")
    return max(inquiry.sure, key=lambda i: (inquiry.share(i), -i))


def _nearest_to_load(inquiry: _Inquiry) -> int:
    """The design of which fewest carry the load: of the best by charge and an even sample of all others."""
    ranked = sorted(inquiry.seen, key=lambda i: (-inquiry.share(i), i))
    places = np.unique(np.linspace(0, len(ranked) - 1, LOOKED_AT).astype(np.int64)).tolist()
    some = dict.fromkeys([*ranked[: LOOKED_AT // 2], *(ranked[place] for place in places)])
    rows = [geometry(inquiry.problem, inquiry.candidates, i) for i in some]
    shorts = dict(zip(some, load_target.short(inquiry.problem, rows), strict=True))
    return int(min(shorts, key=lambda i: (max(shorts[i], 1.0 / max(inquiry.share(i), 1e-30)), i)))


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
        chosen = _first(order, inquiry.look, inquiry.meets)
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
        places = np.unique(np.linspace(begin, end - 1, BLOCK).astype(np.int64))
        ask(order[places])
        good = [k for k, place in enumerate(places.tolist()) if meets(int(order[place]))]
        if not good:
            return None
        end = int(places[good[0]]) + 1
        begin = int(places[good[0] - 1]) + 1 if good[0] else begin
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
    if problem.target.objective == "fabrication-time":
        # times this close are equal in a lab: of such designs the lower one stands, dries and conducts better
        height = choices["height"] / max(float(choices["height"].max()), 1e-30)
        return np.asarray(np.floor(np.log(np.maximum(first, 1.0)) / np.log(SAME_TIME)) + 0.99 * height)
    # of equal designs the one that stores most, so that a tie is not left to the order of the grid
    stored = candidates.equilibrium / max(float(candidates.equilibrium.max()), 1e-30)
    return np.asarray(first - 1e-9 * np.abs(first).max(initial=1.0) * stored)


def _design(candidates: Candidates, index: int, inquiry: _Inquiry) -> Design:
    m = row(candidates.measures, index)
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


def _short(design: Design, inquiry: _Inquiry) -> Design:
    """A design that does not meet the target, with how many of it would carry the load."""
    where = geometry(inquiry.problem, inquiry.candidates, design.index)
    return dataclasses.replace(design, short=load_target.short(inquiry.problem, [where])[0])


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
