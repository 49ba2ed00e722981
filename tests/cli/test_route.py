"""``fabplan route`` from the outside."""

from __future__ import annotations

import json

import pytest

from fabplan.cli import main


def test_flows_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--open", "--best", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    first, second = document["flows"]
    assert first["cost"] <= second["cost"] and 0.0 < first["yield"] < 1.0
    assert "sinter-600c-argon" in [step["recipe"] for step in first["steps"]]


def test_flow_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--best", "1"]) == 0
    out, err = capsys.readouterr()
    assert "diw-lto-sun2013 [anode]" in out and "600 degC" in out
    assert "rough" in err


def test_what_forbids_every_flow_and_what_would_help(capsys: pytest.CaptureFixture[str]) -> None:
    wishes = ["--set", "cell.substrate=si", "--set", "cell.collector=au"]
    assert main.run(["route", "interdigital-3d-filament", "--open", *wishes]) == 1
    err = capsys.readouterr().err
    assert "600 degC" in err and "363 degC" in err and "help:" in err and "collector" in err


def test_wrong_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--weights", "tme=1,money=-2"]) == 2
    err = capsys.readouterr().err
    assert "did you mean 'time'" in err and "0 or more" in err
