"""The compiled march against the array version: the same numbers, point by point."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate import dfn, points
from fabplan.estimate.cells import read_cells
from fabplan.estimate.designs import Stacks, take
from fabplan.estimate.run import estimate
from tests.estimate.examples import against_lithium, discharges, document

pytest.importorskip("numba", reason="numba (extra fast) is not installed")


def both(stacks: Stacks, materials: object, current: np.ndarray) -> tuple[dfn.Traces, dfn.Traces]:
    with np.errstate(all="ignore"):
        arrays = dfn.discharge(stacks, materials, current, compiled=False)  # type: ignore[arg-type]
        loops = dfn.discharge(stacks, materials, current, compiled=True)  # type: ignore[arg-type]
    return arrays, loops


@pytest.mark.parametrize("lithium", [False, True])
def test_the_same_curves(lithium: bool) -> None:
    given = document("porous-stack", "interdigital")
    made = read_cells(against_lithium(given) if lithium else given, "x")
    for group in made.groups:
        rates = np.array([0.2, 3.0, 12.0, 40.0])
        stacks = take(group.designs, np.zeros(len(rates), dtype=np.intp))
        arrays, loops = both(stacks, made.materials, stacks.one_c_current * rates)
        assert np.array_equal(arrays.finished, loops.finished) and arrays.finished.all()
        assert np.allclose(arrays.charge, loops.charge, rtol=1e-9)
        assert np.allclose(arrays.energy, loops.energy, rtol=1e-9)
        for one, other in zip(arrays.voltages, loops.voltages, strict=True):
            assert len(one) == len(other) and np.allclose(one, other, atol=1e-9)


@pytest.mark.slow
def test_the_same_answers_on_the_reference_designs() -> None:
    found = discharges("dfn_discharge.json").cells
    stacks = found.groups[0].designs
    assert isinstance(stacks, Stacks)
    arrays, loops = both(stacks, found.materials, 10.0 * stacks.one_c_current)
    assert np.allclose(arrays.charge, loops.charge, rtol=1e-6, equal_nan=True)


def test_without_samples_the_answers_stay() -> None:
    made = read_cells(document("porous-stack"), "x")
    stacks = made.groups[0].designs
    assert isinstance(stacks, Stacks)
    with_curves = dfn.discharge(stacks, made.materials, 5.0 * stacks.one_c_current, compiled=True)
    bare = dfn.discharge(stacks, made.materials, 5.0 * stacks.one_c_current, compiled=True, with_samples=False)
    assert np.array_equal(with_curves.charge, bare.charge) and len(bare.times[0]) == 0 < len(with_curves.times[0])


def test_few_and_many_points_are_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays answer few points, machine code many: stacks, fingers and films of varying diffusivity."""
    given = document("porous-stack", "interdigital", "film-planar", "film-coaxial", c_rates=[0.5, 20.0])
    for cell in given["cells"][2:]:
        cell["design"]["pos"]["D_slope_b"] = 1.0
    made = read_cells(given, "x")
    few = estimate(made, "accurate")
    monkeypatch.setattr(points, "WORTH_COMPILING", 1)
    many = estimate(made, "accurate")
    assert few.accurate.all() and many.accurate.all()
    assert np.allclose(few.capacity, many.capacity, rtol=1e-9) and np.allclose(few.energy, many.energy, rtol=1e-9)
