"""Dummy fill: off everything by the stated distance, floating, inside of the footprint, the nets what they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fabplan.exporters import gds
from fabplan.geometry.region import area, bounds, count, polygons, rectangle
from fabplan.layout.dummies import FILL, Fill, fill, fill_findings, squares
from fabplan.layout.types import Layer
from tests.exporters.mask_plan import Oracle, as_klayout, loaded, mask_plan

BARE = mask_plan()
X0, Y0, X1, Y1 = bounds(next(layer.region for layer in BARE.layers if layer.role == "outline"))
ROOM = rectangle(X0 - 400_000, Y0, X1, Y1 + 300_000)
PLAN = replace(BARE, layers=tuple(replace(o, region=ROOM) if o.role == "outline" else o for o in BARE.layers))
BOXES = st.tuples(st.integers(-50, 950), st.integers(-50, 950), st.integers(1, 300), st.integers(1, 300))


@settings(max_examples=60)
@given(st.lists(BOXES, max_size=4), st.integers(3, 60), st.floats(0.02, 0.7), st.integers(1, 90))
@example([(270, 0, 10, 1100)], 40, 0.16, 30)  # a column of squares stands at exactly the distance
def test_every_place_that_is_free_is_filled_and_no_other(
    given_boxes: list[tuple[int, int, int, int]], side: int, share: float, apart: int
) -> None:
    """Against every square of the grid asked one by one."""
    taken = [(x, y, x + wide, y + high) for x, y, wide, high in given_boxes]
    plate = Fill(1, side, share, apart)
    found = {(ring[0][0], ring[0][1]) for ring in polygons(squares((0, 0, 1000, 1100), taken, plate))}
    pitch = plate.pitch
    columns, rows = (1000 - side) // pitch + 1, (1100 - side) // pitch + 1
    start = ((1000 - side - (columns - 1) * pitch) // 2, (1100 - side - (rows - 1) * pitch) // 2)
    wanted = set()
    for i in range(columns):
        for j in range(rows):
            x, y = start[0] + i * pitch, start[1] + j * pitch
            gaps = [(max(b[0] - x - side, x - b[2]), max(b[1] - y - side, y - b[3])) for b in taken]
            if all(max(gap) >= apart for gap in gaps):
                wanted.add((x, y))
    assert found == wanted


def filled(share: float = 0.4) -> tuple[Layer, ...]:
    return fill(PLAN.layers, [Fill(1, 10_000, share, 15_000)])


def test_klayout_sees_islands_apart_from_everything_and_the_same_nets(oracle: Oracle, tmp_path: Path) -> None:
    (more,) = filled()
    assert (more.layer, more.datatype, more.net) == (1, FILL, None) and count(more.region) > 50
    db = oracle("klayout.db")
    own = as_klayout(oracle, more.region)
    for layer in PLAN.layers:
        if layer.role != "outline":
            assert own.separation_check(as_klayout(oracle, layer.region), 15_000).count() == 0, layer.name
            assert (own & as_klayout(oracle, layer.region)).is_empty()
    assert own.space_check(100).count() == 0
    ((_, data),) = gds.export(replace(PLAN, layers=(*PLAN.layers, more))).items()
    layout = loaded(oracle, data, tmp_path / "f.gds")
    layout.top_cell().flatten(True)  # else an array of islands is one net of a cell below
    extractor = db.LayoutToNetlist(db.RecursiveShapeIterator(layout, layout.top_cell(), []))
    metal = [extractor.make_layer(layout.find_layer(1, d), f"d{d}") for d in (0, 1, FILL)]
    for one in metal:
        extractor.connect(one)
    extractor.connect(metal[0], metal[1])
    extractor.connect(metal[0], metal[2])
    extractor.connect(metal[1], metal[2])
    extractor.extract_netlist()
    nets = list(next(iter(extractor.netlist().each_circuit_top_down())).each_net())
    assert len(nets) == 2 + count(more.region)


def test_it_stays_in_the_footprint_and_covers_what_was_asked() -> None:
    (ends,) = (layer for layer in PLAN.layers if layer.role == "outline")
    x0, y0, x1, y1 = bounds(ends.region)
    (more,) = filled()
    a0, b0, a1, b1 = bounds(more.region)
    assert x0 <= a0 and y0 <= b0 and a1 <= x1 and b1 <= y1
    empty = squares((0, 0, 10_000_000, 10_000_000), [], Fill(1, 50_000, 0.3, 1))
    assert 0.29 < area(empty) / 1e-4 <= 0.3 + 1e-9


@pytest.mark.parametrize("share", [0.1, 0.7])
def test_what_is_covered_is_told(share: float) -> None:
    layers = (*PLAN.layers, *filled(share))
    (found,) = fill_findings(layers, share)
    assert found.severity == "info" and "plate 1 covers" in found.message
    (found,) = fill_findings(PLAN.layers, share)
    assert found.severity == "warning"
    assert not list(fill_findings(PLAN.layers, 0.0))
