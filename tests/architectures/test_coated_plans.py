"""The shipped cells whose electrodes are coats: charges by a second formula, and what the exemplars say."""

from __future__ import annotations

import math

import pytest

from fabplan.planner.plan import Plan
from tests.planner.plans import shipped_plan

FARADAY = 96485.33212
LMO = FARADAY * 23671 * (0.98 - 0.18)  # [C/m³] of dense LiMn2O4 in its window, from the catalogue's numbers


def value(plan: Plan, name: str) -> float:
    return float(plan.parameters[name].value)


def test_scaffold_holds_surface_times_coat_of_spinel() -> None:
    plan = shipped_plan("scaffold-interdigital")
    fingers, bus = value(plan, "fingers"), value(plan, "bus_width_cathode")
    others = fingers - value(plan, "anode_ended")
    gap, wide = value(plan, "gap"), value(plan, "finger_width_cathode")
    across = fingers * value(plan, "finger_width_anode") + others * wide + (fingers + others - 1) * gap
    envelope = (others * wide * (value(plan, "finger_length") + gap) + bus * across) * value(plan, "scaffold_height")
    coat = 3.09 / value(plan, "period") * value(plan, "coat_thickness_cathode")
    charge = plan.estimate["equilibrium_capacity_Ah"] * 3600.0
    assert charge == pytest.approx(LMO * envelope * coat, rel=1e-6)
    # section 8 of the notes: 65 uWh/cm2 at 10 um stand for 3 to 4 % of spinel in all of the cell; 2 to 8 % accepted
    assert 0.02 <= charge / LMO / (2e-3 * 2e-3 * 10e-6) <= 0.08


def test_the_scaffold_carries_the_current() -> None:
    """Section 8 of the notes: less than a millivolt along the metal, although its coats hardly conduct."""
    plan = shipped_plan("scaffold-interdigital")
    (cell,) = plan.cell["cells"]
    side, current = cell["design"]["cathode"], plan.estimate["one_c_current_A"] / value(plan, "fingers")
    assert side["sigma"] == pytest.approx(0.2**1.5 / 6.99e-8)  # solid nickel, a fifth of the finger
    assert side["R_m"] == pytest.approx(3 * value(plan, "coat_thickness_cathode"))  # same surface per volume
    assert side["eps"] == pytest.approx(1 - 0.2 - side["eps_am"])
    height, wide, long = (value(plan, name) for name in ("scaffold_height", "finger_width_cathode", "finger_length"))
    assert current * height / (side["sigma"] * wide * long) < 1e-3


def test_pores_hold_tubes_of_vanadium_oxide() -> None:
    plan = shipped_plan("nanopore-array")
    outer = value(plan, "pore_diameter") / 2 - value(plan, "metal_thickness")
    inner = outer - value(plan, "coat_thickness_cathode")
    field = value(plan, "field_width") * value(plan, "field_length")
    pores = 2 / (math.sqrt(3) * value(plan, "pore_pitch") ** 2) * field
    tubes = pores * math.pi * (outer**2 - inner**2) * value(plan, "depth_cathode")
    charge = FARADAY * 17477 * (0.94 - 0.02) * tubes
    assert plan.estimate["equilibrium_capacity_Ah"] * 3600.0 == pytest.approx(charge, rel=1e-6)
