"""Wafers and pictures of the plates read back: silent on our own, loud where one of them differs."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.exporters import bitmaps, panel, plan_json, plates, wafer
from fabplan.exporters.bitmaps import bmp, png
from fabplan.geometry.region import Lattice, Region, joined, rectangle
from fabplan.layout import panel as panel_layout
from fabplan.layout.bitmap import pixels
from fabplan.planner.mask_wishes import WaferWishes
from fabplan.planner.wafers import wafer_of
from fabplan.readers.bitmap import read_bitmap
from fabplan.verify.pictures import verify_pictures
from fabplan.verify.plates import verify_plates
from fabplan.verify.wafer import verify_wafer
from tests.exporters.mask_plan import mask_plan
from tests.verify.layouts import saved

BASE = mask_plan()
WISHES = WaferWishes(diameter=0.0508, edge_exclusion=1e-2, street=1e-3, test_dies=2, half_cells=1, coupons=1)
PLAN = dataclasses.replace(BASE, bitmap=2e-5, wafer=wafer_of(BASE.layers, BASE.masks, WISHES))
EXPECTED = {mask.number: mask.region for mask in PLAN.masks}
MADE = {**bitmaps.export(PLAN), **wafer.export(PLAN)}
DOCUMENT = json.loads(plan_json.export(PLAN)["plan.json"])


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    for name, data in MADE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "masks"


def said(masks: Path, expected: dict[int, Region] = EXPECTED) -> list[str]:
    return [f.message for f in (*verify_pictures(masks, expected), *verify_wafer(masks, expected, DOCUMENT))]


def test_our_own_hold(masks: Path) -> None:
    assert said(masks) == []


def one(masks: Path, pattern: str) -> Path:
    return sorted(masks.rglob(pattern))[0]


def test_a_pixel_more_is_found_with_its_place(masks: Path) -> None:
    number = min(EXPECTED)
    picture = np.concatenate(list(pixels(EXPECTED[number], 20_000)))
    picture[7, 11] ^= True
    one(masks, f"*-{number:02d}-*.png").write_bytes(png(picture, 20_000))
    (finding,) = verify_pictures(masks, EXPECTED)
    assert finding.measured == 1 and " mm, y " in finding.where
    one(masks, f"*-{number:02d}-*.bmp").write_bytes(bmp(picture[1:], 20_000))
    assert len(said(masks)) == 2 and "pixels, the plate takes" in " ".join(said(masks))


def test_other_plates_and_missing_pictures(masks: Path) -> None:
    moved = {number: joined([region, rectangle(0, 0, 9000, 9000)]) for number, region in EXPECTED.items()}
    assert len([text for text in said(masks, moved) if "pixels" in text or "wafer's die" in text]) >= len(EXPECTED)
    one(masks, "*.bmp").unlink()
    assert said(masks) == ["the pictures are not one PNG and one BMP for each plate"]


def test_dies_that_are_not_where_the_map_says(masks: Path) -> None:
    path = one(masks, "*_map.csv")
    rows = path.read_text().splitlines()
    cell = next(k for k, row in enumerate(rows) if ",cell," in row)
    for changed, words in (
        (rows[:cell] + rows[cell + 1 :], "the map names"),
        ([*rows[:cell], rows[cell].replace(",cell,", ",coupon,"), *rows[cell + 1 :]], "the map names"),
        ([*rows[:cell], _moved(rows[cell]), *rows[cell + 1 :]], "do not lie where"),
    ):
        path.write_text("\n".join(changed) + "\n")
        assert len(found := said(masks)) == 1 and words in found[0]


def _moved(row: str) -> str:
    words = row.split(",")
    words[4] = f"{float(words[4]) + 2e-5:.9g}"
    return ",".join(words)


def test_a_wafer_whose_dies_overlap_or_leave_it(masks: Path) -> None:
    assert PLAN.wafer is not None
    *before, last = (k for k, slot in enumerate(PLAN.wafer.slots) if slot.kind == "cell")
    slots = list(PLAN.wafer.slots)
    slots[last] = dataclasses.replace(slots[last], x=slots[before[-1]].x + 1000, y=slots[before[-1]].y)
    broken = dataclasses.replace(PLAN, wafer=dataclasses.replace(PLAN.wafer, slots=tuple(slots)))
    for name, data in wafer.export(broken).items():
        if name.endswith(".gds"):
            (masks.parent / name).write_bytes(data)
    found = " ".join(said(masks))
    assert "two dies of the wafer overlap" in found and "OASIS and GDSII of the wafer differ" in found
    assert "do not lie where the map of the wafer says" in found
    small = {**DOCUMENT, "wafer": {**DOCUMENT["wafer"], "diameter_m": 0.03}}
    assert any("past the usable radius" in f.message for f in verify_wafer(masks, EXPECTED, small))
    senseless = {**DOCUMENT, "wafer": {"dies": 3}}
    assert any("makes no sense" in f.message for f in verify_wafer(masks, EXPECTED, senseless))
    one(masks, "*_wafer.gds").unlink()
    assert said(masks) == ["plan.json has a wafer, the file of its plates is missing"]


def test_a_panel_that_was_edited(tmp_path: Path) -> None:
    box = (-500_000, -500_000, 3_000_000, 3_000_000)
    sheet = panel_layout.panel((20_000_000, 20_000_000), 1_000_000, 100_000, box)
    sheet = dataclasses.replace(sheet, dies=tuple((mask.number, mask.region) for mask in BASE.masks))
    made = {**panel.export(dataclasses.replace(BASE, panel=sheet)), **plates.export(BASE)}
    for name, data in made.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    masks = tmp_path / "masks"

    def told() -> set[str]:
        return {f.rule for f in verify_plates(masks, drawn, DOCUMENT) if "panel" in f.message or "cells" in f.message}

    drawn = {(layer.layer, layer.datatype): layer.region for layer in BASE.layers}
    assert told() == set()
    near = dataclasses.replace(sheet, cells=dataclasses.replace(sheet.cells, step_x=1000))
    for name, data in panel.export(dataclasses.replace(BASE, panel=near)).items():
        if name.endswith((".gds", ".gbr")):
            (tmp_path / name).write_bytes(data)
    assert told() == {"panel-differs", "plates-differ"}  # cells overlap, OASIS and DXF draw another panel


SMALL = Region(rectangle(0, 0, 9, 40, Lattice(7, 1, 20, 0)).parts)


def test_damaged_pictures_are_read_or_refused(tmp_path: Path) -> None:
    """Every cut is refused; a flipped bit of a PNG too, by its checksums."""
    picture = np.concatenate(list(pixels(SMALL, 1)))
    for name, data in (("a.png", png(picture, 1)), ("a.bmp", bmp(picture, 1))):
        assert (read_bitmap(saved(tmp_path, name, data)).lit == picture).all()
        for end in range(0, len(data), 5):
            with pytest.raises(BadInput):
                read_bitmap(saved(tmp_path, name, data[:end]))
    source = random.Random(3)
    for _ in range(40):
        bent = bytearray(png(picture, 1))
        bent[source.randrange(len(bent))] ^= 1 << source.randrange(8)
        with pytest.raises(BadInput):
            read_bitmap(saved(tmp_path, "a.png", bytes(bent)))
    bomb = png(np.zeros((2, 8), np.bool_), 1000)
    head = bomb.index(b"IHDR")
    with pytest.raises(BadInput):
        read_bitmap(saved(tmp_path, "a.png", bomb[: head + 4] + b"\xff" * 8 + bomb[head + 12 :]))
