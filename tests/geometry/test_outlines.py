"""Outlines that people give: what is wrong with them, circles from inside and outside, what keep-outs leave."""

from __future__ import annotations

import math

import pytest

from fabplan.geometry import outlines
from fabplan.geometry.region import Region, area, rectangle
from fabplan.geometry.shapes import contains, distance


def test_faults_are_named() -> None:
    assert outlines.fault([(0, 0), (10, 0), (0, 0)]) == "fewer than three different corners"
    assert outlines.fault([(0, 0), (10, 10), (10, 0), (0, 10)]) == "edges cross or touch each other"
    assert outlines.fault([(0, 0), (10, 0), (10, 10)]) == ""


@pytest.mark.parametrize("diameter", [2_000, 1_000_000, 50_000_000])
def test_circles_lie_inside_or_around(diameter: int) -> None:
    true = math.pi * diameter**2 / 4 * 1e-18
    inner, outer = outlines.circle(0, 0, diameter), outlines.circle(0, 0, diameter, covering=True)
    assert area(inner) < true < area(outer)
    assert contains(outer, inner)
    points = [point for part in outer.parts for point in part.polygon]
    assert min(math.hypot(*point) for point in points) >= diameter / 2 - 1


def test_keep_outs_are_left_with_their_clearance() -> None:
    taken = rectangle(400, 400, 600, 600)
    left = outlines.kept_free(rectangle(0, 0, 1000, 1000), taken, 50)
    assert area(left) == pytest.approx((1000**2 - 300**2) * 1e-18)
    assert distance(left, taken) == 50
    assert not outlines.kept_free(taken, rectangle(0, 0, 1000, 1000))


def test_squares_fit_where_it_is_said() -> None:
    places = outlines.square_places(rectangle(0, 0, 1000, 1000), 200)
    assert area(places) == pytest.approx(800**2 * 1e-18)
    ell = Region((*rectangle(0, 0, 1000, 200).parts, *rectangle(0, 200, 200, 1000).parts))
    corner = outlines.square_places(ell, 200)
    assert not corner or area(corner) == 0
    assert outlines.nearest_point(places, (0, 500)) == (100, 500)
    assert outlines.lowest_point(places) in ((100, 100), (900, 100))
    assert outlines.lowest_point(places, -1)[1] == 900


def test_pieces() -> None:
    both = Region((*rectangle(0, 0, 10, 10).parts, *rectangle(20, 0, 50, 10).parts))
    assert outlines.largest_piece(both) == rectangle(20, 0, 50, 10)
    assert outlines.piece_around(both, rectangle(1, 1, 2, 2)) == rectangle(0, 0, 10, 10)
    assert outlines.on_edge(rectangle(0, 0, 10_000, 10_000), (0, 5000))
    assert not outlines.on_edge(rectangle(0, 0, 10_000, 10_000), (5000, 5000))
