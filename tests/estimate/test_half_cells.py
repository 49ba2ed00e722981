"""Half cells of a full cell."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fabplan.estimate.cells import read_cells
from fabplan.estimate.half_cells import BELOW, with_half_cells
from fabplan.estimate.run import estimate
from tests.estimate.examples import document

LITHIUM = 19.0


def asked(kind: str) -> dict[str, Any]:
    return document(kind, c_rates=(0.02, 1.0))


@pytest.mark.parametrize("kind", ["porous-stack", "interdigital"])
def test_the_half_cells_add_up_to_the_full_cell(kind: str) -> None:
    """At a small current: U = U_p - U_n at the same charge, so that mean voltages over the full window add up."""
    given = asked(kind)
    made, notes = with_half_cells(given, LITHIUM)
    ids = [cell["id"] for cell in made["cells"]]
    assert not notes and len(ids) == 3 and ids[1].endswith("anode|Li") and ids[2].endswith("cathode|Li")
    found = {r["id"]: r for r in estimate(read_cells(made, "cells"), "auto", [0.02]).document()["results"]}
    full, anode, cathode = (found[name] for name in ids)
    assert full["mean_voltage_V"] == pytest.approx(cathode["mean_voltage_V"] - anode["mean_voltage_V"], abs=0.05)
    assert anode["mean_voltage_V"] < cathode["mean_voltage_V"]


def test_nothing_of_the_full_cell_is_changed() -> None:
    given = asked("porous-stack")
    before = copy.deepcopy(given)
    made, _ = with_half_cells(given, LITHIUM)
    assert given == before and made["cells"][0] == before["cells"][0]
    anode = made["cells"][1]["design"]
    assert anode["pos"]["sto0"] == before["cells"][0]["design"]["neg"]["sto100"]
    assert anode["neg"] == {"material": "Li", "i0_ref": LITHIUM} and anode["V_cut"] > -BELOW


def test_fingers_change_places_with_their_widths() -> None:
    given = asked("interdigital")
    design = given["cells"][0]["design"]
    half = with_half_cells(given, LITHIUM)[0]["cells"][1]["design"]
    assert (half["w2_m"], half["w1_m"]) == (design["w1_m"], design["w2_m"])


def test_lithium_has_no_half_cell_and_wires_say_why() -> None:
    given = asked("porous-stack")
    given["cells"][0]["design"]["neg"] = {"material": "Li", "i0_ref": 5.0}
    assert len(with_half_cells(given, LITHIUM)[0]["cells"]) == 2
    made, notes = with_half_cells({"cells": [{"id": "W", "kind": "film-coaxial", "design": {}}]}, LITHIUM)
    assert len(made["cells"]) == 1 and "coats" in notes[0]
