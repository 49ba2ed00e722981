"""How sure: every uncertain input drawn at once, to intervals of capacity, energy and resistance, and a ranking.

What varies and how far stands in ``uncertain_inputs``, the rule from confidence to spread in ``estimate.ranges``.
Positive values are drawn log-normal on either side of the value, shares normal. Inputs are independent.

Every input is first looked at alone, at both its ends. The estimator then answers some 150 draws of those that move
something; 10^4 go through a response fitted to them (``estimate.response``). Where the closed form is off for the cell
as drawn, the accurate tier answers at the target's rate; at other rates the draws of the closed form are scaled to
what the accurate tier says of the plan. The charge that the electrodes hold is exact for every draw, so that the
change of the limiting electrode needs no fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.estimate.cells import Cells, read_cells
from fabplan.estimate.ranges import REACH, RULE, SCORE
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.response import fitted, latin, powers
from fabplan.estimate.run import estimate
from fabplan.planner import cell_document
from fabplan.planner.electrical import Chemistry
from fabplan.planner.size import Problem, kind
from fabplan.planner.uncertain_inputs import NETS, Uncertain, at, cell_ranges, uncertain_inputs

__all__ = ["Uncertain", "cell_ranges", "uncertain_inputs", "uncertainty"]
Array = NDArray[np.float64]
Variant = tuple[Chemistry, Mapping[str, float]]
DRAWS = 10_000
POINTS_PER_INPUT, FEWEST, MOST = 10, 150, 170
ANSWERS = ("capacity", "energy", "resistance")
UNITS = {"capacity": "Ah", "energy": "Wh", "resistance": "ohm"}
TINY = 1e-3  # share of the held charge below which nothing is told apart
_WRONG = 0.03  # of the capacity: a closed form further off than that is not drawn with
_FAR = 2.0  # factor beyond which scaling the closed form's draws would be a guess
_KINK = 0.1  # of the logarithm of both charges' ratio: about the spread of it
_MOVES = 2e-3  # of an answer: an input that moves none of them so much alone is not drawn through the response


def uncertainty(
    problem: Problem,
    geometry: Mapping[str, float],
    document: Mapping[str, Any],
    spec: Mapping[str, Any],
    capacities: Sequence[float] | None = None,
) -> dict[str, Any]:
    """The ``estimate.uncertainty`` object of plan.json.

    Parameters
    ----------
    geometry : of the cell as drawn
    document : ``fabplan/cells/1`` of the drawn cell, with all rates that are wanted
    spec : the request; its content is the seed, so that the same request gives the same bytes
    capacities : of the cell as drawn at those rates [Ah]; asked of the estimator where left out
    """
    inputs, held = uncertain_inputs(problem, geometry, document["cells"][0]["design"])
    told = [{"input": what, "why": why} for what, why in held]
    if not inputs:
        return {"draws": 0, "rule": RULE, "answers": {}, "rates": [], "inputs": [], "held": told}
    generator = np.random.default_rng(_seed(spec))
    alone = np.concatenate([np.zeros((1, len(inputs))), *[_ends(len(inputs), k) for k in range(len(inputs))]])
    off = _off(problem, geometry, document, capacities)
    at_ends = _answered(problem, document, [at(problem, geometry, inputs, row) for row in alone], off)
    moving = _moving(at_ends, len(inputs))
    points = int(np.clip(POINTS_PER_INPUT * len(moving), FEWEST, MOST))
    filled = np.zeros((points, len(inputs)))
    filled[:, moving] = latin(points, len(moving), generator, REACH)
    at_points = _answered(problem, document, [at(problem, geometry, inputs, row) for row in filled], off)
    rows = [0, *(row for k in moving for row in (1 + 2 * k, 2 + 2 * k))]
    asked = np.concatenate([alone[rows], filled])
    true = {name: np.concatenate([at_ends[name][rows], at_points[name]]) for name in ANSWERS}
    scores = np.clip(generator.standard_normal((DRAWS, len(inputs))), -REACH, REACH)
    through = _Draws(*(_Points.of(problem, geometry, inputs, some, moving) for some in (asked, scores)))
    c_rates, rate = document["cells"][0]["c_rates"], problem.target.c_rate
    place = c_rates.index(rate)
    drawn, errors = {}, {}
    for name in ANSWERS:
        values = true[name][:, place] if name != "resistance" else true[name]
        drawn[name], errors[name] = through.answer(values, name)
    return {
        "draws": DRAWS,
        "estimator_points": len(alone) + points,
        "c_rate": rate,
        "rule": RULE,
        "answers": {
            name: {**_interval(drawn[name]), "unit": UNITS[name], "response_error": _tidy(errors[name])}
            for name in ANSWERS
        },
        "rates": [
            {"c_rate": one, "drawn_by": off.by(k), **_amounts(through, true, k)}
            if off.known(k)
            else {"c_rate": one, "drawn_by": "not drawn: the closed form is far off there"}
            for k, one in enumerate(c_rates)
        ],
        "inputs": _ranking(inputs, at_ends, place, scores, drawn, moving),
        "held": told,
    }


def _seed(spec: Mapping[str, Any]) -> int:
    text = json.dumps(spec, sort_keys=True, default=str)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _ends(count: int, place: int) -> Array:
    """One input at its 5 and at its 95 % point, the others as given [2, inputs]."""
    rows = np.zeros((2, count))
    rows[:, place] = -SCORE, SCORE
    return rows


def _moving(at_ends: Mapping[str, Array], count: int) -> list[int]:
    """Inputs that move an answer at any rate; at least one, the strongest."""
    swings = np.zeros(count)
    for values in at_ends.values():
        table = values.reshape(len(values), -1)
        scale = np.maximum(np.abs(table).max(axis=0), 1e-300)
        pairs = table[1:].reshape(count, 2, -1)
        swings = np.maximum(swings, (np.abs(pairs - table[0]) / scale).max(axis=(1, 2)))
    return sorted({*np.flatnonzero(swings > _MOVES).tolist(), int(swings.argmax())})


@dataclass(frozen=True)
class _Off:
    """Where the closed form is off for the cell as drawn.

    Parameters
    ----------
    exact : rates that the accurate tier answers [rates]
    scale : factor on what the closed form says at the others [rates]
    """

    exact: NDArray[np.bool_]
    scale: Array

    def by(self, place: int) -> str:
        """How the draws of a rate were answered."""
        closed = "fast" if self.scale[place] == 1.0 else "fast, scaled to the accurate tier"
        return "accurate" if self.exact[place] else closed

    def known(self, place: int) -> bool:
        """Whether draws of the closed form, scaled or not, say anything at a rate."""
        return bool(self.exact[place] or 1.0 / _FAR <= self.scale[place] <= _FAR)


def _off(
    problem: Problem, geometry: Mapping[str, float], document: Mapping[str, Any], capacities: Sequence[float] | None
) -> _Off:
    cells, rates = read_cells(document, "cell"), np.array(document["cells"][0]["c_rates"])
    closed = estimate(cells, "fast").capacity
    if capacities is None:
        exact = estimate(cells).capacity
    else:
        exact = np.array(capacities) * 3600.0 / cell_document.scale(kind(problem), geometry)
    wrong = np.abs(closed - exact) > _WRONG * np.abs(exact)
    asked = rates == problem.target.c_rate
    scale = np.where(closed > 0.0, exact / np.where(closed > 0.0, closed, 1.0), 1.0)
    return _Off(wrong & asked, np.where(wrong & ~asked, scale, 1.0))


def _answered(
    problem: Problem, document: Mapping[str, Any], variants: Sequence[Variant], off: _Off
) -> dict[str, Array]:
    """Answers at the currents of the plan: capacity [Ah], energy [Wh] by rate, resistance [ohm]; one row a variant.

    A variant whose cut-off lies above its open-circuit voltage gives nothing.
    """
    what, nominal = kind(problem), document["cells"][0]
    rates, fixed = list(nominal["c_rates"]), {k: v for k, v in nominal["design"].items() if k.startswith("Q_1C")}
    together = _together(problem, variants, rates, fixed)
    cells = read_cells(together, "cell", keep_going=True)
    capacity, energy = np.zeros((len(variants), len(rates))), np.zeros((len(variants), len(rates)))
    places = np.array([int(name[1:]) for name in cells.ids], dtype=np.intp)
    for tier, columns in (("fast", np.flatnonzero(~off.exact)), ("accurate", np.flatnonzero(off.exact))):
        if len(columns):
            found = estimate(cells, tier, [rates[k] for k in columns.tolist()])
            shape = (len(places), len(columns))
            capacity[np.ix_(places, columns)] = found.capacity.reshape(shape) * off.scale[columns]
            energy[np.ix_(places, columns)] = found.energy.reshape(shape) * off.scale[columns]
    geometry = variants[0][1]
    scale, in_series = cell_document.scale(what, geometry), geometry.get("in_series", 1.0)
    return {
        "capacity": capacity * scale / 3600.0,
        "energy": energy * scale * in_series / 3600.0,
        "resistance": _resistances(cells, places, len(variants)) * in_series / scale,
    }


def _resistances(cells: Cells, places: NDArray[np.intp], count: int) -> Array:
    """Resistance of every variant; of one that gives nothing that of the middle one."""
    found = dc_resistance(cells, Pulse(), similar=True)
    made = np.full(count, float(np.median(found)))
    made[places] = found
    return made


def _together(
    problem: Problem, variants: Sequence[Variant], rates: Sequence[float], fixed: Mapping[str, float]
) -> dict[str, Any]:
    """One cells document of all variants, the currents those of the plan; equal electrolytes stand there once."""
    what = kind(problem)
    together: dict[str, Any] = {"schema": "fabplan/cells/1", "ocp": {}, "electrolytes": {}, "cells": []}
    names: dict[str, str] = {}
    for k, (chem, geometry) in enumerate(variants):
        made = cell_document.document(chem, problem.catalog, [geometry], rates, what)
        together["ocp"] |= made["ocp"]
        design = {**made["cells"][0]["design"], **fixed}
        for table in made["electrolytes"].values():
            name = names.setdefault(json.dumps(table), f"E{k}")
            together["electrolytes"][name] = table
            design["electrolyte"] = name
        together["cells"].append({**made["cells"][0], "id": f"V{k}", "design": design})
    return together


@dataclass(frozen=True)
class _Points:
    """Points for a response.

    Parameters
    ----------
    terms : scores of the inputs that move something, and how far either electrode exceeds the other [n, k]: the
        answer has a kink where the limiting electrode changes
    whole : charge between full and empty after the first cycle [Ah]; exact
    """

    terms: Array
    whole: Array

    @staticmethod
    def of(
        problem: Problem, geometry: Mapping[str, float], inputs: Sequence[Uncertain], scores: Array,
        moving: Sequence[int],
    ) -> _Points:  # fmt: skip
        """Points at scores [n, inputs]."""
        sides = _charges(problem, geometry, inputs, scores)
        terms, whole = scores[:, moving], np.asarray(np.min(sides, axis=0))
        if len(sides) == 2:
            excess = np.log(sides[0] / sides[1]) / _KINK
            further = np.stack([np.tanh(np.maximum(excess, 0.0)), np.tanh(np.maximum(-excess, 0.0))], axis=1)
            terms = np.concatenate([terms, further], axis=1)
        return _Points(terms, whole / geometry.get("in_series", 1.0))


def _charges(
    problem: Problem, geometry: Mapping[str, float], inputs: Sequence[Uncertain], scores: Array
) -> list[Array]:
    """Charge of anode and cathode of every draw after the first cycle [Ah]; the cathode's alone against lithium."""
    chem, loss = problem.chemistry, np.zeros(len(scores))
    sides: list[Array] = []
    for net in NETS:
        side = getattr(chem, net)
        if side.metal:
            continue
        share, ends = np.ones(len(scores)), {"charged": side.charged, "discharged": side.discharged}
        other = np.ones(len(scores))
        for k, entry in enumerate(inputs):
            part, name = entry.field
            if (part, name) == (net, "active_fraction"):
                share = share * entry.many(scores[:, k]) / entry.middle
            elif (part, name) == (net, "maximum_concentration") or name in (f"{net}_height", f"{net}_width"):
                other = other * entry.many(scores[:, k]) / entry.middle
            elif part == net and name in ends:
                ends[name] = entry.many(scores[:, k])
            elif (part, name) == (net, "first_cycle_loss"):
                loss = np.maximum(loss, entry.many(scores[:, k]))
        share = np.minimum(share, 1.0 / side.active_fraction if side.active_fraction else 1.0)
        window = np.abs(ends["charged"] - ends["discharged"]) / abs(side.charged - side.discharged)
        sides.append(side.capacity * geometry[f"{net}_volume"] / 3600.0 * share * other * window)
    if len(sides) == 2:
        sides[1] = sides[1] * (1.0 - loss)
    return sides


class _Draws:
    """Draws of an answer through a response fitted to asked points; amounts as shares of the charge that is held."""

    def __init__(self, asked: _Points, drawn: _Points) -> None:
        self.asked, self.scores = asked.terms, drawn.terms
        self.whole_asked, self.whole = asked.whole, drawn.whole
        self.powers = powers(drawn.terms)

    def answer(self, values: Array, name: str) -> tuple[Array, float]:
        """Draws, and the response's relative error."""
        if name == "resistance":
            made = fitted(self.asked, np.log(np.maximum(values, 1e-30)))
            return np.exp(made(self.scores, self.powers)), made.error
        share = values / self.whole_asked
        made = fitted(self.asked, share)
        typical = float(np.median(share)) or TINY
        return np.maximum(made(self.scores, self.powers), 0.0) * self.whole, made.error / max(typical, TINY)


def _interval(values: Array) -> dict[str, float]:
    low, middle, high = (float(part) for part in np.quantile(values, (0.05, 0.5, 0.95)))
    return {"low": _tidy(low), "middle": _tidy(middle), "high": _tidy(high)}


def _tidy(value: float) -> float:
    """Six digits: what is left of sums that another number of threads orders differently."""
    return float(f"{value:.6g}")


def _amounts(through: _Draws, true: Mapping[str, Array], place: int) -> dict[str, float]:
    """Intervals of capacity and energy at one rate."""
    found = {}
    for name in ("capacity", "energy"):
        for end, value in _interval(through.answer(true[name][:, place], name)[0]).items():
            found[f"{name}_{end}_{UNITS[name]}"] = value
    return found


def _ranking(
    inputs: Sequence[Uncertain],
    at_ends: Mapping[str, Array],
    place: int,
    scores: Array,
    drawn: Mapping[str, Array],
    moving: Sequence[int],
) -> list[dict[str, Any]]:
    """What each input does to each answer, the one that moves the capacity most first."""
    ranks = {name: _ranks(values) for name, values in drawn.items()}
    found = []
    for k, entry in enumerate(inputs):
        low, high = 1 + 2 * k, 2 + 2 * k
        mine: dict[str, Any] = {"input": entry.given.what, "low": entry.at(-SCORE), "high": entry.at(SCORE)}
        own = _ranks(scores[:, k])
        for name in ANSWERS:
            values = at_ends[name][:, place] if name != "resistance" else at_ends[name]
            spread = float((own @ own) * (ranks[name] @ ranks[name]))
            share = float(own @ ranks[name]) ** 2 / spread if spread > 0.0 and k in moving else 0.0
            mine[name] = {"at_low": _tidy(values[low]), "at_high": _tidy(values[high]), "share": _tidy(share)}
        mine["confidence"] = entry.given.quantity.confidence
        mine["dimension"] = entry.given.quantity.dimension
        found.append(mine)
    return sorted(found, key=lambda one: (-one["capacity"]["share"], one["input"]))


def _ranks(values: Array) -> Array:
    """Ranks about their middle; equal values share none, which draws of a continuous answer rarely are."""
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values), dtype=np.float64)
    return np.asarray(order - order.mean())
