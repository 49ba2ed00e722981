"""The traveler: every step in order, with what must be ready, measured and feared."""

from __future__ import annotations

import dataclasses
import re

import pytest

from fabplan.exporters import sheets, traveler
from fabplan.exporters.plan_json import revision
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import infected, sample_plan
from tests.exporters.test_sheets import PAYLOADS, columns

PLAN = sample_plan()


def text_of(plan: Plan) -> str:
    return traveler.export(plan)["recipes/traveler.md"].decode()


TEXT = text_of(PLAN)


def test_steps_in_order_with_links_to_sheets_that_exist() -> None:
    links = re.findall(r"\]\((\d\d-[a-z0-9-]+\.md)\)", TEXT)
    assert [f"recipes/{link}" for link in links] == [name for name in sheets.export(PLAN) if name.endswith(".md")]


def test_unknown_times_are_said_and_not_summed() -> None:
    assert "| **calibrate** |" in TEXT
    assert "**3.13 d** and 1 step whose time nobody knows (10)" in TEXT
    known = dataclasses.replace(PLAN, steps=tuple(s for s in PLAN.steps if s.duration is not None))
    assert "nobody knows" not in text_of(known)


def test_hold_points_hazards_and_materials() -> None:
    for step in PLAN.steps:
        assert all(entry.what in TEXT for entry in step.acceptance)
        assert all(hazard in TEXT for hazard in step.hazards)
        assert all(use.what in TEXT for use in step.uses)
    assert "glycol vapour: local exhaust (steps 05, 06)" in TEXT
    assert "photomask no. 1, collectors" in TEXT and "`toolpaths/06-print-cathode.gcode`" in TEXT


def test_the_thermal_budget_names_what_stands_there() -> None:
    assert "| 07 Sinter in argon | 600 degC | inert | au, lto, lfp |" in TEXT


def test_a_window_around_a_target_names_the_target() -> None:
    assert "| thickness | ±5 % of target, target 300 nm |" in TEXT


def test_calibration_comes_first() -> None:
    assert "calibrate first: **03, 05, 06, 07, 08, 10**" in TEXT


def test_the_revision_is_that_of_the_plan() -> None:
    assert revision(PLAN) in TEXT and "capacity 2.5 uAh, rate C/5 / 2.9 uAh" in TEXT


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_cannot_change_it(payload: str) -> None:
    bad = infected(PLAN, payload)
    assert isinstance(bad, Plan)
    text = text_of(bad)
    assert columns(text) == columns(TEXT)
    assert re.findall(r"^#+ ", text, re.M) == re.findall(r"^#+ ", TEXT, re.M)
    assert "<script" not in text.replace("\\<", "")


def test_a_bare_plan_has_one_too() -> None:
    steps = (dataclasses.replace(PLAN.steps[0], hazards=(), set_points=(), duration=None),)
    bare = dataclasses.replace(PLAN, steps=steps, masks=(), toolpaths=(), findings=(), spec={})
    text = text_of(bare)
    assert "nothing but a footprint" in text and "nothing is heated" in text and "none on record" in text
