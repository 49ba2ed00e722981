"""Sizing: a grid of candidates by closed form, all at once, and what the estimator says of a few.

The equilibrium capacity of all candidates comes from their closed-form measures.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures.base import Request, snapped
from fabplan.catalog.loader import Catalog
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.geometry.measures import Measures
from fabplan.methods.base import Work
from fabplan.planner import cell_document, electrical
from fabplan.planner.electrical import Chemistry
from fabplan.planner.flow import linear_time
from fabplan.planner.footprint_leads import Lead
from fabplan.planner.route import CONDUCTOR_ROLES, Route
from fabplan.planner.spec import Target

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Everything the search needs; ``cut_off`` is the discharge cut-off [V], ``leads`` go to named places."""

    architecture: ModuleType
    request: Request
    route: Route
    chemistry: Chemistry
    catalog: Catalog
    target: Target
    cut_off: float
    leads: tuple[Lead, ...] = ()


@dataclass(frozen=True)
class Candidates:
    """All designs of the grid.

    Parameters
    ----------
    params : ``Params`` of arrays, shape (N,)
    measures : their closed-form geometry
    anode_charge, cathode_charge : [C], of one where cells are in series
    equilibrium : charge between full and empty, 0 where the design fits not its footprint or height [C]
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


def grid(problem: Problem) -> Candidates:
    """All candidates that the structure thinks worth looking at."""
    request, chem = problem.request, problem.chemistry
    params = snapped(problem.architecture.design_space(request))
    measures: Measures = problem.architecture.measures(params, request)
    shape = np.broadcast_shapes(*(np.shape(v) for v in vars(measures).values()))

    def wide(value: Any) -> Array:
        return np.broadcast_to(np.asarray(value, float), shape).ravel()

    one = wide(1.0 if measures.in_series is None else measures.in_series)
    anode = wide(measures.anode_volume) * chem.anode.capacity / one
    cathode = wide(measures.cathode_volume) * chem.cathode.capacity / one
    fits = np.broadcast_to(measures.feasible & (measures.height <= request.height_max * (1 + 1e-9)), shape).ravel()
    equilibrium = np.where(fits, electrical.usable(chem, anode, cathode), 0.0)
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
    """Resistance of collectors and leads [ohm]: sheet resistance times squares; unknown resistivity counts as 0."""
    total: Any = 0.0
    for net, squares in (("anode", measures.anode_collector_squares), ("cathode", measures.cathode_collector_squares)):
        sheet = sheet_resistance(problem, net)
        if sheet is not None:
            total = total + sheet * squares
    return total + lead_resistance(problem)


def lead_resistance(problem: Problem) -> float:
    """Resistance of the leads to named places [ohm]; unknown resistivity counts as 0."""
    return float(sum((sheet_resistance(problem, lead.net) or 0.0) * lead.squares for lead in problem.leads))


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
    return cell_geometry(problem, row(candidates.measures, index), float(candidates.contact[index]))


def row(measures: Measures, index: int) -> Measures:
    """Measures of one design."""

    def at(value: Any) -> Any:
        flat = np.ravel(value)
        return None if value is None else flat[index] if flat.size > 1 else flat[0]

    return Measures(**{f.name: at(getattr(measures, f.name)) for f in dataclasses.fields(measures)})


def cell_geometry(problem: Problem, m: Measures, contact: float) -> dict[str, float]:
    """The mapping of `cell_document.document` from the measures of one design.

    In a laminated cell only the overlap works: lithium reaches the cathode's rim too slowly to count. Of n cells in
    series the estimator sees one with the areas and volumes of all: their charge is n times as large and their
    voltage 1/n, so that the collectors' resistance counts 1/n².
    """
    in_series = _given(m.in_series, 1.0)
    laminated = problem.architecture.ESTIMATOR == "film-planar"
    beside = float((m.cathode_area - m.active_area) * m.electrode_height / m.cathode_volume)
    share = 1.0 - beside if laminated else 1.0
    over = float(m.active_area / m.anode_area) if laminated and m.anode_area > m.active_area else 1.0
    reference = m.active_area if laminated else m.cathode_interface_area
    if m.reference_area is not None:
        reference = m.reference_area
    return {
        "anode_volume": float(m.anode_volume) * over,
        "cathode_volume": float(m.cathode_volume) * share,
        "facing_length": float(m.facing_length),
        "gap": float(m.electrolyte_thickness),
        "height": float(m.electrode_height),
        "lid_height": float(m.lid_height),
        "reference_area": float(reference),
        "electrolyte_thickness": float(m.electrolyte_thickness),
        "element_length": _given(m.element_length),
        "core_radius": _given(m.core_radius),
        "separator_length": _given(m.separator_length, m.electrolyte_thickness),
        "anode_fill": _given(m.anode_fill, 1.0),
        "cathode_fill": _given(m.cathode_fill, 1.0),
        "contact": contact / in_series**2,
        "in_series": in_series,
        "cut_off": problem.cut_off,
    }


def _given(value: Any, otherwise: Any = 0.0) -> float:
    return float(otherwise if value is None else value)


def kind(problem: Problem) -> str:
    """Kind of cells document: dense films are films whatever the plan view is, around a core where there is one;
    a laminate of porous layers is a stack.
    """
    own = str(problem.architecture.ESTIMATOR)
    if own == "film-planar" and not problem.chemistry.dense:
        return "porous-stack"
    return "film-planar" if problem.chemistry.dense and not own.startswith("film") else own


def delivered(
    problem: Problem, geometries: Sequence[Mapping[str, float]], c_rate: float, tier: str = "fast"
) -> tuple[Array, Array]:
    """Capacity [C] and energy [J] of whole cells at one rate, shape (n,) each."""
    what = kind(problem)
    document = cell_document.document(problem.chemistry, problem.catalog, geometries, [c_rate], what)
    results = estimate(read_cells(document, "design"), tier).document()["results"]
    unit = cell_document.unit(what)
    scales = np.array([cell_document.scale(what, g) for g in geometries])
    capacity = np.array([r[f"capacity_{unit}"] for r in results]) * scales * 3600.0
    volts = np.array([r["mean_voltage_V"] * g.get("in_series", 1.0) for r, g in zip(results, geometries, strict=True)])
    return capacity, capacity * volts
