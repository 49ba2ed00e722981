"""``fabplan calibrate``: measured values into the next plan, every fault of the table at once."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main

HEADER = "kind,record,key,value,unit,date,source,note\n"
LAB = "university-cleanroom"
Capture = pytest.CaptureFixture[str]


def table(folder: Path, *rows: str, header: str = HEADER) -> str:
    path = folder / "measured.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(path)


def plan(folder: Path, *more: str) -> dict[str, Any]:
    arguments = ["plan", "laminated-thin-film", "--facility", LAB, "-o", str(folder), *more]
    assert main.run(arguments) == 0
    document: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return document


def test_a_measured_rate_changes_the_next_plan(tmp_path: Path, capsys: Capture) -> None:
    before = plan(tmp_path / "before")
    rows = table(tmp_path, 'recipe,sputter-cu-shadow,settings.rate,8.3,nm/min,2026-11-20,"stylus, ""page 12""",')
    assert main.run(["calibrate", LAB, rows, "-o", str(tmp_path / "lab")]) == 0
    out = capsys.readouterr().out
    assert "4.15 nm/min" in out and "8.3 nm/min" in out and "2026-11-20" in out
    after = plan(tmp_path / "after", "--catalog", str(tmp_path / "lab"))
    (old,), (new,) = ([s for s in p["steps"] if s["recipe"] == "sputter-cu-shadow"] for p in (before, after))
    # 200 nm: 48.19 min at 4.15 nm/min, half of it at twice the rate; loading and pumping stay.
    assert old["duration_s"] - new["duration_s"] == pytest.approx(200.0 / 4.15 * 60.0 / 2.0, rel=1e-9)
    sheet = (tmp_path / "after" / new["sheet"]).read_text(encoding="utf-8")
    line = next(line for line in sheet.splitlines() if "8.3 nm/min" in line)
    assert "high" in line and "measured 2026-11-20: stylus" in sheet
    others = [[s["duration_s"] for s in p["steps"] if s["recipe"] != "sputter-cu-shadow"] for p in (before, after)]
    assert others[0] == others[1]


def test_every_kind_of_record(tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        f"facility,{LAB},line,3,um,2026-11-01,SEM,",
        "material,lipon,density,2.4,g/cm3,2026-10-01,XRR,",
        "recipe,sputter-lco-shadow,microstructure.usable_fraction,0.4,,2026-10-01,half cell,",
        "recipe,sputter-ti-pt-shadow,settings.adhesion.rate,1.5,nm/min,2026-10-02,stylus,",
        "recipe,diw-lto-sun2013,settings.shrinkage_width,0.85,1,2026-10-03,microscope,after 600 degC",
    )
    assert main.run(["calibrate", LAB, rows, "-o", str(tmp_path / "lab")]) == 0
    shipped, ours = load(), load([tmp_path / "lab"])
    assert ours.facilities[LAB].line.value == pytest.approx(3e-6)  # type: ignore[union-attr]
    assert ours.facilities[LAB].gap == shipped.facilities[LAB].gap
    assert "5 measured values, the last of 2026-11-01" in ours.facilities[LAB].notes
    density = ours.materials["lipon"].density
    assert density is not None and density.value == pytest.approx(2400.0)
    assert (density.source, density.confidence) == ("measured 2026-10-01: XRR", "high")
    # What was not measured keeps its own source.
    assert ours.materials["lipon"].electrolyte == shipped.materials["lipon"].electrolyte
    assert ours.recipes["sputter-ti-pt-shadow"].settings["adhesion"]["material"] == "Ti"
    assert ours.recipes["diw-lto-sun2013"].settings["shrinkage_width"]["note"] == "after 600 degC"


def test_weighed_bead_becomes_the_extrusion_multiplier(tmp_path: Path) -> None:
    section = 1.2 * math.pi * (30e-6) ** 2 / 4.0
    mass = section * 2000.0 * 1e9 / 1e3  # kg/m to ug/mm
    rows = table(
        tmp_path,
        f"recipe,diw-lto-sun2013,settings.wet_mass_per_length,{mass!r},ug/mm,2026-11-02,balance,",
        "recipe,diw-lto-sun2013,settings.wet_density,2.0,g/cm3,2026-11-01,syringe,",
    )
    assert main.run(["calibrate", "printing-lab", rows, "-o", str(tmp_path / "lab")]) == 0
    made = load([tmp_path / "lab"]).recipes["diw-lto-sun2013"].settings["extrusion_multiplier"]
    assert float(made["value"]) == pytest.approx(1.2, rel=1e-5)
    assert "2.0 g/cm3 (2026-11-01, syringe)" in made["source"] and made["confidence"] == "high"


def test_weighed_bead_without_density_or_nozzle(tmp_path: Path, capsys: Capture) -> None:
    key = "settings.wet_mass_per_length"
    rows = table(
        tmp_path,
        f"recipe,diw-lto-go,{key},1,ug/mm,2026-11-02,balance,",
        f"recipe,sputter-cu-shadow,{key},1,ug/mm,2026-11-02,balance,",
        "recipe,diw-lfp-go,settings.wet_density,2,g/cm3,2026-11-02,balance,",
    )
    assert main.run(["calibrate", "printing-lab", rows, "-o", str(tmp_path / "lab")]) == 2
    err = capsys.readouterr().err
    missing = "row 2, column key: a row is missing"
    for part in (missing, "does not know its nozzle", "no printed bead", "nothing weighed"):
        assert part in err, part


def test_the_latest_counts_and_two_of_a_day_are_a_fault(tmp_path: Path, capsys: Capture) -> None:
    first, last = (f"recipe,sputter-cu-shadow,settings.rate,{r},nm/min,{d},stylus," for r, d in
                   ((5, "2026-11-03"), (6, "2026-11-01")))  # fmt: skip
    rows = table(tmp_path, first, last)
    assert main.run(["calibrate", LAB, rows, "-o", str(tmp_path / "lab"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (change,) = document["changes"]
    assert document["schema"] == "fabplan/calibration/1"
    assert (change["new"], change["unit"]) == (pytest.approx(5e-9 / 60.0), "m/s")
    assert main.run(["calibrate", LAB, table(tmp_path, first, first), "-o", str(tmp_path / "other")]) == 2
    assert "row 3, column key: measured twice on that day" in capsys.readouterr().err


def test_all_faults_at_once(tmp_path: Path, capsys: Capture) -> None:
    rows = table(
        tmp_path,
        "recipe,sputter-cu-shadwo,settings.rate,8,nm/min,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,settings.rat,8,nm/min,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,settings.rate,8,nm,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,settings.rate,-8,nm/min,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,settings.rate,8,nm/min,,stylus,",
        "recipe,sputter-cu-shadow,settings.rate,8,nm/min,20.11.2026,,",
        "recipee,sputter-cu-shadow,settings.rate,8,nm/min,2026-11-20,stylus,",
        "facility,any,line,8,um,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,name,8,,2026-11-20,stylus,",
        "recipe,sputter-cu-shadow,settings.rate,8",
    )
    assert main.run(["calibrate", LAB, rows, "-o", str(tmp_path / "lab")]) == 2
    err = capsys.readouterr().err
    for part in (
        "row 2, column record: unknown name", "did you mean 'sputter-cu-shadow'", "row 3, column key",
        "did you mean 'settings.rate'", "row 4, column value: not a growth rate", "row 5, column value: out of range",
        "row 6, column date: an empty cell", "row 7, column date: not a date", "row 7, column source: an empty cell",
        "row 8, column kind: unknown kind", "row 9, column record: another facility", "row 10, column key",
        "row 11: not as many cells as columns",
    ):  # fmt: skip
        assert part in err, part
    assert not (tmp_path / "lab").exists()


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("kind,record,key,value,unit,date\n", "column source: a column is missing"),
        ("kind,record,key,valeu,unit,date,source\n", "did you mean 'value'"),
        ("kind,record,key,value,unit,date,source,date\n", "a column twice"),
        ("", "an empty table"),
        (HEADER, "no measurement"),
    ],
)
def test_faults_of_the_header(header: str, said: str, tmp_path: Path, capsys: Capture) -> None:
    assert main.run(["calibrate", LAB, table(tmp_path, header=header), "-o", str(tmp_path / "lab")]) == 2
    assert said in capsys.readouterr().err


def test_unknown_facility_names_the_nearest(tmp_path: Path, capsys: Capture) -> None:
    row = "recipe,sputter-cu-shadow,settings.rate,8,nm/min,2026-11-20,stylus,"
    assert main.run(["calibrate", "university-cleenroom", table(tmp_path, row), "-o", str(tmp_path / "lab")]) == 2
    assert "did you mean 'university-cleanroom'" in capsys.readouterr().err


def test_text_of_the_table_cannot_write_toml(tmp_path: Path) -> None:
    evil = 'x"", confidence = ""low"" }\\nmethod = ""evil'
    row = f'recipe,sputter-cu-shadow,settings.rate,8,nm/min,2026-11-20,"{evil}\x7f\x1b","{evil}"'
    assert main.run(["calibrate", LAB, table(tmp_path, row), "-o", str(tmp_path / "lab")]) == 0
    found = load([tmp_path / "lab"]).recipes["sputter-cu-shadow"]
    assert found.method == "sputter" and found.settings["rate"]["confidence"] == "high"
    assert 'x", confidence = "low" }' in found.settings["rate"]["source"]


def test_dry_run_writes_nothing_and_foreign_folders_stay(tmp_path: Path, capsys: Capture) -> None:
    row = "recipe,sputter-cu-shadow,settings.rate,8,nm/min,2026-11-20,stylus,"
    arguments = ["calibrate", LAB, table(tmp_path, row), "-o", str(tmp_path / "lab")]
    assert main.run([*arguments, "--dry-run"]) == 0
    assert "nothing written" in capsys.readouterr().out and not (tmp_path / "lab").exists()
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "mine.txt").write_text("keep")
    assert main.run([*arguments, "--force"]) == 2
    assert (tmp_path / "lab" / "mine.txt").read_text() == "keep"
