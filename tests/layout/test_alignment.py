"""Fiducials: the motion that was put in comes out, residuals are those of a second formula, faults are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from fabplan.errors import BadInput
from fabplan.layout.alignment import alignment_findings, fitted

DRAWN = {"F1": (0.0, 0.0), "F2": (10.0, 0.0), "F3": (0.0, 8.0), "F4": (10.0, 8.0)}


def moved(angle, scale, shift):
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return {n: (c * x - s * y + shift[0], s * x + c * y + shift[1]) for n, (x, y) in DRAWN.items()}


@settings(max_examples=50, deadline=None)
@given(st.floats(-3, 3), st.floats(0.99, 1.01), st.tuples(st.floats(-50, 50), st.floats(-50, 50)), st.integers(2, 4))
def test_what_was_put_in_comes_out(angle, scale, shift, count):
    measured = dict(list(moved(angle, scale, shift).items())[:count])
    found = fitted(DRAWN, measured, scaled=True)
    assert found.angle == pytest.approx(angle) and found.scale == pytest.approx(scale)
    assert found.apply(np.array([DRAWN["F4"]]))[0] == pytest.approx(np.array(moved(angle, scale, shift)["F4"]))
    assert max(found.residuals.values()) < 1e-9


def test_rigid_fit_is_that_of_scipy():
    rng = np.random.default_rng(3)
    measured = {n: (x + rng.normal(0, 0.01), y + rng.normal(0, 0.01)) for n, (x, y) in moved(0.3, 1, (5, -2)).items()}
    a, b = np.array(list(DRAWN.values())), np.array(list(measured.values()))
    flat = [np.pad(p - p.mean(axis=0), ((0, 0), (0, 1))) for p in (a, b)]
    turn, rssd = Rotation.align_vectors(flat[1], flat[0])
    found = fitted(DRAWN, measured)
    assert found.scale == 1.0 and found.angle == pytest.approx(turn.as_rotvec()[2], abs=1e-9)
    assert math.sqrt(sum(r**2 for r in found.residuals.values())) == pytest.approx(rssd)


def test_faults_are_told():
    with pytest.raises(BadInput, match="too few"):
        fitted(DRAWN, {"F1": (0, 0)})
    with pytest.raises(BadInput, match="unknown fiducial"):
        fitted(DRAWN, {"F1": (0, 0), "F9": (1, 1)})
    with pytest.raises(BadInput, match="one place"):
        fitted(DRAWN, {"F1": (1, 1), "F2": (1, 1)})


def test_findings_fire_and_only_then():
    good = fitted(DRAWN, moved(0.1, 1.0, (1, 1)))
    assert alignment_findings(good, 1e-6, "p") == ()
    assert [f.severity for f in alignment_findings(good, None, "p")] == ["warning"]
    bent = fitted(DRAWN, {**moved(0.1, 1.0, (1, 1)), "F2": (30.0, 2.0)})
    assert [f.rule for f in alignment_findings(bent, 1e-6, "p")] == ["alignment-residual"]
    large = fitted(DRAWN, moved(0.1, 1.01, (1, 1)), scaled=True)
    assert [f.rule for f in alignment_findings(large, 1e-6, "p")] == ["alignment-scale"]
    two = fitted(DRAWN, dict(list(moved(0.1, 1.0001, (1, 1)).items())[:2]), scaled=True)
    assert [f.rule for f in alignment_findings(two, 1e-6, "p")] == ["alignment-unchecked"]
