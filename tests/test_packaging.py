"""What users install: everything is in the wheel, byte for byte, and it works in an empty environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

from fabplan import __version__
from tests.shared import ROOT
from tests.test_imports import imports

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def build(target: str, folder: Path, source: Path = ROOT) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(command, cwd=source, check=True, capture_output=True, env=environment)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, oracle: Callable[[str], Any]) -> Path:
    oracle("hatchling")
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def content(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def shipped(folder: str) -> dict[str, bytes]:
    paths = [p for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return {p.relative_to(ROOT / folder).as_posix(): p.read_bytes() for p in paths}


@pytest.mark.parametrize("folder", ["process_recipes", "templates"])
def test_shipped_data_is_packed_byte_for_byte(folder: str, wheel: Path) -> None:
    prefix = f"fabplan/{folder}/"
    packed = {n.removeprefix(prefix): d for n, d in content(wheel).items() if n.startswith(prefix)}
    assert packed == shipped(folder)
    assert packed


def test_code_is_packed_and_nothing_else(wheel: Path) -> None:
    names = set(content(wheel))
    code = {f"fabplan/{name}" for name in shipped("fabplan")}
    data = {f"fabplan/{folder}/{name}" for folder in ("process_recipes", "templates") for name in shipped(folder)}
    rest = {name for name in names - code - data if ".dist-info/" not in name}
    assert not code - names
    assert not rest


def test_licence_and_notice_come_along(wheel: Path) -> None:
    names = [name for name in content(wheel) if "/licenses/" in name]
    assert {name.rpartition("/")[2] for name in names} == {"LICENSE", "NOTICE"}
    (name,) = (n for n in content(wheel) if n.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(content(wheel)[name].decode())
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"


def test_type_marker_is_there() -> None:
    assert (ROOT / "fabplan" / "py.typed").is_file()


@pytest.mark.slow
def test_wheel_from_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", tmp_path / "sdist")
    subprocess.run(["tar", "xzf", sdist, "-C", tmp_path], check=True)
    (unpacked,) = (p for p in tmp_path.iterdir() if p.name.startswith("fabplan-"))
    again = build("wheel", tmp_path / "wheel", unpacked)
    assert content(again) == content(wheel)


@pytest.mark.slow
def test_installed_wheel_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    """Unpacked beside nothing of the checkout, with this environment's libraries."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FABPLAN", "PYTHONPATH"))}
    environment["PYTHONPATH"] = str(tmp_path / "site")
    command = [sys.executable, "-m", "fabplan", "show", "materials", "lto", "--json"]
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    where = [sys.executable, "-c", "from fabplan.resources import recipes_folder; print(recipes_folder())"]
    seen = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(seen.stdout.strip()) == (tmp_path / "site" / "fabplan" / "process_recipes").resolve()


def test_every_import_of_the_package_is_a_dependency() -> None:
    declared = {re.split(r"[<>=!~ \[]", text)[0].lower() for text in PROJECT["project"]["dependencies"]}
    optional = {"numba", "ortools"}
    used = {name.partition(".")[0] for path in (ROOT / "fabplan").rglob("*.py") for name in imports(path)}
    called = {"markdown_it": "markdown-it-py"}  # where a package is not called what it is imported as
    foreign = {called.get(name, name) for name in used - set(sys.stdlib_module_names) - {"fabplan"} - optional}
    assert foreign <= declared
    assert declared <= foreign


def test_continuous_integration_calls_the_readmes_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in script and "FABPLAN_REQUIRE_ORACLES=1" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
