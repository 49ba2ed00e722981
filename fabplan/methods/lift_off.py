"""Lift-off: the resist is dissolved and takes the film above it along."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import entered, exceeds, noted, present, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Lift-off"
FAMILY = "wet"
PATTERN = "mask"
VACUUM = False
HAZARDS = ("Solvents burn: no flame, no open hot plate, fume hood.",)
ACCEPTANCE = (accept.LINE_WIDTH, accept.ISOLATION)
REWORK = "Flakes or bridges: back into fresh solvent before the part dries. After drying: scrap the part."
THIRD = 1.0 / 3.0  # film over resist thickness up to which lift-off works without trouble (recalled)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a lift-off."""

    solvent: str = text("solvent")
    solvent_temperature: Quantity | None = quantity("temperature", "temperature of the solvent", low=0)
    soak_time: Quantity | None = assumed("time", "soaking", 3600.0)
    ultrasound: bool = flag("whether ultrasound is used")
    ultrasound_time: Quantity | None = quantity("time", "ultrasound", low=0)
    rinse_time: Quantity | None = assumed("time", "rinsing and drying", 600.0)
    handling_time: Quantity | None = assumed("time", "handling and inspecting", 600.0)
    resist_thickness: Quantity | None = quantity("length", "thickness of the resist below the film", low=0)


def limits(settings: Settings) -> dict[str, float]:
    """The resist drew the outline before."""
    return {}


def temperature(settings: Settings) -> float | None:
    """Temperature of the solvent [K]."""
    return value(settings.solvent_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Soaking, ultrasound, rinsing, handling [s]."""
    sound = value(settings.ultrasound_time) if settings.ultrasound_time is not None else 0.0
    return total(value(settings.soak_time), sound, value(settings.rinse_time), value(settings.handling_time))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Solvent, times."""
    how = f"{settings.solvent or 'solvent'}{', ultrasound' if settings.ultrasound else ', no ultrasound'}"
    return (
        *noted(entered(settings, "solvent_temperature"), how),
        *entered(settings, "soak_time"),
        *present(settings, "ultrasound_time", "rinse_time", "resist_thickness"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Solvent, as much as the beaker needs."""
    return (Use(settings.solvent or "solvent", None, "m3", "two beakers, the part well covered"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Film too thick for its resist."""
    resist = value(settings.resist_thickness)
    if work.thickness is None or resist is None or not exceeds(work.thickness, THIRD * resist):
        return ()
    message = f"A film of {work.thickness * 1e9:.4g} nm on resist of {resist * 1e9:.4g} nm: more than a third tears."
    change = f"Use resist of at least {work.thickness / THIRD * 1e6:.3g} um with an undercut."
    return (Finding("lift-off-thickness", "warning", "lift-off", message, work.thickness, THIRD * resist, "m", change),)
