"""The tables ``[masks]`` and ``[wafer]``: what they take, and what they refuse with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from fabplan.errors import Problem
from fabplan.planner.mask_wishes import Wishes, wafer_wishes, wishes

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


def test_faults_come_all_at_once() -> None:
    _, problems = wafer_of(size="9 inch", test_dies=10, half_cells=-1, coupons=True, street="0.6 m")
    assert len(problems) == 5


def test_test_dies_need_tests() -> None:
    problems: list[Problem] = []
    wafer_wishes({"size": "4 inch", "test_dies": 1}, "s: wafer", Wishes(), problems)
    assert "masks.tests" in str(problems[0])


def test_masks_table() -> None:
    problems: list[Problem] = []
    assert wishes({"tests": True, "revision": "B.2", "profile": "generic"}, "s: masks", problems) == Wishes(
        "generic", True, "B.2"
    )
    wishes({"tests": "yes", "revision": "much too long", "profile": 3}, "s: masks", problems)
    assert len(problems) == 3
