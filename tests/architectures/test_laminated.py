"""Laminated films: overlap rules e1 to e5, balance, limits of the areas."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from fabplan.architectures import laminated_thin_film as structure
from fabplan.architectures.base import Request, RoleLimits, one
from fabplan.catalog.loader import load
from fabplan.geometry import shapes
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Region, area, bounds, count
from fabplan.layout import rules
from fabplan.layout.approach import approaches
from fabplan.layout.measure import measured
from fabplan.planner.run import plan
from tests.architectures.requests import CHARGE, THIN, near, request

SHADOW = RoleLimits(line=100e-6, gap=95e-6, placement=50e-6, edge=20e-6, thickness_low=1e-7, thickness_high=5e-6)


def shadow_request(**changes: Any) -> Request:
    asked = request(structure, **changes)
    return dataclasses.replace(asked, limits=dict.fromkeys(asked.limits, SHADOW))


def bodies_of(asked: Request, pick: float = 0.5) -> tuple[structure.Params, dict[str, Body]]:
    params = structure.design_space(asked)
    feasible = np.flatnonzero(structure.measures(params, asked).feasible)
    design = one(params, int(feasible[int(pick * (len(feasible) - 1))]))
    return design, {body.name: body for body in structure.cell(design, asked)}


def inside_by(inner: Region, outer: Region, margin: float) -> bool:
    return shapes.contains(outer, shapes.buffered(inner, round(margin / NANOMETRE)))


def main_box(region: Region) -> Region:
    """A film without its tongue and pad: its first part."""
    return Region(region.parts[:1])


def short(bodies: dict[str, Body], electrolyte: Region) -> Region:
    """Where the anode's collector lies over the cathode's net with no electrolyte between."""
    over = shapes.union([shapes.intersection(bodies["anode-collector"].region, bodies[name].region)
                         for name in ("cathode", "cathode-collector")])  # fmt: skip
    return shapes.difference(over, electrolyte)


def test_overlap_rules() -> None:
    asked = shadow_request()
    design, bodies = bodies_of(asked, 0.8)
    region = {name: body.region for name, body in bodies.items()}
    plate = main_box(region["cathode-collector"])
    error = SHADOW.placement + 2 * SHADOW.edge
    assert inside_by(region["cathode"], plate, error)  # e1
    assert inside_by(plate, region["electrolyte"], error)  # e2, e3: sides and the edge the anode crosses
    step = 3 * (asked.layer_thickness("cathode_collector") + design.cathode_thickness)
    assert design.margin_cover == near(max(error + step, SHADOW.gap), abs=2e-9)
    assert inside_by(region["anode"], region["cathode"], error)  # e4: lithium inside the cathode
    assert inside_by(main_box(region["anode-collector"]), region["anode"], error)
    assert inside_by(region["electrolyte"], shapes.union([region["encapsulation"]]), 200e-6)  # e5
    metal = shapes.union([region["anode-collector"], region["cathode-collector"]])
    pads = shapes.difference(metal, region["encapsulation"])
    opening = round((design.pad_size - 2 * design.pad_margin) / NANOMETRE)
    assert count(pads) == 2 and area(pads) == near(2 * (opening * NANOMETRE) ** 2)


def test_electrolyte_keeps_the_nets_apart_and_its_cover_is_needed() -> None:
    design, bodies = bodies_of(shadow_request())
    electrolyte = bodies["electrolyte"].region
    assert not short(bodies, electrolyte)
    almost = round(design.margin_cover / NANOMETRE)
    assert not short(bodies, shapes.buffered(electrolyte, -almost))
    assert short(bodies, shapes.buffered(electrolyte, -almost - 1))


def test_pads_lie_on_opposite_edges() -> None:
    _, bodies = bodies_of(shadow_request(), 1.0)
    anode, cathode = (bounds(bodies[f"{net}-collector"].region) for net in ("anode", "cathode"))
    hull = bounds(bodies["encapsulation"].region)
    assert anode[3] == hull[3] and cathode[1] == hull[1]


def test_every_film_has_its_own_plate() -> None:
    _, bodies = bodies_of(shadow_request())
    assert len({body.made_by for body in bodies.values()}) == len(bodies) == 6
    assert [body.bottom is None for body in bodies.values()] == [False, False, True, False, True, True]


def test_against_lithium_the_thickness_is_the_recipe_s() -> None:
    asked = shadow_request(capacity={"anode": None, "cathode": CHARGE})
    free = structure.design_space(asked)
    assert len(np.unique(free.anode_thickness)) == 4
    assert free.anode_thickness.min() >= 1e-7 and free.anode_thickness.max() <= 5.001e-6
    given = structure.design_space(dataclasses.replace(asked, thickness={**asked.thickness, "anode": 3e-6}))
    assert np.allclose(given.anode_thickness, 3e-6)


def test_other_anodes_follow_from_the_wanted_ratio() -> None:
    asked = dataclasses.replace(shadow_request(), capacity={"anode": 2 * CHARGE, "cathode": CHARGE})
    found = structure.measures(structure.design_space(asked), asked)
    ratio = 2 * found.anode_volume / found.cathode_volume
    assert np.allclose(ratio, asked.n_p_ratio, rtol=6e-3)  # thicknesses are whole nanometres


def test_without_margins_the_cell_fills_all_but_the_pads() -> None:
    margins = [name for name in vars(structure.Params)["__dataclass_fields__"] if name.startswith("margin_")]
    asked = shadow_request(fixed=dict.fromkeys(margins, 0.0))
    params = structure.design_space(asked)
    found = structure.measures(params, asked)
    left = asked.footprint.width * (asked.footprint.length - 2 * float(params.pad_size[0]))
    assert found.feasible.all() and found.active_area.max() == near(left, rel=1e-9)


def test_electrolyte_must_be_covered_on_the_way_out_at_least_by_the_gap() -> None:
    asked = shadow_request()
    exact = dict.fromkeys(asked.limits, dataclasses.replace(SHADOW, placement=0.0, edge=0.0))
    asked = dataclasses.replace(asked, limits=exact)
    found = structure.measures(structure.design_space(asked), asked)
    assert found.minimum_gap.min() >= SHADOW.gap * (1 - 1e-9)


def test_capacity_per_footprint_of_published_cells() -> None:
    """Front Edge's 180 uAh/cm2 means 2.6 um of LiCoO2, Cymbet's 144 means 2.1 um, at 69 uAh/cm2/um."""
    for thickness, published in ((2.6e-6, 180.0), (2.1e-6, 144.0)):
        fixed = {"cathode_thickness": thickness, "electrolyte_thickness": 1e-6}
        asked = shadow_request(terminals="outside", fixed=fixed)
        found = structure.measures(structure.design_space(asked), asked)
        charge = 69e6 * float(found.cathode_volume.max()) / (asked.footprint.area * 1e4) * 1e4  # [uAh/cm2]
        assert charge == near(published, rel=0.05)


def test_resistance_of_a_collector_without_margins_is_plate_and_tongue() -> None:
    design, _ = bodies_of(shadow_request())
    found = structure.measures(design, shadow_request())
    plate = design.cell_length + 2 * design.margin_cathode, design.cell_width + 2 * design.margin_cathode
    tongue = (design.margin_cover + design.margin_seal) / min(design.pad_size, plate[1])
    assert float(found.cathode_collector_squares) == near(plate[0] / (3 * plate[1]) + tongue)


def test_films_that_are_not_nested_are_infeasible() -> None:
    asked = shadow_request(fixed={"margin_anode": 2.4e-3})
    assert not structure.measures(structure.design_space(asked), asked).feasible.any()


def test_a_film_too_thick_for_the_height_is_left_out() -> None:
    asked = dataclasses.replace(shadow_request(), height_max=8e-6)
    found = structure.measures(structure.design_space(asked), asked)
    assert found.height.max() <= 8e-6 * (1 + 1e-9)
    assert found.feasible.all()


def test_a_plated_anode_is_no_body_and_comes_last() -> None:
    asked = shadow_request(fixed={"anode_thickness": 0.0}, capacity={"cathode": CHARGE})
    design, bodies = bodies_of(asked)
    found = structure.measures(design, asked)
    assert "anode" not in bodies and len(bodies) == 5
    assert float(found.anode_area) == float(found.anode_volume) == 0.0
    collector = main_box(bodies["anode-collector"].region)
    assert float(found.active_area) == near(area(collector))
    assert inside_by(collector, bodies["cathode"].region, SHADOW.placement + 2 * SHADOW.edge)
    drawn = measured(tuple(bodies.values()))
    for name in ("height", "minimum_gap", "minimum_width"):
        assert drawn[f"{name}_m"] == near(float(getattr(found, name))), name
    flow = structure.flow({"anode_thickness": 0.0})
    assert flow[-1].role == "anode" and flow[-1].bodies == ()


def test_plated_lithium_is_485_um_per_mah_per_cm2() -> None:
    thickness = 3.6 / CHARGE / 1e-4 * 0.1  # of a cathode that holds 0.1 mAh/cm²
    asked = shadow_request(fixed={"anode_thickness": 0.0, "cathode_thickness": thickness}, capacity={"cathode": CHARGE})
    design, _ = bodies_of(asked)
    (finding,) = structure.findings(design, asked)
    assert finding.measured == near(0.485e-6, rel=2e-3)


def test_with_the_anode_below_electrodes_change_places() -> None:
    asked = shadow_request(fixed={"anode_first": 1.0})
    design, bodies = bodies_of(asked)
    error = SHADOW.placement + 2 * SHADOW.edge
    assert list(bodies) == [
        "anode-collector", "anode", "electrolyte", "cathode", "cathode-collector", "encapsulation",
    ]  # fmt: skip
    assert inside_by(bodies["cathode"].region, bodies["anode"].region, error)  # no lithium plates on a rim
    found, drawn = structure.measures(design, asked), measured(tuple(bodies.values()))
    assert float(found.anode_area) > float(found.cathode_area) == float(found.active_area)
    for name, unit in (("anode_volume", "m3"), ("cathode_volume", "m3"), ("anode_interface_area", "m2"),
                       ("cathode_interface_area", "m2"), ("minimum_gap", "m"), ("height", "m")):  # fmt: skip
        assert drawn[f"{name}_{unit}"] == near(float(getattr(found, name))), name
    step = 3 * (asked.layer_thickness("anode_collector") + design.anode_thickness)
    assert design.margin_cover == near(max(error + step, SHADOW.gap), abs=4e-9)
    assert [operation.role for operation in structure.flow({"anode_first": 1.0})][:2] == ["anode_collector", "anode"]


def packed(kind: float, **fixed: float) -> Request:
    """A request whose foils are thick enough for a package."""
    given = request(structure, 20e-3, 20e-3, fixed={"package": kind, **fixed})
    foils = {"cathode_collector": 15e-6, "anode_collector": 10e-6, "encapsulation": 25e-6}
    thick = dataclasses.replace(THIN, thickness_high=2e-4)
    limits = {**given.limits, "cathode": thick, "anode": thick, "electrolyte": thick}
    return dataclasses.replace(given, thickness={**given.thickness, **foils}, limits=limits)


def packed_cell(given: Request) -> tuple[structure.Params, dict[str, Body]]:
    params = structure.design_space(given)
    feasible = np.flatnonzero(structure.measures(params, given).feasible)
    chosen = one(params, int(feasible[-1]))
    return chosen, {body.name: body for body in structure.cell(chosen, given)}


@pytest.mark.parametrize("first", [0.0, 1.0])
@pytest.mark.parametrize("kind", [1.0, 2.0])
def test_a_package_closes_and_keeps_the_nets_apart(kind: float, first: float) -> None:
    given = packed(kind, anode_first=first)
    if kind == 2.0 and not first:
        assert not structure.measures(structure.design_space(given), given).feasible.any()
        assert structure.refused(given) is not None
        return
    assert structure.refused(given) is None
    design, bodies = packed_cell(given)
    lower, upper = ("anode", "cathode") if first else ("cathode", "anode")
    lid, frame = bodies[f"{upper}-collector"], bodies["frame"]
    # lid on frame and on the electrode, frame all around the electrolyte, its edge beyond the lid's
    assert lid.bottom == near(frame.bottom + frame.thickness)
    assert lid.bottom == near(bodies[upper].bottom + bodies[upper].thickness)
    hull = shapes.union([frame.region, bodies["electrolyte"].region])
    assert shapes.pieces(hull) == 1 and shapes.contains(hull, lid.region)
    rim = shapes.to_shapely(hull).exterior.distance(shapes.to_shapely(lid.region)) * NANOMETRE
    assert rim == near(design.margin_cover)
    if kind == 2.0:
        wall = bodies["housing"]
        assert wall.net == lower and wall.bottom + wall.thickness == near(frame.bottom)
        assert shapes.contains(bodies[lower].region, wall.region) and wall.material == given.materials[lower]
    found, closed = measured(tuple(bodies.values())), structure.measures(design, given)
    for name in ("anode_volume", "cathode_volume", "minimum_width", "anode_interface_area", "cathode_area", "height"):
        unit = {"volume": "m3", "area": "m2"}.get(name.rsplit("_", 1)[-1], "m")
        assert found[f"{name}_{unit}"] == near(float(getattr(closed, name))), name
    assert found["minimum_gap_m"] == (near(design.margin_anode) if kind == 2.0 else None)
    assert float(closed.minimum_gap) == (near(design.margin_anode) if kind == 2.0 else np.inf)
    assert not [f for f in (*rules.shorts(approaches(tuple(bodies.values()))), *rules.islands(tuple(bodies.values())))]


def test_a_package_of_foils_is_lower_than_a_pouch_and_takes_no_film() -> None:
    same = {"anode_first": 1.0, "cell_width": 8e-3, "cell_length": 8e-3, "cathode_thickness": 40e-6}
    heights = []
    for kind in (0.0, 1.0):
        given = packed(kind, **same)
        heights.append(float(structure.measures(packed_cell(given)[0], given).height))
    assert heights[0] - heights[1] == near(25e-6)


def test_thin_collectors_are_no_package() -> None:
    given = packed(1.0)
    thin = dataclasses.replace(given, thickness={**given.thickness, "anode_collector": 2e-7})
    assert "pinholes" in str(structure.refused(thin))
    assert "not plated" in str(structure.refused(packed(1.0, anode_thickness=0.0)))


@pytest.mark.parametrize("name", ["laminated-foil-package", "laminated-silicon-housing"])
def test_the_shipped_packages_are_planned(name: str) -> None:
    made = plan(name, {}, (), load())
    assert [step.role for step in made.steps if step.material][-2:] == ["encapsulation", "cathode_collector"]
    said = {finding.rule: finding for finding in made.findings}
    assert "package" in said and said["shelf-life"].message.count("Epoxy, rim") == 1
    if name.endswith("housing"):  # the plate draws what stands, not the floor
        (plate,) = made.masks
        assert plate.layers[0] == "housing" and "anode" not in plate.layers
