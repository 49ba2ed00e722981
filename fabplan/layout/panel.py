"""Several cells side by side on a sheet, foil or screen: how many fit, where they stand, marks around all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fabplan.geometry.region import Box, Lattice, Region, joined, rectangle, translated
from fabplan.layout.marks import Plate, marks
from fabplan.layout.masks import on_plate
from fabplan.layout.types import Mask

Drawn = tuple[tuple[int, Region], ...]  # number of a plate and what is on it
MOST_PARTS = 50_000  # of all plates of a panel when its cells are written one by one


@dataclass(frozen=True)
class Panel:
    """Cells on a sheet; the lower left corner of the sheet is the origin [nm].

    Parameters
    ----------
    width, height : of the sheet
    border : that no cell enters
    street : between cells
    box : of one cell, in its own coordinates
    cells : lattice of the cells; an empty one where none fits
    x, y : lower left corner of the first cell
    dies : plate number -> what every cell draws, after bias
    marks : plate number -> alignment marks of the panel, after bias
    tests : plate number -> process monitors and labels, once below all cells, after bias
    tests_shift : from the coordinates of the table of monitors to those of the panel
    """

    width: int
    height: int
    border: int
    street: int
    box: Box
    cells: Lattice
    x: int
    y: int
    dies: Drawn = ()
    marks: Drawn = ()
    tests: Drawn = ()
    tests_shift: tuple[int, int] = (0, 0)

    @property
    def shift(self) -> tuple[int, int]:
        """From the coordinates of the cell to those of the first cell of the panel."""
        return self.x - self.box[0], self.y - self.box[1]

    @property
    def outline(self) -> Region:
        """The edge of the sheet."""
        return rectangle(0, 0, self.width, self.height)


def panel(size: tuple[int, int], border: int, street: int, box: Box, below: int = 0) -> Panel:
    """As many whole cells as a sheet holds, in its middle.

    Parameters
    ----------
    size : width and height of the sheet [nm]
    box : of a cell [nm]
    below : height that stays free below the cells [nm]
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    columns = (size[0] - 2 * border + street) // (wide + street)
    rows = (size[1] - below - 2 * border + street) // (high + street)
    if columns < 1 or rows < 1:
        return Panel(*size, border, street, box, Lattice(0, 0), 0, 0)
    taken = (columns * (wide + street) - street, rows * (high + street) - street)
    x, y = (size[0] - taken[0]) // 2, below + (size[1] - below - taken[1]) // 2
    step_x, step_y = wide + street if columns > 1 else 0, high + street if rows > 1 else 0
    return Panel(*size, border, street, box, Lattice(columns, rows, step_x, step_y), x, y)


def with_marks(one: Panel, plates: Sequence[Plate], masks: Sequence[Mask]) -> Panel:
    """The panel with crosses and windows beside the corners of the block of cells, if the border holds them."""
    cells, (wide, high) = one.cells, (one.box[2] - one.box[0], one.box[3] - one.box[1])
    across, up = wide + (cells.columns - 1) * cells.step_x, high + (cells.rows - 1) * cells.step_y
    block = (one.x, one.y, one.x + across, one.y + up)
    bias = {mask.number: mask.bias for mask in masks}
    found = [
        (layer.layer, on_plate([layer.region], bias[layer.layer]))
        for layer in marks(block, [plate for plate in plates if plate.number in bias])
    ]
    inside = all(_holds(one, region) for _, region in found)
    return replace(one, marks=tuple(found) if inside else ())


def with_tests(one: Panel, drawn: Drawn, box: Box) -> Panel:
    """The panel with monitors in the middle below its cells.

    Parameters
    ----------
    drawn : plate number -> monitors, in the coordinates of the cell
    box : of them all
    """
    dx, dy = (one.width - (box[2] - box[0])) // 2 - box[0], one.border - box[1]
    return replace(one, tests=tuple((n, translated(region, dx, dy)) for n, region in drawn), tests_shift=(dx, dy))


def _holds(one: Panel, region: Region) -> bool:
    corners = [corner for part in region.parts for corner in part.polygon]
    return all(0 <= x <= one.width and 0 <= y <= one.height for x, y in corners)


def written_out(one: Panel, number: int) -> Region:
    """A plate of the panel with every cell written one by one, its marks and monitors."""
    cells, (dx, dy) = one.cells, one.shift
    copies = [
        translated(region, dx + column * cells.step_x, dy + row * cells.step_y)
        for plate, region in one.dies
        if plate == number
        for row in range(cells.rows)
        for column in range(cells.columns)
    ]
    return joined([*copies, *(own for plate, own in (*one.marks, *one.tests) if plate == number)])
