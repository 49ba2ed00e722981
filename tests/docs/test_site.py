"""The site: reference pages are what the program says, the site builds without a warning, every command runs."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (DOCS / "index.md", DOCS / "extend.md", *sorted((DOCS / "tutorials").glob("*.md")))
#: a file that the page gives, or a block of commands with the exit code it announces
BLOCK = re.compile(r"^`([\w./-]+)`:\n\n```\w*\n(.*?)^```$|^```sh(?: exit=(\d))?\n(.*?)^```$", re.M | re.S)
PLACES = re.compile(r"^fabplan [a-z-]+", re.M)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_is_what_the_program_says() -> None:
    """After a change of a command, rule or record type: ``python docs/reference.py``."""
    old = [path for path, text in script().pages(load()) if not (DOCS / path).is_file() or _read(path) != text]
    assert not old


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
