"""The search against all sequences of small problems, its heuristic, its conflicts, its speed."""

from __future__ import annotations

import dataclasses
import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.planner.flow_search import Constraint, Operator, Problem, conflict, search

FACTS = "abcdef"
SETS = st.frozensets(st.sampled_from(FACTS), max_size=2)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    operators = tuple(
        Operator(
            f"o{n}", draw(SETS), draw(SETS), draw(st.frozensets(st.sampled_from(FACTS), min_size=1, max_size=3)),
            draw(SETS), draw(st.integers(1, 9)) / 2,
        )
        for n in range(draw(st.integers(1, 6)))
    )  # fmt: skip
    constraints = tuple(
        Constraint(f"k{draw(st.integers(0, 4))}", f"o{draw(st.integers(0, 5))}", draw(SETS), draw(SETS))
        for _ in range(draw(st.integers(0, 6)))
    )
    goal = draw(st.frozensets(st.sampled_from(FACTS), min_size=1, max_size=3))
    return Problem(operators, goal, constraints, draw(SETS) - goal, draw(SETS))


def after(problem: Problem, state: frozenset[str], operator: Operator) -> frozenset[str] | None:
    """State after an operator, None when it may not run; written apart from the search."""
    if not operator.needs <= state or operator.absent & state:
        return None
    for c in problem.constraints:
        if c.operator == operator.name and c.facts <= state and not c.unless & state:
            return None
    return (state - operator.removes) | operator.adds


def exhaustive(problem: Problem) -> dict[frozenset[str], float]:
    """Cheapest cost of every reachable goal state, by relaxing all edges until nothing changes (Bellman and Ford)."""
    cost = {problem.start: 0.0}
    changed = True
    while changed:
        changed = False
        for state, operator in itertools.product(list(cost), problem.operators):
            if problem.goal <= state and not problem.gone & state:
                continue
            there = after(problem, state, operator)
            if there is not None and cost[state] + operator.cost < cost.get(there, float("inf")):
                cost[there], changed = cost[state] + operator.cost, True
    return {s: c for s, c in cost.items() if problem.goal <= s and not problem.gone & s}


@settings(max_examples=250, deadline=None)
@given(problems())
def test_equal_to_exhaustive_search(problem: Problem) -> None:
    best = exhaustive(problem)
    found = search(problem).flows
    assert bool(found) == bool(best)
    if found:
        assert found[0].cost == pytest.approx(min(best.values()))


@settings(max_examples=100, deadline=None)
@given(problems())
def test_second_choices_come_last(problem: Problem) -> None:
    """All flows that keep the soft rules, cheapest first, then the others; none is lost."""
    soft = dataclasses.replace(
        problem, constraints=tuple(dataclasses.replace(c, soft=c.key in ("k0", "k1")) for c in problem.constraints)
    )
    hard = dataclasses.replace(soft, constraints=tuple(c for c in soft.constraints if not c.soft))
    keeping, any_flow = exhaustive(problem), exhaustive(hard)
    found = search(soft, 20).flows
    assert bool(found) == bool(any_flow)
    if keeping:
        assert found[0].cost == pytest.approx(min(keeping.values()))
    elif any_flow:
        assert found[0].cost == pytest.approx(min(any_flow.values()))
    assert len({f.operators for f in found}) == len(found)


def test_a_soft_rule_yields_where_nothing_keeps_it_and_a_dearer_flow_that_keeps_it_comes_first() -> None:
    made = frozenset("a")
    cold, warm = Operator("cold", adds=made | {"b"}, cost=1.0), Operator("warm", adds=made | {"c"}, cost=5.0)
    rule = Constraint("phase", "cold", soft=True)
    both = search(Problem((cold, warm), made, (rule,)), 2, frozenset("bc")).flows
    assert [f.operators for f in both] == [("warm",), ("cold",)]
    assert [f.operators for f in search(Problem((cold,), made, (rule,))).flows] == [("cold",)]
    assert not search(Problem((cold,), made, (dataclasses.replace(rule, soft=False),))).flows


@settings(max_examples=120, deadline=None)
@given(problems())
def test_flows_can_be_run_and_cost_what_they_say(problem: Problem) -> None:
    by_name = {o.name: o for o in problem.operators}
    for flow in search(problem, most=4).flows:
        state, paid = problem.start, 0.0
        for name in flow.operators:
            there = after(problem, state, by_name[name])
            assert there is not None
            state, paid = there, paid + by_name[name].cost
        assert problem.goal <= state and not problem.gone & state
        assert paid == pytest.approx(flow.cost)


@settings(max_examples=120, deadline=None)
@given(problems())
def test_the_next_best_are_all_goals_in_order(problem: Problem) -> None:
    found = search(problem, most=100).flows
    assert [f.cost for f in found] == pytest.approx(sorted(exhaustive(problem).values()))


@settings(max_examples=120, deadline=None)
@given(problems())
def test_conflicts_are_minimal(problem: Problem) -> None:
    """Together they forbid every flow; without any one of them there is a flow."""
    kept = {c.key for c in conflict(problem)}

    def solvable(keys: set[str]) -> bool:
        only = tuple(c for c in problem.constraints if c.key in keys)
        return bool(exhaustive(Problem(problem.operators, problem.goal, only, problem.gone, problem.start)))

    everything = {c.key for c in problem.constraints}
    if solvable(everything) or not solvable(set()):
        assert not kept
    else:
        assert not solvable(kept)
        assert all(solvable(kept - {key}) for key in kept)


def test_a_flow_of_thirty_two_operators_is_found_at_once() -> None:
    """Two branches of eight layers, two techniques each, that share a part of the tools."""
    operators = []
    for branch, layer, technique in itertools.product("ac", range(8), (1, 2)):
        needs = frozenset({f"{branch}{layer - 1}"} if layer else set())
        name = f"{branch}{layer}-{technique}"
        adds = frozenset({f"{branch}{layer}", name})
        operators.append(Operator(name, needs, frozenset({f"{branch}{layer}"}), adds, cost=10.0 + technique))
    bans = tuple(Constraint(f"hot-{n}", f"a{n}-1", frozenset({"c3"})) for n in range(8))
    goal = frozenset({f"{branch}{layer}" for branch in "ac" for layer in range(8)})
    problem = Problem(tuple(operators), goal, bans)
    search(problem)
    start = time.perf_counter()
    found = search(problem)
    assert time.perf_counter() - start < 0.05
    assert len(operators) == 32
    assert found.flows[0].cost == pytest.approx(16 * 11.0)


def test_exact_goal() -> None:
    """A template that stays behind is no flow."""
    leave = Operator("plate through", adds=frozenset({"metal", "template"}), cost=1.0)
    strip = Operator("strip", needs=frozenset({"template"}), removes=frozenset({"template"}), cost=1.0)
    problem = Problem((leave, strip), frozenset({"metal"}), gone=frozenset({"template"}))
    assert search(problem).flows[0].operators == ("plate through", "strip")


def test_two_cheap_operators_beat_one_that_does_both() -> None:
    """A heuristic that asked too much for what is missing would take the first goal that it sees."""
    both = Operator("both", adds=frozenset("ab"), cost=5.0)
    single = (Operator("one", adds=frozenset("a"), cost=2.0), Operator("other", adds=frozenset("b"), cost=2.0))
    assert search(Problem((both, *single), frozenset("ab"))).flows[0].cost == 4.0
    dear = (Operator("one", adds=frozenset("a"), cost=3.0), Operator("other", adds=frozenset("b"), cost=3.0))
    assert search(Problem((both, *dear), frozenset("ab"))).flows[0].operators == ("both",)
