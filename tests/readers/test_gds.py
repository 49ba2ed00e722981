"""The guarded mask reader: exact on good files, one clean error on everything else, never a crash."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Lattice, Part, Region, area, joined, polygon_area2, rectangle
from fabplan.layout.fingerprint import of_outlines, of_region
from fabplan.readers import gds
from fabplan.readers._gds_records import KNOWN, checked, real8
from fabplan.readers.gds import MaskFile, check_oasis, read_gds, read_oasis

BOXES = joined([rectangle(-5, 0, 100, 10, Lattice(30, 3, 333, 50)), rectangle(0, 2000, 100, 2100)])
SLOPE = Region((Part(((0, 0), (101, 33), (7, 90))),))
SHEETS = [Sheet(1, 0, BOXES), Sheet(2, 1, SLOPE)]
GDS, OASIS = written("X", SHEETS, "gds"), written("X", SHEETS, "oas")


def at(folder: Path, data: bytes, name: str = "mask.gds") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def record(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HBB", 4 + len(payload), kind, KNOWN[kind][0]) + payload


def points(*xy: int) -> bytes:
    return struct.pack(f">{len(xy)}i", *xy)


BOX = record(0x08) + record(0x0D, b"\0\1") + record(0x0E, b"\0\0")
BOX += record(0x10, points(0, 0, 9, 0, 9, 9, 0, 0)) + record(0x11)
UNITS = bytes.fromhex("3e4189374bc6a7f0 3944b82fa09b5a54")


def library(*structures: bytes) -> bytes:
    head = record(0, b"\2\x58") + record(1, bytes(24)) + record(2, b"LIB\0") + record(3, UNITS)
    return head + b"".join(structures) + record(4)


def structure(name: str, *elements: bytes) -> bytes:
    return record(5, bytes(24)) + record(6, name.encode()) + b"".join(elements) + record(7)


def placed(name: str, columns: int = 0, rows: int = 0) -> bytes:
    if not columns:
        return record(0x0A) + record(0x12, name.encode()) + record(0x10, points(0, 0)) + record(0x11)
    grid = record(0x13, struct.pack(">hh", columns, rows))
    place = record(0x10, points(0, 0, 10 * columns, 0, 0, 10 * rows))
    return record(0x0B) + record(0x12, name.encode()) + grid + place + record(0x11)


@pytest.mark.parametrize(("reader", "data", "name"), [(read_gds, GDS, "a.gds"), (read_oasis, OASIS, "a.oas")])
def test_a_file_of_ours_comes_back_exactly(tmp_path: Path, reader: object, data: bytes, name: str) -> None:
    found: MaskFile = reader(at(tmp_path, data, name))  # type: ignore[operator]
    assert found.tops == ("X",) and set(found.layers) == {(1, 0), (2, 1)}
    assert len(found.layers[1, 0]) == 91 and found.layers[1, 0].points.dtype == np.int64
    for pair, region in (((1, 0), BOXES), ((2, 1), SLOPE)):
        outlines, wanted = found.layers[pair], of_region(region)
        got = of_outlines(outlines.points, outlines.starts)
        assert got.area == pytest.approx(area(region)) and (got.x, got.y) == pytest.approx((wanted.x, wanted.y))


def test_a_hand_made_file(tmp_path: Path) -> None:
    data = library(structure("AA", BOX), structure("TOP1", placed("AA", 3, 2), placed("AA")))
    found = read_gds(at(tmp_path, data))
    assert found.tops == ("TOP1",) and len(found.layers[1, 0]) == 7
    ring = found.layers[1, 0].points[:3].tolist()
    assert abs(polygon_area2([tuple(p) for p in ring])) == 81


BROKEN = {
    "empty": b"",
    "no end": library(structure("AA", BOX))[:-4],
    "odd length": library().replace(record(2, b"LIB\0"), b"\0\7\2\6LIB"),
    "zero length": library() [:10] + b"\0\0\0\0",
    "unknown record": library(structure("AA", b"\0\4\x7f\0")),
    "wrong data type": library(structure("AA", b"\0\4\x08\2")),
    "element in the library": library(BOX),
    "no points": library(structure("AA", record(0x08) + record(0x0D, b"\0\1") + record(0x0E, b"\0\0") + record(0x11))),
    "open polygon": library(structure("AA", BOX.replace(points(9, 9, 0, 0), points(9, 9, 0, 1)))),
    "twice a layer": library(structure("AA", BOX.replace(record(0x0D, b"\0\1"), record(0x0D, b"\0\1") * 2))),
    "name twice": library(structure("AA", BOX), structure("AA", BOX)),
    "name not ascii": library(structure("\xb5m", BOX)),
    "name empty": library(structure("\0\0", BOX)),
    "missing cell": library(structure("AA", placed("BB"))),
    "itself": library(structure("AA", placed("AA"))),
    "circle": library(structure("AA", placed("BB")), structure("BB", placed("AA"))),
    "negative columns": library(structure("AA", BOX), structure("BB", placed("AA", -3, 2))),
    "billion boxes": library(structure("AA", BOX), structure("BB", placed("AA", 32767, 32767))),
    "tower": library(structure("A0", BOX), *(structure(f"A{k}", placed(f"A{k - 1}", 10, 10)) for k in range(1, 9))),
    "deep": library(structure("A100", BOX), *(structure(f"A{k}", placed(f"A{k - 1}")) for k in range(101, 180))),
    "data after the end": library() + b"\0\1",
    "zero unit": library().replace(UNITS, bytes(16)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_never_reaches_the_reader(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gds, "CHILD", tmp_path / "must-not-run.py")
    with pytest.raises(BadInput) as caught:
        read_gds(at(tmp_path, BROKEN[name]))
    assert "mask.gds" in str(caught.value) and "the reader stopped" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_the_cap_counts_without_expanding(tmp_path: Path) -> None:
    data = library(structure("AA", BOX), structure("BB", placed("AA", 100, 100)))
    assert set(checked(data, "x", 10_000)) == {"AA", "BB"}
    with pytest.raises(BadInput, match="10000"):
        read_gds(at(tmp_path, data), most=9_999)


def mutants(data: bytes, number: int, seed: int) -> list[bytes]:
    chance, found = random.Random(seed), []
    for _ in range(number):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            k, what = chance.randrange(len(changed)), chance.randrange(5)
            if what == 0:
                changed[k] ^= 1 << chance.randrange(8)
            elif what == 1:
                changed[k] = chance.choice([0, 1, 127, 128, 255])
            elif what == 2:
                del changed[k : k + chance.randint(1, 30)]
            elif what == 3:
                changed[k:k] = changed[k : k + chance.randint(1, 40)]
            else:
                del changed[k:]
            if not changed:
                break
        found.append(bytes(changed))
    return found


def read_or_refuse(path: Path, reader: object) -> bool:
    try:
        reader(path, 10_000)  # type: ignore[operator]
    except BadInput as fault:
        assert path.name in str(fault)
        return False
    return True


@pytest.mark.slow
def test_mutated_gds_never_hurts(tmp_path: Path) -> None:
    """A few mutants that pass the structure check go to the child, all others are refused before.

    `tests.benchmarks.test_hostile_counts` sends thousands.
    """
    reached = 0
    for data in mutants(GDS, 4000, 1):
        try:
            checked(data, "m", 10_000)
        except BadInput:
            continue
        reached += 1
        read_or_refuse(at(tmp_path, data), read_gds)
        if reached == 15:
            break
    assert reached == 15


def test_mutated_oasis_never_hurts(tmp_path: Path) -> None:
    """The checksum refuses them before the reader sees them; with a mended checksum the child takes the blow."""
    accepted = [data for data in mutants(OASIS, 300, 2) if _oasis_passes(data)]
    assert all(data == OASIS for data in accepted)
    for data in mutants(OASIS[:-256], 12, 3):
        body = data + OASIS[-256:-4]
        mended = body + gds.zlib.crc32(body).to_bytes(4, "little")
        read_or_refuse(at(tmp_path, mended, "mask.oas"), read_oasis)


def _oasis_passes(data: bytes) -> bool:
    try:
        check_oasis(data, "x")
    except BadInput:
        return False
    return True


@pytest.mark.parametrize("end", range(len(OASIS)))
def test_every_truncated_oasis_is_refused(end: int) -> None:
    assert not _oasis_passes(OASIS[:end])


def test_every_truncated_gds_is_refused() -> None:
    for end in range(len(GDS)):
        with pytest.raises(BadInput):
            checked(GDS[:end], "x", 10_000)


CHILDREN = {
    "dies": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "lies": 'print(\'{"tops": [], "layers": [[1, 0, 5, 5]]}\')',
    "babbles": "print('hello')",
    "fails": "raise RuntimeError('no such polygon')",
    "hangs": "import time; time.sleep(60)",
}


@pytest.mark.parametrize("name", CHILDREN)
def test_whatever_the_child_does_is_one_clean_error(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text(CHILDREN[name])
    monkeypatch.setattr(gds, "CHILD", child)
    monkeypatch.setattr(gds, "WALL_CLOCK", 2.0)
    with pytest.raises(BadInput, match="reader") as caught:
        read_gds(at(tmp_path, GDS))
    assert len(caught.value.problems) == 1


def test_files_that_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "none.gds"):
        with pytest.raises(BadInput):
            read_gds(path)
    monkeypatch.setattr(gds, "MOST_BYTES", len(GDS) - 1)
    with pytest.raises(BadInput, match="too large"):
        read_gds(at(tmp_path, GDS))


@pytest.mark.parametrize(("text", "value"), [("4110000000000000", 1.0), ("c120000000000000", -2.0), ("0" * 16, 0.0)])
def test_reals(text: str, value: float) -> None:
    assert real8(bytes.fromhex(text)) == value
    assert real8(UNITS[:8]) == pytest.approx(1e-3, rel=1e-15) and real8(UNITS[8:]) == pytest.approx(1e-9, rel=1e-15)
