"""The section: what a cut meets, and conformal films laid over it without a hole."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.exporters._section import section
from fabplan.exporters._stack import Slab, stacked
from fabplan.geometry.body import Body
from fabplan.geometry.region import rectangle

UM = 1000


def body(name: str, bottom: float | None, thickness: float, width: int = 100 * UM, left: int = 0) -> Body:
    pattern = "conformal" if bottom is None else "mask"
    return Body(
        name, "insulator", "x", None, rectangle(left, 0, left + width, 10 * UM), bottom, thickness, pattern, "x"
    )


def height(slabs: tuple[Slab, ...], at: float) -> tuple[float, float] | None:
    return next(((s.bottom, s.top) for s in slabs if s.start < at < s.end), None)


def test_a_film_follows_a_step() -> None:
    step, film = body("step", 0.0, 2e-6, 40 * UM, 30 * UM), body("film", None, 1e-6)
    _, laid = stacked((step, film), ([(30e3, 70e3)], [(0.0, 100e3)]), (0.0, 100e3))
    assert height(laid, 10e3) == (0.0, 1e-6)
    assert height(laid, 50e3) == (2e-6, 3e-6)
    assert height(laid, 29.5e3) == height(laid, 70.5e3) == (0.0, 3e-6)  # on the walls, as thick as on top
    assert height(laid, 28.5e3) == (0.0, 1e-6)


def test_two_films_lie_on_each_other_and_a_later_body_on_both() -> None:
    films = body("one", None, 1e-6), body("two", None, 5e-7), body("lid", None, 1e-5)
    cuts = [[(0.0, 50e3)], [(20e3, 100e3)], [(0.0, 100e3)]]
    _, two, lid = stacked(films, cuts, (0.0, 100e3))
    assert height(two, 30e3) == (1e-6, 1.5e-6) and height(two, 80e3) == (0.0, 5e-7)
    assert height(lid, 30e3) == (1.5e-6, 1.15e-5) and height(lid, 5e3) == (1e-6, 1.1e-5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(1, 40), st.one_of(st.none(), st.integers(0, 3)), st.integers(1, 5)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([0.0, 3000.0]),
)
def test_every_film_is_as_thick_as_it_should_be_and_lies_on_something(
    rows: list[tuple[int, int, int | None, int]], sidewall: float
) -> None:
    """At every place: bottom is the highest top so far, and top is at least the thickness above it."""
    bodies = [
        body(f"b{k}", None if z is None else z * 1e-6, t * 1e-6, w * UM, x * UM) for k, (x, w, z, t) in enumerate(rows)
    ]
    cuts = [[(float(x * UM), float((x + w) * UM))] for x, w, _, _ in rows]
    found = stacked(bodies, cuts, (0.0, 100.0 * UM))
    for at in range(500, 100 * UM, 1000):
        surface = 0.0
        for (x, w, z, t), slabs in zip(rows, found, strict=True):
            here = height(slabs, at)
            assert (here is not None) == (x * UM < at < (x + w) * UM)
            if here is None:
                continue
            if z is None:
                assert here[0] == pytest.approx(surface) and here[1] >= surface + t * 1e-6 - 1e-12
            surface = max(surface, here[1])


def test_the_drawing_of_a_laminate_has_no_hole() -> None:
    """Column by column the boxes of the enlarged drawing touch from the ground up."""
    bodies = (
        body("collector", 0.0, 2e-7), body("cathode", 2e-7, 1.4e-6, 50 * UM, 10 * UM),
        body("electrolyte", None, 5e-7, 70 * UM, 5 * UM), body("anode", 2.1e-6, 3e-6, 40 * UM, 15 * UM),
        body("cap", None, 5e-8),
    )  # fmt: skip
    drawn = section(bodies, {b.name: k + 1 for k, b in enumerate(bodies)})
    assert drawn is not None and [s.step for s in drawn.strips] == [1, 2, 3, 4, 5]
    boxes = [
        tuple(map(float, box))
        for strip in drawn.strips
        for box in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z", strip.tall_path)
    ]
    for x in range(30, 970, 7):
        column = sorted((y + h, y) for x0, y, w, h in boxes if x0 < x < x0 + w)[::-1]
        assert column, x
        for (_, top), (bottom, _) in pairwise(column):
            assert bottom == pytest.approx(top, abs=0.03)


def test_the_order_of_steps_counts() -> None:
    film, block = body("film", None, 1e-6), body("block", 0.0, 2e-6, 50 * UM)
    first = section((film, block), {"film": 1, "block": 2})
    after = section((film, block), {"film": 2, "block": 1})
    assert first is not None and after is not None
    assert [s.true_path for s in first.strips] != [s.true_path for s in after.strips]


def test_nothing_solid_has_no_section() -> None:
    assert section(()) is None
