"""The search: exact where passing designs begin early, always a design that passes, bounded in what it asks."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.planner import search


def run(passes: np.ndarray) -> tuple[int | None, int]:
    asked: set[int] = set()
    order = np.arange(len(passes))

    def ask(indices: np.ndarray) -> None:
        asked.update(int(i) for i in indices)

    def meets(i: int) -> bool:
        assert i in asked, "judged without being asked"
        return bool(passes[i])

    return search._first(order, ask, meets), len(asked)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 20000), st.floats(0, 1), st.integers(0, 2**31))
def test_the_first_that_passes_a_threshold_is_found_exactly(n: int, where: float, seed: int) -> None:
    threshold = int(where * n)
    found, asked = run(np.arange(n) >= threshold)
    assert found == (threshold if threshold < n else None)
    assert asked <= 2 * search.BLOCK * search.BLOCKS


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5000), st.floats(0, 1), st.integers(0, 2**31))
def test_whatever_is_found_passes(n: int, share: float, seed: int) -> None:
    passes = np.random.default_rng(seed).random(n) < share
    found, _ = run(passes)
    assert found is None or passes[found]
    if passes[: search.BLOCK].any():
        assert found == int(np.argmax(passes))


def test_what_reaches_most_is_the_accurate_tiers_word() -> None:
    """Designs that the fast tier overrates do not stand for what can be reached."""
    many = 20

    class Inquiry:
        candidates = SimpleNamespace(equilibrium=np.arange(many, 0.0, -1.0))
        problem = SimpleNamespace(target=SimpleNamespace(profile=None))

        def __init__(self) -> None:
            self.seen: dict[int, tuple[float, float]] = {}
            self.sure: set[int] = set()

        def ask(self, indices: Iterable[int], tier: str = "fast") -> None:
            for index in map(int, indices):
                overrated = tier != "fast" and index < 10
                self.seen[index] = (0.1 if overrated else float(many - index), 1.0)
                if tier != "fast":
                    self.sure.add(index)

        def share(self, index: int) -> float:
            return self.seen[index][0]

    inquiry = Inquiry()
    assert search._nearest(inquiry) == 10  # type: ignore[arg-type]
    assert inquiry.seen[10] == (10.0, 1.0) and len(inquiry.sure) < many
