"""Boxes that meet: the same pairs as by comparing all with all, whichever way they are found."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fabplan.layout import _box_pairs
from fabplan.layout._box_pairs import all_meeting, meeting


def boxes(rng: np.random.Generator, number: int, wide: int, high: int) -> NDArray[np.float64]:
    low = rng.integers(0, 100, (number, 2))
    size = np.stack([rng.integers(0, wide, number), rng.integers(0, high, number)], axis=1)
    return np.concatenate([low, low + size], axis=1).astype(np.float64)


def by_comparing(one: NDArray[np.float64], other: NDArray[np.float64]) -> set[tuple[int, int]]:
    a, b = one[:, None], other[None]
    met = (a[..., :2] <= b[..., 2:]).all(axis=2) & (b[..., :2] <= a[..., 2:]).all(axis=2)
    return {(int(i), int(j)) for i, j in np.argwhere(met)}


@pytest.mark.parametrize(("chunk", "many", "long"), [(500_000, 30, 16), (7, 30, 2), (500_000, 0, 16)])
def test_every_pair_once(monkeypatch: pytest.MonkeyPatch, chunk: int, many: int, long: int) -> None:
    for name, value in (("CHUNK", chunk), ("MANY", many), ("LONG", long)):
        monkeypatch.setattr(_box_pairs, name, value)
    rng = np.random.default_rng(7)
    for wide, high in ((1, 1), (5, 5), (3, 90), (90, 2)):
        for number in (0, 1, 17, 60):
            one, other = boxes(rng, number, wide, high), boxes(rng, 40, high, wide)
            other[:3] = [[-5.0, 50.0, 300.0, 51.0]] * 3  # bus bars
            first, second = all_meeting(one, other)
            pairs = [*zip(first.tolist(), second.tolist(), strict=True)]
            assert len(set(pairs)) == len(pairs) and set(pairs) == by_comparing(one, other)


def test_lots_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_box_pairs, "CHUNK", 1000)
    column = np.array([[0.0, 10 * k, 5.0, 10 * k + 5] for k in range(5000)])
    lots = [*meeting(column, column)]  # along x every box may meet every other one, along y none
    assert len(lots) > 4 and sum(len(first) for first, _ in lots) == 5000
