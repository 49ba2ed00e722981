"""Cyclic reduction against a dense solver."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate.block_tridiagonal import solve


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 8, 40])
def test_against_a_dense_solver(size: int, rows: int) -> None:
    random = np.random.default_rng(rows)
    system = random.normal(size=(size, 3 * size + 1, rows, 3))
    system[:, size : 2 * size] += 6.0 * np.eye(size)[:, :, None, None]
    system[:, :size, 0] = 0.0
    system[:, 2 * size : 3 * size, -1] = 0.0
    found = solve(system)
    for problem in range(3):
        dense = np.zeros((rows * size, rows * size))
        for row in range(rows):
            for block, shift in enumerate((-1, 0, 1)):
                if 0 <= row + shift < rows:
                    here, there = row * size, (row + shift) * size
                    dense[here : here + size, there : there + size] = system[
                        :, block * size : (block + 1) * size, row, problem
                    ]
        right = system[:, -1, :, problem].T.ravel()
        assert np.allclose(found[:, :, problem].T.ravel(), np.linalg.solve(dense, right))
