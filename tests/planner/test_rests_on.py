"""A number is as sure as the settings that move it; others do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.methods.base import Work
from fabplan.planner.rests_on import rests_on
from fabplan.planner.route import method_of
from tests.planner.fakes import q


@dataclass(frozen=True)
class Inner:
    pulse: Any


@dataclass(frozen=True)
class Outer:
    rate: Any
    load: Any
    unused: Any
    cycle: tuple[Inner, ...] = ()


def settings(rate: str = "high", load: str = "high", unused: str = "high", pulse: str = "high") -> Outer:
    cycle = (Inner(q(1.0, "time", "high")), Inner(q(5.0, "time", pulse)))
    return Outer(q(2.0, "rate", rate), q(1.0, "time", load), q(3.0, "number", unused), cycle)


def law(s: Outer) -> float:
    return 100.0 / s.rate.value + s.load.value + sum(i.pulse.value for i in s.cycle)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "high"), ({"rate": "low"}, "low"), ({"rate": "medium"}, "medium"), ({"unused": "low"}, "high"),
        ({"load": "low"}, "high"), ({"pulse": "low"}, "low"), ({"rate": "medium", "pulse": "low"}, "low"),
    ],
)  # fmt: skip
def test_what_moves_it_counts(given: dict[str, str], expected: str) -> None:
    """Loading is 2 % of the time, below what counts; the second pulse is 9 %."""
    assert rests_on(settings(**given), law) == expected


def test_unknown_and_recipe() -> None:
    assert rests_on(settings(rate="low"), lambda s: None) == "high"
    assert rests_on(settings(), law, "medium") == "medium"


def test_a_time_by_an_unsure_rate_is_unsure() -> None:
    """The LCO rate is of low confidence in a recipe of medium confidence; that of platinum is read."""
    work = Work(thickness=1e-6, area=1e-5, volume=1e-11)
    for name, expected in (("sputter-lco-shadow", "low"), ("ald-al2o3-tma", "high")):
        recipe = load().recipes[name]
        module, set_to = method_of(recipe, name)
        assert rests_on(set_to, lambda s, m=module: m.duration(s, work)) == expected
