"""Edges, facing length and width of Manhattan regions, against brute force on a small grid and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.edges import boundary, facing_length, minimum_width
from fabplan.geometry.region import Lattice, Part, Region, joined, rectangle, translated

SIZE = 14


def cells(bits: list[int], dx: int = 0) -> Region:
    """Region of unit squares; neighbours touch along edges."""
    return joined(rectangle(i % SIZE + dx, i // SIZE, i % SIZE + dx + 1, i // SIZE + 1) for i in sorted(set(bits)))


pixels = st.lists(st.integers(0, SIZE * SIZE - 1), min_size=1, max_size=60)


def raster(bits: list[int]) -> np.ndarray:
    image = np.zeros((SIZE + 2, SIZE + 2), bool)
    for i in bits:
        image[i // SIZE + 1, i % SIZE + 1] = True
    return image


@settings(max_examples=60, deadline=None)
@given(pixels)
def test_boundary_has_the_perimeter_of_the_pixels(bits: list[int]) -> None:
    image = raster(bits).astype(int)
    vertical, horizontal = boundary(cells(bits))
    assert np.sum(vertical.high - vertical.low) == np.abs(np.diff(image, axis=1)).sum()
    assert np.sum(horizontal.high - horizontal.low) == np.abs(np.diff(image, axis=0)).sum()
    # every line that goes in comes out: the facings close
    assert np.sum(vertical.facing * (vertical.high - vertical.low)) == 0


def runs(line: np.ndarray) -> list[int]:
    """Lengths of the stretches of ones."""
    padded = np.concatenate([[0], line.astype(int), [0]])
    lengths = np.flatnonzero(np.diff(padded) == -1) - np.flatnonzero(np.diff(padded) == 1)
    return [int(length) for length in lengths]


@settings(max_examples=60, deadline=None)
@given(pixels)
def test_minimum_width_is_the_shortest_run_of_pixels(bits: list[int]) -> None:
    image = raster(bits)
    shortest = min(length for lines in (image, image.T) for line in lines for length in runs(line))
    assert minimum_width(cells(bits)) == shortest


def facing_by_pixels(a: np.ndarray, b: np.ndarray, reach: int) -> int:
    """Length of facing edges, counted pixel by pixel: an edge of a, empty or not beyond, an edge of b."""
    total = 0
    for one, other in ((a, b), (a[:, ::-1], b[:, ::-1]), (a.T, b.T), (a.T[:, ::-1], b.T[:, ::-1])):
        for row_a, row_b in zip(one, other, strict=True):
            ends = [i for i in range(len(row_a) - 1) if row_a[i] and not row_a[i + 1]]
            begins = [i for i in range(1, len(row_b)) if row_b[i] and not row_b[i - 1]]
            total += sum(1 for e in ends for s in begins if 0 < s - (e + 1) <= reach)
    return total


@settings(max_examples=60, deadline=None)
@given(pixels, pixels, st.integers(1, SIZE))
def test_facing_length_equals_counting(first: list[int], second: list[int], reach: int) -> None:
    assert facing_length(cells(first), cells(second), reach) == facing_by_pixels(raster(first), raster(second), reach)


def test_facing_length_of_two_fingers_by_hand() -> None:
    one, other = rectangle(0, 0, 10, 100), rectangle(15, 40, 25, 160)
    assert facing_length(one, other, 5) == 60
    assert facing_length(one, other, 4) == 0
    assert facing_length(other, one, 5) == 60
    assert facing_length(one, Region(), 5) == 0


def test_touching_edges_do_not_face_each_other() -> None:
    assert facing_length(rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10), 100) == 0


def test_width_of_a_wall_made_of_two_strips_is_theirs_together() -> None:
    assert minimum_width(joined([rectangle(0, 0, 30, 500), rectangle(30, 0, 60, 500)])) == 60
    assert minimum_width(Region()) == 0


def test_lattices_count_as_their_copies() -> None:
    comb = joined([rectangle(0, 0, 60, 1000, Lattice(5, 1, 220, 0)), rectangle(0, -80, 940, 0)])
    assert minimum_width(comb) == 60
    assert facing_length(comb, translated(rectangle(0, 0, 60, 1000, Lattice(5, 1, 220, 0)), 110, 200), 50) == 9 * 800
    rows = rectangle(0, 0, 60, 20, Lattice(1, 7, 0, 50))
    assert minimum_width(rows) == 20


def test_slanted_edges_are_refused() -> None:
    triangle = Region((Part(((0, 0), (10, 0), (0, 10))),))
    for call in (lambda: boundary(triangle), lambda: minimum_width(triangle)):
        with pytest.raises(ValueError, match="Manhattan"):
            call()


def test_too_many_polygons_are_refused_at_once() -> None:
    endless = rectangle(0, 0, 1, 1, Lattice(10**6, 10**6, 2, 2))
    with pytest.raises(BadInput, match="too many polygons"):
        minimum_width(endless)
