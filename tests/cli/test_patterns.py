"""``fabplan patterns`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.geometry.patterns import base
from fabplan.resources import recipes_folder


def test_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["patterns", "--width", "1.2 mm", "--length", "1 mm", "--bus", "100 um"]
    assert main.run([*size, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["patterns"]
    assert sorted(c["pattern"] for c in found) == list(base.names())
    by_name = {c["pattern"]: c for c in found}
    assert by_name["comb"]["anode_squares"] < by_name["s-spiral"]["anode_squares"]
    assert main.run(size) == 0
    printed = capsys.readouterr().out
    assert "hilbert" in printed and "smallest" in printed and "carries most" in printed
    assert by_name["comb"]["smallest"] == pytest.approx(20e-6)


@pytest.mark.slow
def test_a_spec_says_which_pattern_carries_most(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = {"finger_width_cathode": "400 um", "gap": "100 um", "cathode_thickness": "20 um"}
    text = (recipes_folder() / "specs" / "planar-interdigital.toml").read_text()
    outline = 'outline = "circle 14 mm"\nkeep_outs = ["circle 1 mm at 3 mm, 7 mm"]'
    text = text.replace('size = ["10 mm", "10 mm"]', outline)
    text += "\n[parameters]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())
    (tmp_path / "cell.toml").write_text(text)
    assert main.run(["patterns", str(tmp_path / "cell.toml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = {row["pattern"]: row for row in found["patterns"]}
    assert sorted(rows) == list(base.names())
    assert found["most"] == max(rows, key=lambda name: (rows[name]["capacity"] or 0.0))
    for row in rows.values():
        if row["capacity"]:
            assert row["cathode_width"] == pytest.approx(400e-6) and row["gap"] == pytest.approx(100e-6)
            assert row["smallest"] == pytest.approx(100e-6) and row["facing_length"] > 0
            assert "largest rectangle" in row["where"]


def test_one_side_alone_beside_a_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["patterns", "planar-interdigital", "--width", "5 mm"]) == 2
    assert "both" in capsys.readouterr().err
    assert main.run(["patterns", "wire"]) == 2
    assert "not drawn as patterns" in capsys.readouterr().err


def test_bad_lengths_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["patterns", "--gap", "3 K", "--bus", "9 m"]) == 2
    err = capsys.readouterr().err
    assert "--gap" in err and "--bus" in err


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["list", "patterns"]) == 0
    assert "waved-comb" in capsys.readouterr().out
    assert main.run(["show", "patterns", "moore"]) == 0
