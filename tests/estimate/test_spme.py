"""Closed form of porous cells: reference discharges, and what must hold for any cell."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import Result, estimate
from tests.estimate.examples import Discharges, against_lithium, cells, discharges, document


def errors(found: Discharges, result: Result) -> tuple[np.ndarray, np.ndarray]:
    """Capacity error over the 1C capacity, mean voltage error [V], per point."""
    one_c = result.current / result.c_rate * 3600.0
    keys = list(zip(result.ids, result.c_rate.tolist(), strict=True))
    capacity = np.array([found.capacity[key] for key in keys])
    voltage = np.array([found.voltage[key] for key in keys])
    return np.abs(result.capacity / one_c - capacity), np.abs(result.mean_voltage - voltage)


@pytest.mark.parametrize("name", ["dfn_discharge.json", "interdigital_discharge.json"])
def test_reference_where_salt_suffices(name: str) -> None:
    found = discharges(name)
    result = estimate(found.cells, "fast")
    capacity, voltage = errors(found, result)
    calm = result.salt_depletion < 0.3
    assert np.count_nonzero(calm) > 80
    assert np.max(capacity[calm]) < 0.002 and np.median(capacity[calm]) < 5e-5
    assert np.percentile(voltage[calm], 95) < 5e-3 and np.median(voltage[calm]) < 3e-4


def test_reference_up_to_half_depletion() -> None:
    found = discharges("dfn_discharge.json")
    result = estimate(found.cells, "fast")
    capacity, _ = errors(found, result)
    assert np.max(capacity[result.salt_depletion < 0.5]) < 0.003


def test_front_is_better_than_none() -> None:
    """Beyond depletion 1 the plain closed form is off by a third of the capacity."""
    found = discharges("dfn_discharge.json")
    result = estimate(found.cells, "fast")
    capacity, _ = errors(found, result)
    assert np.median(capacity[result.salt_depletion > 1.0]) < 0.2


rates = st.floats(0.05, 30.0)


@settings(max_examples=40, deadline=None)
@given(rates, st.floats(1.05, 4.0), st.sampled_from(["porous-stack", "interdigital", "film-planar", "film-coaxial"]))
def test_capacity_and_voltage_fall_with_the_rate(rate: float, factor: float, kind: str) -> None:
    result = estimate(cells(kind), "fast", [rate, factor * rate])
    assert result.capacity[1] <= result.capacity[0] * (1.0 + 1e-4)
    assert result.mean_voltage[1] <= result.mean_voltage[0] + 1e-4 or result.capacity[1] < 0.9 * result.capacity[0]
    assert np.all(result.capacity >= 0.0)


@settings(max_examples=25, deadline=None)
@given(st.floats(5e-6, 80e-6), st.floats(5e-6, 60e-6), st.floats(0.1, 20.0), st.floats(1e-17, 1e-13))
def test_no_more_than_the_sites_hold(thickness: float, separator: float, rate: float, diffusivity: float) -> None:
    given_document = document("porous-stack", c_rates=[rate])
    own = given_document["cells"][0]["design"]
    own["pos"] |= {"L_m": thickness, "D_s": diffusivity}
    own["sep"]["L_m"] = separator
    made = read_cells(given_document, "x")
    result = estimate(made, "fast")
    sites = made.groups[0].designs.positive.site_charge[0]
    assert 0.0 <= result.capacity[0] <= sites * 0.97 * (1.0 + 1e-9)
    assert result.mean_voltage[0] == 0.0 or 1.0 <= result.mean_voltage[0] < 2.5


def test_one_of_many_is_the_cell_alone() -> None:
    given_document = document("porous-stack", "porous-stack", "porous-stack")
    given_document["cells"][1]["design"]["pos"]["L_m"] = 45e-6
    together = estimate(read_cells(given_document, "x"), "fast")
    for place in range(3):
        alone = copy.deepcopy(given_document)
        alone["cells"] = alone["cells"][place : place + 1]
        single = estimate(read_cells(alone, "x"), "fast")
        rows = slice(3 * place, 3 * place + 3)
        assert np.allclose(together.capacity[rows], single.capacity, rtol=1e-12)
        assert np.allclose(together.energy[rows], single.energy, rtol=1e-12)


def test_slow_discharge_is_the_open_circuit_voltage() -> None:
    """At a vanishing rate the energy is the integral between the potentials."""
    made = read_cells(against_lithium(document("porous-stack", c_rates=[1e-4])), "x")
    result = estimate(made, "fast")
    x = np.linspace(0.03, 1.0, 200001)
    volts = 3.4077 - 0.020269 * x + 0.5 * np.exp(-150.0 * x) - 0.9 * np.exp(-30.0 * (1.0 - x))
    last = np.flatnonzero(volts >= 2.5)[-1]
    designs = made.groups[0].designs
    assert np.isclose(result.capacity[0], (x[last] - 0.03) * designs.positive.site_charge[0], rtol=2e-4)
    mean = np.trapezoid(volts[: last + 1], x[: last + 1]) / (x[last] - 0.03)
    assert np.isclose(result.mean_voltage[0], mean, atol=1e-3)


def test_contact_resistance_is_an_ohmic_drop() -> None:
    plain, resistive = document("porous-stack", c_rates=[1.0]), document("porous-stack", c_rates=[1.0])
    resistive["cells"][0]["design"]["contact_ohm_m2"] += 1e-3
    before, after = (estimate(read_cells(made, "x"), "fast") for made in (plain, resistive))
    assert np.isclose(before.mean_voltage[0] - after.mean_voltage[0], 1e-3 * before.current[0], rtol=0.1)
