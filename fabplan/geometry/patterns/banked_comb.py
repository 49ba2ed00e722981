"""Combs one above the other between bars of both nets, with a trunk on either side that ties the bars."""

from __future__ import annotations

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Lattice, Region, joined, rectangle

TITLE = "banked comb: trunks, bars and short fingers"
BANKS = 3


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    return banked(frame, BANKS)


def banked(frame: Frame, banks: int) -> Drawn | None:
    """A comb of an odd number of banks; trunks only where there are several. None where it has no room."""
    g, widths, buses = frame.gap, (frame.anode_width, frame.cathode_width), (frame.anode_bus, frame.cathode_bus)
    trunk = (buses[0] + g, buses[1] + g) if banks > 1 else (0, 0)
    step = sum(widths) + 2 * g
    number = (frame.width - sum(trunk) + g) // step
    tall = (frame.length - (banks + 1) // 2 * sum(buses)) // banks  # from bar to bar
    if number < 1 or tall < 3 * g:
        return None
    width = sum(trunk) + number * step - g
    parts: tuple[list[Region], list[Region]] = ([], [])
    low = 0
    for bar in range(banks + 1):
        net = bar % 2
        outer = bar in (0, banks)
        span = (0, width) if outer else ((buses[0], width - trunk[1]), (trunk[0], width - buses[1]))[net]
        parts[net].append(rectangle(span[0], low, span[1], low + buses[net]))
        low += buses[net]
        if bar < banks:
            _fingers(parts, frame, (trunk[0], low, low + tall), net, number, banks > 1)
            low += tall
    if banks > 1:
        parts[0].append(rectangle(0, buses[0], buses[0], low - buses[1] - g))
        parts[1].append(rectangle(width - buses[1], buses[0] + g, width, low - buses[1]))
    return Drawn(joined(parts[0]), joined(parts[1]), width, low)


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
