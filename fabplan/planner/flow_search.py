"""Best order of fabrication: A* over what stands on the part.

The state is a set of facts (``"anode: lto by diw-lto-sun2013"``, ``"resist"``, ``"inside"``). An operator
needs facts, must not meet others, adds and removes some, and costs something. A constraint forbids an
operator while certain facts hold. The goal is the exact target: every wanted fact, and none of those that
must be gone. Costs add up (time, money, −ln yield), so the first goal that is taken from the queue is the
cheapest flow, and the following ones are the next best by other techniques.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EXPANSIONS = 400_000  # a problem of this house has some 10^3 states; more is a fault of the problem


@dataclass(frozen=True)
class Operator:
    """One operation.

    Parameters
    ----------
    name : unique
    needs, absent : facts that must hold, and that must not
    adds, removes : what it changes
    cost : above 0
    """

    name: str
    needs: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()
    removes: frozenset[str] = frozenset()
    cost: float = 1.0


@dataclass(frozen=True)
class Constraint:
    """An operator must not run while all of ``facts`` hold and none of ``unless``; always, when it names no facts.

    Parameters
    ----------
    soft : only second choice: flows that break it come after all flows that break none of the kind
    key : constraints of the same key stand and fall together
    operator : name of the operator
    words : why, one sentence
    change : what would mend it, one sentence
    """

    key: str
    operator: str
    facts: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    words: str = ""
    change: str = ""
    soft: bool = False


@dataclass(frozen=True)
class Problem:
    """What is to be made, by what, under which constraints.

    Parameters
    ----------
    goal : facts that must hold in the end
    gone : facts that must not
    start : facts that hold before the first operation
    """

    operators: tuple[Operator, ...]
    goal: frozenset[str]
    constraints: tuple[Constraint, ...] = ()
    gone: frozenset[str] = frozenset()
    start: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """A flow: names of its operators in order, and its cost."""

    operators: tuple[str, ...]
    cost: float


@dataclass(frozen=True)
class Outcome:
    """Flows, cheapest first, none when there is none; how many states were looked at; constraints that bit."""

    flows: tuple[Found, ...]
    expanded: int
    bit: frozenset[str]


@dataclass(frozen=True)
class _Coded:
    """An operator as bit masks."""

    index: int
    needs: int
    absent: int
    adds: int
    removes: int
    cost: float
    bans: tuple[tuple[int, int, str], ...]


def search(problem: Problem, most: int = 1, choices: frozenset[str] = frozenset()) -> Outcome:
    """The ``most`` cheapest flows that differ in their choices.

    Parameters
    ----------
    choices : facts that tell techniques apart; of two flows with the same of them only the cheaper counts.
        Without any, only one flow is found for each final state.
    """
    outcome = _search(problem, most, choices)
    hard = tuple(c for c in problem.constraints if not c.soft)
    if len(outcome.flows) >= most or len(hard) == len(problem.constraints):
        return outcome
    more = _search(dataclasses.replace(problem, constraints=hard), most + len(outcome.flows), choices)
    # What kept all rules stays in front; the others follow by their cost.
    rest = tuple(f for f in more.flows if f not in outcome.flows)
    flows = (*outcome.flows, *rest)[:most]
    return Outcome(flows, outcome.expanded + more.expanded, outcome.bit | more.bit)


def _search(problem: Problem, most: int, choices: frozenset[str]) -> Outcome:
    """As `search`, all constraints alike."""
    facts = _numbered(problem)
    coded = _coded(problem, facts)
    goal, gone, chosen = _mask(problem.goal, facts), _mask(problem.gone, facts), _mask(choices, facts)
    shares = _shares(coded, goal)
    start = _mask(problem.start, facts)
    queue: list[tuple[float, int, int]] = [(_rest(start, goal, shares), 0, start)]
    costs, came, bit = {start: 0.0}, {start: (-1, -1)}, set[str]()
    flows: dict[int, Found] = {}
    closed: set[int] = set()
    order = 0
    while queue and len(flows) < most and len(closed) < EXPANSIONS:
        _, _, state = heapq.heappop(queue)
        if state in closed:
            continue
        closed.add(state)
        if state & goal == goal and not state & gone:
            flows.setdefault(state & chosen if chosen else state, _walked(problem, came, state, costs[state]))
            continue
        for operator, after in _moves(state, coded, bit):
            cost = costs[state] + operator.cost
            if cost < costs.get(after, float("inf")):
                costs[after], came[after], order = cost, (state, operator.index), order + 1
                closed.discard(after)
                heapq.heappush(queue, (cost + _rest(after, goal, shares), order, after))
    return Outcome(tuple(flows.values()), len(closed), frozenset(bit))


def _moves(state: int, coded: Sequence[_Coded], bit: set[str]) -> Iterable[tuple[_Coded, int]]:
    """Operators that may run, with the state after; keys of constraints that forbid one go to ``bit``."""
    for operator in coded:
        if state & operator.needs != operator.needs or state & operator.absent:
            continue
        after = (state & ~operator.removes) | operator.adds
        if after == state:
            continue
        banned = [key for facts, unless, key in operator.bans if state & facts == facts and not state & unless]
        if banned:
            bit.update(banned)
        else:
            yield operator, after


def _numbered(problem: Problem) -> dict[str, int]:
    """Number of every fact, in the order of their names."""
    named = {*problem.goal, *problem.gone, *problem.start}
    for operator in problem.operators:
        named |= operator.needs | operator.absent | operator.adds | operator.removes
    for constraint in problem.constraints:
        named |= constraint.facts | constraint.unless
    return {fact: number for number, fact in enumerate(sorted(named))}


def _mask(facts: Iterable[str], numbers: Mapping[str, int]) -> int:
    return sum(1 << numbers[fact] for fact in set(facts) if fact in numbers)


def _coded(problem: Problem, numbers: Mapping[str, int]) -> tuple[_Coded, ...]:
    bans: dict[str, list[tuple[int, int, str]]] = {}
    for c in problem.constraints:
        bans.setdefault(c.operator, []).append((_mask(c.facts, numbers), _mask(c.unless, numbers), c.key))
    return tuple(
        _Coded(
            index,
            _mask(o.needs, numbers),
            _mask(o.absent, numbers),
            _mask(o.adds, numbers),
            _mask(o.removes, numbers),
            o.cost,
            tuple(bans.get(o.name, ())),
        )
        for index, o in enumerate(problem.operators)
    )


def _shares(coded: Sequence[_Coded], goal: int) -> tuple[tuple[int, float], ...]:
    """For every wanted fact the smallest share of a cost that an operator asks for it.

    An operator that adds several wanted facts divides its cost among them, so that the sum over the
    facts that are missing never exceeds what is still to be paid: the heuristic is admissible, and
    consistent, for one operator takes no more from the sum than it costs.
    """
    shares = []
    for bit in (1 << n for n in range(goal.bit_length()) if goal >> n & 1):
        makers = [o.cost / (o.adds & goal).bit_count() for o in coded if o.adds & bit]
        shares.append((bit, min(makers, default=0.0)))
    return tuple(shares)


def _rest(state: int, goal: int, shares: Sequence[tuple[int, float]]) -> float:
    missing = goal & ~state
    return sum(share for bit, share in shares if missing & bit) if missing else 0.0


def _walked(problem: Problem, came: Mapping[int, tuple[int, int]], state: int, cost: float) -> Found:
    names: list[str] = []
    while True:
        before, index = came[state]
        if index < 0:
            return Found(tuple(reversed(names)), cost)
        names.append(problem.operators[index].name)
        state = before


def conflict(problem: Problem) -> tuple[Constraint, ...]:
    """A smallest set of constraints that cannot all hold; none when the problem can be solved, or by nothing.

    Deletion filter: of the constraints that forbade anything, each key is left out once; it stays out
    when the rest still forbids every flow. Dropping any single one of those that remain makes a flow possible
    (Chinneck and Dravnieks 1991, for infeasible systems).
    """
    first = search(problem)
    if first.flows or search(_under(problem, frozenset())).flows == ():
        return ()
    # What never forbade anything in the whole space can go at once: the search stays the same.
    kept = first.bit
    for key in sorted(first.bit):
        without = kept - {key}
        outcome = search(_under(problem, without))
        if not outcome.flows:
            kept = without & outcome.bit
    return tuple(c for c in problem.constraints if c.key in kept)


def conflicts(problem: Problem, most: int = 4) -> tuple[Constraint, ...]:
    """Smallest sets of constraints one after the other: each is left out and the next one looked for.

    Sets share no constraint, so that each of them needs a change of its own. At most ``most`` sets.
    """
    found: list[Constraint] = []
    left_out: set[str] = set()
    for _ in range(most):
        rest = frozenset(c.key for c in problem.constraints) - left_out
        one = conflict(_under(problem, rest))
        if not one:
            break
        found += one
        left_out |= {c.key for c in one}
    return tuple(found)


def _under(problem: Problem, keys: frozenset[str]) -> Problem:
    kept = tuple(c for c in problem.constraints if c.key in keys)
    return Problem(problem.operators, problem.goal, kept, problem.gone, problem.start)
