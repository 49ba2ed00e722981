"""How sure ``fabplan estimate`` is: of a cells file, at other conditions, and in a table of designs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import main
from fabplan.cli import sure as how_sure
from tests.estimate import examples

QUICK = ["--tier", "fast", "--draws", "200"]


def cells(tmp_path: Path, **keys: Any) -> str:
    document = examples.document("porous-stack", c_rates=[0.5, 2.0])
    document["cells"][0] |= keys
    (tmp_path / "cells.json").write_text(json.dumps(document))
    return str(tmp_path / "cells.json")


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main.run(["estimate", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_cells_file_without_ranges_has_no_intervals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not {"intervals", "uncertainty"} & set(asked(capsys, cells(tmp_path), *QUICK))


def test_ranges_in_the_file_and_from_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cells(tmp_path, uncertain={"pos.eps_am": [0.5, 0.6], "pos.D_s": "low"})
    found = asked(capsys, path, *QUICK)
    one = found["uncertainty"][0]
    assert {entry["input"] for entry in one["inputs"]} == {"pos.eps_am", "pos.D_s"} and "sep.L_m" in one["held"]
    for entry, ends in zip(found["results"], found["intervals"], strict=True):
        assert ends["capacity_low_Ah_m2"] < entry["capacity_Ah_m2"] < ends["capacity_high_Ah_m2"]
    more = asked(capsys, path, *QUICK, "--confidence", "medium", "--uncertain", "contact_ohm_m2=1e-4..1e-2")
    names = {entry["input"] for entry in more["uncertainty"][0]["inputs"]}
    assert {"contact_ohm_m2", "neg.c_max", "electrolyte.kappa_S_m"} <= names
    assert more["uncertainty"][0]["inputs"] and not asked(capsys, path, "--draws", "0").get("intervals")


def test_other_conditions_keep_the_intervals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cells(tmp_path, uncertain={"pos.eps_am": [0.5, 0.6], "neg.eps_am": "high"})
    for change in (["--temperature", "0 degC"], ["--first-cycle-loss", "0.2"]):
        found = asked(capsys, path, *QUICK, *change)
        assert all(len(entry) == 4 for entry in found["intervals"]), change
    lost = found["intervals"][0]["capacity_high_Ah_m2"]
    assert lost < 0.95 * asked(capsys, path, *QUICK)["intervals"][0]["capacity_high_Ah_m2"]


def test_no_width_is_never_printed_as_certainty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cells(tmp_path, uncertain={"neg.sigma": [4.9999, 5.0001]})
    assert main.run(["estimate", path, *QUICK]) == 0
    told = capsys.readouterr().out
    assert "not moved" in told and "nothing that was drawn moves it" in told and "held, not drawn: " in told
    assert how_sure.is_narrow(1.0, 1.0) and how_sure.is_narrow(0.0, 0.0) and not how_sure.is_narrow(1.0, 1.1)


def test_people_read_intervals_and_what_moves_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", cells(tmp_path), *QUICK, "--uncertain", "pos.eps_am=0.5..0.6"]) == 0
    told = capsys.readouterr().out
    assert "5 %" in told.splitlines()[0] and "capacity: " in told and "moved most by pos.eps_am" in told


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--uncertain", "pos.D_z=1..2"], "did you mean 'pos.D_s'"), (["--uncertain", "x"], "not a range"),
        (["--confidence", "meduim"], "did you mean 'medium'"), (["--draws", "-1"], "number of draws"),
        (["--uncertain", "pos.eps=0.3..1.5"], "at most 1"),
    ],
)  # fmt: skip
def test_bad_ranges(options: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", cells(tmp_path), *options]) == 2
    assert word in capsys.readouterr().err


def test_a_grid_of_designs_goes_to_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, path = tmp_path / "designs.csv", cells(tmp_path)
    options = ["--vary", "pos.L_m=10e-6..40e-6:7", "--vary", "sep.L_m=10e-6..20e-6:3", "--rates", "0.5,2"]
    assert main.run(["estimate", path, *options, "-o", str(table)]) == 0
    assert "21 designs at 2 rates" in capsys.readouterr().out
    rows = list(csv.reader(table.read_text().splitlines()))
    assert len(rows) == 22 and {len(row) for row in rows} == {2 + 8} and rows[0][2] == "capacity_Ah_m2@0.5C"
    assert main.run(["estimate", path, *options, "-o", str(table)]) == 2  # not over an existing table
    assert main.run(["estimate", path, *options, "-o", str(table), "--force"]) == 0
    capsys.readouterr()
    found = asked(capsys, path, *options)
    best = found["best_by_energy"]
    assert found["designs"] == 21 and len(best) == 10 and best[0]["pos.L_m"] >= 25e-6
    assert best[0]["capacity_Ah"] * best[0]["mean_voltage_V"] >= best[-1]["capacity_Ah"] * best[-1]["mean_voltage_V"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--vary", "posL_m=1e-5..2e-5:3"], "did you mean 'pos.L_m'"), (["--vary", "pos.L_m=1"], "not a row of sizes"),
        (["--vary", "pos.L_m=1e-5..2e-5:3", "--charge", "cc"], "questions: a grid of designs answers discharges"),
        (["--vary", "pos.L_m=1e-5..2e-5:3", "-o", "x"], "ends in .csv"), (["-o", "x.csv"], "needs --vary"),
    ],
)  # fmt: skip
def test_bad_grids(options: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", cells(tmp_path), *options]) == 2
    assert word in capsys.readouterr().err
