"""Ladders of two lines against a resistor network; porous electrodes against their limits and finite elements."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from fabplan.estimate import ladder, shape_factors
from fabplan.estimate.constants import Array
from tests.estimate.examples import reference

NODES = 1200


def network(r1: float, r2: float, rungs: Array, same_end: bool, length: float = 1.0) -> float:
    """Resistance of two lines between their feeds, node by node: a rung in the middle of every piece of line."""
    count = len(rungs)
    step = length / count
    first, second = np.arange(count), count + np.arange(count)
    pairs = [(first, second, rungs)]
    for line, resistance in ((first, r1), (second, r2)):
        pairs.append((line[:-1], line[1:], np.full(count - 1, 1.0 / (resistance * step))))
    rows, columns, values = [], [], []
    for one, other, link in pairs:
        rows += [one, other, one, other]
        columns += [one, other, other, one]
        values += [link, link, -link, -link]
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))).tocsc()
    out = count if same_end else 2 * count - 1
    keep = np.delete(np.arange(2 * count), out)
    current = np.zeros(2 * count)
    current[0] = 1.0
    return float(spsolve(matrix[keep][:, keep], current[keep])[0]) + 0.5 * step * (r1 + r2)


@given(*[st.floats(-2.0, 2.0)] * 3, st.floats(-3.0, 0.0), st.booleans())
@settings(max_examples=40, deadline=None)
def test_against_a_network(first: float, second: float, reach: float, long: float, same_end: bool) -> None:
    """Random lines from even to fed at the very end: reach G l from 0.01 to 30."""
    r1, r2, length = 10.0**first, 10.0**second, 10.0**long
    between = min(10.0**reach, 30.0) ** 2 / ((r1 + r2) * length**2)
    formula = ladder.fed_from_the_same_end if same_end else ladder.fed_from_opposite_ends
    found = network(r1, r2, np.full(NODES, between * length / NODES), same_end, length)
    assert np.isclose(formula(r1, r2, between, length), found, rtol=1e-3)


@given(*[st.floats(-1.0, 1.0)] * 4, st.floats(-1.0, 0.5), st.integers(16, 60), st.booleans())
@settings(max_examples=20, deadline=None)
def test_buses_of_a_comb(
    finger: float, other: float, bus: float, reach: float, heavy: float, pairs: int, same_end: bool
) -> None:
    """Combs of finger pairs on two buses: each pair by its ladder, the pairs as rungs of the buses' ladder.

    Tabs at the same or at opposite ends of the buses; against the network of all fingers, node by node.
    """
    r1, r2, pitch = 10.0**finger, 10.0**other, 1e-2
    one_pair = float(ladder.fed_from_opposite_ends(r1, r2, 10.0 ** (2.0 * reach) / (r1 + r2), 1.0))
    pair = network(r1, r2, np.full(NODES, 10.0 ** (2.0 * reach) / (r1 + r2) / NODES), False)
    assert np.isclose(one_pair, pair, rtol=1e-3)
    length = pairs * pitch
    buses = 10.0 ** (2.0 * heavy) * one_pair / (pairs * length)  # reach of the buses from 0.1 to 3
    bus_1, bus_2 = buses / (1.0 + 10.0**bus), buses / (1.0 + 10.0**-bus)
    whole = network(bus_1, bus_2, np.full(pairs, 1.0 / pair), same_end, length)
    formula = ladder.fed_from_the_same_end if same_end else ladder.fed_from_opposite_ends
    assert np.isclose(formula(bus_1, bus_2, 1.0 / (one_pair * pitch), length), whole, rtol=5e-3)


@given(st.floats(0.02, 50.0), st.floats(1e-5, 1e-3), st.floats(0.0, 1e3), st.floats(1e-12, 1e-9))
def test_a_collector_under_a_conducting_electrode(sheet: float, width: float, sigma: float, area: float) -> None:
    """Side by side: conductances per length add."""
    line = ladder.line_resistance(sheet, width, sigma, area)
    assert np.isclose(1.0 / line, width / sheet + sigma * area, rtol=1e-12)


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
