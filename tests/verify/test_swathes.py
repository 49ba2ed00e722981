"""Swathes as they are written: pictures, table and moves agree, and what does not is found."""

from __future__ import annotations

import csv
import dataclasses
import subprocess
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fabplan.catalog.types import Machine
from fabplan.exporters import patterns
from fabplan.exporters.plan_json import _pattern
from fabplan.layout.drops import DropPattern
from fabplan.layout.swathes import swathe_path
from fabplan.methods.base import Sweep
from fabplan.verify.programs import verify_programs
from tests.printing import DIALECTS, UM, dialect, record

PROGRAM, TABLE, PICTURE = "jobs/p.swathes.ngc", "jobs/p.swathes.csv", "jobs/p.swathe-001-1.bmp"


@cache
def pattern() -> DropPattern:
    pixels = np.random.default_rng(4).random((11, 40)) < 0.4
    made = DropPattern("p", pixels, (0, 5 * UM), (20 * UM, 20 * UM), 1.0, 2, 2, 3, 2)
    sweep = Sweep("jet", 4e-5, 2e-5, 0.02, 2, 1e-3, layer_pause=1.0)
    path = swathe_path(made, sweep, record(Machine, "machines", "inkjet-gantry"), 0.0)
    return dataclasses.replace(made, swathes=path)


def findings(folder: Path, name: str, **edits: tuple[bytes, bytes]) -> list[str]:
    found = patterns.export(SimpleNamespace(patterns=(pattern(),), dialect=dialect(name), steps=()))
    for path, data in found.items():
        old, new = edits.get(Path(path).suffix[1:], (b"", b"")) if "p.swathe" in path else (b"", b"")
        assert old in data
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data.replace(old, new, 1) if old else data)
    told = {"patterns": [_pattern(pattern())], "dialect": name, "steps": []}
    return [f"{f.rule}: {f.message}" for f in verify_programs(folder, told)]


@pytest.mark.parametrize("name", DIALECTS)
def test_swathes_hold_in_every_dialect(name: str, tmp_path: Path) -> None:
    assert findings(tmp_path, name) == []


def test_rs274_runs_the_moves(oracle, tmp_path: Path) -> None:
    assert findings(tmp_path, "linuxcnc") == []
    run = subprocess.run([oracle("rs274"), "-g", tmp_path / PROGRAM], capture_output=True, text=True)
    rows = list(csv.DictReader((tmp_path / TABLE).read_text().splitlines()))
    assert run.returncode == 0 and "SET_AUX_OUTPUT_BIT" not in run.stdout
    assert run.stdout.count("STRAIGHT_FEED") == 2 + 2 * len(rows) * 3  # up at both ends; down, along, up


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ({"ngc": (b"F1200.000", b"F1300.000")}, "move 1 under the head"),
        ({"ngc": (b"Y0.015000 F", b"Y0.016000 F")}, "move 1 under the head"),
        ({"ngc": (b"M0\n", b"M0\nM64 P0\n")}, "an output opens"),
        ({"ngc": (b"G61\n", b"G61\nBANG\n")}, "not understood"),
        ({"csv": (b"\n2,1,", b"\n2,1,x")}, "the picture has other drops"),
        ({"csv": (b"swathe,pass,picture", b"swathe,pass,photo")}, "not one of fabplan"),
        ({"bmp": (b"BM", b"MB")}, "the picture has other drops"),
    ],
)
def test_what_disagrees_is_found(edits: dict[str, tuple[bytes, bytes]], rule: str, tmp_path: Path) -> None:
    assert any(rule in found for found in findings(tmp_path, "linuxcnc", **edits))


def test_a_lost_swathe_is_found(tmp_path: Path) -> None:
    assert findings(tmp_path, "linuxcnc") == []
    told = {"patterns": [_pattern(pattern())], "dialect": "linuxcnc", "steps": []}
    lines = (tmp_path / PROGRAM).read_bytes().splitlines(keepends=True)
    last = max(k for k, line in enumerate(lines) if b"F1200.000" in line)
    (tmp_path / PROGRAM).write_bytes(b"".join(lines[:last] + lines[last + 1 :]))
    assert any("not one move for each swathe" in f.message for f in verify_programs(tmp_path, told))
    (tmp_path / PROGRAM).unlink()
    assert [f.rule for f in verify_programs(tmp_path, told)] == ["program-missing"]
    (tmp_path / TABLE).write_bytes(b"")
    assert [f.rule for f in verify_programs(tmp_path, told)] == ["swathes"]
