"""The walker over OASIS records: passes what independent writers write, stops what would kill or flood the reader."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.errors import BadInput
from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Lattice, joined, rectangle
from fabplan.readers import gds
from fabplan.readers._oasis_bytes import Reader
from fabplan.readers._oasis_records import END_SIZE, MAGIC, checked
from fabplan.readers.gds import read_oasis
from tests.readers.drawings import at

Oracle = Callable[[str], Any]


def number(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def signed(value: int) -> bytes:
    return number(2 * abs(value) + (value < 0))


def text(value: str) -> bytes:
    return number(len(value)) + value.encode()


def library(*records: bytes) -> bytes:
    """A file with the offsets in the start record and no checksum."""
    start = b"\1" + text("1.0") + number(0) + number(1000) + number(0) + bytes(12)
    return MAGIC + start + b"".join(records) + b"\2" + number(252) + bytes(END_SIZE - 3)


def cell(name: str, *elements: bytes) -> bytes:
    return b"\x0e" + text(name) + b"".join(elements)


def packed(content: bytes, size: int | None = None) -> bytes:
    squeezed = zlib.compress(content)[2:-4]
    return b"\x22\0" + number(len(content) if size is None else size) + number(len(squeezed)) + squeezed


LAYER = number(1) + number(0)
BOX = b"\x14\x7b" + LAYER + number(10) + number(20) + signed(0) + signed(0)
AGAIN = b"\x14\x00"  # the same box once more
RING = number(0) + number(4) + b"".join(map(signed, (9, 9, -3, -3)))  # a Manhattan list: sides in turn
SHAPE = b"\x15\x3b" + LAYER + RING + signed(0) + signed(0)


def grid(columns: int, rows: int) -> bytes:
    return number(1) + number(columns - 2) + number(rows - 2) + number(50) + number(50)


def boxes(columns: int, rows: int) -> bytes:
    return b"\x14\x7f" + BOX[2:] + grid(columns, rows)


def place(name: str, repetition: bytes = b"") -> bytes:
    return b"\x11" + bytes([0xB0 | (8 if repetition else 0)]) + text(name) + signed(0) + signed(0) + repetition


def test_hand_made_files(tmp_path: Path) -> None:
    data = library(cell("A", BOX, AGAIN, SHAPE, boxes(3, 4)), cell("B", place("A"), place("A", grid(2, 5))))
    cells = checked(data, "x", 10_000, 100_000)
    assert (cells["A"].shapes, cells["A"].points, cells["B"].places) == (15, 4 + 4 + 6 + 48, {"A": 11})
    found = read_oasis(at(tmp_path, "a.oas", data))
    assert found.tops == ("B",) and len(found.layers[1, 0]) == 165
    wrapped = library(packed(cell("A", BOX)), AGAIN)
    assert checked(wrapped, "x", 10, 100)["A"].shapes == 2


TOWER = [cell("A0", BOX), *(cell(f"A{k + 1}", place(f"A{k}", grid(99, 99))) for k in range(60))]
BROKEN: dict[str, tuple[bytes, str]] = {
    "no cell": (library(BOX), "outside a cell"),
    "nothing before": (library(cell("A", AGAIN)), "layer is left out"),
    "forgotten at a cell": (library(cell("A", BOX), cell("B", AGAIN)), "layer is left out"),
    "no points": (library(cell("A", b"\x15\x1b" + LAYER + signed(0) + signed(0))), "points is used again"),
    "no repetition": (library(cell("A", b"\x14\x7f" + BOX[2:] + number(0))), "repetition is used again"),
    "no cell to place": (library(cell("A", b"\x11\x30" + signed(0) + signed(0))), "placed again"),
    "no path": (library(cell("A", b"\x16\x1b" + LAYER + signed(0) + signed(0))), "half width is left out"),
    "no text": (library(cell("A", b"\x13\x1b" + LAYER + signed(0) + signed(0))), "text is used again"),
    "no property": (library(b"\x1d"), "property is used again"),
    "missing cell": (library(cell("A", place("B"))), "not defined"),
    "missing name": (library(b"\x0d" + number(7)), "used by a number"),
    "itself": (library(cell("A", place("A"))), "in a circle"),
    "circle": (library(cell("A", place("B")), cell("B", place("A"))), "in a circle"),
    "twice": (library(cell("A", BOX), cell("A", BOX)), "defined twice"),
    "bad name": (library(cell("A B", BOX)), "name is empty or has"),
    "unknown": (library(b"\x63"), "record 99"),
    "long integer": (library(cell("A", b"\x14\x01" + b"\x80" * 20 + b"\1")), "integer is too long"),
    "far": (library(cell("A", b"\x14\x7b" + LAYER + number(1 << 50) + number(1))), "too large"),
    "long string": (library(b"\x0e" + number(1 << 40)), "longer than the file"),
    "many points": (library(cell("A", b"\x15\x3b" + LAYER + number(4) + number(1 << 40))), "longer than the file"),
    "billion boxes": (library(cell("A", boxes(1 << 15, 1 << 15))), "too many"),
    "endless": (library(cell("A", boxes(1 << 25, 1 << 25))), "too many copies"),
    "nothing a billion times": (library(cell("A"), cell("B", place("A", grid(1 << 15, 1 << 15)))), "too many"),
    "tower": (library(*TOWER), "too many"),
    "block in a block": (library(packed(packed(cell("A", BOX)))), "compressed block in another"),
    "block that lies": (library(packed(cell("A", BOX), 5)), "does not have the size"),
    "block bomb": (library(packed(bytes(40 << 20))), "too large"),
    "end in a block": (library(packed(b"\2" + bytes(255))), "end record is not the last"),
    "no block": (library(b"\x22\0\5\5abcde"), "cannot be unpacked"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_never_reaches_the_reader(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gds, "CHILD", tmp_path / "must-not-run.py")
    data, said = BROKEN[name]
    with pytest.raises(BadInput, match="mask") as caught:
        read_oasis(at(tmp_path, "mask.oas", data))
    assert said in str(caught.value)


def drawn(db: Any) -> Any:
    """A layout with every kind of shape and array."""
    layout = db.Layout()
    top, middle, leaf = (layout.create_cell(name) for name in ("TOP", "MIDDLE", "LEAF$1"))
    one, two = layout.layer(1, 0), layout.layer(2, 5)
    for k in range(5):
        leaf.shapes(one).insert(db.Box(k * 200, 300, k * 200 + 100, 350))
    for k in (0, 3, 7, 8):
        leaf.shapes(two).insert(db.Box(k * 200, 600 + k * k, k * 200 + 100, 650 + k * k))
    for corners in ([(0, 0), (10, 50), (70, 20)], [(0, 0), (0, 50), (70, 50), (70, 20), (30, 20), (30, 0)]):
        leaf.shapes(one).insert(db.Polygon([db.Point(*corner) for corner in corners]))
    leaf.shapes(two).insert(db.Polygon([db.Point(0, 0), db.Point(10, 50), db.Point(60, 50), db.Point(70, 0)]))
    leaf.shapes(two).insert(db.Path([db.Point(0, 0), db.Point(0, 500), db.Point(800, 500)], 40, 20, 10))
    leaf.shapes(two).insert(db.Text("text", 3, 4))
    leaf.shapes(two).insert(db.Box(0, 0, 5, 5)).set_property("key", "value")
    across, up = db.Vector(5000, 0), db.Vector(0, 5000)
    middle.insert(db.CellInstArray(leaf.cell_index(), db.Trans(1, True, 5, 6), across, up, 3, 4))
    top.insert(db.DCellInstArray(middle.cell_index(), db.DCplxTrans(2, 90, False, db.DVector(100, 0))))
    for place in (db.Trans(-70_000, 0), db.Trans(-70_000, 70_000)):
        top.insert(db.CellInstArray(middle.cell_index(), place))
    return layout


@pytest.mark.parametrize(("level", "blocks", "strict"), [*itertools.product((0, 10), (False, True), (False, True))])
def test_files_of_klayout(level: int, blocks: bool, strict: bool, tmp_path: Path, oracle: Oracle) -> None:
    db = oracle("klayout.db")
    layout, options = drawn(db), db.SaveLayoutOptions()
    options.format, options.oasis_compression_level = "OASIS", level
    options.oasis_write_cblocks, options.oasis_strict_mode = blocks, strict
    layout.write(str(tmp_path / "a.oas"), options)
    found = read_oasis(tmp_path / "a.oas")
    cells = checked((tmp_path / "a.oas").read_bytes(), "x", 10_000, 100_000)
    assert sum(map(len, found.layers.values())) == 36 * sum(cell.shapes for cell in cells.values())
    for (layer, datatype), outlines in found.layers.items():
        index = layout.layer(layer, datatype)
        region = db.Region(layout.top_cell().begin_shapes_rec(index))
        ours = db.Region()
        for k in range(len(outlines)):
            ring = outlines.points[outlines.starts[k] : outlines.starts[k + 1]].tolist()
            ours.insert(db.Polygon([db.Point(*point) for point in ring]))
        assert (region ^ ours).area() == 0, (layer, datatype)


LATTICE = joined([rectangle(-5, 0, 100, 10, Lattice(30, 3, 333, 50)), rectangle(0, 2000, 100, 2100)])
OURS = written("X", [Sheet(1, 0, LATTICE), Sheet(2, 1, rectangle(0, 0, 9, 9))], "oas")
PLAIN = library(cell("A", BOX, AGAIN, SHAPE, boxes(3, 4)), cell("B", place("A"), place("A", grid(2, 5))))


def mutants(data: bytes, count: int, seed: int) -> list[bytes]:
    chance, found = random.Random(seed), []
    for _ in range(count):
        body = bytearray(data[:-END_SIZE])
        for _ in range(chance.randint(1, 4)):
            at_, how = chance.randrange(14, len(body)), chance.randrange(4)
            if how == 0:
                body[at_] ^= 1 << chance.randrange(8)
            elif how == 1:
                body[at_] = chance.choice([0, 1, 2, 127, 128, 255])
            elif how == 2:
                del body[at_ : at_ + chance.randint(1, 4)]
            else:
                body[at_:at_] = body[at_ : at_ + chance.randint(1, 30)]
            if len(body) < 16:
                break
        found.append(bytes(body) + data[-END_SIZE:])
    return found


def passes(data: bytes) -> bool:
    try:
        checked(data, "x", 10_000, 100_000)
    except BadInput:
        return False
    return True


@pytest.mark.slow
def test_mutants_that_pass_the_walker_do_not_kill_the_reader(tmp_path: Path) -> None:
    """Without a checksum, so that the walker and the child are all there is."""
    good = [data for data in mutants(PLAIN, 1500, 1) if passes(data)][:12]
    assert len(good) == 12
    for data in good:
        try:
            read_oasis(at(tmp_path, "m.oas", data))
        except BadInput as fault:
            assert "signal" not in str(fault)


def test_every_cut_is_refused() -> None:
    for data in (PLAIN, OURS):
        assert passes(data)
        assert not any(passes(data[:end]) for end in range(len(data)))


STEP, PAIR = number(9 << 4), number(9 << 2 | 1) + number(4)  # g-deltas of one and of two integers
REPETITIONS = {
    1: (number(2) + number(3) + number(7) + number(8), 20),
    2: (number(2) + number(7), 4),
    3: (number(2) + number(7), 4),
    4: (number(2) + number(7) * 3, 4),
    5: (number(2) + number(10) + number(7) * 3, 4),
    6: (number(2) + number(7) * 3, 4),
    7: (number(2) + number(10) + number(7) * 3, 4),
    8: (number(2) + number(3) + STEP + PAIR, 20),
    9: (number(2) + PAIR, 4),
    10: (number(2) + STEP + PAIR + STEP, 4),
    11: (number(2) + number(10) + STEP + PAIR + STEP, 4),
}


@pytest.mark.parametrize("kind", REPETITIONS)
def test_repetitions_are_read_to_their_end(kind: int) -> None:
    content, copies = REPETITIONS[kind]
    reader = Reader(number(kind) + content + b"\x55", "x")
    assert reader.repetition(0) == copies and reader.byte() == 0x55


@pytest.mark.parametrize(
    ("content", "value"),
    [(number(0) + number(5), 5), (number(1) + number(5), -5), (number(2) + number(5), 0.2),
     (number(3) + number(5), -0.2), (number(4) + number(1) + number(8), 0.125),
     (number(5) + number(1) + number(8), -0.125), (b"\6\0\0\x20\x40", 2.5), (b"\7" + bytes(6) + b"\x04\x40", 2.5)],
)  # fmt: skip
def test_real_numbers(content: bytes, value: float) -> None:
    assert Reader(content, "x").real() == value


def test_long_lists_are_passed_over_quickly() -> None:
    many = number(5) * 100 + number(1 << 40) + number(3)
    reader = Reader(many, "x")
    reader.coordinates(101)
    assert reader.unsigned() == 3
    with pytest.raises(BadInput, match="longer than the file"):
        Reader(many, "x").coordinates(200)
    with pytest.raises(BadInput, match="too large"):
        Reader(number(5) * 50 + number(1 << 50) + number(3) * 50, "x").coordinates(101)
    assert signed(-5) == b"\x0b" and Reader(signed(-5), "x").signed() == -5
