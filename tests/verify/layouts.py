"""Mask files of tests, written record by record or with the exporter's own writer."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Part, Region

DATE = struct.pack(">12h", *([2000, 1, 1, 0, 0, 0] * 2))
Ring = Sequence[tuple[int, int]]


def record(kind: int, data_type: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HBB", len(payload) + 4, kind, data_type) + payload


def name(kind: int, text: str) -> bytes:
    data = text.encode("ascii")
    return record(kind, 6, data + b"\0" * (len(data) % 2))


def boundary(ring: Ring, layer: int = 1, datatype: int = 0) -> bytes:
    points = b"".join(struct.pack(">2i", *point) for point in [*ring, ring[0]])
    numbers = record(0x0D, 2, struct.pack(">h", layer)) + record(0x0E, 2, struct.pack(">h", datatype))
    return record(0x08, 0) + numbers + record(0x10, 3, points) + record(0x11, 0)


def array(cell: str, columns: int, rows: int, step: tuple[int, int]) -> bytes:
    corners = [(0, 0), (columns * step[0], 0), (0, rows * step[1])]
    points = b"".join(struct.pack(">2i", *point) for point in corners)
    size = record(0x13, 2, struct.pack(">2h", columns, rows))
    return record(0x0B, 0) + name(0x12, cell) + size + record(0x10, 3, points) + record(0x11, 0)


def reference(cell: str, x: int = 0, y: int = 0) -> bytes:
    return record(0x0A, 0) + name(0x12, cell) + record(0x10, 3, struct.pack(">2i", x, y)) + record(0x11, 0)


def text(words: str) -> bytes:
    numbers = record(0x0D, 2, struct.pack(">h", 1)) + record(0x16, 2, struct.pack(">h", 0))
    return record(0x0C, 0) + numbers + record(0x10, 3, struct.pack(">2i", 0, 0)) + name(0x19, words) + record(0x11, 0)


def line(width: int) -> bytes:
    numbers = record(0x0D, 2, struct.pack(">h", 1)) + record(0x0E, 2, struct.pack(">h", 0))
    wide = record(0x0F, 3, struct.pack(">i", width))
    return record(0x09, 0) + numbers + wide + record(0x10, 3, struct.pack(">4i", 0, 0, 1000, 0)) + record(0x11, 0)


def gds(cells: dict[str, bytes]) -> bytes:
    """A library of 1 nm grid."""
    units = bytes.fromhex("3e4189374bc6a7f0") + bytes.fromhex("3944b82fa09b5a54")
    head = record(0x00, 2, struct.pack(">h", 600)) + record(0x01, 2, DATE) + name(0x02, "LIB") + record(0x03, 5, units)
    body = b"".join(
        record(0x05, 2, DATE) + name(0x06, cell) + content + record(0x07, 0) for cell, content in cells.items()
    )
    return head + body + record(0x04, 0)


def box(x0: int, y0: int, x1: int, y1: int) -> list[tuple[int, int]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def region(*rings: Ring) -> Region:
    return Region(tuple(Part(tuple(ring)) for ring in rings))


def saved(folder: Path, file: str, data: bytes) -> Path:
    path = folder / file
    path.write_bytes(data)
    return path


def layout(folder: Path, file: str, layers: dict[tuple[int, int], Region]) -> Path:
    """A GDSII or OASIS file of regions."""
    kind: Any = "gds" if file.endswith(".gds") else "oas"
    sheets = [Sheet(*pair, drawn) for pair, drawn in layers.items()]
    return saved(folder, file, written("layout", sheets, kind))
