"""Controllers of atomic layer deposition: the table of instructions, and one cycle for an open controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabplan.exporters import _csv
from fabplan.exporters._controller_points import (
    CALIBRATE,
    USE,
    Written,
    named,
    path_of,
    point,
    remark,
    rounded,
    table,
)
from fabplan.exporters.sheets import needs_calibration
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Step

METHOD = "atomic-layer-deposition"
COLUMNS = ("line", "instruction", "number", "value", "unit", "source", "confidence", "remark", "use")
#: columns of the open controller ALDControl (zeekey85/ALDControl, rAlOx.csv); the name that stands twice is its own
OPEN_COLUMNS = (
    "mfcAr", "mfcN2", "mfcArMo", "mfcH2", "plasmaaddr", "plasmaset", "aldv1", "aldv2", "aldv3", "aldv4",
    "mfcArMo", "mfcv2", "mfcv3", "mfcv4", "delay(s)",
)  # fmt: skip
VALVES = 4
FIRST_VALVE = OPEN_COLUMNS.index("aldv1")
UNCHANGED = -1
KELVIN = 273.15

Row = tuple[_csv.Cell, ...]


@dataclass(frozen=True)
class Dose:
    """One dose of a cycle as the sheet has it."""

    precursor: str
    pulse: SetPoint | None
    purge: SetPoint | None
    repeats: int


def write(step: Step) -> list[Written]:
    """Files of one step; none unless it is atomic layer deposition with a table of doses."""
    doses = doses_of(step)
    if step.method != METHOD or not doses:
        return []
    lines = instructions(step, doses)
    left = sum(CALIBRATE in str(row[7]) for row in lines)
    told = "numbers of valves, heaters and flows are those of your tool: fill them in"
    path = path_of(step, "instructions.csv")
    files = [Written(path, table(COLUMNS, lines), "instruction table of an ALD controller", told, left)]
    rows, valves = one_cycle(doses), precursors(doses)
    if rows:
        told = ", ".join(f"aldv{k} = {name}" for k, name in enumerate(valves, 1))
        told = f"one cycle, repeat it as the instruction table says; assign the valves: {told}; -1 leaves unchanged"
        low = sum(p is not None and needs_calibration(p) for d in doses for p in (d.pulse, d.purge))
        content = table(OPEN_COLUMNS, rows)
        files.append(Written(path_of(step, "one-cycle.csv"), content, "open CSV controller (ALDControl)", told, low))
    return files


def doses_of(step: Step) -> list[Dose]:
    """Doses of a cycle: names and repeats of the recipe, times of the sheet's set points."""
    cycle = step.recipe.settings.get("cycle", [])
    given: list[Mapping[str, Any]] = [d for d in cycle if isinstance(d, Mapping)]
    doses = []
    for number, dose in enumerate(given, 1):
        name = str(dose.get("precursor", ""))
        pulse, purge = (named(step, f"Dose {number}, {name}: {what}") for what in ("pulse", "purge"))
        doses.append(Dose(name, pulse, purge, int(dose.get("repeats", 1))))
    return doses


def precursors(doses: list[Dose]) -> list[str]:
    """Every precursor once, in the order of the doses."""
    return list(dict.fromkeys(dose.precursor for dose in doses))


def instructions(step: Step, doses: list[Dose]) -> list[Row]:
    """Rows of the table; ``goto`` names the line to go back to and how often the lines in between run in all."""
    rows: list[Row] = []

    def add(what: str, number: int | None, value: float | None, unit: str, given: SetPoint | None, said: str) -> None:
        origin = (given.source, given.confidence) if given else ("", "")
        rows.append((len(rows), what, number, value, unit, *origin, said, USE))

    gas = str(step.recipe.settings.get("gas", ""))
    add("flow", None, None, "sccm", None, "; ".join(part for part in (CALIBRATE, gas) if part))
    hot = point(step, "substrate_temperature")
    celsius = None if hot is None or hot.value is None else rounded(hot.value - KELVIN)
    add("heater", None, celsius, "C", hot, remark(hot))
    add("stabilize", None, None, "", None, "")
    settle = point(step, "stabilise_time")
    add("wait", None, settle.value if settle else None, "s", settle, remark(settle))
    start = len(rows)
    for dose in doses:
        again = len(rows)
        for what, time in (("pulse", dose.pulse), ("wait", dose.purge)):
            said = "; ".join(p for p in (remark(time), dose.precursor if what == "pulse" else "purge") if p)
            add(what, None, time.value if time else None, "s", time, said)
        if dose.repeats > 1:
            add("goto", again, dose.repeats, "times", None, f"{dose.precursor}: pulse and purge in all")
    count = named(step, "Cycles")
    add("goto", start, count.value if count else None, "cycles", count, remark(count))
    add("flow", None, None, "sccm", None, f"{CALIBRATE}; idle flow")
    return rows


def one_cycle(doses: list[Dose]) -> list[Row]:
    """One row an action; none when a time is unknown or there are more precursors than valves."""
    valves = precursors(doses)
    if len(valves) > VALVES:
        return []
    rows: list[Row] = []
    for dose in doses:
        for _ in range(dose.repeats):
            for time, valve in ((dose.pulse, valves.index(dose.precursor)), (dose.purge, None)):
                if time is None or time.value is None:
                    return []
                row: list[_csv.Cell] = [UNCHANGED] * (len(OPEN_COLUMNS) - 1)
                if valve is not None:
                    row[FIRST_VALVE + valve] = 1
                rows.append((*row, time.value))
    return rows
