"""Interdigital fingers at the first moment of a step: ions from the side and from the cover, electrons from the base.

Linear, two-dimensional, between the mid-planes of two porous fingers: div(kappa B grad u) = -g (v - u) for the
potential u of the electrolyte, div(sigma grad v) = g (v - u) for that of the solid in each finger, v given at the
base, nothing else leaving. Along x as in ``cover``; both potentials together have modes cosh and sinh along y, which
meet the cover's at the finger tops. Against 16 finite-element cases of porous fingers within 0.03 %; half a
millisecond a geometry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import Array
from fabplan.estimate.cover import cover_flux, factors_with_metal, lengths_of
from fabplan.estimate.designs import Fingers
from fabplan.estimate.elements import Element, element_of, matrices

_DEGREE = 6  # reaction may sit in a thin layer
_BLOCK = 256  # geometries at once
_SMALL = 1e-6


@dataclass(frozen=True)
class Finger:
    """Material of a finger, [n] each, conductivities over that of the electrolyte.

    Parameters
    ----------
    ionic : B; infinite for metal
    electronic : sigma/kappa
    reaction : a i0 F/(RT)/kappa [1/m2]
    """

    ionic: Array
    electronic: Array
    reaction: Array


def paths(fingers: Fingers, anode: Finger, separator: Array, cathode: Finger) -> tuple[Array, Array, Array]:
    """Resistance times kappa times the finger's side: anode, gap, cathode, [m] each.

    An electrode's is that between its base and the mean potential of its side; the gap's lies between the sides.

    Parameters
    ----------
    fingers : geometry [n], of equal heights; lids not below the fingers
    separator : B of gap and cover
    """
    lengths, element = lengths_of(fingers), element_of(_DEGREE)
    factors = factors_with_metal(anode.ionic, separator, cathode.ionic)
    found = np.empty_like(lengths)
    for begin in range(0, len(lengths), _BLOCK):
        some = slice(begin, begin + _BLOCK)
        sides = [np.stack([side.electronic[some], side.reaction[some]]) for side in (anode, cathode)]
        found[some] = _paths(element, lengths[some], factors[some], sides, fingers.height[some], fingers.lid[some])
    return found[:, 0], found[:, 1], found[:, 2]


def _paths(
    element: Element, lengths: Array, factors: Array, sides: list[Array], height: Array, lid: Array
) -> Array:
    """For ``sides`` of electronic factor and reaction [2, n]."""
    count, nodes, own = len(lengths), 3 * element.degree + 1, element.degree + 1
    stiffness, mass = _both_fields(element, lengths, factors, sides)
    root = np.sqrt(mass)
    squares, modes = np.linalg.eigh(stiffness / (root[:, :, None] * root[:, None, :]))
    modes = modes / root[:, :, None]
    rate = np.sqrt(np.maximum(squares, 0.0))
    far = rate * height[:, None]
    size = nodes + 2 * own
    ions, base = np.arange(nodes), np.arange(nodes, size)
    # amplitudes: a of cosh(l y)/cosh(l h), b of sinh(l (h - y))/sinh(l h)
    shut, tanh = np.exp(-np.minimum(far, 600.0)), np.tanh(far)
    over_cosh = 2.0 * shut / (1.0 + shut**2)
    flat, safe = 1.0 / height[:, None], np.maximum(far, _SMALL)
    coth = np.where(far > _SMALL, rate / np.tanh(safe), flat)  # l coth(l h)
    over_sinh = np.where(far > _SMALL, 2.0 * rate * shut / -np.expm1(-2.0 * safe), flat)
    system = np.zeros((count, 2 * size, 2 * size))
    right = np.zeros((count, 2 * size, 1))
    up = cover_flux(element, lengths, factors, lid - height)
    flow = mass[:, ions, None] * modes[:, ions]
    system[:, ions, size:] = -modes[:, ions] * coth[:, None, :]  # no ions through the floor
    system[:, base, :size], system[:, base, size:] = modes[:, base] * over_cosh[:, None, :], modes[:, base]
    right[:, base[:own], 0] = 1.0
    system[:, size + ions, :size] = flow * (rate * tanh)[:, None, :] + up @ modes[:, ions]
    system[:, size + ions, size:] = -flow * over_sinh[:, None, :]
    system[:, size + base, :size] = modes[:, base] * (rate * tanh)[:, None, :]
    system[:, size + base, size:] = -modes[:, base] * over_sinh[:, None, :]
    scale = np.abs(system).max(axis=2, keepdims=True)
    a, b = np.split(np.linalg.solve(system / scale, right / scale)[:, :, 0], 2, axis=1)
    slope = (modes[:, base[:own]] @ (b * coth)[:, :, None])[:, :, 0]  # minus dv/dy at the anode's base
    current = np.sum(mass[:, base[:own]] * slope, axis=1) / height  # per height of side
    share = a * np.where(far > _SMALL, tanh / safe, 1.0) + b * np.where(far > _SMALL, np.tanh(0.5 * far) / safe, 0.5)
    near, across = ((modes[:, node] * share).sum(axis=1) for node in (element.degree, 2 * element.degree))
    return np.asarray(np.stack([1.0 - near, near - across, across], axis=1) / current[:, None])


def _both_fields(element: Element, lengths: Array, factors: Array, sides: list[Array]) -> tuple[Array, Array]:
    """Stiffness and mass of u at all nodes, then of v at those of the anode and of the cathode."""
    nodes, own = 3 * element.degree + 1, element.degree + 1
    count, size = len(lengths), nodes + 2 * own
    stiffness, mass = np.zeros((count, size, size)), np.zeros((count, size))
    stiffness[:, :nodes, :nodes], mass[:, :nodes] = matrices(element, lengths, factors)
    for number, (part, (electronic, reaction)) in enumerate(zip((0, 2), sides, strict=True)):
        ions = np.arange(nodes)[element.part(part)]
        solid = nodes + number * own + np.arange(own)
        long = lengths[:, part, None]
        mass[:, solid] = 0.5 * long * electronic[:, None] * element.weight
        stiffness[:, solid[:, None], solid] += (2.0 * electronic[:, None] / long)[:, :, None] * element.stiff
        pull = 0.5 * long * reaction[:, None] * element.weight
        for one, other, sign in ((ions, ions, 1.0), (solid, solid, 1.0), (ions, solid, -1.0), (solid, ions, -1.0)):
            stiffness[:, one, other] += sign * pull
    return stiffness, mass
