"""Films from the vapour: time, adhesion metal, coverage, uniformity."""

from __future__ import annotations

import dataclasses
import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _vapour as vapour
from fabplan.methods import evaporation, sputter
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings


def test_time_of_the_published_rates() -> None:
    """10 nm titanium at 1.34 nm/min and 200 nm platinum at 4.1 nm/min."""
    item = recipe("sputter-ti-pt-shadow")
    minutes = vapour.growth_time(Work(thickness=210e-9), sputter.growth_rate(item.settings), item.settings.adhesion)
    assert minutes / 60 == pytest.approx(10 / 1.34 + 200 / 4.1)


def test_a_film_thinner_than_its_adhesion_metal_takes_no_negative_time() -> None:
    item = recipe("evaporate-ti-au-liftoff")
    assert vapour.main_thickness(Work(thickness=5e-9), item.settings.adhesion) == 0.0
    assert evaporation.duration(item.settings, Work(thickness=5e-9)) > 0.0


def test_rate_follows_the_power() -> None:
    made = settings("sputter", rate="2.5 nm/min", rate_power="75 W", power="150 W")
    assert sputter.growth_rate(made) * 60e9 == pytest.approx(5.0)  # measured: 5.23
    same = settings("sputter", rate="2.5 nm/min", power="150 W")
    assert sputter.growth_rate(same) * 60e9 == pytest.approx(2.5)


def test_power_density_of_a_round_target() -> None:
    made = settings("sputter", power="100 W", target_diameter="3 in")
    assert sputter.target_power_density(made) / 1e4 == pytest.approx(100 / 45.6, rel=1e-3)


def test_heated_runs_count_their_ramps() -> None:
    work = Work(thickness=1e-6)
    cold, hot = (settings("sputter", rate="5 nm/min", substrate_temperature=t) for t in ("20 degC", "300 degC"))
    assert sputter.duration(hot, work) - sputter.duration(cold, work) == pytest.approx(280 * 6 + 280 * 12)


def test_hottest_of_holder_and_surface() -> None:
    made = settings("sputter", substrate_temperature="25 degC", surface_temperature="80 degC")
    assert sputter.temperature(made) == pytest.approx(353.15)
    assert sputter.temperature(settings("sputter")) is None


@given(st.floats(0.0, 2.0), st.floats(0.2, 3.0), st.floats(0.05, 2.0))
def test_ring_uniformity_is_the_integral_of_the_cosine_law(radius: float, height: float, ring: float) -> None:
    angle = np.linspace(0.0, 2.0 * math.pi, 4000, endpoint=False)
    distance = (radius - ring * np.cos(angle)) ** 2 + (ring * np.sin(angle)) ** 2 + height**2
    here = float(np.mean(height**2 / distance**2))
    centre = height**2 / (height**2 + ring**2) ** 2
    assert vapour.ring_uniformity(radius, height, ring) == pytest.approx(here / centre, rel=1e-6)


@given(st.floats(0.0, 50.0))
def test_coverage_is_the_view_of_the_sky(aspect_ratio: float) -> None:
    half = math.atan2(0.5, aspect_ratio)
    assert vapour.trench_coverage(aspect_ratio) == pytest.approx(math.sin(half), rel=1e-12)
    angles = np.linspace(-half, half, 20001)
    assert np.trapezoid(np.cos(angles), angles) / 2 == pytest.approx(math.sin(half), rel=1e-6)


def test_small_source_is_a_ring_of_no_radius() -> None:
    assert vapour.ring_uniformity(0.05, 0.3, 1e-9) == pytest.approx(vapour.planar_source_uniformity(0.05, 0.3))


@pytest.mark.parametrize(
    ("name", "module"), [("sputter-ti-pt-shadow", sputter), ("evaporate-ti-au-liftoff", evaporation)]
)
def test_the_run_counts_the_adhesion_metal(name: str, module: ModuleType) -> None:
    """An empty run takes pumping and the adhesion metal; each further nanometre the rate of the main metal."""
    made = recipe(name).settings
    below, rate = made.adhesion.thickness.value, made.rate.value
    empty, bare, full = (module.duration(made, Work(thickness=t)) for t in (0.0, below, below + 100e-9))
    assert empty == bare  # the adhesion metal comes whole
    assert full - bare == pytest.approx(100e-9 / rate)
    without = module.duration(dataclasses.replace(made, adhesion=None), Work(thickness=0.0))
    assert bare - without == pytest.approx(below / made.adhesion.rate.value)
