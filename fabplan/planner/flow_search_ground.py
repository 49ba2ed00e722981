"""Constraints of the search about the substrate: what mixes with it, and what must lie between it and lithium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fabplan import units
from fabplan.catalog.types import Material
from fabplan.methods.base import value
from fabplan.planner.flow_limits import FlowLimits, LithiumBarrier
from fabplan.planner.flow_search import Constraint
from fabplan.planner.flow_search_bans import Named
from fabplan.planner.flow_search_model import BRANCHES, Slot, Technique, below
from fabplan.planner.flow_search_recipes import Ready


def ground_bans(
    slots: Sequence[Slot],
    steps: Named,
    known: Mapping[str, Ready],
    limits: FlowLimits,
    substrate: Material,
    materials: Mapping[str, Material],
) -> tuple[Constraint, ...]:
    """All constraints of these rules.

    Parameters
    ----------
    steps : name of every operator, its recipes, the roles that it makes or treats
    """
    return (
        *_mixing(slots, steps, known, limits, substrate),
        *_lithium(slots, limits, substrate),
        *_shorted(slots, substrate, materials),
    )


def _shorted(slots: Sequence[Slot], substrate: Material, materials: Mapping[str, Material]) -> Iterator[Constraint]:
    """On a substrate that conducts every collector lies on an insulating film."""
    if substrate.insulating:
        return
    barriers = [t for s in slots if s.role == "barrier" for t in s.techniques]
    kept = frozenset(t.fact for t in barriers if t.material is not None and t.material.insulating)
    for t in (t for s in slots if "collector" in s.role for t in s.techniques):
        first = [m for r in t.chain[: t.chain.index(t.recipe)] for m in r.materials]
        if not any(materials[m].insulating for m in first if m in materials):
            words = f"{substrate.name} ({substrate.id}) conducts and both nets stand on it: the cell is shorted"
            change = "an insulating substrate, e.g. glass or sio2-si, or an insulating film first (ald-al2o3-tma)"
            yield Constraint("barrier: insulator", t.fact, frozenset(), kept, words, change)


def _mixing(
    slots: Sequence[Slot], steps: Named, known: Mapping[str, Ready], limits: FlowLimits, substrate: Material
) -> Iterator[Constraint]:
    """No film straight on a substrate is heated to where it mixes with it; a barrier lies between."""
    films = [t for s in slots if "collector" in s.role for t in s.techniques]
    barriers = frozenset(t.fact for s in slots if s.role == "barrier" for t in s.techniques)
    for rule in (r for r in limits.interdiffusion if r.substrate == substrate.id):
        mixes = value(rule.below) or 0.0
        for t in films:
            if not set(left(t)) & set(rule.materials) or any(r.materials for r in t.chain[: t.chain.index(t.recipe)]):
                continue
            for name, recipes, _ in steps:
                for recipe in (r for r in recipes if (known[r.id].hot or 0.0) >= mixes - 1e-6 and name != t.fact):
                    words = (
                        f"{recipe.name} heats {t.recipe.name} on bare {substrate.name} ({substrate.id}) to "
                        f"{units.show(known[recipe.id].hot or 0.0, 'temperature')}: {rule.reason}"
                    )
                    change = "a barrier film, e.g. ald-al2o3-tma, or a substrate with an oxide (sio2-si)"
                    key = f"barrier: {recipe.id} / {t.recipe.id}"
                    yield Constraint(key, name, frozenset({t.fact}), barriers, words, change)


def _lithium(slots: Sequence[Slot], limits: FlowLimits, substrate: Material) -> Iterator[Constraint]:
    """Between a lithium host and a substrate that takes lithium up lies a barrier that is thick enough."""
    for rule in (r for r in limits.lithium_barrier if r.substrate == substrate.id):
        least = value(rule.thickness) or 0.0
        roles = [s.role for s in slots]
        for slot in (s for s in slots if s.role in BRANCHES):
            under = below(roles, slot.role)
            tight = frozenset(t.fact for s in slots if s.role in under for t in s.techniques if _tight(t, rule, least))
            for t in (t for t in slot.techniques if t.material):
                words = (
                    f"{t.material.name if t.material else t.role} on bare {substrate.name} ({substrate.id}) without "
                    f"{units.show(least, 'length')} of ALD TiN or an insulator in between: {rule.reason}"
                )
                change = "a collector on a barrier (sputter-ti-pt-alumina, ald-tin-thermal), or sio2-si as substrate"
                yield Constraint("barrier: lithium", t.fact, frozenset(), tight, words, change)


def left(t: Technique) -> tuple[str, ...]:
    """Ids of the materials that a technique leaves."""
    return t.recipe.materials or ((t.material.id,) if t.material else ())


def _tight(t: Technique, rule: LithiumBarrier, least: float) -> bool:
    """Whether the layer, or a film that its recipe lays down first, keeps lithium in."""
    first = t.chain[: t.chain.index(t.recipe)]
    return rule.keeps(t.recipe, left(t), least) or any(rule.keeps(r, r.materials, least) for r in first)
