"""A plan's flow is the one that the search found: order, shared furnace runs, weights, reasons where there is none."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import pytest

from fabplan import plugins
from fabplan.catalog.tools import Tool
from fabplan.catalog.types import Recipe
from fabplan.errors import BadInput, Infeasible
from fabplan.planner import calibration, flow_plan, flow_search_route, flow_techniques, process_rules, run
from fabplan.planner.attempt import candidates, fixed_parameters, operations_of
from fabplan.planner.flow import steps
from fabplan.planner.flow_rates import rates
from fabplan.planner.flow_wishes import Weights
from fabplan.planner.plan import Step
from fabplan.planner.route import Choice, Route, choose, method_of
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import shipped, shipped_names
from tests.planner.fakes import q
from tests.planner.plans import WITHOUT_POTENTIAL, catalog, planned, shipped_plan

PLANNED = tuple(n for n in shipped_names() if n not in WITHOUT_POTENTIAL)


def spec(name: str, cell: Mapping[str, str] | None = None, **changes: Any) -> Spec:
    data = dict(shipped(name))
    data["cell"] = {**data["cell"], **(cell or {})}
    return parse({**data, **changes}, name)


def routed(asked: Spec) -> tuple[Spec, Route]:
    """Completed spec and its route in the structure's own order."""
    _, full = candidates(asked)[0]
    module = plugins.load("architectures", str(full.architecture))
    operations = operations_of(module, fixed_parameters(full, module))
    return full, choose(full, catalog(), operations, module.TITLE)


def order(route: Route) -> list[str]:
    return [p.recipe for p in route.flow]


@pytest.mark.parametrize("name", PLANNED)
def test_every_shipped_flow_is_searched_and_whole(name: str) -> None:
    """Every recipe of the route with all that comes before and after it stands in the flow, in the right order."""
    full, plain = routed(spec(name))
    found = flow_plan.settled(full, plain, catalog())
    assert found.remark and {p.role for p in found.flow if p.main} == set(plain.choices)
    for role, choice in plain.choices.items():
        place = next(n for n, p in enumerate(found.flow) if p.main and p.role == role)
        before = [p.recipe for p in found.flow[place - len(choice.recipe.before) : place]]
        assert before == list(choice.recipe.before)
        later = iter(order(found)[place + 1 :])
        assert all(any(r == wanted for r in later) for wanted in choice.recipe.after)


@pytest.mark.parametrize("name", ["interdigital-3d-filament", "interlaced-pillar", "laminated-thin-film"])
def test_no_searched_flow_breaks_a_rule_of_the_planner(name: str) -> None:
    """The search and the findings are two programs: no flow of one is an error of the other."""
    asked = spec(name, route={})
    full, plain = routed(asked)
    for flow in flow_search_route.flows(asked, catalog(), 6):
        chosen: dict[str, Choice] = {}
        for fact in flow.choices:
            role, _, recipe_id = fact.partition(": ")
            by: Recipe = catalog().recipes[recipe_id]
            material = plain.choices[role].material
            chosen[role] = Choice(role, material, by, *method_of(by, recipe_id), "searched")
        route = flow_plan.settled(full, dataclasses.replace(plain, choices=chosen), catalog())
        found = process_rules.check(route, steps(route, catalog(), (), {}), catalog().materials)
        assert not [f for f in found if f.severity == "error"], (flow.choices, found)


@pytest.mark.slow
def test_plates_that_stand_apart_share_their_anneal() -> None:
    plan = shipped_plan("interlaced-pillar")
    made = [s.recipe.id for s in plan.steps]
    assert made.count("anneal-imprint") == 1
    assert made.index("anneal-imprint") > max(made.index("imprint-lto"), made.index("imprint-lmo"))
    assert any("share" in line and "less than" in line for line in plan.reason)
    assert [s.number for s in plan.steps] == list(range(1, len(plan.steps) + 1))
    by_body = {body: s.number for s in plan.steps for body in s.bodies}
    assert all(layer.step == by_body[layer.name] for layer in plan.layers if layer.name in by_body)


def test_an_order_that_is_as_cheap_is_left_as_the_structure_names_it() -> None:
    full, plain = routed(spec("interdigital-3d-filament"))
    found = flow_plan.settled(full, plain, catalog())
    assert [o.role for o in found.operations] == [o.role for o in plain.operations if o.role in plain.choices]


def test_a_gel_is_cast_before_the_lid() -> None:
    full, plain = routed(spec("planar-interdigital-lithographic"))
    found = order(flow_plan.settled(full, plain, catalog()))
    assert found.index("gel-cast-ionogel") < found.index("lid-glass-pdms-port")


@pytest.mark.parametrize(
    ("name", "sets", "reason", "change"),
    [
        ("interdigital-3d-filament", ["cell.electrolyte=latp"], "pores", "conformal"),
        ("laminated-thin-film", ["flow.reflow=true"], "260 degC", "glued or clipped"),
        ("interdigital-3d-filament", ["cell.substrate=pet"], "(pet) bears 120 degC", "cell.substrate = alumina"),
        ("interdigital-3d-filament", ["route.lid=lid-glass-pdms-port", "cell.electrolyte=lipf6-ec-dec",
                                      "route.seal=seal-port-25c"], "moisture barrier", "lid"),
        ("planar-interdigital", ["route.lid=cvd-parylene-c", "cell.electrolyte=lipf6-ec-dec",
                                 "route.electrolyte=fill-liquid-electrolyte"], "boils off", ""),
    ],
)  # fmt: skip
def test_why_there_is_no_flow(name: str, sets: list[str], reason: str, change: str) -> None:
    """A plan that no order can make is refused before anything is sized, in words, with what would help."""
    with pytest.raises(Infeasible) as fault:
        planned(name, *sets)
    assert any(reason in r for r in fault.value.reasons), fault.value.reasons
    assert fault.value.changes and any(change in c for c in fault.value.changes), fault.value.changes


def test_weights_of_the_spec_decide() -> None:
    asked = spec("interdigital-3d-filament", route={})
    safe = flow_search_route.flows(dataclasses.replace(asked), catalog(), 1, Weights(0.0, 0.0, 1.0))[0]
    quick = flow_search_route.flows(asked, catalog(), 1, Weights(1.0, 0.0, 0.0))[0]
    in_spec = spec("interdigital-3d-filament", route={}, flow={"time": 0, "money": 0, "risk": 1})
    assert flow_search_route.flows(in_spec, catalog(), 1)[0].choices == safe.choices
    assert safe.risk <= quick.risk and quick.time <= safe.time


@pytest.mark.parametrize(
    ("flow", "says"),
    [({"tme": 1}, "time"), ({"time": -1}, "0 to"), ({"time": 0, "money": 0, "risk": 0}, "above 0"),
     ({"reflow": "yes"}, "true, false"), ({"money": "3 kg"}, "")],
)  # fmt: skip
def test_faults_of_the_flow_table(flow: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as fault:
        spec("interdigital-3d-filament", flow=flow)
    assert any(says in f"{p.allowed} {p.nearest}" for p in fault.value.problems)


@pytest.mark.slow
def test_open_roles_take_cheaper_recipes_only_where_the_drawn_plan_gains() -> None:
    """Of several plans the one whose flow, as drawn, costs less; the wishes of the user are never changed."""
    data = dict(shipped("interdigital-3d-filament"))
    data["route"] = {"anode": "diw-lto-sun2013"}
    data["flow"] = {"time": 0.0, "money": 0.0, "risk": 300.0}
    plan = run.planned(data, "test", catalog())
    before = shipped_plan("interdigital-3d-filament")
    weights = Weights(0.0, 0.0, 300.0)
    assert flow_techniques.spent(plan, weights) <= flow_techniques.spent(before, weights) * (1 + 1e-9)
    assert "diw-lto-sun2013" in [s.recipe.id for s in plan.steps]


def low_step(step: Step) -> Step:
    point = dataclasses.replace(step.set_points[0], value=1.0, shown="1 s", confidence="low")
    return dataclasses.replace(
        step, recipe=dataclasses.replace(step.recipe, confidence="low"), duration=60.0, set_points=(point,)
    )


def test_low_numbers_are_withheld_and_counted() -> None:
    step = low_step(shipped_plan("interdigital-3d-filament").steps[0])
    (blank,) = calibration.withheld([step])
    assert blank.duration is None and blank.reckoned == 60.0
    assert blank.set_points[0].value is None and "1 s" not in blank.set_points[0].shown
    (warned, *_), (told, *_) = calibration.findings([step], False), calibration.findings([step], True)
    assert (warned.severity, told.severity) == ("warning", "info") and "--allow-uncalibrated" in warned.change
    sure = dataclasses.replace(
        step, recipe=dataclasses.replace(step.recipe, confidence="high"), set_points=(), time_confidence="medium"
    )
    rests = dataclasses.replace(sure, time_confidence="low")
    (marked,) = calibration.findings([rests], False)
    assert marked.severity == "info" and "marked CALIBRATE" in marked.message
    assert calibration.withheld([rests])[0].duration == 60.0
    assert not calibration.findings([sure], False) and calibration.withheld([sure])[0].duration == 60.0


def test_no_plan_prints_low_numbers_unless_asked() -> None:
    silent = shipped_plan("interdigital-3d-filament")
    open_ = planned("interdigital-3d-filament", allow_uncalibrated=True)
    low = [s for s in silent.steps if s.recipe.confidence == "low"]
    assert low and all(s.duration is None for s in low)
    assert not [p for s in silent.steps for p in s.set_points if p.confidence == "low" and p.value is not None]
    assert any(p.confidence == "low" and p.value is not None for s in open_.steps for p in s.set_points)
    assert [f.severity for f in silent.findings if f.rule == "uncalibrated"] == ["warning", "info"]


def test_cleaning_moves_and_measurements_stand_on_the_sheets() -> None:
    notes = [s.notes for s in shipped_plan("interdigital-3d-filament").steps]
    assert notes[0].startswith("Before this step: clean the substrate.")
    filling = next(s for s in shipped_plan("interdigital-3d-filament").steps if s.method == "electrolyte-filling")
    assert "into the glove box" in filling.notes
    assert any("Hold point" in note for note in notes)


def test_measuring_is_left_out_where_it_costs_more_than_it_saves() -> None:
    asked = spec("interdigital-3d-filament")
    hasty = flow_search_route.flows(asked, catalog(), 1, Weights(1.0, 1.0, 0.0))[0]
    careful = flow_search_route.flows(asked, catalog(), 1, Weights(0.0, 0.0, 300.0))[0]
    assert not [s for s in hasty.steps if s.recipe == "measuring"]
    assert len([s for s in careful.steps if s.recipe == "measuring"]) == len(careful.choices) + 1  # and the sinter
    assert careful.risk < hasty.risk


def test_the_tools_of_a_lab_outrank_the_shipped_rates() -> None:
    by = catalog().recipes["sputter-ti-pt-shadow"]
    shipped_rates = rates(catalog().facilities["any"], 1.0)
    tool = Tool(name="ours", methods=("sputter",), hourly_cost=q(7.0), run_cost=q(3.0), good_share=q(0.5))
    lab = dataclasses.replace(catalog().facilities["any"], tools=(tool,), hourly_cost=q(2.0))
    own = rates(lab, 1.0)
    assert (own.hourly(by), own.run(by)) == (9.0, 3.0)
    assert own.risk(by) == pytest.approx(math.log(2.0))
    assert shipped_rates.hourly(by) != 9.0 and shipped_rates.run(by) == 0.0
