"""Monochrome BMP of drops."""

from __future__ import annotations

import struct

import numpy as np

from fabplan.layout.drops import DropPattern


def bmp(pattern: DropPattern) -> bytes:
    """Monochrome BMP: black (0) where a drop falls, bottom line first, resolution from the spacing."""
    rows, columns = pattern.pixels.shape
    packed = np.packbits(~pattern.pixels, axis=1)
    stride = -(-packed.shape[1] // 4) * 4
    lines = np.zeros((rows, stride), np.uint8)
    lines[:, : packed.shape[1]] = packed
    x, y = (round(1e9 / step) for step in pattern.spacing)
    start = 14 + 40 + 8
    head = struct.pack("<2sIHHI", b"BM", start + lines.size, 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 1, 0, lines.size, x, y, 2, 2)
    return head + info + bytes((0, 0, 0, 0, 255, 255, 255, 0)) + lines.tobytes()
