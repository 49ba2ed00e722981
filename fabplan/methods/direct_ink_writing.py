"""Direct ink writing: walls of stacked beads, pressed through a fine nozzle.

Symbols in formulas: D nozzle diameter, e extrusion multiplier, z layer pitch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _flow as flow
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, exceeds, known, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, flag, quantity, text

TITLE = "Direct ink writing"
FAMILY = "printing"
PATTERN = "bead"
VACUUM = False
HAZARDS = (
    "Pressurised syringe: relieve it before opening, shield for the eyes.",
    "Fine glass nozzles break into splinters: gloves, sharps bin.",
)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH, accept.OVERLAY, accept.MASS)
REWORK = "Wet ink: wipe off, clean with the ink's solvent and print again. After drying: scrap the part."
PSI = 6894.757293168361  # Pa
BULGE = 0.04  # round beads stand out this share of D beyond the mean width at z = 0.8 D (geometry of a circle)
TOLERATED = 0.2  # relative mismatch of solids above which the balance is reported


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a printed wall."""

    ink: str = text("name of the ink")
    composition: str = text("what the ink is made of")
    fill: str = text("how beads of a layer hang together", choices=("", "lines", "serpentine", "contour"))
    nozzle: Quantity | None = quantity("length", "inner diameter of the nozzle", low=0)
    speed: Quantity | None = quantity("speed", "printing speed", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure on the syringe", low=0)
    pressure_limit: Quantity | None = quantity("pressure", "highest pressure of the regulator", low=0)
    layer_pitch: Quantity | None = quantity("length", "height from layer to layer, wet", low=0)
    beads_per_width: Quantity | None = quantity("number", "beads side by side in one wall", low=1)
    extrusion_multiplier: Quantity | None = quantity("number", "section of a bead over section of the nozzle", low=0)
    shrinkage_width: Quantity | None = quantity("number", "finished over wet width", low=0, high=1)
    shrinkage_height: Quantity | None = quantity("number", "finished over wet height", low=0, high=1)
    base_anchored: bool = flag("whether the base keeps the length when the wall shrinks", default=True)
    anchored_length: Quantity | None = quantity("length", "longest anchored wall whose ends were seen to hold", low=0)
    aspect_ratio: Quantity | None = quantity("number", "largest height over width that was shown", low=0)
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the ink", low=0, high=1)
    deposit_solids: Quantity | None = quantity("number", "volume share of solids in the finished wall", low=0, high=1)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    consistency: Quantity | None = quantity("viscosity", "consistency of the ink [Pa s^n]", low=0)
    flow_index: Quantity | None = quantity("number", "flow index of the ink", low=0.01, high=2)
    yield_stress: Quantity | None = quantity("pressure", "yield stress of the ink", low=0)
    bore_length: Quantity | None = quantity("length", "length of the nozzle's parallel bore", low=0)
    pot_life: Quantity | None = quantity("time", "time that the ink stays printable", low=0)
    dead_volume: Quantity | None = assumed("volume", "ink that stays in hub and nozzle", 6e-8, note="40 to 100 uL")
    prime_volume: Quantity | None = assumed("volume", "ink for priming and purging", 1e-9)
    filament_time: Quantity | None = assumed("time", "start, stop and travel of one bead", 1.0)
    setup_time: Quantity | None = assumed("time", "loading, levelling, aligning, priming", 3600.0)


def bead_section(settings: Settings) -> float | None:
    """Section of a wet bead [m²], ``e π D²/4`` (volume is conserved)."""
    nozzle = value(settings.nozzle)
    return product(value(settings.extrusion_multiplier), None if nozzle is None else math.pi * nozzle**2 / 4.0)


def bead_width(settings: Settings) -> float | None:
    """Width that one bead adds to the finished wall [m], ``e π D²/(4 z)`` times the shrinkage of the width.

    Rounded to a whole nanometre, as all drawn lengths are.
    """
    width = product(ratio(bead_section(settings), value(settings.layer_pitch)), value(settings.shrinkage_width))
    return None if width is None else round(width * 1e9) * 1e-9


def path_length(settings: Settings, work: Work) -> float | None:
    """Length of all beads [m]; from the finished volume when no toolpath is drawn yet."""
    if work.path_length is not None:
        return work.path_length
    section = product(bead_width(settings), value(settings.layer_pitch), value(settings.shrinkage_height))
    return ratio(work.volume, section)


def balanced_solids(settings: Settings) -> float | None:
    """Volume share of solids that the ink leaves in the finished wall, by conservation of solids.

    A wall that sticks to its base keeps its length: only width and height shrink.
    """
    along = 1.0 if settings.base_anchored else value(settings.shrinkage_width)
    shrinkage = product(value(settings.shrinkage_width), value(settings.shrinkage_height), along)
    return ratio(value(settings.ink_solids), shrinkage)


def required_pressure(settings: Settings) -> float | None:
    """Pressure that presses the ink through the parallel bore at the set speed [Pa] (Herschel and Bulkley)."""
    nozzle, length = value(settings.nozzle), value(settings.bore_length)
    ink = (value(settings.consistency), value(settings.flow_index), value(settings.yield_stress))
    wanted = product(bead_section(settings), value(settings.speed))
    if nozzle is None or length is None or wanted is None or ink[0] is None or ink[1] is None or ink[2] is None:
        return None
    return flow.cylinder_pressure(wanted, nozzle / 2.0, length, (ink[0], ink[1], ink[2]))


def limits(settings: Settings) -> dict[str, float]:
    """Nozzle, bead and layer set what can be made.

    The first layer is one nozzle diameter high, each further one adds the layer pitch; the gap must
    pass the nozzle between two walls with their bulges, without the machine's placement error.
    """
    nozzle, shrinkage = value(settings.nozzle), value(settings.shrinkage_height)
    return known(
        nozzle=nozzle,
        line=nozzle,
        gap=product(nozzle, 1.0 + BULGE),
        bead_width=bead_width(settings),
        thickness_low=product(nozzle, shrinkage),
        thickness_step=product(value(settings.layer_pitch), shrinkage),
        aspect_ratio=value(settings.aspect_ratio),
    )


def temperature(settings: Settings) -> float | None:
    """The part is not heated."""
    return None


def duration(settings: Settings, work: Work) -> float | None:
    """Path over speed, start and stop of each bead, setting up [s]."""
    return total(
        value(settings.setup_time),
        ratio(path_length(settings, work), value(settings.speed)),
        product(float(work.filaments), value(settings.filament_time)),
    )


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Nozzle, speed, pressure, pitch, layers, flow, volumes."""
    section = bead_section(settings)
    rate = product(section, value(settings.speed))
    wet = product(section, path_length(settings, work))
    bead = (settings.nozzle, settings.extrusion_multiplier)
    return (
        *noted(entered(settings, "nozzle"), settings.composition or settings.ink),
        *entered(settings, "speed"),
        *noted(entered(settings, "pressure"), _in_psi(settings.pressure)),
        *entered(settings, "layer_pitch", "beads_per_width", "extrusion_multiplier"),
        *present(settings, "pressure_limit", "bore_length", "consistency", "flow_index", "yield_stress"),
        derived("Pressure by the flow law", required_pressure(settings), "pressure", "Herschel and Bulkley, cylinder",
                settings.nozzle, settings.speed, settings.consistency, settings.flow_index, settings.yield_stress,
                settings.bore_length, note="start below the set pressure and adjust on the line-width ladder"),
        derived("Layers", float(work.layers), "number", "as designed"),
        derived("Flow", rate, "volumetric_flow", "bead section times speed", *bead, settings.speed),
        derived("Path length", path_length(settings, work), "length", "all beads"),
        derived("Wet volume of the print", wet, "volume", "bead section times path", *bead),
        *entered(settings, "shrinkage_width", "shrinkage_height"),
        *present(settings, "dead_volume", "prime_volume", "pot_life"),
    )


def _in_psi(pressure: Quantity | None) -> str:
    """The unit on the dispenser's dial."""
    given = value(pressure)
    return "" if given is None else f"{given / PSI:.4g} psi"


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ink to fill in: print, priming, dead volume."""
    wet = product(bead_section(settings), path_length(settings, work))
    fill = total(wet, value(settings.prime_volume), value(settings.dead_volume))
    name = settings.ink or "ink"
    return (
        Use(name, wet, "m3", "in the print"),
        Use(name, fill, "m3", "to fill into the syringe, with priming and dead volume"),
    )


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Pressure, clogging, pot life, solids that do not add up, walls longer than any whose ends held."""
    return (
        *_anchor_findings(settings, work),
        *_pressure_findings(settings),
        *_clogging_findings(settings),
        *_life_findings(settings, work),
        *_balance_findings(settings),
    )


def _anchor_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """An anchored wall keeps its base and shrinks above it: the longer it is, the more its ends recede or crack."""
    long = ratio(work.path_length, float(work.filaments)) if work.longest is None else work.longest
    along = value(settings.shrinkage_width)
    seen = value(settings.anchored_length)
    if not settings.base_anchored or long is None or along is None or along >= 1.0:
        return ()
    if seen is not None and not exceeds(long, seen):
        return ()
    known = f"ends of walls up to {seen * 1e3:.3g} mm were seen to hold" if seen else "no length is known to hold"
    message = (
        f"Walls of {long * 1e3:.3g} mm stick to their base while the ink shrinks by {1 - along:.0%}: the ends want to "
        f"recede by {long * (1 - along) * 1e3:.2g} mm or crack; {known}."
    )
    change = "Print one wall of that length, measure its ends, enter anchored_length; or shorter fingers."
    return (Finding("wall-anchored", "warning", "direct-ink-writing", message, long, seen, "m", change),)


def _pressure_findings(settings: Settings) -> tuple[Finding, ...]:
    needed = [p for p in (required_pressure(settings), value(settings.pressure)) if p is not None]
    limit = value(settings.pressure_limit)
    if not needed or limit is None or not exceeds(max(needed), limit):
        return ()
    message = f"The print needs {max(needed) / 1e3:.4g} kPa, the regulator gives {limit / 1e3:.4g} kPa."
    change = "Use a high-pressure dispenser, a shorter bore, a wider nozzle or a slower speed."
    return (Finding("diw-pressure", "error", "direct-ink-writing", message, max(needed), limit, "Pa", change),)


def _clogging_findings(settings: Settings) -> tuple[Finding, ...]:
    nozzle, particle = value(settings.nozzle), value(settings.particle_size)
    if nozzle is None or particle is None or not exceeds(particle, nozzle / 10.0):
        return ()
    message = f"Particles of {particle * 1e6:.3g} um clog a nozzle of {nozzle * 1e6:.3g} um (at most a tenth of it)."
    change = "Mill or filter the ink, or use a wider nozzle."
    where = "direct-ink-writing"
    return (Finding("diw-clogging", "warning", where, message, particle, nozzle / 10.0, "m", change),)


def _life_findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    time, life = ratio(path_length(settings, work), value(settings.speed)), value(settings.pot_life)
    if time is None or life is None or not exceeds(time, life):
        return ()
    message = f"Printing takes {time / 3600:.3g} h, the ink stays printable for {life / 3600:.3g} h."
    change = "Print faster or with more nozzles, or change the syringe in time."
    return (Finding("diw-pot-life", "warning", "direct-ink-writing", message, time, life, "s", change),)


def _balance_findings(settings: Settings) -> tuple[Finding, ...]:
    left, wanted = balanced_solids(settings), value(settings.deposit_solids)
    if left is None or not wanted or abs(left / wanted - 1.0) <= TOLERATED:
        return ()
    message = (
        f"Ink and shrinkage leave {left:.0%} solids in the wall, the capacity counts on {wanted:.0%}: "
        "weigh a printed and sintered witness."
    )
    change = "Enter the measured shrinkage and solids of your ink."
    return (Finding("diw-solids-balance", "warning", "direct-ink-writing", message, left, wanted, "", change),)
