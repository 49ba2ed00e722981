"""An independent check of a schedule: works on the JSON document alone and shares no code with the planner."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any


def faults(document: dict[str, Any]) -> list[str]:
    """Everything in which a ``fabplan/schedule/1`` document breaks its own rules."""
    found: list[str] = []
    tools = {t["tool"]: t for t in document["tools"]}
    lots = {lot["lot"]: lot for lot in document["lots"]}
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in document["runs"]:
        runs[run["lot"]].append(run)
    if set(runs) != set(lots):
        found.append("lots without runs, or runs without lots")
    for lot, mine in runs.items():
        found += _lot(lot, sorted(mine, key=lambda r: r["start_s"]), lots[lot], document["flows"])
    for name, tool in tools.items():
        found += _tool(name, tool, [r for r in document["runs"] if r["tool"] == name])
    last = max(run["end_s"] for run in document["runs"])
    if last != document["makespan_s"]:
        found.append(f"the last run ends at {last}, not at the makespan")
    if document["bound_s"] > document["makespan_s"] or (document["optimal"] and document["bound_s"] != last):
        found.append("bound and makespan do not fit")
    return found


def _lot(
    lot: str, runs: list[dict[str, Any]], stated: dict[str, Any], flows: dict[str, list[dict[str, Any]]]
) -> list[str]:
    found = []
    steps = [run["step"] for run in runs]
    flow = flows[stated["flow"]]
    if [o["step"] for o in flow] != steps:
        return [f"{lot}: its steps {steps} are not those of its flow"]
    if runs[0]["start_s"] < stated["release_s"]:
        found.append(f"{lot}: starts before its release")
    for run, operation in zip(runs, flow, strict=True):
        if run["end_s"] - run["start_s"] != operation["duration_s"] or run["tool"] != operation["tool"]:
            found.append(f"{lot}: {run['step']} has another duration or tool")
    for run, after, operation in zip(runs, runs[1:], flow, strict=False):
        wait = after["start_s"] - run["end_s"]
        if wait < 0:
            found.append(f"{lot}: {after['step']} starts before {run['step']} ends")
        if operation["longest_wait_s"] is not None and wait > operation["longest_wait_s"]:
            found.append(f"{lot}: {wait} s after {run['step']}")
    return found


def _tool(name: str, tool: dict[str, Any], runs: list[dict[str, Any]]) -> list[str]:
    found = []
    together: dict[tuple[Any, ...], int] = defaultdict(int)
    for run in runs:
        together[run["unit"], run["start_s"], run["end_s"], run["step"], run["recipe"]] += 1
        if not 1 <= run["unit"] <= tool["count"]:
            found.append(f"{name} has no unit {run['unit']}")
    for key, lots in together.items():
        if lots > tool["lots_per_run"]:
            found.append(f"{name}: {lots} lots in one run at {key[1]}")
    for unit in range(1, tool["count"] + 1):
        mine = sorted((key[1], key[2]) for key in together if key[0] == unit)
        found += [f"{name} {unit}: two runs at {b[0]}" for a, b in itertools.pairwise(mine) if b[0] < a[1]]
    for start, end, every in tool["closed_s"]:
        for key in together:
            first, last = key[1], key[1] + 60 if tool["unattended"] else key[2]
            shift = 0.0
            while start + shift < last:
                if first < end + shift:
                    found.append(f"{name}: runs from {first} while it is closed")
                if every is None:
                    break
                shift += every
    return found
