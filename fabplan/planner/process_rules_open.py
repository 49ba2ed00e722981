"""Process rules about what stands open or lies between: air, resist, lift-off, phases, barriers.

The numbers are those of ``flow_limits.toml``. Findings are collected, never raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING
from fabplan.findings import Finding, Severity
from fabplan.methods.base import value
from fabplan.planner.flow import FURNACE
from fabplan.planner.flow_limits import Exposure, FlowLimits, crystallised
from fabplan.planner.flow_search_model import BRANCHES, below
from fabplan.planner.plan import Step
from fabplan.planner.route import COVERS, PLUG, Choice, Route

CONFORMAL = ("atomic-layer-deposition", "chemical-vapour-deposition")
LINE_OF_SIGHT = ("evaporation",)
WET = ("water", "tmah", "acid")  # what no lithium and no open electrolyte bears
FLAT = 1.0  # aspect ratio up to which relief counts as flat
ENDS_RESIST = ("lift-off", "etching")  # the resist goes off in lift-off, or is stripped after the etch


def check(route: Route, steps: Sequence[Step], limits: FlowLimits) -> tuple[Finding, ...]:
    """All findings of these rules."""
    return (
        *air(route, steps, limits),
        *wet_on_open(route, steps),
        *resist(steps),
        *lift_off(steps),
        *plasma(steps),
        *phases(route, steps, limits),
        *oxygen(route, steps, limits),
        *interdiffusion(route, steps, limits),
        *lithium_barrier(route, limits, steps),
        *sole_barrier(route, limits),
    )


def left(choice: Choice) -> tuple[str, ...]:
    """Ids of the materials that a choice leaves."""
    return choice.recipe.materials or (choice.material.id,)


def air(route: Route, steps: Sequence[Step], limits: FlowLimits) -> tuple[Finding, ...]:
    """Nothing stands open in air longer than it bears."""
    return tuple(
        finding
        for place, step in enumerate(steps)
        if step.material and step.role in route.choices
        for rule in limits.exposure
        if rule.means(route.choices[step.role].material)
        for finding in _exposed(rule, step, steps[place + 1 :])
    )


def _exposed(rule: Exposure, maker: Step, later: Sequence[Step]) -> Iterable[Finding]:
    total, unknown = 0.0, False
    open_in: list[Step] = []
    for step in later:
        if step.atmosphere in OXIDISING and not (rule.dry_air and step.atmosphere == "dry-air"):
            total, unknown = total + (step.duration or 0.0), unknown or step.duration is None
            open_in.append(step)
        lid = bool(step.recipe.leaves and step.recipe.leaves.lid)
        if lid or (rule.until == "layer" and step.material and step.role != maker.role):
            break
    longest = value(rule.longest) or 0.0
    if not open_in or (not unknown and longest > 0.0 and total <= longest):
        return
    shown = f"{units.show(total, 'time')}{' and more' if unknown else ''}"
    if any(s.recipe.confidence == "low" for s in open_in):
        shown += " by times of low confidence"
    text = (
        f"what step {maker.number} ({maker.title}) leaves stands open in air for {shown} "
        f"(steps {', '.join(str(s.number) for s in open_in)}), allowed {units.show(longest, 'time')}: "
        f"{rule.reason} [{rule.source}]"
    )
    change = "these steps earlier, in the glove box, or behind a closed lid"
    yield Finding("air-exposure", "error", open_in[0].id, text, total, longest, "s", change)


def wet_on_open(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No water, developer or acid on lithium or on an electrolyte that is not closed in."""
    findings = []
    standing: list[Step] = []
    for step in steps:
        brings = sorted(set(step.recipe.solvents) & set(WET))
        for other in standing if brings else ():
            if other.role != step.role:
                text = (
                    f"step {step.number} ({step.title}) brings {', '.join(brings)} onto what step {other.number} "
                    f"({other.title}) left open"
                )
                change = "this step earlier, or behind a closed lid"
                findings.append(Finding("wet-on-open", "error", step.id, text, change=change))
        if step.material and step.role in route.choices and drowns(route.choices[step.role]):
            standing.append(step)
        if step.recipe.leaves and step.recipe.leaves.lid:
            standing.clear()
    return tuple(findings)


def drowns(choice: Choice) -> bool:
    """Whether water kills it: lithium, and an open electrolyte of volatile solvents."""
    e = choice.material.electrolyte if choice.role == "electrolyte" else None
    return choice.material.id == "lithium" or (e is not None and e.volatile)


def resist(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Between lithography and lift-off (or etch) nothing hotter, and no solvent, than the resist bears."""
    findings: list[Finding] = []
    standing: Step | None = None
    for step in steps:
        if standing is not None and step is not standing:
            findings += _on_resist(standing, step)
            standing = None if step.method in ENDS_RESIST else standing
        if step.method == "photolithography":
            standing = step
    return tuple(findings)


def _on_resist(resist_step: Step, step: Step) -> Iterable[Finding]:
    leaves = resist_step.recipe.leaves
    bears, hot = value(leaves.temperature) if leaves else None, step.temperature_max
    if bears is not None and hot is not None and hot > bears + 1e-6:
        shown, most = units.show(hot, "temperature"), units.show(bears, "temperature")
        text = f"step {step.number} ({step.title}) heats to {shown}; resist of step {resist_step.number} bears {most}"
        yield Finding("resist-heat", "error", step.id, text, hot, bears, "K", "a cooler process, or an etched layer")
    attacked = sorted(set(leaves.dissolved_by if leaves else ()) & set(step.recipe.solvents))
    if attacked and step.method not in ENDS_RESIST:
        text = f"step {step.number} ({step.title}) brings {', '.join(attacked)}, which dissolves the resist"
        yield Finding("resist-solvent", "error", step.id, text, change="this step after the resist is off")


def lift_off(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Lift-off wants line of sight: what coats the side walls of the resist does not tear."""
    findings = []
    for step in (s for s in steps if s.material and s.recipe.patterned_by == "lift-off"):
        if step.method in CONFORMAL:
            text = f"step {step.number} ({step.title}) coats the walls of the resist: nothing lifts"
            change = "evaporation, or etching instead of lift-off"
            findings.append(Finding("lift-off-conformal", "error", step.id, text, change=change))
        elif step.method in ("sputter", "co-sputter"):
            text = f"step {step.number} ({step.title}): sputtered films coat the walls of the resist and leave ears"
            change = "an undercut resist at least three times as thick as the film, or evaporation"
            findings.append(Finding("lift-off-sputter", "warning", step.id, text, change=change))
    return tuple(findings)


def plasma(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Radicals recombine on walls: deep relief gets less of a plasma than any dose makes up for."""
    findings = []
    for step in (s for s in steps if s.method == "atomic-layer-deposition" and s.material):
        cycle = step.recipe.settings.get("cycle", ())
        radicals = any("plasma" in str(pulse.get("precursor", "")).casefold() for pulse in cycle)
        deep = step.work.aspect_ratio
        if radicals and deep is not None and deep > FLAT:
            text = (
                f"step {step.number} ({step.title}) uses a plasma on relief of aspect ratio {deep:.3g}: "
                "radicals recombine on the walls, and a longer pulse does not help without end"
            )
            change = "a thermal process, or the dose with the recombination of this oxide (fabplan dose, recombination)"
            findings.append(Finding("plasma-recombination", "warning", step.id, text, deep, FLAT, "", change))
    return tuple(findings)


def phases(route: Route, steps: Sequence[Step], limits: FlowLimits) -> tuple[Finding, ...]:
    """Films that are amorphous as deposited are crystallised."""
    findings = []
    for role, choice in route.choices.items():
        own = [s for s in steps if s.role == role or s.recipe.id in choice.recipe.after]
        for rule in (r for r in limits.crystallisation if r.material == choice.material.id):
            if choice.recipe.method not in rule.methods or not own:
                continue
            hottest = [s.temperature_max for s in own if s.material or s.method in FURNACE]
            if crystallised(rule, hottest):
                continue
            reached, least = max(t for t in hottest if t is not None), value(rule.low) or 0.0
            text = (
                f"{choice.recipe.name} and what follows reach {units.show(reached, 'temperature')}, "
                f"{choice.material.name} needs {units.show(least, 'temperature')}: {rule.reason} [{rule.source}]"
            )
            excused = rule.excused(choice.recipe)
            if excused:
                text += "; planned with the share of the capacity that was measured on this very film"
            severity: Severity = "error" if rule.severity == "error" and not excused else "warning"
            change = "a recipe with that anneal, or another material"
            findings.append(Finding("crystallisation", severity, own[0].id, text, reached, least, "K", change))
    return tuple(findings)


def oxygen(route: Route, steps: Sequence[Step], limits: FlowLimits) -> tuple[Finding, ...]:
    """No inert furnace for oxides that need oxygen, except their own recipe's."""
    findings = []
    standing: list[tuple[Step, Choice]] = []
    for step in steps:
        for rule in limits.oxygen if step.method in FURNACE and step.atmosphere in INERT else ():
            above = value(rule.above) or 0.0
            for maker, choice in standing:
                own = step.recipe.id in choice.recipe.after
                if own or choice.material.id not in rule.materials or (step.temperature_max or 0.0) <= above + 1e-6:
                    continue
                text = (
                    f"step {step.number} ({step.title}) heats {choice.material.name} of step {maker.number} in "
                    f"{step.atmosphere} gas: {rule.reason} [{rule.source}]"
                )
                change = "that furnace run first, or a cathode that is sintered in the same gas"
                hot = step.temperature_max
                findings.append(Finding("co-sinter", "error", step.id, text, hot, above, "K", change))
        if step.material and step.role in route.choices:
            standing.append((step, route.choices[step.role]))
    return tuple(findings)


def interdiffusion(route: Route, steps: Sequence[Step], limits: FlowLimits) -> tuple[Finding, ...]:
    """Films straight on a substrate stay colder than where they mix with it."""
    if "barrier" in route.choices:
        return ()
    findings = []
    for rule in (r for r in limits.interdiffusion if r.substrate == route.substrate.id):
        mixes = value(rule.below) or 0.0
        standing = False
        for step in steps:
            hot = step.temperature_max
            if standing and hot is not None and hot >= mixes - 1e-6:
                text = (
                    f"step {step.number} ({step.title}) heats to {units.show(hot, 'temperature')} on bare "
                    f"{route.substrate.name}: {rule.reason} [{rule.source}]"
                )
                change = "a barrier film, e.g. ald-al2o3-tma, or a substrate with an oxide (sio2-si)"
                findings.append(Finding("interdiffusion", "error", step.id, text, hot, mixes, "K", change))
            choice = route.choices.get(step.role)
            mixing = choice is not None and bool(set(left(choice)) & set(rule.materials))
            if step.material and mixing and "collector" in step.role and not underlayers(steps, step.role):
                standing = True
    return tuple(findings)


def lithium_barrier(route: Route, limits: FlowLimits, steps: Sequence[Step] = ()) -> tuple[Finding, ...]:
    """Between a lithium host and silicon lies a barrier that is thick enough."""
    findings = []
    roles = [o.role for o in route.operations if o.role in route.choices]
    for rule in (r for r in limits.lithium_barrier if r.substrate == route.substrate.id):
        least = value(rule.thickness) or 0.0
        for net in (n for n in BRANCHES if n in route.choices):
            under = [route.choices[role] for role in below(roles, net)]
            films = [step.recipe for c in under for step in underlayers(steps, c.role)]
            if any(rule.keeps(c.recipe, left(c), least) for c in under) or any(
                rule.keeps(film, film.materials, least) for film in films
            ):
                continue
            text = (
                f"{route.choices[net].material.name} on {route.substrate.name} without "
                f"{units.show(least, 'length')} of ALD TiN or an insulator in between: {rule.reason} [{rule.source}]"
            )
            change = "a collector on a barrier (sputter-ti-pt-alumina, ald-tin-thermal), or sio2-si as substrate"
            findings.append(Finding("lithium-into-substrate", "error", net, text, change=change))
    return tuple(findings)


def underlayers(steps: Sequence[Step], role: str) -> tuple[Step, ...]:
    """Steps that lay a film down before the layer of a role itself."""
    own = [s for s in steps if s.role == role]
    place = next((n for n, s in enumerate(own) if s.material), 0)
    return tuple(s for s in own[:place] if s.recipe.materials)


def over_all(roles: Iterable[str]) -> tuple[str, ...]:
    """Covers that lie over the whole cell: the plug of a port counts only where nothing else closes it."""
    found = tuple(roles)
    return tuple(role for role in found if role != PLUG) or found


def sole_barrier(route: Route, limits: FlowLimits) -> tuple[Finding, ...]:
    """A leaky encapsulant does not stand alone before lithium or a salt that water destroys."""
    covers = [route.choices[role] for role in over_all(role for role in COVERS if role in route.choices)]
    findings = []
    for rule in limits.sole_barrier:
        dry = [c.material.name for c in route.choices.values() if rule.dry(c.material)]
        if covers and dry and all(c.material.id in rule.barriers for c in covers):
            text = (
                f"{' and '.join(dict.fromkeys(c.material.name for c in covers))} is all that keeps water from "
                f"{', '.join(dict.fromkeys(dry))}: {rule.reason} [{rule.source}]"
            )
            change = "a lid on epoxy or a laminate foil, or a barrier film (Al2O3 by ALD, parylene and metal) over it"
            findings.append(Finding("sole-barrier", "error", covers[0].role, text, change=change))
    return tuple(findings)
