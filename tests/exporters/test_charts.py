"""The plots: axes, units beside the tables of the plan, and what is left out when it is not known."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters._bars import gantt
from fabplan.exporters._charts import charts
from fabplan.exporters._plots import Curve, decades, plot
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()


def test_ragone_shows_the_areal_energy_and_power_of_the_plan() -> None:
    chart = charts(PLAN)["ragone"]
    assert chart is not None and chart.data["x_unit"] == "mW/cm²" and chart.data["y_unit"] == "mWh/cm²"
    ours = chart.data["curves"][0]
    per_area = PLAN.estimate["areal_capacity_Ah_m2"] / PLAN.estimate["capacity_Ah"]  # 1/m2
    for rate, power, energy in zip(PLAN.estimate["rates"], ours["x"], ours["y"], strict=True):
        assert power == pytest.approx(rate["mean_power_W"] * per_area / 1e4 * 1e3, rel=1e-4)
        assert energy == pytest.approx(rate["energy_Wh"] * per_area / 1e4 * 1e3, rel=1e-4)


def test_a_published_cell_stands_beside_ours_when_it_names_both() -> None:
    device = PLAN.comparisons[0].device
    both = tuple(
        dataclasses.replace(PLAN.comparisons[0], what=what, published=value, unit=unit)
        for what, value, unit in (("areal_energy", 97_000.0, "J/m2"), ("areal_power", 27.0, "W/m2"))
    )
    chart = charts(dataclasses.replace(PLAN, comparisons=both))["ragone"]
    assert chart is not None
    (published,) = chart.data["curves"][1:]
    # Sun 2013: 9.7 J/cm2 at 2.7 mW/cm2, so 2.69 mWh/cm2
    assert (
        published["label"] == device.name
        and published["x"] == [2.7]
        and published["y"] == [pytest.approx(2.694, rel=1e-3)]
    )
    alone = charts(dataclasses.replace(PLAN, comparisons=both[:1]))["ragone"]
    assert alone is not None and len(alone.data["curves"]) == 1


def test_candidates_and_discharge() -> None:
    found = charts(PLAN)
    candidates, discharge = found["candidates"], found["discharge"]
    assert candidates is not None and [c["label"] for c in candidates.data["curves"]] == ["chosen", "no. 1"]
    assert candidates.data["curves"][1] == {"label": "no. 1", "x": [700.0], "y": [pytest.approx(5.8056)]}
    assert discharge is not None and discharge.data["curves"][1]["x"][-1] == pytest.approx(2.8)
    empty = charts(dataclasses.replace(PLAN, alternatives=(), curves=(), estimate={**PLAN.estimate, "rates": []}))
    assert set(empty.values()) == {None}


@given(st.lists(st.tuples(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9)), min_size=1, max_size=9))
def test_logarithmic_axes_cover_all_points(points: list[tuple[float, float]]) -> None:
    chart = plot([Curve("c", [x for x, _ in points], [y for _, y in points], True)], "x / a", "y / b", log=True)
    assert chart is not None and len(chart.lines[0].dots) == len(points)
    for x, y in chart.lines[0].dots:
        assert float(chart.left) - 0.02 <= float(x) <= float(chart.right) + 0.02
        assert float(chart.top) - 0.02 <= float(y) <= float(chart.bottom) + 0.02


@given(st.floats(1e-12, 1e12), st.floats(1.0, 1e9))
def test_decades_are_few_and_cover(low: float, ratio: float) -> None:
    found = decades(low, low * ratio)
    assert 2 <= len(found) <= 13 and found[0] <= low * (1 + 1e-8) and found[-1] >= low * ratio * (1 - 1e-8)


def test_values_that_are_no_numbers_are_left_out() -> None:
    chart = plot([Curve("c", [1.0, float("nan"), 2.0], [1.0, 1.0, float("inf")])], "x / a", "y / b")
    assert chart is not None and chart.data["curves"][0]["x"] == [1.0]
    assert plot([Curve("c", [-1.0], [2.0])], "x / a", "y / b", log=True) is None


def test_gantt_adds_up() -> None:
    spans = gantt([60.0, None, 180.0], [300.0, None, 600.0])
    assert [(s.start, s.length, s.known) for s in spans] == [("0", "25", True), ("25", "0", False), ("25", "75", True)]
    assert [s.warmth for s in spans] == ["0", "0", "100"]
    assert [s.length for s in gantt([None], [None])] == ["0"]
