"""The cheap stand-in: exact for what it can express, honest about what it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate.response import fitted, latin


def test_cubes_and_products_are_met_exactly() -> None:
    generator = np.random.default_rng(1)
    points = latin(120, 4, generator, 2.4)

    def truth(x: np.ndarray) -> np.ndarray:
        return 3.0 + x[:, 0] - 0.2 * x[:, 1] ** 3 + 0.5 * x[:, 0] * x[:, 2]

    made = fitted(points, truth(points))
    other = np.clip(generator.standard_normal((500, 4)), -1.5, 1.5)
    assert np.abs(made(other) - truth(other)).max() < 1e-3 and made.error < 1e-3


def test_the_stated_error_is_that_of_points_it_has_not_seen() -> None:
    generator = np.random.default_rng(2)
    points, other = latin(150, 3, generator, 2.4), latin(2000, 3, generator, 2.4)

    def truth(x: np.ndarray) -> np.ndarray:
        return np.minimum(x[:, 0], x[:, 1]) + np.sin(2 * x[:, 2])

    made = fitted(points, truth(points))
    seen = float(np.sqrt(np.mean((made(other) - truth(other)) ** 2)))
    assert made.error == pytest.approx(seen, rel=0.3) and made.error > 0.05


def test_an_answer_that_does_not_move() -> None:
    points = latin(60, 2, np.random.default_rng(3), 2.4)
    made = fitted(points, np.full(60, 7.0))
    assert made(points) == pytest.approx(7.0, rel=1e-4)


def test_a_latin_hypercube_fills_every_slice_once() -> None:
    points = latin(40, 3, np.random.default_rng(4), 2.0)
    slices = np.floor((points / 2.0 + 1.0) * 20.0).astype(int)
    assert all(sorted(column) == list(range(40)) for column in slices.T.tolist())
