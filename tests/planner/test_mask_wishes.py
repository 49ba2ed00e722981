"""The tables ``[masks]`` and ``[wafer]``: what they take, and what they refuse with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from fabplan.errors import Problem
from fabplan.planner.mask_wishes import Density, Wishes, wafer_wishes, wishes

TESTED = Wishes(tests=True)


def wafer_of(**given: Any) -> tuple[Any, list[Problem]]:
    problems: list[Problem] = []
    return wafer_wishes(given, "s: wafer", TESTED, problems), problems


@pytest.mark.parametrize("size", ["100 mm", "100mm", "0.1 m", "4 inch", '4"', "4 in"])
def test_a_wafer_as_people_write_it(size: str) -> None:
    found, problems = wafer_of(size=size)
    assert not problems and found.diameter == pytest.approx(0.1)
    assert (found.edge_exclusion, found.street) == (3e-3, 100e-6)


@pytest.mark.parametrize("size", ["110 mm", "7 inch", "4 kg", 4, None, "", "-100 mm"])
def test_no_such_wafer(size: Any) -> None:
    found, problems = wafer_of(size=size)
    assert len(problems) == 1 and found.diameter == 0.0
    assert "s: wafer.size" in str(problems[0])


def test_the_street_holds_the_blade_and_its_chipping() -> None:
    assert wafer_of(size="4 inch", kerf="80 um", chipping="30 um")[0].street == pytest.approx(140e-6)
    assert wafer_of(size="4 inch", kerf="40 um")[0].street == 100e-6
    assert wafer_of(size="4 inch", kerf="40 um", street="50 um")[0].street == pytest.approx(50e-6)
    _, problems = wafer_of(size="4 inch", kerf="40 um", chipping="20 um", street="50 um")
    assert "blade" in str(problems[0])


def test_the_kind_of_silicon_says_where_a_secondary_flat_lies() -> None:
    assert wafer_of(size="4 inch", silicon="n100")[0].silicon == "n100"
    _, problems = wafer_of(size="4 inch", silicon="p10")
    assert "p100" in str(problems[0])


def test_faults_come_all_at_once() -> None:
    _, problems = wafer_of(size="9 inch", test_dies=10, half_cells=-1, coupons=True, street="0.6 m")
    assert len(problems) == 5


def test_test_dies_need_tests() -> None:
    problems: list[Problem] = []
    wafer_wishes({"size": "4 inch", "test_dies": 1}, "s: wafer", Wishes(), problems)
    assert "masks.tests" in str(problems[0])


def test_masks_table() -> None:
    problems: list[Problem] = []
    given = {"tests": True, "revision": "B.2", "profile": "generic", "flat": True}
    assert wishes(given, "s: masks", problems) == Wishes("generic", True, "B.2", flat=True)
    wishes({"tests": "yes", "revision": "much too long", "profile": 3, "flat": 1}, "s: masks", problems)
    assert len(problems) == 4


def test_density_needs_shares_and_a_window() -> None:
    problems: list[Problem] = []
    assert wishes({"density": {"low": 0.2, "high": 0.8, "window": "200 um"}}, "s: masks", problems).density == Density(
        0.2, 0.8, pytest.approx(2e-4)
    )
    assert not wishes({}, "s: masks", problems).density and not problems


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"low": 0.2}, "window"), ({"low": 0.8, "high": 0.2, "window": "1 mm"}, "low less than high"),
        ({"low": -1, "window": "1 mm"}, "0 to 1"), ({"least": 0.1}, "high, low, window"), (0.3, "table"),
        ({"high": True, "window": "1 mm"}, "0 to 1"), ({"window": "1 kg"}, "density.window"),
    ],
)  # fmt: skip
def test_no_density(given: Any, words: str) -> None:
    problems: list[Problem] = []
    assert not wishes({"density": given}, "s: masks", problems).density
    assert words in " ".join(map(str, problems))
