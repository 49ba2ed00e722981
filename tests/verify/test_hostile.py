"""Mask files that were damaged or made to hurt: one clear error, in bounded time and memory, whatever is in them."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.errors import BadInput
from fabplan.exporters import gds, oasis
from fabplan.readers import _gds_records
from fabplan.readers.mask_cells import MOST_COPIES, read_cells
from fabplan.verify._unfold import unfolded
from tests.exporters.mask_plan import mask_plan
from tests.verify.layouts import array, boundary, box, reference, saved
from tests.verify.layouts import gds as library

PLAN = mask_plan()
GDS, OASIS = (next(iter(exporter.export(PLAN).values())) for exporter in (gds, oasis))
LEAF = {"A": boundary(box(0, 0, 9, 9))}
MUTANTS, READ = 1000, 6  # tests.benchmarks.test_hostile_counts has them all
EDGES = (0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF)


def mutated(data: bytes, source: random.Random) -> bytes:
    """One to twelve changes: bits, bytes at the ends of their range, cuts, splices, repeats."""
    found = bytearray(data)
    for _ in range(source.randrange(1, 13)):
        place, kind = source.randrange(len(found)), source.randrange(6)
        if kind == 0:
            found[place] ^= 1 << source.randrange(8)
        elif kind == 1:
            found[place] = source.choice(EDGES)
        elif kind == 2 and len(found) > 40:
            del found[place : place + source.randrange(1, 20)]
        elif kind == 3:
            found[place:place] = found[: source.randrange(1, 20)]
        elif kind == 4:
            found[place : place + 2] = source.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF)).to_bytes(2, "big")
        elif len(found) > 100 and source.random() < 0.2:
            del found[place + 40 :]
    return bytes(found)


@pytest.mark.slow
def test_mutants(tmp_path: Path) -> None:
    """The walker lets few through; of these a sample goes all the way, as `fabplan verify` does."""
    source, passed = random.Random(2026), list[bytes]()
    for _ in range(MUTANTS):
        data = mutated(GDS, source)
        try:
            _gds_records.checked(data, "m.gds", MOST_COPIES, 100 * MOST_COPIES)
            passed.append(data)
        except BadInput as fault:
            assert all(problem.where == "m.gds" for problem in fault.problems)
    assert 0 < len(passed) < MUTANTS / 2
    for data in source.sample(passed, min(READ, len(passed))):
        read_or_refuse(saved(tmp_path, "m.gds", data))


def read_or_refuse(path: Path) -> None:
    """Read, or one error that names the file and no signal of the reader."""
    try:
        unfolded(read_cells(path), path.name)
    except BadInput as fault:
        assert "signal" not in str(fault) and all(problem.where.startswith(path.name) for problem in fault.problems)


HOSTILE = {
    "a cell in itself": library({"A": reference("A")}),
    "cells in a circle": library({"A": reference("B"), "B": reference("A")}),
    "a billion boxes": library({"T": array("A", 32_767, 32_767, (20, 20)), **LEAF}),
    "eleven levels of ten": library({
        **{f"L{k}": b"".join(reference(f"L{k + 1}", i) for i in range(10)) for k in range(11)}, "L11": LEAF["A"],
    }),
    "an empty cell a billion times": library({"T": array("E", 32_767, 32_767, (20, 20)), "E": b""}),
    "a missing cell": library({"A": reference("NOWHERE")}),
    "a cell twice": library({"A": LEAF["A"]})[:-4] + library({"A": LEAF["A"]})[-4 - len(LEAF["A"]) :],
    "a hundred levels": library({**{f"L{k}": reference(f"L{k + 1}") for k in range(100)}, "L100": LEAF["A"]}),
    "nothing": b"", "only zeros": bytes(4096), "text": b"hello, world\n" * 100,
}  # fmt: skip
SOUND = ("a billion boxes", "an empty cell a billion times")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, "a.gds", HOSTILE[name])
    start = time.perf_counter()
    code = main.run(["verify", str(path), "--profile", "generic"])
    said = capsys.readouterr()
    assert code in ((0, 1) if name in SOUND else (2,)), said
    assert time.perf_counter() - start < 30 and "Traceback" not in said.err
    assert said.err.startswith("error: a.gds") or name in SOUND


def test_a_billion_boxes_are_measured_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, "a.gds", HOSTILE["a billion boxes"])
    where = saved(tmp_path, "map.toml", b'[layers.anode]\nlayer = "1/0"\nnet = "anode"')
    code = main.run(["verify", str(path), "--layers", str(where)])
    said = capsys.readouterr()
    assert code in (1, 2) and "Traceback" not in said.err


@pytest.mark.slow
def test_cut_oasis(tmp_path: Path) -> None:
    """Every cut is refused before the reader; so is every flipped bit, by the checksum."""
    for end in range(1, len(OASIS), 7):
        with pytest.raises(BadInput):
            read_cells(saved(tmp_path, "a.oas", OASIS[:end]))
    source = random.Random(1)
    for _ in range(300):
        data = bytearray(OASIS)
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        with pytest.raises(BadInput):
            read_cells(saved(tmp_path, "a.oas", bytes(data)))
