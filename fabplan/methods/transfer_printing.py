"""Transfer printing: a stamp lifts a finished layer from its donor and leaves it on the part.

Symbols in formulas: G energy release rate, v speed of peeling.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Transfer printing"
FAMILY = "assembly"
PATTERN = "none"
VACUUM = False
HAZARDS = ("Release etch of the donor: exhaust, gloves, goggles.",)
ACCEPTANCE = (accept.OVERLAY, accept.NO_CRACKS, accept.ADHESION)
REWORK = "Left on the stamp: print once more, slower. Torn: scrap the layer."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a transfer."""

    stamp: str = text("stamp, donor and adhesive")
    pick_speed: Quantity | None = quantity("speed", "peeling speed when the layer is lifted", low=0)
    print_speed: Quantity | None = quantity("speed", "peeling speed when the layer is left", low=0)
    slow_adhesion: Quantity | None = quantity("areal_energy", "adhesion of the stamp at no speed", low=0)
    reference_speed: Quantity | None = quantity("speed", "speed at which that adhesion has doubled", low=0)
    exponent: Quantity | None = assumed("number", "exponent of the adhesion's rise", 0.6,
                                        source="Meitl et al., Nat. Mater. 2006 (recalled)")  # fmt: skip
    donor_adhesion: Quantity | None = quantity("areal_energy", "adhesion of the layer to the donor", low=0)
    part_adhesion: Quantity | None = quantity("areal_energy", "adhesion of the layer to the part", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure when the layer is left", low=0)
    bond_temperature: Quantity | None = assumed("temperature", "temperature of bonding", ROOM)
    bond_time: Quantity | None = assumed("time", "time under pressure", 300.0)
    placement: Quantity | None = quantity("length", "alignment error", low=0)
    stamp_width: Quantity | None = assumed("length", "length of a peel", 0.01)
    mount_time: Quantity | None = assumed("time", "releasing the layer, mounting and aligning", 3600.0)
    clean_time: Quantity | None = assumed("time", "cleaning, inspecting", 900.0)


def stamp_adhesion(settings: Settings, speed: float | None) -> float | None:
    """Adhesion of stamp and layer at a peeling speed [J/m²]: ``G₀ (1 + (v/v₀)ⁿ)`` (viscoelastic stamps).

    Feng et al., Langmuir 2007.
    """
    faster, exponent = ratio(speed, value(settings.reference_speed)), value(settings.exponent)
    rise = None if faster is None or exponent is None else 1.0 + faster**exponent
    return product(value(settings.slow_adhesion), rise)


def limits(settings: Settings) -> dict[str, float]:
    """Alignment of the stamp."""
    return known(placement=value(settings.placement))


def temperature(settings: Settings) -> float | None:
    """Temperature of bonding [K]; how hot the layer was made on its donor does not matter here."""
    return value(settings.bond_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Mounting, lifting, bonding, leaving, cleaning [s]."""
    width = value(settings.stamp_width)
    peels = (ratio(width, value(settings.pick_speed)), ratio(width, value(settings.print_speed)))
    return total(value(settings.mount_time), *peels, value(settings.bond_time), value(settings.clean_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Speeds, pressure, bond, adhesion at both speeds."""
    law = (settings.slow_adhesion, settings.reference_speed, settings.exponent)
    lift = stamp_adhesion(settings, value(settings.pick_speed))
    leave = stamp_adhesion(settings, value(settings.print_speed))
    return (
        *noted(entered(settings, "pick_speed"), settings.stamp),
        *entered(settings, "print_speed", "pressure"),
        *present(settings, "bond_temperature", "bond_time", "donor_adhesion", "part_adhesion"),
        derived("Adhesion of the stamp when lifting", lift, "areal_energy", "power law of speed", *law),
        derived("Adhesion of the stamp when leaving", leave, "areal_energy", "power law of speed", *law),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Donor that is used up."""
    return (Use("donor", work.area, "m2", "at least the layer's area"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """A layer that stays on its donor, or on the stamp."""
    found, where = [], "transfer-printing"
    lift, donor = stamp_adhesion(settings, value(settings.pick_speed)), value(settings.donor_adhesion)
    if lift is not None and donor is not None and lift <= donor:
        message = f"The stamp holds {lift:.3g} J/m2, the donor {donor:.3g}: the layer stays on the donor."
        change = "Peel faster or weaken the release layer."
        found.append(Finding("transfer-lift", "error", where, message, lift, donor, "J/m2", change))
    leave, part = stamp_adhesion(settings, value(settings.print_speed)), value(settings.part_adhesion)
    if leave is not None and part is not None and leave >= part:
        message = f"The stamp holds {leave:.3g} J/m2, the part {part:.3g}: the layer stays on the stamp."
        change = "Peel slower, or use an adhesive or heat."
        found.append(Finding("transfer-leave", "error", where, message, leave, part, "J/m2", change))
    return tuple(found)
