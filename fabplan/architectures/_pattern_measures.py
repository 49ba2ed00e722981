"""What a planar cell drawn as a pattern measures: every drawing once, heights in closed form on top of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from fabplan.architectures import _package, _space
from fabplan.architectures._pattern_cell import Laid, Pattern, comb, drawn, is_slanted, laid
from fabplan.architectures.base import Request
from fabplan.geometry import sheet
from fabplan.geometry.edges import boundary, facing_length, minimum_width
from fabplan.geometry.measures import Measures
from fabplan.geometry.patterns import base as patterns
from fabplan.geometry.region import NANOMETRE, Region, area, rectangle
from fabplan.geometry.shapes import to_shapely

CELLS = 4_000  # of the grid for a resistance: corners to some percent, in milliseconds
SNAPPED = 10  # [nm]: what snapping to the grid adds to a slanted gap at most


@dataclass(frozen=True)
class Plan:
    """Plan measures of one drawing, in nanometres; squares of both collectors with their necks.

    Parameters
    ----------
    areas, rims : of both electrodes [m²], [nm]
    facing : length of the gap along the anode
    sunk : plan area of what collectors take of the basin [m²]
    basin, active : plan areas [m²]
    """

    areas: tuple[float, float]
    rims: tuple[float, float]
    facing: float
    gap: float
    width: float
    squares: tuple[float, float]
    neck: float
    sunk: float
    basin: float
    active: float


def measures(params: Any, request: Request) -> Measures:
    """Geometry of all designs; what cannot be drawn is not feasible. Arrays of shape (N,) or ()."""
    asked = laid(params, request)
    shape = np.broadcast_shapes(*(np.shape(v) for v in vars(params).values()))
    around = _package.package_of(params)
    rows = [None if one is None else plan_of(request.pattern, one) for one in asked]

    def column(pick: Any) -> Any:
        return np.array([0.0 if row is None else pick(row) for row in rows]).reshape(shape)

    heights = np.asarray(params.anode_thickness, float), np.asarray(params.cathode_thickness, float)
    metal = request.layer_thickness("collector")
    high = metal + np.maximum(*heights) + np.asarray(params.lid_clearance, float)
    dam = metal + request.layer_thickness("insulator") + np.asarray(params.lid_thickness, float)
    areas = [column(lambda row, k=k: row.areas[k]) for k in (0, 1)]
    rims = [column(lambda row, k=k: row.rims[k]) * NANOMETRE for k in (0, 1)]
    volumes = [plan * height for plan, height in zip(areas, heights, strict=True)]
    neck = column(lambda row: row.neck)
    width = np.minimum(column(lambda row: row.width), np.asarray(around.pad, float))
    values = {
        "anode_area": areas[0],
        "cathode_area": areas[1],
        "anode_interface_area": areas[0] + heights[0] * rims[0],
        "cathode_interface_area": areas[1] + heights[1] * rims[1],
        "anode_volume": volumes[0],
        "cathode_volume": volumes[1],
        "facing_length": column(lambda row: row.facing) * NANOMETRE,
        "minimum_gap": column(lambda row: row.gap) * NANOMETRE,
        "minimum_width": width * NANOMETRE,
        "height": np.maximum(high + params.lid_thickness, dam if "insulator" in request.materials else 0.0),
        "electrode_height": np.minimum(*heights),
        "lid_height": high - metal,
        "electrolyte_thickness": column(lambda row: row.gap) * NANOMETRE,
        "electrolyte_volume": column(lambda row: row.basin) * high
        - column(lambda row: row.sunk) * metal
        - sum(volumes),
        "anode_collector_squares": column(lambda row: row.squares[0]) + neck,
        "cathode_collector_squares": column(lambda row: row.squares[1]) + neck,
        "anode_bus_squares": neck,
        "cathode_bus_squares": neck,
        "active_area": column(lambda row: row.active),
        "print_length": 0.0,
    }
    good = np.array([row is not None for row in rows], dtype=np.bool_).reshape(shape)
    good = good & (heights[0] > 0) & (heights[1] > 0) & (np.asarray(params.lid_clearance) >= 0)
    if request.footprint.terminals == "inside":
        good = good & (np.asarray(around.pad) <= _space.whole(request.footprint.width))
    return _space.as_measures(values, np.asarray(good, dtype=np.bool_))


@lru_cache(maxsize=4096)
def plan_of(name: str, asked: Laid) -> Plan | None:
    """Plan measures of a drawing; None where it cannot be drawn or its resistance cannot be told."""
    found = drawn(name, asked)
    if found is None:
        return None
    slanted = is_slanted(found.electrodes[0])
    squares = collector_squares(found)
    if squares is None:
        return None
    around = _package.Package(*asked.package)
    sunk = sum(area(shape) for shape in found.plates)
    sunk += 2 * found.neck * (float(around.rim) + found.inset) * NANOMETRE**2
    left, low, right, top = found.box
    rims = [_outline(shape, slanted) for shape in found.electrodes]
    return Plan(
        (area(found.electrodes[0]), area(found.electrodes[1])),
        (rims[0], rims[1]),
        facing(found),
        found.gap,
        float(np.minimum(_narrowest(found, slanted), found.neck)),  # nan stays nan
        squares,
        float(around.side + around.pad_clearance + found.inset) / found.neck,
        sunk,
        area(rectangle(*_package.grown(found.box, round(float(around.rim))))),
        (right - left) * (top - low) * NANOMETRE**2,
    )


def _outline(shape: Region, slanted: bool) -> float:
    """Length of the outline [nm]."""
    if slanted:
        return float(to_shapely(shape).length)
    return float(sum(int(np.sum(edges.high - edges.low)) for edges in boundary(shape)))


def facing(found: Pattern) -> float:
    """Length along which the nets face each other [nm]; of slanted ones the anode's outline a gap from the cathode."""
    if not is_slanted(found.electrodes[0]):
        return float(facing_length(*found.electrodes, round(2 * found.gap)))
    reach = to_shapely(found.electrodes[1]).buffer(found.gap + SNAPPED, join_style="mitre")
    return float(to_shapely(found.electrodes[0]).boundary.intersection(reach).length)


def _narrowest(found: Pattern, slanted: bool) -> float:
    """Narrowest line [nm]; nan of slanted patterns, where only the drawing tells."""
    if slanted:
        return float("nan")
    return float(min(minimum_width(shape) for shape in (*found.electrodes, *found.plates)))


@lru_cache(maxsize=64)
def collector_squares(found: Pattern) -> tuple[float, float] | None:
    """Squares of both collectors, fed over the width of their necks: solved on a grid, or the pattern's own formula.

    A formula stands in where edges are slanted or lines are too many for the grid.
    """
    formula = getattr(patterns.load(found.name), "squares", None)
    if not is_slanted(found.electrodes[0]) or formula is None:
        left = (found.box[0] + found.box[2]) // 2 - found.neck // 2
        fed = (left, left + found.neck)
        anode, cathode = (sheet.squares(shape, fed, bool(k), CELLS) for k, shape in enumerate(found.plates))
        if anode is not None and cathode is not None:
            return anode, cathode
    by = found.inset
    lines = {
        f.name: getattr(found.frame, f.name) + (2 * by if f.name == "gap" else -2 * by)
        for f in dataclasses.fields(found.frame)
    }
    squares: tuple[float, float] | None = None if formula is None else formula(type(found.frame)(**lines))
    return squares


def told(params: Any, request: Request) -> tuple[str, ...]:
    """How the pattern of one design stands, in sentences."""
    found = comb(params, request)
    assert found is not None
    squares = collector_squares(found)
    assert squares is not None
    return (
        f"its gap of {found.gap / 1e3:g} um is {facing(found) / 1e6:.3g} mm long",
        f"its collectors count {squares[0]:.3g} and {squares[1]:.3g} squares from the necks on",
    )
