"""What the search forbids about open and touching layers is what the planner's findings call an error."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fabplan.planner.flow_limits import flow_limits
from fabplan.planner.flow_search_bans import bans
from fabplan.planner.flow_search_ground import ground_bans
from fabplan.planner.flow_search_model import Slot, Technique, order, technique
from fabplan.planner.flow_search_recipes import ready
from fabplan.planner.flow_search_rules import _steps
from tests.planner.plans import catalog


def keys(*made: tuple[str, str, str], **changes: Any) -> set[str]:
    """First words of the constraints over roles made by recipes of the catalog: (role, recipe, material or '')."""
    roles = [role for role, _, _ in made]
    slots = []
    for role, recipe_id, material in made:
        by = catalog().recipes[recipe_id]
        by = dataclasses.replace(by, **changes) if role == roles[-1] else by
        of = catalog().materials[material or by.materials[-1]]
        slots.append(Slot(role, (technique(role, by, of, catalog()),), order(roles, role)))
    used = {r.id: r for s in slots for t in s.techniques for r in (*t.chain, *t.furnaces, t.recipe)}
    known = ready(used.values())
    times = {t.fact: (3600.0,) * len(t.chain) for s in slots for t in s.techniques}
    return {c.key.split(":")[0] for c in bans(slots, [*_steps(slots)], known, flow_limits(), times)}


def phases(*recipes: str) -> dict[str, bool]:
    """Recipes of a LiCoO2 cathode that the rule of phases names -> whether it is only second choice."""
    ways = tuple(technique("cathode", catalog().recipes[r], catalog().materials["lco"], catalog()) for r in recipes)
    known = ready(catalog().recipes[r.id] for t in ways for r in (*t.chain, *t.furnaces))
    found = bans([Slot("cathode", ways, ())], [], known, flow_limits(), {})
    return {c.key.removeprefix("phase: "): c.soft for c in found}


def test_cold_lco_is_second_choice_beside_a_crystallised_one_and_forbidden_without_its_own_capacity() -> None:
    assert phases("sputter-lco-25c", "sputter-lco-shadow") == {"sputter-lco-25c": True}
    assert phases("sputter-lco-25c") == {}
    assert phases("sputter-lco-150w", "sputter-lco-shadow") == {"sputter-lco-150w": False}
    (rule,) = (r for r in flow_limits().crystallisation if r.material == "lco")
    # What an annealed film gave excuses no film of the same recipe that was not annealed.
    assert rule.excused(catalog().recipes["sputter-lco-25c"]) and not rule.excused(
        catalog().recipes["sputter-lco-shadow"]
    )


LITHIUM, LIPON = ("anode", "evaporate-lithium-shadow", ""), ("electrolyte", "sputter-lipon-shadow", "")
FILL = ("electrolyte", "fill-liquid-electrolyte", "lipf6-ec-dec")


@pytest.mark.parametrize(
    ("bad", "near", "key"),
    [
        ((("cathode", "sputter-lfp", ""), {"after": ()}), (("cathode", "sputter-lfp", ""), {}), "phase"),
        ((("collector", "sputter-ti-pt-liftoff", ""), {"method": "atomic-layer-deposition"}),
         (("collector", "sputter-ti-pt-liftoff", ""), {}), "lift-off"),
    ],
)  # fmt: skip
def test_a_technique_that_cannot_be(bad: Any, near: Any, key: str) -> None:
    limits, (made, changes) = flow_limits(), bad
    by = dataclasses.replace(catalog().recipes[made[1]], **changes)
    t = technique(made[0], by, catalog().materials[by.materials[-1]], catalog())
    known = ready(catalog().recipes[r.id] for r in (*t.chain, *t.furnaces))
    found = bans([Slot(made[0], (t,), ())], [], known, limits, {})
    assert {c.key.split(":")[0] for c in found} == {key}
    assert key not in keys(near[0])


@pytest.mark.parametrize(
    ("bad", "near", "key"),
    [
        ((LITHIUM, ("anode_collector", "plate-ni", "")),
         (LITHIUM, ("anode_collector", "sputter-cu-shadow", "")), "wet"),
        ((LIPON, ("anode", "stencil-graphite", "")), (LIPON, ("anode", "sputter-si", "")), "open in air"),
        ((("anode", "sputter-lco-shadow", ""), ("cathode", "diw-lfp-sun2013", "")),
         (("anode", "diw-lto-sun2013", ""), ("cathode", "diw-lfp-sun2013", "")), "oxygen"),
        ((FILL, ("lid", "lid-glass-pdms-port", "")), (FILL, ("lid", "lid-glass-epoxy-port", "")), "sole barrier"),
    ],
)  # fmt: skip
def test_what_must_not_meet(bad: Any, near: Any, key: str) -> None:
    assert key in keys(*bad)
    assert key not in keys(*near)


def shaped(recipe_id: str, role: str, material: str, atmosphere: str) -> Technique:
    """A technique of the catalog whose lithography is done in that atmosphere."""
    t = technique(role, catalog().recipes[recipe_id], catalog().materials[material], catalog())
    litho = "photolithography"
    chain = (dataclasses.replace(r, atmosphere=atmosphere) if r.method == litho else r for r in t.chain)
    return dataclasses.replace(t, chain=tuple(chain))


def in_litho(t: Technique, seconds: float) -> tuple[float, ...]:
    return tuple(seconds if r.method == "photolithography" else 0.0 for r in t.chain)


@pytest.mark.parametrize(
    ("atmosphere", "minutes", "banned"), [("air", 31, True), ("air", 29, False), ("dry-air", 99, False)]
)
def test_its_own_patterning_counts_as_air(atmosphere: str, minutes: float, banned: bool) -> None:
    """Row A-LiPON: also the lithography that shapes LiPON itself keeps it open."""
    t = shaped("ald-lipon-lihmds-depa-window", "electrolyte", "lipon-ald", atmosphere)
    times = {t.fact: in_litho(t, 60.0 * minutes)}
    known = ready(catalog().recipes[r.id] for r in (*t.chain, *t.furnaces))
    slots = [Slot("electrolyte", (t,), ())]
    found = bans(slots, [*_steps(slots)], known, flow_limits(), times)
    assert bool([c for c in found if c.key.startswith("open in air")]) == banned


def test_patterning_and_the_next_layers_lithography_add_up() -> None:
    """20 min of its own and 20 min before the next film are more than 30 min."""
    first = shaped("ald-lipon-lihmds-depa-window", "electrolyte", "lipon-ald", "air")
    then = shaped("evaporate-ti-au-liftoff", "anode_collector", "au", "air")
    slots = [Slot("electrolyte", (first,), ()), Slot("anode_collector", (then,), ("electrolyte",))]
    times = {t.fact: in_litho(t, 1200.0) for t in (first, then)}
    known = ready({r.id: catalog().recipes[r.id] for t in (first, then) for r in (*t.chain, *t.furnaces)}.values())
    found = [c for c in bans(slots, [*_steps(slots)], known, flow_limits(), times) if c.key.startswith("open in air")]
    assert [c.operator for c in found] == [then.fact]


def test_bare_silicon_needs_a_barrier_in_the_search_too() -> None:
    """Rows X-TiN and X-PtSi: what `plan` refuses, the search never finds."""
    silicon = catalog().materials["si"]

    def found(collector: str, host: str, material: str) -> set[str]:
        below, c = catalog().recipes[collector], catalog()
        made = (
            technique("collector", below, c.materials[below.materials[-1]], c),
            technique("cathode", c.recipes[host], c.materials[material], c),
        )
        slots = [Slot(t.role, (t,), order(("collector", "cathode"), t.role)) for t in made]
        known = ready({r.id: r for t in made for r in (*t.chain, *t.furnaces)}.values())
        found_bans = ground_bans(slots, [*_steps(slots)], known, flow_limits(), silicon, catalog().materials)
        return {c.key for c in found_bans if not c.unless}

    mixing = "barrier: anneal-lnmo-700c / sputter-ti-pt-shadow"
    assert found("sputter-ti-pt-shadow", "sputter-lnmo", "lnmo") == {mixing, "barrier: lithium", "barrier: insulator"}
    assert not found("sputter-ti-pt-alumina", "sputter-lnmo", "lnmo")
