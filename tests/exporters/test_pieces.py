"""Convex pieces keep the area; the painter's order is what a line of sight meets, found a second way."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.exporters._pieces import Piece, convex, painted

TURN, TILT = 0.6, 0.55
TOWARDS = (math.sin(TURN), -math.cos(TURN))
RAY = np.array([TOWARDS[0] * math.cos(TILT), TOWARDS[1] * math.cos(TILT), math.sin(TILT)])
COMB = [
    *((0, 0), (70, 0), (70, 50), (60, 50), (60, 10), (40, 10)),
    *((40, 50), (30, 50), (30, 10), (10, 10), (10, 50), (0, 50)),
]


def box(x0: float, y0: float, z0: float, x1: float, y1: float, z1: float) -> Piece:
    return Piece(0, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), (True,) * 4, z0, z1)


@pytest.mark.parametrize("corners", [COMB, [(0, 0), (50, 10), (20, 20), (60, 60), (-10, 30)]])
def test_pieces_are_convex_and_fill_the_polygon(corners: Sequence[tuple[int, int]]) -> None:
    whole = shapely.Polygon(corners)
    found = [shapely.Polygon(shape) for shape, _ in convex(corners)]
    assert sum(p.area for p in found) == pytest.approx(whole.area, rel=1e-12)
    assert all(p.exterior.is_ccw and p.convex_hull.area == pytest.approx(p.area, rel=1e-9) for p in found)
    assert shapely.union_all(found).symmetric_difference(whole).area < 1e-6


def test_cuts_are_no_edges_of_the_body() -> None:
    edges = [
        (a, b)
        for shape, outer in convex(COMB)
        for a, b, own in zip(shape, [*shape[1:], shape[0]], outer, strict=True)
        if own
    ]
    outline = shapely.Polygon(COMB).exterior
    assert all(outline.covers(shapely.LineString([a, b])) for a, b in edges if a[1] != 10 or b[1] != 10)
    # the fingers' feet are cuts: no line across them
    assert not any(a[1] == b[1] == 10 and abs(a[0] - b[0]) == 10 for a, b in edges)


@st.composite
def scenes(draw: st.DrawFn) -> list[Piece]:
    """Boxes in the cells of a coarse grid, so that none overlap; heights of all kinds, some stacked."""
    found = []
    for i, j in itertools.product(range(4), range(4)):
        low = float(draw(st.integers(0, 3)))
        for _ in range(draw(st.integers(0, 2))):
            high = low + draw(st.integers(1, 4))
            x, y = (draw(st.floats(0.0, 0.4)) for _ in range(2))
            wide, long = (draw(st.floats(0.3, 0.6)) for _ in range(2))
            found.append(box(i + x, j + y, low, i + x + wide, j + y + long, high))
            low = high + draw(st.integers(0, 1))
    return found


def hit(piece: Piece, point: np.ndarray) -> float:
    """How far towards the viewer the line of sight through a point leaves the box; minus infinity where it misses."""
    low = np.array([*piece.corners[0], piece.low])
    high = np.array([*piece.corners[2], piece.high])
    a, b = (low - point) / RAY, (high - point) / RAY
    enter, leave = np.minimum(a, b).max(), np.maximum(a, b).min()
    return float(leave) if leave > enter + 1e-9 else -math.inf


@settings(max_examples=60, deadline=None)
@given(scene=scenes(), seed=st.integers(0, 1000))
def test_what_is_painted_last_is_what_one_sees(scene: list[Piece], seed: int) -> None:
    if not scene:
        return
    place = {k: at for at, k in enumerate(painted(scene, TOWARDS))}
    assert sorted(place) == list(range(len(scene)))
    rng = np.random.default_rng(seed)
    for point in rng.uniform([0, 0, 0], [4, 4, 8], (40, 3)):
        depths = [hit(piece, point) for piece in scene]
        met = [k for k, depth in enumerate(depths) if depth > -math.inf]
        if met:
            assert max(met, key=lambda k: place[k]) == max(met, key=lambda k: depths[k])


def test_nothing_to_paint() -> None:
    assert painted([], TOWARDS) == []
