"""The mesh exporter: closed, exact, coloured, deterministic, and honest about what it leaves out."""

from __future__ import annotations

import dataclasses
import io
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import mesh
from fabplan.exporters._palette import colour
from fabplan.exporters._prisms import prisms, triangles, volume
from fabplan.exporters._window import shown
from fabplan.geometry.region import Lattice, Part, Region, area, bounds, count, polygon_area2, rectangle
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()
FILES = mesh.export(PLAN)


def test_volumes_equal_area_times_thickness() -> None:
    drawn, share = mesh.parts(PLAN.bodies)
    assert share == 1.0
    assert len(drawn) == len(PLAN.bodies) - 1  # the conformal coat is left out
    for part in drawn:
        closed_form = area(part.body.region) * part.body.thickness
        assert volume(part.vertices, part.faces) == pytest.approx(closed_form, rel=1e-9), part.body.name


def edges_balance(faces: np.ndarray) -> bool:
    """Whether every directed edge has exactly one partner in the other direction: closed and oriented."""
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    there = {tuple(e) for e in directed.tolist()}
    return len(there) == len(directed) and all((b, a) in there for a, b in there)


def test_every_body_is_closed() -> None:
    for part in mesh.parts(PLAN.bodies)[0]:
        assert edges_balance(part.faces), part.body.name


def test_an_open_mesh_is_noticed() -> None:
    part = mesh.parts(PLAN.bodies)[0][0]
    assert not edges_balance(part.faces[:-1])


@st.composite
def star(draw: st.DrawFn) -> list[tuple[int, int]]:
    """A simple polygon: corners at rising angles around the origin."""
    n = draw(st.integers(3, 24))
    radii = draw(st.lists(st.integers(1_000, 100_000), min_size=n, max_size=n))
    corners = [
        (round(r * math.cos(2 * math.pi * k / n)), round(r * math.sin(2 * math.pi * k / n)))
        for k, r in enumerate(radii)
    ]
    return corners


@given(star(), st.integers(1, 4), st.integers(1, 3))
def test_any_simple_polygon(corners: list[tuple[int, int]], columns: int, rows: int) -> None:
    if polygon_area2(corners) <= 0:
        return
    region = Region((Part(tuple(corners), Lattice(columns, rows, 300_000, -250_000)),))
    vertices, faces = prisms(region, 3e-6)
    assert len(triangles(corners)) == len(corners) - 2
    assert volume(vertices, faces) == pytest.approx(area(region) * 3e-6, rel=1e-9)
    assert edges_balance(faces)


def test_corners_on_a_straight_line_are_kept() -> None:
    corners = [(0, 0), (5, 0), (10, 0), (10, 10), (5, 10), (0, 10), (0, 5)]
    found = triangles(corners)
    assert {k for t in found for k in t} == set(range(7))
    assert sum(polygon_area2([corners[k] for k in t]) for t in found) == 200


def test_a_polygon_that_crosses_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="crosses itself"):
        triangles([(0, 0), (10, 10), (20, 0), (0, 8), (20, 8)])


def test_glb_read_by_trimesh() -> None:
    trimesh = pytest.importorskip("trimesh", reason="trimesh reads the GLB back")
    scene = trimesh.load(io.BytesIO(FILES["mesh/sample.glb"]), file_type="glb")
    assert set(scene.geometry) == {b.name for b in PLAN.bodies if b.bottom is not None}
    assert scene.metadata["unit"] == "metre"
    for body in PLAN.bodies:
        if body.bottom is None:
            continue
        part = scene.geometry[body.name]
        place, _ = scene.graph.get(body.name)
        assert part.volume == pytest.approx(area(body.region) * body.thickness, rel=1e-5), body.name
        assert place[2, 3] == pytest.approx(body.bottom, abs=1e-15)
        x0, y0, x1, y1 = bounds(body.region)
        assert part.bounds[:, :2] == pytest.approx(np.array([[x0, y0], [x1, y1]]) * 1e-9, rel=1e-6)
        assert tuple(part.visual.material.baseColorFactor) == colour(body.role)


def test_stl_read_by_trimesh() -> None:
    trimesh = pytest.importorskip("trimesh", reason="trimesh reads the STL back")
    data = FILES["mesh/sample.stl"]
    assert b"unit millimetre" in data[:80] and not data.startswith(b"solid")
    read = trimesh.load(io.BytesIO(data), file_type="stl", process=False)
    assert len(read.faces) == struct.unpack("<I", data[80:84])[0]
    solid = [b for b in PLAN.bodies if b.bottom is not None and b.role != "electrolyte"]
    expected = sum(area(b.region) * b.thickness for b in solid) * 1e9
    assert read.volume == pytest.approx(expected, rel=1e-4)
    assert read.bounds[1, 2] == pytest.approx(0.3, rel=1e-6)


def test_what_is_left_out_is_said() -> None:
    note = FILES["mesh/README.txt"].decode()
    assert '"coat": conformal film of 2 nm' in note
    assert "unit metre" in note and "unit millimetre" in note and "REPRESENTATIVE" not in note


def test_huge_lattices_are_drawn_as_a_window() -> None:
    pillars = rectangle(0, 0, 5_000, 5_000, Lattice(1000, 1000, 10_000, 10_000))
    walls = next(b for b in PLAN.bodies if b.name == "anode-walls")
    bodies = (dataclasses.replace(walls, region=pillars), *PLAN.bodies[:3])
    plan = dataclasses.replace(PLAN, bodies=bodies)
    drawn, share = mesh.parts(plan.bodies)
    faces = sum(len(part.faces) for part in drawn)
    assert 0.5 * mesh.MOST_FACES < faces <= mesh.MOST_FACES
    assert 0 < share < 1
    note = mesh.export(plan)["mesh/README.txt"].decode()
    assert "REPRESENTATIVE WINDOW" in note and "1000000 prism(s)" in note


@given(st.integers(-60, 60).filter(bool), st.integers(20, 400), st.integers(20, 400))
def test_the_window_keeps_copies_near_the_middle(step: int, columns: int, rows: int) -> None:
    region = rectangle(0, 0, 10, 10, Lattice(columns, rows, step * 10, step * 7))
    cut = shown([region], 400)
    kept = cut.regions[0]
    assert count(kept) * 4 <= 400
    if count(region) * 4 <= 400:
        assert kept == region
    elif kept:
        x0, y0, x1, y1 = bounds(region)
        k0, l0, k1, l1 = bounds(kept)
        assert x0 <= k0 <= k1 <= x1 and y0 <= l0 <= l1 <= y1
        assert abs((k0 + k1) - (x0 + x1)) <= 4 * abs(step) * 10 + 40


def test_nothing_to_draw_gives_no_files() -> None:
    assert mesh.export(dataclasses.replace(PLAN, bodies=())) == {}


def test_same_bytes_twice() -> None:
    assert mesh.export(sample_plan()) == FILES
