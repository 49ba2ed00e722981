"""Schedules against an independent check, against brute force, and against what may not depend on chance."""

from __future__ import annotations

import copy
import itertools
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import Infeasible
from fabplan.exporters._schedule_page import document
from fabplan.planner.schedule import SolverMissing, schedule
from fabplan.planner.schedule_task import Group, Operation, Place, Task
from tests.planner.schedule_check import faults

pytest.importorskip("ortools", reason="the extra schedule is not installed")

#: process, minutes: the shipped printed cell
FLOW = (
    ("litho", 49), ("evaporate", 128), ("lift-off", 80), ("print", 65), ("dry", 155), ("print", 65), ("dry", 155),
    ("furnace", 465), ("cure", 326), ("fill", 98), ("cure", 1500),
)  # fmt: skip


def flow_line(lots: int, waits: dict[int, int], **tools: dict[str, Any]) -> Task:
    """Equal lots of that flow, ``waits`` by place of the step."""
    names = list(dict.fromkeys(name for name, _ in FLOW))
    steps = tuple(
        Operation(f"{name}-{k}", name, name, minutes, waits.get(k), names.index(name))
        for k, (name, minutes) in enumerate(FLOW)
    )
    group = Group("cell", tuple(f"lot-{i:02d}" for i in range(lots)), (0,) * lots, steps)
    return Task("line", (group,), tuple(Place(name, **tools.get(name, {})) for name in names))


@pytest.mark.parametrize(
    "tools",
    [
        {},
        {"furnace": {"batch": 8}, "dry": {"batch": 4}, "cure": {"batch": 16}},
        {"print": {"count": 2}, "cure": {"count": 3, "batch": 2}},
    ],
)
def test_sixteen_lots_are_proven_in_about_a_second(tools: dict[str, Any]) -> None:
    """Measured 0.2, 0.8 and 0.7 s on one core; the clock is the machine's, the effort is the same everywhere."""
    asked = flow_line(16, {7: 60, 9: 30}, **tools)
    schedule(flow_line(2, {}))  # loads the solver
    begun = time.process_time()
    found = schedule(asked)
    taken = time.process_time() - begun
    assert found.optimal and found.bound == found.makespan
    assert faults(document(found, ())) == []
    assert found.effort < 1.5 and taken < 5.0, (found.effort, taken)


def test_nights_are_kept() -> None:
    night = ((0, 480, 1440), (1080, 1440, 1440))
    found = schedule(flow_line(6, {9: 30}, litho={"closed": night}, evaporate={"closed": night, "unattended": True}))
    assert found.optimal and faults(document(found, ())) == []
    assert {r.start % 1440 // 60 for r in found.runs if r.tool == "litho"} <= set(range(8, 18))
    assert any(r.end % 1440 > 1080 for r in found.runs if r.tool == "evaporate")  # a run goes on into the night


def _shift(run: dict[str, Any], seconds: float) -> None:
    run["start_s"] += seconds
    run["end_s"] += seconds


def test_the_check_sees_what_is_wrong() -> None:
    """Every rule of the independent check fails once."""
    good = document(schedule(flow_line(3, {7: 0}, dry={"batch": 2})), ())
    assert faults(good) == []

    def broken(change: Any) -> list[str]:
        bad = copy.deepcopy(good)
        change(bad)
        return faults(bad)

    assert broken(lambda d: _shift(d["runs"][1], -60.0))  # before the step before
    assert any(
        "s after" in f
        for f in broken(lambda d: [_shift(r, 60.0) for r in d["runs"] if int(r["step"].rpartition("-")[2]) >= 8])
    )
    assert broken(lambda d: d.update(makespan_s=1.0))
    assert broken(lambda d: d["runs"].pop())
    assert broken(lambda d: d["runs"][0].update(tool="dry"))
    assert any("two runs" in f for f in broken(lambda d: _shift(d["runs"][11], -60.0)))
    assert broken(lambda d: d["tools"][4].update(lots_per_run=0))
    assert broken(lambda d: d["tools"][0].update(closed_s=[[0.0, 60.0, None]]))
    assert broken(lambda d: d["lots"][0].update(release_s=60.0))


def _brute_force(task: Task) -> int | None:
    """Shortest makespan over all orders of the runs on every (single, unbatched) tool; None when none holds."""
    operations = [
        (g, k, i)
        for g, group in enumerate(task.groups)
        for i in range(len(group.lots))
        for k in range(len(group.operations))
    ]
    by_tool = [[o for o in operations if task.groups[o[0]].operations[o[1]].tool == t] for t in range(len(task.tools))]
    best = None
    for orders in itertools.product(*(itertools.permutations(mine) for mine in by_tool)):
        end = _earliest(task, operations, orders)
        best = end if best is None or (end is not None and end < best) else best
    return best


def _earliest(task: Task, operations: list[Any], orders: Any) -> int | None:
    """Longest paths by relaxation; None when a longest wait cannot be held in this order."""

    def op(o: Any) -> Operation:
        return task.groups[o[0]].operations[o[1]]

    arcs = [(a, b, op(a).duration) for order in orders for a, b in itertools.pairwise(order)]
    for g, k, i in operations:
        if (g, k + 1, i) in operations:
            arcs.append(((g, k, i), (g, k + 1, i), op((g, k, i)).duration))
            wait = op((g, k, i)).wait
            if wait is not None:
                arcs.append(((g, k + 1, i), (g, k, i), -op((g, k, i)).duration - wait))
    start = {o: task.groups[o[0]].releases[o[2]] if o[1] == 0 else 0 for o in operations}
    for _ in range(len(operations) + 1):
        moved = False
        for a, b, length in arcs:
            if start[a] + length > start[b]:
                start[b], moved = start[a] + length, True
        if not moved:
            return max(start[o] + op(o).duration for o in operations)
    return None


@st.composite
def small(draw: st.DrawFn) -> Task:
    tools = draw(st.integers(1, 2))
    groups = []
    for g in range(draw(st.integers(1, 2))):
        steps = draw(
            st.lists(
                st.tuples(st.integers(1, 9), st.none() | st.integers(0, 5), st.integers(0, tools - 1)),
                min_size=1,
                max_size=3,
            )
        )
        lots = draw(st.integers(1, 2))
        releases = tuple(sorted(draw(st.lists(st.integers(0, 8), min_size=lots, max_size=lots))))
        operations = tuple(Operation(f"{g}.{k}", "", "", d, w, t) for k, (d, w, t) in enumerate(steps))
        groups.append(Group(f"r{g}", tuple(f"{g}-{i}" for i in range(lots)), releases, operations))
    return Task("small", tuple(groups), tuple(Place(f"t{t}") for t in range(tools)))


def _count(task: Task) -> int:
    orders = 1
    for t in range(len(task.tools)):
        mine = sum(len(g.lots) for g in task.groups for o in g.operations if o.tool == t)
        for n in range(2, mine + 1):
            orders *= n
    return orders


@settings(max_examples=60, deadline=None)
@given(small().filter(lambda task: _count(task) <= 800))
def test_as_short_as_brute_force(task: Task) -> None:
    found = schedule(task)
    assert faults(document(found, ())) == []
    assert found.optimal and found.makespan == _brute_force(task)


def test_sharing_a_run_is_as_short_as_it_can_be() -> None:
    """Five lots, a furnace for three: two runs of 100 after 10 min each; waiting for the third lot pays."""
    steps = (Operation("a", "", "", 10, None, 0), Operation("b", "", "", 100, None, 1))
    task = Task("x", (Group("r", tuple("abcde"), (0,) * 5, steps),), (Place("press"), Place("furnace", batch=3)))
    found = schedule(task)
    assert (found.makespan, found.optimal) == (220, True)  # runs from 20 (two lots) and 120 (three)
    assert faults(document(found, ())) == []


def test_same_schedule_every_time() -> None:
    asked = flow_line(7, {7: 60}, dry={"batch": 2})
    assert schedule(asked) == schedule(asked)


def mixed(lots: int) -> Task:
    """Four routes of eleven steps that come back to ten tools in different orders, with short waits."""
    groups = []
    for g in range(4):
        steps = tuple(
            Operation(
                f"{g}.{k}",
                "",
                "",
                20 + (37 * (11 * g + k) ** 2) % 211,
                30 if (g + k) % 3 else None,
                (g * g + 7 * k * k) % 10,
            )
            for k in range(11)
        )
        groups.append(Group(f"r{g}", tuple(f"{g}-{i}" for i in range(lots)), (0,) * lots, steps))
    return Task("mixed", tuple(groups), tuple(Place(f"t{t}") for t in range(10)))


#: what the flows of four shipped specs (printed cell of 1 mm and of 10 mm, thin films, screen-printed) take [min]
ROUTES = (
    FLOW,
    (("sputter", 132), ("sputter", 656), ("anneal", 518), ("sputter", 575), ("evaporate", 160), ("sputter", 124),
     ("coat", 346)),
    (("screen", 75), ("dry", 215), ("screen", 82), ("dry", 215), ("screen", 82), ("dry", 215), ("gel", 815),
     ("cure", 205)),
    tuple((name, 1041 if name == "print" else minutes) for name, minutes in FLOW),
)  # fmt: skip


def routes(lots: int, wait: int | None = None) -> Task:
    """``lots`` of each of these routes on shared tools; ``wait`` after the last furnace run and before each lid."""
    names = list(dict.fromkeys(name for route in ROUTES for name, _ in route))
    groups = []
    for g, route in enumerate(ROUTES):
        steps = tuple(
            Operation(f"{g}.{k}", name, name, minutes, wait if name in ("fill", "gel", "evaporate") else None,
                      names.index(name))
            for k, (name, minutes) in enumerate(route)
        )  # fmt: skip
        groups.append(Group(f"r{g}", tuple(f"{g}-{i}" for i in range(lots)), (0,) * lots, steps))
    return Task("routes", tuple(groups), tuple(Place(name) for name in names))


@pytest.mark.parametrize("wait", [None, 60])
def test_sixteen_lots_of_four_shipped_routes_are_proven(wait: int | None) -> None:
    found = schedule(routes(4, wait))
    assert found.optimal and found.bound == found.makespan
    assert faults(document(found, ())) == []
    assert found.effort < 1.5, found.effort


def test_without_enough_effort_nothing_is_called_proven() -> None:
    """Hard, and honest about it."""
    found = schedule(mixed(4), 0.1)
    assert not found.optimal and found.bound < found.makespan
    assert faults(document(found, ())) == []


def test_impossible_clock_names_it() -> None:
    """The next tool opens two hours after the first one must be left."""
    steps = (Operation("a", "", "", 60, 10, 0), Operation("b", "", "", 60, None, 1))
    group = Group("r", ("x",), (0,), steps)
    tools = (Place("p", closed=((60, 1440, 1440),)), Place("q", closed=((0, 200, 1440),)))
    with pytest.raises(Infeasible, match="without the limit of 10 min after a"):
        schedule(Task("t", (group,), tools))


def test_run_longer_than_every_opening() -> None:
    group = Group("r", ("x",), (0,), (Operation("a", "", "", 700, None, 0),))
    night = ((600, 1440, 1440),)
    with pytest.raises(Infeasible, match="never open so long"):
        schedule(Task("t", (group,), (Place("p", closed=night),)))
    assert schedule(Task("t", (group,), (Place("p", closed=night, unattended=True),))).makespan == 700


def test_missing_solver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "fabplan.planner.schedule_model", raising=False)
    monkeypatch.delattr("fabplan.planner.schedule_model", raising=False)
    for name in [n for n in sys.modules if n == "ortools" or n.startswith("ortools.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ortools", None)
    with pytest.raises(SolverMissing, match=r"pip install 'fabplan\[schedule\]'"):
        schedule(flow_line(1, {}))
