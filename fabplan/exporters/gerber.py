"""Plates as Gerber X2, one file a plate: regions in millimetres with six decimals, so that a nanometre is exact.

Ucamco, The Gerber Layer Format Specification, revision 2023.03: regions (G36/G37, 4.10), step and repeat (4.11),
attributes (5). Readers are known that pass over step and repeat without a word, so polygons are written one by one
as long as a file stays readable; only larger lattices become step-and-repeat blocks, and the file says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabplan.exporters._names import file_name
from fabplan.geometry.region import Lattice, Part, Point, polygons
from fabplan.layout.types import Mask
from fabplan.planner.plan import Plan

DESCRIPTION = "plates after bias, Gerber X2, one file per plate"
MOST_FLAT = 1_000_000  # corners of a plate whose polygons are written one by one: some 20 MB
_PER_MILLIMETRE = 1_000_000  # nanometres; also the format's last decimal


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/gerber/<name>-<plate>.gbr``; nothing when no step needs a mask."""
    found = {}
    for mask in plan.masks:
        path = f"masks/gerber/{file_name(plan.name)}-{mask.number:02d}-{file_name(mask.name)}.gbr"
        found[path] = text(plan, mask)
    return found


def text(plan: Plan, mask: Mask) -> bytes:
    """The file of one plate."""
    return ("\n".join(_lines(plan, mask)) + "\n").encode("ascii")


def _lines(plan: Plan, mask: Mask) -> Iterator[str]:
    yield f"G04 plate {mask.number}: {file_name(mask.name)}, {mask.kind}; {_words(mask.tone)}*"
    yield f"%TF.GenerationSoftware,fabplan,fabplan,{_words(plan.fabplan_version)}*%"
    yield f"%TF.FileFunction,Other,{_words(mask.kind)}*%"
    yield "%TF.FilePolarity,Positive*%"
    yield "%TF.Part,Single*%"
    yield "%FSLAX46Y46*%"
    yield "%MOMM*%"
    yield "%LPD*%"
    yield "G01*"
    if sum(len(part.polygon) * part.lattice.count for part in mask.region.parts) <= MOST_FLAT:
        for ring in polygons(mask.region):
            yield from _region(ring)
    else:
        yield "G04 equal shapes are step-and-repeat blocks (SR): check that your reader repeats them*"
        for part in mask.region.parts:
            yield from _part(part)
    yield "M02*"


def _part(part: Part) -> Iterator[str]:
    """A polygon, in a step-and-repeat block where it repeats; steps run to the right and up."""
    lattice, corners = part.lattice, part.polygon
    if lattice.count == 1:
        yield from _region(corners)
        return
    left = (lattice.columns - 1) * min(lattice.step_x, 0)
    down = (lattice.rows - 1) * min(lattice.step_y, 0)
    steps = Lattice(lattice.columns, lattice.rows, abs(lattice.step_x), abs(lattice.step_y))
    yield f"%SRX{steps.columns}Y{steps.rows}I{_millimetres(steps.step_x)}J{_millimetres(steps.step_y)}*%"
    yield from _region([(x + left, y + down) for x, y in corners])
    yield "%SR*%"


def _region(corners: Sequence[Point]) -> Iterator[str]:
    yield "G36*"
    for place, (x, y) in enumerate([*corners, corners[0]]):
        yield f"X{x}Y{y}D0{1 if place else 2}*"
    yield "G37*"


def _millimetres(nanometres: int) -> str:
    whole, rest = divmod(nanometres, _PER_MILLIMETRE)
    return f"{whole}.{rest:06d}"


def _words(text: str) -> str:
    """Text without the characters that end a word or a command."""
    return "".join(letter if letter.isalnum() or letter in " .()-;" else "_" for letter in text if letter.isascii())
