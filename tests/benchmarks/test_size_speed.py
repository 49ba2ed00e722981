"""How fast candidates are laid out and searched, and how long a whole plan takes; printed with ``-s``."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fabplan.planner.attempt import attempt, candidates
from fabplan.planner.search import search
from fabplan.planner.size import Problem, grid
from fabplan.planner.spec import parse
from fabplan.planner.spec_source import merged
from tests.planner.plans import catalog, planned

OPEN = {"capacity": "20 uAh", "footprint": "3 mm x 3 mm"}


def problems() -> list[Problem]:
    """The searches of a request that leaves everything open."""
    spec = parse(merged({}, OPEN, []), "benchmark")
    tried = [attempt(start, full, catalog()).problem for start, full in candidates(spec)]
    return [problem for problem in tried if problem is not None]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.slow
def test_candidates_and_plan(record_property: Callable[[str, object], None]) -> None:
    several = problems()
    found = [grid(problem) for problem in several]
    counts = [g.count for g in found]
    laid_out = sum(timed(lambda p=problem: grid(p)) for problem in several)  # type: ignore[misc]
    searched = [timed(lambda p=problem: search(p)) for problem in several]  # type: ignore[misc]
    whole = timed(lambda: planned("interdigital-3d-filament-10mm"))
    figures = {
        "candidates": sum(counts),
        "candidates laid out per second": round(sum(counts) / laid_out),
        "candidates searched per second": round(sum(counts) / sum(searched)),
        "slowest search [s]": round(max(searched), 3),
        "plan of 10 x 10 mm [s]": round(whole, 3),
    }
    for name, value in figures.items():
        record_property(name, value)
    print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    # what does not depend on the machine: the grid is large, and the estimator sees few of it
    assert max(counts) > 20_000
    assert all(search(p).evaluated < 10_000 for p in several)
