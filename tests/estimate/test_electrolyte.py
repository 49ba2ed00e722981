"""Salt: conservation, an independent integration of the steady profile, limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabplan.estimate.cells import read_cells
from fabplan.estimate.constants import FARADAY
from fabplan.estimate.designs import Materials, Stacks
from fabplan.estimate.electrolyte import depletion_time, held_salt, ohmic_resistances, reaction_zone, salt
from tests.estimate.examples import against_lithium, cells, discharges, document


def planar() -> tuple[Stacks, Materials]:
    made = cells("porous-stack")
    designs = made.groups[0].designs
    assert isinstance(designs, Stacks)
    return designs, made.materials


def test_salt_is_conserved() -> None:
    stacks, materials = planar()
    found = salt(stacks, materials, np.array([50.0]))
    held_n, held_s, held_p = held_salt(stacks)
    assert np.isclose(held_n * found.negative + held_s * found.separator + held_p * found.positive, 0.0, atol=1e-18)


def test_profile_against_an_integration_cell_by_cell() -> None:
    """Constant diffusivity: integrate D B dc/dx = -(1 - t+) i(x)/F on a fine grid."""
    stacks, materials = planar()
    current = 40.0
    found = salt(stacks, materials, np.array([current]))
    spans = [(side.thickness[0], side.storage[0], side.transport[0]) for side in (stacks.negative, stacks.positive)]
    middle = (stacks.separator_thickness[0], stacks.separator_storage[0], stacks.separator_transport[0])
    count = 4000
    place = (np.arange(count) + 0.5) / count
    slope, hold, width = [], [], []
    for (thick, storage, transport), flow in ((spans[0], place), (middle, np.ones(count)), (spans[1], 1.0 - place)):
        slope.append(-0.65 * current * flow / FARADAY / (1e-10 * transport))
        hold.append(np.full(count, storage * thick / count))
        width.append(np.full(count, thick / count))
    steps = np.concatenate(slope) * np.concatenate(width)
    profile = np.cumsum(steps) - 0.5 * steps
    holds = np.concatenate(hold)
    profile -= profile @ holds / holds.sum()
    assert np.isclose(found.back[0], profile[-1], rtol=1e-3)
    assert np.isclose(found.negative[0], profile[:count].mean(), rtol=1e-3)
    assert np.isclose(found.positive[0], profile[-count:].mean(), rtol=1e-3)


def test_depletion_is_proportional_to_the_current_for_constant_diffusivity() -> None:
    stacks, materials = planar()
    one, two = (salt(stacks, materials, np.array([current])).depletion[0] for current in (10.0, 20.0))
    assert one > 0.0 and np.isclose(two, 2.0 * one)


def test_depletion_equals_the_one_stored_with_the_reference() -> None:
    """Uncovered designs, where the naive one-dimensional cell is ours."""
    found = discharges("interdigital_discharge.json")
    stored = {case["design"]["id"]: case for case in found.raw["cases"]}
    group = found.cells.groups[0]
    assert isinstance(group.designs, Stacks)
    checked = 0
    for row, place in enumerate(group.places):
        case = stored[found.cells.ids[place]]
        if case["design"]["H_m"] == case["design"]["h_m"]:
            for run in case["discharges"]:
                current = np.array([run["I_A_m"] / case["design"]["h_m"]] * len(group.places))
                depletion = salt(group.designs, found.cells.materials, current).depletion[row]
                assert np.isclose(depletion, run["delta_1D"], rtol=0.02, atol=1e-3)
                checked += 1
    assert checked > 8


def test_zone_conserves_salt_and_starts_whole() -> None:
    stacks, materials = planar()
    unit = salt(stacks, materials, np.array([1.0])).depletion[0]
    for depletion in (0.5, 1.0 + 1e-9, 1.3, 1.8):
        found = salt(stacks, materials, np.array([depletion / unit]))
        zone = reaction_zone(stacks, found)[0]
        held_n, held_s, held_p = (part[0] for part in held_salt(stacks))
        rise, across, fall = (part[0] for part in (found.rise_negative, found.fall_separator, found.fall_positive))
        front = 1.5 * fall * zone
        kept = held_n * (front + across + rise) + held_s * (front + across / 2.0) + held_p * zone * front / 3.0
        if depletion < 1.0:
            assert zone == 1.0
        elif depletion < 1.1:
            assert np.isclose(zone, 1.0, atol=1e-6)
        else:
            assert zone < 1.0 and np.isclose(kept, 1000.0 * (held_n + held_s + held_p), rtol=1e-9)


def test_depletion_time() -> None:
    stacks, materials = planar()
    unit = salt(stacks, materials, np.array([1.0])).depletion[0]
    slow, fast = (salt(stacks, materials, np.array([depletion / unit])) for depletion in (0.9, 3.0))
    assert np.isinf(depletion_time(slow)[0])
    assert 0.0 < depletion_time(fast)[0] < fast.time[0]


def test_no_anode_pores_against_lithium() -> None:
    made = read_cells(against_lithium(document("porous-stack")), "lithium")
    designs = made.groups[0].designs
    assert isinstance(designs, Stacks)
    found = salt(designs, made.materials, np.array([10.0]))
    assert found.rise_negative[0] == 0.0 and found.time[0] > 0.0 and np.isfinite(found.depletion[0])


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_resistance_is_thickness_over_conductivity(factor: float) -> None:
    stacks, materials = planar()
    start = materials.start_concentration[stacks.electrolyte]
    thicker = replace(stacks, separator_thickness=factor * stacks.separator_thickness)
    before, after = (ohmic_resistances(some, materials, start, start, start)[1][0] for some in (stacks, thicker))
    assert np.isclose(after, factor * before) and np.isclose(before, 15e-6 / (0.3 * 0.5**1.5), rtol=1e-3)
