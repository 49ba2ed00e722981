"""How fast the estimator is; the bounds leave room for a busy machine, the figures are printed with ``-s``."""

from __future__ import annotations

import time
from collections.abc import Sequence

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


def speeds(made: Cells, tier: str, rates: Sequence[float] | None, runs: int) -> tuple[float, float]:
    """Evaluations per second, and per second of the processor, which others on the machine do not change; best runs."""
    shown, quiet = 0.0, 0.0
    for _ in range(runs):
        begin = time.process_time()
        result = estimate(made, tier, rates)
        quiet = max(quiet, len(result.ids) / (time.process_time() - begin))
        shown = max(shown, len(result.ids) / result.seconds)
    return shown, quiet


def told(name: str, found: tuple[float, float]) -> float:
    print(f"{name}: {found[0]:.3g} evaluations/s, {found[1]:.3g} per second of the processor")
    return found[1]


@pytest.mark.slow
def test_fast_tier() -> None:
    assert told("fast tier", speeds(mix(), "fast", None, 7)) > 1.5e5 / 2.0


@pytest.mark.slow
@pytest.mark.parametrize(("compiled", "least"), [(False, 30.0), (True, 1500.0)])
def test_accurate_tier(compiled: bool, least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    if compiled:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    monkeypatch.setattr(dfn, "available", lambda: compiled)
    made, rates = mix(), RATES if compiled else [5.0]
    estimate(made, "accurate", rates)  # compiles or loads the machine code
    name = "compiled" if compiled else "arrays"
    assert told(f"accurate tier, {name}", speeds(made, "accurate", rates, 1)) > least


@pytest.mark.slow
@pytest.mark.parametrize(("compiled", "least"), [(False, 80.0), (True, 3000.0)])
def test_marched_films(compiled: bool, least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dense films whose diffusivity varies, planar and coaxial."""
    if compiled:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    monkeypatch.setattr(film_march, "available", lambda: compiled)
    made = varied(700 if compiled else 100)
    name = "compiled" if compiled else "arrays"
    assert told(f"accurate tier, films, {name}", speeds(made, "accurate", None, 3)) > least


@pytest.mark.slow
def test_size_search() -> None:
    widths = np.linspace(10e-6, 120e-6, 100_000)
    template = cells("interdigital")
    begin = time.perf_counter()
    interdigital_arrays(template, InterdigitalGeometry(widths, widths, 20e-6, 50e-6, 60e-6), 1.0)
    seconds = time.perf_counter() - begin
    print(f"size search: 1e5 designs in {seconds:.2f} s")
    assert seconds < 8.0
