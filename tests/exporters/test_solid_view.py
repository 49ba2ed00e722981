"""The data of the three-dimensional view hold the bodies: volumes, places, and what is left out."""

from __future__ import annotations

import dataclasses
import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from fabplan.exporters._axonometric import axonometric
from fabplan.exporters._draw import drawing
from fabplan.exporters._solid_view import MOST_CORNERS, solid_view
from fabplan.exporters._tubes import round_bodies
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, area, rectangle
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()


def volume(entry: dict[str, Any]) -> float:
    """From the triangles of the face, a second way beside the region's own area [m³]."""
    found = 0.0
    for columns, rows, _, _, steps, face, _ in entry["parts"]:
        corners = np.cumsum(np.array(steps, dtype=float).reshape(-1, 2), axis=0)
        a, b, c = (corners[face[k::3]] for k in range(3))
        turns = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        found += columns * rows * float(np.sum(turns)) / 2
    return found * (entry["ends"][1] - entry["ends"][0]) * 1e-27


def test_volumes_are_those_of_the_bodies() -> None:
    view = solid_view(PLAN)
    assert view is not None and view["share"] == 1.0
    shown = {entry["name"]: entry for entry in view["bodies"]}
    for body in PLAN.bodies:
        if body.bottom is None or body.role == "substrate" or body.thickness <= 0:
            continue
        assert volume(shown[body.name]) == pytest.approx(area(body.region) * body.thickness, rel=1e-6), body.name
        assert shown[body.name]["step"] == next((s.number for s in PLAN.steps if body.name in s.bodies), 0)
    assert set(view["left"]) == {b.name for b in PLAN.bodies} - set(shown)


def test_large_arrays_are_a_window_and_single_shapes_are_cut_to_it() -> None:
    pillar = Body(
        "pillars", "anode", "lto", "anode", rectangle(0, 0, 5_000, 5_000, Lattice(1000, 1000, 10_000, 10_000)),
        0.0, 1e-5, "mask", "anode",
    )  # fmt: skip
    under = rectangle(0, 0, 9_995_000, 9_995_000)
    plate = Body("plate", "anode_collector", "cu", "anode", under, -1e-6, 1e-6, "mask", "collector")
    view = solid_view(dataclasses.replace(PLAN, bodies=(plate, pillar), steps=()))
    assert view is not None and view["share"] < 0.1
    plate_entry, pillars = view["bodies"]
    columns, rows, *_ = pillars["parts"][0]
    assert 0.5 * MOST_CORNERS < 4 * columns * rows <= MOST_CORNERS
    assert volume(plate_entry) < 0.02 * area(plate.region) * plate.thickness
    assert len(json.dumps(view)) < 3_000


def test_round_bodies_keep_their_section(wire: Plan) -> None:
    view = solid_view(wire)
    assert view is not None
    for tube, entry in zip(round_bodies(wire.bodies), view["bodies"], strict=True):
        length = tube.ends[1] - tube.ends[0]
        expected = np.pi * (tube.outer**2 - tube.inner**2) * length
        assert abs(volume(entry)) == pytest.approx(expected, rel=3e-3)


@pytest.fixture(scope="module")
def wire() -> Plan:
    from fabplan.catalog.loader import load
    from fabplan.planner.run import plan

    return plan("wire", {}, (), load())


def test_the_picture_leaves_out_what_hides_the_electrodes_and_says_so() -> None:
    picture = axonometric(PLAN)
    assert picture is not None
    named = " ".join(label for _, label in picture.legend)
    for body in PLAN.bodies:
        if body.role in ("anode", "cathode") and body.bottom is not None:
            assert f"{body.name}: {body.material}" in named
        if body.role == "encapsulation":
            assert f"{body.name}:" not in named and body.name in picture.note
    assert axonometric(PLAN) == picture


def test_round_and_upright_cells_become_pictures(wire: Plan) -> None:
    for plan in (PLAN, wire):
        root = ElementTree.fromstring(drawing(plan, "3d"))
        assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 10
    assert solid_view(dataclasses.replace(PLAN, bodies=())) is None
