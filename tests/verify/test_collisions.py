"""Nozzles with their outside against standing walls: within a program, and of a program after another."""

from __future__ import annotations

import dataclasses
import json

import pytest

from fabplan.catalog.types import Nozzle
from fabplan.exporters import gcode, plan_json
from fabplan.findings import Finding
from fabplan.layout.toolpaths import clearance, nozzle_of
from fabplan.planner.plan import Plan
from fabplan.records import Quantity
from fabplan.verify.programs import verify_programs
from tests.printing import SETTINGS, UM, bench, dialect, printed, together


def plan_of(outer: float, two: bool, sure: str = "high", cone: float = 5.0, gap: int = 50) -> Plan:
    """Two inks on a gantry whose nozzle has that outside [um, degrees]."""
    nozzle = Nozzle(
        diameter=Quantity(30e-6, "length", "test", "high"),
        outer_diameter=Quantity(outer * 1e-6, "length", "test", sure),
        cone_half_angle=Quantity(cone, "number", "test", "high"),
    )  # fmt: skip
    machine = bench("marlin", vacuums=(), lamps=(), nozzles=(nozzle,))
    plan = together(machine, gap=gap * UM)[0] if two else dataclasses.replace(printed(gap=gap * UM)[0], machine=machine)
    return dataclasses.replace(plan, dialect=dialect("marlin"))


def found(folder, plan: Plan) -> list[Finding]:
    for path, data in {**gcode.export(plan), **plan_json.export(plan)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    every = verify_programs(folder, json.loads((folder / "plan.json").read_bytes()))
    assert {f.rule for f in every} <= {"program-collision"}
    return list(every)


@pytest.mark.parametrize(("outer", "gap", "hits"), [(50, 50, False), (125, 50, True), (50, 10, True), (260, 110, True)])
def test_a_wide_nozzle_hits_walls_of_an_earlier_program(tmp_path, outer, gap, hits):
    told = found(tmp_path, plan_of(outer, two=False, gap=gap))
    assert bool(told) == hits
    assert all("toolpaths/05-print-anode" in f.message and "06" in f.where for f in told)


def test_it_is_a_warning_where_the_outside_is_not_sure(tmp_path):
    assert {f.severity for f in found(tmp_path, plan_of(125, two=False, sure="low"))} == {"warning"}
    assert {f.severity for f in found(tmp_path, plan_of(125, two=False))} == {"error"}


@pytest.mark.parametrize(("outer", "hits"), [(50, False), (240, True)])
def test_heads_of_one_program_are_seen_too(tmp_path, outer, hits):
    told = found(tmp_path, plan_of(outer, two=True))
    assert bool(told) == hits and all(f.message.count("line") == 1 for f in told)


@pytest.mark.parametrize("outer", range(50, 170, 17))
def test_the_planner_and_the_check_agree(tmp_path, outer):
    """The planner counts from the drawn wall, the check from the bead at its rim: the same place."""
    plan = plan_of(outer, two=False, cone=20.0)
    plan = dataclasses.replace(plan, machine=dataclasses.replace(plan.machine, nozzles=plan.machine.nozzles))
    body = plan.bodies[1]
    standing = dataclasses.replace(plan.bodies[0], thickness=float(plan.toolpaths[0].points[:, 2].max()), bottom=0.0)
    planned = clearance(plan.toolpaths[1], body, [standing], nozzle_of(plan.machine, SETTINGS.nozzle))
    assert bool(planned) == bool(found(tmp_path, plan))
