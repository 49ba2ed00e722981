"""Calibrations are programs like any other: they hold, broken ones are found, and their sheets lead to the catalog."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import subprocess
from functools import cache
from itertools import pairwise

import pytest

from fabplan.catalog.loader import load
from fabplan.exporters import gcode, jobs, plan_json
from fabplan.findings import errors
from fabplan.layout.calibration_jobs import DELAYS, PRESSURES, SPANS, SPEEDS, calibrations, ladder_pressures
from fabplan.layout.calibration_vernier import BARS
from fabplan.layout.moves import heads_of
from fabplan.layout.types import Head, Supply
from fabplan.planner import calibrate
from fabplan.planner.calibrate_table import read_rows
from fabplan.verify._program_file import read_program
from fabplan.verify.programs import verify_programs
from tests.printing import DIALECTS, SETTINGS, bench, dialect, printed, together

CASES = [(name, "pressure", False) for name in DIALECTS]
CASES += [(name, "pressure", True) for name in ("linuxcnc", "automation1", "klipper")]
CASES += [(name, "piston", name == "linuxcnc") for name in ("linuxcnc", "hyrel")]


@cache
def made(name: str, drive: str = "pressure", two: bool = False, known: bool = True) -> dict[str, bytes]:
    settings = SETTINGS if known else dataclasses.replace(SETTINGS, pressure=None)
    machine = bench(name, drive, vacuums=(), lamps=())
    plan = together(machine, settings)[0] if two else dataclasses.replace(printed(settings)[0], machine=machine)
    paths = tuple(dataclasses.replace(p, supply=Supply(6e-8, 1e-9, 3e-6, 2e6 if known else None, "lto-sun2013"))
                  for p in plan.toolpaths)
    plan = dataclasses.replace(plan, dialect=dialect(name), toolpaths=paths)
    return {**jobs.export(plan), **gcode.export(plan), **plan_json.export(plan)}


def programs(found: dict[str, bytes]) -> dict[str, bytes]:
    kinds = r"(pressure-speed|start-stop|spans|vernier)\."
    return {path: data for path, data in found.items() if re.search(kinds, path) and not path.endswith(".md")}


@pytest.mark.parametrize(("name", "drive", "two"), CASES)
def test_every_calibration_holds_in_every_dialect(name, drive, two):
    found = programs(made(name, drive, two))
    assert len(found) == (7 if two else 8)
    for path, data in found.items():
        read = read_program(data, path)
        assert read.dialect == name and not read.findings, (path, read.findings[:2])


def test_sets_of_values_are_held_to_the_header():
    """Another speed, pressure or wait than the header says for that line."""
    text = next(d for p, d in made("linuxcnc").items() if "pressure-speed.ngc" in p).decode()
    combs = next(d for p, d in made("linuxcnc").items() if "start-stop.ngc" in p).decode()
    edits = [
        (text, "F30.000", "F15.000", "program-feed"), (text, "Q3102.750", "Q3202.750", "program-pressure"),
        (text, "M68 E0 Q3102.750\n", "", "program-pressure"), (combs, "G4 P0.150", "G4 P0.250", "program-dwell"),
        (text, "lines 4 to 4", "lines 5 to 5", "program-feed"),
    ]  # fmt: skip
    for whole, old, new, rule in edits:
        assert old in whole, old
        assert rule in {f.rule for f in errors(read_program(whole.replace(old, new, 1).encode(), "p").findings)}, old


def test_rs274_runs_every_calibration(oracle, tmp_path):
    for k, data in enumerate(programs({**made("linuxcnc"), **made("linuxcnc", "piston", True)}).values()):
        (tmp_path / f"{k}.ngc").write_bytes(data)
        run = subprocess.run([oracle("rs274"), "-g", str(tmp_path / f"{k}.ngc")], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


def test_pressures_come_from_recipe_law_dispenser_or_are_asked():
    head = Head(0, 3e-5, 1e-3, 4e6, 0.0, 0.0, 1e-9)
    assert ladder_pressures(head, None) == (2e6, 3e6, 4e6, 5e6, 6e6)
    assert max(p or 0 for p in ladder_pressures(head, 4e6)) == 4e6
    law = dataclasses.replace(head, pressure=None, supply=Supply(law_pressure=1e6))
    assert ladder_pressures(law, None)[2] == 1e6
    assert ladder_pressures(dataclasses.replace(head, pressure=None), 5e5)[0] == 1e5
    assert ladder_pressures(dataclasses.replace(head, pressure=None), None) == (None,) * PRESSURES
    asked = next(d for p, d in made("linuxcnc", known=False).items() if "pressure-speed.ngc" in p).decode()
    assert asked.count("set pressure P") == PRESSURES and asked.count("\nM0\n") == 1 + PRESSURES
    sheet = next(d for p, d in made("linuxcnc", known=False).items() if "pressure-speed.md" in p).decode()
    assert "Nobody knows the pressure" in sheet and "P5 ______ kPa" in sheet


def test_what_is_printed():
    path = printed()[1][0]
    ladder, combs, spans = calibrations(path, False, None)
    assert len(ladder.path.starts) - 2 == PRESSURES * len(SPEEDS) and len({h.tool for h in ladder.path.heads}) == 1
    assert {h.pressure for h in ladder.path.heads} == {4.137e6 * k / 4 for k in (2, 3, 4, 5, 6)}
    waits = sorted({h.start_delay for h in combs.path.heads})
    assert waits == [0.0, 0.05, 0.1, 0.15, 0.2, 0.3] and calibrations(
        dataclasses.replace(path, start_delay=0.0), False, None
    )[1].path.heads[2].start_delay == DELAYS[2]
    # every bridge leaves the rails bare over exactly the spans that the sheet names
    section, pitch = heads_of(path)[0][0].section, path.layer_pitch
    rails = sorted({round(p[0], 9) for k, p in enumerate(spans.path.points) if spans.path.layer_of[0] == 0 and k > 1
                    and p[2] < spans.path.points[:, 2].max()})
    clear = [b - a - section / pitch for a, b in pairwise(rails)]
    assert clear == pytest.approx([s * path.nozzle for s in SPANS], abs=3e-9)
    pistons = calibrations(path, True, None)[0].path.heads
    assert {round(h.section / section, 6) for h in pistons} == {0.8, 0.9, 1.0, 1.1, 1.2}


@pytest.mark.parametrize("two", [False, True])
def test_scales_meet_where_the_heads_are_off(two):
    """Bars of the fine scale moved by k steps meet the main scale at bar -k, in the programs as written."""
    found = {p: d for p, d in made("linuxcnc", two=two).items() if p.endswith("vernier.ngc")}
    bars = {"main": [], "fine": []}
    for data in found.values():
        job = read_program(data, "p").job
        for filament, head in list(zip(job.filaments, job.head.tolist(), strict=True))[len(job.claims.heads):]:
            part = "fine" if job.claims.heads[head].tool == 1 else "main"
            if filament[0].start[0] == filament[0].end[0]:
                bars[part].append(filament[0].start[0])
    main, fine = sorted(bars["main"]), sorted(bars["fine"])
    assert len(main) == len(fine) == 2 * BARS + 1 and main[BARS] == fine[BARS]
    step = json.loads(next(d for p, d in made("linuxcnc", two=two).items() if p.endswith("job.json")))
    step = next(c for c in step["calibrations"] if c["kind"] == "vernier")["facts_m"]["step"] * 1e3
    for k in (-BARS, -3, 4):
        apart = [abs(f + k * step - m) for f, m in zip(fine, main, strict=True)]
        assert min(range(len(apart)), key=apart.__getitem__) - BARS == -k


def test_rows_of_the_sheets_are_what_calibrate_takes():
    catalog = load()
    values = {"kPa": "500", "um/s": "300", "mg/mm": "0.001", "g/cm3": "1.5", "ms": "80", "Pa": "1e5", "um": "4"}
    rows: dict[str, list[str]] = {}
    for path, data in made("linuxcnc").items():
        if path.startswith("jobs/05") and path.endswith(".md") and "```" in data.decode():
            for line in data.decode().split("```")[1].strip().splitlines()[1:]:
                cells = line.replace(",____-__-__,", ",2026-05-01,").split(",")
                cells[1] = "diw-lto-sun2013" if cells[0] == "recipe" else cells[1]
                cells[3], cells[6] = values[cells[4]], "notebook 1"
                rows[cells[2]] = cells
    text = io.StringIO()
    csv.writer(text).writerows([["kind", "record", "key", "value", "unit", "date", "source", "note"], *rows.values()])
    found = calibrate.changes("any", read_rows(text.getvalue().encode(), "m.csv"), catalog)
    assert {c.key for c in found} >= {"settings.pressure", "settings.speed", "style.pre_move_delay", "style.end_dwell",
                                      "storage_modulus", "placement", "settings.extrusion_multiplier"}


def test_the_folder_is_verified_with_its_calibrations(tmp_path):
    found = made("marlin")
    for path, data in found.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    plan = json.loads(found["plan.json"])
    assert verify_programs(tmp_path, plan) == ()
    ladder = next(p for p in found if "pressure-speed.gcode" in p)
    dry, job = (next(p for p in found if end in p) for end in ("dry-run", "job.json"))
    edits = [
        (ladder, b"M42 P4 S0\nG4 P50\n", b"", "program-valve"), (dry, b"G1 Z1.0300", b"G1 Z0.0300", "job-dry-run"),
        (dry, b"\nM84", b"\nM42 P4 S255\nM42 P4 S0\nM84", "job-dry-run"), (job, b'"line": ', b'"line": 1', "job-file"),
        (job, b'"printed_length_m": ', b'"printed_length_m": 1', "job-file"),
    ]  # fmt: skip
    for path, old, new, rule in edits:
        assert old in found[path], (path, old)
        (tmp_path / path).write_bytes(found[path].replace(old, new, 1))
        assert rule in {f.rule for f in errors(verify_programs(tmp_path, plan))}, (path, old)
        (tmp_path / path).write_bytes(found[path])
