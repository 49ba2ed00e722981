"""Scales on a plate and scales that are printed onto it belong together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fabplan.geometry.region import polygons
from fabplan.layout.calibration_scale import BARS, scale_of
from fabplan.layout.calibration_vernier import mask_scale, mask_vernier
from fabplan.layout.monitors import KINDS, PlateFacts, monitors
from fabplan.layout.types import Toolpath
from tests.printing import gantry, printed

AROUND = (-1_000_000, -1_000_000, 2_000_000, 3_000_000)
PLATES = (PlateFacts(1, "collector", 5000, 5000, conductor="Au"), PlateFacts(2, "mask", 5000, 5000))


def centred(points: np.ndarray) -> tuple[float, float]:
    return tuple(((points.min(axis=0) + points.max(axis=0)) / 2).tolist())


def drawn(paths: tuple[Toolpath, ...]):
    heads, scale = mask_scale(paths, gantry())
    layers, rows = monitors(AROUND, PLATES, "a", "B", heads=heads, scale=scale)
    rows = [row for row in rows if row.kind in KINDS.values()]
    shapes = np.array([centred(np.array(p)) for p in polygons(next(x for x in layers if x.name == "tests-1").region)])
    return heads, scale, rows, shapes


def test_every_head_has_its_scales_on_the_plate_below():
    heads, scale, rows, shapes = drawn(printed()[1])
    assert heads == ("head 0 of print-anode", "head 1 of print-cathode") and scale.step == pytest.approx(5e-7)
    assert [row.kind for row in rows] == ["print-vernier-x", "print-vernier-y"] * 2
    assert {row.plates for row in rows} == {(1,)}
    for row in rows:
        x0, y0, x1, y1 = (side * 1e9 for side in row.box)
        inside = (shapes[:, 0] > x0) & (shapes[:, 0] < x1) & (shapes[:, 1] > y0) & (shapes[:, 1] < y1)
        assert inside.sum() == 2 * BARS + 1 + 2


@pytest.mark.parametrize("axis", ["x", "y"])
def test_printed_bars_meet_drawn_ones(axis):
    path = printed()[1][0]
    _, scale, rows, shapes = drawn((path,))
    row = next(r for r in rows if r.kind == KINDS[axis])
    middle = ((row.box[0] + row.box[2]) / 2, (row.box[1] + row.box[3]) / 2)
    made = mask_vernier(path, scale, [{axis: middle}], 1e-2)
    at = "xy".index(axis)
    fine = np.sort([made.path.points[k, at] for k in made.path.starts[:-1]])
    box = np.array(row.box) * 1e9
    inside = (shapes > box[:2]).all(axis=1) & (shapes < box[2:]).all(axis=1)
    above = shapes[:, 1 - at] > (box[1 - at] + box[3 - at]) / 2  # of a scale along y: the other side
    own = shapes[inside & (above if axis == "x" else ~above)]
    main = np.sort(own[:, at]) * 1e-9
    assert len(main) == len(fine) == 2 * BARS + 1
    assert fine - main == pytest.approx(scale.step * np.arange(-BARS, BARS + 1), abs=2e-9)
    ends = np.abs(made.path.points[:, 1 - at] - middle[1 - at]).min()
    assert ends == pytest.approx(scale.clear / 2, abs=2e-9)


def test_no_scale_where_a_plate_cannot_draw_it():
    coarse = tuple(dataclasses.replace(p, line=200_000, gap=200_000) for p in PLATES)
    _, rows = monitors(AROUND, coarse, "a", "B", heads=("h",), scale=scale_of(3e-5, 5e-6))
    assert not [row for row in rows if row.kind in KINDS.values()]
    assert mask_scale((), None) == ((), None)
