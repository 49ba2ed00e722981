"""Printed walls: the published cell, whole beads, print length, package."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fabplan.architectures import interdigital_3d_filament as structure
from fabplan.architectures.base import Request, beyond, one
from fabplan.geometry import shapes
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, area, bounds, count, joined
from tests.architectures.requests import BEAD, CHARGE, near, request

SUN_2013 = {
    "wall_width_anode": 60e-6, "wall_width_cathode": 60e-6, "gap": 50e-6, "fingers": 4.0, "anode_ended": 0.0,
    "layers": 8.0, "layer_pitch": 30e-6, "finger_length": 640e-6, "bus_width_anode": 30e-6, "bus_width_cathode": 30e-6,
}  # fmt: skip


def sun_request() -> Request:
    bead = dataclasses.replace(BEAD, thickness_step=30e-6)
    asked = request(structure, 960e-6, 800e-6, terminals="outside", fixed=SUN_2013)
    return dataclasses.replace(asked, limits={**asked.limits, "anode": bead, "cathode": bead})


def bodies_of(asked: Request, pick: float = 0.5) -> tuple[structure.Params, dict[str, Body]]:
    params = structure.design_space(asked)
    feasible = np.flatnonzero(structure.measures(params, asked).feasible)
    design = one(params, int(feasible[int(pick * (len(feasible) - 1))]))
    return design, {body.name: body for body in structure.cell(design, asked)}


def test_sun_2013_can_be_reproduced() -> None:
    asked = sun_request()
    design, bodies = bodies_of(asked)
    found = structure.measures(design, asked)
    assert found.feasible and beyond(bodies.values(), asked.footprint) == ()
    # 8 walls of 60 um at a pitch of 110 um, 690 um long, 240 um high
    x0, y0, x1, y1 = bounds(joined([bodies["anode-walls"].region, bodies["cathode-walls"].region]))
    assert (x1 - x0, y1 - y0) == (830_000, 800_000)
    assert found.electrode_height == near(240e-6)
    fingers = bodies["anode-walls"].region.parts[0]
    assert fingers.lattice.count == 4 and fingers.lattice.step_x == 2 * 110_000
    # section 3 check 3: 4 + 4 fingers of 700 um hold 1.56 mAh/cm2 at 131 mAh/g and 65 % solids
    charge = 131 * 3.6 * 3.5e6 * 0.65 * float(found.anode_volume)  # [C]; 3.5 g/cm3
    areal = charge / 3.6 / asked.footprint.area / 1e4
    assert areal == near(1.56, rel=0.15)


def test_widths_are_whole_beads() -> None:
    params = structure.design_space(request(structure))
    for net in ("anode", "cathode"):
        width, beads = getattr(params, f"wall_width_{net}"), getattr(params, f"beads_per_width_{net}")
        assert np.allclose(width, beads * 30e-6)
        bus = getattr(params, f"bus_width_{net}") / 30e-6
        assert np.allclose(bus, np.rint(bus)) and (bus >= 1).all()


def test_capacities_are_balanced_to_one_bead() -> None:
    asked = request(structure, 8e-3, 8e-3)
    params = structure.design_space(asked)
    found = structure.measures(params, asked)
    ratio = asked.capacity["anode"] * found.anode_volume / (asked.capacity["cathode"] * found.cathode_volume)
    excess = ratio / asked.n_p_ratio - 1
    assert excess.min() >= -0.03
    # never more than one bead wider than wanted (the bus's own rounding shows in the third digit)
    assert (params.beads_per_width_anode * excess / ratio * asked.n_p_ratio).max() <= 1.3
    wide = params.beads_per_width_cathode > 10
    assert np.abs(excess[wide]).min() < 0.01


def test_print_length_is_that_of_all_beads() -> None:
    asked = request(structure)
    design, bodies = bodies_of(asked, 0.8)
    total = 0.0
    for name in ("anode-walls", "cathode-walls"):
        for part in bodies[name].region.parts:
            x0, y0, x1, y1 = bounds(joined([bodies[name].region.__class__((dataclasses.replace(part),))]))
            single = (x1 - x0 - (part.lattice.columns - 1) * part.lattice.step_x, y1 - y0)
            beads = round(min(single) / 30_000)
            total += max(single) * beads * part.lattice.count
    found = structure.measures(design, asked)
    assert float(found.print_length) == near(total * NANOMETRE * design.layers, rel=1e-12)


def test_every_part_of_a_wall_is_one_straight_bar() -> None:
    _, bodies = bodies_of(request(structure))
    for name in ("anode-walls", "cathode-walls"):
        assert len(bodies[name].region.parts) == 2
        assert all(len(part.polygon) == 4 for part in bodies[name].region.parts)
        assert bodies[name].pattern == "bead"


def test_collectors_stand_out_by_their_margin_and_keep_the_gap() -> None:
    asked = request(structure, fixed={"collector_margin": 5e-6})
    design, bodies = bodies_of(asked)
    for net in ("anode", "cathode"):
        grown = shapes.buffered(bodies[f"{net}-walls"].region, 5000)
        assert shapes.contains(bodies[f"{net}-collector"].region, grown)
    plates = shapes.distance(bodies["anode-collector"].region, bodies["cathode-collector"].region)
    walls = shapes.distance(bodies["anode-walls"].region, bodies["cathode-walls"].region)
    found = structure.measures(design, asked)
    assert plates * NANOMETRE == near(design.gap) == near(float(found.minimum_gap))
    assert walls * NANOMETRE == near(design.gap + 10e-6) == near(float(found.electrolyte_thickness))


def test_package_encloses_the_walls_and_leaves_the_pads_free() -> None:
    asked = request(structure)
    design, bodies = bodies_of(asked, 0.9)
    basin, frame, lid = (bodies[name].region for name in ("electrolyte", "frame", "lid"))
    walls = joined([bodies["anode-walls"].region, bodies["cathode-walls"].region])
    assert shapes.contains(basin, walls)
    assert shapes.distance(walls, frame) * NANOMETRE >= design.seal_clearance * (1 - 1e-9)
    for net in ("anode", "cathode"):
        bare = shapes.difference(bodies[f"{net}-collector"].region, lid)
        assert bounds(bare)[2] - bounds(bare)[0] == round(design.pad_size / NANOMETRE)
    # frame, plugs and basin fill what lies under the lid, without overlap
    under = joined([basin, frame, bodies["port-plugs"].region])
    assert area(under) == near(area(lid), rel=1e-12)
    assert shapes.to_shapely(under).equals(shapes.to_shapely(lid))
    assert count(bodies["port-plugs"].region) == 2
    assert {body.bottom for body in (bodies["frame"], bodies["electrolyte"], bodies["port-plugs"])} == {0.0}


def test_height_is_the_top_of_the_lid() -> None:
    asked = request(structure)
    design, bodies = bodies_of(asked)
    lid = bodies["lid"]
    assert lid.bottom is not None
    assert float(structure.measures(design, asked).height) == near(lid.bottom + lid.thickness)
    tallest = max(bodies["anode-walls"].thickness, bodies["cathode-walls"].thickness)
    assert lid.bottom == near(2e-7 + tallest + design.lid_clearance)


def test_each_net_has_its_own_height_per_layer() -> None:
    asked = request(structure, fixed={"layers": 5.0})
    limits = {**asked.limits, "cathode": dataclasses.replace(BEAD, thickness_step=20e-6)}
    _, bodies = bodies_of(dataclasses.replace(asked, limits=limits))
    assert bodies["anode-walls"].thickness == near(5 * 24e-6)
    assert bodies["cathode-walls"].thickness == near(5 * 20e-6)


def test_a_fixed_gap_below_the_limit_is_held_for_the_verdict() -> None:
    asked = request(structure, fixed={"gap": 3e-6})
    found = structure.measures(structure.design_space(asked), asked)
    assert found.feasible.all() and np.allclose(found.minimum_gap, 3e-6)


@pytest.mark.parametrize("fingers", [1e6, 1e12])
def test_absurd_numbers_of_fingers_are_infeasible_not_fatal(fingers: float) -> None:
    asked = request(structure, fixed={"fingers": fingers})
    params = structure.design_space(asked)
    assert not structure.measures(params, asked).feasible.any()
    assert len(structure.cell(one(params, 0), asked)) == 8


def test_unknown_capacities_give_equal_walls() -> None:
    params = structure.design_space(request(structure, capacity={"anode": None, "cathode": CHARGE}))
    assert np.abs(params.wall_width_anode - params.wall_width_cathode).max() <= 12 * 30e-6
