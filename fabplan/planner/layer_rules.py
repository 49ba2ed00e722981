"""Layer rules: thickness, what touches what, the substrate, what a film is laid on. Findings are collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fabplan import units
from fabplan.catalog.pairs import contacts as pair_rules
from fabplan.catalog.types import Contact, Material
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.planner.route import Route

FILM_METHODS = ("sputter", "co-sputter", "evaporation")
THICK = 1e-4  # metre: covers and electrolytes above that are set by the drawing, not by their recipe


def check(
    route: Route,
    bodies: Sequence[Body],
    materials: Mapping[str, Material],
    potentials: Mapping[str, tuple[float, float]],
) -> tuple[Finding, ...]:
    """All findings of the layers.

    Parameters
    ----------
    potentials : net -> (lowest, highest) of its electrode against Li [V]
    """
    return (
        *thickness(route, bodies),
        *contacts(route, materials, potentials),
        *roughness(route),
    )


def thickness(route: Route, bodies: Sequence[Body]) -> tuple[Finding, ...]:
    """Every layer inside the thickness range of its recipe."""
    return tuple(finding for body in bodies for finding in _thickness(route, body))


def _thickness(route: Route, body: Body) -> Iterable[Finding]:
    choice = route.choices.get(body.made_by)
    limits = choice.recipe.limits if choice else None
    covers = body.role in ("encapsulation", "electrolyte") and body.thickness > THICK
    if choice is None or limits is None or covers:
        return
    step = limits.thickness_step.value if limits.thickness_step else None
    low = limits.thickness_low.value if limits.thickness_low else None
    high = limits.thickness_high.value if limits.thickness_high else None
    if step and limits.passes:
        high = min(high or float("inf"), step * limits.passes)
    too_thin = low if low is not None and body.thickness < low * (1 - 1e-9) else None
    bound = high if high is not None and body.thickness > high * (1 + 1e-9) else too_thin
    if bound is None:
        return
    shown, least, most = (units.show(t, "length") if t is not None else "any" for t in (body.thickness, low, high))
    text = f"{body.name} is {shown} thick; recipe {choice.recipe.id} makes {least} to {most}"
    change = f"thickness {shown} → {units.show(bound, 'length')}, or another recipe"
    yield Finding("layer-thickness", "error", body.name, text, body.thickness, bound, "m", change)


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
                    findings[_contact(f"{one}, {other}", first, second, rule)] = None
    return tuple(findings)


def _contact(where: str, first: Material, second: Material, rule: Contact) -> Finding:
    text = f"{first.name} touches {second.name}: {rule.reason} [{rule.source or first.source}]"
    change = "another material for one of the two, or a barrier between them"
    return Finding("contact", "warning" if rule.severity == "warning" else "error", where, text, change=change)


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


def roughness(route: Route) -> tuple[Finding, ...]:
    """A sputtered solid electrolyte needs twice the roughness below it, and no porous electrode."""
    electrolyte = route.choices.get("electrolyte")
    if electrolyte is None or electrolyte.recipe.method not in FILM_METHODS:
        return ()
    return (*_on_porous(route), *_on_rough(route))


def _on_porous(route: Route) -> Iterable[Finding]:
    electrolyte = route.choices["electrolyte"]
    for role in ("anode", "cathode"):
        choice = route.choices.get(role)
        inside = choice.recipe.microstructure if choice else None
        if choice is not None and inside is not None and not inside.dense:
            by = f"{electrolyte.material.name} by {electrolyte.recipe.method}"
            text = f"{by} cannot close the pores of {choice.recipe.name}"
            change = "a liquid, gel or conformal electrolyte, or a dense film electrode"
            yield Finding("electrolyte-on-porous", "error", role, text, change=change)


def _on_rough(route: Route) -> Iterable[Finding]:
    below, thick = route.choices.get("cathode"), route.choices["electrolyte"].recipe.thickness
    rough = below.recipe.leaves.roughness if below and below.recipe.leaves else None
    if rough is None or rough.value is None:
        text = "measure the roughness of the cathode after its anneal: the electrolyte must be at least twice as thick"
        yield Finding("roughness-unknown", "warning", "electrolyte", text)
    elif thick is not None and thick.value is not None and thick.value < 2 * rough.value:
        shown, needed = units.show(thick.value, "length"), units.show(rough.value, "length")
        text = f"electrolyte of {shown} on a roughness of {needed}"
        yield Finding("electrolyte-too-thin", "error", "electrolyte", text, thick.value, 2 * rough.value, "m")
