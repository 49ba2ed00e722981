"""Upright relief (pillars, holes, trenches, tubes) and the conformal coats that cover it.

One law covers all shapes: a wall of outline L that stands h high adds h L to the plan area, whatever
it encloses. A coat of thickness T holds every point within T of the relief (ideal conformal growth);
beside an upright wall it takes a strip of area L T - c T², where c counts the turns of the outline:
-π around a pillar, the sum of tan(turn/2) inside a hole (π for a circle, 4 for a rectangle). Then

    V(T) = A T + Σ [(h - T)(L T - c T²) + π L T²/4 - 2 c T³/3],   dV/dT = area of the outer surface

with A plan area; the last two terms round the upper edge. For circles this is the exact form for
pillars and holes; trenches are rectangular holes; a tube is a pillar and a hole of the same height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import NANOMETRE, Point

SIDES = 48  # of a drawn circle: its outline is 0.07 % longer than the circle's of the same area
AROUND = -np.pi  # `Section.corner` of anything convex that a coat grows around
_TURNS = 2 * np.pi * (np.arange(SIDES) + 0.5) / SIDES
_CIRCUMRADIUS = np.sqrt(2 * np.pi / (SIDES * np.sin(2 * np.pi / SIDES)))  # over the circle's radius, same area


@dataclass(frozen=True)
class Section:
    """Outline of one upright wall, seen from above; floats or arrays.

    Parameters
    ----------
    area : enclosed [m²]
    perimeter : L [m]
    corner : c of the strip beside the wall, L t - c t²
    """

    area: Any
    perimeter: Any
    corner: Any


@dataclass(frozen=True)
class Relief:
    """Equal elements that stand on, or go down into, a plane.

    Parameters
    ----------
    sections : walls of one element (two for a tube)
    count : number of elements
    height : of the walls [m]
    wall, mouth : narrowest solid and narrowest opening between walls, before any coat [m]
    radius : of a round core that lies (a wire) instead of a wall that stands: its coats close around it [m]
    """

    sections: tuple[Section, ...]
    count: Any
    height: Any
    wall: Any
    mouth: Any
    radius: Any = None


def disc(radius: int) -> tuple[Point, ...]:
    """Polygon of `SIDES` corners in whole nanometres around (0, 0) with the area of a circle [nm]."""
    x, y = _corners(np.asarray(radius, dtype=float))
    return tuple((int(a), int(b)) for a, b in zip(x, y, strict=True))


def _corners(radius: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    reach = radius[..., None] * _CIRCUMRADIUS
    return np.rint(reach * np.cos(_TURNS)), np.rint(reach * np.sin(_TURNS))


def disc_section(radius: Any, around: bool) -> Section:
    """Section of the polygon that `disc` draws, for radii in whole nanometres, any shape.

    Parameters
    ----------
    around : whether the coat grows around the disc (pillar) or inside it (hole)
    """
    sizes, back = np.unique(np.asarray(radius, dtype=float), return_inverse=True)
    x, y = _corners(sizes)
    dx, dy = np.roll(x, -1, -1) - x, np.roll(y, -1, -1) - y
    side = np.hypot(dx, dy)
    next_x, next_y, following = np.roll(dx, -1, -1), np.roll(dy, -1, -1), np.roll(side, -1, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # tan(turn/2) = cross/(|a||b| + dot)
        turn = (dx * next_y - dy * next_x) / (side * following + dx * next_x + dy * next_y)
    area = np.sum(x * np.roll(y, -1, -1) - np.roll(x, -1, -1) * y, axis=-1) / 2
    corner = np.full(sizes.shape, AROUND) if around else np.nansum(turn, axis=-1)
    shape = np.shape(radius)
    found = (area * NANOMETRE**2, side.sum(axis=-1) * NANOMETRE, corner)
    return Section(*(value[back].reshape(shape) for value in found))


def rectangle_section(width: Any, length: Any, around: bool) -> Section:
    """Section of a rectangle [nm]; four right angles make c = 4 inside."""
    across, along = np.asarray(width, dtype=float), np.asarray(length, dtype=float)
    corner = np.full(np.broadcast_shapes(across.shape, along.shape), AROUND if around else 4.0)
    return Section(across * along * NANOMETRE**2, 2 * (across + along) * NANOMETRE, corner)


def surplus_volume(relief: Relief, thickness: Any) -> Any:
    """What all coats up to a cumulative thickness hold beyond plan area times thickness [m³]."""
    t, h = np.asarray(thickness), np.asarray(relief.height)
    total: Any = 0.0
    for wall in relief.sections:
        strip = wall.perimeter * t - wall.corner * t**2
        rounded = np.pi * wall.perimeter * t**2 / 4 - 2 * wall.corner * t**3 / 3
        total = total + (h - t) * strip + rounded
    return relief.count * total


def surplus_area(relief: Relief, thickness: Any) -> Any:
    """What the surface of all coats has beyond the plan area [m²]: derivative of `surplus_volume`."""
    t, h = np.asarray(thickness), np.asarray(relief.height)
    total: Any = 0.0
    for wall in relief.sections:
        strip, slope = wall.perimeter * t - wall.corner * t**2, wall.perimeter - 2 * wall.corner * t
        total = total + (h - t) * slope - strip + np.pi * wall.perimeter * t / 2 - 2 * wall.corner * t**2
    return relief.count * total


def open_mouth(relief: Relief, thickness: Any) -> Any:
    """Opening left between coated walls [m]; 0 or less when the coats have met."""
    return np.asarray(relief.mouth) - 2 * np.asarray(thickness)


@dataclass(frozen=True)
class Coat:
    """What one conformal film has beyond its plan: volume [m³], lower and upper surface [m²]."""

    volume: float = 0.0
    lower: float = 0.0
    upper: float = 0.0


def coat(reliefs: Sequence[Relief], below: float, thickness: float, plan: float = 0.0) -> Coat:
    """Surplus of a film that covers all of these reliefs, on coats of total thickness ``below`` [m].

    Parameters
    ----------
    plan : plan area of the film [m²], needed where it closes around a round core
    """
    top = below + thickness
    round_core = next((r for r in reliefs if r.radius is not None), None)
    if round_core is not None:
        return _sleeve(float(round_core.radius) + below, thickness, plan)
    volume = sum(float(surplus_volume(r, top) - surplus_volume(r, below)) for r in reliefs)
    lower, upper = (sum(float(surplus_area(r, t)) for r in reliefs) for t in (below, top))
    return Coat(volume, lower, upper)


def _sleeve(inner: float, thickness: float, plan: float) -> Coat:
    """A tube of radii a and b = a + t whose plan is the rectangle 2 b × l.

    Beyond plan area times thickness it holds π (b² - a²) l - 2 b l t. Its inner face is 2 π a l where the plan of
    what lies in it is 2 a l; its outer one 2 π b l, where plan and upright sides would be 2 b l + 2 (2 b + l) t.
    """
    outer = inner + thickness
    length = plan / (2 * outer)
    volume = np.pi * (outer**2 - inner**2) * length - plan * thickness
    sides = 2 * (2 * outer + length) * thickness
    return Coat(float(volume), 2 * (np.pi - 1) * inner * length, 2 * (np.pi - 1) * outer * length - sides)


def reach(radius: Any) -> Any:
    """How far the polygon of `disc` reaches from its centre along x and along y [nm]: to its flats."""
    return np.rint(np.asarray(radius, dtype=float) * _CIRCUMRADIUS * np.cos(_TURNS[0]))
