"""The order form: every plate with what a shop asks, and digests of the very files."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json

from fabplan.exporters import dxf, gerber, order, plates, plot
from fabplan.methods.base import SetPoint
from tests.exporters.mask_plan import mask_plan


def test_every_plate_is_ordered_in_full() -> None:
    plan = mask_plan()
    files = order.export(plan)
    document = json.loads(files["masks/order.json"])
    assert [p["number"] for p in document["plates"]] == [m.number for m in plan.masks]
    page = files["masks/order.md"].decode()
    for mask, said in zip(plan.masks, document["plates"], strict=True):
        assert said["tone"] == mask.tone and said["tone"] in page and said["reading"] in page
        assert said["critical_dimension_m"] == mask.critical_dimension and said["critical_dimension_m"] > 0
        assert said["operation"].count(" OR ") == len(mask.layers) - 1 and said["operation"] in page
        assert said["bias_m"] == mask.bias


def test_a_screen_is_ordered_with_its_mesh_and_a_plate_without() -> None:
    plan = mask_plan()
    point = SetPoint("Pitch of the mesh (an inch over threads per inch)", 1.1e-4, "m", "110 um", "a maker", "high")
    screen = next(mask for mask in plan.masks if mask.kind == "screen")
    other = SetPoint("Speed", 0.1, "m/s", "0.1 m/s", "a maker", "high")
    given = {number: (point, other) for number in screen.steps}
    steps = tuple(dataclasses.replace(step, set_points=given.get(step.number, ())) for step in plan.steps)
    files = order.export(dataclasses.replace(plan, steps=steps))
    said = {p["number"]: p for p in json.loads(files["masks/order.json"])["plates"]}
    assert [m["shown"] for m in said[screen.number]["made_of"]] == ["110 um"]
    assert "110 um" in files["masks/order.md"].decode() and "shapes black" in said[screen.number]["film"]
    assert all(p["made_of"] == [] for number, p in said.items() if number != screen.number)


def test_digests_are_those_of_the_files() -> None:
    plan = mask_plan()
    said = json.loads(order.export(plan)["masks/order.json"])["files"]
    files = {**plates.export(plan), **dxf.export(plan), **gerber.export(plan), **plot.export(plan)}
    assert said == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    assert len(said) == 3 + 2 * len(plan.masks)


def test_places_to_measure_are_rows_of_a_table() -> None:
    plan = mask_plan()
    rows = list(csv.DictReader(io.StringIO(order.export(plan)["masks/measure.csv"].decode())))
    assert len(rows) == sum(len(mask.sites) for mask in plan.masks) > 0
    for row in rows:
        mask = next(m for m in plan.masks if m.number == int(row["plate"]))
        assert float(row["width_m"]) == mask.critical_dimension and row["measured_m"] == ""


def test_nothing_without_plates() -> None:
    assert order.export(dataclasses.replace(mask_plan(), masks=())) == {}
