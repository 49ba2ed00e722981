"""What a flow keeps beyond the limits of single records (``process_recipes/flow_limits.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from fabplan import resources
from fabplan.catalog.types import Material, Recipe
from fabplan.errors import BadInput, Problem
from fabplan.methods.base import value
from fabplan.records import Quantity, flag, quantity, read, tables, text, texts

FILE = "flow_limits.toml"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule of a flow says about itself."""

    row: str = text("rule that it enforces", default=None)
    reason: str = text("what happens else", default=None)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Crystallisation(Rule):
    """A film that these processes leave amorphous must get this hot, in them or in an anneal."""

    material: str = text("id of the film's material", default=None)
    methods: tuple[str, ...] = texts("processes that leave it amorphous")
    low: Quantity | None = quantity("temperature", "at least this hot", required=True)
    severity: str = text("how bad", choices=("error", "warning"), default="error")
    measured: bool = flag("a recipe that states what share of the capacity its own colder film gave may stay below")

    def excused(self, recipe: Recipe) -> bool:
        """Whether a recipe's colder film is planned as what it is: with the share of the capacity measured on it.

        A recipe that has its film annealed afterwards measured the annealed one: that excuses nothing.
        """
        share = recipe.microstructure.usable_fraction if recipe.microstructure else None
        return self.measured and not recipe.after and value(share) is not None


@dataclass(frozen=True, kw_only=True)
class Exposure(Rule):
    """How long something may stand open in air."""

    materials: tuple[str, ...] = texts("ids")
    salts: tuple[str, ...] = texts("instead: every electrolyte with one of these salts")
    longest: Quantity | None = quantity("time", "in air, all steps together", required=True)
    until: str = text("what ends it", choices=("lid", "layer"), default="lid")
    dry_air: bool = flag("whether it bears dry air")

    def means(self, material: Material | None) -> bool:
        """Whether the rule is about a material."""
        return material is not None and _named(material, self.materials, self.salts)


@dataclass(frozen=True, kw_only=True)
class Oxygen(Rule):
    """Materials that need oxygen when a furnace is hotter than ``above``."""

    materials: tuple[str, ...] = texts("ids")
    above: Quantity | None = quantity("temperature", "from which on it counts", required=True)


@dataclass(frozen=True, kw_only=True)
class Interdiffusion(Rule):
    """A film straight on a substrate that stays colder than ``below``."""

    materials: tuple[str, ...] = texts("ids of what the film leaves")
    substrate: str = text("id", default=None)
    below: Quantity | None = quantity("temperature", "at which they mix", required=True)


@dataclass(frozen=True, kw_only=True)
class LithiumBarrier(Rule):
    """What must lie between a lithium host and a substrate that takes lithium up."""

    substrate: str = text("id", default=None)
    materials: tuple[str, ...] = texts("ids of conducting barriers")
    methods: tuple[str, ...] = texts("processes by which those are tight")
    insulators: tuple[str, ...] = texts("ids of insulating films that serve as well")
    thickness: Quantity | None = quantity("length", "at least", required=True)

    def keeps(self, recipe: Recipe, left: Sequence[str], least: float) -> bool:
        """Whether what a recipe leaves keeps lithium in.

        Parameters
        ----------
        left : ids of its materials
        least : thickness of the barrier [m]; a recipe that states none counts as thick enough
        """
        thick = value(recipe.thickness)
        if thick is not None and thick < least * (1 - 1e-9):
            return False
        conducting = set(left) & set(self.materials) and recipe.method in self.methods
        return bool(conducting or set(left) & set(self.insulators))


@dataclass(frozen=True, kw_only=True)
class SoleBarrier(Rule):
    """Encapsulants that alone do not keep the water from these."""

    barriers: tuple[str, ...] = texts("ids of encapsulants")
    materials: tuple[str, ...] = texts("ids of what must be kept dry")
    salts: tuple[str, ...] = texts("salts that must be kept dry")

    def dry(self, material: Material | None) -> bool:
        """Whether a material must be kept dry."""
        return material is not None and _named(material, self.materials, self.salts)


@dataclass(frozen=True, kw_only=True)
class FlowLimits:
    """All of them."""

    crystallisation: tuple[Crystallisation, ...] = tables(Crystallisation, "films to be crystallised")
    exposure: tuple[Exposure, ...] = tables(Exposure, "what may not stand in air")
    oxygen: tuple[Oxygen, ...] = tables(Oxygen, "what needs oxygen in a furnace")
    interdiffusion: tuple[Interdiffusion, ...] = tables(Interdiffusion, "films that mix with the substrate")
    lithium_barrier: tuple[LithiumBarrier, ...] = tables(LithiumBarrier, "what keeps lithium out of a substrate")
    sole_barrier: tuple[SoleBarrier, ...] = tables(SoleBarrier, "encapsulants that do not serve alone")


def flow_limits() -> FlowLimits:
    """The shipped file, read and checked.

    Raises
    ------
    BadInput : faults of the file
    """
    data = tomllib.loads((resources.recipes_folder() / FILE).read_text(encoding="utf-8"))
    problems: list[Problem] = []
    found = read(FlowLimits, data, FILE, problems)
    if problems or found is None:
        raise BadInput(problems)
    return found


def crystallised(rule: Crystallisation, temperatures: Sequence[float | None]) -> bool:
    """Whether a film got hot enough; True where a temperature of its own steps is not known."""
    least = value(rule.low) or 0.0
    return any(t is None or t >= least - 1e-6 for t in temperatures)


def _named(material: Material, ids: Sequence[str], salts: Sequence[str]) -> bool:
    salt = material.electrolyte.salt if material.electrolyte else ""
    return material.id in ids or bool(salt and salt in salts)
