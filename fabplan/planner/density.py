"""Covered share of windows of every plate, where the spec says which share the process takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabplan.findings import Finding
from fabplan.geometry.region import joined
from fabplan.layout import drc
from fabplan.layout.drc import Rule, RuleSet
from fabplan.layout.types import Layer, Mask
from fabplan.planner.mask_wishes import Density


def with_density(rules: RuleSet, layers: Sequence[Layer], masks: Sequence[Mask], asked: Density) -> RuleSet:
    """Rules with one ``density`` for every plate, of all that it carries: bodies, marks, tests and dummy fill."""
    if not asked:
        return rules
    pairs = {layer.name: (layer.layer, layer.datatype) for layer in layers}
    plates = {plate(mask): tuple(pairs[name] for name in mask.layers if name in pairs) for mask in masks}
    return RuleSet({**rules.layers, **plates}, (*rules.rules, *(_rule(mask, asked) for mask in masks)))


def density_findings(layers: Sequence[Layer], masks: Sequence[Mask], asked: Density) -> Iterator[Finding]:
    """``drc-density``: windows of a plate that are too empty or too full, and the worst of them."""
    for mask in masks if asked else ():
        region = joined(layer.region for layer in layers if layer.name in mask.layers)
        yield from drc.findings(drc.check([_rule(mask, asked)], {plate(mask): region}))


def plate(mask: Mask) -> str:
    """Name of the layer that is everything on a plate."""
    return f"plate-{mask.number}-whole"


def _rule(mask: Mask, asked: Density) -> Rule:
    return Rule("density", plate(mask), asked.low, "", asked.high, asked.window, "warning")
