"""The cell seen from above and from one side, as paths: a picture that needs neither script nor graphics card.

Parallel projection: lengths along one direction keep their ratio. Liquids, lids and other bodies that would hide the
electrodes are left out and named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fabplan.exporters import _palette, _show
from fabplan.exporters._pieces import Corner, Piece, convex, painted
from fabplan.exporters._solid_view import lying_outline, solid_view
from fabplan.exporters._svg import number, scale_bar
from fabplan.geometry.region import NANOMETRE
from fabplan.planner.plan import Plan

WIDTH = 1000.0
MOST_CORNERS, FEWEST_CORNERS = 1_600, 60
MOST_UNIT_CORNERS = 500
MOST_PIECES = 300  # convex ones: sorting them goes with their square
_TURN, _TILT = 0.6, 0.55  # radians: the viewer stands right of the front edge, and above
_LIGHT = {"top": 1.0, "right": 0.86, "front": 0.72}
_INK = "#1d2329"
_CLEAR = 200  # opacity below which a body lets things shine through


@dataclass(frozen=True)
class Face:
    """Some faces of one colour: path, fill and, where it is only lines, no fill."""

    path: str
    fill: str
    lines: bool


@dataclass(frozen=True)
class Axonometric:
    """The picture, `WIDTH` wide; ``bar`` holds along directions that lie in the picture."""

    height: str
    faces: tuple[Face, ...]
    legend: tuple[tuple[str, str], ...]
    bar: str
    bar_label: str
    note: str


def axonometric(plan: Plan, most: int = MOST_CORNERS) -> Axonometric | None:
    """The picture; None where no body has a height, or where outlines fall into too many pieces to be sorted.

    Parameters
    ----------
    most : corners of all copies together; of larger arrays the middle is shown
    """
    view = solid_view(plan, most, MOST_UNIT_CORNERS)
    if view is None:
        return None
    shown = [body for body in view["bodies"] if not _hides(body, view["bodies"])]
    if shown and shown[0]["axis"] != "y" and sum(len(_pieces(0, body)) for body in shown) > MOST_PIECES:
        return axonometric(plan, most // 2) if most > FEWEST_CORNERS else None
    left = [*view["left"], *(body["name"] for body in view["bodies"] if body not in shown)]
    camera = _Camera(view["heights"])
    faces = _faces(shown, camera)
    box, placed = _placed(faces)
    scale = WIDTH / max(box[2] - box[0], 1e-9)
    bar, label = scale_bar((box[2] - box[0]) * NANOMETRE, lambda metres: _show.text(metres, "length"))
    return Axonometric(
        number((box[3] - box[1]) * scale),
        tuple(Face(_path(rings, box, scale), fill, lines) for rings, fill, lines in placed),
        tuple((_palette.css(body["role"]), f"{body['name']}: {body['material']}") for body in shown),
        number(bar / NANOMETRE * scale),
        label,
        _note(view, left),
    )


def _note(view: dict[str, Any], left: Sequence[str]) -> str:
    said = ["true to scale" if view["heights"] == 1 else f"heights × {view['heights']:g}"]
    if view["share"] < 1.0:
        said.append(f"of large arrays the middle {_show.percent(view['share'])} of each side")
    if left:
        said.append(f"left out: {', '.join(left)}")
    return "; ".join(said)


def _hides(body: dict[str, Any], bodies: Sequence[dict[str, Any]]) -> bool:
    """Lids and frames, what lies above all electrodes, and clear bodies that stand around them."""
    electrodes = [other["ends"] for other in bodies if other["role"] in ("anode", "cathode", "scaffold")]
    if body["role"] == "encapsulation" or body["axis"] == "y" or not electrodes:
        return bool(body["role"] == "encapsulation" and body["axis"] == "z")
    low, high = body["ends"]
    around = any(bottom < high and top > low for bottom, top in electrodes)
    return bool(low >= max(top for _, top in electrodes) or (body["colour"][3] < _CLEAR and around))


@dataclass(frozen=True)
class _Camera:
    heights: float

    @property
    def towards(self) -> Corner:
        """To the viewer, in plan."""
        return math.sin(_TURN), -math.cos(_TURN)

    def seen(self, x: float, y: float, z: float) -> Corner:
        """Place in the picture [nm], y down."""
        away = y * math.cos(_TURN) - x * math.sin(_TURN)
        up = z * self.heights * math.cos(_TILT) + away * math.sin(_TILT)
        return x * math.cos(_TURN) + y * math.sin(_TURN), -up


Ring = list[Corner]
Drawn = tuple[list[Ring], str, bool]


def _faces(bodies: Sequence[dict[str, Any]], camera: _Camera) -> list[Drawn]:
    if bodies and bodies[0]["axis"] == "y":
        return _round(bodies, camera)
    pieces = [piece for place, body in enumerate(bodies) for piece in _pieces(place, body)]
    found: list[Drawn] = []
    for k in painted(pieces, camera.towards):
        for drawn in _sides(pieces[k], bodies[pieces[k].body], camera):
            if found and found[-1][1:] == drawn[1:] and not drawn[2]:
                found[-1][0].extend(drawn[0])
            else:
                found.append(drawn)
    return found


def _pieces(place: int, body: dict[str, Any]) -> list[Piece]:
    low, high = body["ends"]
    found = []
    for columns, rows, step_x, step_y, steps, _, _ in body["parts"]:
        flat = np.cumsum(np.array(steps, dtype=np.int64).reshape(-1, 2), axis=0)
        for corners, outer in convex([(int(x), int(y)) for x, y in flat]):
            for row in range(rows):
                for column in range(columns):
                    dx, dy = column * step_x, row * step_y
                    found.append(Piece(place, tuple((x + dx, y + dy) for x, y in corners), outer, low, high))
    return found


def _sides(piece: Piece, body: dict[str, Any], camera: _Camera) -> list[Drawn]:
    """What is seen of a piece: walls that face the viewer, then the top, then its lines."""
    found: list[Drawn] = []
    lines: list[Ring] = []
    for a, b, outer in zip(piece.corners, [*piece.corners[1:], piece.corners[0]], piece.outer, strict=True):
        normal = (b[1] - a[1], a[0] - b[0])
        if outer:
            lines.append([camera.seen(*a, piece.high), camera.seen(*b, piece.high)])
        if outer and normal[0] * camera.towards[0] + normal[1] * camera.towards[1] > 0:
            wall = [camera.seen(*p, z) for p, z in ((a, piece.low), (b, piece.low), (b, piece.high), (a, piece.high))]
            share = abs(normal[0]) / (abs(normal[0]) + abs(normal[1]))
            found.append(([wall], _tint(body, _LIGHT["right"] * share + _LIGHT["front"] * (1 - share)), False))
            lines += [[wall[0], wall[1]], *([[wall[1], wall[2]], [wall[0], wall[3]]] if len(piece.corners) < 9 else [])]
    found.append(([[camera.seen(*p, piece.high) for p in piece.corners]], _tint(body, _LIGHT["top"]), False))
    return [*found, (lines, _INK, True)]


def _round(bodies: Sequence[dict[str, Any]], camera: _Camera) -> list[Drawn]:
    """Coats around a core: what sticks out behind, the outermost one, then what sticks out or ends in front."""
    outwards = list(bodies)
    found: list[Drawn] = []
    for inner, outer in pairwise(outwards):
        if inner["ends"][1] > outer["ends"][1]:
            found += _wall(inner, outer["ends"][1], inner["ends"][1], camera)
    near, far = outwards[-1]["ends"]
    found += [*_wall(outwards[-1], near, far, camera), *_end(outwards[-1], camera)]
    for body in reversed(outwards[:-1]):
        if body["ends"][0] < near:
            found += [*_wall(body, body["ends"][0], near, camera), *_end(body, camera)]
        elif body["ends"][0] == near:
            found += _end(body, camera)
        near = min(near, body["ends"][0])
    return found


def _wall(body: dict[str, Any], near: float, far: float, camera: _Camera) -> list[Drawn]:
    """What is seen of a round wall between two places along it."""
    found: list[Drawn] = []
    circle = lying_outline(body)
    for a, b in zip(circle, [*circle[1:], circle[0]], strict=True):
        up, across = a[0] - b[0], b[1] - a[1]  # normal of a clockwise loop in x and z
        if across * math.sin(_TURN) * math.cos(_TILT) + up * math.sin(_TILT) > 0:
            continue
        wall = [camera.seen(x, y, z) for (x, z), y in ((a, near), (b, near), (b, far), (a, far))]
        found.append(([wall], _tint(body, 0.7 + 0.3 * max(0.0, -up / math.hypot(up, across))), False))
    return found


def _end(body: dict[str, Any], camera: _Camera) -> list[Drawn]:
    """The near end of a round body."""
    end = [camera.seen(x, body["ends"][0], z) for x, z in lying_outline(body)]
    return [([end], _tint(body, _LIGHT["right"]), False), ([[*end, end[0]]], _INK, True)]


def _tint(body: dict[str, Any], light: float) -> str:
    """Colour on white in that light, as ``#rrggbb``."""
    *colour, opacity = body["colour"]
    share = max(opacity / 255, 0.6)
    mixed = [round((value * share + 255 * (1 - share)) * light) for value in colour]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _placed(faces: list[Drawn]) -> tuple[tuple[float, float, float, float], list[Drawn]]:
    points = np.array([point for rings, _, _ in faces for ring in rings for point in ring])
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    margin = 0.01 * float(x1 - x0)
    return (float(x0) - margin, float(y0) - margin, float(x1) + margin, float(y1) + margin), faces


def _path(rings: Sequence[Ring], box: tuple[float, float, float, float], scale: float) -> str:
    def place(point: Corner) -> str:
        return f"{number((point[0] - box[0]) * scale)} {number((point[1] - box[1]) * scale)}"

    closed = [f"M{'L'.join(place(point) for point in ring)}{'z' if len(ring) > 2 else ''}" for ring in rings]
    return "".join(closed)
