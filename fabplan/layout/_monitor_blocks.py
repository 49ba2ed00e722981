"""Process monitors of one plate: what is drawn on it, what to measure, what to expect."""

from __future__ import annotations

from collections.abc import Iterator

from fabplan.geometry.region import joined, translated
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout._monitor_types import (
    PER_METRE,
    ROUND,
    UNKNOWN_LINE,
    Block,
    PlateFacts,
    floor_of,
    near,
    up,
)

PAD = 150_000  # side of a pad for a probe [nm]
ISOLATION = 10e6  # ohm at 5 V: the acceptance of every isolation test of the recipe sheets
LADDER = (0.5, 0.7, 1.0, 1.4, 2.0, 4.0)  # lines of the resolution test, in smallest lines
LOOKED_AT = 400_000  # length of lines that a microscope shows well [nm]
FINGERS, SLENDER = 20, 20  # of the leakage comb, each that many gaps long
SQUARES, SQUARE = 10, 50_000  # adhesion field: squares a side (as many as ASTM D3359 B cuts), side of one [nm]
VAN_DER_PAUW = 20  # side of the square in widths of the contacts at its corners
DOSES = (0.7, 0.85, 1.0, 1.2, 1.4)  # of the dose test, in nominal doses
SHADE = 300_000  # between fields of the dose test: room for the edge of a shield [nm]


def of_plate(plate: PlateFacts, least: int) -> Iterator[Block]:
    """All monitors that need one plate alone.

    Parameters
    ----------
    least : no line or gap is drawn narrower [nm]: what the mask shop can make
    """
    floor = floor_of(plate, least)
    line = up(max(plate.line or UNKNOWN_LINE, floor))
    gap = max(up(plate.gap), line)
    yield _resolution(plate, line, floor)
    yield _width(plate, line)
    yield _thickness(plate)
    yield _adhesion(plate, line, gap)
    if plate.dose_basis:
        yield _dose(plate, line)
    if plate.conductor:
        yield _sheet(plate, line)
        yield _van_der_pauw(plate, line)
        if not plate.foil:  # between two combs a foil would be a slender tongue
            yield _leakage(plate, line, gap)


def _long(line: int) -> int:
    """Length of a line to look at: slender, but no longer than an eye needs."""
    return up(min(20 * line, max(10 * line, LOOKED_AT)))


def _resolution(plate: PlateFacts, line: int, floor: int) -> Block:
    sizes = sorted({max(near(share * line), floor) for share in LADDER})
    length, groups, at = _long(line), [], 0
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
        "line-width", {plate.number: shapes.line_widths(line, _long(line))},
        "width of the single line, of the three dense lines and of the space in the block, after the step",
        line / PER_METRE, "m", "as designed; half of the difference is what the bias a side lacks",
    )  # fmt: skip


def _thickness(plate: PlateFacts) -> Block:
    expected = plate.thickness if plate.thickness > 0 else None
    return Block(
        "thickness-pad", {plate.number: shapes.square(PAD)}, "step height at the edge of the pad", expected, "m",
        "as designed" if expected else "the layers of the plate differ in thickness",
    )  # fmt: skip


def _adhesion(plate: PlateFacts, line: int, gap: int) -> Block:
    side, room = max(SQUARE, up(2 * line)), max(SQUARE // 2, gap)
    return Block(
        "adhesion-field", {plate.number: shapes.field(SQUARES, side, room)},
        "tape pressed on and pulled off at once at 180 degrees: squares that stay on the part",
        float(SQUARES**2), "1",
        f"all of them, class 5B of ASTM D3359 method B (recalled), here of squares of {side * 1e-3:g} um that the "
        "plate draws instead of cuts",
    )  # fmt: skip


def _dose(plate: PlateFacts, line: int) -> Block:
    field = joined([shapes.line_group(line, _long(line)), translated(shapes.square(up(4 * line)), 14 * line, 0)])
    pitch = 18 * line + SHADE
    fields = joined(translated(field, place * pitch, 0) for place in range(len(DOSES)))
    shares = ", ".join(f"{share:g}" for share in DOSES)
    return Block(
        "dose-fields", {plate.number: fields},
        f"expose the fields from the left with {shares} times the dose, the others shielded: dose of the field whose "
        "lines and spaces are equally wide",
        plate.dose, "J/m2", f"{plate.dose_basis}; lines and spaces of {line * 1e-3:g} um",
    )  # fmt: skip


def _sheet(plate: PlateFacts, line: int) -> Block:
    arm = up(max(2 * line, 20_000), 2 * ROUND)
    told = f"R = (pi/ln 2) V/I (van der Pauw 1958), {plate.basis}; arms {arm * 1e-3:g} um wide"
    return Block(
        "sheet-resistance", {plate.number: shapes.greek_cross(arm, PAD)},
        f"Greek cross of {plate.conductor}: current through two neighbouring pads, voltage at the other two, four ways",
        plate.sheet_resistance, "ohm", told if plate.sheet_resistance is not None else f"not known; {told}",
    )  # fmt: skip


def _van_der_pauw(plate: PlateFacts, line: int) -> Block:
    contact = up(max(line, 20_000), 2 * ROUND)
    side = VAN_DER_PAUW * contact
    told = (
        f"R = (pi/ln 2) V/I (van der Pauw 1958), {plate.basis}; square of {side * 1e-3:g} um, contacts "
        f"{contact * 1e-3:g} um wide at its corners"
    )
    return Block(
        "van-der-pauw", {plate.number: shapes.van_der_pauw(side, contact, PAD)},
        f"square of {plate.conductor}, large beside its grains and pores: current through two neighbouring pads, "
        "voltage at the other two, four ways; it must agree with the cross",
        plate.sheet_resistance, "ohm", told if plate.sheet_resistance is not None else f"not known; {told}",
    )  # fmt: skip


def _leakage(plate: PlateFacts, line: int, gap: int) -> Block:
    length = up(SLENDER * gap)
    facing = shapes.leakage_facing(FINGERS, length) * 1e-6
    return Block(
        "leakage-comb", {plate.number: shapes.leakage_comb(line, gap, FINGERS, length, PAD)},
        "resistance between the two pads at 5 V; more than expected is good", ISOLATION, "ohm",
        f"acceptance of the isolation test; gap {gap * 1e-3:g} um, facing over {facing:.6g} mm",
    )  # fmt: skip
