"""Drop patterns: exact area, the same pixels as an independent test of every centre, numbers of the literature."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.region import Lattice, Part, Region, polygons, rectangle
from fabplan.layout.drops import drop_findings, drop_pattern, line_window, passes, swathes, sweep_runs
from tests.printing import UM, comb


def test_area_is_exact_on_the_lattice():
    for spacing in (5, 10, 20):
        pattern = drop_pattern(comb(4, 60 * UM, 220 * UM, 700 * UM, 60 * UM), (spacing * UM, spacing * UM), "p")
        assert pattern.area == pattern.body_area


corner = st.tuples(st.integers(-300, 300), st.integers(-300, 300))


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=3, max_size=7, unique=True), st.integers(7, 40), st.integers(7, 40))
def test_pixels_are_those_whose_centre_is_inside(corners, dx, dy):
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        return
    pattern = drop_pattern(Region((Part(tuple(corners), Lattice(2, 1, 700, 0)),)), (dx, dy), "p")
    rows, columns = pattern.pixels.shape
    x = pattern.origin[0] + (np.arange(columns) + 0.5) * dx
    y = pattern.origin[1] + (np.arange(rows) + 0.5) * dy
    both = shapely.union(shape, shapely.affinity.translate(shape, 700))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    inside = shapely.contains_xy(both, grid[..., 0], grid[..., 1])
    on_edge = shapely.distance(both.boundary, shapely.points(grid)) < 1e-9
    assert (pattern.pixels == inside)[~on_edge].all()


def test_passes_and_sweeps_print_every_drop_once():
    pattern = drop_pattern(comb(3, 60 * UM, 220 * UM, 300 * UM, 60 * UM), (10 * UM, 10 * UM), "p")
    for count in (1, 2, 3):
        shared = passes(pattern, count)
        assert (sum(p.astype(int) for p in shared) == pattern.pixels).all()
        assert all(not (p[:, 1:] & p[:, :-1]).any() for p in shared) or count == 1
    for nozzles, pitch in ((16, 1), (4, 3), (1, 1)):
        rows = np.sort(np.concatenate(swathes(pattern, nozzles, pitch)))
        assert rows.tolist() == list(range(pattern.pixels.shape[0]))
        assert max(map(len, swathes(pattern, nozzles, pitch))) <= nozzles


@pytest.mark.parametrize(
    ("picolitre", "angle", "footprint", "largest"),
    [(1, 30, 26.5, 15.7), (10, 20, 65.9, 39.0), (10, 30, 57.0, 33.9), (10, 60, 43.0, 26.4)],
)
def test_line_window_of_the_literature(picolitre, angle, footprint, largest):
    low, high, drop = line_window(picolitre * 1e-15, angle)
    assert (drop * 1e6, high * 1e6) == (pytest.approx(footprint, rel=5e-3), pytest.approx(largest, rel=5e-3))
    assert low == pytest.approx(high / 1.5)


def test_findings_fire_and_only_then():
    good = drop_pattern(rectangle(0, 0, 300 * UM, 300 * UM), (30 * UM, 30 * UM), "p")
    assert drop_findings(good, 10e-15, 30.0) == ()
    for spacing in (10, 60):
        pattern = drop_pattern(rectangle(0, 0, 300 * UM, 300 * UM), (spacing * UM, spacing * UM), "p")
        assert [f.rule for f in drop_findings(pattern, 10e-15, 30.0)] == ["drop-spacing"]
    odd = drop_pattern(rectangle(0, 0, 310 * UM, 300 * UM), (30 * UM, 30 * UM), "p")
    assert "drop-area" in [f.rule for f in drop_findings(odd, 10e-15, 30.0)]
    assert [f.measured for f in drop_findings(good, None, 30.0)] == [None]


def test_bad_patterns_are_told():
    with pytest.raises(BadInput, match="no drop spacing"):
        drop_pattern(rectangle(0, 0, 10, 10), (0, 1), "p")
    with pytest.raises(BadInput, match="too large"):
        drop_pattern(rectangle(0, 0, 10**9, 10**9), (1, 1), "p")
    assert len(polygons(rectangle(0, 0, 1, 1))) == 1


def test_every_drop_is_fired_once_by_the_nozzle_over_its_row():
    region = comb(3, 60 * UM, 220 * UM, 300 * UM, 60 * UM)
    pattern = dataclasses.replace(drop_pattern(region, (10 * UM, 10 * UM), "p"), passes=3, nozzles=4, nozzle_pitch=2)
    fired = np.zeros(pattern.pixels.shape, int)
    nozzle_of_row: dict[int, int] = {}
    for sweep, turn, nozzle, row, first, last in sweep_runs(pattern).tolist():
        fired[row, first : last + 1 : 3] += 1
        assert (first + row) % 3 == turn and row // 8 * 2 + row % 2 == sweep
        assert nozzle_of_row.setdefault(row, nozzle) == nozzle == row % 8 // 2
    assert (fired == pattern.pixels).all()
    assert len(sweep_runs(dataclasses.replace(pattern, pixels=np.zeros_like(pattern.pixels)))) == 0
