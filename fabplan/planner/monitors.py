"""What the process monitors around a cell must know, from route and catalog, and their layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fabplan.architectures.base import RoleLimits
from fabplan.catalog.types import Material
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import bounds, nanometres
from fabplan.layout.marks import around
from fabplan.layout.monitors import Monitor, PlateFacts, monitors
from fabplan.layout.types import Layer


def around_the_cell(
    layers: Sequence[Layer],
    bodies: Sequence[Body],
    numbers: Mapping[str, int],
    limits: Mapping[str, RoleLimits],
    materials: Mapping[str, Material],
    name: str,
    revision: str,
    biases: Mapping[str, float],
    least: float = 0.0,
) -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    """The layer table with monitors and labels before the outlines, and the table of monitors.

    Parameters
    ----------
    layers : of the cell, its marks and outlines
    numbers : made_by -> number of its plate, of every photomask
    name, revision : of the plan, written on every plate
    biases : made_by -> outward shift of the edges from design to plate [m]
    least : smallest line that the mask shop makes [m]
    """
    roles = sorted(numbers, key=lambda role: numbers[role])
    facts = [
        replace(
            _facts(role, numbers[role], bodies, limits.get(role, RoleLimits()), materials),
            bias=nanometres(biases.get(role, 0.0)),
        )
        for role in roles
    ]
    whole = around([bounds(layer.region) for layer in layers if layer.region])
    more, table = monitors(whole, facts, name, revision, nanometres(least))
    ends = tuple(layer for layer in layers if layer.role == "outline")
    return (*(layer for layer in layers if layer.role != "outline"), *more, *ends), table


def monitor_findings(drawn: Sequence[Monitor], wanted: bool) -> Iterator[Finding]:
    """``mask-tests``: monitors were asked for and nothing can carry them."""
    if wanted and not drawn:
        message = "no step is lithographic: no plate can carry process monitors and labels, none are drawn"
        yield Finding("mask-tests", "warning", "masks.tests", message)


def _facts(
    role: str, number: int, bodies: Sequence[Body], limit: RoleLimits, materials: Mapping[str, Material]
) -> PlateFacts:
    own = [body for body in bodies if body.made_by == role]
    thick = {body.thickness for body in own}
    conductors = [materials[b.material] for b in own if b.material in materials and materials[b.material].collector]
    facts = PlateFacts(
        number, role.replace("_", "-"), nanometres(limit.line), nanometres(limit.gap),
        limit.edge, thick.pop() if len(thick) == 1 else 0.0,
    )  # fmt: skip
    return _conducting(facts, conductors[0]) if conductors else facts


def _conducting(facts: PlateFacts, metal: Material) -> PlateFacts:
    """With the sheet resistance, resistivity over thickness, where both are known."""
    assert metal.collector is not None
    known = metal.collector.resistivity
    rho = None if known is None else known.value
    basis = "resistivity unknown" if rho is None or known is None else (
        f"resistivity {rho:.3g} ohm m ({known.source}, confidence {known.confidence}) over "
        f"{facts.thickness * 1e6:.4g} um"
    )  # fmt: skip
    sheet = rho / facts.thickness if rho is not None and facts.thickness > 0 else None
    return replace(facts, conductor=metal.name or metal.id, sheet_resistance=sheet, basis=basis)
