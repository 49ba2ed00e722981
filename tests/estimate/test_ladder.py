"""Ladders of two lines against a resistor network; porous electrodes against their limits and finite elements."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.estimate import ladder, shape_factors
from fabplan.estimate.constants import Array
from tests.estimate.examples import reference

NODES = 1500


def network(r1: float, r2: float, between: float, same_end: bool) -> float:
    """Resistance of two lines of length 1 between their feeds, node by node."""
    step = 1.0 / NODES
    conductance = np.zeros((2 * NODES, 2 * NODES))

    def join(one: int, other: int, value: float) -> None:
        conductance[one, one] += value
        conductance[other, other] += value
        conductance[one, other] -= value
        conductance[other, one] -= value

    for node in range(NODES):
        join(node, NODES + node, between * step)
        if node:
            join(node - 1, node, 1.0 / (r1 * step))
            join(NODES + node - 1, NODES + node, 1.0 / (r2 * step))
    out = NODES if same_end else 2 * NODES - 1
    keep = np.delete(np.arange(2 * NODES), out)
    current = np.zeros(2 * NODES)
    current[0] = 1.0
    return float(np.linalg.solve(conductance[np.ix_(keep, keep)], current[keep])[0])


@pytest.mark.parametrize(("r1", "r2", "between"), [(1.0, 3.0, 0.05), (5.0, 1.0, 1.3)])
@pytest.mark.parametrize("same_end", [False, True])
def test_against_a_network(r1: float, r2: float, between: float, same_end: bool) -> None:
    formula = ladder.fed_from_the_same_end if same_end else ladder.fed_from_opposite_ends
    assert np.isclose(formula(r1, r2, between, 1.0), network(r1, r2, between, same_end), rtol=3e-3)


@given(st.floats(0.01, 10.0), st.floats(0.01, 10.0), st.floats(0.01, 10.0))
def test_good_collectors_leave_the_gap_alone(r1: float, r2: float, length: float) -> None:
    between = 1e-4 / ((r1 + r2) * length**2)
    for formula in (ladder.fed_from_opposite_ends, ladder.fed_from_the_same_end):
        assert np.isclose(formula(r1, r2, between, length), ladder.even_feed(r1, r2, between, length), rtol=1e-6)


def test_long_lines_do_not_overflow() -> None:
    assert np.isclose(ladder.fed_from_the_same_end(1.0, 1.0, 1e6, 1e3), np.sqrt(2e-6), rtol=1e-9)
    assert np.isclose(ladder.fed_from_opposite_ends(1.0, 1.0, 1e6, 1e3), 500.0, rtol=1e-3)


def test_line_resistance_with_an_electrode_in_parallel() -> None:
    assert np.isclose(ladder.line_resistance(2.0, 1e-3), 2000.0)
    assert np.isclose(ladder.line_resistance(2.0, 1e-3, 100.0, 5e-6), 1.0 / (1.0 / 2000.0 + 100.0 * 5e-6))


@given(st.floats(0.01, 10.0), st.floats(0.01, 100.0))
def test_slow_reaction_is_uniform(ionic: float, electronic: float) -> None:
    thick, reaction = 50e-6, 1e3
    uniform = 1.0 / (reaction * thick) + thick / 3.0 * (1.0 / ionic + 1.0 / electronic)
    assert np.isclose(ladder.porous_electrode(thick, ionic, electronic, reaction), uniform, rtol=1e-4)


def test_fast_reaction_stays_at_the_front() -> None:
    """sigma -> infinity: R = sqrt(1/(kappa g)) coth v."""
    thick, ionic, reaction = 100e-6, 0.05, 1e9
    reach = thick * np.sqrt(reaction / ionic)
    found = ladder.porous_electrode(thick, ionic, 1e7, reaction)
    assert np.isclose(found, 1.0 / np.sqrt(ionic * reaction) / np.tanh(reach), rtol=1e-4)


def test_porous_finger_against_finite_elements() -> None:
    flush, covered = [], []
    for case in reference("porous_finger_resistance.json")["cases"]:
        found = finger_pair(case, ladder.porous_finger)
        most = finger_pair(case, ladder.porous_finger_most)
        off = float(found / case["R_ohm_m"] - 1.0)
        (flush if case["H_um"] == case["h_um"] else covered).append(off)
        assert most >= case["R_ohm_m"] * (1.0 - 1e-3)
    assert sorted(np.abs(flush))[-2] < 0.02 and max(np.abs(flush)) < 0.23
    assert np.median(np.abs(covered)) < 0.03 and min(covered) > -0.09 and max(covered) < 0.38


def finger_pair(case: dict[str, float], finger: object) -> Array:
    """Both half fingers and the electrolyte between them [ohm m]."""
    assert callable(finger)
    halves = sum(
        finger(0.5e-6 * case[f"w{n}_um"], 1e-6 * case["h_um"], case[f"kappa_eff{n}"], case[f"sigma{n}"], case[f"g{n}"])
        for n in (1, 2)
    )
    gap = shape_factors.flush(case["h_um"], case["gap_um"])
    return np.asarray(halves + 1.0 / (case["kappa"] * gap))
