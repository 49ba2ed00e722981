"""Every pattern on any frame: one piece a net, the gap kept, inside the room, as klayout sees it too."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry import shapes, sheet
from fabplan.geometry.patterns import base
from fabplan.geometry.patterns.base import Frame
from fabplan.geometry.region import NANOMETRE, Region, area, bounds, polygons

SLANTED = {"rings": 6.0, "waved-comb": 6.0}  # nm that snapping may add to the gap
FRAME = Frame(3_000_000, 2_000_000, 60_000, 45_001, 20_000, 100_000, 90_000)


@st.composite
def frames(draw: Any) -> Frame:
    """Frames from hardly any room to some dozens of lines; widths of any parity."""
    a, c, g = (draw(st.integers(10_000, 40_000)) for _ in range(3))
    sides = st.integers(300_000, 1_500_000)
    return Frame(draw(sides), draw(sides), a, c, g, draw(st.integers(a, 90_000)), draw(st.integers(c, 90_000)))


WIDE_BUS = Frame(300_000, 300_000, 10_000, 10_000, 34_296, 15_586, 10_000)  # its slot once cut the first ring


@pytest.mark.parametrize("name", base.names())
@settings(max_examples=12, deadline=None)
@example(frame=WIDE_BUS)
@given(frame=frames())
def test_nets_are_whole_and_apart(name: str, frame: Frame) -> None:
    drawn = base.load(name).draw(frame)
    if drawn is None:
        return
    assert drawn == base.load(name).draw(frame)
    assert (shapes.pieces(drawn.anode), shapes.pieces(drawn.cathode)) == (1, 1)
    assert 0 <= shapes.distance(drawn.anode, drawn.cathode) - frame.gap <= SLANTED.get(name, 0.0)
    assert drawn.width <= frame.width and drawn.length <= frame.length
    for net in (drawn.anode, drawn.cathode):
        x0, y0, x1, y1 = bounds(net)
        assert x0 >= 0 and y0 >= 0 and x1 <= drawn.width and y1 <= drawn.length
    if name not in SLANTED:
        assert shapes.minimum_width(drawn.anode) >= frame.anode_width
        assert shapes.minimum_width(drawn.cathode) >= frame.cathode_width


@pytest.mark.parametrize("name", ["hilbert", "moore", "peano", "s-spiral"])
def test_area_between_the_nets_is_gap_times_its_line(name: str) -> None:
    # equal widths: the band lies evenly on both sides of its centre line, corners cancel
    frame = Frame(3_000_000, 2_000_000, 60_000, 60_000, 20_000, 100_000, 100_000)
    drawn = base.load(name).draw(frame)
    between = drawn.width * drawn.length * NANOMETRE**2 - area(drawn.anode) - area(drawn.cathode)
    band = shapes.difference(shapes.union([_plate(drawn)]), shapes.union([drawn.anode, drawn.cathode]))
    assert between == pytest.approx(area(band), rel=1e-9)
    line = (shapes.to_shapely(band).length - 2 * frame.gap) / 2 * NANOMETRE  # both sides of the band, without its ends
    assert between == pytest.approx(frame.gap * NANOMETRE * line, rel=1e-9)


def _plate(drawn: Any) -> Region:
    from fabplan.geometry.region import rectangle

    return rectangle(0, 0, drawn.width, drawn.length)


@pytest.mark.parametrize("name", base.names())
def test_klayout_finds_one_piece_a_net_and_the_gap(name: str) -> None:
    db = pytest.importorskip("klayout.db", reason="klayout is the independent oracle")
    drawn = base.load(name).draw(FRAME)
    nets = []
    for region in (drawn.anode, drawn.cathode):
        found = db.Region()
        for polygon in polygons(region):
            found.insert(db.Polygon([db.Point(x, y) for x, y in polygon]))
        nets.append(found.merged())
    assert [net.count() for net in nets] == [1, 1]
    # a circle's chords stand closer than its corners: square metrics only widen the check
    assert nets[0].separation_check(nets[1], FRAME.gap).count() == 0
    assert nets[0].separation_check(nets[1], FRAME.gap + 7).count() > 0


def test_resistance_of_a_comb_is_the_closed_form() -> None:
    drawn = base.load("comb").draw(FRAME)
    number = drawn.anode.parts[0].lattice.count if drawn.anode.parts[0].lattice.count > 1 else None
    number = number or max(p.lattice.count for p in drawn.anode.parts)
    middle, half = drawn.width // 2, FRAME.anode_bus // 2
    found = sheet.squares(drawn.anode, (middle - half, middle + half), upper=False)
    finger = drawn.length - FRAME.anode_bus - FRAME.cathode_bus - FRAME.gap
    expected = finger / (3 * FRAME.anode_width * number) + drawn.width / (12 * FRAME.anode_bus)
    assert found == pytest.approx(expected, rel=0.05)


def test_resistance_of_a_strip() -> None:
    from fabplan.geometry.region import rectangle

    found = sheet.squares(rectangle(0, 0, 1_000, 20_000), (0, 1_000), upper=False)
    assert found == pytest.approx(20 / 3, rel=0.01)


def test_no_room_and_unknown_names() -> None:
    small = Frame(50_000, 50_000, 40_000, 40_000, 20_000, 10_000, 10_000)
    assert [base.load(name).draw(small) for name in base.names()] == [None] * len(base.names())
    with pytest.raises(BadInput, match="unknown pattern"):
        base.load("hilbrt")
