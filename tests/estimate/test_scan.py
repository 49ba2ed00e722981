"""Blocks change nothing, and memory stays bounded."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate import run, scan
from fabplan.estimate.run import estimate
from fabplan.estimate.search import InterdigitalGeometry, interdigital_arrays
from tests.estimate.examples import cells

RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def test_blocks_of_a_scan_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    widths = np.linspace(10e-6, 90e-6, 37)
    geometry, template = InterdigitalGeometry(widths, 1.1 * widths, 20e-6, 50e-6, 60e-6), cells("interdigital")
    monkeypatch.setattr(scan, "BLOCK_POINTS", 24)
    told: list[tuple[int, int]] = []
    made = scan.scan(template, geometry, [0.5, 2.0], progress=lambda done, whole: told.append((done, whole)))
    for column, rate in enumerate((0.5, 2.0)):
        alone = interdigital_arrays(template, geometry, rate)
        assert np.array_equal(made.capacity[:, column], alone.capacity)
        assert np.array_equal(made.trusted[:, column], alone.trusted)
    assert told[-1] == (37, 37) and len(told) == 4


@pytest.mark.parametrize("rates", [[], [0.0], [1.0, float("nan")]])
def test_rates_are_checked(rates: list[float]) -> None:
    with pytest.raises(BadInput, match="C-rates"):
        scan.scan(cells("interdigital"), InterdigitalGeometry(1e-5, 1e-5, 1e-5, 1e-5, 1e-5), rates)


def test_blocks_of_a_file_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cells("porous-stack", "film-planar", "porous-stack", "interdigital", c_rates=RATES)
    whole = estimate(made)
    monkeypatch.setattr(run, "BLOCK_POINTS", 8)
    told: list[int] = []
    parts = estimate(made, progress=lambda done, total: told.append(done))
    assert parts.ids == whole.ids and np.allclose(parts.capacity, whole.capacity, rtol=1e-12)
    assert told == [8, 16, 24, 32]
