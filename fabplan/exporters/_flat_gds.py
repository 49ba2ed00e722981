"""GDSII without hierarchy, record by record: every copy of every polygon written out, block by block.

GDSII Stream Format, release 6.0: records of 16-bit length, type and data type; numbers big-endian. Blocks keep memory
at a few megabytes however many polygons there are; what is written does not depend on the size of the blocks.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.exporters._gdstk import GRID, MOST_VERTICES, TIMESTAMP, USER_UNIT, Sheet, cell_name
from fabplan.geometry.region import Part, Point, Region, bounds
from fabplan.layout.split import split

BLOCK = 1 << 20  # bytes at a time
FARTHEST = 2**31 - 1  # nanometres: coordinates have 32 bits
HEADER, BGNLIB, LIBNAME, UNITS, ENDLIB = 0x0002, 0x0102, 0x0206, 0x0305, 0x0400
BGNSTR, STRNAME, ENDSTR = 0x0502, 0x0606, 0x0700
BOUNDARY, LAYER, DATATYPE, XY, ENDEL = 0x0800, 0x0D02, 0x0E02, 0x1003, 0x1100
VERSION = 600
Bytes = NDArray[np.uint8]


def flat_gds(name: str, sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """The file in pieces: one cell called after ``name`` that refers to no other.

    Raises
    ------
    BadInput : a coordinate has no place in 32 bits
    """
    for sheet in sheets:
        _fits(sheet.region)
    title = _text(cell_name(name))
    year, *rest = TIMESTAMP.timetuple()[:6]
    when = struct.pack(">6h", year - 1900, *rest) * 2  # as the files with hierarchy have it
    units = real8(GRID / USER_UNIT) + real8(GRID)
    yield b"".join(
        (
            _record(HEADER, struct.pack(">h", VERSION)), _record(BGNLIB, when), _record(LIBNAME, title),
            _record(UNITS, units), _record(BGNSTR, when), _record(STRNAME, title),
        )
    )  # fmt: skip
    for sheet in sheets:
        for part in sheet.region.parts:
            for ring in split(part.polygon, MOST_VERTICES):
                yield from _copies(sheet, ring, part)
    yield _record(ENDSTR) + _record(ENDLIB)


def _copies(sheet: Sheet, ring: Sequence[Point], part: Part) -> Iterator[bytes]:
    """A polygon at every place of its lattice, row by row."""
    head = b"".join(
        (
            _record(BOUNDARY), _record(LAYER, struct.pack(">h", sheet.layer)),
            _record(DATATYPE, struct.pack(">h", sheet.datatype)),
        )
    )  # fmt: skip
    closed = np.array([*ring, ring[0]], np.int64)
    head += struct.pack(">HH", 4 + 8 * len(closed), XY)
    start, tail, lattice = len(head), _record(ENDEL), part.lattice
    size = start + 8 * len(closed) + len(tail)
    lot = max(BLOCK // size, 1)
    lines: Bytes = np.empty((min(lot, lattice.count), size), np.uint8)
    lines[:, :start] = np.frombuffer(head, np.uint8)
    lines[:, -len(tail) :] = np.frombuffer(tail, np.uint8)
    for first in range(0, lattice.count, lot):
        number = np.arange(first, min(first + lot, lattice.count), dtype=np.int64)
        row, column = np.divmod(number, lattice.columns)
        shift = np.stack([column * lattice.step_x, row * lattice.step_y], axis=1)
        places = (closed[None] + shift[:, None]).astype(">i4")
        lines[: len(number), start : -len(tail)] = places.reshape(len(number), -1).view(np.uint8)
        yield lines[: len(number)].tobytes()


def real8(value: float) -> bytes:
    """A positive number as GDSII writes it: exponent of 16 with an excess of 64, then 56 bits of the fraction."""
    exponent = math.floor(math.log2(value) / 4) + 1
    fraction = round(value * 16.0**-exponent * 2**56)
    return struct.pack(">Q", exponent + 64 << 56 | fraction)


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack(">HH", 4 + len(data), kind) + data


def _text(text: str) -> bytes:
    """Letters, filled up to an even number of bytes."""
    return text.encode("ascii") + b"\0" * (len(text) % 2)


def _fits(region: Region) -> None:
    far = max(map(abs, bounds(region))) if region else 0
    if far > FARTHEST:
        raise BadInput(Problem("too far from the origin for GDSII", "masks.flat", f"{far} nm", "2.147 m"))
