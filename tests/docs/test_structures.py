"""The pages of the structures are what fabplan says today, and their pictures exist."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from fabplan import plugins
from fabplan.catalog.loader import load

DOCS = Path(__file__).resolve().parents[2] / "docs"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("structures", DOCS / "structures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_structure_has_a_page_and_pictures() -> None:
    index = (DOCS / "structures" / "README.md").read_text()
    for name in plugins.names("architectures"):
        page = (DOCS / "structures" / f"{name}.md").read_text()
        assert f"({name}.md)" in index and f"fabplan plan {name}" in page
        for what in ("layout", "section"):
            assert (DOCS / "pictures" / "structures" / f"{name}-{what}.svg").stat().st_size > 1_000
            assert f"{name}-{what}.svg" in page


@pytest.mark.slow
def test_pages_are_what_the_script_writes() -> None:
    """After a change of a structure: ``python docs/structures.py``."""
    old = [path for path, text in script().pages(load()) if (DOCS / path).read_text() != text]
    assert not old
