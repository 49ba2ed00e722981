"""The estimate of the cell as drawn: the numbers come from the drawing, not from the formula.

Also how far the answer moves with what is uncertain, and published figures beside ours.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Device, Published
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.planner import electrical
from fabplan.planner.electrical import Chemistry, Porous
from fabplan.planner.plan import Comparison, Input
from fabplan.planner.size import Problem, kind
from fabplan.records import worst

RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
#: relative spread that a confidence stands for: general practice, process.md section 7
LARGEST_SHARE = 0.95
SPREAD = {"high": 0.15, "medium": 0.4, "low": 2.0}


@dataclass(frozen=True)
class Drawn:
    """The chosen cell for the estimator: one geometry, one document.

    Parameters
    ----------
    geometry : mapping of `electrical.document`
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
    document = electrical.document(problem.chemistry, problem.catalog, [geometry], sorted(set(c_rates)), what)
    scale = electrical.scale(what, geometry)
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


def sensitivity(problem: Problem, geometry: Mapping[str, float]) -> tuple[dict[str, Any], ...]:
    """Capacity at the target's rate with each uncertain input at both ends of its range.

    The range is the one stated with the value, else the spread that its confidence stands for.
    """
    base = problem.chemistry
    rows: list[tuple[str, float, float, Chemistry, Chemistry]] = []
    for given in base.inputs:
        field = _field(base, given)
        if field is None or given.quantity.value is None:
            continue
        low, high = _range(given)
        rows.append(
            (
                given.what,
                low,
                high,
                _changed(base, field, given.quantity.value, low),
                _changed(base, field, given.quantity.value, high),
            )
        )
    if not rows:
        return ()
    c_rate, what = problem.target.c_rate, kind(problem)
    found = []
    for name, low, high, one, other in rows:
        ends = [_capacity(dataclasses.replace(problem, chemistry=c), geometry, c_rate, what) for c in (one, other)]
        found.append({"input": name, "low": low, "high": high, "capacity_low_Ah": ends[0], "capacity_high_Ah": ends[1]})
    return tuple(sorted(found, key=lambda r: (-abs(r["capacity_high_Ah"] - r["capacity_low_Ah"]), r["input"])))


def _capacity(problem: Problem, geometry: Mapping[str, float], c_rate: float, what: str) -> float:
    """Capacity [Ah] at the base design's current: C-rates are rescaled to the changed cell's own 1C."""
    document = electrical.document(problem.chemistry, problem.catalog, [geometry], [c_rate], what)
    result = estimate(read_cells(document, "cell"), "fast").document()["results"][0]
    unit = "Ah_m" if what == "interdigital" else "Ah_m2"
    return float(result[f"capacity_{unit}"]) * electrical.scale(what, geometry)


def _range(given: Input) -> tuple[float, float]:
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


def _field(chem: Chemistry, given: Input) -> tuple[str, str] | None:
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


def _changed(chem: Chemistry, field: tuple[str, str], value: float, new: float) -> Chemistry:
    side, name = field
    if side == "electrolyte":
        quantity = dataclasses.replace(getattr(chem.electrolyte, name), value=new)
        return dataclasses.replace(chem, electrolyte=dataclasses.replace(chem.electrolyte, **{name: quantity}))
    electrode: Porous = getattr(chem, side)
    old = getattr(electrode, name)
    # a share may be the product of several inputs: it moves by their ratio
    moved = min(1.0, old * new / value) if name in ("active_fraction", "porosity") and value else new
    if name == "active_fraction" and not math.isclose(electrode.porosity, 0.0):
        changed = dataclasses.replace(
            electrode, active_fraction=moved, porosity=min(electrode.porosity, 1.0 - moved) or 0.01
        )
    else:
        changed = dataclasses.replace(electrode, **{name: moved})
    return dataclasses.replace(chem, **{side: changed})  # type: ignore[arg-type]


_DIMENSION = {
    "areal_capacity": "areal_charge",
    "areal_energy": "areal_energy",
    "capacity": "charge",
    "energy": "energy",
    "voltage": "voltage",
    "areal_power": "power_density",
    "specific_capacity": "specific_charge",
}


def comparison_rates(devices: Sequence[Device], area: float, one_c: float) -> list[float]:
    """C-rates at which published figures hold."""
    found = []
    for figure in (f for d in devices for f in d.figures):
        rate = _rate(figure, area, one_c)
        if rate is not None:
            found.append(rate)
    return found


def _rate(figure: Published, area: float, one_c: float) -> float | None:
    if figure.c_rate is not None and figure.c_rate.value:
        return figure.c_rate.value
    if figure.current_density is not None and figure.current_density.value and one_c > 0:
        return figure.current_density.value * area / one_c
    return None


def comparisons(
    devices: Sequence[Device], area: float, one_c: float, entries: Sequence[Mapping[str, Any]]
) -> tuple[Comparison, ...]:
    """Published figures beside ours; a figure without a rate is not compared."""
    found = []
    for device in devices:
        for figure in device.figures:
            rate = _rate(figure, area, one_c)
            entry = next(
                (e for e in entries if rate is not None and math.isclose(e["c_rate"], rate, rel_tol=1e-9)), None
            )
            ours = _ours(figure.what, entry, area) if entry else None
            if entry is None or ours is None:
                continue
            dimension = _DIMENSION[figure.what]
            published = units.parse(figure.value, dimension, f"devices/{device.id}.toml: value")
            spread = figure.spread.value if figure.spread else None
            off = ours / published - 1.0
            inside = spread is not None and abs(off) <= spread
            found.append(
                Comparison(
                    device,
                    figure.what,
                    figure.at or f"{rate:.3g}C",
                    published,
                    ours,
                    units.DIMENSIONS[dimension],
                    spread,
                    inside,
                    _remark(off, spread, inside),
                )
            )
    return tuple(found)


def _ours(what: str, entry: Mapping[str, Any], area: float) -> float | None:
    charge, energy = entry["capacity_Ah"] * 3600.0, entry["energy_Wh"] * 3600.0
    choices: dict[str, float] = {
        "areal_capacity": charge / area,
        "areal_energy": energy / area,
        "capacity": charge,
        "energy": energy,
        "voltage": entry["mean_voltage_V"],
        "areal_power": entry["mean_power_W"] / area,
    }
    return choices.get(what)


def _remark(off: float, spread: float | None, inside: bool) -> str:
    if spread is None:
        return f"ours is {off:+.0%}; no spread of this comparison is known"
    if inside:
        return f"ours is {off:+.0%}, inside the known spread of ±{spread:.0%}"
    return f"ours is {off:+.0%}, outside the known spread of ±{spread:.0%}; nothing was tuned to meet it"
