"""The entities of a DXF drawing as points in its own unit's nanometres.

Facts of the format: AutoCAD DXF Reference (Autodesk), entities section and "object coordinate system".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers import _curves
from fabplan.readers._drawing import Floats
from fabplan.readers._dxf_tags import Entity

MESH = 16 | 64  # flags of POLYLINE: polygon mesh, polyface mesh
FRAME_POINT = 16  # flag of VERTEX: control point of a spline frame, not on the line
Drawn = tuple[Floats, bool]  # points [nm]; whether the entity says that it is closed


def mirrored(entity: Entity, where: str) -> bool:
    """Whether the plane of the entity is seen from below.

    Raises
    ------
    BadInput : it is tilted
    """
    normal = [entity.value(code, default) for code, default in ((210, 0.0), (220, 0.0), (230, 1.0))]
    if abs(normal[0]) > 1e-9 or abs(normal[1]) > 1e-9 or normal[2] == 0:
        place, allowed = f"{where}:{entity.line}", "drawings in the x-y plane"
        raise BadInput(Problem(f"a tilted {entity.kind}", place, allowed=allowed))
    return normal[2] < 0


def _point(entity: Entity, code: int, scale: float) -> Floats:
    return np.array([entity.value(code), entity.value(code + 10)]) * scale


def _line(entity: Entity, scale: float, where: str) -> Drawn:
    return np.array([_point(entity, 10, scale), _point(entity, 11, scale)]), False


def _circle(entity: Entity, scale: float, where: str) -> Drawn:
    radius = entity.value(40) * scale
    return _round(_point(entity, 10, scale), radius, 0.0, 2 * math.pi, where)[:-1], True


def _arc(entity: Entity, scale: float, where: str) -> Drawn:
    first, last = math.radians(entity.value(50)), math.radians(entity.value(51))
    sweep = (last - first) % (2 * math.pi) or 2 * math.pi
    return _round(_point(entity, 10, scale), entity.value(40) * scale, first, sweep, where), False


def _round(centre: Floats, radius: float, first: float, sweep: float, where: str) -> Floats:
    if radius <= 0:
        raise BadInput(Problem("a radius is not positive", where, f"{radius:.3g} nm"))
    return _curves.elliptic(centre, np.array([radius, 0.0]), np.array([0.0, radius]), first, sweep, where)


def _ellipse(entity: Entity, scale: float, where: str) -> Drawn:
    major, ratio = _point(entity, 11, scale), entity.value(40)
    if not 0 < ratio <= 1 + 1e-9 or not major.any():
        raise BadInput(Problem("an ellipse without size", where, f"ratio {ratio:.3g}", "more than 0, at most 1"))
    minor = np.array([-major[1], major[0]]) * (-ratio if mirrored(entity, where) else ratio)
    first, last = entity.value(41), entity.value(42, 2 * math.pi)
    sweep = (last - first) % (2 * math.pi)
    whole = sweep < 1e-9 or sweep > 2 * math.pi - 1e-9
    points = _curves.elliptic(_point(entity, 10, scale), major, minor, first, 2 * math.pi if whole else sweep, where)
    return (points[:-1], True) if whole else (points, False)


def _light_polyline(entity: Entity, scale: float, where: str) -> Drawn:
    points, bulges = list[list[float]](), list[float]()
    for code, value in entity.groups:
        if code == 10:
            points.append([value, 0.0])
            bulges.append(0.0)
        elif code == 20 and points:
            points[-1][1] = value
        elif code == 42 and points:
            bulges[-1] = value
    return _with_bulges(points, bulges, int(entity.value(70)) & 1 == 1, scale, where)


def polyline(entity: Entity, vertices: Sequence[Entity], scale: float, where: str) -> Drawn:
    """Points of a POLYLINE and the VERTEX entities that follow it.

    Raises
    ------
    BadInput : it is a mesh
    """
    flags = int(entity.value(70))
    if flags & MESH:
        raise BadInput(Problem("a POLYLINE that is a mesh", f"{where}:{entity.line}", allowed="lines in the plane"))
    on_line = [vertex for vertex in vertices if not int(vertex.value(70)) & FRAME_POINT]
    points = [[vertex.value(10), vertex.value(20)] for vertex in on_line]
    return _with_bulges(points, [vertex.value(42) for vertex in on_line], flags & 1 == 1, scale, where)


def _with_bulges(points: list[list[float]], bulges: list[float], closed: bool, scale: float, where: str) -> Drawn:
    if len(points) < 2:
        raise BadInput(Problem("a polyline with fewer than two points", where))
    corners = np.array(points) * scale
    if not any(bulges):
        return corners, closed
    lines, total = [corners[:1]], 0
    for k in range(len(corners) if closed else len(corners) - 1):
        lines.append(_curves.bulged(corners[k], corners[(k + 1) % len(corners)], bulges[k], where))
        total = _curves.capped(total + len(lines[-1]), where)
    found = np.concatenate(lines)
    return (found[:-1], True) if closed else (found, False)


def _spline(entity: Entity, scale: float, where: str) -> Drawn:
    control = np.column_stack([_same(entity, 10, 20, where), entity.values(20)]) * scale
    if not len(control):
        what = "a SPLINE with fit points only"
        raise BadInput(Problem(what, where, allowed="control points and knots; or convert it to a polyline"))
    weights = np.array(entity.values(41) or [1.0] * len(control))
    return _curves.spline(control, entity.values(40), weights, int(entity.value(71)), where), False


def _same(entity: Entity, code: int, other: int, where: str) -> list[float]:
    first = entity.values(code)
    if len(first) != len(entity.values(other)):
        raise BadInput(Problem("points lack a coordinate", where))
    return first


def _solid(entity: Entity, scale: float, where: str) -> Drawn:
    """Corners 3 and 4 stand in the order of a letter Z."""
    corners = [_point(entity, code, scale) for code in (10, 11, 13, 12)]
    if all(code != 13 for code, _ in entity.groups):
        corners.pop(2)
    return np.array(corners), True


#: entity -> its points, and whether they are in the coordinate system of the object
SHAPES: Mapping[str, tuple[Callable[[Entity, float, str], Drawn], bool]] = MappingProxyType(
    {
        "LINE": (_line, False),
        "CIRCLE": (_circle, True),
        "ARC": (_arc, True),
        "ELLIPSE": (_ellipse, False),
        "LWPOLYLINE": (_light_polyline, True),
        "SPLINE": (_spline, False),
        "SOLID": (_solid, True),
        "TRACE": (_solid, True),
    }
)


def points_of(entity: Entity, vertices: Sequence[Entity], scale: float, where: str) -> Drawn:
    """Points [nm] of an entity that draws something.

    Raises
    ------
    BadInput : numbers make no sense, or the entity is tilted
    """
    place = f"{where}:{entity.line}"
    flipped = mirrored(entity, where)
    if entity.kind == "POLYLINE":
        (points, closed), own = polyline(entity, vertices, scale, place), True
    else:
        draw, own = SHAPES[entity.kind]
        points, closed = draw(entity, scale, place)
    return (points * [-1.0, 1.0] if own and flipped else points), closed


def width_of(entity: Entity, vertices: Sequence[Entity], where: str) -> float:
    """Width of a polyline in the drawing's unit; 0 for a thin line and for all other entities.

    Group 43 of an LWPOLYLINE is the width of all; groups 40 and 41 are those at the start and the end of a segment,
    which stand in an LWPOLYLINE at every vertex, in a POLYLINE at the head for all vertices that do not say their own.

    Raises
    ------
    BadInput : it changes along the line, or is negative
    """
    if entity.kind == "LWPOLYLINE":
        own = {value for code, value in entity.groups if code in (40, 41)}
        given = own or {entity.value(43)}
    elif entity.kind == "POLYLINE":
        heads = [entity.value(40), entity.value(41)]
        given = {vertex.value(40 + k, heads[k]) for vertex in vertices for k in (0, 1)} or {0.0}
    else:
        return 0.0
    if len(given) > 1 or min(given) < 0:
        allowed = "one width all along; draw the outline instead"
        raise BadInput(Problem("a polyline whose width changes", f"{where}:{entity.line}", _listed(given), allowed))
    return given.pop()


def _listed(values: set[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in sorted(values)[:4])
