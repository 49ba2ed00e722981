"""``bpx.json``: the cell as a planar one in the Battery Parameter eXchange format, for PyBaMM and other solvers.

Both electrodes must be porous: lithium metal and dense films have no place in BPX. The mapping is the
estimator's own (cover and base collector of interdigital cells included), so that a second solver
re-checks the layout and not another cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem, listed
from fabplan.estimate.cells import read_cells
from fabplan.estimate.constants import FARADAY
from fabplan.estimate.designs import Porous, Stacks
from fabplan.exporters._json import dump
from fabplan.planner.plan import Plan

DESCRIPTION = "planar equivalent for PyBaMM (bpx.json)"
VERSION = "1.0.0"
KINDS = ("porous-stack", "interdigital")
_BELOW_ONE = 0.9999  # PyBaMM takes the logarithm of the porosity and divides by it


def export(plan: Plan) -> dict[str, bytes]:
    """The document, nothing where the cell cannot be expressed."""
    return {} if why_not(plan) else {"bpx.json": dump(document(plan))}


def why_not(plan: Plan) -> str:
    """Why the cell cannot be expressed, ``""`` when it can."""
    if plan.estimate.get("cells_in_series", 1) > 1:
        return "BPX knows one cell, this one is several in series"
    cells = plan.cell.get("cells", ())
    if len(cells) != 1 or cells[0].get("kind") not in KINDS:
        return "BPX knows porous electrodes only, this cell has films"
    design = cells[0]["design"]
    sides = (design.get("neg", design.get("anode")), design.get("pos", design.get("cathode")))
    if any(side is None or side.get("R_m") is None for side in sides):
        return "BPX knows porous electrodes only, one of this cell is lithium metal or dense"
    if any(str(side.get("material")) not in plan.cell.get("ocp", {}) for side in sides):
        return "an electrode has no open-circuit table"
    return "" if reference_area(plan) > 0 else "the area that the electrodes share is not known"


def reference_area(plan: Plan) -> float:
    """Area that current crosses [m²]: facing length times height of walls, else the cathode's interface."""
    cell = plan.cell["cells"][0]
    if cell["kind"] == "interdigital":
        return float(plan.geometry.get("facing_length_m") or 0.0) * float(cell["design"]["h_m"])
    area = plan.geometry.get("cathode_interface_area_m2") or plan.geometry.get("cathode_area_m2")
    return float(area or 0.0)


def document(plan: Plan) -> dict[str, Any]:
    """The BPX object.

    Raises
    ------
    BadInput : the plan's cells document is not valid
    """
    # of interdigital cells these are the planar ones that stand for them
    stack = read_cells(dict(plan.cell), "plan").groups[0].designs
    if not isinstance(stack, Stacks):
        raise BadInput(Problem("no porous cell", "plan: cell", str(plan.cell["cells"][0].get("kind")), listed(KINDS)))
    cell = plan.cell["cells"][0]
    design, area = cell["design"], reference_area(plan)
    names = (design.get("neg", design.get("anode"))["material"], design.get("pos", design.get("cathode"))["material"])
    electrolyte = plan.cell["electrolytes"][design["electrolyte"]]
    temperature = float(stack.temperature[0])
    parameters: dict[str, Any] = {
        "Cell": _cell(plan, stack, area),
        "Electrolyte": {
            "Cation transference number": float(electrolyte["t_plus"]),
            "Diffusivity [m2.s-1]": _table(electrolyte["c_mol_m3"], electrolyte["D_e_m2_s"]),
            "Conductivity [S.m-1]": _table(electrolyte["c_mol_m3"], electrolyte["kappa_S_m"]),
        },
        "Negative electrode": _electrode(stack.negative, plan.cell["ocp"][names[0]]),
        "Positive electrode": _electrode(stack.positive, plan.cell["ocp"][names[1]]),
        "Separator": {
            "Thickness [m]": float(stack.separator_thickness[0]),
            "Porosity": _porosity(float(stack.separator_storage[0])),
            "Transport efficiency": float(stack.separator_transport[0]),
        },
        "User-defined": {"Contact resistance [Ohm]": _contact(design, plan, area)},
    }
    return {
        "Header": {
            "BPX": VERSION,
            "Title": plan.name,
            "Description": _description(plan, cell["kind"], electrolyte),
            "Model": "DFN",
        },
        "Parameterisation": parameters,
        "State": {
            "Initial conditions": {
                "Initial temperature [K]": temperature,
                "Initial electrolyte concentration [mol.m-3]": float(electrolyte["c0_mol_m3"]),
            },
            "Thermal environment": {"Ambient temperature [K]": temperature},
        },
    }


def _cell(plan: Plan, stack: Stacks, area: float) -> dict[str, Any]:
    window = plan.estimate.get("open_circuit_window_V") or (0.0, 0.0)
    width, length, height = plan.footprint.width, plan.footprint.length, float(plan.geometry["height_m"] or 0.0)
    high = plan.bring_up.get("cutoff_high_V") or window[1]
    return {
        "Electrode area [m2]": area,
        "External surface area [m2]": 2 * (width * length + (width + length) * height),
        "Volume [m3]": width * length * height,
        "Number of electrode pairs connected in parallel to make a cell": 1,
        "Lower voltage cut-off [V]": float(stack.cutoff[0]),
        "Upper voltage cut-off [V]": float(high),
        "Nominal cell capacity [A.h]": float(plan.estimate.get("one_c_current_A") or plan.estimate["capacity_Ah"]),
        "Reference temperature [K]": float(stack.temperature[0]),
    }


def _electrode(side: Porous, ocp: Mapping[str, Any]) -> dict[str, Any]:
    active, radius = float(side.active_fraction[0]), float(side.particle_radius[0])
    ends = sorted((float(side.sto_full[0]), float(side.sto_empty[0])))
    return {
        "Thickness [m]": float(side.thickness[0]),
        "Porosity": _porosity(float(side.storage[0])),
        "Transport efficiency": float(side.transport[0]),
        "Conductivity [S.m-1]": float(side.conductivity[0]),
        "Minimum stoichiometry": ends[0],
        "Maximum stoichiometry": ends[1],
        "Maximum concentration [mol.m-3]": float(side.concentration_max[0]),
        "Particle radius [m]": radius,
        "Surface area per unit volume [m-1]": 3.0 * active / radius,
        "Diffusivity [m2.s-1]": float(side.solid_diffusivity[0]),
        "OCP [V]": _table(ocp.get("x", ocp.get("sto", ())), ocp.get("V", ocp.get("U_V", ()))),
        "Entropic change coefficient [V.K-1]": 0.0,  # isothermal use only; PyBaMM stops without the key
        # BPX: j0 = F K sqrt(c_e/c_e0) sqrt(x (1 - x)); ours is i0_ref at x = 1/2, hence the factor 2
        "Reaction rate constant [mol.m-2.s-1]": 2.0 * float(side.exchange_current[0]) / FARADAY,
    }


def _porosity(storage: float) -> float:
    return min(storage, _BELOW_ONE) if storage <= 1.0 else storage


def _table(x: Any, y: Any) -> dict[str, list[float]]:
    """Rising x without repeated points."""
    places, values = np.asarray(x, float), np.asarray(y, float)
    order = np.argsort(places, kind="stable")
    places, values = places[order], values[order]
    keep = np.concatenate([[True], np.diff(places) > 0]) if len(places) else np.zeros(0, bool)
    return {"x": places[keep].tolist(), "y": values[keep].tolist()}


def _contact(design: Mapping[str, Any], plan: Plan, area: float) -> float:
    """Series resistance of collectors, bus and leads [ohm]."""
    length = float(plan.geometry.get("facing_length_m") or 0.0)
    if design.get("contact_ohm_m") and length > 0:
        return float(design["contact_ohm_m"]) / length
    return float(design.get("contact_ohm_m2") or 0.0) / area


def _description(plan: Plan, kind: str, electrolyte: Mapping[str, Any]) -> str:
    lines = [f"Planar equivalent of the {kind} cell '{plan.name}', {plan.architecture}, at full charge."]
    if kind == "interdigital":
        lines.append(
            "One gap stands for all: electrode area is facing length times wall height, "
            "electrode thickness is volume over that area; "
            "porosity and transport efficiency hold the electrolyte above the walls, so that porosity may exceed one; "
            "conductivity is scaled for electrons that enter from the base."
        )
    if float(electrolyte.get("thermodynamic_factor", 1.0)) != 1.0:
        lines.append(f"BPX has no thermodynamic factor; the plan uses {electrolyte['thermodynamic_factor']}.")
    lines.append("Isothermal use only: the entropic change is not known and set to zero.")
    lines.append("Run PyBaMM with the option contact resistance: true to count collectors and bus.")
    return " ".join(lines)
