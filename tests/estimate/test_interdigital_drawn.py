"""Interdigital discharges that are no reference: drawn at random, solved in two dimensions by ``two_dimensional``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import Result, estimate
from fabplan.estimate.trust import Doubt, uncertainty
from tests.estimate.examples import REFERENCE, _dense_tables, reference
from tests.estimate.test_interdigital import base_drop
from tests.estimate.two_dimensional import discharged

CASES = json.loads(Path(__file__).with_name("interdigital_drawn.json").read_text())["cases"]


@cache
def document() -> dict[str, Any]:
    """The drawn cells with the tables of the reference."""
    cells = [
        {"id": case["design"]["id"], "kind": "interdigital", "design": case["design"], "c_rates": [case["c_rate"]]}
        for case in CASES
    ]
    electrolytes = reference("interdigital_discharge.json")["electrolytes"]
    tables = _dense_tables(REFERENCE / "dfn_ocp_tables_2001.csv")
    return {"schema": "fabplan/cells/1", "ocp": tables, "electrolytes": electrolytes, "cells": cells}


@cache
def answered() -> tuple[Result, np.ndarray, np.ndarray]:
    """Answers, and how far capacity (over the 1C charge) and mean voltage are off."""
    result = estimate(read_cells(document(), "drawn"))
    one_c = np.array([case["design"]["Q_1C_Ah_m"] for case in CASES])
    capacity = np.abs(result.capacity / 3600.0 / one_c - [case["Q_over_Q1C"] for case in CASES])
    return result, capacity, np.abs(result.mean_voltage - [case["V_mean"] for case in CASES])


def test_trusted_answers_hold() -> None:
    """0.3 % and 5 mV are the goal."""
    result, capacity, voltage = answered()
    trusted = result.doubt == Doubt.NONE
    assert np.count_nonzero(trusted) > 18 and np.max(capacity[trusted]) < 1e-3 and np.max(voltage[trusted]) < 4e-3
    assert np.all(capacity <= uncertainty(result.doubt, result.salt_depletion))


def test_all_answers_are_near_and_the_bad_ones_flagged() -> None:
    result, capacity, voltage = answered()
    assert np.max(capacity) < 0.02 and np.max(voltage) < 0.02 and np.median(voltage) < 3e-3
    bad = (capacity > 3e-3) | (voltage > 5e-3)
    assert np.count_nonzero(bad) > 10 and np.all(result.doubt[bad] == Doubt.FINGERS)


def test_depletion_and_drop_alone_would_not_flag_all_of_them() -> None:
    """Why the rule looks at the foot of the cathode at the first current."""
    result, capacity, voltage = answered()
    drop = np.array([base_drop(case["design"], case["c_rate"]) for case in CASES])
    calm = (result.salt_depletion < 0.5) & (drop < 0.1)
    assert np.max(voltage[calm]) > 0.015 and np.max(capacity[calm]) > 4e-3


@pytest.mark.slow
def test_the_solver_gives_what_is_kept() -> None:
    case = CASES[0]
    given = document()
    charge, volts = discharged(
        case["design"], given["ocp"], given["electrolytes"][case["design"]["electrolyte"]], case["c_rate"]
    )
    assert charge == pytest.approx(case["Q_over_Q1C"], abs=2e-5) and volts == pytest.approx(case["V_mean"], abs=1e-4)
