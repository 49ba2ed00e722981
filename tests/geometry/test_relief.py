"""Coats over relief: closed form against slices through shapely's rounded offsets, and its own derivative."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry import relief
from fabplan.geometry.region import NANOMETRE, polygon_area2
from fabplan.geometry.relief import Relief, Section

ROUND = 256  # segments a quarter circle of the oracle's offsets


def sliced(outline: shapely.Polygon, around: bool, height: float, t: float) -> float:
    """Surplus of a coat by Gauss-Legendre slices: offsets of the outline at every level."""

    def strip(reach: float) -> float:
        if around:
            return float(outline.buffer(reach, quad_segs=ROUND).area - outline.area)
        return float(outline.area - outline.buffer(-reach, join_style="mitre", mitre_limit=100).area)

    nodes, weights = np.polynomial.legendre.leggauss(60)
    angles = (nodes + 1) * math.pi / 4  # level z = t sin(angle) above the upper edge: reach t cos(angle)
    rounded = sum(w * strip(t * math.cos(a)) * t * math.cos(a) for a, w in zip(angles, weights, strict=True))
    return (height - t) * strip(t) + rounded * math.pi / 4


def as_polygon(points: tuple[tuple[int, int], ...]) -> shapely.Polygon:
    return shapely.Polygon(np.array(points) * NANOMETRE)


def one(section: Section, height: float) -> Relief:
    return Relief((section,), 1.0, height, 1e-6, 1e-6)


@pytest.mark.parametrize("around", [True, False], ids=["pillar", "hole"])
@given(radius=st.integers(200, 20_000), share=st.floats(0.02, 0.9), slenderness=st.floats(1.0, 30.0))
def test_coats_of_discs_equal_slices(around: bool, radius: int, share: float, slenderness: float) -> None:
    t, height = share * radius * 0.99 * NANOMETRE, slenderness * radius * NANOMETRE
    found = relief.surplus_volume(one(relief.disc_section(radius, around), height), t)
    assert found == pytest.approx(sliced(as_polygon(relief.disc(radius)), around, height, t), rel=2e-4)


@pytest.mark.parametrize("around", [True, False], ids=["fin", "trench"])
@given(width=st.integers(500, 20_000), stretch=st.integers(1, 50), share=st.floats(0.02, 0.98))
def test_coats_of_rectangles_equal_slices(around: bool, width: int, stretch: int, share: float) -> None:
    t, height = share * width / 2 * NANOMETRE, 3 * width * NANOMETRE
    outline = as_polygon(((0, 0), (width, 0), (width, width * stretch), (0, width * stretch)))
    found = relief.surplus_volume(one(relief.rectangle_section(width, width * stretch, around), height), t)
    assert found == pytest.approx(sliced(outline, around, height, t), rel=2e-4)


@pytest.mark.parametrize("around", [True, False], ids=["pillar", "hole"])
def test_circles_have_the_exact_form(around: bool) -> None:
    """Section 0.4: V = A T + π(r+T)²(h-T) + π[r²T + πrT²/2 + 2T³/3] - πr²h, and r → -r for holes."""
    r, h, t = 1.5e-6, 30e-6, 0.4e-6
    circle = Section(np.pi * r**2, 2 * np.pi * r, relief.AROUND if around else np.pi)
    s = r if around else -r
    exact = np.pi * ((s + t) ** 2 * (h - t) + s**2 * t + np.pi * s * t**2 / 2 + 2 * t**3 / 3 - s**2 * h)
    area = 2 * np.pi * (s + t) * (h - t) + np.pi * ((np.pi - 2) * s * t + t**2)
    sign = 1 if around else -1
    assert sign * exact == pytest.approx(relief.surplus_volume(one(circle, h), t), rel=1e-12)
    assert sign * area == pytest.approx(relief.surplus_area(one(circle, h), t), rel=1e-12)


@given(
    radius=st.integers(100, 10_000),
    inner=st.floats(0.2, 0.9),
    share=st.floats(0.0, 0.9),
    height=st.floats(1e-6, 1e-4),
)
def test_surface_is_the_derivative_of_the_volume(radius: int, inner: float, share: float, height: float) -> None:
    bore = max(round(inner * radius), 1)
    walls = (relief.disc_section(radius, True), relief.disc_section(bore, False))
    tube = Relief(walls, 7.0, height, 1e-6, 1e-6)
    t, step = share * bore * NANOMETRE, 1e-6 * radius * NANOMETRE
    slope = (relief.surplus_volume(tube, t + step) - relief.surplus_volume(tube, t - step)) / (2 * step)
    assert slope == pytest.approx(float(relief.surplus_area(tube, t)), rel=1e-5, abs=1e-18)


def test_flat_ground_gains_the_walls_only() -> None:
    """Horizontal faces add up to the footprint: a thin film sees plan area plus height times outline."""
    walls = relief.disc_section(1000, False)
    assert relief.surplus_area(one(walls, 3e-5), 0.0) == pytest.approx(3e-5 * walls.perimeter)


@given(st.lists(st.integers(60, 30_000), min_size=1, max_size=4))
def test_section_is_that_of_the_drawn_polygon(radii: list[int]) -> None:
    found = relief.disc_section(np.array(radii), False)
    for k, radius in enumerate(radii):
        polygon = as_polygon(relief.disc(radius))
        assert polygon_area2(relief.disc(radius)) * NANOMETRE**2 / 2 == pytest.approx(found.area[k], rel=1e-12)
        assert polygon.length == pytest.approx(found.perimeter[k], rel=1e-12)
        assert found.area[k] == pytest.approx(np.pi * (radius * NANOMETRE) ** 2, rel=6.0 / radius)
        assert found.corner[k] == pytest.approx(np.pi, rel=0.02 + 5 / radius)


def test_a_tube_is_a_pillar_and_a_hole() -> None:
    outer, bore = relief.disc_section(2500, True), relief.disc_section(1500, False)
    both = Relief((outer, bore), 3.0, 3e-5, 1e-6, 1e-6)
    apart = sum(3 * relief.surplus_volume(one(wall, 3e-5), 2e-7) for wall in (outer, bore))
    assert relief.surplus_volume(both, 2e-7) == pytest.approx(apart, rel=1e-12)
    # architectures.md 5: default area enhancement of 5/3 um tubes, 30 um high, at 8 um
    assert 1 + float(relief.surplus_area(both, 0.0)) / 3 / (8e-6) ** 2 == pytest.approx(12.8, rel=2e-3)


def test_a_coat_has_what_lies_between_two_thicknesses() -> None:
    hole = one(relief.disc_section(1500, False), 3e-5)
    film = relief.coat([hole, hole], 3e-7, 1e-7)
    assert film.volume == pytest.approx(2 * (relief.surplus_volume(hole, 4e-7) - relief.surplus_volume(hole, 3e-7)))
    assert (film.lower, film.upper) == pytest.approx(tuple(2 * relief.surplus_area(hole, t) for t in (3e-7, 4e-7)))
    assert relief.open_mouth(Relief((), 1, 1, 1e-6, 1.2e-6), 0.6e-6) == pytest.approx(0.0, abs=1e-18)
