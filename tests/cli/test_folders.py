"""Whole runs from the outside: the same bytes everywhere, and ``verify`` on what was written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.planner.spec_source import shipped_names
from tests.planner.plans import WITHOUT_POTENTIAL
from tests.shared import ROOT

SPEC = "interdigital-3d-filament"


def planned_elsewhere(spec: str, cwd: Path, **environment: str) -> bytes:
    """Manifest of a plan made in a process of its own."""
    cwd.mkdir(parents=True)
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "fabplan", "plan", spec, "-o", "made"]
    result = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return (cwd / "made" / "manifest.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("spec", [name for name in shipped_names() if name not in WITHOUT_POTENTIAL])
def test_same_spec_same_bytes(spec: str, tmp_path: Path) -> None:
    """This process, after whatever it did before, and another one: folder, hash seed, zone, language, threads, date."""
    assert main.run(["plan", spec, "-o", str(tmp_path / "here")]) == 0
    one = (tmp_path / "here" / "manifest.json").read_bytes()
    elsewhere = {"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "LANG": "tr_TR.UTF-8", "LC_ALL": "de_DE.UTF-8"}
    later = {"OMP_NUM_THREADS": "2", "SOURCE_DATE_EPOCH": "2000000000"}
    other = planned_elsewhere(spec, tmp_path / "deeper" / "b c", **elsewhere, **later)
    assert json.loads(one) == json.loads(other)
    assert one == other


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "made"
    assert main.run(["plan", SPEC, "-o", str(folder)]) == 0
    return folder


def test_verify_says_as_planned(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["verify", str(made)]) == 0
    assert "as planned" in capsys.readouterr().out
    assert main.run(["verify", str(made), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["errors"] == 0


VICTIMS = ["plan.json", "report.html", "masks/*.gds", "toolpaths/*", "recipes/*.md", "mesh/*.glb"]


@pytest.mark.parametrize("name", VICTIMS)
def test_verify_finds_a_changed_file_of_every_kind(
    name: str, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(made, tmp_path / "copy")
    victim = sorted((tmp_path / "copy").glob(name))[0]
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    assert main.run(["verify", str(tmp_path / "copy"), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    faults = [f for f in document["findings"] if f["severity"] == "error"]
    assert ("digest", victim.relative_to(tmp_path / "copy").as_posix()) in [(f["rule"], f["where"]) for f in faults]
    assert document["errors"] == len(faults)


def test_the_report_names_no_path_of_this_machine(made: Path) -> None:
    here = [str(ROOT).encode(), str(made.parent).encode(), str(Path.home()).encode()]
    for path in made.rglob("*"):
        if path.is_file():
            assert not [text for text in here if len(text) > 5 and text in path.read_bytes()], path.name


@pytest.mark.slow
def test_no_space_ends_with_a_message_and_no_folder(tmp_path: Path) -> None:
    """The real command under a limit of the system on the size of files."""
    script = (
        "import resource, sys\nfrom fabplan.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        f"sys.exit(main.run(['plan', {SPEC!r}, '-o', 'made']))\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert result.returncode == 2
    assert "nothing was written" in result.stderr and "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
