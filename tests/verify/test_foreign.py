"""Layouts of others: nets, gaps, areas and rules by a layer map, in every format, with markers for KLayout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.errors import BadInput
from fabplan.geometry.region import Lattice, Region, joined, rectangle
from fabplan.layout.drc import Rule, check
from fabplan.verify.foreign import examine
from fabplan.verify.layer_map import read_layer_map
from fabplan.verify.markers import marker_file
from tests.exporters.mask_plan import Oracle
from tests.verify.layouts import layout, region, saved

UM = 1000
ANODE = joined([rectangle(0, 0, 100 * UM, 5 * UM), rectangle(0, 5 * UM, 4 * UM, 45 * UM, Lattice(10, 1, 10 * UM, 0))])
CATHODE = joined([
    rectangle(0, 50 * UM, 100 * UM, 55 * UM), rectangle(5 * UM, 10 * UM, 9 * UM, 50 * UM, Lattice(10, 1, 10 * UM, 0)),
])  # fmt: skip
MAP = """
[layers.anode]
layer = "1/0"
net = "anode"
material = "lto"
thickness = "10 um"
[layers.cathode]
layer = ["2/0"]
net = "cathode"
material = "lfp"
thickness = "10 um"
[[rules]]
kind = "separation"
layer = "anode"
other = "cathode"
value = "1 um"
[[rules]]
kind = "apart"
layer = "anode"
other = "cathode"
"""


def files(folder: Path, cathode: Region = CATHODE, kind: str = "gds", rules: str = MAP) -> tuple[Path, Path]:
    path = layout(folder, f"chip.{kind}", {(1, 0): ANODE, (2, 0): cathode, (7, 3): region([(0, 0), (9, 0), (9, 9)])})
    return path, saved(folder, "map.toml", rules.encode())


@pytest.mark.parametrize("kind", ["gds", "oas"])
def test_what_a_sound_layout_says(tmp_path: Path, kind: str) -> None:
    path, where = files(tmp_path, kind=kind)
    found = examine(path, read_layer_map(where))
    assert found.nets == {"anode": 1, "cathode": 1} and found.findings == () and found.unmapped == ("7/3",)
    assert found.geometry["minimum_gap_m"] == pytest.approx(1e-6)
    # 19 gaps of 35 um where fingers overlap; that the tips face the buses counts too, at 5 um it does not
    assert found.geometry["facing_length_m"] == pytest.approx(19 * 35e-6)
    assert found.geometry["anode_area_m2"] == pytest.approx((100 * 5 + 10 * 4 * 40) * 1e-12)
    assert found.geometry["anode_volume_m3"] == pytest.approx((100 * 5 + 10 * 4 * 40) * 1e-17)


FAULTS: dict[str, tuple[Callable[[], Region], str]] = {
    "a bridge": (lambda: joined([CATHODE, rectangle(4 * UM, 20 * UM, 5 * UM, 21 * UM)]), "anode-cathode-short"),
    "an island": (lambda: joined([CATHODE, rectangle(0, 70 * UM, 5 * UM, 75 * UM)]), "net-in-one-piece"),
    "too near": (lambda: joined([CATHODE, rectangle(4500, 20 * UM, 5 * UM, 21 * UM)]), "drc-separation"),
    "on each other": (lambda: joined([CATHODE, rectangle(2 * UM, 20 * UM, 5 * UM, 21 * UM)]), "drc-apart"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str, tmp_path: Path) -> None:
    cathode, rule = FAULTS[fault]
    path, where = files(tmp_path, cathode())
    assert rule in {finding.rule for finding in examine(path, read_layer_map(where)).findings}


def test_shapes_that_overlap_count_once_and_unknown_thickness_is_no_volume(tmp_path: Path) -> None:
    twice = joined([ANODE, rectangle(0, 0, 50 * UM, 5 * UM)])
    path = layout(tmp_path, "a.gds", {(1, 0): twice, (2, 0): CATHODE})
    thin = saved(tmp_path, "map.toml", MAP.replace('thickness = "10 um"\n', "").encode())
    found = examine(path, read_layer_map(thin))
    assert found.geometry["anode_area_m2"] == pytest.approx((100 * 5 + 10 * 4 * 40) * 1e-12)
    assert found.geometry["anode_volume_m3"] is None and found.geometry["minimum_gap_m"] == pytest.approx(1e-6)


BAD = {
    "no layers": ("", "no layers"), "unknown key": ("[layers.a]\nlayr = '1/0'", "did you mean 'layer'"),
    "unknown net": ("[layers.a]\nlayer='1/0'\nnet='anodes'", "did you mean 'anode'"),
    "no unit": ("[layers.a]\nlayer='1/0'\nthickness='3'", "unit"),
    "unknown kind": ("[layers.a]\nlayer='1/0'\n[[rules]]\nkind='widht'\nlayer='a'", "did you mean 'width'"),
    "unknown layer": ("[layers.a]\nlayer='1/0'\n[[rules]]\nkind='width'\nlayer='b'\nvalue='1 um'", "no such layer"),
    "no value": ("[layers.a]\nlayer='1/0'\n[[rules]]\nkind='width'\nlayer='a'", "a key is missing"),
    "not positive": ("[layers.a]\nlayer='1/0'\n[[rules]]\nkind='width'\nlayer='a'\nvalue='-1 um'", "not positive"),
    "rules that are none": ("rules = 3\n[layers.a]\nlayer='1/0'", "not a list of tables"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_maps_that_make_no_sense(fault: str, tmp_path: Path) -> None:
    text, words = BAD[fault]
    with pytest.raises(BadInput, match=words):
        read_layer_map(saved(tmp_path, "map.toml", text.encode()))


def test_a_layer_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path, where = files(tmp_path, rules=MAP.replace('"1/0"', '"1/1"'))
    with pytest.raises(BadInput, match=r"layers of chip\.gds: 1/0, 2/0, 7/3"):
        examine(path, read_layer_map(where))


def test_klayout_opens_the_markers(tmp_path: Path, oracle: Oracle) -> None:
    rules = [Rule("width", "a", 2e-6), Rule("apart", "a", 0.0, "b"), Rule("angle", "a", 60.0)]
    drawn = {"a": region([(0, 0), (9000, 0), (9000, 1000)]), "b": rectangle(5000, 0, 9000, 100)}
    checked = check(rules, drawn)
    path = saved(tmp_path, "a.lyrdb", marker_file(checked, "chip.gds", "TOP"))
    database = oracle("klayout.rdb").ReportDatabase("x")
    database.load(str(path))
    assert {category.name(): category.num_items() for category in database.each_category()} == {
        "width a": len(checked[0].violations), "apart a b": 1, "angle a": 1,
    }  # fmt: skip
    values = [value for item in database.each_item() for value in item.each_value()]
    assert all(v.is_edge_pair() or v.is_polygon() or v.is_edge() for v in values) and len(values) >= 3


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, where = files(tmp_path, FAULTS["too near"][0]())
    markers = tmp_path / "out.lyrdb"
    arguments = ["verify", str(path), "--layers", str(where), "--markers", str(markers)]
    assert main.run([*arguments, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["nets"] == {"anode": 1, "cathode": 1} and said["errors"] == 1
    assert said["rules"][0]["violations"][0]["measured"] == pytest.approx(0.5e-6) and markers.is_file()
    assert main.run(arguments) == 2 and "exists already" in capsys.readouterr().err
    assert main.run([*arguments, "--force"]) == 1 and "facing length" in capsys.readouterr().out
    assert main.run(["verify", str(path)]) == 2 and "--layers" in capsys.readouterr().err
    assert main.run(["verify", str(path), "--profile", "generic"]) == 0
    assert main.run(["verify", str(path), "--profile", "genric"]) == 2 and "generic" in capsys.readouterr().err
