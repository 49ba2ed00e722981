"""Intervals, tornados and the load in the report."""

from __future__ import annotations

import dataclasses
from typing import Any

from fabplan.exporters import _sure, report
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()


def one(low: float, high: float, share: float) -> dict[str, float]:
    return {"at_low": low, "at_high": high, "share": share}


def told() -> Plan:
    e = PLAN.estimate
    values = {"capacity": e["capacity_Ah"], "energy": e["energy_Wh"], "resistance": e["dc_resistance_ohm"]}
    sure = {
        "draws": 10000, "estimator_points": 181, "c_rate": 1.0, "rule": "5 to 95 % of a stated range",
        "answers": {
            k: {"low": 0.7 * v, "middle": v, "high": 1.2 * v, "response_error": 0.01} for k, v in values.items()
        },
        "rates": [],
        "inputs": [
            {"input": "lto: <b>diffusivity</b>", "low": 1e-16, "high": 1e-14, "confidence": "low",
             **{k: one(0.8 * v, 1.1 * v, 0.6) for k, v in values.items()}},
            {"input": "gel: conductivity", "low": 0.1, "high": 0.3, "confidence": "high",
             **{k: one(0.99 * v, 1.01 * v, 0.001) for k, v in values.items()}},
        ],
    }  # fmt: skip
    load: dict[str, Any] = {
        "asked": {"run_time_s": 86400.0, "margin": 0.05, "charge_per_cycle_Ah": 2e-5},
        "reached": {"run_time_s": None, "lowest_voltage_V": 2.5, "at_pulse": "pulse 1", "at_current_A": 1e-3,
                    "at_time_s": 90000.0, "charge_per_cycle_Ah": 3e-5},
        "floor_V": 1.8, "floor_is": "the device",
        "harvest": {"power_W": 1e-5, "load_power_W": 2e-5, "recharge_s": None},
    }  # fmt: skip
    return dataclasses.replace(PLAN, estimate={**e, "uncertainty": sure, "load": load})


def test_the_widest_bar_comes_first_and_small_shares_are_not_named() -> None:
    made = _sure.values(told())["sure"]
    assert [plot["name"] for plot in made["tornados"]] == ["capacity", "energy", "resistance"]
    for plot in made["tornados"]:
        assert [swing.label for swing in plot["swings"]] == ["lto: <b>diffusivity</b>", "gel: conductivity"]
    assert all("gel" not in row[4] and "diffusivity" in row[4] for row in made["rows"])


def test_the_page_shows_them_beside_the_number() -> None:
    page = report.export(told())["report.html"].decode()
    assert "How sure" in page and "Under its load" in page and "in nine of ten draws" in page
    assert "<b>diffusivity</b>" not in page and "What moves the resistance" in page
    assert "without end" in page and "never: the load draws more" in page and "the device" in page


def test_a_plan_without_them_shows_neither() -> None:
    page = report.export(PLAN)["report.html"].decode()
    assert "How sure" not in page and "Under its load" not in page
    assert _sure.interval(PLAN, "capacity") == "" and _sure.load(PLAN) is None
