"""How fast the estimator is; the bounds leave room for a busy machine, the figures are printed with ``-s``."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fabplan.estimate import dfn, film_march
from fabplan.estimate.cells import Cells, read_cells
from fabplan.estimate.run import estimate
from fabplan.estimate.search import InterdigitalGeometry, interdigital_arrays
from tests.estimate.examples import cells, document
from tests.estimate.test_film import varied

DESIGNS = 1280
RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def mix() -> Cells:
    """Porous stacks of 1 to 100 um."""
    given = document(*["porous-stack"] * DESIGNS, c_rates=RATES)
    random = np.random.default_rng(3)
    for cell in given["cells"]:
        own, thick = cell["design"], float(10.0 ** random.uniform(-6.0, -4.0))
        own["pos"]["L_m"], own["neg"]["L_m"] = thick, 1.1 * thick
        own["sep"]["L_m"] = float(10.0 ** random.uniform(-5.3, -4.3))
    return read_cells(given, "mix")


@pytest.mark.slow
def test_fast_tier() -> None:
    made = mix()
    best = max(len(result.ids) / result.seconds for result in (estimate(made, "fast") for _ in range(5)))
    print(f"fast tier: {best:.3g} evaluations/s")
    assert best > 8e4 / 2.5


@pytest.mark.slow
@pytest.mark.parametrize(("compiled", "least"), [(False, 30.0), (True, 1000.0)])
def test_accurate_tier(compiled: bool, least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    if compiled:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    monkeypatch.setattr(dfn, "available", lambda: compiled)
    made = mix()
    rates = RATES if compiled else [5.0]
    estimate(made, "accurate", rates)  # compiles or loads the machine code
    result = estimate(made, "accurate", rates)
    name = "compiled" if compiled else "arrays"
    print(f"accurate tier, {name}: {len(result.ids) / result.seconds:.3g} evaluations/s")
    assert len(result.ids) / result.seconds > least


@pytest.mark.slow
@pytest.mark.parametrize(("compiled", "least"), [(False, 200.0), (True, 1000.0)])
def test_marched_films(compiled: bool, least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dense films whose diffusivity varies, planar and coaxial."""
    if compiled:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    monkeypatch.setattr(film_march, "available", lambda: compiled)
    made = varied(700)
    best = max(len(result.ids) / result.seconds for result in (estimate(made, "accurate") for _ in range(3)))
    print(f"accurate tier, films, {'compiled' if compiled else 'arrays'}: {best:.3g} evaluations/s")
    assert best > least


@pytest.mark.slow
def test_size_search() -> None:
    widths = np.linspace(10e-6, 120e-6, 100_000)
    template = cells("interdigital")
    begin = time.perf_counter()
    interdigital_arrays(template, InterdigitalGeometry(widths, widths, 20e-6, 50e-6, 60e-6), 1.0)
    seconds = time.perf_counter() - begin
    print(f"size search: 1e5 designs in {seconds:.2f} s")
    assert seconds < 8.0
