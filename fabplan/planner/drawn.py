"""The chosen cell for the estimator: one geometry, one document, entries of plan.json from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.size import Problem, kind
from fabplan.records import worst

RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Drawn:
    """The chosen cell for the estimator: one geometry, one document.

    Parameters
    ----------
    geometry : mapping of `cell_document.document`
    document : `fabplan/cells/1`
    scale : metres of facing length or square metres of reference area
    one_c : current at 1C [A]
    """

    geometry: Mapping[str, float]
    document: Mapping[str, Any]
    kind: str
    scale: float
    one_c: float

    @property
    def unit(self) -> str:
        """Suffix of the result's keys."""
        return "Ah_m" if self.kind == "interdigital" else "Ah_m2"


def drawn(problem: Problem, geometry: Mapping[str, float], c_rates: Sequence[float]) -> Drawn:
    """Document of the cell as drawn at all rates that are asked."""
    what = kind(problem)
    document = cell_document.document(problem.chemistry, problem.catalog, [geometry], sorted(set(c_rates)), what)
    scale = cell_document.scale(what, geometry)
    design = document["cells"][0]["design"]
    per = design.get("Q_1C_Ah_m", design.get("Q_1C_Ah"))
    return Drawn(geometry, document, what, scale, float(per) * scale)


def rates(cell: Drawn, tier: str) -> list[dict[str, Any]]:
    """The ``rates`` of plan.json: whole cell, one entry a rate."""
    results = estimate(read_cells(dict(cell.document), "cell"), tier).document()["results"]
    entries = []
    for r in results:
        capacity = r[f"capacity_{cell.unit}"] * cell.scale
        current = r["c_rate"] * cell.one_c
        energy = capacity * r["mean_voltage_V"]
        entries.append(
            {
                "c_rate": r["c_rate"],
                "current_A": current,
                "capacity_Ah": capacity,
                "mean_voltage_V": r["mean_voltage_V"],
                "energy_Wh": energy,
                "mean_power_W": r["mean_voltage_V"] * current,
                "salt_depletion": r["salt_depletion"],
                "tier": r["tier"],
            }
        )
    return entries


def confidence(chem: Chemistry) -> str:
    """The lowest confidence among what the estimate rests on; low when something is unknown."""
    return "low" if chem.unknown else worst([i.quantity.confidence for i in chem.inputs])
