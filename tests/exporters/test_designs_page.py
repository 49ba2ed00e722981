"""The page of a grid of designs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fabplan.cli.main import run
from fabplan.exporters._designs_page import Designs, Envelope, label, page
from tests.cli.test_estimate_sure import cells

FOUND = Designs(
    "<b>a", 6, 2, 1.0, "m2", {"pos.L_m": (1e-5, 4e-5, 3), "contact_ohm_m2": (0.1, 0.2, 2)},
    [((4e-5, 0.1), 30.0, 3.5), ((2.5e-5, 0.1), 20.0, 3.6)],
    (Envelope("pos.L_m", (1e-5, 2.5e-5, 4e-5), (30.0, 72.0, 105.0)),),
)  # fmt: skip


def test_values_have_their_units() -> None:
    text = page(FOUND).decode()
    assert label("pos.L_m") == "pos.L / µm" and label("contact_ohm_m2") == "contact_ohm_m2"
    rows = re.findall(r"<tr><td class=\"n\">\d</td>(.*?)</tr>", text)
    assert re.findall(r">([^<>]+)</td>", rows[0]) == ["40", "0.1", "3000", "3.5", "1.05e+04"]
    assert "charge / µAh/cm²" in text and "<b>a" not in text and "&lt;b&gt;a" in text
    data = json.loads(re.search(r'id="chart-data">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    assert data["pos.L / µm"]["curves"][0]["x"] == [10.0, 25.0, 40.0]
    assert data["pos.L / µm"]["curves"][0]["y"] == [3000.0, 7200.0, 10500.0]


def test_a_grid_becomes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "designs.html"
    options = ["--vary", "pos.L_m=10e-6..40e-6:7", "--vary", "sep.L_m=10e-6..20e-6:3", "--rates", "0.5,2"]
    assert run(["estimate", cells(tmp_path), *options, "-o", str(target)]) == 0
    text = target.read_text("utf-8")
    data = json.loads(re.search(r'id="chart-data">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    best, thickness = data["pos.L / µm"]["curves"][0], data["sep.L / µm"]["curves"][0]
    assert best["x"] == [10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0] and len(thickness["x"]) == 3
    assert run(["estimate", cells(tmp_path), *options, "--json"]) == 0
    out = capsys.readouterr().out
    top = json.loads(out[out.index("{\n") :])["best_by_energy"][0]
    assert max(best["y"]) == pytest.approx(top["capacity_Ah"] * top["mean_voltage_V"] * 100, rel=1e-4)
    assert max(best["y"]) == pytest.approx(max(thickness["y"]), rel=1e-9)
    assert run(["estimate", cells(tmp_path), *options, "-o", str(target)]) == 2  # not over an existing page
