"""Lines of a sheet: units people use, origin of computed values, unknowns that spread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _sheet as sheet
from fabplan.records import Quantity
from tests.methods.shipped import settings


@pytest.mark.parametrize(
    ("value", "dimension", "text"),
    [
        (1.1e-10, "growth_per_cycle", "1.1 angstrom/cycle"), (5 / 60, "heating_rate", "5 K/min"),
        (4000 / 60, "rate", "4000 rpm"), (1.9e-13, "volumetric_flow", "0.19 nL/s"),
        (5e-8, "volumetric_flow", "3 mL/min"),
        (2e4, "power_density", "2 W/cm2"), (1500.0, "areal_dose", "150 mJ/cm2"), (0.0, "volumetric_flow", "0 nL/s"),
        (None, "rate", "unknown"), (873.15, "temperature", "600 degC"), (24.6e-6, "areal_volume", "24.6 cm3/m2"),
    ],
)  # fmt: skip
def test_units_are_those_on_the_tool(value: float | None, dimension: str, text: str) -> None:
    assert sheet.shown(value, dimension) == text


def test_absent_and_unknown_fields_ask_to_calibrate() -> None:
    made = settings("sputter", rate={"value": "unknown", "source": "nobody", "confidence": "medium"})
    power, rate = sheet.entered(made, "power", "rate")
    assert power.value is rate.value is None
    assert power.shown == rate.shown == "unknown"
    assert (power.source, rate.source) == ("not given by the recipe", "nobody")
    assert power.confidence == rate.confidence == "low"
    assert sheet.present(made, "power") == ()


def test_range_and_gas_stand_in_the_note() -> None:
    made = settings("sputter", pressure={"value": "0.5 Pa", "range": ["0.3 Pa", "0.7 Pa"], "note": "steady"})
    (point,) = sheet.noted(sheet.entered(made, "pressure"), "Ar, 25 sccm")
    low, high = (sheet.shown(p, "pressure") for p in (0.3, 0.7))
    assert point.note == f"Ar, 25 sccm; steady; range {low} to {high}"


def test_computed_values_are_as_good_as_their_worst_input() -> None:
    good, bad = Quantity(1.0, "length", "book", "high"), Quantity(2.0, "length", "memory", "low")
    point = sheet.derived("Sum", 3.0, "length", "a + b", good, bad, None)
    assert point.confidence == "low"
    assert point.source == "computed: a + b; from book; memory"
    assert sheet.derived("Sum", 3.0, "length", "as designed").confidence == "high"
    assert sheet.derived("Sum", None, "length", "a + b", good).confidence == "low"


@given(st.lists(st.floats(0.0, 1e6), max_size=5), st.integers(0, 5))
def test_one_unknown_makes_all_unknown(parts: list[float], where: int) -> None:
    assert sheet.total(*parts) == pytest.approx(sum(parts))
    holed = [*parts[:where], None, *parts[where:]]
    assert sheet.total(*holed) is None
    assert sheet.product(*holed) is None
    assert sheet.ratio(None, 1.0) is sheet.ratio(1.0, None) is sheet.ratio(1.0, 0.0) is None


def test_rounding_of_units_is_no_excess() -> None:
    assert not sheet.exceeds(50e-6, 50 * 1e-6)
    assert sheet.exceeds(50.001e-6, 50e-6)
