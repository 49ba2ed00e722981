"""Plates as pictures: the pixels are those whose middle KLayout finds in the plate; files as other readers see them."""

from __future__ import annotations

import csv
import dataclasses
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import bitmaps
from fabplan.geometry.region import Lattice, Part, Region, area, joined, rectangle
from fabplan.layout.bitmap import MOST_PIXELS, bitmap_findings, frame, off_grid, pixels
from tests.conftest import find_oracle
from tests.exporters.mask_plan import mask_plan

SIDE = 5000
PLAN = dataclasses.replace(mask_plan(), bitmap=SIDE * 1e-9)
triangle = st.tuples(*[st.tuples(st.integers(0, 3000), st.integers(0, 3000)) for _ in range(3)])


def picture(region: Region, side: int) -> np.ndarray:
    return np.concatenate(list(pixels(region, side)))


@given(triangle, st.integers(40, 700))
def test_a_pixel_is_on_where_its_middle_is_inside(corners: tuple[tuple[int, int], ...], side: int) -> None:
    (ax, ay), (bx, by), (cx, cy) = corners
    twice = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if twice == 0:
        return
    ring = corners if twice > 0 else corners[::-1]
    region = Region((Part(tuple(ring)),))
    x0, y0, x1, y1 = frame(region, side)
    made = picture(region, side)
    assert made.shape == ((y1 - y0) // side, (x1 - x0) // side)
    for row, line in enumerate(made[::-1]):
        for column, lit in enumerate(line):
            x, y = 2 * x0 + (2 * column + 1) * side, 2 * y0 + (2 * row + 1) * side  # doubled, to stay whole
            turns = [
                (qx - px) * (y - 2 * py) - (qy - py) * (x - 2 * px)
                for (px, py), (qx, qy) in zip(ring, (*ring[1:], ring[0]), strict=True)
            ]
            if min(turns) > 0:
                assert lit
            elif min(turns) < 0:
                assert not lit


@given(st.integers(1, 9), st.integers(1, 9), st.integers(10, 30))
def test_area_is_exact_on_the_grid(columns: int, rows: int, step: int) -> None:
    bars = rectangle(-70, 30, 10, 60, Lattice(columns, rows, 10 * step, 10 * step))
    region = joined([bars, rectangle(-70, 60, 0, 90)])  # touches a bar
    assert not off_grid(region, 10)
    assert picture(region, 10).sum() * 1e-16 == pytest.approx(area(region), rel=1e-12)
    assert off_grid(region, 7) and not off_grid(region, 5)


def test_files_say_the_same_to_another_reader() -> None:
    image = find_oracle("PIL.Image")
    files = bitmaps.export(PLAN)
    rows = list(csv.DictReader(io.StringIO(files["masks/bitmap/bitmaps.csv"].decode())))
    assert len(rows) == len(PLAN.masks)
    for row, mask in zip(rows, PLAN.masks, strict=True):
        expected = picture(mask.region, SIDE)
        for path in (row["file"], row["file"].replace(".png", ".bmp")):
            read = image.open(io.BytesIO(files[path]))
            assert (np.array(read.convert("L")) > 127).tolist() == expected.tolist()
            assert read.info["dpi"][0] == pytest.approx(0.0254 / (SIDE * 1e-9), rel=1e-3)
        assert float(row["pixel_area_m2"]) == pytest.approx(expected.sum() * 25e-12)
        assert abs(float(row["difference"])) < 0.1


def test_what_a_picture_cannot_show_is_said() -> None:
    assert not list(bitmap_findings(PLAN.masks, 0.0))
    assert [f.severity for f in bitmap_findings(PLAN.masks[:1], 1e-9)] == ["error"]
    assert [f.severity for f in bitmap_findings(PLAN.masks[:1], 1e-3)] == ["error"]
    assert [f.severity for f in bitmap_findings(PLAN.masks[:1], 7e-6)] == ["warning"]
    assert MOST_PIXELS == 100_000_000


def test_nothing_when_not_asked() -> None:
    assert bitmaps.export(mask_plan()) == {}
    assert bitmaps.export(PLAN) == bitmaps.export(PLAN)
