"""Direct-current resistance and its parts."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate.cells import read_cells
from fabplan.estimate.resistance import Pulse, dc_resistance, resistance_parts
from tests.estimate.examples import against_lithium, cells, discharges, document

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")


@pytest.mark.parametrize(("seconds", "most"), [(0.01, 0.03), (0.1, 0.03), (1.0, 0.03), (10.0, 0.05)])
def test_pulses_of_the_reference(seconds: float, most: float) -> None:
    """Loss after a time at 0.1 C against the porous-electrode model, from full charge."""
    found = discharges("dfn_discharge.json")
    ours = dc_resistance(found.cells, Pulse(0.0, seconds, 0.1))
    designs, ocp = found.cells.groups[0].designs, found.cells.materials.ocp
    open_circuit = ocp.value(designs.positive.ocp, designs.positive.sto_full)
    open_circuit = open_circuit - ocp.value(designs.negative.ocp, designs.negative.sto_full)
    off = []
    for case in found.raw["cases"]:
        if case["C_rate"] == 0.1:
            cell = found.cells.ids.index(case["design"]["id"])
            loss = open_circuit[cell] - case["result"]["V_at_time_s"][str(seconds)]
            off.append(abs(ours[cell] * case["result"]["I_A_m2"] / loss - 1.0))
    assert len(off) == 42 and np.median(off) < 0.005 and max(off) < most


def test_first_moment_of_interdigital_cells() -> None:
    """Against the two-dimensional resistance of the reference."""
    found = discharges("interdigital_discharge.json")
    ours = dc_resistance(found.cells, Pulse(c_rate=1e-3))
    stored = {case["design"]["id"]: case["R_dc0_ohm_m"] for case in found.raw["cases"]}
    off = [abs(ours[place] / stored[name] - 1.0) for place, name in enumerate(found.cells.ids)]
    assert len(off) == 28 and np.median(off) < 2e-4 and max(off) < 3e-3


@pytest.mark.parametrize(("seconds", "most"), [("0.01", 0.01), ("0.1", 0.01), ("1.0", 0.02), ("10.0", 0.05)])
def test_pulses_of_interdigital_cells(seconds: str, most: float) -> None:
    """Loss after a time at 0.2 C and 3 C against two-dimensional discharges from full charge; worst 8 %."""
    found = discharges("interdigital_discharge.json")
    designs, ocp = found.cells.groups[0].designs, found.cells.materials.ocp
    full = ocp.value(designs.positive.ocp, designs.positive.sto_full)
    full = full - ocp.value(designs.negative.ocp, designs.negative.sto_full)
    off = []
    for rate in (0.2, 3.0):
        ours = dc_resistance(found.cells, Pulse(0.0, float(seconds), rate))
        for case in found.raw["cases"]:
            run = next(run for run in case["discharges"] if run["C_rate"] == rate)
            place = found.cells.ids.index(case["design"]["id"])
            loss = full[place] - run["V_at_time_s"][seconds]
            off.append(abs(ours[place] * run["I_A_m"] / loss - 1.0))
    assert len(off) == 56 and np.median(off) < 0.007 and np.percentile(off, 95) < most + 0.01 and max(off) < 0.085


def test_parts_add_up_and_are_not_negative() -> None:
    made = cells(*KINDS)
    parts = resistance_parts(made, Pulse(0.3, 1.0))
    for name in (
        "electrolyte",
        "positive_kinetics",
        "negative_kinetics",
        "contact",
        "diffusion",
        "salt",
        "positive_ionic",
    ):
        assert np.all(getattr(parts, name) >= 0.0), name
    assert np.allclose(parts.total, dc_resistance(made, Pulse(0.3, 1.0)))
    assert np.all(parts.positive_ionic[2:] == 0.0) and np.all(parts.positive_ionic[:2] > 0.0)


def test_resistance_grows_with_the_pulse() -> None:
    made = cells(*KINDS)
    times = [dc_resistance(made, Pulse(0.5, seconds)) for seconds in (0.0, 0.1, 1.0, 10.0)]
    assert np.all(np.diff(times, axis=0) > 0.0)


def test_kinetics_get_easier_with_current() -> None:
    made = cells(*KINDS)
    slow, fast = (resistance_parts(made, Pulse(0.5, 0.0, rate)).positive_kinetics for rate in (0.01, 50.0))
    assert np.all(fast < slow)


def test_known_parts() -> None:
    parts = resistance_parts(cells("porous-stack", "film-coaxial"), Pulse())
    assert np.isclose(parts.electrolyte[0], 15e-6 / (0.3 * 0.5**1.5), rtol=1e-3)
    assert np.isclose(parts.contact[0], 1e-4)
    assert np.isclose(parts.electrolyte[1], np.log(3.5 / 3.0) / (2.0 * np.pi * 2e-4))


def test_lithium_has_kinetics_only() -> None:
    parts = resistance_parts(read_cells(against_lithium(document("porous-stack")), "x"), Pulse(c_rate=1e-4))
    assert parts.negative_ionic[0] == 0.0 and parts.negative_electronic[0] == 0.0
    assert np.isclose(parts.negative_kinetics[0], 51.385e-3 / 20.0, rtol=1e-3)


@pytest.mark.parametrize(
    "pulse", [Pulse(-0.1), Pulse(1.1), Pulse(0.0, -1.0), Pulse(0.0, 0.0, 0.0), Pulse(float("nan"))]
)
def test_nonsense_is_refused(pulse: Pulse) -> None:
    with pytest.raises(BadInput):
        dc_resistance(cells("porous-stack"), pulse)
