"""What a schedule is made of: lots from specs, plan folders or a file of lots; tools from the lab's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Facility, Tool
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.planner import run
from fabplan.planner.route import look_up
from fabplan.planner.schedule_flow import Flow, of_document, of_plan
from fabplan.planner.schedule_task import Group, Operation, Task, minutes_down, minutes_up
from fabplan.planner.schedule_tools import Tools, check_tools
from fabplan.readers.json_file import read_json
from fabplan.readers.toml import read_toml
from fabplan.records import Origin, Quantity, mapping, quantity, read, tables, text, whole

TRAVELER = Path("recipes") / "traveler.json"
MOST_LOTS = 500


@dataclass(frozen=True, kw_only=True)
class Lots:
    """Lots of one plan."""

    plan: str = text("shipped spec, .toml file of a spec, or folder of a plan", default=None)
    name: str = text("of the lots; a number is put behind it")
    count: int = whole("how many lots", low=1, high=MOST_LOTS, default=1)
    release: Quantity | None = quantity("time", "earliest start, from the start of the schedule", low=0)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A longest wait that the recipes do not know."""

    after: str = text("step, recipe or process after which the clock runs", default=None)
    within: Quantity = quantity("time", "until when the next step must have started", low=0, required=True)


@dataclass(frozen=True, kw_only=True)
class LotsFile:
    """A file of lots."""

    name: str = text("of the schedule", default="schedule")
    facility: str = text("lab whose tools count")
    parts: int = whole("wafers or parts in one lot", low=1, high=100_000, default=1)
    lots: tuple[Lots, ...] = tables(Lots, "what is made")
    clocks: tuple[Clock, ...] = tables(Clock, "longest waits beyond those of the recipes")
    tools: tuple[Tool, ...] = tables(Tool, "tools, before those of the lab")
    times: Mapping[str, str] = mapping("step, recipe or process -> time of a run, where nobody knows it")


def asked(
    sources: Sequence[str], count: int, facility: str, times: Sequence[str], clocks: Sequence[str]
) -> tuple[LotsFile, Path]:
    """What the command line asks for, and the folder that names of files are relative to.

    Raises
    ------
    BadInput : faults of the file of lots and of the options, all at once
    """
    problems: list[Problem] = []
    given, folder = _given(sources, count)
    where = Path(sources[0]).name if sources[0].endswith(".toml") else "lots"
    data = dict(given)
    data["times"] = {**_mapping(data.get("times")), **_pairs(times, "--time", problems)}
    data["clocks"] = [*_entries(data.get("clocks")), *(
        {"after": key, "within": within} for key, within in _pairs(clocks, "--clock", problems).items()
    )]  # fmt: skip
    if facility:
        data["facility"] = facility
    made = read(LotsFile, data, where, problems, origin=Origin("as asked for", "medium"))
    if made is not None and not made.lots:
        problems.append(Problem("no lots", f"{where}: lots", None, '[[lots]] with plan = "..."'))
    if problems or made is None:
        raise BadInput(problems)
    return made, folder


def _given(sources: Sequence[str], count: int) -> tuple[dict[str, Any], Path]:
    """Plain data of a file of lots, or one made of the sources."""
    if len(sources) == 1 and sources[0].endswith(".toml"):
        data = read_toml(Path(sources[0]))
        if "lots" in data:
            return data, Path(sources[0]).parent
    name = Path(sources[0]).stem if len(sources) == 1 else "schedule"
    return {"name": name, "lots": [{"plan": source, "count": count} for source in sources]}, Path()


def _mapping(given: Any) -> dict[str, Any]:
    return dict(given) if isinstance(given, Mapping) else {}


def _entries(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list) else []


def _pairs(given: Sequence[str], option: str, problems: list[Problem]) -> dict[str, str]:
    found = {}
    for item in given:
        key, sign, value = item.partition("=")
        if not sign or not key.strip() or not value.strip():
            problems.append(Problem("not STEP=TIME", option, repr(item)[:60], 'e.g. etching="1 h"'))
        else:
            found[key.strip()] = value.strip()
    return found


def task(
    wanted: LotsFile, folder: Path, catalog: Catalog, allow_uncalibrated: bool = False
) -> tuple[Task, tuple[str, ...]]:
    """Lots and tools as the solver takes them, and remarks on what was assumed.

    Parameters
    ----------
    allow_uncalibrated : times of low confidence count too, of specs that are planned here

    Raises
    ------
    BadInput : unknown names, steps of unknown time, all at once
    Infeasible : a spec that cannot be met
    """
    problems: list[Problem] = []
    flows = {
        entry.plan: _flow(entry.plan, folder, wanted.facility, catalog, allow_uncalibrated) for entry in wanted.lots
    }
    lab = _lab(wanted, {name for _, name in flows.values()}, catalog)
    _check_names(wanted, [flow for flow, _ in flows.values()], problems)
    known = {key: _time(value, f"times.{key}", problems) for key, value in wanted.times.items()}
    check_tools(wanted.tools, catalog, problems)
    tools = Tools((*wanted.tools, *lab.tools), wanted.parts)
    made: dict[tuple[str, tuple[Operation, ...]], list[tuple[int, str]]] = {}
    for number, entry in enumerate(wanted.lots, 1):
        operations = _operations(entry.plan, flows[entry.plan][0], known, wanted.clocks, tools, problems)
        release = minutes_up(entry.release.value) if entry.release and entry.release.value else 0
        key = entry.plan, operations
        made.setdefault(key, []).extend((release, name) for name in _names(entry, number, len(wanted.lots)))
    if problems:
        raise BadInput(problems)
    if sum(map(len, made.values())) > MOST_LOTS:
        raise BadInput(Problem("too many lots", "lots", str(sum(map(len, made.values()))), f"up to {MOST_LOTS}"))
    groups = tuple(
        Group(Path(plan).name, tuple(n for _, n in sorted(lots)), tuple(r for r, _ in sorted(lots)), operations)
        for (plan, operations), lots in made.items()
    )
    low = dict.fromkeys(
        f"{entry.plan}: {step.id}" for entry in wanted.lots for step in flows[entry.plan][0] if step.low
    )
    doubt = [f"times of low confidence count: {', '.join(low)}"] if low else []
    return Task(wanted.name, groups, tuple(tools.places)), (*doubt, *tools.remarks)


def _names(entry: Lots, number: int, of: int) -> list[str]:
    base = entry.name or (Path(entry.plan).stem if of == 1 else f"{number}-{Path(entry.plan).stem}")
    return [f"{base}-{i:02d}" for i in range(1, entry.count + 1)]


def _flow(source: str, folder: Path, facility: str, catalog: Catalog, allowed: bool) -> tuple[Flow, str]:
    """Steps of a plan folder or of a spec that is planned now, and the name of its lab."""
    if (folder / source / TRAVELER).is_file():
        where = f"{source}/{TRAVELER.as_posix()}"
        return of_document(read_json(folder / source / TRAVELER, where=where), where)
    named = str(folder / source) if source.endswith(".toml") else source
    if not source.endswith(".toml") and (folder / source).is_dir():
        raise BadInput(Problem("not the folder of a plan", source, None, f"a folder with {TRAVELER.as_posix()}"))
    made = run.plan(named, {"facility": facility or None}, (), catalog)
    return of_plan(made, allowed), made.facility.id


def _lab(wanted: LotsFile, labs: set[str], catalog: Catalog) -> Facility:
    """The lab asked for, or the one that all plans share."""
    name = wanted.facility or (labs.pop() if len(labs) == 1 else "any")
    found: Facility = look_up(catalog.facilities, name, "facility", "facility")
    return found


def _check_names(wanted: LotsFile, flows: Sequence[Flow], problems: list[Problem]) -> None:
    """A time or clock that belongs to no step of any lot is a slip."""
    known = {name for flow in flows for step in flow for name in step.names}
    for kind, keys in (("times", wanted.times), ("clocks", [c.after for c in wanted.clocks])):
        for key in keys:
            if key not in known:
                near = nearest(key, known)
                problems.append(
                    Problem("no such step, recipe or process", f"{kind}: {key}", key[:60], listed(known), near)
                )


def _time(given: str, where: str, problems: list[Problem]) -> float | None:
    try:
        seconds = units.parse(given, "time", where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if not 0.0 < seconds < 1e8:
        problems.append(Problem("out of range", where, given[:60], "more than 0, up to 3 years"))
        return None
    return seconds


def _operations(
    plan: str, flow: Flow, known: Mapping[str, float | None], clocks: Sequence[Clock], tools: Tools,
    problems: list[Problem],
) -> tuple[Operation, ...]:  # fmt: skip
    found = []
    for step in flow:
        stated = next((known[name] for name in step.names if known.get(name) is not None), None)
        duration = stated if stated is not None else step.duration
        if duration is None:
            if not any(name in known for name in step.names):
                stated_how = f'times.{step.id} = "1 h" or --time {step.id}="1 h"'
                change = f"{stated_how}, or --allow-uncalibrated where it is of low confidence"
                problems.append(Problem("nobody knows its time", f"{plan}: {step.id}", "unknown", change))
            continue
        place, runs = tools.of(step.method, step.recipe)
        waits = [w for w in (step.wait, *(c.within.value for c in clocks if c.after in step.names)) if w is not None]
        wait = minutes_down(min(waits)) if waits else None
        found.append(Operation(step.id, step.title, step.recipe, minutes_up(duration * runs), wait, place))
    return tuple(found)
