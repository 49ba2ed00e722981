"""Times of `fabplan simulate` against other readers, for every shipped spec that prints, sprays or scribes."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest

from fabplan.cli.main import run
from fabplan.exporters import gcode, jobs
from tests.exporters.test_gcode import _CANON
from tests.planner.plans import shipped_plan
from tests.printing import dialect

SPECS = (
    "interdigital-3d-filament", "interdigital-3d-filament-10mm", "planar-interdigital-spray",
    "laminated-thin-film-scribed",
)  # fmt: skip


@cache
def made(spec: str, name: str) -> dict[str, str]:
    """Programs of a shipped spec in a dialect, and the calibrations of one spec."""
    plan = dataclasses.replace(shipped_plan(spec), dialect=dialect(name))
    found = {**(jobs.export(plan) if spec == SPECS[0] else {}), **gcode.export(plan)}
    return {p: data.decode() for p, data in found.items() if p.endswith(dialect(name).extension) and "dry" not in p}


def simulated(file: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert run(["simulate", str(file), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def canon_time(program: str, file: Path, travel: float) -> tuple[float, float]:
    """Time and printed length by LinuxCNC's own interpreter, from the first way across on."""
    out = subprocess.run([program, "-g", str(file)], capture_output=True, text=True, check=True).stdout
    place, feed, started, open_, time, printed = [math.nan] * 3, 0.0, False, False, [], []
    for word, text in _CANON.findall(out):
        numbers = [float(x) for x in text.split(",")]
        if word == "SET_FEED_RATE":
            feed = numbers[0] / 60
        elif word == "DWELL":
            time.append(numbers[0])
        elif word.endswith("_BIT"):
            open_ = word.startswith("SET")
        else:
            length = math.dist(place, numbers[:3])
            if started:
                time.append(length / (travel if word == "STRAIGHT_TRAVERSE" else feed))
                printed += [length] if open_ else []
            started = started or word == "STRAIGHT_TRAVERSE"
            place = numbers[:3]
    return math.fsum(time), math.fsum(printed)


@pytest.mark.parametrize("spec", SPECS)
def test_rs274_takes_as_long(spec, oracle, tmp_path, capsys):
    for k, (path, text) in enumerate(made(spec, "linuxcnc").items()):
        file = tmp_path / f"{k}.ngc"
        file.write_text(text)
        travel = float(text.split("travel speed ")[1].split()[0])
        found, wanted = simulated(file, capsys), canon_time(oracle("rs274"), file, travel)
        assert found["time_s"] == pytest.approx(wanted[0], rel=1e-5, abs=1e-3), path  # it prints four decimals
        assert found["printed_length_m"] * 1e3 == pytest.approx(wanted[1], rel=1e-5, abs=1e-3), path


def parsed_time(parser, text: str) -> float:
    """Time by the tokens of gcodeparser, from the first way across on."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("M117"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lines = parser.GcodeParser(body).lines
    place, feed, started, time = {"X": 0.0, "Y": 0.0, "Z": 0.0}, 0.0, False, []
    for line in lines:
        given, word = line.params, f"{line.command[0]}{line.command[1]}"
        if word == "G4":
            time.append(given["P"] / 1000)
        elif word in ("G0", "G1"):
            feed = given.get("F", feed)
            goal = {axis: given.get(axis, place[axis]) for axis in place}
            if started:
                time.append(math.dist(place.values(), goal.values()) * 60 / feed)
            started, place = started or "X" in given, goal
    return math.fsum(time)


@pytest.mark.parametrize("spec", SPECS[::2])
def test_gcodeparser_takes_as_long(spec, oracle, tmp_path, capsys):
    for k, (path, text) in enumerate(made(spec, "marlin").items()):
        file = tmp_path / f"{k}.gcode"
        file.write_text(text)
        wanted = parsed_time(oracle("gcodeparser"), text)
        assert simulated(file, capsys)["time_s"] == pytest.approx(wanted, rel=1e-6, abs=1e-3), path
