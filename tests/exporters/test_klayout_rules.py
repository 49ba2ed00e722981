"""The deck for KLayout's DRC engine: it runs there, says nothing of a sound plan, and finds what was broken."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fabplan.architectures.base import RoleLimits
from fabplan.exporters import gds, klayout_rules
from fabplan.exporters.klayout_rules import deck
from fabplan.geometry.region import Part, Region, joined, rectangle
from fabplan.layout.drc import Rule, RuleSet, check
from fabplan.planner.drc_rules import rule_set
from fabplan.planner.plan import Plan
from fabplan.verify.rule_file import checked, read_rules
from tests.exporters.mask_plan import Oracle, mask_plan
from tests.layout.cells import BUS, GAP, UM, WIDTH

LIMITS = {role: RoleLimits(line=40e-6, gap=GAP * 1e-9) for role in ("collector", "anode", "cathode")}
BRIDGE = rectangle(WIDTH, BUS + 300 * UM, WIDTH + GAP, BUS + 301 * UM)


def with_rules(plan: Plan) -> Plan:
    plated = [name for mask in plan.masks for name in mask.layers]
    return dataclasses.replace(plan, rules=rule_set(plan.bodies, plan.layers, LIMITS, plated))


PLAN = with_rules(mask_plan())


def with_bridge(plan: Plan) -> Plan:
    layers = [
        dataclasses.replace(layer, region=joined([layer.region, BRIDGE])) if layer.name == "anode-walls" else layer
        for layer in plan.layers
    ]
    return dataclasses.replace(plan, layers=tuple(layers))


def run(program: str, folder: Path, name: str) -> dict[str, int]:
    """Violations by category, after KLayout ran the deck as a process of its own."""
    command = [program, "-b", "-r", f"{name}.drc", "-rd", f"input={name}.gds", "-rd", "report=out.lyrdb"]
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, int] = {}
    for category in re.findall(r"<category>'?([^<']+)'?</category>", (folder / "out.lyrdb").read_text()):
        found[category] = found.get(category, 0) + 1
    return found


def delivery(folder: Path, plan: Plan) -> str:
    for path, data in {**gds.export(plan), **klayout_rules.export(plan)}.items():
        (folder / Path(path).name).write_bytes(data)
    return plan.name.lower() if (folder / f"{plan.name.lower()}.gds").exists() else plan.name


def test_the_deck_runs_in_klayout(tmp_path: Path, oracle: Oracle) -> None:
    program = oracle("klayout")
    name = delivery(tmp_path, PLAN)
    assert run(program, tmp_path, name) == {}
    delivery(tmp_path, with_bridge(PLAN))
    found = run(program, tmp_path, name)
    assert {"separation anode-walls cathode-walls", "width anode-walls"} <= found.keys()


ALL = (
    Rule("width", "a", 40e-9), Rule("space", "a", 40e-9), Rule("notch", "a", 40e-9),
    Rule("separation", "a", 40e-9, "b"), Rule("opening", "b", 40e-9, "a", severity="warning"),
    Rule("enclosure", "a", 40e-9, "b"), Rule("overlap", "a", 40e-9, "b"), Rule("apart", "a", 0.0, "b"),
    Rule("inside", "a", 0.0, "b"), Rule("area", "a", 1e-15), Rule("hole-area", "a", 1e-15), Rule("grid", "a", 5e-8),
    Rule("angle", "a", 60.0), Rule("density", "a", 0.9, window=1e-6),
)  # fmt: skip
SHAPES = joined([
    rectangle(0, 0, 30, 500), rectangle(60, 0, 500, 30), rectangle(60, 60, 500, 90), rectangle(60, 30, 70, 60),
    rectangle(490, 30, 500, 60), rectangle(1000, 1000, 1025, 1025),
])  # fmt: skip


def test_every_kind_of_rule_runs_and_finds_the_same(tmp_path: Path, oracle: Oracle) -> None:
    """All of them are broken by this layout, here and there."""
    program = oracle("klayout")
    db = oracle("klayout.db")
    layout = db.Layout()
    layout.dbu = 0.001
    top = layout.create_cell("TOP")
    others = rectangle(20, 300, 60, 600)
    for number, region in ((1, SHAPES), (2, others)):
        for part in region.parts:
            top.shapes(layout.layer(number, 0)).insert(db.Polygon([db.Point(*point) for point in part.polygon]))
    sharp = ((2000, 0), (3000, 0), (3000, 500))
    top.shapes(layout.layer(1, 0)).insert(db.Polygon([db.Point(*point) for point in sharp]))
    layout.write(str(tmp_path / "all.gds"))
    rules = RuleSet({"a": ((1, 0),), "b": ((2, 0),)}, ALL)
    (tmp_path / "all.drc").write_text(deck(rules, "all"))
    theirs = run(program, tmp_path, "all")
    ours = check(ALL, {"a": joined([SHAPES, _ring(sharp)]), "b": others})
    for result in ours:
        assert (result.total > 0) == (theirs.get(result.rule.name, 0) > 0), result.rule.name
    assert all(result.total for result in ours if result.rule.kind not in ("separation", "hole-area"))


def _ring(points: Any) -> Region:
    return Region((Part(tuple(points)),))


def test_rules_come_back_as_they_were_written(tmp_path: Path) -> None:
    data = klayout_rules.export(PLAN)["masks/rules.json"]
    (tmp_path / "rules.json").write_bytes(data)
    assert read_rules(tmp_path / "rules.json") == PLAN.rules
    drawn = {(layer.layer, layer.datatype): layer.region for layer in PLAN.layers}
    assert not any(result.total for result in checked(tmp_path, drawn))
    broken = {(layer.layer, layer.datatype): layer.region for layer in with_bridge(PLAN).layers}
    assert {r.rule.kind for r in checked(tmp_path, broken) if r.total} >= {"separation", "width"}
    assert json.loads(data)["schema"] == klayout_rules.SCHEMA


def test_nothing_without_masks_or_rules() -> None:
    assert klayout_rules.export(dataclasses.replace(PLAN, masks=())) == {}
    assert klayout_rules.export(mask_plan()) == {}


@pytest.mark.parametrize("name", ["Ä; system('x')", 'a"b#{1}', "1/0"])
def test_no_name_becomes_code(name: str) -> None:
    text = deck(RuleSet({name: ((1, 0),)}, (Rule("width", name, 1e-6),)), "x")
    assert text.isascii() and "system('x')" not in text and "#{" not in text
