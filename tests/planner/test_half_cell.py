"""Half cells: lithium named on either side, what counts as full, films beside porous layers, temperature."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fabplan.errors import BadInput
from fabplan.estimate import conditions
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.planner import half_cell, mixed_stack, size
from fabplan.planner.attempt import attempt, candidates, check_names
from fabplan.planner.spec import parse
from fabplan.planner.spec_source import merged, shipped
from tests.estimate import examples
from tests.planner.plans import catalog, shipped_plan


def test_lithium_as_cathode_is_the_same_cell_the_other_way_round() -> None:
    spec = half_cell.written_in_order(parse(shipped("reported-83-sno2"), "x"))
    assert (spec.cell["anode"], spec.cell["cathode"]) == ("lithium", "sno2")
    assert spec.route["cathode"] == "sputter-sno2" and spec.route["anode_collector"] == "lay-cu-foil"
    assert spec.parameters["cathode_thickness"] == "1 um"
    assert half_cell.written_in_order(spec) == spec


def test_every_electrode_material_can_stand_against_lithium_and_nothing_else_changes() -> None:
    for role, material in (("anode", "graphite"), ("cathode", "graphite"), ("anode", "lfp"), ("cathode", "Li-metal")):
        other = "anode" if role == "cathode" else "cathode"
        counter = "lto" if material == "Li-metal" else "lithium"
        data = merged(shipped("laminated-thin-film"), {}, [f"cell.{role}={material}", f"cell.{other}={counter}"])
        check_names(parse(data, "x"), catalog())
    with pytest.raises(BadInput, match="is no cathode"):
        check_names(parse(merged(shipped("planar-interdigital"), {}, ["cell.cathode=graphite"]), "x"), catalog())


def test_a_half_cell_gives_what_the_window_says() -> None:
    """TiO2's table goes on beyond Li0.5TiO2: the cell ends there all the same."""
    made = shipped_plan("reported-79-tio2")
    slow = made.estimate["rates"][0]["capacity_Ah"]
    assert slow == pytest.approx(made.estimate["equilibrium_capacity_Ah"], rel=1e-3)
    design = made.cell["cells"][0]["design"]
    assert design["neg"]["material"] == "Li" and design["pos"]["sto0"] == 1.0
    assert made.estimate["open_circuit_window_V"][1] < 3.0


def test_thin_lithium_is_refused_where_the_other_side_brings_none() -> None:
    made = shipped_plan("reported-78-carbon-foam")
    cathode = SimpleNamespace(contains_lithium=False, material="x")
    chem = SimpleNamespace(anode_material_tested=True, cathode=cathode)
    short = {"lithium_capacity_Ah": 1e-3, "cathode_capacity_Ah": 2e-3}
    assert [f.rule for f in half_cell.inventory(chem, short)] == ["lithium-supply"]
    assert not half_cell.inventory(chem, {**short, "lithium_capacity_Ah": 2e-3})
    assert made.estimate["lithium_capacity_Ah"] > made.estimate["cathode_capacity_Ah"]


def test_a_comb_of_porous_fingers_against_lithium_is_estimated() -> None:
    _, spec = candidates(parse(merged(shipped("planar-interdigital"), {}, ["cell.anode=lithium"]), "x"))[0]
    found = attempt("x", spec, catalog())
    assert found.problem is not None and found.sized is not None and found.sized.chosen is not None
    design = found.sized.chosen
    assert design.energy / design.capacity == pytest.approx(3.35, abs=0.15)
    assert size.kind(found.problem) == "interdigital" and design.capacity > 0


@pytest.mark.parametrize(("length", "diffusivity"), [(1e-6, 1e-14), (4e-6, 1e-14), (50e-6, 1e-9)])
def test_a_film_in_a_stack_gives_what_the_film_gives(length: float, diffusivity: float) -> None:
    """Independent: the estimator's own dense films. Within 0.1 % of capacity while L² r/D < 0.5."""
    rates = [r for r in (0.1, 0.5, 1.0, 5.0) if length**2 * r / (3600 * diffusivity) < mixed_stack.TRUSTED]
    film, stack = examples.document("film-planar", c_rates=rates), examples.document("porous-stack", c_rates=rates)
    thin, thick = film["cells"][0]["design"], stack["cells"][0]["design"]
    lithium = {"material": "Li", "i0_ref": 10.0}
    own = {**thin["pos"], "L_m": length, "D_s": diffusivity, "c_max": 2e4, "i0_ref": 1.0}
    thin |= {"pos": own, "neg": lithium, "se": {"L_m": 20e-6, "kappa": 1.0}, "contact_ohm_m2": 0.0}
    side = {key: own[key] for key in ("material", "c_max", "D_s", "i0_ref", "sto100", "sto0")}
    thick |= {
        "pos": mixed_stack.film_side({**side, "sigma": 1e6, "eps_am": 1.0}, length),
        "neg": lithium,
        "sep": {"L_m": 20e-6, "eps": 1.0, "brug": 1.0},
        "contact_ohm_m2": 0.0,
        "V_cut": thin["V_cut"],
    }
    salt = {"c_mol_m3": [1.0, 3000.0], "kappa_S_m": [1.0, 1.0], "D_e_m2_s": [1e-6, 1e-6], "t_plus": 0.9999}
    stack["electrolytes"]["gel"] |= salt
    exact, pictured = (estimate(read_cells(given, "x")) for given in (film, stack))
    assert pictured.capacity == pytest.approx(exact.capacity, rel=1e-3)
    assert pictured.energy / pictured.capacity == pytest.approx(exact.energy / exact.capacity, abs=1e-3)


def test_known_activation_energies_reach_the_document() -> None:
    made = shipped_plan("laminated-thin-film").cell
    design = made["cells"][0]["design"]
    assert design["se"]["Ea_kappa_J_mol"] == pytest.approx(0.55 * 96485.33, rel=1e-6)
    assert design["pos"]["Ea_D_s_J_mol"] == pytest.approx(18550, rel=1e-3)
    cold, notes = conditions.at_temperature(made, 263.15)
    assert cold["cells"][0]["design"]["se"]["kappa"] < 0.1 * design["se"]["kappa"]
    assert any("neg.i0_ref" in note for note in notes) and not any("se.kappa" in note for note in notes)
