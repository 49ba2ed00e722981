"""Stacked tables against numpy's own interpolation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fabplan.estimate.tables import stack

GRID = np.linspace(0.0, 1.0, 9)
BENT = (GRID, GRID**2)
LINE = (GRID, 3.0 - 2.0 * GRID)
LOW, HIGH, CELLS = 0.0, 1.0, 64
TABLES = stack([BENT, LINE], LOW, HIGH, CELLS, extend=True)


@given(st.integers(0, 1), st.floats(0.0, 1.0))
def test_value_is_linear_interpolation(table: int, at: float) -> None:
    found = TABLES.value(np.array([table]), np.array([at]))
    assert np.allclose(found, np.interp(at, *(BENT, LINE)[table]), atol=1e-12)


@given(st.floats(0.01, 0.99))
def test_integral_is_the_area_below(at: float) -> None:
    at_knots = np.append(GRID[at > GRID], at)
    area = np.trapezoid(np.interp(at_knots, *BENT), at_knots)
    _, integral = TABLES.value_and_integral(np.array([0]), np.array([at]))
    assert np.allclose(integral, area, atol=1e-12)


def test_slope_belongs_to_the_value() -> None:
    at = np.array([0.131, 0.52, 0.97])
    _, slope = TABLES.value_and_slope(np.array([0]), at)
    higher, lower = TABLES.value(np.array([0]), at + 1e-6), TABLES.value(np.array([0]), at - 1e-6)
    assert np.allclose(slope, (higher - lower) / 2e-6, rtol=1e-6)


def test_beyond_its_ends_a_table_goes_on_straight_or_stays() -> None:
    short = (np.array([0.25, 0.5, 0.75]), np.array([1.0, 2.0, 4.0]))
    at = np.array([0.0, 1.0])
    assert np.allclose(stack([short], 0.0, 1.0, 64, extend=True).value(np.array([0]), at), [0.0, 6.0])
    assert np.allclose(stack([short], 0.0, 1.0, 64, extend=False).value(np.array([0]), at), [1.0, 4.0])


def test_repeated_points_do_no_harm() -> None:
    twice = (np.array([0.0, 0.0, 0.5, 0.5, 1.0]), np.array([1.0, 1.0, 2.0, 2.0, 3.0]))
    assert np.allclose(stack([twice], 0.0, 1.0, 64, extend=True).value(np.array([0]), GRID), 1.0 + 2.0 * GRID)


def test_not_a_number_stays_one() -> None:
    found = TABLES.value(np.array([0]), np.array([np.nan, 0.5]))
    assert np.isnan(found[0]) and np.isclose(found[1], 0.25)


def test_columns_of_tables_against_rows_of_arguments() -> None:
    found = TABLES.value(np.array([[0], [1]]), np.array([[0.5, 1.0], [0.5, 1.0]]))
    assert np.allclose(found, [[0.25, 1.0], [2.0, 1.0]])
