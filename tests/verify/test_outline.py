"""The outline read back from the GDSII: as planned, and every spoiling of it is seen."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fabplan.architectures.base import beyond
from fabplan.exporters.plan_json import document
from fabplan.geometry.region import Region, joined, rectangle
from fabplan.verify.outline import verify_outline
from tests.planner.plans import shipped_plan

CHIP = "planar-interdigital-on-chip"
File = dict[tuple[int, int], Region]


def drawn() -> tuple[dict[str, Any], File]:
    plan = shipped_plan(CHIP)
    return copy.deepcopy(document(plan)), {(layer.layer, layer.datatype): layer.region for layer in plan.layers}


def test_as_planned() -> None:
    plan, file = drawn()
    made = shipped_plan(CHIP)
    assert verify_outline(made.bodies, plan, file) == ()
    assert beyond(made.bodies, made.footprint) == ()


def moved_keep_out(plan: dict[str, Any], file: File) -> None:
    file[0, 31] = rectangle(0, 0, 1000, 1000)


def no_outline(plan: dict[str, Any], file: File) -> None:
    del file[0, 30]


def keep_out_under_the_comb(plan: dict[str, Any], file: File) -> None:
    more = rectangle(4_900_000, 4_900_000, 5_000_000, 5_000_000)
    file[0, 31] = joined([file[0, 31], more])
    plan["footprint"]["keep_outs_nm"].append([list(point) for point in more.parts[0].polygon])


def smaller_outline(plan: dict[str, Any], file: File) -> None:
    file[0, 30] = rectangle(0, 0, 5_000_000, 10_000_000)
    plan["footprint"]["outline_nm"] = [list(file[0, 30].parts[0].polygon)]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (moved_keep_out, "outline-changed"),
        (no_outline, "outline-changed"),
        (keep_out_under_the_comb, "keep-out"),
        (smaller_outline, "inside-footprint"),
    ],
)
def test_what_is_spoiled_is_seen(spoil: Callable[[dict[str, Any], File], None], rule: str) -> None:
    plan, file = drawn()
    spoil(plan, file)
    assert rule in {finding.rule for finding in verify_outline(shipped_plan(CHIP).bodies, plan, file)}


def test_rectangles_say_nothing() -> None:
    plan, file = drawn()
    del plan["footprint"]["outline_nm"]
    assert verify_outline(shipped_plan(CHIP).bodies, plan, file) == ()
