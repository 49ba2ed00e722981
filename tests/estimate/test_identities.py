"""What every answer keeps, whatever the cell: energy below charge times rest voltage, pulses that hold all the time."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan.cli import main
from fabplan.estimate import operate, reduced
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from tests.estimate.examples import document

KINDS = ("porous-stack", "film-planar", "interdigital")
TIERS = ("fast", "accurate")
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.sampled_from(KINDS), st.sampled_from(TIERS), st.lists(st.floats(0.05, 20.0), min_size=1, max_size=4))
def test_energy_is_below_charge_times_rest_voltage(kind: str, tier: str, rates: list[float]) -> None:
    read = read_cells(document(kind), "cells")
    model = reduced.reduce(read)[0]
    full = reduced.open_circuit(model, reduced.rest(model))
    for result in estimate(read, tier, rates).document()["results"]:
        unit = "Ah_m2" if "capacity_Ah_m2" in result else "Ah_m"
        charge, energy = result[f"capacity_{unit}"], result[f"energy_{unit.replace('A', 'W', 1)}"]
        assert 0.0 <= energy <= charge * full * (1 + 1e-9)
        assert result["mean_voltage_V"] <= full * (1 + 1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_pulse_is_never_larger(kind: str) -> None:
    model = reduced.reduce(read_cells(document(kind), "cells"))[0]
    for discharged in (0.0, 0.3, 0.7):
        state = operate.state_at(model, discharged)
        currents = [operate.pulse_current(model, state, seconds, model.cutoff) for seconds in operate.PULSE_TIMES]
        powers = [operate.pulse_power(model, state, seconds, model.cutoff) for seconds in operate.PULSE_TIMES]
        assert all(np.diff(currents) <= 1e-6 * currents[0]) and all(np.diff(powers) <= 1e-6 * powers[0])


@pytest.mark.parametrize("asked", ["-20 degC", "60 degC"])
def test_both_ends_of_the_range_of_temperatures(asked: str, tmp_path: Path) -> None:
    path = tmp_path / "cells.json"
    path.write_text(json.dumps(document("porous-stack")))
    assert main.run(["estimate", str(path), "--temperature", asked]) == 0


def test_a_cell_that_is_no_object_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt: dict[str, Any] = copy.deepcopy(document("porous-stack"))
    spoilt["cells"].append(7)
    path = tmp_path / "cells.json"
    path.write_text(json.dumps(spoilt))
    for options in ([], ["--keep-going"], ["--temperature", "0 degC"], ["--self-discharge", "1e-12 S/m"]):
        assert main.run(["estimate", str(path), *options]) == 2
        assert "cells[" in capsys.readouterr().err
