"""Process monitors around the cell: what is drawn beside it so that every plate, screen and stencil can be checked.

They stand in a band below the cell and its marks, in rows from the left; a table says of each what to measure and what
to expect. A foil carries those alone whose openings surround nothing, and letters that do not fall out of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fabplan.geometry.region import Box, Region, joined, translated
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout._monitor_blocks import of_plate
from fabplan.layout._monitor_pairs import CORNER, of_plates
from fabplan.layout._monitor_pairs import vernier_step as vernier_step
from fabplan.layout._monitor_printed import KINDS as KINDS
from fabplan.layout._monitor_printed import printed_scales
from fabplan.layout._monitor_types import PER_METRE, Block, floor_of, up
from fabplan.layout._monitor_types import Monitor as Monitor
from fabplan.layout._monitor_types import PlateFacts as PlateFacts
from fabplan.layout.calibration_scale import Scale
from fabplan.layout.lettering import HEIGHT, lettering
from fabplan.layout.types import Layer

TESTS, LABELS = 22, 23  # datatypes
CLEARANCE = 100_000  # from the marks to the band [nm]: two clearances of the marks, for the dicing line
SPACING = 60_000  # between structures, at least [nm]
NARROWEST = 3_000_000  # width of the band on cells that are narrower [nm]
#: kind -> letter of its code
CODES: Mapping[str, str] = {
    "resolution": "R", "line-width": "W", "thickness-pad": "T", "sheet-resistance": "S", "leakage-comb": "C",
    "layer-witness": "L", "vernier-x": "X", "vernier-y": "Y", "box-coarse": "B", "box-fine": "F", "label": "N",
    "adhesion-field": "A", "dose-fields": "D", "van-der-pauw": "P", "contact-chain": "K", "capacitor": "Q",
    "print-vernier-x": "U", "print-vernier-y": "V",
}  # fmt: skip


def monitors(
    around: Box,
    plates: Sequence[PlateFacts],
    title: str,
    revision: str,
    least: int = 0,
    heads: Sequence[str] = (),
    scale: Scale | None = None,
) -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    """Layers of monitors and labels, and the table; nothing without plates.

    Parameters
    ----------
    around : bounds of the cell and its marks [nm]
    plates : in order of use
    title, revision : written on every plate
    least : no line or gap is drawn narrower [nm]: what the mask shop can make
    heads, scale : what prints onto the part, and the sizes of its verniers
    """
    if not plates:
        return (), ()
    squares = {plate.number: _letter(plate, least) for plate in plates}
    single = (block for plate in plates for block in of_plate(plate, least))
    scales = () if scale is None else printed_scales(plates, heads, scale, least)
    blocks = [*single, *of_plates(plates, least), *scales, *_titles(plates, title, revision, squares)]
    foils = frozenset(plate.number for plate in plates if plate.foil)
    apart = max(SPACING, *(2 * up(max(plate.line, plate.gap)) for plate in plates))
    placed = list(_placed(blocks, around, squares, foils, apart))
    corners = _corners(around, placed)
    rows = [row for row, _ in placed]
    tests: dict[int, list[Region]] = {plate.number: [corners] for plate in plates}
    labels: dict[int, list[Region]] = {plate.number: [] for plate in plates}
    for _, block in placed:
        for number, region in block.drawn.items():
            tests[number].append(region)
        for number, region in block.labels.items():
            labels[number].append(region)
    layers = [_layer(f"tests-{number}", number, TESTS, joined(found)) for number, found in tests.items()]
    layers += [_layer(f"labels-{n}", n, LABELS, joined(found)) for n, found in labels.items() if any(found)]
    return tuple(layers), tuple(rows)


def _titles(
    plates: Sequence[PlateFacts], title: str, revision: str, squares: Mapping[int, int]
) -> Iterator[Block]:
    for plate in plates:
        text = f"{plate.number} {plate.name} {title[:24]} rev {revision}"
        yield Block(
            "label", {}, f"reads {text.upper()}; right reading seen from above", None, "",
            "name of the plate, plan and revision", {plate.number: lettering(text, squares[plate.number], plate.foil)},
        )  # fmt: skip


def _placed(
    blocks: Sequence[Block], around: Box, squares: Mapping[int, int], foils: frozenset[int], apart: int
) -> Iterator[tuple[Monitor, Block]]:
    """Blocks in rows from the left, ``apart`` [nm], with their codes below them, and their rows of the table."""
    x0, y0, x1, _ = around
    right = max(x1, x0 + NARROWEST, x0 + _even(blocks, apart))
    left, top, low = x0, y0 - CLEARANCE, y0 - CLEARANCE
    numbers: dict[str, int] = {}
    for block in blocks:
        code = _code(block, numbers)
        labelled = _labelled(block, code, squares, foils)
        box = labelled.box
        wide, high = box[2] - box[0], box[3] - box[1]
        if left > x0 and left + wide > right:
            left, top = x0, low - apart
        moved = _moved(labelled, left - box[0], top - box[3])
        left, low = left + wide + apart, min(low, top - high)
        own = _moved(block, moved.box[0] - box[0], top - box[3]).box
        plates = tuple(sorted({*block.drawn, *block.labels}))
        place = (own[0] / PER_METRE, own[1] / PER_METRE, own[2] / PER_METRE, own[3] / PER_METRE)
        yield Monitor(code, block.kind, plates, place, block.measure, block.expected, block.unit, block.basis), moved


def _even(blocks: Sequence[Block], apart: int) -> int:
    """Width of a band that is about as wide as high [nm]."""
    sizes = [(box[2] - box[0] + apart, box[3] - box[1] + apart) for box in (block.box for block in blocks)]
    return up(math.sqrt(sum(wide * high for wide, high in sizes)))


def _code(block: Block, numbers: dict[str, int]) -> str:
    letter = CODES[block.kind]
    numbers[letter] = numbers.get(letter, 0) + 1
    return f"{letter}{numbers[letter]}"


def _labelled(block: Block, code: str, squares: Mapping[int, int], foils: frozenset[int]) -> Block:
    """With its code written below it, on the first plate that draws it, a glass or screen before a foil."""
    if not block.drawn:
        return block
    x0, y0, _, _ = block.box
    number = min(block.drawn, key=lambda plate: (plate in foils, plate))
    square = squares[number]
    text = translated(lettering(code, square, number in foils), x0, y0 - (HEIGHT + 2) * square)
    return replace(block, labels={**block.labels, number: text})


def _moved(block: Block, dx: int, dy: int) -> Block:
    return replace(
        block,
        drawn={number: translated(region, dx, dy) for number, region in block.drawn.items()},
        labels={number: translated(region, dx, dy) for number, region in block.labels.items()},
    )


def _corners(around: Box, placed: Sequence[tuple[Monitor, Block]]) -> Region:
    """A square outside of each corner of everything: a frame to centre the plate by."""
    boxes = [around, *(block.box for _, block in placed)]
    x0, y0 = min(b[0] for b in boxes) - CLEARANCE, min(b[1] for b in boxes) - CLEARANCE
    x1, y1 = max(b[2] for b in boxes) + CLEARANCE, max(b[3] for b in boxes) + CLEARANCE
    place = shapes.square(CORNER)
    return joined(translated(place, x, y) for x in (x0 - CORNER, x1) for y in (y0 - CORNER, y1))


def _letter(plate: PlateFacts, least: int) -> int:
    """Side of a letter's square [nm]: no line or gap of a letter is narrower."""
    return up(max(5000, floor_of(plate, least), plate.line, plate.gap))


def _layer(name: str, number: int, datatype: int, region: Region) -> Layer:
    return Layer(name, number, datatype, "mark", None, "", 0, None, 0.0, region)
