"""The layers of the house: imports go down only, each heavy library has one door, nothing heavy at start."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fabplan import plugins
from tests.shared import ROOT

HEAVY = {"numpy", "scipy", "shapely", "gdstk", "trimesh", "jinja2", "klayout", "numba"}
SOURCES = sorted((ROOT / "fabplan").rglob("*.py"))


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_contracts_hold(oracle: Callable[[str], Any]) -> None:
    oracle("importlinter.cli")
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


#: contract -> a file and a line that break it
BREAKS = {
    "imports go down only": ("units.py", "from fabplan import plugins as up"),
    "no cycles, at any depth": ("files/value.py", "from fabplan.files import writer as round_about"),
    "click only in the command line": ("planner/plan.py", "import click"),
    "gdstk only in the mask exporters and readers": ("layout/types.py", "import gdstk"),
    "trimesh only in the mesh exporter": ("exporters/all.py", "import trimesh"),
    "jinja2 only in rendering": ("exporters/all.py", "import jinja2"),
    "shapely only in geometry and layout": ("exporters/all.py", "import shapely"),
}


@pytest.mark.slow
@pytest.mark.parametrize("contract", BREAKS)
def test_every_contract_can_fail(contract: str, tmp_path: Path, oracle: Callable[[str], Any]) -> None:
    oracle("importlinter.cli")
    shutil.copytree(ROOT / "fabplan", tmp_path / "fabplan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    name, line = BREAKS[contract]
    with open(tmp_path / "fabplan" / name, "a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout.replace("\n", " ")


def test_a_new_top_level_module_must_be_placed(tmp_path: Path, oracle: Callable[[str], Any]) -> None:
    oracle("importlinter.cli")
    shutil.copytree(ROOT / "fabplan", tmp_path / "fabplan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "fabplan" / "helpers.py").write_text("")
    assert "fabplan.helpers" in lint(tmp_path).stdout


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield str(node.module)


@pytest.mark.parametrize("kind", ["architectures", "methods"])
def test_nobody_names_a_member_of_an_open_set(kind: plugins.Kind) -> None:
    """Structures and processes are found by listing; a name in the code would make one of them special."""
    members = {p.module for p in plugins.found(kind) if p.origin == plugins.CORE}
    named = [(path.name, name) for path in SOURCES for name in imports(path) if name in members]
    assert not named


def test_nothing_heavy_at_start() -> None:
    script = (
        "import sys, fabplan.cli.main, fabplan.cli.plan, fabplan.cli.estimate, fabplan.cli.verify, fabplan.cli.listing,"
        " fabplan.cli.show, fabplan.cli.check\n"
        f"heavy = {HEAVY!r} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
