"""Polygons cut into pieces of few vertices: exact area, whole nanometres, no overlap."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry.region import polygon_area2
from fabplan.layout.split import split


def exact(ring: tuple[tuple[int, int], ...], most: int) -> None:
    pieces = split(ring, most)
    assert max(map(len, pieces)) <= most
    assert sum(abs(polygon_area2(piece)) for piece in pieces) == abs(polygon_area2(ring))
    shapes = [shapely.Polygon(piece) for piece in pieces]
    assert all(shape.is_valid for shape in shapes)
    assert shapely.union_all(shapes).symmetric_difference(shapely.Polygon(ring)).area == 0


def circle(corners: int, radius: int) -> tuple[tuple[int, int], ...]:
    angles = [2 * math.pi * k / corners for k in range(corners)]
    return tuple(dict.fromkeys((round(radius * math.cos(a)), round(radius * math.sin(a))) for a in angles))


def test_small_polygons_stay_whole() -> None:
    assert split(circle(12, 1000), 12) == [circle(12, 1000)]


@pytest.mark.parametrize("corners", [13, 200, 1001, 5000])
def test_circles(corners: int) -> None:
    exact(circle(corners, 1_000_003), 12 if corners < 300 else 199)


def test_a_comb_of_one_polygon() -> None:
    ring = [(0, 0), (200_000, 0)]
    for k in reversed(range(1000)):
        ring += [(200 * k + 200, 50), (200 * k + 200, 1000), (200 * k + 100, 1000), (200 * k + 100, 50)]
    exact((*ring, (0, 50)), 199)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(100, 100_000), min_size=5, max_size=60))
def test_stars(radii: list[int]) -> None:
    angles = [2 * math.pi * k / len(radii) for k in range(len(radii))]
    ring = tuple((round(r * math.cos(a)), round(r * math.sin(a))) for r, a in zip(radii, angles, strict=True))
    if shapely.Polygon(ring).is_valid and polygon_area2(ring):
        exact(ring, 5)
