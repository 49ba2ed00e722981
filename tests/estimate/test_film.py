"""Thin films: reference discharges, planar limit of wires, the marched against the closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.estimate import film, film_march, points
from fabplan.estimate.cells import Cells, read_cells
from fabplan.estimate.designs import Films, take
from fabplan.estimate.run import estimate
from fabplan.estimate.trust import Doubt
from tests.estimate.examples import against_lithium, cells, discharges, document
from tests.estimate.test_spme import errors


@pytest.mark.parametrize("tier", ["auto", "accurate"])
def test_reference(tier: str) -> None:
    found = discharges("thin_film_discharge.json")
    capacity, voltage = errors(found, estimate(found.cells, tier))
    assert np.max(capacity) < 4e-4 and np.median(capacity) < 1e-4
    assert np.max(voltage) < 0.3e-3


def test_reference_closed_form_for_constant_diffusivity() -> None:
    found = discharges("thin_film_discharge.json")
    result = estimate(found.cells, "fast")
    capacity, voltage = errors(found, result)
    constant = ~estimate(found.cells, "auto").accurate
    assert np.max(capacity[constant]) < 2e-4 and np.max(voltage[constant]) < 0.4e-3
    assert np.max(capacity[~constant]) < 0.045


@settings(max_examples=10, deadline=None)
@given(st.floats(0.2, 40.0))
def test_a_thick_wire_is_flat(rate: float) -> None:
    given_document = document("film-planar", "film-coaxial", c_rates=[rate])
    given_document["cells"][1]["design"]["r0_m"] = 0.5
    flat, wire = estimate(read_cells(given_document, "x"), "fast").document()["results"]
    perimeter = 2.0 * np.pi * 0.5
    assert np.isclose(wire["capacity_Ah_m"] / perimeter, flat["capacity_Ah_m2"], rtol=1e-3)
    assert np.isclose(wire["mean_voltage_V"], flat["mean_voltage_V"], atol=1e-3)


@pytest.mark.parametrize("kind", ["film-planar", "film-coaxial"])
@pytest.mark.parametrize("rate", [0.5, 10.0, 60.0])
def test_marched_films_are_the_series_for_constant_diffusivity(kind: str, rate: float) -> None:
    fast, slow = (estimate(cells(kind, c_rates=[rate]), tier) for tier in ("fast", "accurate"))
    assert slow.accurate.all() and not fast.accurate.any()
    one_c = fast.current / rate * 3600.0
    trusted = not estimate(cells(kind, c_rates=[rate])).accurate[0]
    assert trusted == (kind == "film-planar" or rate < 1.0)
    assert np.allclose(fast.capacity / one_c, slow.capacity / one_c, atol=4e-4 if trusted else 4e-3)
    assert np.allclose(fast.mean_voltage, slow.mean_voltage, atol=5e-4 if trusted else 5e-3)


def test_marched_surface_is_the_series() -> None:
    films = cells("film-planar").groups[0].designs
    assert isinstance(films, Films)
    current = films.one_c_current * 5.0
    charges = film.longest_charge(films)[:, None] * np.array([[0.001, 0.01, 0.1, 0.4]])
    marched = film_march.march(films, current).surface(charges)
    closed = film.film_discharge(films, current).surface(charges)
    for ours, theirs in zip(marched, closed, strict=True):
        assert np.allclose(ours, theirs, atol=1e-3)


@pytest.mark.parametrize("slope", [-1.5, 1.5])
def test_slow_diffusion_at_the_start_costs_capacity(slope: float) -> None:
    """The stated diffusivity holds at 0.7; the cathode starts at 0.03."""
    given_document = document("film-planar", "film-planar", c_rates=[20.0])
    given_document["cells"][1]["design"]["pos"]["D_slope_b"] = slope
    plain, bent = estimate(read_cells(given_document, "x")).capacity
    assert (bent > plain) == (slope > 0.0)


def test_lithium_anodes_do_not_diffuse() -> None:
    made = read_cells(against_lithium(document("film-planar", "film-coaxial")), "x")
    for tier in ("fast", "accurate"):
        assert np.all(estimate(made, tier).capacity > 0.0)


def test_resistance_of_a_shell() -> None:
    films = cells("film-coaxial").groups[0].designs
    assert isinstance(films, Films)
    assert np.isclose(films.electrolyte_resistance[0], np.log(3.5 / 3.0) / (2.0 * np.pi * 2e-4))
    assert np.isclose(films.contact_resistance[0], 1e-4 / (2.0 * np.pi * 3e-6))
    assert np.isclose(films.positive.volume[0], np.pi * (9.0 - 4.0) * 1e-12)


def test_resizing_to_the_same_size_changes_nothing() -> None:
    films = cells("film-coaxial").groups[0].designs
    assert isinstance(films, Films)
    again = film.resized(films, np.array([2e-6]), np.array([1e-6]), np.array([5e-7]), np.array([1.2e-6]))
    assert again.negative.volume[0] == films.negative.volume[0]
    assert again.electrolyte_resistance[0] == films.electrolyte_resistance[0]
    assert take(again, slice(0, 1)).positive.thickness.shape == (1,)


def varied(count: int) -> Cells:
    """Film cells of both kinds whose diffusivity varies: slopes to 2.5 decades, 0.3 to 10 um, wires down to 0.1 um."""
    random = np.random.default_rng(5)
    given_document = document(*["film-planar"] * count, *["film-coaxial"] * count, c_rates=[1.0, 10.0, 60.0])
    for cell in given_document["cells"]:
        own, thick = cell["design"], float(10.0 ** random.uniform(-6.5, -5.0))
        own["pos"] |= {
            "D_slope_b": float(random.uniform(-2.5, 2.5)),
            "L_m": thick,
            "D_s": float(10.0 ** random.uniform(-16.0, -13.5)),
        }
        own["neg"] |= {"L_m": 1.2 * thick, "D_slope_b": float(random.uniform(-1.0, 1.0))}
        if "r0_m" in own:
            own["r0_m"] = float(10.0 ** random.uniform(-7.0, -5.0))
    return read_cells(given_document, "varied")


@pytest.mark.parametrize("compiled", [False, True])
def test_steep_diffusivities_end_at_the_first_full_surface(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scheme makes of a full surface is no voltage; an independent solver ends at 0.434, 0.139, 0.0142."""
    if compiled:
        pytest.importorskip("numba", reason="numba (extra fast) is not installed")
        monkeypatch.setattr(points, "WORTH_COMPILING", 1)
    made = document("film-planar", c_rates=[0.1, 1.0, 10.0])
    own = made["cells"][0]["design"]
    own["pos"] |= {"D_slope_b": 3.61, "D_s": own["pos"]["L_m"] ** 2 / 2.21e5}
    found = estimate(read_cells(made, "x"))
    assert found.accurate.all() and np.all(found.doubt == Doubt.STEEP)
    assert np.allclose(found.capacity / (found.current / found.c_rate * 3600.0), [0.434, 0.139, 0.0142], atol=0.008)
    assert np.all((found.mean_voltage > 1.0) & (found.mean_voltage < 1.9))


def test_a_march_that_does_not_hold_says_so() -> None:
    """No cells file may ask for so steep a diffusivity; here the closed form answers and is flagged."""
    made = cells("film-planar")
    films = made.groups[0].designs
    assert isinstance(films, Films)
    steep = replace(films, positive=replace(films.positive, diffusivity_slope=np.full(1, 23.0)))
    many = take(steep, np.zeros(60, dtype=np.intp))
    with np.errstate(all="ignore"):
        found = points.answer_films(many, made.materials, np.geomspace(0.01, 50.0, 60), "auto")
    assert np.all(found.accurate == (found.doubt == Doubt.STEEP))
    assert np.any(found.doubt == Doubt.STUCK)
    assert np.all(found.energy < 1.9 * found.capacity)


def test_a_finer_mesh_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "WORTH_COMPILING", 1)  # by loops where numba is: arrays are held against them
    made = varied(6)
    usual = estimate(made, "accurate")
    for name, value in {"_CELLS": 100, "_GROWTH": 1.025, "_STEPS": 240, "_ITERATIONS": 3}.items():
        monkeypatch.setattr(film_march, name, value)
    fine = estimate(made, "accurate")
    off = np.abs(usual.capacity - fine.capacity) / (fine.current / fine.c_rate * 3600.0)
    assert np.median(off) < 3e-4 and np.max(off) < 5e-3


def test_compiled_films_are_the_same() -> None:
    pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    for group in varied(40).groups:
        films = group.designs
        assert isinstance(films, Films)
        current = films.one_c_current * np.linspace(0.2, 30.0, len(films.cutoff))
        with np.errstate(all="ignore"):
            arrays, loops = (film_march.march(films, current, compiled) for compiled in (False, True))
        assert np.allclose(arrays.positive_surface, loops.positive_surface, rtol=0.0, atol=1e-9)
        assert np.allclose(arrays.negative_surface, loops.negative_surface, rtol=0.0, atol=1e-9)


def test_compiled_lithium_stands_still() -> None:
    pytest.importorskip("numba", reason="numba (extra fast) is not installed")
    films = read_cells(against_lithium(document("film-coaxial")), "x").groups[0].designs
    assert isinstance(films, Films)
    assert np.all(film_march.march(films, films.one_c_current, True).negative_surface == 0.5)
