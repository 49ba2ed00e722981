"""Plates in GDSII, DXF and Gerber read back: silent on our own, loud where one of them differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.exporters import dxf, gds, gerber, klayout_rules, layer_table, oasis, plan_json, plates
from fabplan.planner import run
from fabplan.verify.masks import verify_masks
from tests.exporters.mask_plan import mask_plan
from tests.exporters.test_klayout_rules import PLAN as RULED
from tests.exporters.test_klayout_rules import with_bridge

EXPORTERS = (gds, oasis, plates, dxf, gerber, layer_table)
PLAN = mask_plan()


def folder(where: Path) -> Path:
    for exporter in EXPORTERS:
        for path, data in exporter.export(PLAN).items():
            (where / path).parent.mkdir(parents=True, exist_ok=True)
            (where / path).write_bytes(data)
    return where


def rules(where: Path) -> set[str]:
    return {f.rule for f in verify_masks(where, json.loads(plan_json.export(PLAN)["plan.json"]))}


def changed(where: Path, pattern: str, change: Callable[[bytes], bytes]) -> None:
    path = sorted((where / "masks").glob(pattern))[0]
    data = change(path.read_bytes())
    assert data != path.read_bytes()
    path.write_bytes(data)


def test_every_format_of_our_own_holds(tmp_path: Path) -> None:
    assert rules(folder(tmp_path)) == set()


def one_digit(data: bytes) -> bytes:
    """The last coordinate of a corner, 1 nm or more away."""
    place = data.rindex(b"D01*")
    digit = data[place - 1 : place]
    return data[: place - 1] + (b"1" if digit != b"1" else b"2") + data[place:]


@pytest.mark.parametrize(
    ("pattern", "change", "rule"),
    [
        ("*_plates_um.dxf", lambda data: data.replace(b" 70\n1\n", b" 70\n0\n", 1), "masks-unreadable"),
        ("*_plates_um.dxf", lambda data: data.replace(b"P2_ANODE", b"P1_COLLE"), "plates-differ"),
        ("*_plates_um.dxf", lambda data: data.replace(b"P2_ANODE", b"ELSE"), "plates-differ"),
        ("*_plates_um.dxf", lambda data: data[: len(data) // 2], "masks-unreadable"),
        ("gerber/*.gbr", one_digit, "masks-unreadable"),
        ("gerber/*.gbr", lambda data: data.replace(b"G36*", b"G36*X0Y0D02*X5D01*Y5D01*X0Y0D01*", 1), "plates-differ"),
        ("gerber/*.gbr", lambda data: data.replace(b"M02*", b""), "masks-unreadable"),
    ],
)  # fmt: skip
def test_what_was_changed(pattern: str, change: Callable[[bytes], bytes], rule: str, tmp_path: Path) -> None:
    changed(folder(tmp_path), pattern, change)
    assert rule in rules(tmp_path)


def test_a_plate_without_its_gerber_file(tmp_path: Path) -> None:
    sorted((folder(tmp_path) / "masks" / "gerber").glob("*.gbr"))[0].unlink()
    assert "plates-missing" in rules(tmp_path)


def test_a_broken_rule_of_the_delivery(tmp_path: Path) -> None:
    broken = with_bridge(RULED)
    for exporter in (gds, oasis, plates, layer_table, klayout_rules):
        for path, data in exporter.export(broken).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
    document = json.loads(plan_json.export(broken)["plan.json"])
    found = {f.rule for f in verify_masks(tmp_path, document)}
    assert {"drc-separation", "drc-width"} <= found
    (tmp_path / "masks" / "rules.json").write_text('{"schema": "fabplan/mask-rules/1", "rules": [{}], "layers": {}}')
    assert "masks-unreadable" in {f.rule for f in verify_masks(tmp_path, document)}


def test_a_spec_that_names_a_shop_is_held_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = ["plan", "planar-interdigital", "--dry-run"]
    mine = tmp_path / "profiles"
    mine.mkdir()
    (mine / "small.toml").write_text('name = "Small"\nsource = "test"\nconfidence = "high"\narea = "2 mm"\n')
    assert main.run([*plan, "--catalog", str(tmp_path), "--set", "masks.profile=small"]) == 1
    assert "mm across, Small takes 2 mm" in capsys.readouterr().err
    assert main.run([*plan, "--set", "masks.profile=genric"]) == 2
    assert "did you mean 'generic'" in capsys.readouterr().err


def test_the_estimate_of_a_layout_is_that_of_its_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own masks as if somebody else had drawn them: the same, but for the collectors, which a map does not know."""
    plan = run.plan("planar-interdigital", {}, (), load())
    bodies = {body.role: body for body in plan.bodies}
    pairs = {layer.role: f"{layer.layer}/{layer.datatype}" for layer in plan.layers}
    tables = [
        f'[layers.{role}]\nlayer = "{pairs[role]}"\nnet = "{role}"\nmaterial = "{bodies[role].material}"\n'
        f'recipe = "screen-{bodies[role].material}"\nthickness = "{bodies[role].thickness * 1e6!r} um"\n'
        for role in ("anode", "cathode")
    ]
    design = plan.cell["cells"][0]["design"]
    lid, liquid = f"{design['H_m'] * 1e6!r} um", bodies["electrolyte"].material
    cell = f'[cell]\nelectrolyte = "{liquid}"\nrates = [0.1]\nlid_height = "{lid}"\n'
    (tmp_path / "map.toml").write_text("".join([*tables, cell]))
    (data,) = gds.export(plan).values()
    (tmp_path / "chip.gds").write_bytes(data)
    assert main.run(["verify", str(tmp_path / "chip.gds"), "--layers", str(tmp_path / "map.toml"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["estimate"]
    own = next(entry for entry in plan.estimate["rates"] if entry["c_rate"] == 0.1)
    assert said["rates"][0]["capacity_Ah"] == pytest.approx(own["capacity_Ah"], rel=2e-3)
    assert said["one_c_current_A"] == pytest.approx(plan.estimate["one_c_current_A"], rel=1e-6)
    assert said["confidence"] == plan.estimate["confidence"] and "collectors" in said["not_counted"]
