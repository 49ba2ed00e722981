"""``fabplan draw``: a file, or a message that says how."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import browser
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
    [("layout", "x.jpg", ".svg, .pdf, .png"), ("beauty", "x.svg", "layout, section"),
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


PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200">'
    '<rect x="0" y="0" width="300" height="200" fill="#1f5ea8"/><text x="20" y="40">10 µm</text></svg>'
)


def test_a_browser_makes_pdf_and_png(oracle: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.VARIABLE, oracle("chromium"))
    png = browser.printed(PICTURE, ".png")
    assert struct.unpack(">II", png[16:24]) == (600, 400)
    pdf = browser.printed(PICTURE, ".pdf")
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1
    box = [float(value) for value in re.search(rb"/MediaBox \[([^\]]+)\]", pdf)[1].split()]  # type: ignore[index]
    assert box[2] == pytest.approx(300 * 0.75, abs=1) and box[3] == pytest.approx(200 * 0.75, abs=1)  # px are 1/96 inch
    assert b"/Image" not in pdf.replace(b"/ImageB", b"").replace(b"/ImageC", b"").replace(b"/ImageI", b"")  # vectors
    assert pdf == browser.printed(PICTURE, ".pdf")


def test_without_a_browser_it_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(browser.VARIABLE, "no-such-browser")
    assert run(["draw", SPEC, "--what", "section", "-o", str(tmp_path / "x.pdf")]) == 2
    assert "no browser was found" in capsys.readouterr().err and not list(tmp_path.iterdir())
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    monkeypatch.setenv(browser.VARIABLE, str(silent))
    assert run(["draw", SPEC, "--what", "section", "-o", str(tmp_path / "x.png")]) == 2
    assert "the browser made no picture" in capsys.readouterr().err and not (tmp_path / "x.png").exists()
