"""``fabplan compare`` from the outside."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from fabplan.cli import main

WISH = ["compare", "--capacity", "20 uAh", "--footprint", "3 mm x 3 mm"]


def test_table_and_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(WISH) == 0
    out, err = capsys.readouterr()
    head, first, *rest = out.splitlines()
    assert head.split()[:3] == ["spec", "capacity", "energy"]
    assert first.startswith("interdigital-3d-filament") and "mAh" not in first
    assert any(line.startswith("laminated-thin-film cannot: capacity reachable here") for line in rest)
    assert "drawn and judged" not in err  # nobody looks: no progress


def test_folder_holds_page_table_and_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "compared"
    assert main.run([*WISH, "-o", str(folder), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((folder / "compare.json").read_text())
    assert printed == written and written["schema"] == "fabplan/comparison/1"
    rows = list(csv.DictReader(io.StringIO((folder / "compare.csv").read_text())))
    assert [r["start"] for r in rows] == [s["start"] for s in written["structures"]]
    good = next(s for s in written["structures"] if s["meets_target"])
    assert float(rows[0]["capacity_Ah"]) == good["figures"]["capacity_Ah"]
    page = (folder / "compare.html").read_text()
    for entry in written["structures"]:
        assert entry["start"] in page
    assert "http://" not in page.replace("http://www.w3.org/", "") and "https://" not in page
    assert main.run([*WISH, "-o", str(folder)]) != 0  # an existing folder is not replaced unasked
    before = (folder / "compare.json").read_bytes()
    assert main.run([*WISH, "-o", str(folder), "--force"]) == 0
    assert (folder / "compare.json").read_bytes() == before


@pytest.mark.slow
def test_what_is_worse_than_a_flat_cell_at_the_asked_rate_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--set", "target.capacity=1 uAh", "--set", "target.rate=20C"]
    assert main.run(["compare", "laminated-thin-film", *asked, "--json"]) == 0
    found = {entry["start"]: entry for entry in json.loads(capsys.readouterr().out)["structures"]}
    flat = max(found[name]["most_capacity_Ah"] or 0.0 for name in found if name.startswith(("laminated", "planar")))
    for name, entry in found.items():
        worse = [remark for remark in entry["remarks"] if "its height brings nothing here" in remark]
        tall = not name.startswith(("laminated", "planar"))
        assert bool(worse) == (tall and entry["most_capacity_Ah"] is not None and entry["most_capacity_Ah"] < flat)
    said = " ".join(found["wire"]["remarks"])
    assert "at 20C it delivers at most" in said and "a flat cell" in said
    assert "brings nothing" not in " ".join(found["coaxial"]["remarks"])


def test_nobody_can(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["compare", "--capacity", "20 mAh", "--footprint", "1 mm x 1 mm"]) == 1
    assert capsys.readouterr().out.count(" cannot: ") >= 8
