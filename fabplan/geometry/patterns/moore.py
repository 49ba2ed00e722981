"""Moore curve as the line of the gap, opened below: the anode reaches its inside through the opening."""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame, along, fitted
from fabplan.geometry.patterns.hilbert import curve
from fabplan.geometry.region import Point

TITLE = "Moore curve as the gap, opened below"


def loop(order: int) -> list[Point]:
    """Cells of the closed curve from the left to the right of the middle of the lower edge."""
    n = 1 << (order - 1)
    up = [(n - 1 - y, x) for x, y in curve(order - 1)]  # the lower right corner, upwards, to the upper right one
    down = [(2 * n - 1 - x, y) for x, y in up]
    return [*up, *[(x, y + n) for x, y in up], *reversed([(x, y + n) for x, y in down]), *reversed(down)]


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    found = fitted({k: (1 << k, (1 << k) + 1) for k in range(2, 7)}, frame)
    if found is None:
        return None
    order, copies = found
    size, line = 1 << order, []
    for i in range(copies):
        middle = size // 2 - 1 + i * size
        line += [(middle, -1), *[(x + i * size, y) for x, y in loop(order)], (middle + 1, -1)]
    return along([(0, -1), *line, (copies * size - 1, -1)], frame)
