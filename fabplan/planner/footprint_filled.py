"""A structure that fills an outline, sized on what is drawn: search, draw, measure, and again until it is enough."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from fabplan.geometry.measures import Measures
from fabplan.planner.search import Design, Sized, search
from fabplan.planner.size import Problem, cell_geometry, contact_resistance, delivered

ROUNDS = 5  # of sizing: each corrects by what the last drawing delivered
BALANCING = 6
BALANCED = 0.005
ROOM = 1.01


def found(problem: Problem, alternatives: bool = True) -> Sized:
    """Outcome of the search on the problem's own footprint: by drawings where an outline is filled."""
    return sized(problem) if problem.request.footprint.filled else search(problem, alternatives)


def sized(problem: Problem) -> Sized:
    """The design that is best by the objective on the clipped drawing; ``chosen`` is None where none meets the target.

    The search sees unclipped combs on a rectangle of the usable area. Its choice is laid out on the outline with as
    many fingers as fit, both electrodes balanced anew, and discharged as drawn; where that falls short the target of
    the next search is raised by as much.
    """
    architecture = problem.architecture
    fill = architecture.FILL
    asked, factor = problem.target, 1.0
    counted, looked, nearest = 0, 0, None
    lowest = None
    for _ in range(ROUNDS):
        target = dataclasses.replace(
            asked,
            capacity=None if asked.capacity is None else asked.capacity * factor,
            energy=None if asked.energy is None else asked.energy * factor,
        )
        found = search(dataclasses.replace(problem, target=target), alternatives=False)
        counted, looked, lowest = found.candidates, looked + found.evaluated, found.lowest
        start = found.chosen or found.reachable
        design = None if start is None else _on_outline(problem, start, fill)
        if design is None:
            break
        if nearest is None or design.capacity > nearest.capacity:
            nearest = design
        short = _short(problem, design)
        if short <= 1.0:
            return Sized(design, (), None, counted, looked, lowest)
        if found.chosen is None:
            break
        factor *= short * ROOM
    return Sized(None, (), nearest, counted, looked, lowest)


def _short(problem: Problem, design: Design) -> float:
    """Factor by which the drawn design falls short of the target with its margin."""
    target = problem.target
    pairs = ((target.capacity, design.capacity), (target.energy, design.energy))
    return max((asked * (1 + target.margin) / max(got, 1e-30) for asked, got in pairs if asked), default=1.0)


def _on_outline(problem: Problem, start: Design, fill: Any) -> Design | None:
    """A design laid out on the outline, balanced and discharged as drawn."""
    best: tuple[float, Any, Measures] | None = None
    for params, m in _balanced(problem, start.params, fill):
        off = abs(_ratio(problem, m) / problem.request.n_p_ratio - 1) if problem.request.capacity.get("anode") else 0.0
        if best is None or off < best[0]:
            best = (off, params, m)
        if off < BALANCED:
            break
    if best is None:
        return None
    _, params, m = best
    contact = float(np.ravel(contact_resistance(problem, m))[0])
    charge, energy = delivered(problem, [cell_geometry(problem, m, contact)], problem.target.c_rate, "auto")
    stored = min(
        float(m.cathode_volume) * problem.chemistry.cathode.capacity,
        np.inf if problem.chemistry.anode.metal else float(m.anode_volume) * problem.chemistry.anode.capacity,
    )
    return dataclasses.replace(
        start,
        params=params,
        capacity=float(charge[0]),
        energy=float(energy[0]),
        equilibrium=float(stored),
        height=float(m.height),
        area=float(m.anode_area) + float(m.cathode_area),
    )


def _balanced(problem: Problem, params: Any, fill: Any) -> Iterator[tuple[Any, Measures]]:
    """Layouts whose anode fingers are made wider or narrower until the drawn electrodes have the wanted ratio."""
    line = float(np.ravel(params.finger_width_anode)[0])
    least = problem.request.limit("anode").line
    least = max(least, problem.request.limit("collector").line + 2 * float(params.collector_inset))
    for _ in range(BALANCING):
        laid = fill.fullest(dataclasses.replace(params, finger_width_anode=line), problem.request)
        m = None if laid is None else fill.measures(laid, problem.request)
        if laid is None or m is None:
            return
        yield laid, m
        if not problem.request.capacity.get("anode") or "finger_width_anode" in problem.request.fixed:
            return
        wider = line * problem.request.n_p_ratio / _ratio(problem, m)
        line = max(round(wider * 1e9) * 1e-9, least)


def _ratio(problem: Problem, m: Measures) -> float:
    """Capacity of the drawn anode over that of the cathode."""
    capacity = problem.request.capacity
    return float(m.anode_volume * capacity["anode"] / (m.cathode_volume * capacity["cathode"]))
