"""Hours, costs, yield, clocks and limits: only stated values, each with its interval, unknown ones named."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.catalog.tools import Tool
from fabplan.catalog.types import Facility, TemperatureLimit
from fabplan.planner.making import SPREAD, interval, making, serving, share
from fabplan.planner.plan import Plan
from fabplan.records import Quantity
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()


def q(value: float | None, confidence: str = "high", low: float | None = None, high: float | None = None) -> Quantity:
    return Quantity(value, "number", "a test", confidence, "", low, high)  # type: ignore[arg-type]


def in_lab(*tools: Tool, room: Quantity | None = None) -> Plan:
    lab = Facility(
        id="lab", name="Lab", tools=tools, hourly_cost=room, currency="EUR", rates_date="2026-01", source="a test"
    )
    return dataclasses.replace(PLAN, facility=lab)


def tool(method: str, **more: object) -> Tool:
    return Tool(name=f"{method} tool", methods=(method,), source="a test", **more)  # type: ignore[arg-type]


def test_nothing_stated_nothing_said() -> None:
    made = making(PLAN)
    numbers = tuple(s.number for s in PLAN.steps)
    assert made.cost is None and made.good is None
    assert made.cost_unknown == made.good_unknown == numbers
    assert made.time_unknown == tuple(s.number for s in PLAN.steps if s.duration is None)


def test_cost_is_hours_times_tool_and_room() -> None:
    method = PLAN.steps[0].method
    mine = [s for s in PLAN.steps if s.method == method and s.duration is not None]
    made = making(in_lab(tool(method, hourly_cost=q(60.0, low=50.0, high=80.0), run_cost=q(5.0)), room=q(40.0)))
    rows = [r for r in made.steps if r.cost is not None]
    assert [r.step.number for r in rows] == [s.number for s in mine]
    assert made.cost is not None
    expected = sum((s.duration or 0.0) / 3600 * 100.0 + 5.0 for s in mine)
    assert made.cost.value == pytest.approx(expected)
    low = sum((s.duration or 0.0) * SPREAD[s.time_confidence][0] / 3600 * (50.0 + 34.0) + 5.0 * 0.85 for s in mine)
    assert made.cost.low == pytest.approx(low)
    assert set(made.cost_unknown) == {s.number for s in PLAN.steps} - {s.number for s in mine}


def test_an_unknown_part_makes_a_cost_unknown() -> None:
    method = PLAN.steps[0].method
    known = tool(method, hourly_cost=q(60.0))
    assert making(in_lab(known)).cost is not None
    assert making(in_lab(known, room=q(None, "low"))).cost is None
    assert making(in_lab(tool(method, hourly_cost=q(60.0), run_cost=q(None, "low")))).cost is None
    assert making(in_lab(tool(method, hourly_cost=q(None, "low")))).cost is None


def test_yields_multiply_and_name_what_was_not_counted() -> None:
    methods = list(dict.fromkeys(s.method for s in PLAN.steps))[:2]
    made = making(in_lab(*(tool(m, good_share=q(0.9, "medium")) for m in methods)))
    counted = [s for s in PLAN.steps if s.method in methods]
    assert made.good is not None
    assert made.good.value == pytest.approx(0.9 ** len(counted))
    assert made.good.low == pytest.approx((1 - 0.1 * 1.4) ** len(counted))
    assert set(made.good_unknown) == {s.number for s in PLAN.steps} - {s.number for s in counted}


@given(st.floats(0.0, 1.0), st.sampled_from(["high", "medium", "low"]))
def test_a_yield_stays_between_nothing_and_all(value: float, confidence: str) -> None:
    found = share(q(value, confidence))
    assert (
        found is not None and 0.0 <= found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12 <= 1 + 2e-12
    )


def test_a_stated_range_beats_the_spread() -> None:
    found = interval(q(2.0, "low", 1.9, 2.2))
    assert found is not None and (found.low, found.high) == (1.9, 2.2)
    plain = interval(q(2.0, "low"))
    assert plain is not None and math.isclose(plain.low, 2 / 3) and plain.high == 6.0
    assert interval(q(None)) is None and interval(None) is None


def test_a_tool_that_names_the_recipe_comes_first() -> None:
    general, special = tool("sputter"), Tool(name="s", recipes=("sputter-cu",), source="a test")
    assert serving((general, special), "sputter", "sputter-cu") is special
    assert serving((general, special), "sputter", "sputter-al") is general
    assert serving((special,), "sputter", "sputter-al") is None


def test_the_weakest_on_the_part_is_named() -> None:
    heated = next(s for s in PLAN.steps if s.temperature_max and s.temperature_max > 800.0)
    row = next(r for r in making(PLAN).steps if r.step is heated)
    cold = TemperatureLimit(temperature=Quantity(500.0, "temperature", "a test", "high"), atmosphere="any")
    role = next(s.role for s in PLAN.steps if s.number < heated.number and s.bodies and s.role in PLAN.materials)
    weak = dataclasses.replace(PLAN.materials[role], temperature_limits=(cold,))
    other = making(dataclasses.replace(PLAN, materials={**PLAN.materials, role: weak}))
    changed = next(r for r in other.steps if r.step.number == heated.number)
    assert (changed.bears, changed.weakest) == (500.0, weak.id) != (row.bears, row.weakest)
