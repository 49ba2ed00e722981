"""Potential tables are those of the reference, digit by digit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fabplan.catalog.loader import Catalog
from fabplan.catalog.ocp import read_curve
from fabplan.errors import Problem


def test_all_tables_of_the_reference_are_shipped_unchanged(materials: Catalog, shared: Path) -> None:
    index = json.loads((shared / "reference" / "ocp_index.json").read_text())
    assert set(index) == set(materials.ocp)
    for name, entry in index.items():
        with (shared / "reference" / entry["file"]).open() as file:
            points = [(float(row["x"]), float(row["V"])) for row in csv.DictReader(file)]
        table = materials.ocp[name]
        assert list(zip(table.stoichiometry, table.voltage, strict=True)) == points
        assert (table.source, table.confidence) == (entry["source"], entry["confidence"])
        assert table.licence and table.provenance
        assert (table.x_min, table.x_max) == pytest.approx((entry["x_min"], entry["x_max"]), abs=5e-4)
        mean = np.trapezoid(table.voltage, table.stoichiometry) / (table.x_max - table.x_min)
        assert mean == pytest.approx(entry["V_mean_over_range"], abs=0.02)


def test_drawings_and_proxies_are_low(materials: Catalog) -> None:
    for name, table in materials.ocp.items():
        if "SCHEMATIC" in name or "PROXY" in name:
            assert table.confidence == "low", name


def test_a_table_with_a_byte_order_mark_and_windows_lines_is_read() -> None:
    problems: list[Problem] = []
    curve = read_curve("\ufeffstoichiometry,voltage_V\r\n0,3.5\r\n1,3.4\r\n".encode(), "a.csv", problems)
    assert curve is not None and not problems
    assert curve[0].tolist() == [0.0, 1.0] and curve[1].tolist() == [3.5, 3.4]
