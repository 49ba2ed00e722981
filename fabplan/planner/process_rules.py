"""Process rules: what would make a dead cell, checked step by step against what already stands there.

A limit belongs to a pair (material, what it touches, atmosphere) and is compared with <=. Findings
are collected, never raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fabplan import units
from fabplan.catalog.pairs import INERT, OXIDISING, temperature_limit
from fabplan.catalog.pairs import contacts as pair_rules
from fabplan.catalog.types import Material, Recipe
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.planner.flow import FURNACE
from fabplan.planner.plan import Step
from fabplan.planner.route import Route

ROOM = 313.15  # kelvin: below 40 degC nothing is checked, every material of the catalog bears that


def check(
    route: Route,
    steps: Sequence[Step],
    bodies: Sequence[Body],
    materials: Mapping[str, Material],
    potentials: Mapping[str, tuple[float, float]],
) -> tuple[Finding, ...]:
    """All process findings of a flow."""
    return (
        *temperature_order(route, steps, materials),
        *vacuum_after_liquid(route, steps),
        *solvents(route, steps),
        *facility(route, steps),
        *thickness(route, bodies),
        *contacts(route, materials, potentials),
        *substrate_insulates(route),
        *roughness(route),
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
    material = materials.get(name)
    own = maker is not None and (step.recipe.id in maker.recipe.after or step.role == maker.role)
    leaves = maker.recipe.leaves if maker and maker.recipe.leaves else None
    if leaves and leaves.temperature and leaves.temperature.value is not None:
        if not own and _applies(leaves.atmosphere, step.atmosphere):
            yield from _compare(
                step,
                hot,
                f"{name} as made by {maker.recipe.id if maker else ''}",
                leaves.temperature.value,
                leaves.temperature.source,
                "",
            )
        return
    limit = temperature_limit(material, step.atmosphere, tuple(present)) if material else None
    if limit is None:
        if not own and hot > 353.15:
            yield Finding(
                "temperature-limit-unknown",
                "warning",
                step.id,
                f"step {step.number} heats to {units.show(hot, 'temperature')} and nobody has stated what "
                f"{name} bears: test a coupon first",
                hot,
                None,
                "K",
            )
        return
    beside = f" on {limit.touching}" if limit.touching else ""
    yield from _compare(
        step, hot, name + beside, limit.temperature.value or 0.0, limit.temperature.source, limit.reason
    )


def _applies(stated: str, atmosphere: str) -> bool:
    """Whether a limit stated for one atmosphere speaks of a step in another; an unsaid one is the worst."""
    family = INERT if stated in INERT else OXIDISING
    return stated == "any" or atmosphere == "any" or atmosphere in family


def _compare(step: Step, hot: float, who: str, allowed: float, source: str, reason: str) -> Iterable[Finding]:
    if hot > allowed + 1e-6:
        yield Finding(
            "temperature-order",
            "error",
            step.id,
            f"step {step.number} ({step.title}) heats to {units.show(hot, 'temperature')} in "
            f"{step.atmosphere} atmosphere, "
            f"but {who} bears {units.show(allowed, 'temperature')}{f' ({reason})' if reason else ''} [{source}]",
            hot,
            allowed,
            "K",
            f"a recipe at most {units.show(allowed, 'temperature')}, or another material in place of "
            f"{who.split(' ')[0]}, or this step earlier",
        )
    elif reason and hot > allowed - 50.0 and step.method in FURNACE:
        yield Finding(
            "temperature-near-limit",
            "warning",
            step.id,
            f"{who} at {units.show(hot, 'temperature')}: {reason} [{source}]",
            hot,
            allowed,
            "K",
        )


def vacuum_after_liquid(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """No vacuum step between a volatile electrolyte and its lid."""
    findings = []
    open_liquid: Step | None = None
    for step in steps:
        if step.vacuum and open_liquid is not None:
            findings.append(
                Finding(
                    "vacuum-after-liquid",
                    "error",
                    step.id,
                    f"step {step.number} ({step.title}) is a vacuum step after the volatile electrolyte "
                    f"{open_liquid.material} "
                    f"of step {open_liquid.number}: it boils off",
                    change="close the cell behind a solid lid first (lid with port, fill, seal), or fill later",
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
                        "solvent-attack",
                        "warning",
                        step.id,
                        f"step {step.number} ({step.title}) brings {', '.join(sorted(attacked))}, which "
                        f"attacks what step {other.number} ({other.title}) left",
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
            findings.append(
                Finding(
                    "facility-lacks-process",
                    "error",
                    step.id,
                    f"{lab.name} has no {step.method} (step {step.number}, {step.title})",
                )
            )
        limit = lab.temperature_high.value if lab.temperature_high else None
        if limit and step.temperature_max and step.temperature_max > limit:
            findings.append(
                Finding(
                    "facility-furnace",
                    "error",
                    step.id,
                    f"step {step.number} needs {units.show(step.temperature_max, 'temperature')}; "
                    f"{lab.name} reaches {units.show(limit, 'temperature')}",
                    step.temperature_max,
                    limit,
                    "K",
                )
            )
        booking = lab.step_time_high.value if lab.step_time_high else None
        if booking and step.duration and step.duration > booking:
            findings.append(
                Finding(
                    "facility-booking",
                    "error",
                    step.id,
                    f"step {step.number} takes {units.show(step.duration, 'time')}; {lab.name} books at "
                    f"most {units.show(booking, 'time')}",
                    step.duration,
                    booking,
                    "s",
                )
            )
    return tuple(findings)


def thickness(route: Route, bodies: Sequence[Body]) -> tuple[Finding, ...]:
    """Every layer inside the thickness range of its recipe."""
    findings = []
    for body in bodies:
        choice = route.choices.get(body.made_by)
        limits = choice.recipe.limits if choice else None
        if (
            choice is None
            or limits is None
            or (body.role in ("encapsulation", "electrolyte") and body.thickness > 1e-4)
        ):
            continue
        step = limits.thickness_step.value if limits.thickness_step else None
        high = limits.thickness_high.value if limits.thickness_high else None
        if step and limits.passes:
            high = min(high or float("inf"), step * limits.passes)
        low = limits.thickness_low.value if limits.thickness_low else None
        for bound, wrong in (
            (low, low is not None and body.thickness < low * (1 - 1e-9)),
            (high, high is not None and body.thickness > high * (1 + 1e-9)),
        ):
            if wrong and bound is not None:
                findings.append(
                    Finding(
                        "layer-thickness",
                        "error",
                        body.name,
                        f"{body.name} is {units.show(body.thickness, 'length')} thick; recipe "
                        f"{choice.recipe.id} makes {units.show(low, 'length')} to "
                        f"{units.show(high, 'length')}",
                        body.thickness,
                        bound,
                        "m",
                        f"thickness {units.show(body.thickness, 'length')} → {units.show(bound, 'length')}, "
                        "or another recipe",
                    )
                )
    return tuple(findings)


def contacts(
    route: Route, materials: Mapping[str, Material], potentials: Mapping[str, tuple[float, float]]
) -> tuple[Finding, ...]:
    """Pairs that must not touch, at the potentials where they meet.

    Parameters
    ----------
    potentials : net -> (lowest, highest) of its electrode against Li [V]
    """
    findings: dict[Finding, None] = {}
    for one, other, net in _meetings(route):
        for first, second in _pairs(route, materials, one, other):
            for potential in potentials.get(net, (None, None)):
                for rule in pair_rules(first, second, potential):
                    severity: Severity = "warning" if rule.severity == "warning" else "error"
                    text = f"{first.name} touches {second.name}: {rule.reason} [{rule.source or first.source}]"
                    findings[
                        Finding(
                            "contact",
                            severity,
                            f"{one}, {other}",
                            text,
                            change="another material for one of the two, or a barrier between them",
                        )
                    ] = None
    return tuple(findings)


def _meetings(route: Route) -> Iterable[tuple[str, str, str]]:
    """Roles that touch, and the net whose potential they see (empty: none)."""
    for net in ("anode", "cathode"):
        collector = f"{net}_collector" if f"{net}_collector" in route.choices else "collector"
        yield from (
            (net, "electrolyte", net),
            (collector, "electrolyte", net),
            (collector, net, net),
            (collector, "substrate", ""),
        )
    for cover in ("lid", "seal", "encapsulation"):
        yield cover, "electrolyte", ""


def _pairs(
    route: Route, materials: Mapping[str, Material], one: str, other: str
) -> Iterable[tuple[Material, Material]]:
    """Materials of two roles; what a collector leaves beneath (adhesion) counts only on the substrate."""

    def of(role: str) -> list[Material]:
        if role == "substrate":
            return [route.substrate]
        choice = route.choices.get(role)
        if choice is None:
            return []
        below = [materials[m] for m in choice.recipe.materials if m in materials] if other == "substrate" else []
        return list(dict.fromkeys([choice.material, *below]))

    return ((a, b) for a in of(one) for b in of(other))


def substrate_insulates(route: Route) -> tuple[Finding, ...]:
    """Both nets stand on the substrate: it must insulate."""
    if route.substrate.insulating:
        return ()
    return (
        Finding(
            "substrate-conducts",
            "error",
            "cell.substrate",
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
            findings.append(
                Finding(
                    "electrolyte-on-porous",
                    "error",
                    role,
                    f"{electrolyte.material.name} by {electrolyte.recipe.method} cannot close the pores of "
                    f"{choice.recipe.name}",
                    change="a liquid, gel or conformal electrolyte, or a dense film electrode",
                )
            )
    below = route.choices.get("cathode")
    rough = below.recipe.leaves.roughness if below and below.recipe.leaves else None
    thick = electrolyte.recipe.thickness
    if rough is None or rough.value is None:
        findings.append(
            Finding(
                "roughness-unknown",
                "warning",
                "electrolyte",
                "measure the roughness of the cathode after its anneal: the electrolyte must be at least "
                "twice as thick",
            )
        )
    elif thick is not None and thick.value is not None and thick.value < 2 * rough.value:
        findings.append(
            Finding(
                "electrolyte-too-thin",
                "error",
                "electrolyte",
                f"electrolyte of {units.show(thick.value, 'length')} on a roughness of "
                f"{units.show(rough.value, 'length')}",
                thick.value,
                2 * rough.value,
                "m",
            )
        )
    return tuple(findings)
