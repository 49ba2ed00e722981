"""Nets, shorts, gap and enclosure of 10^5 and 10^6 fingers, side by side with KLayout; printed with ``-s``."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Lattice, Part, Region, joined, rectangle
from fabplan.layout._drc_merge import Merged
from fabplan.layout.drc import Rule, check
from fabplan.verify.foreign import examine
from fabplan.verify.layer_map import read_layer_map
from fabplan.verify.layout_file import open_layout
from tests.exporters.mask_plan import Oracle

WIDTH, PITCH, LONG, BUS = 400, 1000, 9_000, 2_000  # nm
MAP = """
[layers.anode]
layer = "1/0"
net = "anode"
[layers.cathode]
layer = "2/0"
net = "cathode"
[layers.frame]
layer = "3/0"
[[rules]]
kind = "separation"
layer = "anode"
other = "cathode"
value = "0.1 um"
[[rules]]
kind = "apart"
layer = "anode"
other = "cathode"
[[rules]]
kind = "width"
layer = "anode"
value = "0.4 um"
[[rules]]
kind = "enclosure"
layer = "frame"
other = "anode"
value = "5 um"
[[rules]]
kind = "inside"
layer = "anode"
other = "frame"
"""


def comb(fingers: int) -> dict[tuple[int, int], Region]:
    """Two combs and the frame around them."""
    each, high = fingers // 2, BUS + LONG + BUS
    length = each * PITCH
    anode = joined([rectangle(0, 0, length, BUS), rectangle(0, BUS, WIDTH, BUS + LONG, Lattice(each, 1, PITCH, 0))])
    cathode = joined([
        rectangle(0, high, length, high + BUS),
        rectangle(500, BUS + 500, 500 + WIDTH, high, Lattice(each, 1, PITCH, 0)),
    ])  # fmt: skip
    frame = rectangle(-6000, -6000, length + 6000, high + BUS + 6000)
    return {(1, 0): anode, (2, 0): cathode, (3, 0): frame}


def taken_apart(region: Region) -> Region:
    """One part a polygon, the way a flat file has them."""
    parts = []
    for part in region.parts:
        for k in range(part.lattice.columns):
            parts.append(Part(tuple((x + k * part.lattice.step_x, y) for x, y in part.polygon)))
    return Region(tuple(parts))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time, which other work on the machine does not stretch, and the result."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def by_klayout(db: Any, path: Path) -> tuple[int, ...]:
    """The same questions: separation, short, width, enclosure, and pieces of each net by merging."""
    layout = db.Layout()
    layout.read(str(path))
    top = layout.top_cell()
    anode, cathode, frame = (db.Region(top.begin_shapes_rec(layout.find_layer(k, 0))) for k in (1, 2, 3))
    pieces = [layer.merged().count() for layer in (anode, cathode)]
    near = anode.separation_check(cathode, 100).count()
    outside = anode.not_inside(frame.sized(-5000)).count()
    return (*pieces, near, (anode & cathode).count(), anode.width_check(400).count(), outside)


def files(folder: Path, fingers: int, flat: bool) -> Path:
    layers = comb(fingers)
    sheets = [Sheet(*pair, taken_apart(region) if flat else region) for pair, region in layers.items()]
    path = folder / f"{fingers}{'-flat' if flat else ''}.gds"
    path.write_bytes(written("die", sheets, "gds"))
    return path


@pytest.mark.slow
def test_fingers_beside_klayout(tmp_path: Path, oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    db = oracle("klayout.db")
    (tmp_path / "map.toml").write_text(MAP)
    given = read_layer_map(tmp_path / "map.toml")
    examine(files(tmp_path, 100, False), given)  # imports are not counted
    for fingers, flat in ((100_000, True), (1_000_000, False)):
        path = files(tmp_path, fingers, flat)
        reading, file = timed(lambda path=path: open_layout(path))  # less what the child takes
        with monkeypatch.context() as patch:
            patch.setattr("fabplan.verify.foreign.open_layout", lambda *_, file=file: file)
            ours, found = timed(lambda path=path: examine(path, given))
        theirs, counted = timed(lambda path=path: by_klayout(db, path)) if flat else (float("nan"), None)
        said = f"read {reading:.2f} s, checked {ours:.2f} s; KLayout read and checked {theirs:.2f} s"
        print(f"\n{fingers} fingers: {said}")
        assert ours < 1.5
        assert found.nets == {"anode": 1, "cathode": 1} and not found.findings
        assert found.geometry["minimum_gap_m"] == pytest.approx(100e-9)
        assert counted in (None, (1, 1, 0, 0, 0, 0))
    tracemalloc.start()
    examine(tmp_path / "100000-flat.gds", given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"memory of the check of 100000 fingers: {peak / 1e6:.0f} MB")
    assert peak < 250e6


@pytest.mark.slow
def test_slanted_fingers_that_overlap(oracle: Oracle) -> None:
    """Merging takes about as long as KLayout's, not twenty times longer."""
    db = oracle("klayout.db")
    rings = [
        ((x, 0), (x + 500, 0), (x + 1200 + k % 97, 9000 + k % 89), (x + 700 + k % 97, 9000 + k % 89))
        for k in range(10_000)
        for x in (k // 2 * 4000 + k % 2 * 300,)
    ]
    theirs = db.Region([db.Polygon([db.Point(*point) for point in ring]) for ring in rings])
    layer = Merged(Region(tuple(Part(ring) for ring in rings)))
    ours, found = timed(lambda: (layer.drawn, layer.shapes)[1])
    its, count = timed(lambda: theirs.merged().count())
    print(f"\n10000 slanted fingers merged in {ours:.2f} s; KLayout {its:.2f} s")
    assert len(found) == count == 5000 and ours < 1.0


@pytest.mark.slow
def test_fingers_that_do_not_repeat(oracle: Oracle) -> None:
    """Every finger another one, 10^5 of them: nothing can be cut short."""
    db = oracle("klayout.db")
    layers = {name: Region(_uneven(start, 50_000)) for name, start in (("anode", 0), ("cathode", 500))}
    layers["frame"] = rectangle(-6000, -6000, 50_000 * PITCH + 6000, LONG + 6010)
    rules = [
        Rule("separation", "anode", 50e-9, "cathode"), Rule("apart", "anode", 0.0, "cathode"),
        Rule("width", "anode", 300e-9), Rule("enclosure", "frame", 5e-6, "anode"),
    ]  # fmt: skip
    theirs = {name: db.Region([_polygon(db, part) for part in region.parts]) for name, region in layers.items()}
    tracemalloc.start()
    check(rules, layers)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ours, found = timed(lambda: check(rules, layers))
    its, counted = timed(lambda: _by_klayout(theirs))
    print(f"\n100000 uneven fingers: four rules in {ours:.2f} s, {peak / 1e6:.0f} MB; KLayout {its:.2f} s")
    assert [result.total for result in found] == counted == [0, 0, 0, 0]
    assert ours < 1.5 and peak < 250e6


def _polygon(db: Any, part: Part) -> Any:
    return db.Polygon([db.Point(*point) for point in part.polygon])


def _by_klayout(layers: dict[str, Any]) -> list[int]:
    anode, cathode, frame = (layers[name] for name in ("anode", "cathode", "frame"))
    return [
        anode.separation_check(cathode, 50).count(), (anode & cathode).count(), anode.width_check(300).count(),
        frame.enclosing_check(anode, 5000).count(),
    ]  # fmt: skip


def _uneven(start: int, number: int) -> tuple[Part, ...]:
    parts = []
    for k in range(number):
        x = start + k * PITCH + (k * k) % 37
        parts.append(Part(((x, 0), (x + WIDTH, 0), (x + WIDTH, LONG + k % 11), (x, LONG + k % 11))))
    return tuple(parts)
