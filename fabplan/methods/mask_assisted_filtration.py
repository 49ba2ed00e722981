"""Mask-assisted filtration: a suspension is drawn through a membrane under a mask; solids stay as a film.

Symbols in formulas: d thickness, c mass of solids per volume, V filtrate, A open area, ρ bulk density of the film.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods._fields import ROOM, assumed
from fabplan.methods._sheet import derived, entered, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Mask-assisted filtration"
FAMILY = "wet"
PATTERN = "mask"
VACUUM = False
HAZARDS = ("Suction flask: shield against implosion.", "Nanoparticles: never dry and loose; gloves.")
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.MASS, accept.LINE_WIDTH)
REWORK = "Before pressing: redisperse and filter again. After it: scrap."


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of filtering through a mask."""

    suspension: str = text("suspension and its composition")
    membrane: str = text("membrane and mask")
    loading: Quantity | None = quantity("density", "mass of solids per volume of suspension", low=0)
    film_density: Quantity | None = quantity("density", "bulk density of the dry film, pores included", low=0)
    flux: Quantity | None = quantity("speed", "filtrate per open area and time", low=0)
    suction: Quantity | None = quantity("pressure", "pressure difference over the membrane", low=0)
    particle_size: Quantity | None = quantity("length", "smallest particles", low=0)
    pore_size: Quantity | None = quantity("length", "pores of the membrane", low=0)
    line: Quantity | None = quantity("length", "smallest line of the mask", low=0)
    gap: Quantity | None = quantity("length", "smallest space of the mask", low=0)
    dry_temperature: Quantity | None = assumed("temperature", "temperature of drying", ROOM + 40.0)
    dry_time: Quantity | None = assumed("time", "drying", 7200.0)
    mix_time: Quantity | None = assumed("time", "dispersing the suspension", 3600.0)
    setup_time: Quantity | None = assumed("time", "mounting membrane and mask", 900.0)


def volume(settings: Settings, work: Work) -> float | None:
    """Suspension to pour in [m³]: ``V = d A ρ/c`` (all solids stay)."""
    return ratio(product(work.thickness, work.area, value(settings.film_density)), value(settings.loading))


def filter_time(settings: Settings, work: Work) -> float | None:
    """Filtering [s], filtrate per area over flux; the flux falls as the cake grows, measure it at full thickness."""
    height = ratio(product(work.thickness, value(settings.film_density)), value(settings.loading))
    return ratio(height, value(settings.flux))


def limits(settings: Settings) -> dict[str, float]:
    """Line and gap of the mask."""
    return known(line=value(settings.line), gap=value(settings.gap))


def temperature(settings: Settings) -> float | None:
    """Temperature of drying [K]."""
    return value(settings.dry_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Dispersing, mounting, filtering, drying [s]."""
    rest = (value(settings.mix_time), value(settings.setup_time), value(settings.dry_time))
    return total(*rest, filter_time(settings, work))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Suspension, suction, volume, time."""
    inputs = (settings.film_density, settings.loading)
    what = "; ".join(p for p in (settings.suspension, settings.membrane) if p)
    return (
        *noted(entered(settings, "loading"), what),
        *entered(settings, "film_density", "flux", "suction"),
        *present(settings, "pore_size", "dry_temperature", "dry_time"),
        derived("Volume to pour in", volume(settings, work), "volume", "all solids stay", *inputs),
        derived("Filtering time", filter_time(settings, work), "time", "filtrate over flux", *inputs, settings.flux),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Solids of the film."""
    return (
        Use(settings.suspension or "suspension", volume(settings, work), "m3", "what stands on the mask is lost"),
        Use("membrane", work.area, "m2", "one a part"),
    )


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Particles that run through."""
    particle, pore = value(settings.particle_size), value(settings.pore_size)
    if particle is None or pore is None or particle >= pore:
        return ()
    message = f"Particles of {particle * 1e9:.3g} nm run through pores of {pore * 1e9:.3g} nm."
    change = "Use a finer membrane, or flakes and tubes that bridge the pores."
    where = "mask-assisted-filtration"
    return (Finding("filtration-leak", "warning", where, message, particle, pore, "m", change),)
