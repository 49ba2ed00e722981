"""What all tests share: oracles, reference data, golden files."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.shared import SHARED

PROGRAMS = ("rs274", "chromium", "git", "klayout")

# The same examples on every run, so that a failure belongs to the change that it is shown for.
# `pytest --hypothesis-profile search` looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False, print_blob=True)
settings.load_profile("same")


def _missing(reason: str) -> None:
    """Skip, or fail where all oracles must be there (continuous integration)."""
    if os.environ.get("FABPLAN_REQUIRE_ORACLES"):
        pytest.fail(f"{reason}, and FABPLAN_REQUIRE_ORACLES is set")
    pytest.skip(reason)


def find_oracle(name: str) -> Any:
    """Module of that dotted name, or path of that program; skips (or fails) when it is not installed."""
    if name in PROGRAMS:
        path = shutil.which(name)
        if path is None:
            _missing(f"the program {name} is not installed")
        return path
    try:
        return importlib.import_module(name)
    except ImportError as fault:
        return _missing(f"{name} is not installed ({fault})")


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], Any]:
    """``oracle("klayout.db")`` is the module, ``oracle("rs274")`` the program's path."""
    return find_oracle


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the reference data."""
    if not (SHARED / "reference").is_dir():
        pytest.skip("the reference data is not here (set FABPLAN_SHARED)")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """``golden("name.json", data)`` compares with ``tests/golden/name.json``, or writes it with --update-golden."""
    folder = Path(__file__).parent / "golden"

    def compare(name: str, data: bytes) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.is_file(), f"no golden file {name}: run pytest with --update-golden and look at what it wrote"
        assert path.read_bytes() == data, f"{name} differs from its golden file (--update-golden after a look)"

    return compare
