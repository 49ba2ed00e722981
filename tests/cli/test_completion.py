"""``fabplan completion``: the script is one that the shell takes, and it completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from fabplan.cli.completion import SHELLS
from fabplan.cli.main import run


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert "_FABPLAN_COMPLETE" in text and "fabplan" in text and "%(" not in text
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=text, text=True, check=True)


def test_another_shell_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "bish"]) == 2
    assert "bash" in capsys.readouterr().err


def test_commands_are_completed() -> None:
    environment = {**os.environ, "_FABPLAN_COMPLETE": "bash_complete", "COMP_WORDS": "fabplan sc", "COMP_CWORD": "1"}
    code = "import sys; sys.argv = ['fabplan']; from fabplan.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "plain,schema" in done.stdout.splitlines()
