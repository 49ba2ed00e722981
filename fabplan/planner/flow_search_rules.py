"""What must not happen in a flow, as constraints of the search: heat, vacuum, air, contacts, tools."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING, temperature_limit
from fabplan.catalog.pairs import contacts as pair_rules
from fabplan.catalog.types import Facility, Material, Recipe, TemperatureLimit
from fabplan.planner.cell_rules import CUT_OFF_TRUST
from fabplan.planner.flow_limits import FlowLimits
from fabplan.planner.flow_search import Constraint
from fabplan.planner.flow_search_bans import bans
from fabplan.planner.flow_search_ground import ground_bans
from fabplan.planner.flow_search_model import (
    CLOSED,
    FURNACE,
    INSIDE,
    LIQUID,
    Slot,
    Technique,
    Treatment,
    in_box,
    treatments,
)
from fabplan.planner.flow_search_recipes import Ready

#: what must not see air -> source; a closed lid protects it
AIR = {"lithium": "constraint A-Li: argon, below 1 ppm water"}
AIR_SALTS = {"LiPF6": "constraint A-LiPF6: water makes HF and POF3"}
FILLING = "electrolyte-filling"  # the one process that brings an electrolyte in through a port
ROOM = 313.15  # kelvin: below 40 degC nothing is checked, every material of the catalog bears that
SIGHT = ("sputter", "co-sputter", "evaporation", "pulsed-laser-deposition")
MEETINGS = {
    "anode": ("anode_collector", "collector", "electrolyte"),
    "cathode": ("cathode_collector", "collector", "electrolyte"),
    "electrolyte": ("anode_collector", "cathode_collector", "collector", "lid", "seal", "encapsulation"),
}


@dataclass(frozen=True)
class Judged:
    """What the rules look at beside the recipes.

    Parameters
    ----------
    potentials : net -> lowest and highest potential of its electrode [V against Li], where they are known
    windows : whether potentials are judged at all
    limits : what holds beyond the limits of single records
    times : name of an operator -> times of its recipes [s], None where one is not known
    """

    substrate: Material
    materials: Mapping[str, Material]
    facility: Facility
    potentials: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    windows: bool = True
    limits: FlowLimits = field(default_factory=FlowLimits)
    times: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)


def constraints(slots: Sequence[Slot], judged: Judged, known: Mapping[str, Ready]) -> tuple[Constraint, ...]:
    """All constraints of a problem.

    Parameters
    ----------
    known : recipes with their methods, by id
    """
    steps = [*_steps(slots)]
    heat = Heat(tuple(t for slot in slots for t in slot.techniques), judged.substrate, judged.materials)
    return (
        *(c for name, recipes, own in steps for r in recipes for c in _heat(name, r, known[r.id].hot, own, heat)),
        *(c for name, recipes, own in steps for c in _resist(name, recipes, known)),
        *(c for name, recipes, _ in steps for c in _vacuum(name, recipes, known)),
        *(c for name, recipes, _ in steps for c in _air(name, recipes, slots)),
        *(c for name, recipes, _ in steps for c in _tools(name, recipes, judged.facility, known)),
        *_leaving_the_box(slots),
        *_ports(slots, known),
        *_pores(slots),
        *_contacts(slots, judged),
        *_cut_offs(slots, judged),
        *bans(slots, steps, known, judged.limits, judged.times),
        *ground_bans(slots, steps, known, judged.limits, judged.substrate, judged.materials),
    )


@dataclass(frozen=True)
class Heat:
    """What may stand there when something is heated."""

    techniques: tuple[Technique, ...]
    substrate: Material
    materials: Mapping[str, Material]
    known: dict[tuple[str, str], tuple[tuple[Material, TemperatureLimit, float], ...]] = field(default_factory=dict)

    def bears(self, t: Technique, atmosphere: str) -> tuple[tuple[Material, TemperatureLimit, float], ...]:
        """What a technique leaves with the limit of each [K] in an atmosphere, looked up once for all steps."""
        key = (t.fact, atmosphere)
        if key not in self.known:
            left = t.recipe.materials or ((t.material.id,) if t.material else ())
            found = []
            for material in (self.materials[m] for m in left if m in self.materials):
                limit = temperature_limit(material, atmosphere, (self.substrate.id, *left))
                if limit is not None and limit.temperature.value is not None:
                    found.append((material, limit, limit.temperature.value))
            self.known[key] = tuple(found)
        return self.known[key]


def _steps(slots: Sequence[Slot]) -> Iterator[tuple[str, tuple[Recipe, ...], tuple[str, ...]]]:
    """Name of every operator, its recipes, the roles that it makes or treats."""
    for slot in slots:
        for t in slot.techniques:
            yield t.fact, t.chain, (t.role,)
    for run in treatments(slots):
        yield from ((name, (run.recipe,), run.roles) for name in _names(run, slots))


def _names(run: Treatment, slots: Sequence[Slot]) -> Iterator[str]:
    """A run has an operator for each of its places in the chains; to ban one that is not there is harmless."""
    yield run.name
    yield from (f"{run.name} ({n})" for n in range(2, 2 + sum(len(s.techniques) for s in slots)))


def _heat(name: str, recipe: Recipe, hot: float | None, own: Sequence[str], heat: Heat) -> Iterator[Constraint]:
    """No step hotter than what stands there bears, in its atmosphere, on its substrate."""
    if hot is None or hot <= ROOM:
        return
    yield from of_substrate(name, recipe, hot, heat)
    for t in heat.techniques:
        if (t.role in own and recipe.method in FURNACE and recipe.id in t.recipe.after) or t.fact == name:
            yield from _own_heat(name, recipe, hot, t, heat)
            yield from _coated(name, recipe, hot, t, heat)
        elif t.role not in own or t.recipe.id != recipe.id:
            yield from standing(name, recipe, hot, t, heat)


def _coated(name: str, recipe: Recipe, hot: float, t: Technique, heat: Heat) -> Iterator[Constraint]:
    """A further film that a recipe lays over its own layer is no heat treatment of it: the layer must bear it."""
    if t.fact == name and recipe.materials and recipe in t.chain[t.chain.index(t.recipe) + 1 :]:
        yield from (dataclasses.replace(c, facts=frozenset()) for c in standing(name, recipe, hot, t, heat))


def of_substrate(name: str, recipe: Recipe, hot: float, heat: Heat) -> Iterator[Constraint]:
    """Limit of the substrate, which stands there from the first step on."""
    limit = temperature_limit(heat.substrate, recipe.atmosphere)
    if limit and limit.temperature.value is not None and hot > limit.temperature.value + 1e-6:
        who = f"{heat.substrate.name} ({heat.substrate.id})"
        found = _hot(name, recipe, hot, who, limit.temperature.value, limit.reason, frozenset())
        yield dataclasses.replace(found, change="another substrate, or cooler recipes")


def standing(name: str, recipe: Recipe, hot: float, t: Technique, heat: Heat) -> Iterator[Constraint]:
    """Limit of a layer that stands there when something else is heated: what its recipe says, else its compound."""
    leaves = t.recipe.leaves
    stated = leaves.temperature.value if leaves and leaves.temperature else None
    if leaves and stated is not None and _applies(leaves.atmosphere, recipe.atmosphere):
        if hot > stated + 1e-6:
            who = f"{t.material.name if t.material else t.role} as made by {t.recipe.id}"
            yield _hot(name, recipe, hot, who, stated, "", frozenset({t.fact}))
        return
    yield from _own_heat(name, recipe, hot, t, heat)


def _own_heat(name: str, recipe: Recipe, hot: float, t: Technique, heat: Heat) -> Iterator[Constraint]:
    """Limit of the compound itself, which also its own anneal must keep."""
    for material, limit, bears in heat.bears(t, recipe.atmosphere):
        if hot > bears + 1e-6:
            beside = f" on {limit.touching}" if limit.touching else ""
            facts = frozenset() if t.fact == name else frozenset({t.fact})
            yield _hot(name, recipe, hot, material.name + beside, bears, limit.reason, facts)


def _hot(
    name: str, recipe: Recipe, hot: float, who: str, allowed: float, reason: str, facts: frozenset[str]
) -> Constraint:
    words = (
        f"{recipe.name} heats to {units.show(hot, 'temperature')} ({recipe.atmosphere}), {who} bears "
        f"{units.show(allowed, 'temperature')}{f' ({reason})' if reason else ''}"
    )
    change = f"a cooler recipe in place of {recipe.id}, another material in place of {who}, or that layer later"
    return Constraint(f"heat: {recipe.id} / {who}", name, facts, words=words, change=change)


def _applies(stated: str, atmosphere: str) -> bool:
    family = INERT if stated in INERT else OXIDISING
    return stated == "any" or atmosphere == "any" or atmosphere in family


def _resist(name: str, recipes: Sequence[Recipe], known: Mapping[str, Ready]) -> Iterator[Constraint]:
    """A resist that stands during the deposition bears its heat."""
    for early, late in ((a, b) for n, a in enumerate(recipes) for b in recipes[n + 1 :]):
        limit = early.leaves.temperature.value if early.leaves and early.leaves.temperature else None
        hot = known[late.id].hot
        if early.method == "photolithography" and limit is not None and hot is not None and hot > limit + 1e-6:
            yield _hot(name, late, hot, early.name, limit, "the resist flows", frozenset())


def _vacuum(name: str, recipes: Sequence[Recipe], known: Mapping[str, Ready]) -> Iterator[Constraint]:
    for recipe in recipes:
        if known[recipe.id].vacuum:
            words = f"{recipe.name} is a vacuum step: an open volatile electrolyte boils off"
            change = "close the cell behind a solid lid first (lid with port, fill, seal), or fill after this step"
            facts, unless = frozenset({LIQUID}), frozenset({CLOSED})
            yield Constraint(f"vacuum: {recipe.id}", name, facts, unless, words, change)


def _sensitive(t: Technique) -> str:
    if t.material is None:
        return ""
    salt = t.material.electrolyte.salt if t.material.electrolyte else ""
    return AIR.get(t.material.id, "") or AIR_SALTS.get(salt, "")


def _air(name: str, recipes: Sequence[Recipe], slots: Sequence[Slot]) -> Iterator[Constraint]:
    """Nothing that air destroys stands open in a step in air."""
    for recipe in recipes:
        if recipe.atmosphere not in OXIDISING:
            continue
        for t in (t for slot in slots for t in slot.techniques):
            if _sensitive(t) and t.fact != name and t.material:
                words = f"{recipe.name} runs in {recipe.atmosphere}, {t.material.name} bears none [{_sensitive(t)}]"
                facts, unless = frozenset({t.fact}), frozenset({CLOSED})
                if in_box(recipe) is None and recipe.method not in FURNACE:
                    unless |= {INSIDE}
                change = "this step earlier, or behind a closed lid"
                yield Constraint(f"air: {recipe.id} / {t.material.id}", name, facts, unless, words, change)


def _leaving_the_box(slots: Sequence[Slot]) -> Iterator[Constraint]:
    for t in (t for slot in slots for t in slot.techniques):
        if _sensitive(t) and t.material:
            words = f"{t.material.name} leaves the glove box without a lid [{_sensitive(t)}]"
            facts, unless = frozenset({t.fact}), frozenset({CLOSED})
            yield Constraint(f"air: transfer / {t.material.id}", "out of the glove box", facts, unless, words)


def _tools(
    name: str, recipes: Sequence[Recipe], facility: Facility, known: Mapping[str, Ready]
) -> Iterator[Constraint]:
    reach = facility.temperature_high.value if facility.temperature_high else None
    for recipe in recipes:
        if facility.methods and recipe.method not in facility.methods:
            words, change = f"{facility.name} has no {recipe.method}", "another facility, or another process"
            yield Constraint(f"tool: {recipe.method}", name, words=words, change=change)
        hot = known[recipe.id].hot
        if reach is not None and hot is not None and hot > reach:
            words = f"{recipe.name} needs {units.show(hot, 'temperature')}, {facility.name} reaches "
            yield Constraint(f"furnace: {recipe.id}", name, words=words + units.show(reach, "temperature"))


def _ports(slots: Sequence[Slot], known: Mapping[str, Ready]) -> Iterator[Constraint]:
    """Behind a lid without port nothing can be filled in, and there is no port to seal; no port lets a cast gel in."""
    fills = [t for s in slots if s.role == "electrolyte" for t in s.techniques]
    seals = [t for s in slots if s.role == "seal" for t in s.techniques]
    for lid in (t for s in slots if s.role == "lid" for t in s.techniques):
        for cast in (t for t in fills if t.recipe.method != FILLING):
            words = f"{cast.recipe.name} is done on the open cell, not behind {lid.recipe.name}"
            key, facts = f"behind a lid: {cast.recipe.id}", frozenset({lid.fact})
            yield Constraint(key, cast.fact, facts, words=words, change="the electrolyte before the lid")
        if known[lid.recipe.id].port:
            continue
        for fill in fills:
            words = f"{lid.recipe.name} leaves no port: nothing can be filled in behind it"
            key, facts = f"port: {lid.recipe.id}", frozenset({lid.fact})
            yield Constraint(key, fill.fact, facts, words=words, change="a lid with a port")
        for seal in seals:
            words = f"{lid.recipe.name} leaves no port that {seal.recipe.name} could close"
            key, facts = f"no port to seal: {lid.recipe.id}", frozenset({lid.fact})
            yield Constraint(key, seal.fact, facts, words=words, change="a lid with a port")


def _pores(slots: Sequence[Slot]) -> Iterator[Constraint]:
    """A solid electrolyte by line of sight cannot close the pores of an electrode below."""
    solids = [t for s in slots if s.role == "electrolyte" for t in s.techniques if t.recipe.method in SIGHT]
    for below in (t for s in slots if s.role in ("anode", "cathode") for t in s.techniques):
        inside = below.recipe.microstructure
        if inside is None or inside.dense:
            continue
        for solid in solids:
            words = f"{solid.recipe.name} cannot close the pores of {below.recipe.name}"
            change = "a liquid, gel or conformal electrolyte, or a dense film electrode"
            key, facts = f"pores: {solid.recipe.method} / {below.recipe.id}", frozenset({below.fact})
            yield Constraint(key, solid.fact, facts, words=words, change=change)


def _contacts(slots: Sequence[Slot], judged: Judged) -> Iterator[Constraint]:
    """Pairs that must not touch, at the ends of the electrode's window; a warning of the catalog forbids nothing."""
    by_role = {slot.role: slot.techniques for slot in slots}
    for one, others in MEETINGS.items():
        pairs = [(a, b) for o in others for a in by_role.get(one, ()) for b in by_role.get(o, ())]
        for first, second in pairs:
            ends = _ends(first, judged) if one in ("anode", "cathode") else (None,)
            yield from _pair(first, second, ends)
            yield from _window(first, second, ends)
    for slot in slots:
        if "collector" in slot.role:
            for t in slot.techniques:
                yield from _on_substrate(t, judged.substrate)


def _ends(electrode: Technique, judged: Judged) -> tuple[float | None, ...]:
    """Lowest and highest potential of an electrode: of the balanced cell where they are known, else of its window."""
    if not judged.windows or electrode.material is None:
        return (None,)
    if electrode.role in judged.potentials:
        return judged.potentials[electrode.role]
    seen = electrode.material.electrode
    return tuple(q.value if q else None for q in (seen.potential_low, seen.potential_high)) if seen else (None,)


def _cut_offs(slots: Sequence[Slot], judged: Judged) -> Iterator[Constraint]:
    """No electrode above the working window of its own material (row V-LCO)."""
    for t in (t for slot in slots if slot.role in judged.potentials for t in slot.techniques):
        electrode = t.material.electrode if t.material else None
        bound = electrode.potential_high.value if electrode and electrode.potential_high else None
        reached = judged.potentials[t.role][1]
        if judged.windows and t.material and bound is not None and reached > bound + CUT_OFF_TRUST:
            words = f"{t.material.name} goes to {reached:.3g} V, above its cut-off of {bound:.3g} V"
            change = "stoichiometries inside its window, in a catalog overlay"
            yield Constraint(f"cut-off: {t.material.id}", t.fact, words=words, change=change)


def _pair(first: Technique, second: Technique, ends: Iterable[float | None]) -> Iterator[Constraint]:
    if first.material is None or second.material is None:
        return
    for end in ends:
        for rule in pair_rules(first.material, second.material, end):
            if (end is None and (rule.above or rule.below)) or rule.severity != "error":
                continue
            words = f"{first.material.name} touches {second.material.name}: {rule.reason}"
            change = f"another material in place of {first.material.name} or {second.material.name}"
            key = f"contact: {first.material.id} / {second.material.id}"
            for here, there in ((first, second), (second, first)):
                yield Constraint(key, here.fact, frozenset({there.fact}), words=words, change=change)


def _window(electrode: Technique, collector: Technique, reached: Sequence[float | None]) -> Iterator[Constraint]:
    """A collector bears the whole working window of its electrode, unless published cells stretch it."""
    if electrode.material is None or collector.material is None or "collector" not in collector.role:
        return
    bears = collector.material.collector
    if bears is None or bears.evidence or len(reached) < 2:
        return
    ends = ((reached[0], bears.potential_low, -1.0), (reached[1], bears.potential_high, 1.0))
    for here, limit, sign in ends:
        if here is None or limit is None or limit.value is None:
            continue
        if sign * (here - limit.value) > 1e-9:
            side = "above" if sign > 0 else "below"
            words = (
                f"{collector.material.name} dissolves or alloys {side} {limit.value:g} V, "
                f"{electrode.material.name} works to {here:.3g} V"
            )
            key = f"window: {collector.material.id} / {electrode.material.id}"
            change = f"another collector in place of {collector.material.name}"
            for one, other in ((electrode, collector), (collector, electrode)):
                yield Constraint(key, one.fact, frozenset({other.fact}), words=words, change=change)


def _on_substrate(t: Technique, substrate: Material) -> Iterator[Constraint]:
    if t.material is None:
        return
    for rule in pair_rules(t.material, substrate, None):
        if rule.severity == "error" and not (rule.above or rule.below):
            words = f"{t.material.name} on {substrate.name}: {rule.reason}"
            key = f"contact: {t.material.id} / {substrate.id}"
            yield Constraint(key, t.fact, words=words, change="a barrier, or another substrate")
