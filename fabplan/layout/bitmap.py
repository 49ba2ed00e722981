"""Plates as pixels, for mask writers and printers that expose a picture: a pixel is on where its middle is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fabplan.findings import Finding
from fabplan.geometry.region import Box, Region, bounds, nanometres, polygons
from fabplan.layout.types import Mask
from fabplan.layout.words import microns

MOST_PIXELS = 100_000_000  # of a plate: 12 MB with one bit each
ROWS = 512  # at a time
Pixels = NDArray[np.bool_]


def frame(region: Region, pixel: int) -> Box:
    """Bounds of a region on the grid of pixels, whole pixels from the origin of the drawing [nm]."""
    x0, y0, x1, y1 = bounds(region)
    return x0 // pixel * pixel, y0 // pixel * pixel, -(-x1 // pixel) * pixel, -(-y1 // pixel) * pixel


def pixels(region: Region, pixel: int) -> Iterator[Pixels]:
    """Rows of the picture of `frame`, from the top, in lots of shape (rows, columns).

    Every edge adds its direction at the first pixel to its right whose middle lies behind it; what sums up to more
    than nothing from the left is inside (winding rule), also where polygons touch.

    Parameters
    ----------
    pixel : side [nm]
    """
    x0, y0, x1, y1 = frame(region, pixel)
    columns, rows = (x1 - x0) // pixel, (y1 - y0) // pixel
    edges = _edges(region)
    for top in range(rows, 0, -ROWS):
        low = max(top - ROWS, 0)
        yield _lot(edges, (x0, y0), pixel, low, top, columns)[::-1]


def _lot(
    edges: NDArray[np.float64], origin: tuple[int, int], pixel: int, low: int, top: int, columns: int
) -> Pixels:
    """Rows ``low`` up to ``top`` of the picture, counted from below."""
    ys = np.sort((edges[:, [1, 3]] - origin[1]) / pixel - 0.5, axis=1)  # in rows, the middle of row 0 at 0
    first = np.clip(np.ceil(ys[:, 0]), low, top).astype(np.int64)
    last = np.clip(np.ceil(ys[:, 1]), low, top).astype(np.int64)
    count = last - first
    which = np.repeat(np.arange(len(edges)), count)
    row = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    xa, ya, xb, yb = edges[which].T
    middle = origin[1] + (row + 0.5) * pixel
    x = xa + (middle - ya) * (xb - xa) / (yb - ya)
    column = np.clip(np.ceil((x - origin[0]) / pixel - 0.5), 0, columns).astype(np.int64)
    turns = np.zeros((top - low, columns + 1), dtype=np.int32)
    np.add.at(turns, (row - low, column), np.where(yb < ya, 1, -1))
    inside: Pixels = np.cumsum(turns[:, :columns], axis=1) > 0
    return inside


def _edges(region: Region) -> NDArray[np.float64]:
    """Edges that are not level, shape (N, 4); counter-clockwise: downward ones have the inside on their right."""
    found = []
    for ring in polygons(region):
        points = np.array(ring, dtype=float)
        found.append(np.concatenate([points, np.roll(points, -1, axis=0)], axis=1))
    edges: NDArray[np.float64] = np.concatenate(found)
    upright: NDArray[np.float64] = edges[edges[:, 1] != edges[:, 3]]
    return upright


def off_grid(region: Region, pixel: int) -> bool:
    """Whether an edge lies between pixels, so that the picture is not exact."""
    for part in region.parts:
        steps = (part.lattice.step_x, part.lattice.step_y)
        corners = (value for corner in part.polygon for value in corner)
        slanted = any(
            x0 != x1 and y0 != y1
            for (x0, y0), (x1, y1) in zip(part.polygon, (*part.polygon[1:], part.polygon[0]), strict=True)
        )
        if slanted or any(value % pixel for value in (*corners, *steps)):
            return True
    return False


def bitmap_findings(masks: Sequence[Mask], pixel: float) -> Iterator[Finding]:
    """``mask-bitmap``: an error for too many pixels or a line of less than one, a warning for edges between pixels."""
    if pixel <= 0:
        return
    side = nanometres(pixel)
    for mask in masks:
        x0, y0, x1, y1 = frame(mask.region, side) if side else (0, 0, MOST_PIXELS + 1, 1)
        number, where = (x1 - x0) * (y1 - y0) // max(side, 1) ** 2, f"plate {mask.number} ({mask.name})"
        if number > MOST_PIXELS:
            message = f"{where} has {number} pixels of {microns(pixel)}, at most {MOST_PIXELS} are drawn"
            yield Finding("mask-bitmap", "error", "masks.bitmap", message, float(number), float(MOST_PIXELS), "1")
        elif mask.critical_dimension is not None and mask.critical_dimension < pixel:
            message = f"{where} has a line of {microns(mask.critical_dimension)}, narrower than a pixel"
            line = mask.critical_dimension
            yield Finding("mask-bitmap", "error", "masks.bitmap", message, line, pixel, "m", "smaller pixels")
        elif off_grid(mask.region, side):
            message = f"edges of {where} lie between pixels of {microns(pixel)} and move by up to half of one"
            yield Finding("mask-bitmap", "warning", "masks.bitmap", message, None, pixel / 2, "m")
