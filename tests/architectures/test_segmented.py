"""Segments on a strip: one segment, joints, buses, bending, and why not in series."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fabplan.architectures import laminated_thin_film
from fabplan.architectures import segmented_flexible as structure
from fabplan.architectures.base import Request, one
from fabplan.errors import Infeasible
from fabplan.geometry import shapes
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, Region, bounds, count, rectangle
from fabplan.layout.measure import measured
from tests.architectures.requests import near, request


def asked(**fixed: float) -> Request:
    return request(structure, 6e-3, 30e-3, fixed=fixed)


def designed(request_: Request, pick: float = 0.5) -> structure.Params:
    params = structure.design_space(request_)
    feasible = np.flatnonzero(structure.measures(params, request_).feasible)
    return one(params, int(feasible[int(pick * (len(feasible) - 1))]))


def bodies_of(request_: Request) -> dict[str, Body]:
    return {body.name: body for body in structure.cell(designed(request_), request_)}


def test_n_segments_hold_n_times_one() -> None:
    sizes = {"cell_width": 2e-3, "cell_length": 2e-3, "cathode_thickness": 3e-6, "joint_length": 4e-4}
    one_, five = (structure.measures(designed(g), g) for g in (asked(segments=1, **sizes), asked(segments=5, **sizes)))
    for name in ("anode_area", "cathode_volume", "anode_volume", "electrolyte_volume", "active_area"):
        assert float(getattr(five, name)) == near(5 * float(getattr(one_, name))), name


def test_one_segment_is_a_laminate() -> None:
    sizes = {"cell_width": 2e-3, "cell_length": 2e-3, "cathode_thickness": 3e-6, "electrolyte_thickness": 1e-6}
    given = asked(segments=1, **sizes)
    laminate = request(laminated_thin_film, 6e-3, 30e-3, fixed=sizes)
    ours = structure.measures(designed(given), given)
    theirs = laminated_thin_film.measures(one(laminated_thin_film.design_space(laminate), 0), laminate)
    for name in ("anode_volume", "cathode_volume", "cathode_interface_area", "active_area", "electrolyte_volume"):
        assert float(getattr(ours, name)) == near(float(getattr(theirs, name))), name


def test_electrolytes_are_apart_and_only_buses_pass_a_joint() -> None:
    given = asked(segments=4)
    design, bodies = designed(given), bodies_of(given)
    assert shapes.pieces(bodies["electrolyte"].region) == count(bodies["electrolyte"].region) == 4
    joint = design.joint_length / NANOMETRE
    first = bounds(bodies["electrolyte"].region)
    long = (first[3] - first[1] - 3 * joint) / 4
    middle = round(first[1] + long + joint / 2)
    cut = shapes.to_shapely(bodies["anode-collector"].region).union(
        shapes.to_shapely(bodies["cathode-collector"].region)
    )
    line = cut.intersection(shapes.to_shapely(_line(first, middle)))
    assert line.area == near(2 * design.bus_width / NANOMETRE * 2, rel=1e-9)  # a strip 2 nm high


def _line(box: Box, y: int) -> Region:
    return rectangle(box[0] - 10_000_000, y - 1, box[2] + 10_000_000, y + 1)


@pytest.mark.parametrize("first", [0.0, 1.0])
def test_each_net_is_one_piece_and_the_lower_electrode_is_the_larger(first: float) -> None:
    given = asked(segments=3, anode_first=first)
    bodies = bodies_of(given)
    for net in ("anode", "cathode"):
        own = shapes.union([body.region for body in bodies.values() if body.net == net])
        assert shapes.pieces(own) == 1
    lower, upper = ("anode", "cathode") if first else ("cathode", "anode")
    assert shapes.contains(bodies[lower].region, bodies[upper].region)
    assert next(iter(bodies)) == f"{lower}-collector" and bodies[f"{lower}-collector"].bottom == 0.0
    found = measured(tuple(bodies.values()))
    closed = structure.measures(designed(given), given)
    for name in ("anode_volume", "cathode_volume", "minimum_gap", "minimum_width", "cathode_interface_area"):
        unit = {"volume": "m3", "area": "m2"}.get(name.rsplit("_", 1)[1], "m")
        assert found[f"{name}_{unit}"] == near(float(getattr(closed, name))), name


def test_bus_squares_equal_a_ladder() -> None:
    given = asked(segments=6)
    design = designed(given)
    found = structure.measures(design, given)
    pitch = float(structure._strip(design).pitch) * NANOMETRE
    joint = pitch / design.bus_width
    # n equal loads I/n: the current through joint k carries the loads beyond it; heat over I²
    ladder = sum(((6 - k) / 6) ** 2 * joint for k in range(6))
    assert float(found.anode_bus_squares) == near(ladder)


def test_joints_of_the_spine_leave_86_percent() -> None:
    given = asked(segments=20)
    strip = structure._strip(designed(given))
    assert float(strip.plan.electrolyte[1] / strip.pitch) == near(0.861, rel=1e-4)


def test_bending_follows_metal_and_joint() -> None:
    given = asked(segments=4)
    design = designed(given)
    thicker = dataclasses.replace(given, thickness={**given.thickness, "anode_collector": 50e-6})
    radius = structure.findings(design, thicker)[0].measured
    strip = structure._strip(design)
    assert radius == near(50e-6 * float(strip.pitch / strip.joint) / (2 * 0.003))
    assert structure.findings(designed(asked(segments=1)), given) == ()


def test_folding_strains_the_metal_by_half_its_thickness_over_the_radius() -> None:
    given = asked(segments=4, joint_length=1e-3)
    folding = {f.rule: f for f in structure.findings(designed(given), given)}["folding"]
    metal = max(given.layer_thickness(f"{net}_collector") for net in ("anode", "cathode"))
    assert folding.measured == near(np.pi * metal / (2 * 1e-3)) and "zigzag" in folding.message
    thick = dataclasses.replace(given, thickness={**given.thickness, "anode_collector": 50e-6})
    refused = {f.rule: f for f in structure.findings(designed(given), thick)}["folding"]
    assert refused.message.startswith("not to be folded")


def test_series_is_refused_with_the_reason() -> None:
    with pytest.raises(Infeasible, match="cathode's of one and the anode's"):
        structure.flow({"series": 1.0})
    given = asked(series=1)
    assert not structure.measures(structure.design_space(given), given).feasible.any()
