"""Programs of sprays and lasers read back: good ones hold, and every mutation is found."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.architectures.base import Footprint
from fabplan.catalog.types import Machine
from fabplan.exporters import gcode, plan_json
from fabplan.layout.drops import drop_pattern
from fabplan.layout.jets import drop_path
from fabplan.layout.raster import scribe_path, spray_path
from fabplan.layout.types import Toolpath
from fabplan.methods.base import Sweep
from fabplan.verify.programs import verify_programs
from tests.exporters.sample_plan import sample_plan
from tests.printing import DIALECTS, UM, comb, dialect, printed, record

BODY = comb(3, 200 * UM, 500 * UM, 900 * UM, 200 * UM, 300 * UM, 300 * UM)
BOX = (0, 0, 2_000 * UM, 2_000 * UM)
SPRAY = Sweep("spray", 1e-3, 5e-4, 0.02, 3, height=0.04, overrun=3e-3, layer_pause=20.0, section=5e-8)
LASER = Sweep("laser", 5e-5, 4e-5, 3e-3, 2)
JET = Sweep("jet", 1e-4, 5e-5, 0.01, 2, height=1e-3, layer_pause=20.0, section=1e-10)
MACHINES = {"spray": "spray-gantry", "laser": "laser-stage", "jet": "inkjet-gantry"}


def swept(process: str) -> Toolpath:
    machine = record(Machine, "machines", MACHINES[process])
    if process == "jet":
        pattern = dataclasses.replace(drop_pattern(BODY, (50 * UM, 50 * UM), "p"), passes=2)
        return drop_path(pattern, JET, machine, "print-anode", 1e-6)
    if process == "spray":
        return spray_path(BODY, SPRAY, machine, "print-anode", 1e-6)
    return scribe_path(BODY, BOX, LASER, machine, "print-anode", 1e-6)


def faults(folder: Path, path: Toolpath, name: str, edit: Callable[[str], str] = lambda text: text) -> set[str]:
    """Rules that fire on the program of a toolpath, after an edit."""
    steps = tuple(step for step in sample_plan().steps if step.toolpath != "print-cathode")
    plan = dataclasses.replace(
        sample_plan(), machine=None, toolpaths=(path,), steps=steps, dialect=dialect(name),
        footprint=Footprint(2e-3, 2e-3),
    )  # fmt: skip
    for file, data in {**gcode.export(plan), **plan_json.export(plan)}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        text = edit(data.decode()) if file.startswith("toolpaths/") else data.decode()
        (folder / file).write_text(text)
    return {f.rule for f in verify_programs(folder, json.loads((folder / "plan.json").read_bytes()))}


@pytest.mark.parametrize("name", DIALECTS)
def test_good_programs_hold(tmp_path: Path, name: str) -> None:
    for process in MACHINES:
        assert faults(tmp_path / process, swept(process), name) == set()


def test_a_laser_is_no_syringe(tmp_path: Path) -> None:
    faults(tmp_path, swept("laser"), "linuxcnc")
    text = next((tmp_path / "toolpaths").iterdir()).read_text()
    assert "focus on film" in text and "load ink" not in text and "prime line included" not in text


@pytest.mark.parametrize(
    ("process", "edit", "rule"),
    [
        ("spray", lambda t: t.replace("G4 P20000\n", "", 1), "program-dwell"),
        ("spray", lambda t: t.replace("G4 P20000", "G4 P2000"), "program-dwell"),
        ("spray", lambda t: re.sub(r"RAMPED \d", "RAMPED 9", t), "program-time"),
        ("spray", lambda t: t.replace("overrun 3.0000", "overrun 1.0000"), "program-footprint"),
        ("laser", lambda t: re.sub(r"with ramps of \d+", "with ramps of 1", t), "program-time"),
        ("laser", lambda t: t.replace("no prime line, ", ""), "program-footprint"),
        ("jet", lambda t: t.replace("M42 P4 S0\n", "", 20), "program-valve"),
        ("jet", lambda t: re.sub(r"G1 X(\S+) Y(\d)", r"G1 X\1 Y1\2", t, count=1), "program-points"),
        ("jet", lambda t: re.sub(r"ink \d", "ink 9", t), "program-ink"),
    ],
)
def test_mutations_are_found(tmp_path: Path, process: str, edit: Callable[[str], str], rule: str) -> None:
    assert rule in faults(tmp_path, swept(process), "marlin", edit)


def test_ramps_of_a_print_are_proven(tmp_path: Path) -> None:
    path = dataclasses.replace(printed()[1][0], name="print-anode")
    assert path.ramped is not None and "program-time" not in faults(tmp_path / "a", path, "marlin")
    slower = re.compile(r"RAMPED (\d+)\.(\d)")
    wrong = faults(tmp_path / "b", path, "marlin", lambda t: slower.sub(lambda m: f"RAMPED {int(m[1]) + 2}.{m[2]}", t))
    assert "program-time" in wrong
