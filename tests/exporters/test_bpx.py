"""``bpx.json``: valid, the same cell, and left out where it would lie."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import main
from fabplan.estimate.cells import read_cells
from fabplan.estimate.designs import Stacks
from fabplan.estimate.run import estimate
from fabplan.exporters import bpx
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import sample_cell, sample_plan

PLAN = sample_plan()
DOCUMENT = json.loads(bpx.export(PLAN)["bpx.json"])
FARADAY = 96485.33212


def with_cell(kind: str, design: dict[str, Any], **geometry: float) -> Plan:
    cell = copy.deepcopy(sample_cell())
    cell["cells"][0] |= {"kind": kind, "design": design}
    return dataclasses.replace(PLAN, cell=cell, geometry={**PLAN.geometry, **geometry})


def stack_design() -> dict[str, Any]:
    design = copy.deepcopy(sample_cell()["cells"][0]["design"])
    sides = {"neg": design["anode"] | {"L_m": 40e-6}, "pos": design["cathode"] | {"L_m": 50e-6}}
    return {
        "electrolyte": design["electrolyte"], "V_cut": 1.0, "T_K": 298.15, "contact_ohm_m2": 1e-4, **sides,
        "sep": {"L_m": 20e-6, "eps": 0.5, "brug": 1.5},
    }  # fmt: skip


def test_valid_for_the_bpx_library(oracle: Callable[[str], Any]) -> None:
    read = oracle("bpx").parse_bpx_obj(copy.deepcopy(DOCUMENT))
    assert read.header.model == "DFN"
    assert read.parameterisation.cell.electrode_area == pytest.approx(0.0044 * 100e-6)


@pytest.mark.parametrize("missing", ["Electrode area [m2]", "Lower voltage cut-off [V]"])
def test_the_library_notices_a_missing_field(missing: str, oracle: Callable[[str], Any]) -> None:
    broken = copy.deepcopy(DOCUMENT)
    del broken["Parameterisation"]["Cell"][missing]
    with pytest.raises(ValueError, match="Field required"):
        oracle("bpx").parse_bpx_obj(broken)


def charge(side: dict[str, Any], area: float) -> float:
    """Capacity of an electrode from BPX fields alone [Ah]: F c_max eps_am |dx| L A, eps_am = a R/3."""
    active = side["Surface area per unit volume [m-1]"] * side["Particle radius [m]"] / 3
    window = side["Maximum stoichiometry"] - side["Minimum stoichiometry"]
    return FARADAY * side["Maximum concentration [mol.m-3]"] * active * window * side["Thickness [m]"] * area / 3600


def test_the_charge_is_that_of_the_cells_document() -> None:
    area = DOCUMENT["Parameterisation"]["Cell"]["Electrode area [m2]"]
    design = sample_cell()["cells"][0]["design"]
    for name, side, width in (("Negative", "anode", "w1_m"), ("Positive", "cathode", "w2_m")):
        d = design[side]
        volume = design[width] / 2 * design["h_m"] * 0.0044
        expected = FARADAY * d["c_max"] * d["eps_am"] * abs(d["sto100"] - d["sto0"]) * volume / 3600
        assert charge(DOCUMENT["Parameterisation"][f"{name} electrode"], area) == pytest.approx(expected, rel=1e-12)


def test_cover_and_base_collector_are_in_it() -> None:
    negative = DOCUMENT["Parameterisation"]["Negative electrode"]
    h, cover, half = 100e-6, 49.7e-6, 30e-6
    stack = read_cells(sample_cell(), "sample").groups[0].designs
    assert isinstance(stack, Stacks)
    assert negative["Porosity"] == pytest.approx(0.4 + cover / h)
    assert negative["Transport efficiency"] == pytest.approx(float(stack.negative.transport[0]))
    assert 0.4**1.5 < negative["Transport efficiency"] < 0.4**1.5 + cover / h
    assert negative["Conductivity [S.m-1]"] == pytest.approx(5.0 * (half / h) ** 2)
    rate = negative["Reaction rate constant [mol.m-2.s-1]"]
    assert rate == pytest.approx(2 * 1.0 / FARADAY)


def test_a_porous_stack() -> None:
    plan = with_cell("porous-stack", stack_design(), cathode_interface_area_m2=2e-6)
    document = json.loads(bpx.export(plan)["bpx.json"])["Parameterisation"]
    assert document["Positive electrode"]["Thickness [m]"] == 50e-6
    assert document["Separator"]["Transport efficiency"] == pytest.approx(0.5**1.5)
    assert document["User-defined"]["Contact resistance [Ohm]"] == pytest.approx(50.0)


def test_porosity_one_is_kept_off() -> None:
    design = stack_design()
    design["sep"]["eps"] = 1.0
    plan = with_cell("porous-stack", design)
    porosity = bpx.document(plan)["Parameterisation"]["Separator"]["Porosity"]
    assert porosity < 1 and math.log(porosity) != 0


def test_tables_rise_without_repeats() -> None:
    cell = copy.deepcopy(sample_cell())
    cell["ocp"]["LTO"] = {"x": [0.0, 0.0, 0.5, 1.0], "V": [2.3, 2.3, 1.55, 1.0]}
    table = bpx.document(dataclasses.replace(PLAN, cell=cell))["Parameterisation"]["Negative electrode"]["OCP [V]"]
    assert table["x"] == [0.0, 0.5, 1.0] and table["y"] == [2.3, 1.55, 1.0]


def test_films_and_lithium_are_left_out_with_a_reason() -> None:
    film = with_cell("film-planar", {})
    assert bpx.export(film) == {} and "films" in bpx.why_not(film)
    design = stack_design()
    design["neg"] = {"material": "Li", "i0_ref": 10.0}
    metal = with_cell("porous-stack", design)
    assert bpx.export(metal) == {} and "lithium metal" in bpx.why_not(metal)
    nowhere = dataclasses.replace(PLAN, geometry={**PLAN.geometry, "facing_length_m": None})
    assert bpx.export(nowhere) == {} and "not known" in bpx.why_not(nowhere)


def test_the_command_says_why_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["plan", "laminated-thin-film", "-o", str(tmp_path / "out")]) == 0
    assert "bpx.json     left out: BPX knows porous electrodes only" in capsys.readouterr().out
    assert not (tmp_path / "out" / "bpx.json").exists()


@pytest.mark.slow
def test_a_second_solver_finds_the_same_capacity(tmp_path: Path) -> None:
    pybamm = pytest.importorskip("pybamm", reason="PyBaMM is not installed: no second solver for bpx.json")
    path = tmp_path / "bpx.json"
    path.write_bytes(bpx.export(PLAN)["bpx.json"])
    values = pybamm.ParameterValues.create_from_bpx(str(path))
    model = pybamm.lithium_ion.DFN({"contact resistance": "true"})
    solution = pybamm.Simulation(model, parameter_values=values, C_rate=1).solve([0, 5000])
    ours = estimate(read_cells(sample_cell(), "sample"), "accurate").document()["results"][1]["capacity_Ah_m"] * 0.0044
    assert solution["Discharge capacity [A.h]"].entries[-1] == pytest.approx(ours, rel=2e-3)
