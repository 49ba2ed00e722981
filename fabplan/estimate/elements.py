"""Fields across a row of strips: Legendre-Gauss-Lobatto elements along x, exact modes along y.

Where a medium's conductivity changes along x only, div(B grad u) = 0 has modes X(x) cosh(l y) with (B X')' = -l^2 B X;
elements of degree d between the edges of the strips give the first of them to d-th order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from fabplan.estimate.constants import Array


@dataclass(frozen=True)
class Element:
    """An element from -1 to 1 of degree d; elements in a row share their ends.

    Parameters
    ----------
    place, weight : Legendre-Gauss-Lobatto nodes and weights [d + 1]
    stiff : integrals of products of slopes of the nodal polynomials [d + 1, d + 1]
    """

    place: Array
    weight: Array
    stiff: Array

    @property
    def degree(self) -> int:
        """d."""
        return len(self.place) - 1

    def part(self, number: int) -> slice:
        """Nodes of one element of a row."""
        return slice(number * self.degree, (number + 1) * self.degree + 1)


def element_of(degree: int) -> Element:
    """The element of that degree."""
    basis: Array = np.zeros(degree + 1)
    basis[-1] = 1.0
    inner = np.sort(legendre.legroots(legendre.legder(basis)).real)
    place = np.concatenate([[-1.0], inner, [1.0]])
    weight = 2.0 / (degree * (degree + 1) * legendre.legval(place, basis) ** 2)
    # slopes of the nodal polynomials at the nodes, by the inverse of the Vandermonde matrix
    powers = np.vander(place, increasing=True)
    rises = np.concatenate([np.zeros((degree + 1, 1)), powers[:, :-1]], axis=1) * np.arange(degree + 1)
    slopes: Array = rises @ np.linalg.inv(powers)
    return Element(place, weight, slopes.T @ (weight[:, None] * slopes))


def matrices(element: Element, lengths: Array, factors: Array) -> tuple[Array, Array]:
    """Stiffness [n, node, node] and mass [n, node] of B over a row of elements.

    Parameters
    ----------
    lengths, factors : of every element, and its B [n, elements]
    """
    count, parts = lengths.shape
    nodes = parts * element.degree + 1
    stiffness, mass = np.zeros((count, nodes, nodes)), np.zeros((count, nodes))
    for number in range(parts):
        rows, long, factor = element.part(number), lengths[:, number, None], factors[:, number, None]
        mass[:, rows] += 0.5 * long * factor * element.weight
        stiffness[:, rows, rows] += (2.0 * factor / long)[:, :, None] * element.stiff
    return stiffness, mass


def modes(stiffness: Array, mass: Array) -> tuple[Array, Array]:
    """Modes of stiffness u = l^2 mass u, times the mass, [n, node, mode], and l [n, mode].

    They are orthogonal under the mass, the sum of their squares: nodes = modes/mass, amplitudes = modes^T nodes.
    """
    root = np.sqrt(mass)
    squares, shapes = np.linalg.eigh(stiffness / (root[:, :, None] * root[:, None, :]))
    return root[:, :, None] * shapes, np.sqrt(np.maximum(squares, 0.0))


def outflow(stiffness: Array, mass: Array, depth: Array) -> Array:
    """Matrix from potentials on a line to the fluxes into an isolated layer of some depth behind it [n, node, node]."""
    shape, rate = modes(stiffness, mass)
    return weighted(shape, rate * np.tanh(rate * depth[:, None]))


def weighted(shape: Array, strength: Array) -> Array:
    """Sum over the modes of strength times mode times mode, [n, node, node]."""
    return np.asarray((shape * strength[:, None, :]) @ shape.transpose(0, 2, 1))
