"""Charge and pulses: Faraday's law, pulse trains, and what else grows by charge or field."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import _plating as plating
from fabplan.methods import (
    anodisation,
    biotemplating,
    electrodeposition,
    electrophoretic_deposition,
    electropolymerisation,
    pulsed_electrodeposition,
    template_electrodeposition,
)
from fabplan.methods.base import Work
from tests.methods.shipped import settings

NICKEL = {"molar_mass": "58.693 g/mol", "electrons": 2, "density": "8.908 g/cm3", "efficiency": 1}


def test_published_rates_at_ten_milliamperes() -> None:
    """0.205 um/min for nickel (table of computed rates)."""
    made = settings("electrodeposition", current_density="10 mA/cm2", **NICKEL)
    assert electrodeposition.growth_rate(made) * 60e6 == pytest.approx(0.2049, rel=1e-3)


@given(st.floats(0.0, 1e4), st.floats(1e-4, 1.0), st.floats(1e-4, 1.0), st.floats(0.0, 1e3), st.floats(0.0, 1e-2))
def test_mean_current_is_the_integral_over_a_period(p: float, on: float, off: float, r: float, back: float) -> None:
    period = on + off + back
    times = (np.arange(20000) + 0.5) * period / 20000
    current = np.where(times < on, p, np.where(times < on + off, 0.0, -r))
    assert plating.mean_current(p, on, off, r, back) == pytest.approx(float(current.mean()), abs=2e-4 * (p + r) + 1e-9)


def test_pulses_without_pause_are_direct_current() -> None:
    plain = settings("electrodeposition", current_density="10 mA/cm2", **NICKEL)
    train = settings("pulsed-electrodeposition", peak_current="10 mA/cm2", on_time="1 s", off_time="0 s", **NICKEL)
    assert pulsed_electrodeposition.growth_rate(train) == pytest.approx(electrodeposition.growth_rate(plain))


def test_an_open_template_is_plain_plating() -> None:
    plain = settings("electrodeposition", current_density="10 mA/cm2", **NICKEL)
    half, whole = (
        settings("template-electrodeposition", current_density="10 mA/cm2", open_share=share, **NICKEL)
        for share in (0.26, 1)
    )
    assert template_electrodeposition.growth_rate(whole) == pytest.approx(electrodeposition.growth_rate(plain))
    assert template_electrodeposition.growth_rate(half) * 0.26 == pytest.approx(electrodeposition.growth_rate(plain))
    assert template_electrodeposition.porosity(half) == pytest.approx(0.74)  # inverse of close-packed spheres


def test_charge_of_a_polymer_is_current_times_time() -> None:
    made = settings(
        "electropolymerisation", current_density="0.1 mA/cm2", molar_mass="100 g/mol", electrons=2.25,
        density="1.3 g/cm3", efficiency=0.8,
    )  # fmt: skip
    work = Work(thickness=50e-9, area=1e-5, enhancement=4.0)
    current = 1.0 * work.area * work.enhancement
    time = work.thickness / electropolymerisation.growth_rate(made)
    assert electropolymerisation.charge(made, work) == pytest.approx(current * time)


def test_electrophoresis_by_its_mass() -> None:
    """Hamaker: mass per area = c mu E t."""
    made = settings(
        "electrophoretic-deposition", voltage="60 V", electrode_gap="15 mm", loading="10 g/L", zeta="50 mV",
        relative_permittivity=20, viscosity="2.4e-3 Pa*s", density="3.6 g/cm3", porosity=0.5,
    )  # fmt: skip
    mobility = 8.854e-12 * 20 * 0.05 / 2.4e-3
    assert electrophoretic_deposition.mobility(made) == pytest.approx(mobility, rel=1e-4)
    mass = 10.0 * mobility * 4000.0  # kg/m2/s
    assert electrophoretic_deposition.growth_rate(made) * 3600.0 * 0.5 == pytest.approx(mass, rel=1e-4)


def test_pores_of_oxalic_alumina() -> None:
    """100 nm apart at 40 V; a tenth open at 33 nm."""
    made = settings("anodisation", voltage="40 V", pitch_per_volt=2.5, pore_diameter="33.2 nm")
    assert anodisation.pitch(made) == pytest.approx(100e-9)
    assert anodisation.porosity(made) == pytest.approx(0.1, rel=1e-3)
    touching = settings("anodisation", voltage="40 V", pitch_per_volt=2.5, pore_diameter="100 nm")
    assert anodisation.porosity(touching) == pytest.approx(math.pi / math.sqrt(12))


def test_area_of_standing_rods() -> None:
    made = settings("biotemplating", rod_length="300 nm", rod_radius="9 nm", spacing="100 nm", shell="20 nm")
    assert biotemplating.enhancement(made) == pytest.approx(1 + 2 * math.pi * 29 * 300 / 1e4)
    assert biotemplating.enhancement(made, 10e-9) > biotemplating.enhancement(made)


def test_pulse_layer_stays_below_that_of_direct_current() -> None:
    thin = plating.pulse_layer(6e-10, 1e-3, 0.1)
    assert thin == pytest.approx(1.04e-6, rel=1e-2)
    assert plating.limiting_current(2, 6e-10, 1000.0, thin) > plating.limiting_current(2, 6e-10, 1000.0, 100e-6)
