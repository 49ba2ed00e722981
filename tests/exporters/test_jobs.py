"""Job files say what the programs do; dry runs never switch anything on and stay above the print."""

from __future__ import annotations

import dataclasses
import json
import subprocess

import pytest

from fabplan.exporters import gcode, jobs
from fabplan.verify._replay import GRAMMARS, replay
from tests.printing import DIALECTS, SETTINGS, STYLE, bench, dialect, printed, together


def exported(name: str, two: bool = False) -> tuple[dict[str, bytes], dict[str, bytes]]:
    settings = dataclasses.replace(SETTINGS, style=dataclasses.replace(STYLE, suckback=0.0))
    plan = together(bench(name), settings)[0] if two else printed(settings)[0]
    plan = dataclasses.replace(plan, dialect=dialect(name), machine=bench(name))
    return jobs.export(plan), gcode.export(plan)


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("name", [n for n in DIALECTS if n != "grbl"])
def test_dry_runs_stay_dry_and_high(name, two):
    found, programs = exported(name, two)
    dry = {path: data.decode() for path, data in found.items() if ".dry-run." in path}
    assert len(dry) == len(programs)
    for text, wet in zip(dry.values(), programs.values(), strict=True):
        run = replay(text, GRAMMARS[name], "dry")
        assert not run.faults and not run.openings and not any(move.printing for move in run.moves)
        lowest = min(move.end[2] for move in run.moves if move.end[2] == move.end[2])
        real = replay(wet.decode(), GRAMMARS[name], "wet")
        assert lowest == pytest.approx(1.0 + min(m.end[2] for m in real.moves if m.end[2] == m.end[2]), abs=2e-4)
        assert "path " not in text.splitlines()[0]


def test_rs274_runs_a_dry_run(oracle, tmp_path):
    file = tmp_path / "dry.ngc"
    file.write_bytes(next(data for path, data in exported("linuxcnc")[0].items() if "dry" in path))
    run = subprocess.run([oracle("rs274"), "-g", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "SET_AUX_OUTPUT_BIT" not in run.stdout


def test_job_files_hold_the_facts():
    found, programs = exported("marlin", two=True)
    path = together(bench("marlin"), dataclasses.replace(SETTINGS, style=dataclasses.replace(STYLE, suckback=0.0)))[1]
    document = json.loads(next(data for name, data in found.items() if name.endswith(".json")))
    assert document["program"] in programs and document["dry_run"] in found
    assert document["points"] in next(iter(programs.values())).decode()
    assert [head["tool"] for head in document["heads"]] == [0, 1]
    assert document["heads"][1]["offset_m"] == [0.025123, -41e-6, 12e-6]
    assert document["printed_length_m"] == path.printed_length and document["duration_s"] == path.duration
    assert [layer["layer"] for layer in document["layers"]] == [0, 1, 2, 3]
    times = [layer["elapsed_s"] for layer in document["layers"]]
    assert times == sorted(times) and times[0] == 0 and times[-1] < path.duration
    assert jobs.export(dataclasses.replace(printed()[0], dialect=None)) == {}
