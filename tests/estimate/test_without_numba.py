"""The accuracy is that of the equations: reference discharges with machine code, and where numba cannot be imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest

from fabplan.estimate import dfn_points, points
from fabplan.estimate.run import Result, estimate
from tests.estimate.examples import discharges
from tests.estimate.test_spme import errors
from tests.estimate.test_trust import keeps

FILES = ("dfn_discharge.json", "thin_film_discharge.json", "interdigital_discharge.json")
#: of the capacity over the 1C charge: median, 95 %, worst of all points; 95 % of the mean voltage [V]
GOALS = {
    "dfn_discharge.json": (1e-4, 0.01, 0.06, 3e-3),
    "thin_film_discharge.json": (1e-3, 1e-3, 0.04, 1e-3),
    "interdigital_discharge.json": (1e-4, 0.01, 0.15, 5e-3),
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """``available`` remembers what it found."""
    dfn_points.available.cache_clear()
    yield
    dfn_points.available.cache_clear()


def answered(name: str, monkeypatch: pytest.MonkeyPatch, with_numba: bool) -> Result:
    """A reference file by the tiers that ``auto`` chooses, compiled however few points there are."""
    monkeypatch.setattr(points, "WORTH_COMPILING", 1)
    if with_numba:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    else:
        monkeypatch.setitem(sys.modules, "numba", None)  # an import of it fails
    assert dfn_points.available() is with_numba
    return estimate(discharges(name).cells)


def hold(name: str, result: Result) -> None:
    capacity, voltage = errors(discharges(name), result)
    keeps(discharges(name), result)
    median, most, worst, volts = GOALS[name]
    assert result.accurate.any() and not result.accurate.all()
    assert np.median(capacity) <= median and np.percentile(capacity, 95) <= most and np.max(capacity) <= worst
    assert np.percentile(voltage, 95) <= volts


@pytest.mark.parametrize("name", FILES)
def test_reference_discharges(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = answered(name, monkeypatch, False)
    hold(name, plain)
    monkeypatch.undo()
    dfn_points.available.cache_clear()
    compiled = answered(name, monkeypatch, True)
    hold(name, compiled)
    assert np.array_equal(plain.accurate, compiled.accurate)
    assert np.allclose(plain.capacity, compiled.capacity, rtol=2e-4)
    assert np.allclose(plain.mean_voltage, compiled.mean_voltage, atol=1e-4)


def test_a_numba_that_does_not_fit_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that refuses this numpy: found, but its import fails."""
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not dfn_points.available()
