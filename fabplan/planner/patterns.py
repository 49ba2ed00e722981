"""All patterns of two nets on one rectangle, side by side: what each carries and what its lines cost."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.geometry import sheet
from fabplan.geometry.patterns import base
from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import NANOMETRE, area
from fabplan.geometry.shapes import distance, facing_length, pieces, to_shapely
from fabplan.layout.widths import is_manhattan, narrowest

CELLS = 60_000  # of a grid along the sides of the lines: some percent off at corners


@dataclass(frozen=True)
class Compared:
    """One pattern on the rectangle; lengths in metres, None where it has no room or was not found.

    Parameters
    ----------
    facing_length : measured on the drawing; where it is slanted, the anode's outline within the gap and
        10 nm of the cathode
    anode_squares, cathode_squares : `fabplan.geometry.sheet.squares`, fed in the middle of the lower and upper edge
    anode_share, cathode_share : of the rectangle's area
    gap : smallest distance of the nets
    smallest : narrowest line or gap
    pieces : of the anode and of the cathode; both 1
    """

    pattern: str
    title: str
    facing_length: float | None = None
    anode_squares: float | None = None
    cathode_squares: float | None = None
    anode_share: float | None = None
    cathode_share: float | None = None
    gap: float | None = None
    smallest: float | None = None
    pieces: tuple[int, int] | None = None


def compared(frame: Frame) -> tuple[Compared, ...]:
    """All patterns, the longest facing length first; those without room last."""
    found = []
    for name in base.names():
        module = base.load(name)
        drawn = module.draw(frame)
        found.append(Compared(name, module.TITLE) if drawn is None else _measured(name, module.TITLE, drawn, frame))
    return tuple(sorted(found, key=lambda c: (-(c.facing_length or 0.0), c.pattern)))


def _measured(name: str, title: str, drawn: Drawn, frame: Frame) -> Compared:
    whole = frame.width * frame.length * NANOMETRE**2
    half = min(frame.anode_bus, frame.cathode_bus, drawn.width // 2) // 2
    lead = (drawn.width // 2 - half, drawn.width // 2 + half)
    cells = CELLS if is_manhattan(drawn.anode) else sheet.MOST_CELLS  # slanted lines need an even grid
    return Compared(
        name,
        title,
        _facing(drawn, frame) * NANOMETRE,
        sheet.squares(drawn.anode, lead, False, cells),
        sheet.squares(drawn.cathode, lead, True, cells),
        area(drawn.anode) / whole,
        area(drawn.cathode) / whole,
        distance(drawn.anode, drawn.cathode) * NANOMETRE,
        min(frame.gap * NANOMETRE, narrowest(drawn.anode), narrowest(drawn.cathode)),
        (pieces(drawn.anode), pieces(drawn.cathode)),
    )


def _facing(drawn: Drawn, frame: Frame) -> float:
    """Edges across the gap; of slanted nets the length of the anode's outline that lies a gap from the cathode."""
    try:
        return float(facing_length(drawn.anode, drawn.cathode, 2 * frame.gap))
    except ValueError:  # not Manhattan
        reach = to_shapely(drawn.cathode).buffer(frame.gap + 10, join_style="mitre")
        return float(to_shapely(drawn.anode).boundary.intersection(reach).length)
