"""``fabplan dose`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.cli import main


def test_cases_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [{"geometry": "via", "AR": 10, "beta0": 0.1, "end_coverage_min": 0.95}]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    assert main.run(["dose", str(tmp_path / "cases.json"), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["t_norm"] == pytest.approx(218.4, rel=5e-3)
    assert main.run(["dose", str(tmp_path / "cases.json")]) == 0
    assert "218" in capsys.readouterr().out


def test_recipe_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["dose", "ald-al2o3-tma", "--aspect-ratio", "20", "--pressure", "10 Pa"]) == 0
    out, err = capsys.readouterr()
    assert "TMA" in out and "cycles 455" in out
    assert "shown to coat an aspect ratio of 10" in err


def test_all_wrong_options_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["dose", "ald-al2o3-tma", "--geometry", "viaa", "--coverage", "2", "--thickness", "3 K"]
    assert main.run(arguments) == 2
    err = capsys.readouterr().err
    for part in ("--aspect-ratio", "--geometry", "did you mean 'via'", "--coverage", "--thickness"):
        assert part in err, part
