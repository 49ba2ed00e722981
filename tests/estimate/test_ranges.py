"""Ranges of uncertain inputs: what a confidence stands for, what people may write, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.errors import Problem
from fabplan.estimate import ranges
from fabplan.estimate.ranges import NINE_IN_TEN, Range
from fabplan.estimate.reading import Reader


@pytest.mark.parametrize(
    ("path", "value", "confidence", "low", "high"),
    [
        ("pos.D_s", 1e-15, "high", 0.85e-15, 1.15e-15),
        ("pos.D_s", 1e-15, "medium", 0.6e-15, 1.4e-15),
        ("electrolyte.kappa_S_m", 1.0, "low", 1.0 / 3.0, 3.0),
        ("pos.eps", 0.4, "low", 0.4 / 3.0, 0.95),
        ("gap_m", 2e-5, "low", 1.6e-5, 2.4e-5),
        ("pos.c_max", 2e4, "medium", 1.8e4, 2.2e4),
        ("contact_ohm_m2", 2.0, "high", 1.7, 2.3),
    ],
)
def test_what_a_confidence_stands_for(path: str, value: float, confidence: str, low: float, high: float) -> None:
    made = ranges.of_confidence(path, value, confidence)
    assert made is not None and made.path == path
    assert (made.low / value, made.high / value) == pytest.approx((low / value, high / value))


@pytest.mark.parametrize("path", ["V_cut", "T_K", "pos.brug", "H_m", "electrolyte.thermodynamic_factor"])
def test_what_is_held(path: str) -> None:
    assert ranges.of_confidence(path, 1.5, "low") is None


def test_an_end_of_the_window_moves_with_the_window() -> None:
    made = ranges.of_confidence("pos.sto0", 0.95, "medium", window=0.9)
    assert made is not None and (made.low, made.high) == pytest.approx((0.905, 0.995))
    values = {"pos.sto0": 0.95, "pos.sto100": 0.05}
    held = ranges.resolved([("pos.sto0", "low")], values, None, lambda path: (0.01, 0.96))
    assert held[0].high == 0.96  # never outside its open-circuit table


SCORES = st.lists(st.floats(-2.4, 2.4), min_size=2, max_size=9)


@given(st.floats(1e-18, 1e3), st.floats(1.0, 50.0), st.floats(1.0, 50.0), SCORES)
def test_values_rise_with_the_score(value: float, below: float, above: float, scores: list[float]) -> None:
    found = ranges.at_score("pos.D_s", value, value / below, value * above, np.array([*sorted(scores)]))
    assert np.all(np.diff(found) >= -1e-12 * value * above**1.5) and np.all(found > 0.0)
    ends = ranges.at_score("pos.D_s", value, value / below, value * above, np.array([-ranges.SCORE, 0.0, ranges.SCORE]))
    assert ends / value == pytest.approx([1.0 / below, 1.0, above])


@given(st.floats(0.01, 0.99), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-2.4, 2.4))
def test_shares_stay_shares(value: float, low: float, high: float, score: float) -> None:
    found = float(ranges.at_score("pos.eps", value, low * value, value + high * (1.0 - value), np.array(score)))
    assert 0.0 < found < 1.0


def test_nine_of_ten_draws_lie_inside() -> None:
    one = Range("pos.D_s", 1e-16, 4e-15, NINE_IN_TEN)
    found = ranges.sample(one, 1e-15, np.random.default_rng(3), 20_000)
    assert np.mean(found < one.low) == pytest.approx(0.05, abs=0.006)
    assert np.mean(found > one.high) == pytest.approx(0.05, abs=0.006)
    assert np.median(found) / 1e-15 == pytest.approx(1.0, rel=0.02)


def read(given: Any) -> tuple[list[Any], list[str]]:
    reader = Reader()
    found = ranges.read(reader, given, "f.json: uncertain")
    return found, [str(problem) for problem in reader.problems]


def test_a_table_or_a_list() -> None:
    found, problems = read({"pos.D_s": [1e-16, 1e-14], "gap_m": "medium", "neg.eps": {"low": 0.2, "high": 0.4}})
    assert not problems and found[1] == ("gap_m", "medium")
    assert found[0] == Range("pos.D_s", 1e-16, 1e-14, NINE_IN_TEN) and found[2].distribution == NINE_IN_TEN
    twice, problems = read([{"path": "w1_m", "low": 1.0, "high": 2.0, "input": "height", "distribution": "uniform"}])
    assert not problems and twice == [Range("w1_m", 1.0, 2.0, "uniform", "height")]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (5, "not a table of ranges"), ({"a": [1]}, "not a range"), ({"a": [1, "x"]}, "not a number"),
        ({"a": "meduim"}, "did you mean 'medium'"), ({"a": {"low": 1}}, "uncertain.a.high"),
        ({"a": {"low": 1, "high": 2, "distribution": "x"}}, "unknown distribution"),
        ([{"low": 1, "high": 2}], "not a path"), ([3], "not a table"),
        ({"a": [1, float("nan")]}, "not a finite number"),
    ],
)  # fmt: skip
def test_bad_ranges_name_their_key(given: Any, word: str) -> None:
    found, problems = read(given)
    assert not found and any(word in text for text in problems)
    assert all(text.startswith("f.json: uncertain") for text in problems)


def test_what_people_type() -> None:
    assert ranges.typed("pos.D_s = 1e-16 .. 1e-14") == Range("pos.D_s", 1e-16, 1e-14, NINE_IN_TEN)
    assert ranges.typed("gap_m=low") == ("gap_m", "low")
    for text in ("gap_m", "=1..2", "gap_m=1", "gap_m=1..x", "gap_m=1..2..3", ""):
        assert isinstance(ranges.typed(text), Problem), text
