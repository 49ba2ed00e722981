"""The ``[flow]`` table of a spec: what a flow costs, what is done to the cell later, what may stand on the sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabplan.errors import Problem
from fabplan.planner.spec_fields import number

WEIGHTS = ("time", "money", "risk")
FLAGS = ("reflow", "allow_uncalibrated")
KEYS = (*WEIGHTS, *FLAGS)
HEAVIEST = 1e9  # far above any weight that means something


@dataclass(frozen=True)
class Weights:
    """What a flow costs: per minute, per unit of money, per −ln(yield)."""

    time: float = 1.0
    money: float = 1.0
    risk: float = 300.0


@dataclass(frozen=True)
class Wishes:
    """What the spec asks of the flow.

    Parameters
    ----------
    reflow : the finished cell is soldered (lead-free, 260 degC)
    allow_uncalibrated : times and set points of low confidence are printed, marked; else they are withheld
    """

    weights: Weights = field(default_factory=Weights)
    reflow: bool = False
    allow_uncalibrated: bool = False


def wishes(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Wishes:
    """The table read; faults are appended.

    Parameters
    ----------
    where : name of the spec and the table, for messages
    """
    before, default = len(problems), Weights()
    weights = {
        key: number(given.get(key, getattr(default, key)), 0.0, HEAVIEST, f"{where}.{key}", problems)
        for key in WEIGHTS
    }
    for key in FLAGS:
        if not isinstance(given.get(key, False), bool):
            problems.append(Problem("not true or false", f"{where}.{key}", repr(given[key])[:60], "true, false"))
    if len(problems) == before and not any(weights.values()):
        problems.append(Problem("out of range", where, "all weights 0", "at least one weight above 0"))
    if len(problems) > before:
        return Wishes()
    return Wishes(Weights(**weights), *(bool(given.get(key, False)) for key in FLAGS))
