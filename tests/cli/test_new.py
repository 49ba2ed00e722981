"""``fabplan new``: a commented spec that plans as it is, and whose comments are keys that fabplan knows."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.cli.main import run
from fabplan.exporters._starter import meanings, starter, toml
from fabplan.planner.spec import KEYS, parse
from fabplan.planner.spec_source import shipped, shipped_names


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def uncommented(text: str) -> str:
    """Every commented key and table of a spec switched on; sizes without a value stay off."""
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# [", "#  ")) or " = " in line]
    return "\n".join(line for line in lines if line.startswith("[") or (" = " in line and " = ..." not in line))


def test_a_target_becomes_a_spec_that_plans(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--capacity", "20 uAh", "--footprint", "3 mm x 3 mm", "--set", "target.rate=C/5"]
    assert run(["new", "my-cell", *asked]) == 0
    assert capsys.readouterr().out.splitlines() == ["spec  my-cell.toml", "next  fabplan plan my-cell.toml"]
    data = tomllib.loads((folder / "my-cell.toml").read_text("utf-8"))
    assert data == {"name": "my-cell", "target": {"capacity": "20 uAh", "rate": "C/5"},
                    "footprint": {"size": "3 mm x 3 mm"}}  # fmt: skip


def test_what_nobody_asked_is_an_example_and_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "a", "--load", "logger-10min"]) == 0
    said = capsys.readouterr()
    assert "footprint stand there as an example" in said.err and "capacity" not in said.err
    assert set(tomllib.loads((folder / "a.toml").read_text("utf-8"))["target"]) == {"load"}


def test_nothing_is_overwritten_without_force(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.toml").write_text("mine")
    assert run(["new", "a"]) == 2
    assert (folder / "a.toml").read_text() == "mine" and "--force" in capsys.readouterr().err
    assert run(["new", "a", "--force", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["file"] == "a.toml" and tomllib.loads((folder / "a.toml").read_text()) == document["spec"]


@pytest.mark.parametrize("wrong", [["--like", "planr"], ["--capacity", "20 mV"], ["--set", "target.rat=1C"]])
def test_a_wrong_wish_writes_nothing(folder: Path, wrong: list[str]) -> None:
    assert run(["new", "bad", *wrong]) == 2
    assert run(["new", "../bad"]) == 2
    assert not list(folder.iterdir())


def test_every_shipped_spec_is_a_start(folder: Path) -> None:
    """The values of the example are the values of the copy; all its comments, switched on, are known keys."""
    for name in shipped_names():
        assert run(["new", "copy", "--like", name, "--force"]) == 0
        text, example = (folder / "copy.toml").read_text("utf-8"), shipped(name)
        for key in ("name", "description", "source", "compare", "starting_point"):
            example.pop(key, None)
        assert tomllib.loads(text) == {"name": "copy", **example}, name


def test_another_size_frees_the_sizes_of_the_example(folder: Path) -> None:
    assert run(["new", "b", "--like", "interdigital-3d-filament", "--footprint", "5 mm x 5 mm"]) == 0
    text = (folder / "b.toml").read_text("utf-8")
    assert "parameters" not in tomllib.loads(text) and '# gap = "50 um"' in text


def test_meanings_are_those_of_the_keys() -> None:
    assert {name: set(keys) for name, keys in meanings().items()} == {
        name: set(keys) for name, keys in KEYS.items() if keys is not None
    }


def test_comments_are_toml_and_keys_that_are_known() -> None:
    text = uncommented(starter({"name": "x"}, {}, {}))
    data = tomllib.loads(text)
    assert {name: set(keys) for name, keys in data.items() if keys and name != "name"} == {
        name: set(keys) for name, keys in KEYS.items() if keys
    }
    for name, key in (("footprint", "outline"), ("footprint", "layer"), ("footprint", "unit"), ("masks", "profile"),
                      ("target", "load"), ("target", "run_time"), ("footprint", "keep_outs")):  # fmt: skip
        data[name].pop(key)
    assert parse(data, "x.toml").wafer.test_dies == 1  # every example is of its kind


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab-_. \"é", min_size=1, max_size=4), inner, max_size=2)
    ),
    max_leaves=6,
)  # fmt: skip


@given(VALUES)
def test_values_are_written_as_they_are(value: object) -> None:
    assert tomllib.loads(f"value = {toml(value)}")["value"] == value
