"""Symmetric trees (H-trees) of the anode side by side; the cathode fills what they leave."""

from __future__ import annotations

from collections.abc import Iterator

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Box, Region, joined, rectangle
from fabplan.geometry.shapes import buffered, difference, union

TITLE = "symmetric tree in a plate"
DEEPEST = 6


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. Lanes of the cathode are at least as wide as asked."""
    step = frame.anode_width + frame.cathode_width + 2 * frame.gap
    side = frame.cathode_width + frame.gap
    foot = frame.anode_bus + frame.cathode_width + 2 * frame.gap
    best: tuple[int, int, int] | None = None
    for level in range(1, DEEPEST + 1):
        reach = (1 << (level + 1)) - 2  # extent in steps
        tall = foot + reach * step + frame.anode_width + frame.gap + frame.cathode_bus
        copies = (frame.width - 2 * side - frame.anode_width + step) // ((reach + 1) * step)
        if tall <= frame.length and copies >= 1 and (best is None or copies * reach**2 > best[0]):
            best = (copies * reach**2, level, copies)
    if best is None:
        return None
    _, level, copies = best
    reach = (1 << (level + 1)) - 2
    width = 2 * side + frame.anode_width + (copies * (reach + 1) - 1) * step
    middle = foot + reach // 2 * step
    bars = [rectangle(0, 0, width, frame.anode_bus)]
    for i in range(copies):
        x = side + (i * (reach + 1) + reach // 2) * step
        bars += [_bar((x, 0, x, middle), frame.anode_width)]
        bars += [_bar(box, frame.anode_width) for box in _branches(x, middle, level, step)]
    anode = union([joined([bar]) for bar in bars])
    length = foot + reach * step + frame.anode_width + frame.gap + frame.cathode_bus
    room = rectangle(0, frame.anode_bus + frame.gap, width, length)
    return Drawn(anode, difference(room, buffered(anode, frame.gap)), width, length)


def _bar(box: Box, width: int) -> Region:
    return rectangle(box[0], box[1], box[2] + width, box[3] + width)


def _branches(x: int, y: int, level: int, step: int) -> Iterator[Box]:
    """An H around (x, y) and smaller ones at its four ends."""
    half = step << (level - 1)
    yield (x - half, y, x + half, y)
    for end in (x - half, x + half):
        yield (end, y - half, end, y + half)
        if level > 1:
            yield from _branches(end, y - half, level - 1, step)
            yield from _branches(end, y + half, level - 1, step)
