"""Which points the accurate tier answers, and that it is needed there."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import Result, estimate
from fabplan.estimate.trust import Doubt, uncertainty
from tests.estimate.examples import Discharges, cells, discharges, document
from tests.estimate.test_spme import errors


def test_slow_discharges_are_closed_form() -> None:
    kinds = ("porous-stack", "interdigital", "film-planar", "film-coaxial")
    assert not estimate(cells(*kinds, c_rates=[0.1])).accurate.any()


def test_salt_depletion_asks_for_the_accurate_tier() -> None:
    result = estimate(cells("porous-stack", c_rates=[0.5, 2.0, 10.0, 30.0]))
    assert result.accurate.tolist() == (result.salt_depletion >= 0.3).tolist()
    assert result.accurate.any() and not result.accurate.all()


def test_a_drop_in_the_electrode_asks_for_the_accurate_tier() -> None:
    """Electrons that have to come a long way: the reaction moves, the closed form does not know."""
    given = document("porous-stack", c_rates=[1.0])
    given["cells"][0]["design"]["pos"]["sigma"] = 1e-4
    made = read_cells(given, "x")
    trusting, careful = estimate(made, "fast"), estimate(made)
    assert trusting.salt_depletion[0] < 0.3 and careful.accurate[0]
    one_c = careful.current[0] * 3600.0
    assert abs(trusting.capacity[0] - careful.capacity[0]) / one_c > 0.01


def test_a_steep_diffusivity_of_the_salt_asks_for_the_accurate_tier() -> None:
    """At little depletion, too: the closed form has one diffusivity for each part of the cell."""
    given = document("porous-stack", c_rates=[5.0])
    gel = given["electrolytes"]["gel"]
    salt = [1.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0, 2000.0, 3000.0, 4000.0]
    gel |= {"c_mol_m3": salt, "kappa_S_m": [0.3] * len(salt), "D_e_m2_s": [1e-10] * len(salt)}
    assert not estimate(read_cells(given, "x")).accurate.any()
    gel["D_e_m2_s"] = [1e-10 * 10.0 ** (1.2 * (c / 1000.0 - 1.0)) for c in salt]
    made = read_cells(given, "x")
    fast, careful = estimate(made, "fast"), estimate(made)
    assert fast.salt_depletion[0] < 0.3 and careful.accurate.all() and not careful.doubt.any()
    assert fast.doubt[0] == Doubt.CLOSED_FORM
    assert 5e-4 < abs(fast.mean_voltage[0] - careful.mean_voltage[0]) < 5e-3


def test_diffusivity_that_varies_asks_for_the_accurate_tier() -> None:
    given = document("film-planar", "film-planar", c_rates=[1.0])
    given["cells"][0]["design"]["neg"]["D_slope_b"] = 0.5
    assert np.array_equal(estimate(read_cells(given, "x")).accurate, [True, False])


def test_answers_say_whether_they_are_trusted() -> None:
    made = cells("porous-stack", "interdigital", c_rates=[0.2, 40.0])
    auto, fast = estimate(made), estimate(made, "fast")
    assert auto.doubt.tolist() == [Doubt.NONE, Doubt.NONE, Doubt.NONE, Doubt.FINGERS]
    assert fast.doubt.tolist() == [Doubt.NONE, Doubt.CLOSED_FORM, Doubt.NONE, Doubt.CLOSED_FORM]
    rows = fast.document()["results"]
    assert [row["trusted"] for row in rows] == [True, False, True, False]
    assert rows[0]["doubt"] is None and "closed form" in rows[1]["doubt"]
    assert all(row["uncertainty"] <= 0.01 for row in rows if row["trusted"])


def test_a_deep_cover_is_not_trusted() -> None:
    given = document("interdigital", c_rates=[0.1])
    given["cells"][0]["design"]["H_m"] = 2e-4
    assert estimate(read_cells(given, "x")).doubt.tolist() == [Doubt.COVER]


def keeps(found: Discharges, result: Result) -> None:
    """Every answer is as near to the reference as it says."""
    error, _ = errors(found, result)
    assert np.all(error <= uncertainty(result.doubt, result.salt_depletion))
    assert np.all(error[result.doubt == 0] <= 0.01)


@pytest.mark.parametrize("name", ["dfn_discharge.json", "interdigital_discharge.json"])
def test_trusted_answers_keep_their_uncertainty(name: str) -> None:
    """The fast tier here; what ``auto`` answers is held to the same where both ways of computing are compared."""
    found = discharges(name)
    keeps(found, estimate(found.cells, "fast"))
