"""What binds: which electrode, which part of the resistance, which limits of the route the design stands at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fabplan import units
from fabplan.planner import load_target
from fabplan.planner.draw import Drawing
from fabplan.planner.search import Design
from fabplan.planner.size import Problem

NETS = ("anode", "cathode")
NEAR = 0.01  # a design within 1 % of a limit stands at it


def binding(problem: Problem, design: Design, drawing: Drawing, estimate: Mapping[str, Any]) -> list[str]:
    """What keeps the cell from being better, in sentences.

    Parameters
    ----------
    estimate : capacities of both electrodes, resistance parts and entries by rate, as in plan.json
    """
    return [
        *_electrode(estimate),
        *_resistance(estimate),
        *_rate(problem, estimate),
        *_load(estimate),
        *_limits(problem, design, drawing),
    ]


def _electrode(estimate: Mapping[str, Any]) -> Iterator[str]:
    anode, cathode = estimate["anode_capacity_Ah"], estimate["cathode_capacity_Ah"]
    if anode is None:
        yield f"The cathode limits the charge: {_charge(cathode)} against lithium metal in excess."
        return
    (small, least), (large, most) = sorted((("cathode", cathode), ("anode", anode)), key=lambda pair: pair[1])
    yield f"The {small} limits the charge: {_charge(least)} against {_charge(most)} in the {large}."


def _charge(ampere_hours: float) -> str:
    return units.show(ampere_hours * 3600.0, "charge")


def _resistance(estimate: Mapping[str, Any]) -> Iterator[str]:
    parts: Mapping[str, float] = estimate["resistance_parts_ohm"]
    whole = sum(parts.values())
    if whole > 0:
        most = max(parts, key=lambda name: (parts[name], name))
        shown = units.show(parts[most], "resistance")
        yield f"Most of the resistance sits in: {most.replace('_', ' ')}, {shown} or {parts[most] / whole:.0%}."


def _rate(problem: Problem, estimate: Mapping[str, Any]) -> Iterator[str]:
    share = estimate["capacity_Ah"] / estimate["equilibrium_capacity_Ah"]
    if share < 1 - NEAR:
        rate = f"{problem.target.c_rate:.3g}C"
        yield f"At {rate} the cell delivers {share:.0%} of its charge; the rest is lost to resistance and diffusion."


def _load(estimate: Mapping[str, Any]) -> Iterator[str]:
    """What becomes of the load."""
    load = estimate.get("load")
    if load is not None:
        said = load_target.sentence(load)
        yield f"{said[0].upper()}{said[1:]}."


def _limits(problem: Problem, design: Design, drawing: Drawing) -> Iterator[str]:
    """Limits of the route and of the request that the design stands at."""
    request, geometry = problem.request, drawing.geometry
    height = geometry["height_m"] or 0.0
    if height >= request.height_max * (1 - NEAR):
        yield f"The cell is {_length(height)} high, as high as it may be."
    for limit, measured, what in (
        (max((x.gap for x in request.limits.values()), default=0.0), geometry["minimum_gap_m"], "gap"),
        (max((x.line for r, x in request.limits.items() if r in NETS), default=0.0), _width(problem, design), "line"),
    ):
        if measured is not None and limit > 0 and measured <= limit * (1 + NEAR):
            yield f"The {what} of {_length(measured)} is the smallest that the route makes."
    yield from _walls(problem, drawing)


def _width(problem: Problem, design: Design) -> float | None:
    """Narrowest electrode finger [m], None for cells without fingers."""
    names = [n for n in vars(design.params) if n.startswith(("finger_width_", "wall_width_"))]
    return min((float(getattr(design.params, n)) for n in names), default=None)


def _walls(problem: Problem, drawing: Drawing) -> Iterator[str]:
    for net in NETS:
        limit = problem.request.limit(net)
        thick = max((b.thickness for b in drawing.bodies if b.role == net), default=0.0)
        if np.isfinite(limit.thickness_high) and thick >= limit.thickness_high * (1 - NEAR):
            yield f"The {net} of {_length(thick)} is the thickest that its recipe makes."


def _length(metres: float) -> str:
    return units.show(metres, "length")
