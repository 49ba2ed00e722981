"""From a closed-form voltage to delivered charge and energy: grid, crossing, integral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.tables import TableStack

_MARGIN = 50.0  # V per stoichiometry: weight of a surface that leaves (0, 1) in the crossing search
_ROOM = 16_000  # numbers of an array: 128 kB, from where on the C library gives memory back to the system
_NARROW = 1e-10  # of the first bracket: narrower ones are not asked for
_FLAT = 1e-7  # stoichiometry step below which a mean over the table is its end value


@dataclass(frozen=True)
class Resolution:
    """Effort: grid points of the search, rounds of the root finder, grid points of the energy integral."""

    search: int = 16
    rounds: int = 14
    energy: int = 24


FINE = Resolution()


class Side(Protocol):
    """An electrode: the number of its open-circuit table, [n]."""

    @property
    def ocp(self) -> Index:
        """Number of the open-circuit table [n]."""


class Model(Protocol):
    """A closed-form discharge."""

    @property
    def positive(self) -> Side: ...

    @property
    def negative(self) -> Side: ...

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        """Positive and negative surface stoichiometry and loss [V] at charges [q, n] or [n]."""
        ...


@dataclass(frozen=True)
class Delivered:
    """Charge [C/m2 or C/m] and energy [J/m2 or J/m] until the cut-off, [n]."""

    charge: Array
    energy: Array


def voltage(model: Model, ocp: TableStack, charge: Array) -> Array:
    """Cell voltage [V] at charges [q, n] or [n]: points along the last axis, which is the long one."""
    x_p, x_n, loss = model.surface(charge)
    return ocp.value(model.positive.ocp, x_p) - ocp.value(model.negative.ocp, x_n) - loss


def _above(model: Model, ocp: TableStack, charge: Array, cutoff: Array) -> Array:
    """Positive while the discharge goes on: voltage above cut-off and surfaces inside (0, 1)."""
    x_p, x_n, loss = model.surface(charge)
    volts = ocp.value(model.positive.ocp, x_p) - ocp.value(model.negative.ocp, x_n) - loss
    return np.minimum(volts - cutoff, _MARGIN * np.minimum(1.0 - x_p, x_n))


def grid(points: int) -> Array:
    """Fractions 0..1, dense at both ends where a discharge bends.

    Returns
    -------
    fractions, dimensionless [points].
    """
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
    """First charge at which the discharge ends: bracketed on a grid, then ``_root``.

    Parameters
    ----------
    model : n points
    cutoff : voltage at which the discharge ends [V] [n]
    limit : charge that cannot be passed [C/m2 or C/m] [n]
    effort : numbers of evaluations

    Returns
    -------
    charge [C/m2 or C/m] [n].
    """
    charges = np.multiply.outer(grid(effort.search), limit)
    above = np.empty_like(charges)
    for rows in _parts(effort.search, len(limit)):
        above[rows] = _above(model, ocp, charges[rows], cutoff)
    below = above < 0.0
    ends, points = below.any(axis=0), np.arange(len(limit))
    last = np.where(ends, below.argmax(axis=0), effort.search - 1)
    first = np.maximum(last - 1, 0)
    ends_at = _root(
        lambda charge: _above(model, ocp, charge, cutoff),
        (charges[first, points], above[first, points]),
        (charges[last, points], above[last, points]),
        effort.rounds,
    )
    return np.asarray(np.where(below[0], 0.0, np.where(ends, ends_at, limit)))


def _root(of: Callable[[Array], Array], low: tuple[Array, Array], high: tuple[Array, Array], rounds: int) -> Array:
    """Root of functions between ``low`` (not below 0 there) and ``high`` [n], by Chandrupatla's method.

    Inverse quadratic interpolation where it is safe, else halving (T. R. Chandrupatla, Adv. Eng. Softw. 28 (1997)
    145): a discharge ends on a cliff, where false position creeps.
    """
    (new, at_new), (other, at_other) = low, high
    third, at_third = other, at_other
    share = np.clip(at_new / np.maximum(at_new - at_other, 1e-30), 0.01, 0.5)
    least = _NARROW * np.abs(other - new)
    for _ in range(rounds):
        middle = new + share * (other - new)
        at_middle = of(middle)
        same = (at_middle >= 0.0) == (at_new >= 0.0)
        third, at_third = np.where(same, new, other), np.where(same, at_new, at_other)
        other, at_other = np.where(same, other, new), np.where(same, at_other, at_new)
        new, at_new = middle, at_middle
        width = other - new
        if np.all((np.abs(width) <= least) | (at_new == 0.0)):
            break
        across, fall = (new - other) / (third - other), (at_new - at_other) / (at_third - at_other)
        curved = at_new / (at_other - at_new) * at_third / (at_other - at_third) + (third - new) / width * at_new / (
            at_third - at_new
        ) * at_other / (at_third - at_other)
        safe = (fall * fall < across) & ((1.0 - fall) ** 2 < 1.0 - across)
        edge = np.minimum(0.5 * least / np.maximum(np.abs(width), 1e-300), 0.5)
        share = np.clip(np.where(safe, curved, 0.5), edge, 1.0 - edge)
    return np.asarray(np.where(np.abs(at_new) < np.abs(at_other), new, other))


def energy(model: Model, ocp: TableStack, charge: Array, points: int = FINE.energy) -> Array:
    """Integral of the voltage over charge [J/m2 or J/m].

    The open-circuit part of each interval is exact (integral of the table between the two surface
    stoichiometries); the rest is smooth and taken by trapezoids.
    """
    total, places = np.zeros(len(charge)), grid(points)
    for rows in _parts(points - 1, len(charge)):
        charges = np.multiply.outer(places[rows.start : rows.stop + 1], charge)
        x_p, x_n, loss = model.surface(charges)
        mean = _table_mean(ocp, model.positive.ocp, x_p) - _table_mean(ocp, model.negative.ocp, x_n)
        mean -= 0.5 * (loss[1:] + loss[:-1])
        mean *= np.diff(charges, axis=0)
        total += mean.sum(axis=0)
    return total


def _parts(rows: int, width: int) -> list[slice]:
    """Rows in runs whose arrays are small enough to be reused, not fetched from the system each time."""
    step = max(_ROOM // max(width, 1) - 1, 1)
    return [slice(begin, min(begin + step, rows)) for begin in range(0, rows, step)]


def _table_mean(ocp: TableStack, table: Index, x: Array) -> Array:
    """Mean of the table over each interval of stoichiometry [q - 1, n]."""
    value, integral = ocp.value_and_integral(table, x)
    step = np.diff(x, axis=0)
    flat = np.abs(step) < _FLAT
    exact = np.diff(integral, axis=0) / np.where(flat, 1.0, step)
    return np.where(flat, value[1:], exact)
