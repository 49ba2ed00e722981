"""What can go wrong when a toolpath is printed, as findings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from fabplan import units
from fabplan.catalog.types import Machine, Nozzle
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, polygons
from fabplan.layout.types import Array, Toolpath
from fabplan.records import Quantity

LONG_JOB = 8 * 3600.0  # [s] longer than a working day
OFF = 2.0  # factor between set pressure and flow law from which both are said; the law's inputs are rarely better
PSI = 6894.757293168361  # [Pa]
SECTION_TOLERANCE = 0.2  # share by which drawn and extruded section may differ before a warning
SECTION_LIMIT = 2.0  # factor between them from which the walls are other walls than those drawn
STANDOFF_HIGH = 1.2  # nozzle diameters; above, the filament no longer lands below the nozzle (general practice)
GAP_RESERVE = 10e-6  # [m] that should remain of a gap after placement (general practice)


def nozzle_of(machine: Machine, diameter: float) -> Nozzle | None:
    """The machine's nozzle of that inner diameter [m], None when it has none."""
    fitting = (n for n in machine.nozzles if n.diameter.value is not None and abs(n.diameter.value - diameter) < 1e-7)
    return next(fitting, None)


def clearance(path: Toolpath, body: Body, obstacles: Sequence[Body], nozzle: Nozzle | None) -> tuple[Finding, ...]:
    """Whether bead and nozzle keep clear of what stands and belongs to the other net.

    Parameters
    ----------
    path, body : the toolpath and the body that it prints
    obstacles : bodies that stand, with the height that they have at that moment
    nozzle : of the machine, None when it has no such nozzle

    Notes
    -----
    The outside of the nozzle is a cone: at the top of a standing wall of height h its radius is
    r + (h - z) tan(a), with r the outer radius at the tip, z the height of the tip and a the half
    angle. It must not exceed the distance from the middle of the bead to the wall. The lowest layer
    is the worst.
    """
    rows = np.flatnonzero(path.layer_of > 0)
    lines = shapely.linestrings([path.points[path.starts[k] : path.starts[k + 1], :2] / NANOMETRE for k in rows])
    lowest = float(path.points[path.starts[rows[0]] :, 2].min())
    found: list[Finding] = []
    for other in obstacles:
        if other.net in (None, body.net) or not other.region:
            continue
        tree = shapely.STRtree([shapely.Polygon(p) for p in polygons(other.region)])
        _, distances = tree.query_nearest(lines, return_distance=True, all_matches=False)
        distance = float(distances.min()) * NANOMETRE
        found += _bead_clear(path, body, other, distance)
        found += _nozzle_clear(path, body, other, distance, lowest, nozzle)
    return tuple(found)


def _bead_clear(path: Toolpath, body: Body, other: Body, distance: float) -> list[Finding]:
    gap = distance - path.bead_width / 2
    if gap > NANOMETRE / 2:
        return []
    text = f"the beads of {body.name} touch {other.name} of the other net"
    return [Finding("filament-crosses-net", "error", path.name, text, gap, 0.0, "m", "widen the gap")]


def _nozzle_clear(
    path: Toolpath, body: Body, other: Body, distance: float, lowest: float, nozzle: Nozzle | None
) -> list[Finding]:
    rise = (other.bottom or 0.0) + other.thickness - lowest
    if rise <= 0:
        return []
    outer, cone = (nozzle.outer_diameter, nozzle.cone_half_angle) if nozzle else (None, None)
    if outer is None or outer.value is None or cone is None or cone.value is None:
        text = (
            f"{other.name} stands {_um(rise)} higher than the nozzle tip and {_um(distance)} beside it; "
            "whether the nozzle clears it is unknown: measure its outside"
        )
        return [Finding("nozzle-clearance", "warning", path.name, text, None, distance, "m")]
    needed = outer.value / 2 + rise * math.tan(math.radians(cone.value))
    if needed <= distance:
        return []
    severity: Severity = "warning" if "low" in (outer.confidence, cone.confidence) else "error"
    text = (
        f"the nozzle is {_um(needed)} wide (radius) at the top of {other.name}, which stands {_um(distance)} "
        f"beside the middle of the beads of {body.name}"
    )
    change = f"widen the gap by {_um(needed - distance)}, print the taller net last, or take a slimmer nozzle"
    return [Finding("nozzle-clearance", severity, path.name, text, needed, distance, "m", change)]


def print_findings(
    path: Toolpath,
    machine: Machine,
    *,
    gap: float | None = None,
    overhang: float | None = None,
    pot_life: float | None = None,
    needed: float | None = None,
    whole: Toolpath | None = None,
) -> tuple[Finding, ...]:
    """What the machine and the clock have to say about a toolpath.

    Parameters
    ----------
    path, machine : see there
    gap : between the walls of both nets as drawn [m]
    overhang : of the collector's finger beyond the wall, on each side [m]
    pot_life : of the ink [s]
    needed : pressure by the flow law of the ink in its nozzle [Pa], None when it is not known
    whole : program of several inks that this one is part of
    """
    return (
        *_time(whole or path, pot_life),
        *_pressure(path, machine, needed),
        *_placement(path, machine, gap, overhang),
        *_range(path, machine),
        *_nozzle(path, machine),
        *_bead(path),
        *_delays(path, machine),
    )


def _time(path: Toolpath, pot_life: float | None) -> list[Finding]:
    found = []
    took = units.show(path.time, "time")
    if path.time > LONG_JOB:
        text = f"printing takes {took}"
        times = path.time / LONG_JOB
        change = (
            f"for {units.show(LONG_JOB, 'time')}: {math.ceil(times)} nozzles side by side, {times:.2g} times the "
            f"speed, or a nozzle {math.sqrt(times):.2g} times as wide with layers as many times as high"
        )
        found.append(Finding("long-print", "warning", path.name, text, path.time, LONG_JOB, "s", change))
    if pot_life is not None and path.time > pot_life:
        text = f"printing takes {took}, the ink lasts {units.show(pot_life, 'time')}"
        change = f"load fresh ink at a layer mark, {math.ceil(path.time / pot_life)} fillings in all"
        found.append(Finding("ink-pot-life", "warning", path.name, text, path.time, pot_life, "s", change))
    return found


def _pressure(path: Toolpath, machine: Machine, needed: float | None) -> list[Finding]:
    limit = _value(machine.pressure_high)
    known = [p for p in (path.pressure, needed) if p is not None]
    if not known:
        text = "the pressure of this ink is unknown: calibrate it on the prime line"
        return [Finding("dispenser-pressure", "warning", path.name, text)]
    most = max(known)
    if limit is not None and most > limit:
        text = f"the ink needs {_pressed(most)}, {machine.id} gives {_pressed(limit)}"
        change = (
            f"a dispenser for {_pressed(most)} (high-pressure adapter), a nozzle whose narrow part is at most "
            f"{limit / most:.0%} as long, or an ink as many times thinner"
        )
        return [Finding("dispenser-pressure", "error", path.name, text, most, limit, "Pa", change)]
    if path.pressure is None and needed is not None:
        text = f"the pressure of this ink is not known; start at {_pressed(needed)} of the flow law and calibrate"
        return [Finding("dispenser-pressure", "warning", path.name, text, needed, limit, "Pa")]
    if path.pressure is not None and needed is not None and not 1 / OFF < path.pressure / needed < OFF:
        text = f"{_pressed(path.pressure)} is set, the flow law gives {_pressed(needed)} in this nozzle"
        change = "start at the lower of both and raise it until the line has its width"
        return [Finding("pressure-law", "warning", path.name, text, path.pressure, needed, "Pa", change)]
    return []


def _pressed(pressure: float) -> str:
    """A pressure in the units of the drawing and of the dial."""
    return f"{units.show(pressure, 'pressure')} ({pressure / PSI:.4g} psi)"


def _placement(path: Toolpath, machine: Machine, gap: float | None, overhang: float | None) -> list[Finding]:
    error = _value(machine.placement)
    if error is None:
        text = f"the placement error of {machine.id} is unknown: print a vernier first"
        return [Finding("placement", "warning", path.name, text)]
    found = []
    if gap is not None and gap - 2 * error < GAP_RESERVE - NANOMETRE / 2:
        severity: Severity = "error" if gap - 2 * error < NANOMETRE / 2 else "warning"
        text = f"two inks placed to ±{_um(error)} leave {_um(gap - 2 * error)} of the {_um(gap)} gap"
        found.append(
            Finding("placement", severity, path.name, text, gap, 2 * error + GAP_RESERVE, "m", "widen the gap")
        )
    if overhang is not None and error > overhang + NANOMETRE / 2:
        severity = "warning" if machine.fiducials else "error"
        text = f"walls placed to ±{_um(error)} can miss collector fingers that are {_um(overhang)} wider on each side"
        change = f"widen the collector fingers by {_um(error - overhang)} on each side"
        found.append(Finding("print-onto-mask", severity, path.name, text, error, overhang, "m", change))
    return found


def _range(path: Toolpath, machine: Machine) -> list[Finding]:
    extent = path.points.max(axis=0) - path.points.min(axis=0)
    found = []
    for axis, size, limit in (("X", extent[0], _value(machine.travel_x)), ("Y", extent[1], _value(machine.travel_y))):
        if limit is not None and size > limit:
            spans, moves = units.show(float(size), "length"), units.show(limit, "length")
            text = f"the program spans {spans} in {axis}, {machine.id} moves {moves}"
            change = "a smaller footprint"
            found.append(Finding("axis-range", "error", path.name, text, float(size), limit, "m", change))
    return found


def _nozzle(path: Toolpath, machine: Machine) -> list[Finding]:
    if not machine.nozzles or nozzle_of(machine, path.nozzle):
        return []
    text = f"{machine.id} lists no nozzle of {_um(path.nozzle)}"
    change = "add it to the record of the machine"
    return [Finding("nozzle", "warning", path.name, text, path.nozzle, None, "m", change)]


def _bead(path: Toolpath) -> list[Finding]:
    found = []
    diameter = path.nozzle * math.sqrt(path.extrusion_multiplier)
    extruded, drawn = math.pi * diameter**2 / 4, path.bead_width * path.layer_pitch
    if drawn > 0 and abs(extruded / drawn - 1) > SECTION_TOLERANCE:
        text = f"the nozzle lays {extruded * 1e12:.0f} um2 where {drawn * 1e12:.0f} um2 are drawn per bead"
        change = "change beads_per_width, layer_pitch or extrusion_multiplier"
        wrong = not 1 / SECTION_LIMIT < extruded / drawn < SECTION_LIMIT
        severity: Severity = "error" if wrong else "warning"
        found.append(Finding("bead-section", severity, path.name, text, extruded, drawn, "m2", change))
    if path.layer_pitch >= diameter:
        text = f"layers {_um(path.layer_pitch)} apart do not touch: a bead is {_um(diameter)} high"
        change = "a smaller pitch"
        found.append(Finding("layer-pitch", "error", path.name, text, path.layer_pitch, diameter, "m", change))
    standoff, most = float(path.points[0, 2]), STANDOFF_HIGH * path.nozzle
    if standoff > most * (1 + 1e-9):
        text = f"the nozzle prints the first layer from {_um(standoff)} above the substrate"
        found.append(Finding("standoff", "warning", path.name, text, standoff, most, "m", "go nearer"))
    shortest = float(_filament_lengths(path)[1:].min(initial=np.inf))
    if shortest < path.nozzle:
        text = f"the shortest filament is {_um(shortest)}, less than its own width"
        found.append(Finding("short-filament", "warning", path.name, text, shortest, path.nozzle, "m"))
    return found


def _delays(path: Toolpath, machine: Machine) -> list[Finding]:
    if path.start_delay or (machine.start_delay and machine.start_delay.value is not None):
        return []
    text = "the time from opening the valve to flow is unknown and taken as 0: calibrate it on the prime line"
    return [Finding("valve-delay", "warning", path.name, text)]


def _filament_lengths(path: Toolpath) -> Array:
    moves = np.linalg.norm(np.diff(path.points, axis=0), axis=1)
    moves[path.starts[1:-1] - 1] = 0.0
    total = np.concatenate([[0.0], np.cumsum(moves)])
    ends = np.minimum(path.starts[1:] - 1, len(total) - 1)
    return np.asarray(total[ends] - total[path.starts[:-1]], np.float64)


def _value(given: Quantity | None) -> float | None:
    return None if given is None else given.value


def _um(metres: float) -> str:
    return f"{metres * 1e6:.4g} um"
