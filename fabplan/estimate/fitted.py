"""Positive figures of very many similar rows: some solved, the others by a fit, linear in the logarithms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fabplan.estimate.constants import Array, Index

MOST_SOLVED, SOLVED = 200, 40  # rows that are all solved; of more, about so many


def solved_or_fitted(inputs: Array, solve: Callable[[Index], Array]) -> Array:
    """Values of all rows [n, c], from ``solve`` of row numbers [m] to values [m, c], all above 0.

    Parameters
    ----------
    inputs : what they depend on, above 0 [n, k]
    """
    count = len(inputs)
    if count <= MOST_SOLVED:
        return solve(np.arange(count, dtype=np.intp))
    chosen = np.arange(0, count, -(-count // SOLVED), dtype=np.intp)
    away = np.log(inputs / inputs.mean(axis=0))
    terms = np.concatenate([np.ones((count, 1)), away], axis=1)
    return np.asarray(np.exp(terms @ np.linalg.lstsq(terms[chosen], np.log(solve(chosen)), rcond=1e-9)[0]))
