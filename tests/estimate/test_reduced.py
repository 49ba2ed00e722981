"""The linear model under any current: against the closed forms it shares its physics with, and exact identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.estimate import reduced
from fabplan.estimate.cells import read_cells
from fabplan.estimate.curves import curves
from tests.estimate.examples import against_lithium, cells, document

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")


@pytest.mark.parametrize("lithium", [False, True])
def test_constant_current_is_the_closed_form(lithium: bool) -> None:
    given_document = document(*KINDS, c_rates=[1.0])
    made = read_cells(against_lithium(given_document) if lithium else given_document, "x")
    for model, curve in zip(reduced.reduce(made), curves(made, "fast"), strict=True):
        times = curve.capacity * 3600.0 / model.scale / model.one_c
        states = np.array([reduced.advance(model, reduced.rest(model), model.one_c, time) for time in times])
        volts = reduced.outputs(model, states, np.full(len(times), model.one_c)).voltage
        inner = slice(1, -1)
        assert np.max(np.abs(volts - curve.voltage)[inner]) < 2e-3, model.id


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(-5.0, 5.0), st.floats(1e-3, 500.0)), min_size=1, max_size=3), st.integers(1, 40))
def test_a_jump_over_periods_is_the_same_as_walking(pattern: list[tuple[float, float]], times: int) -> None:
    for model in reduced.reduce(cells("porous-stack", "film-coaxial")):
        flows = [(current * model.one_c, seconds) for current, seconds in pattern]
        state = begin = reduced.advance(model, reduced.rest(model), model.one_c, 100.0)
        for _ in range(times):
            for current, seconds in flows:
                state = reduced.advance(model, state, current, seconds)
        jumped = reduced.repeat(model, begin, flows, times)
        scale = np.abs(state).max() + sum(abs(c) * s for c, s in flows) * times * np.abs(model.gains).max() * 1e-3
        assert np.allclose(jumped, state, rtol=1e-7, atol=1e-9 * scale)


def test_steps_add_up() -> None:
    for model in reduced.reduce(cells(*KINDS)):
        once = reduced.advance(model, reduced.rest(model), model.one_c, 60.0)
        twice = reduced.advance(model, reduced.rest(model), model.one_c, 20.0)
        twice = reduced.advance(model, twice, model.one_c, 40.0)
        assert np.allclose(once, twice, rtol=1e-10, atol=1e-12 * np.abs(once).max())


def test_salt_is_conserved_and_rests_even() -> None:
    model = reduced.reduce(cells("porous-stack"))[0]
    state = reduced.advance(model, reduced.rest(model), 10.0 * model.one_c, 50.0)
    shown = model.base + model.weights @ state
    layers = model.designs
    hold = np.array(
        [
            (layers.negative.storage * layers.negative.thickness)[0],
            (layers.separator_storage * layers.separator_thickness)[0],
            (layers.positive.storage * layers.positive.thickness)[0],
        ]
    )
    assert shown[2] > 1000.0 > shown[4]
    assert np.isclose(hold @ shown[2:] / hold.sum(), 1000.0, rtol=1e-9)
    rested = model.base + model.weights @ reduced.advance(model, state, 0.0, 1e6)
    assert np.allclose(rested[2:], 1000.0)


def test_rest_is_the_open_circuit() -> None:
    for model in reduced.reduce(cells(*KINDS)):
        state = reduced.advance(model, reduced.rest(model), model.one_c, 1000.0)
        state = reduced.advance(model, state, 0.0, 1e9)
        assert np.isclose(reduced.outputs(model, state, 0.0).voltage[0], reduced.open_circuit(model, state), atol=1e-9)
        assert np.isclose(reduced.charge_left(model, state), 1000.0 * model.one_c)


def test_charge_mirrors_discharge_at_small_currents() -> None:
    for model in reduced.reduce(cells(*KINDS)):
        state = reduced.advance(model, reduced.rest(model), model.one_c, 1800.0)
        state = reduced.advance(model, state, 0.0, 1e9)
        middle, down, up = (
            float(
                reduced.outputs(model, reduced.advance(model, state, c * model.one_c, 1.0), c * model.one_c).voltage[0]
            )
            for c in (0.0, 1e-3, -1e-3)
        )
        assert down < middle < up and np.isclose(up - middle, middle - down, rtol=1e-2)
