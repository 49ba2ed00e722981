"""Flows of the shipped specs and the cases that every process planner must get right."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest

from fabplan.catalog.loader import Catalog, load
from fabplan.errors import Infeasible
from fabplan.planner import flow_search_route as route
from fabplan.planner import run
from fabplan.planner.flow_search import search
from fabplan.planner.flow_search_model import TRANSFER, Weights
from fabplan.planner.flow_search_recipes import ready
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import shipped

SPECS = ("interdigital-3d-filament", "laminated-thin-film", "planar-interdigital", "planar-interdigital-lithographic")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def spec(name: str, cell: dict[str, str] | None = None, **changes: Any) -> Spec:
    data = dict(shipped(name))
    data["cell"] = {**data["cell"], **(cell or {})}
    data["route"] = changes.pop("route", {})
    return parse({**data, **changes}, name)


def recipes(flow: route.Flow) -> list[str]:
    return [s.recipe for s in flow.steps]


@pytest.mark.parametrize("name", SPECS)
def test_shipped_routes_are_among_the_flows_that_can_be_run(name: str, catalog: Catalog) -> None:
    """What fabplan ships with its own route keeps all rules of the search."""
    found = route.flows(parse(dict(shipped(name)), name), catalog, 1)
    wanted = set(shipped(name)["route"].values())
    assert wanted <= set(recipes(found[0]))


@pytest.mark.parametrize("name", SPECS)
def test_open_routes_cost_no_more_and_come_in_order(name: str, catalog: Catalog) -> None:
    fixed = route.flows(parse(dict(shipped(name)), name), catalog, 1)[0]
    found = route.flows(spec(name), catalog, 5)
    assert [f.cost for f in found] == sorted(f.cost for f in found)
    assert found[0].cost <= fixed.cost + 1e-6
    assert len({f.choices for f in found}) == len(found)


def test_printed_electrodes_share_their_sinter(catalog: Catalog) -> None:
    best = route.flows(spec("interdigital-3d-filament"), catalog, 1)[0]
    assert recipes(best).count("sinter-600c-argon") == 1
    place = recipes(best).index("sinter-600c-argon")
    assert set(best.steps[place].roles) == {"anode", "cathode"}
    assert place > max(n for n, s in enumerate(best.steps) if s.recipe.startswith("diw"))


def test_cathode_anneal_precedes_lithium(catalog: Catalog) -> None:
    asked = spec("laminated-thin-film", route={"cathode": "sputter-lco-shadow"})
    order = recipes(route.flows(asked, catalog, 1)[0])
    assert order.index("anneal-lco-700c-oxygen") < order.index("evaporate-lithium-shadow")


def test_lco_beyond_half_delithiation_is_refused_with_that_reason(catalog: Catalog) -> None:
    """Row V-LCO by itself: the review's 4.7 V for LiCoO2 never gets into a flow; 4.2 V does."""
    lco = catalog.materials["lco"]
    assert lco.electrode is not None
    to_4_75 = dataclasses.replace(lco, electrode=dataclasses.replace(lco.electrode, ocp="LNMO_fit"))
    lab = dataclasses.replace(catalog, materials={**catalog.materials, "lco": to_4_75})
    asked = parse(dict(shipped("laminated-thin-film")), "laminated-thin-film")
    with pytest.raises(Infeasible) as refused:
        route.flows(asked, lab, 1)
    assert [r for r in refused.value.reasons if "above its cut-off of 4.2 V" in r]
    assert route.flows(asked, catalog, 1)


def test_lithium_does_not_bear_solder_and_the_reason_says_so(catalog: Catalog) -> None:
    with pytest.raises(Infeasible) as fault:
        route.flows(spec("laminated-thin-film"), catalog, 1, reflow=True)
    assert any("260 degC" in r and "ithium" in r and "150 degC" in r for r in fault.value.reasons), fault.value.reasons
    # a printed oxide cell with a liquid does not bear it either, by its electrolyte
    with pytest.raises(Infeasible) as other:
        route.flows(spec("interdigital-3d-filament"), catalog, 1, reflow=True)
    assert any("260 degC" in r for r in other.value.reasons)


def test_gold_on_bare_silicon_gives_way_to_platinum(catalog: Catalog) -> None:
    asked = spec("interdigital-3d-filament", {"substrate": "si", "collector": "au"})
    with pytest.raises(Infeasible) as fault:
        route.flows(asked, catalog, 1)
    assert any("600 degC" in r and "363 degC" in r for r in fault.value.reasons), fault.value.reasons
    assert any("latin" in c and "for collector" in c for c in fault.value.changes), fault.value.changes


def test_parylene_over_a_filled_cell_is_refused(catalog: Catalog) -> None:
    asked = spec("planar-interdigital", {"electrolyte": "lipf6-ec-dec"},
                 route={"lid": "cvd-parylene-c", "electrolyte": "fill-liquid-electrolyte"})  # fmt: skip
    with pytest.raises(Infeasible) as fault:
        route.flows(asked, catalog, 1)
    assert any("boils off" in r or "no port" in r for r in fault.value.reasons), fault.value.reasons


def test_aluminium_bears_titanate_but_not_graphite(catalog: Catalog) -> None:
    made = {"collector": "al", "electrolyte": "lipf6-ec-dec"}
    with pytest.raises(Infeasible) as fault:
        route.flows(spec("planar-interdigital", {**made, "anode": "graphite", "cathode": "lco"}), catalog, 1)
    assert any("luminium" in r for r in fault.value.reasons), fault.value.reasons
    assert route.flows(spec("planar-interdigital", {**made, "anode": "lto", "cathode": "lco"}), catalog, 1)


def test_hot_lids_come_before_the_electrolyte(catalog: Catalog) -> None:
    """PDMS at 65 or 100 degC would boil a filled cell: cured first, and the port closed cold."""
    for lid in ("lid-glass-pdms-port", "lid-glass-pdms-100c"):
        asked = spec("interdigital-3d-filament", route={"lid": lid, "seal": "seal-port-25c"})
        order = recipes(route.flows(asked, catalog, 1)[0])
        assert order.index(lid) < order.index("fill-liquid-electrolyte") < order.index("seal-port-25c")


def test_olivine_is_not_annealed_to_another_material(catalog: Catalog) -> None:
    found = route.flows(spec("planar-interdigital-lithographic", {"cathode": "lfp"}), catalog, 20)
    assert not [f for f in found if "anneal-lfp-700c" in recipes(f) or "sputter-nasicon-lfp" in recipes(f)]


def test_solid_electrolyte_never_lies_on_a_printed_electrode(catalog: Catalog) -> None:
    for flow in route.flows(spec("laminated-thin-film"), catalog, 10):
        assert not [r for r in recipes(flow) if r.startswith(("stencil", "epd"))]


def test_a_lab_without_the_tool_says_so(catalog: Catalog) -> None:
    with pytest.raises(Infeasible) as fault:
        route.flows(spec("laminated-thin-film", facility={"name": "printing-lab"}), catalog, 1)
    assert any("has no" in r for r in fault.value.reasons)


def test_told_prices_add_up_to_the_cost(catalog: Catalog) -> None:
    """Cost of the search = weights times what the flow tells, where all times are known."""
    best = route.flows(spec("interdigital-3d-filament"), catalog, 1)[0]
    weights = Weights()
    assert best.unknown == 0 and TRANSFER > 0
    told = weights.time * best.time / 60 + weights.money * best.money + weights.risk * best.risk
    assert told == pytest.approx(best.cost, rel=1e-6)


def test_no_flow_heats_what_stands_there_too_much(catalog: Catalog) -> None:
    """Second way: every flow is replayed step by step against the limits of the compounds."""
    for name in SPECS:
        made = route.task(spec(name), catalog, ready(catalog.recipes.values()), Weights())
        for flow in route.flows(spec(name), catalog, 5):
            standing: list[tuple[str, float]] = []
            for step in flow.steps:
                hot = step.temperature
                assert not [s for s in standing if hot is not None and hot > s[1] + 1e-6], (name, step.recipe)
                recipe = catalog.recipes.get(step.recipe)
                leaves = recipe.leaves.temperature if recipe and recipe.leaves else None
                if recipe and recipe.materials and leaves and leaves.value and recipe.leaves.atmosphere == "any":  # type: ignore[union-attr]
                    standing.append((recipe.id, leaves.value))
        assert made.problem.operators


def test_search_of_a_real_flow_is_quick(catalog: Catalog) -> None:
    asked = spec("interdigital-3d-filament", route=dict(shipped("interdigital-3d-filament")["route"]))
    made = route.task(asked, catalog, ready(catalog.recipes.values()), Weights())
    start = time.perf_counter()
    outcome = search(made.problem)
    assert time.perf_counter() - start < 0.05 and outcome.flows


def test_platinum_on_bare_silicon_lies_on_alumina(catalog: Catalog) -> None:
    """Rows X-TiN and T-AuSi together: lithium hosts on bare silicon need a barrier, 600 degC needs platinum."""
    asked = spec("interdigital-3d-filament", {"substrate": "si", "collector": "pt-ti"})
    found = route.flows(asked, catalog, 5)
    assert found and all("ald-al2o3-tma" in recipes(f) for f in found)
    order = recipes(found[0])
    assert order.index("ald-al2o3-tma") < order.index("litho-liftoff-resist") < order.index("sinter-600c-argon")


@pytest.mark.parametrize("collector", ["sputter-ti-pt-alumina", "sputter-ti-pt-shadow"])
def test_route_and_plan_agree_on_bare_silicon(collector: str, catalog: Catalog) -> None:
    """What `route` names, `plan` emits; what one refuses, the other does too."""
    asked = dict(shipped("interdigital-3d-filament"))
    asked["cell"] = {**asked["cell"], "substrate": "si", "collector": "pt-ti"}
    asked["route"] = {**asked["route"], "collector": collector}
    good = collector.endswith("alumina")
    if good:
        assert route.flows(parse(asked, "x"), catalog, 1)
        made = run.planned(asked, "x", catalog)
        under = next(s for s in made.steps if s.recipe.id == "ald-al2o3-tma")
        assert under.work.thickness == pytest.approx(50e-9) and under.number == 1
        return
    with pytest.raises(Infeasible):
        route.flows(parse(asked, "x"), catalog, 1)
    with pytest.raises(Infeasible):
        run.planned(asked, "x", catalog)


def test_every_conflict_is_told(catalog: Catalog) -> None:
    asked = spec("interdigital-3d-filament", {"substrate": "si", "collector": "au"})
    with pytest.raises(Infeasible) as fault:
        route.flows(asked, catalog, 1)
    assert any("lithium diffuses" in r for r in fault.value.reasons)
    assert any("sputter-ti-pt-alumina" in c for c in fault.value.changes), fault.value.changes
