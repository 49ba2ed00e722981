"""A load on the cell as drawn: enlarged until it carries it, and other cells where no size of this one does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from fabplan.catalog.loader import Catalog
from fabplan.planner.attempt import Attempt, attempt, candidates
from fabplan.planner.plan import Plan
from fabplan.planner.search import search
from fabplan.planner.spec import Spec

RESERVES = (1.1, 1.25, 1.6, 2.5)  # factors on the load in the search, while the drawn cell falls short of it


def carries(made: Plan) -> bool:
    """Whether the drawn cell carries its load, or has none to carry."""
    load = made.estimate.get("load")
    return load is None or bool(load["reached"]["survives"])


def confirmed(tried: Attempt, make: Callable[[Attempt], Plan]) -> tuple[Attempt, Plan]:
    """The attempt and its plan, searched again with a reserve while the drawn cell does not carry its load.

    Where no reserve helps, the last design that was drawn: its verdict says what is missing.
    """
    made = make(tried)
    for reserve in RESERVES:
        if carries(made) or tried.problem is None:
            break
        target = dataclasses.replace(tried.problem.target, reserve=reserve)
        problem = dataclasses.replace(tried.problem, target=target)
        sized = search(problem)
        if sized.chosen is None:
            break
        tried = dataclasses.replace(tried, problem=problem, sized=sized)
        made = make(tried)
    return tried, made


def other_cells(spec: Spec, failed: Attempt, catalog: Catalog) -> list[str]:
    """Structures and chemistries that carry the load on the same footprint, each searched; none without a load."""
    target = failed.spec.target
    if target.profile is None:
        return []
    free = dataclasses.replace(spec, target=target, architecture=None, cell={}, parameters={}, route={})
    free = dataclasses.replace(free, height_max=None)
    found = []
    for start, full in candidates(free):
        same = full.architecture == failed.spec.architecture and full.cell == failed.spec.cell
        tried = None if same else attempt(start, full, catalog)
        if tried is not None and tried.sized is not None and tried.sized.chosen is not None:
            pair = f"anode {full.cell['anode']}, cathode {full.cell['cathode']}"
            found.append(f"another cell: structure {full.architecture}, {pair} (cell)")
    return found
