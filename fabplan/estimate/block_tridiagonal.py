"""Block tridiagonal systems of 1 x 1 or 2 x 2 blocks, many at once, by cyclic reduction.

Row k reads lower_k z_{k-1} + middle_k z_k + upper_k z_{k+1} = right_k. Every second row is solved for its own
pair and put into its neighbours, which leaves a system of half the rows: few array operations, however many rows.
"""

from __future__ import annotations

import numpy as np

from fabplan.estimate.constants import Array


def solve(system: Array) -> Array:
    """Unknowns [m, rows, n], without pivoting.

    Parameters
    ----------
    system : equation, column, row, problem [m, 3 m + 1, rows, n]; columns are the lower, middle and upper block
        and the right-hand side; the first lower and the last upper block are 0
    """
    size, columns, rows, problems = system.shape
    lower, middle, upper, right = (
        slice(0, size),
        slice(size, 2 * size),
        slice(2 * size, 3 * size),
        slice(3 * size, columns),
    )
    if rows == 1:
        return np.asarray(_product(_inverse(system[:, middle]), system[:, right])[:, 0])
    even, odd = system[:, :, 0::2], system[:, :, 1::2]
    told = _product(_inverse(even[:, middle]), np.concatenate([even[:, lower], even[:, upper], even[:, right]], axis=1))
    if rows % 2 == 0:
        told = np.concatenate([told, np.zeros_like(told[:, :, :1])], axis=2)  # a row of zeros behind the last
    left, ahead = _product(odd[:, lower], told[:, :, :-1]), _product(odd[:, upper], told[:, :, 1:])
    half = np.empty((size, columns, rows // 2, problems))
    half[:, lower], half[:, upper] = -left[:, :size], -ahead[:, size : 2 * size]
    half[:, middle] = odd[:, middle] - left[:, size : 2 * size] - ahead[:, :size]
    half[:, right] = odd[:, right] - left[:, 2 * size :] - ahead[:, 2 * size :]
    solved = np.zeros((size, rows // 2 + 2, problems))
    solved[:, 1:-1] = solve(half)
    count = even.shape[2]
    told, before, after = told[:, :, :count], solved[:, None, :count], solved[:, None, 1 : count + 1]
    found = np.empty((size, rows, problems))
    found[:, 0::2] = (
        told[:, -1] - _product(told[:, :size], before)[:, 0] - _product(told[:, size : 2 * size], after)[:, 0]
    )
    found[:, 1::2] = solved[:, 1:-1]
    return found


def _product(left: Array, right: Array) -> Array:
    """Matrix product over the first two axes: [m, m, ...] times [m, k, ...]."""
    total = left[:, :1] * right[:1]
    for inner in range(1, len(right)):
        total = total + left[:, inner : inner + 1] * right[inner : inner + 1]
    return np.asarray(total)


def _inverse(block: Array) -> Array:
    """Inverse of 1 x 1 or 2 x 2 matrices [m, m, ...]."""
    if len(block) == 1:
        return np.asarray(1.0 / block)
    inverse = np.empty_like(block)
    inverse[0, 0], inverse[1, 1] = block[1, 1], block[0, 0]
    inverse[0, 1], inverse[1, 0] = -block[0, 1], -block[1, 0]
    return np.asarray(inverse / (block[0, 0] * block[1, 1] - block[0, 1] * block[1, 0]))
