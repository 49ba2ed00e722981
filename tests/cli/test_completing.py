"""What a tab offers: names of records, structures and specs, fast and without reading the catalog."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fabplan import plugins
from fabplan.catalog.loader import load
from fabplan.cli.completing import ids


def offered(line: str, **more: str) -> set[str]:
    words = line.split(" ")
    asked = {"_FABPLAN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    environment = {**os.environ, **asked, **more}
    code = (
        "import sys; sys.argv = ['fabplan']\nfrom fabplan.cli.main import main\n"
        "import atexit; atexit.register(lambda: print('numpy' in sys.modules, file=sys.stderr))\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "True" not in done.stderr  # nothing heavy for a tab
    return {entry.partition(",")[2] for entry in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fabplan plan --cathode lf", {"lfp"}),
        ("fabplan plan --architecture co", {"coaxial", "conformal-3d"}),
        ("fabplan show machines diw-g", {"diw-gantry"}),
        ("fabplan show mach", {"machines"}),
        ("fabplan list dial", {"dialects"}),
        ("fabplan draw interdigital-3d-fil", {"interdigital-3d-filament", "interdigital-3d-filament-10mm"}),
    ],
)
def test_names_are_offered(line: str, expected: set[str]) -> None:
    assert expected <= offered(line)


def test_own_records_are_offered_too(tmp_path: Path) -> None:
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "lfzz.toml").write_text("")
    assert "lfzz" in offered("fabplan plan --anode lfz", FABPLAN_CATALOG=str(tmp_path))


def test_ids_are_those_of_the_catalog() -> None:
    catalog = load()
    for kind in ("materials", "recipes", "machines", "facilities", "dialects", "devices", "inks"):
        assert ids(kind) == sorted(catalog.records(kind))
    for kind in ("architectures", "methods"):
        assert ids(kind) == sorted(plugins.names(kind))
    assert ids("../secrets") == [] and ids("nothing") == []
