"""The shortest schedule of several lots on shared tools.

The solver behind it is an optional package, see `fabplan.planner.schedule_model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fabplan.errors import FabplanError, Infeasible
from fabplan.planner.schedule_task import Run, Schedule, Task, horizon, windows

EXTRA = "schedule"


class SolverMissing(FabplanError):
    """The optional package that solves schedules is not installed."""

    exit_code = 2


def schedule(task: Task, cap: float = 10.0) -> Schedule:
    """The shortest schedule, or the best one that was found within ``cap``.

    Parameters
    ----------
    cap : most work of the solver, in its deterministic unit: the answer does not depend on the machine

    Raises
    ------
    SolverMissing : the extra is not installed
    Infeasible : no schedule keeps all clocks and closings, or none was found within ``cap``
    """
    _check_openings(task)
    try:
        # OR-tools is optional and takes half a second to load.
        from fabplan.planner import schedule_model as model
    except ModuleNotFoundError as fault:
        if not (fault.name or "").startswith("ortools"):
            raise
        message = f"fabplan schedule needs OR-tools: pip install 'fabplan[{EXTRA}]'"
        raise SolverMissing(message) from fault
    answer = model.solve(task, cap)
    if answer is None:
        raise Infeasible(["no schedule was found within the effort that was allowed"], ["Raise --effort."])
    if not answer.starts:
        raise _infeasible(task, lambda changed: bool((found := model.solve(changed, cap)) and found.starts))
    return Schedule(task, _runs(task, answer.starts), answer.makespan, answer.bound, answer.optimal, answer.effort, cap)


def _check_openings(task: Task) -> None:
    """An operation that is longer than every opening of its tool can never run."""
    end, reasons = horizon(task), []
    for group in task.groups:
        for operation in group.operations:
            place = task.tools[operation.tool]
            if place.closed and not windows(place, operation.duration, end):
                reasons.append(
                    f"{group.route}: {operation.step} takes {operation.duration / 60:.3g} h; "
                    f"{place.name} is never open so long"
                )
    if reasons:
        raise Infeasible(reasons, ["Set unattended = true where a run goes on while the tool is closed."])


def _infeasible(task: Task, works: Callable[[Task], bool]) -> Infeasible:
    """Which clock, taken away alone, would make a schedule possible."""
    changes = []
    for g, group in enumerate(task.groups):
        for k, operation in enumerate(group.operations):
            if operation.wait is None:
                continue
            freed = (*group.operations[:k], replace(operation, wait=None), *group.operations[k + 1 :])
            groups = (*task.groups[:g], replace(group, operations=freed), *task.groups[g + 1 :])
            if works(replace(task, groups=groups)):
                changes.append(
                    f"{group.route}: without the limit of {operation.wait} min after {operation.step} there is one."
                )
    reasons = ["no schedule keeps all queue-time limits while the tools are closed as stated"]
    return Infeasible(reasons, changes or ["Shorten the closings or lengthen several limits."])


def _runs(task: Task, starts: Sequence[Sequence[Sequence[int]]]) -> tuple[Run, ...]:
    """Starts [group][operation][lot] as runs with their units."""
    units = _units(task, starts)
    found = []
    for g, group in enumerate(task.groups):
        for i, lot in enumerate(group.lots):
            for k, operation in enumerate(group.operations):
                start = starts[g][k][i]
                end = start + operation.duration
                last = k + 1 == len(group.operations)
                deadline = None if operation.wait is None or last else end + operation.wait
                tool, unit = task.tools[operation.tool].name, units[g, k, i]
                found.append(
                    Run(
                        lot,
                        group.route,
                        operation.step,
                        operation.title,
                        operation.recipe,
                        tool,
                        unit,
                        start,
                        end,
                        deadline,
                    )
                )
    return tuple(found)


def _units(task: Task, starts: Sequence[Sequence[Sequence[int]]]) -> dict[tuple[int, int, int], int]:
    """Which of several equal tools each run takes: the first one that is free, runs in the order of their starts."""
    found: dict[tuple[int, int, int], int] = {}
    for tool, place in enumerate(task.tools):
        free = [0] * place.count
        for (start, g, k), lots in _shared(task, starts, tool, place.batch):
            unit = next(n for n, since in enumerate(free) if since <= start)
            free[unit] = start + task.groups[g].operations[k].duration
            found.update({(g, k, i): unit + 1 for i in lots})
    return found


def _shared(
    task: Task, starts: Sequence[Sequence[Sequence[int]]], tool: int, batch: int
) -> Iterable[tuple[tuple[int, int, int], list[int]]]:
    """Runs of a tool: (start, group, operation) with the lots in it, by start."""
    found: list[tuple[tuple[int, int, int], list[int]]] = []
    for g, group in enumerate(task.groups):
        for k, operation in enumerate(group.operations):
            if operation.tool != tool:
                continue
            for i, start in enumerate(starts[g][k]):
                key = (start, g, k)
                if found and found[-1][0] == key and len(found[-1][1]) < batch:
                    found[-1][1].append(i)
                else:
                    found.append((key, [i]))
    return sorted(found, key=lambda run: run[0])
