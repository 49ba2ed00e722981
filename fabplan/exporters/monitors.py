"""Table of the process monitors around the cell: where each stands, what to measure, what to expect."""

from __future__ import annotations

from fabplan.exporters._csv import table
from fabplan.exporters._names import file_name
from fabplan.planner.plan import Plan

DESCRIPTION = "process monitors around the cell, what to measure and what to expect (masks/<name>_tests.csv)"
HEADER = (
    "code", "kind", "plates", "x0_m", "y0_m", "x1_m", "y1_m", "measure", "expected", "unit", "basis", "measured",
)  # fmt: skip


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>_tests.csv``; nothing when the request asks for no monitors."""
    if not plan.monitors:
        return {}
    rows = [
        (
            monitor.code, monitor.kind, " ".join(map(str, monitor.plates)), *monitor.box, monitor.measure,
            monitor.expected, monitor.unit, monitor.basis, None,
        )
        for monitor in plan.monitors
    ]  # fmt: skip
    return {f"masks/{file_name(plan.name)}_tests.csv": table(HEADER, rows)}
