"""Header of a program: what an operator must know before pressing start, and what a check can hold it to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fabplan import units
from fabplan.catalog.types import Dialect
from fabplan.exporters._program_facts import facts
from fabplan.exporters._program_text import chunks
from fabplan.exporters._program_words import PSI
from fabplan.geometry.region import polygons
from fabplan.layout.moves import heads_of, moves, wet_points
from fabplan.layout.toolpaths import digest_of, steps_of
from fabplan.layout.types import Toolpath
from fabplan.planner.plan import Plan, Step

POINTS_AT_ONCE = 30_000
LEVEL = 0.2  # nozzle diameters by which the substrate may be out of level (general practice)


def header(
    step: Step, path: Toolpath, plan: Plan, dialect: Dialect, field: tuple[float, float] | None = None
) -> tuple[str, ...]:
    """Sentences of a program's header: what an operator must know before pressing start.

    ``field`` [m] stands for the footprint where a program is not for the cell.
    """
    wide, long = field or (plan.footprint.width, plan.footprint.length)
    return (
        f"fabplan {plan.fabplan_version} step={step.number:02d} {step.id} toolpath={path.name} dialect={dialect.id} "
        f"{f'reads-as={dialect.reads_as} ' if dialect.reads_as else ''}"
        f"job={plan.name}",
        f"UNITS mm, FEED mm/{'s' if dialect.feed_time == 'second' else 'min'}, "
        f"DWELL {'ms' if '{milliseconds}' in dialect.dwell else 's'}, {_drive(plan)}",
        f"footprint {_mm(wide)} x {_mm(long)} mm, "
        "origin = its lower left corner, Z0 = substrate",
        _fiducials(plan) if field is None else "fiducials: none, printed on a dummy",
        "work offset: before start set X0 Y0 at the origin and Z0 on the substrate "
        f"with the nozzle of head {path.tool}",
        f"level the substrate to {LEVEL * path.nozzle * 1e3:.4f} mm over the footprint: general practice",
        *_figures(path),
        *facts(path, plan.machine),
        f"points {digest(path, dialect)}",
        _checked(dialect),
    )


def digest(path: Toolpath, dialect: Dialect) -> str:
    """Fingerprint of where and with which head filaments are printed."""
    return digest_of(_printed(path, dialect.decimals))


def _printed(path: Toolpath, decimals: int) -> Iterator[NDArray[np.int64]]:
    """Points of all filaments, page by page, then where each starts, then the head of each of several heads."""
    sizes = [np.zeros(1, np.int64)]
    for a, b in chunks(np.diff(path.starts), POINTS_AT_ONCE):
        points, starts = wet_points(moves(path, a, b))
        sizes.append(np.diff(starts))
        yield steps_of(points, decimals)
    yield np.cumsum(np.concatenate(sizes))
    heads, head_of = heads_of(path)
    if len(heads) > 1:
        yield np.array([head.tool for head in heads], np.int64)[head_of]


def _drive(plan: Plan) -> str:
    if plan.machine is None or plan.machine.drive != "piston":
        return "no E axis"
    return f"E = {'mm of piston' if plan.machine.piston_diameter else 'mm3'}, steps that add up (relative)"


def _figures(path: Toolpath) -> tuple[str, ...]:
    low, high = path.points.min(axis=0) * 1e3, path.points.max(axis=0) * 1e3
    box = " ".join(f"{axis}{low[i]:.3f}..{high[i]:.3f}" for i, axis in enumerate("XYZ"))
    pressure = (
        "no pressure of an ink"
        if path.process != "ink"
        else "pressure not known: calibrate on the prime line"
        if path.pressure is None
        else f"pressure {path.pressure / 1e3:.0f} kPa = {path.pressure / PSI:.0f} psi"
    )
    return (
        f"tool {path.tool}, nozzle {_mm(path.nozzle)} mm, layers {int(path.layer_of.max())} "
        f"pitch {path.layer_pitch * 1e3:.4f} mm, filaments {len(path.kinds)}",
        f"speed {path.speed * 1e3:.6f} mm/s, travel speed {path.travel_speed * 1e3:.6f} mm/s, {pressure}",
        f"start delay {path.start_delay:.3f} s, stop delay {path.stop_delay:.3f} s after the valve",
        f"travel {path.travel_length * 1e3:.3f} mm, safe height {path.safe_height * 1e3:.6f} mm",
        _time(path),
        *_swept(path),
        *_consumed(path),
        f"bbox {box}",
    )


def _time(path: Toolpath) -> str:
    """Time at constant speeds, which a reader can check to the last digit, and with the ramps of the axes."""
    constant = f"TIME {path.duration:.1f} s at constant speeds"
    if path.ramped is None or path.acceleration is None:
        return f"{constant} = {units.show(path.duration, 'time')}, ramps of the axes neglected"
    return (
        f"{constant}, RAMPED {path.ramped:.1f} s = {units.show(path.ramped, 'time')} with ramps of "
        f"{path.acceleration * 1e3:.3f} mm/s2 and corners cut by {path.corner_deviation * 1e3:.6f} mm"
    )


def _consumed(path: Toolpath) -> tuple[str, ...]:
    if path.process == "laser":
        return ()
    if path.process == "jet":
        where = f"{_drops(path)} drops"
    else:
        where = "prime line included" if path.process == "ink" else "sprayed"
    return (f"ink {path.ink_volume * 1e9:.4f} uL on the path, {where}",)


def _drops(path: Toolpath) -> int:
    """How many drops a jet fires: one a step of the way with its output on."""
    heads, _ = heads_of(path)  # each set of values of a ladder has its own way from drop to drop
    return round(sum(h.ink_volume for h in heads) / (heads[0].section * path.bead_width)) if path.ink_volume else 0


def _swept(path: Toolpath) -> tuple[str, ...]:
    """What a sweep does that a print does not: no prime line, passes beyond the part, pauses between layers."""
    found = []
    if path.kinds and path.kinds[0] != "prime":
        found.append(f"{path.process}, no prime line, overrun {path.overrun * 1e3:.4f} mm beyond the footprint")
    if path.process == "jet":
        way = f"every {path.bead_width * 1e3:.6f} mm of way" if not path.heads else "after each step of the trigger"
        found.append(
            f"jet: while the output is on, one drop falls {way}, the first half "
            "of that behind the start of a run: fire from the encoders or the step pulses of the axes"
        )
    if path.layer_pause:
        found.append(f"pause {path.layer_pause:.3f} s after each layer")
    return tuple(found)


def fiducials(plan: Plan) -> dict[str, tuple[float, float]]:
    """Centres of the first cross at each corner [nm], which `fabplan.layout.marks` calls the fiducials."""
    crosses = next((layer for layer in plan.layers if layer.role == "mark" and layer.name.endswith("-crosses")), None)
    if crosses is None:
        return {}
    boxes = [
        (min(x for x, _ in p), min(y for _, y in p), max(x for x, _ in p), max(y for _, y in p))
        for p in polygons(crosses.region)
    ]
    bars = [b for b in boxes if b[2] - b[0] > b[3] - b[1]]  # the lying bar of a cross has its centre
    return {f"F{k}": ((x0 + x1) / 2, (y0 + y1) / 2) for k, (x0, y0, x1, y1) in enumerate(bars[:4], 1)}


def _fiducials(plan: Plan) -> str:
    found = fiducials(plan)
    if not found:
        return "fiducials: none drawn, align to the edges of the collector"
    return "fiducials " + ", ".join(
        f"{name} X{x * 1e-6:.6f} Y{y * 1e-6:.6f}" for name, (x, y) in found.items()
    )


def _checked(dialect: Dialect) -> str:
    if not dialect.verified_by:
        return "CHECKED: not machine-verified, no interpreter of this dialect reads our programs; make a dry run first"
    return f"CHECKED: {dialect.verified_by} reads programs of this dialect in our tests: length, valves, feed"


def _mm(metres: float) -> str:
    return f"{metres * 1e3:.3f}"
