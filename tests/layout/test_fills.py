"""Fills: covered area against the drawing, lengths by hand and by a second way, where filaments begin and end."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.region import Part, Region, joined, rectangle
from fabplan.geometry.shapes import to_shapely
from fabplan.layout.fills import bus_side, contours, filling, manhattan_rings, stacked, turned_to
from fabplan.layout.toolpaths import toolpath
from fabplan.layout.types import FILLS
from tests.printing import SETTINGS, UM, comb, gantry, turned, walls

BEAD = 30 * UM
BOX = (0, 0, 5_000 * UM, 5_000 * UM)


def lines(made):
    return [shapely.LineString(made.points[a:b]) for a, b in pairwise(made.starts.tolist())]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(FILLS), st.integers(1, 4), st.integers(1, 9), st.integers(1, 5), st.integers(0, 2), st.booleans()
)
def test_every_fill_covers_its_comb_and_nothing_else(fill, beads, bus, fingers, odd, turn):
    region = comb(fingers, beads * BEAD + odd * UM, 250 * UM, 700 * UM, bus * BEAD)
    region = turned(region) if turn else region
    made = filling(region, fill, None, BEAD, "w")
    drawn = to_shapely(region)
    # a wall that is no whole number of beads wide has beads of another width
    widest = max(made.bead_width, BEAD * 1.5)
    covered = shapely.union_all(shapely.buffer(lines(made), made.bead_width / 2 + 1))
    within = shapely.buffer(drawn, widest / 2, join_style="mitre")
    assert within.covers(covered)
    assert shapely.difference(drawn, covered).area < 0.09 * drawn.area
    assert shapely.difference(covered, drawn).area < 0.05 * drawn.area


def test_one_ring_by_hand():
    """A finger 60 by 700 on a bus 60 by 60: the ring runs 15 inside of the rectangle 60 by 760."""
    made = filling(joined([rectangle(0, 0, 60_000, 60_000), rectangle(0, 60_000, 60_000, 760_000)]), "contour", None,
                   BEAD, "w")
    assert made.points.tolist() == [[15000, 15000], [45000, 15000], [45000, 745000], [15000, 745000], [15000, 15000]]
    assert made.kinds == ("ring",)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_rings_are_offsets_of_the_outline(fingers, rings, more, turn):
    """The moved corners against shapely's own offsets, ring by ring, as long as every part holds them."""
    region = comb(fingers, 2 * rings * BEAD, 500 * UM, 800 * UM, 2 * (rings + more) * BEAD)
    region = turned(region) if turn else region
    made = contours(region, BEAD)
    drawn = to_shapely(region)
    for k in range(rings):
        wanted = shapely.buffer(drawn, -(k + 0.5) * BEAD, join_style="mitre", mitre_limit=5)
        assert lines(made)[k].length == pytest.approx(wanted.exterior.length, abs=1.0)
    assert len(made.kinds) > rings  # the wider bus holds more


def test_outlines_with_slanted_edges_and_holes():
    triangle = Region((Part(((0, 0), (400_000, 0), (0, 300_000))),))
    assert manhattan_rings(triangle) is None
    made = contours(triangle, BEAD)
    whole = to_shapely(triangle)
    assert all(whole.covers(line) for line in lines(made)) and len(made.kinds) == 4  # inner radius 100 um
    assert [len(line.coords) for line in lines(made)] == [4, 4, 4, 2]  # the last bead runs along the middle
    frame = joined([
        rectangle(0, 0, 400_000, 60_000), rectangle(0, 60_000, 60_000, 340_000),
        rectangle(340_000, 60_000, 400_000, 340_000), rectangle(0, 340_000, 400_000, 400_000),
    ])  # fmt: skip
    both = contours(frame, BEAD)
    assert [round(line.length) for line in lines(both)] == [4 * 370_000, 4 * 310_000]
    touching = joined([rectangle(0, 0, 100_000, 100_000), rectangle(100_000, 100_000, 200_000, 200_000)])
    assert manhattan_rings(touching) is None


def test_walls_begin_and_end_on_the_bus():
    region = comb(4, 60 * UM, 220 * UM, 700 * UM, 60 * UM)
    made = filling(region, "serpentine", None, BEAD, "w")
    for line, kind in zip(lines(made), made.kinds, strict=True):
        if kind == "wall":
            assert line.coords[0][1] == line.coords[-1][1] == 60_000 and len(line.coords) == 4
    ring = turned_to(filling(region, "contour", None, BEAD, "w"), bus_side(region))
    assert ring.points[0].tolist() == ring.points[-1].tolist() == [15_000, 15_000]
    down = comb(4, 60 * UM, 220 * UM, 700 * UM, 60 * UM, down=True)
    assert bus_side(down) == (1, 1)
    assert turned_to(filling(down, "contour", None, BEAD, "w"), bus_side(down)).points[0, 1] == 45_000


def test_every_second_layer_runs_backwards():
    made = filling(comb(3, 60 * UM, 220 * UM, 700 * UM, 60 * UM), "serpentine", None, BEAD, "w")
    points, counts, kinds = stacked(made, 2)
    starts = np.concatenate([[0], np.cumsum(counts)])
    half = len(made.kinds)
    first = {tuple(map(tuple, points[a:b])) for a, b in pairwise(starts[: half + 1].tolist())}
    second = {tuple(map(tuple, points[a:b][::-1])) for a, b in pairwise(starts[half:].tolist())}
    assert first == second and kinds[0] == kinds[half] == "bus"


def test_fewer_starts_and_no_unknown_fill():
    body = walls("anode", comb(4, 60 * UM, 220 * UM, 700 * UM, 60 * UM), "anode")
    made = {f: toolpath(body, dataclasses.replace(SETTINGS, fill=f), gantry(), 0, "p", BOX) for f in FILLS}
    assert [len(made[f].kinds) for f in FILLS] == [1 + 3 * 10, 1 + 3 * 5, 1 + 3]
    assert made["contour"].time < made["serpentine"].time < made["lines"].time
    with pytest.raises(BadInput, match="no such fill"):
        filling(body.region, "spiral", None, BEAD, "w")  # type: ignore[arg-type]
