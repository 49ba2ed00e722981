"""The eleven cells that the review reports: planned and beside the printed value, or refused with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fabplan.errors import Infeasible
from fabplan.planner.spec_source import shipped
from tests.planner.plans import shipped_plan
from tests.shared import SHARED

#: reference of the review -> shipped spec; None where nobody has stated a potential
SPECS = {
    76: "reported-76-cnt-lnmo",
    77: "planar-interdigital",
    78: "reported-78-carbon-foam",
    79: "reported-79-tio2",
    80: "reported-80-nb2o5",
    81: "reported-81-ni-snox-c",
    82: "reported-82-ni-phosphide",
    83: "reported-83-sno2",
    84: "reported-84-si-cnt",
    85: "laminated-wafer-anode",
    86: "reported-86-sn-si",
}
WITHOUT_POTENTIAL = (82, 86)


def listed() -> list[dict[str, Any]]:
    path = SHARED / "reference" / "coverage.json"
    if not path.is_file():
        pytest.skip("the list of reported cells is not here")
    cells: list[dict[str, Any]] = json.loads(path.read_text())["reported_cells"]["cells"]
    return cells


def test_every_listed_cell_has_a_spec() -> None:
    assert {cell["ref"] for cell in listed()} == set(SPECS)
    for cell in listed():
        spec = shipped(SPECS[cell["ref"]])["cell"]
        named = {spec["anode"], spec["cathode"]}
        assert {cell["anode"], cell["cathode"]} == named or cell["ref"] == 85, cell["ref"]
        assert spec["electrolyte"] == cell["electrolyte"] or cell["ref"] == 85, cell["ref"]


@pytest.mark.slow
@pytest.mark.parametrize("reference", [r for r in SPECS if r not in WITHOUT_POTENTIAL])
def test_planned_and_shown_beside_the_printed_value(reference: int) -> None:
    made = shipped_plan(SPECS[reference])
    assert made.estimate["capacity_Ah"] > 0
    assert made.comparisons, "the published figure is beside ours"
    half = shipped(SPECS[reference])["cell"]["cathode"] == "lithium"
    assert any(f.rule == "half-cell" for f in made.findings) == half
    assert made.estimate["n_p_ratio"] is None or not half


@pytest.mark.parametrize("reference", WITHOUT_POTENTIAL)
def test_refused_where_no_potential_is_known(reference: int) -> None:
    with pytest.raises(Infeasible, match="open-circuit potential"):
        shipped_plan(SPECS[reference])


@pytest.mark.slow
def test_a_printed_value_that_cannot_stand_is_flagged() -> None:
    remarks = {r: " ".join(c.remark for c in shipped_plan(SPECS[r]).comparisons) for r in (83, 85)}
    assert all("cannot stand" in remark for remark in remarks.values()), remarks
