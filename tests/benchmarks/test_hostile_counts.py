"""The counts of damaged files: a sample in the suite, all with ``FABPLAN_WHOLE=1``; figures printed with ``-s``.

Every mutant goes through the door that ``fabplan verify`` uses. Bit flips and cuts are those of every file of a
delivery, held by ``fabplan verify`` against its manifest.
"""

from __future__ import annotations

import os
import random
import time
import zlib
from collections import Counter
from pathlib import Path

import pytest

from fabplan import files
from fabplan.errors import BadInput
from fabplan.exporters import bitmaps, dxf, gds, gerber, klayout_rules, layer_table, oasis, order, plan_json, svg
from fabplan.findings import errors
from fabplan.verify.folder import verify_folder
from fabplan.verify.layout_file import open_layout
from tests.exporters.mask_plan import mask_plan
from tests.verify.layouts import saved

WHOLE = bool(os.environ.get("FABPLAN_WHOLE"))
MUTANTS, FLIPS, CUTS = (6000, 1000, 2000) if WHOLE else (60, 40, 26)
SLOWEST = 35.0  # seconds: the wall clock of the child and what stands around it
PLAN = mask_plan()
FORMATS = {
    "gds": next(iter(gds.export(PLAN).values())),
    "oas": next(iter(oasis.export(PLAN).values())),
    "dxf": next(iter(dxf.export(PLAN).values())),
    "gbr": next(iter(gerber.export(PLAN).values())),
}
EDGES = (0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF)


def mutated(data: bytes, source: random.Random) -> bytes:
    """One to twelve changes: bits, bytes at the ends of their range, digits, cuts, splices, repeats."""
    found = bytearray(data)
    for _ in range(source.randrange(1, 13)):
        place, kind = source.randrange(len(found)), source.randrange(6)
        if kind == 0:
            found[place] ^= 1 << source.randrange(8)
        elif kind == 1:
            found[place] = source.choice((*EDGES, *b"0123456789-.%*XYDG"))
        elif kind == 2 and len(found) > 40:
            del found[place : place + source.randrange(1, 20)]
        elif kind == 3:
            found[place:place] = found[place : place + source.randrange(1, 40)]
        elif kind == 4:
            found[place : place + 2] = source.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF)).to_bytes(2, "big")
        elif len(found) > 100 and source.random() < 0.1:
            del found[place + 40 :]
    return bytes(found)


def mended(data: bytes) -> bytes:
    """An OASIS file whose end record and checksum hold, so that what was damaged is looked at."""
    body = data[:-256] + FORMATS["oas"][-256:-4]
    return body + zlib.crc32(body).to_bytes(4, "little")


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_mutants(kind: str, tmp_path: Path) -> None:
    """Read or one clear error that names the file; no signal, no hang, whatever is in them."""
    source, ends, slowest = random.Random(2026), Counter[str](), 0.0
    for _ in range(MUTANTS):
        data = mutated(FORMATS[kind], source)
        path = saved(tmp_path, f"m.{kind}", mended(data) if kind == "oas" else data)
        start = time.perf_counter()
        try:
            open_layout(path)
            ends["read"] += 1
        except BadInput as fault:
            ends["refused"] += 1
            assert "signal" not in str(fault), fault
            assert "did not finish" not in str(fault), fault
            assert all(problem.where.startswith("m") for problem in fault.problems), fault
        slowest = max(slowest, time.perf_counter() - start)
    print(f"\n{MUTANTS} mutated {kind}: {dict(ends)}, the slowest {slowest:.2f} s")
    assert ends["refused"] and slowest < SLOWEST


def delivery(folder: Path) -> dict[str, bytes]:
    """An output folder with a file of every mask format."""
    made: dict[str, bytes] = {}
    for exporter in (plan_json, gds, oasis, dxf, gerber, svg, bitmaps, klayout_rules, layer_table, order):
        made |= exporter.export(PLAN)
    files.write(folder, {**made, files.MANIFEST: files.manifest(made, "1")})
    return made


@pytest.mark.slow
def test_flips_and_cuts_of_every_file(tmp_path: Path) -> None:
    made = delivery(tmp_path / "out")
    assert not errors(verify_folder(tmp_path / "out")[0])
    source, found = random.Random(7), Counter[str]()
    for number in range(FLIPS + CUTS):
        name = sorted(made)[number % len(made)]
        data, path = bytearray(made[name]), tmp_path / "out" / name
        if number < FLIPS:
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        else:
            del data[source.randrange(len(data)) :]
        path.write_bytes(data)
        found["flips" if number < FLIPS else "cuts"] += bool(errors(verify_folder(tmp_path / "out")[0]))
        path.write_bytes(made[name])
    print(f"\nof {len(made)} files: {found['flips']} of {FLIPS} flips and {found['cuts']} of {CUTS} cuts found")
    assert found == {"flips": FLIPS, "cuts": CUTS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_cuts_without_a_manifest(kind: str, tmp_path: Path) -> None:
    """A file on its own: what was cut off is missed by the reader itself."""
    data = FORMATS[kind]
    whole = len(data.rstrip())
    step = 1 if WHOLE else max(1, whole // 40)
    for end in range(0, whole, step):
        with pytest.raises(BadInput):
            open_layout(saved(tmp_path, f"c.{kind}", data[:end]))
