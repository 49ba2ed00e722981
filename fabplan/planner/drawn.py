"""The chosen cell for the estimator: one geometry, one document, entries of plan.json from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.estimate.cells import read_cells
from fabplan.estimate.curves import POINTS
from fabplan.estimate.run import answers, tier_name
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.size import Problem, kind
from fabplan.records import worst

HOUR = 3600.0  # seconds
RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Drawn:
    """The chosen cell for the estimator: one geometry, one document.

    Parameters
    ----------
    geometry : mapping of `cell_document.document`
    document : `fabplan/cells/1`
    scale : metres of facing length or square metres of reference area, of one where cells are in series
    one_c : current at 1C [A]
    in_series : number of equal cells in series, whose voltages add
    """

    geometry: Mapping[str, float]
    document: Mapping[str, Any]
    kind: str
    scale: float
    one_c: float
    in_series: float = 1.0


def drawn(problem: Problem, geometry: Mapping[str, float], c_rates: Sequence[float]) -> Drawn:
    """Document of the cell as drawn at all rates that are asked."""
    what = kind(problem)
    document = cell_document.document(problem.chemistry, problem.catalog, [geometry], sorted(set(c_rates)), what)
    scale = cell_document.scale(what, geometry)
    design = document["cells"][0]["design"]
    per = next(design[key] for key in ("Q_1C_Ah_m", "Q_1C_Ah_m2", "Q_1C_Ah") if key in design)
    return Drawn(geometry, document, what, scale, float(per) * scale, geometry.get("in_series", 1.0))


def discharges(cell: Drawn, tier: str = "auto") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The ``rates`` of plan.json and the curves for plots, one a rate, both from the same discharge."""
    _, c_rates, answer = answers(read_cells(dict(cell.document), "cell"), tier, None, samples=POINTS)
    capacity, energy = answer.capacity * cell.scale / HOUR, answer.energy * cell.scale * cell.in_series / HOUR
    charge, some = answer.charges * cell.scale / HOUR, capacity > 0
    volts = np.where(some, energy / np.where(some, capacity, 1.0), 0.0)
    volts_at = answer.voltages * cell.in_series
    entries, curves = [], []
    for i, rate in enumerate(c_rates.tolist()):
        current, name = rate * cell.one_c, tier_name(bool(answer.accurate[i]))
        entries.append(
            {
                "c_rate": rate,
                "current_A": current,
                "capacity_Ah": float(capacity[i]),
                "mean_voltage_V": float(volts[i]),
                "energy_Wh": float(energy[i]),
                "mean_power_W": float(volts[i]) * current,
                "salt_depletion": float(answer.salt_depletion[i]),
                "tier": name,
            }
        )
        curves.append(
            {"c_rate": rate, "capacity_Ah": charge[i].tolist(), "voltage_V": volts_at[i].tolist(), "tier": name}
        )
    return entries, curves


def confidence(chem: Chemistry) -> str:
    """The lowest confidence among what the estimate rests on; low when something is unknown."""
    return "low" if chem.unknown else worst([i.quantity.confidence for i in chem.inputs])
