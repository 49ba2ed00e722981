"""What long work is at: one line on a terminal, wiped at its end; nothing where nobody looks."""

from __future__ import annotations

import pytest

from fabplan.cli.main import run
from fabplan.cli.output import stages


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabplan.cli.output._watched", lambda: True)
    monkeypatch.setenv("COLUMNS", "31")


def test_each_stage_overwrites_the_last(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    with stages() as tell:
        tell("1 of 2: a stage with a name that is too long for the line")
        tell("2 of 2\x1b[2J")
    first, second, end, nothing = capsys.readouterr().err.removeprefix("\r").split("\r")
    assert first.startswith("… 1 of 2") and len(first) == len(second) == len(end) == 30
    assert second.strip() == "… 2 of 2�[2J" and not end.strip() and nothing == ""


def test_a_terminal_that_cannot_go_back_gets_lines(
    terminal: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with stages() as tell:
        tell("one")
        tell("two")
    assert capsys.readouterr().err == "… one\n… two\n"


def test_quiet_when_piped_or_asked_to_be(
    terminal: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with stages(quiet=True) as tell:
        tell("one")
    monkeypatch.setattr("fabplan.cli.output._watched", lambda: False)
    with stages() as tell:
        tell("two")
    assert capsys.readouterr().err == ""


def test_a_plan_tells_its_stages(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "planar-interdigital", "--dry-run"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("\r… 1 of 1: planar-interdigital,")
