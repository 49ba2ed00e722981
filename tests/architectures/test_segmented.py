"""Segments on a strip: one segment, joints, buses, bending, side by side and in series."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabplan.architectures import laminated_thin_film
from fabplan.architectures import segmented_flexible as structure
from fabplan.architectures.base import Request, one
from fabplan.catalog.loader import load
from fabplan.errors import BadInput
from fabplan.exporters import gds
from fabplan.geometry import shapes
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, Region, area, bounds, count, joined, rectangle
from fabplan.layout import rules
from fabplan.layout.approach import approaches
from fabplan.layout.measure import measured
from fabplan.planner.run import plan
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


SMALL = {"cell_width": 2e-3, "cell_length": 2e-3, "cathode_thickness": 3e-6, "joint_length": 2e-3}


@pytest.mark.parametrize("first", [0.0, 1.0])
def test_in_series_neighbours_share_one_joint_and_no_electrolyte(first: float) -> None:
    given = asked(series=1, segments=4, anode_first=first, **SMALL)
    bodies = structure.cell(designed(given), given)
    lower, upper = ("anode", "cathode") if first else ("cathode", "anode")
    nets = {body.name: body.net for body in bodies}
    chain = [(nets[f"{lower}-{k}"], nets[f"{upper}-{k}"]) for k in range(1, 5)]
    assert chain == [(lower, "joint-1"), ("joint-1", "joint-2"), ("joint-2", "joint-3"), ("joint-3", upper)]
    assert all(nets[f"{role}-collector-{k}"] == nets[f"{role}-{k}"] for role in (lower, upper) for k in range(1, 5))
    film = next(body for body in bodies if body.role == "electrolyte").region
    seals = [body for body in bodies if body.role == "encapsulation"]
    assert shapes.pieces(film) == 4 == len(seals)
    # every electrolyte lies under a seal of its own
    assert all(shapes.pieces(shapes.intersection(film, body.region)) == 1 for body in seals)
    assert shapes.pieces(joined(body.region for body in seals)) == 4


def test_in_series_the_foils_lie_on_each_other_between_the_seals() -> None:
    given = asked(series=1, segments=3, **SMALL)
    design = designed(given)
    bodies = {body.name: body for body in structure.cell(design, given)}
    common = shapes.intersection(bodies["anode-collector-1"].region, bodies["cathode-collector-2"].region)
    bare = (design.joint_length - 2 * design.margin_seal) / NANOMETRE
    assert area(common) / NANOMETRE**2 == near(bare * design.bus_width / NANOMETRE)
    assert not shapes.intersection(common, bodies["encapsulation-1"].region)


def test_in_series_drawing_equals_closed_form() -> None:
    given = asked(series=1, segments=5, **SMALL)
    design = designed(given)
    found, closed = measured(structure.cell(design, given)), structure.measures(design, given)
    for name in ("anode_volume", "cathode_volume", "minimum_gap", "minimum_width", "cathode_interface_area", "height"):
        unit = {"volume": "m3", "area": "m2"}.get(name.rsplit("_", 1)[-1], "m")
        assert found[f"{name}_{unit}"] == near(float(getattr(closed, name))), name
    assert float(closed.in_series) == 5.0


def test_a_joint_that_is_cut_is_found() -> None:
    given = asked(series=1, segments=3, **SMALL)
    bodies = structure.cell(designed(given), given)
    assert not list(rules.islands(bodies))
    cut = [body for body in bodies if body.name != "anode-collector-1"]
    (found,) = rules.islands(cut)
    assert "joint-1 is drawn in 2 pieces" in found.message
    moved = [dataclasses.replace(b, net="cathode") if b.name == "anode-collector-1" else b for b in bodies]
    assert any("cathode and joint-1 are shorted" in f.message for f in rules.shorts(approaches(moved)))


def test_in_series_squares_add() -> None:
    one_, five = (asked(series=1, segments=n, **SMALL) for n in (1, 5))
    first, all_ = (structure.measures(designed(given), given) for given in (one_, five))
    design = designed(five)
    # four joints between: each is half the joint long in either foil instead of the seal before a pad
    joints = 4 * (design.joint_length / 2) / design.bus_width
    seal = 4 * design.margin_seal / design.bus_width
    assert float(all_.anode_collector_squares) == near(5 * float(first.anode_collector_squares) + joints - seal)


def test_in_series_too_short_a_joint_or_too_wide_a_conductor_is_not_feasible() -> None:
    given = asked(series=1, segments=3, **SMALL)
    design = designed(given)
    good = structure.measures(design, given)
    short = dataclasses.replace(design, joint_length=2 * design.margin_seal)
    wide = dataclasses.replace(design, bus_width=design.cell_width)
    many = dataclasses.replace(design, segments=41.0)
    assert bool(good.feasible)
    assert not any(bool(structure.measures(p, given).feasible) for p in (short, wide, many))


THIN = """
name = "thin-series"
[target]
energy = "100 uWh"
[footprint]
size = ["6 mm", "20 mm"]
[cell]
architecture = "segmented-flexible"
anode = "lithium"
cathode = "lco"
electrolyte = "lipon"
substrate = "alumina"
connection = "series"
[parameters]
segments = 4
[route]
cathode_collector = "sputter-ti-pt-shadow"
cathode = "sputter-lco-shadow"
electrolyte = "sputter-lipon-shadow"
anode = "evaporate-lithium-shadow"
anode_collector = "sputter-cu-shadow"
encapsulation = "cap-al2o3-ald-pads"
"""


def test_klayout_extracts_the_chain(tmp_path: Path, oracle: Callable[[str], Any]) -> None:
    """Collectors touch each other where no electrolyte lies between, and their electrodes: KLayout finds five nets."""
    db = oracle("klayout.db")
    (tmp_path / "thin.toml").write_text(THIN)
    made = plan(str(tmp_path / "thin.toml"), {}, (), load())
    (tmp_path / "thin.gds").write_bytes(gds.export(made)["masks/thin-series.gds"])
    layout = db.Layout()
    layout.read(str(tmp_path / "thin.gds"))
    extractor = db.LayoutToNetlist(db.RecursiveShapeIterator(layout, layout.top_cells()[0], []))

    def drawn(role: str) -> Any:
        shapes_ = db.Region()
        for layer in made.layers:
            if layer.role == role:
                index = layout.find_layer(layer.layer, layer.datatype)
                shapes_ += db.Region(layout.top_cells()[0].begin_shapes_rec(index))
        return shapes_.merged()

    film = drawn("electrolyte")
    films = {role: extractor.make_layer(role) for role in ("anode", "cathode", "anode_collector", "cathode_collector")}
    for role, layer in films.items():
        layer.insert(drawn(role))
        extractor.connect(layer)
    bare = {name: extractor.make_layer(f"bare-{name}") for name in ("anode", "cathode")}
    for name, layer in bare.items():
        layer.insert(drawn(f"{name}_collector") - film)
        extractor.connect(layer)
        extractor.connect(layer, films[f"{name}_collector"])
        extractor.connect(films[name], films[f"{name}_collector"])
    extractor.connect(bare["anode"], bare["cathode"])
    extractor.extract_netlist()
    nets = list(extractor.netlist().top_circuit().each_net())
    assert len(nets) == 5 == len({layer.net for layer in made.layers if layer.net})
    one_cell = plan(str(tmp_path / "thin.toml"), {}, ("cell.connection=parallel",), load())
    assert made.estimate["cells_in_series"] == 4 and "cells_in_series" not in one_cell.estimate
    assert 3.5 * 4 < made.estimate["mean_voltage_V"] < 4.2 * 4
    assert not [f for f in made.findings if f.severity == "error"]


def test_series_is_what_its_cells_make_of_it() -> None:
    """The same drawing of cells side by side and in series: equal energy, n times the volts, a n-th of the charge."""
    fixed = ("parameters.cathode_thickness=40 um", "parameters.cell_width=10 mm", "parameters.cell_length=10 mm")
    fixed += ("parameters.joint_length=5 mm", "target.energy=10 mWh")
    both = ("cell.connection=parallel", "cell.connection=series")
    made = [plan("segmented-flexible", {}, (*fixed, how), load()) for how in both]
    ours = [m.estimate for m in made]
    for side_by_side, in_series in zip(ours[0]["rates"], ours[1]["rates"], strict=True):
        if side_by_side["c_rate"] > 0.6:
            continue  # collectors differ
        assert in_series["mean_voltage_V"] == near(5 * side_by_side["mean_voltage_V"], rel=2e-3)
        assert in_series["capacity_Ah"] == near(side_by_side["capacity_Ah"] / 5, rel=2e-3)
        assert in_series["current_A"] == near(side_by_side["current_A"] / 5)
    parts = [e["resistance_parts_ohm"] for e in ours]
    same = [name for name in parts[0] if not name.endswith("_collector") and name != "buses"]
    assert same and all(parts[1][name] == near(25 * parts[0][name]) for name in same)
    assert ours[1]["open_circuit_window_V"] == near([5 * end for end in ours[0]["open_circuit_window_V"]])
    # the estimator sees one cell of five times the area: its contact is 1/25 of that of the chain, per that area
    design = made[1].cell["cells"][0]["design"]
    working = ours[1]["capacity_Ah"] / ours[1]["areal_capacity_active_Ah_m2"]
    ends = sum(parts[1].get(name, 0.0) for name in ("anode_collector", "cathode_collector", "buses"))
    assert design["contact_ohm_m2"] * 25 / working == near(ends)
    whole = [e["uncertainty"]["rates"][0]["capacity_middle_Ah"] for e in ours]
    assert whole[1] == near(whole[0] / 5, rel=0.02)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("cell.connection=serial",), "unknown variant"),
        (("cell.connection=series", "parameters.series=0"), "says otherwise"),
    ],
)
def test_a_wrong_connection_is_named(given: tuple[str, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        plan("segmented-flexible", {}, given, load())


def test_other_structures_have_no_connection() -> None:
    with pytest.raises(BadInput, match="no such choice"):
        plan("wire", {}, ("cell.connection=series",), load())
