"""Dose for cases and recipes: numbers, unknown parts, faults told all at once."""

from __future__ import annotations

import pytest

from fabplan.errors import BadInput, Infeasible
from fabplan.planner import dose
from fabplan.planner.dose import Question
from tests.methods.shipped import catalog


def test_cases_keep_their_order_and_numbers() -> None:
    given = [{"geometry": "via", "AR": 10, "beta0": 0.1}, {"geometry": "trench", "AR": 10, "beta0": 0.1}]
    via, trench = dose.cases(given, "cases.json")
    assert via["t_norm"] == pytest.approx(218.4, rel=5e-3) and trench["t_norm"] == pytest.approx(75.8, rel=5e-3)
    assert via["end_coverage_min"] == 0.95 and via["t_norm"] < via["t_norm_closed_form"]
    assert len(via["profile_at_half_saturation_dose"]["coverage"]) == 10


def test_all_faults_at_once() -> None:
    given = [{"geometry": "hole", "AR": -1, "beta": 0.1}, 3, {"geometry": "via", "AR": 1, "beta0": 0.9, "betarec": 0.2}]
    with pytest.raises(BadInput) as fault:
        dose.cases(given, "cases.json")
    text = str(fault.value)
    for part in ("[0].geometry", "[0].AR", "did you mean 'beta0'", "[0].beta0", "[1]", "[2].betarec"):
        assert part in text, part


def test_recipe_at_both_ends_of_sticking() -> None:
    found = dose.of_recipe("ald-al2o3-tma", Question("trench", 20, thickness=10e-9, pressure=10.0), catalog())
    low, high = found["doses"]
    assert (low["sticking"], high["sticking"]) == (1e-4, 0.1)
    assert low["exposure_Pa_s"] > 50 * high["exposure_Pa_s"]
    assert low["pulse_s"] == pytest.approx(low["exposure_Pa_s"] / 10.0)
    assert found["cycles"] == 91
    assert found["time_s"] == pytest.approx(91 * (low["pulse_s"] + 3.0 + 0.1 + 4.0))


def test_what_is_unknown_stays_unknown() -> None:
    found = dose.of_recipe("ald-lipon-lihmds-depa", Question("via", 10), catalog())
    assert found["time_s"] is None and found["purge_s"] is None
    assert all(d["exposure_Pa_s"] is None and d["t_norm"] > 0 for d in found["doses"])
    assert any("sticking unknown" in note for note in found["notes"])


def test_a_material_finds_its_recipe_and_a_bulk_uptake_is_refused() -> None:
    assert dose.of_recipe("zno-coat", Question("via", 5), catalog())["recipe"].startswith("ald-zno")
    with pytest.raises(Infeasible, match="self-limiting"):
        dose.of_recipe("ald-lmo-thd", Question("via", 5), catalog())
    with pytest.raises(BadInput, match="ald-al2o3-tma"):
        dose.of_recipe("ald-al2o3-tmx", Question("via", 5), catalog())


def test_deep_narrow_features_need_their_own_purge() -> None:
    short, long = (
        dose.of_recipe("ald-al2o3-tma", Question("via", ratio, width=1e-3, sticking=0.1), catalog())["purge_s"]
        for ratio in (10.0, 1000.0)
    )
    assert short == 3.0 < long
