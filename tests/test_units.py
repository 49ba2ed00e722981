"""Quantities at the door."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan import units
from fabplan.errors import BadInput

# The right-hand sides are worked out by hand from the definitions of the SI.
KNOWN = [
    ("20 uAh", "charge", 0.072),
    ("131.4 uAh/cm2", "areal_charge", 131.4e-6 * 3600 / 1e-4),
    ("1.5 mAh/cm^2", "areal_charge", 54000.0),
    ("170 mAh/g", "specific_charge", 0.17 * 3600 / 1e-3),
    ("9.7 J/cm2", "areal_energy", 97000.0),
    ("30 um", "length", 30e-6),
    ("30 µm", "length", 30e-6),
    ("30 μm", "length", 30e-6),
    ("1.1 Å/cycle", "growth_per_cycle", 1.1e-10),
    ("1 in", "length", 0.0254),
    ("600 degC", "temperature", 873.15),
    ("298.15 K", "temperature", 298.15),
    ("-20 °C", "temperature", 253.15),
    ("2 h", "time", 7200.0),
    ("5 nm/min", "growth_rate", 5e-9 / 60),
    ("1 mS/cm", "conductivity", 0.1),
    ("1e-14 cm2/s", "diffusivity", 1e-18),
    ("1 mol/L", "concentration", 1000.0),
    ("1 M", "concentration", 1000.0),
    ("600 psi", "pressure", 600 * 0.45359237 * 9.80665 / 0.0254**2),
    ("760 Torr", "pressure", 101325.0),
    ("5 mTorr", "pressure", 5e-3 * 101325 / 760),
    ("2.3 g/cm3", "density", 2300.0),
    ("100 ohm*cm2", "areal_resistance", 0.01),
    ("100 Ω·cm²", "areal_resistance", 0.01),
    ("2 W/cm2", "power_density", 2e4),
    ("0.5", "number", 0.5),
    ("50 %", "number", 0.5),
    ("1 g/m2/day", "vapour_transmission", 1e-3 / 86400),
    ("20 sccm", "flow", 20e-6 * 101325 / (8.31446261815324 * 273.15) / 60),
    ("3000 rpm", "rate", 50.0),
    ("0.5 eV", "activation_energy", 0.5 * 1.602176634e-19),
]


@pytest.mark.parametrize(("text", "dimension", "value"), KNOWN)
def test_known_quantities(text: str, dimension: str, value: float) -> None:
    assert units.parse(text, dimension, "x") == pytest.approx(value, rel=2e-4 if "sccm" in text else 1e-12)


REFUSED = [
    ("20 um", "charge", "not a charge"), ("20", "charge", "unit is missing"), (20, "charge", "unit is missing"),
    ("nan uAh", "charge", "not a quantity"), ("inf uAh", "charge", "not a quantity"), ("uAh", "charge", "not a quan"),
    ("", "charge", "not a quantity"), ("20 parsec", "length", "unknown unit"), ("1e999 m", "length", "finite"),
    (True, "number", "not a quantity"), ([1], "length", "not a quantity"), (None, "length", "not a quantity"),
    ({"a": 1}, "length", "not a quantity"), (float("nan"), "number", "finite"), (float("inf"), "number", "finite"),
    ("1 m m", "length", "not a length"), ("1 m2", "length", "not a length"), ("1 kkm", "length", "unknown unit"),
    ("1 degC/s", "heating_rate", "unknown unit"), ("1 mm; DROP", "length", "unknown unit"), ("0x10 m", "length", ""),
    ("1 m\x00", "length", "unknown unit"), ("٣ m", "charge", "not a charge"), ("1e308 Gm", "length", "finite"),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "dimension", "what"), REFUSED)
def test_refused_quantities(given_: object, dimension: str, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        units.parse(given_, dimension, "cell.toml: key")
    (problem,) = caught.value.problems
    assert what in problem.what
    assert problem.where == "cell.toml: key"
    assert len(str(problem)) < 300


@pytest.mark.parametrize("dimension", units.DIMENSIONS)
def test_every_dimension_reads_its_own_unit_and_example(dimension: str) -> None:
    if units.DIMENSIONS[dimension]:
        assert units.parse(f"2 {units.DIMENSIONS[dimension]}", dimension, "x") == pytest.approx(2.0)
    assert math.isfinite(units.parse(units.example(dimension), dimension, "x"))


SHOWABLE = [d for d in units.DIMENSIONS if d != "vapour_transmission"]


@given(st.sampled_from(SHOWABLE), st.floats(1e-12, 1e9))
def test_shown_text_reads_back(dimension: str, value: float) -> None:
    shown = units.show(value, dimension, digits=12)
    # The temperature scale is shifted: digits of a small kelvin value are lost on the way.
    tolerance = 1e-9 if dimension != "temperature" else 1e-3 + 0.1 / value
    assert units.parse(shown, dimension, "x") == pytest.approx(value, rel=tolerance)


@given(st.floats(-1e9, 1e9), st.sampled_from(["m", "V", "A", "s", "Pa"]), st.sampled_from(["", "m", "u", "k"]))
def test_prefixes_multiply(value: float, unit: str, prefix: str) -> None:
    factor = {"": 1.0, "m": 1e-3, "u": 1e-6, "k": 1e3}[prefix]
    dimension = {"m": "length", "V": "voltage", "A": "current", "s": "time", "Pa": "pressure"}[unit]
    assert units.parse(f"{value!r} {prefix}{unit}", dimension, "x") == pytest.approx(value * factor, rel=1e-12)


def test_show_says_what_is_unknown_and_never_minus_zero() -> None:
    assert units.show(None, "length") == "unknown"
    assert units.show(-0.0, "length") == "0 nm"
    assert units.show(5e-5, "length") == "50 um"
    assert units.show(0.9999, "length") == "1 m"
    assert units.show(873.15, "temperature") == "600 degC"
    assert units.show(123456.0, "number") == "123456"
