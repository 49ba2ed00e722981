"""Electrolyte above interdigital fingers: what the salt's current meets in two dimensions, with an even reaction.

Between the mid-planes of two porous fingers of height h, below a lid, div(B grad u) = -s with sources spread evenly
over each finger: +1 per height over one, -1 over the other, nothing in the gap and in the cover. Below the finger tops
u = u_planar(x) + a field that the cover causes, whose modes along x are those of B(x) and fall as cosh(l y)/cosh(l h);
above them they are cosines of the cover and fall as cosh(k (H - y)). Both meet at y = h: the flux up through that line
balances. Along x: an element (``elements``) for each finger and one for the gap. Against a finite-volume
solution of 28 geometries: degree 2 within 1.6 %, 3 0.7 %, 4 0.2 %, 6 0.05 % (12, 25, 47, 110 us a geometry).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.designs import Fingers
from fabplan.estimate.elements import Element, element_of, matrices, modes, outflow, weighted

DEGREE, COARSE = 4, 2  # of the elements; the coarse ones where very many geometries are compared
_BLOCK = 1024  # geometries at once
_METAL = 1e4  # times the electrolyte's conductance: lithium metal is equipotential
_SMALL, _LARGE = 1e-6, 300.0


def factors_with_metal(negative: Array, separator: Array, positive: Array) -> Array:
    """B of anode, gap and cathode [n, 3], with a large number for metal."""
    metal = _METAL * separator
    return np.stack([np.minimum(negative, metal), separator, np.minimum(positive, metal)], axis=1)


def lengths_of(fingers: Fingers) -> Array:
    """Half the anode, the gap and half the cathode [n, 3]."""
    return np.stack([0.5 * fingers.anode_width, fingers.gap, 0.5 * fingers.cathode_width], axis=1)


@dataclass(frozen=True)
class Paths:
    """Mean drop times bulk conductivity per current density on a finger's side, [n] each [m].

    Parameters
    ----------
    anode, gap, cathode : without a cover w1/(6 B1), g/Bs, w2/(6 B2). The drops are those of the height's mean
        potential: from its mean over a finger to its value at the finger's side, and across the gap
    foot : from the cathode's mean to the foot of its mid-plane, where salt is least; w2/(12 B2) without a cover
    """

    anode: Array
    gap: Array
    cathode: Array
    foot: Array


def ionic_paths(
    fingers: Fingers, negative: Array, separator: Array, positive: Array, degree: int = DEGREE
) -> Paths:
    """The paths of the salt's current.

    Parameters
    ----------
    fingers : geometry [n], of equal heights; lids not below the fingers
    negative, separator, positive : effective over bulk conductivity; infinite for metal
    degree : of the elements
    """
    factors, lengths = factors_with_metal(negative, separator, positive), lengths_of(fingers)
    paths = np.empty((len(lengths), 4))
    paths[:, :3] = lengths / factors * np.array([1.0 / 3.0, 1.0, 1.0 / 3.0])
    paths[:, 3] = 0.5 * paths[:, 2]
    cover, element = fingers.lid - fingers.height, element_of(degree)
    rows = np.flatnonzero(cover > 0.0)
    own, which = _in_runs(np.column_stack([lengths, factors, fingers.height, cover])[rows])
    solved = np.empty((len(own), 4))
    for begin in range(0, len(own), _BLOCK):
        place = slice(begin, begin + _BLOCK)
        some = rows[own[place]]
        solved[place] = _under_cover(element, lengths[some], factors[some], fingers.height[some], cover[some])
    paths[rows] = solved[which]
    return Paths(*paths.T)


def _in_runs(inputs: Array) -> tuple[Index, Index]:
    """First rows of runs of equal ones, and the run of every row: a design at many rates is solved once."""
    begins = np.ones(len(inputs), dtype=np.bool_)
    begins[1:] = np.any(inputs[1:] != inputs[:-1], axis=1)
    return np.flatnonzero(begins), np.cumsum(begins, dtype=np.intp) - 1


def _under_cover(element: Element, lengths: Array, factors: Array, height: Array, cover: Array) -> Array:
    """Paths of geometries with some cover, [n, 4]; lengths along x, B of the three parts [n, 3]."""
    planar = _planar(element, lengths, factors)
    shape, rate = modes(*matrices(element, lengths, factors))
    far = rate * height[:, None]
    fall = np.tanh(far)
    up = cover_flux(element, lengths, factors, cover)
    both = weighted(shape, rate * fall) + up
    both += np.trace(both, axis1=1, axis2=2)[:, None, None] / both.shape[1]  # a constant is free: this holds it
    top = np.linalg.solve(both, -up @ planar[:, :, None])
    mass, amplitude = np.sum(shape * shape, axis=2), (shape.transpose(0, 2, 1) @ top)[:, :, 0]
    share = np.where(far > _SMALL, fall / np.maximum(far, _SMALL), 1.0)  # mean of cosh(l y)/cosh(l h) over the height
    mean = planar + (shape @ (share * amplitude)[:, :, None])[:, :, 0] / mass
    first, second = (mean[:, element.part(part)] @ element.weight / 2.0 for part in (0, 2))
    near, across = mean[:, element.degree], mean[:, 2 * element.degree]
    below = amplitude / np.cosh(np.minimum(far, _LARGE))
    foot = planar[:, -1] + np.sum(shape[:, -1] * below, axis=1) / mass[:, -1]
    return np.stack([first - near, near - across, across - second, second - foot], axis=1)


def cover_flux(element: Element, lengths: Array, factors: Array, cover: Array) -> Array:
    """Matrix from potentials on the line of the finger tops to the fluxes into the cover, [n, node, node]."""
    return outflow(*matrices(element, lengths, np.broadcast_to(factors[:, 1:2], factors.shape)), cover)


def _planar(element: Element, lengths: Array, factors: Array) -> Array:
    """Potential at the nodes without cover, 0 in the middle of the first finger."""
    drops = lengths / factors * np.array([0.5, 1.0, 0.5])
    place = 0.5 * (element.place + 1.0)
    bends = (place**2, place, 1.0 - (1.0 - place) ** 2)
    potential, passed = np.empty((len(lengths), 3 * element.degree + 1)), np.zeros(len(lengths))
    for part, bend in enumerate(bends):
        potential[:, element.part(part)] = -passed[:, None] - drops[:, part : part + 1] * bend
        passed = passed + drops[:, part]
    return potential
