"""``fabplan explain``: every rule that the code knows is explained, and nothing else."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from fabplan.cli.explain import rules
from fabplan.cli.main import run
from fabplan.cli.quoting import CODES
from fabplan.resources import templates_folder
from tests.shared import ROOT

SOURCES = sorted((ROOT / "fabplan").rglob("*.py"))


def name_of(function: ast.expr) -> str:
    return ast.unparse(function).split(".")[-1]


def literals(node: ast.expr) -> Iterator[str]:
    """Text of a rule's name; an open part of it is a star."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in node.values)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def doors(tree: ast.Module) -> dict[str, int]:
    """Functions of a file that make a finding of a rule that they are given -> place of that argument."""
    found = {"Finding": 0}
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        names = [a.arg for a in function.args.args]
        method = names[:1] == ["self"]
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call) and name_of(n.func) == "Finding"):
            if call.args and isinstance(call.args[0], ast.Name) and call.args[0].id in names:
                found[function.name] = names.index(call.args[0].id) - method
    return found


def rules_in(sources: list[Path]) -> dict[str, str]:
    """Every rule that the code writes -> file."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources}
    own = {path: doors(tree) for path, tree in trees.items()}
    found = {}
    for path, tree in trees.items():
        imported = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        known = dict(own[path])
        for other, names in own.items():
            if any(module.endswith(other.stem) for module in imported):
                known |= names
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            place = known.get(name_of(call.func))
            if place is not None and len(call.args) > place:
                found |= {rule: path.name for rule in literals(call.args[place])}
    return found


FOUND = rules_in(SOURCES)


def test_the_scan_sees_rules() -> None:
    assert len(FOUND) > 150
    assert {"minimum-gap", "target-*", "program-length", "stoichiometry-order", "*-uniformity"} <= set(FOUND)


def test_every_rule_is_explained() -> None:
    known = rules()
    assert not {rule: file for rule, file in FOUND.items() if not any(fnmatchcase(rule, name) for name in known)}


def test_nothing_else_is_explained() -> None:
    said = {name for name, entry in rules().items() if entry["about"] != "input"}
    assert not {name for name in said if name not in FOUND}
    assert {code for code, _ in CODES} == set(rules()) - said


def test_a_rule_without_explanation_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "new.py"
    path.write_text('def f():\n    return Finding("brand-new" if x else "other-new", "error", "a", "b")\n')
    assert set(rules_in([path])) == {"brand-new", "other-new"}


def test_explanations_are_sentences_and_limits_have_a_source() -> None:
    for name, entry in rules().items():
        for text in (entry["checks"], entry["change"]):
            assert text[0].isupper() and text.endswith(".") and len(text) < 300, name
        assert len(entry["source"]) > 10, name


def test_sources_belong_to_areas_or_rules() -> None:
    document = tomllib.loads((templates_folder() / "rules.toml").read_text("utf-8"))
    assert set(document["sources"]) <= {*document, *rules()} - {"sources"}


def test_one_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "minimum-gap"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("minimum-gap (layout)") and "to mend" in out and "source   The drawing" in out
    assert run(["explain", "inkjet-weber"]) == 0
    assert "source   Derby 2010" in capsys.readouterr().out
    assert run(["explain", "target-capacity", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rules"][0]["rule"] == "target-capacity" and document["rules"][0]["about"] == "target"


def test_all_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(rules()) + 1


def test_an_unknown_rule_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "minimum-gop"]) == 2
    assert "minimum-gap" in capsys.readouterr().err
