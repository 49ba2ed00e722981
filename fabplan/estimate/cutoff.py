"""From a closed-form voltage to delivered charge and energy: grid, crossing, integral."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.tables import TableStack

_MARGIN = 50.0  # V per stoichiometry: weight of a surface that leaves (0, 1) in the crossing search
_FLAT = 1e-7  # stoichiometry step below which a mean over the table is its end value


@dataclass(frozen=True)
class Resolution:
    """Effort: grid points of the search, rounds of the root finder, grid points of the energy integral."""

    search: int = 16
    rounds: int = 14
    energy: int = 24


FINE = Resolution()


class Side(Protocol):
    """An electrode: the number of its open-circuit table, column [n, 1]."""

    @property
    def ocp(self) -> Index: ...


class Model(Protocol):
    """A closed-form discharge."""

    @property
    def positive(self) -> Side: ...

    @property
    def negative(self) -> Side: ...

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        """Positive and negative surface stoichiometry and loss [V] at charges [n, q]."""
        ...


@dataclass(frozen=True)
class Delivered:
    """Charge [C/m2 or C/m] and energy [J/m2 or J/m] until the cut-off, [n]."""

    charge: Array
    energy: Array


def voltage(model: Model, ocp: TableStack, charge: Array) -> Array:
    """Cell voltage [V] at charges [n, q]."""
    x_p, x_n, loss = model.surface(charge)
    return ocp.value(model.positive.ocp, x_p) - ocp.value(model.negative.ocp, x_n) - loss


def _above(model: Model, ocp: TableStack, charge: Array, cutoff: Array) -> Array:
    """Positive while the discharge goes on: voltage above cut-off and surfaces inside (0, 1)."""
    x_p, x_n, loss = model.surface(charge)
    volts = ocp.value(model.positive.ocp, x_p) - ocp.value(model.negative.ocp, x_n) - loss
    return np.minimum(volts - cutoff, _MARGIN * np.minimum(1.0 - x_p, x_n))


def grid(points: int) -> Array:
    """Fractions 0..1, dense at both ends where a discharge bends."""
    return np.asarray(np.sin(np.linspace(0.0, 0.5 * np.pi, points)) ** 2)


def delivered(model: Model, ocp: TableStack, cutoff: Array, limit: Array, effort: Resolution = FINE) -> Delivered:
    """Charge and energy down to the cut-off.

    Parameters
    ----------
    model : n points
    cutoff : [V], [n]
    limit : charge that cannot be passed [n]
    effort : numbers of evaluations
    """
    charge = crossing(model, ocp, cutoff, limit, effort)
    return Delivered(charge, energy(model, ocp, charge, effort.energy))


def crossing(model: Model, ocp: TableStack, cutoff: Array, limit: Array, effort: Resolution = FINE) -> Array:
    """First charge at which the discharge ends: bracketed on a grid, then regula falsi (Illinois)."""
    cut = cutoff[:, None]
    charges = limit[:, None] * grid(effort.search)
    above = _above(model, ocp, charges, cut)
    below = above < 0.0
    last = np.where(below.any(axis=1), below.argmax(axis=1), effort.search - 1)[:, None]
    first = np.maximum(last - 1, 0)
    low, high = np.take_along_axis(charges, first, 1), np.take_along_axis(charges, last, 1)
    at_low, at_high = np.take_along_axis(above, first, 1), np.take_along_axis(above, last, 1)
    for _ in range(effort.rounds):
        middle = low + (high - low) * np.clip(at_low / np.maximum(at_low - at_high, 1e-30), 1e-3, 1.0 - 1e-3)
        at_middle = _above(model, ocp, middle, cut)
        goes_on = at_middle >= 0.0
        low, high = np.where(goes_on, middle, low), np.where(goes_on, high, middle)
        at_low, at_high = np.where(goes_on, at_middle, 0.5 * at_low), np.where(goes_on, 0.5 * at_high, at_middle)
    found = np.where(below.any(axis=1), low[:, 0], limit)
    return np.asarray(np.where(below[:, 0], 0.0, found))


def energy(model: Model, ocp: TableStack, charge: Array, points: int = FINE.energy) -> Array:
    """Integral of the voltage over charge [J/m2 or J/m].

    The open-circuit part of each interval is exact (integral of the table between the two surface
    stoichiometries); the rest is smooth and taken by trapezoids.
    """
    charges = charge[:, None] * grid(points)
    x_p, x_n, loss = model.surface(charges)
    mean = _table_mean(ocp, model.positive.ocp, x_p) - _table_mean(ocp, model.negative.ocp, x_n)
    mean -= 0.5 * (loss[:, 1:] + loss[:, :-1])
    return np.asarray((mean * np.diff(charges, axis=1)).sum(axis=1))


def _table_mean(ocp: TableStack, table: Index, x: Array) -> Array:
    """Mean of the table over each interval of stoichiometry [n, q - 1]."""
    value, integral = ocp.value_and_integral(table, x)
    step = np.diff(x, axis=1)
    flat = np.abs(step) < _FLAT
    exact = np.diff(integral, axis=1) / np.where(flat, 1.0, step)
    return np.where(flat, value[:, 1:], exact)
