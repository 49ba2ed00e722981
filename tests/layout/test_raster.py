"""Sweeps: every point of the part under a pass, nothing taken from what stays, times by a second formula."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput
from fabplan.geometry.region import joined, rectangle
from fabplan.geometry.shapes import to_shapely
from fabplan.layout.raster import hatch, jet_path, scribe_path, spray_path
from fabplan.methods.base import Sweep
from tests.printing import UM, comb, record

LASER = record(Machine, "machines", "laser-stage")
SPRAY = record(Machine, "machines", "spray-gantry")
SCRIBE = Sweep("laser", 12e-6, 6e-6, 3e-3, 2)


def lines(path, layer=None):
    return [
        shapely.LineString(path.points[a:b, :2] / 1e-9)
        for k, (a, b) in enumerate(pairwise(path.starts.tolist()))
        if layer is None or path.layer_of[k] == layer
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(30, 90), st.integers(40, 120), st.integers(100, 400))
def test_the_beam_clears_all_around_and_spares_what_stays(fingers, width, gap, length):
    body = comb(fingers, width * UM, (width + gap) * UM, length * UM, width * UM, 60 * UM, 60 * UM)
    box = (0, 0, 60 * UM + fingers * (width + gap) * UM, (length + width + 120) * UM)
    path = scribe_path(body, box, SCRIBE, LASER, "s")
    stays, away = to_shapely(body), shapely.box(*box).difference(to_shapely(body))
    kerf = shapely.union_all(shapely.buffer(lines(path, 1), 6_000 + 1, quad_segs=32))
    assert kerf.intersection(stays).area < 1e-4 * stays.area  # rounding of half a nanometre
    # what stays of the film: less than the round beam leaves in the corners
    corners = 4 * (2 + 2 * fingers)
    assert away.difference(kerf).area < corners * (1 - math.pi / 4) * 6_000**2 * 1.1
    assert {k for k in path.kinds} == {"edge", "hatch"} and path.layer_of.max() == 2


def test_a_gap_below_the_kerf_is_refused():
    body = joined([rectangle(0, 0, 100 * UM, 100 * UM), rectangle(105 * UM, 0, 200 * UM, 100 * UM)])
    with pytest.raises(BadInput, match="too wide"):
        scribe_path(body, (0, 0, 200 * UM, 100 * UM), SCRIBE, LASER, "s")
    with pytest.raises(BadInput, match="not positive"):
        scribe_path(body, (0, 0, 300 * UM, 300 * UM), Sweep("laser", 12e-6, 0.0, 1e-3, 1), LASER, "s")
    with pytest.raises(BadInput, match="too many lines"):
        scribe_path(body, (0, 0, 300 * UM, 300 * UM), Sweep("laser", 12e-6, 1e-10, 1e-3, 1), LASER, "s")


def test_an_aerosol_jet_stays_inside_its_body():
    body = comb(3, 200 * UM, 400 * UM, 600 * UM, 200 * UM)
    path = jet_path(body, Sweep("spray", 40e-6, 20e-6, 5e-3, 1), SPRAY, "j")
    laid = shapely.union_all(shapely.buffer(lines(path), 20_000, quad_segs=32))
    assert laid.difference(to_shapely(body)).area < 1e-4 * to_shapely(body).area
    assert to_shapely(body).difference(laid).area < 14 * (1 - math.pi / 4) * 20_000**2 * 1.1
    with pytest.raises(BadInput, match="pass is too wide"):
        jet_path(body, Sweep("spray", 400e-6, 20e-6, 5e-3, 1), SPRAY, "j")


def test_one_gap_below_the_kerf_is_refused_with_its_place():
    """Without a word the film would stay there and tie both nets."""
    left, right = ((100, 200), (205, 300))
    body = joined([rectangle(a * UM, 100 * UM, b * UM, 300 * UM) for a, b in (left, right)])
    with pytest.raises(BadInput, match=r"1 place, the largest at x 0\.2\d+, y 0\.2 mm"):
        scribe_path(body, (0, 0, 400 * UM, 400 * UM), SCRIBE, LASER, "s")
    wide = comb(3, 200 * UM, 400 * UM, 600 * UM, 30 * UM)
    with pytest.raises(BadInput, match="pass is too wide for 2 places"):  # the bus between the fingers
        jet_path(wide, Sweep("spray", 40e-6, 20e-6, 5e-3, 1), SPRAY, "j")


def test_hatch_of_a_square_with_a_hole_by_hand():
    def ring(a, b):
        return np.array([[a, a], [b, a], [b, b], [a, b], [a, a]], float)

    found = hatch([ring(0, 100), ring(30, 70)], 40)
    assert found.tolist() == [[[0, 20], [100, 20]], [[100, 60], [70, 60]], [[30, 60], [0, 60]]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6, unique=True), st.integers(3, 9))
def test_hatch_goes_column_by_column(holes, pitch):
    """A plate with square holes: the same lines as row by row, each once, and ways between them stay short."""

    def ring(x, y, side):
        return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]], float)

    # no edge of a hole lies on a line
    rings = [ring(-20e3, -20e3, 340e3), *(ring(30e3 * x + 137, 30e3 * y + 137, 20e3) for x, y in holes)]
    found = hatch(rings, 1000 * pitch)
    plate = shapely.Polygon(rings[0], rings[1:])
    levels = np.unique(found[:, 0, 1])
    inside = sum(plate.intersection(shapely.LineString([(-1e6, y), (1e6, y)])).length for y in levels.tolist())
    assert np.abs(np.diff(found[:, :, 0], axis=1)).sum() == pytest.approx(inside)
    assert len({tuple(sorted(map(tuple, line))) for line in found.tolist()}) == len(found)
    ways = np.hypot(*(found[1:, 0] - found[:-1, 1]).T)
    assert (ways > 1500 * pitch).sum() <= 4 * (2 * len(holes) + 1) + 2  # only from column to column


def test_passes_of_a_spray_by_hand():
    """5 mm by 2 mm at 1 mm: 3 passes in odd layers, 4 in even ones, each 5 mm and twice 3 mm of turning."""
    sweep = Sweep("spray", 2e-3, 1e-3, 0.02, 2, height=0.04, overrun=3e-3, layer_pause=20.0, section=5e-8)
    path = spray_path(rectangle(0, 0, 5_000 * UM, 2_000 * UM), sweep, SPRAY, "s", 1e-6)
    assert len(path.kinds) == 2 and path.printed_length == pytest.approx(3 * 11e-3 + 2e-3 + 4 * 11e-3 + 3e-3)
    assert path.ink_volume == pytest.approx(5e-8 * path.printed_length)
    assert sorted(set(np.round(path.points[path.starts[1] :, 1] * 1e3, 6))) == [-0.5, 0.5, 1.5, 2.5]
    assert path.points[:, 2] == pytest.approx(0.040001)
    assert path.duration == pytest.approx(path.printed_length / 0.02 + path.travel_length / 0.05 + 40.0)
    assert path.ramped > path.duration


def test_passes_are_even():
    """Sum of Gaussian passes over the part, by brute force: 2 % where the pitch is 0.88 of the width."""
    sigma = 1.0 / 2.3548
    at = np.linspace(0, 0.88, 200)[:, None]
    profile = np.exp(-((at - 0.88 * np.arange(-9, 10)) ** 2) / 2 / sigma**2).sum(axis=1)
    assert 0.015 < (profile.max() - profile.min()) / profile.mean() / 2 < 0.025
