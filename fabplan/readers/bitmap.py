"""Pictures of one bit a pixel, PNG and BMP, read within bounds; everything else is refused by name.

Facts of the formats: PNG: W3C Recommendation, Portable Network Graphics, chunks IHDR, pHYs, IDAT, IEND, filter 0. BMP:
BITMAPINFOHEADER, one plane, one bit, not compressed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.readers.guarded import read_bytes

MOST_BYTES = 64 << 20
MOST_PIXELS = 100_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BMP_START = 14 + 40 + 8


@dataclass(frozen=True)
class Bitmap:
    """What a picture says.

    Parameters
    ----------
    lit : whether each pixel is white, top row first, shape (rows, columns)
    per_metre : pixels a metre, as the file states them
    """

    lit: NDArray[np.bool_]
    per_metre: int


def read_bitmap(path: Path) -> Bitmap:
    """A PNG or BMP file, told apart by its first bytes.

    Raises
    ------
    BadInput : broken, cut, of another kind, or too large
    """
    data = read_bytes(path, MOST_BYTES, path.name)
    try:
        return _png(data) if data.startswith(SIGNATURE) else _bmp(data)
    except (ValueError, struct.error, zlib.error) as fault:
        raise BadInput(Problem("not a picture of one bit that is read here", path.name, str(fault)[:80])) from fault


def _png(data: bytes) -> Bitmap:
    """A PNG file.

    Raises
    ------
    ValueError : it is not sound
    """
    chunks = list(_chunks(data))
    if [name for name, _ in chunks] != [b"IHDR", b"pHYs", b"IDAT", b"IEND"]:
        raise ValueError("its chunks are not IHDR, pHYs, IDAT, IEND")
    head, size, packed = (content for _, content in chunks[:3])
    columns, rows, *kind = struct.unpack(">IIBBBBB", head)
    across, up, unit = struct.unpack(">IIB", size)
    if kind != [1, 0, 0, 0, 0] or unit != 1 or across != up:
        raise ValueError("not one bit of grey without interlacing, with its size in metres")
    _fits(columns, rows)
    line = 1 + -(-columns // 8)
    stream = zlib.decompressobj()
    plain = stream.decompress(packed, line * rows + 1)
    if len(plain) != line * rows or not stream.eof:
        raise ValueError("the picture has more or fewer lines than it says")
    lines = np.frombuffer(plain, np.uint8).reshape(rows, line)
    if lines[:, 0].any():
        raise ValueError("a line is filtered")
    return Bitmap(np.unpackbits(lines[:, 1:], axis=1, count=columns).astype(np.bool_), across)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunks of a PNG file.

    Raises
    ------
    ValueError : cut, or a checksum that does not hold
    """
    at = len(SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body, stored = data[at + 4 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if len(stored) != 4 or zlib.crc32(body) != int.from_bytes(stored, "big"):
            raise ValueError("a chunk is cut off or its checksum does not hold")
        yield body[:4], body[4:]
        at += 12 + length


def _bmp(data: bytes) -> Bitmap:
    """A BMP file.

    Raises
    ------
    ValueError : it is not sound
    """
    name, size, _, start = struct.unpack_from("<2sIII", data, 0)
    head, columns, rows, planes, bits = struct.unpack_from("<IiiHH", data, 14)
    packing, length, across, up, colours = struct.unpack_from("<IIiiI", data, 30)
    if name != b"BM" or size != len(data) or (start, head) != (BMP_START, 40):
        raise ValueError("not a BMP file, or cut off")
    if (planes, bits, packing, colours) != (1, 1, 0, 2) or across != up or across <= 0:
        raise ValueError("not one plane of one bit without compression, with its size in metres")
    _fits(columns, rows)
    line = -(-columns // 32) * 4
    if line * rows != length or start + length != size:
        raise ValueError("the picture has more or fewer lines than it says")
    if data[54:62] != bytes((0, 0, 0, 0, 255, 255, 255, 0)):
        raise ValueError("its colours are not black and white")
    lines = np.frombuffer(data, np.uint8, offset=start).reshape(rows, line)[::-1]
    return Bitmap(np.unpackbits(lines, axis=1, count=columns).astype(np.bool_), across)


def _fits(columns: int, rows: int) -> None:
    """Refuse empty and huge pictures.

    Raises
    ------
    ValueError : it is one
    """
    if columns < 1 or rows < 1 or columns * rows > MOST_PIXELS:
        raise ValueError(f"{columns} x {rows} pixels, at most {MOST_PIXELS} are read")
