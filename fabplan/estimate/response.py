"""A cheap stand-in for the estimator: a polynomial of what it answered at a few hundred points.

Inputs are standard normal scores. Every input enters to the third power, the strongest ones in pairs too; least
squares with a slight ridge. The error that is stated is that of leaving out each point in turn, exact for least
squares (Allen 1974, Technometrics 16, 125: PRESS).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fabplan.estimate.constants import Array

PAIRED = 6  # inputs that move the answer most: their products enter
_RIDGE = 1e-6


@dataclass(frozen=True)
class Response:
    """Coefficients of the terms of ``terms``.

    Parameters
    ----------
    weights : [terms]
    pairs : places of the inputs whose products enter
    error : standard error of a prediction at a point that was left out, in the unit of the answer
    spread : standard deviation of the answer over the points
    lowest, highest : of the answer over the points, widened by the error: predictions stay inside
    """

    weights: Array
    pairs: tuple[tuple[int, int], ...]
    error: float
    spread: float
    lowest: float
    highest: float

    def __call__(self, scores: Array, prepared: Array | None = None) -> Array:
        """Answer at scores [n, inputs]; ``prepared`` are their ``powers``, where many responses are asked there."""
        own = powers(scores) if prepared is None else prepared
        count = own.shape[1]
        found = own @ self.weights[:count] + _products(scores, self.pairs) @ self.weights[count:]
        return np.asarray(np.clip(found, self.lowest, self.highest))


def powers(scores: Array) -> Array:
    """One, the scores, their squares and cubes [n, 1 + 3 inputs]."""
    squares = scores * scores
    return np.concatenate([np.ones((len(scores), 1)), scores, squares, squares * scores], axis=1)


def _products(scores: Array, pairs: tuple[tuple[int, int], ...]) -> Array:
    """Products of pairs [n, pairs]."""
    return scores[:, [a for a, _ in pairs]] * scores[:, [b for _, b in pairs]]


def terms(scores: Array, pairs: tuple[tuple[int, int], ...]) -> Array:
    """One, the scores, their squares and cubes, and products of pairs [n, terms]."""
    return np.concatenate([powers(scores), _products(scores, pairs)], axis=1)


def fitted(scores: Array, answer: Array) -> Response:
    """The response through points [n, inputs] and their answers [n]; n well above three times the inputs."""
    moved = answer - answer.mean()
    strength = np.abs((scores - scores.mean(axis=0)).T @ moved).tolist()
    strongest = sorted(sorted(range(len(strength)), key=lambda k: (-strength[k], k))[:PAIRED])
    pairs = tuple(combinations(strongest, 2))
    matrix = terms(scores, pairs)
    inverse = np.linalg.inv(matrix.T @ matrix + _RIDGE * len(answer) * np.eye(matrix.shape[1]))
    weights = inverse @ (matrix.T @ answer)
    leverage = np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    left_out = (answer - matrix @ weights) / np.maximum(1.0 - leverage, 0.05)
    error = float(np.sqrt(np.mean(left_out**2)))
    low, high = float(answer.min()) - error, float(answer.max()) + error
    return Response(weights, pairs, error, float(answer.std()), low, high)


def latin(points: int, inputs: int, generator: np.random.Generator, reach: float) -> Array:
    """Scores that fill -reach to reach evenly in every input [points, inputs]: a Latin hypercube."""
    places = np.argsort(generator.random((inputs, points)), axis=1).T
    return np.asarray((2.0 * (places + generator.random((points, inputs))) / points - 1.0) * reach)
