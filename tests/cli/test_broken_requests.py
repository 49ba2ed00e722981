"""Broken requests from the outside: exit code 1 or 2, one clear message, nothing written, nothing touched."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan.cli import main
from fabplan.planner.spec_source import shipped_names
from fabplan.readers.toml import read_toml
from fabplan.resources import recipes_folder

ASK = ["--capacity", "20 uAh", "--footprint", "3 mm x 3 mm"]

#: arguments, exit code, what the message must hold
REQUESTS: list[tuple[list[str], int, str]] = [
    ([], 2, "target"),
    (["--capacity", "20 uAh"], 2, "footprint"),
    (["--footprint", "3 mm x 3 mm"], 2, "target"),
    (["--capacity", "20 um", *ASK[2:]], 2, "not a charge"),
    (["--capacity", "20", *ASK[2:]], 2, "unit is missing"),
    (["--capacity", "-20 uAh", *ASK[2:]], 2, "target.capacity"),
    (["--capacity", "0 uAh", *ASK[2:]], 2, "more than 0"),
    (["--capacity", "nan uAh", *ASK[2:]], 2, "not a quantity"),
    (["--capacity", "1e999 uAh", *ASK[2:]], 2, "finite"),
    (["--capacity", "20 uAh; rm -rf", *ASK[2:]], 2, "unknown unit"),
    (["--capacity", "", *ASK[2:]], 2, "not a quantity"),
    (["--capacity", "20 Ah", *ASK[2:]], 1, "reachable"),
    (["--capacity", "1e30 Ah", *ASK[2:]], 1, "reachable"),
    ([*ASK[:2], "--footprint", "3 mm"], 2, "footprint"),
    ([*ASK[:2], "--footprint", "3 mm x 0 mm"], 2, "footprint"),
    ([*ASK[:2], "--footprint", "3 s x 3 mm"], 2, "not a length"),
    ([*ASK[:2], "--footprint", "3 km x 3 km"], 2, "footprint"),
    ([*ASK[:2], "--footprint", "3 um x 3 um"], 1, ""),
    ([*ASK[:2], "--footprint", "3 mm x 3 mm x 3 mm"], 2, "footprint"),
    ([*ASK[:2], "--footprint", "1e-30 m x 1e-30 m"], 1, ""),
    ([*ASK, "--architecture", "planar-interdigitl"], 2, "'planar-interdigital'"),
    ([*ASK, "--anode", "unobtainium"], 2, "anode"),
    ([*ASK, "--anode", "lot"], 2, "'lto'"),
    ([*ASK, "--cathode", ""], 2, "cathode"),
    ([*ASK, "--electrolyte", "watter"], 2, "electrolyte"),
    ([*ASK, "--height-max", "0 mm"], 2, "height_max"),
    ([*ASK, "--height-max", "1 nm"], 1, ""),
    ([*ASK, "--height-max", "1 V"], 2, "not a length"),
    ([*ASK, "--facility", "nowhere"], 2, "facility"),
    ([*ASK, "--machine", "toaster"], 2, "machine"),
    ([*ASK, "--route", "anode"], 2, "ROLE=PROCESS"),
    ([*ASK, "--route", "anode=alchemy"], 2, "alchemy"),
    ([*ASK, "--route", "anod=sputter"], 2, "anod"),
    ([*ASK, "--set", "x"], 2, "KEY=VALUE"),
    ([*ASK, "--set", "no.such.key=1"], 2, "unknown key"),
    ([*ASK, "--set", "target.rate=1 kg"], 2, "not a C-rate"),
    ([*ASK, "--set", "target.rate=0C"], 2, "not a C-rate"),
    ([*ASK, "--set", "target.margin=-1"], 2, "margin"),
    ([*ASK, "--set", "target.objective=beauty"], 2, "objective"),
    ([*ASK, "--set", "name=../../etc/cell"], 2, "name"),
    ([*ASK, "--set", "name=con"], 2, "name"),
    ([*ASK, "--set", "name="], 2, "name"),
    ([*ASK, "--set", "machine.dialect=klingon"], 2, "dialect"),
    ([*ASK, "--set", "target=5"], 2, "target"),
    ([*ASK, "--set", "parameters.finger_widht=50 um", "--architecture", "planar-interdigital"], 2, "finger_widht"),
    (["no-such-file.toml"], 2, "no such file"),
    (["no-such-spec"], 2, "no shipped spec"),
    (["planar-interdigitl"], 2, "'planar-interdigital'"),
    (["/dev/null"], 2, "/dev/null"),
    ([".", *ASK], 2, ""),
    (["/", *ASK], 2, "folder"),
    (["x" * 5000 + ".toml"], 2, "too long"),
    ([*ASK, "--catalog", "no-such-folder"], 2, "no such folder"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "hint"), REQUESTS, ids=[" ".join(r[0])[-60:] for r in REQUESTS])
def test_broken_request(
    arguments: list[str], code: int, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.run(["plan", *arguments, "-o", "out"]) == code
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("error: ") and "Traceback" not in shown.err
    assert hint in shown.err
    assert list(tmp_path.iterdir()) == []
    if code == 2:  # the others take a second each; their JSON is looked at in test_main
        assert main.run(["plan", *arguments, "-o", "out", "--json"]) == code
        assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == code


SPEC = """\
name = "cell"

[target]
capacity = "20 uAh"
rate = "C/5"

[footprint]
size = ["3 mm", "3 mm"]

[cell]
anode = "lto"
cathode = "lfp"
"""

#: text, replacement, line and key the message must name, further hint
SPECS = [
    ("capacity =", "capcity =", "4: target.capcity", "did you mean 'capacity'"),
    ("20 uAh", "20 V", "4: target.capacity", "not a charge"),
    ('"20 uAh"', "[1, 2]", "4: target.capacity", "not a quantity"),
    ('"20 uAh"', "true", "4: target.capacity", "not a quantity"),
    ('"20 uAh"', "20", "4: target.capacity", "unit is missing"),
    ("C/5", "1 kg", "5: target.rate", "not a C-rate"),
    ("[target]", "[tagret]", "3: tagret", "did you mean 'target'"),
    ('["3 mm", "3 mm"]', '["3 mm"]', "8: footprint.size", ""),
    ('["3 mm", "3 mm"]', '"3 mm"', "8: footprint.size", ""),
    ('size = ["3 mm", "3 mm"]', 'outline = "chip.dxf"', "8: footprint.outline", ""),
    ('"cell"', '"../../etc/cell"', "1: name", "not a name"),
    ('"cell"', '""', "1: name", "not a name"),
    ('"cell"', '"<script>"', "1: name", "not a name"),
    ('"lto"', '"ltoo"', "11: cell.anode", "did you mean 'lto'"),
    ("anode =", "anodes =", "11: cell.anodes", "did you mean 'anode'"),
    ('"lfp"', "5", "12: cell.cathode", "not text"),
    ('cathode = "lfp"', 'cathode = "lfp', "12", "not TOML"),
    ('name = "cell"', "name = 1\nname = 2", "2", "not TOML"),
    ("[cell]", "[target]", "10", "not TOML"),
]


@pytest.mark.parametrize(("old", "new", "place", "hint"), SPECS)
def test_a_fault_of_a_spec_names_line_and_key(
    old: str, new: str, place: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SPEC.replace(old, new, 1))
    assert SPEC.replace(old, new, 1) != SPEC
    assert main.run(["plan", str(path), "--dry-run"]) == 2
    shown = capsys.readouterr().err
    assert f"mine.toml:{place}" in shown and hint in shown


def test_all_faults_of_a_spec_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SPEC.replace("capacity", "capcity").replace("C/5", "1 kg").replace("3 mm", "3 s").replace("anode", "anodes")
    (tmp_path / "mine.toml").write_text(text)
    assert main.run(["plan", str(tmp_path / "mine.toml")]) == 2
    shown = capsys.readouterr().err
    assert all(key in shown for key in ("target.capcity", "target.rate", "footprint.size", "cell.anodes"))


@pytest.mark.slow
@given(st.binary(max_size=6), st.integers(0, len(SPEC)), st.integers(0, 6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_specs_are_plans_or_messages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], new: bytes, place: int, cut: int
) -> None:
    data = SPEC.encode()
    (tmp_path / "m.toml").write_bytes(data[:place] + new + data[place + cut :])
    assert main.run(["plan", str(tmp_path / "m.toml"), "--dry-run"]) in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["m.toml"]


TEXTS = ["1e30 m", "1e-30 m", "-1 mm", "nan", "1e400", "0 uAh", "", "x" * 10_000, "\x1b[2J", "∞"]
VALUES = [*TEXTS, 1e12, -1, 0, [], {}, True]


@pytest.mark.parametrize("spec", shipped_names())
def test_no_value_in_a_shipped_spec_is_a_bug(spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A few dozen keys of every shipped spec with values that do not belong there."""
    data = read_toml(recipes_folder() / "specs" / f"{spec}.toml")
    keys = [(t, k) for t, entry in data.items() if isinstance(entry, dict) for k in entry]
    rnd = random.Random(spec)
    for table, key in rnd.sample(keys, min(8, len(keys))):
        value = rnd.choice(VALUES)
        text = json.dumps(value, ensure_ascii=False) if not isinstance(value, dict) else "{}"
        code = main.run(["plan", spec, "--set", f"{table}.{key}={text}", "--dry-run"])
        shown = capsys.readouterr().err
        assert code in (0, 1, 2), (table, key, value, shown)
        assert "Traceback" not in shown and "\x1b" not in shown
