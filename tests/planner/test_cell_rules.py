"""Each electrochemical rule fires on a cell that would fail, and stays silent on the shipped ones."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.catalog.types import Barrier
from fabplan.planner import cell_rules as rules
from fabplan.planner.attempt import attempt, candidates
from fabplan.planner.electrical import Chemistry
from fabplan.planner.route import Route
from fabplan.planner.spec import Target, parse
from fabplan.planner.spec_source import shipped
from tests.planner.fakes import choice, material, q, recipe
from tests.planner.plans import catalog, shipped_plan


def problem_of(name: str) -> tuple[Route, Chemistry]:
    start, spec = candidates(parse(shipped(name), name))[0]
    problem = attempt(start, spec, catalog()).problem
    assert problem is not None
    return problem.route, problem.chemistry


@pytest.fixture(scope="module")
def printed() -> tuple[Route, Chemistry]:
    return problem_of("interdigital-3d-filament")


ESTIMATE = {"anode_capacity_Ah": 1.1, "cathode_capacity_Ah": 1.0, "open_circuit_window_V": [1.0, 2.0], "n_p_ratio": 1.1}


def with_collector(route: Route, name: str) -> Route:
    metal = catalog().materials[name]
    other = dataclasses.replace(route.choices["collector"], material=metal)
    return dataclasses.replace(route, choices={**route.choices, "collector": other})


@pytest.mark.parametrize(("metal", "fires"), [("au", False), ("pt-ti", False), ("cu", True)])
def test_collectors_inside_their_window(printed: tuple[Route, Chemistry], metal: str, fires: bool) -> None:
    route, chem = printed
    found = rules.windows(with_collector(route, metal), chem, catalog(), ESTIMATE)
    assert any(f.rule == "potential-window" and "collector" in f.message for f in found) == fires


def test_evidence_turns_a_window_into_a_warning() -> None:
    def severities(*evidence: str) -> list[str]:
        window = rules.Window("x", "cathode", q(0.0), q(4.2), evidence, evidence)
        return [f.severity for f in rules._inside(window, (1.0, 4.4))]

    assert severities("published cell") == ["warning"] and severities() == ["error"]


def test_an_unknown_window_is_a_warning_and_a_kept_one_is_silent() -> None:
    assert [f.rule for f in rules._inside(rules.Window("x", "anode", None, q(4.2)), (1.0, 2.0))] == ["window-unknown"]
    assert not list(rules._inside(rules.Window("x", "anode", q(1.0), q(2.0)), (1.0, 2.0)))


def test_someone_must_bring_the_lithium(printed: tuple[Route, Chemistry]) -> None:
    _, chem = printed
    bare = dataclasses.replace(chem, cathode=dataclasses.replace(chem.cathode, contains_lithium=False))
    assert [f.rule for f in rules.lithium(bare)] == ["no-lithium"]
    assert not rules.lithium(chem)


def test_balance(printed: tuple[Route, Chemistry]) -> None:
    _, chem = printed
    assert not rules.balance(chem, ESTIMATE)
    assert [f.rule for f in rules.balance(chem, {**ESTIMATE, "n_p_ratio": 0.8})] == ["n-p-ratio"]
    assert [f.rule for f in rules.balance(chem, {**ESTIMATE, "open_circuit_window_V": [-2.0, -1.0]})] == ["no-voltage"]


def test_a_missed_target_is_an_error() -> None:
    target = Target(3600.0, None, 0.2, 0.05, "height", 1.1)
    assert not rules.target_met(target, {"capacity_Ah": 1.06, "energy_Wh": 1.0})
    missed = rules.target_met(target, {"capacity_Ah": 1.04, "energy_Wh": 1.0})
    assert [(f.rule, f.severity) for f in missed] == [("target-capacity", "error")]


def test_what_is_unknown_asks_for_calibration(printed: tuple[Route, Chemistry]) -> None:
    _, chem = printed
    estimate = {"rates": [{"c_rate": 9, "salt_depletion": 0.9, "tier": "fast"}], "confidence": "low"}
    found = {f.rule for f in rules.trust(chem, estimate)}
    assert found == {"calibrate", "salt-depletion", "low-confidence"}
    known = dataclasses.replace(chem, unknown=())
    assert not rules.trust(known, {"rates": [], "confidence": "high"})


def test_shelf_life_by_hand() -> None:
    """1 g/m²/day of water takes 149 µAh/cm²/day: over 1 cm² it takes 20 % of 149 µAh in 0.2 days."""
    film = material("film", barrier=Barrier(water_vapour_transmission=q(1e-3 / 86400, "vapour_transmission")))
    lid = choice("lid", film, recipe("lid"))
    route = Route({"lid": lid}, (), film, None, shipped_plan("laminated-thin-film").facility)
    found = rules.shelf_life(route, {"equilibrium_capacity_Ah": 148.8e-6}, {"lid": rules.Opening(1e-4, None)})
    assert found[0].measured == pytest.approx(0.2 * 86400, rel=2e-3) and found[0].severity == "warning"
    tight = rules.shelf_life(route, {"equilibrium_capacity_Ah": 148.8e-6}, {"lid": rules.Opening(1e-8, None)})
    assert tight[0].severity == "info"
    assert rules.shelf_life(route, {"equilibrium_capacity_Ah": 1.0}, {})[0].rule == "barrier-unknown"


def test_the_shipped_cells_break_none_of_them() -> None:
    for name in ("interdigital-3d-filament", "laminated-thin-film", "planar-interdigital"):
        severe = {f.rule for f in shipped_plan(name).findings if f.severity == "error"}
        assert not severe
