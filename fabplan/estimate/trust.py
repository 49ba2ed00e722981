"""Where the closed form of porous cells is known not to hold, and how far each answer was measured to hold.

Measured against fine-mesh reference discharges and, for badly conducting electrodes, against the accurate tier (240
random cells): below depletion number 0.3 and with mean potential drops inside the electrodes below 0.04 V the closed
form stays within 0.2 % of the capacity and 4 mV (95 %); at a drop of 0.1 V it is 0.6 % and 25 mV, above up to all.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Index, Mask
from fabplan.estimate.designs import Film, Films, Fingers, Materials, Stacks
from fabplan.estimate.electrolyte import ohmic_resistances
from fabplan.estimate.spme import electronic_resistance

MOST_DEPLETION = 0.3
MOST_DROP = 0.04  # V
LEAST_SLOPE = 2e-3  # decades of diffusivity per stoichiometry
MOST_BEND = 0.1  # film thickness over radius
MOST_SPREAD = 0.05  # steady stoichiometry difference across a film
FINGERS_DEPLETION, FINGERS_DROP = 0.5, 0.1  # up to where the planar picture of fingers was measured to hold; [V]


class Doubt(IntEnum):
    """Why an answer is not to be trusted as it stands."""

    NONE = 0
    CLOSED_FORM = 1
    FINGERS = 2
    STUCK = 3
    COVER = 4
    HEIGHTS = 5


REASONS = {
    Doubt.CLOSED_FORM: "the closed form does not hold here: too much salt depletion, or drop inside the electrodes",
    Doubt.FINGERS: "outside the range where the one-dimensional picture of fingers holds: salt depletion or the drop "
    "along the finger's height is too large",
    Doubt.STUCK: "the accurate tier did not reach the end; the closed form answered",
    Doubt.COVER: "the electrolyte cover is deeper than the fingers are high, which was not validated",
    Doubt.HEIGHTS: "the fingers differ in height, which was not validated",
}
#: measured error of the capacity over the 1C charge: most trusted points, and where there is a doubt
_TRUSTED = 0.003
_DEPLETED = 0.01
_ERRORS = {Doubt.CLOSED_FORM: 0.65, Doubt.FINGERS: 0.12, Doubt.STUCK: 0.65, Doubt.COVER: 0.12, Doubt.HEIGHTS: 0.12}


def doubts(doubted: Mask, accurate: Mask, asked: Mask, drop: Array, depletion: Array, fingers: Fingers | None) -> Index:
    """Doubt of every point [n].

    Parameters
    ----------
    doubted : by ``doubtful``
    accurate, asked : the accurate tier answered, was asked
    drop : mean electronic drop of both electrodes at the current [V]
    depletion : depletion number
    fingers : of interdigital cells, one row per point; None for planar ones
    """
    found = np.zeros(len(doubted), dtype=np.intp)
    if fingers is not None:
        found[fingers.lid > 2.0 * fingers.height * np.maximum(*fingers.rises)] = Doubt.COVER
        found[fingers.uneven] = Doubt.HEIGHTS
        found[(depletion >= FINGERS_DEPLETION) | (drop >= FINGERS_DROP)] = Doubt.FINGERS
    found[doubted & ~accurate] = Doubt.CLOSED_FORM
    found[asked & ~accurate] = Doubt.STUCK
    return found


def uncertainty(doubt: Index, depletion: Array) -> Array:
    """Error of the capacity over the 1C charge that reference discharges showed (about the worst of their kind) [n].

    It tells how well the equations were solved, not how well the inputs are known.
    """
    table = np.array([0.0, *(_ERRORS[code] for code in Doubt if code)])
    return np.where(doubt == Doubt.NONE, np.where(depletion < 0.5, _TRUSTED, _DEPLETED), table[doubt])


def doubtful(stacks: Stacks, materials: Materials, current: Array, depletion: Array) -> Mask:
    """Points that belong to the accurate tier.

    Salt depletion, or I sum(L/(3 sigma) + L/(3 kappa B)) over the electrodes: a reaction that such a drop moves
    through the electrode is no longer uniform.
    """
    start = materials.start_concentration[stacks.electrolyte]
    negative, _, positive = ohmic_resistances(stacks, materials, start, start, start)
    electronic = electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)
    return (depletion >= MOST_DEPLETION) | (current * (negative + positive + electronic) >= MOST_DROP)


def doubtful_films(films: Films, current: Array) -> Mask:
    """Film cells whose diffusion is not that of a plane film with constant diffusivity.

    Either the diffusivity varies with stoichiometry, or the film is bent and the stoichiometry varies across it:
    the closed form scales the plane series by the steady state of the bent film, which is late by nature.
    """
    return _doubtful(films.positive, current) | _doubtful(films.negative, current)


def _doubtful(side: Film, current: Array) -> Mask:
    spread = current / side.face_area * side.thickness / (3.0 * side.diffusivity * FARADAY * side.concentration_max)
    bent = (side.thickness / side.flux_radius > MOST_BEND) & (spread > MOST_SPREAD)
    return ~side.metal & (bent | (np.abs(side.diffusivity_slope) > LEAST_SLOPE))
