"""How sure: every uncertain input drawn at once, to intervals of capacity, energy and resistance, and a ranking.

The one rule from confidence to spread is here. The range that is stated with a value, else the one that its
confidence stands for, holds the value in nine of ten cases: its ends are the 5 % and 95 % points. Confidence high is
15 % either way: values that were read in a primary text scatter so much from one laboratory's powder or film to the
next. Medium is 40 %: read second-hand, or for a neighbouring composition. Low is a factor of 3: recalled or
schematic; published diffusivities and exchange currents of one material differ by more. These are general practice
(no statistics of the field were found); a measured value with its range outranks them. Positive values are drawn
log-normal on either side of the value, shares normal. Inputs are independent.

The estimator answers some 200 draws; 10^4 go through a response fitted to them (``estimate.response``). The charge
that the electrodes hold is exact for every draw, so that the change of the limiting electrode needs no fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.estimate.cells import read_cells
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.response import fitted, latin
from fabplan.estimate.run import estimate
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.plan import Input
from fabplan.planner.sensitivity import LARGEST_SHARE, changed, field_of, range_of
from fabplan.planner.size import Problem, kind

Array = NDArray[np.float64]
DRAWS = 10_000
POINTS_PER_INPUT, FEWEST, MOST = 10, 150, 170
SCORE = 1.6448536269514722  # of the 95 % point of a normal distribution
REACH = 2.4  # scores that the estimator is asked at; draws beyond it are cut off there
ANSWERS = ("capacity", "energy", "resistance")
UNITS = {"capacity": "Ah", "energy": "Wh", "resistance": "ohm"}
TINY = 1e-3  # share of the held charge below which nothing is told apart


@dataclass(frozen=True)
class Uncertain:
    """One input that varies: its range (5 and 95 % point), and the field of the chemistry that it feeds."""

    given: Input
    field: tuple[str, str]
    low: float
    high: float

    def at(self, score: float) -> float:
        """Value at a normal score."""
        middle = self.given.quantity.value
        assert middle is not None
        end = self.high if score > 0 else self.low
        part = abs(score) / SCORE
        if self.given.quantity.dimension == "number" and middle <= 1.0:
            return float(np.clip(middle + part * (end - middle), 1e-4, max(LARGEST_SHARE, middle)))
        if min(middle, end) <= 0.0:
            return max(middle + part * (end - middle), 0.0)
        return float(middle * (end / middle) ** part)


def uncertain_inputs(chem: Chemistry) -> tuple[Uncertain, ...]:
    """Inputs of the chemistry that have a value and a range."""
    found = []
    for given in chem.inputs:
        field = field_of(chem, given)
        if field is None or given.quantity.value is None:
            continue
        low, high = range_of(given)
        middle = given.quantity.value
        low, high = min(low, middle), max(high, middle)
        if high > low:
            found.append(Uncertain(given, field, low, high))
    return tuple(found)


def uncertainty(
    problem: Problem, geometry: Mapping[str, float], document: Mapping[str, Any], spec: Mapping[str, Any]
) -> dict[str, Any]:
    """The ``estimate.uncertainty`` object of plan.json.

    Parameters
    ----------
    geometry : of the cell as drawn
    document : ``fabplan/cells/1`` of the drawn cell, with all rates that are wanted
    spec : the request; its content is the seed, so that the same request gives the same bytes
    """
    inputs = uncertain_inputs(problem.chemistry)
    if not inputs:
        return {"draws": 0, "rule": RULE, "answers": {}, "rates": [], "inputs": []}
    generator = np.random.default_rng(_seed(spec))
    points = int(np.clip(POINTS_PER_INPUT * len(inputs), FEWEST, MOST))
    ends = np.concatenate([np.zeros((1, len(inputs))), *[_ends(len(inputs), k) for k in range(len(inputs))]])
    asked = np.concatenate([ends, latin(points, len(inputs), generator, REACH)])
    chems = [_at(problem.chemistry, inputs, row) for row in asked]
    true = _answered(problem, geometry, document, chems)
    scores = np.clip(generator.standard_normal((DRAWS, len(inputs))), -REACH, REACH)
    held = _held(problem, geometry, inputs, scores)
    whole = _held(problem, geometry, inputs, asked)
    c_rates = document["cells"][0]["c_rates"]
    at = c_rates.index(problem.target.c_rate)
    drawn, errors = {}, {}
    for name in ANSWERS:
        values = true[name][:, at] if name != "resistance" else true[name]
        drawn[name], errors[name] = _through(asked, values, whole, scores, held, name)
    return {
        "draws": DRAWS,
        "estimator_points": len(asked),
        "c_rate": problem.target.c_rate,
        "rule": RULE,
        "answers": {
            name: {**_interval(drawn[name]), "unit": UNITS[name], "response_error": _tidy(errors[name])}
            for name in ANSWERS
        },
        "rates": [
            {"c_rate": rate, **_capacities(_through(asked, true["capacity"][:, k], whole, scores, held, "capacity")[0])}
            for k, rate in enumerate(c_rates)
        ],
        "inputs": _ranking(inputs, true, at, scores, drawn),
    }


RULE = (
    "5 to 95 % of a stated range, else of the confidence: high 15 % either way, medium 40 %, low a factor of 3; "
    "inputs independent; current as in the plan"
)


def _seed(spec: Mapping[str, Any]) -> int:
    text = json.dumps(spec, sort_keys=True, default=str)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _ends(count: int, place: int) -> Array:
    """One input at its 5 and at its 95 % point, the others as given [2, inputs]."""
    rows = np.zeros((2, count))
    rows[:, place] = -SCORE, SCORE
    return rows


def _at(chem: Chemistry, inputs: Sequence[Uncertain], scores: Array) -> Chemistry:
    """The chemistry with every input at its score; shares that are products move by ratios."""
    for entry, score in zip(inputs, scores.tolist(), strict=True):
        middle = entry.given.quantity.value
        if score and middle is not None:
            chem = changed(chem, entry.field, middle, entry.at(score))
    return chem


def _answered(
    problem: Problem, geometry: Mapping[str, float], document: Mapping[str, Any], chems: Sequence[Chemistry]
) -> dict[str, Array]:
    """What the fast tier gives at the currents of the plan: capacity [Ah], energy [Wh] by rate, resistance [ohm]."""
    what = kind(problem)
    rates = list(document["cells"][0]["c_rates"])
    nominal = document["cells"][0]["design"]
    fixed = {key: nominal[key] for key in nominal if key.startswith("Q_1C")}
    together: dict[str, Any] = {"schema": "fabplan/cells/1", "ocp": {}, "electrolytes": {}, "cells": []}
    names: dict[str, str] = {}
    for k, chem in enumerate(chems):
        made = cell_document.document(chem, problem.catalog, [geometry], rates, what)
        together["ocp"] |= made["ocp"]
        design = {**made["cells"][0]["design"], **fixed}
        for table in made["electrolytes"].values():
            name = names.setdefault(json.dumps(table), f"E{k}")
            together["electrolytes"][name] = table
            design["electrolyte"] = name
        together["cells"].append({**made["cells"][0], "id": f"V{k}", "design": design})
    cells = read_cells(together, "cell")
    found = estimate(cells, "fast", rates)
    scale = cell_document.scale(what, geometry)
    shape = (len(chems), len(rates))
    return {
        "capacity": (found.capacity * scale / 3600.0).reshape(shape),
        "energy": (found.energy * scale / 3600.0).reshape(shape),
        "resistance": dc_resistance(cells, Pulse()) / scale,
    }


def _held(problem: Problem, geometry: Mapping[str, float], inputs: Sequence[Uncertain], scores: Array) -> Array:
    """Charge between full and empty of every draw, the smaller electrode's [Ah]; exact."""
    chem = problem.chemistry
    sides = {"cathode": chem.cathode.capacity * geometry["cathode_volume"] / 3600.0 * np.ones(len(scores))}
    if not chem.anode.metal:
        sides["anode"] = chem.anode.capacity * geometry["anode_volume"] / 3600.0 * np.ones(len(scores))
    grid = np.linspace(-REACH, REACH, 97)
    for net, charge in sides.items():
        share = np.ones(len(scores))
        for k, entry in enumerate(inputs):
            if entry.field == (net, "active_fraction"):
                middle = entry.given.quantity.value or 1.0
                share *= np.interp(scores[:, k], grid, [entry.at(float(s)) / middle for s in grid])
        full = getattr(chem, net).active_fraction
        charge *= np.minimum(share, 1.0 / full if full else 1.0)
    return np.asarray(np.min(list(sides.values()), axis=0))


def _through(
    asked: Array, values: Array, whole: Array, scores: Array, held: Array, name: str
) -> tuple[Array, float]:
    """Draws of an answer through the response, and the response's relative error."""
    if name == "resistance":
        made = fitted(asked, np.log(np.maximum(values, 1e-30)))
        return np.exp(made(scores)), made.error
    share = values / whole
    made = fitted(asked, share)
    typical = float(np.median(share)) or TINY
    return np.maximum(made(scores), 0.0) * held, made.error / max(typical, TINY)


def _interval(values: Array) -> dict[str, float]:
    low, middle, high = (float(part) for part in np.quantile(values, (0.05, 0.5, 0.95)))
    return {"low": _tidy(low), "middle": _tidy(middle), "high": _tidy(high)}


def _tidy(value: float) -> float:
    """Six digits: what is left of sums that another number of threads orders differently."""
    return float(f"{value:.6g}")


def _capacities(values: Array) -> dict[str, float]:
    return {f"capacity_{key}_Ah": value for key, value in _interval(values).items()}


def _ranking(
    inputs: Sequence[Uncertain], true: Mapping[str, Array], at: int, scores: Array, drawn: Mapping[str, Array]
) -> list[dict[str, Any]]:
    """What each input does to each answer, the one that moves the capacity most first."""
    ranks = {name: _ranks(values) for name, values in drawn.items()}
    found = []
    for k, entry in enumerate(inputs):
        low, high = 1 + 2 * k, 2 + 2 * k
        mine: dict[str, Any] = {"input": entry.given.what, "low": entry.at(-SCORE), "high": entry.at(SCORE)}
        own = _ranks(scores[:, k])
        for name in ANSWERS:
            values = true[name][:, at] if name != "resistance" else true[name]
            mine[name] = {
                "at_low": _tidy(values[low]),
                "at_high": _tidy(values[high]),
                "share": _tidy(float(own @ ranks[name]) ** 2 / float((own @ own) * (ranks[name] @ ranks[name]))),
            }
        mine["confidence"] = entry.given.quantity.confidence
        found.append(mine)
    return sorted(found, key=lambda one: (-one["capacity"]["share"], one["input"]))


def _ranks(values: Array) -> Array:
    """Ranks about their middle; equal values share none, which draws of a continuous answer rarely are."""
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values), dtype=np.float64)
    return np.asarray(order - order.mean())
