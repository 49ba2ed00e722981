"""Double spiral: the line of the gap winds into the middle and out again, each net is one ribbon."""

from __future__ import annotations

from fabplan.geometry.patterns.base import MOST_LINES, Drawn, Frame, along, room
from fabplan.geometry.region import Point

TITLE = "double spiral (S-spiral)"


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. The middle is stretched so that it fills rectangles."""
    across, up = room(frame)
    turns = min(up // 4, (across + 1) // 4, MOST_LINES // 8)
    if turns < 1:
        return None
    wide = across - 4 * turns + 2
    arm = _arm(turns, wide)
    return along([*[(wide - x, -y) for x, y in reversed(arm)], *arm], frame)


def _arm(turns: int, wide: int) -> list[Point]:
    """Corners of one arm from the middle, ``wide`` pitches long, outwards; turned by 180° it is the other arm."""
    points = []
    for turn in range(turns):
        right, left, top, low = wide + 2 * turn, -1 - 2 * turn, 1 + 2 * turn, -2 - 2 * turn
        points += [(right, low + 2), (right, top), (left, top), (left, low)]
    return [*points, (wide + 2 * turns - 1, -2 * turns)]
