"""Process monitors around the cell: what is drawn beside it so that every lithographic plate can be checked.

They stand in a band below the cell and its marks, in rows from the left; a table says of each what to measure and what
to expect. Only photomasks carry them: a stencil cannot hold the islands of letters and rings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from fabplan.geometry.region import Box, Region, bounds, joined, nanometres, translated
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout.lettering import HEIGHT, lettering
from fabplan.layout.types import Layer

TESTS, LABELS = 22, 23  # datatypes
CLEARANCE = 100_000  # from the marks to the band [nm]: two clearances of the marks, for the dicing line
SPACING = 60_000  # between structures [nm]
NARROWEST = 3_000_000  # width of the band on cells that are narrower [nm]
PAD = 150_000  # side of a pad for a probe [nm]
CORNER = 50_000  # square in each corner of a plate [nm] (GeSiM, mask service: four squares of 50 um x 50 um)
COARSE_BOX, COARSE_GAP = 200_000, 25_000  # box-in-box [nm] (mems-talk 12664: 200 um with a gap of 25 um)
ISOLATION = 10e6  # ohm at 5 V: the acceptance of every isolation test of the recipe sheets
UNKNOWN_LINE = 10_000  # drawn where nobody knows the smallest line [nm]: the arm of an alignment mark
LADDER = (0.5, 0.7, 1.0, 1.4, 2.0, 4.0)  # lines of the resolution test, in smallest lines
STEPS = (100, 200, 500, 1000, 2000, 5000, 10_000)  # of a vernier [nm]
FINGERS, SLENDER = 20, 20  # of the leakage comb, each that many gaps long
PER_METRE = 1e9  # nanometres: a division rounds once
#: kind -> letter of its code
CODES: Mapping[str, str] = {
    "resolution": "R", "line-width": "W", "thickness-pad": "T", "sheet-resistance": "S", "leakage-comb": "C",
    "layer-witness": "L", "vernier-x": "X", "vernier-y": "Y", "box-coarse": "B", "box-fine": "F", "label": "N",
}  # fmt: skip
ROUND = 100  # sizes are multiples of it [nm], so that they lie on the usual grids of mask shops


@dataclass(frozen=True)
class PlateFacts:
    """What the monitors must know of a photomask.

    Parameters
    ----------
    number, name : of the plate
    line, gap : smallest line and space of its process [nm], 0 when unknown
    overlay : error of its alignment that the process states [m], 0 when unknown
    thickness : of its layer [m]
    conductor : material, where it conducts
    sheet_resistance : of the layer [ohm], None when unknown
    basis : where the thickness and the resistance come from
    bias : outward shift of every edge from design to plate [nm]
    """

    number: int
    name: str
    line: int
    gap: int
    overlay: float = 0.0
    thickness: float = 0.0
    conductor: str = ""
    sheet_resistance: float | None = None
    basis: str = ""
    bias: int = 0


@dataclass(frozen=True)
class Monitor:
    """One row of the table of monitors.

    Parameters
    ----------
    code : what is written beside it
    kind : what it is
    plates : numbers of the plates that draw it
    box : x0, y0, x1, y1 [m]
    measure : what to do
    expected : value in ``unit``, None when unknown
    basis : formula or origin of the expected value, and sizes
    """

    code: str
    kind: str
    plates: tuple[int, ...]
    box: tuple[float, float, float, float]
    measure: str
    expected: float | None
    unit: str
    basis: str


@dataclass(frozen=True)
class Block:
    """A monitor before it has its place: regions by plate, origin anywhere, and the words of its row."""

    kind: str
    drawn: Mapping[int, Region]
    measure: str
    expected: float | None
    unit: str
    basis: str
    labels: Mapping[int, Region] = field(default_factory=dict)

    @property
    def box(self) -> Box:
        """Bounds of everything that is drawn [nm]."""
        return bounds(joined([*self.drawn.values(), *self.labels.values()]))


def monitors(
    around: Box, plates: Sequence[PlateFacts], title: str, revision: str, least: int = 0
) -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    """Layers of monitors and labels, and the table; nothing without plates.

    Parameters
    ----------
    around : bounds of the cell and its marks [nm]
    plates : photomasks in order of use
    title, revision : written on every plate
    least : no line or gap is drawn narrower [nm]: what the mask shop can make
    """
    if not plates:
        return (), ()
    square = _letter(plates, least)
    blocks = [*_blocks(plates, least), *_titles(plates, title, revision, square)]
    placed = list(_placed(blocks, around, square))
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


def vernier_step(overlay: float) -> int:
    """Step of a vernier [nm] whose ten bars a side reach an overlay error [m]; 200 nm when it is unknown."""
    if overlay <= 0:
        return 200
    return next((step for step in STEPS if step * shapes.VERNIER_BARS >= nanometres(overlay)), STEPS[-1])


def _blocks(plates: Sequence[PlateFacts], least: int) -> Iterator[Block]:
    for plate in plates:
        floor = _floor(plate, least)
        line = _up(max(plate.line or UNKNOWN_LINE, floor))
        gap = max(_up(plate.gap), line)
        yield _resolution(plate, line, floor)
        yield _width(plate, line)
        yield _thickness(plate)
        if plate.conductor:
            yield _sheet(plate, line)
            yield _leakage(plate, line, gap)
    yield _witness(plates)
    for one, other in pairwise(plates):
        yield from _overlay(one, other, least)


def _resolution(plate: PlateFacts, line: int, floor: int) -> Block:
    sizes = sorted({max(_near(share * line), floor) for share in LADDER})
    length, groups, at = _up(20 * line), [], 0
    for size in sizes:
        groups.append(translated(shapes.line_group(size, length), at, 0))
        at += 10 * size + max(3 * size, 4 * line)
    told = ", ".join(f"{size * 1e-3:g}" for size in sizes)
    return Block(
        "resolution", {plate.number: joined(groups)}, "width of the narrowest group whose five lines all stand apart",
        line / PER_METRE if plate.line else None, "m",
        f"smallest line of the process{'' if plate.line else ', not known'}; groups from the left: {told} um",
    )  # fmt: skip


def _width(plate: PlateFacts, line: int) -> Block:
    return Block(
        "line-width", {plate.number: shapes.line_widths(line, _up(20 * line))},
        "width of the single line, of the three dense lines and of the space in the block, after the step",
        line / PER_METRE, "m", "as designed; half of the difference is what the bias a side lacks",
    )  # fmt: skip


def _thickness(plate: PlateFacts) -> Block:
    expected = plate.thickness if plate.thickness > 0 else None
    return Block(
        "thickness-pad", {plate.number: shapes.square(PAD)}, "step height at the edge of the pad", expected, "m",
        "as designed" if expected else "the layers of the plate differ in thickness",
    )  # fmt: skip


def _sheet(plate: PlateFacts, line: int) -> Block:
    arm = _up(max(2 * line, 20_000), 2 * ROUND)
    told = f"R = (pi/ln 2) V/I (van der Pauw 1958), {plate.basis}; arms {arm * 1e-3:g} um wide"
    return Block(
        "sheet-resistance", {plate.number: shapes.greek_cross(arm, PAD)},
        f"Greek cross of {plate.conductor}: current through two neighbouring pads, voltage at the other two, four ways",
        plate.sheet_resistance, "ohm", told if plate.sheet_resistance is not None else f"not known; {told}",
    )  # fmt: skip


def _leakage(plate: PlateFacts, line: int, gap: int) -> Block:
    length = _up(SLENDER * gap)
    facing = shapes.leakage_facing(FINGERS, length) * 1e-6
    return Block(
        "leakage-comb", {plate.number: shapes.leakage_comb(line, gap, FINGERS, length, PAD)},
        "resistance between the two pads at 5 V; more than expected is good", ISOLATION, "ohm",
        f"acceptance of the isolation test; gap {gap * 1e-3:g} um, facing over {facing:.6g} mm",
    )  # fmt: skip


def _witness(plates: Sequence[PlateFacts]) -> Block:
    side = max(CORNER, *(_up(3 * plate.line) for plate in plates))
    squares = {
        plate.number: translated(shapes.square(side), place * 2 * side, 0) for place, plate in enumerate(plates)
    }
    told = ", ".join(f"{plate.number} {plate.name}" for plate in plates)
    return Block(
        "layer-witness", squares, "squares that are there, one a plate, from the left", float(len(plates)), "1",
        f"plates {told}",
    )  # fmt: skip


def _overlay(one: PlateFacts, other: PlateFacts, least: int) -> Iterator[Block]:
    """Verniers along x and y, and a coarse and a fine box in a frame, of two plates that follow each other."""
    floor = max(_floor(one, least), _floor(other, least))
    width = _up(max(one.line or UNKNOWN_LINE, other.line or UNKNOWN_LINE, floor), 2 * ROUND)
    gap = _up(max(one.gap, other.gap, width), 2 * ROUND)
    asked = other.overlay or gap / PER_METRE / 4  # the sheets accept a quarter of the gap
    step = vernier_step(asked)
    pitch, length = width + gap, _up(4 * width)
    main = shapes.vernier(width, pitch, length, upwards=True)
    fine = shapes.vernier(width, pitch + step, length, upwards=False)
    told = (
        f"step {step * 1e-3:g} um, range {step * 1e-3 * shapes.VERNIER_BARS:g} um either way, for an overlay of "
        f"{asked * 1e6:.3g} um; pitch {pitch * 1e-3:g} um on plate {one.number}"
    )
    pair = {one.number: translated(main, 0, gap // 2), other.number: translated(fine, 0, -(gap // 2))}
    read = f"number of the bars that meet, times the step: shift of plate {other.number} against plate {one.number}"
    yield Block("vernier-x", pair, f"{read} along x", 0.0, "m", told)
    yield Block("vernier-y", {n: shapes.turned(r) for n, r in pair.items()}, f"{read} along y", 0.0, "m", told)
    clear = max(_up(2.5 * step), gap)
    for kind, side, room in (("box-coarse", COARSE_BOX, max(COARSE_GAP, gap)), ("box-fine", _up(5 * clear), clear)):
        inner = _up(max(side, width), 2 * ROUND)
        boxes = {one.number: shapes.box(inner), other.number: shapes.ring(inner + 2 * room, max(width, room))}
        yield Block(
            kind, boxes, "difference of the gaps left and right, below and above: twice the shift", 0.0, "m",
            f"box of plate {one.number} in a frame of plate {other.number}, gap {room * 1e-3:g} um all around",
        )  # fmt: skip


def _titles(plates: Sequence[PlateFacts], title: str, revision: str, square: int) -> Iterator[Block]:
    for plate in plates:
        text = f"{plate.number} {plate.name} {title[:24]} rev {revision}"
        yield Block(
            "label", {}, f"reads {text.upper()}; right reading seen from above", None, "",
            "name of the plate, plan and revision", {plate.number: lettering(text, square)},
        )  # fmt: skip


def _placed(blocks: Iterable[Block], around: Box, square: int) -> Iterator[tuple[Monitor, Block]]:
    """Blocks in rows from the left, with their codes below them, and their rows of the table."""
    x0, y0, x1, _ = around
    right, left, top, low = max(x1, x0 + NARROWEST), x0, y0 - CLEARANCE, y0 - CLEARANCE
    numbers: dict[str, int] = {}
    for block in blocks:
        code = _code(block, numbers)
        labelled = _labelled(block, code, square)
        box = labelled.box
        wide, high = box[2] - box[0], box[3] - box[1]
        if left > x0 and left + wide > right:
            left, top = x0, low - SPACING
        moved = _moved(labelled, left - box[0], top - box[3])
        left, low = left + wide + SPACING, min(low, top - high)
        own = _moved(block, moved.box[0] - box[0], top - box[3]).box
        plates = tuple(sorted({*block.drawn, *block.labels}))
        place = (own[0] / PER_METRE, own[1] / PER_METRE, own[2] / PER_METRE, own[3] / PER_METRE)
        yield Monitor(code, block.kind, plates, place, block.measure, block.expected, block.unit, block.basis), moved


def _code(block: Block, numbers: dict[str, int]) -> str:
    letter = CODES[block.kind]
    numbers[letter] = numbers.get(letter, 0) + 1
    return f"{letter}{numbers[letter]}"


def _labelled(block: Block, code: str, square: int) -> Block:
    """With its code written below it, on the first plate that draws it."""
    if not block.drawn:
        return block
    x0, y0, _, _ = block.box
    text = translated(lettering(code, square), x0, y0 - (HEIGHT + 2) * square)
    return replace(block, labels={**block.labels, min(block.drawn): text})


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


def _letter(plates: Sequence[PlateFacts], least: int) -> int:
    """Side of a letter's square [nm]: no line or gap of a letter is narrower."""
    return _up(max(max(5000, _floor(plate, least), plate.line, plate.gap) for plate in plates))


def _floor(plate: PlateFacts, least: int) -> int:
    """Narrowest line and gap that a plate's bias leaves wide enough for the mask shop [nm]."""
    return _up(max(least, ROUND) + 2 * abs(plate.bias))


def _up(value: float, step: int = ROUND) -> int:
    return math.ceil(value / step) * step


def _near(value: float) -> int:
    return max(round(value / ROUND), 1) * ROUND


def _layer(name: str, number: int, datatype: int, region: Region) -> Layer:
    return Layer(name, number, datatype, "mark", None, "", 0, None, 0.0, region)
