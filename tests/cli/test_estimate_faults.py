"""``fabplan estimate`` as a hostile or hasty user meets it: every fault named with cell and key, all at once."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import estimate, main
from tests.estimate import examples

Document = dict[str, Any]


def written(tmp_path: Path, change: Callable[[Document], None] = lambda document: None) -> str:
    document = copy.deepcopy(examples.document("interdigital", c_rates=[1.0]))
    document["cells"][0]["id"] = "good"
    change(document)
    path = tmp_path / "cells.json"
    path.write_text(json.dumps(document))
    return str(path)


def another(document: Document, name: str, **changes: Any) -> None:
    """The first cell once more under another name, with other values in its design."""
    cell = copy.deepcopy(document["cells"][0])
    cell["id"] = name
    for key, value in changes.items():
        side, _, name = key.rpartition("__")
        (cell["design"][side] if side else cell["design"])[name] = value
    document["cells"].append(cell)


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"cathode__sto0": 1.4}, "cells[1].design.cathode.sto0 (cell 'bad')"),
    ({"w1_m": 0}, "cells[1].design.w1_m (cell 'bad')"),
    ({"V_cut": 9.0}, "the cut-off lies above the open-circuit voltage"),
    ({"electrolyte": None}, "cells[1].design.electrolyte (cell 'bad')"),
    ({"gap_m": float("nan")}, "cells[1].design.gap_m (cell 'bad'): not a finite number; given nan"),
    ({"gap_m": "20 um"}, "cells[1].design.gap_m (cell 'bad'): not a number; given 20 um"),
    ({"gap_m": 20}, "cells[1].design.gap_m (cell 'bad'): outside the allowed range"),
    ({"cathode__material": "LFPP"}, "did you mean 'LFP'"),
    ({"cathode__sto0": 0.01}, "the stoichiometries are the wrong way round"),
]


@pytest.mark.parametrize(("changes", "text"), HOSTILE)
def test_a_bad_cell_is_named_by_id_and_key(
    changes: dict[str, Any], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, lambda document: another(document, "bad", **changes))
    assert main.run(["estimate", path]) == 2
    assert text in capsys.readouterr().err
    assert main.run(["estimate", path, "--keep-going", "--json"]) == 2
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert {entry["id"] for entry in found["results"]} == {"good"} and found["refused"][0]["id"] == "bad"
    assert text in captured.err


def test_all_faults_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def spoilt(document: Document) -> None:
        for name, changes in enumerate(changes for changes, _ in HOSTILE):
            another(document, f"bad{name}", **changes)
        another(document, "good")  # the same id twice
        document["cells"].append(5)
        document["cells"].append({"kind": "interdigitl"})

    path = written(tmp_path, spoilt)
    assert main.run(["estimate", path]) == 2
    told = capsys.readouterr().err
    assert all(f"bad{name}" in told for name in range(len(HOSTILE)))
    for word in ("the same id twice", "not a table of keys and values", "did you mean 'interdigital'", "cells[12].id"):
        assert word in told
    assert told.count("cells[11]") == 1  # what is no table has no missing keys


def test_bad_tables_leave_the_cells_that_do_not_use_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def spoilt(document: Document) -> None:
        document["ocp"]["odd"] = {"x": [0.0, 1.0], "V": [1.0]}
        document["electrolytes"]["dry"] = {**document["electrolytes"]["gel"], "kappa_S_m": [-1.0] * 5}
        another(document, "bad", cathode__material="odd", electrolyte="dry")

    path = written(tmp_path, spoilt)
    assert main.run(["estimate", path]) == 2
    capsys.readouterr()
    assert main.run(["estimate", path, "--keep-going", "--temperature", "10 degC", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["results"][0]["id"] == "good" and [one["id"] for one in found["refused"]] == ["", "bad"]
    assert any("ocp.odd" in text for text in found["refused"][0]["problems"])


def test_keep_going_at_another_temperature(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, lambda document: another(document, "bad", cathode__Ea_D_s_J_mol="x"))
    assert main.run(["estimate", path, "--temperature", "0 degC"]) == 2
    assert "bad" in capsys.readouterr().err
    assert main.run(["estimate", path, "--temperature", "0 degC", "--keep-going", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["results"][0]["id"] == "good" and found["refused"][0]["id"] == "bad"


def test_keep_going_with_ranges_that_one_cell_cannot_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def spoilt(document: Document) -> None:
        another(document, "bad")
        document["cells"][1]["uncertain"] = {"cathode.sto0": [0.9, 2.0]}

    path = written(tmp_path, spoilt)
    options = ["--uncertain", "gap_m=medium", "--draws", "50", "--tier", "fast"]
    assert main.run(["estimate", path, *options]) == 2
    assert "uncertain.cathode.sto0 (cell 'bad')" in capsys.readouterr().err
    assert main.run(["estimate", path, *options, "--keep-going", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in found["uncertainty"]] == ["good"] and found["refused"][0]["id"] == "bad"
    assert len(found["results"]) == 2


def test_everything_bad_at_once_still_answers_the_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def spoilt(document: Document) -> None:
        another(document, "good", gap_m=-1)
        document["cells"] = [5, None, {"kind": "interdigital"}, *document["cells"]]
        document["uncertain"] = {"gap_m": "high"}

    path = written(tmp_path, spoilt)
    options = ["--keep-going", "--temperature", "0 degC", "--half-cells", "--draws", "40", "--tier", "fast", "--json"]
    assert main.run(["estimate", path, *options]) == 2
    found = json.loads(capsys.readouterr().out)
    assert {entry["id"] for entry in found["results"]} == {"good", "good anode|Li", "good cathode|Li"}
    assert [one["id"] for one in found["uncertainty"]] == ["good"] and len(found["refused"]) == 4


def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main.run(["estimate", written(tmp_path), "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["questions"][0]
    return found


def test_a_pulse_that_no_cell_carries_has_no_voltage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absurd, small = asked(tmp_path, capsys, "--pulse", "1e5C x 1 s", "--pulse", "0.5C x 1 s")["pulses"]
    assert absurd["voltage_V"] is None and not absurd["possible"] and "cannot carry it" in absurd["reason"]
    assert all(value is None or value >= 0.0 for value in absurd["voltages_V"])
    assert small["reason"] is None and small["possible"]
    most = float(absurd["reason"].split("at most ")[1].split("C")[0])
    pair = [part for share in (0.99, 1.01) for part in ("--pulse", f"{share * most}C x 1 s")]
    again, over = asked(tmp_path, capsys, *pair)["pulses"]
    assert again["possible"] and not over["possible"]
    assert main.run(["estimate", written(tmp_path), "--pulse", "1e5C x 1 s"]) == 0
    assert "cannot carry it" in capsys.readouterr().out


def test_the_header_says_where_the_pulses_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(tmp_path, capsys, "--pulse", "0.5C x 1 s", "--discharged", "0.6")
    assert found["open_circuit_discharged_V"] == pytest.approx(found["pulses"][0]["rest_V"], abs=2e-3)
    assert found["open_circuit_V"] > found["open_circuit_discharged_V"] + 0.01
    assert main.run(["estimate", written(tmp_path), "--pulse", "0.5C x 1 s", "--discharged", "0.6"]) == 0
    assert "when full" in (told := capsys.readouterr().out) and "60% discharged, where the pulses begin" in told


def test_a_charge_says_what_became_of_its_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    high = asked(tmp_path, capsys, "--charge", "cccv", "--charge-voltage", "9 V")["charge"]
    assert high["limit_V"] == 9.0 and high["voltage_V"] < 8.9 and "not reached" in high["remark"]
    low = asked(tmp_path, capsys, "--charge", "cc", "--charge-rate", "2000", "--charge-voltage", "2.4 V")["charge"]
    assert "nothing goes in" in low["remark"] and low["energy_efficiency"] is None
    usual = asked(tmp_path, capsys, "--charge", "cccv")["charge"]
    assert usual["remark"] is None and usual["voltage_V"] == pytest.approx(usual["limit_V"], abs=2e-3)


def test_options_that_need_others_ask_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    wrong = ["--fade", "per_cycle=1e-4", "--pulse", "5", "--discharged", "x", "--charge-voltage", "2 V"]
    assert main.run(["estimate", path, *wrong]) == 2
    told = capsys.readouterr().err
    for word in ("--after: --fade needs time and cycles", "--pulse", "--discharged", "together with --charge"):
        assert word in told
    assert main.run(["estimate", path, "--after", "1 y x 10"]) == 2
    assert "together with --fade" in capsys.readouterr().err


def test_a_file_of_too_many_cells_points_to_grids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "MOST_CELLS", 1)
    assert main.run(["estimate", written(tmp_path)]) == 0
    assert main.run(["estimate", written(tmp_path, lambda document: another(document, "second"))]) == 2
    told = capsys.readouterr().err
    assert "too many cells for one file" in told and "--vary" in told and "given 2" in told
