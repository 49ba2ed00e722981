"""What must not happen in a flow, as constraints of the search: heat, vacuum, air, contacts, tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING, temperature_limit
from fabplan.catalog.pairs import contacts as pair_rules
from fabplan.catalog.types import Facility, Material, Recipe
from fabplan.planner.flow_search import Constraint
from fabplan.planner.flow_search_model import CLOSED, FURNACE, LIQUID, Slot, Technique, Treatment, treatments
from fabplan.planner.route import method_of

#: what must not see air -> source; a closed lid protects it
AIR = {"lithium": "constraint A-Li: argon, below 1 ppm water"}
AIR_SALTS = {"LiPF6": "constraint A-LiPF6: water makes HF and POF3"}
MEETINGS = {
    "anode": ("anode_collector", "collector", "electrolyte"),
    "cathode": ("cathode_collector", "collector", "electrolyte"),
    "electrolyte": ("anode_collector", "cathode_collector", "collector", "lid", "seal", "encapsulation"),
}


def constraints(
    slots: Sequence[Slot], substrate: Material, materials: Mapping[str, Material], facility: Facility
) -> tuple[Constraint, ...]:
    """All constraints of a problem."""
    steps = [*_steps(slots)]
    return (
        *(c for name, recipes, own in steps for c in _heat(name, recipes, own, slots, substrate, materials)),
        *(c for name, recipes, own in steps for c in _resist(name, recipes)),
        *(c for name, recipes, _ in steps for c in _vacuum(name, recipes)),
        *(c for name, recipes, _ in steps for c in _air(name, recipes, slots)),
        *(c for name, recipes, _ in steps for c in _tools(name, recipes, facility)),
        *_leaving_the_box(slots),
        *_ports(slots),
        *_contacts(slots, substrate),
    )


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


def hottest(recipe: Recipe) -> float | None:
    """Hottest that a part gets in a recipe [K]."""
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    found: float | None = module.temperature(settings)
    return found


def is_vacuum(recipe: Recipe) -> bool:
    """Whether the part sees a vacuum: the process, or this recipe's settings where they decide."""
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    decides = getattr(module, "vacuum", None)
    return bool(decides(settings)) if decides else bool(module.VACUUM)


def _heat(
    name: str, recipes: Sequence[Recipe], own: Sequence[str], slots: Sequence[Slot], substrate: Material,
    materials: Mapping[str, Material],
) -> Iterator[Constraint]:  # fmt: skip
    """No step hotter than what stands there bears, in its atmosphere, on its substrate."""
    for recipe in recipes:
        hot = hottest(recipe)
        if hot is None:
            continue
        limit = temperature_limit(substrate, recipe.atmosphere)
        if limit and limit.temperature.value is not None and hot > limit.temperature.value + 1e-6:
            yield _hot(name, recipe, hot, substrate.name, limit.temperature.value, limit.reason, frozenset())
        for t in (t for slot in slots for t in slot.techniques):
            if (t.role in own and recipe.method in FURNACE and recipe.id in t.recipe.after) or t.fact == name:
                yield from _own_heat(name, recipe, hot, t, substrate, materials)
            else:
                yield from standing(name, recipe, hot, t, substrate, materials)


def standing(
    name: str, recipe: Recipe, hot: float, t: Technique, substrate: Material, materials: Mapping[str, Material]
) -> Iterator[Constraint]:
    """Limit of a layer that stands there when something else is heated: what its recipe says, else its compound."""
    leaves = t.recipe.leaves
    if leaves and leaves.temperature and leaves.temperature.value is not None:
        if _applies(leaves.atmosphere, recipe.atmosphere) and hot > leaves.temperature.value + 1e-6:
            who = f"{t.material.name if t.material else t.role} as made by {t.recipe.id}"
            yield _hot(name, recipe, hot, who, leaves.temperature.value, "", frozenset({t.fact}))
        return
    yield from _own_heat(name, recipe, hot, t, substrate, materials)


def _own_heat(
    name: str, recipe: Recipe, hot: float, t: Technique, substrate: Material, materials: Mapping[str, Material]
) -> Iterator[Constraint]:
    """Limit of the compound itself, which also its own anneal must keep."""
    left = t.recipe.materials or ((t.material.id,) if t.material else ())
    for material in (materials[m] for m in left if m in materials):
        limit = temperature_limit(material, recipe.atmosphere, (substrate.id, *left))
        if limit and limit.temperature.value is not None and hot > limit.temperature.value + 1e-6:
            beside = f" on {limit.touching}" if limit.touching else ""
            facts = frozenset() if t.fact == name else frozenset({t.fact})
            yield _hot(name, recipe, hot, material.name + beside, limit.temperature.value, limit.reason, facts)


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


def _resist(name: str, recipes: Sequence[Recipe]) -> Iterator[Constraint]:
    """A resist that stands during the deposition bears its heat."""
    for early, late in ((a, b) for n, a in enumerate(recipes) for b in recipes[n + 1 :]):
        limit = early.leaves.temperature.value if early.leaves and early.leaves.temperature else None
        hot = hottest(late)
        if early.method == "photolithography" and limit is not None and hot is not None and hot > limit + 1e-6:
            yield _hot(name, late, hot, early.name, limit, "the resist flows", frozenset())


def _vacuum(name: str, recipes: Sequence[Recipe]) -> Iterator[Constraint]:
    for recipe in recipes:
        if is_vacuum(recipe):
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
                change = "this step earlier, or behind a closed lid"
                yield Constraint(f"air: {recipe.id} / {t.material.id}", name, facts, unless, words, change)


def _leaving_the_box(slots: Sequence[Slot]) -> Iterator[Constraint]:
    for t in (t for slot in slots for t in slot.techniques):
        if _sensitive(t) and t.material:
            words = f"{t.material.name} leaves the glove box without a lid [{_sensitive(t)}]"
            facts, unless = frozenset({t.fact}), frozenset({CLOSED})
            yield Constraint(f"air: transfer / {t.material.id}", "out of the glove box", facts, unless, words)


def _tools(name: str, recipes: Sequence[Recipe], facility: Facility) -> Iterator[Constraint]:
    reach = facility.temperature_high.value if facility.temperature_high else None
    for recipe in recipes:
        if facility.methods and recipe.method not in facility.methods:
            words, change = f"{facility.name} has no {recipe.method}", "another facility, or another process"
            yield Constraint(f"tool: {recipe.method}", name, words=words, change=change)
        hot = hottest(recipe)
        if reach is not None and hot is not None and hot > reach:
            words = f"{recipe.name} needs {units.show(hot, 'temperature')}, {facility.name} reaches "
            yield Constraint(f"furnace: {recipe.id}", name, words=words + units.show(reach, "temperature"))


def _ports(slots: Sequence[Slot]) -> Iterator[Constraint]:
    """A lid without port closes the cell: the electrolyte comes before it; one with a port waits for it."""
    fills = [t for s in slots if s.role == "electrolyte" for t in s.techniques]
    for lid in (t for s in slots if s.role == "lid" for t in s.techniques):
        port = not (lid.recipe.leaves and lid.recipe.leaves.lid)
        for fill in fills:
            if not port:
                words = f"{lid.recipe.name} has no port: nothing can be filled in behind it"
                facts = frozenset({lid.fact})
                yield Constraint(f"port: {lid.recipe.id}", fill.fact, facts, words=words, change="a lid with a port")


def _contacts(slots: Sequence[Slot], substrate: Material) -> Iterator[Constraint]:
    """Pairs that must not touch, at the ends of the electrode's window; a warning of the catalog forbids nothing."""
    by_role = {slot.role: slot.techniques for slot in slots}
    for one, others in MEETINGS.items():
        pairs = [(a, b) for o in others for a in by_role.get(one, ()) for b in by_role.get(o, ())]
        for first, second in pairs:
            yield from _pair(first, second, one)
    for slot in slots:
        if "collector" in slot.role:
            for t in slot.techniques:
                yield from _on_substrate(t, substrate)


def _pair(first: Technique, second: Technique, role: str) -> Iterator[Constraint]:
    if first.material is None or second.material is None:
        return
    electrode = first.material.electrode
    ends: Iterable[float | None] = (None,)
    if electrode and role in ("anode", "cathode"):
        ends = tuple(q.value if q else None for q in (electrode.potential_low, electrode.potential_high))
    for end in ends:
        for rule in pair_rules(first.material, second.material, end):
            if (end is None and (rule.above or rule.below)) or rule.severity != "error":
                continue
            words = f"{first.material.name} touches {second.material.name}: {rule.reason}"
            change = f"another material in place of {first.material.name} or {second.material.name}"
            key = f"contact: {first.material.id} / {second.material.id}"
            for here, there in ((first, second), (second, first)):
                yield Constraint(key, here.fact, frozenset({there.fact}), words=words, change=change)


def _on_substrate(t: Technique, substrate: Material) -> Iterator[Constraint]:
    if t.material is None:
        return
    for rule in pair_rules(t.material, substrate, None):
        if rule.severity == "error" and not (rule.above or rule.below):
            words = f"{t.material.name} on {substrate.name}: {rule.reason}"
            key = f"contact: {t.material.id} / {substrate.id}"
            yield Constraint(key, t.fact, words=words, change="a barrier, or another substrate")
