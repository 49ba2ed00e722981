"""Numerical shape factors: finite-element references, closed forms, symmetry, and the promised error."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate import shape_factors as sf
from fabplan.estimate import shape_numeric as numeric
from tests.estimate.examples import reference

LATTICES = {
    "square_checkerboard": "square-checkerboard",
    "hex_honeycomb_2to1": "honeycomb",
    "triangular_alternating_rows": "triangular-rows",
    "square_alternating_rows": "square-rows",
}


def test_all_finger_references() -> None:
    found = [case for case in reference("laplace_shape_factor.json")["cases"] if case["kind"] == "interdigital"]
    checked = 0
    for case in found:
        if case["H_is_infinite"]:
            continue
        made = numeric.fingers(*(case[f"{key}_um"] for key in ("w1", "w2", "gap", "h1", "h2", "H")))
        off = abs(made.value / case["S"] - 1.0)
        assert off < 1e-3 and off <= made.error + abs(case["half_bracket_rel"]) + 1e-6
        checked += case["h1_um"] != case["h2_um"]
    assert checked == 4


def test_all_pillar_references() -> None:
    found = [case for case in reference("laplace_shape_factor.json")["cases"] if case["kind"] == "pillar"]
    assert len(found) == 14
    for case in found:
        made = numeric.pillars(LATTICES[case["subkind"]], case["nn_distance_um"], case["r1_um"], case["r2_um"])
        assert np.isclose(made.value, case["S"], rtol=2e-5) and made.error < 1e-6


@pytest.mark.parametrize("lattice", ["square-checkerboard", "square-rows", "triangular-rows"])
def test_kinds_may_be_exchanged(lattice: str) -> None:
    one, other = numeric.pillars(lattice, 1.0, 0.2, 0.35), numeric.pillars(lattice, 1.0, 0.35, 0.2)
    assert np.isclose(one.value, other.value, rtol=1e-9)


@pytest.mark.parametrize("gap", [0.05, 0.02, 0.01])
def test_near_contact_is_lubrication(gap: float) -> None:
    """Facing circles at a small distance: pi sqrt(r/gap) a facing pair, four pairs a pillar; the error says so."""
    made = numeric.pillars("square-checkerboard", 1.0, 0.5 - 0.5 * gap, 0.5 - 0.5 * gap)
    pairs = 4.0 * np.pi * np.sqrt(0.5 / gap)
    assert made.error < 0.01 and abs(made.value / pairs - 1.0) < 0.25 * np.sqrt(gap / 0.01)


def test_fingers_in_the_limits() -> None:
    assert np.isclose(numeric.fingers(20.0, 30.0, 5.0, 40.0, 40.0, 40.0).value, 8.0, rtol=1e-6)
    strip = sf.coplanar(20.0, 30.0, 15.0, 25.0)
    made = numeric.fingers(20.0, 30.0, 15.0, 0.0, 0.0, 25.0)
    assert abs(made.value / float(strip) - 1.0) <= made.error


def test_heights_may_be_exchanged() -> None:
    one, other = numeric.fingers(20.0, 20.0, 10.0, 5.0, 30.0, 40.0), numeric.fingers(20.0, 20.0, 10.0, 30.0, 5.0, 40.0)
    assert np.isclose(one.value, other.value, rtol=1e-9)
    equal = [float(sf.fingers(20.0, 20.0, 10.0, high, 40.0)) for high in (5.0, 30.0)]
    assert equal[0] < one.value < equal[1]


def test_bad_geometry() -> None:
    for given in (
        (0.0, 1.0, 1.0, 1.0, 1.0, 2.0),
        (1.0, 1.0, 1.0, 3.0, 1.0, 2.0),
        (1.0, 1.0, float("nan"), 1.0, 1.0, 2),
    ):
        with pytest.raises(BadInput):
            numeric.fingers(*given)
    with pytest.raises(BadInput, match="did you mean 'square-rows'"):
        numeric.pillars("square-row", 1.0, 0.1, 0.1)
    for lattice, r1, r2 in (("square-checkerboard", 0.6, 0.4), ("square-rows", 0.5, 0.1), ("honeycomb", 0.5, 0.1)):
        with pytest.raises(BadInput, match="touch"):
            numeric.pillars(lattice, 1.0, r1, r2)
