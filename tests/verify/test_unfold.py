"""Cells unfolded into regions: KLayout flattens random hierarchies to the same polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.region import Lattice, area, count, polygons
from fabplan.readers.mask_cells import read_cells
from fabplan.verify._unfold import unfolded
from tests.conftest import find_oracle
from tests.exporters.mask_plan import as_klayout
from tests.verify.layouts import array, boundary, box, gds, reference, saved

STEP = st.integers(-300, 300)
PLACE = st.tuples(
    st.integers(0, 3), st.booleans(), st.integers(-2000, 2000), st.integers(-2000, 2000), st.integers(1, 4),
    st.integers(1, 4), STEP, STEP, st.booleans(),
)  # fmt: skip
PLACES = st.lists(PLACE, min_size=1, max_size=3)


def hierarchy(db: Any, inner: list[Any], outer: list[Any], path: Path) -> Any:
    """Three levels: a bent shape, placed in arrays, placed in arrays again."""
    layout = db.Layout()
    layout.dbu = 0.001
    top, middle, leaf = (layout.create_cell(name) for name in ("TOP", "MIDDLE", "LEAF"))
    layer = layout.layer(1, 0)
    corners = ((0, 0), (90, 0), (90, 30), (40, 30), (40, 80), (0, 80))
    leaf.shapes(layer).insert(db.Polygon([db.Point(*point) for point in corners]))
    for cell, child, places in ((middle, leaf, inner), (top, middle, outer)):
        for turn, mirror, x, y, columns, rows, dx, dy, is_skewed in places:
            steps = (db.Vector(dx, 13 if is_skewed else 0), db.Vector(0, dy))
            where = db.Trans(turn, mirror, x, y)
            cell.insert(db.CellInstArray(child.cell_index(), where, *steps, columns, rows))
    layout.write(str(path))
    found = db.Region(top.begin_shapes_rec(layer))
    found.flatten()  # so that it outlives its layout
    return found


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLACES, PLACES, st.sampled_from(("gds", "oas")))
def test_klayout_flattens_to_the_same(tmp_path: Path, inner: list[Any], outer: list[Any], kind: str) -> None:
    db = find_oracle("klayout.db")
    path = tmp_path / f"a.{kind}"
    theirs = hierarchy(db, inner, outer, path)
    ours = unfolded(read_cells(path), path.name)[(1, 0)]
    assert count(ours) == theirs.count() and (as_klayout(find_oracle, ours) ^ theirs).is_empty()


def test_arrays_stay_and_lattices_across_each_other_are_one(tmp_path: Path) -> None:
    cells = {
        "TOP": array("ROW", 1, 1000, (10, 50)), "ROW": array("A", 1000, 1, (20, 10)), "A": boundary(box(0, 0, 9, 9)),
    }  # fmt: skip
    (part,) = unfolded(read_cells(saved(tmp_path, "a.gds", gds(cells))), "a.gds")[(1, 0)].parts
    assert part.lattice == Lattice(1000, 1000, 20, 50)


def test_what_would_flood_is_refused(tmp_path: Path) -> None:
    """A die of 10^9 boxes is one part; an array of arrays that cannot be one is counted while it is taken apart."""
    leaf = {"A": boundary(box(0, 0, 9, 9))}
    large = saved(tmp_path, "a.gds", gds({"TOP": array("A", 32_767, 32_767, (20, 20)), **leaf}))
    region = unfolded(read_cells(large), "a.gds")[(1, 0)]
    assert len(region.parts) == 1 and area(region) == pytest.approx(81e-18 * 32_767**2)
    with pytest.raises(BadInput, match="too many polygons when flat"):
        polygons(region)
    nested = {"TOP": array("M", 300, 300, (7000, 7000)), "M": array("A", 300, 300, (20, 20)), **leaf}
    path = saved(tmp_path, "b.gds", gds(nested))
    with pytest.raises(BadInput, match="too many polygons when unfolded"):
        unfolded(read_cells(path), "b.gds", most=50_000)
    deep = {f"L{k}": b"".join(reference(f"L{k + 1}", 10 * i) for i in range(10)) for k in range(8)}
    with pytest.raises(BadInput, match="too many polygons when unfolded"):
        unfolded(read_cells(saved(tmp_path, "c.gds", gds({**deep, "L8": leaf["A"]}))), "c.gds", most=50_000)
