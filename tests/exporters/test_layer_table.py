"""The layer table as CSV and as KLayout's layer properties."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fabplan.exporters import layer_table
from fabplan.exporters._palette import css
from fabplan.geometry.region import area
from tests.exporters.mask_plan import Oracle, mask_plan

PLAN = mask_plan()


def test_nothing_without_masks() -> None:
    assert layer_table.export(dataclasses.replace(PLAN, masks=())) == {}


def test_rows_say_what_each_layer_is() -> None:
    rows = list(csv.DictReader(layer_table.export(PLAN)["masks/layers.csv"].decode().splitlines()))
    assert [row["name"] for row in rows] == [layer.name for layer in PLAN.layers]
    assert all(None not in row and None not in row.values() for row in rows)
    for row, layer in zip(rows, PLAN.layers, strict=True):
        assert (int(row["layer"]), int(row["datatype"])) == (layer.layer, layer.datatype)
        assert float(row["area_m2"]) == pytest.approx(area(layer.region), rel=1e-12)
    assert [row["plate"] for row in rows[:4]] == ["collector", "collector", "anode", "cathode"]
    assert rows[2]["bias_m"] == "-2e-06" and rows[2]["tone"] and rows[-1]["plate"] == ""


def test_klayout_shows_the_layers_in_their_colours(oracle: Oracle, tmp_path: Path) -> None:
    path = tmp_path / "layers.lyp"
    path.write_bytes(layer_table.export(PLAN)["masks/layers.lyp"])
    view = oracle("klayout.lay").LayoutView()
    view.load_layer_props(str(path))
    shown = {}
    for node in view.each_layer():
        if not node.has_children():
            shown[node.source.split("@")[0]] = (node.name, node.fill_color & 0xFFFFFF)
    assert set(shown) == {f"{layer.layer}/{layer.datatype}" for layer in PLAN.layers}
    for layer in PLAN.layers:
        name, colour = shown[f"{layer.layer}/{layer.datatype}"]
        assert layer.name in name and colour == int(css(layer.role)[1:], 16)


def test_hostile_names_stay_text() -> None:
    bad = dataclasses.replace(PLAN.layers[0], material='=1+1"<&>]]>,\n')
    files = layer_table.export(dataclasses.replace(PLAN, layers=(bad, *PLAN.layers[1:])))
    names = [e.text for e in ElementTree.fromstring(files["masks/layers.lyp"]).iter("name")]
    assert any('=1+1"<&>]]>,' in (text or "") for text in names)
    rows = list(csv.reader(files["masks/layers.csv"].decode().splitlines()))
    assert len({len(row) for row in rows}) == 1 and rows[1][5].startswith("'=")
