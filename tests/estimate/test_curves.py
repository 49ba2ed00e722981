"""Discharge curves."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate.curves import POINTS, curves
from fabplan.estimate.run import estimate
from tests.estimate.examples import cells, discharges

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")


@pytest.mark.parametrize("tier", ["fast", "auto", "accurate"])
def test_curves_are_the_estimate(tier: str) -> None:
    made = cells(*KINDS, c_rates=[0.5, 4.0])
    drawn, result = curves(made, tier), estimate(made, tier)
    assert [(curve.id, curve.c_rate) for curve in drawn] == list(zip(result.ids, result.c_rate.tolist(), strict=True))
    for place, curve in enumerate(drawn):
        assert curve.capacity.shape == curve.voltage.shape == (POINTS,)
        assert curve.capacity[0] == 0.0 and np.isclose(curve.capacity[-1] * 3600.0, result.capacity[place], rtol=1e-9)
        assert np.all(np.diff(curve.capacity) > 0.0)
        assert np.isclose(curve.voltage[-1], 1.0, atol=0.01)
        mean = np.trapezoid(curve.voltage, curve.capacity) / curve.capacity[-1]
        assert np.isclose(mean, result.mean_voltage[place], atol=4e-3)
        assert (curve.tier == "accurate") == bool(result.accurate[place])


def test_reference_voltages_along_the_discharge() -> None:
    found = discharges("dfn_discharge.json")
    drawn = {(curve.id, curve.c_rate): curve for curve in curves(found.cells)}
    off = []
    for case in found.raw["cases"]:
        curve = drawn[case["design"]["id"], case["C_rate"]]
        share = np.array(case["result"]["dod_frac_of_delivered"])[:-2]
        ours = np.interp(share * curve.capacity[-1], curve.capacity, curve.voltage)
        off.append(np.abs(ours - np.array(case["result"]["V_at_dod"])[:-2]).max())
    assert np.median(off) < 3e-3 and np.percentile(off, 90) < 15e-3


def test_number_of_points() -> None:
    (curve,) = curves(cells("film-planar", c_rates=[1.0]), points=7)
    assert curve.voltage.shape == (7,)


def test_nothing_delivered_is_a_flat_curve() -> None:
    (curve,) = curves(cells("porous-stack", c_rates=[1e5]))
    assert np.all(curve.capacity == 0.0)
