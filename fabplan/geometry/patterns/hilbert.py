"""Hilbert curves side by side as the line of the gap."""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame, along, fitted
from fabplan.geometry.region import Point

TITLE = "Hilbert curve as the gap"


def curve(order: int) -> list[Point]:
    """Cells of the curve from the lower left to the lower right corner, 4^order of them."""
    points = [(0, 0)]
    for level in range(order):
        n = 1 << level
        left = [(y, x) for x, y in points]
        right = [(2 * n - 1 - y, n - 1 - x) for x, y in points]
        points = [*left, *[(x, y + n) for x, y in points], *[(x + n, y + n) for x, y in points], *right]
    return points


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    found = fitted({k: (1 << k, 1 << k) for k in range(1, 7)}, frame)
    if found is None:
        return None
    order, copies = found
    return along([(x + i * (1 << order), y) for i in range(copies) for x, y in curve(order)], frame)
