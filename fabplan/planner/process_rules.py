"""Process rules: what would make a dead cell, checked step by step against what already stands there.

A limit belongs to a pair (material, what it touches, atmosphere) and is compared with <=. Findings
are collected, never raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fabplan import units
from fabplan.catalog.types import Material, Recipe, TemperatureLimit
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.planner.flow import FURNACE
from fabplan.planner.plan import Step
from fabplan.planner.route import Route

ROOM = 313.15  # kelvin: below 40 degC nothing is checked, every material of the catalog bears that
#: atmosphere of a step -> atmospheres of limits that apply to it
APPLIES: Mapping[str, tuple[str, ...]] = {
    "inert": ("any", "inert"),
    "nitrogen": ("any", "inert", "nitrogen"),
    "forming-gas": ("any", "inert", "forming-gas"),
    "vacuum": ("any", "inert", "vacuum"),
    "dry-air": ("any", "air", "oxygen", "dry-air"),
    "air": ("any", "air", "oxygen"),
    "oxygen": ("any", "air", "oxygen"),
    # a recipe that does not say where it runs may run in air
    "any": ("any", "air", "oxygen"),
}


def check(route: Route, steps: Sequence[Step], bodies: Sequence[Body], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """All process findings of a flow."""
    return (
        *temperature_order(route, steps, materials),
        *vacuum_after_liquid(route, steps),
        *solvents(route, steps),
        *facility(route, steps),
        *thickness(route, bodies),
        *contacts(route, materials),
        *substrate_insulates(route),
        *roughness(route),
    )


def left_by(recipe: Recipe, material: str) -> tuple[str, ...]:
    """Ids of the materials that a recipe leaves on the part."""
    return recipe.materials or ((material,) if material else ())


def bears(material: Material, atmosphere: str, touching: Iterable[str]) -> TemperatureLimit | None:
    """The limit that holds for a material in an atmosphere beside its neighbours, None when none is known.

    A limit for a neighbour outranks the general one, one for the atmosphere outranks ``any``; of equal
    rank the lowest holds.
    """
    neighbours = set(touching)
    atmospheres = APPLIES.get(atmosphere, ("any",))
    fitting = [
        limit
        for limit in material.temperature_limits
        if limit.temperature.value is not None
        and limit.atmosphere in atmospheres
        and (not limit.touching or limit.touching in neighbours)
    ]
    if not fitting:
        return None
    rank = max((bool(x.touching), x.atmosphere != "any") for x in fitting)
    best = [x for x in fitting if (bool(x.touching), x.atmosphere != "any") == rank]
    return min(best, key=lambda x: x.temperature.value or 0.0)


def temperature_order(route: Route, steps: Sequence[Step], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """No step hotter than what already stands there can bear."""
    findings: list[Finding] = []
    present: dict[str, Step | None] = {route.substrate.id: None}
    for step in steps:
        hot = step.temperature_max
        if hot is not None and hot > ROOM:
            for name, maker in present.items():
                findings.extend(_hot(step, hot, name, maker, materials, present))
        if step.material:
            present.update({name: step for name in left_by(step.recipe, step.material)})
    return tuple(findings)


def _hot(
    step: Step, hot: float, name: str, maker: Step | None, materials: Mapping[str, Material], present: Iterable[str]
) -> Iterable[Finding]:
    material = materials.get(name)
    own = maker is not None and (step.recipe.id in maker.recipe.after or step.role == maker.role)
    leaves = maker.recipe.leaves if maker and maker.recipe.leaves else None
    if leaves and leaves.temperature and leaves.temperature.value is not None:
        if not own and leaves.atmosphere in APPLIES.get(step.atmosphere, ("any",)):
            yield from _compare(step, hot, f"{name} as made by {maker.recipe.id if maker else ''}", leaves.temperature.value, leaves.temperature.source, "")
        return
    limit = bears(material, step.atmosphere, present) if material else None
    if limit is None:
        if not own and hot > 353.15:
            yield Finding(
                "temperature-limit-unknown", "warning", step.id,
                f"step {step.number} heats to {units.show(hot, 'temperature')} and nobody has stated what {name} bears: test a coupon first",
                hot, None, "K",
            )
        return
    beside = f" on {limit.touching}" if limit.touching else ""
    yield from _compare(step, hot, name + beside, limit.temperature.value or 0.0, limit.temperature.source, limit.reason)


def _compare(step: Step, hot: float, who: str, allowed: float, source: str, reason: str) -> Iterable[Finding]:
    if hot > allowed + 1e-6:
        yield Finding(
            "temperature-order", "error", step.id,
            f"step {step.number} ({step.title}) heats to {units.show(hot, 'temperature')} in {step.atmosphere} atmosphere, "
            f"but {who} bears {units.show(allowed, 'temperature')}{f' ({reason})' if reason else ''} [{source}]",
            hot, allowed, "K",
            f"a recipe at most {units.show(allowed, 'temperature')}, or another material in place of {who.split(' ')[0]}, or this step earlier",
        )
    elif reason and hot > allowed - 50.0 and step.method in FURNACE:
        yield Finding("temperature-near-limit", "warning", step.id, f"{who} at {units.show(hot, 'temperature')}: {reason} [{source}]", hot, allowed, "K")


def vacuum_after_liquid(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No vacuum step between a volatile electrolyte and its lid."""
    findings = []
    open_liquid: Step | None = None
    for step in steps:
        if step.vacuum and open_liquid is not None:
            findings.append(
                Finding(
                    "vacuum-after-liquid", "error", step.id,
                    f"step {step.number} ({step.title}) is a vacuum step after the volatile electrolyte {open_liquid.material} "
                    f"of step {open_liquid.number}: it boils off",
                    change="close the cell behind a solid lid first (lid with port, fill, seal), or fill after this step",
                )
            )
        choice = route.choices.get(step.role)
        electrolyte = choice.material.electrolyte if choice and step.role == "electrolyte" and step.material else None
        if electrolyte is not None and electrolyte.volatile:
            open_liquid = step
        if step.recipe.leaves and step.recipe.leaves.lid:
            open_liquid = None
    return tuple(findings)


def solvents(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No solvent or developer on a layer that it attacks."""
    findings = []
    standing: list[Step] = []
    for step in steps:
        for other in standing:
            attacked = set(other.recipe.leaves.dissolved_by if other.recipe.leaves else ()) & set(step.recipe.solvents)
            if attacked and other.role != step.role:
                findings.append(
                    Finding(
                        "solvent-attack", "warning", step.id,
                        f"step {step.number} ({step.title}) brings {', '.join(sorted(attacked))}, which attacks what step {other.number} ({other.title}) left",
                        change="another solvent, or this step earlier",
                    )
                )
        if step.material:
            standing.append(step)
    return tuple(findings)


def facility(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Only what the lab has, and not hotter than its furnace."""
    lab, findings = route.facility, []
    for step in steps:
        if lab.methods and step.method not in lab.methods:
            findings.append(Finding("facility-lacks-process", "error", step.id, f"{lab.name} has no {step.method} (step {step.number}, {step.title})"))
        limit = lab.temperature_high.value if lab.temperature_high else None
        if limit and step.temperature_max and step.temperature_max > limit:
            findings.append(
                Finding("facility-furnace", "error", step.id, f"step {step.number} needs {units.show(step.temperature_max, 'temperature')}; {lab.name} reaches {units.show(limit, 'temperature')}", step.temperature_max, limit, "K")
            )
        booking = lab.step_time_high.value if lab.step_time_high else None
        if booking and step.duration and step.duration > booking:
            findings.append(
                Finding("facility-booking", "error", step.id, f"step {step.number} takes {units.show(step.duration, 'time')}; {lab.name} books at most {units.show(booking, 'time')}", step.duration, booking, "s")
            )
    return tuple(findings)


def thickness(route: Route, bodies: Sequence[Body]) -> tuple[Finding, ...]:
    """Every layer inside the thickness range of its recipe."""
    findings = []
    for body in bodies:
        choice = route.choices.get(body.made_by)
        limits = choice.recipe.limits if choice else None
        if choice is None or limits is None or body.role in ("encapsulation", "electrolyte") and body.thickness > 1e-4:
            continue
        step = limits.thickness_step.value if limits.thickness_step else None
        high = limits.thickness_high.value if limits.thickness_high else None
        if step and limits.passes:
            high = min(high or float("inf"), step * limits.passes)
        low = limits.thickness_low.value if limits.thickness_low else None
        for bound, wrong in ((low, low is not None and body.thickness < low * (1 - 1e-9)), (high, high is not None and body.thickness > high * (1 + 1e-9))):
            if wrong and bound is not None:
                findings.append(
                    Finding(
                        "layer-thickness", "error", body.name,
                        f"{body.name} is {units.show(body.thickness, 'length')} thick; recipe {choice.recipe.id} makes {units.show(low, 'length')} to {units.show(high, 'length')}",
                        body.thickness, bound, "m", f"thickness {units.show(body.thickness, 'length')} → {units.show(bound, 'length')}, or another recipe",
                    )
                )
    return tuple(findings)


def contacts(route: Route, materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """Pairs that must not touch."""
    touching = (
        ("anode", "electrolyte"), ("cathode", "electrolyte"),
        ("collector", "electrolyte"), ("collector", "anode"), ("collector", "cathode"),
        ("anode_collector", "anode"), ("cathode_collector", "cathode"),
    )
    findings = []
    for one, other in touching:
        first, second = route.material(one), route.material(other)
        if first is None or second is None:
            continue
        for a, b in ((first, second), (second, first)):
            for rule in a.contacts:
                if rule.material == b.id:
                    severity = "warning" if rule.severity == "warning" else "error"
                    findings.append(Finding("contact", severity, f"{one}, {other}", f"{a.name} touches {b.name}: {rule.reason} [{rule.source or a.source}]"))
    base = [route.substrate, *(materials[m] for c in route.choices.values() for m in c.recipe.materials if m in materials)]
    for rule in (r for c in route.choices.values() if c.role.endswith("collector") for r in c.material.contacts):
        if rule.material == route.substrate.id and base:
            severity = "warning" if rule.severity == "warning" else "error"
            findings.append(Finding("contact", severity, "collector, substrate", f"collector on {route.substrate.name}: {rule.reason} [{rule.source}]"))
    return tuple(findings)


def substrate_insulates(route: Route) -> tuple[Finding, ...]:
    """Both nets stand on the substrate: it must insulate."""
    if route.substrate.insulating:
        return ()
    return (
        Finding(
            "substrate-conducts", "error", "cell.substrate",
            f"{route.substrate.name} conducts and both nets stand on it: the cell is shorted",
            change="an insulating substrate, e.g. glass or sio2-si",
        ),
    )


def roughness(route: Route) -> tuple[Finding, ...]:
    """A sputtered solid electrolyte needs twice the roughness below it, and no porous electrode."""
    electrolyte = route.choices.get("electrolyte")
    if electrolyte is None or electrolyte.recipe.method not in ("sputter", "co-sputter", "evaporation"):
        return ()
    findings: list[Finding] = []
    for role in ("anode", "cathode"):
        choice = route.choices.get(role)
        if choice is None:
            continue
        inside = choice.recipe.microstructure
        if inside is not None and not inside.dense:
            findings.append(Finding("electrolyte-on-porous", "error", role, f"{electrolyte.material.name} by {electrolyte.recipe.method} cannot close the pores of {choice.recipe.name}", change="a liquid, gel or conformal electrolyte, or a dense film electrode"))
    below = route.choices.get("cathode")
    rough = below.recipe.leaves.roughness if below and below.recipe.leaves else None
    thick = electrolyte.recipe.thickness
    if rough is None or rough.value is None:
        findings.append(Finding("roughness-unknown", "warning", "electrolyte", "measure the roughness of the cathode after its anneal: the electrolyte must be at least twice as thick"))
    elif thick is not None and thick.value is not None and thick.value < 2 * rough.value:
        findings.append(Finding("electrolyte-too-thin", "error", "electrolyte", f"electrolyte of {units.show(thick.value, 'length')} on a roughness of {units.show(rough.value, 'length')}", thick.value, 2 * rough.value, "m"))
    return tuple(findings)
