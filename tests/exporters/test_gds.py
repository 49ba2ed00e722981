"""GDSII of the design: exact, one top cell, arrays split, few vertices, the same bytes each time."""

from __future__ import annotations

import dataclasses
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import gds, oasis, plates
from fabplan.exporters._gdstk import Sheet, blocks, cell_name, written
from fabplan.geometry.region import Lattice, Part, Region, count, joined, rectangle
from tests.exporters.mask_plan import Oracle, as_klayout, drawn, loaded, mask_plan
from tests.layout.cells import comb_bodies, film_bodies
from tests.shared import ROOT

PLAN = mask_plan()


def test_nothing_without_masks() -> None:
    bare = dataclasses.replace(PLAN, masks=())
    assert gds.export(bare) == oasis.export(bare) == plates.export(bare) == {}


@pytest.mark.parametrize("bodies", [comb_bodies(), film_bodies()], ids=["comb", "films"])
def test_klayout_reads_every_layer_as_designed(oracle: Oracle, tmp_path: Path, bodies: tuple) -> None:
    plan = mask_plan(bodies)
    ((name, data),) = gds.export(plan).items()
    assert name == "masks/plan-1.gds"
    layout = loaded(oracle, data, tmp_path / "a.gds")
    assert layout.dbu == pytest.approx(1e-3, abs=1e-15)
    assert [cell.name for cell in layout.top_cells()] == ["PLAN_1"]
    for layer in plan.layers:
        difference = drawn(oracle, layout, layer.layer, layer.datatype) ^ as_klayout(oracle, layer.region)
        assert difference.is_empty(), layer.name
    assert layout.layers() == len(plan.layers)


def test_klayout_extracts_two_nets_and_sees_a_bridge_and_an_island(oracle: Oracle, tmp_path: Path) -> None:
    anode, cathode = (body.region for body in comb_bodies()[:2])
    bridge, island = rectangle(0, 400_000, 200_000, 401_000), rectangle(-900_000, 0, -800_000, 100_000)
    for extra, wanted in ((Region(), 2), (bridge, 1), (island, 3)):
        data = written("n", [Sheet(1, 0, joined([anode, extra])), Sheet(1, 1, cathode)], "gds")
        layout = loaded(oracle, data, tmp_path / f"{wanted}.gds")
        assert nets(oracle, layout) == wanted


def nets(oracle: Oracle, layout: object) -> int:
    """Electrical nets of 1/0 and 1/1 together, by KLayout's extractor."""
    db = oracle("klayout.db")
    extractor = db.LayoutToNetlist(db.RecursiveShapeIterator(layout, layout.top_cell(), []))  # type: ignore[attr-defined]
    metal = [extractor.make_layer(layout.find_layer(1, d), f"d{d}") for d in (0, 1)]  # type: ignore[attr-defined]
    for one in metal:
        extractor.connect(one)
    extractor.connect(*metal)
    extractor.extract_netlist()
    circuit = next(iter(extractor.netlist().each_circuit_top_down()))
    return sum(1 for _ in circuit.each_net())


@pytest.mark.parametrize("lattice", [Lattice(40_000, 1, 7, 0), Lattice(1, 70_000, 0, 7), Lattice(32_768, 2, 7, 9)])
def test_long_arrays_are_split(oracle: Oracle, tmp_path: Path, lattice: Lattice) -> None:
    region = rectangle(-3, 0, 2, 5, lattice)
    for kind in ("gds", "oas"):
        layout = loaded(oracle, written("x", [Sheet(3, 4, region)], kind), tmp_path / f"x.{kind}")  # type: ignore[arg-type]
        found = drawn(oracle, layout, 3, 4)
        assert found.count() == lattice.count
        box = found.bbox()
        far = ((lattice.columns - 1) * lattice.step_x, (lattice.rows - 1) * lattice.step_y)
        assert (box.left, box.bottom, box.right, box.top) == (-3, 0, 2 + far[0], 5 + far[1])


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_blocks_cover_a_lattice_once(columns: int, rows: int) -> None:
    found = list(blocks(Part(((0, 0), (1, 0), (0, 1)), Lattice(columns, rows, 3, 5))))
    assert sum(lattice.count for *_, lattice in found) == columns * rows
    assert max(max(lattice.columns, lattice.rows) for *_, lattice in found) <= 32_767
    assert len({(x, y) for x, y, _ in found}) == len(found)


@given(st.lists(st.integers(-(2**31) + 2, 2**31 - 3), min_size=2, max_size=2))
def test_every_nanometre_is_kept(corner: list[int]) -> None:
    """Integers survive the way through micrometres as floats up to the ends of the format."""
    x, y = corner
    data = written("x", [Sheet(1, 0, rectangle(x, y, x + 1, y + 1))], "gds")
    at = data.index(bytes([0x00, 0x2C, 0x10, 0x03])) + 4
    found = {
        (int.from_bytes(data[k : k + 4], "big", signed=True), int.from_bytes(data[k + 4 : k + 8], "big", signed=True))
        for k in range(at, at + 40, 8)
    }
    assert found == {(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)}


def test_many_vertices_are_cut(oracle: Oracle, tmp_path: Path) -> None:
    angles = [k / 500 * math.pi for k in range(1000)]
    ring = tuple((round(1e6 * math.cos(a)), round(1e6 * math.sin(a))) for a in angles)
    layout = loaded(oracle, written("x", [Sheet(1, 0, Region((Part(ring),)))], "gds"), tmp_path / "c.gds")
    found = drawn(oracle, layout, 1, 0)
    assert max(polygon.num_points() for polygon in found.each()) <= 199
    assert (found.merged() ^ as_klayout(oracle, Region((Part(ring),)))).is_empty()


@pytest.mark.parametrize(
    ("text", "name"),
    [("Plan µ-1", "PLAN_1"), ("..", "C"), ("9 lives", "C_9_LIVES"), ("x" * 80, "X" * 32), ("a\0\nb", "A_B")],
)
def test_cell_names_suit_every_mask_shop(text: str, name: str) -> None:
    assert cell_name(text) == name and len(name) <= 32


SCRIPT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from fabplan.exporters import gds, oasis, plates, layer_table, plot, svg
from tests.exporters.mask_plan import mask_plan
plan = mask_plan()
files = {k: v for e in (gds, oasis, plates, layer_table, plot, svg) for k, v in e.export(plan).items()}
print(len(files), hashlib.sha256(b"".join(files[k] for k in sorted(files))).hexdigest())
"""


def test_same_bytes_in_another_process_at_another_time() -> None:
    found = set()
    for place, (seed, zone) in enumerate((("0", "UTC"), ("4711", "Asia/Tokyo"))):
        time.sleep(1.1 * place)  # a time stamp would differ
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", SCRIPT, str(ROOT)]
        run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        found.add(run.stdout)
    assert len(found) == 1 and next(iter(found)).startswith("10 ")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert gds.export(PLAN) and oasis.export(PLAN)
    assert list(tmp_path.iterdir()) == []


def test_a_million_fingers_stay_small() -> None:
    region = rectangle(0, 0, 300, 900_000, Lattice(10_000, 100, 980, 1_000_000))
    start = time.process_time()
    data = written("m", [Sheet(1, 0, region)], "gds")
    assert len(data) < 1000 and time.process_time() - start < 0.5 and count(region) == 1_000_000
