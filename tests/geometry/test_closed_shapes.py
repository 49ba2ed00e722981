"""Closed rings to regions: crossings are found and placed, slits and touching points are not crossings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.closed_shapes import Rule, Shape, region_of_shapes
from fabplan.geometry.region import area


def ring(*points: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(points, dtype=np.int64)


def square(x: int, y: int, side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return ring((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def show(x: float, y: float) -> str:
    return f"({x:g}, {y:g})"


def filled(*shapes: Shape, nested: bool = False) -> tuple[float, tuple[str, ...]]:
    region, notes = region_of_shapes(shapes, nested, "file", show)
    return round(area(region) * 1e18, 3), notes


SLIT = ring((0, 0), (90, 0), (90, 90), (0, 90), (0, 30), (30, 30), (30, 60), (60, 60), (60, 30), (0, 30))
TOUCHING = ring((0, 0), (50, 50), (100, 0), (100, 100), (50, 50), (0, 100))
BOW = ring((0, 0), (50, 50), (50, 0), (0, 50))
STAR = ring(*[(round(1e4 * math.cos(0.8 * math.pi * k)), round(1e4 * math.sin(0.8 * math.pi * k))) for k in range(5)])
LOOP = ring((0, 0), (100, 0), (100, 100), (40, 100), (40, 40), (60, 40), (60, 120), (0, 120))


def test_slits_and_touching_points_are_no_crossings() -> None:
    assert filled(Shape((SLIT,))) == (7200.0, ())
    assert filled(Shape((SLIT[::-1],))) == (7200.0, ())
    assert filled(Shape((TOUCHING,))) == (5000.0, ())


@pytest.mark.parametrize("crossed", [BOW, STAR, LOOP])
def test_crossings_are_refused_with_their_place(crossed: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
    with pytest.raises(BadInput, match=r"crosses itself; given at \("):
        filled(Shape((crossed,)))
    with pytest.raises(BadInput, match="crosses itself"):
        filled(Shape((crossed[::-1],)))
    assert "filled by its nonzero rule" in filled(Shape((crossed,), "nonzero"))[1][0]


def test_winding_rules() -> None:
    pair = (square(0, 0, 100), square(20, 20, 50))
    back = (pair[0], pair[1][::-1])
    cases: list[tuple[tuple[object, object], Rule, float]] = [
        (pair, "nonzero", 10_000), (pair, "evenodd", 7500), (back, "nonzero", 7500), (back, "evenodd", 7500),
        (pair, "holes", 7500), (back, "holes", 7500),
    ]  # fmt: skip
    for rings, rule, wanted in cases:
        assert filled(Shape(rings, rule))[0] == wanted  # type: ignore[arg-type]
    apart = (square(0, 0, 10), square(20, 0, 10))
    assert {filled(Shape(apart, rule))[0] for rule in ("nonzero", "evenodd")} == {200.0}
    inner = filled(Shape((STAR,), "evenodd"))[0]
    assert inner < filled(Shape((STAR,), "nonzero"))[0]


def test_nesting() -> None:
    shapes = [Shape((square(k, k, 100 - 2 * k),)) for k in (0, 10, 20)]
    assert filled(*shapes, nested=True) == (10_000 - 6400 + 3600, ("1 shapes inside others taken as holes",))
    area_, notes = filled(*shapes)
    assert area_ == 10_000 and "2 shapes lie inside others and change nothing" in notes[0]
    assert filled(shapes[0], shapes[0], nested=True) == (10_000, ("1 shapes drawn twice, taken once",))
    beside = Shape((square(50, 0, 100),))
    assert filled(shapes[0], beside, nested=True) == (15_000, ())


def test_what_has_no_area() -> None:
    flat = Shape((ring((0, 0), (5, 5), (9, 9)),))
    with pytest.raises(BadInput, match="no area"):
        filled(flat)
    assert filled(flat, Shape((square(0, 0, 9),)))[1] == ("1 shapes of zero area left out",)


def test_holes_must_lie_inside() -> None:
    with pytest.raises(BadInput, match="sticks out"):
        filled(Shape((square(0, 0, 10), square(5, 5, 10)), "holes"))


POINTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9)


def _even_odd(points: list[tuple[int, int]], x: float, y: float) -> tuple[int, int]:
    """Winding number and crossings to the right of a point, counted edge by edge."""
    winding = crossings = 0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) > x:
            winding += 1 if y1 > y0 else -1
            crossings += 1
    return winding, crossings


@settings(max_examples=150, deadline=None)
@given(POINTS)
def test_random_rings_fill_what_their_rule_says(points: list[tuple[int, int]]) -> None:
    """Against winding numbers on a raster of points that lie on no edge; scaled up so that snapping is small."""
    scale = 100_000
    scaled = np.array(points, dtype=np.int64) * scale
    counts = {"nonzero": 0, "evenodd": 0}
    steps = np.arange(0.137, 30, 0.3)
    for x in steps:
        for y in steps + 0.011:
            winding, crossings = _even_odd(points, float(x), float(y))
            counts["nonzero"] += winding != 0
            counts["evenodd"] += crossings % 2
    for rule, number in counts.items():
        try:
            found = filled(Shape((scaled,), rule))[0] / scale**2  # type: ignore[arg-type]
        except BadInput:
            found = 0.0
        assert found == pytest.approx(number * 0.09, abs=12)
