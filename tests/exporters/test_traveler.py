"""The traveler: every step in order, with what must be ready, measured and feared."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from xml.etree import ElementTree

import pytest

from fabplan.catalog.types import Tool
from fabplan.exporters import sheets, traveler
from fabplan.exporters._flow_pictures import section_path
from fabplan.exporters._witness import half_cells, witnesses
from fabplan.exporters.plan_json import revision
from fabplan.planner.plan import Plan
from fabplan.records import Quantity
from tests.exporters.sample_plan import infected, sample_plan
from tests.exporters.test_sheets import PAYLOADS, columns
from tests.planner.plans import shipped_plan

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


FILES = traveler.export(PLAN)


def test_a_picture_after_every_step_that_leaves_something() -> None:
    made = [s for s in PLAN.steps if s.bodies]
    pictures = {name: data for name, data in FILES.items() if name.startswith("recipes/sections/")}
    assert list(pictures) == [section_path(s) for s in made]
    counts = []
    for data in pictures.values():
        root = ElementTree.fromstring(data)
        counts.append(len([t for t in root.iter("{http://www.w3.org/2000/svg}title")]) - 1)
    assert counts == sorted(counts) and counts[0] < counts[-1]  # the part grows
    for step in made:
        assert f"({section_path(step).removeprefix('recipes/')})" in TEXT


def test_the_thermal_budget_is_drawn_with_its_limits() -> None:
    root = ElementTree.fromstring(FILES["recipes/thermal-budget.svg"])
    titles = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert len(titles) == len(PLAN.steps)
    bars = [
        float(r.get("height") or 0) for r in root.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill") == "#c8501e"
    ]
    hottest = max(range(len(PLAN.steps)), key=lambda k: PLAN.steps[k].temperature_max or 0.0)
    assert bars.index(max(bars)) == hottest
    cold = dataclasses.replace(PLAN, steps=tuple(dataclasses.replace(s, temperature_max=None) for s in PLAN.steps))
    assert "recipes/thermal-budget.svg" not in traveler.export(cold)
    assert "thermal-budget.svg" not in text_of(cold)


def test_clocks_stand_on_traveler_sheet_and_data() -> None:
    limit = Quantity(1800.0, "time", "a test", "low", "in air", 1200.0, 3600.0)
    first = PLAN.steps[0]
    timed = dataclasses.replace(first, recipe=dataclasses.replace(first.recipe, queue_time=limit))
    plan = dataclasses.replace(PLAN, steps=(timed, *PLAN.steps[1:]))
    assert "No recipe of this flow has a longest wait on record" in TEXT
    text = text_of(plan)
    assert "**30 min** (range 20 min to 1 h) | low, a test | in air" in text
    assert "**30 min** after the end" in sheets.export(plan)[sheets.sheet_path(timed)].decode()
    data = json.loads(traveler.export(plan)["recipes/traveler.json"])
    assert data["steps"][0]["queue_time_s"] == 1800.0 and data["steps"][1]["queue_time_s"] is None
    unknown = dataclasses.replace(limit, value=None, low=None, high=None)
    plan = dataclasses.replace(
        PLAN,
        steps=(
            dataclasses.replace(first, recipe=dataclasses.replace(first.recipe, queue_time=unknown)),
            *PLAN.steps[1:],
        ),
    )
    assert "**unknown: calibrate** ________" in text_of(plan)


def test_costs_and_yields_only_where_the_lab_states_them() -> None:
    assert "Cost of one run through all steps: **unknown**" in TEXT and "Parts that come out good: **unknown**" in TEXT
    rate, good = Quantity(60.0, "number", "a test", "high"), Quantity(0.9, "number", "a test", "high")
    method = PLAN.steps[0].method
    tool = Tool(name="aligner", methods=(method,), hourly_cost=rate, good_share=good, wafer_sizes=("100 mm",))
    lab = dataclasses.replace(PLAN.facility, tools=(tool,), currency="EUR", rates_date="2026")
    plan = dataclasses.replace(PLAN, facility=lab)
    text = text_of(plan)
    assert re.search(r"Cost of one run through all steps: \*\*[\d.e+]+ to [\d.e+]+ EUR, about", text)
    assert "nor a rate of the room" in text and "so the lot's yield is lower" in text and "| aligner | 100 mm |" in text
    data = json.loads(traveler.export(plan)["recipes/traveler.json"])
    assert data["currency"] == "EUR" and data["cost"]["low"] < data["cost"]["value"] < data["cost"]["high"]


def test_csv_has_a_line_a_step_and_room_for_what_is_measured() -> None:
    rows = list(csv.DictReader(io.StringIO(FILES["recipes/traveler.csv"].decode())))
    assert [int(r["number"]) for r in rows] == [s.number for s in PLAN.steps]
    assert [r["duration_s"] for r in rows] == [
        "" if s.duration is None else repr(float(s.duration)) for s in PLAN.steps
    ]
    assert all(r["measured"] == r["operator"] == "" for r in rows)


def test_witnesses_and_half_cells_follow_the_flow() -> None:
    first = witnesses(PLAN)
    assert [w.first.number for w in first] == sorted({w.first.number for w in first})
    assert all(not r.startswith(("isolation", "overlay", "line width")) for w in first for r in w.reads)
    halves = {h.role: h for h in half_cells(PLAN)}
    assert set(halves) <= {"anode", "cathode"}
    for half in halves.values():
        numbers = [s.number for s in half.coupon]
        assert numbers == sorted(numbers)
        assert any(s.role == half.role and s.bodies for s in half.coupon)


def test_every_time_and_heat_says_how_sure_it_is() -> None:
    """CSV and JSON carry what the table marks: a factor of three both ways where a time rests on low settings."""
    plan = shipped_plan("interdigital-3d-filament")
    files = traveler.export(plan)
    rows = list(csv.DictReader(io.StringIO(files["recipes/traveler.csv"].decode())))
    entries = json.loads(files["recipes/traveler.json"])["steps"]
    for step, row, entry in zip(plan.steps, rows, entries, strict=True):
        if step.duration is not None:
            assert row["duration_confidence"] == entry["time_s"]["confidence"] == step.time_confidence
            if step.time_confidence == "low":
                assert float(row["duration_high_s"]) == pytest.approx(3.0 * step.duration)
        if step.temperature_max is not None:
            assert row["hottest_confidence"] == entry["temperature_confidence"] == step.temperature_confidence
    assert any(row["duration_confidence"] == "low" for row in rows)


def test_a_coupon_that_nothing_is_read_from_is_left_out() -> None:
    assert all(w.reads for w in witnesses(shipped_plan("interdigital-3d-filament")))
