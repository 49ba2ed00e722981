"""Pulses, charging and constant power against PyBaMM's porous-electrode model of the same cell."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fabplan.estimate import operate, reduced
from fabplan.estimate.cells import read_cells
from tests.estimate.examples import document
from tests.estimate.pybamm_cell import parameters

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pybamm(oracle: Callable[[str], Any]) -> Any:
    return oracle("pybamm")


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """The example stack; lithium iron phosphate with a slope, so that times to a share are well defined."""
    made = document("porous-stack")
    x = np.linspace(0.0, 1.0, 401)
    made["ocp"]["LFP"] = {"x": x.tolist(), "V": (3.55 - 0.3 * x - 0.4 * np.exp(-40.0 * (1.0 - x))).tolist()}
    made["cells"][0]["design"]["pos"]["D_s"] = 5e-15
    return made


@pytest.fixture(scope="module")
def model(given: dict[str, Any]) -> reduced.Reduced:
    return reduced.reduce(read_cells(given, "x"))[0]


def solve(pybamm: Any, given: dict[str, Any], steps: list[Any]) -> Any:
    model = pybamm.lithium_ion.DFN({"contact resistance": "true"})
    points = {"x_n": 30, "x_s": 20, "x_p": 30, "r_n": 40, "r_p": 40}
    run = pybamm.Simulation(
        model,
        parameter_values=parameters(pybamm, given),
        experiment=pybamm.Experiment([tuple(steps)]),
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-8),
    )
    return run.solve(calc_esoh=False)


def test_a_pulse_train(pybamm: Any, given: dict[str, Any], model: reduced.Reduced) -> None:
    """Twelve pulses of 20C: the voltage at the end of each pulse and of each rest."""
    high = 20.0 * model.one_c
    steps = [
        step
        for _ in range(12)
        for step in (
            pybamm.step.current(high, duration=5.0, period=5.0),
            pybamm.step.current(0.2 * model.one_c, duration=55.0, period=55.0),
        )
    ]
    found = solve(pybamm, given, steps)
    state, worst = reduced.rest(model), 0.0
    for number, part in enumerate(found.cycles[0].steps):
        current, seconds = (0.2 * model.one_c, 55.0) if number % 2 else (high, 5.0)
        state = reduced.advance(model, state, current, seconds)
        ours = float(reduced.outputs(model, state, current).voltage[0])
        worst = max(worst, abs(ours - float(part["Terminal voltage [V]"].entries[-1])))
    sag = model_sag(model, high)
    assert worst < max(0.004, 0.05 * sag), (worst, sag)


def model_sag(model: reduced.Reduced, current: float) -> float:
    found = operate.sag(model, reduced.rest(model), current, [5.0])
    return found.rest - float(found.voltage[0])


def test_constant_power(pybamm: Any, given: dict[str, Any], model: reduced.Reduced) -> None:
    power = 2.0 * model.one_c * 1.8
    found = solve(pybamm, given, [pybamm.step.power(power, termination="1.0 V", period=10.0, duration=7200.0)])
    ours = operate.constant_power(model, reduced.rest(model), power)
    assert np.isclose(ours.seconds[-1], found.t[-1], rtol=0.004)
    assert np.isclose(ours.energy, power * ours.seconds[-1], rtol=2e-3)


def test_constant_current_constant_voltage_charge(pybamm: Any, given: dict[str, Any], model: reduced.Reduced) -> None:
    """From the discharged cell at 2C to 2.05 V, held to C/20: time in each phase and to a share of the charge."""
    start = copy.deepcopy(given)
    shown = reduced.outputs(model, operate.state_at(model, 1.0), 0.0)  # the anode is larger: it does not run empty
    for side, x in (("neg", shown.x_n), ("pos", shown.x_p)):
        start["cells"][0]["design"][side]["sto100"] = float(x[0])
    steps = [
        pybamm.step.current(-2.0 * model.one_c, termination="2.05 V", duration=7200.0, period=5.0),
        pybamm.step.voltage(2.05, termination=f"{0.05 * model.one_c} A", duration=7200.0, period=5.0),
    ]
    found = solve(pybamm, start, steps)
    ours = operate.charge(model, 2.0, 2.05, 0.05)
    theirs = -found["Discharge capacity [A.h]"].entries * 3600.0
    time = found.t
    missing = model.one_c * 3600.0
    assert np.isclose(ours.stored, theirs[-1], rtol=0.002)
    for share in (0.8, 0.95):
        assert np.isclose(ours.time_to[share], np.interp(share * missing, theirs, time), rtol=0.01, atol=3.0)
