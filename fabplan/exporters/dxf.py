"""Plates as DXF (R12, ASCII): one layer a plate, lattices as blocks inserted in columns and rows.

R12 is what every CAM program of a mask, laser or stencil shop reads. It knows no unit of its own: the unit stands in
``$INSUNITS``, in a comment and in the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabplan.exporters._gdstk import blocks, cell_name
from fabplan.exporters._names import file_name
from fabplan.geometry.region import Part, Point, Region, polygons
from fabplan.layout.types import Mask
from fabplan.planner.plan import Plan

DESCRIPTION = "plates after bias, DXF in micrometres, one layer per plate"
MICROMETRES = 13  # $INSUNITS
_PER_NANOMETRE = 1000
Tag = tuple[int, str | int]
Drawn = tuple[str, Region]  # name of the layer and what is on it


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>_plates_um.dxf``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    return {f"masks/{file_name(plan.name)}_plates_um.dxf": text(plan.masks)}


def text(masks: Sequence[Mask], hierarchy: bool = True) -> bytes:
    """The file of plates.

    Parameters
    ----------
    hierarchy : whether lattices are blocks; else every polygon is written out
    """
    return drawing([(layer_name(mask), mask.region if hierarchy else _flat(mask.region)) for mask in masks])


def drawing(sheets: Sequence[Drawn]) -> bytes:
    """The file of regions by the name of their layer."""
    return "".join(f"{code:>3}\n{value}\n" for code, value in _tags(sheets)).encode("ascii")


def _flat(region: Region) -> Region:
    return Region(tuple(Part(ring) for ring in polygons(region)))


def layer_name(mask: Mask) -> str:
    """Layer of a plate: its number and name, as every shop takes it: letters, digits, underscore, at most 8 of them."""
    return cell_name(f"P{mask.number}_{mask.name}")[:8].rstrip("_")


def _tags(sheets: Sequence[Drawn]) -> Iterator[Tag]:
    yield 999, "unit of all coordinates: micrometre"
    yield from ((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1009"))
    yield from ((9, "$INSUNITS"), (70, MICROMETRES), (0, "ENDSEC"))
    yield from ((0, "SECTION"), (2, "TABLES"), (0, "TABLE"), (2, "LAYER"), (70, len(sheets)))
    for place, (layer, _) in enumerate(sheets):
        yield from ((0, "LAYER"), (2, layer), (70, 0), (62, 1 + place % 6), (6, "CONTINUOUS"))
    yield from ((0, "ENDTAB"), (0, "ENDSEC"))
    yield from ((0, "SECTION"), (2, "BLOCKS"))
    for layer, region in sheets:
        for number, part in _lattices(region):
            name = f"{layer[:20]}_L{number}"
            yield from ((0, "BLOCK"), (8, layer), (2, name), (70, 0), *_place((0, 0)), (3, name))
            yield from _outline(part.polygon, layer)
            yield from ((0, "ENDBLK"), (8, layer))
    yield from ((0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"))
    for layer, region in sheets:
        yield from _entities(layer, region)
    yield from ((0, "ENDSEC"), (0, "EOF"))


def _lattices(region: Region) -> Iterator[tuple[int, Part]]:
    return ((number, part) for number, part in enumerate(region.parts) if part.lattice.count > 1)


def _entities(layer: str, region: Region) -> Iterator[Tag]:
    for part in region.parts:
        if part.lattice.count == 1:
            yield from _outline(part.polygon, layer)
    for number, part in _lattices(region):
        for x, y, lattice in blocks(part):
            yield from ((0, "INSERT"), (8, layer), (2, f"{layer[:20]}_L{number}"), *_place((x, y)))
            yield from ((70, lattice.columns), (71, lattice.rows))
            yield from ((44, _micrometres(lattice.step_x)), (45, _micrometres(lattice.step_y)))


def _outline(polygon: Sequence[Point], layer: str) -> Iterator[Tag]:
    """A closed polyline."""
    yield from ((0, "POLYLINE"), (8, layer), (66, 1), *_place((0, 0)), (70, 1))
    for corner in polygon:
        yield from ((0, "VERTEX"), (8, layer), *_place(corner))
    yield from ((0, "SEQEND"), (8, layer))


def _place(point: Point) -> tuple[Tag, Tag, Tag]:
    return (10, _micrometres(point[0])), (20, _micrometres(point[1])), (30, "0.0")


def _micrometres(nanometres: int) -> str:
    """Exact decimal of a whole number of nanometres, never in exponent form."""
    whole, rest = divmod(abs(nanometres), _PER_NANOMETRE)
    return f"{'-' if nanometres < 0 else ''}{whole}.{rest:03d}"
