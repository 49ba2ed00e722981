"""The records of a GDSII stream: lengths, types and grammar, checked before any C++ reader sees the file.

Facts of the format: GDSII Stream Format Manual, release 6.0 (Calma, 1987).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from fabplan.errors import BadInput, Problem

MOST_DEPTH = 64
MOST_POINTS = 16_000_000
NO_DATA, BITS, INT16, INT32, REAL8, TEXT = 0, 1, 2, 3, 5, 6

#: record type -> (data type, payload size; -8 any multiple of 8, -1 any)
KNOWN: dict[int, tuple[int, int]] = {
    0x00: (INT16, 2), 0x01: (INT16, 24), 0x02: (TEXT, -1), 0x03: (REAL8, 16), 0x04: (NO_DATA, 0),
    0x05: (INT16, 24), 0x06: (TEXT, -1), 0x07: (NO_DATA, 0), 0x08: (NO_DATA, 0), 0x09: (NO_DATA, 0),
    0x0A: (NO_DATA, 0), 0x0B: (NO_DATA, 0), 0x0C: (NO_DATA, 0), 0x0D: (INT16, 2), 0x0E: (INT16, 2),
    0x0F: (INT32, 4), 0x10: (INT32, -8), 0x11: (NO_DATA, 0), 0x12: (TEXT, -1), 0x13: (INT16, 4),
    0x15: (NO_DATA, 0), 0x16: (INT16, 2), 0x17: (BITS, 2), 0x19: (TEXT, -1), 0x1A: (BITS, 2),
    0x1B: (REAL8, 8), 0x1C: (REAL8, 8), 0x1F: (TEXT, -1), 0x20: (TEXT, -1), 0x21: (INT16, 2),
    0x22: (INT16, 2), 0x23: (TEXT, -1), 0x26: (BITS, 2), 0x2A: (INT16, 2), 0x2B: (INT16, 2),
    0x2C: (TEXT, -1), 0x2D: (NO_DATA, 0), 0x2E: (INT16, 2), 0x2F: (INT32, 4), 0x30: (INT32, 4),
    0x31: (INT32, 4), 0x36: (INT16, 2), 0x37: (TEXT, -1), 0x38: (NO_DATA, 0), 0x39: (INT16, 2),
}  # fmt: skip
HEADER, BGNLIB, LIBNAME, UNITS, ENDLIB, BGNSTR, STRNAME, ENDSTR = range(8)
BOUNDARY, PATH, SREF, AREF, TEXTS, LAYER, DATATYPE, WIDTH, XY, ENDEL, SNAME, COLROW = range(0x08, 0x14)
NODE, PATHTYPE, BOX = 0x15, 0x21, 0x2D
PREAMBLE = {0x39, 0x1F, 0x20, 0x23, 0x22, 0x36, 0x37, 0x38}
ANYWHERE = {0x26, 0x2F, 0x2B, 0x2C}  # flags, plex and properties

#: element -> (records it must have once, records it may have once, fewest and most points)
ELEMENTS: dict[int, tuple[set[int], set[int], int, int]] = {
    BOUNDARY: ({LAYER, DATATYPE, XY}, set(), 4, 8191),
    PATH: ({LAYER, DATATYPE, XY}, {0x21, WIDTH, 0x30, 0x31}, 2, 8191),
    SREF: ({SNAME, XY}, {0x1A, 0x1B, 0x1C}, 1, 1),
    AREF: ({SNAME, COLROW, XY}, {0x1A, 0x1B, 0x1C}, 3, 3),
    TEXTS: ({LAYER, 0x16, XY, 0x19}, {0x17, 0x21, WIDTH, 0x1A, 0x1B, 0x1C}, 1, 1),
    NODE: ({LAYER, 0x2A, XY}, set(), 1, 50),
    BOX: ({LAYER, 0x2E, XY}, set(), 5, 5),
}


@dataclass
class Cell:
    """What a structure holds: number of shapes and their points, and how often it places which other one.

    ``stored`` counts shapes as the file writes them down, an array of equal ones once.
    """

    shapes: int = 0
    places: dict[str, int] = field(default_factory=dict)
    points: int = 0
    stored: int = 0


def checked(data: bytes, where: str, most: int, most_points: int = MOST_POINTS) -> dict[str, Cell]:
    """The cells of a well-formed stream.

    Raises
    ------
    BadInput : the structure is broken, references do not resolve, or it holds more than ``most`` shapes or
        ``most_points`` points when flat
    """
    cells = _Walk(data, where).library()
    within(cells, where, most, most_points)
    return cells


def within(cells: dict[str, Cell], where: str, most: int, most_points: int) -> None:
    """Count what the top cells hold when flat, by products on the graph of references; no expansion.

    Raises
    ------
    BadInput : too much, a reference to nothing, a circle of references
    """
    placed = {name for cell in cells.values() for name in cell.places}
    expanded = _expanded(cells, where)
    for k, (what, cap) in enumerate((("polygons", most), ("vertices", most_points))):
        total = sum(expanded[name][k] for name in cells if name not in placed)
        if total > cap:
            given = str(total) if total < 10**15 else "more than 1e15"
            raise BadInput(Problem(f"too many {what} when flat", where, given, f"at most {cap}"))


class _Walk:
    """One pass over the records."""

    def __init__(self, data: bytes, where: str) -> None:
        self.where, self.records = where, _records(data, where)
        self.offset, self.kind, self.payload = 0, -1, b""

    def next(self) -> int:
        """Step on; kind of the record."""
        try:
            self.offset, self.kind, self.payload = next(self.records)
        except StopIteration:
            raise self.fault("the file ends before its end record") from None
        return self.kind

    def fault(self, what: str) -> BadInput:
        return broken(self.where, what, self.offset)

    def expect(self, kind: int, name: str) -> None:
        if self.next() != kind:
            raise self.fault(f"record {name} is missing")

    def library(self) -> dict[str, Cell]:
        self.expect(HEADER, "HEADER")
        self.expect(BGNLIB, "BGNLIB")
        seen_name = False
        while self.next() != UNITS:
            if self.kind == LIBNAME and not seen_name:
                seen_name = True
            elif self.kind not in PREAMBLE:
                raise self.fault("a record stands where the library's head should be")
        if not seen_name:
            raise self.fault("record LIBNAME is missing")
        if not all(0 < real8(self.payload[i : i + 8]) < 1 for i in (0, 8)):
            raise self.fault("units are not between 0 and 1")
        cells: dict[str, Cell] = {}
        while self.next() != ENDLIB:
            if self.kind != BGNSTR:
                raise self.fault("a record stands outside a structure")
            self.structure(cells)
        return cells

    def structure(self, cells: dict[str, Cell]) -> None:
        self.expect(STRNAME, "STRNAME")
        name = self.text()
        if name in cells:
            raise self.fault(f"structure {name!r} is defined twice")
        cell = cells[name] = Cell()
        while self.next() != ENDSTR:
            if self.kind not in ELEMENTS:
                raise self.fault("a record stands outside an element")
            self.element(cell)

    def element(self, cell: Cell) -> None:
        kind = self.kind
        needed, allowed, fewest, most = ELEMENTS[kind]
        found: dict[int, bytes] = {}
        while self.next() != ENDEL:
            if self.kind in ANYWHERE:
                continue
            if self.kind in found or self.kind not in needed | allowed:
                raise self.fault("a record does not belong into its element")
            if self.kind == SNAME:
                self.text()
            found[self.kind] = self.payload
        if needed - found.keys():
            raise self.fault("an element lacks a record")
        if not fewest <= len(found[XY]) // 8 <= most:
            raise self.fault("an element has the wrong number of points")
        if kind in (BOUNDARY, BOX) and found[XY][:8] != found[XY][-8:]:
            raise self.fault("a polygon is not closed")
        self.count(kind, found, cell)

    def count(self, kind: int, found: dict[int, bytes], cell: Cell) -> None:
        if kind in (SREF, AREF):
            columns, rows = struct.unpack(">hh", found[COLROW]) if kind == AREF else (1, 1)
            if columns < 1 or rows < 1:
                raise self.fault("an array has no columns or rows")
            name = found[SNAME].rstrip(b"\0").decode("ascii")
            cell.places[name] = cell.places.get(name, 0) + columns * rows
        elif kind in (BOUNDARY, PATH, BOX):
            cell.shapes += 1
            cell.stored += 1
            cell.points += _points(kind, found)

    def text(self) -> str:
        try:
            name = self.payload.rstrip(b"\0").decode("ascii")
        except UnicodeDecodeError:
            raise self.fault("a name is not ASCII") from None
        if not name or "\0" in name:
            raise self.fault("a name is empty or holds a null")
        return name


def _records(data: bytes, where: str) -> Iterator[tuple[int, int, bytes]]:
    """Offset, type and payload of each record; only zeros may follow ENDLIB."""
    position, size = 0, len(data)
    while position < size:
        if position + 4 > size:
            raise broken(where, "a record is cut off", position)
        length, kind, data_type = struct.unpack_from(">HBB", data, position)
        if length < 4 or length % 2 or position + length > size:
            raise broken(where, "a record has an impossible length", position)
        wanted = KNOWN.get(kind)
        if wanted is None or wanted[0] != data_type:
            raise broken(where, f"record type {kind:#04x} with data type {data_type} is unknown", position)
        payload = length - 4
        fits = payload % 8 == 0 if wanted[1] == -8 else wanted[1] in (-1, payload)
        if not fits:
            raise broken(where, f"record type {kind:#04x} has a payload of {payload} bytes", position)
        # before the end record is handed on: nobody asks for a record after it
        if kind == ENDLIB and data[position + length :].strip(b"\0"):
            raise broken(where, "data follow the end record", position + length)
        yield position, kind, data[position + 4 : position + length]
        position += length


def _points(kind: int, found: dict[int, bytes]) -> int:
    """Points of a shape when flat: a path has two sides, and round ends as fine as its half width asks for."""
    points = len(found[XY]) // 8
    if kind != PATH:
        return points
    width = abs(struct.unpack(">i", found[WIDTH])[0]) if WIDTH in found else 0
    return 2 * points + (8 + int(4 * math.sqrt(width)) if found.get(PATHTYPE) == b"\0\1" else 8)


def _expanded(cells: dict[str, Cell], where: str) -> dict[str, tuple[int, int]]:
    """Shapes and points of each cell when flat."""
    missing = sorted({name for cell in cells.values() for name in cell.places} - cells.keys())
    if missing:
        raise BadInput(Problem("a structure that is placed is not defined", where, missing[0][:40]))
    total: dict[str, tuple[int, int]] = {}
    for _ in range(MOST_DEPTH + 1):
        waiting = [n for n, cell in cells.items() if n not in total and all(c in total for c in cell.places)]
        if not waiting:
            break
        for name in waiting:
            cell = cells[name]
            # placing an empty structure a billion times takes its time too
            shapes = cell.shapes + sum(k * max(total[c][0], 1) for c, k in cell.places.items())
            total[name] = shapes, cell.points + sum(k * total[c][1] for c, k in cell.places.items())
    if len(total) < len(cells):
        allowed = f"{MOST_DEPTH} levels, no circle"
        raise BadInput(Problem("structures place each other in a circle or too deep", where, allowed=allowed))
    return total


def real8(payload: bytes) -> float:
    """The format's 8-byte real: sign, exponent of 16 in excess 64, 56 bits of fraction."""
    sign = -1.0 if payload[0] & 0x80 else 1.0
    value = int.from_bytes(payload[1:8], "big") / 2.0**56
    return float(sign * value * 16.0 ** ((payload[0] & 0x7F) - 64))


def broken(where: str, what: str, offset: int) -> BadInput:
    """Error with the position in the file."""
    return BadInput(Problem(f"not a sound GDSII file: {what}", where, f"byte {offset}"))
