"""The relief of a plan against its drawing: an element too few or too wide is seen."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fabplan.architectures import _elements
from fabplan.architectures._elements import HOLES, PILLARS, TRENCHES, TUBES, Field
from fabplan.geometry.body import Body
from fabplan.verify._relief import relief_of, reliefs_drawn

SLAB = (-5_000, -5_000, 60_000, 60_000)


def scaffold(kind: int, hexagonal: int) -> Body:
    field = _elements.field_of(kind, 3000, 1600 if kind == TUBES else 0, 4500, hexagonal, 20_000, (40_000, 50_000))
    walls = _elements.plain(_elements.relief_of(field))
    bottom = 0.0 if kind in (PILLARS, TUBES) else -2e-5
    return Body(
        "relief", "scaffold", "si", None, _elements.draw(field, 0, 0, SLAB), bottom, 2e-5, "mask", "relief", walls
    )


@pytest.mark.parametrize("hexagonal", [0, 1])
@pytest.mark.parametrize("kind", [HOLES, TRENCHES, PILLARS, TUBES])
def test_drawn_relief_holds(kind: int, hexagonal: int) -> None:
    body = scaffold(kind, hexagonal)
    assert reliefs_drawn([body]) == ()
    assert body.relief is not None
    fewer = dataclasses.replace(body, relief=dataclasses.replace(body.relief, count=body.relief.count - 1))
    assert [f.rule for f in reliefs_drawn([fewer])] == ["relief-drawn"]


def test_what_is_not_drawn_is_not_compared() -> None:
    field = Field(PILLARS, 3000, 0, 4500, 0, 20_000, 2000, 2000, 9_000_000)
    walls = _elements.plain(_elements.relief_of(field))
    region = _elements.draw(field, 0, 0, SLAB)
    assert len(region.parts) == 1 and walls.count == 4_000_000
    body = dataclasses.replace(scaffold(PILLARS, 0), region=region, relief=walls)
    assert reliefs_drawn([body]) == ()


@pytest.mark.parametrize(
    "given", [None, {}, {"count": 1}, {"walls": "no"}, {"walls": [{"area_m2": "x"}], "count": 1}, 7]
)
def test_nonsense_is_no_relief(given: Any) -> None:
    assert relief_of({"relief": given}) is None


def test_a_stated_relief_is_read_back() -> None:
    wall = {"area_m2": 1e-12, "perimeter_m": 4e-6, "corner": 3.0}
    found = relief_of({"relief": {"count": 7, "height_m": 1e-5, "wall_m": 1e-6, "mouth_m": 2e-6, "walls": [wall]}})
    assert found is not None and (found.count, found.mouth, found.sections[0].perimeter) == (7, 2e-6, 4e-6)
