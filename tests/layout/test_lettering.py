"""Letters as polygons: legible squares, no corner contacts."""

from __future__ import annotations

import itertools

import pytest

from fabplan.geometry.region import area, bounds
from fabplan.layout.lettering import BRIDGED, GLYPHS, HEIGHT, lettering, printable, width
from tests.conftest import find_oracle


@pytest.mark.parametrize("rows", sorted({*GLYPHS.values(), *BRIDGED.values()}), ids="/".join)
def test_squares_share_edges(rows: tuple[str, ...]) -> None:
    assert len(rows) == HEIGHT and len({len(row) for row in rows}) == 1
    filled = {(x, y) for y, row in enumerate(rows) for x, sign in enumerate(row) if sign == "#"}
    for (x, y), (dx, dy) in itertools.product(filled, ((1, 1), (1, -1))):
        if (x + dx, y + dy) in filled:
            assert (x + dx, y) in filled or (x, y + dy) in filled


def test_no_two_letters_are_the_same() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS)
    assert len(set(BRIDGED.values())) == len(GLYPHS)


def test_area_and_width() -> None:
    made = lettering("Ab1", 5000)
    squares = sum(row.count("#") for letter in "AB1" for row in GLYPHS[letter])
    assert area(made) == pytest.approx(squares * 25e-12)
    assert bounds(made) == (0, 0, width("Ab1", 5000), 25_000)
    assert printable("µ_x") == "--X"


def test_klayout_finds_every_line_one_square_wide() -> None:
    db = find_oracle("klayout.db")
    region = db.Region()
    for part in lettering("".join(sorted(GLYPHS)), 5000).parts:
        region.insert(db.Polygon([db.Point(*corner) for corner in part.polygon]))
    region.merge()
    assert region.width_check(5000).count() == 0 and region.space_check(5000).count() == 0
    assert region.width_check(5001).count() > 0
