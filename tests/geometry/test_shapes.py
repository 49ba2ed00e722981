"""Regions through shapely and back."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry import shapes
from fabplan.geometry.region import Lattice, Part, Region, area, joined, polygon_area2, rectangle

SQUARE_NANOMETRE = 1e-18
boxes = st.tuples(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 40), st.integers(1, 40))


def box(x: int, y: int, width: int, height: int) -> Region:
    return rectangle(x, y, x + width, y + height)


def square_nanometres(region: Region) -> float:
    return area(region) / SQUARE_NANOMETRE


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=6), st.lists(boxes, max_size=6))
def test_union_and_difference_add_up(first: list[tuple[int, ...]], second: list[tuple[int, ...]]) -> None:
    a, b = (shapes.union([box(*b) for b in given_boxes]) for given_boxes in (first, second))
    both, only, common = shapes.union([a, b]), shapes.difference(a, b), shapes.intersection(a, b)
    of_a, of_b, shared = (square_nanometres(region) for region in (a, b, common))
    assert square_nanometres(both) == pytest.approx(of_a + of_b - shared)
    assert square_nanometres(only) == pytest.approx(of_a - shared)
    for region in (both, only, common):
        assert all(polygon_area2(part.polygon) > 0 for part in region.parts)
        # parts touch but never overlap
        assert shapes.to_shapely(region).area == pytest.approx(square_nanometres(region))
    assert shapes.contains(both, a) and shapes.contains(a, only)
    assert shapes.contains(a, b) == (shared == pytest.approx(of_b))


def test_holes_are_cut_open() -> None:
    holes = rectangle(100, 100, 200, 200, Lattice(8, 8, 110, 110))
    plate = shapes.difference(rectangle(0, 0, 1000, 1000), holes)
    assert square_nanometres(plate) == pytest.approx(1000**2 - 64 * 100**2)
    assert shapes.pieces(plate) == 1
    assert all(not shapely.Polygon(part.polygon).interiors for part in plate.parts)
    assert shapes.to_shapely(plate).equals(shapes.to_shapely(rectangle(0, 0, 1000, 1000)) - shapes.to_shapely(holes))


@pytest.mark.parametrize("hole", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5)])
def test_small_holes_end(hole: tuple[int, int]) -> None:
    plate = shapes.difference(rectangle(0, 0, 20, 20), box(7, 7, *hole))
    filled = 0 if hole == (1, 1) else hole[0] * hole[1]
    assert square_nanometres(plate) == pytest.approx(400 - filled)


def test_ring_of_a_circle_keeps_its_area_to_its_rounding() -> None:
    ring = shapely.Point(0, 0).buffer(1e6) - shapely.Point(10, 10).buffer(5e5)
    region = shapes.from_shapely(ring)
    assert square_nanometres(region) == pytest.approx(ring.area, rel=2 * ring.length / ring.area)
    assert shapes.pieces(region) == 1


def test_from_shapely_drops_points_and_lines_and_straight_points() -> None:
    square = shapely.Polygon([(0, 0), (4, 0), (8, 0), (8, 8), (0, 8)])
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.LineString([(0, 0), (9, 9)]), square])
    assert shapes.from_shapely(mixed).parts == rectangle(0, 0, 8, 8).parts
    assert not shapes.from_shapely(shapely.Polygon())


def test_buffer_is_mitred_and_undone() -> None:
    bar = rectangle(0, 0, 100, 40)
    assert shapes.buffered(bar, 5).parts == rectangle(-5, -5, 105, 45).parts
    assert shapes.buffered(shapes.buffered(bar, 5), -5).parts == bar.parts
    assert not shapes.buffered(bar, -20)


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=40), st.lists(boxes, min_size=1, max_size=40), st.integers(0, 300))
def test_distance_equals_all_pairs(first: list[tuple[int, ...]], second: list[tuple[int, ...]], apart: int) -> None:
    a = joined(box(*b) for b in first)
    b = joined(box(x + apart, y, w, h) for x, y, w, h in second)
    everything = shapely.distance(shapes.geometries(a)[:, None], shapes.geometries(b)[None, :]).min()
    assert shapes.distance(a, b) == pytest.approx(everything, abs=1e-6)
    assert shapes.distance(b, a) == shapes.distance(a, b)


@pytest.mark.parametrize("at", [0, 15, 16, 40, 63, 64, 500, 1023, 1999])
def test_the_one_close_pair_among_many_is_found(at: int) -> None:
    squares = rectangle(0, 0, 10, 10, Lattice(2000, 1, 1000, 0))
    others = joined([rectangle(0, 200, 10, 210, Lattice(2000, 1, 1000, 0)), box(1000 * at + 14, 13, 5, 5)])
    assert shapes.distance(squares, others) == 5.0
    assert shapes.distance(others, squares) == 5.0


def test_distance_by_hand() -> None:
    assert shapes.distance(rectangle(0, 0, 1, 1), rectangle(4, 5, 9, 9)) == 5.0
    assert shapes.distance(rectangle(0, 0, 9, 9), rectangle(2, 2, 3, 3)) == 0.0
    assert shapes.distance(rectangle(0, 0, 9, 9), Region()) == math.inf


def test_pieces_join_along_edges_not_at_corners() -> None:
    square = rectangle(0, 0, 10, 10)
    assert shapes.pieces(joined([square, rectangle(10, 9, 20, 19)])) == 1
    assert shapes.pieces(joined([square, rectangle(10, 10, 20, 20)])) == 2
    assert shapes.pieces(joined([square, rectangle(11, 0, 20, 10)])) == 2
    assert shapes.pieces(joined([square, rectangle(5, 5, 20, 20)])) == 1
    assert shapes.pieces(Region()) == 0
    triangle = Region((Part(((10, 0), (20, 0), (10, 10))),))
    assert shapes.pieces(joined([square, triangle])) == 1
    corner = Region((Part(((10, 10), (20, 10), (20, 20))),))
    assert shapes.pieces(joined([square, corner])) == 2


def test_large_combs_are_measured_in_seconds() -> None:
    fingers = 20_000
    anode = joined([rectangle(0, 0, 60, 9000, Lattice(fingers, 1, 220, 0)), rectangle(0, -90, 220 * fingers, 0)])
    cathode = rectangle(110, 40, 170, 9040, Lattice(fingers, 1, 220, 0))
    begin = time.perf_counter()
    assert shapes.distance(anode, cathode) == 40.0
    assert shapes.pieces(anode) == 1
    assert shapes.minimum_width(anode) == 60
    assert shapes.facing_length(anode, cathode, 50) == (2 * fingers - 1) * 8960 + fingers * 60
    assert time.perf_counter() - begin < 10.0


def test_results_do_not_depend_on_order() -> None:
    found = [box(7 * i % 90, 11 * i % 70, 5 + i % 9, 3 + i % 8) for i in range(40)]
    shuffled = [found[i] for i in np.random.default_rng(3).permutation(40)]
    assert shapes.union(found) == shapes.union(shuffled)
