"""Each process rule fires on a cell that would die, and stays silent on one that would live."""

from __future__ import annotations

import pytest

from fabplan.catalog.types import Electrolyte, Facility
from fabplan.planner import process_rules as rules
from tests.planner.fakes import choice, leaves, limit, material, q, recipe, route, step

GLASS = material("glass", limit(600), insulating=True)
SI = material("si", limit(1400))
AU = material(
    "au", limit(1000), limit(363, touching="si", reason="eutectic"), limit(600, touching="glass", reason="dewetting")
)
LFP = material("lfp", limit(300, "air"), limit(700, "inert"))
LIQUID = material("liquid", limit(60), electrolyte=Electrolyte(state="liquid", volatile=True))


@pytest.mark.parametrize(
    ("celsius", "atmosphere", "substrate", "error"),
    [(600, "inert", GLASS, False), (601, "inert", GLASS, True), (363, "inert", SI, False), (400, "inert", SI, True)],
)
def test_a_limit_belongs_to_the_pair(celsius: float, atmosphere: str, substrate: object, error: bool) -> None:
    gold = choice("collector", AU, recipe("au", ("au",)))
    sinter = recipe("sinter", method="sintering", atmosphere=atmosphere)
    steps = [step(1, gold, gold.recipe), step(2, None, sinter, celsius, main=False)]
    here = route(gold, substrate=substrate)  # type: ignore[arg-type]
    found = rules.temperature_order(here, steps, {"au": AU, "glass": GLASS, "si": SI})
    assert any(f.severity == "error" for f in found) == error, found
    of_pair = [f for f in found if f.severity == "error" and "au on" in f.message]
    assert bool(of_pair) == error and all("another material than au" in f.change for f in of_pair)


@pytest.mark.parametrize(
    ("celsius", "atmosphere", "error"),
    [(600, "inert", False), (400, "air", True), (299, "air", False), (400, "any", True), (600, "vacuum", False)],
)
def test_a_limit_is_a_function_of_the_atmosphere(celsius: float, atmosphere: str, error: bool) -> None:
    cathode = choice("cathode", LFP, recipe("print", ("lfp",)))
    anneal = recipe("anneal", method="annealing", atmosphere=atmosphere)
    steps = [step(1, cathode, cathode.recipe), step(2, None, anneal, celsius, main=False)]
    found = rules.temperature_order(
        route(cathode, substrate=GLASS), steps, {"lfp": LFP, "glass": material("glass", limit(1500))}
    )
    assert any(f.rule == "temperature-order" for f in found) == error


def test_the_ink_outranks_the_compound_but_not_for_its_own_heat_treatment() -> None:
    bound = recipe("pvdf-ink", ("lfp",), after=("dry",), leaves=leaves(120))
    cathode = choice("cathode", LFP, bound)
    dry = recipe("dry", method="drying", atmosphere="inert")
    other = recipe("anneal", method="annealing", atmosphere="inert")
    own = [step(1, cathode, bound), step(2, None, dry, 200, main=False)]
    foreign = [step(1, cathode, bound), step(2, None, other, 200, main=False)]
    here = route(cathode, substrate=GLASS)
    assert not rules.temperature_order(here, own, {"lfp": LFP, "glass": GLASS})
    assert [f.rule for f in rules.temperature_order(here, foreign, {"lfp": LFP, "glass": GLASS})] == [
        "temperature-order"
    ]


def test_what_nobody_knows_is_a_warning() -> None:
    mystery = material("mystery")
    film = choice("anode", mystery, recipe("film", ("mystery",)))
    steps = [step(1, film, film.recipe), step(2, None, recipe("anneal", method="annealing"), 500, main=False)]
    found = rules.temperature_order(route(film, substrate=GLASS), steps, {"mystery": mystery, "glass": GLASS})
    assert [f.rule for f in found] == ["temperature-limit-unknown"]


def test_no_vacuum_between_a_volatile_electrolyte_and_its_lid() -> None:
    fill = choice("electrolyte", LIQUID, recipe("fill"))
    seal = choice("seal", material("pdms"), recipe("seal", leaves=leaves(lid=True)))
    sputter = choice("collector", AU, recipe("au", ("au",)))
    here = route(fill, seal, sputter, substrate=GLASS)
    bad = [step(1, fill, fill.recipe), step(2, sputter, sputter.recipe, vacuum=True)]
    good = [step(1, fill, fill.recipe), step(2, seal, seal.recipe), step(3, sputter, sputter.recipe, vacuum=True)]
    assert [f.rule for f in rules.vacuum_after_liquid(here, bad)] == ["vacuum-after-liquid"]
    assert not rules.vacuum_after_liquid(here, good)


def test_a_solvent_on_what_it_dissolves() -> None:
    ink = choice("anode", LFP, recipe("ink-1", ("lfp",), leaves=leaves(dissolved_by=("nmp",))))
    second = choice("cathode", LFP, recipe("ink-2", ("lfp",), solvents=("nmp",)))
    steps = [step(1, ink, ink.recipe), step(2, second, second.recipe)]
    assert [f.rule for f in rules.solvents(steps)] == ["solvent-attack"]
    assert not rules.solvents(steps[::-1])


def test_a_facility_without_the_process_or_the_furnace() -> None:
    lab = Facility(
        id="lab",
        name="lab",
        methods=("sputter",),
        temperature_high=q(500 + 273.15, "temperature"),
        step_time_high=q(30.0, "time"),
    )
    film = choice("anode", LFP, recipe("film", ("lfp",)))
    steps = [step(1, film, film.recipe), step(2, None, recipe("sinter", method="sintering"), 600, main=False)]
    found = {f.rule for f in rules.facility(route(film, substrate=GLASS, facility=lab), steps)}
    assert found == {"facility-lacks-process", "facility-furnace", "facility-booking"}
