"""Many tabulated functions side by side, looked up for many designs at once.

Tables are laid on one common, fine, uniform grid when they are read. A lookup is then one
gather, whatever mixture of materials a block of designs holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import Array, Index

OCP_CELLS = 8192  # 1.2e-4 of stoichiometry: under 0.2 mV where the steepest tables bend
ELECTROLYTE_CELLS = 2048


@dataclass(frozen=True)
class TableStack:
    """Piecewise linear functions on a shared uniform grid.

    Parameters
    ----------
    low, high : ends of the grid
    cells : intervals per table
    values : function at the left end of each interval, all tables in a row [tables * cells]
    steps : rise over each interval [tables * cells]
    integrals : integral from ``low`` to the left end of each interval [tables * cells]
    """

    low: float
    high: float
    cells: int
    values: Array
    steps: Array
    integrals: Array

    @property
    def spacing(self) -> float:
        """Width of an interval.

        Returns
        -------
        in the unit of the argument [scalar].
        """
        return (self.high - self.low) / self.cells

    def locate(self, table: Index, at: Array) -> tuple[Index, Array]:
        """Flat interval number and place within it (0..1; beyond that outside the grid).

        Returns
        -------
        both [shape of ``table`` and ``at`` broadcast].
        """
        scale = 1.0 / self.spacing
        place = (at - self.low) * scale if self.low else at * scale
        left = np.floor(np.fmin(np.fmax(place, 0.0), self.cells - 1.0))  # fmin, fmax: no wild index from a NaN
        return left.astype(np.intp) + table * self.cells, place - left

    def value(self, table: Index, at: Array) -> Array:
        """Function value; beyond the grid the end intervals are extended.

        Parameters
        ----------
        table : number of the table, broadcasts against ``at``
        at : where

        Returns
        -------
        in the unit of the table [shape of both broadcast].
        """
        cell, fraction = self.locate(table, at)
        return np.asarray(self.values.take(cell) + fraction * self.steps.take(cell))

    def value_and_slope(self, table: Index, at: Array) -> tuple[Array, Array]:
        """Function value and its derivative.

        Returns
        -------
        in the units of the table [shape of both broadcast].
        """
        cell, fraction = self.locate(table, at)
        step = self.steps[cell]
        return self.values[cell] + fraction * step, step / self.spacing

    def value_and_integral(self, table: Index, at: Array) -> tuple[Array, Array]:
        """Function value and its exact integral from the lower end of the grid.

        Returns
        -------
        in the units of the table [shape of both broadcast].
        """
        cell, fraction = self.locate(table, at)
        left, rise = self.values.take(cell), fraction * self.steps.take(cell)
        return left + rise, self.integrals.take(cell) + fraction * (left + 0.5 * rise) * self.spacing


def stack(tables: Sequence[tuple[Array, Array]], low: float, high: float, cells: int, extend: bool) -> TableStack:
    """Lay tables (argument ascending, value) on one uniform grid.

    Parameters
    ----------
    tables : pairs of equally long vectors; repeated arguments are allowed
    low, high, cells : the grid
    extend : beyond a table's ends, go on linearly (True) or stay at the end value (False)

    Returns
    -------
    one stack; arguments and values in the units given [tables * cells].
    """
    grid = np.linspace(low, high, cells + 1)
    rows = [_resampled(x, y, grid, extend) for x, y in tables] or [np.zeros(cells + 1)]
    values = np.array(rows)
    spacing = (high - low) / cells
    pieces = 0.5 * (values[:, 1:] + values[:, :-1]) * spacing
    integrals = np.cumsum(pieces, axis=1) - pieces
    return TableStack(low, high, cells, values[:, :-1].ravel(), np.diff(values, axis=1).ravel(), integrals.ravel())


def _resampled(x: Array, y: Array, grid: Array, extend: bool) -> Array:
    row = np.interp(grid, x, y)
    if not extend:
        return row
    x, first = np.unique(x, return_index=True)
    y = y[first]
    if len(x) > 1:
        below, above = grid < x[0], grid > x[-1]
        row[below] = y[0] + (grid[below] - x[0]) * (y[1] - y[0]) / (x[1] - x[0])
        row[above] = y[-1] + (grid[above] - x[-1]) * (y[-1] - y[-2]) / (x[-1] - x[-2])
    return row
