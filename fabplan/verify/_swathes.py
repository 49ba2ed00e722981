"""Swathes of a head of several nozzles read back: moves against their table, pictures against the drops of the plan."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fabplan.findings import Finding
from fabplan.verify._program_checks import error
from fabplan.verify._read_job import LARGEST
from fabplan.verify._replay import Grammar, replay

NEAR = 2e-6  # [mm] of places in the table; programs add a step of their own last decimal


def swathe_findings(folder: Path, plan_json: Mapping[str, Any], grammar: Grammar | None) -> Iterator[Finding]:
    """Every pattern of several nozzles; nothing where there is none."""
    for pattern in plan_json.get("patterns", ()):
        if pattern.get("nozzles", 1) < 2:
            continue
        name = f"jobs/{pattern.get('name')}.swathes.csv"
        table = _read(folder, name)
        if table is None:
            yield error("program-missing", name, "the table of swathes is not there, or no plain text")
            continue
        rows = list(csv.DictReader(table.splitlines()))
        try:
            yield from _drops(folder, rows, pattern, name)
            if rows and rows[0]["start_x_mm"] and grammar is not None:
                yield from _moves(folder, rows, pattern, grammar)
        except (KeyError, TypeError, ValueError):
            yield error("swathes", name, "the table of swathes is not one of fabplan")


def _drops(folder: Path, rows: list[dict[str, str]], pattern: Mapping[str, Any], name: str) -> Iterator[Finding]:
    """Drops of the pictures, swathe by swathe, and of all of them."""
    for row in rows:
        if row["picture"] and _black(folder, row["picture"]) != int(row["drops"]):
            yield error("swathes", row["picture"], "the picture has other drops than the table says")
    total = sum(int(row["drops"]) for row in rows)
    if total != pattern["drops"]:
        yield error("swathes", name, "other drops than the pattern of the plan", total, pattern["drops"])


def _moves(folder: Path, rows: list[dict[str, str]], pattern: Mapping[str, Any], grammar: Grammar) -> Iterator[Finding]:
    """The program: every swathe of the table once a layer, in its order, at its speed, and no output."""
    found = sorted((folder / "jobs").glob(f"{pattern['name']}.swathes.*"))
    names = [f"jobs/{path.name}" for path in found if path.suffix != ".csv"]
    text = _read(folder, names[0]) if len(names) == 1 else None
    if text is None:
        yield error("program-missing", f"jobs/{pattern['name']}", "not one program of swathes, or no plain text")
        return
    run = replay(text, grammar, names[0])
    yield from run.faults
    if run.openings or any(move.printing or move.pressed for move in run.moves):
        yield error("swathes", names[0], "an output opens, or a piston presses: the head fires by itself")
    wanted = [(*(float(row[key]) for key in ("start_x_mm", "nozzle_0_y_mm", "end_x_mm")), float(row["speed_mm_s"]))
              for row in rows] * int(pattern["layers"])  # fmt: skip
    made = [
        (m.start[0], m.end[1], m.end[0], (m.feed or math.nan) / 60, m.start[1])
        for m in run.moves if m.end[0] > m.start[0]  # ways back go to the left
    ]  # fmt: skip
    near = NEAR + 10.0**-run.decimals
    bad = next(
        (k for k, (a, b) in enumerate(zip(made, wanted, strict=False))
         if not all(abs(x - y) <= near for x, y in zip(a[:4], b, strict=True)) or abs(a[4] - b[1]) > near), None,
    )  # fmt: skip
    if bad is not None:
        yield error("swathes", names[0], f"move {bad + 1} under the head is not that of the table")
    elif len(made) != len(wanted):
        yield error("swathes", names[0], "not one move for each swathe of each layer", len(made), len(wanted))


def _black(folder: Path, name: str) -> int:
    """Drops (zero bits) of a monochrome BMP; -1 for anything else."""
    raw = _bytes(folder, name)
    if raw is None or raw[:2] != b"BM" or len(raw) < 62:
        return -1
    start, width, height = (int.from_bytes(raw[a : a + 4], "little") for a in (10, 18, 22))
    stride = -(-width // 32) * 4
    if len(raw) != start + stride * height:
        return -1
    lines = np.frombuffer(raw, np.uint8, offset=start).reshape(height, stride)
    return int((np.unpackbits(lines, axis=1)[:, :width] == 0).sum())


def _read(folder: Path, name: str) -> str | None:
    raw = _bytes(folder, name)
    return raw.decode("ascii") if raw is not None and raw.isascii() else None


def _bytes(folder: Path, name: str) -> bytes | None:
    """A file of the folder; None for anything outside, a missing one or one too large."""
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    return path.read_bytes() if inside and path.stat().st_size <= LARGEST else None
