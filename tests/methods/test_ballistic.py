"""Ballistic dose: converged reference cases, identities of view factors, limits, machball as an oracle."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _ballistic as ballistic
from fabplan.methods import _dose as closed

PLACES = [0.1, 0.3, 0.45, 0.6, 0.75, 0.9]
GEOMETRIES = st.sampled_from(["via", "trench"])


@pytest.fixture
def cases(shared: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((shared / "reference" / "ald_dose.json").read_text())["cases"]
    return read


def test_all_cases_on_dose_and_profile_in_seconds(cases: list[dict[str, Any]]) -> None:
    assert len(cases) == 56
    start = time.perf_counter()
    for case in cases:
        here = case["geometry"], case["AR"], case["beta0"]
        made = ballistic.saturation(*here, case["end_coverage_min"])
        assert made.time == pytest.approx(case["t_norm_converged"], rel=0.005), here
        given_profile = case["profile_at_half_saturation_dose"]
        half = ballistic.profile(*here, given_profile["t_norm"])
        wall = np.interp(given_profile["z_over_L"], half.depth[:-1], half.coverage[:-1])
        assert np.abs(wall - given_profile["coverage"]).max() <= 0.02, here
        assert half.coverage[-1] == pytest.approx(given_profile["bottom"], abs=0.02), here
    assert time.perf_counter() - start < 20.0


@given(GEOMETRIES, st.floats(0.05, 200.0), st.integers(2, 60))
def test_what_leaves_arrives(geometry: Any, aspect_ratio: float, cells: int) -> None:
    shape = ballistic.feature(geometry, aspect_ratio, cells)
    assert shape.view.min() >= -1e-12 and shape.sky.min() > 0.0
    assert np.allclose(shape.view.sum(1) + shape.sky, 1.0, atol=1e-9)
    wall = (4.0 if geometry == "via" else 2.0) * aspect_ratio / cells
    areas = np.append(np.full(cells, wall), 1.0)
    assert np.allclose(areas[:, None] * shape.view, (areas[:, None] * shape.view).T, atol=1e-9)


def test_view_factors_of_the_handbook() -> None:
    """Equal coaxial discs one radius apart 0.382; strips as far apart as wide 0.4142."""
    assert ballistic.planes("via", np.asarray(0.5)) == pytest.approx((3 - math.sqrt(5)) / 2)
    assert ballistic.planes("trench", np.asarray(1.0)) == pytest.approx(math.sqrt(2) - 1)


@given(GEOMETRIES, st.floats(0.5, 20.0), st.floats(1e-3, 1.0), st.floats(0.5, 0.99))
def test_dose_and_profile_fit_each_other(geometry: Any, aspect_ratio: float, sticking: float, coverage: float) -> None:
    made = ballistic.saturation(geometry, aspect_ratio, sticking, coverage, cells=40)
    again = ballistic.profile(geometry, aspect_ratio, sticking, made.time, cells=40)
    assert made.coverage.min() == pytest.approx(coverage, abs=1e-7)
    assert again.coverage == pytest.approx(made.coverage, abs=1e-6)


@given(GEOMETRIES, st.floats(0.5, 20.0), st.floats(1e-3, 0.5))
def test_molecules_are_kept(geometry: Any, aspect_ratio: float, sticking: float) -> None:
    """What went in and did not leave through the opening has reacted."""
    shape = ballistic.feature(geometry, aspect_ratio, 40)
    seen = ballistic.exposure(shape, sticking, 30.0)
    covered = 1.0 - np.exp(-sticking * seen)
    wall = (4.0 if geometry == "via" else 2.0) * aspect_ratio / 40
    areas = np.append(np.full(40, wall), 1.0)
    left = float(np.sum(areas * (seen - covered) * shape.sky))
    assert left + float(np.sum(areas * covered)) == pytest.approx(30.0, rel=1e-6)


def test_shallow_features_are_flat_ground() -> None:
    made = ballistic.profile("via", 1e-5, 0.1, math.log(20.0) / 0.1)
    assert made.coverage[-1] == pytest.approx(0.95, abs=1e-4)


def test_recombination_costs_dose_and_a_plasma_cannot_reach_far() -> None:
    times = [ballistic.saturation("via", 10, 0.1, 0.95, lost).time for lost in (0.0, 0.001, 0.01, 0.05)]
    assert times == sorted(times) and times[-1] > 5 * times[0]


def test_integration_in_time_gives_the_same() -> None:
    """Second way: step the coverage with the flux that solves the linear balance of the moment."""
    shape = ballistic.feature("trench", 5, 20)
    sticking, end, steps = 0.2, 60.0, 6000
    covered = np.zeros(21)
    for _ in range(steps):
        stays = sticking * (1.0 - covered)
        flux = np.linalg.solve(np.eye(21) - shape.view * (1.0 - stays)[None, :], shape.sky)
        covered = 1.0 - (1.0 - covered) * np.exp(-sticking * flux * end / steps)
    made = ballistic.profile("trench", 5, sticking, end, cells=20)
    assert made.coverage == pytest.approx(covered, abs=2e-3)


def test_closed_forms_stay_within_their_bounds() -> None:
    for aspect_ratio in (5.0, 15.0, 40.0):
        for sticking in (0.002, 0.05, 1.0):
            via = ballistic.saturation("via", aspect_ratio, sticking, 0.95).time
            assert 0.99 < closed.via_dose(aspect_ratio, sticking, 0.95) / via < 1.10
            trench = ballistic.saturation("trench", aspect_ratio, sticking, 0.95).time
            assert 0.99 < closed.trench_dose(aspect_ratio, sticking, 0.95) / trench < 1.32


@pytest.mark.parametrize(
    ("geometry", "lost"), [("via", 0.0), ("trench", 0.0), ("trench", 0.01), ("trench", 0.05), ("via", 0.02)]
)
def test_against_machball(geometry: Any, lost: float) -> None:
    """The same model, solved by small steps of coverage; and slower in the same run."""
    machball = pytest.importorskip("machball", reason="oracle of the dose, a development dependency")
    features, solver = machball.ballistic.features, machball.ballistic.ballistic
    start = time.perf_counter()
    shape = (features.Via if geometry == "via" else features.Trench)(10, 80)
    times = solver.solve_ideal(shape, 0.1, betarec=lost, endcov=0.95, ep=0.01, verbose=False)[0]
    theirs, middle = time.perf_counter() - start, time.perf_counter()
    made = ballistic.saturation(geometry, 10, 0.1, 0.95, lost, cells=80)
    assert made.time == pytest.approx(times[-1], rel=0.01)
    assert time.perf_counter() - middle < theirs


def test_long_vias_are_as_a_fine_grid_says(sticking: float = 1e-3) -> None:
    """640 rings over a depth of 250 diameters let too much through: 0.5 % too little dose, 34 % at 1000."""
    fine, coarse = (ballistic.saturation("via", 250, sticking, 0.95, cells=n) for n in (1000, 500))
    converged = fine.time + (fine.time - coarse.time) / 3.0
    assert ballistic.saturation("via", 250, sticking, 0.95).time == pytest.approx(converged, rel=1e-3)
    half = ballistic.profile("via", 250, sticking, converged / 2)
    there = ballistic.profile("via", 250, sticking, converged / 2, cells=1000)
    assert np.interp(PLACES, half.depth, half.coverage) == pytest.approx(
        np.interp(PLACES, there.depth, there.coverage), abs=0.02
    )


@pytest.mark.parametrize("aspect_ratio", [300, 1000])
def test_dose_of_very_long_vias_meets_the_closed_form(aspect_ratio: float) -> None:
    """Exact for long vias that are limited by diffusion."""
    made = ballistic.saturation("via", aspect_ratio, 0.01, 0.95).time
    assert made == pytest.approx(closed.via_dose(aspect_ratio, 0.01, 0.95), rel=6e-3)
