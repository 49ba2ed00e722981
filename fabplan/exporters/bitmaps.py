"""Plates as pictures of one bit a pixel, PNG and BMP, with the resolution in the file and the area in a table.

PNG: W3C Recommendation, Portable Network Graphics, chunks IHDR, pHYs, IDAT, IEND. BMP: BITMAPINFOHEADER, one plane.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from fabplan.exporters._csv import table
from fabplan.exporters._names import file_name
from fabplan.geometry.region import area, nanometres
from fabplan.layout.bitmap import Pixels, frame, pixels
from fabplan.planner.plan import Plan

DESCRIPTION = "plates after bias as pictures at the asked resolution, PNG and BMP"
HEADER = (
    "plate", "file", "pixel_m", "columns", "rows", "x0_m", "y0_m", "white_means", "drawn_area_m2", "pixel_area_m2",
    "difference",
)  # fmt: skip


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/bitmap/<name>-NN-<plate>.png``, the same as BMP, and a table; nothing when no pixel size is asked."""
    side = nanometres(plan.bitmap)
    if side <= 0 or not plan.masks:
        return {}
    files: dict[str, bytes] = {}
    rows = []
    for mask in plan.masks:
        picture = np.concatenate(list(pixels(mask.region, side)))
        stem = f"masks/bitmap/{file_name(plan.name)}-{mask.number:02d}-{file_name(mask.name)}"
        files[f"{stem}.png"], files[f"{stem}.bmp"] = png(picture, side), bmp(picture, side)
        x0, y0, _, _ = frame(mask.region, side)
        drawn, lit = area(mask.region), int(picture.sum()) * (side / 1e9) ** 2
        rows.append(
            (
                mask.number, f"{stem}.png", side / 1e9, picture.shape[1], picture.shape[0], x0 / 1e9, y0 / 1e9,
                mask.tone, drawn, lit, lit / drawn - 1 if drawn else None,
            )
        )  # fmt: skip
    files["masks/bitmap/bitmaps.csv"] = table(HEADER, rows)
    return files


def png(picture: Pixels, side: int) -> bytes:
    """Grey scale of one bit, white where the plate is drawn; the top row first.

    Parameters
    ----------
    side : of a pixel [nm]
    """
    rows, columns = picture.shape
    per_metre = round(1e9 / side)
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), _packed(picture)], axis=1)  # filter 0 before every line
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 1, 0, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def bmp(picture: Pixels, side: int) -> bytes:
    """The same uncompressed; rows from below, each filled up to four bytes."""
    rows, columns = picture.shape
    packed = _packed(picture)[::-1]
    packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4)))
    data, per_metre, start = packed.tobytes(), round(1e9 / side), 14 + 40 + 8
    head = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 1, 0, len(data), per_metre, per_metre, 2, 2)
    return head + info + bytes((0, 0, 0, 0, 255, 255, 255, 0)) + data


def _packed(picture: Pixels) -> NDArray[np.uint8]:
    return np.packbits(picture, axis=1)
