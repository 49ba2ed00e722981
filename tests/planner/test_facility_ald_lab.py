"""The shipped ALD lab: makes what atomic layers make, and names what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.plugins import names


def test_its_processes_exist() -> None:
    assert set(load().facilities["ald-lab"].methods) <= set(names("methods"))


def test_it_makes_a_cell_in_pores(tmp_path: Path) -> None:
    assert main.run(["plan", "nanopore-array", "--facility", "ald-lab", "-o", str(tmp_path / "cell")]) == 0
    assert list((tmp_path / "cell/recipes/controllers").glob("*.instructions.csv"))


def test_it_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["plan", "laminated-thin-film", "--facility", "ald-lab", "-o", str(tmp_path / "cell")]
    assert main.run(arguments) == 1
    err = capsys.readouterr().err
    assert "has no sputter" in err and "university-cleanroom" in err
