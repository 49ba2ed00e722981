"""Process rules: what would make a dead cell, checked step by step against what already stands there.

A limit belongs to a pair (material, what it touches, atmosphere) and is compared with <=. Findings
are collected, never raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING, temperature_limit
from fabplan.catalog.types import Facility, Material, Recipe
from fabplan.findings import Finding
from fabplan.planner import film_rules, process_rules_open
from fabplan.planner.flow import FURNACE
from fabplan.planner.flow_limits import flow_limits
from fabplan.planner.plan import Step
from fabplan.planner.route import Route
from fabplan.records import Quantity

ROOM = 313.15  # kelvin: below 40 degC nothing is checked, every material of the catalog bears that
WARM = 353.15  # kelvin: below 80 degC a material without a stated limit is not asked about
NEAR = 50.0  # kelvin: a furnace run so near to a limit that has a reason is worth a warning


def check(route: Route, steps: Sequence[Step], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """All findings of a flow."""
    return (
        *temperature_order(route, steps, materials),
        *vacuum_after_liquid(route, steps),
        *solvents(steps),
        *process_rules_open.check(route, steps, flow_limits()),
        *film_rules.check(route, steps, materials),
        *substrate_insulates(route, steps, materials),
        *facility(route, steps),
    )


def left_by(recipe: Recipe, material: str) -> tuple[str, ...]:
    """Ids of the materials that a recipe leaves on the part."""
    return recipe.materials or ((material,) if material else ())


def temperature_order(route: Route, steps: Sequence[Step], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """No step hotter than what already stands there can bear."""
    findings: list[Finding] = []
    present: dict[str, Step | None] = {route.substrate.id: None}
    survived: dict[str, float] = {}
    for step in steps:
        hot = step.temperature_max
        if hot is not None and hot > ROOM:
            for name, maker in present.items():
                known = survived.get(name, 0.0) >= hot  # it has been hotter: nothing to learn from a coupon
                found = _hot(step, hot, name, maker, materials, present)
                findings.extend(f for f in found if not (known and f.rule == "temperature-limit-unknown"))
                survived[name] = max(hot, survived.get(name, 0.0))
        if step.material:
            for name in left_by(step.recipe, step.material):
                present[name], survived[name] = step, hot or 0.0
    return tuple(findings)


def _hot(
    step: Step, hot: float, name: str, maker: Step | None, materials: Mapping[str, Material], present: Iterable[str]
) -> Iterable[Finding]:
    own = maker is not None and (step.recipe.id in maker.recipe.after or step.role == maker.role)
    own = own and not step.recipe.materials  # a further film is no heat treatment of the one below
    leaves = maker.recipe.leaves if maker else None
    stated = leaves.temperature if leaves and leaves.temperature and leaves.temperature.value is not None else None
    if maker and leaves and stated and not own and _applies(leaves.atmosphere, step.atmosphere):
        yield from _compare(step, hot, name, f" as made by {maker.recipe.id}", stated, "")
        return
    material = materials.get(name)
    limit = temperature_limit(material, step.atmosphere, tuple(present)) if material else None
    if limit is not None:
        beside = f" on {limit.touching}" if limit.touching else ""
        # its own heat treatment is meant to come near the limit: no reason to warn
        yield from _compare(step, hot, name, beside, limit.temperature, limit.reason, near=not own)
    elif not own and hot > WARM:
        text = (
            f"step {step.number} heats to {units.show(hot, 'temperature')} and nobody has stated what {name} bears: "
            "test a coupon first"
        )
        yield Finding("temperature-limit-unknown", "warning", step.id, text, hot, None, "K")


def _applies(stated: str, atmosphere: str) -> bool:
    """Whether a limit stated for one atmosphere speaks of a step in another; an unsaid one is the worst."""
    family = INERT if stated in INERT else OXIDISING
    return stated == "any" or atmosphere == "any" or atmosphere in family


def _compare(
    step: Step, hot: float, name: str, beside: str, bears: Quantity, reason: str, near: bool = True
) -> Iterable[Finding]:
    """Error above what a material bears, warning near a limit that has a reason.

    Parameters
    ----------
    name, beside : id of the material, and what it touches or who made it
    near : whether to warn near the limit
    """
    allowed, shown = bears.value or 0.0, units.show(hot, "temperature")
    who = f"{name}{beside}"
    if hot > allowed + 1e-6:
        limit = units.show(allowed, "temperature")
        text = (
            f"step {step.number} ({step.title}) heats to {shown} in {step.atmosphere} atmosphere, "
            f"but {who} bears {limit}{f' ({reason})' if reason else ''} [{bears.source}]"
        )
        change = f"a recipe at most {limit}, or another material in place of {name}, or this step earlier"
        if beside.startswith(" on "):
            change = f"another material than {name}{beside}, e.g. Pt or an oxide in between; or at most {limit}"
        yield Finding("temperature-order", "error", step.id, text, hot, allowed, "K", change)
    elif near and reason and hot > allowed - NEAR and step.method in FURNACE:
        text = f"{who} at {shown}: {reason} [{bears.source}]"
        yield Finding("temperature-near-limit", "warning", step.id, text, hot, allowed, "K")


def vacuum_after_liquid(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No vacuum step between a volatile electrolyte and its lid."""
    findings = []
    liquid: Step | None = None
    for step in steps:
        if step.vacuum and liquid is not None:
            text = (
                f"step {step.number} ({step.title}) is a vacuum step after the volatile electrolyte "
                f"{liquid.material} of step {liquid.number}: it boils off"
            )
            change = "close the cell behind a solid lid first (lid with port, fill, seal), or fill after this step"
            findings.append(Finding("vacuum-after-liquid", "error", step.id, text, change=change))
        choice = route.choices.get(step.role)
        electrolyte = choice.material.electrolyte if choice and step.role == "electrolyte" and step.material else None
        if electrolyte is not None and electrolyte.volatile:
            liquid = step
        if step.recipe.leaves and step.recipe.leaves.lid:
            liquid = None
    return tuple(findings)


def substrate_insulates(
    route: Route, steps: Sequence[Step], materials: Mapping[str, Material]
) -> tuple[Finding, ...]:
    """Both nets stand on the substrate: it must insulate, or an insulating film must lie under every collector."""
    barrier = route.choices.get("barrier")
    if route.substrate.insulating or (barrier is not None and barrier.material.insulating):
        return ()
    collectors = [role for role in route.choices if "collector" in role]
    under = {role: process_rules_open.underlayers(steps, role) for role in collectors}
    films = [[m for step in first for m in step.recipe.materials] for first in under.values()]
    if films and all(any(materials[m].insulating for m in film if m in materials) for film in films):
        return ()
    text = f"{route.substrate.name} conducts and both nets stand on it: the cell is shorted"
    change = "an insulating substrate, e.g. glass or sio2-si, or an insulating film first (ald-al2o3-tma)"
    return (Finding("substrate-conducts", "error", "cell.substrate", text, change=change),)


def solvents(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No solvent or developer on a layer that it attacks."""
    findings = []
    standing: list[Step] = []
    for step in steps:
        for other in standing:
            attacked = set(other.recipe.leaves.dissolved_by if other.recipe.leaves else ()) & set(step.recipe.solvents)
            if attacked and other.role != step.role:
                text = (
                    f"step {step.number} ({step.title}) brings {', '.join(sorted(attacked))}, "
                    f"which attacks what step {other.number} ({other.title}) left"
                )
                change = "another solvent, or this step earlier"
                findings.append(Finding("solvent-attack", "warning", step.id, text, change=change))
        if step.material:
            standing.append(step)
    return tuple(findings)


def facility(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Only what the lab has, not hotter than its furnace, no longer than it books a tool."""
    return tuple(finding for step in steps for finding in _in_lab(route.facility, step))


def _in_lab(lab: Facility, step: Step) -> Iterable[Finding]:
    name = f"step {step.number} ({step.title})"
    if lab.methods and step.method not in lab.methods:
        yield Finding("facility-lacks-process", "error", step.id, f"{lab.name} has no {step.method} for {name}")
    hottest = lab.temperature_high.value if lab.temperature_high else None
    if hottest and step.temperature_max and step.temperature_max > hottest:
        needed, reached = (units.show(t, "temperature") for t in (step.temperature_max, hottest))
        text = f"{name} needs {needed}; {lab.name} reaches {reached}"
        yield Finding("facility-furnace", "error", step.id, text, step.temperature_max, hottest, "K")
    booking = lab.step_time_high.value if lab.step_time_high else None
    if booking and step.duration and step.duration > booking:
        took, allowed = units.show(step.duration, "time"), units.show(booking, "time")
        low = " (a time of low confidence)" if step.recipe.confidence == "low" else ""
        text = f"{name} takes {took}{low}; {lab.name} books at most {allowed}"
        yield Finding("facility-booking", "error", step.id, text, step.duration, booking, "s")
