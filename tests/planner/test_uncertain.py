"""Intervals and rankings: against the estimator itself, and that the same request gives the same bytes."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from fabplan.catalog.loader import Catalog
from fabplan.catalog.loader import load as load_catalog
from fabplan.estimate import sureness
from fabplan.estimate import uncertainty as sampling
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


def inputs_of(given: tuple[Any, ...]) -> tuple[Any, ...]:
    problem, geometry, document = given[:3]
    return uncertain.uncertain_inputs(problem, geometry, document["cells"][0]["design"])[0]


def truth(given: tuple[Any, ...], scores: Any) -> dict[str, Any]:
    """What the estimator itself says of every draw."""
    problem, geometry, document, _, capacities = given
    off = uncertain._off(problem, geometry, document, capacities)
    variants = [uncertain.at(problem, geometry, inputs_of(given), row) for row in scores]
    return uncertain._answered(problem, document, variants, off)


def test_intervals_are_those_of_the_estimator_itself(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, given = film
    count = len(inputs_of(given))
    scores = np.clip(np.random.default_rng(5).standard_normal((1200, count)), -uncertain.REACH, uncertain.REACH)
    drawn = truth(given, scores)
    at = given[2]["cells"][0]["c_rates"].index(given[0].target.c_rate)
    for name, tolerance in (("capacity", 0.05), ("energy", 0.05), ("resistance", 0.15)):
        values = drawn[name] if name == "resistance" else drawn[name][:, at]
        found = made.estimate["uncertainty"]["answers"][name]
        for end, share in (("low", 0.05), ("middle", 0.5), ("high", 0.95)):
            assert found[end] == pytest.approx(float(np.quantile(values, share)), rel=tolerance), (name, end)


def test_the_plan_lies_at_the_score_zero(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, given = film
    nominal = truth(given, np.zeros((1, len(inputs_of(given)))))
    at = given[2]["cells"][0]["c_rates"].index(given[0].target.c_rate)
    assert nominal["capacity"][0, at] == pytest.approx(made.estimate["capacity_Ah"], rel=0.02)
    assert nominal["resistance"][0] == pytest.approx(made.estimate["dc_resistance_ohm"], rel=0.02)


def test_sizes_sites_and_collectors_are_drawn_too(film: tuple[Plan, tuple[Any, ...]]) -> None:
    found = {one["input"]: one for one in film[0].estimate["uncertainty"]["inputs"]}
    names = ("cathode: thickness", "electrolyte: thickness", "lco: lithium sites", "cathode collector: resistivity")
    for name in names:
        assert found[name]["low"] < found[name]["high"], name
    thickness = found["cathode: thickness"]
    assert thickness["high"] / thickness["low"] == pytest.approx(1.05 / 0.95)  # what the sputter step must meet
    assert thickness["capacity"]["at_high"] > thickness["capacity"]["at_low"]
    assert found["cathode collector: resistivity"]["resistance"]["at_high"] > film[0].estimate["dc_resistance_ohm"]


def test_what_is_held_is_said_with_a_reason(film: tuple[Plan, tuple[Any, ...]]) -> None:
    said = film[0].estimate["uncertainty"]
    held = {one["input"]: one["why"] for one in said["held"]}
    assert "practical capacity" in held["lco: lithium fraction, charged"] and held["open-circuit curves"]
    assert all(held.values()) and not set(held) & {one["input"] for one in said["inputs"]}


def test_the_cell_can_be_drawn_without_the_catalog(film: tuple[Plan, tuple[Any, ...]]) -> None:
    """The ranges in the cells document, by the estimator's own sampling, against the planner's response."""
    made = film[0]
    cell = json.loads(json.dumps(made.cell))
    rate = made.estimate["uncertainty"]["c_rate"]
    asked = sureness.asked((), cell, ["C00000"], None)["C00000"]
    assert len(asked) > 8
    found = sampling.intervals(sureness.alone(cell, "C00000"), asked, [rate], draws=2000)
    scale = made.estimate["capacity_Ah"] / found["nominal"]["capacity"]
    planned = made.estimate["uncertainty"]["answers"]["capacity"]
    for end in ("low", "middle", "high"):
        assert found["rates"][0][f"capacity_{end}_Ah_m2"] * scale == pytest.approx(planned[end], rel=0.06), end


def test_the_same_request_gives_the_same_bytes(film: tuple[Plan, tuple[Any, ...]]) -> None:
    made, given = film
    again = uncertain.uncertainty(*given)
    assert json.dumps(again) == json.dumps(made.estimate["uncertainty"])
    other = uncertain.uncertainty(*given[:3], {**given[3], "name": "another"}, given[4])
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
    assert best < 0.6  # 0.15 to 0.25 s alone; other work on the machine may double even processor time


def _seconds(given: tuple[Any, ...]) -> float:
    begin = time.process_time()
    uncertain.uncertainty(*given)
    return time.process_time() - begin


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
