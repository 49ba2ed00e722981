"""Intervals of the cells of a file: which range counts, what conditions do to it, and the intervals themselves."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate import conditions, sureness, uncertainty
from fabplan.estimate.cells import read_cells
from fabplan.estimate.ranges import NINE_IN_TEN, Range
from fabplan.estimate.run import estimate
from tests.estimate.examples import document

NAME = "porous-stack-0"


def test_what_is_typed_outranks_the_cell_and_that_the_document() -> None:
    given = document("porous-stack")
    given["uncertain"] = {"pos.D_s": [1e-16, 1e-14], "sep.L_m": "low", "gap_m": "low"}
    given["cells"][0]["uncertain"] = {"pos.D_s": [2e-16, 2e-14], "pos.eps": "high"}
    wanted = sureness.asked(("pos.eps=0.3..0.4",), given, [NAME], None)[NAME]
    found = {one.path: one for one in wanted}
    assert len(found) == len(wanted) == 3  # one range a path: the others are outranked
    assert (found["pos.D_s"].low, found["pos.eps"].low) == (2e-16, 0.3)
    assert found["sep.L_m"].low / 15e-6 == pytest.approx(0.8) and "gap_m" not in found  # a stack has no gap
    everything = sureness.asked((), given, [NAME], "medium")[NAME]
    assert {"pos.c_max", "neg.sto0", "electrolyte.D_e_m2_s", "contact_ohm_m2"} <= {one.path for one in everything}
    assert not sureness.asked((), document("porous-stack"), [NAME], None)[NAME]


def intervals(ranges: list[Range], **more: object) -> dict[str, object]:
    return uncertainty.intervals(document("porous-stack"), ranges, [0.2, 2.0], draws=4000, **more)  # type: ignore[arg-type]


def test_the_capacity_of_a_limiting_share_is_known() -> None:
    """At a low rate the cathode's share is the capacity: quantiles of the input are those of the answer."""
    given = document("porous-stack", c_rates=[0.05])
    given["cells"][0]["design"]["neg"]["L_m"] *= 4.0  # the cathode limits in every draw
    one = Range("pos.eps_am", 0.5, 0.6, NINE_IN_TEN)
    found = uncertainty.intervals(given, [one], [0.05], draws=4000)
    nominal = found["nominal"]["capacity"]
    for end, share in (("low", 0.5), ("middle", 0.55), ("high", 0.6)):
        assert found["rates"][0][f"capacity_{end}_Ah_m2"] / nominal == pytest.approx(share / 0.55, rel=0.01), end
    assert found["inputs"][0]["capacity"]["share"] > 0.99 and "pos.D_s" in found["held"]


def test_causes_of_one_path_multiply() -> None:
    one = Range("contact_ohm_m2", 0.5e-4, 2e-4, NINE_IN_TEN, "film")
    both = intervals([one, Range("contact_ohm_m2", 0.5e-4, 2e-4, NINE_IN_TEN, "joint")])
    alone = intervals([one])
    spread = [np.log(found["resistance"]["high"] / found["resistance"]["low"]) for found in (alone, both)]  # type: ignore[index]
    assert spread[1] > 1.2 * spread[0]
    assert {entry["input"] for entry in both["inputs"]} == {"film", "joint"}  # type: ignore[attr-defined]


def test_the_accurate_tier_draws_where_the_cell_needs_it() -> None:
    wanted = [Range("pos.D_s", 5e-16, 2e-15, NINE_IN_TEN)]
    found = intervals(wanted, tier="accurate")
    assert [entry["tier"] for entry in found["rates"]] == ["accurate", "accurate"]  # type: ignore[attr-defined]
    assert found["rates"][0]["draws"] == uncertainty.ACCURATE_DRAWS  # type: ignore[index]
    exact = estimate(read_cells(document("porous-stack"), "x"), "accurate", [0.2]).capacity[0] / 3600.0
    entry = found["rates"][0]  # type: ignore[index]
    assert entry["capacity_low_Ah_m2"] <= exact * (1.0 + 1e-6) <= entry["capacity_high_Ah_m2"] * (1.0 + 1e-3)


def test_ranges_move_with_the_temperature() -> None:
    given = document("porous-stack")
    given["cells"][0]["design"]["pos"]["Ea_D_s_J_mol"] = 40e3
    colder, _ = conditions.at_temperature(given, 268.15)
    factor = colder["cells"][0]["design"]["pos"]["D_s"] / given["cells"][0]["design"]["pos"]["D_s"]
    wanted = {NAME: (Range("pos.D_s", 5e-16, 2e-15, NINE_IN_TEN),)}
    made, problems = sureness.intervals((given, colder), wanted, read_cells(colder, "x"), [1.0], "fast", 50)
    assert not problems and made[0]["inputs"][0]["low"] / 5e-16 == pytest.approx(factor)
    lost = conditions.after_first_cycle(given, 0.1)
    moved = sureness._moved(
        [Range("neg.sto100", 0.9, 0.97, NINE_IN_TEN)], *(uncertainty.Base.of(one) for one in (given, lost))
    )
    assert moved[0].high - moved[0].low == pytest.approx(0.07)


def test_bad_inputs_of_one_cell_leave_the_others() -> None:
    given = document("porous-stack", "porous-stack")
    names = [cell["id"] for cell in given["cells"]]
    wanted = {names[0]: (Range("pos.D_s", 2e-15, 1e-15),), names[1]: (Range("pos.D_s", 1e-15, 2e-15),)}
    made, problems = sureness.intervals((given, given), wanted, read_cells(given, "x"), [1.0], "fast", 20)
    assert [one["id"] for one in made] == names[1:] and problems[0][0] == names[0]
    assert names[0] in problems[0][1].where and "uncertain.pos.D_s" in problems[0][1].where


def test_unknown_ranges_in_a_file_are_refused_with_the_cell() -> None:
    given = copy.deepcopy(document("film-planar"))
    given["cells"][0]["uncertain"] = {"pos.D_s": "meduim"}
    with pytest.raises(BadInput, match=r"cells\[0\]\.uncertain\.pos\.D_s .*film-planar-0"):
        read_cells(given, "x")
