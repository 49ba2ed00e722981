"""Many geometries at once against the estimator itself."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.estimate.search import (
    FilmGeometry,
    InterdigitalGeometry,
    SearchAnswer,
    StackGeometry,
    film_arrays,
    interdigital_arrays,
    stack_arrays,
)
from tests.estimate.examples import cells, document

COUNT = 150
RANDOM = 7


def one_by_one(kind: str, rates: np.ndarray, change: Any) -> Any:
    """The same designs as a cells document through the fast tier."""
    given = document(kind)
    template = given["cells"][0]
    given["cells"] = []
    for row, rate in enumerate(rates.tolist()):
        cell = copy.deepcopy(template) | {"id": str(row), "c_rates": [rate]}
        change(cell["design"], row)
        given["cells"].append(cell)
    return estimate(read_cells(given, "x"), "fast")


def compare(ours: SearchAnswer, theirs: Any, depletion: float = 1e-9) -> None:
    assert np.allclose(ours.current, theirs.current, rtol=1e-9)
    assert np.allclose(ours.salt_depletion, theirs.salt_depletion, rtol=depletion)
    off = np.abs(ours.capacity - theirs.capacity) / ours.one_c_capacity
    assert np.percentile(off, 99) < 1.5e-3 and np.median(off) < 2e-4
    assert np.percentile(np.abs(ours.mean_voltage - theirs.mean_voltage), 95) < 4e-3


def test_interdigital_designs() -> None:
    random = np.random.default_rng(RANDOM)
    w1, w2, gap, height = (10.0 ** random.uniform(-5.0, -3.9, COUNT) for _ in range(4))
    lid, rates = height * random.uniform(1.0, 2.0, COUNT), 10.0 ** random.uniform(-1.0, 1.0, COUNT)

    def change(own: dict[str, Any], row: int) -> None:
        own |= {"w1_m": w1[row], "w2_m": w2[row], "gap_m": gap[row], "h_m": height[row], "H_m": lid[row]}

    ours = interdigital_arrays(cells("interdigital"), InterdigitalGeometry(w1, w2, gap, height, lid), rates)
    compare(ours, one_by_one("interdigital", rates, change), depletion=0.04)  # the search takes coarse elements
    assert ours.trusted.any() and not ours.trusted.all()


def test_porous_stacks() -> None:
    random = np.random.default_rng(RANDOM)
    first, second, between = (10.0 ** random.uniform(-5.7, -4.0, COUNT) for _ in range(3))
    rates = 10.0 ** random.uniform(-1.0, 1.0, COUNT)

    def change(own: dict[str, Any], row: int) -> None:
        own["neg"]["L_m"], own["pos"]["L_m"], own["sep"]["L_m"] = first[row], second[row], between[row]

    ours = stack_arrays(cells("porous-stack"), StackGeometry(first, second, between, 1e-4), rates)
    compare(ours, one_by_one("porous-stack", rates, change))


@pytest.mark.parametrize("kind", ["film-planar", "film-coaxial"])
def test_films(kind: str) -> None:
    random = np.random.default_rng(RANDOM)
    first, second, between = (10.0 ** random.uniform(-6.7, -5.5, COUNT) for _ in range(3))
    rates = 10.0 ** random.uniform(-1.0, 1.0, COUNT)
    core = np.full(COUNT, np.inf) if kind == "film-planar" else 10.0 ** random.uniform(-6.0, -5.0, COUNT)

    def change(own: dict[str, Any], row: int) -> None:
        own["neg"]["L_m"], own["pos"]["L_m"], own["se"]["L_m"] = first[row], second[row], between[row]
        if kind == "film-coaxial":
            own["r0_m"] = core[row]

    ours = film_arrays(cells(kind), FilmGeometry(first, second, between, core, 1e-4), rates)
    compare(ours, one_by_one(kind, rates, change))
    assert np.all(ours.salt_depletion == 0.0)


def test_one_of_many_is_the_design_alone() -> None:
    widths = np.array([20e-6, 40e-6, 90e-6])
    many = interdigital_arrays(cells("interdigital"), InterdigitalGeometry(widths, 40e-6, 20e-6, 50e-6, 60e-6), 1.0)
    alone = interdigital_arrays(cells("interdigital"), InterdigitalGeometry(90e-6, 40e-6, 20e-6, 50e-6, 60e-6), 1.0)
    assert alone.capacity.shape == (1,) and np.isclose(alone.capacity[0], many.capacity[2], rtol=1e-12)


def test_the_template_must_fit() -> None:
    geometry = InterdigitalGeometry(1e-5, 1e-5, 1e-5, 1e-5, 1e-5)
    for template in (cells("porous-stack"), cells("interdigital", "interdigital")):
        with pytest.raises(BadInput):
            interdigital_arrays(template, geometry, 1.0)


def test_contact_resistance_is_an_ohmic_drop() -> None:
    """Per gap and metre: the drop is the resistance times the current of a metre."""
    template = cells("interdigital")
    plain, resistive = (
        interdigital_arrays(template, InterdigitalGeometry(40e-6, 40e-6, 20e-6, 50e-6, 60e-6, contact), 0.5)
        for contact in (0.0, 10.0)
    )
    drop = plain.mean_voltage - resistive.mean_voltage
    assert np.allclose(drop, 10.0 * plain.current, rtol=0.1)
