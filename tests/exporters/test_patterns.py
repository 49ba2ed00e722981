"""Pictures of drops: read back by hand from the formats' own definitions."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from fabplan.exporters.patterns import bmp, export, png
from fabplan.layout.drops import DropPattern, drop_pattern, runs
from tests.printing import UM, comb


def pattern() -> DropPattern:
    return drop_pattern(comb(3, 60 * UM, 220 * UM, 330 * UM, 50 * UM), (10 * UM, 20 * UM), "p")


def test_bmp_reads_back():
    given, data = pattern(), bmp(pattern())
    size, start = struct.unpack_from("<I", data, 2)[0], struct.unpack_from("<I", data, 10)[0]
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    assert size == len(data) and bits == 1 and (height, width) == given.pixels.shape
    assert struct.unpack_from("<ii", data, 38) == (100_000, 50_000)  # pixels per metre
    stride = -(-width // 32) * 4
    lines = np.frombuffer(data, np.uint8, offset=start).reshape(height, stride)
    assert (np.unpackbits(lines, axis=1)[:, :width] == ~given.pixels).all()


def test_png_reads_back():
    given, data = pattern(), png(pattern())
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size)[0] == zlib.crc32(name + body)
        chunks[name], place = body, place + 12 + size
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)[:, 1:]
    assert (np.unpackbits(lines, axis=1)[::-1, :width] == ~given.pixels).all()


def test_runs_hold_every_drop():
    given = pattern()
    again = np.zeros_like(given.pixels)
    for row, first, last in runs(given.pixels, 1).tolist():
        assert not again[row, first : last + 1].any()
        again[row, first : last + 1] = True
    assert (again == given.pixels).all()


def test_export_writes_both_pictures():
    class Carrier:
        patterns = (pattern(),)

    assert sorted(export(Carrier())) == ["jobs/p.sweeps.csv", "toolpaths/p.bmp", "toolpaths/p.png"]
    Carrier.patterns = ()
    assert export(Carrier()) == {}
