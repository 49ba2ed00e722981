"""Published figures beside ours: each is divided by what it was stated per."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.planner.compare import Areas
from tests.planner.plans import catalog, shipped_plan


def test_a_figure_per_micrometre_is_compared_per_micrometre() -> None:
    plan = shipped_plan("laminated-thin-film")
    film = plan.geometry["cathode_volume_m3"] / plan.geometry["cathode_area_m2"]
    assert film > 1.2e-6  # else a comparison per cell would not be told apart
    found = next(c for c in plan.comparisons if c.device.id == "ornl-li-lipon-lco" and c.spread is not None)
    per_area = plan.estimate["areal_capacity_active_Ah_m2"] * 3600.0
    assert found.ours == pytest.approx(per_area * 1e-6 / film, rel=1e-6)
    assert found.inside


def test_films_of_a_figure() -> None:
    figure = catalog().devices["ornl-li-lipon-lco"].figures[0]
    assert Areas(1.0, 1.0, 3e-6).films(figure) == pytest.approx(3.0)
    assert Areas(1.0, 1.0).films(figure) is None  # nothing to divide by
    assert Areas(1.0, 1.0).films(dataclasses.replace(figure, film=None)) == 1.0
