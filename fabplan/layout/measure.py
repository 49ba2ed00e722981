"""The ``geometry`` section of plan.json, measured on the drawing.

Nothing here comes from a closed form: areas from polygons, distances and lengths from their edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import shapely

from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.geometry.edges import KEPT, boundary
from fabplan.geometry.periodic import Stretches
from fabplan.geometry.region import NANOMETRE, Region, area, bounds, count, joined
from fabplan.geometry.relief import Coat, coat
from fabplan.geometry.shapes import facing_length, to_shapely
from fabplan.layout.approach import Approach, approaches
from fabplan.layout.flat import flat
from fabplan.layout.nets import nearness, overlap
from fabplan.layout.widths import is_manhattan, narrowest

NETS = ("anode", "cathode")
ELECTROLYTES = ("electrolyte", "separator")


def measured(bodies: Sequence[Body], met: Sequence[Approach] | None = None) -> dict[str, float | None]:
    """Geometry of a drawn cell, SI; None where a quantity does not exist or cannot be measured.

    Of large lattices a few periods are looked at (`fabplan.geometry.periodic`), which changes no result.

    Parameters
    ----------
    bodies : bottom-up
    met : `fabplan.layout.approach.approaches` of the bodies, where they are known already

    Returns
    -------
    dict
        Keys of the ``geometry`` object of plan.json without ``footprint_area_m2``. ``minimum_gap_m`` is
        None when the nets never share a height; ``facing_length_m`` is 0 when the electrodes do not.
    """
    found = periodic.stretches([body.region for body in bodies])
    few = shortened(bodies, found)
    gaps = _gaps(approaches(few) if met is None else met)
    if gaps and min(gaps) > found.reach * NANOMETRE:  # may lie across a cut
        found, few, gaps = Stretches(), bodies, _gaps(approaches(bodies))
    widths = [width(body) for body in bodies if body.net and body.region]
    result: dict[str, float | None] = {
        "height_m": height(few),
        "minimum_width_m": min(widths, default=None),
        "minimum_gap_m": min(gaps, default=None),
        "facing_length_m": None if facing(few) is None else _grown(facing, bodies, found),
    }
    for net in NETS:
        electrodes = [body for body in bodies if body.role == net]
        collectors = [body for body in bodies if body.role == f"{net}_collector"]
        result[f"{net}_area_m2"] = sum(area(body.region) for body in electrodes)
        result[f"{net}_volume_m3"] = sum(volume(body, bodies) for body in electrodes)
        result[f"{net}_interface_area_m2"] = _grown(partial(interface, net=net), bodies, found)
        result[f"{net}_collector_area_m2"] = sum(area(body.region) for body in collectors)
    result["electrolyte_volume_m3"] = _grown(electrolyte_volume, bodies, found)
    return result


def shortened(bodies: Sequence[Body], found: Stretches) -> Sequence[Body]:
    """Bodies with what repeats cut short; the same bodies where nothing does."""
    return _with(bodies, periodic.short([body.region for body in bodies], found)) if found else bodies


def _with(bodies: Sequence[Body], regions: Sequence[Region]) -> list[Body]:
    return [replace(body, region=region) for body, region in zip(bodies, regions, strict=True)]


def _grown(measure: Callable[[Sequence[Body]], float | None], bodies: Sequence[Body], found: Stretches) -> float:
    """A measure that adds up over periods, of the whole layout."""
    regions = [body.region for body in bodies]
    return periodic.grown(lambda few: measure(_with(bodies, few)) or 0.0, regions, found)


def _gaps(met: Sequence[Approach]) -> list[float]:
    return [approach.near.distance for approach in met if approach.in_plane]


def width(body: Body) -> float:
    """Narrowest place of a body [m]; of 10^6 equal elements that of one."""
    if body.relief is not None:
        return float(body.relief.wall)
    found = periodic.stretches([body.region])
    least = narrowest(periodic.short([body.region], found)[0])
    return least if least <= found.reach * NANOMETRE else narrowest(body.region)


def volume(body: Body, bodies: Sequence[Body]) -> float:
    """Volume of a body [m³]: plan area times thickness, and what a conformal film holds on walls besides."""
    return area(body.region) * body.thickness + coat_of(body, bodies).volume


def coat_of(body: Body, bodies: Sequence[Body]) -> Coat:
    """What a conformal film has beyond its plan on the walls of earlier bodies that it covers."""
    if body.pattern != "conformal":
        return Coat()
    before = list(bodies)[: [other.name for other in bodies].index(body.name)]
    walls = [b.relief for b in before if b.relief is not None]
    below = sum(b.thickness for b in before if b.pattern == "conformal") if walls else 0.0
    return coat(walls, below, body.thickness, area(body.region))


def height(bodies: Sequence[Body]) -> float:
    """Top of the highest body above the substrate [m].

    A conformal film lies on the highest of the earlier bodies that it overlaps.
    """
    tops: list[tuple[Body, float]] = []
    for body in bodies:
        if body.role == "substrate":
            continue
        under = body.bottom
        if under is None:  # the highest first: whether two bodies meet is costly to say
            highest = sorted(tops, key=lambda top: -top[1])
            under = next((top for other, top in highest if _meet(other, body)), 0.0)
        tops.append((body, under + body.thickness))
    return max((top for _, top in tops), default=0.0)


def facing(bodies: Sequence[Body]) -> float | None:
    """Length along which the electrodes of both nets face each other across the gap [m].

    Edges count up to twice the smallest distance. 0 when the electrodes lie over each other; None
    where edges are slanted.
    """
    anode, cathode = (joined(body.region for body in bodies if body.role == net) for net in NETS)
    near = nearness(flat([anode]), flat([cathode]))
    if near is None or near.distance <= 0:
        return 0.0
    if not (is_manhattan(anode) and is_manhattan(cathode)):
        return None
    return facing_length(anode, cathode, round(2 * near.distance / NANOMETRE)) * NANOMETRE


def interface(bodies: Sequence[Body], net: str) -> float:
    """Area of an electrode towards the electrolyte [m²].

    Electrolyte that is made after the electrode touches its top and its side faces; one made before
    it, its lower face only. Where the electrolyte does not reach, nothing counts.
    """
    total = 0.0
    for number, body in enumerate(bodies):
        if body.role != net or not body.region:
            continue
        after = [b.region for b in bodies[number + 1 :] if b.role in ELECTROLYTES]
        before = [b.region for b in bodies[:number] if b.role in ELECTROLYTES]
        film = coat_of(body, bodies)
        if after:
            plan, rim = wetted(body.region, joined(after))
            total += plan + rim * body.thickness + film.upper
        elif before:
            total += wetted(body.region, joined(before))[0] + film.lower
    return total


def wetted(region: Region, cover: Region) -> tuple[float, float]:
    """Area [m²] and length of outline [m] of a region that lie in a cover."""
    if not region or not cover:
        return 0.0, 0.0
    hull = to_shapely(cover)
    if is_manhattan(region) and hull.covers(shapely.box(*bounds(region))):
        outline = sum(int(np.sum(edges.high - edges.low)) for edges in boundary(region))
        return area(region), outline * NANOMETRE
    shape = to_shapely(region)
    inside, rim = shape.intersection(hull), shape.boundary.intersection(hull)
    return inside.area * NANOMETRE**2, rim.length * NANOMETRE


def electrolyte_volume(bodies: Sequence[Body]) -> float:
    """Room for the electrolyte [m³]: a film's volume, or a basin's less what stands in it; pores not counted."""
    total = 0.0
    for body in bodies:
        if body.role not in ELECTROLYTES:
            continue
        total += volume(body, bodies)
        if body.bottom is not None:
            solid = (other for other in bodies if other.role not in ELECTROLYTES and other.bottom is not None)
            total -= sum(_displaced(body, other) for other in solid)
    return total


def _displaced(basin: Body, other: Body) -> float:
    """Volume of a body inside a basin [m³]."""
    assert basin.bottom is not None and other.bottom is not None
    top = min(basin.bottom + basin.thickness, other.bottom + other.thickness)
    deep = top - max(basin.bottom, other.bottom)
    return wetted(other.region, basin.region)[0] * deep if deep > 0 else 0.0


def _meet(one: Body, other: Body) -> bool:
    if one.relief is not None or other.relief is not None:  # a film follows all of a relief: boxes will do
        a, b = bounds(one.region), bounds(other.region)
        return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    if _holds_one(one.region, other.region) or _holds_one(other.region, one.region):
        return True
    return overlap(flat([one.region]), flat([other.region])) is not None


def _holds_one(one: Region, other: Region) -> bool:
    """Whether an inner point of the other's first polygon lies inside: the usual case of a layer under a cover."""
    if not one or not other:
        return False
    first = shapely.Polygon(other.parts[0].polygon)
    return count(one) <= KEPT and bool(to_shapely(one).contains(first.representative_point()))
