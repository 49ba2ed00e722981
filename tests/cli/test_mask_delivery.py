"""A mask delivery from the command line: bias, monitors and a wafer of one shipped spec, read back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import main
from tests.conftest import find_oracle

SPEC = "planar-interdigital-lithographic"
COLLECTOR = "sputter-ti-pt-liftoff"


def overlay(folder: Path, bias: str) -> Path:
    """A catalog of the user whose collector comes out wider than its plate."""
    recipes = folder / "catalog" / "recipes"
    recipes.mkdir(parents=True)
    text = f'extends = "{COLLECTOR}"\nbias = {{ value = "{bias}", source = "own line widths", confidence = "high" }}\n'
    (recipes / f"{COLLECTOR}.toml").write_text(text)
    return folder / "catalog"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("delivery")
    wish = [f"wafer.{kind}=1" for kind in ("test_dies", "half_cells", "coupons")]
    wish += ["masks.tests=true", "masks.revision=C1", "masks.bitmap=5 um", "masks.flat=true"]
    wish += ["masks.fill=0.4", "masks.fill_size=100 um"]
    wish += ["panel.size=40 mm x 45 mm", "wafer.silicon=p100", "route.insulator=dam-su8"]
    options = [part for item in wish for part in ("--set", item)]
    catalog = str(overlay(root, "0.5 um"))
    out = root / "out"
    assert main.run(["plan", SPEC, "--catalog", catalog, "--wafer", "4 inch", "-o", str(out), *options]) == 0
    return out


@pytest.fixture(scope="module")
def plan(folder: Path) -> Any:
    return json.loads((folder / "plan.json").read_text())


def test_verify_holds_the_plates_against_the_plan(folder: Path) -> None:
    assert main.run(["verify", str(folder)]) == 0


def test_plan_says_what_is_designed_and_what_is_drawn(plan: Any) -> None:
    mask = plan["masks"][0]
    assert mask["bias_m"] == -0.5e-6 and "own line widths" in mask["bias_source"] and mask["bias_confidence"] == "high"
    assert mask["designed_dimension_m"] - mask["critical_dimension_m"] == pytest.approx(1e-6)
    assert plan["masks"][1]["bias_m"] == 0 and plan["masks"][1]["bias_confidence"] is None
    assert "not drawn" in plan["masks"][1]["bias_source"]


def test_klayout_finds_the_plate_half_a_micrometre_inside_of_the_design(folder: Path, plan: Any) -> None:
    db = find_oracle("klayout.db")
    regions = {}
    for name in (SPEC, f"{SPEC}_plates"):
        layout = db.Layout()
        layout.read(str(folder / "masks" / f"{name}.gds"))
        pairs = [i for i in layout.layer_indexes() if layout.get_info(i).layer == 1]
        regions[name] = db.Region()
        for index in pairs:
            if layout.get_info(index).datatype != 30:
                regions[name] += db.Region(layout.top_cell().begin_shapes_rec(index))
    assert (regions[SPEC].merged().sized(-500, 2) ^ regions[f"{SPEC}_plates"]).is_empty()


def test_order_names_bias_monitors_and_wafer(folder: Path, plan: Any) -> None:
    page = (folder / "masks" / "order.md").read_text()
    assert "a side from plate to part, compensated" in page and f"{SPEC}_wafer.gds" in page
    rows = list(csv.DictReader((folder / "masks" / f"{SPEC}_tests.csv").read_text().splitlines()))
    drawn = {row["kind"] for row in rows}
    assert {"vernier-x", "sheet-resistance", "leakage-comb", "label", "contact-chain", "dose-fields"} <= drawn
    assert any("REV C1" in row["measure"] for row in rows)
    assert {layer["name"] for layer in plan["layers"]} >= {"tests-1", "tests-2", "labels-3"}
    dies = plan["wafer"]["dies"]
    cells = csv.DictReader((folder / "masks" / f"{SPEC}_wafer_map.csv").read_text().splitlines())
    assert sum(row["kind"] == "cell" for row in cells) == dies["cell"] and dies["test"] == dies["half-anode"] == 1


def test_a_bias_that_the_lines_cannot_bear_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main.run(["plan", SPEC, "--catalog", str(overlay(tmp_path, "8 um")), "-o", str(out)]) != 0
    said = capsys.readouterr()
    assert "8 um" in said.out + said.err and "vanish" in said.out + said.err
    assert not out.exists()


def test_every_format_of_the_plates_draws_the_same(folder: Path, plan: Any) -> None:
    """XOR by KLayout; DXF layers by the number of their plate."""
    db, masks = find_oracle("klayout.db"), folder / "masks"
    names = ["_plates.gds", "_plates_um.dxf"]
    paths = [masks / f"{SPEC}{name}" for name in names] + sorted((masks / "flat").iterdir())
    assert len(paths) == 5
    found = []
    for path in paths:
        layout, regions = db.Layout(), {}
        layout.read(str(path))
        for index in layout.layer_indexes():
            info = layout.get_info(index)
            number = int(info.name[1:].split("_")[0]) if info.name.startswith("P") else info.layer
            merged = db.Region(layout.top_cell().begin_shapes_rec(index)).merged()
            if not merged.is_empty():
                regions[number] = merged.dup()
        found.append(regions)
        if path.parent.name == "flat":
            assert layout.cells() == 1
    for other in found[1:]:
        assert other.keys() == found[0].keys() == {mask["number"] for mask in plan["masks"]}
        assert all((region ^ found[0][number]).is_empty() for number, region in other.items())


def test_dam_fill_ports_and_panel_are_there(folder: Path, plan: Any) -> None:
    layers = {layer["name"]: layer for layer in plan["layers"]}
    assert {"dam", "fill-2", "fill-3", "outline-ports"} <= set(layers)
    assert "fill-1" not in layers  # lifted off, not etched
    dam = next(mask for mask in plan["masks"] if "dam" in mask["layers"])
    assert dam["kind"] == "photomask" and "clear on the plate" in dam["tone"]  # a negative resist that stays
    order = json.loads((folder / "masks" / "order.json").read_text())
    assert order["panel"]["columns"] * order["panel"]["rows"] >= 2 and order["revision_on_plates"] == "C1"
    assert order["plates"][0]["smallest_dimension_m"] < order["plates"][0]["critical_dimension_m"]
    told = [file for file in order["files"] if "panel/" in file or "flat/" in file or file.endswith(".pdf")]
    assert told and all((folder / file).is_file() for file in told)
    assert (folder / "cut" / f"{SPEC}_lid_um.dxf").is_file()
