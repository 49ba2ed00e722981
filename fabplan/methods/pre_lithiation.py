"""Pre-lithiation: lithium is given to an electrode before the cell is closed, against first-cycle loss."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Pre-lithiation"
FAMILY = "assembly"
PATTERN = "none"
VACUUM = False
HAZARDS = (
    "Lithium: argon only, no water, no CO2 or halon extinguisher; sand or Lith-X at hand.",
    "Electrolyte burns and irritates; LiPF6 and water give hydrofluoric acid.",
)
ACCEPTANCE = (accept.MASS,)
REWORK = "Too little: repeat the contact. Plated lithium on the surface: scrap the part."
LITHIUM_CHARGE = 3861.0 * 3600.0  # C/kg, handbook value of 3861 mAh/g (one electron per atom)
LITHIUM_DENSITY = 534.0  # kg/m³, handbook


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of pre-lithiation."""

    how: str = text("contact with lithium, immersion, or current")
    loss: Quantity | None = quantity("areal_charge", "charge that the first cycle would lose, per area", low=0)
    contact_time: Quantity | None = quantity("time", "contact or immersion", low=0)
    bath_temperature: Quantity | None = assumed("temperature", "temperature", ROOM, "medium")
    pressure: Quantity | None = quantity("pressure", "pressure on the lithium foil", low=0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying in argon", 900.0)
    handling_time: Quantity | None = assumed("time", "antechamber and handling", 1800.0)
    foil: Quantity | None = quantity("length", "thickness of the lithium foil", low=0)


def lithium_thickness(charge: float) -> float:
    """Thickness of lithium that holds a charge per area [m]: charge over specific charge and density.

    4.85 um per mAh/cm².

    Parameters
    ----------
    charge : per area [C/m²]
    """
    return charge / (LITHIUM_CHARGE * LITHIUM_DENSITY)


def needed_lithium(settings: Settings) -> float | None:
    """Thickness of lithium that covers the loss [m]."""
    loss = value(settings.loss)
    return None if loss is None else lithium_thickness(loss)


def limits(settings: Settings) -> dict[str, float]:
    """Nothing is drawn."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the bath [K]."""
    return value(settings.bath_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Handling, contact, rinsing [s]."""
    return total(value(settings.handling_time), value(settings.contact_time), value(settings.rinse_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Way, time, lithium."""
    charge = product(value(settings.loss), work.area)
    return (
        *noted(entered(settings, "contact_time"), settings.how),
        *present(settings, "bath_temperature", "pressure", "foil"),
        *entered(settings, "loss"),
        derived("Charge to give", charge, "charge", "loss times area", settings.loss),
        derived("Lithium that holds it", needed_lithium(settings), "length", "charge over specific charge and density",
                settings.loss),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Lithium that goes into the electrode."""
    mass = product(needed_lithium(settings), work.area, LITHIUM_DENSITY)
    return (Use("lithium", mass, "kg", "taken up by the electrode"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Foil that holds too little lithium."""
    foil, needed = value(settings.foil), needed_lithium(settings)
    share = ratio(foil, needed)
    if foil is None or needed is None or share is None or share >= 1.0:
        return ()
    message = f"A foil of {foil * 1e6:.3g} um holds less lithium than the loss takes ({needed * 1e6:.3g} um)."
    return (Finding("lithium-short", "error", "pre-lithiation", message, foil, needed, "m", "Use a thicker foil."),)
