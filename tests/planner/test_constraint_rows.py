"""Every row of the constraint list: a case that breaks it is refused or flagged, a near one passes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from fabplan.architectures.base import RoleLimits
from fabplan.catalog.types import Material, Recipe
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, rectangle
from fabplan.layout.rules import minimum_widths
from fabplan.methods import _ballistic, atomic_layer_deposition, screen_printing, sputter
from fabplan.methods.base import Work
from fabplan.planner import cell_rules, class_rules, process_rules
from fabplan.planner import flow_search_rules as search_rules
from fabplan.planner import process_rules_open as opened
from fabplan.planner.flow_limits import flow_limits
from fabplan.planner.flow_search_model import order, technique, treatments
from fabplan.planner.flow_search_slots import Slot
from fabplan.planner.flow_search_task import REFLOW_PEAK
from fabplan.planner.plan import Step
from fabplan.planner.route import Choice, Route, method_of
from fabplan.planner.route_limits import role_limits
from tests.planner.fakes import choice, q, recipe, route, step
from tests.planner.plans import catalog, shipped_plan
from tests.shared import SHARED

ROWS = SHARED / "reference" / "constraints.json"
LIMITS = flow_limits()
Case = Callable[[bool], Iterable[Any]]


def made(role: str, recipe_id: str, material: str = "", **changes: Any) -> Choice:
    """A recipe of the catalog for a role."""
    by = dataclasses.replace(catalog().recipes[recipe_id], **changes)
    of = catalog().materials[material or by.materials[-1]]
    return Choice(role, of, by, *method_of(by, recipe_id), "a test")


def bare(role: str, material: str) -> Choice:
    """A material of the catalog by a recipe that says nothing of its own."""
    return choice(role, catalog().materials[material], recipe(f"make-{material}", (material,)))


def hot(celsius: float, atmosphere: str = "inert", name: str = "oven", method: str = "annealing") -> Recipe:
    return recipe(f"{name}-{celsius:g}", method=method, atmosphere=atmosphere)


def run(here: Route, *steps: Step) -> list[Finding]:
    """Errors and warnings of the process rules, without what nobody knows, is only near a limit, or shorts the nets."""
    numbered = [dataclasses.replace(s, number=n, id=f"s{n}") for n, s in enumerate(steps, 1)]
    found = process_rules.check(here, numbered, catalog().materials)
    silent = ("temperature-limit-unknown", "temperature-near-limit", "substrate-conducts")
    return [f for f in found if f.severity != "info" and f.rule not in silent]


def heated(first: Choice, celsius: float, atmosphere: str = "inert", substrate: str = "fused-silica") -> list[Finding]:
    """What the rules say when something that stands there is heated afterwards."""
    here = route(first, substrate=catalog().materials[substrate])
    return run(here, step(1, first, first.recipe), step(2, None, hot(celsius, atmosphere), celsius, main=False))


def substrate_heated(substrate: str, celsius: float) -> list[Finding]:
    here = route(substrate=catalog().materials[substrate])
    return run(here, step(1, None, hot(celsius), celsius, main=False))


def film(recipe_id: str, anneal: float | None, atmosphere: str) -> list[Finding]:
    """A film, deposited cold, with its own anneal (none: never heated)."""
    own = hot(anneal or 0.0, atmosphere)
    first = made("cathode", recipe_id, after=(own.id,) if anneal else ())
    steps = [step(1, first, first.recipe, 25.0)]
    if anneal is not None:
        steps.append(step(2, first, own, anneal, main=False))
    return run(route(first, substrate=catalog().materials["fused-silica"]), *steps)


def in_air(first: Choice, minutes: float, atmosphere: str = "air", lid: bool = False) -> list[Finding]:
    """Something stands open while another step takes its time."""
    closing = made("seal", "seal-port-epoxy")
    later = dataclasses.replace(step(3, None, hot(20, atmosphere, method="dicing"), main=False), duration=60 * minutes)
    steps = [step(1, first, first.recipe), *([step(2, closing, closing.recipe)] if lid else []), later]
    return run(route(first, closing, substrate=catalog().materials["fused-silica"]), *steps)


def platinum(substrate: str) -> list[Finding]:
    first = made("collector", "sputter-ti-pt-shadow")
    here = route(first, substrate=catalog().materials[substrate])
    return run(here, step(1, first, first.recipe, 20.0), step(2, None, hot(700, "air"), 700, main=False))


def resist(celsius: float) -> list[Finding]:
    metal = made("collector", "evaporate-ti-au-liftoff")
    before, after = (catalog().recipes[i] for i in ("litho-liftoff-resist", "lift-off-acetone"))
    here = route(metal, substrate=catalog().materials["fused-silica"])
    return run(here, step(1, metal, before, 100, main=False), step(2, metal, metal.recipe, celsius),
               step(3, metal, after, 25, main=False))  # fmt: skip


def lifted(method: str) -> list[Finding]:
    by = recipe("film", ("pt-ti",), method=method, patterned_by="lift-off")
    first = choice("collector", catalog().materials["pt-ti"], by)
    return run(route(first, substrate=catalog().materials["fused-silica"]), step(1, first, by, 25))


def soldered(recipe_id: str) -> list[Any]:
    one = made("anode", recipe_id)
    t = technique("anode", one.recipe, one.material, catalog())
    there = search_rules.Heat((t,), catalog().materials["fused-silica"], catalog().materials)
    return list(search_rules.standing("reflow", hot(260, "nitrogen"), REFLOW_PEAK, t, there))


def on_silicon(collector: str, thickness: float | None = None) -> list[Finding]:
    changes = {} if thickness is None else {"thickness": q(thickness, "length")}
    below, host = made("collector", collector, **changes), bare("anode", "lto")
    return list(opened.lithium_barrier(route(below, host, substrate=catalog().materials["si"]), LIMITS))


def ald(recipe_id: str, deep: float) -> list[Finding]:
    one = made("anode", recipe_id)
    work = Work(thickness=1e-8, area=1e-6, aspect_ratio=deep)
    return [f for f in atomic_layer_deposition.findings(one.settings, work) if f.rule == "ald-aspect-ratio"]


def sputtered(deep: float) -> list[Finding]:
    one = made("collector", "sputter-ti-pt-shadow")
    found = sputter.findings(one.settings, Work(thickness=1e-7, area=1e-6, aspect_ratio=deep))
    return [f for f in found if f.rule == "sputter-step-coverage"]


def plasma(deep: float) -> list[Finding]:
    one = made("electrolyte", "ald-lipon-plasma")
    work = Work(thickness=1e-8, area=1e-6, aspect_ratio=deep)
    return list(opened.plasma([dataclasses.replace(step(1, one, one.recipe), work=work)]))


def line(recipe_id: str, width: float, role: str = "anode") -> list[Finding]:
    one = made(role, recipe_id)
    limits = role_limits(one, route(one, substrate=catalog().materials["fused-silica"]), catalog())
    return narrow(role, limits, width)


def narrow(role: str, limits: RoleLimits, width: float) -> list[Finding]:
    region = rectangle(0, 0, round(width / NANOMETRE), 1_000_000)
    body = Body("digit", "anode", "lto", "anode", region, 0.0, 1e-6, "mask", role)
    return list(minimum_widths([body], {role: limits}))


def mesh(particle: float) -> list[Finding]:
    one = made("anode", "screen-lto-graphene-cnt")
    settings = dataclasses.replace(one.settings, particle_size=q(particle, "length"))
    return [f for f in screen_printing.findings(settings, Work(thickness=1e-5, area=1e-6)) if f.rule == "screen-mesh"]


def cut_off(high: float) -> list[Finding]:
    here = route(made("cathode", "sputter-lco-shadow"), substrate=catalog().materials["fused-silica"])
    return list(cell_rules._cut_off(here, "cathode", (3.2, high)))


def sinter_and_gel(sinter_first: bool) -> list[Finding]:
    gel, wall = made("electrolyte", "fill-liquid-electrolyte", "lipf6-ec-dec"), made("cathode", "diw-lfp-sun2013")
    own = dataclasses.replace(catalog().recipes["sinter-600c-argon"])
    fill, fire = step(1, gel, gel.recipe, 20), step(2, wall, own, 600, main=False)
    printed = step(3, wall, wall.recipe)
    here = route(gel, wall, substrate=catalog().materials["fused-silica"])
    return run(here, *((printed, fire, fill) if sinter_first else (printed, fill, fire)))


def fired_with(other: str) -> list[Finding]:
    """LFP is fired in argon beside an oxide that needs oxygen, or beside LTO."""
    by = recipe("printed", (other,), method="stencil-printing")
    beside, wall = choice("anode", catalog().materials[other], by), made("cathode", "diw-lfp-sun2013")
    fire = step(3, wall, catalog().recipes["sinter-600c-argon"], 600, main=False)
    here = route(beside, wall, substrate=catalog().materials["fused-silica"])
    return run(here, step(1, beside, beside.recipe, 25), step(2, wall, wall.recipe), fire)


LIQUID = ("electrolyte", "fill-liquid-electrolyte", "lipf6-ec-dec")
CASES: dict[str, Case] = {
    "T-LFP-olivine": lambda bad: film("sputter-lfp", None if bad else 500, "inert"),
    "T-LFP-nasicon": lambda bad: heated(made("cathode", "sputter-lfp"), 700 if bad else 600),
    "T-LCO-cryst": lambda bad: film("sputter-lco-shadow", 900 if bad else 700, "oxygen"),
    "T-LCO-eplate": lambda bad: plated("pet" if bad else "polyimide"),
    "T-LNMO": lambda bad: film("sputter-lnmo", 600 if bad else 700, "air"),
    "X-PtSi": lambda bad: platinum("si" if bad else "sio2-si"),
    "T-AuSi": lambda bad: heated(bare("collector", "au"), 400 if bad else 363, "inert", "si"),
    "T-Li": lambda bad: heated(made("anode", "evaporate-lithium-shadow"), 151 if bad else 150),
    "T-reflow": lambda bad: soldered("evaporate-lithium-shadow" if bad else "sputter-lto"),
    "T-LiPF6-salt": lambda bad: heated(made(*LIQUID), 108 if bad else 60),
    "T-LiPF6-soln": lambda bad: heated(made(*LIQUID), 86 if bad else 60),
    "T-GPE": lambda bad: heated(bare("electrolyte", "gel-pvdf"), 61 if bad else 60),
    "T-resist": lambda bad: resist(120 if bad else 110),
    "P-liftoff": lambda bad: lifted("sputter" if bad else "evaporation"),
    "T-LiPON": lambda bad: heated(made("electrolyte", "sputter-lipon-shadow"), 251 if bad else 250),
    "A-LiPON": lambda bad: in_air(made("electrolyte", "sputter-lipon-shadow"), 31 if bad else 29),
    "A-Li": lambda bad: in_air(made("anode", "evaporate-lithium-shadow"), 1, lid=not bad),
    "A-LiPF6": lambda bad: in_air(made(*LIQUID), 1, "air" if bad else "dry-air"),
    "T-PVDF": lambda bad: heated(made("anode", "screen-lto-graphene-cnt"), 151 if bad else 150),
    "T-PEO": lambda bad: heated(bare("electrolyte", "peo-litfsi"), 66 if bad else 65),
    "T-PDMS": lambda bad: heated(bare("insulator", "pdms"), 281 if bad else 280),
    "T-PI": lambda bad: substrate_heated("polyimide", 401 if bad else 400),
    "T-PET": lambda bad: substrate_heated("pet", 121 if bad else 120),
    "T-paper": lambda bad: substrate_heated("paper", 121 if bad else 120),
    "T-glassAF": lambda bad: substrate_heated("aluminoborosilicate-glass", 601 if bad else 600),
    "T-CMOS": lambda bad: substrate_heated("cmos-chip", 401 if bad else 400),
    "X-TiN": lambda bad: on_silicon("ald-tin-thermal", 9e-9 if bad else 1e-8),
    "AR-ALD-V2O5": lambda bad: ald("ald-v2o5", 101 if bad else 100),
    "AR-ALD-TiN": lambda bad: ald("ald-tin-thermal", 21 if bad else 20),
    "AR-ALD-SnO2": lambda bad: [*ald("ald-sno2-dmamp", 10 if bad else 9), *ald("ald-sno2-no", 51 if bad else 50)],
    "AR-sputter": lambda bad: sputtered(3 if bad else 0.1),
    "AR-plasmaALD": lambda bad: plasma(20 if bad else 0.5),
    "F-flexo": lambda bad: line("flexo-lfp", 19e-6 if bad else 30e-6),
    "F-spray": lambda bad: line("spray-lfp", 39e-6 if bad else 40e-6),
    "F-screen": lambda bad: line("screen-lto-graphene-cnt", 49e-6 if bad else 50e-6),
    "F-contact": lambda bad: line("evaporate-ti-au-liftoff", 1.9e-6 if bad else 4e-6, "collector"),
    "F-interdigit": lambda bad: class_rules.check(class_rules.PLANAR, {"minimum_gap_m": 2e-4 if bad else 2e-5}),
    "G-micro": lambda bad: class_rules.check("wire", {"footprint_area_m2": 9e-4 if bad else 9e-6, "height_m": 5e-4}),
    "P-mesh": lambda bad: mesh(1e-4 if bad else 1e-6),
    "V-LCO": lambda bad: cut_off(4.7 if bad else 4.2),
    "O-ink": lambda bad: sinter_and_gel(not bad),
    "O-co": lambda bad: fired_with("lco" if bad else "lto"),
}


#: row -> rule of the planner that enforces it, where it is not the limits of the records (``temperature-order``)
ENFORCED = {
    "T-LFP-olivine": "crystallisation", "T-LNMO": "crystallisation", "X-PtSi": "interdiffusion",
    "T-reflow": "heat: ", "T-resist": "resist-heat", "P-liftoff": "lift-off-sputter", "A-LiPON": "air-exposure",
    "A-Li": "air-exposure", "A-LiPF6": "air-exposure", "X-TiN": "lithium-into-substrate",
    "AR-ALD-V2O5": "ald-aspect-ratio", "AR-ALD-TiN": "ald-aspect-ratio", "AR-ALD-SnO2": "ald-aspect-ratio",
    "AR-sputter": "sputter-step-coverage", "AR-plasmaALD": "plasma-recombination", "F-flexo": "minimum-width",
    "F-spray": "minimum-width", "F-screen": "minimum-width", "F-contact": "minimum-width",
    "F-interdigit": "interdigital-gap", "G-micro": "micro-battery-size", "P-mesh": "screen-mesh",
    "V-LCO": "electrode-cut-off", "O-co": "co-sinter",
}  # fmt: skip


def plated(substrate: str) -> list[Finding]:
    """The bath of molten salt heats the part too."""
    one = made("cathode", "plate-lco-molten")
    bath = one.method.temperature(one.settings) - 273.15
    return run(route(one, substrate=catalog().materials[substrate]), step(1, one, one.recipe, bath))


def rows() -> list[str]:
    return [r["id"] for r in json.loads(ROWS.read_text())["constraints"]] if ROWS.is_file() else sorted(CASES)


@pytest.mark.parametrize("row", rows())
def test_a_case_that_breaks_the_row_is_refused_and_a_near_one_passes(row: str) -> None:
    assert row in CASES, "the row has no case"
    broken, near = list(CASES[row](True)), list(CASES[row](False))
    said = [str(getattr(f, "rule", "") or f.key) for f in broken]
    assert any(rule.startswith(ENFORCED.get(row, "temperature-order")) for rule in said), said
    assert not near, near


@pytest.mark.parametrize("name", ["conformal-3d", "laminated-thin-film"])
def test_shipped_cells_with_lipon_keep_it_out_of_air(name: str) -> None:
    """Row A-LiPON holds in what is emitted: lithography on open LiPON is done in dry air."""
    plan = shipped_plan(name)
    assert "air-exposure" not in {f.rule for f in plan.findings}
    place = next(n for n, s in enumerate(plan.steps) if s.material in ("lipon", "lipon-ald"))
    cover = next(n for n, s in enumerate(plan.steps) if n > place and s.material)
    assert {s.atmosphere for s in plan.steps[place + 1 : cover]} <= {"dry-air", "vacuum", "inert"}


def test_clocks_of_recipes_are_no_longer_than_the_row() -> None:
    """What a traveler prints as the longest wait agrees with the row of the list, which outranks other data."""
    rule = next(r for r in LIMITS.exposure if r.row == "A-LiPON")
    makers = [r for r in catalog().recipes.values() if set(r.materials) & set(rule.materials)]
    assert len(makers) >= 5 and rule.longest is not None and rule.longest.value is not None
    for each in makers:
        assert each.queue_time is not None and each.queue_time.value is not None, each.id
        assert each.queue_time.value <= rule.longest.value, each.id


def test_no_row_of_the_list_is_left_out() -> None:
    if not ROWS.is_file():
        pytest.skip("the shared reference is not there")
    assert set(rows()) == set(CASES)


@pytest.mark.parametrize("rule", LIMITS.crystallisation, ids=lambda r: r.row)
def test_films_that_stay_amorphous_are_told(rule: Any) -> None:
    cold = {"lfp": "sputter-lfp", "lco": "sputter-lco-65c", "lnmo": "sputter-lnmo"}[rule.material]
    found = film(cold, None, "inert")
    assert [(f.rule, f.severity) for f in found] == [("crystallisation", rule.severity)]


def test_a_cold_film_stands_only_with_the_capacity_that_was_measured_on_it() -> None:
    for name, severity in (("sputter-lco-25c", "warning"), ("sputter-lco-65c", "error")):
        assert [(f.rule, f.severity) for f in film(name, None, "inert")] == [("crystallisation", severity)], name


def test_pulsed_cvd_is_no_barrier_and_oxide_is_one() -> None:
    assert on_silicon("cvd-tin-pulsed", 1e-8) and not on_silicon("ald-al2o3-tma", 1e-8)


def test_recombination_limits_plasma_in_deep_relief() -> None:
    free, lossy = (_ballistic.saturation("via", 20.0, 0.01, 0.95, loss).time for loss in (0.0, 0.001))
    assert lossy > 1.2 * free


def test_conformal_films_are_never_lifted() -> None:
    assert [f.severity for f in lifted("atomic-layer-deposition")] == ["error"]


def test_pdms_alone_is_no_barrier() -> None:
    lid, tight, fill = made("lid", "lid-glass-pdms-port"), made("lid", "lid-glass-epoxy-port"), made(*LIQUID)
    glass: Material = catalog().materials["fused-silica"]
    assert [f.rule for f in opened.sole_barrier(route(fill, lid, substrate=glass), LIMITS)] == ["sole-barrier"]
    assert not opened.sole_barrier(route(fill, tight, substrate=glass), LIMITS)
    capped = (fill, lid, made("encapsulation", "cap-al2o3-ald"))
    assert not opened.sole_barrier(route(*capped, substrate=glass), LIMITS)


def test_water_on_lithium_before_the_lid() -> None:
    metal, after = made("anode", "evaporate-lithium-shadow"), made("collector", "plate-ni")
    here = route(metal, after, substrate=catalog().materials["fused-silica"])
    steps = [step(1, metal, metal.recipe, 25), step(2, after, after.recipe, 25)]
    assert "wet-on-open" in {f.rule for f in opened.wet_on_open(here, steps)}
    assert not opened.wet_on_open(here, steps[::-1])


def test_only_equal_runs_are_shared() -> None:
    """One temperature and one atmosphere: the very same recipe."""
    found = {role: made(role, by) for role, by in (("anode", "diw-lto-sun2013"), ("cathode", "sputter-lco-shadow"))}
    roles = tuple(found)
    slots = [Slot(r, (technique(r, c.recipe, c.material, catalog()),), order(roles, r)) for r, c in found.items()]
    assert all(len(run.roles) == 1 for run in treatments(slots))
