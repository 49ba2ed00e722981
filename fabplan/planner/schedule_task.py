"""Lots, tools and runs of a schedule. Times are whole minutes.

Durations are rounded up and longest waits down to the minute, so that what holds in minutes holds in seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MINUTE = 60.0
DAY = 1440  # minutes


@dataclass(frozen=True)
class Operation:
    """One step of a route on one kind of tool.

    Parameters
    ----------
    step, title, recipe : of the plan's step
    duration : minutes, at least 1
    wait : longest wait after it until the next operation of the lot starts [minutes], None without limit
    tool : place in `Task.tools`
    """

    step: str
    title: str
    recipe: str
    duration: int
    wait: int | None
    tool: int


@dataclass(frozen=True)
class Group:
    """Lots that are all made alike, by their earliest start.

    Parameters
    ----------
    lots : names
    releases : earliest start of every lot [minutes], ascending
    """

    route: str
    lots: tuple[str, ...]
    releases: tuple[int, ...]
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Place:
    """One kind of tool.

    Parameters
    ----------
    count : how many of them there are
    batch : lots that one run takes; lots of one route at one step share a run
    closed : (from, until, repeats every) [minutes]; 0 does not repeat
    unattended : a run goes on while it is closed
    """

    name: str
    count: int = 1
    batch: int = 1
    closed: tuple[tuple[int, int, int], ...] = ()
    unattended: bool = False


@dataclass(frozen=True)
class Task:
    """All lots and all tools."""

    name: str
    groups: tuple[Group, ...]
    tools: tuple[Place, ...]


@dataclass(frozen=True)
class Run:
    """One operation of one lot, placed; minutes from the start. ``unit`` counts the tools of a kind from 1."""

    lot: str
    route: str
    step: str
    title: str
    recipe: str
    tool: str
    unit: int
    start: int
    end: int
    deadline: int | None


@dataclass(frozen=True)
class Schedule:
    """What the solver found.

    Parameters
    ----------
    runs : by lot and start
    makespan, bound : end of the last run, and what no schedule can be shorter than [minutes]
    optimal : whether that was proven
    effort : work of the solver in its own deterministic unit (about a second each), ``cap`` the most it might do
    """

    task: Task
    runs: tuple[Run, ...]
    makespan: int
    bound: int
    optimal: bool
    effort: float
    cap: float


def minutes_up(seconds: float) -> int:
    """Duration in whole minutes, never too short; at least one."""
    return max(1, math.ceil(seconds / MINUTE - 1e-9))


def minutes_down(seconds: float) -> int:
    """Limit in whole minutes, never too long."""
    return max(0, math.floor(seconds / MINUTE + 1e-9))


def windows(place: Place, duration: int, horizon: int) -> list[tuple[int, int]]:
    """When a run of ``duration`` may start, as closed ranges of minutes up to the horizon."""
    reach = 1 if place.unattended else duration
    shut = sorted((a - reach + 1, b - 1) for a, b in closings(place, horizon))
    found, free = [], 0
    for first, last in shut:
        if first > free:
            found.append((free, first - 1))
        free = max(free, last + 1)
    return [*found, (free, horizon)] if free <= horizon else found


def closings(place: Place, horizon: int) -> list[tuple[int, int]]:
    """All closings up to the horizon, repeated ones written out [minutes]."""
    found = []
    for start, end, every in place.closed:
        shift = 0
        while start + shift <= horizon:
            found.append((start + shift, end + shift))
            if not every:
                break
            shift += every
    return sorted(found)


def horizon(task: Task) -> int:
    """A time by which all is surely done, if it can be done at all [minutes]: one lot after the other."""
    work = sum(len(g.lots) * sum(o.duration for o in g.operations) for g in task.groups)
    last = max((r for g in task.groups for r in g.releases), default=0)
    if not any(t.closed for t in task.tools):
        return last + work
    shut = max((end for t in task.tools for _, end, _ in t.closed), default=0)
    lots = sum(len(g.lots) for g in task.groups)
    # Every operation may have to wait for the next opening of its tool.
    steps = sum(len(g.lots) * len(g.operations) for g in task.groups)
    period = max((every for t in task.tools for *_, every in t.closed), default=0)
    return last + shut + work + max(period, DAY) * min(steps, 4 * lots + 30)
