"""Toolpaths of what is swept: passes of a spray over a part, and the beam that takes a film away.

Over a mask a spray draws one line a layer, back and forth, and turns beyond the part, where its flow does not matter.
Without one (aerosol jet) it stays inside the body, as a beam stays inside of what it takes away: along the edges first,
half a pass inside of them, then in lines over the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import NANOMETRE, Box, Region, bounds, nanometres
from fabplan.geometry.shapes import geometries
from fabplan.layout.interleave import summed
from fabplan.layout.types import Array, Toolpath
from fabplan.methods.base import Sweep

PASS, EDGE, HATCH = "pass", "edge", "hatch"
MOST_LINES = 2_000_000
SLIVER = 10  # [nm] that rounding and steep corners may leave over
_SHARP: dict[str, Any] = {"join_style": "mitre", "mitre_limit": 5.0}


def spray_path(region: Region, sweep: Sweep, machine: Machine, name: str, foot: float = 0.0) -> Toolpath:
    """Passes over the bounds of a body: one filament a layer; every second layer is shifted by half a pitch.

    Parameters
    ----------
    region : of the body [nm]; a mask on the part gives the outline
    foot : height of what is sprayed on [m]
    """
    x0, y0, x1, y1 = bounds(region)
    _check(sweep, name, (y1 - y0) * NANOMETRE)
    step, over = nanometres(sweep.pitch), nanometres(sweep.overrun)
    layers = []
    for k in range(sweep.layers):
        count = -(-(y1 - y0) // step) + 1 + k % 2
        middle = (y0 + y1) // 2 - (count - 1) * step // 2
        rows = middle + step * np.arange(count)
        ends = np.where(np.arange(count)[:, None] % 2 == 0, [[x0 - over, x1 + over]], [[x1 + over, x0 - over]])
        layers.append(np.stack([ends.reshape(-1), np.repeat(rows, 2)], axis=1))
    outside = max(sweep.overrun, sweep.pitch * 1.5)
    return sweep_toolpath(layers, [(PASS,)] * len(layers), sweep, machine, name, foot, outside)


def scribe_path(body: Region, box: Box, sweep: Sweep, machine: Machine, name: str, foot: float = 0.0) -> Toolpath:
    """Lines that take a film away wherever the body does not stand.

    Parameters
    ----------
    body : what stays [nm]
    box : of the film [nm]
    foot : height of the film [m]

    Raises
    ------
    BadInput : the beam is too wide, or too many lines
    """
    _check(sweep, name, (box[3] - box[1]) * NANOMETRE)
    away = shapely.difference(shapely.box(*box), shapely.union_all(geometries(body)))
    return _filled(away, sweep, machine, name, foot)


def jet_path(body: Region, sweep: Sweep, machine: Machine, name: str, foot: float = 0.0) -> Toolpath:
    """Passes that draw a body without a mask: its edges, then lines over the rest.

    Raises
    ------
    BadInput : a pass is wider than the body, or too many lines
    """
    box = bounds(body)
    _check(sweep, name, (box[3] - box[1]) * NANOMETRE)
    return _filled(shapely.union_all(geometries(body)), sweep, machine, name, foot)


def _filled(shape: Any, sweep: Sweep, machine: Machine, name: str, foot: float) -> Toolpath:
    """Edges and lines half a pass inside of a shape, as often as there are layers."""
    inner = shapely.buffer(shape, -nanometres(sweep.width) / 2, **_SHARP)
    pieces = [piece for piece in shapely.get_parts(inner) if piece.area > 0]
    if not pieces:
        what = f"the {'beam' if sweep.process == 'laser' else 'pass'} is too wide for every place of the drawing"
        allowed = "less than the narrowest place, or a mask"
        raise BadInput(Problem(what, name, f"{sweep.width * 1e6:.4g} um", allowed))
    _check_narrow(shape, inner, sweep, name)
    edges = [shapely.get_coordinates(ring) for piece in pieces for ring in (piece.exterior, *piece.interiors)]
    lines = hatch(edges, nanometres(sweep.pitch))
    filaments = [np.rint(edge).astype(np.int64) for edge in edges] + list(lines)
    kinds = (EDGE,) * len(edges) + (HATCH,) * len(lines)
    sizes = [len(filament) for filament in filaments]
    layers = [np.concatenate(filaments)] * sweep.layers
    return sweep_toolpath(layers, [kinds] * sweep.layers, sweep, machine, name, foot, 0.0, sizes)


def _check_narrow(shape: Any, inner: Any, sweep: Sweep, name: str) -> None:
    """Refuses places that are narrower than a pass: a film would stay there, or a line would be missing."""
    width = nanometres(sweep.width)
    reached = shapely.buffer(inner, width / 2 + SLIVER, **_SHARP)
    missed = [p for p in shapely.get_parts(shapely.difference(shape, reached)) if p.area > SLIVER * width]
    if missed:
        x, y = shapely.get_coordinates(shapely.point_on_surface(max(missed, key=lambda p: float(p.area))))[0].tolist()
        word, many = "beam" if sweep.process == "laser" else "pass", f"{len(missed)} place{'s' * (len(missed) > 1)}"
        what = f"the {word} is too wide for {many}, the largest at x {x * 1e-6:.4g}, y {y * 1e-6:.4g} mm"
        raise BadInput(Problem(what, name, f"{sweep.width * 1e6:.4g} um", "less than the narrowest place, or a mask"))


def hatch(rings: list[Array], pitch: int) -> NDArray[np.int64]:
    """Level lines inside closed rings by the even-odd rule [nm], column by column, back and forth; shape (L, 2, 2).

    Lines stand ``pitch`` apart, the first half a pitch above the lowest point.
    """
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
    edges = edges[edges[:, 1] != edges[:, 3]]
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    base = float(low.min()) + pitch / 2
    first, last = np.ceil((low - base) / pitch), np.ceil((high - base) / pitch)
    count = np.maximum(last - first, 0).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first.astype(np.int64)[edge]
    y = base + pitch * row
    x0, y0, x1, y1 = edges[edge].T
    x = x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    order = np.lexsort((x, row))
    ends, level = x[order].reshape(-1, 2), np.rint(y[order].reshape(-1, 2))
    keep = ends[:, 1] - ends[:, 0] >= 1.0
    lines = np.stack([np.rint(ends), level], axis=2).astype(np.int64)[keep]
    return _by_column(lines, row[order].reshape(-1, 2)[keep, 0])


def _by_column(lines: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lines of rows from left to right, put column by column, so that nothing is crossed again and again.

    Rows that follow each other with as many lines, each above the one below it, are a band; the lines above each other
    in it are a column. Columns of a band go up and down in turn, its lines back and forth.
    """
    first = np.flatnonzero(np.diff(row, prepend=-1) != 0)
    count = np.diff(np.append(first, len(row)))
    place = np.arange(len(row)) - np.repeat(first, count)
    low, high = lines[:, 0, 0], lines[:, 1, 0]
    below = np.maximum(np.arange(len(row)) - np.repeat(count, count), 0)
    apart = (low >= high[below]) | (low[below] >= high)
    follows = (np.diff(row[first], prepend=-2) == 1) & (np.diff(count, prepend=0) == 0)
    follows &= np.add.reduceat(apart.astype(np.int64), first) == 0 if len(first) else follows
    band = np.repeat(np.cumsum(~follows), count)
    odd = band % 2 == 0  # the first band is number 1
    column = np.where(odd, np.repeat(count, count) - 1 - place, place)
    order = np.lexsort((np.where(column % 2 == 1, -row, row), column, band))
    lines, column, band, odd = lines[order], column[order], band[order], odd[order]
    new = np.flatnonzero(np.append(True, (np.diff(band) != 0) | (np.diff(column) != 0)))
    within = np.arange(len(lines)) - np.repeat(new, np.diff(np.append(new, len(lines))))
    back = (within % 2 == 1) != odd
    lines[back] = lines[back][:, ::-1]
    return lines


def _check(sweep: Sweep, name: str, height: float) -> None:
    given = {"width": sweep.width, "pitch": sweep.pitch, "speed": sweep.speed, "layers": float(sweep.layers)}
    faults = [
        Problem("a set point is missing or not positive", f"{name}: {key}", f"{value:g}", "above 0")
        for key, value in given.items()
        if not value > 0
    ]
    if not faults and height / sweep.pitch * sweep.layers > MOST_LINES:
        given_lines = f"{height / sweep.pitch * sweep.layers:.3g} lines"
        faults = [Problem("too many lines", name, given_lines, f"{MOST_LINES}: a wider pitch or fewer layers")]
    if faults:
        raise BadInput(faults)


def sweep_toolpath(
    layers: list[NDArray[np.int64]], kinds: list[tuple[str, ...]], sweep: Sweep, machine: Machine, name: str,
    foot: float, outside: float, sizes: list[int] | None = None,
) -> Toolpath:
    """The toolpath of plane layers; ``sizes`` are the points of the filaments of a layer, None for one."""
    height = nanometres(foot + sweep.height)
    plane = np.concatenate(layers)
    points = np.column_stack([plane, np.full(len(plane), height)])
    counts = np.concatenate([sizes or [len(layer)] for layer in layers])
    travel = sweep.travel_speed or (machine.travel_speed.value if machine.travel_speed else None)
    safe = sweep.safe_height or (machine.safe_height.value if machine.safe_height else None)
    if not travel or not safe:
        raise BadInput(Problem("travel speed or safe height is not known", f"machines/{machine.id}.toml"))
    lift = 0 if sweep.height >= safe else nanometres(safe)  # a spray that stands high need not rise
    delays = [q.value or 0.0 if q else 0.0 for q in (machine.start_delay, machine.stop_delay)]
    path = Toolpath(
        name=name, tool=0, nozzle=sweep.width, points=points * NANOMETRE,
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        kinds=tuple(kind for layer in kinds for kind in layer),
        layer_of=np.repeat(np.arange(1, len(layers) + 1), [len(k) for k in kinds]).astype(np.int64),
        speed=sweep.speed, travel_speed=travel, safe_height=(height + lift) * NANOMETRE, pressure=None,
        start_delay=delays[0], stop_delay=delays[1], printed_length=1.0, travel_length=0.0, duration=0.0,
        ink_volume=sweep.section, bead_width=sweep.width,
        acceleration=machine.acceleration.value or None if machine.acceleration else None,
        corner_deviation=(machine.corner_deviation.value or 0.0) if machine.corner_deviation else 0.0,
        process=sweep.process, overrun=outside, layer_pause=sweep.layer_pause,
    )  # fmt: skip
    return summed(path)
