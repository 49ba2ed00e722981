"""Rules of a footprint that is no rectangle: bodies stay in the outline and off the keep-outs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely

from fabplan.architectures.base import Footprint
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE
from fabplan.geometry.shapes import geometries, to_shapely
from fabplan.layout.words import at, microns

SLACK = 1.5  # [nm]: corners of slanted outlines lie on the grid, their edges between them do not


def check(bodies: Sequence[Body], footprint: Footprint) -> tuple[Finding, ...]:
    """``inside-footprint`` and ``keep-out`` against the outline itself; nothing for a rectangle."""
    if not footprint.outline:
        return ()
    return (*_beyond(bodies, footprint), *_on_keep_outs(bodies, footprint))


def _beyond(bodies: Sequence[Body], footprint: Footprint) -> Iterable[Finding]:
    """With terminals outside, only electrodes are held by the outline."""
    hull = to_shapely(footprint.outline).buffer(SLACK, join_style="mitre")
    shapely.prepare(hull)
    for body in bodies:
        held = body.role in ("anode", "cathode") if footprint.terminals == "outside" else body.role != "substrate"
        if not held or not body.region:
            continue
        shapes = geometries(body.region)
        out = shapes[~shapely.covers(hull, shapes)]
        if len(out):
            point = shapely.point_on_surface(shapely.difference(out[0], hull))
            yield Finding(
                "inside-footprint", "error", at(body.name, (point.x * NANOMETRE, point.y * NANOMETRE)),
                f"{body.name} reaches outside the outline in {len(out)} of its shapes", float(len(out)), 0.0, "",
                f"a larger outline, or a smaller {body.name}",
            )


def _on_keep_outs(bodies: Sequence[Body], footprint: Footprint) -> Iterable[Finding]:
    if not footprint.keep_outs:
        return
    taken = to_shapely(footprint.keep_outs)
    shapely.prepare(taken)
    for body in bodies:
        if body.role == "substrate" or not body.region:
            continue
        shapes = geometries(body.region)
        apart = shapely.distance(taken, shapes)
        k = int(apart.argmin())
        near, needed = float(apart[k]) * NANOMETRE, footprint.clearance
        # a shared edge is no overlap
        overlaps = near == 0.0 and bool((shapely.area(shapely.intersection(taken, shapes[apart == 0.0])) > 0).any())
        if overlaps or near < needed - SLACK * NANOMETRE:
            point = shapely.shortest_line(shapes[k], taken).centroid
            where = at(body.name, (point.x * NANOMETRE, point.y * NANOMETRE))
            text = "lies on" if overlaps else f"comes within {microns(near)} of"
            yield Finding(
                "keep-out", "error", where, f"{body.name} {text} a keep-out, which needs {microns(needed)}",
                near, needed, "m", "terminals inside, a smaller keep-out, or another structure",
            )
