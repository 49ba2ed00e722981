"""Shape factors where no closed form holds: fingers of unequal height, pillar lattices up to near contact.

Slow beside ``shape_factors`` (5 to 100 ms a geometry) and with an error bound of their own; inputs are numbers, not
arrays. Fingers: bilinear finite elements on a mesh graded towards the corners, once for the potential, whose energy
is an upper bound of S, and once for the stream function, whose inverse energy is a lower bound. Pillars: charges
inside the circles with the doubly periodic Green's function ln |theta_1(pi z/a)| - pi y^2/(a b), whose uniform
background cancels in a neutral cell; the bound is the misfit of the potential on the circles.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.estimate.constants import Array, Mask

_CELLS = 24  # of an interval between two edges
_RATIO = 1.55  # growth of the cells away from an edge
_ROUNDING = 1e-5  # what slender elements lose
_SOURCES, _DEPTH = 72, 0.35  # charges a circle, and how far inside, in gaps to the neighbour
_THETA_TERMS = 12


@dataclass(frozen=True)
class ShapeFactor:
    """A shape factor and the relative error that it may have."""

    value: float
    error: float


def fingers(width_1: float, width_2: float, gap: float, height_1: float, height_2: float, lid: float) -> ShapeFactor:
    """One gap between fingers that may differ in height and width, under a cover; lengths as in ``shape_factors``.

    Returns
    -------
    S, dimensionless, with its bounds; lengths [m].

    Raises
    ------
    BadInput : lengths that are not positive, or a lid below a finger's top
    """
    _refuse(width_1=width_1, width_2=width_2, gap=gap, lid=lid)
    if not 0.0 <= min(height_1, height_2) <= max(height_1, height_2) <= lid:
        raise BadInput(Problem("not a finger height", "height", f"{height_1:g}, {height_2:g}", f"0 to the lid {lid:g}"))
    left, right, pitch = 0.5 * width_1, 0.5 * width_1 + gap, 0.5 * width_1 + gap + 0.5 * width_2
    x = _graded([0.0, left, right, pitch])
    y = _graded([0.0, height_1, height_2, lid])
    inside = np.zeros((len(x) - 1, len(y) - 1), dtype=np.bool_)
    middle_x, middle_y = 0.5 * (x[1:] + x[:-1])[:, None], 0.5 * (y[1:] + y[:-1])[None, :]
    inside |= (middle_x < left) & (middle_y < height_1)
    inside |= (middle_x > right) & (middle_y < height_2)
    wide, high = x[:, None], y[None, :]
    first, second = (wide <= left) & (high <= height_1), (wide >= right) & (high <= height_2)
    floor = (high == 0.0) & (wide >= left) & (wide <= right)
    outer = (high == lid) | ((wide == 0.0) & (high >= height_1)) | ((wide == pitch) & (high >= height_2))
    upper = _energy(x, y, inside, first, second)
    lower = 1.0 / _energy(x, y, inside, floor, outer)
    return ShapeFactor(float(np.sqrt(upper * lower)), float(0.5 * abs(upper / lower - 1.0)) + _ROUNDING)


def _graded(edges: list[float]) -> Array:
    """Places from edge to edge, dense near every edge."""
    edges = sorted(set(edges))
    half = np.concatenate([[0.0], np.cumsum(_RATIO ** np.arange(_CELLS // 2))])
    share = np.concatenate([half, 2.0 * half[-1] - half[-2::-1]]) / (2.0 * half[-1])
    parts = [low + (high - low) * share[:-1] for low, high in pairwise(edges)]
    return np.concatenate([*parts, edges[-1:]])


def _energy(x: Array, y: Array, inside: Mask, zero: Mask, one: Mask) -> float:
    """Dirichlet energy of the potential that is 0 and 1 at those nodes; ``inside`` cells do not take part."""
    # The sparse solver is scipy's; nothing else of the estimator needs it, so it is loaded here.
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import spsolve

    number = np.arange(len(x) * len(y)).reshape(len(x), len(y))
    corners = np.stack([number[:-1, :-1], number[1:, :-1], number[:-1, 1:], number[1:, 1:]])[:, ~inside]
    ratio = (np.diff(y)[None, :] / np.diff(x)[:, None])[~inside]
    along = np.array([[2, -2, 1, -1], [-2, 2, -1, 1], [1, -1, 2, -2], [-1, 1, -2, 2]]) / 6.0
    across = np.array([[2, 1, -2, -1], [1, 2, -1, -2], [-2, -1, 2, 1], [-1, -2, 1, 2]]) / 6.0
    local = along[:, :, None] * ratio + across[:, :, None] / ratio
    rows, columns = np.broadcast_arrays(corners[:, None], corners[None, :])
    matrix = coo_matrix((local.ravel(), (rows.ravel(), columns.ravel())), shape=(number.size,) * 2).tocsr()
    value = np.where(one.ravel(), 1.0, 0.0)
    used = np.zeros(number.size, dtype=np.bool_)
    used[corners.ravel()] = True
    free = np.flatnonzero(used & ~zero.ravel() & ~one.ravel())
    value[free] = spsolve(matrix[free][:, free].tocsc(), -(matrix[free] @ value))
    return float(value @ (matrix @ value))


@dataclass(frozen=True)
class _Lattice:
    """Unit cell for distance 1: periods as complex numbers, the first real; centres of both kinds."""

    along: float
    across: complex
    first: tuple[complex, ...]
    second: tuple[complex, ...]


_ROOT = 3.0**0.5
LATTICES = {
    "square-checkerboard": _Lattice(2.0, 1.0 + 1.0j, (0.0,), (1.0,)),
    "square-rows": _Lattice(1.0, 2.0j, (0.0,), (1.0j,)),
    "triangular-rows": _Lattice(1.0, 1.0j * _ROOT, (0.0,), (0.5 + 0.5j * _ROOT,)),
    "honeycomb": _Lattice(_ROOT, 0.5 * _ROOT + 1.5j, (0.5 * _ROOT + 0.5j, _ROOT + 1.0j), (0.0,)),
}


def lattice_of(name: str) -> _Lattice:
    """A lattice by its name; BadInput for an unknown one."""
    if name not in LATTICES:
        raise BadInput(
            Problem("unknown lattice", "lattice", str(name)[:60], listed(LATTICES), nearest(str(name), LATTICES))
        )
    return LATTICES[name]


def contact_distance(lattice: str, radius_1: float, radius_2: float) -> float:
    """Distance at which pillars of these radii touch.

    Returns
    -------
    [m].
    """
    touching = [radius_1 + radius_2]
    if lattice != "square-checkerboard":  # pillars of the first kind are neighbours, too
        touching.append(2.0 * radius_1)
    if lattice.endswith("rows"):
        touching.append(2.0 * radius_2)
    return max(touching)


def plan_area(lattice: str) -> float:
    """Plan area per pillar of the second kind, over the distance squared.

    Returns
    -------
    dimensionless [m2 per m2].
    """
    cell = lattice_of(lattice)
    return cell.along * cell.across.imag / len(cell.second)


def pillars(lattice: str, distance: float, radius_1: float, radius_2: float) -> ShapeFactor:
    """Pillars of two kinds, per unit height and per pillar of the second kind.

    Parameters
    ----------
    lattice : ``square-checkerboard``; ``square-rows``, ``triangular-rows``: rows of one kind take turns;
        ``honeycomb``: a pillar of the second kind in hexagons of the first
    distance : between nearest neighbours
    radius_1, radius_2 : of the kinds

    Returns
    -------
    S, dimensionless, with its bounds; lengths [m].

    Raises
    ------
    BadInput : unknown lattice, or pillars that touch
    """
    cell = lattice_of(lattice)
    _refuse(distance=distance, radius_1=radius_1, radius_2=radius_2)
    touching = contact_distance(lattice, radius_1, radius_2)
    if touching >= distance:
        given = f"{radius_1:g}, {radius_2:g}"
        raise BadInput(Problem("pillars touch", "radius", given, f"less than the distance {distance:g} together"))
    r1, r2 = radius_1 / distance, radius_2 / distance
    gap = 1.0 - touching / distance
    circles = [(centre, r1, 1.0) for centre in cell.first] + [(centre, r2, -1.0) for centre in cell.second]
    return _solved(cell, circles, gap)


def _solved(cell: _Lattice, circles: list[tuple[complex, float, float]], gap: float) -> ShapeFactor:
    turn = np.exp(2.0j * np.pi * np.arange(_SOURCES) / _SOURCES)
    between = np.exp(2.0j * np.pi * (np.arange(2 * _SOURCES) + 0.25) / (2 * _SOURCES))
    deep = [1.0 - min(0.6, _DEPTH * (2.0 * gap / r) ** 0.5 + 0.08) for _, r, _ in circles]
    sources = np.concatenate([z + r * d * turn for (z, r, _), d in zip(circles, deep, strict=True)])
    faces = np.concatenate([z + r * between for z, r, _ in circles])
    wanted = np.repeat([0.5 * sign for _, _, sign in circles], len(between))
    green = _green(cell, faces[:, None] - sources[None, :])
    matrix = np.concatenate([green, np.ones((len(faces), 1))], axis=1)
    neutral = np.append(np.ones(len(sources)), 0.0) * len(faces)
    found = np.linalg.lstsq(np.concatenate([matrix, neutral[None, :]]), np.append(wanted, 0.0), rcond=1e-13)[0]
    misfit = float(np.abs(matrix @ found - wanted).max())
    second = sum(sign < 0.0 for _, _, sign in circles)
    charge = found[:-1][len(sources) - second * _SOURCES :].sum() / second
    return ShapeFactor(float(2.0 * np.pi * abs(charge)), 2.0 * misfit)


def _green(cell: _Lattice, z: Array) -> Array:
    """ln |theta_1(pi z/a)| - pi y^2/(a b), after z was moved near the first cell."""
    high = cell.across.imag
    z = z - np.round(z.imag / high) * cell.across
    total = np.zeros(z.shape, dtype=np.complex128)
    shift = 1.0j * np.pi * cell.across / cell.along
    for n in range(_THETA_TERMS):
        total += (-1) ** n * np.exp(shift * (n + 0.5) ** 2) * np.sin((2 * n + 1) * np.pi * z / cell.along)
    return np.asarray(np.log(np.abs(total)) - np.pi * z.imag**2 / (cell.along * high))


def _refuse(**lengths: float) -> None:
    bad = [name for name, value in lengths.items() if not (np.isfinite(value) and value > 0.0)]
    if bad:
        raise BadInput([Problem("not a length", name, repr(lengths[name]), "above 0") for name in bad])
