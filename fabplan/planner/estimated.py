"""The estimate of the drawn cell: areas and volumes from the drawing, discharged by the estimator."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Device
from fabplan.estimate.cells import read_cells
from fabplan.estimate.resistance import resistance_parts as parts_of
from fabplan.geometry.measures import Measures
from fabplan.planner import compare, drawn, electrical, load_target, size, uncertain
from fabplan.planner.binding import binding
from fabplan.planner.draw import Drawing
from fabplan.planner.search import Design
from fabplan.planner.size import Problem
from fabplan.planner.spec import Target

#: field of the measures -> key of the drawing's geometry that outranks the closed form
_FROM_DRAWING = {
    "anode_volume": "anode_volume_m3",
    "cathode_volume": "cathode_volume_m3",
    "facing_length": "facing_length_m",
    "cathode_area": "cathode_area_m2",
    "cathode_interface_area": "cathode_interface_area_m2",
}


@dataclass(frozen=True)
class Estimated:
    """What the estimator says about the drawn cell.

    Parameters
    ----------
    estimate : the ``estimate`` object of plan.json
    document : `fabplan/cells/1` of the cell
    entries : rates of the plan and those of published figures
    curves : discharge curves for plots
    """

    estimate: Mapping[str, Any]
    document: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    curves: tuple[Mapping[str, Any], ...]


def cell_geometry(problem: Problem, drawing: Drawing) -> dict[str, float]:
    """The mapping that the estimator gets, with everything that can be measured taken from the drawing."""
    plain = {f.name: _first(getattr(drawing.measures, f.name)) for f in dataclasses.fields(drawing.measures)}
    measured = {field: drawing.geometry.get(key) for field, key in _FROM_DRAWING.items()}
    own = Measures(**{**plain, **{field: value for field, value in measured.items() if value is not None}})
    return size.cell_geometry(problem, own, float(np.ravel(size.contact_resistance(problem, own))[0]))


def _electronic(chem: electrical.Chemistry) -> float | None:
    """Electronic conductivity of the electrolyte [S/m], None when unknown: what the charge leaks through."""
    given = chem.electrolyte.electronic_conductivity
    return None if given is None else given.value


def _first(value: Any) -> Any:
    return None if value is None else np.ravel(value)[0]


def estimated(
    problem: Problem,
    design: Design,
    drawing: Drawing,
    geometry: Mapping[str, float],
    devices: Sequence[Device],
    catalog: Catalog,
    spec: Mapping[str, Any],
) -> Estimated:
    """The estimate of the drawn cell at the target's rate, the usual rates and those of published figures.

    ``spec`` is the request as plain data: the seed of what is drawn at random.
    """
    target, chem = problem.target, problem.chemistry
    foot = problem.request.footprint.area
    first = drawn.drawn(problem, geometry, [target.c_rate])
    active = float(np.ravel(drawing.measures.active_area)[0])
    extra = compare.comparison_rates(devices, compare.Areas(foot, active), first.one_c)
    shown = sorted({*drawn.RATES, target.c_rate})
    cell = drawn.drawn(problem, geometry, [*shown, *extra])
    entries, curves = drawn.discharges(cell)
    at_target = next(e for e in entries if e["c_rate"] == target.c_rate)
    anode = chem.anode.capacity * geometry["anode_volume"] / 3600.0 / cell.in_series
    cathode = chem.cathode.capacity * geometry["cathode_volume"] / 3600.0 / cell.in_series
    parts = resistance_parts(problem, drawing, cell)
    window = [cell.in_series * end for end in open_circuit_window(problem, catalog, anode, cathode)]
    result: dict[str, Any] = {
        "capacity_Ah": at_target["capacity_Ah"],
        "energy_Wh": at_target["energy_Wh"],
        "mean_voltage_V": at_target["mean_voltage_V"],
        "c_rate": target.c_rate,
        "equilibrium_capacity_Ah": float(electrical.usable(chem, anode, cathode)),
        "anode_capacity_Ah": None if chem.anode.metal else anode,
        "cathode_capacity_Ah": cathode,
        "lithium_capacity_Ah": anode if chem.anode.metal else None,
        "one_c_current_A": cell.one_c,
        "areal_capacity_Ah_m2": at_target["capacity_Ah"] / foot,
        "areal_capacity_active_Ah_m2": at_target["capacity_Ah"] / active,
        "n_p_ratio": None if chem.anode.metal else anode / cathode,
        "open_circuit_window_V": window,
        "cutoff_V": problem.cut_off * cell.in_series,
        "dc_resistance_ohm": sum(parts.values()),
        "resistance_parts_ohm": parts,
        "rates": [e for e in entries if e["c_rate"] in shown],
        "confidence": drawn.confidence(chem),
        "electronic_conductivity_S_m": _electronic(chem),
        "target": reached(target, at_target),
    }
    if cell.in_series != 1.0:
        result["cells_in_series"] = round(cell.in_series)
    load = load_target.said(problem, geometry)
    if load is not None:
        result["load"] = load
    result["binding"] = binding(problem, design, drawing, result)
    one = cell.document["cells"][0]
    document = {**cell.document, "cells": [{**one, "c_rates": shown}]}
    drawn_inputs, _ = uncertain.uncertain_inputs(problem, geometry, one["design"])
    # so that the cell can be drawn again without the catalog, at another temperature or rate
    document["cells"][0]["uncertain"] = uncertain.cell_ranges(drawn_inputs, problem, one["design"])
    capacities = [float(entry["capacity_Ah"]) for entry in entries if entry["c_rate"] in shown]
    result["uncertainty"] = uncertain.uncertainty(problem, geometry, document, spec, capacities)
    shown_curves = tuple(c for c in curves if c["c_rate"] in shown)
    return Estimated(result, document, tuple(entries), shown_curves)


def open_circuit_window(problem: Problem, catalog: Catalog, anode_charge: float, cathode_charge: float) -> list[float]:
    """Open-circuit voltage of the balanced cell when empty and at full charge [V]."""
    chem = problem.chemistry
    anode, cathode = electrical.balanced(chem, anode_charge, cathode_charge)

    def at(p: electrical.Porous, x: float) -> float:
        return 0.0 if p.metal else electrical.interpolated(catalog.ocp[p.ocp], x)

    full, empty = (at(chem.cathode, cathode[end]) - at(chem.anode, anode[end]) for end in (0, 1))
    return [round(empty, 4), round(full, 4)]


def reached(target: Target, entry: Mapping[str, float]) -> dict[str, float | None]:
    """What was asked and what the drawn cell delivers at the target's rate; the margin is the smaller one."""
    pairs = ((target.capacity, entry["capacity_Ah"] * 3600.0), (target.energy, entry["energy_Wh"] * 3600.0))
    margins = [got / asked - 1.0 for asked, got in pairs if asked]
    return {
        "capacity_Ah": None if target.capacity is None else target.capacity / 3600.0,
        "energy_Wh": None if target.energy is None else target.energy / 3600.0,
        "c_rate": target.c_rate,
        "margin": target.margin,
        "margin_reached": min(margins) if margins else None,
    }


def resistance_parts(problem: Problem, drawing: Drawing, cell: drawn.Drawn) -> dict[str, float]:
    """DC resistance of the whole cell at full charge by part [ohm], parts that are zero left out.

    What the estimator calls contact is both collectors: plate or fingers of each net, the buses, and leads.
    """
    found = parts_of(read_cells(dict(cell.document), "cell"))
    whole = {
        f.name.replace("negative", "anode").replace("positive", "cathode"): float(getattr(found, f.name)[0])
        * cell.in_series
        / cell.scale
        for f in dataclasses.fields(found)
        if f.name != "contact"
    }
    buses = 0.0
    for net in ("anode", "cathode"):
        sheet = size.sheet_resistance(problem, net) or 0.0
        squares = float(np.ravel(getattr(drawing.measures, f"{net}_collector_squares"))[0])
        of_bus = float(np.ravel(getattr(drawing.measures, f"{net}_bus_squares"))[0])
        whole[f"{net}_collector"] = sheet * (squares - of_bus)
        buses += sheet * of_bus
    whole["buses"] = buses
    whole["leads"] = size.lead_resistance(problem)
    return {name: value for name, value in whole.items() if value != 0.0}
