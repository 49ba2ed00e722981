"""Combs clipped to any outline: one piece a net, never nearer than the gap, inside, nothing acute, same bytes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan.architectures._comb_clipped import Filling, Teeth, filled, shifted
from fabplan.architectures._comb_shapes import boxes, neck, region
from fabplan.geometry import clip, outlines
from fabplan.geometry.region import Region, area, bounds, joined, polygons, rectangle
from fabplan.geometry.shapes import contains, distance, pieces, to_shapely, union

db = pytest.importorskip("klayout.db", reason="klayout is the independent oracle of widths, gaps and angles")

slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZE = 4_000_000


@st.composite
def stars(draw: Any) -> Region:
    """Star polygons with 5 to 40 corners, from nearly round to spiky."""
    number, rough = draw(st.integers(5, 40)), draw(st.sampled_from([0.05, 0.3, 0.7]))
    radii = [SIZE / 2 * (1 - rough * draw(st.floats(0, 1))) for _ in range(number)]
    angles = [2 * math.pi * k / number for k in range(number)]
    corners = zip(radii, angles, strict=True)
    points = [(round(SIZE / 2 + r * math.cos(a)), round(SIZE / 2 + r * math.sin(a))) for r, a in corners]
    return outlines.polygon(points) if not outlines.fault(points) else outlines.circle(SIZE // 2, SIZE // 2, SIZE)


def an_l(draw: Any) -> Region:
    """An L, or a U when both cuts are narrow."""
    x, y = (draw(st.integers(SIZE // 4, 3 * SIZE // 4)) for _ in range(2))
    return union([rectangle(0, 0, SIZE, y), rectangle(0, 0, x, SIZE)])


@st.composite
def domains(draw: Any) -> Region:
    """Circle, L or star less up to eight round or square keep-outs."""
    kind = draw(st.sampled_from(["circle", "l", "star"]))
    outline = {
        "circle": lambda: outlines.circle(SIZE // 2, SIZE // 2, SIZE),
        "l": lambda: an_l(draw),
        "star": lambda: draw(stars()),
    }[kind]()
    taken = []
    for _ in range(draw(st.integers(0, 8))):
        x, y, d = draw(st.integers(0, SIZE)), draw(st.integers(0, SIZE)), draw(st.integers(50_000, 900_000))
        taken.append(outlines.circle(x, y, d, True) if draw(st.booleans()) else rectangle(x, y, x + d, y + d // 2))
    return outlines.kept_free(outline, union(taken)) if taken else outline


@st.composite
def teeth(draw: Any, domain: Region) -> Teeth:
    """Any comb over a domain: 4 to 300 fingers, also ones that stick out."""
    x0, _, x1, _ = bounds(domain)
    number = draw(st.integers(4, 300))
    pitch = (x1 - x0) // number
    gap = max(int(pitch * draw(st.sampled_from([0.2, 0.4]))), 1000)
    width = draw(st.integers(max(pitch - gap, 1000), max(pitch - gap, 1000) + 5000)), max(pitch - gap, 1000)
    bus = tuple(draw(st.integers(1000, 2 * max(width))) for _ in range(2))
    start = x0 + draw(st.integers(-pitch, pitch))
    return Teeth(width, (bus[0], bus[1]), gap, number, start)


def layer(found: Region) -> Any:
    return db.Region([db.Polygon([db.Point(x, y) for x, y in ring]) for ring in polygons(found)]).merged()


def drawn(found: Filling, inset: int = 0) -> tuple[Region, Region]:
    return region(boxes(found, 0, inset)), region(boxes(found, 1, inset))


@slowly
@given(data=st.data())
def test_clipped_combs_hold(data: Any) -> None:
    domain = data.draw(domains())
    if not domain:
        return
    asked = data.draw(teeth(domain))
    found = filled(clip.edges(domain), asked)
    if found is None:
        return
    for inset in (0, min(*asked.width, *asked.bus) // 5):
        anode, cathode = drawn(found, inset)
        for shape in (anode, cathode):
            assert pieces(shape) == 1
            assert contains(domain, shape)
            # parts touch and do not overlap, so that areas add up
            assert to_shapely(shape).area == pytest.approx(area(shape) * 1e18, rel=1e-12)
        assert distance(anode, cathode) == asked.gap + 2 * inset
        ours, theirs = layer(anode), layer(cathode)
        assert (ours.count(), theirs.count()) == (1, 1)
        assert ours.separation_check(theirs, asked.gap + 2 * inset).count() == 0
        least = min(*asked.width, *asked.bus) - 2 * inset
        for shape in (ours, theirs):
            assert shape.width_check(least).count() == 0
            assert shape.rectilinear().count() == shape.count(), "every corner is square"
            assert shape.space_check(asked.gap).count() == 0
    again = filled(clip.edges(domain), asked)
    assert again is not None and drawn(again) == drawn(found)


def test_a_check_that_must_fail_does() -> None:
    """The oracle sees a gap that is one nanometre wider than drawn, and a width likewise."""
    asked = Teeth((50_000, 50_000), (50_000, 50_000), 40_000, 40, 0)
    found = filled(clip.edges(outlines.circle(SIZE // 2, SIZE // 2, SIZE)), asked)
    assert found is not None
    ours, theirs = (layer(shape) for shape in drawn(found))
    assert ours.separation_check(theirs, 40_001).count() > 0
    assert ours.width_check(50_001).count() > 0


def test_a_keep_out_in_the_middle_is_led_around() -> None:
    """Under and over a hole both nets stay: nearly all of the area beside it is used."""
    hole = outlines.circle(SIZE // 2, SIZE // 2, SIZE // 3, True)
    domain = outlines.kept_free(rectangle(0, 0, SIZE, SIZE), hole)
    for start in (0, 30_000, 61_000):
        asked = Teeth((30_000, 30_000), (30_000, 30_000), 20_000, 80, start - 40_000)
        found = filled(clip.edges(domain), asked)
        assert found is not None
        used = sum(area(shape) for shape in drawn(found)) / (area(domain) * 0.6)
        assert used > 0.93
        # fingers of both nets stand below and above the hole
        middle = [
            {net for net in (0, 1) for box in boxes(found, net) if box[0] < SIZE // 2 < box[2] + 60_000 and side(box)}
            for side in (lambda b: b[3] < SIZE // 2, lambda b: b[1] > SIZE // 2)
        ]
        assert middle == [{0, 1}, {0, 1}]


def test_nothing_fits() -> None:
    asked = Teeth((50_000, 50_000), (50_000, 50_000), 40_000, 10, 0)
    assert filled(clip.edges(rectangle(0, 0, 1_000_000, 200_000)), asked) is None
    assert filled(clip.edges(rectangle(5_000_000, 0, 6_000_000, 2_000_000)), asked) is None


def test_free_stretches_are_those_of_klayout() -> None:
    domain = outlines.kept_free(
        outlines.circle(SIZE // 2, SIZE // 2, SIZE), outlines.circle(SIZE // 3, SIZE // 2, SIZE // 4, True)
    )
    left = np.arange(0, SIZE - 50_000, 37_003)
    right = left + 50_000
    found = clip.free_stretches(clip.edges(domain), left, right)
    inside = layer(domain)
    for k in range(len(left)):
        strip = db.Region(db.Box(int(left[k]), -1, int(right[k]), SIZE + 1))
        blocked = strip - inside
        marks = sorted((p.bbox().bottom, p.bbox().top) for p in blocked.each_merged())
        edges, reached = [], -1
        for low, high in marks:
            if low > reached >= 0:
                edges.append((reached, low))
            reached = max(reached, high)
        own = found.strip == k
        mine = list(zip(found.low[own].tolist(), found.high[own].tolist(), strict=True))
        assert len(mine) == len(edges)
        assert all(abs(a - c) <= 1 and abs(b - d) <= 1 for (a, b), (c, d) in zip(mine, edges, strict=True))


def test_necks_end_on_what_they_meet_first() -> None:
    found = np.array([[0, 100, 10, 200], [10, 120, 30, 130], [30, 100, 40, 200], [10, 300, 30, 310]])
    lead = neck(found, 0, 40, 50, 1)
    assert lead is not None
    assert sorted(map(tuple, lead.tolist())) == [(0, 50, 10, 100), (10, 50, 30, 120), (30, 50, 40, 100)]
    assert pieces(joined([region(found[:3]), region(lead)])) == 1
    assert neck(found, 0, 60, 50, 1) is None


def test_shifted_keeps_the_middle() -> None:
    asked = Teeth((50, 50), (50, 50), 40, 11, 1000)
    wider = shifted(asked, 60)
    middle = [int(t.left[0] + t.right[-1]) for t in (asked, wider)]
    assert middle[0] == middle[1]
