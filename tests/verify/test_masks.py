"""Read-back of masks: silent on our own folders, loud on every kind of tampering."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.exporters import gds, layer_table, oasis, plan_json, plates
from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Lattice, Part, Region, count, joined, rectangle, translated
from fabplan.planner.plan import Plan
from fabplan.verify._regions import differ, read_design
from fabplan.verify.masks import verify_masks
from tests.exporters.mask_plan import mask_plan
from tests.layout.cells import BUS, GAP, UM, WIDTH, comb_bodies, film_bodies

WRITERS = {"gds": gds, "oasis": oasis, "layers": layer_table, "plates": plates}


def folder(where: Path, plan: Plan, **changed: Plan) -> tuple[Path, dict[str, Any]]:
    """The plan's folder; the named files are written from another plan."""
    for name, exporter in WRITERS.items():
        for path, data in exporter.export(changed.get(name, plan)).items():
            (where / path).parent.mkdir(parents=True, exist_ok=True)
            (where / path).write_bytes(data)
    return where, json.loads(plan_json.export(plan)["plan.json"])


def rules(where: Path, plan: Plan, **changed: Plan) -> set[str]:
    return {finding.rule for finding in verify_masks(*folder(where, plan, **changed))}


def with_region(plan: Plan, name: str, change: Callable[[Region], Region]) -> Plan:
    layers = [dataclasses.replace(x, region=change(x.region)) if x.name == name else x for x in plan.layers]
    return dataclasses.replace(plan, layers=tuple(layers))


def moved(region: Region) -> Region:
    """Its second finger 10 nm to the right."""
    fingers, *rest = region.parts
    lattice = fingers.lattice
    alone = [
        translated(Region((Part(fingers.polygon),)), k * lattice.step_x + (10 if k == 1 else 0), 0)
        for k in range(lattice.columns)
    ]
    return joined([*alone, Region(tuple(rest))])


PLAN = mask_plan()
FILMS = mask_plan(film_bodies(), "films")
BRIDGE = rectangle(WIDTH, BUS + 300 * UM, WIDTH + GAP, BUS + 301 * UM)
ISLAND = rectangle(-300 * UM, 0, -200 * UM, 100 * UM)


@pytest.mark.parametrize("plan", [PLAN, FILMS, mask_plan(comb_bodies())], ids=["comb", "films", "gel"])
def test_a_folder_of_ours_holds(tmp_path: Path, plan: Plan) -> None:
    assert verify_masks(*folder(tmp_path, plan)) == ()


def test_a_folder_without_masks_holds_if_none_are_planned(tmp_path: Path) -> None:
    assert verify_masks(tmp_path, {"masks": []}) == ()
    assert {f.rule for f in verify_masks(tmp_path, {"masks": [{}]})} == {"masks-missing"}


@pytest.mark.parametrize("layer", ["anode-collector", "cathode-walls"])
def test_a_finger_moved_by_ten_nanometres(tmp_path: Path, layer: str) -> None:
    other = with_region(PLAN, layer, moved)
    assert {"layer-changed", "geometry", "formats-differ"} <= rules(tmp_path, PLAN, gds=other)
    # moved in all files, table included: the gap in plan.json still tells
    assert "geometry" in rules(tmp_path, PLAN, gds=other, oasis=other, layers=other, plates=other)


def test_a_film_moved_by_ten_nanometres(tmp_path: Path) -> None:
    other = with_region(FILMS, "cathode", lambda region: translated(region, 10, 0))
    assert "layer-changed" in rules(tmp_path, FILMS, gds=other, oasis=other)


def test_swapped_layers(tmp_path: Path) -> None:
    anode, cathode, *rest = PLAN.layers
    swapped = (dataclasses.replace(anode, region=cathode.region), dataclasses.replace(cathode, region=anode.region))
    other = dataclasses.replace(PLAN, layers=(*swapped, *rest))
    assert {"layer-changed", "anode-cathode-short"} & rules(tmp_path, PLAN, gds=other, oasis=other)


def test_a_bridge_between_the_nets(tmp_path: Path) -> None:
    other = with_region(PLAN, "anode-collector", lambda region: joined([region, BRIDGE]))
    found = rules(tmp_path, PLAN, gds=other, oasis=other, layers=other, plates=other)
    assert {"anode-cathode-short", "geometry"} <= found


def test_an_island(tmp_path: Path) -> None:
    other = with_region(PLAN, "anode-collector", lambda region: joined([region, ISLAND]))
    found = rules(tmp_path, PLAN, gds=other, oasis=other, layers=other, plates=other)
    assert "net-in-one-piece" in found


def test_a_cut_finger(tmp_path: Path) -> None:
    def cut(region: Region) -> Region:
        finger, *rest = region.parts
        (x0, y0), _, (x1, y1), _ = finger.polygon
        first = Lattice(finger.lattice.columns, 1, finger.lattice.step_x, 0)
        return joined([rectangle(x0, y0 + 5, x1, y1, first), Region(tuple(rest))])

    # a digit alone may be cut: the wall on it still leads to the bus
    other = with_region(PLAN, "anode-collector", cut)
    assert "net-in-one-piece" not in rules(tmp_path, PLAN, gds=other, oasis=other)
    other = with_region(other, "anode-walls", cut)
    assert "net-in-one-piece" in rules(tmp_path, PLAN, gds=other, oasis=other)


def test_a_missing_and_an_extra_layer(tmp_path: Path) -> None:
    fewer = dataclasses.replace(PLAN, layers=PLAN.layers[:2] + PLAN.layers[3:])
    assert {"layer-missing", "layer-changed"} <= rules(tmp_path, PLAN, gds=fewer)
    extra = dataclasses.replace(PLAN.layers[0], datatype=9, name="extra")
    more = dataclasses.replace(PLAN, layers=(*PLAN.layers, extra))
    assert "layer-unlisted" in rules(tmp_path, PLAN, gds=more, oasis=more)


def test_the_oasis_file_differs(tmp_path: Path) -> None:
    other = with_region(PLAN, "outline-footprint", lambda region: translated(region, 1, 0))
    assert rules(tmp_path, PLAN, oasis=other) == {"formats-differ"}


def test_plates_without_their_bias(tmp_path: Path) -> None:
    as_designed = [joined(x.region for x in PLAN.layers if x.name in mask.layers) for mask in PLAN.masks]
    pairs = zip(PLAN.masks, as_designed, strict=True)
    unbiased = tuple(dataclasses.replace(mask, region=region) for mask, region in pairs)
    assert rules(tmp_path, PLAN, plates=dataclasses.replace(PLAN, masks=unbiased)) == {"plates-differ"}
    assert rules(tmp_path, PLAN, plates=dataclasses.replace(PLAN, masks=PLAN.masks[1:])) == {"plates-differ"}


@pytest.mark.parametrize(("pattern", "rule"), [
    ("*_plates.gds", "plates-missing"), ("*.oas", "masks-unreadable"), ("layers.csv", "masks-unreadable"),
    ("plan-1.gds", "masks-unreadable"),
])  # fmt: skip
def test_missing_and_broken_files(tmp_path: Path, pattern: str, rule: str) -> None:
    where, data = folder(tmp_path, PLAN)
    (victim,) = (where / "masks").glob(pattern)
    victim.write_bytes(victim.read_bytes()[:-30])
    assert {f.rule for f in verify_masks(where, data)} & {"masks-unreadable", "layer-table", "layer-changed"}
    victim.unlink()
    assert {f.rule for f in verify_masks(where, data)} == {rule}


@pytest.mark.parametrize("key", ["anode_area_m2", "cathode_volume_m3", "minimum_gap_m", "facing_length_m", "height_m"])
def test_a_wrong_figure_in_the_plan(tmp_path: Path, key: str) -> None:
    where, data = folder(tmp_path, PLAN)
    data["geometry"][key] *= 1.001
    assert [f.where for f in verify_masks(where, data)] == [key]
    data["geometry"][key] = None
    assert [f.where for f in verify_masks(where, data)] == [key]


NONSENSE: tuple[dict[str, Any], ...] = (
    {}, {"layers": None}, {"layers": [3]}, {"layers": [{"layer": "1"}]}, {"geometry": 7}, {"masks": [{"number": "x"}]},
    {"masks": 5},
)  # fmt: skip


@pytest.mark.parametrize("change", NONSENSE)
def test_a_plan_that_makes_no_sense_is_a_finding(tmp_path: Path, change: dict[str, Any]) -> None:
    where, data = folder(tmp_path, PLAN)
    found = verify_masks(where, {**data, **change} if change else {})
    assert all(f.severity == "error" for f in found)
    assert found or change in ({"masks": 5}, {"geometry": 7})


@pytest.mark.parametrize("lattice", [Lattice(5, 1, 70, 0), Lattice(1, 4, 0, 90), Lattice(3, 4, 70, 90), Lattice()])
def test_lattices_are_found_again(tmp_path: Path, lattice: Lattice) -> None:
    region = joined([rectangle(-7, 3, 20, 50, lattice), rectangle(5000, 0, 5001, 9)])
    path = tmp_path / "x.gds"
    path.write_bytes(written("x", [Sheet(1, 0, region)], "gds"))
    found = read_design(path).layers[1, 0]
    assert not differ(found, region) and count(found) == lattice.count + 1
    assert len(found.parts) <= min(lattice.columns, lattice.rows) + 1
    assert differ(found, translated(region, 1, 0)) and differ(found, Region(region.parts[:1]))


def test_how_a_region_is_cut_does_not_matter() -> None:
    halves = joined([rectangle(0, 0, 5, 10), rectangle(5, 0, 10, 10)])
    assert not differ(rectangle(0, 0, 10, 10), halves)
    assert differ(rectangle(0, 0, 10, 10), joined([rectangle(0, 0, 5, 10), rectangle(5, 0, 10, 9)]))


@pytest.mark.slow
def test_hundred_thousand_fingers_are_read_back_in_seconds(tmp_path: Path) -> None:
    plan = mask_plan(comb_bodies(50_000, 300, 190, 900_000, 20_000)[:2])
    where, data = folder(tmp_path, plan)
    start = time.process_time()
    assert verify_masks(where, data) == ()
    assert time.process_time() - start < 15  # about 3 s alone on one core
