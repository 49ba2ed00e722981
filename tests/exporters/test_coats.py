"""Conformal films around one element: closed, nested, and of the volume that the closed form gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.exporters._coats import coated
from fabplan.exporters._prisms import volume
from fabplan.geometry.body import Body
from fabplan.geometry.region import rectangle
from fabplan.geometry.relief import Relief, disc_section, rectangle_section, surplus_volume
from tests.exporters.test_mesh import edges_balance

KINDS = ("pillar", "hole", "tube", "square pillar", "trench")


def relief(kind: str, size: int, height: float, pitch: float) -> Relief:
    across = size * 1e-9
    sections = {
        "pillar": (disc_section(size // 2, True),),
        "hole": (disc_section(size // 2, False),),
        "tube": (disc_section(size // 2, True), disc_section(size // 4, False)),
        "square pillar": (rectangle_section(size, size, True),),
        "trench": (rectangle_section(size, 7 * size, False),),
    }[kind]
    return Relief(sections, 50, height, pitch - across, pitch - across)


def films(walls: Relief, thicknesses: list[float]) -> list[Body]:
    plane = rectangle(0, 0, 10_000, 10_000)
    base = Body("relief", "scaffold", "si", None, plane, -walls.height, walls.height, "mask", "relief", walls)
    return [base, *(Body(f"film-{k}", "cathode", "lco", "cathode", plane, None, t, "conformal", "cathode")
                    for k, t in enumerate(thicknesses))]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(1_000, 20_000),
    st.floats(2.0, 20.0),
    st.lists(st.floats(0.005, 0.04), min_size=1, max_size=4),
)
def test_closed_and_of_the_closed_forms_volume(kind: str, size: int, slender: float, shares: list[float]) -> None:
    across = size * 1e-9
    walls = relief(kind, size, slender * across, 1.6 * across)
    thicknesses = [share * across for share in shares]
    below = 0.0
    for film in coated(films(walls, thicknesses)):
        assert edges_balance(film.faces)
        assert _smallest_side(film.vertices, film.faces) > 0.0  # readers of STL take a triangle without area as a hole
        top = below + film.body.thickness
        one = Relief(walls.sections, 1, walls.height, walls.wall, walls.mouth)
        plan = np.ptp(film.vertices[:, 0]) * np.ptp(film.vertices[:, 1])
        expected = plan * film.body.thickness + surplus_volume(one, top) - surplus_volume(one, below)
        assert volume(film.vertices, film.faces) == pytest.approx(expected, rel=2e-3)
        below = top


def _smallest_side(vertices: np.ndarray, faces: np.ndarray) -> float:
    corners = vertices[faces]
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).min())


def test_films_are_nested_bottom_up() -> None:
    found = coated(films(relief("pillar", 4_000, 3e-5, 6e-6), [5e-8, 3e-8, 8e-8]))
    tops = [float(film.vertices[:, 2].max()) for film in found]
    assert tops == pytest.approx([3e-5 + 5e-8, 3e-5 + 8e-8, 3e-5 + 16e-8], rel=1e-9)
    lows = [float(film.vertices[:, 2].min()) for film in found]
    assert lows == pytest.approx([0.0, 5e-8, 8e-8], abs=1e-15)


def test_nothing_without_relief() -> None:
    walls = relief("pillar", 4_000, 3e-5, 6e-6)
    assert coated(films(walls, [5e-8])[1:]) == [] and coated(films(walls, [5e-8])[:1]) == []
