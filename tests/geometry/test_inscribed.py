"""The largest rectangle against brute force, against its closed form in a circle, and inside anything."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry import outlines
from fabplan.geometry.inscribed import largest_rectangle
from fabplan.geometry.region import Region, rectangle
from fabplan.geometry.shapes import contains, union


def brute(cells: np.ndarray, reserve: tuple[int, int] = (0, 0)) -> int:
    """Largest full rectangle of a board by trying all rows."""
    rows, columns = cells.shape
    best = 0
    for first in range(rows):
        full = np.ones(columns, bool)
        for last in range(first, rows):
            full &= cells[last]
            run = 0
            for free in full:
                run = run + 1 if free else 0
                best = max(best, max(last - first + 1 - reserve[0], 0) * max(run - reserve[1], 0))
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**49 - 1), st.sampled_from([(0, 0), (2, 1)]))
def test_boards_are_exact(bits: int, reserve: tuple[int, int]) -> None:
    cells = np.array([bits >> k & 1 for k in range(49)], bool).reshape(7, 7)
    squares = [rectangle(i * 1000, j * 1000, i * 1000 + 1000, j * 1000 + 1000) for i, j in np.argwhere(cells).tolist()]
    box = largest_rectangle(union(squares), (reserve[0] * 1000, reserve[1] * 1000)) if squares else None
    expected = brute(cells, reserve)
    if box is None:
        assert expected == 0
        return
    x0, y0, x1, y1 = box
    assert max(x1 - x0 - reserve[0] * 1000, 0) * max(y1 - y0 - reserve[1] * 1000, 0) == expected * 1_000_000
    assert contains(union(squares), rectangle(*box))


@pytest.mark.parametrize("diameter", [10_000_000, 3_333_333])
def test_a_circle_holds_its_square(diameter: int) -> None:
    region = outlines.circle(diameter // 2, diameter // 2, diameter)
    box = largest_rectangle(region)
    assert box is not None
    assert (box[2] - box[0]) * (box[3] - box[1]) == pytest.approx(diameter**2 / 2, rel=1e-3)
    assert contains(region, rectangle(*box))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.2, 1.0), min_size=5, max_size=60))
def test_stars_hold_what_is_found_and_nothing_much_larger(radii: list[float]) -> None:
    size = 2_000_000
    angles = [2 * math.pi * k / len(radii) for k in range(len(radii))]
    corners = zip(radii, angles, strict=True)
    points = [(round(size * r * math.cos(a)), round(size * r * math.sin(a))) for r, a in corners]
    region = outlines.polygon(points)
    box = largest_rectangle(region)
    assert box is not None and contains(region, rectangle(*box))
    x0, y0, x1, y1 = box
    for grown in ((x0 - 2, y0, x1, y1), (x0, y0 - 2, x1, y1), (x0, y0, x1 + 2, y1), (x0, y0, x1, y1 + 2)):
        assert not contains(region, rectangle(*grown))
    # a fifth larger of any shape on a grid of places would have been missed
    wide, tall = (x1 - x0) * 1.1, (y1 - y0) * 1.1
    for x in np.linspace(-size, size - wide, 12).astype(int).tolist():
        for y in np.linspace(-size, size - tall, 12).astype(int).tolist():
            assert not contains(region, rectangle(x, y, x + int(wide), y + int(tall)))


def test_nothing_in_nothing() -> None:
    assert largest_rectangle(Region()) is None
