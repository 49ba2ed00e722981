"""How far the answer moves with what is uncertain: each input at both ends of its range."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from fabplan.estimate.cells import read_cells
from fabplan.estimate.ranges import SPREAD
from fabplan.estimate.run import estimate
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.plan import Input
from fabplan.planner.size import Problem, kind

LARGEST_SHARE = 0.95
SMALLEST_POROSITY = 0.01

#: end of an input's name -> field of `Porous`
_ENDS = {
    "diffusivity": "diffusivity",
    "exchange current density": "exchange_current",
    "electronic conductivity": "conductivity",
    "active volume share": "active_fraction",
    "porosity": "porosity",
    "particle radius": "particle_radius",
    "practical over theoretical capacity": "active_fraction",
}


def sensitivity(problem: Problem, geometry: Mapping[str, float]) -> tuple[dict[str, Any], ...]:
    """Capacity at the target's rate with each uncertain input at both ends of its range.

    The range is the one stated with the value, else the spread that its confidence stands for.
    """
    base = problem.chemistry
    rows: list[tuple[str, float, float, Chemistry, Chemistry]] = []
    for given in base.inputs:
        field = field_of(base, given)
        if field is None or given.quantity.value is None:
            continue
        low, high = range_of(given)
        rows.append(
            (
                given.what,
                low,
                high,
                changed(base, field, given.quantity.value, low),
                changed(base, field, given.quantity.value, high),
            )
        )
    ends = _capacities(problem, geometry, [c for row in rows for c in row[3:]])
    found = [
        {"input": name, "low": low, "high": high, "capacity_low_Ah": ends[2 * k], "capacity_high_Ah": ends[2 * k + 1]}
        for k, (name, low, high, _, _) in enumerate(rows)
    ]
    return tuple(sorted(found, key=lambda r: (-abs(r["capacity_high_Ah"] - r["capacity_low_Ah"]), r["input"])))


def _capacities(problem: Problem, geometry: Mapping[str, float], variants: Sequence[Chemistry]) -> list[float]:
    """Capacity [Ah] of the cell with each chemistry, at the target's C-rate of that cell; one call for all."""
    if not variants:
        return []
    what, c_rate = kind(problem), problem.target.c_rate
    together: dict[str, Any] = {"schema": "fabplan/cells/1", "ocp": {}, "electrolytes": {}, "cells": []}
    for k, chem in enumerate(variants):
        document = cell_document.document(chem, problem.catalog, [geometry], [c_rate], what)
        together["ocp"] |= document["ocp"]
        together["electrolytes"] |= {f"{name}-{k}": table for name, table in document["electrolytes"].items()}
        cell = document["cells"][0]
        design = cell["design"]
        if "electrolyte" in design:
            design = {**design, "electrolyte": f"{design['electrolyte']}-{k}"}
        together["cells"].append({**cell, "id": f"V{k}", "design": design})
    results = estimate(read_cells(together, "cell"), "fast").document()["results"]
    unit = cell_document.unit(what)
    return [float(r[f"capacity_{unit}"]) * cell_document.scale(what, geometry) for r in results]


def range_of(given: Input) -> tuple[float, float]:
    """Both ends of an input: as stated with it, else what its confidence stands for (``SPREAD``)."""
    q = given.quantity
    assert q.value is not None
    if q.low is not None and q.high is not None:
        return q.low, q.high
    spread = SPREAD[q.confidence]
    if q.confidence == "low":
        low, high = q.value / (1 + spread), q.value * (1 + spread)
    else:
        low, high = q.value * (1 - spread), q.value * (1 + spread)
    if q.dimension == "number":
        # shares stay shares; at 1 a transference number or a solid share would leave nothing to conduct or to fill
        low, high = max(0.0, low), min(LARGEST_SHARE, high) if q.value <= 1.0 else high
    return low, high


def field_of(chem: Chemistry, given: Input) -> tuple[str, str] | None:
    """Which side and field an input feeds, None for those that are exact or not varied."""
    who, _, what = given.what.partition(": ")
    name = who.removesuffix(" layer")
    if name == chem.electrolyte_material.id:
        key = {
            "ionic conductivity": "conductivity",
            "salt diffusivity": "salt_diffusivity",
            "transference number": "transference_number",
        }.get(what)
        return ("electrolyte", key) if key else None
    for side in ("anode", "cathode"):
        if getattr(chem, side).material == name and what in _ENDS:
            return side, _ENDS[what]
    return None


def changed(chem: Chemistry, field: tuple[str, str], value: float, new: float) -> Chemistry:
    """The chemistry with one input at another value; a share that is a product of several moves by the ratio."""
    side, name = field
    if side == "electrolyte":
        quantity = dataclasses.replace(getattr(chem.electrolyte, name), value=new)
        return dataclasses.replace(chem, electrolyte=dataclasses.replace(chem.electrolyte, **{name: quantity}))
    electrode = chem.anode if side == "anode" else chem.cathode
    old: float = getattr(electrode, name)
    # a share may be the product of several inputs: it moves by their ratio
    moved = min(1.0, old * new / value) if name in ("active_fraction", "porosity") and value else new
    change: dict[str, Any] = {name: moved}
    if name == "active_fraction" and electrode.porosity > 0:
        # solids and pores share the volume; without any pore nothing would conduct
        change["porosity"] = max(SMALLEST_POROSITY, min(electrode.porosity, 1.0 - moved))
    changed = dataclasses.replace(electrode, **change)
    return dataclasses.replace(chem, anode=changed) if side == "anode" else dataclasses.replace(chem, cathode=changed)
