"""Two combs that mesh: identities between closed forms, drawing and independent sums."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.architectures import _comb
from fabplan.architectures._comb import Comb
from fabplan.geometry import shapes
from fabplan.geometry.region import area, bounds, count, joined
from tests.architectures.requests import near

lengths = st.integers(2, 5000)


@st.composite
def combs(draw: st.DrawFn) -> Comb:
    fingers = draw(st.integers(2, 9))
    return Comb(
        anode_width=draw(lengths),
        cathode_width=draw(lengths),
        gap=draw(lengths),
        overlap=draw(lengths),
        anode_fingers=fingers,
        cathode_fingers=fingers - draw(st.integers(0, 1)),
        anode_bus=draw(lengths),
        cathode_bus=draw(lengths),
    )


@settings(max_examples=80, deadline=None)
@given(combs())
def test_areas_and_gap_make_up_the_rectangle(comb: Comb) -> None:
    assert sum(_comb.areas(comb)) + comb.gap * _comb.gap_line(comb) == comb.width * comb.length


@settings(max_examples=80, deadline=None)
@given(combs(), st.integers(-5, 200))
def test_drawing_equals_closed_form(comb: Comb, x: int) -> None:
    anode, cathode = _comb.draw(comb, x, 17)
    for region, plan, rim in zip((anode, cathode), _comb.areas(comb), _comb.perimeters(comb), strict=True):
        shape = shapes.to_shapely(region)
        assert (shape.area, shape.length) == (plan, rim)
        assert isinstance(shape, shapely.Polygon)
        assert len(region.parts) == 2
    assert bounds(joined([anode, cathode])) == _comb.outline(comb, x, 17)
    assert shapes.distance(anode, cathode) == comb.gap
    assert shapes.facing_length(anode, cathode, comb.gap) == _comb.facing(comb)


@settings(max_examples=80, deadline=None)
@given(combs(), st.integers(1, 300))
def test_inset_comb_is_the_eroded_one(comb: Comb, by: int) -> None:
    smaller = _comb.inset(comb, by)
    if not _comb.sound(smaller):
        return
    for outer, inner in zip(_comb.draw(comb, 0, 0), _comb.draw(smaller, by, by), strict=True):
        assert shapes.to_shapely(shapes.buffered(outer, -by)).equals(shapes.to_shapely(inner))
    assert _comb.inset(smaller, -by) == comb


def test_equal_widths_and_numbers_give_equal_areas() -> None:
    anode, cathode = _comb.areas(Comb(60, 60, 50, 600, 4, 4, 80, 80))
    assert anode == cathode


def test_swapping_the_nets_swaps_the_areas() -> None:
    one = _comb.areas(Comb(60, 90, 50, 600, 4, 4, 80, 120))
    other = _comb.areas(Comb(90, 60, 50, 600, 4, 4, 120, 80))
    assert one == other[::-1]


@pytest.mark.parametrize("ended", [0, 1])
def test_most_fingers_fit_and_one_more_does_not(ended: int) -> None:
    for width in (500, 1000, 12345):
        number = _comb.most_fingers(60, 90, 50, ended, width)
        widths = [Comb(60, 90, 50, 1, n, n - ended, 1, 1).width for n in (number, number + 1)]
        assert widths[0] <= width < widths[1]
    assert _comb.most_fingers(60, 90, 50, ended, 10) == 1 + ended
    assert _comb.most_fingers(60, 90, 50, ended, 1e30) == _comb.MOST_FINGERS


def test_squares_equal_the_losses_of_a_resistor_chain() -> None:
    """R = ∫ I² r dx / I_total², summed piece by piece for even draw along the fingers, pad in the middle."""
    comb = Comb(60, 90, 50, 6000, 400, 400, 500, 700)
    shares = (np.arange(2000) + 0.5) / 2000
    for found, width, bus, fingers in zip(
        _comb.squares(comb), (60, 90), (500, 700), (comb.anode_fingers, comb.cathode_fingers), strict=True
    ):
        along = np.mean(shares**2) * comb.finger_length / (width * fingers)
        position = np.linspace(-0.5, 0.5, fingers)  # of the fingers along the bus, pad at 0
        grid = np.linspace(-0.5, 0.5, 4001)
        current = np.array([np.mean((position > x) if x > 0 else (position < x)) for x in grid])
        across = np.mean(current**2) * comb.width / bus
        assert found == near(along + across, rel=0.01)


def test_sound_refuses_what_cannot_be_drawn() -> None:
    good = Comb(60, 60, 50, 600, 4, 4, 80, 80)
    assert _comb.sound(good)
    broken = [
        Comb(60, 60, 50, 600, 4.5, 4, 80, 80),
        Comb(60, 60, 0, 600, 4, 4, 80, 80),
        Comb(60, 60, 50, 600, 1, 0, 80, 80),
        Comb(60, 60, 50, 600, 1_000_001, 4, 80, 80),
        Comb(60, 60, 50, -5, 4, 4, 80, 80),
    ]
    assert not any(bool(_comb.sound(comb)) for comb in broken)


def test_a_million_fingers_stay_one_part() -> None:
    begin = time.perf_counter()
    comb = Comb(300, 300, 200, 9_000_000, 1_000_000, 1_000_000, 5000, 5000)
    anode, cathode = _comb.draw(comb, 0, 0)
    assert count(anode) == count(cathode) == 1_000_001
    assert len(anode.parts) == 2
    assert area(anode) == near(_comb.areas(comb)[0] * 1e-18, rel=1e-15)
    assert bounds(joined([anode, cathode])) == (0, 0, comb.width, comb.length)
    assert time.perf_counter() - begin < 0.05
