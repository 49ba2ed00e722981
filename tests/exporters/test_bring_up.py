"""The bring-up sheet and the cycler schedule say the same, and say what nobody knows."""

from __future__ import annotations

import csv
import dataclasses
import io
import re

import pytest

from fabplan.exporters import bring_up
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Plan
from fabplan.records import Quantity
from tests.exporters.sample_plan import infected, sample_plan
from tests.exporters.test_sheets import PAYLOADS, columns

PLAN = sample_plan()
FILES = bring_up.export(PLAN)
TEXT = FILES["recipes/bring-up.md"].decode()


def test_the_facts_are_there() -> None:
    for shown in ("≥ 10 Mohm", "at 5 V", "110 nL", "1.6 V", "406 ohm to 1.62 kohm", "812 ohm"):
        assert shown in TEXT, shown
    assert "never below **1 V**, never above **2.2 V**" in TEXT
    assert all(line in TEXT for line in PLAN.bring_up["stop_criteria"])
    assert "measure the witness half cells first" in TEXT


def test_an_unknown_voltage_asks_to_be_measured() -> None:
    assert "| open circuit as assembled | **unknown**: measure, write ________ |" in TEXT


def test_the_schedule_equals_the_formation() -> None:
    rows = list(csv.DictReader(io.StringIO(FILES["recipes/cycler-schedule.csv"].decode())))
    assert len(rows) == len(PLAN.bring_up["formation"])
    for row, given in zip(rows, PLAN.bring_up["formation"], strict=True):
        assert int(row["step"]) == given["step"] and row["mode"] == given["mode"]
        for key in ("current_A", "voltage_V", "duration_s"):
            assert (float(row[key]) if row[key] else None) == given[key]


def test_missing_facts_do_not_stop_it() -> None:
    facts = {"cutoff_low_V": 1.0, "impedance_window_ohm": (None, None)}
    text = bring_up.export(dataclasses.replace(PLAN, bring_up=facts))["recipes/bring-up.md"].decode()
    assert text.count("**unknown**") >= 7 and "no formation on record" in text


def test_no_facts_no_files() -> None:
    assert bring_up.export(dataclasses.replace(PLAN, bring_up={})) == {}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_cannot_change_it(payload: str) -> None:
    bad = infected(PLAN, payload)
    assert isinstance(bad, Plan)
    files = bring_up.export(bad)
    text = files["recipes/bring-up.md"].decode()
    assert columns(text) == columns(TEXT)
    assert re.findall(r"^#+ ", text, re.M) == re.findall(r"^#+ ", TEXT, re.M)
    rows = list(csv.reader(io.StringIO(files["recipes/cycler-schedule.csv"].decode())))
    assert {len(row) for row in rows} == {len(bring_up.COLUMNS)}


def test_filling_says_how_where_and_by_when() -> None:
    """Set points of the filling step with their sources, the port, the clock and what closes the cell."""
    dry = tuple(s for s in PLAN.steps if s.method not in bring_up.FILLS)
    template = next(s for s in dry if s.bodies)
    limit = Quantity(600.0, "time", "a test", "low", "DMC leaves")
    points = (SetPoint("Wetting", 3600.0, "s", "1 h", "the bench", "medium", "until dark"),)
    recipe = dataclasses.replace(template.recipe, queue_time=limit, settings={"port": True, "parts": "lid with a port"})
    n = len(dry)
    fill = dataclasses.replace(
        template, number=n + 1, id="fill", method="electrolyte-filling", recipe=recipe, set_points=points
    )
    seal = dataclasses.replace(template, number=n + 2, id="seal")
    text = bring_up.export(dataclasses.replace(PLAN, steps=(*dry, fill, seal)))["recipes/bring-up.md"].decode()
    assert f"step {n + 1:02d}: Wetting | 1 h (confidence medium; the bench); until dark |" in text
    assert f"lid with a port (step {n + 1:02d})" in text
    assert f"within **10 min** (confidence low; a test); closed by step {n + 2:02d}" in text


def test_a_solid_electrolyte_is_not_filled_and_not_tested_with_a_voltage_that_would_charge_it() -> None:
    steps = tuple(
        dataclasses.replace(s, method="sputter", role="electrolyte") if s.method in bring_up.FILLS else s
        for s in PLAN.steps
    )
    facts = {**PLAN.bring_up, "electrolyte_state": "solid"}
    solid = dataclasses.replace(PLAN, steps=steps, bring_up=facts)
    text = bring_up.export(solid)["recipes/bring-up.md"].decode()
    assert "Nothing is filled in" in text and "no isolation test on the finished cell" in text
    assert "electrolyte volume" not in text and "electrolyte volume" in TEXT
