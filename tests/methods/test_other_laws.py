"""Laws of imprint, laser, fringes, stamps, ice, vessels and furnaces against second formulas and handbook values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from fabplan.methods import (
    chemical_vapour_deposition as cvd,
)
from fabplan.methods import (
    co_sputter,
    freeze_drying,
    freeze_tape_casting,
    holographic_lithography,
    hydrothermal_growth,
    imprint_lithography,
    laser_scribing,
    mask_assisted_filtration,
    ploughing_extrusion,
    pulsed_laser_deposition,
    stencil_printing,
    transfer_printing,
)
from fabplan.methods.base import Work
from tests.methods.shipped import settings


def test_squeeze_time_is_the_integral_of_stefans_law() -> None:
    """dh/dt = -p h^3/(eta s^2), from h0 to hf."""
    made = settings(
        "imprint-lithography", viscosity="1000 Pa*s", land="10 um", pressure="4 MPa", start_thickness="300 nm",
        residual="50 nm",
    )  # fmt: skip
    slow = integrate.quad(lambda h: 1000.0 * (10e-6) ** 2 / (4e6 * h**3), 50e-9, 300e-9)[0]
    assert imprint_lithography.press_time(made) == pytest.approx(slow, rel=1e-6)


def test_fill_is_the_share_of_a_fringe_above_the_threshold() -> None:
    made = settings("holographic-lithography", dose="10 mJ/cm2", threshold="12 mJ/cm2", contrast=0.8)
    phase = np.linspace(0, 2 * math.pi, 200001)
    above = np.mean(10 * (1 + 0.8 * np.cos(phase)) >= 12)
    assert holographic_lithography.fill(made) == pytest.approx(float(above), abs=1e-4)


def test_fluence_at_the_rim_of_a_spot_is_the_threshold() -> None:
    made = settings("laser-scribing", beam_radius="10 um", fluence="2 J/cm2", threshold="0.4 J/cm2")
    radius = laser_scribing.spot(made) / 2
    assert 2 * math.exp(-2 * radius**2 / 10e-6**2) == pytest.approx(0.4)


def test_ploughing_keeps_the_volume() -> None:
    made = settings("ploughing-extrusion", depth="100 um", wedge_angle=60, pitch="300 um", crossed=False)
    wide = ploughing_extrusion.mouth(made)
    groove = 0.5 * wide * 100e-6
    assert ploughing_extrusion.fin_height(made) * (300e-6 - wide) == pytest.approx(groove)
    assert ploughing_extrusion.enhancement(made) > 1.0


def test_water_boils_at_its_boiling_point() -> None:
    assert hydrothermal_growth.pressure(373.15) == pytest.approx(101325, rel=1e-2)
    assert hydrothermal_growth.pressure(473.15) == pytest.approx(1.554e6, rel=1e-2)  # steam tables
    assert hydrothermal_growth.pressure(523.15) == pytest.approx(3.976e6, rel=1e-2)


def test_ice_at_its_triple_point() -> None:
    assert freeze_drying.ice_pressure(273.16) == pytest.approx(611.657, rel=1e-4)
    assert freeze_drying.ice_pressure(243.15) == pytest.approx(38.0, rel=5e-3)  # -30 degC


def test_ice_leaves_at_its_rate() -> None:
    made = settings("freeze-drying", solids=0.1, sublimation="0.5 kg/m2/h")
    assert freeze_drying.drying_time(made, Work(thickness=1e-3)) / 3600 == pytest.approx(0.917 * 0.9 / 0.5)


def test_coverage_solves_its_equation() -> None:
    """x'' = 3 beta a^2 x on [0, 1], x(0) = 1, x'(1) = 0."""
    made = settings("chemical-vapour-deposition", sticking=0.002)
    solved = integrate.solve_bvp(
        lambda z, y: np.vstack([y[1], 3 * 0.002 * 15.0**2 * y[0]]), lambda a, b: np.array([a[0] - 1, b[1]]),
        np.linspace(0, 1, 50), np.ones((2, 50)),
    )  # fmt: skip
    assert cvd.bottom_share(made, 15.0) == pytest.approx(float(solved.y[0, -1]), rel=1e-3)
    assert cvd.bottom_share(settings("chemical-vapour-deposition", sticking=1), 1e6) == pytest.approx(0.0, abs=1e-12)


def test_arrhenius_goes_through_its_reference() -> None:
    given = {"rate": "10 nm/min", "rate_temperature": "700 degC", "activation_energy": "1.5 eV"}
    here = settings("chemical-vapour-deposition", substrate_temperature="700 degC", **given)
    cold = settings("chemical-vapour-deposition", substrate_temperature="650 degC", **given)
    assert cvd.growth_rate(here) * 60e9 == pytest.approx(10.0)
    assert math.log(cvd.growth_rate(cold) / cvd.growth_rate(here)) == pytest.approx(
        -1.5 / 8.617333e-5 * (1 / 923.15 - 1 / 973.15), rel=1e-5
    )


def test_pulses_of_a_film() -> None:
    made = settings("pulsed-laser-deposition", pulse_growth="0.05 nm/cycle", frequency="10 Hz")
    assert pulsed_laser_deposition.pulses(made, Work(thickness=1e-6)) == 20000


def test_guns_add_up() -> None:
    first = {"target": "a", "rate": "2 nm/min", "rate_power": "50 W", "power": "100 W"}
    guns = [first, {"target": "b", "rate": "1 nm/min"}]
    made = settings("co-sputter", guns=guns)
    assert co_sputter.growth_rate(made) * 60e9 == pytest.approx(5.0)
    assert co_sputter.fractions(made) is None  # densities unknown: no composition is made up


def test_gap_and_thickness_are_inverse() -> None:
    made = settings("freeze-tape-casting", sinter_shrinkage=0.8, side_flow=0.9)
    gap = freeze_tape_casting.needed_gap(made, 100e-6)
    assert freeze_tape_casting.thickness(made, gap) == pytest.approx(100e-6)


def test_stencil_releases_like_its_trade_rule() -> None:
    """A long slot needs a width of 1.5 foils: the area ratio goes to W/2t."""
    made = settings("stencil-printing", foil="100 um", opening_width="132 um", opening_length="1 m")
    assert stencil_printing.area_ratio(made) == pytest.approx(0.66, rel=1e-3)


def test_filtered_mass_is_kept() -> None:
    made = settings("mask-assisted-filtration", loading="0.1 g/L", film_density="1 g/cm3")
    volume = mask_assisted_filtration.volume(made, Work(thickness=10e-6, area=1e-4))
    assert volume * 0.1 == pytest.approx(10e-6 * 1e-4 * 1000)


def test_stamps_hold_more_when_peeled_fast() -> None:
    made = settings("transfer-printing", slow_adhesion="0.1 J/m2", reference_speed="1 mm/s", exponent=0.6)
    assert transfer_printing.stamp_adhesion(made, 1e-3) == pytest.approx(0.2)
    assert transfer_printing.stamp_adhesion(made, 0.05) > transfer_printing.stamp_adhesion(made, 5e-4)
