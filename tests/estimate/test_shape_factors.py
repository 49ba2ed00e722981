"""Shape factors: finite-element references, exact limits, symmetry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.estimate import shape_factors as sf
from fabplan.estimate import shape_numeric
from fabplan.estimate.constants import Array
from tests.estimate.examples import reference
from tests.estimate.test_shape_numeric import LATTICES

lengths = st.floats(0.05, 20.0)


def cases(kind: str, *subkinds: str) -> list[dict[str, float]]:
    """Reference cases of some kinds."""
    found = reference("laplace_shape_factor.json")["cases"]
    return [case for case in found if case["kind"] == kind and (not subkinds or case["subkind"] in subkinds)]


def of_fingers(case: dict[str, float], formula: Callable[..., Array] = sf.fingers) -> float:
    """Ours for an interdigital case."""
    lid = 1e6 if case["H_is_infinite"] else case["H_um"]
    return float(formula(case["w1_um"], case["w2_um"], case["gap_um"], case["h1_um"], lid))


def test_coplanar_and_flush_are_exact() -> None:
    found = cases("interdigital", "coplanar_Hinf", "coplanar_Hfinite", "coplanar_unequal", "flush")
    assert len(found) == 10
    for case in found:
        assert np.isclose(of_fingers(case), case["exact"], rtol=1e-6)


def test_raised_fingers() -> None:
    found = cases("interdigital", "finite", "tall", "finite_unequal_width")
    off = np.array([abs(of_fingers(case) / case["S"] - 1.0) for case in found])
    quick = np.array([abs(of_fingers(case, sf.fingers_quick) / case["S"] - 1.0) for case in found])
    assert len(off) == 27 and np.max(off) < 0.006 and np.percentile(off, 95) < 0.004 and np.median(off) < 0.002
    assert np.max(quick) < 0.025 and np.percentile(quick, 95) < 0.016
    for case in found:
        low = sf.fingers_least(case["w1_um"], case["w2_um"], case["gap_um"], case["h1_um"], case["H_um"])
        assert low <= case["S_upper"] * (1.0 + 1e-9)


def test_all_references_where_a_formula_is_valid() -> None:
    """Fingers of equal height, coaxial cells, all pillars: the goal of the whole file."""
    off = []
    for case in reference("laplace_shape_factor.json")["cases"]:
        if case["kind"] == "interdigital" and case["h1_um"] == case["h2_um"]:
            off.append(of_fingers(case) / case["S"] - 1.0)
        elif case["kind"] == "coaxial":
            off.append(float(sf.coaxial(case["r1_um"], case["r2_um"])) / case["S"] - 1.0)
        elif case["kind"] == "pillar":
            lattice, d = LATTICES[case["subkind"]], case["nn_distance_um"]
            off.append(float(sf.pillars(lattice, d, case["r1_um"], case["r2_um"])) / case["S"] - 1.0)
    assert len(off) == 54
    assert np.percentile(np.abs(off), 95) < 0.01 and np.max(np.abs(off)) < 0.025


@given(*[st.floats(-1.3, 1.3)] * 2, st.floats(-1.7, 1.0), st.floats(-1.7, 1.0))
@settings(max_examples=15, deadline=None)
def test_raised_fingers_against_finite_elements(first: float, second: float, high: float, cover: float) -> None:
    sizes = 10.0**first, 10.0**second, 1.0, 10.0**high
    right = shape_numeric.fingers(*sizes, sizes[3], sizes[3] + 10.0**cover)
    assert -1.1 * right.error < float(sf.fingers(*sizes, sizes[3] + 10.0**cover)) / right.value - 1.0 < 0.008


def test_coaxial_is_exact() -> None:
    for case in cases("coaxial"):
        assert np.isclose(sf.coaxial(case["r1_um"], case["r2_um"]), case["exact"], rtol=1e-12)


def test_pillars_within_what_they_promise() -> None:
    for case in cases("pillar", "square_checkerboard"):
        d, r1, r2 = case["nn_distance_um"], case["r1_um"], case["r2_um"]
        off = float(sf.checkerboard_pillars(d, r1, r2)) / case["S"] - 1.0
        assert -0.07 < off < 1e-4
        assert max(r1, r2) > 0.3 * d or abs(off) < 7e-4
    for case in cases("pillar", "hex_honeycomb_2to1"):
        off = float(sf.honeycomb_pillars(case["nn_distance_um"], case["r1_um"], case["r2_um"])) / case["S"] - 1.0
        assert -0.11 < off < 1e-3 and (case["r1_um"] > 20 or abs(off) < 0.011)


@pytest.mark.parametrize("lattice", list(shape_numeric.LATTICES))
def test_thin_pillars_are_lines(lattice: str) -> None:
    """Up to the radius where the numbers take over, 0.2 %; both kinds may differ."""
    most = sf._LINES[lattice][2]
    radii = np.array([[most, most], [most, 0.02], [0.02, most]])
    found = sf.pillars(lattice, 1.0, radii[:, 0], radii[:, 1])
    right = [shape_numeric.pillars(lattice, 1.0, *pair).value for pair in radii.tolist()]
    assert np.allclose(found, right, rtol=2e-3) and not np.array_equal(found, right)
    beyond = sf.pillars(lattice, 1.0, 1.2 * most, most)
    assert beyond == shape_numeric.pillars(lattice, 1.0, 1.2 * most, most).value


def test_equal_strips_in_a_deep_bath() -> None:
    assert np.isclose(sf.coplanar(1.0, 1.0, 1.0, np.inf), 0.5, rtol=1e-12)


@given(lengths, lengths, lengths, lengths)
def test_fingers_may_change_places(first: float, second: float, gap: float, lid: float) -> None:
    assert np.isclose(sf.coplanar(first, second, gap, lid), sf.coplanar(second, first, gap, lid), rtol=1e-9)


@given(lengths, lengths, lengths, lengths, st.floats(1.01, 3.0))
def test_more_electrolyte_conducts_better(first: float, second: float, gap: float, lid: float, more: float) -> None:
    low, high = sf.coplanar(first, second, gap, lid), sf.coplanar(first, second, gap, more * lid)
    assert 0.0 < low <= high * (1.0 + 1e-9)


@given(lengths, lengths, lengths, st.floats(1e-4, 1e4), st.floats(1e-9, 1e3))
def test_only_ratios_count(first: float, second: float, gap: float, lid: float, scale: float) -> None:
    one, other = (
        sf.coplanar(first, second, gap, lid),
        sf.coplanar(first * scale, second * scale, gap * scale, lid * scale),
    )
    assert np.isfinite(one) and np.isclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("ratio", [20.0, 300.0, 5000.0])
def test_shallow_bath_is_a_resistor(ratio: float) -> None:
    """S = 1/(g/H + 2 e) with e = (w/2)/H - (2/pi) ln sinh(pi w/4H), which is 2 ln 2/pi for wide strips."""
    assert np.isclose(sf.coplanar(30.0, 30.0, ratio, 1.0), 1.0 / (ratio + 4.0 * np.log(2.0) / np.pi), rtol=1e-9)


def test_both_series_meet() -> None:
    below, above = (sf.coplanar(1.0, 1.5, 0.7, 1.95 * factor) for factor in (1.0 - 1e-10, 1.0 + 1e-10))
    assert np.isclose(below, above, rtol=1e-9)


def test_no_electrolyte_no_current() -> None:
    assert sf.coplanar(1.0, 1.0, 1.0, 0.0) == 0.0
    assert sf.fingers(10.0, 10.0, 5.0, 20.0, 20.0) == 4.0


def test_arrays_and_scalars_alike() -> None:
    widths = np.array([5.0, 20.0, 60.0])
    many = sf.fingers(widths, 30.0, 10.0, np.array([[1.0], [20.0]]), 40.0)
    assert many.shape == (2, 3)
    assert many[1, 2] == sf.fingers(60.0, 30.0, 10.0, 20.0, 40.0)


def test_resistance_of_many_gaps() -> None:
    assert np.isclose(sf.gap_resistance(2.0, 0.5, 1e-3, 10), 1.0 / (2.0 * 0.5 * 1e-3 * 10.0))
