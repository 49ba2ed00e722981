"""Every trap of the bench is a rule: a case that falls into it is told, a near one is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from fabplan.catalog.pairs import contacts, temperature_limit
from fabplan.errors import Infeasible
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.layout import _print_rules
from fabplan.methods import direct_ink_writing
from fabplan.methods.base import Work
from fabplan.planner import cell_rules, film_rules, layer_rules
from fabplan.planner import run as planner_run
from fabplan.planner.flow_search_model import technique
from fabplan.planner.flow_search_rules import Heat, _heat
from fabplan.planner.process_rules import check
from tests.planner.fakes import q, recipe, route, step
from tests.planner.plans import catalog, shipped_plan
from tests.planner.test_constraint_rows import LIQUID, heated, hot, made, run

Found = Iterable[Any]
GLASS = "fused-silica"


def pair(first: str, second: str, volts: float | None = None) -> list[Any]:
    return [r for r in contacts(catalog().materials[first], catalog().materials[second], volts) if r.severity]


def beyond(collector: str, low: float, high: float) -> list[Finding]:
    """A collector at the ends of an electrode's window."""
    bears = catalog().materials[collector].collector
    assert bears is not None
    window = cell_rules.Window(collector, "cathode", bears.potential_low, bears.potential_high, bears.evidence)
    return list(cell_rules._inside(window, (low, high)))


def stretched(evidence: bool) -> list[Finding]:
    """Beyond the window with a cited cell it is a warning, without one an error."""
    cited = ("a published cell",) if evidence else ()
    window = cell_rules.Window("x", "cathode", q(0.0, "voltage"), q(4.0, "voltage"), cited, cited)
    return [f for f in cell_rules._inside(window, (0.5, 4.3)) if f.severity == "error"]


def washed(first: Any, *solvents: str, role: str = "insulator") -> list[Finding]:
    """A step with these solvents after a layer."""
    by = recipe("wash", (), method="photolithography", solvents=solvents, atmosphere="inert")
    other = dataclasses.replace(step(2, None, by), role=role)
    return run(route(first, substrate=catalog().materials[GLASS]), step(1, first, first.recipe), other)


def vacuum(lid_first: bool) -> list[Finding]:
    fill, lid = made(*LIQUID), made("seal", "seal-port-epoxy")
    late = step(3, None, recipe("late", method="sputter", atmosphere="vacuum"), vacuum=True, main=False)
    middle = [step(2, lid, lid.recipe)] if lid_first else []
    here = route(fill, lid, substrate=catalog().materials[GLASS])
    return [f for f in run(here, step(1, fill, fill.recipe), *middle, late) if f.rule == "vacuum-after-liquid"]


def golden(thickness: float) -> list[Finding]:
    metal = made("collector", "evaporate-ti-au-liftoff")
    film = dataclasses.replace(step(1, metal, metal.recipe), work=Work(thickness=thickness))
    furnace = step(2, None, hot(600), 600, main=False)
    return list(film_rules.gold(route(metal, substrate=catalog().materials[GLASS]), (film, furnace)))


def coated(coat: str, thickness: float) -> list[Finding]:
    first = made("cathode", "sputter-lco-shadow")
    by = recipe("coat", (coat,), method="atomic-layer-deposition", atmosphere="vacuum")
    over = dataclasses.replace(step(2, first, by, main=False), work=Work(thickness=thickness))
    here = route(first, substrate=catalog().materials[GLASS])
    return list(film_rules.coats(here, (step(1, first, first.recipe), over), catalog().materials))


def coat_on_pvdf(celsius: float) -> list[Finding]:
    """A hot coat is no heat treatment of the PVDF-bound layer below, though its own recipe asks for it."""
    by = recipe("coat", ("li3po4-coat",), method="atomic-layer-deposition", atmosphere="vacuum")
    first = made("anode", "screen-lto-graphene-cnt", after=("coat",))
    over = step(2, first, by, celsius, main=False)
    found = run(route(first, substrate=catalog().materials[GLASS]), step(1, first, first.recipe), over)
    return [f for f in found if f.rule == "temperature-order"]


def wall(length: float) -> list[Finding]:
    settings = made("anode", "diw-lto-sun2013").settings
    found = direct_ink_writing.findings(settings, Work(path_length=10 * length, filaments=10))
    return [f for f in found if f.rule == "wall-anchored"]


def on_porous(printed: bool) -> list[Finding]:
    below = made("cathode", "stencil-lco" if printed else "sputter-lco-shadow")
    here = route(below, made("electrolyte", "sputter-lipon-shadow"), substrate=catalog().materials[GLASS])
    return [f for f in layer_rules.roughness(here) if f.rule == "electrolyte-on-porous"]


def burnt(atmosphere: str) -> list[Finding]:
    return [f for f in heated(made("cathode", "diw-lfp-sun2013"), 500, atmosphere) if f.severity == "error"]


def tin(atmosphere: str) -> list[Any]:
    limit = temperature_limit(catalog().materials["titanium-nitride"], atmosphere)
    assert limit is not None and limit.temperature.value is not None
    return [limit] if limit.temperature.value < 700 + 273.15 else []


def sealed(pdms: bool) -> list[Any]:
    return pair("pdms" if pdms else "glass-lid-epoxy", "lipf6-ec-dec")


CASES: dict[str, Callable[[bool], Found]] = {
    "1 vacuum after a liquid": lambda bad: vacuum(not bad),
    "1 PDMS cure of a filled cell": lambda bad: heated(made(*LIQUID), 65 if bad else 25),
    "2 TiN at LiMn2O4": lambda bad: beyond("titanium-nitride" if bad else "pt-ti", 3.0, 4.3),
    "2 TiN in oxygen": lambda bad: tin("oxygen" if bad else "inert"),
    "3 Al at graphite": lambda bad: beyond("al", 0.1 if bad else 1.2, 2.0),
    "3 Cu at LFP": lambda bad: beyond("cu", 1.0, 3.6 if bad else 2.5),
    "3 Al with LiTFSI in carbonates": lambda bad: al_litfsi(4.2 if bad else 3.6),
    "3 Ag in electrolyte": lambda bad: pair("ag-ink" if bad else "pt-ti", "lipf6-ec-dec"),
    "3 LATP on lithium": lambda bad: pair("latp", "lithium" if bad else "lfp"),
    "3 LATP on LTO": lambda bad: pair("latp", "lto" if bad else "lfp"),
    "3 PEO at LCO": lambda bad: electrolyte("peo-litfsi", 4.2 if bad else 3.6),
    "3 evidence overrides": lambda bad: stretched(not bad),
    "4 heat by ink: PVDF-bound LTO": lambda bad: heated(made("anode", "screen-lto-graphene-cnt"), 600 if bad else 120),
    "4 heat by ink: burnt out LTO": lambda bad: heated(made("anode", "diw-lto-sun2013"), 700 if bad else 600),
    "5 LFP in air": lambda bad: burnt("air" if bad else "inert"),
    "6 gold on bare silicon": lambda bad: heated(made("collector", "evaporate-ti-au-liftoff"), 364 if bad else 363,
                                                 "inert", "si"),
    "6 thin gold": lambda bad: golden(110e-9 if bad else 210e-9),
    "6 borosilicate glass": lambda bad: heated(made("collector", "sputter-ti-pt-shadow"), 600 if bad else 500,
                                               "inert", "glass"),
    "7 anchored walls": lambda bad: wall(10e-3 if bad else 0.9e-3),
    "8 coats cost resistance": lambda bad: coated("li3po4-coat", 10e-9 if bad else 1e-12),
    "8 unknown coats are thin": lambda bad: coated("al2o3-coat", 10e-9 if bad else 2e-9),
    "8 hot coat on PVDF": lambda bad: coat_on_pvdf(300 if bad else 120),
    "9 NMP on PVDF": lambda bad: washed(made("anode", "screen-lto-graphene-cnt"), "nmp" if bad else "pgmea"),
    "9 acetone on PVDF": lambda bad: washed(made("anode", "screen-lto-graphene-cnt"), "acetone" if bad else "pgmea"),
    "9 PMMA in carbonates": lambda bad: pair("pmma" if bad else "fused-silica", "lipf6-ec-dec"),
    "9 TMAH on aluminium": lambda bad: washed(made("collector", "sputter-al-shadow"), "tmah" if bad else "pgmea"),
    "9 TMAH on thin alumina": lambda bad: washed(made("barrier", "ald-al2o3-tma", "al2o3-ald"),
                                                 "tmah" if bad else "pgmea"),
    "9 developer on lithium": lambda bad: washed(made("anode", "evaporate-lithium-shadow"), "tmah" if bad else "pgmea"),
    "9 developer on LiPON": lambda bad: washed(made("electrolyte", "sputter-lipon-shadow"), "tmah" if bad else "pgmea"),
    "9 developer on NCA": lambda bad: washed(made("cathode", "lay-nca-sheet"), "water" if bad else "pgmea"),
    "9 SU-8 is baked before gel": lambda bad: heated(made(*LIQUID), 175 if bad else 60),
    "9 PDMS passes solvent vapour": lambda bad: sealed(bad),
    "10 LiPON on printed electrodes": lambda bad: on_porous(bad),
    "11 PDMS alone against water": lambda bad: lone_pdms(bad),
    "11 PDMS frame with an epoxy plug": lambda bad: plugged(bad),
    "12 print onto mask": lambda bad: onto_mask(bad),
}  # fmt: skip


def al_litfsi(volts: float) -> list[Any]:
    salt = catalog().materials["lipf6-ec-dec"]
    assert salt.electrolyte is not None
    other = dataclasses.replace(salt, id="t", electrolyte=dataclasses.replace(salt.electrolyte, salt="LiTFSI"))
    return [r for r in contacts(catalog().materials["al"], other, volts) if r.severity == "error"]


def electrolyte(name: str, high: float) -> list[Finding]:
    e = catalog().materials[name].electrolyte
    assert e is not None
    return list(cell_rules._inside(cell_rules.Window(name, "electrolyte", e.window_low, e.window_high), (1.0, high)))


def lone_pdms(bad: bool) -> list[Finding]:
    fill, lid = made(*LIQUID), made("lid", "lid-glass-pdms-port" if bad else "lid-glass-epoxy-port")
    found = check(route(fill, lid, substrate=catalog().materials[GLASS]), (), catalog().materials)
    return [f for f in found if f.rule == "sole-barrier"]


def plugged(frame_of_pdms: bool) -> list[Finding]:
    """An epoxy plug in the port of a lid: the frame of the lid decides."""
    lid = made("lid", "lid-glass-pdms-port" if frame_of_pdms else "lid-glass-epoxy-port")
    here = route(made(*LIQUID), lid, made("seal", "seal-port-epoxy"), substrate=catalog().materials[GLASS])
    return [f for f in check(here, (), catalog().materials) if f.rule == "sole-barrier"]


def onto_mask(bad: bool) -> list[Finding]:
    """Walls on digits 5 um wider on each side, placed to 7 um: an error on a gantry without fiducials."""
    some = next(m for m in catalog().machines.values() if m.placement is not None)
    machine = dataclasses.replace(some, fiducials=not bad, placement=q(7e-6, "length"))
    path: Any = SimpleNamespace(name="anode")
    return [f for f in _print_rules._placement(path, machine, None, 5e-6) if f.severity == "error"]


@pytest.mark.parametrize("trap", CASES)
def test_a_case_that_falls_into_the_trap_is_told_and_a_near_one_is_not(trap: str) -> None:
    assert list(CASES[trap](True)), "not told"
    assert not list(CASES[trap](False)), list(CASES[trap](False))


def test_13_walls_stand_on_digits_of_one_pitch() -> None:
    """The published pitches of 120 and 110 um cannot both hold: digits and walls are drawn at 110 um, both 60 um."""

    def fingers(body: Body) -> tuple[int, int]:
        """Pitch of one net's fingers and their width [nm]."""
        (comb,) = (part for part in body.region.parts if part.lattice.count == 4)
        sides = [{point[axis] for point in comb.polygon} for axis in (0, 1)]
        return max(abs(comb.lattice.step_x), abs(comb.lattice.step_y)), min(max(s) - min(s) for s in sides)

    made = shipped_plan("interdigital-3d-filament").bodies
    combs = [fingers(b) for b in made if b.role in ("anode", "cathode", "anode_collector", "cathode_collector")]
    assert combs == [(220_000, 60_000)] * 4  # of every second finger


def test_13_the_dry_resistivity_of_lto_is_refused_by_what_it_costs() -> None:
    """2.1e5 ohm cm, measured on a dry film, would leave next to nothing of the cell: nobody gets a plan from it."""
    c = catalog()
    printed = c.recipes["diw-lto-sun2013"]
    shipped = printed.microstructure.electronic_conductivity if printed.microstructure else None
    assert shipped is None or shipped.value is None  # nothing stands for the value that nobody measured wet
    assert printed.microstructure is not None
    dry = dataclasses.replace(printed.microstructure, electronic_conductivity=q(1.0 / 2.1e3, "conductivity"))
    lab = dataclasses.replace(c, recipes={**c.recipes, printed.id: dataclasses.replace(printed, microstructure=dry)})
    with pytest.raises(Infeasible):
        planner_run.plan("interdigital-3d-filament", {}, (), lab)


def test_the_search_forbids_a_hot_coat_on_pvdf() -> None:
    """What `plan` refuses, `route` never names."""
    c = catalog()
    coat = recipe("coat", ("li3po4-coat",), method="atomic-layer-deposition", atmosphere="vacuum")
    base = technique("anode", c.recipes["screen-lto-graphene-cnt"], c.materials["lto-graphene-cnt"], c)
    t = dataclasses.replace(base, chain=(*base.chain, coat))
    there = Heat((t,), c.materials[GLASS], c.materials)
    assert [x.operator for x in _heat(t.fact, coat, 573.15, ("anode",), there) if not x.facts] == [t.fact]
    assert not list(_heat(t.fact, coat, 393.15, ("anode",), there))
