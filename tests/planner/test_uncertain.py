"""Intervals and rankings: against the estimator itself, and that the same request gives the same bytes."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from fabplan.catalog.loader import Catalog
from fabplan.catalog.loader import load as load_catalog
from fabplan.planner import run, uncertain
from fabplan.planner.plan import Input, Plan
from fabplan.records import Quantity


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def film(catalog: Catalog) -> tuple[Plan, tuple[Any, ...]]:
    """A plan, and what its uncertainty was asked with."""
    asked: list[tuple[Any, ...]] = []
    real = uncertain.uncertainty

    def spy(*given: Any) -> dict[str, Any]:
        asked.append(given)
        return real(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uncertain, "uncertainty", spy)
        made = run.plan("laminated-thin-film", {}, (), catalog)
    return made, asked[-1]


def test_intervals_are_those_of_the_estimator_itself(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, (problem, geometry, document, _) = film
    inputs = uncertain.uncertain_inputs(problem.chemistry)
    scores = np.clip(np.random.default_rng(5).standard_normal((1200, len(inputs))), -uncertain.REACH, uncertain.REACH)
    chems = [uncertain._at(problem.chemistry, inputs, row) for row in scores]
    truth = uncertain._answered(problem, geometry, document, chems)
    at = document["cells"][0]["c_rates"].index(problem.target.c_rate)
    for name, tolerance in (("capacity", 0.05), ("energy", 0.05), ("resistance", 0.15)):
        values = truth[name] if name == "resistance" else truth[name][:, at]
        found = made.estimate["uncertainty"]["answers"][name]
        for end, share in (("low", 0.05), ("middle", 0.5), ("high", 0.95)):
            assert found[end] == pytest.approx(float(np.quantile(values, share)), rel=tolerance), (name, end)


def test_the_plan_lies_at_the_score_zero(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, (problem, geometry, document, _) = film
    nominal = uncertain._answered(problem, geometry, document, [problem.chemistry])
    at = document["cells"][0]["c_rates"].index(problem.target.c_rate)
    assert nominal["capacity"][0, at] == pytest.approx(made.estimate["capacity_Ah"], rel=0.02)


def test_the_same_request_gives_the_same_bytes(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, given = film
    again = uncertain.uncertainty(*given)
    assert json.dumps(again) == json.dumps(made.estimate["uncertainty"])
    other = uncertain.uncertainty(*given[:3], {**given[3], "name": "another"})
    assert json.dumps(other) != json.dumps(again)
    assert other["answers"]["capacity"]["low"] == pytest.approx(again["answers"]["capacity"]["low"], rel=0.05)


def test_the_ranking_names_what_moves_the_capacity(film: tuple[Plan, tuple[Any, ...]]) -> None:
    found = film[0].estimate["uncertainty"]["inputs"]
    shares = [one["capacity"]["share"] for one in found]
    assert shares == sorted(shares, reverse=True) and 0.5 < sum(shares) < 1.1
    swing = [abs(one["capacity"]["at_high"] - one["capacity"]["at_low"]) for one in found]
    assert max(swing) in swing[:2]


def test_it_is_quick(film: tuple[Plan, tuple[Any, ...]]) -> None:
    best = min(_seconds(film[1]) for _ in range(3))
    assert best < 0.6  # 0.15 to 0.25 s alone; other work on the machine may double it


def _seconds(given: tuple[Any, ...]) -> float:
    begin = time.perf_counter()
    uncertain.uncertainty(*given)
    return time.perf_counter() - begin


@pytest.mark.parametrize(
    ("value", "dimension", "low", "high"),
    [(1e-15, "diffusivity", 1e-15 / 3, 3e-15), (0.4, "number", 0.15, 0.5), (2.0, "length", 1.0, 8.0)],
)
def test_a_range_is_five_to_ninety_five_per_cent(value: float, dimension: str, low: float, high: float) -> None:
    given = Input("x", Quantity(value, dimension, "test", "low"))
    one = uncertain.Uncertain(given, ("anode", "diffusivity"), low, high)
    assert one.at(0.0) == pytest.approx(value)
    assert one.at(-uncertain.SCORE) == pytest.approx(low) and one.at(uncertain.SCORE) == pytest.approx(high)
    some = [one.at(float(score)) for score in np.linspace(-2.4, 2.4, 31)]
    assert some == sorted(some)
