"""What the report says of the designs that were not chosen."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.exporters import _candidates, report
from fabplan.planner.plan import Alternative, ParameterValue
from tests.exporters.sample_plan import sample_plan

SIZES = {
    name: ParameterValue(value, "m", "length", "a size", "search")
    for name, value in (("gap", 5e-5), ("width", 6e-5), ("height", 1e-4), ("bus", 1e-4), ("pad", 1e-4), ("rim", 1e-4))
}
PLAN = dataclasses.replace(sample_plan(), parameters=SIZES)


def other(**sizes: float) -> Alternative:
    values = {name: p.value for name, p in SIZES.items()} | sizes
    figures = (0.02, 0.05, 2e-4, 7200.0)
    return Alternative("thicker: most <energy>", PLAN.architecture, True, "50 um too high", values, *figures)


def differs(entry: Alternative) -> str:
    return _candidates.differs(entry, PLAN).replace("\u202f", " ")


def test_sizes_that_differ_are_named_the_most_different_first() -> None:
    assert differs(other(height=3e-4, gap=4e-5)) == "height 300 µm, not 100 µm; gap 40 µm, not 50 µm"
    assert differs(other(gap=5.01e-5)) == ""
    assert differs(dataclasses.replace(other(gap=1e-5), architecture="wire")) == ""
    many = other(**{name: 2 * p.value for name, p in SIZES.items()})
    assert differs(many).endswith("2 sizes more")
    assert differs(other(gap=0.0)) == "gap 0 nm, not 50 µm"


def test_the_table_and_the_plots_have_every_candidate() -> None:
    plan = dataclasses.replace(PLAN, alternatives=(other(gap=4e-5), other(width=1e-4)))
    known = dataclasses.replace(plan, steps=tuple(dataclasses.replace(s, duration=3600.0) for s in plan.steps))
    text = report.export(known)["report.html"].decode().replace("\u202f", " ")
    assert text.count("no. 2") >= 2 and "width 100 µm, not 60 µm" in text and "thicker: most &lt;energy&gt;" in text
    by_time, by_height = _candidates.by_time(known), _candidates.by_height(known)
    assert by_time is not None and by_height is not None
    assert [c["x"] for c in by_time.data["curves"]] == [[float(len(plan.steps))], [2.0], [2.0]]
    assert by_height.data["curves"][1]["y"] == [pytest.approx(0.02 / 3600 * 1e6, rel=1e-4)]
    assert _candidates.by_time(plan) is None  # a step of the chosen design has no time


def test_without_another_design_nothing_is_drawn() -> None:
    alone = dataclasses.replace(PLAN, alternatives=())
    assert _candidates.by_time(alone) is None and _candidates.by_height(alone) is None
    assert "No other design is listed" in report.export(alone)["report.html"].decode()
