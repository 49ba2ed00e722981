"""Marks: outside the cell, one cross for every plate, windows that leave the cross free."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry.region import Box, Region, bounds, count
from fabplan.geometry.shapes import distance, intersection
from fabplan.layout.flat import flat
from fabplan.layout.marks import CLEARANCE, THINNEST, Plate, cross, frame, marks, outline, window
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
    assert crosses.max() + 1 == 4 * len(PLATES)
    assert [(layer.layer, layer.datatype) for layer in (first, *later)] == [(1, 20), (3, 21), (4, 21)]
    dark, clear = later
    assert count(dark.region) == 4 and count(clear.region) == 16
    # four whole crosses lie in the four windows of the dark plate, none under the frames of the clear one
    arm = 100_000
    assert sum(_shared(first.region, dark.region)) == 4 * (2 * 9 - 1) * arm**2
    assert not intersection(first.region, clear.region)
    assert distance(first.region, clear.region) == max(THINNEST, 5000)


def _shared(one: Region, other: Region) -> list[int]:
    return [
        (b[2] - b[0]) * (b[3] - b[1])
        for b in (bounds(Region((p,))) for p in intersection(one, other).parts)
        if len(intersection(one, other).parts[0].polygon) == 4
    ] or [round(sum(_area(p.polygon) for p in intersection(one, other).parts))]


def _area(ring: tuple[tuple[int, int], ...]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def test_shapes_of_marks() -> None:
    assert bounds(cross(1000)) == (-4500, -4500, 4500, 4500)
    assert bounds(window(1000)) == (-5500, -5500, 5500, 5500)
    assert bounds(frame(1000)) == (-6500, -6500, 6500, 6500)
    assert distance(cross(1000), frame(1000)) == 1000
    assert pieces([flat([frame(1000)])]).max() == 0


def test_one_plate_has_crosses_only_and_none_has_nothing() -> None:
    assert [layer.name for layer in marks((0, 0, 9, 9), PLATES[:1])] == ["marks-1-crosses"]
    assert marks((0, 0, 9, 9), ()) == ()
    assert (outline((0, 0, 9, 9)).layer, outline((0, 0, 9, 9)).datatype) == (0, 30)
