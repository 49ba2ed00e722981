"""Both tiers and PyBaMM's best batch mode on the same planar cells in one run; the table is printed with ``-s``.

PyBaMM takes the thicknesses and the current of all cells as inputs of one model (``SymbolicUniform1DSubMesh``, IDAKLU,
one thread, 20 points in each layer and particle), so that nothing is rebuilt; only the second solve of each rate is
timed, and the charge comes from the end time, so that reading results back costs nothing. Our tiers answer the same
cells repeated to more than 10^4 points. Only answers are asserted, never times.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fabplan.estimate import dfn_points
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import Result, estimate
from tests.estimate.examples import document
from tests.estimate.pybamm_cell import parameters

RATES = (2.0, 10.0)
DESIGNS, REPEATS = 14, 360
LAYERS = ("Negative electrode thickness [m]", "Separator thickness [m]", "Positive electrode thickness [m]")
CURRENT = "Current function [A]"
Row = tuple[str, int, float, np.ndarray]  # name, points, seconds, charges [designs, rates]

pytestmark = pytest.mark.slow


def thicknesses() -> list[tuple[float, float, float]]:
    """Negative electrode, separator, positive electrode of every design [m]: 3 to 50 um, 5 to 30 um."""
    random = np.random.default_rng(1)
    positive = 10.0 ** random.uniform(-5.5, -4.3, DESIGNS)
    separator = 10.0 ** random.uniform(-5.3, -4.5, DESIGNS)
    return [(1.1 * own, between, own) for own, between in zip(positive.tolist(), separator.tolist(), strict=True)]


def given(repeats: int = 1) -> dict[str, Any]:
    made = document(*["porous-stack"] * DESIGNS * repeats, c_rates=RATES)
    for cell, (negative, separator, positive) in zip(made["cells"], thicknesses() * repeats, strict=True):
        own = cell["design"]
        own["neg"]["L_m"], own["sep"]["L_m"], own["pos"]["L_m"] = negative, separator, positive
    return made


def ours(name: str, tier: str) -> Row:
    made = read_cells(given(REPEATS), "beside")
    estimate(made, tier)  # compiles or loads the machine code
    found: Result = estimate(made, tier)
    charges = found.capacity.reshape(-1, len(RATES))[:DESIGNS]
    return name, len(found.ids), found.seconds, charges


def theirs(pybamm: Any, kind: str, one_c: np.ndarray) -> Row:
    """One model of that kind for all designs and rates."""
    model = getattr(pybamm.lithium_ion, kind)({"contact resistance": "true"})
    values = parameters(pybamm, given())
    cutoff = given()["cells"][0]["design"]["V_cut"]
    inputs = dict.fromkeys((*LAYERS, CURRENT), "[input]")
    values.update(inputs | {"Lower voltage cut-off [V]": cutoff}, check_already_exists=False)
    layers = dict.fromkeys(("negative electrode", "separator", "positive electrode"), pybamm.SymbolicUniform1DSubMesh)
    run = pybamm.Simulation(
        model,
        parameter_values=values,
        submesh_types=dict(model.default_submesh_types) | layers,
        var_pts=dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), 20),
        solver=pybamm.IDAKLUSolver(options={"num_threads": 1}),
    )
    seconds, charges = 0.0, np.zeros((DESIGNS, len(RATES)))
    for place, rate in enumerate(RATES):
        currents = (rate * one_c).tolist()
        own = [
            dict(zip(LAYERS, sizes, strict=True)) | {CURRENT: current}
            for sizes, current in zip(thicknesses(), currents, strict=True)
        ]
        run.solve([0.0, 5400.0 / rate], inputs=own)
        begin = time.perf_counter()
        found = run.solve([0.0, 5400.0 / rate], inputs=own)
        seconds += time.perf_counter() - begin
        charges[:, place] = [current * one.t[-1] for current, one in zip(currents, found, strict=True)]
    return f"PyBaMM {kind}", charges.size, seconds, charges


def test_beside_pybamm(oracle: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    pybamm = oracle("pybamm")
    one_c = read_cells(given(), "beside").groups[0].designs.one_c_current
    rows = [theirs(pybamm, "SPMe", one_c), theirs(pybamm, "DFN", one_c), ours("fabplan fast", "fast")]
    if dfn_points.available():
        rows.append(ours("fabplan accurate, compiled", "accurate"))
    rows.append(ours("fabplan auto", "auto"))
    reference, whole = rows[1][3], 3600.0 * one_c[:, None]
    off = {name: np.abs(charges - reference) / whole for name, _, _, charges in rows}
    speed = {name: points / seconds for name, points, seconds, _ in rows}
    print(f"\n{'':28}{'points':>8}{'per s':>10}{'/SPMe':>9}{'/DFN':>9}   |dQ|/Q1C to PyBaMM DFN: median, p95, worst")
    for name, points, _, _ in rows:
        against = [speed[name] / speed[other] for other in ("PyBaMM SPMe", "PyBaMM DFN")]
        shown = ", ".join(f"{error:.5f}" for error in np.quantile(off[name], [0.5, 0.95, 1.0]).tolist())
        print(f"{name:28}{points:8d}{speed[name]:10.4g}{against[0]:9.1f}{against[1]:9.1f}   {shown}")
    assert off["fabplan auto"].max() < 0.06 and np.quantile(off["fabplan auto"], 0.95) < 0.01
