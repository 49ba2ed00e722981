"""Area and centroid: the same from lattices and from flat polygons, different when anything moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry.region import Lattice, Part, Region, joined, polygons, rectangle
from fabplan.layout.fingerprint import Fingerprint, of_outlines, of_region


def flat(region: Region, turn: bool = False) -> Fingerprint:
    rings = [ring[::-1] if turn else ring for ring in polygons(region)]
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])]).astype(np.int64)
    return of_outlines(np.array([p for ring in rings for p in ring], np.int64).reshape(-1, 2), starts)


sizes, steps, places = st.integers(1, 10**7), st.integers(-(10**5), 10**5), st.integers(-(10**8), 10**8)


@given(places, places, sizes, sizes, st.integers(1, 7), st.integers(1, 5), steps, steps, st.booleans())
def test_lattice_and_flat_agree(
    x: int, y: int, w: int, h: int, columns: int, rows: int, step_x: int, step_y: int, turn: bool
) -> None:
    triangle = Part(((x, y), (x + w, y), (x, y + h)), Lattice(columns, rows, step_x, step_y))
    exact, found = of_region(Region((triangle,))), flat(Region((triangle,)), turn)
    assert found.area == pytest.approx(exact.area, rel=1e-12)
    assert (found.x, found.y) == pytest.approx((exact.x, exact.y), rel=1e-12, abs=1e-15)


def test_a_box() -> None:
    assert of_region(rectangle(0, 0, 200, 100)) == Fingerprint(2e-14, 100 * 1e-9, 50 * 1e-9)
    assert of_region(Region()) == flat(Region()) == Fingerprint(0.0, 0.0, 0.0)


def test_one_of_many_fingers_moved_by_ten_nanometres() -> None:
    lattice = rectangle(0, 0, 300, 9_000_000, Lattice(99_999, 1, 490, 0))
    last = 99_999 * 490
    good = joined([lattice, rectangle(last, 0, last + 300, 9_000_000)])
    moved = joined([lattice, rectangle(last + 10, 0, last + 310, 9_000_000)])
    assert of_region(moved).x - of_region(good).x == pytest.approx(1e-13, rel=1e-3)
