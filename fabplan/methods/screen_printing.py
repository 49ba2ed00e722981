"""Screen printing: ink through the open mesh; the mesh sets the thickness of a pass.

Symbols in formulas: w opening, d thread, E emulsion over mesh, k transfer.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods import _acceptance as accept
from fabplan.methods import _passes as shared
from fabplan.methods._fields import assumed
from fabplan.methods._sheet import derived, entered, noted, present, product, ratio, total
from fabplan.methods.base import SetPoint, Use, Work, value
from fabplan.records import Quantity, quantity, text

TITLE = "Screen printing"
FAMILY = "printing"
PATTERN = "screen"
VACUUM = False
HAZARDS = ("Solvent vapour (NMP is toxic for reproduction): fume hood, gloves.",)
ACCEPTANCE = (accept.THICKNESS_PRINT, accept.LINE_WIDTH, accept.OVERLAY, accept.MASS)
REWORK = "Wet ink: wipe off, clean and print again. After drying: scrap the part."
PARTICLES = 3.0  # the opening must be at least this many particles wide (screen maker's rule)
PITCHES = 2.0  # a line must be at least this many mesh pitches wide (rule of thumb, recalled)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Set points of a screen print."""

    ink: str = text("ink and its composition")
    mesh_pitch: Quantity | None = quantity("length", "pitch of the mesh (an inch over threads per inch)", low=0)
    thread: Quantity | None = quantity("length", "diameter of the thread", low=0)
    mesh_thickness: Quantity | None = quantity("length", "thickness of the mesh", low=0)
    emulsion: Quantity | None = quantity("length", "thickness of the emulsion over the mesh", low=0)
    transfer: Quantity | None = quantity("number", "share of the ink in the mesh that is transferred", low=0, high=1)
    ink_solids: Quantity | None = quantity("number", "volume share of solids in the ink", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores in the dry layer", low=0, high=0.99)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the edge", low=0)
    squeegee_speed: Quantity | None = assumed("speed", "speed of the squeegee", 0.05)
    snap_off: Quantity | None = assumed("length", "distance of the screen from the part", 1.5e-3)
    stroke: Quantity | None = assumed("length", "length of the stroke", 0.15)
    passes_high: Quantity | None = quantity("number", "most passes wet in wet or dry on dry", low=1)
    flash_temperature: Quantity | None = quantity("temperature", "temperature between passes", low=0)
    flash_time: Quantity | None = assumed("time", "time between passes", 300.0)
    pass_time: Quantity | None = assumed("time", "flooding, aligning and lifting of one pass", 120.0)
    setup_time: Quantity | None = assumed("time", "mounting the screen, trial prints, cleaning", 3600.0)


def opening(settings: Settings) -> float | None:
    """Opening of the mesh [m], ``w = pitch − d``."""
    pitch, thread = value(settings.mesh_pitch), value(settings.thread)
    return None if pitch is None or thread is None else pitch - thread


def open_area(settings: Settings) -> float | None:
    """Share of the mesh that is open, ``(w/(w+d))²``."""
    share = ratio(opening(settings), value(settings.mesh_pitch))
    return None if share is None else share**2


def theoretical_volume(settings: Settings) -> float | None:
    """Ink in the mesh per area [m³/m²], open area times mesh thickness (makers' tables: 24.6 against 25 cm³/m²)."""
    return product(open_area(settings), value(settings.mesh_thickness))


def wet_thickness(settings: Settings) -> float | None:
    """Wet thickness of a pass [m], ``k·V + E``; without emulsion over the mesh E is zero."""
    emulsion = settings.emulsion.value if settings.emulsion is not None else 0.0
    return total(product(theoretical_volume(settings), value(settings.transfer)), emulsion)


def dry_thickness(settings: Settings) -> float | None:
    """Dry thickness of a pass [m], wet thickness times solids over (1 − porosity)."""
    return shared.dry_thickness(wet_thickness(settings), settings.ink_solids, settings.porosity)


def passes(settings: Settings, work: Work) -> int | None:
    """Passes for the thickness; those of the design where the thickness of a pass is unknown."""
    return shared.passes(dry_thickness(settings), work)


def limits(settings: Settings) -> dict[str, float]:
    """Line, gap and edge of the process, thickness of a pass of the mesh."""
    step = dry_thickness(settings)
    return shared.limits(step, settings.line, settings.gap, settings.edge, settings.passes_high)


def temperature(settings: Settings) -> float | None:
    """Hottest of the drying between passes [K], None without it."""
    return value(settings.flash_temperature)


def duration(settings: Settings, work: Work) -> float | None:
    """Set up, then each pass with its stroke and its drying [s]."""
    number = passes(settings, work)
    stroke = ratio(value(settings.stroke), value(settings.squeegee_speed))
    one = total(value(settings.pass_time), stroke, value(settings.flash_time))
    return total(value(settings.setup_time), product(None if number is None else float(number), one))


def set_points(settings: Settings, work: Work) -> tuple[SetPoint, ...]:
    """Mesh, squeegee, number of passes, wet thickness."""
    mesh = (settings.mesh_pitch, settings.thread, settings.mesh_thickness)
    ink = (*mesh, settings.transfer, settings.ink_solids, settings.porosity)
    number = passes(settings, work)
    return (
        *noted(entered(settings, "mesh_pitch"), settings.ink),
        *entered(settings, "thread", "mesh_thickness", "transfer", "ink_solids", "porosity"),
        *present(settings, "emulsion", "squeegee_speed", "snap_off", "flash_temperature", "flash_time"),
        derived("Opening", opening(settings), "length", "pitch less thread", *mesh[:2]),
        derived("Ink in the mesh", theoretical_volume(settings), "areal_volume", "open area times thickness", *mesh),
        derived("Wet thickness of a pass", wet_thickness(settings), "length", "mesh volume and emulsion",
                *mesh, settings.transfer, settings.emulsion),
        derived("Dry thickness of a pass", dry_thickness(settings), "length", "solids over 1 - porosity", *ink),
        derived("Passes", None if number is None else float(number), "number", "thickness over that of a pass", *ink,
                note="correct after the first print"),
    )


def uses(settings: Settings, work: Work) -> tuple[Use, ...]:
    """Ink on the part."""
    number = passes(settings, work)
    wet = product(wet_thickness(settings), work.area, None if number is None else float(number))
    return (Use(settings.ink or "ink", wet, "m3", "on the part; the screen holds some 50 mL beside it"),)


def findings(settings: Settings, work: Work) -> tuple[Finding, ...]:
    """Particles too large for the mesh, mesh too coarse for the line, too many passes."""
    found, where = [], "screen-printing"
    gap, particle, pitch, line = opening(settings), value(settings.particle_size), settings.mesh_pitch, settings.line
    if gap is not None and particle is not None and gap < PARTICLES * particle:
        message = f"Mesh opening {gap * 1e6:.3g} um is less than three particles of {particle * 1e6:.3g} um."
        change = "Use a wider mesh or mill the ink."
        found.append(Finding("screen-mesh", "warning", where, message, gap, PARTICLES * particle, "m", change))
    if pitch is not None and line is not None and pitch.value is not None and line.value is not None:
        finest = PITCHES * pitch.value
        if line.value < finest:
            message = f"Lines of {line.value * 1e6:.3g} um on a mesh that by rule of thumb holds {finest * 1e6:.3g} um."
            change = "Take a finer mesh or an etched stencil, and print a resolution chart first."
            found.append(Finding("screen-fine-line", "warning", where, message, line.value, finest, "m", change))
    number, most = passes(settings, work), value(settings.passes_high)
    if number is not None and most is not None and number > most:
        message = f"{number} passes; more than {most:.0f} lose the edge."
        change = "Use a thicker mesh, an ink with more solids, or a thinner layer."
        found.append(Finding("screen-passes", "error", where, message, float(number), most, "", change))
    return tuple(found)
