"""Electrolyte shape factors S: the conductance of one gap is kappa S per length (finger, wire, pillar height).

Legend: w1, w2 widths of neighbouring fingers, g gap, h finger height, H height of the electrolyte (lid), all from
mid-plane to mid-plane; P = w1/2 + g + w2/2; K(k) the complete elliptic integral, k' = sqrt(1 - k^2).
Inputs are lengths [m] and broadcast against each other; results are numbers without unit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fabplan.estimate import shape_numeric
from fabplan.estimate.constants import Array
from fabplan.estimate.elements import element_of, matrices, outflow

_TERMS = 4  # of the theta series: the nome is at most exp(-pi)
_AGM_PASSES = 9
_SMALL_MODULUS = 1e-8  # below it AGM(1, k) is pi/(2 ln(4/k)) to rounding
_CHECKERBOARD = 0.53935  # half the constant of a circle in a square, 1.0787/2
_HONEYCOMB = 0.566
#: lattice -> n, k of ``line_charges``, and the radius over the distance up to which the lines stand for pillars
_LINES = {
    "square-checkerboard": (1.0, -1.2347714907, 0.3),
    "square-rows": (1.0, -0.5416238, 0.1),
    "triangular-rows": (1.0, -0.9376831, 0.1),
    "honeycomb": (0.5, -0.8536180951, 0.2),
}
_DEGREE = 8  # of the elements
# correction of the widths seen by the cover (fitted to 420 finite-element geometries)
_EDGE_SHARE, _EDGE_SCALE, _EDGE_POWER = 0.0354, 15.75, 0.832


def coplanar(width_1: ArrayLike, width_2: ArrayLike, gap: ArrayLike, lid: ArrayLike) -> Array:
    """Two strips on the floor of an electrolyte of any depth, exact.

    S = K(k')/K(k) with k' = sc(K x1/P)/sc(K x2/P), x1 = w1/2, x2 = w1/2 + g, Jacobi functions of nome
    exp(-pi H/P) (conformal map; equal widths and H -> infinity: Wei 1977, Olthuis 1995).

    Parameters
    ----------
    width_1, width_2, gap, lid : lengths of one unit [m], broadcast against each other

    Returns
    -------
    S, dimensionless, per length of finger [shape of all broadcast]; 0 without electrolyte; 2e-6 off finite elements.
    """
    w1, w2, g, deep = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(width_1, width_2, gap, lid))
    pitch = 0.5 * w1 + g + 0.5 * w2
    high = deep >= pitch
    with np.errstate(all="ignore"):
        log_modulus = np.where(
            high,
            _log_modulus_deep(0.5 * w1, 0.5 * w2, g, pitch, deep),
            _log_modulus_shallow(0.5 * w1, 0.5 * w2, g, pitch, deep),
        )
        factor = _modulus_quotient(log_modulus)
    return np.where(deep > 0.0, factor, 0.0)


def _log_modulus_deep(half_1: Array, half_2: Array, gap: Array, pitch: Array, deep: Array) -> Array:
    """ln k' by the theta series in q = exp(-pi H/P)."""
    nome = np.exp(-np.pi * np.minimum(deep, 200.0 * pitch) / pitch)

    def quotient(place: Array) -> Array:
        angle = 0.5 * np.pi * place / pitch
        sine, cosine = np.zeros_like(angle), np.zeros_like(angle)
        for n in range(_TERMS):
            weight = nome ** (n * (n + 1))
            sine = sine + (-1) ** n * weight * np.sin((2 * n + 1) * angle)
            cosine = cosine + weight * np.cos((2 * n + 1) * angle)
        return np.asarray(sine / cosine)

    return np.asarray(np.log(quotient(half_1)) - np.log(quotient(half_1 + gap)))


def _log_modulus_shallow(half_1: Array, half_2: Array, gap: Array, pitch: Array, deep: Array) -> Array:
    """ln k' by the theta series in q1 = exp(-pi P/H), with the leading exponential taken out of each factor."""

    def quotient(place: Array) -> Array:
        upper, lower = np.zeros_like(place), np.ones_like(place)
        for n in range(_TERMS):
            decay = np.exp(-np.pi / deep * ((n * n + n) * pitch - n * place))
            upper = upper + (-1) ** n * decay * -np.expm1(-(2 * n + 1) * np.pi * place / deep)
        for n in range(1, _TERMS):
            both = np.exp(-np.pi / deep * (n * n * pitch - n * place)) * (1.0 + np.exp(-2.0 * n * np.pi * place / deep))
            lower = lower + (-1) ** n * both
        return np.asarray(upper / lower)

    return np.asarray(-0.5 * np.pi * gap / deep + np.log(quotient(half_1)) + np.log(quotient(half_2)))


def _modulus_quotient(log_modulus: Array) -> Array:
    """K(k')/K(k) = AGM(1, k')/AGM(1, k) from ln k'."""
    small = log_modulus < np.log(_SMALL_MODULUS)
    complement = np.exp(log_modulus)
    modulus = np.sqrt(-np.expm1(2.0 * log_modulus))
    tiny = 0.5 * np.pi / (np.log(4.0) - np.where(small, log_modulus, -1.0))
    return np.asarray(np.where(small, tiny, _mean(complement)) / _mean(modulus))


def _mean(start: Array) -> Array:
    """Arithmetic-geometric mean of 1 and ``start``."""
    arithmetic, geometric = np.ones_like(start), start
    for _ in range(_AGM_PASSES):
        arithmetic, geometric = 0.5 * (arithmetic + geometric), np.sqrt(arithmetic * geometric)
    return arithmetic


def flush(height: ArrayLike, gap: ArrayLike) -> Array:
    """Fingers as high as the electrolyte: S = h/g, exact.

    Parameters
    ----------
    height, gap : [m], broadcast

    Returns
    -------
    S, dimensionless, per length of finger [shape of both].
    """
    return np.asarray(height, dtype=np.float64) / np.asarray(gap, dtype=np.float64)


def fingers(width_1: ArrayLike, width_2: ArrayLike, gap: ArrayLike, height: ArrayLike, lid: ArrayLike) -> Array:
    """Equally high fingers below a cover: within 0.7 % (0.2 % rms), 1.3 % where a finger is thinner than 0.05 gaps.

    Exact without height or cover; 0.5 ms each.

    The modes of the gap and those of the cover meet on the line of the finger tops (``elements``); the energy of the
    potential is an upper bound.

    Parameters
    ----------
    width_1, width_2, gap, height, lid : [m], broadcast; the lid at least as high as the fingers

    Returns
    -------
    S, dimensionless, per length of finger [shape of all broadcast].
    """
    w1, w2, g, h, deep = (
        np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(width_1, width_2, gap, height, lid)
    )
    cover = np.maximum(deep - h, 0.0)
    between = (h > 0.0) & (cover > 0.0)
    found = np.where(h > 0.0, flush(h, g), coplanar(w1, w2, g, cover))
    # beyond three pitches electrolyte above changes nothing
    far = np.minimum(cover, 3.0 * (0.5 * w1 + g + 0.5 * w2))
    if between.any():
        found[between] = _raised(*(part[between] for part in (w1, w2, g, h, far)))
    return found


def _raised(w1: Array, w2: Array, g: Array, h: Array, cover: Array) -> Array:
    """S of fingers with height and cover, [n]: 5 elements, the inner ones of the fingers as short as the gap."""
    element = element_of(_DEGREE)
    near = [np.minimum(0.25 * wide, g) for wide in (w1, w2)]
    lengths = np.stack([0.5 * w1 - near[0], near[0], g, near[1], 0.5 * w2 - near[1]], axis=1)
    above = outflow(*matrices(element, lengths, np.ones_like(lengths)), cover)
    stiffness, mass = matrices(element, g[:, None], np.ones_like(g)[:, None])
    below = outflow(stiffness[:, 1:-1, 1:-1], mass[:, 1:-1], h)  # in the gap, 0 on both fingers
    first, inside = 2 * _DEGREE + 1, slice(2 * _DEGREE + 1, 3 * _DEGREE)
    straight = 0.5 * (1.0 - element.place[1:-1])
    potential = np.zeros((len(g), 5 * _DEGREE + 1))
    potential[:, :first] = 1.0
    known = below @ straight - (above[:, inside] @ potential[:, :, None])[:, :, 0]
    potential[:, inside] = np.linalg.solve(below + above[:, inside, inside], known[:, :, None])[:, :, 0]
    bent = potential[:, inside] - straight
    energies = [
        np.sum(field * (matrix @ field[:, :, None])[:, :, 0], axis=1)
        for field, matrix in ((bent, below), (potential, above))
    ]
    return np.asarray(flush(h, g) + energies[0] + energies[1])


def fingers_quick(width_1: ArrayLike, width_2: ArrayLike, gap: ArrayLike, height: ArrayLike, lid: ArrayLike) -> Array:
    """The same in closed form, a microsecond each: within 3 % (0.8 % rms).

    S = h/g + S_coplanar(w1 + 2s, w2 + 2s, g - 2s, H - h), s = 0.0354 g [1 - exp(-(15.75 h/g)^0.832)].
    """
    w1, w2, g, h, deep = (
        np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(width_1, width_2, gap, height, lid)
    )
    edge = _EDGE_SHARE * g * -np.expm1(-((_EDGE_SCALE * h / g) ** _EDGE_POWER))
    return np.asarray(
        flush(h, g) + coplanar(w1 + 2.0 * edge, w2 + 2.0 * edge, g - 2.0 * edge, np.maximum(deep - h, 0.0))
    )


def fingers_least(width_1: ArrayLike, width_2: ArrayLike, gap: ArrayLike, height: ArrayLike, lid: ArrayLike) -> Array:
    """Lower bound of ``fingers``: S >= h/g + S_coplanar(w1, w2, g, H - h); at most 12 % low.

    Parameters
    ----------
    width_1, width_2, gap, height, lid : as in ``fingers`` [m]

    Returns
    -------
    S, dimensionless [shape of all broadcast].
    """
    cover = np.maximum(np.asarray(lid, dtype=np.float64) - np.asarray(height, dtype=np.float64), 0.0)
    return np.asarray(flush(height, gap) + coplanar(width_1, width_2, gap, cover))


def coaxial(inner_radius: ArrayLike, outer_radius: ArrayLike) -> Array:
    """Shell around a wire, S = 2 pi/ln(r2/r1), exact.

    Parameters
    ----------
    inner_radius, outer_radius : r1 < r2 [m], broadcast

    Returns
    -------
    S, dimensionless, per length of wire [shape of both].
    """
    return np.asarray(
        2.0 * np.pi / np.log(np.asarray(outer_radius, dtype=np.float64) / np.asarray(inner_radius, dtype=np.float64))
    )


def checkerboard_pillars(distance: ArrayLike, radius_1: ArrayLike, radius_2: ArrayLike) -> Array:
    """Square lattice of alternating round pillars, per pillar; ``distance`` to the four opposite neighbours.

    S = 2 pi/[ln(0.53935 d/r1) + ln(0.53935 d/r2)]: 0.06 % for r <= 0.3 d, 1.3 % low at 0.4 d, 7 % low at 0.45 d.
    """
    d, r1, r2 = (np.asarray(part, dtype=np.float64) for part in (distance, radius_1, radius_2))
    return np.asarray(2.0 * np.pi / (np.log(_CHECKERBOARD * d / r1) + np.log(_CHECKERBOARD * d / r2)))


def honeycomb_pillars(distance: ArrayLike, outer_radius: ArrayLike, centre_radius: ArrayLike) -> Array:
    """Hexagons of one kind around a pillar of the other, per centre pillar (two outer ones each).

    S = 4 pi/[2 ln(0.566 d/r2) + ln(0.566 d/r1)]: 1 % up to r = 0.6 d - r_other, 10 % low near contact.

    Parameters
    ----------
    distance : centre to its six neighbours
    outer_radius : r1, of the pillars on the hexagon
    centre_radius : r2
    """
    d, r1, r2 = (np.asarray(part, dtype=np.float64) for part in (distance, outer_radius, centre_radius))
    return np.asarray(4.0 * np.pi / (2.0 * np.log(_HONEYCOMB * d / r2) + np.log(_HONEYCOMB * d / r1)))


def line_charges(lattice: str) -> tuple[float, float]:
    """n, k of 2 pi/S = ln(d/r2) + n ln(d/r1) + k for thin pillars: pillars of the second kind per one of the first, and
    the lattice's constant (its doubly periodic Green's function).

    Returns
    -------
    both dimensionless [scalar]; they hold while the radii are far below the distance.

    Raises
    ------
    BadInput : unknown lattice
    """
    shape_numeric.lattice_of(lattice)
    return _LINES[lattice][:2]


def pillars(lattice: str, distance: ArrayLike, radius_1: ArrayLike, radius_2: ArrayLike) -> Array:
    """Lattices of two kinds of round pillars, per pillar of the second kind: within 0.2 %.

    2 pi/S = ln(d/r2) + n ln(d/r1) + k (``line_charges``) while both radii are small, else ``shape_numeric`` (some
    20 ms a geometry).

    Parameters
    ----------
    lattice : a key of ``shape_numeric.LATTICES``
    distance : between nearest neighbours
    radius_1, radius_2 : of the kinds; in a honeycomb the first stands on the hexagons

    Returns
    -------
    S, dimensionless, per height of pillar [shape of all broadcast]; lengths in one unit [m].

    Raises
    ------
    BadInput : unknown lattice, or pillars that touch
    """
    ratio, constant = line_charges(lattice)
    d, r1, r2 = (
        np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(distance, radius_1, radius_2)
    )
    thin = np.maximum(r1, r2) <= _LINES[lattice][2] * d
    found = np.empty(d.shape)
    with np.errstate(all="ignore"):
        found[...] = 2.0 * np.pi / (np.log(d / r2) + ratio * np.log(d / r1) + constant)
    for place in np.argwhere(~thin):
        at = tuple(place)
        found[at] = shape_numeric.pillars(lattice, float(d[at]), float(r1[at]), float(r2[at])).value
    return found


def gap_resistance(shape_factor: ArrayLike, conductivity: ArrayLike, length: ArrayLike, gaps: ArrayLike = 1.0) -> Array:
    """R = 1/(kappa S l gaps) [ohm]."""
    parts = (np.asarray(part, dtype=np.float64) for part in (shape_factor, conductivity, length, gaps))
    total = np.ones(())
    for part in parts:
        total = total * part
    return np.asarray(1.0 / total)
