"""The rules that a drawn cell was checked by, as data: for a deck that others run, and for the read-back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fabplan.architectures.base import RoleLimits
from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.layout.approach import approaches
from fabplan.layout.drc import Rule, RuleSet
from fabplan.layout.dummies import FILL
from fabplan.layout.measure import shortened
from fabplan.layout.overlay import CONDUCTORS, area_rules, conductors, overlay_rules
from fabplan.layout.types import Layer

FOOTPRINT = "outline-footprint"


def rule_set(
    bodies: Sequence[Body], layers: Sequence[Layer], limits: Mapping[str, RoleLimits], plated: Sequence[str]
) -> RuleSet:
    """Widths, spaces and areas of every plate by its recipe, distance of the nets, electrodes inside the footprint,
    and the margins between layers that are aligned to each other.

    Parameters
    ----------
    limits : made_by -> what its recipe can make
    plated : names of the layers that stand on plates
    """
    pairs = {layer.name: ((layer.layer, layer.datatype),) for layer in layers}
    drawn = [body for body in bodies if body.name in pairs and body.region]
    plates: dict[str, tuple[tuple[int, int], ...]] = {}
    rules: list[Rule] = []
    for role in dict.fromkeys(body.made_by for body in drawn if body.name in plated):
        own = [body for body in drawn if body.made_by == role and body.relief is None]
        limit = limits.get(role, RoleLimits())
        rules += [Rule("width", body.name, limit.line) for body in own if limit.line > 0]
        if own and limit.gap > 0:
            name = own[0].name if len(own) == 1 else f"plate-{role}".replace("_", "-")
            plates[name] = tuple(pairs[body.name][0] for body in own)
            rules.append(Rule("space", name, limit.gap))
        rules += area_rules(own, limits)
    rules += _nets(drawn, limits)
    rules += overlay_rules(drawn, limits)
    plates[CONDUCTORS] = tuple(pairs[body.name][0] for body in conductors(drawn))
    rules += _fill(layers, drawn, limits)
    if FOOTPRINT in pairs and len(layers) and _is_box(layers):
        rules += [Rule("inside", body.name, 0.0, FOOTPRINT) for body in drawn if body.role in ("anode", "cathode")]
    named = {name for rule in rules for name in (rule.layer, rule.other)}
    unions = {name: own for name, own in plates.items() if name in named}
    return RuleSet({**pairs, **unions}, tuple(dict.fromkeys(rules)))


def _nets(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterator[Rule]:
    """Bodies of different nets side by side: they share no area and keep the coarser process's space."""
    few = shortened(bodies, periodic.stretches([body.region for body in bodies]))
    for approach in approaches(few):
        if approach.kind == "beside" and approach.lower.relief is None and approach.upper.relief is None:
            one, other = approach.lower, approach.upper
            yield Rule("apart", one.name, 0.0, other.name)
            space = max(limits.get(body.made_by, RoleLimits()).gap for body in (one, other))
            if space > 0:
                yield Rule("separation", one.name, space, other.name)


def _fill(layers: Sequence[Layer], drawn: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterator[Rule]:
    """Squares of dummy fill stay away from everything of their plate, whatever its net."""
    for fill in (layer for layer in layers if layer.datatype == FILL):
        for body in drawn:
            pair = next(layer for layer in layers if layer.name == body.name)
            if pair.layer == fill.layer:
                yield Rule("apart", fill.name, 0.0, body.name)
                gap = limits.get(body.made_by, RoleLimits()).gap
                yield from [Rule("separation", fill.name, gap, body.name)] * (gap > 0)


def _is_box(layers: Sequence[Layer]) -> bool:
    outline = next(layer.region for layer in layers if layer.name == FOOTPRINT)
    return len(outline.parts) == 1 and len(outline.parts[0].polygon) == 4
