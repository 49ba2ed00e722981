"""Process monitors of several plates: overlay, contact chain, capacitor, witness of the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from fabplan.geometry.region import Region, translated
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout._monitor_blocks import PAD
from fabplan.layout._monitor_types import PER_METRE, ROUND, UNKNOWN_LINE, Block, PlateFacts, floor_of, up

CORNER = 50_000  # square in each corner of a plate [nm] (GeSiM, mask service: four squares of 50 um x 50 um)
COARSE_BOX, COARSE_GAP = 200_000, 25_000  # box-in-box [nm] (mems-talk 12664: 200 um with a gap of 25 um)
STEPS = (100, 200, 500, 1000, 2000, 5000, 10_000)  # of a vernier [nm]
LINKS = 10  # bridges of a contact chain: two contacts each
CAPACITOR = 500_000  # side of its upper plate [nm]
VACUUM = 8.8541878128e-12  # F/m, CODATA 2018


def of_plates(plates: Sequence[PlateFacts], least: int) -> Iterator[Block]:
    """All monitors that need several plates, which stand in order of use.

    Parameters
    ----------
    least : no line or gap is drawn narrower [nm]
    """
    yield _witness(plates)
    numbered = {plate.number: plate for plate in plates}
    for upper in plates:
        for lower in (numbered[number] for number in upper.rests_on if number in numbered):
            if lower.conductor and upper.conductor:
                yield _chain(lower, upper, least)
    for lower, middle, upper in _sandwiches(plates, numbered):
        yield _capacitor(lower, middle, upper, least)
    for one, other in pairwise(plates):
        yield from _overlay(one, other, least)


def vernier_step(overlay: float) -> int:
    """Step of a vernier [nm] whose ten bars a side reach an overlay error [m]; 200 nm when it is unknown."""
    if overlay <= 0:
        return 200
    return next((step for step in STEPS if step * shapes.VERNIER_BARS >= round(overlay * PER_METRE)), STEPS[-1])


def _witness(plates: Sequence[PlateFacts]) -> Block:
    side = max(CORNER, *(up(3 * plate.line) for plate in plates))
    squares = {
        plate.number: translated(shapes.square(side), place * 2 * side, 0) for place, plate in enumerate(plates)
    }
    told = ", ".join(f"{plate.number} {plate.name}" for plate in plates)
    return Block(
        "layer-witness", squares, "squares that are there, one a plate, from the left", float(len(plates)), "1",
        f"plates {told}",
    )  # fmt: skip


def _chain(lower: PlateFacts, upper: PlateFacts, least: int) -> Block:
    """Pieces of the lower layer, bridged by pieces of the upper one; read at pads of the lower one."""
    floor = max(floor_of(lower, least), floor_of(upper, least))
    slack = up((lower.overlay + upper.overlay) * PER_METRE)  # a contact must not slip off its piece
    side = up(max(2 * lower.line, 2 * upper.line, 2 * UNKNOWN_LINE, 4 * slack, floor))
    gap = up(max(lower.gap, upper.gap, side))
    drawn = shapes.chain(side, gap, LINKS, PAD)
    alone = _without_contacts(lower, upper, gap / side)
    told = "" if alone is None else f"; the layers between the contacts alone have {alone:.4g} ohm"
    return Block(
        "contact-chain", {lower.number: drawn[0], upper.number: drawn[1]},
        f"resistance between the pads over {2 * LINKS} contacts of {lower.conductor} and {upper.conductor}; less that "
        "of the layers, by the number of contacts, is that of one",
        None, "ohm",
        f"the contact resistance of {upper.conductor} on {lower.conductor} is not on record; contacts of "
        f"{side * 1e-3:g} um x {side * 1e-3:g} um, {gap * 1e-3:g} um apart{told}",
    )  # fmt: skip


def _without_contacts(lower: PlateFacts, upper: PlateFacts, squares: float) -> float | None:
    """Resistance of the pieces of a chain from contact to contact and to the pads [ohm].

    Parameters
    ----------
    squares : gap over width; the two outer pieces are one square longer
    """
    if lower.sheet_resistance is None or upper.sheet_resistance is None:
        return None
    below = (LINKS - 1) * squares + 2 * (squares + 1)
    return below * lower.sheet_resistance + LINKS * squares * upper.sheet_resistance


def _sandwiches(
    plates: Sequence[PlateFacts], numbered: Mapping[int, PlateFacts]
) -> Iterator[tuple[PlateFacts, PlateFacts, PlateFacts]]:
    """Conductor, insulator on it, conductor on that."""
    for upper in plates:
        for middle in (numbered[n] for n in upper.rests_on if n in numbered):
            for lower in (numbered[n] for n in middle.rests_on if n in numbered):
                if lower.conductor and middle.insulator and upper.conductor:
                    yield lower, middle, upper


def _capacitor(lower: PlateFacts, middle: PlateFacts, upper: PlateFacts, least: int) -> Block:
    lines = [up(max(plate.line, floor_of(plate, least))) for plate in (lower, middle, upper)]
    room = max(25_000, *(up(2 * plate.overlay * PER_METRE) for plate in (middle, upper)), *lines)
    drawn = shapes.capacitor(CAPACITOR, room, PAD)
    known = middle.thickness > 0
    area = (CAPACITOR**2 + room**2) / PER_METRE**2  # with the lead where it crosses the rim of the lower plate
    vacuum = VACUUM * area / middle.thickness if known else None
    told = "its thickness varies" if vacuum is None else f"C = {vacuum:.4g} F times its relative permittivity"
    return Block(
        "capacitor", {plate.number: region for plate, region in zip((lower, middle, upper), drawn, strict=True)},
        f"capacitance and leakage between the pads: {middle.insulator} between {lower.conductor} and {upper.conductor}",
        None, "F",
        f"the permittivity of {middle.insulator} is not on record; {area * 1e6:.6g} mm2, "
        f"{middle.thickness * 1e6:.4g} um: {told}",
    )  # fmt: skip


def _overlay(one: PlateFacts, other: PlateFacts, least: int) -> Iterator[Block]:
    """Verniers along x and y, and a coarse and a fine box in a frame, of two plates that follow each other."""
    floor = max(floor_of(one, least), floor_of(other, least))
    width = up(max(one.line or UNKNOWN_LINE, other.line or UNKNOWN_LINE, floor), 2 * ROUND)
    gap = up(max(one.gap, other.gap, width), 2 * ROUND)
    asked = other.overlay or gap / PER_METRE / 4  # the sheets accept a quarter of the gap
    step = vernier_step(asked)
    pitch, length = width + gap, up(4 * width)
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
    clear = max(up(2.5 * step), gap)
    for kind, side, room in (("box-coarse", COARSE_BOX, max(COARSE_GAP, gap)), ("box-fine", up(5 * clear), clear)):
        yield _boxes(kind, one, other, (up(max(side, width), 2 * ROUND), room, max(width, room)))


def _boxes(kind: str, one: PlateFacts, other: PlateFacts, sizes: tuple[int, int, int]) -> Block:
    """A box in a frame of the later plate; where that is a foil, a box on a larger one of the earlier plate."""
    inner, room, wall = sizes
    drawn: dict[int, Region]
    if other.foil:
        drawn = {one.number: shapes.box(inner + 2 * room), other.number: shapes.box(inner)}
        told = f"box of plate {other.number} on a box of plate {one.number}, {room * 1e-3:g} um wider all around"
    else:
        drawn = {one.number: shapes.box(inner), other.number: shapes.ring(inner + 2 * room, wall)}
        told = f"box of plate {one.number} in a frame of plate {other.number}, gap {room * 1e-3:g} um all around"
    return Block(
        kind, drawn, "difference of the gaps left and right, below and above: twice the shift", 0.0, "m", told
    )
