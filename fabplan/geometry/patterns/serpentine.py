"""Meander: two lines side by side go back and forth; like lines of neighbouring rows are kept apart by a gap too."""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Lattice, joined, rectangle

TITLE = "serpentine: both nets as meanders"


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. The anode's line starts below, the cathode's above."""
    a, c, g, right = frame.anode_width, frame.cathode_width, frame.gap, frame.width
    row, foot = a + c + 2 * g, frame.anode_bus + g
    rows = (frame.length - foot - frame.cathode_bus) // row
    rows -= 1 - rows % 2  # the last row goes like the first: to the right
    if rows < 1 or right < 2 * row:
        return None
    more, less = Lattice(1, rows // 2 + 1, 0, 2 * row), Lattice(1, rows // 2, 0, 2 * row)
    roof = foot + rows * row
    anode = [
        rectangle(0, 0, right, frame.anode_bus),
        rectangle(0, frame.anode_bus, a, foot + c + g),
        rectangle(0, foot + c + g, right - c - g, foot + row - g, more),
        rectangle(0, foot + row, right - c - g, foot + row + a, less),
        rectangle(right - c - g - a, foot + row - g, right - c - g, foot + row, less),
        rectangle(0, foot + row + a, a, foot + 2 * row + c + g, less),
    ]
    cathode = [
        rectangle(0, roof, right, roof + frame.cathode_bus),
        rectangle(right - c, roof - row + c, right, roof),
        rectangle(a + g, foot, right, foot + c, more),
        rectangle(a + g, foot + row + a + g, right, foot + 2 * row - g, less),
        rectangle(right - c, foot + c, right, foot + row + a + g, less),
        rectangle(a + g, foot + 2 * row - g, a + g + c, foot + 2 * row, less),
    ]
    return Drawn(joined(anode), joined(cathode), right, roof + frame.cathode_bus)
