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


def test_flows_are_compared_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--open", "--best", "2", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "differs by" in out and "the cheapest" in out and "time, with measuring" in out
    assert "sinter-600c-argon for anode and cathode" in out


def test_rules_that_made_it_dearer_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "planar-interdigital-lithographic", "--best", "1", "--explain"]) == 0
    assert "without this rule it would cost" in capsys.readouterr().out


def test_times_of_low_confidence_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["route", "interdigital-3d-filament", "--best", "1"]
    assert main.run(asked) == 0
    silent = capsys.readouterr()
    assert main.run([*asked, "--allow-uncalibrated"]) == 0
    told = capsys.readouterr()
    assert "to calibrate" in silent.out and "--allow-uncalibrated" in silent.err
    assert "of low confidence: calibrate" in told.out and "--allow-uncalibrated" not in told.err


def test_lithium_cannot_be_soldered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "laminated-thin-film", "--reflow"]) == 1
    err = capsys.readouterr().err
    assert "260 degC" in err and "150 degC" in err and "ithium" in err and "help:" in err


def test_what_comes_after_a_filled_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """Parylene or ALD over a liquid is refused, whichever the lid."""
    for lid in ("cvd-parylene-c", "cap-al2o3-ald"):
        wishes = [f"route.lid={lid}", "route.electrolyte=fill-liquid-electrolyte"]
        wishes += ["cell.substrate=polyimide", "cell.electrolyte=lipf6-ec-dec"]
        sets = [word for wish in wishes for word in ("--set", wish)]
        assert main.run(["route", "planar-interdigital", *sets]) == 1
        assert "boils off" in capsys.readouterr().err


def test_aluminium_under_graphite_and_under_titanate(capsys: pytest.CaptureFixture[str]) -> None:
    for anode, code in (("graphite", 1), ("lto", 0)):
        cell = [f"cell.anode={anode}", "cell.cathode=lco", "cell.collector=al", "cell.electrolyte=lipf6-ec-dec"]
        sets = [word for wish in cell for word in ("--set", wish)]
        assert main.run(["route", "planar-interdigital", "--open", "--best", "1", *sets]) == code
        assert ("luminium" in capsys.readouterr().err) == bool(code)


def test_cleaning_measuring_and_moves_are_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--best", "1"]) == 0
    out = capsys.readouterr().out
    assert out.index("clean the substrate") < out.index("measure the anode") < out.index("into the glove box")


def test_wrong_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["route", "interdigital-3d-filament", "--weights", "tme=1,money=-2"]) == 2
    err = capsys.readouterr().err
    assert "did you mean 'time'" in err and "0 or more" in err
