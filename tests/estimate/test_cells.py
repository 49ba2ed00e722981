"""Reading of cells files: what is accepted, what is refused and how."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.estimate.cells import Cells, read_cells
from fabplan.estimate.designs import Films, Stacks
from tests.estimate.examples import design, discharges, document

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")


def refused(given: Any) -> BadInput:
    """The fault of a document that must be refused."""
    with pytest.raises(BadInput) as caught:
        read_cells(given, "cells.json")
    assert all(problem.where.startswith("cells.json") for problem in caught.value.problems)
    return caught.value


def changed(path: str, value: Any, kind: str = "porous-stack") -> dict[str, Any]:
    """A good document with one value changed, or taken out (``...``); the path is dotted."""
    made = document(kind)
    *folders, last = path.split(".")
    place: Any = made
    for name in folders:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


def test_all_kinds_are_read() -> None:
    made = read_cells(document(*KINDS), "x")
    assert made.kinds == KINDS and made.notes == () and len(made.groups) == 4
    assert sorted(np.concatenate([group.places for group in made.groups])) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["dfn_discharge.json", "thin_film_discharge.json", "interdigital_discharge.json"])
def test_reference_files_are_read_without_notes(name: str) -> None:
    assert discharges(name).cells.notes == ()


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("schema", "fabplan/cells/2", "schema"),
        ("cells", [], "cells"),
        ("cells", {}, "cells"),
        ("cells.0.kind", "porous-stak", "did you mean 'porous-stack'"),
        ("cells.0.kind", ..., "kind"),
        ("cells.0.id", 7, "id"),
        ("cells.0.id", ..., "id"),
        ("cells.0.design", [1], "design"),
        ("cells.0.c_rates", [], "c_rates"),
        ("cells.0.c_rates", [1.0, -1.0], "c_rates[1]"),
        ("cells.0.c_rates", [1.0, "2"], "c_rates[1]"),
        ("cells.0.c_rates", 1.0, "c_rates"),
        ("cells.0.design.pos", ..., "pos"),
        ("cells.0.design.pos.L_m", ..., "pos.L_m"),
        ("cells.0.design.pos.L_m", -1e-6, "above 0"),
        ("cells.0.design.pos.L_m", 0.0, "above 0"),
        ("cells.0.design.pos.L_m", math.nan, "finite"),
        ("cells.0.design.pos.L_m", math.inf, "finite"),
        ("cells.0.design.pos.L_m", "20 um", "not a number"),
        ("cells.0.design.pos.L_m", True, "not a number"),
        ("cells.0.design.pos.L_m", None, "not a number"),
        ("cells.0.design.pos.L_m", 10**400, "finite"),
        ("cells.0.design.pos.eps", 1.2, "at most 1"),
        ("cells.0.design.pos.sto0", 1.2, "sto0"),
        ("cells.0.design.pos.sto0", 0.01, "wrong way round"),
        ("cells.0.design.neg.sto100", 0.02, "wrong way round"),
        ("cells.0.design.pos.material", "LFPP", "did you mean 'LFP'"),
        ("cells.0.design.pos.material", 3, "material"),
        ("cells.0.design.electrolyte", "gell", "did you mean 'gel'"),
        ("cells.0.design.sep.L_m", ..., "sep.L_m"),
        ("cells.0.design.T_K", 25.0, "T_K"),
        ("cells.0.design.V_cut", ..., "V_cut"),
        ("ocp.LFP", {"x": [0.0, 1.0]}, "ocp.LFP.V"),
        ("ocp.LFP", {"x": [0.0, 1.0], "V": [3.0]}, "length"),
        ("ocp.LFP", {"x": [0.0, 0.6, 0.5, 1.0], "V": [3.0, 3.0, 3.0, 3.0]}, "order"),
        ("ocp.LFP", {"x": [0.5, 0.5], "V": [3.0, 3.0]}, "too few"),
        ("ocp.LFP", {"x": [0.0, 2.0], "V": [3.0, 3.0]}, "x[1]"),
        ("ocp.LFP", {"x": [0.1, 0.5], "V": [3.0, 3.0]}, "outside the open-circuit table"),
        ("ocp.LFP", 3, "ocp.LFP"),
        ("ocp", [], "ocp"),
        ("electrolytes.gel.kappa_S_m", [0.3] * 4, "length"),
        ("electrolytes.gel.kappa_S_m", [0.3, 0.3, 0.0, 0.3, 0.3], "kappa_S_m[2]"),
        ("electrolytes.gel.t_plus", 1.0, "t_plus"),
        ("electrolytes.gel.c0_mol_m3", 9000.0, "c0_mol_m3"),
    ],
)
def test_one_fault(path: str, value: Any, word: str) -> None:
    assert word in str(refused(changed(path, value)))


def test_a_misspelt_key_is_named() -> None:
    made = document("porous-stack")
    own = made["cells"][0]["design"]["pos"]
    own["L_mm"] = own.pop("L_m")
    message = str(refused(made))
    assert "'L_mm' instead" in message and "did you mean 'L_m'" in message


def test_all_faults_at_once() -> None:
    made = document("porous-stack", "interdigital", "film-planar")
    made["cells"][0]["design"]["pos"]["L_m"] = -1.0
    made["cells"][1]["design"]["H_m"] = 1e-6
    made["cells"][2]["design"]["se"].pop("kappa")
    made["electrolytes"]["gel"]["t_plus"] = "much"
    assert len(refused(made).problems) >= 4


def test_a_lid_below_the_fingers() -> None:
    assert "the lid lies below" in str(refused(changed("cells.0.design.H_m", 1e-6, "interdigital")))


def test_a_deep_cover_is_noted() -> None:
    assert "cover" in read_cells(changed("cells.0.design.H_m", 2e-4, "interdigital"), "x").notes[0]


def test_the_same_id_twice() -> None:
    made = document("porous-stack", "porous-stack")
    made["cells"][1]["id"] = made["cells"][0]["id"]
    assert "twice" in str(refused(made))


@pytest.mark.parametrize("nothing", [None, [], 3, "text", {}, {"schema": "fabplan/cells/1"}])
def test_not_a_document(nothing: Any) -> None:
    refused(nothing)


def test_unknown_keys_are_noted() -> None:
    made = document("porous-stack")
    made["cells"][0]["design"]["pos"]["colour"] = "black"
    made["comment"] = "mine"
    notes = read_cells(made, "x").notes
    assert len(notes) == 2 and any("colour" in note for note in notes)


def test_missing_rates_are_noted_and_replaced() -> None:
    made = read_cells(changed("cells.0.c_rates", ...), "x")
    assert len(made.notes) == 1 and made.c_rates[0]


def test_one_c_is_the_window_of_the_cathode_unless_given() -> None:
    plain, told = (
        read_cells(given, "x").groups[0].designs
        for given in (
            document("porous-stack"),
            changed("cells.0.design.Q_1C_Ah_m2", 3.0),
        )
    )
    assert isinstance(plain, Stacks) and isinstance(told, Stacks)
    assert np.isclose(plain.one_c_current[0], 96485.33212 * 22806.0 * 0.55 * 20e-6 * 0.92 / 3600.0)
    assert told.one_c_current[0] == 3.0


def test_tables_may_fall_and_have_other_names() -> None:
    made = document("porous-stack")
    table = made["ocp"]["LFP"]
    made["ocp"]["LFP"] = {"sto": table["x"][::-1], "U_V": table["V"][::-1]}
    at, number = np.array([0.3]), np.array([1])
    ours, theirs = (read_cells(some, "x").materials.ocp.value(number, at) for some in (made, document("porous-stack")))
    assert np.allclose(ours, theirs)


def test_lithium_needs_no_thickness() -> None:
    made = read_cells(changed("cells.0.design.neg", {"material": "Li", "i0_ref": 5.0}, "film-planar"), "x")
    designs = made.groups[0].designs
    assert isinstance(designs, Films) and designs.negative.metal[0]


values = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.lists(st.floats(), max_size=2), st.just({})
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_anything_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    """A value anywhere in a good document replaced by anything: never another exception."""
    made = document(kind)
    place: Any = made
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(values)
    try:
        assert isinstance(read_cells(made, "x"), Cells)
    except BadInput as fault:
        assert fault.problems


def test_the_document_is_left_alone() -> None:
    made = document(*KINDS)
    before = copy.deepcopy(made)
    read_cells(made, "x")
    assert made == before and design("interdigital") == before["cells"][1]["design"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_off_above_the_open_circuit_voltage(kind: str) -> None:
    message = str(refused(changed("cells.0.design.V_cut", 3.9, kind)))
    assert "cells[0].design.V_cut" in message and "open-circuit voltage" in message


def test_keep_going_answers_the_good_cells() -> None:
    made = document("porous-stack", "interdigital", "film-planar", "porous-stack")
    made["cells"][0]["design"]["pos"]["L_m"] = 0.0
    made["cells"][2]["design"]["pos"]["sto0"] = 1.5
    made["cells"][2]["design"]["se"].pop("kappa")
    made["cells"][3]["id"] = made["cells"][1]["id"]
    found = read_cells(made, "x", keep_going=True)
    assert found.ids == (made["cells"][1]["id"],) and found.kinds == ("interdigital",)
    assert [(cell.place, len(cell.problems)) for cell in found.refused] == [(0, 1), (2, 2), (3, 1)]
    assert len(refused(made).problems) == 4


def test_keep_going_needs_one_good_cell_and_good_tables() -> None:
    for path in ("cells.0.design.pos.L_m", "electrolytes.gel.t_plus"):
        with pytest.raises(BadInput):
            read_cells(changed(path, -1.0), "x", keep_going=True)


def test_what_cannot_be_built_is_noted() -> None:
    given = document("porous-stack", "porous-stack")
    given["cells"][1]["design"]["pos"] |= {"eps": 0.6, "eps_am": 0.55, "R_m": 0.2}
    notes = [note for note in read_cells(given, "x").notes if "design" in note]
    assert len(notes) == 2 and all("cells[1].design.pos" in note for note in notes)
    assert "1.15, more than the whole" in notes[0] and "particles of 0.2 m" in notes[1]


def test_a_bad_table_is_told_once() -> None:
    """Cells that name it say nothing more; with ``keep_going`` they are refused with the reason."""
    made = document("porous-stack", "porous-stack", "film-planar")
    made["ocp"]["LFP"]["x"][:2] = made["ocp"]["LFP"]["x"][1::-1]
    with pytest.raises(BadInput) as caught:
        read_cells(made, "x")
    assert [problem.where for problem in caught.value.problems] == ["x: ocp.LFP"]
    other = copy.deepcopy(made["cells"][0]) | {"id": "other"}
    other["design"]["pos"] |= {"material": "LTO", "sto100": 0.03}
    other["design"] |= {"neg": {"material": "Li", "i0_ref": 1.0}}
    read = read_cells(made | {"cells": [*made["cells"], other]}, "x", keep_going=True)
    assert read.ids == ("other",) and len(read.refused) == 3
    assert all("table of that name has faults" in cell.problems[0].what for cell in read.refused)
