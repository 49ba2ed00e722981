"""Curves of drawings as points: the chord is nowhere farther from the curve than a stated tolerance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem

Floats = NDArray[np.float64]
TOLERANCE = 25.0  # largest distance between curve and chord [nm]
MOST_CHORDS = 50_000  # of one curve
MOST_DEGREE = 10


def chords(angle: float, radius: float, where: str) -> int:
    """Chords that an arc of some angle [rad] and radius [nm] needs: each has sagitta r (1 - cos(a/2)) <= tolerance.

    Raises
    ------
    BadInput : more than `MOST_CHORDS`
    """
    if not (math.isfinite(radius) and math.isfinite(angle)):
        raise BadInput(Problem("a curve is out of range", where, f"radius {radius:.3g} nm"))
    half = 2 * math.asin(math.sqrt(min(TOLERANCE / (2 * max(radius, TOLERANCE)), 0.5)))
    needed = max(math.ceil(abs(angle) / min(2 * half, math.pi / 4) - 1e-9), 1)
    return capped(needed, where)


def capped(needed: float, where: str) -> int:
    """The number itself.

    Raises
    ------
    BadInput : more than `MOST_CHORDS`
    """
    if not needed <= MOST_CHORDS:
        raise BadInput(Problem("a curve is too large", where, f"{needed:.3g} chords", f"at most {MOST_CHORDS}"))
    return int(needed)


def elliptic(centre: Floats, major: Floats, minor: Floats, start: float, sweep: float, where: str) -> Floats:
    """Points ``centre + major cos t + minor sin t`` for t from ``start`` over ``sweep`` [rad], both ends included.

    Shape (n + 1, 2) [nm]. The curve is an affine image of the unit circle; its chords are at most the larger
    singular value of (major, minor) times as far away as the circle's.
    """
    axes = np.column_stack([major, minor])
    largest = float(np.linalg.norm(axes, 2)) if np.isfinite(axes).all() else math.inf
    angles = start + sweep * np.linspace(0.0, 1.0, chords(sweep, largest, where) + 1)
    return np.asarray(centre + np.outer(np.cos(angles), major) + np.outer(np.sin(angles), minor), dtype=np.float64)


def bulged(start: Floats, end: Floats, bulge: float, where: str) -> Floats:
    """Points of an arc after its start, up to and with its end; ``bulge`` is the tangent of a quarter of its angle.

    Positive bulge turns counter-clockwise (DXF reference, LWPOLYLINE group 42).
    """
    chord = end - start
    length = float(np.hypot(*chord))
    if bulge == 0 or length == 0:
        return np.asarray(end[None, :], dtype=np.float64)
    angle = 4 * math.atan(bulge)
    # centre: from the middle of the chord along its left normal by length / 2 / tan(angle / 2)
    normal = np.array([-chord[1], chord[0]])
    centre = (start + end) / 2 + normal * (1 - bulge * bulge) / (4 * bulge)
    arm = start - centre
    turned = np.array([-arm[1], arm[0]])
    points = elliptic(centre, arm, turned, 0.0, angle, where)[1:]
    points[-1] = end
    return points


def bezier(control: Floats, where: str) -> Floats:
    """Points of a Bézier curve after its start; control points of shape (3, 2) or (4, 2) [nm].

    A chord over a parameter step h is at most h² max|B''| / 8 away, and B'' lies in the hull of its control points.
    """
    degree = len(control) - 1
    bend = degree * (degree - 1) * float(np.hypot(*np.diff(control, n=2, axis=0).T).max())
    if not math.isfinite(bend):
        raise BadInput(Problem("a curve is out of range", where))
    steps = np.linspace(0.0, 1.0, max(capped(math.ceil(math.sqrt(bend / (8 * TOLERANCE))), where), 1) + 1)[1:, None]
    points = np.zeros((len(steps), 2))
    for k in range(degree + 1):
        points += math.comb(degree, k) * steps**k * (1 - steps) ** (degree - k) * control[k]
    points[-1] = control[-1]
    return points


def svg_arc(
    start: Floats, radii: tuple[float, float], turn: float, large: bool, sweep: bool, end: Floats
) -> tuple[Floats, Floats, Floats, float, float]:
    """Centre, two half axes, first angle and sweep [rad] of an arc given by its ends (SVG 1.1, appendix F.6.5).

    Radii are not zero, ends are different; ``turn`` [rad] is the angle of the first axis.
    """
    rx, ry = abs(radii[0]), abs(radii[1])
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    x, y = axes @ ((start - end) / 2)
    excess = (x / rx) ** 2 + (y / ry) ** 2
    if excess > 1:  # radii too small to reach: the smallest that do
        rx, ry = rx * math.sqrt(excess), ry * math.sqrt(excess)
    left = max(1.0 / max(excess, 1e-300) - 1.0, 0.0)
    sign = -1.0 if large == sweep else 1.0
    cx, cy = sign * math.sqrt(left) * rx * y / ry, -sign * math.sqrt(left) * ry * x / rx
    first = math.atan2((y - cy) / ry, (x - cx) / rx)
    last = math.atan2((-y - cy) / ry, (-x - cx) / rx)
    angle = (last - first) % (2 * math.pi)
    centre = axes.T @ np.array([cx, cy]) + (start + end) / 2
    return centre, rx * axes[0], ry * axes[1], first, angle if sweep else angle - 2 * math.pi


def spline(control: Floats, knots: Sequence[float], weights: Floats, degree: int, where: str) -> Floats:
    """Points of a rational B-spline, both ends included; steps are halved until the chords are close enough.

    Parameters
    ----------
    control : points, shape (n, 2) [nm]
    knots : n + degree + 1 numbers that never fall
    weights : positive, shape (n,)

    Raises
    ------
    BadInput : numbers do not fit each other, or the curve needs too many chords
    """
    u, count = np.asarray(knots, dtype=np.float64), len(control)
    fits = 1 <= degree <= MOST_DEGREE and count > degree and len(u) == count + degree + 1 and len(weights) == count
    if not fits or (np.diff(u) < 0).any() or not (weights > 0).all() or not u[degree] < u[count]:
        raise BadInput(Problem("a spline's knots, weights and points do not fit each other", where))
    homogeneous = np.column_stack([control * weights[:, None], weights])
    spans = np.unique(u[degree : count + 1])
    found, total = [_de_boor(homogeneous, u, degree, spans[:1])], 0
    for low, high in pairwise(spans.tolist()):
        steps = 8
        while True:
            points = _de_boor(homogeneous, u, degree, np.linspace(low, high, 2 * steps + 1))
            away = np.hypot(*(points[1::2] - (points[:-1:2] + points[2::2]) / 2).T).max()
            if away <= TOLERANCE:
                break
            steps = capped(2 * steps, where)
        found.append(points[2::2])
        total = capped(total + steps, where)
    return np.concatenate(found)


def _de_boor(homogeneous: Floats, u: Floats, degree: int, at: Floats) -> Floats:
    """Points of a rational B-spline at parameters of shape (m,), by de Boor's recursion."""
    count = len(homogeneous)
    span = np.clip(np.searchsorted(u, at, side="right") - 1, degree, count - 1)
    # at the end of a span the last one before it that has a length
    while (flat := u[span] == u[span + 1]).any():
        span = np.where(flat, span - 1, span)
    points = homogeneous[span[:, None] - degree + np.arange(degree + 1)]
    for r in range(1, degree + 1):
        index = span[:, None] - degree + np.arange(r, degree + 1)
        low, high = u[index], u[index + degree + 1 - r]
        share = ((at[:, None] - low) / (high - low))[:, :, None]
        points = (1 - share) * points[:, :-1] + share * points[:, 1:]
    return np.asarray(points[:, 0, :2] / points[:, 0, 2:], dtype=np.float64)
