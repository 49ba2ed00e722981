"""Search of the cut-off and energy integral on voltages that are known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.cutoff import Resolution, _root, crossing, delivered, energy, grid, voltage
from fabplan.estimate.tables import stack

X = np.linspace(0.0, 1.0, 101)
OCP = stack([(np.array([0.0, 1.0]), np.zeros(2)), (X, 4.0 - X - X**2)], 0.0, 1.0, 4096, extend=True)


@dataclass(frozen=True)
class Line:
    """An electrode with stoichiometry = charge against a metal; loss grows with charge."""

    ocp: Index
    loss: float = 0.0


@dataclass(frozen=True)
class Toy:
    positive: Line
    negative: Line

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        return charge, np.full_like(charge, 0.5), self.positive.loss * (1.0 + charge)


def toy(loss: float = 0.0, count: int = 1) -> Toy:
    return Toy(Line(np.ones(count, dtype=np.intp), loss), Line(np.zeros(count, dtype=np.intp)))


@given(st.floats(2.1, 3.8), st.floats(0.0, 0.15))
def test_crossing_is_where_the_voltage_meets_the_cutoff(cutoff: float, loss: float) -> None:
    charge = crossing(toy(loss), OCP, np.array([cutoff]), np.array([1.0]))
    assert np.isclose(voltage(toy(loss), OCP, charge)[0], cutoff, atol=1e-5) or charge[0] == 1.0


@given(st.floats(0.05, 1.0))
def test_energy_is_the_integral(charge: float) -> None:
    exact = 4.0 * charge - charge**2 / 2.0 - charge**3 / 3.0 - 0.1 * (charge + charge**2 / 2.0)
    assert np.isclose(energy(toy(0.1), OCP, np.array([charge]))[0], exact, atol=2e-5)


def test_nothing_is_delivered_below_the_cutoff() -> None:
    found = delivered(toy(), OCP, np.array([4.5]), np.array([1.0]))
    assert found.charge[0] == 0.0 and found.energy[0] == 0.0


def test_a_surface_that_leaves_ends_the_discharge() -> None:
    assert np.isclose(crossing(toy(), OCP, np.array([0.0]), np.array([1.3]))[0], 1.0, atol=1e-4)


@pytest.mark.parametrize("cutoff", [1.55, 1.65, 1.75])
def test_a_crossing_on_a_cliff_is_found(cutoff: float) -> None:
    """The reaction's loss grows without bound where a surface fills: half by half the same charge."""

    class Cliff(Toy):
        def surface(self, charge: Array) -> tuple[Array, Array, Array]:
            x = 0.4 + 8.0 * np.sqrt(charge)  # full after half a per cent of what could be taken
            with np.errstate(invalid="ignore", divide="ignore"):
                loss = 0.0514 * np.nan_to_num(np.arcsinh(2.0 / np.sqrt(np.maximum(x * (1.0 - x), 0.0))), posinf=9.0)
            return x, np.full_like(x, 0.5), loss

    cliff = Cliff(toy().positive, toy().negative)
    found, sure = (
        crossing(cliff, OCP, np.array([cutoff]), np.array([1.0]), Resolution(rounds=rounds))[0]
        for rounds in (Resolution().rounds, 200)
    )
    assert abs(found - sure) < 1e-3 * sure


def test_a_cutoff_that_is_never_met_ends_at_the_limit() -> None:
    assert crossing(toy(), OCP, np.array([0.0]), np.array([0.7]))[0] == 0.7


def test_one_point_of_many_is_the_point_alone() -> None:
    cutoffs = np.array([2.5, 3.0, 3.9])
    many = delivered(toy(0.05, 3), OCP, cutoffs, np.ones(3))
    for row, cutoff in enumerate(cutoffs):
        alone = delivered(toy(0.05), OCP, np.array([cutoff]), np.ones(1))
        assert np.isclose(many.charge[row], alone.charge[0], rtol=1e-12) and np.isclose(
            many.energy[row], alone.energy[0]
        )


def test_less_effort_is_near() -> None:
    coarse = delivered(toy(0.1), OCP, np.array([3.0]), np.ones(1), Resolution(8, 6, 8))
    fine = delivered(toy(0.1), OCP, np.array([3.0]), np.ones(1))
    assert np.isclose(coarse.charge[0], fine.charge[0], rtol=1e-3) and np.isclose(
        coarse.energy[0], fine.energy[0], rtol=1e-3
    )


def test_grid_is_dense_at_both_ends() -> None:
    steps = np.diff(grid(20))
    assert np.all(steps > 0.0) and steps[0] < 0.2 * steps[9] and steps[-1] < 0.2 * steps[9]


def test_a_root_on_a_cliff_is_met_in_few_rounds() -> None:
    """There false position creeps: after ten rounds it would be up to 0.45 off."""
    roots = np.linspace(0.3, 0.9, 60)

    def of(x: Array) -> Array:
        return np.asarray(1.0 - np.exp(20.0 * (x - roots)))

    zero, one = np.zeros_like(roots), np.ones_like(roots)
    assert np.max(np.abs(_root(of, (zero, of(zero)), (one, of(one)), 10) - roots)) < 1e-6


def test_rows_in_parts_are_the_rows_together() -> None:
    """Arrays are kept small: many points take several runs over the same grid."""
    model, cutoffs = toy(0.05, 9000), np.linspace(2.2, 3.9, 9000)
    many = delivered(model, OCP, cutoffs, np.ones(9000))
    few = delivered(toy(0.05, 9), OCP, cutoffs[::1000], np.ones(9))
    assert np.allclose(many.charge[::1000], few.charge, rtol=1e-9) and np.allclose(many.energy[::1000], few.energy)
