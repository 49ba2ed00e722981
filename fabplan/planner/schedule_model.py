"""The schedule as a constraint model for CP-SAT of OR-tools; the only module that imports it.

Lots of one route are interchangeable, so their starts at every step may be taken in the order of the lots: sort the
starts of each step; the k-th smallest still follow each other, keep every longest wait (order statistics of two
sequences are as far apart as the sequences at most), every release and every opening. What remains to be decided is the
order of different steps on a tool and who shares a run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from fabplan.planner.schedule_task import Group, Task, horizon, windows

SEED = 1
TIDY = 0.2  # effort that may go into ending early what does not change the end

Starts = list[list[list[Any]]]  #: [group][operation][lot]


@dataclass(frozen=True)
class Answer:
    """Starts [group][operation][lot] in minutes; none when it is proven that there is no schedule."""

    starts: tuple[tuple[tuple[int, ...], ...], ...]
    makespan: int = 0
    bound: int = 0
    optimal: bool = False
    effort: float = 0.0


def solve(task: Task, cap: float) -> Answer | None:
    """The best schedule within ``cap`` of deterministic work; None when none was found and none was excluded."""
    model = cp_model.CpModel()
    end = horizon(task)
    starts = [_group(model, task, group, end) for group in task.groups]
    for tool in range(len(task.tools)):
        _tool(model, task, starts, tool)
    makespan = model.new_int_var(_least(task), end, "makespan")
    for group, placed in zip(task.groups, starts, strict=True):
        model.add(makespan >= placed[-1][-1] + group.operations[-1].duration)
    model.minimize(makespan)
    solver = _solver(cap)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Answer(())
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    best, bound = round(solver.objective_value), math.ceil(solver.best_objective_bound - 1e-6)
    effort = solver.response_proto.deterministic_time
    found = _values(solver, starts)
    tidier, more = _tidied(model, starts, makespan, best, found, min(TIDY, cap))
    return Answer(tidier, best, bound, status == cp_model.OPTIMAL, effort + more)


def _solver(cap: float) -> Any:
    """One worker, fixed seed, deterministic clock: the same answer on every machine."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = cap
    # No linear relaxation: on such models it costs time and proves nothing that the ordering does not (measured).
    solver.parameters.linearization_level = 0
    # The model is written tightly: rewriting it first takes a third of the time of a proof; learning which of two runs
    # on a tool comes first shortens proofs on single tools threefold (measured on 16 lots, shared runs, several tools).
    solver.parameters.cp_model_presolve = False
    solver.parameters.use_dynamic_precedence_in_disjunctive = True
    return solver


def _group(model: Any, task: Task, group: Group, end: int) -> list[list[Any]]:
    """Starts of a group: each lot in the order of its steps, each step in the order of the lots."""
    placed = []
    for k, operation in enumerate(group.operations):
        opened = cp_model.Domain.from_intervals(windows(task.tools[operation.tool], operation.duration, end))
        placed.append([model.new_int_var_from_domain(opened, f"{lot}.{k}") for lot in group.lots])
    for i, release in enumerate(group.releases):
        model.add(placed[0][i] >= release)
        for k, operation in enumerate(group.operations[:-1]):
            ready = placed[k][i] + operation.duration
            model.add(placed[k + 1][i] >= ready)
            if operation.wait is not None:
                model.add(placed[k + 1][i] <= ready + operation.wait)
    return placed


def _tool(model: Any, task: Task, starts: Starts, tool: int) -> None:
    """No more runs at a time than there are tools of a kind."""
    place, intervals = task.tools[tool], []
    for group, placed in zip(task.groups, starts, strict=True):
        for k, operation in enumerate(group.operations):
            if operation.tool == tool:
                intervals += _step(model, placed[k], operation.duration, place.count, place.batch)
    if not intervals:
        return
    if place.count == 1:
        model.add_no_overlap(intervals)
    else:
        model.add_cumulative(intervals, [1] * len(intervals), place.count)


def _step(model: Any, placed: list[Any], duration: int, count: int, batch: int) -> list[Any]:
    """Runs of one step in the order of the lots; with a batch a lot starts a run or joins that of the lot before."""
    if batch == 1:
        for i, start in enumerate(placed):
            if i:
                model.add(start >= placed[i - 1])
            if i >= count:
                model.add(start >= placed[i - count] + duration)
        return [model.new_fixed_size_interval_var(start, duration, f"{start}") for start in placed]
    intervals, joins = [model.new_fixed_size_interval_var(placed[0], duration, f"{placed[0]}")], []
    for i, start in enumerate(placed[1:], 1):
        join = model.new_bool_var(f"{start} joins")
        joins.append(join)
        model.add(start == placed[i - 1]).only_enforce_if(join)
        model.add(start >= placed[i - 1] + (duration if count == 1 else 0)).only_enforce_if(~join)
        intervals.append(model.new_optional_fixed_size_interval_var(start, duration, ~join, f"{start}"))
        if i >= batch:
            model.add(sum(joins[i - batch : i]) <= batch - 1)
        if i >= count * batch:
            model.add(start >= placed[i - count * batch] + duration)
    return intervals


def _least(task: Task) -> int:
    """No schedule ends before this: the longest lot, and every tool's load between its earliest start and tail."""
    found = [g.releases[-1] + sum(o.duration for o in g.operations) for g in task.groups]
    for tool, place in enumerate(task.tools):
        load, heads, tails = 0, [], []
        for group in task.groups:
            mine = [k for k, o in enumerate(group.operations) if o.tool == tool]
            if mine:
                runs = math.ceil(len(group.lots) / place.batch)
                load += runs * sum(group.operations[k].duration for k in mine)
                heads.append(group.releases[0] + sum(o.duration for o in group.operations[: mine[0]]))
                tails.append(sum(o.duration for o in group.operations[mine[-1] + 1 :]))
        if heads:
            found.append(min(heads) + math.ceil(load / place.count) + min(tails))
    return max(found)


def _values(solver: Any, starts: Starts) -> tuple[tuple[tuple[int, ...], ...], ...]:
    return tuple(tuple(tuple(solver.value(s) for s in step) for step in placed) for placed in starts)


def _tidied(
    model: Any, starts: Starts, makespan: Any, best: int, found: Any, cap: float
) -> tuple[tuple[tuple[tuple[int, ...], ...], ...], float]:
    """The same end, with the lots done as early as the effort allows to find out."""
    model.add(makespan <= best)
    model.clear_objective()
    model.minimize(sum(start for placed in starts for start in placed[-1]))
    for placed, values in zip(starts, found, strict=True):
        for step, row in zip(placed, values, strict=True):
            for start, value in zip(step, row, strict=True):
                model.add_hint(start, value)
    solver = _solver(cap)
    status = solver.solve(model)
    good = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (_values(solver, starts) if good else found), solver.response_proto.deterministic_time
