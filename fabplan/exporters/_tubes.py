"""Bodies around a round core that lies: a cylinder and tubes, as closed meshes.

Circles are polygons of the circle's area, so that volumes are those of the closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.exporters._prisms import Floats, Indices
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, bounds
from fabplan.geometry.relief import SIDES

Mesh = tuple[Body, Floats, Indices]


def lies(body: Body) -> bool:
    """Whether a body is a round core that lies."""
    return body.relief is not None and body.relief.radius is not None


@dataclass(frozen=True)
class Tube:
    """One round body [m]: ``inner`` is 0 of the core; ``height`` is that of the axis above the substrate."""

    body: Body
    inner: float
    outer: float
    height: float

    @property
    def ends(self) -> tuple[float, float]:
        """Where it begins and ends along y [m]."""
        _, y0, _, y1 = bounds(self.body.region)
        return y0 * NANOMETRE, y1 * NANOMETRE

    def loops(self) -> list[Floats]:
        """Outer and, of a coat, inner circle as x and z, shape (SIDES, 2) [m]."""
        x0, _, x1, _ = bounds(self.body.region)
        radii = (self.outer, self.inner) if self.inner > 0 else (self.outer,)
        return [_circle((x0 + x1) / 2 * NANOMETRE, self.height, radius) for radius in radii]


def round_bodies(bodies: Sequence[Body]) -> list[Tube]:
    """The core and every coat around it; empty where no round core lies. Substrate at z = 0, axis along y."""
    core = next((body for body in bodies if lies(body)), None)
    if core is None or core.relief is None or core.bottom is None:
        return []
    inner = float(core.relief.radius)
    axis = core.bottom + inner
    found = [Tube(core, 0.0, inner, axis)]
    for body in bodies[list(bodies).index(core) + 1 :]:
        if body.pattern == "conformal":
            found.append(Tube(body, inner, inner + body.thickness, axis))
            inner += body.thickness
    return found


def tubes(bodies: Sequence[Body]) -> list[Mesh]:
    """The round bodies as closed meshes, shapes (V, 3) [m] and (F, 3)."""
    return [(tube.body, *_mesh(tube)) for tube in round_bodies(bodies)]


def _mesh(tube: Tube) -> tuple[Floats, Indices]:
    """Tube as long as the body's plan; a cylinder where the inner radius is 0."""
    loops = [
        np.column_stack([circle[:, 0], np.full(SIDES, y), circle[:, 1]]) for circle in tube.loops() for y in tube.ends
    ]
    here = np.arange(SIDES)
    there = (here + 1) % SIDES
    faces = [_belt(here, there)]
    if tube.inner > 0:
        faces.append(_belt(here, there)[:, ::-1] + 2 * SIDES)
        faces += [_ring(here, there, 0, 2 * SIDES)[:, ::-1], _ring(here, there, SIDES, 3 * SIDES)]
    else:
        fan = np.arange(1, SIDES - 1)
        cap = np.column_stack([np.zeros_like(fan), fan, fan + 1])
        faces += [cap[:, ::-1], cap + SIDES]
    return np.concatenate(loops), np.concatenate(faces).astype(np.int64)


def _circle(x: float, z: float, radius: float) -> Floats:
    turns = 2 * np.pi * (np.arange(SIDES) + 0.5) / SIDES
    reach = radius * np.sqrt(2 * np.pi / (SIDES * np.sin(2 * np.pi / SIDES)))
    return np.column_stack([x + reach * np.sin(turns), z + reach * np.cos(turns)])


def _belt(here: Indices, there: Indices) -> Indices:
    """Sides between the loop of the first end and that of the second."""
    a = np.column_stack([here, there, there + SIDES])
    b = np.column_stack([here, there + SIDES, here + SIDES])
    return np.concatenate([a, b])


def _ring(here: Indices, there: Indices, outer: int, inner: int) -> Indices:
    """Face of one end between an outer and an inner loop."""
    a = np.column_stack([here + outer, there + outer, there + inner])
    b = np.column_stack([here + outer, there + inner, here + inner])
    return np.concatenate([a, b])
