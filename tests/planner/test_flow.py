"""Hold points of a flow: what can be measured where it stands, and what would harm the cell is not asked."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.methods._acceptance import ISOLATION, LEAK, OVERLAY
from fabplan.planner.flow import _aligned, _dry_tests
from fabplan.planner.plan import Step
from tests.planner.fakes import recipe, step
from tests.planner.plans import planned


def at(number: int, role: str, *acceptance: object) -> Step:
    plain = step(number, None, recipe("x", ("x",), method="sputter"))
    left = ("film",) if role != "resist" else ()
    return dataclasses.replace(plain, role=role, material="x", bodies=left, acceptance=acceptance)  # type: ignore[arg-type]


def asked(steps: tuple[Step, ...]) -> list[list[str]]:
    return [[entry.what for entry in one.acceptance] for one in steps]


def test_isolation_is_measured_before_the_electrolyte_and_never_after_it() -> None:
    flow = (at(1, "collector", ISOLATION), at(2, "electrolyte", ISOLATION, LEAK), at(3, "lid", LEAK, ISOLATION))
    assert asked(_dry_tests(flow)) == [
        ["isolation between the nets"], ["isolation between the nets, before this step", "seal"], ["seal"],
    ]  # fmt: skip
    assert _dry_tests(flow[:1]) == flow[:1]
    lid_first = (flow[2], dataclasses.replace(flow[1], number=4))
    assert asked(_dry_tests(lid_first))[0] == ["seal", "isolation between the nets"]


def test_the_first_layer_has_no_overlay() -> None:
    flow = (at(1, "resist", OVERLAY), at(2, "collector", OVERLAY), at(3, "anode", OVERLAY))
    assert asked(_aligned(flow)) == [[], [], ["overlay to the layer below"]]


@pytest.mark.slow
def test_a_recipe_that_cannot_be_followed_is_told() -> None:
    made = planned("planar-interdigital", "route.cathode=flexo-lfp")
    assert [f.where for f in made.findings if f.rule == "route-not-followed"] == ["route.cathode"]
