"""Combs one above the other between bars of both nets, with a trunk on either side that ties the bars.

How many there are follows from the size: a finger is at most `SLENDER` times as long as wide. Both trunks and the
bars along the edges, which carry the current of all bars, are as much wider than an inner bar as there are bars.
"""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Lattice, Region, joined, rectangle

TITLE = "banked comb: trunks, bars and short fingers"
FEWEST, MOST = 3, 199
SLENDER = 100


def banks(frame: Frame) -> int:
    """Number of banks, odd: the fewest whose fingers are no longer than `SLENDER` times the narrower width."""
    finger = SLENDER * min(frame.anode_width, frame.cathode_width)
    bars = (frame.anode_bus + frame.cathode_bus) // 2
    wanted = -(-frame.length // max(finger + bars, 1))
    return min(max(wanted + 1 - wanted % 2, FEWEST), MOST)


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    found = None
    for number in dict.fromkeys((banks(frame), FEWEST)):  # where wide bars leave no room for many, a few
        found = found or banked(frame, number)
    return found


def banked(frame: Frame, number: int) -> Drawn | None:
    """A comb of an odd number of banks; trunks only where there are several. None where it has no room."""
    g, inner = frame.gap, (frame.anode_bus, frame.cathode_bus)
    outer = _outer(frame, number)
    trunk = (outer[0] + g, outer[1] + g) if number > 1 else (0, 0)
    step = frame.anode_width + frame.cathode_width + 2 * g
    pairs = (frame.width - sum(trunk) + g) // step
    bars = sum(outer) + (number - 1) // 2 * sum(inner)
    tall = (frame.length - bars) // number  # from bar to bar
    if pairs < 1 or tall < 3 * g:
        return None
    width = sum(trunk) + pairs * step - g
    parts: tuple[list[Region], list[Region]] = ([], [])
    low = 0
    for bar in range(number + 1):
        net, edge = bar % 2, bar in (0, number)
        high = low + (outer[net] if edge else inner[net])
        span = (0, width) if edge else ((outer[0], width - trunk[1]), (trunk[0], width - outer[1]))[net]
        parts[net].append(rectangle(span[0], low, span[1], high))
        low = high
        if bar < number:
            _fingers(parts, frame, (trunk[0], low, low + tall), net, pairs, number > 1)
            low += tall
    if number > 1:
        parts[0].append(rectangle(0, outer[0], outer[0], low - outer[1] - g))
        parts[1].append(rectangle(width - outer[1], outer[0] + g, width, low - outer[1]))
    return Drawn(joined(parts[0]), joined(parts[1]), width, low)


def _outer(frame: Frame, number: int) -> tuple[int, int]:
    """Width of the trunk and of the edge's bar, of both nets."""
    times = (number + 1) // 2
    return frame.anode_bus * times, frame.cathode_bus * times


def squares(frame: Frame) -> tuple[float, float] | None:
    """Squares of both nets: the edge's bar fed in its middle, the trunk at its end, inner bars and fingers.

    Bars that lie between two banks feed both, those at the edge one. Where current leaves evenly along a line of
    length l and width w, it costs l/(3 w) of the square of what the line draws.
    """
    number = banks(frame)
    outer, tall = _outer(frame, number), frame.length / number
    wide = frame.width - sum(outer) - 2 * frame.gap
    pairs = wide // (frame.anode_width + frame.cathode_width + 2 * frame.gap)
    if pairs < 1:
        return None
    found = []
    for width, bus, edge in zip(
        (frame.anode_width, frame.cathode_width), (frame.anode_bus, frame.cathode_bus), outer, strict=True
    ):
        own, bars = 1 / number, (number - 1) // 2  # share of the edge's bar; inner bars
        beyond = [1 - own - 2 * own * j for j in range(bars)]  # what every stretch of the trunk carries
        trunk = 2 * tall / edge * sum(share**2 for share in beyond)
        half = own / 2
        lead = wide / (2 * edge) * ((1 - own) ** 2 + (1 - own) * half + 2 * half**2 / 3)
        inner = bars * (2 * own) ** 2 * wide / (3 * bus)
        found.append(lead + trunk + inner + tall / (3 * width * pairs * number))
    return found[0], found[1]


def _fingers(
    parts: tuple[list[Region], list[Region]],
    frame: Frame,
    at: tuple[int, int, int],
    below: int,
    number: int,
    turned: bool,
) -> None:
    """Fingers of one bank; ``below``: net of its lower bar; ``turned``: a cathode's finger comes first."""
    left, low, high = at
    g, widths = frame.gap, (frame.anode_width, frame.cathode_width)
    rows = Lattice(number, 1, sum(widths) + 2 * g, 0)
    for net in (1, 0) if turned else (0, 1):
        ends = (low, high - g) if net == below else (low + g, high)
        parts[net].append(rectangle(left, ends[0], left + widths[net], ends[1], rows))
        left += widths[net] + g
