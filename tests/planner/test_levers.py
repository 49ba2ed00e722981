"""A change is named only when a request with the very value that is named is met."""

from __future__ import annotations

import re

import pytest

from fabplan.errors import Infeasible
from fabplan.findings import errors
from fabplan.planner import levers
from tests.planner.plans import planned


def refused(spec: str, *sets: str, **options: str) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        planned(spec, *sets, **options)
    return caught.value


def named(fault: Infeasible, lever: str) -> str:
    change = next(c for c in fault.changes if c.startswith(lever))
    return re.sub(r" \(.*\)$", "", change.split("→")[1].strip())


def test_height() -> None:
    fault = refused("planar-interdigital", height_max="0.2 mm")
    assert "the lowest cell" in fault.reasons[0] and "allowed 200 um" in fault.reasons[0]
    assert not fault.reachable, "nothing fits, so nothing is reachable"
    plan = planned("planar-interdigital", height_max=named(fault, "height"))
    assert not errors(plan.findings)


def test_footprint() -> None:
    fault = refused("planar-interdigital", "target.capacity=400 uAh")
    assert "reachable here" in fault.reasons[0]
    plan = planned("planar-interdigital", "target.capacity=400 uAh", footprint=named(fault, "footprint"))
    assert not errors(plan.findings)


def test_a_footprint_where_nothing_fits_yet_grows_until_the_target_is_met() -> None:
    fault = refused("laminated-thin-film", footprint="3 um x 3 um")
    assert "fits 3 um x 3 um" in fault.reasons[0]
    assert planned("laminated-thin-film", footprint=named(fault, "footprint")).estimate["capacity_Ah"] > 0


def test_one_given_parameter() -> None:
    fault = refused("interdigital-3d-filament", capacity="15 uAh")
    assert "layers 8" in fault.reasons[0] and "as given" in fault.reasons[0]
    plan = planned("interdigital-3d-filament", f"parameters.layers={named(fault, 'layers')}", capacity="15 uAh")
    assert not errors(plan.findings)


def test_several_given_parameters_where_no_single_one_is_enough() -> None:
    fault = refused("interdigital-3d-filament", 'parameters.gap="500 um"', capacity="15 uAh")
    change = next(c for c in fault.changes if "gap" in c and "layers" in c)
    pairs = re.findall(r"(\w+) [^→]+ → ([^→]+?)(?: and| \(parameters)", change)
    sets = [f"parameters.{name}={value}" for name, value in pairs]
    assert len(sets) >= 2
    assert not errors(planned("interdigital-3d-filament", *sets, capacity="15 uAh").findings)


def test_a_hopeless_request_says_so() -> None:
    fault = refused("laminated-thin-film", capacity="20 Ah")
    assert not fault.changes and "no single change" in fault.reasons[-1]


@pytest.mark.parametrize(
    ("c_rate", "text"), [(1.0, "1C"), (0.2, "C/5"), (0.38, "0.38C"), (0.1, "C/10"), (2.5, "2.5C"), (1 / 3, "C/3")]
)
def test_rates_as_people_write_them(c_rate: float, text: str) -> None:
    assert levers.rate_text(c_rate) == text


@pytest.mark.parametrize(("value", "up"), [(0.01341, 0.014), (0.013, 0.013), (2.401e-4, 2.5e-4), (9.99e-3, 0.01)])
def test_a_named_value_is_rounded_away_from_the_limit(value: float, up: float) -> None:
    assert levers._up(value) == pytest.approx(up, rel=1e-12)
