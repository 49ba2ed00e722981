"""Dose in deep relief against a ballistic model that was solved to convergence (``ald_dose.json``)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _dose as dose


@pytest.fixture
def cases(shared: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((shared / "reference" / "ald_dose.json").read_text())["cases"]
    return read


def ratio(case: dict[str, Any]) -> float:
    law = dose.via_dose if case["geometry"] == "via" else dose.trench_dose
    value: float = law(case["AR"], case["beta0"], case["end_coverage_min"]) / case["t_norm_converged"]
    return value


def test_via_is_on_the_safe_side_and_close(cases: list[dict[str, Any]]) -> None:
    deep = [ratio(c) for c in cases if c["geometry"] == "via" and c["AR"] >= 5]
    assert len(deep) >= 15
    assert min(deep) > 0.99 and max(deep) < 1.10


def test_trench_is_on_the_safe_side_and_close(cases: list[dict[str, Any]]) -> None:
    ratios = [ratio(c) for c in cases if c["geometry"] == "trench"]
    assert len(ratios) >= 15
    assert min(ratios) > 0.99 and max(ratios) < 1.32


def test_flat_ground_is_langmuir() -> None:
    assert dose.via_dose(0.0, 0.1, 0.95) == pytest.approx(1.0 + math.log(20.0) / 0.1)
    assert dose.trench_dose(0.0, 0.1, 0.95) == pytest.approx(1.0 + math.log(20.0) / 0.1)


@given(st.floats(1e-4, 300.0))
def test_slit_transmission_is_a_probability_that_falls(depth: float) -> None:
    here, deeper = dose.slit_transmission(depth), dose.slit_transmission(1.1 * depth)
    assert 0.0 < deeper < here <= 1.0


def test_slit_transmission_limits() -> None:
    """Towards an open slit one; deep slits fall as ln(x)/x (Clausing)."""
    assert dose.slit_transmission(0.0) == 1.0
    assert dose.slit_transmission(1e-3) == pytest.approx(1.0 - 0.5e-3, rel=1e-3)
    assert dose.slit_transmission(1.0) == pytest.approx(0.6848, rel=1e-3)  # Clausing's exact value


def test_exposure_unit_of_tma(shared: Path) -> None:
    example = json.loads((shared / "reference" / "ald_dose.json").read_text())["physical_example"]
    unit = dose.exposure_unit(example["M_g_mol"] * 1e-3, example["T_K"], example["s0_m2"])
    assert unit == pytest.approx(example["exposure_unit_Pa_s"], rel=1e-9)
