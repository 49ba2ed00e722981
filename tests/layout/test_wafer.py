"""Dies on a wafer: whole ones inside of the edge exclusion, off flat and notch, as arrays."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry.region import polygon_area2, rectangle
from fabplan.layout.wafer import (
    CELL,
    COUPON,
    DISCS,
    FRAME,
    HALF_ANODE,
    NOTCH_DEPTH,
    TEST,
    Disc,
    Numbers,
    Wafer,
    arrays,
    disc_of,
    outline,
    slots,
)
from tests.conftest import find_oracle

MM = 1_000_000
FLATS = [dataclasses.replace(disc, turn=turn) for disc in DISCS[:5] for turn in (45, 90, 180)]
HALF = rectangle(0, 0, 1000, 1000)


def wafer(disc: Disc, edge: int, street: int, wide: int, high: int, wanted: Numbers) -> Wafer:
    box = (-17, 23, wide - 17, high + 23)
    found = slots(disc, edge, street, box, wanted)
    kinds = {slot.kind for slot in found if slot.kind} - {TEST} | {FRAME}
    return Wafer(disc, edge, street, box, found, {kind: ((1, HALF),) for kind in sorted(kinds)})


@settings(max_examples=60)
@given(
    st.sampled_from([*DISCS, *FLATS]), st.integers(0, 6 * MM), st.integers(0, MM), st.integers(3 * MM, 40 * MM),
    st.integers(3 * MM, 40 * MM), st.integers(0, 9), st.integers(0, 3),
)  # fmt: skip
def test_dies_are_whole_apart_and_inside(
    disc: Disc, edge: int, street: int, wide: int, high: int, tests: int, others: int
) -> None:
    made = wafer(disc, edge, street, wide, high, Numbers(tests, others, others))
    radius, used = disc.diameter / 2, [slot for slot in made.slots if slot.kind]
    for slot in used:
        for x in (slot.x, slot.x + wide):
            for y in (slot.y, slot.y + high):
                assert math.hypot(x, y) <= radius - edge + 1e-3
                if disc.flat:
                    assert y >= edge - disc.flat_distance - 1e-3
                if disc.second_way is not None:
                    along = x * disc.second_way[0] + y * disc.second_way[1]
                    assert along <= math.sqrt(radius**2 - (disc.second / 2) ** 2) - edge + 1e-3
        if not disc.flat:  # the tip of the notch
            assert not (slot.x < edge and slot.x + wide > -edge and slot.y < NOTCH_DEPTH + edge - radius)
    places = sorted((slot.y, slot.x) for slot in used)
    for (y0, x0), (y1, x1) in itertools.pairwise(places):
        assert (x1 - x0) % (wide + street) == 0 and (y1 - y0) % (high + street) == 0 and (x0, y0) != (x1, y1)
    assert all(bool(slot.kind) != bool(slot.reason) for slot in made.slots)
    _arrays_are_the_slots(made)


def _arrays_are_the_slots(made: Wafer) -> None:
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, x, y, lattice in arrays(made):
        found.setdefault(kind, []).extend(
            (x + made.box[0] + i * lattice.step_x, y + made.box[1] + j * lattice.step_y)
            for i in range(lattice.columns)
            for j in range(lattice.rows)
        )
    for kind in made.dies:
        own = [s for s in made.slots if s.kind == kind or (kind == FRAME and s.kind not in ("", COUPON))]
        assert sorted(found.get(kind, [])) == sorted((slot.x, slot.y) for slot in own)


def test_a_full_grid_is_counted_by_hand() -> None:
    # 100 mm, dies of 10 mm without street, 5 mm off: radius 45 mm; with a street in the middle the corners of
    # columns 1, 2, 3, 4 reach up to sqrt(45^2 - (10 k)^2) = 43.9, 40.3, 33.5, 20.6 mm: 4 + 4 + 3 + 2 a quarter
    made = wafer(disc_of(100 * MM) or DISCS[0], 5 * MM, 0, 10 * MM, 10 * MM, Numbers())
    assert made.count() == 52


def test_tests_half_cells_and_coupons_are_given_out() -> None:
    made = wafer(DISCS[2], 3 * MM, 100_000, 8 * MM, 8 * MM, Numbers(5, 2, 3))
    plain = wafer(DISCS[2], 3 * MM, 100_000, 8 * MM, 8 * MM, Numbers())
    assert made.count(TEST) == 5 and made.count(HALF_ANODE) == 2 and made.count(COUPON) == 3
    assert made.count() == plain.count(CELL) - 5 - 4 - 3
    middle = min((s for s in made.slots if s.kind), key=lambda s: math.hypot(s.x + 4 * MM, s.y + 4 * MM))
    assert middle.kind == TEST


def test_flat_and_notch_take_dies_away() -> None:
    flat = wafer(DISCS[4], 0, 0, 4 * MM, 4 * MM, Numbers())
    assert any(slot.reason == "flat" for slot in flat.slots)
    notch = wafer(DISCS[5], 0, 0, 2 * MM, MM, Numbers())
    assert any(slot.reason == "notch" for slot in notch.slots)


@pytest.mark.parametrize("disc", DISCS)
def test_outline_has_the_diameter_and_the_flat(disc: Disc) -> None:
    db = find_oracle("klayout.db")
    edge = db.Polygon([db.Point(*corner) for corner in outline(disc).parts[0].polygon])
    lowest = disc.flat_distance if disc.flat else disc.diameter / 2
    assert edge.bbox().top == pytest.approx(disc.diameter / 2, rel=1e-3)
    assert -edge.bbox().bottom == pytest.approx(lowest, rel=1e-3)
    if disc.flat:
        longest = max((e for e in edge.each_edge() if e.dy() == 0), key=lambda e: e.length())
        assert longest.length() == pytest.approx(disc.flat, abs=2)
    lost = math.pi / 4 * disc.diameter**2 - edge.area()
    assert 0 < lost < 0.02 * edge.area()


def test_a_die_that_fits_nowhere() -> None:
    assert wafer(DISCS[0], 3 * MM, 0, 60 * MM, 60 * MM, Numbers(9, 2, 2)).count() == 0


@pytest.mark.parametrize("disc", FLATS, ids=lambda disc: f"{disc.inches}-inch-{disc.turn}")
def test_the_secondary_flat_is_cut_off_where_it_should_be(disc: Disc) -> None:
    """By its area: the circle less two segments; and by its place, clockwise from below seen from the front."""
    ring = outline(disc).parts[0].polygon
    radius = disc.diameter / 2

    def segment(chord: int) -> float:
        angle = 2 * math.asin(chord / disc.diameter)
        return radius**2 / 2 * (angle - math.sin(angle))

    whole = math.pi * radius**2 - segment(disc.flat) - segment(disc.second)
    assert polygon_area2(ring) / 2 == pytest.approx(whole, rel=3e-4)
    longest = sorted(
        (math.dist(a, b), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in itertools.pairwise([*ring, ring[0]])
    )
    (second, x, y), (first, _, low) = longest[-2:]
    assert (first, second) == pytest.approx((disc.flat, disc.second), abs=3) and low < 0
    clockwise = math.degrees(math.atan2(-x, -y)) % 360
    assert clockwise == pytest.approx(disc.turn, abs=1e-3)
