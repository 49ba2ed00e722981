"""A load as the target: looked up, sized for, carried by the drawn cell in simulated pulses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from fabplan.catalog.loader import Catalog
from fabplan.catalog.loader import load as load_catalog
from fabplan.errors import BadInput, Infeasible
from fabplan.estimate.load import Profile, Pulse
from fabplan.planner import load_search, load_target, run
from fabplan.planner.plan import Plan
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import merged, read_source

FILM = {"architecture": "laminated-thin-film", "footprint": "10 mm x 10 mm"}
BEACON = """name = "blink"
source = "a test"
confidence = "low"
sleep = "1 uA"
least_voltage = "2 V"

[[pulses]]
current = "0.5 mA"
duration = "20 ms"
period = "60 s"
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def logger(catalog: Catalog) -> Plan:
    return run.plan(None, {**FILM, "load": "logger-10min"}, (), catalog)


def spec_of(load: Any, catalog: Catalog, **more: Any) -> Spec:
    data = {"target": {"load": load, **more}, "footprint": {"size": ["10 mm", "10 mm"]}}
    return load_target.resolved(parse(data, "cell.toml"), catalog)


def test_a_load_becomes_a_charge_at_its_average_current(catalog: Catalog) -> None:
    target = spec_of("logger-10min", catalog, run_time="12 h").target
    average = 1e-6 + 1e-3 * 0.02 / 600.0
    assert target.capacity == pytest.approx(average * 43200.0)
    assert target.c_rate == pytest.approx(1.0 / 12.0)
    assert spec_of("logger-10min", catalog).target.run_time == load_target.DAY
    asked = spec_of("logger-10min", catalog, capacity="100 uAh", rate="1C").target
    assert asked.capacity == pytest.approx(0.36) and asked.c_rate == 1.0


def test_unknown_names_name_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(BadInput, match=r"target\.load.*rtc-bakup.*'rtc-backup'"):
        spec_of("rtc-bakup", catalog)


def test_nothing_is_invented_for_what_nobody_published(catalog: Catalog) -> None:
    with pytest.raises(BadInput, match="duration of pulse 1"):
        spec_of("micaz-mote", catalog)
    with pytest.raises(BadInput, match="sleep current"):
        spec_of("harvest-light-indoor", catalog)


def test_a_load_of_a_file_enters_the_request_as_data(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "blink.toml").write_text(BEACON)
    spec_file = tmp_path / "cell.toml"
    spec_file.write_text('[target]\nload = "./blink.toml"\n[footprint]\nsize = ["9 mm", "9 mm"]\n')
    data, where = read_source(str(spec_file))
    spec = load_target.resolved(parse(merged(data, {}, ()), where), catalog)
    assert spec.target.profile is not None and spec.target.profile.least_voltage == 2.0
    assert spec.target.profile.pulses == (Pulse(0.5e-3, 0.02, 60.0),)
    assert spec.raw["target"]["load"]["sleep"] == "1 uA" and str(tmp_path) not in str(spec.raw)
    again = load_target.resolved(parse(spec.raw, "plan.json"), catalog)
    assert dataclasses.replace(again.target.profile, id="") == dataclasses.replace(spec.target.profile, id="")  # type: ignore[type-var]


def test_faults_of_a_load_file_are_told(catalog: Catalog) -> None:
    with pytest.raises(BadInput, match=r"target\.load.*slep"):
        spec_of({"slep": "1 uA"}, catalog)


def test_a_shipped_load_that_a_cell_of_ten_millimetres_carries(logger: Plan) -> None:
    found = logger.estimate["load"]
    asked, reached = found["asked"], found["reached"]
    assert reached["survives"] and reached["run_time_s"] >= asked["run_time_s"] * (1 + asked["margin"])
    assert reached["at_pulse"] == "pulse 1" and reached["at_current_A"] == pytest.approx(1.001e-3)
    volts = [found["floor_V"], *(reached[k] for k in ("lowest_voltage_V", "first_lowest_voltage_V", "open_circuit_V"))]
    assert volts == sorted(volts) and len(set(volts)) == 4
    assert reached["charge_per_cycle_Ah"] >= asked["charge_per_cycle_Ah"] * 1.05
    assert any("logger-10min" in line for line in logger.estimate["binding"])


def test_the_first_pulse_sags_by_the_resistance_of_the_cell(logger: Plan) -> None:
    """A second road: the first pulse is short, so that its sag is current times resistance, up to kinetics."""
    reached = logger.estimate["load"]["reached"]
    sag = reached["open_circuit_V"] - reached["first_lowest_voltage_V"]
    ohmic = sum(v for k, v in logger.estimate["resistance_parts_ohm"].items() if "kinetics" not in k) * 1.001e-3
    whole = logger.estimate["dc_resistance_ohm"] * 1.001e-3
    assert ohmic < sag < 1.05 * whole + 0.02


def test_a_shipped_load_that_no_comb_of_ten_millimetres_carries(catalog: Catalog) -> None:
    wish = {"architecture": "planar-interdigital", "anode": "lto-graphene-cnt", "cathode": "lfp-graphene-cnt"}
    with pytest.raises(Infeasible) as caught:
        run.plan(None, {**wish, "footprint": "10 mm x 10 mm", "load": "logger-10min"}, (), catalog)
    text = " ".join(caught.value.reasons)
    assert "pulse 1 (1 mA) pulls the cell" in text and "20 ms after full charge" in text
    assert "stops at 1.8 V" in text and "its resistance binds" in text and "such cells in parallel" in text
    assert any("laminated-thin-film" in change for change in caught.value.changes)


def test_a_named_change_is_one_that_a_search_met(catalog: Catalog) -> None:
    wish = {**FILM, "footprint": "6 mm x 6 mm", "load": "logger-10min"}
    with pytest.raises(Infeasible) as caught:
        run.plan(None, wish, ("target.run_time=5 d",), catalog)
    shorter = next(change for change in caught.value.changes if change.startswith("run time"))
    time = shorter.split(" → ")[1].split(" (")[0]
    made = run.plan(None, wish, (f"target.run_time={time}",), catalog)
    assert made.estimate["load"]["reached"]["survives"]


def test_a_drawn_cell_that_falls_short_is_searched_again_with_a_reserve(
    catalog: Catalog, logger: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = merged({}, {**FILM, "load": "logger-10min"}, ())
    spec = load_target.resolved(parse(data, "test"), catalog)
    start, full = load_search.candidates(spec)[0]
    tried = load_search.attempt(start, full, catalog)
    load = logger.estimate["load"]

    def make(now: Any) -> Plan:
        good = now.problem.target.reserve >= 1.25
        reached = {**load["reached"], "survives": good}
        return dataclasses.replace(logger, estimate={**logger.estimate, "load": {**load, "reached": reached}})

    again, made = load_search.confirmed(tried, make)
    assert load_search.carries(made) and again.problem is not None and again.problem.target.reserve == 1.25
    assert again.sized is not None and tried.sized is not None
    assert again.sized.chosen is not None and tried.sized.chosen is not None


def test_a_failing_load_is_an_error_of_the_verdict(logger: Plan) -> None:
    load = logger.estimate["load"]
    broken = {**load, "reached": {**load["reached"], "survives": False, "run_time_s": 0.0}}
    (found,) = load_target.findings({"load": broken})
    assert (found.rule, found.severity) == ("target-load", "error") and "pulse 1" in found.message
    assert load_target.findings({"load": load}) == [] and load_target.findings({}) == []


def test_a_harvester_gives_back_what_a_run_took(catalog: Catalog) -> None:
    table = {"sleep": "1 uA", "harvest": "12.5 uW/cm2", "least_voltage": "2 V"}
    data = {"target": {"load": table}, "footprint": {"size": ["10 mm", "10 mm"]}}
    data["cell"] = {"architecture": "laminated-thin-film"}
    (found,) = [o for o in run.outcomes(parse(data, "test"), catalog) if o.plan is not None]
    assert found.plan is not None
    harvest, reached = found.plan.estimate["load"]["harvest"], found.plan.estimate["load"]["reached"]
    drawn = 1e-6 * reached["open_circuit_V"]
    assert harvest["power_W"] == pytest.approx(12.5e-6) and harvest["load_power_W"] == pytest.approx(drawn)
    assert harvest["recharge_s"] == pytest.approx(drawn * 86400.0 / (12.5e-6 - drawn))


def test_sleep_is_named_where_no_pulse_runs() -> None:
    assert load_target.pulse_name(()) == "sleep" and load_target.pulse_name((0, 2)) == "pulse 1 with 3"
    assert Profile("x", 1e-6, ()).harvest is None
