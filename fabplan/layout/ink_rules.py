"""What the ink has to say about a program: pressure in its nozzle, standing up, drying, amounts.

Symbols in formulas: D nozzle diameter, v speed, G' storage modulus, τy yield stress, ρ density, g gravity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan import units
from fabplan.catalog.types import Nozzle
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.types import Toolpath
from fabplan.layout.widths import narrowest
from fabplan.methods._flow import cone_pressure, cylinder_pressure

GRAVITY = 9.81  # [m/s²]
SAG = 1.4  # of the rule G' >= 1.4 ρ g (L/D)^4 D (Smay, Langmuir 2002, 18, 5429; the constant is recalled)
GREENHILL = 7.8373  # a column falls over under its own weight above (7.84 E I/(ρ g A))^(1/3) (Greenhill 1881)
DRAW = 1.25  # times faster than the free filament at which a stretched one is said; it thins by a ninth


@dataclass(frozen=True)
class Paste:
    """What is known of an ink and of the nozzle's inside; SI, None where nobody knows.

    Parameters
    ----------
    consistency, flow_index, yield_stress : of the Herschel-Bulkley law [Pa sⁿ], [-], [Pa]
    storage_modulus, density : at rest [Pa], [kg/m³]
    die_swell : diameter of a free filament over that of the nozzle
    drying_time : that a fresh filament stays wet [s]
    pot_life : that the ink stays printable [s]
    dead_volume, prime_volume, syringe : [m³]
    aspect_ratio : largest height over width of a finished wall that was shown
    bore_length, inlet, taper_length : of the nozzle's parallel bore, of the mouth and length of its cone [m]
    """

    consistency: float | None = None
    flow_index: float | None = None
    yield_stress: float | None = None
    storage_modulus: float | None = None
    density: float | None = None
    die_swell: float | None = None
    drying_time: float | None = None
    pot_life: float | None = None
    dead_volume: float | None = None
    prime_volume: float | None = None
    syringe: float | None = None
    aspect_ratio: float | None = None
    bore_length: float | None = None
    inlet: float | None = None
    taper_length: float | None = None


def inside_of(nozzle: Nozzle | None) -> dict[str, float | None]:
    """Shape of a nozzle's inside for a `Paste`."""
    if nozzle is None:
        return {}
    given = {"bore_length": nozzle.bore_length, "inlet": nozzle.inlet_diameter, "taper_length": nozzle.taper_length}
    return {key: quantity.value for key, quantity in given.items() if quantity is not None}


def flow_pressure(path: Toolpath, paste: Paste) -> float | None:
    """Pressure that presses the bead out at the set speed [Pa], bore and cone of the nozzle together.

    None when the law of the ink or the shape of the nozzle is not known (`fabplan.methods._flow`).
    """
    law = (paste.consistency, paste.flow_index, paste.yield_stress)
    if law[0] is None or law[1] is None or law[2] is None:
        return None
    ink = (law[0], law[1], law[2])
    flow, radius = math.pi / 4 * path.nozzle**2 * path.extrusion_multiplier * path.speed, path.nozzle / 2
    parts = []
    if paste.bore_length:
        parts.append(cylinder_pressure(flow, radius, paste.bore_length, ink))
    if paste.inlet and paste.taper_length and paste.inlet > path.nozzle:
        parts.append(cone_pressure(flow, paste.inlet / 2, radius, paste.taper_length, ink))
    return sum(parts) if parts else None


def ink_findings(path: Toolpath, body: Body, paste: Paste) -> tuple[Finding, ...]:
    """What ink and nozzle have to say about the program of one ink.

    Parameters
    ----------
    path : of one head
    body : that it prints, with its finished thickness
    paste : the ink in its nozzle
    """
    return (
        *_amounts(path, paste),
        *_slender(path, body, paste),
        *_stands(path, body, paste),
        *_spans(path, paste),
        *_swell(path, paste),
        *_dries(path, paste),
    )


def _amounts(path: Toolpath, paste: Paste) -> list[Finding]:
    """Ink of the print against what hub and nozzle keep, and against the barrel."""
    found = []
    dead, prime, ink = paste.dead_volume, paste.prime_volume or 0.0, path.ink_volume
    if dead is not None and ink < dead:
        fill = ink + prime + dead
        text = f"the print takes {_ul(ink)}, hub and nozzle keep {_ul(dead)}: {ink / fill:.1%} of the ink is printed"
        change = f"fill in at least {_ul(fill)}, take a hub that keeps less, or print several parts with one filling"
        found.append(Finding("ink-dead-volume", "warning", path.name, text, ink, dead, "m3", change))
    need = ink + prime + (dead or 0.0)
    if paste.syringe is not None and need > paste.syringe:
        times = math.ceil((ink + prime) / max(paste.syringe - (dead or 0.0), 1e-12))
        text = f"the print takes {_ul(need)} with priming and dead volume, the barrel holds {_ul(paste.syringe)}"
        change = f"a larger barrel, or {times} fillings at marks of layers"
        found.append(Finding("ink-syringe", "warning", path.name, text, need, paste.syringe, "m3", change))
    return found


def _slender(path: Toolpath, body: Body, paste: Paste) -> list[Finding]:
    """Finished height over width against the largest that was shown."""
    width, shown = narrowest(body.region), paste.aspect_ratio
    if shown is None or not width or body.thickness <= shown * width * (1 + 1e-9):
        return []
    ratio, layers = body.thickness / width, int(path.layer_of.max())
    most = max(1, math.floor(layers * shown / ratio * (1 + 1e-9)))
    text = f"walls of {_um(width)} stand {_um(body.thickness)} high, {ratio:.1f} times their width; {shown:g} was shown"
    change = f"walls of {_um(body.thickness / shown)}, or {most} layers instead of {layers}"
    return [Finding("wall-slender", "error", path.name, text, ratio, shown, "", change)]


def _stands(path: Toolpath, body: Body, paste: Paste) -> list[Finding]:
    """Whether the wet wall bears its own weight: at its foot (yield) and as a column (elastic)."""
    found: list[Finding] = []
    height, density = float(path.points[:, 2].max()) - (body.bottom or 0.0), paste.density
    if density is None:
        return found
    if paste.yield_stress is not None:
        most = paste.yield_stress * math.sqrt(3) / (density * GRAVITY)
        if height > most:
            text = f"a wet wall {_um(height)} high slumps: its ink bears {_um(most)}"
            needed = density * GRAVITY * height / math.sqrt(3)
            change = f"an ink with a yield stress of {needed:.3g} Pa or more, or dry between layers"
            found.append(Finding("wall-slump", "error", path.name, text, height, most, "m", change))
    width = narrowest(body.region)
    if paste.storage_modulus is not None and width:
        most = (GREENHILL * 3 * paste.storage_modulus * width**2 / 12 / (density * GRAVITY)) ** (1 / 3)
        if height > most:
            text = f"a wet wall {_um(height)} high and {_um(width)} wide falls over: its ink stands {_um(most)}"
            change = f"walls of {_um(width * (height / most) ** 1.5)} or more, or dry between layers"
            found.append(Finding("wall-buckling", "error", path.name, text, height, most, "m", change))
    return found


def longest_span(path: Toolpath) -> float:
    """Longest way of a filament over nothing [m]: beyond the beads of the layer below it."""
    layers = np.unique(path.layer_of[path.layer_of > 0]).tolist()
    pieces = _pieces(path)
    longest = 0.0
    for below, above in pairwise(layers):
        if np.array_equal(pieces[below], pieces[above]):
            continue  # the usual case: the same filaments, maybe backwards
        low, high = _lines(path, below), _lines(path, above)
        bed = shapely.union_all(shapely.buffer(low, path.bead_width / 2 or path.nozzle / 2, cap_style="flat"))
        free = shapely.get_parts(shapely.difference(high, bed))
        longest = max(longest, float(shapely.length(free).max(initial=0.0)))
    return longest


def _lines(path: Toolpath, layer: int) -> list[shapely.LineString]:
    rows = np.flatnonzero(path.layer_of == layer)
    return [shapely.LineString(path.points[path.starts[k] : path.starts[k + 1], :2]) for k in rows]


def _pieces(path: Toolpath) -> dict[int, NDArray[np.int64]]:
    """Straight pieces of every layer, whichever way they are printed: twice their middle and their extent, sorted."""
    plane = np.rint(path.points[:, :2] / NANOMETRE).astype(np.int64)
    layer = np.repeat(path.layer_of, np.diff(path.starts))
    inside = np.ones(len(plane), np.bool_)
    inside[path.starts[1:] - 1] = False  # the last point of a filament begins no piece
    begin = np.flatnonzero(inside)
    a, b = plane[begin], plane[begin + 1]
    turned = ((b - a) * np.array([3, 1])).sum(axis=1) < 0
    found = np.column_stack([layer[begin], a + b, np.where(turned[:, None], a - b, b - a)])
    found = found[np.lexsort(found.T[::-1])]
    ends = np.searchsorted(found[:, 0], np.arange(int(path.layer_of.max()) + 2))
    return {k: found[ends[k] : ends[k + 1], 1:] for k in range(len(ends) - 1)}


def _spans(path: Toolpath, paste: Paste) -> list[Finding]:
    """Filaments over gaps of the layer below against what the gel bears."""
    span = longest_span(path)
    if span <= path.nozzle:
        return []
    if paste.storage_modulus is None or paste.density is None:
        text = f"a filament spans {_um(span)}; whether its ink bears that is unknown: print a ladder of spans"
        return [Finding("filament-span", "warning", path.name, text, span, None, "m")]
    diameter = path.nozzle * math.sqrt(path.extrusion_multiplier)
    most = diameter * (paste.storage_modulus / (SAG * paste.density * GRAVITY * diameter)) ** 0.25
    if span <= most:
        return []
    text = f"a filament spans {_um(span)}, its ink bears {_um(most)}"
    return [Finding("filament-span", "error", path.name, text, span, most, "m", "walls closer together or supports")]


def _swell(path: Toolpath, paste: Paste) -> list[Finding]:
    """Speed against that of the swollen filament: a stretched one thins and tears, a slow one piles up.

    The flow ``e π D² v/4`` leaves as a filament of ``s D``, at the speed ``e v/s²``.
    """
    if paste.die_swell is None or not paste.die_swell:
        return []
    draw = paste.die_swell**2 / path.extrusion_multiplier
    if 1 / DRAW <= draw <= DRAW:
        return []
    does = "is stretched" if draw > 1 else "piles up"
    swollen = f"the ink swells to {paste.die_swell:.3g} nozzle diameters"
    text = f"{swollen} and {does}: the nozzle runs {draw:.3g} times as fast as it leaves"
    change = f"an extrusion multiplier of {paste.die_swell**2:.3g}, with layer pitch and bead width that fit it"
    return [Finding("die-swell", "warning", path.name, text, draw, DRAW if draw > 1 else 1 / DRAW, "", change)]


def _dries(path: Toolpath, paste: Paste) -> list[Finding]:
    """Time from one layer to the next against the time that a filament stays wet."""
    if paste.drying_time is None:
        return []
    every = path.time / max(int(path.layer_of.max()), 1)
    if every <= paste.drying_time:
        return []
    severity: Severity = "warning"
    shown, wet = units.show(every, "time"), units.show(paste.drying_time, "time")
    text = f"a layer takes {shown}, a filament stays wet for {wet}: the next one does not melt into it"
    change = f"{every / paste.drying_time:.3g} times the speed, as many nozzles, or damp air over the part"
    return [Finding("wet-time", severity, path.name, text, every, paste.drying_time, "s", change)]


def _um(metres: float) -> str:
    return f"{metres * 1e6:.4g} um"


def _ul(volume: float) -> str:
    return f"{volume * 1e9:.4g} uL"
