"""What binds is said in sentences that the figures of the plan bear out."""

from __future__ import annotations

import pytest

from tests.planner.plans import planned, shipped_plan


@pytest.mark.parametrize("name", ["interdigital-3d-filament", "laminated-thin-film", "planar-interdigital"])
def test_the_limiting_electrode_and_the_largest_resistance_are_named(name: str) -> None:
    e = shipped_plan(name).estimate
    text = " ".join(e["binding"])
    anode, cathode = e["anode_capacity_Ah"], e["cathode_capacity_Ah"]
    small = "cathode" if anode is None or cathode <= anode else "anode"
    assert f"The {small} limits the charge" in text
    parts = e["resistance_parts_ohm"]
    assert f"sits in: {max(parts, key=parts.get).replace('_', ' ')}" in text
    assert ("lost to resistance" in text) == (e["capacity_Ah"] < 0.99 * e["equilibrium_capacity_Ah"])


def test_a_cell_at_its_height_limit_says_so() -> None:
    high = shipped_plan("interdigital-3d-filament").geometry["height_m"]
    assert high is not None
    plan = planned("interdigital-3d-filament", f"cell.height_max={high * 1e6 * 1.001} um")
    assert any("as high as it may be" in line for line in plan.estimate["binding"])
    assert not any("as high" in line for line in shipped_plan("interdigital-3d-filament").estimate["binding"])
