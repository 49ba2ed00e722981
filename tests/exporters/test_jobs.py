"""Job files say what the programs do; dry runs never switch anything on and stay above the print."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest

from fabplan.exporters import gcode, jobs, plan_json
from fabplan.exporters._job_file import elapsed
from fabplan.exporters._job_pictures import pictures
from fabplan.layout.moves import moves
from fabplan.layout.types import Supply
from fabplan.planner.printing import dialect_findings
from fabplan.verify._claims import joined
from fabplan.verify._program_file import read_program
from fabplan.verify._replay import GRAMMARS, replay
from fabplan.verify.programs import verify_programs
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
    cured = dataclasses.replace(path, layer_pause=60.0, lamp_time=1.0)
    waited = elapsed(cured, moves(path)) - elapsed(path, moves(path))
    assert waited == pytest.approx([61.0 * max(0, layer - 1) for layer in path.layer_of])  # none after the prime lines
    assert jobs.export(dataclasses.replace(printed()[0], dialect=None)) == {}


def test_places_to_resume_at_are_lines_of_the_program():
    found, programs = exported("aerotech-a3200", two=True)
    document = json.loads(next(data for name, data in found.items() if name.endswith("job.json")))
    lines = programs[document["program"]].decode().splitlines()
    for layer in document["layers"][1:]:
        assert lines[layer["line"] - 1].startswith(f"; LAYER {layer['layer']} Z")
    inks = [layer["ink_before_m3"]["1"] for layer in document["layers"]]
    assert inks == sorted(inks) and inks[-1] < document["heads"][1]["ink_volume_m3"]


def test_syringes_are_told_with_what_hub_and_nozzle_keep():
    plan, paths = printed()
    supply = Supply(6e-8, 1e-9, 3e-6, 9e5, "lto-sun2013")
    plan = dataclasses.replace(plan, dialect=dialect("grbl"), machine=bench("grbl"),
                               toolpaths=tuple(dataclasses.replace(p, supply=supply) for p in paths))  # fmt: skip
    found, text = jobs.export(plan), next(iter(gcode.export(plan).values())).decode()
    head = json.loads(next(data for name, data in found.items() if name.endswith("job.json")))["heads"][0]
    assert head["fill_volume_m3"] == pytest.approx(paths[0].ink_volume + 6.1e-8)
    told = f"fill {head['fill_volume_m3'] * 1e9:.4f} uL"
    assert told in joined(text) and "61 uL" in next(d for n, d in found.items() if "operator" in n).decode()
    plan = dataclasses.replace(plan, toolpaths=paths)
    assert "dead volume, not known: measure" in joined(next(iter(gcode.export(plan).values())).decode())
    assert "**not known: measure**" in next(d for n, d in jobs.export(plan).items() if "operator" in n).decode()


def test_pictures_stay_small_and_show_every_head():
    found, _ = exported("marlin", two=True)
    drawn = {name: data for name, data in found.items() if name.endswith(".svg")}
    assert [name[-7:-4] for name in drawn] == ["001", "002", "003"]
    for data in drawn.values():
        root = ElementTree.fromstring(data)
        titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
        assert {"head 0, lto", "head 1, lfp", "ways without ink"} <= set(titles)
    long = np.stack([np.linspace(0, 1e-2, 100_000), np.zeros(100_000), np.full(100_000, 3e-5)], axis=1)
    plan, (path, _) = printed()
    path = dataclasses.replace(path, points=np.concatenate([path.points[:2], long]), starts=np.array([0, 2, 100_002]),
                               kinds=("prime", "wall"), layer_of=np.array([0, 1]))  # fmt: skip
    (layer, picture), = pictures(plan, path, "long")
    assert layer == 1 and len(picture) < 150_000


def test_an_own_dialect_is_run_as_the_one_whose_words_it_has(tmp_path):
    own = dataclasses.replace(dialect("klipper"), id="lab", name="Lab", reads_as="klipper", verified_by="")
    plan = dataclasses.replace(printed()[0], dialect=own, machine=bench("klipper", vacuums=(), lamps=()))
    files = {**jobs.export(plan), **gcode.export(plan), **plan_json.export(plan)}
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert verify_programs(tmp_path, json.loads(files["plan.json"])) == ()
    text = next(data for path, data in files.items() if path.startswith("toolpaths"))
    read = read_program(text, "p")
    assert read.dialect == "klipper" and read.because == "lab of its header has the same words" and not read.findings
    assert b"not machine-verified" in text
    assert [f.rule for f in dialect_findings(own, plan.toolpaths)] == ["program-dialect"]
    assert not list(dialect_findings(dialect("linuxcnc"), plan.toolpaths)) and not list(dialect_findings(own, ()))
