"""KLayout measures the same regions: area, distance, facing length, width, number of pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fabplan.architectures._comb import Comb, areas, draw, facing
from fabplan.geometry import shapes
from fabplan.geometry.region import Region, joined, polygons, rectangle


@pytest.fixture(scope="module")
def db(oracle: Callable[[str], Any]) -> Any:
    return oracle("klayout.db")


def as_klayout(db: Any, region: Region) -> Any:
    found = db.Region()
    for polygon in polygons(region):
        found.insert(db.Polygon([db.Point(x, y) for x, y in polygon]))
    return found


def random_comb(rng: np.random.Generator) -> Comb:
    lengths = rng.integers(20, 3000, 6)
    count = int(rng.integers(2, 12))
    fewer = int(rng.integers(0, 2))
    anode, cathode, gap, overlap, *buses = (int(length) for length in lengths)
    return Comb(anode, cathode, gap, overlap, count, count - fewer, buses[0], buses[1])


@pytest.mark.parametrize("seed", range(12))
def test_random_combs(db: Any, seed: int) -> None:
    comb = random_comb(np.random.default_rng(seed))
    anode, cathode = draw(comb, -37, 91)
    ours, theirs = as_klayout(db, anode), as_klayout(db, cathode)
    assert (ours.merged().area(), theirs.merged().area()) == areas(comb)
    assert ours.merged().count() == shapes.pieces(anode) == 1
    assert theirs.merged().count() == shapes.pieces(cathode) == 1
    assert shapes.distance(anode, cathode) == comb.gap
    assert ours.separation_check(theirs, comb.gap).count() == 0
    near = ours.merged().separation_check(
        theirs.merged(), comb.gap + 1, metrics=db.Region.Projection, ignore_angle=90, shielded=False
    )
    seen = sum(pair.first.length() for pair in near.each())
    assert seen == shapes.facing_length(anode, cathode, comb.gap) == facing(comb)


@pytest.mark.parametrize("seed", range(20))
def test_random_heaps_of_boxes(db: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 400, (30, 2))
    far = corners + rng.integers(5, 90, (30, 2))
    heap = joined(rectangle(*box) for box in np.hstack([corners, far]).tolist())
    merged = as_klayout(db, heap).merged(True, 0)  # corners alone do not connect
    region = shapes.union([heap])
    assert shapes.pieces(heap) == shapes.pieces(region) == merged.count()
    assert shapes.to_shapely(region).area == merged.area()
    width = shapes.minimum_width(region)
    options = {"metrics": db.Region.Projection, "ignore_angle": 90, "shielded": False}
    assert merged.width_check(width, **options).count() == 0
    assert merged.width_check(width + 1, **options).count() > 0
