"""Alignment marks and outlines: drawn outside the cell, so that small footprints keep their area.

The first plate draws one row of crosses at each corner. The first cross of a row is the fiducial for
printers and the prober; every later plate has one cross of its own and draws a window around it: an
open square where the plate is dark, so that the cross is seen through it, a frame where it is clear.
Each plate has its own cross because a deposit covers the one it was aligned to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fabplan.geometry.region import Box, Region, joined, rectangle, translated
from fabplan.layout.types import Layer

CROSS, WINDOW, OUTLINE = 20, 21, 30
CLEARANCE = 50_000  # from the cell to the nearest mark [nm]: room for a dicing or breaking line
PITCH = 16  # from mark to mark, in widths of an arm; the largest mark is 13 wide
THINNEST = 10_000  # arm of a cross [nm]: seen by the camera of an aligner


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


def marks(cell: Box, plates: Sequence[Plate]) -> tuple[Layer, ...]:
    """Crosses on the first plate and a window on every later one.

    Parameters
    ----------
    cell : bounds of footprint and bodies [nm]; no mark comes nearer than `CLEARANCE`
    plates : in order of use; none gives no marks
    """
    if not plates:
        return ()
    first = plates[0]
    arms = [max(THINNEST, first.line, plate.line) for plate in plates]
    reaches = [CLEARANCE + sum(PITCH * arm for arm in arms[:k]) + PITCH // 2 * arms[k] for k in range(len(arms))]
    crosses = joined(_at_corners(cross(arm), cell, reach, arm) for arm, reach in zip(arms, reaches, strict=True))
    layers = [_layer(f"marks-{first.number}-crosses", first.number, CROSS, "mark", crosses)]
    for plate, arm, reach in zip(plates[1:], arms[1:], reaches[1:], strict=True):
        shape = window(arm) if plate.dark else frame(arm)
        region = _at_corners(shape, cell, reach, arm)
        layers.append(_layer(f"marks-{plate.number}-windows", plate.number, WINDOW, "mark", region))
    return tuple(layers)


def cross(arm: int) -> Region:
    """Cross of 9 arm widths around the origin, as three boxes that touch."""
    half, long = arm // 2, 4 * arm + arm // 2
    return joined(
        [
            rectangle(-long, -half, long, half),
            rectangle(-half, half, half, long),
            rectangle(-half, -long, half, -half),
        ]
    )


def window(arm: int) -> Region:
    """Open square that leaves one arm width around the cross."""
    half = 5 * arm + arm // 2
    return rectangle(-half, -half, half, half)


def frame(arm: int) -> Region:
    """Frame whose inside is the `window`, one arm wide, as four boxes that touch."""
    inner, outer = 5 * arm + arm // 2, 6 * arm + arm // 2
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


def _at_corners(shape: Region, cell: Box, reach: int, arm: int) -> Region:
    """The shape at all four corners, ``reach`` to the left and right of the cell; apart on low cells too."""
    x0, y0, x1, y1 = cell
    half, middle = PITCH // 2 * arm, (y0 + y1) // 2
    low, high = min(y0 + half, middle - half), max(y1 - half, middle + half)
    return joined(translated(shape, x, y) for x in (x0 - reach, x1 + reach) for y in (low, high))


def _layer(name: str, number: int, datatype: int, role: str, region: Region) -> Layer:
    return Layer(name, number, datatype, role, None, "", 0, None, 0.0, region)
