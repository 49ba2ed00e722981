"""The result document."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from tests.estimate.examples import cells, document
from tests.shared import ROOT

KINDS = ("film-coaxial", "porous-stack", "interdigital", "film-planar", "porous-stack")
LENGTH_KEYS = {"capacity_Ah_m", "energy_Wh_m"}
AREA_KEYS = {"capacity_Ah_m2", "energy_Wh_m2"}
COMMON = {"id", "c_rate", "mean_voltage_V", "salt_depletion", "tier", "trusted", "uncertainty", "doubt"}


def test_document_has_the_contract() -> None:
    made = estimate(cells(*KINDS, c_rates=[0.2, 2.0])).document()
    assert made["schema"] == "fabplan/estimates/1" and made["evaluations_per_s"] > 0.0
    assert json.loads(json.dumps(made)) == made
    expected = [(f"{kind}-{place}", rate) for place, kind in enumerate(KINDS) for rate in (0.2, 2.0)]
    assert [(row["id"], row["c_rate"]) for row in made["results"]] == expected
    for row in made["results"]:
        own = LENGTH_KEYS if row["id"].startswith(("film-coaxial", "interdigital")) else AREA_KEYS
        assert set(row) == COMMON | own
        assert all(type(value) in (float, str, bool) for key, value in row.items() if key != "doubt")
        assert row["tier"] in ("fast", "accurate")


def test_energy_is_voltage_times_capacity() -> None:
    result = estimate(cells(*KINDS))
    assert np.allclose(result.energy, result.mean_voltage * result.capacity)


def test_ragged_rates_stay_in_order() -> None:
    given_document = document("porous-stack", "film-planar", "porous-stack")
    for cell, rates in zip(given_document["cells"], ([3.0], [1.0, 0.1, 7.0], [0.5, 0.2]), strict=True):
        cell["c_rates"] = rates
    result = estimate(read_cells(given_document, "x"), "fast")
    assert result.c_rate.tolist() == [3.0, 1.0, 0.1, 7.0, 0.5, 0.2]
    place = 0
    for cell in given_document["cells"]:
        alone = estimate(read_cells(given_document | {"cells": [cell]}, "x"), "fast")
        rows = slice(place, place := place + len(cell["c_rates"]))
        assert np.allclose(result.capacity[rows], alone.capacity) and np.allclose(result.current[rows], alone.current)


def test_asked_rates_replace_the_cells_own() -> None:
    result = estimate(cells("porous-stack", "film-planar"), "fast", [0.3, 0.6])
    assert result.c_rate.tolist() == [0.3, 0.6, 0.3, 0.6]


@pytest.mark.parametrize("rates", [[], [0.0], [-1.0], [float("nan")], [float("inf")]])
def test_bad_rates(rates: list[float]) -> None:
    with pytest.raises(BadInput):
        estimate(cells("porous-stack"), "fast", rates)


def test_bad_tier_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'accurate'"):
        estimate(cells("porous-stack"), "acurate")


def test_tiers() -> None:
    made = cells("porous-stack", c_rates=[0.1, 20.0])
    assert not estimate(made, "fast").accurate.any()
    assert estimate(made, "accurate").accurate.all()
    assert estimate(made, "auto").accurate.tolist() == [False, True]


TEXT = ("id", "tier", "doubt")


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["L_m", "R_m", "D_s", "i0_ref", "sigma"]), st.floats(-18.0, 3.0), min_size=1, max_size=3
    ),
    st.floats(1e-6, 1e6),
)
def test_always_a_number(extremes: dict[str, float], rate: float) -> None:
    """Absurd but positive parameters still give finite, not negative answers."""
    given_document = document("porous-stack", "film-planar", c_rates=[rate])
    for cell in given_document["cells"]:
        for key, power in extremes.items():
            if key in cell["design"]["pos"]:
                cell["design"]["pos"][key] = min(10.0**power, 1.0) if key.endswith("_m") else 10.0**power
    for row in estimate(read_cells(given_document, "x"), "fast").document()["results"]:
        assert all(math.isfinite(value) and value >= 0.0 for key, value in row.items() if key not in TEXT)


@pytest.mark.parametrize("rate", [1e-200, 1e200])
@pytest.mark.parametrize("tier", ["fast", "auto"])
def test_rates_beyond_floating_point(rate: float, tier: str) -> None:
    for row in estimate(cells(*KINDS, c_rates=[rate]), tier).document()["results"]:
        assert all(math.isfinite(value) for key, value in row.items() if key not in TEXT)


def test_importing_the_estimator_stays_light() -> None:
    program = "import sys, fabplan.estimate.run, fabplan.estimate.curves, fabplan.estimate.search; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert not {"scipy", "numba", "shapely", "gdstk", "trimesh", "click"} & set(loaded.split())
