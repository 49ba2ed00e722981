"""Alignment marks and outlines: drawn outside the cell, so that small footprints keep their area.

The first plate draws a block of crosses beside each corner of the cell. The first cross of a block is
the fiducial for printers and the prober; every later plate has one cross of its own and draws a window
around it: an open square where the plate is dark, so that the cross is seen through it, a frame where
it is clear. Each plate has its own cross because a deposit covers the one it was aligned to. Where the lines of both
plates are thin enough it has a fine cross too: the coarse one is found first, the fine one is read to a fraction of
its arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fabplan.architectures.base import Footprint
from fabplan.geometry.region import Box, Region, joined, rectangle, translated
from fabplan.layout.types import Layer

CROSS, WINDOW, OUTLINE, KEEP_OUT = 20, 21, 30, 31
CLEARANCE = 50_000  # from the cell to the nearest mark [nm]: room for a dicing or breaking line
PITCH = 10  # from mark to mark, in widths of an arm; the largest mark is 9 wide
THINNEST = 10_000  # arm of a cross [nm]: seen by the camera of an aligner
FINEST = 2_000  # arm of a fine cross [nm]: still seen in visible light
FINER = 2  # a fine arm is at most the coarse one over this


@dataclass(frozen=True)
class Plate:
    """What the marks must know of a plate.

    Parameters
    ----------
    number : plate number = GDS layer
    line : smallest line that the process can make [nm]
    dark : whether the plate is dark with clear shapes (or a sheet with openings)
    """

    number: int
    line: int
    dark: bool


def outline(box: Box) -> Layer:
    """The footprint as a layer of its own; part of no plate."""
    return _layer("outline-footprint", 0, OUTLINE, "outline", rectangle(*box))


def outlines(box: Box, site: Footprint | None = None) -> tuple[Layer, ...]:
    """The footprint's rectangle, or its outline and, where there are some, its keep-outs."""
    if site is None or not site.outline:
        return (outline(box),)
    found = [_layer("outline-footprint", 0, OUTLINE, "outline", site.outline)]
    if site.keep_outs:
        found.append(_layer("outline-keep-outs", 0, KEEP_OUT, "outline", site.keep_outs))
    return tuple(found)


def marks(cell: Box, plates: Sequence[Plate]) -> tuple[Layer, ...]:
    """Crosses on the first plate and a window on every later one.

    Parameters
    ----------
    cell : bounds of footprint and bodies [nm]; no mark comes nearer than `CLEARANCE`
    plates : in order of use; none gives no marks
    """
    if not plates:
        return ()
    first, arm = plates[0], max(THINNEST, *(plate.line for plate in plates))
    # site by site: the fiducial, one coarse cross a later plate, then the fine ones
    wanted = [(first, arm), *((plate, arm) for plate in plates[1:])]
    wanted += [(plate, fine) for plate in plates[1:] if (fine := fine_arm(first, plate)) and fine * FINER <= arm]
    crosses, windows = [], {plate.number: [Region()] for plate in plates[1:]}
    for number, (plate, own) in enumerate(wanted):
        site = _site(cell, PITCH * arm, number)
        crosses.append(_at_corners(cross(own), cell, site))
        if number:
            windows[plate.number].append(_at_corners(window(own) if plate.dark else frame(own), cell, site))
    return (
        _layer(f"marks-{first.number}-crosses", first.number, CROSS, "mark", joined(crosses)),
        *(_layer(f"marks-{n}-windows", n, WINDOW, "mark", joined(regions)) for n, regions in windows.items()),
    )


def fine_arm(one: Plate, other: Plate) -> int:
    """Arm of the fine cross of two plates [nm]: the wider of their smallest lines; 0 where one is unknown."""
    return max(one.line, other.line, FINEST) if one.line and other.line else 0


def cross(arm: int) -> Region:
    """Cross of 5 arm widths around the origin, as three boxes that touch."""
    half, long = arm // 2, 2 * arm + arm // 2
    return joined(
        [
            rectangle(-long, -half, long, half),
            rectangle(-half, half, half, long),
            rectangle(-half, -long, half, -half),
        ]
    )


def window(arm: int) -> Region:
    """Open square that leaves one arm width around the cross."""
    half = 3 * arm + arm // 2
    return rectangle(-half, -half, half, half)


def frame(arm: int) -> Region:
    """Frame whose inside is the `window`, one arm wide, as four boxes that touch."""
    inner, outer = 3 * arm + arm // 2, 4 * arm + arm // 2
    return joined(
        [
            rectangle(-outer, -outer, outer, -inner),
            rectangle(-outer, inner, outer, outer),
            rectangle(-outer, -inner, -inner, inner),
            rectangle(inner, -inner, outer, inner),
        ]
    )


def around(boxes: Iterable[Box]) -> Box:
    """Smallest box around boxes."""
    given = list(boxes)
    return (
        min(b[0] for b in given),
        min(b[1] for b in given),
        max(b[2] for b in given),
        max(b[3] for b in given),
    )


def _site(cell: Box, pitch: int, number: int) -> tuple[int, int]:
    """Middle of mark ``number`` of a block: how far outside the cell's side, and how far from its lower (upper) end.

    Blocks fill half the cell's length from each corner, then go on further outside; on cells shorter
    than two marks the blocks stand apart beyond both ends.
    """
    length = cell[3] - cell[1]
    rows = max(1, length // (2 * pitch))
    column, row = divmod(number, rows)
    return CLEARANCE + column * pitch + pitch // 2, min(pitch // 2 + row * pitch, length // 2 - pitch // 2)


def _at_corners(shape: Region, cell: Box, site: tuple[int, int]) -> Region:
    """The shape at one site of all four blocks."""
    (x0, y0, x1, y1), (out, along) = cell, site
    return joined(translated(shape, x, y) for x in (x0 - out, x1 + out) for y in (y0 + along, y1 - along))


def _layer(name: str, number: int, datatype: int, role: str, region: Region) -> Layer:
    return Layer(name, number, datatype, role, None, "", 0, None, 0.0, region)
