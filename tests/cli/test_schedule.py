"""``fabplan schedule`` from the outside: lots in, files out, every fault at once."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fabplan.cli import main
from fabplan.planner.schedule_flow import of_plan
from tests.planner.plans import shipped_plan
from tests.planner.schedule_check import faults

pytest.importorskip("ortools", reason="the extra schedule is not installed")

#: a flow without a design behind it, so that nothing has to be planned
STEPS = [("resist", "photolithography", 1800.0, None), ("metal", "evaporation", 7200.0, 5400.0),
         ("strip", "lift-off", 2400.0, None), ("ald", "atomic-layer-deposition", None, None)]  # fmt: skip


def folder(path: Path, name: str = "cell") -> Path:
    """A plan's folder as far as schedules read it."""
    steps = [
        {"id": i, "title": i.upper(), "method": m, "recipe": f"r-{i}", "duration_s": d, "queue_time_s": w}
        for i, m, d, w in STEPS
    ]
    document = {"schema": "fabplan/traveler/1", "facility": "any", "steps": steps}
    (path / name / "recipes").mkdir(parents=True)
    (path / name / "recipes" / "traveler.json").write_text(json.dumps(document))
    return path / name


def test_lots_of_a_plan_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = folder(tmp_path)
    arguments = ["schedule", str(cell), "--count", "5", "--time", "ald=3 h", "--clock", "strip=1 h", "--json"]
    assert main.run([*arguments, "-o", str(tmp_path / "out")]) == 0
    made = json.loads(capsys.readouterr().out)
    assert faults(made) == [] and made["optimal"]
    # Flow line: five runs of the ALD tool behind the three steps of the first lot
    assert made["makespan_s"] == 1800 + 7200 + 2400 + 5 * 10800
    written = {p.name for p in (tmp_path / "out").iterdir()}
    assert written == {
        "schedule.json", "schedule.csv", "schedule.html", "gantt-tools.svg", "gantt-lots.svg", "manifest.json"
    }  # fmt: skip
    assert json.loads((tmp_path / "out" / "schedule.json").read_text()) == made
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "schedule.csv").read_text())))
    assert len(rows) == 20 and [float(r["start_s"]) for r in rows] == sorted(float(r["start_s"]) for r in rows)


def test_pictures_show_every_run(tmp_path: Path) -> None:
    cell = folder(tmp_path)
    assert main.run(["schedule", str(cell), "--count", "3", "--time", "ald=3 h", "-o", str(tmp_path / "out")]) == 0
    for name in ("gantt-tools.svg", "gantt-lots.svg"):
        root = ElementTree.fromstring((tmp_path / "out" / name).read_text())
        titles = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}title")]
        assert len([t for t in titles if " on " in t]) == 12
    page = (tmp_path / "out" / "schedule.html").read_text()
    assert "proven, no schedule is shorter" in page and page.count("<svg") == 2
    assert not re.search(r"src=|href=\"[^#]|url\(", page) and page.count("<li id=\"o") == 3


def test_same_bytes_every_time(tmp_path: Path) -> None:
    cell = folder(tmp_path)
    for out in ("one", "two"):
        assert main.run(["schedule", str(cell), "--count", "4", "--time", "ald=2 h", "-o", str(tmp_path / out)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


LOTS = """
name = "june"
parts = 2
[[lots]]
plan = "cell"
count = 3
name = "a"
[[lots]]
plan = "cell"
release = "30 min"
name = "b"
[times]
atomic-layer-deposition = "2 h"
[[tools]]
name = "reactor"
methods = ["atomic-layer-deposition"]
batch = 4
closed = [{ start = "0 h", end = "5 h", every = "24 h", reason = "night" }]
source = "the lab"
"""


def test_a_file_of_lots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parts, batches, closings and releases reach the solver; lots of one plan with other releases are one group."""
    folder(tmp_path)
    (tmp_path / "lots.toml").write_text(LOTS)
    assert main.run(["schedule", str(tmp_path / "lots.toml"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert faults(made) == [] and made["optimal"] and list(made["flows"]) == ["1"]
    reactor = next(t for t in made["tools"] if t["tool"] == "reactor")
    assert reactor["lots_per_run"] == 2 and reactor["closed_s"] == [[0.0, 18000.0, 86400.0]]
    assert {lot["lot"]: lot["release_s"] for lot in made["lots"]}["b-01"] == 1800.0
    assert min(r["start_s"] for r in made["runs"] if r["tool"] == "reactor") >= 18000.0


def test_more_parts_than_a_run_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path)
    (tmp_path / "lots.toml").write_text(LOTS.replace("parts = 2", "parts = 9").replace("closed", "# closed"))
    assert main.run(["schedule", str(tmp_path / "lots.toml"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert {r["end_s"] - r["start_s"] for r in made["runs"] if r["tool"] == "reactor"} == {3 * 7200.0}


def test_all_faults_of_the_file_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path)
    bad = LOTS.replace("release =", "relese =").replace('"30 min"', '"30 K"').replace("count = 3", "count = 0")
    (tmp_path / "lots.toml").write_text(bad.replace("batch = 4", 'batch = "4 m"'))
    assert main.run(["schedule", str(tmp_path / "lots.toml")]) == 2
    err = capsys.readouterr().err
    for part in ("relese", "did you mean 'release'", "count", "batch"):
        assert part in err, part


def test_all_faults_of_the_task_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path)
    bad = LOTS.replace('atomic-layer-deposition = "2 h"', 'atomic-layer = "2 h"\nmetal = "2 K"')
    bad = bad.replace('end = "5 h"', 'end = "0 h"').replace('methods = ["', 'methods = ["nothing", "')
    (tmp_path / "lots.toml").write_text(bad)
    assert main.run(["schedule", str(tmp_path / "lots.toml")]) == 2
    err = capsys.readouterr().err
    for part in ("cell: ald: nobody knows its time", "times: atomic-layer", "times.metal", "ends before it starts",
                 "tools[0].methods: unknown name"):  # fmt: skip
        assert part in err, part


def test_no_folder_of_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["schedule", str(tmp_path)]) == 2
    assert "not the folder of a plan" in capsys.readouterr().err
    cell = folder(tmp_path)
    (cell / "recipes" / "traveler.json").write_text('{"schema": "other"}')
    assert main.run(["schedule", str(cell)]) == 2
    assert "not the traveler of a plan" in capsys.readouterr().err


def test_a_shipped_spec_with_times_of_low_confidence(capsys: pytest.CaptureFixture[str]) -> None:
    """They count only when that is allowed; then it is said."""
    made_plan = shipped_plan("interdigital-3d-filament")
    strict, loose = (of_plan(made_plan, allowed) for allowed in (False, True))
    low = [s.id for s in strict if s.duration is None]
    assert low and all(s.duration is not None for s in loose) and [s.id for s in loose if s.low] == low
    assert main.run(["schedule", "interdigital-3d-filament", "--count", "2", "--allow-uncalibrated", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert faults(made) == [] and all(any(name in r for r in made["remarks"]) for name in low)


def test_a_clock_that_cannot_be_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path)
    shut = LOTS.replace('end = "5 h"', 'end = "23 h"').replace("atomic-layer-deposition = ", "ald = ")
    (tmp_path / "lots.toml").write_text(
        shut.replace('ald = "2 h"', 'ald = "2 h"\n[[clocks]]\nafter = "strip"\nwithin = "1 h"')
    )
    assert main.run(["schedule", str(tmp_path / "lots.toml")]) == 1
    assert "never open so long" in capsys.readouterr().err
