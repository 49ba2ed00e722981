"""``fabplan patterns`` from the outside."""

from __future__ import annotations

import json

import pytest

from fabplan.cli import main
from fabplan.geometry.patterns import base


def test_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["patterns", "--width", "2 mm", "--length", "1.5 mm"]
    assert main.run([*size, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["patterns"]
    assert sorted(c["pattern"] for c in found) == list(base.names())
    by_name = {c["pattern"]: c for c in found}
    assert by_name["comb"]["anode_squares"] < by_name["s-spiral"]["anode_squares"]
    assert main.run(size) == 0
    assert "hilbert" in capsys.readouterr().out


def test_bad_lengths_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["patterns", "--gap", "3 K", "--bus", "9 m"]) == 2
    err = capsys.readouterr().err
    assert "--gap" in err and "--bus" in err


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["list", "patterns"]) == 0
    assert "waved-comb" in capsys.readouterr().out
    assert main.run(["show", "patterns", "moore"]) == 0
