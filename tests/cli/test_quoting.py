"""Errors show the line of the user's file, what is wrong on it, and a repair that was tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.cli.faults import MOST_QUOTED
from fabplan.cli.main import run
from fabplan.cli.quoting import code_of, excerpt, repaired
from fabplan.errors import Problem
from fabplan.readers import json_lines
from fabplan.readers.json_lines import key_lines, line_of
from tests.estimate.examples import document

SPEC = """name = "x"
[target]
capacity = "20 uAh"
rate = "1C"
[footprint]
size = ["3 mm", "3 mm"]
[cell]
architecture = "interdigital-3d-filament"
anode = "lto"
[parameters]
gap = "50 um"
[route]
anode = "diw-lto-sun2013"
"""
RECIPE = """extends = "sputter-lmo"
[settings]
power = "60 W"
"""
FACILITY = 'name = "Lab"\nsource = "me"\nconfidence = "high"\nmethods = ["sputter"]\n'
MAP = '[layers.anode]\nlayer = "1/0"\nnet = "anode"\nrole = "anode"\nbottom = "0 um"\nthickness = "1 um"\n'
#: file, its content, word, the word with a slip, line, code, the line as it would be repaired
SLIPS = [
    ("cell.toml", SPEC, "rate =", "rat =", 4, "unknown-key", 'rate = "1C"'),
    ("cell.toml", SPEC, "gap =", "gapp =", 11, "unknown-value", 'gap = "50 um"'),
    ("cell.toml", SPEC, "sun2013", "sun2014", 13, "unknown-value", 'anode = "diw-lto-sun2013"'),
    ("cell.toml", SPEC, '"20 uAh"', '"20 V"', 3, "wrong-kind", ""),
    ("lab/recipes/my.toml", RECIPE, "power", "powr", 3, "unknown-key", 'power = "60 W"'),
    ("lab/recipes/my.toml", RECIPE, '"60 W"', '"60 m"', 3, "wrong-kind", ""),
    ("lab/facilities/lab.toml", FACILITY, "methods", "method", 4, "unknown-key", 'methods = ["sputter"]'),
    ("map.toml", MAP, "net =", "nett =", 3, "unknown-key", 'net = "anode"'),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "text", "word", "slip", "line", "code", "help_"), SLIPS)
def test_line_code_and_repair(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, word: str, slip: str, line: int, code: str,
    help_: str,
) -> None:  # fmt: skip
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(word, slip, 1))
    command = {"cell.toml": ["plan", name, "--dry-run"], "map.toml": ["verify", "a.gds", "--layers", name]}
    asked = command.get(name, ["check", "lab"])
    (folder / "a.gds").write_bytes(b"")
    assert run(asked) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("error: ") and f"{path.name}:{line}: " in said[0]
    shown = text.replace(word, slip, 1).splitlines()[line - 1]
    assert said[1] == f"  {line} | {shown}"
    mark = said[2].rpartition("^")[0] + "^"
    part = shown[mark.index("^") - len(f"  {line} | ") :][: mark.count("^")]
    word_ = slip.strip('" =')
    assert said[2].endswith(f"^ {code}") and (part in word_ or word_ in part)
    assert [row for row in said if row.startswith("help: write")] == (
        [f"help: write {help_} (tried: this fault is gone)"] if help_ else []
    )
    if path.name in ("map.toml", "cell.toml") and code == "unknown-key":
        assert run([*asked, "--json"]) == 2
        problem = json.loads(capsys.readouterr().out)["error"]["problems"][0]
        assert (problem["line"], problem["code"]) == (line, code)
    assert run(["explain", code]) == 0
    if help_:  # the repair is what it says: the same file with that line is taken
        path.write_text("\n".join([*path.read_text().splitlines()[: line - 1], help_, *text.splitlines()[line:], ""]))
        assert path.read_text() == text


def test_a_cells_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = {"schema": "fabplan/cells/1", "ocp": {}, "electrolytes": {}, "cells": [{"id": "a", "kind": "pilars"}]}
    (folder / "cells.json").write_text(json.dumps(cells, indent=1))
    assert run(["estimate", "cells.json"]) == 2
    said = capsys.readouterr().err
    assert "error: cells.json:8: cells[0].kind (cell 'a'): unknown name" in said
    assert "^^^^^^ unknown-value" in said and 'help: write "kind": "pillars" (tried' in said


def test_a_repair_that_does_not_help_is_not_named(folder: Path) -> None:
    path = folder / "cell.toml"
    path.write_text(SPEC.replace("rate =", "rat ="))
    wrong = Problem("unknown key", "cell.toml:4: target.rat", None, "rate", "ratte")
    right = Problem("unknown key", "cell.toml:4: target.rat", None, "rate", "rate")
    assert repaired(wrong, path, path.read_text()) == "" != repaired(right, path, path.read_text())
    # a fault that the second reading does not see in the file as it is proves nothing
    unseen = Problem("unknown key", "cell.toml:3: target.capacity", None, "capacity", "capacitance")
    assert repaired(unseen, path, path.read_text()) == ""


def test_lines_that_are_not_there_are_not_shown() -> None:
    assert excerpt(Problem("unknown key", "cell.toml:99: a"), "a = 1\n") == []
    assert excerpt(Problem("unknown key", "cell.toml: a"), "a = 1\n") == []
    assert code_of(Problem("something else", "x")) == "bad-input"


def test_a_file_without_line_ends_is_not_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its one line is the whole file: neither an excerpt nor a repair."""
    given = document("porous-stack")
    given["cells"][0]["design"]["electrolyte"] = "gell"
    for indent, shown in ((None, False), (1, True)):
        (folder / "cells.json").write_text(json.dumps(given, indent=indent))
        assert run(["estimate", "cells.json"]) == 2
        told = capsys.readouterr().err
        assert "did you mean 'gel'" in told and ("help: write" in told) == shown == (" | " in told)
        assert max(map(len, told.splitlines())) < 300


def test_very_many_faults_are_told_quickly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, the first ones with their line; the lines of the file are looked for once."""
    given = document(*["porous-stack"] * (MOST_QUOTED + 5))
    for cell in given["cells"]:
        cell["design"]["electrolyte"] = "gell"
    (folder / "cells.json").write_text(json.dumps(given, indent=1))
    before = json_lines._key_lines.cache_info().misses
    assert run(["estimate", "cells.json"]) == 2
    told = capsys.readouterr().err
    assert told.count("unknown name") == MOST_QUOTED + 5 and told.count("help: write") == MOST_QUOTED
    assert json_lines._key_lines.cache_info().misses == before + 1


NAMES = st.text("ab_-", min_size=1, max_size=4)
TREES = st.recursive(
    st.integers() | st.text(max_size=4) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def paths(value: object, at: str = "") -> set[str]:
    if isinstance(value, dict):
        inner = {(f"{at}.{key}" if at else key): entry for key, entry in value.items()}
    else:
        inner = {f"{at}[{k}]": entry for k, entry in enumerate(value)} if isinstance(value, list) else {}
    return set(inner).union(*(paths(entry, path) for path, entry in inner.items()))


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_every_path_of_a_json_text_has_its_line(value: dict[str, object]) -> None:
    text = json.dumps(value, indent=1)
    lines = key_lines(text)
    assert set(lines) == paths(value)
    for path, line in lines.items():
        name = path.rpartition(".")[2]
        assert name.endswith("]") or json.dumps(name) in text.splitlines()[line - 1]
    assert line_of(text, "no-such-key") is None
