"""Marks: outside the cell, one cross for every plate, windows that leave the cross free."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry.region import Box, Region, area, bounds, count
from fabplan.geometry.shapes import distance, intersection
from fabplan.layout.flat import flat
from fabplan.layout.marks import CLEARANCE, Plate, cross, frame, marks, outline, window
from fabplan.layout.nets import pieces

PLATES = (Plate(1, 2000, True), Plate(3, 100_000, True), Plate(4, 5000, False))


@given(st.integers(1, 20_000_000), st.integers(1, 20_000_000))
def test_no_mark_comes_near_the_cell(width: int, length: int) -> None:
    cell = (-5, 7, width, 7 + length)
    for layer in marks(cell, PLATES):
        for part in layer.region.parts:
            assert _apart(bounds(Region((part,))), cell) >= CLEARANCE


def _apart(one: Box, other: Box) -> int:
    return max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])


@pytest.mark.parametrize("length", [1, 1_000_000, 50_000_000])
def test_every_later_plate_has_a_window_around_its_own_cross(length: int) -> None:
    first, *later = marks((0, 0, 1_000_000, length), PLATES)
    crosses = pieces([flat([first.region])])
    assert crosses.max() + 1 == 4 * (len(PLATES) + 1)  # a coarse one for every plate, a fine one for the last
    assert [(layer.layer, layer.datatype) for layer in (first, *later)] == [(1, 20), (3, 21), (4, 21)]
    dark, clear = later
    assert count(dark.region) == 4 and count(clear.region) == 32
    # four whole crosses lie in the four windows of the dark plate, none under the frames of the clear one
    arm = 100_000
    assert area(intersection(first.region, dark.region)) == pytest.approx(4 * (2 * 5 - 1) * (arm * 1e-9) ** 2)
    assert not intersection(first.region, clear.region)
    assert distance(first.region, clear.region) == 5000  # of the fine mark: an arm of the finest line of both plates


@pytest.mark.parametrize(("dark", "sides"), [(True, (7, 0)), (False, (9, 7))])
def test_a_fine_mark_stands_beside_the_coarse_one(dark: bool, sides: tuple[int, int]) -> None:
    """Of the wider of both lines; and no fine one where a line is unknown or hardly finer than the coarse arm."""
    first, later = marks((0, 0, 5_000_000, 5_000_000), [Plate(1, 2000, True), Plate(2, 3000, dark)])
    arms = (10_000, 3_000)
    wanted = 4 * sum((sides[0] * arm) ** 2 - (sides[1] * arm) ** 2 for arm in arms)
    assert area(later.region) == pytest.approx(wanted * 1e-18)
    assert pieces([flat([first.region])]).max() + 1 == 4 * 3
    for line in (0, 6_000):
        first, later = marks((0, 0, 5_000_000, 5_000_000), [Plate(1, 2000, True), Plate(2, line, dark)])
        assert pieces([flat([first.region])]).max() + 1 == 4 * 2


@given(st.integers(1, 3_000_000), st.integers(1, 6))
def test_marks_do_not_meet(length: int, number: int) -> None:
    """Blocks of neighbouring corners and sites of different plates stay apart."""
    plates = [Plate(k, 20_000, k % 2 == 0) for k in range(number)]
    first, *later = marks((0, 0, 700_000, length), plates)
    assert pieces([flat([first.region])]).max() + 1 == 4 * number
    shapes = [layer.region for layer in later]
    for k, one in enumerate(shapes):
        assert all(distance(one, other) > 0 for other in shapes[k + 1 :])


def test_shapes_of_marks() -> None:
    assert bounds(cross(1000)) == (-2500, -2500, 2500, 2500)
    assert bounds(window(1000)) == (-3500, -3500, 3500, 3500)
    assert bounds(frame(1000)) == (-4500, -4500, 4500, 4500)
    assert distance(cross(1000), frame(1000)) == 1000
    assert pieces([flat([frame(1000)])]).max() == 0


def test_one_plate_has_crosses_only_and_none_has_nothing() -> None:
    assert [layer.name for layer in marks((0, 0, 9, 9), PLATES[:1])] == ["marks-1-crosses"]
    assert marks((0, 0, 9, 9), ()) == ()
    assert (outline((0, 0, 9, 9)).layer, outline((0, 0, 9, 9)).datatype) == (0, 30)
