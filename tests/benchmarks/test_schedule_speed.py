"""Schedules of 16 lots proven shortest, and of four routes that come back to the same tools.

Times are printed with ``-s`` and recorded; no test fails on them, since machines differ. Goal: 16 lots in a second.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from fabplan.planner.schedule import schedule
from fabplan.planner.schedule_task import Task
from tests.planner.test_schedule import flow_line, mixed, routes

pytest.importorskip("ortools", reason="the extra schedule is not installed")

CASES: dict[str, Task] = {
    "16 lots, single tools": flow_line(16, {7: 60, 9: 30}),
    "16 lots, runs shared": flow_line(16, {7: 60, 9: 30}, furnace={"batch": 8}, dry={"batch": 4}, cure={"batch": 16}),
    "16 lots, several tools": flow_line(16, {7: 60, 9: 30}, print={"count": 2}, cure={"count": 3, "batch": 2}),
    "four shipped routes, 16 lots": routes(4),
    "four shipped routes with clocks, 16 lots": routes(4, 60),
    "four invented routes that come back with short waits, 8 lots": mixed(2),
    "four invented routes that come back with short waits, 16 lots": mixed(4),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_time_of_a_proof(name: str, record_property: Any) -> None:
    schedule(flow_line(1, {}))  # loads the solver
    begun = time.process_time()
    found = schedule(CASES[name], 2.0)
    taken = time.process_time() - begun
    record_property("seconds", taken)
    print(f"{name}: {taken:.2f} s, {'proven' if found.optimal else 'not proven'}, effort {found.effort:.2f}")
    assert found.bound <= found.makespan
