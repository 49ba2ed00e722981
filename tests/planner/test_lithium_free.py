"""Cells whose lithium all comes from the cathode: what the first charge loses, and who brings none."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.errors import Infeasible
from fabplan.planner import lithium_free
from fabplan.planner.attempt import attempt, candidates
from fabplan.planner.electrical import Chemistry
from fabplan.planner.spec import parse
from fabplan.planner.spec_source import shipped
from tests.planner.plans import catalog, planned, shipped_plan


def chemistry(name: str) -> Chemistry:
    problem = attempt(*candidates(parse(shipped(name), name))[0], catalog()).problem
    assert problem is not None
    return problem.chemistry


def test_what_the_first_charge_loses_is_gone() -> None:
    chem = chemistry("laminated-anode-less")
    lossy = dataclasses.replace(chem, cathode=dataclasses.replace(chem.cathode, first_cycle_loss=0.1))
    after = lithium_free.after_first_charge(lossy)
    assert after.cathode.capacity == pytest.approx(0.9 * chem.cathode.capacity)
    assert after.cathode.charged == chem.cathode.charged and after.unknown == lossy.unknown


def test_an_unknown_loss_is_said() -> None:
    plan = shipped_plan("laminated-anode-less")
    said = [f.message for f in plan.findings if f.rule == "calibrate" and "bare collector" in f.message]
    assert len(said) == 1 and "upper bound" in said[0]


def test_no_anode_is_drawn_and_none_in_excess() -> None:
    plan = shipped_plan("laminated-anode-less")
    assert "anode" not in {body.role for body in plan.bodies}
    assert plan.geometry["anode_volume_m3"] == plan.estimate["lithium_capacity_Ah"] == 0.0
    assert plan.estimate["equilibrium_capacity_Ah"] == plan.estimate["cathode_capacity_Ah"]
    assert plan.steps[-1].role == "anode" and plan.estimate["n_p_ratio"] is None
    assert all(c.inside for c in plan.comparisons)


def test_a_cathode_without_lithium_cannot_be_the_source() -> None:
    with pytest.raises(Infeasible, match="made without lithium"):
        planned("laminated-anode-less", "cell.cathode=tio2", "route.cathode=pld-tio2", "target.capacity=1 uAh")


def test_a_wafer_s_rim_beyond_the_cathode_holds_no_charge() -> None:
    plan = shipped_plan("laminated-wafer-anode")
    faced = plan.geometry["cathode_area_m2"] * plan.parameters["anode_thickness"].value
    held = chemistry("laminated-wafer-anode").anode.capacity * faced / 3600.0
    assert plan.estimate["anode_capacity_Ah"] == pytest.approx(held, rel=1e-9)
    assert plan.geometry["anode_area_m2"] > plan.geometry["cathode_area_m2"]
