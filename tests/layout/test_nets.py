"""Electrical pieces and distances, against KLayout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry.region import Lattice, Part, Region, joined, polygons, rectangle
from fabplan.layout.flat import flat, without
from fabplan.layout.nets import nearness, overlap, pieces, touching
from tests.layout.cells import comb

box = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 20)] * 2)
boxes = st.lists(box, min_size=1, max_size=25)


def regions(given_boxes: list[tuple[int, int, int, int]]) -> Region:
    return joined(rectangle(x, y, x + w, y + h) for x, y, w, h in given_boxes)


def klayout_region(db: Any, region: Region) -> Any:
    found = db.Region()
    for ring in polygons(region):
        found.insert(db.Polygon([db.Point(x, y) for x, y in ring]))
    return found


@settings(deadline=None, max_examples=60)
@given(boxes)
def test_pieces_are_those_of_klayout(
    oracle: Callable[[str], Any], given_boxes: list[tuple[int, int, int, int]]
) -> None:
    db = oracle("klayout.db")
    merged = klayout_region(db, regions(given_boxes))
    merged.min_coherence = True  # a common corner does not connect
    number = int(pieces([flat([regions(given_boxes)])]).max()) + 1
    holes_touch = merged.merged().count()
    assert number == holes_touch


@settings(deadline=None, max_examples=60)
@given(boxes, boxes)
def test_distance_is_that_of_klayout(oracle: Callable[[str], Any], one: Any, other: Any) -> None:
    db = oracle("klayout.db")
    a, b = regions(one), regions([(x + 15, y, w, h) for x, y, w, h in other])
    near = nearness(flat([a]), flat([b]))
    assert near is not None
    left, right = klayout_region(db, a).merged(), klayout_region(db, b).merged()
    touch = not (left & right).is_empty() or not left.interacting(right).is_empty()
    assert (near.distance == 0) == touch
    if not touch:
        limit = int(np.floor(near.distance * 1e9 + 1e-6))
        closer = left.separation_check(right, limit, False, db.Region.Euclidian)
        assert closer.count() == 0
        assert left.separation_check(right, limit + 1, False, db.Region.Euclidian).count() > 0


def test_nearness_scales_to_combs_and_says_where() -> None:
    anode, cathode = comb(100)
    near = nearness(flat([anode]), flat([cathode]))
    assert near is not None and near.distance == pytest.approx(50e-6)
    assert nearness(flat([anode]), flat([])) is None


def test_touching_needs_more_than_a_corner() -> None:
    one, corner, edge = rectangle(0, 0, 10, 10), rectangle(10, 10, 20, 20), rectangle(10, 3, 20, 4)
    assert len(touching(flat([one]), flat([corner]))) == 0
    assert len(touching(flat([one]), flat([edge]))) == 1
    slanted = Region((Part(((10, 10), (20, 5), (20, 20))),))
    assert len(touching(flat([one]), flat([slanted]))) == 0
    leaning = Region((Part(((10, 0), (20, 5), (10, 10))),))
    assert len(touching(flat([one]), flat([leaning]))) == 1


def test_overlap_needs_area() -> None:
    one = flat([rectangle(0, 0, 10, 10)])
    assert overlap(one, flat([rectangle(10, 0, 20, 10)])) is None
    assert overlap(one, flat([Region((Part(((10, 0), (20, 5), (10, 10))),))])) is None
    place = overlap(one, flat([rectangle(9, 9, 20, 20)]))
    assert place == pytest.approx((9.5e-9, 9.5e-9))


def test_without_takes_away_what_is_covered() -> None:
    strip = flat([rectangle(0, 0, 100, 10, Lattice(1, 3, 0, 50))])
    cover = flat([rectangle(40, -5, 60, 70)]).shapes[0]
    left = without(strip, cover)
    assert len(left) == 5 and sorted(map(tuple, left.boxes.tolist()))[0] == (0, 0, 40, 10)


def test_distance_that_the_tree_rounds_down_is_found() -> None:
    """Two boxes whose distance is the very reach of the search, as a laminate with wide margins has them."""
    few = flat([rectangle(220_000, 220_000, 11_780_000, 11_780_000)])
    ends = ((-2_820_000, -1_820_000), (-1_820_000, -1_320_000))
    bars = [rectangle(5_500_000, low, 6_500_000, high) for low, high in ends]
    near = nearness(few, flat([joined(bars)]))
    assert near is not None and near.distance == pytest.approx(1_540_000e-9)
