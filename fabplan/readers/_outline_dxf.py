"""DXF drawings: sections, blocks and their insertions, counted before they are expanded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers._chains import closed
from fabplan.readers._drawing import UNITS, Budget, Drawing, Floats, Frame, Piece, unit_nanometres
from fabplan.readers._dxf_shapes import SHAPES, mirrored, points_of
from fabplan.readers._dxf_tags import Entity, Gatherer, header_units, tags

#: $INSUNITS -> unit (DXF Reference, header variables)
INSUNITS: Mapping[int, str] = MappingProxyType(
    {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 9: "mil", 11: "angstrom", 12: "nm", 13: "um", 14: "dm"}
)
LEVELS = 16
MOST_VISITS = 200_000
PAPER = 67
SILENT = ("ATTDEF", "ATTRIB", "SEQEND", "VIEWPORT", "POINT", "ENDBLK")
Affine = tuple[Floats, Floats]  # matrix and shift: p -> matrix @ p + shift


@dataclass(frozen=True)
class Item:
    """An entity that draws or inserts, with the vertices of a POLYLINE."""

    entity: Entity
    vertices: tuple[Entity, ...] = ()


def read_dxf(data: bytes, unit: str | None, where: str, layer: str | None = None) -> Drawing:
    """Pieces of a DXF drawing; closed shapes inside others are holes.

    Of other layers than ``layer`` only the names are told, as pieces without lines.

    Raises
    ------
    BadInput : broken, without unit, too deep or too large
    """
    units, blocks, items, ignored = sections(data, where)
    name = unit or INSUNITS.get(units, "")
    if not name:
        allowed = 'unit = "mm" (or another) beside the file\'s name'
        raise BadInput(Problem("the drawing does not say its unit", where, f"$INSUNITS {units}", allowed))
    expansion = _Expansion(blocks, unit_nanometres(name, where), where, layer)
    expansion.check(items)
    identity = (np.eye(2), np.zeros(2))
    pieces = tuple(expansion.pieces(items, identity, "0", 0))
    notes = []
    if unit and UNITS[INSUNITS.get(units, unit)] != UNITS[unit]:
        notes.append(f"unit {unit} as asked; the file says {INSUNITS[units]}")
    if ignored:
        notes.append("ignored: " + ", ".join(f"{count} {kind}" for kind, count in sorted(ignored.items())))
    return Drawing(pieces, Frame(name, unit_nanometres(name, where)), True, tuple(notes))


def sections(data: bytes, where: str) -> tuple[int, dict[str, tuple[Item, ...]], tuple[Item, ...], Counter[str]]:
    """$INSUNITS, blocks by name, entities of the drawing, and how many of a kind are ignored."""
    stream, gatherer = tags(data, where), Gatherer(where)
    units, blocks, items, ignored = 0, dict[str, tuple[Item, ...]](), list[Item](), Counter[str]()
    for _, code, text in stream:
        if code != 2:
            continue  # section ends, comments, and the tags of sections that nobody needs
        section = text.strip().upper()
        if section == "HEADER":
            units = header_units(stream, where)
        elif section == "BLOCKS":
            blocks.update(_blocks(gatherer.gather(stream), ignored, where))
        elif section == "ENTITIES":
            items += _items(gatherer.gather(stream), ignored)
        elif section in ("CLASSES", "TABLES", "OBJECTS", "THUMBNAILIMAGE", "ACDSDATA"):
            _skip(stream)
    return units, blocks, tuple(items), ignored


def _skip(stream: Iterator[tuple[int, int, str]]) -> None:
    """Go on to the end of the section."""
    for _, code, text in stream:
        if code == 0 and text.strip().upper() in ("ENDSEC", "EOF"):
            return


def _items(entities: Iterator[Entity], ignored: Counter[str]) -> Iterator[Item]:
    """Entities that draw; VERTEX entities go with the POLYLINE before them."""
    head: Entity | None = None
    vertices: list[Entity] = []
    for entity in entities:
        if head is not None and entity.kind == "VERTEX":
            vertices.append(entity)
            continue
        if head is not None:
            yield Item(head, tuple(vertices))
            head, vertices = None, []
        if entity.value(PAPER) != 0:
            continue
        if entity.kind == "POLYLINE":
            head = entity
        elif entity.kind in SHAPES or entity.kind == "INSERT":
            yield Item(entity)
        elif entity.kind not in SILENT:
            ignored[entity.kind[:40]] += 1
    if head is not None:
        yield Item(head, tuple(vertices))


def _blocks(
    entities: Iterator[Entity], ignored: Counter[str], where: str
) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Name and content of each block; its base point comes first, as an item of kind BLOCK."""
    found: list[Entity] | None = None
    seen: set[str] = set()
    for entity in entities:
        if entity.kind == "BLOCK":
            if entity.name.upper() in seen:
                raise BadInput(Problem("a block is defined twice", f"{where}:{entity.line}", repr(entity.name)[:40]))
            seen.add(entity.name.upper())
            found = [entity]
        elif entity.kind == "ENDBLK" and found:
            # the sheets of paper are blocks too; nobody inserts them
            yield found[0].name.upper(), (Item(found[0]), *_items(iter(found[1:]), ignored))
            found = None
        elif found is not None:
            found.append(entity)


class _Expansion:
    """Blocks put where they are inserted."""

    def __init__(
        self, blocks: Mapping[str, tuple[Item, ...]], scale: float, where: str, layer: str | None
    ) -> None:
        self.blocks, self.scale, self.where, self.budget = blocks, scale, where, Budget(where)
        self.wanted = None if layer is None else layer.casefold()
        self.others: set[str] = set()

    def check(self, items: tuple[Item, ...]) -> None:
        """Count what all insertions make, by products; no expansion.

        Raises
        ------
        BadInput : a block that is not defined, that holds itself, too deep, or too many shapes
        """
        total = self._count(items, {}, ())
        if total > MOST_VISITS:
            raise BadInput(Problem("the drawing has too many shapes", self.where, f"{total}", f"at most {MOST_VISITS}"))

    def _count(self, items: tuple[Item, ...], known: dict[str, int], above: tuple[str, ...]) -> int:
        total = 0
        for item in items:
            if item.entity.kind != "INSERT":
                total += item.entity.kind != "BLOCK"
                continue
            name, place = item.entity.name.upper(), f"{self.where}:{item.entity.line}"
            if name in above or len(above) >= LEVELS:
                what = "a block inserts itself" if name in above else "blocks insert each other too deep"
                raise BadInput(Problem(what, place, repr(item.entity.name)[:40], f"at most {LEVELS} levels"))
            if name not in self.blocks:
                raise BadInput(Problem("a block is not defined", place, repr(item.entity.name)[:40]))
            if name not in known:
                known[name] = self._count(self.blocks[name], known, (*above, name))
            # an empty block costs time too
            total += math.prod(self._grid(item.entity)) * max(known[name], 1)
        return total

    def _grid(self, insert: Entity) -> tuple[int, int]:
        """Columns and rows of an insertion."""
        columns, rows = int(insert.value(70, 1.0)), int(insert.value(71, 1.0))
        return max(columns, 1), max(rows, 1)

    def pieces(self, items: tuple[Item, ...], frame: Affine, layer: str, level: int) -> Iterator[Piece]:
        """Pieces of entities moved by ``frame``; layer 0 inside a block is the layer of its insertion."""
        if level > LEVELS:
            raise BadInput(Problem("blocks insert each other too deep", self.where, allowed=f"at most {LEVELS} levels"))
        matrix, shift = frame
        for item in items:
            entity = item.entity
            own = layer if level and entity.layer == "0" else entity.layer
            if entity.kind == "INSERT":
                yield from self._inserted(entity, frame, own, level)
            elif entity.kind == "BLOCK":
                continue
            elif self.wanted is not None and own.casefold() != self.wanted:
                if own not in self.others:
                    self.others.add(own)
                    yield Piece((own,), ())
            else:
                points, is_closed = points_of(entity, item.vertices, self.scale, self.where)
                moved = points @ matrix.T + shift
                self.budget.take([moved])
                yield _piece(own, moved, is_closed)

    def _inserted(self, insert: Entity, frame: Affine, layer: str, level: int) -> Iterator[Piece]:
        matrix, shift = frame
        content, scale = self.blocks[insert.name.upper()], self.scale
        base = np.array([content[0].entity.value(10), content[0].entity.value(20)]) * scale
        angle = math.radians(insert.value(50))
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        flip = np.diag([-1.0, 1.0]) if mirrored(insert, self.where) else np.eye(2)
        own = matrix @ flip @ turn @ np.diag([insert.value(41, 1.0), insert.value(42, 1.0)])
        place = np.array([insert.value(10), insert.value(20)]) * scale
        steps = np.array([insert.value(44), insert.value(45)]) * scale
        columns, rows = self._grid(insert)
        for row in range(rows):
            for column in range(columns):
                at = place + turn @ (steps * [column, row])
                yield from self.pieces(content, (own, matrix @ flip @ at + shift - own @ base), layer, level + 1)


def _piece(layer: str, points: Floats, is_closed: bool) -> Piece:
    """A ring where the entity says so or its ends are the same point."""
    if not is_closed and closed(points):
        points, is_closed = points[:-1], True
    return Piece((layer,), (points,), is_closed)
