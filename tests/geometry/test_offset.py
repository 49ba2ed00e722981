"""Edges moved with lattices kept, held against KLayout's own sizing of the flat polygons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry.offset import changed, offset
from fabplan.geometry.region import Lattice, Part, Region, area, count, joined, polygons, rectangle
from tests.conftest import find_oracle

UM = 1000


def comb(fingers: int, width: int = 2 * UM, gap: int = 2 * UM, bus: int = 5 * UM) -> Region:
    """A comb whose bus is wider than its fingers, and a bar beside it."""
    pitch, end = width + gap, fingers * (width + gap)
    return joined(
        [
            rectangle(0, bus, width, 90 * UM, Lattice(fingers, 1, pitch, 0)),
            rectangle(-3 * UM, 0, end, bus),
            rectangle(end + pitch, 0, end + pitch + 5 * width, 90 * UM),
        ]
    )


def in_klayout(region: Region) -> Any:
    db = find_oracle("klayout.db")
    found = db.Region()
    for ring in polygons(region):
        found.insert(db.Polygon([db.Point(x, y) for x, y in ring]))
    return found


@pytest.mark.parametrize("distance", [-700, -1, 1, 300, 900])
@pytest.mark.parametrize("fingers", [3, 400])
def test_klayout_sizes_the_same(fingers: int, distance: int) -> None:
    region = comb(fingers)
    made, sized = in_klayout(offset(region, distance)), in_klayout(region).merged().sized(distance, 2)
    assert (made ^ sized).is_empty()
    assert made.area() == made.merged().area()  # parts never overlap


@given(
    st.integers(2, 40), st.integers(2, 40), st.integers(400, 900), st.integers(400, 900), st.integers(-199, 149)
)  # fmt: skip
def test_pillars_stay_pillars(columns: int, rows: int, wide: int, high: int, distance: int) -> None:
    region = rectangle(0, 0, wide, high, Lattice(columns, rows, 1200, 1200))
    made = offset(region, distance)
    assert count(made) == columns * rows
    one = (wide + 2 * distance) * (high + 2 * distance) * 1e-18
    assert area(made) == pytest.approx(columns * rows * one, rel=1e-12)
    assert len(made.parts) <= 200


def test_a_million_fingers_take_no_longer_than_ten() -> None:
    made = offset(comb(1_000_000), -300)
    assert len(made.parts) < 10
    assert area(made) == pytest.approx((1e6 * 1400 * 85_000 + (4e9 + 3000 - 600) * 4400 + 9400 * 89_400) * 1e-18)


def test_what_vanishes_or_merges_is_found() -> None:
    thin = joined([comb(400), rectangle(-50 * UM, 0, -49_600, 90 * UM)])
    assert changed(comb(400), -999) is None and changed(comb(400), 990) is None
    x, y = changed(thin, -300) or (0.0, 0.0)
    assert x == pytest.approx(-49.8e-6, abs=1e-7) and 0 < y < 90e-6
    assert changed(comb(400), -1010) is not None  # the fingers vanish, the bus stays
    assert changed(comb(400), 1010) is not None  # the gaps close


def test_slanted_shapes_fall_back_to_flat_ones() -> None:
    saw = Region((Part(((0, 0), (2000, 0), (1000, 3000)), Lattice(300, 1, 2000, 0)),))
    db_made, db_sized = in_klayout(offset(saw, -100)), in_klayout(saw)
    assert db_made.area() < db_sized.area()
    assert count(offset(saw, -100)) >= 300
