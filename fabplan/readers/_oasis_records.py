"""The records of an OASIS file: their grammar and their modal variables, checked before any C++ reader sees them.

Facts of the format: SEMI P39 (OASIS), chapters 10 and 12 to 36. What an element leaves out is taken from the element
before; a reader that trusts that there was one reads memory of its own. Modal variables are forgotten at every cell.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field

from fabplan.errors import BadInput, Problem
from fabplan.readers._gds_records import Cell, within
from fabplan.readers._oasis_bytes import FARTHEST, Reader

MAGIC = b"%SEMI-OASIS\r\n"
END_SIZE = 256
MOST_INFLATED = 32 << 20
MOST_RECORDS = 2_000_000
START, END, CELL_BY_NUMBER, CELL_BY_NAME, ABSOLUTE, RELATIVE = 1, 2, 13, 14, 15, 16
PLACEMENT, PLACEMENT_ANY, TEXT, RECTANGLE, POLYGON, PATH, TRAPEZOID = range(17, 24)
CTRAPEZOID, CIRCLE = 26, 27
PROPERTY, PROPERTY_AGAIN, XNAME, XELEMENT, XGEOMETRY, CBLOCK = 28, 29, 30, 32, 33, 34
NAMES = {3: "cell", 5: "text", 7: "property", 9: "string"}  # and one more each with its number
PRINTABLE = ("cell", "property")
TRAPEZOIDS = 26  # kinds of CTRAPEZOID
ROUND = 1 << 31  # largest radius and half width


@dataclass
class Names:
    """Names of one kind, by number."""

    known: dict[int, str] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    explicit: bool | None = None


@dataclass
class Walk:
    """What is known while the records go by; ``modal`` holds what elements may leave out."""

    where: str
    names: dict[str, Names] = field(default_factory=lambda: {kind: Names() for kind in NAMES.values()})
    cells: dict[str | int, Cell] = field(default_factory=dict)
    cell: Cell | None = None
    modal: dict[str, int] = field(default_factory=dict)
    placed: str = ""
    inflated: int = 0
    records: int = 0
    shapes: int = 0
    most: int = 0


def checked(data: bytes, where: str, most: int, most_points: int) -> dict[str, Cell]:
    """The cells of a sound file.

    Raises
    ------
    BadInput : the structure is broken, references do not resolve, or it holds more than ``most`` shapes or
        ``most_points`` points when flat
    """
    reader, walk = Reader(data, where), Walk(where, most=most)
    reader.at = len(MAGIC)
    if reader.byte() != START or reader.string() != "1.0" or not 0 < reader.real() < 1e12:
        raise reader.fault("it does not start with version and unit")
    if reader.unsigned(1) == 0:
        _numbers(reader, 12)
    _records(reader, walk, True)
    for kind, names in walk.names.items():
        if names.used - names.known.keys():
            raise BadInput(Problem(f"a {kind} name is used by a number that is not defined", where))
    cells = _named(walk)
    within(cells, where, most, most_points)
    return cells


def _named(walk: Walk) -> dict[str, Cell]:
    """Cells by name; a number stands for a name that is known by now."""
    known, found = walk.names["cell"].known, dict[str, Cell]()
    for key, cell in walk.cells.items():
        name = known[key] if isinstance(key, int) else key
        if name in found:
            raise BadInput(Problem(f"cell {name[:40]!r} is defined twice", walk.where))
        places: dict[str, int] = {}
        for target, number in cell.places.items():
            inner = known[int(target[1:])] if target[0] == " " else target
            places[inner] = places.get(inner, 0) + number
        found[name] = Cell(cell.shapes, places, cell.points, cell.stored)
    return found


def _numbers(reader: Reader, count: int) -> None:
    for _ in range(count):
        reader.unsigned()


def _records(reader: Reader, walk: Walk, whole: bool) -> None:
    """Records up to the end; ``whole`` for the file itself, else for what a block unpacks to."""
    while whole or reader.at < len(reader.data):
        kind = reader.byte()
        if kind == END:
            if not whole or reader.at - 1 != len(reader.data) - END_SIZE:
                raise reader.fault("the end record is not the last one")
            return
        if kind == CBLOCK:
            if not whole:
                raise reader.fault("a compressed block in another one")
            _records(_unpacked(reader, walk), walk, False)
        elif kind:
            _record(kind, reader, walk)


def _unpacked(reader: Reader, walk: Walk) -> Reader:
    """Content of a compressed block; its sizes must be true."""
    kind, size, packed = (reader.unsigned() for _ in range(3))
    walk.inflated += size
    if kind or walk.inflated > MOST_INFLATED:
        raise reader.fault("a compressed block is of an unknown kind or too large")
    at, unpacker = reader.at, zlib.decompressobj(-15)
    try:
        content = unpacker.decompress(reader.take(packed), size + 1)
    except zlib.error:
        raise reader.fault("a compressed block cannot be unpacked") from None
    if len(content) != size or not unpacker.eof:
        raise reader.fault("a compressed block does not have the size that it says")
    return Reader(content, walk.where, f" of the block at byte {at}")


def _record(kind: int, reader: Reader, walk: Walk) -> None:
    """One record other than the first and the last."""
    walk.records += 1
    # every cell is drawn at least once, so that there is no need to read on
    if walk.records > MOST_RECORDS or walk.shapes > walk.most:
        raise BadInput(Problem("too many records or polygons", walk.where, allowed=f"at most {walk.most} polygons"))
    if 3 <= kind <= 10:
        _name(kind, reader, walk)
    elif kind in (11, 12):
        reader.string()
        reader.interval()
        reader.interval()
    elif kind in (CELL_BY_NUMBER, CELL_BY_NAME):
        key = _number(reader, walk, "cell") if kind == CELL_BY_NUMBER else reader.string(True)
        if key in walk.cells:
            raise reader.fault("a cell is defined twice")
        walk.cell = walk.cells[key] = Cell()
        walk.modal, walk.placed = {}, ""
    elif kind in (PROPERTY, PROPERTY_AGAIN):
        _property(kind, reader, walk)
    elif kind in (XNAME, XNAME + 1, XELEMENT):
        reader.unsigned()
        reader.string()
        if kind == XNAME + 1:
            reader.unsigned()
    elif ABSOLUTE <= kind <= XGEOMETRY:
        if walk.cell is None:
            raise reader.fault("an element stands outside a cell")
        if kind > RELATIVE:
            _element(kind, reader, walk, walk.cell)
    else:
        raise reader.fault(f"record {kind} is unknown")


def _name(kind: int, reader: Reader, walk: Walk) -> None:
    explicit = kind % 2 == 0
    called = NAMES[kind - explicit]
    names, text = walk.names[called], reader.string(called in PRINTABLE)
    number = reader.unsigned() if explicit else len(names.known)
    if number in names.known or names.explicit not in (None, explicit):
        raise reader.fault(f"a {called} name is numbered twice, or in two ways")
    names.known[number], names.explicit = text, explicit


def _number(reader: Reader, walk: Walk, kind: str) -> int:
    """Number of a name that must be known in the end."""
    number = reader.unsigned()
    walk.names[kind].used.add(number)
    return number


def _property(kind: int, reader: Reader, walk: Walk) -> None:
    modal = walk.modal
    info = reader.byte() if kind == PROPERTY else 0x08
    if info & 4:
        if info & 2:
            _number(reader, walk, "property")
        else:
            reader.string(True)
        modal["property"] = 1
    if "property" not in modal or (info & 8 and "values" not in modal):
        raise reader.fault("a property is used again before there is one")
    if info & 8:
        if info >> 4:
            raise reader.fault("a property with its own and the last values")
        return
    number = info >> 4
    for _ in range(reader.unsigned() if number == 15 else number):
        _value(reader, walk)
    modal["values"] = 1


def _value(reader: Reader, walk: Walk) -> None:
    kind = reader.unsigned(15)
    if kind < 8:
        reader.at -= 1
        reader.real()
    elif kind < 10:
        reader.unsigned(1 << 63)
    elif kind < 13:
        reader.string()
    else:
        _number(reader, walk, "string")


def _modal(reader: Reader, walk: Walk, given: int, name: str, most: int = FARTHEST) -> int:
    """A number that stands here, or was the last one of that name."""
    if given:
        walk.modal[name] = reader.unsigned(most)
    if name not in walk.modal:
        raise reader.fault(f"{name} is left out before it was given")
    return walk.modal[name]


def _element(kind: int, reader: Reader, walk: Walk, cell: Cell) -> None:
    """Body of an element, then place and repetition; counts into the cell."""
    info = reader.byte()
    if kind in (PLACEMENT, PLACEMENT_ANY):
        target = _placed(kind, info, reader, walk)
        copies = _place(reader, walk, info & 0x20, info & 0x10, info & 0x08)
        cell.places[target] = cell.places.get(target, 0) + copies
        return
    if kind == TEXT:
        _text(info, reader, walk)
        _place(reader, walk, info & 0x10, info & 0x08, info & 0x04)
        return
    points = _shape(kind, info, reader, walk)
    copies = _place(reader, walk, info & 0x10, info & 0x08, info & 0x04)
    cell.shapes += copies if points else 0
    cell.stored += 1 if points else 0
    walk.shapes += copies if points else 0
    cell.points += copies * points


def _place(reader: Reader, walk: Walk, x: int, y: int, repeated: int) -> int:
    """Number of copies."""
    for given in (x, y):
        if given:
            reader.signed()
    if not repeated:
        return 1
    walk.modal["copies"] = reader.repetition(walk.modal.get("copies", 0))
    return walk.modal["copies"]


def _placed(kind: int, info: int, reader: Reader, walk: Walk) -> str:
    """Name of the placed cell, or a blank and its number."""
    if info & 0x80:
        walk.placed = f" {_number(reader, walk, 'cell')}" if info & 0x40 else reader.string(True)
    if not walk.placed:
        raise reader.fault("a cell is placed again before there was one")
    if kind == PLACEMENT_ANY:
        numbers = [reader.real() for bit in (4, 2) if info & bit]
        if info & 4 and not 0 < numbers[0] < 1e9:
            raise reader.fault("a magnification makes no sense")
    return walk.placed


def _text(info: int, reader: Reader, walk: Walk) -> None:
    if info & 0x80:
        raise reader.fault("a text with unknown flags")
    if info & 0x40:
        walk.modal["text"] = _number(reader, walk, "text") if info & 0x20 else len(reader.string())
    if "text" not in walk.modal:
        raise reader.fault("a text is used again before there is one")
    _modal(reader, walk, info & 1, "text layer", most=1 << 31)
    _modal(reader, walk, info & 2, "text type", most=1 << 31)


def _shape(kind: int, info: int, reader: Reader, walk: Walk) -> int:
    """Points of a shape when flat; 0 when it is none."""
    if kind == XGEOMETRY:
        reader.unsigned()
    _modal(reader, walk, info & 1, "layer", most=1 << 31)
    _modal(reader, walk, info & 2, "datatype", most=1 << 31)
    if kind == XGEOMETRY:
        reader.string()
        return 0
    if kind == RECTANGLE:
        _rectangle(info, reader, walk)
        return 4
    if kind in (POLYGON, PATH):
        return _outline(kind, info, reader, walk)
    if kind == CIRCLE:
        radius = _modal(reader, walk, info & 0x20, "radius", most=ROUND)
        return 8 + int(4 * math.sqrt(radius))  # when flat, to about a grid step
    if kind == CTRAPEZOID:
        _ctrapezoid(info, reader, walk)
        return 4
    _modal(reader, walk, info & 0x40, "width")
    _modal(reader, walk, info & 0x20, "height")
    reader.coordinates(2 if kind == TRAPEZOID else 1)
    return 4


def _rectangle(info: int, reader: Reader, walk: Walk) -> None:
    width = _modal(reader, walk, info & 0x40, "width")
    if info & 0x80:
        if info & 0x20:
            raise reader.fault("a square with a height")
        walk.modal["height"] = width
    else:
        _modal(reader, walk, info & 0x20, "height")


def _ctrapezoid(info: int, reader: Reader, walk: Walk) -> None:
    """Some kinds need a width or a height only; the other one is derived and not used."""
    kind = _modal(reader, walk, info & 0x80, "trapezoid", most=TRAPEZOIDS - 1)
    for bit, name, needless in ((0x40, "width", (20, 21)), (0x20, "height", (16, 17, 18, 19, 22, 23, 25))):
        if info & bit or kind not in needless:
            _modal(reader, walk, info & bit, name)


def _outline(kind: int, info: int, reader: Reader, walk: Walk) -> int:
    if kind == POLYGON:
        if info & 0xC0:
            raise reader.fault("a polygon with unknown flags")
        if info & 0x20:
            walk.modal["ring"] = reader.points(True)
        if "ring" not in walk.modal:
            raise reader.fault("a list of points is used again before there is one")
        return walk.modal["ring"]
    _modal(reader, walk, info & 0x40, "half width", most=ROUND)
    if info & 0x80:
        scheme = reader.unsigned(15)
        for shift, name in ((2, "start"), (0, "end")):
            ends = scheme >> shift & 3
            if ends == 3:
                reader.signed()
            if ends:
                walk.modal[name] = ends
    if info & 0x20:
        walk.modal["line"] = reader.points(False)
    if not {"start", "end", "line"} <= walk.modal.keys():
        raise reader.fault("ends or points of a path are used again before there are any")
    return 2 * walk.modal["line"] + 2
