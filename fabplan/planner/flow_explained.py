"""Why a flow is as it is: what every operation costs, and what it would cost without each of the rules that bit."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.planner.flow_search import Found, search
from fabplan.planner.flow_search_model import CLEAN_IT, CLEANING, TRANSFER, Price, cost
from fabplan.planner.flow_search_task import REFLOW, REFLOW_TIME, Task
from fabplan.planner.flow_wishes import Weights

OTHERS = {REFLOW: REFLOW_TIME, CLEAN_IT: CLEANING}  # s; of operations that are no recipe
LEAST = 1e-6  # share of the cost that a rule must change to be told


@dataclass(frozen=True)
class Paid:
    """An operation of a flow with its share of the cost; ``low``: its recipes' times nobody has tried."""

    name: str
    price: Price
    cost: float
    low: bool


@dataclass(frozen=True)
class Rule:
    """A rule that shaped the flow: why, and how much cheaper a flow would be without it."""

    words: str
    saves: float


def operations(made: Task, flow: Found, weights: Weights) -> tuple[Paid, ...]:
    """Every operation of a flow with what it costs."""
    found = []
    for name in flow.operators:
        plain = made.plain(name)
        if plain in made.names:
            price = made.prices[plain]
            low = any(r.confidence == "low" for r in made.names[plain][0])
        else:
            price, low = Price(OTHERS.get(name, TRANSFER), 0.0, 0.0), False
        found.append(Paid(plain, price, cost(price, weights), low))
    return tuple(found)


def rules(made: Task, best: Found) -> tuple[Rule, ...]:
    """Rules without which a cheaper flow would be possible, the dearest first.

    Each rule that forbade anything on the way is left out once and the search is done again.
    """
    bit = search(made.problem).bit
    found = []
    for key in sorted(bit):
        kept = tuple(c for c in made.problem.constraints if c.key != key)
        other = search(dataclasses.replace(made.problem, constraints=kept)).flows
        saves = best.cost - other[0].cost if other else 0.0
        if saves > LEAST * best.cost:
            words = next(c.words for c in made.problem.constraints if c.key == key)
            found.append(Rule(words, saves))
    return tuple(sorted(found, key=lambda rule: (-rule.saves, rule.words)))


def document(paid: Sequence[Paid], shaped: Sequence[Rule]) -> dict[str, Any]:
    """Explanation as plain data."""
    return {
        "operations": [
            {"name": p.name, "time_s": p.price.time, "money": p.price.money, "risk": p.price.risk, "cost": p.cost,
             "confidence_is_low": p.low} for p in paid
        ],
        "rules": [{"reason": r.words, "cheaper_without_it_by": r.saves} for r in shaped],
    }  # fmt: skip
