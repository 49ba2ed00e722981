"""Files of ``fabplan schedule -o FOLDER``: the schedule as data and table, Gantt pictures, a page that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import __version__, rendering
from fabplan.exporters import _csv, _json, _show
from fabplan.exporters._page import page_scripts
from fabplan.exporters._page_origins import of_schedule
from fabplan.exporters._svg import number
from fabplan.planner.schedule_task import MINUTE, Run, Schedule, closings

SCHEMA = "fabplan/schedule/1"
COLUMNS = ("lot", "step", "title", "recipe", "tool", "unit", "start_s", "end_s", "next_must_start_by_s")
#: apart in lightness too, for colour-blind readers and for print in grey
COLOURS = ("#1f5ea8", "#c8501e", "#2a8a68", "#8a4fa3", "#b08600", "#4a6a7a", "#c2477f", "#777777")
LEFT, WIDTH, ROW = 230.0, 900.0, 26.0
_LETTER = 7.0  # width of a letter in a bar
_TICKS = (10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 7200, 10080, 20160, 43200)  # minutes
_MOST_TICKS = 10


@dataclass(frozen=True)
class Bar:
    """One run in a picture, in picture units; ``label`` only where it fits."""

    x: str
    width: str
    colour: str
    label: str
    title: str
    limit: str


@dataclass(frozen=True)
class Row:
    """One line of a picture: a tool or a lot."""

    name: str
    y: str
    bars: tuple[Bar, ...]
    shut: tuple[tuple[str, str], ...]


def files(found: Schedule, remarks: Sequence[str]) -> dict[str, bytes]:
    """All files of a schedule."""
    return {
        "schedule.json": _json.dump(document(found, remarks)),
        "schedule.csv": csv(found),
        "gantt-tools.svg": picture(found, "tools").encode(),
        "gantt-lots.svg": picture(found, "lots").encode(),
        "schedule.html": page(found, remarks),
    }


def document(found: Schedule, remarks: Sequence[str]) -> dict[str, Any]:
    """The schedule as data, schema ``fabplan/schedule/1``; times in seconds from the start."""
    return {
        "schema": SCHEMA,
        "fabplan_version": __version__,
        "name": found.task.name,
        "makespan_s": found.makespan * MINUTE,
        "bound_s": found.bound * MINUTE,
        "optimal": found.optimal,
        "effort": round(found.effort, 6),
        "effort_cap": found.cap,
        "rounding": "durations up and longest waits down to whole minutes",
        "tools": [_tool(found, place) for place in range(len(found.task.tools))],
        "lots": [
            {
                "lot": lot,
                "route": g.route,
                "flow": f"{n}",
                "release_s": release * MINUTE,
                "end_s": _end(found, lot) * MINUTE,
            }
            for n, g in enumerate(found.task.groups, 1)
            for lot, release in zip(g.lots, g.releases, strict=True)
        ],
        "flows": {f"{n}": [_operation(found, o) for o in g.operations] for n, g in enumerate(found.task.groups, 1)},
        "runs": [dict(zip(COLUMNS, _cells(run), strict=True)) for run in found.runs],
        "remarks": list(remarks),
    }


def _operation(found: Schedule, operation: Any) -> dict[str, Any]:
    return {
        "step": operation.step,
        "recipe": operation.recipe,
        "tool": found.task.tools[operation.tool].name,
        "duration_s": operation.duration * MINUTE,
        "longest_wait_s": None if operation.wait is None else operation.wait * MINUTE,
    }


def _tool(found: Schedule, place: int) -> dict[str, Any]:
    tool = found.task.tools[place]
    runs = {(r.unit, r.start, r.step, r.route): r.end - r.start for r in found.runs if r.tool == tool.name}
    busy = sum(runs.values())
    return {
        "tool": tool.name,
        "count": tool.count,
        "lots_per_run": tool.batch,
        "runs": len(runs),
        "hours": round(busy / 60.0, 6),
        "used_share": round(busy / (found.makespan * tool.count), 6),
        "unattended": tool.unattended,
        "closed_s": [[a * MINUTE, b * MINUTE, every * MINUTE or None] for a, b, every in tool.closed],
    }


def _end(found: Schedule, lot: str) -> int:
    return max(run.end for run in found.runs if run.lot == lot)


def csv(found: Schedule) -> bytes:
    """One line a run of a lot, in the order of the starts."""
    return _csv.table(COLUMNS, [_cells(run) for run in _in_time(found)])


def _in_time(found: Schedule) -> list[Run]:
    return sorted(found.runs, key=lambda r: (r.start, r.end, r.tool, r.unit, r.lot))


def _cells(run: Run) -> tuple[str | float | int | None, ...]:
    limit = None if run.deadline is None else run.deadline * MINUTE
    return run.lot, run.step, run.title, run.recipe, run.tool, run.unit, run.start * MINUTE, run.end * MINUTE, limit


def picture(found: Schedule, by: str) -> str:
    """Gantt picture that stands alone, one line a tool (``"tools"``) or one line a lot (``"lots"``)."""
    return rendering.render("schedule/gantt.svg", title=f"{found.task.name}: {by}", **_values(found, by))


def _values(found: Schedule, by: str) -> dict[str, Any]:
    rows = _tool_rows(found) if by == "tools" else _lot_rows(found)
    step = next((t for t in _TICKS if found.makespan / t <= _MOST_TICKS), _TICKS[-1])
    height = ROW * len(rows)
    return {
        "rows": rows,
        "ticks": [(number(_x(found, t)), _time(t)) for t in range(0, found.makespan + 1, step)],
        "end": number(_x(found, found.makespan)),
        "left": number(LEFT),
        "row": number(ROW),
        "width": number(LEFT + WIDTH + 60),
        "height": number(height + 74),
        "foot": number(height + 34),
        "size": 13,
        "legend": _legend(found, by),
    }


def _x(found: Schedule, minute: float) -> float:
    return LEFT + WIDTH * minute / found.makespan


def _time(minutes: int) -> str:
    if minutes and minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _tool_rows(found: Schedule) -> list[Row]:
    colours = {lot: COLOURS[k % 8] for k, lot in enumerate(lot for g in found.task.groups for lot in g.lots)}
    rows: list[Row] = []
    for tool in found.task.tools:
        shut = tuple(
            (number(_x(found, a)), number(_x(found, min(b, found.makespan)) - _x(found, a)))
            for a, b in closings(tool, found.makespan)
            if a < found.makespan
        )
        for unit in range(1, tool.count + 1):
            runs: dict[tuple[int, str, str], list[Run]] = {}
            for run in _in_time(found):
                if run.tool == tool.name and run.unit == unit:
                    runs.setdefault((run.start, run.step, run.route), []).append(run)
            bars = [_bar(found, group, "+".join(_short(r.lot) for r in group), colours) for group in runs.values()]
            name = tool.name if tool.count == 1 else f"{tool.name} {unit}"
            rows.append(Row(_cut(name), number(34 + ROW * len(rows)), tuple(bars), shut))
    return rows


def _lot_rows(found: Schedule) -> list[Row]:
    tools = {tool.name: COLOURS[k % 8] for k, tool in enumerate(found.task.tools)}
    lots = [lot for g in found.task.groups for lot in g.lots]
    return [
        Row(
            _cut(lot),
            number(34 + ROW * k),
            tuple(_bar(found, [r], r.tool, tools) for r in found.runs if r.lot == lot),
            (),
        )
        for k, lot in enumerate(lots)
    ]


def _bar(found: Schedule, runs: Sequence[Run], label: str, colours: dict[str, str]) -> Bar:
    run = runs[0]
    x, end = _x(found, run.start), _x(found, run.end)
    limits = [r.deadline for r in runs if r.deadline is not None]
    limit = number(_x(found, min(min(limits), found.makespan))) if limits else ""
    colour = colours.get(run.lot) or colours[run.tool]
    shown = label if len(label) * _LETTER <= end - x - 4 else ""
    who = ", ".join(r.lot for r in runs)
    start = _show.text(run.start * MINUTE, "time") if run.start else "0 h"
    times = f"{start} to {_show.text(run.end * MINUTE, 'time')}"
    return Bar(number(x), number(max(end - x, 1.0)), colour, shown, f"{who}: {run.title} on {run.tool}, {times}", limit)


def _short(lot: str) -> str:
    return lot.rpartition("-")[2]


def _cut(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29]}…"


def _legend(found: Schedule, by: str) -> str:
    least = _show.text(found.bound * MINUTE, "time")
    proof = "proven shortest" if found.optimal else f"no schedule ends before {least}"
    tools, lots = "bars carry the numbers of the lots; grey: closed", "red mark: the next step must have started"
    what = tools if by == "tools" else lots
    return f"ends after {_show.text(found.makespan * MINUTE, 'time')} ({proof}); {what}"


def page(found: Schedule, remarks: Sequence[str]) -> bytes:
    """One self-contained page: verdict, both pictures, tools, every run."""
    return rendering.render(
        "schedule/page.html",
        name=found.task.name,
        found=found,
        lots=sum(len(g.lots) for g in found.task.groups),
        makespan=_show.text(found.makespan * MINUTE, "time"),
        bound=_show.text(found.bound * MINUTE, "time"),
        pictures=[("Tools", _values(found, "tools")), ("Lots", _values(found, "lots"))],
        tools=[_tool(found, place) for place in range(len(found.task.tools))],
        percent=_show.percent,
        runs=[_shown(run) for run in _in_time(found)],
        remarks=[_show.prose(r) for r in remarks],
        origins=of_schedule(found.optimal),
        chart_data={},
        version=__version__,
        masks=None,  # the style of the report asks for them
        **page_scripts(("common.js", "tables.js", "notes.js")),
    ).encode()


def _shown(run: Run) -> tuple[str, ...]:
    limit = "-" if run.deadline is None else _show.text(run.deadline * MINUTE, "time", 4)
    times = (_show.text(run.start * MINUTE, "time", 4) if run.start else "0 h", _show.text(run.end * MINUTE, "time", 4))
    return run.lot, run.title, run.tool if run.unit == 1 else f"{run.tool} {run.unit}", *times, limit
