"""The site: reference pages are what the program says, the site builds without a warning, every command runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (DOCS / "index.md", DOCS / "extend.md", *sorted((DOCS / "tutorials").glob("*.md")))
#: a file that the page gives, or a block of commands with the exit code it announces
BLOCK = re.compile(r"^`([\w./-]+)`:\n\n```\w*\n(.*?)^```$|^```sh(?: exit=(\d))?\n(.*?)^```$", re.M | re.S)
PLACES = re.compile(r"^fabplan [a-z-]+", re.M)


def test_reference_is_what_the_program_says(tmp_path: Path) -> None:
    """After a change of a command, rule or record type: ``python docs/reference.py``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(DOCS / "reference.py"), str(tmp_path)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    made = [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert len(made) > 10
    assert not [str(path) for path in made if (tmp_path / path).read_text("utf-8") != (DOCS / path).read_text("utf-8")]


def _read(path: str) -> str:
    return (DOCS / path).read_text(encoding="utf-8")


def test_every_command_and_rule_is_in_the_reference() -> None:
    commands, rules = _read("reference/commands.md"), _read("reference/rules.md")
    assert commands.count("## fabplan ") >= 17 and "## fabplan plan" in commands
    assert rules.count("\n| `") > 100


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for name, content, code, lines in BLOCK.findall(page.read_text(encoding="utf-8")):
        if name:
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
            continue
        for line in lines.splitlines():
            words = shlex.split(line)
            assert words[0] == "fabplan", line
            assert run(words[1:]) == int(code or 0), line
            ran += 1
    assert ran >= 2


def test_the_site_builds_without_a_warning(oracle: Callable[[str], Any], tmp_path: Path) -> None:
    oracle("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "tutorials/printer.html", "reference/commands.html", "structures/wire.html"} <= pages
    text = "".join((tmp_path / "site" / page).read_text(encoding="utf-8") for page in sorted(pages))
    outside = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', text)
    assert not outside  # a lab PC without network sees all of it
