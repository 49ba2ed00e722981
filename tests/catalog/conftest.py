"""Folders of small catalogs to break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.catalog.loader import Catalog
from tests.catalog.shipped import shipped_catalog, shipped_materials

Writer = Callable[..., Path]

MATERIAL = """
name = "Test cathode"
kinds = ["cathode"]
aliases = ["TC", "Test_Cathode 1"]
source = "a test"
confidence = "high"
density = "3.6 g/cm3"

[electrode]
ocp = "line"
maximum_concentration = "22820 mol/m3"
stoichiometry_charged = "0.1"
stoichiometry_discharged = "0.9"
theoretical_capacity = "169.9 mAh/g"
"""
INDEX = """
[line]
source = "a test"
confidence = "high"
"""
LINE = "stoichiometry,voltage_V\n0.0,3.6\n0.5,3.4\n1.0,3.2\n"


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """``write(folder, **{"materials/a.toml": text})`` writes files under ``tmp_path/folder``."""

    def writer(folder: str, files: dict[str, str | bytes]) -> Path:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return writer


@pytest.fixture
def small(write: Writer) -> Path:
    """A sound catalog of one material and one potential table."""
    return write("base", {"materials/tc.toml": MATERIAL, "ocp/index.toml": INDEX, "ocp/line.csv": LINE})


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped catalog."""
    return shipped_catalog()


@pytest.fixture(scope="session")
def materials() -> Catalog:
    """Shipped materials and potential tables."""
    return shipped_materials()
