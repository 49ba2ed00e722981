"""Screen printing: thickness of a pass from the mesh, number of passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.methods import screen_printing as screen
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings

MESH = {
    "mesh_pitch": "112.889 um", "thread": "40 um", "mesh_thickness": "59 um", "transfer": 1, "ink_solids": 0.2,
    "porosity": 0.4,
}  # fmt: skip


def test_thickness_of_a_pass() -> None:
    made = settings("screen-printing", **MESH)
    assert screen.wet_thickness(made) == pytest.approx(24.596e-6, rel=1e-4)  # the maker prints 25 cm3/m2
    assert screen.dry_thickness(made) == pytest.approx(24.596e-6 * 0.2 / 0.6, rel=1e-4)


def test_emulsion_adds_to_the_wet_thickness() -> None:
    plain, thick = (settings("screen-printing", **MESH, **more) for more in ({}, {"emulsion": "10 um"}))
    assert screen.wet_thickness(thick) - screen.wet_thickness(plain) == pytest.approx(10e-6)


@given(st.floats(1e-7, 1e-4))
def test_passes_are_as_few_as_can_be(thickness: float) -> None:
    made = settings("screen-printing", **MESH)
    number, step = screen.passes(made, Work(thickness=thickness)), screen.limits(made)["thickness_step"]
    assert number * step >= thickness * (1 - 1e-8)
    assert number == 1 or (number - 1) * step < thickness


def test_whole_passes_stay_whole() -> None:
    made = settings("screen-printing", **MESH)
    step = screen.limits(made)["thickness_step"]
    assert [screen.passes(made, Work(thickness=n * step)) for n in range(1, 5)] == [1, 2, 3, 4]


def test_shipped_prints_keep_to_the_resolution_of_the_review() -> None:
    for name in ("screen-lto-graphene-cnt", "screen-lfp-graphene-cnt", "screen-graphene-collector"):
        limits = screen.limits(recipe(name).settings)
        assert limits["line"] == pytest.approx(50e-6)
        assert limits["gap"] >= limits["line"]
        assert limits["thickness_high"] == pytest.approx(4 * limits["thickness_step"])
