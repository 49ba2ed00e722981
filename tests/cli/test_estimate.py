"""``fabplan estimate`` from the outside."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.exporters import plan_json
from fabplan.planner import run as planner
from fabplan.planner.plan import Plan
from tests.estimate import examples

SPEC = "interdigital-3d-filament"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planner.plan(SPEC, {}, (), load())


@pytest.fixture
def folder(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    document = plan_json.export(plan)["plan.json"]
    (tmp_path / "plan.json").write_bytes(document)
    cells = json.loads(document)["cell"]
    cells["cells"][0].pop("uncertain")  # the cell alone, as a user would write it
    (tmp_path / "cells.json").write_text(json.dumps(cells))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def result(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main.run(["estimate", *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_plan_cells_and_spec_give_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [result(capsys, source)["results"] for source in ("plan.json", "cells.json", SPEC)]
    assert answers[0] and answers[0] == answers[1] == answers[2]


def test_the_plan_reports_what_estimate_answers(plan: Plan, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rates = {entry["c_rate"]: entry for entry in plan.estimate["rates"]}
    for entry in result(capsys, "plan.json")["results"]:
        assert entry["mean_voltage_V"] == pytest.approx(rates[entry["c_rate"]]["mean_voltage_V"], rel=1e-12)


def test_rates_replace_those_of_the_cells(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, "plan.json", "--rates", "0.1,1", "--tier", "fast")
    assert [entry["c_rate"] for entry in found["results"]] == [0.1, 1.0]
    assert {entry["tier"] for entry in found["results"]} == {"fast"}
    assert found["evaluations_per_s"] > 0


def test_table_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", "plan.json", "--rates", "1"]) == 0
    head, row, parts, *sure = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["cell", "C-rate"] and "uAh/" in row and "at full charge: " in parts
    assert "how sure" in sure[1] and "moved most by" in sure[2] and "held, not drawn: " in sure[-1]


def test_output_file_and_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", "plan.json", "-o", "r.json"]) == 0
    assert json.loads((folder / "r.json").read_text())["schema"] == "fabplan/estimates/1"
    assert main.run(["estimate", "plan.json", "-o", "r.json"]) == 0  # an earlier result may be replaced
    assert main.run(["estimate", "plan.json", "-o", "some"]) == 0
    assert sorted(p.name for p in (folder / "some").iterdir()) == ["estimate.html", "manifest.json", "result.json"]
    assert main.run(["estimate", "plan.json", "-o", "some"]) == 2
    assert main.run(["estimate", "plan.json", "-o", "some", "--force"]) == 0
    (folder / "mine.json").write_text('{"a": 1}')
    assert main.run(["estimate", "plan.json", "-o", "mine.json"]) == 2
    assert (folder / "mine.json").read_text() == '{"a": 1}'
    assert not [p for p in folder.iterdir() if p.name.startswith(".fabplan")]


BROKEN: list[tuple[str, Any, str]] = [
    ("schema", "fabplan/cells/2", "schema"), ("cells", [], "no cells"), ("cells", {}, "no cells"),
    ("cells", [1], "cells[0]"), ("ocp", [], "ocp"), ("ocp", {}, "nothing is defined"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "hint"), BROKEN)
def test_broken_cells(key: str, value: Any, hint: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads((folder / "cells.json").read_text())
    document[key] = value
    (folder / "bad.json").write_text(json.dumps(document))
    assert main.run(["estimate", "bad.json"]) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("value", [None, "x", [], {}, True, -1, 0, 1e300, "9" * 400])
def test_no_value_of_a_design_is_a_bug(value: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.loads((folder / "cells.json").read_text())
    for key in good["cells"][0]["design"]:
        document = copy.deepcopy(good)
        document["cells"][0]["design"][key] = value
        (folder / "bad.json").write_text(json.dumps(document))
        assert main.run(["estimate", "bad.json", "--tier", "fast", "--rates", "1"]) in (0, 2), key
        assert "Traceback" not in capsys.readouterr().err


WRONG: list[tuple[list[str], str]] = [
    (["plan.json", "--rates", "x"], "--rates"), (["plan.json", "--rates", ""], "--rates"),
    (["plan.json", "--rates", "-1"], "C-rate"), (["plan.json", "--rates", "nan"], "C-rate"),
    (["plan.json", "--rates", "1e9"], "C-rate"),
    (["plan.json", "--tier", "fats"], "'fast'"), (["list.json"], "not a cells file"), (["deep.json"], "too deep"),
    (["nan.json"], "not a finite number"), (["twice.json"], "same key twice"), (["no-such-spec"], "no shipped spec"),
    (["empty.json"], "not JSON"), (["."], "."), (["plan-without-cell.json"], "cell"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "hint"), WRONG)
def test_wrong_requests(arguments: list[str], hint: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "list.json").write_text("[]")
    (folder / "empty.json").write_text("")
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "nan.json").write_text('{"schema": "fabplan/plan/1", "name": NaN}')
    (folder / "twice.json").write_text('{"schema": 1, "schema": 2}')
    (folder / "plan-without-cell.json").write_text('{"schema": "fabplan/plan/1"}')
    assert main.run(["estimate", *arguments]) == 2
    assert hint in capsys.readouterr().err


def test_questions_of_a_designer(plan: Plan, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asks = ["--pulse", "0.2 mA x 3 ms", "--pulse", "2C x 1 s", "--charge", "cccv", "--ragone", "--power", "20 uW"]
    found = result(capsys, "plan.json", *asks, "--load", "rtc-backup")["questions"][0]
    current, rate = found["pulses"]
    assert current["current_A"] == pytest.approx(2e-4)
    assert rate["current_A"] == pytest.approx(2.0 * plan.estimate["one_c_current_A"], rel=1e-6)
    assert found["open_circuit_V"] > current["voltage_V"] > 1.0
    assert found["charge"]["time_to_80_s"] < found["charge"]["time_to_95_s"] <= found["charge"]["seconds"]
    assert found["constant_power"]["energy_Wh"] == pytest.approx(2e-5 * found["constant_power"]["seconds"] / 3600.0)
    assert found["ragone"][0]["energy_Wh"] > 0.0 and found["load"]["survives"]


def test_questions_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", "plan.json", "--rates", "1", "--pulse", "1C x 1 s", "--charge", "cc"]) == 0
    shown = capsys.readouterr().out
    assert "for 1 s: " in shown and "cc at 1C to " in shown and "at most " in shown


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--pulse", "5 mA"], "not a pulse"),
        (["--pulse", "5 mV x 3 ms"], "--pulse"),
        (["--pulse", "5 mA x 0 s"], "pulse length"),
        (["--charge", "slow"], "cccv"),
        (["--load", "ble-beakon"], "ble-beacon"),
        (["--load", "led-pulses"], "duration of pulse 1"),
        (["--temperature", "90 degC"], "-20 to 60"),
        (["--first-cycle-loss", "2"], "share"),
        (["--discharged", "1.5"], "discharged"),
        (["--extent", "-3 mm", "--power", "1 uW"], "extent"),
    ],
)
def test_bad_questions(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str) -> None:
    assert main.run(["estimate", "plan.json", *arguments]) == 2
    assert word in capsys.readouterr().err


def test_amperes_need_a_size(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", "cells.json", "--pulse", "5 mA x 3 ms"]) == 2
    assert "size of the cell" in capsys.readouterr().err
    assert main.run(["estimate", "cells.json", "--pulse", "5 mA x 3 ms", "--extent", "40 mm"]) == 0


def test_temperature_says_what_it_could_not_scale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["estimate", "plan.json", "--temperature", "0 degC", "--draws", "0"]) == 0
    assert "no activation energy known" in capsys.readouterr().err


def test_keep_going(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads((folder / "cells.json").read_text())
    bad = copy.deepcopy(document["cells"][0])
    bad["id"], bad["design"]["h_m"] = "bad", -1.0
    document["cells"].append(bad)
    (folder / "mixed.json").write_text(json.dumps(document))
    assert main.run(["estimate", "mixed.json"]) == 2
    capsys.readouterr()
    assert main.run(["estimate", "mixed.json", "--keep-going", "--json"]) == 2
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["results"] and found["refused"][0]["id"] == "bad" and "h_m" in found["refused"][0]["problems"][0]
    assert "h_m" in captured.err


def test_the_page_stands_alone(folder: Path) -> None:
    assert main.run(["estimate", "plan.json", "--ragone", "-o", "page"]) == 0
    page = (folder / "page" / "estimate.html").read_text()
    text = page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 4 and "http" not in text and "src=" not in text
    assert page.count("<li id=\"o") >= 3  # where the numbers are from
    assert main.run(["estimate", "plan.json", "--ragone", "-o", "again"]) == 0
    assert (folder / "again" / "estimate.html").read_text() == page


def test_intervals_stand_beside_the_capacity_of_a_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, "plan.json")
    assert len(found["intervals"]) == len(found["results"])
    for entry, ends in zip(found["results"], found["intervals"], strict=True):
        assert (entry["id"], entry["c_rate"]) == (ends["id"], ends["c_rate"])
        assert ends["capacity_low_Ah_m"] < min(ends["capacity_high_Ah_m"], entry["capacity_Ah_m"] * 1.05)
    assert main.run(["estimate", "plan.json"]) == 0
    assert "5 %" in capsys.readouterr().out.splitlines()[0]
    assert "intervals" not in result(capsys, "cells.json")


FILM = {
    "schema": "fabplan/cells/1",
    "ocp": {"O": {"x": [0.0, 1.0], "V": [4.2, 3.0]}},
    "cells": [
        {
            "id": "F",
            "kind": "film-planar",
            "c_rates": [1.0],
            "design": {
                "V_cut": 3.0,
                "T_K": 298.15,
                "pos": {"material": "O", "L_m": 1e-6, "D_s": 1e-15, "i0_ref": 1.0, "c_max": 5e4, "sto100": 0.1,
                        "sto0": 0.9, "dense_fraction": 1.0},
                "neg": {"material": "Li", "i0_ref": 50.0},
                "se": {"L_m": 1e-6, "kappa": 2e-4, "electronic_conductivity_S_m": 1e-11},
            },
        }
    ],
}  # fmt: skip


def film(tmp_path: Path, **changes: Any) -> str:
    made = copy.deepcopy(FILM)
    design: dict[str, Any] = made["cells"][0]["design"]  # type: ignore[index]
    for key, value in changes.items():
        side, _, name = key.partition("__")
        design[side][name] = value
        if value is None:
            del design[side][name]
    (tmp_path / "film.json").write_text(json.dumps(made))
    return str(tmp_path / "film.json")


def test_electronic_leak_of_a_film_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, film(tmp_path), "--self-discharge")["questions"][0]["self_discharge"]
    full = 96485.33212 * 5e4 * 0.8 * 1e-6
    current = 1e-11 * (4.2 - 0.12) / 1e-6
    assert found["current_A"] == pytest.approx(current, rel=1e-6)
    assert found["share_per_day"] == pytest.approx(current * 86400.0 / full, rel=1e-6) and found["unknown"] is None
    typed = result(capsys, film(tmp_path), "--self-discharge", "1e-12 S/cm")["questions"][0]["self_discharge"]
    assert typed["current_A"] == pytest.approx(10.0 * current, rel=1e-6)


def test_an_unknown_conductivity_asks_to_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = film(tmp_path, se__electronic_conductivity_S_m=None)
    found = result(capsys, path, "--self-discharge")["questions"][0]["self_discharge"]
    assert found["current_A"] is None and "measure it" in found["unknown"]
    assert main.run(["estimate", path, "--self-discharge"]) == 0
    assert "measure it" in capsys.readouterr().err


def test_fade_says_that_nobody_validated_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--fade", "per_root_second=1e-5,per_cycle=1e-3,power=1", "--after", "100 d x 50")
    found = result(capsys, film(tmp_path), *options)["questions"][0]["fade"]
    assert found["validated"] is False
    assert found["capacity_left_share"] == pytest.approx(1.0 - 1e-5 * (100 * 86400.0) ** 0.5 - 0.05)
    assert main.run(["estimate", film(tmp_path), *options]) == 0
    assert "not validated" in capsys.readouterr().err
    assert main.run(["estimate", film(tmp_path), "--fade", "per_cycl=1"]) == 2
    assert "per_cycle" in capsys.readouterr().err


def test_first_cycle_loss_is_shown_where_it_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = film(tmp_path, pos__first_cycle_loss_fraction=0.08)
    assert result(capsys, path)["first_cycle"] == [{"id": "F", "sides": {"cathode": 0.08}, "cell": 0.08}]
    assert main.run(["estimate", path]) == 0
    assert "lost in the first cycle: cathode 8%" in capsys.readouterr().err
    assert "first_cycle" not in result(capsys, film(tmp_path))


def test_half_cells_stand_in_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(capsys, "plan.json", "--rates", "1", "--half-cells")
    ids = [entry["id"] for entry in found["results"]]
    assert ids == ["C00000", "C00000 anode|Li", "C00000 cathode|Li"]
    assert [len(entry) > 2 for entry in found["intervals"]] == [True, False, False]
    assert main.run(["estimate", "plan.json", "--rates", "1", "--half-cells"]) == 0
    assert "anode|Li" in capsys.readouterr().out


def test_resistance_in_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cells.json"
    path.write_text(json.dumps(examples.document("porous-stack", "interdigital")))
    assert main.run(["estimate", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["resistances"]
    assert [one["unit"] for one in found] == ["ohm m2", "ohm m"]
    for one in found:
        assert one["total"] == pytest.approx(sum(one["parts"].values())) and one["parts"]["electrolyte"] > 0
    assert main.run(["estimate", str(path)]) == 0
    assert "at full charge: " in capsys.readouterr().out
