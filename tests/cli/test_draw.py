"""``fabplan draw``: a file, or a message that says how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.cli.main import run

SPEC = "laminated-thin-film"


def test_it_draws_a_spec_and_a_folder_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    assert run(["draw", SPEC, "--what", "section", "-o", str(one)]) == 0
    assert run(["plan", SPEC, "-o", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert run(["draw", str(tmp_path / "out"), "--what", "section", "-o", str(two), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["what"] == "section"
    assert one.read_bytes() == two.read_bytes() and one.read_bytes().startswith(b"<svg")


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [("layout", "x.png", "SVG only"), ("layout", "x.pdf", "rsvg-convert"), ("beauty", "x.svg", "layout, section"),
     ("layout", "no/x.svg", "no such folder")],
)  # fmt: skip
def test_bad_requests_come_before_the_plan(
    what: str, name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw", SPEC, "--what", what, "-o", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_an_existing_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    path.write_text("mine")
    assert run(["draw", SPEC, "--what", "layout", "-o", str(path)]) == 2 and path.read_text() == "mine"


def test_a_folder_without_a_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[]")
    assert run(["draw", str(tmp_path), "--what", "layout", "-o", str(tmp_path / "x.svg")]) == 2
