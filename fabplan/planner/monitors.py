"""What the process monitors around a cell must know, from route and catalog, and their layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fabplan.architectures.base import RoleLimits
from fabplan.catalog.types import Material, Microstructure
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, bounds, nanometres
from fabplan.layout.calibration_scale import Scale
from fabplan.layout.marks import around
from fabplan.layout.monitors import Monitor, PlateFacts, monitors
from fabplan.layout.types import Layer
from fabplan.records import Quantity


@dataclass(frozen=True)
class Plated:
    """What route and catalog say of one plate, screen or stencil.

    Parameters
    ----------
    number : of the plate
    foil : whether it is a sheet with openings
    limit : of the process that uses it
    bias : outward shift of the edges from design to plate [m]
    microstructure : of the layer, where it is an electrode
    exposed : by whom: name of the lithography's recipe; empty for none
    dose : of the exposure
    """

    number: int
    foil: bool
    limit: RoleLimits
    bias: float
    microstructure: Microstructure | None = None
    exposed: str = ""
    dose: Quantity | None = None


def around_the_cell(
    layers: Sequence[Layer],
    bodies: Sequence[Body],
    plates: Mapping[str, Plated],
    materials: Mapping[str, Material],
    name: str,
    revision: str,
    least: float = 0.0,
    heads: Sequence[str] = (),
    scale: Scale | None = None,
) -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    """The layer table with monitors and labels before the outlines, and the table of monitors.

    Parameters
    ----------
    layers : of the cell, its marks and outlines
    plates : made_by -> its plate
    name, revision : of the plan, written on every plate
    least : smallest line that the mask shop makes [m]
    heads, scale : what prints onto the part, and the sizes of its verniers
    """
    roles = sorted(plates, key=lambda role: plates[role].number)
    numbers = {role: plates[role].number for role in roles}
    facts = [_facts(role, plates[role], bodies, numbers, materials) for role in roles]
    whole = around([bounds(layer.region) for layer in layers if layer.region])
    more, table = monitors(whole, facts, name, revision, nanometres(least), heads, scale)
    ends = tuple(layer for layer in layers if layer.role == "outline")
    return (*(layer for layer in layers if layer.role != "outline"), *more, *ends), table


def monitor_findings(drawn: Sequence[Monitor], wanted: bool) -> Iterator[Finding]:
    """``mask-tests``: monitors were asked for and nothing can carry them."""
    if wanted and not drawn:
        message = "no step needs a plate, screen or stencil that carries process monitors and labels: none are drawn"
        yield Finding("mask-tests", "warning", "masks.tests", message)


def _facts(
    role: str, plate: Plated, bodies: Sequence[Body], numbers: Mapping[str, int], materials: Mapping[str, Material]
) -> PlateFacts:
    own, limit = [body for body in bodies if body.made_by == role], plate.limit
    thick = {body.thickness for body in own}
    below = {numbers[b.made_by] for o in own for b in _below(o, bodies) if b.made_by in numbers}
    facts = PlateFacts(
        plate.number, role.replace("_", "-"), nanometres(limit.line), nanometres(limit.gap),
        limit.edge, thick.pop() if len(thick) == 1 else 0.0, bias=nanometres(plate.bias), foil=plate.foil,
        rests_on=tuple(sorted(below)),
    )  # fmt: skip
    made = [materials[body.material] for body in own if body.material in materials]
    metals = [material for material in made if material.collector]
    if metals:
        facts = _conducting(facts, metals[0])
    elif plate.microstructure is not None and any(body.role in ("anode", "cathode") for body in own) and made:
        facts = _electrode(facts, made[0], plate.microstructure)
    elif made and own[0].role in ("electrolyte", "separator", "insulator"):
        facts = replace(facts, insulator=made[0].name or made[0].id)
    return _exposed(facts, plate)


def _below(body: Body, bodies: Sequence[Body]) -> list[Body]:
    """Bodies that a body lies on. A conformal one has no height of its own: what was made last counts there."""
    before = [other for other in bodies[: list(bodies).index(body)] if _overlap(body, other)]
    last = before[-1:]
    flat = body.bottom is not None and all(other.bottom is not None for other in last)
    return [other for other in before if _meet(other, body)] if flat else last


def _meet(lower: Body, upper: Body) -> bool:
    if lower.bottom is None or upper.bottom is None:
        return False
    return abs(lower.bottom + lower.thickness - upper.bottom) < NANOMETRE / 2


def _overlap(one: Body, other: Body) -> bool:
    """By their bounds."""
    if not one.region or not other.region:
        return False
    (a0, b0, a1, b1), (c0, d0, c1, d1) = bounds(one.region), bounds(other.region)
    return a0 < c1 and c0 < a1 and b0 < d1 and d0 < b1


def _electrode(facts: PlateFacts, material: Material, inside: Microstructure) -> PlateFacts:
    """With the sheet resistance of an electrode, whose conductivity its recipe states or nobody knows."""
    known = inside.electronic_conductivity
    sigma = None if known is None else known.value
    basis = "electronic conductivity of the layer unknown" if sigma is None or known is None else (
        f"electronic conductivity {sigma:.3g} S/m ({known.source}, confidence {known.confidence}), "
        f"{facts.thickness * 1e6:.4g} um thick"
    )  # fmt: skip
    sheet = 1 / (sigma * facts.thickness) if sigma and facts.thickness > 0 else None
    return replace(facts, conductor=material.name or material.id, sheet_resistance=sheet, basis=basis)


def _exposed(facts: PlateFacts, plate: Plated) -> PlateFacts:
    """With the dose of the lithography that exposes through the plate."""
    if not plate.exposed:
        return facts
    known = plate.dose
    if known is None or known.value is None:
        return replace(facts, dose_basis=f"nominal dose of {plate.exposed} not known")
    basis = f"nominal dose of {plate.exposed} ({known.source}, confidence {known.confidence})"
    return replace(facts, dose=known.value, dose_basis=basis)


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
