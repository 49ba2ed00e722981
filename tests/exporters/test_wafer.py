"""A wafer of dies: KLayout sees every die where the map has it, in a file that stays small."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from fabplan.exporters import wafer
from fabplan.exporters._gdstk import Placed, Sheet, written
from fabplan.geometry.region import Lattice, bounds, joined, rectangle
from fabplan.layout.masks import on_plate
from fabplan.layout.wafer import DISCS, HALF_ANODE
from fabplan.planner.mask_wishes import WaferWishes
from fabplan.planner.plan import Plan
from fabplan.planner.wafers import wafer_findings, wafer_of
from tests.exporters.mask_plan import Oracle, as_klayout, drawn, loaded, mask_plan

WISH = WaferWishes(50.8e-3, 3e-3, 100e-6, 0, 1, 1)


def with_wafer(plan: Plan, wish: WaferWishes = WISH) -> Plan:
    return dataclasses.replace(plan, wafer=wafer_of(plan.layers, plan.masks, wish))


PLAN = with_wafer(mask_plan())


def test_nothing_without_a_wafer() -> None:
    assert wafer.export(mask_plan()) == {}
    assert wafer_of(PLAN.layers, (), WISH) is None


def test_klayout_sees_every_cell_where_the_map_has_it(oracle: Oracle, tmp_path: Path) -> None:
    db, files = oracle("klayout.db"), wafer.export(PLAN)
    assert PLAN.wafer is not None
    layout = loaded(oracle, files["masks/plan-1_wafer.gds"], tmp_path / "w.gds")
    other = loaded(oracle, files["masks/plan-1_wafer.oas"], tmp_path / "w.oas")
    assert len(layout.top_cells()) == 1
    rows = list(csv.DictReader(files["masks/plan-1_wafer_map.csv"].decode().splitlines()))
    cells = [row for row in rows if row["kind"] == "cell"]
    assert len(cells) == PLAN.wafer.count() > 100
    x0, y0, x1, y1 = PLAN.wafer.box
    for mask in PLAN.masks:
        die, whole = as_klayout(oracle, mask.region), drawn(oracle, layout, mask.number, 0).merged()
        assert (whole ^ drawn(oracle, other, mask.number, 0)).is_empty()
        for row in (cells[0], cells[len(cells) // 2], cells[-1]):
            at = [round(float(row[k]) * 1e9 - (low + high) / 2) for k, low, high in (("x_m", x0, x1), ("y_m", y0, y1))]
            window = db.Region(db.Box(x0 + at[0], y0 + at[1], x1 + at[0], y1 + at[1]))
            assert ((whole & window) ^ die.moved(*at)).is_empty(), (mask.name, row["die"])


def test_half_cells_lack_the_other_net(oracle: Oracle, tmp_path: Path) -> None:
    layout = loaded(oracle, wafer.export(PLAN)["masks/plan-1_wafer.gds"], tmp_path / "w.gds")
    db = oracle("klayout.db")
    cell = next(c for c in layout.each_cell() if c.name == "DIE_HALF_ANODE")
    named = {layer.name: layer for layer in PLAN.layers}
    for mask in PLAN.masks:
        found = layout.find_layer(mask.number, 0)
        made = db.Region() if found is None else db.Region(cell.begin_shapes_rec(found))
        own = [named[n].region for n in mask.layers if named[n].net == "anode"]
        wanted = as_klayout(oracle, on_plate(own, mask.bias)) if own else db.Region()
        assert (made ^ wanted).is_empty()
    assert PLAN.wafer is not None and PLAN.wafer.count(HALF_ANODE) == 1


def test_coupons_show_every_plate_alone() -> None:
    assert PLAN.wafer is not None
    boxes = sorted(bounds(region) for _, region in PLAN.wafer.dies["coupon"])
    assert len(boxes) == len(PLAN.masks)
    assert all(a[2] < b[0] for a, b in itertools.pairwise(boxes))


def test_map_is_a_picture_of_as_many_dies() -> None:
    assert PLAN.wafer is not None
    root = ElementTree.fromstring(wafer.export(PLAN)["masks/plan-1_wafer_map.svg"])
    titles = [e for e in root.iter("{http://www.w3.org/2000/svg}title") if ": cell" in (e.text or "")]
    assert len(titles) == PLAN.wafer.count()


def test_the_same_bytes_each_time() -> None:
    assert wafer.export(PLAN) == wafer.export(with_wafer(mask_plan()))


@pytest.mark.parametrize("kind", ["gds", "oas"])
def test_arrays_of_more_than_32767_columns_are_split(oracle: Oracle, tmp_path: Path, kind: Any) -> None:
    dies = Placed("die", (Sheet(1, 0, rectangle(0, 0, 500, 500)),), ((7, 9, Lattice(40_000, 2, 1000, 2000)),))
    layout = loaded(oracle, written("many", [], kind, [dies]), tmp_path / f"m.{kind}")
    instances = list(layout.top_cell().each_inst())
    assert sum(i.na * i.nb for i in instances) == 80_000
    assert max(max(i.na, i.nb) for i in instances) <= 32_767
    assert layout.top_cell().bbox().width() * 1 == 39_999 * 1000 + 500


def test_49_dies_of_100000_fingers_are_small_and_quick(record_property: Callable[[str, object], None]) -> None:
    plan = mask_plan()
    fingers = joined(
        [
            rectangle(0, 0, 490, 950_000, Lattice(10_000, 10, 980, 1_000_000)),
            *(rectangle(-20_000, row * 1_000_000 - 5_000, 9_800_000, row * 1_000_000) for row in range(10)),
        ]
    )
    layer = dataclasses.replace(plan.layers[0], region=fingers)
    mask = dataclasses.replace(plan.masks[0], layers=(layer.name,), region=fingers, bias=0.0)
    bare = dataclasses.replace(plan, layers=(layer,), masks=(mask,))
    wish = WaferWishes(100e-3, 3e-3, 100e-6, coupons=5)
    wafer.export(with_wafer(bare, wish))  # gdstk is loaded
    taken = []
    for _ in range(5):
        begin = time.process_time()
        made = with_wafer(bare, wish)
        files = wafer.export(made)
        taken.append(time.process_time() - begin)
    assert made.wafer is not None
    record_property("seconds", min(taken))
    size = len(files["masks/plan-1_wafer.gds"])
    print(f"\n{made.wafer.count()} dies of 10^5 fingers: {min(taken) * 1e3:.1f} ms, {size} bytes of GDSII")
    assert made.wafer.count() == 49
    assert size <= 50_000 and min(taken) < 0.02


def test_no_place_is_an_error_and_no_plates_a_warning() -> None:
    huge = dataclasses.replace(PLAN.layers[-1], role="outline", region=rectangle(0, 0, 60_000_000, 60_000_000))
    found = wafer_of((*PLAN.layers, huge), PLAN.masks, WISH)
    assert [f.severity for f in wafer_findings(found, WISH)] == ["error"]
    assert [f.severity for f in wafer_findings(None, WISH)] == ["warning"]
    assert not list(wafer_findings(PLAN.wafer, WISH)) and not list(wafer_findings(None, WaferWishes()))
    assert DISCS[0].diameter == 50_800_000
