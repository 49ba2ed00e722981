"""Fill port and vent of a lid: where a liquid goes in and the air goes out, off the seal, at opposite corners."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Part, Point, Region, joined
from fabplan.geometry.shapes import to_shapely
from fabplan.layout.types import Layer
from fabplan.layout.words import microns

PORTS = 32  # datatype of the openings of a lid on layer 0
CORNERS = 48  # of a drawn round opening, outside of the true circle


@dataclass(frozen=True)
class Wanted:
    """What is asked of a lid.

    Parameters
    ----------
    open : whether the process of the lid leaves ports for filling
    diameter : of port and vent [nm], 0 when nobody says it
    source : who says it
    """

    open: bool = False
    diameter: int = 0
    source: str = ""


def ports(bodies: Sequence[Body], wanted: Wanted) -> tuple[Layer, ...]:
    """The layer of both openings; none where the cell has ports of its own, or there is no room or no diameter.

    The port is at the lowest left, the vent at the highest right place whose circle lies over the electrolyte and
    inside of the lid, half a diameter off the edge of the electrolyte, where the seal may creep.
    """
    places = _places(bodies, wanted)
    if places is None:
        return ()
    region = joined(_disc(place, wanted.diameter) for place in places)
    return (Layer("outline-ports", 0, PORTS, "outline", None, "", 0, None, 0.0, region),)


def port_findings(bodies: Sequence[Body], wanted: Wanted) -> Iterator[Finding]:
    """``fill-port``: a lid with ports whose size nobody says, or that has no room for them; a warning."""
    if not wanted.open or _has_own(bodies) or not _lid(bodies):
        return
    if not wanted.diameter:
        message = "the lid has a fill port and a vent, but nobody says how wide: none are drawn"
        yield Finding("fill-port", "warning", "lid", message, change="masks.port, e.g. 0.5 mm")
    elif _places(bodies, wanted) is None:
        size = wanted.diameter * NANOMETRE
        message = f"two openings of {microns(size)} ({wanted.source}) find no place over the electrolyte, off the seal"
        yield Finding("fill-port", "warning", "lid", message, None, size, "m", "smaller ports, or a larger rim")


def _has_own(bodies: Sequence[Body]) -> bool:
    """Whether the structure itself draws ports, as openings of its frame."""
    return any(body.name == "port-plugs" for body in bodies)


def _lid(bodies: Sequence[Body]) -> Body | None:
    return next((body for body in bodies if body.name == "lid" and body.region), None)


def _places(bodies: Sequence[Body], wanted: Wanted) -> tuple[Point, Point] | None:
    lid, wet = _lid(bodies), [body.region for body in bodies if body.role == "electrolyte" and body.region]
    if not wanted.open or not wanted.diameter or lid is None or not wet or _has_own(bodies):
        return None
    inside = shapely.intersection(to_shapely(lid.region), to_shapely(joined(wet)))
    room = shapely.buffer(inside, -wanted.diameter, join_style="mitre")
    corners = np.round(shapely.get_coordinates(room)).astype(np.int64)
    if not len(corners):
        return None
    along = corners.sum(axis=1)
    one, other = corners[along.argmin()], corners[along.argmax()]
    if math.dist(one, other) < 2 * wanted.diameter:
        return None
    return (int(one[0]), int(one[1])), (int(other[0]), int(other[1]))


def contours(region: Region) -> Region:
    """Every outline and every hole of a region as a ring of its own, for what cuts along lines."""
    found = []
    for shape in shapely.get_parts(to_shapely(region)):
        for ring in (shape.exterior, *shape.interiors):
            points = np.round(shapely.get_coordinates(ring)[:-1]).astype(np.int64).tolist()
            found.append(Part(tuple((x, y) for x, y in points)))
    return Region(tuple(found))


def _disc(middle: Point, diameter: int) -> Region:
    """A polygon around the circle: what is cut by it lets the needle through."""
    radius = diameter / 2 / math.cos(math.pi / CORNERS)
    angles = 2 * math.pi * np.arange(CORNERS) / CORNERS
    xs, ys = middle[0] + np.round(radius * np.cos(angles)), middle[1] + np.round(radius * np.sin(angles))
    return Region((Part(tuple(zip(xs.astype(int).tolist(), ys.astype(int).tolist(), strict=True))),))
