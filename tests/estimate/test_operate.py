"""Pulses, power, charging, Ragone points: identities that hold for any cell."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate import operate, reduced
from fabplan.estimate.cells import read_cells
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.run import estimate
from tests.estimate.examples import cells, document

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")


@pytest.fixture(scope="module", params=KINDS)
def model(request: pytest.FixtureRequest) -> reduced.Reduced:
    return reduced.reduce(cells(request.param))[0]


def test_constant_current_is_the_estimate(model: reduced.Reduced) -> None:
    kind = model.id.rsplit("-", 1)[0]
    result = estimate(cells(kind, c_rates=[1.0]), "fast")
    found = operate.constant_current(model, reduced.rest(model), model.one_c, samples=200)
    assert np.isclose(found.charge * model.scale, result.capacity[0], rtol=2e-3)
    assert np.isclose(found.energy * model.scale, result.energy[0], rtol=2e-3)
    assert np.isclose(found.voltage[-1], model.cutoff, atol=1e-5)


def test_sag_grows_with_time_and_current(model: reduced.Reduced) -> None:
    state = operate.state_at(model, 0.4)
    small, large = (operate.sag(model, state, rate * model.one_c) for rate in (0.5, 5.0))
    for found in (small, large):
        # the exchange current of films rises as they leave the ends of their window: up to 0.5 mV back
        assert np.all(np.diff(found.voltage) <= 5e-4) and np.all(found.voltage < found.rest)
    assert np.all(large.voltage < small.voltage)
    assert np.isclose(small.rest, reduced.open_circuit(model, state))


def test_sag_is_the_resistance_of_its_parts(model: reduced.Reduced) -> None:
    """Small step from half charge, after 1 s; the parts take Newman and Tobias where the sag takes a third."""
    kind = model.id.rsplit("-", 1)[0]
    parts = float(dc_resistance(cells(kind), Pulse(0.5, 1.0, 0.1))[0])
    found = operate.sag(model, operate.state_at(model, 0.5), 0.1 * model.one_c, [1.0])
    # of fingers the parts look at both dimensions, the sag at the planar cell that stands for them
    off = 0.06 if kind == "interdigital" else 0.04
    assert np.isclose(float(found.resistance[0]) / model.scale, parts, rtol=off)


def test_largest_pulse_just_holds(model: reduced.Reduced) -> None:
    state = operate.state_at(model, 0.2)
    currents = [operate.pulse_current(model, state, seconds, 1.2) for seconds in operate.PULSE_TIMES]
    assert np.all(np.diff(currents) <= 0.02 * currents[0]) and currents[-1] > 0.0
    held, lost = (operate.sag(model, state, factor * currents[3], [1.0]) for factor in (1.0, 1.001))
    assert held.voltage[0] >= 1.2 - 1e-12 and (lost.voltage[0] < 1.2 or not lost.possible[0])
    power = operate.pulse_power(model, state, 1.0, 1.2)
    assert np.isclose(power, currents[3] * held.voltage[0])
    assert operate.pulse_current(model, state, 1.0, 5.0) == 0.0


def test_constant_power_delivers_it(model: reduced.Reduced) -> None:
    power = 1.8 * model.one_c
    found = operate.constant_power(model, reduced.rest(model), power)
    assert found.end == "cut-off" and np.isclose(found.energy, power * found.seconds[-1], rtol=1e-6)
    assert np.all(np.diff(found.current) > -0.01 * found.current[0])
    assert np.isclose(found.voltage[-1], model.cutoff, atol=2e-3)
    middle = operate.constant_current(model, reduced.rest(model), found.charge / found.seconds[-1])
    assert np.isclose(found.energy, middle.energy, rtol=0.03)


def test_too_much_power_is_refused(model: reduced.Reduced) -> None:
    most = operate.pulse_power(model, reduced.rest(model), 1e-3, model.cutoff)
    found = operate.constant_power(model, reduced.rest(model), 5.0 * most)
    assert found.energy == 0.0 and found.end == "no current gives that power"


def test_charge_fills_what_was_taken(model: reduced.Reduced) -> None:
    slow, fast = operate.charge(model, 0.2), operate.charge(model, 4.0)
    whole = model.one_c * 3600.0
    for found in (slow, fast):
        assert found.time_to[0.8] < found.time_to[0.95] <= found.seconds
        assert found.trace.end == "taper current" and 0.95 * whole < found.stored < 1.1 * whole
        assert np.isclose(-found.trace.energy / found.stored, 1.95, atol=0.35)
    assert fast.time_to[0.8] < slow.time_to[0.8]
    assert np.isclose(slow.time_to[0.8], 0.8 * 3600.0 / 0.2, rtol=1e-3)


def test_charging_takes_more_energy_than_it_gives(model: reduced.Reduced) -> None:
    into = operate.charge(model, 1.0)
    back = operate.constant_current(model, into.trace.state, model.one_c)
    assert back.energy / back.charge < -into.trace.energy / into.stored


def test_ragone_falls(model: reduced.Reduced) -> None:
    points = operate.ragone(model, [10.0, 1.0, 0.1])
    energies = [point.energy for point in points]
    assert energies == sorted(energies, reverse=True) and energies[-1] >= 0.0
    assert all(np.isclose(point.power * point.seconds, point.energy, rtol=1e-5) for point in points if point.energy)


def test_a_charge_begins_where_the_discharged_cell_is() -> None:
    """After a loss the anode runs out before the 1C charge of the cathode is taken: no state lies beyond."""
    made = document("porous-stack")
    made["cells"][0]["design"]["neg"]["sto100"] = 0.7
    model = reduced.reduce(read_cells(made, "x"))[0]
    shown = reduced.outputs(model, operate.empty_state(model), 0.0)
    assert bool(shown.possible[0]) and shown.voltage[0] >= model.cutoff and shown.x_n[0] < 0.01
    for rate in (0.2, 1.0, 5.0):
        into = operate.charge(model, rate)
        assert 0.6 < into.stored / (3600.0 * model.one_c) < 0.95
        assert np.isfinite(into.time_to[0.8])
    whole = reduced.reduce(cells("porous-stack"))[0]
    assert np.array_equal(operate.empty_state(whole), operate.state_at(whole, 1.0))
