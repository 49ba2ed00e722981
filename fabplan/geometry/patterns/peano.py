"""Peano curves side by side as the line of the gap."""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame, along, fitted
from fabplan.geometry.region import Point

TITLE = "Peano curve as the gap"


def curve(order: int) -> list[Point]:
    """Cells of the curve from the lower left to the upper right corner, 9^order of them."""
    points = [(0, 0)]
    for level in range(order):
        n, found = 3**level, []
        for column in range(3):
            for row in range(3) if column % 2 == 0 else (2, 1, 0):
                turned = [
                    (n - 1 - x if row % 2 else x, n - 1 - y if column % 2 else y) for x, y in points
                ]
                found += [(x + column * n, y + row * n) for x, y in turned]
        points = found
    return points


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    found = fitted({k: (3**k, 3**k) for k in range(1, 5)}, frame)
    if found is None:
        return None
    order, copies = found
    size = 3**order
    flip = [(x, size - 1 - y) for x, y in curve(order)]
    return along([(x + i * size, y) for i in range(copies) for x, y in (flip if i % 2 else curve(order))], frame)
