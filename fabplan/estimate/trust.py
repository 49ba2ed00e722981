"""Where the closed form of porous cells is known not to hold, and how far each answer was measured to hold.

Measured against fine-mesh reference discharges and, for badly conducting electrodes, against the accurate tier (240
random cells): below depletion number 0.3 and with mean potential drops inside the electrodes below 0.04 V the closed
form stays within 0.2 % of the capacity and 4 mV (95 %); at a drop of 0.1 V it is 0.6 % and 25 mV, above up to all.
Where the salt's diffusivity changes along the cell by a factor e^s, s times the depletion number is kept below 0.03:
500 random stacks with diffusivities that change by up to 1.2 decades per 1000 mol/m3 (1515 points) are then within
0.15 % of the 1C charge and 2.1 mV (95 %); without it 0.3 % and 4.8 mV, and one of another 400 stacks 6.6 %.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Index, Mask
from fabplan.estimate.designs import Film, Films, Fingers, Materials, Stacks
from fabplan.estimate.electrolyte import LEAST_CONCENTRATION, Salt, ohmic_resistances
from fabplan.estimate.spme import electronic_resistance

MOST_DEPLETION = 0.3
MOST_DROP = 0.04  # V
MOST_CHANGE = 0.03  # ln of the salt's diffusivity at one end of the cell over that at the other, times depletion
LEAST_SLOPE = 2e-3  # decades of diffusivity per stoichiometry
MOST_SLOPE = 2.0  # the same; up to here 95 random films at 4 rates are within 0.3 % of the 1C charge, to 5 within 1 %
MOST_BEND = 0.1  # film thickness over radius
MOST_SPREAD = 0.05  # steady stoichiometry difference across a film
FINGERS_DEPLETION, FINGERS_DROP = 0.5, 0.1  # up to where the planar picture of fingers was measured to hold; [V]
FOOT_AT_FIRST = 0.7  # depletion number at the foot of the cathode at the current that is drawn there at first
_EVEN = 1e-4


class Doubt(IntEnum):
    """Why an answer is not to be trusted as it stands."""

    NONE = 0
    CLOSED_FORM = 1
    FINGERS = 2
    STUCK = 3
    COVER = 4
    HEIGHTS = 5
    STEEP = 6


REASONS = {
    Doubt.CLOSED_FORM: "the closed form does not hold here: too much salt depletion or drop inside the electrodes, or "
    "a diffusivity of the salt that changes along the cell",
    Doubt.FINGERS: "outside the range where the one-dimensional picture of fingers or pillars holds: salt depletion "
    "or the drop along the height is too large",
    Doubt.STUCK: "the accurate tier did not reach the end; the closed form answered",
    Doubt.COVER: "the electrolyte cover is deeper than the fingers are high, which was not validated",
    Doubt.HEIGHTS: "the fingers differ in height, which was not validated",
    Doubt.STEEP: "the diffusivity changes with filling more steeply than was validated",
}
#: measured error of the capacity over the 1C charge: most trusted points, and where there is a doubt
_TRUSTED = 0.003
_DEPLETED = 0.01
_ERRORS = {
    Doubt.CLOSED_FORM: 0.65,
    Doubt.FINGERS: 0.12,
    Doubt.STUCK: 0.65,
    Doubt.COVER: 0.12,
    Doubt.HEIGHTS: 0.12,
    Doubt.STEEP: 0.01,
}


def doubts(doubted: Mask, accurate: Mask, asked: Mask, fingers: Fingers | None, planar: Mask) -> Index:
    """Doubt of every point [n].

    Parameters
    ----------
    doubted : by ``doubtful``
    accurate, asked : the accurate tier answered, was asked
    fingers : of interdigital cells, one row per point; None for planar ones
    planar : the planar picture of fingers and pillars holds, by ``planar_holds``; True for planar cells
    """
    found = np.zeros(len(doubted), dtype=np.intp)
    found[~planar] = Doubt.FINGERS
    if fingers is not None:
        found[planar & (fingers.lid > 2.0 * fingers.height * np.maximum(*fingers.rises))] = Doubt.COVER
        found[planar & fingers.uneven] = Doubt.HEIGHTS
    found[doubted & ~accurate] = Doubt.CLOSED_FORM
    found[asked & ~accurate] = Doubt.STUCK
    return found


def film_doubts(films: Films, doubted: Mask, accurate: Mask, asked: Mask) -> Index:
    """Doubt of every point of film cells [n].

    Parameters
    ----------
    doubted : by ``doubtful_films``
    accurate, asked : the accurate tier answered, was asked
    """
    found = np.zeros(len(doubted), dtype=np.intp)
    found[_steep(films.positive) | _steep(films.negative)] = Doubt.STEEP
    found[doubted & ~accurate] = Doubt.CLOSED_FORM
    found[asked & ~accurate] = Doubt.STUCK
    return found


def _steep(side: Film) -> Mask:
    return ~side.metal & (np.abs(side.diffusivity_slope) > MOST_SLOPE)


def planar_holds(stacks: Stacks, materials: Materials, current: Array, found: Salt) -> Mask:
    """Interdigital and pillar points for which the planar cell that stands for them was measured to hold [n].

    Three conditions: the depletion number at the foot of the cathode, where salt is least, is below 0.5; the mean
    electronic drop E along the heights is below 0.1 V; and the depletion number there is below 0.7 at the current
    that is drawn there at first, m coth m times the mean with m^2 = 3 E over the ionic drop. Held against 213
    two-dimensional discharges, most of the 101 that are no reference drawn close to the limits: where all three hold,
    the capacity is within 0.1 % of the 1C charge and the mean voltage within 3.3 mV; with the first two alone it is
    0.5 % and 18 mV. Pillars: against four discharges of a checkerboard within 2 mV.
    """
    electronic = electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)
    ionic = sum(ohmic_resistances(stacks, materials, found.start, found.start, found.start))
    drawn = np.sqrt(3.0 * electronic / np.maximum(ionic, 1e-300))
    drawn = np.where(drawn > _EVEN, drawn / np.tanh(np.maximum(drawn, _EVEN)), 1.0)
    foot = found.depletion
    if stacks.foot is not None:
        foot = foot + stacks.foot * found.fall_positive / found.start
    return (foot < FINGERS_DEPLETION) & (current * electronic < FINGERS_DROP) & (foot * drawn < FOOT_AT_FIRST)


def uncertainty(doubt: Index, depletion: Array) -> Array:
    """Error of the capacity over the 1C charge that reference discharges showed (about the worst of their kind) [n].

    It tells how well the equations were solved, not how well the inputs are known.
    """
    table = np.array([0.0, *(_ERRORS[code] for code in Doubt if code)])
    return np.where(doubt == Doubt.NONE, np.where(depletion < 0.5, _TRUSTED, _DEPLETED), table[doubt])


def doubtful(stacks: Stacks, materials: Materials, current: Array, found: Salt) -> Mask:
    """Points that belong to the accurate tier [n].

    Salt depletion, or I sum(L/(3 sigma) + L/(3 kappa B)) over the electrodes: a reaction that such a drop moves
    through the electrode is no longer uniform. Or a diffusivity of the salt that changes along the cell: the closed
    form has one value for each of its three parts.

    Parameters
    ----------
    stacks : designs [n]
    current : [A/m2] [n]
    found : steady salt of that current [n]
    """
    change = _change_of_diffusivity(stacks, materials, found) * found.depletion
    start = materials.start_concentration[stacks.electrolyte]
    negative, _, positive = ohmic_resistances(stacks, materials, start, start, start)
    electronic = electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)
    drop = current * (negative + positive + electronic)
    return (found.depletion >= MOST_DEPLETION) | (drop >= MOST_DROP) | (change >= MOST_CHANGE)


def _change_of_diffusivity(stacks: Stacks, materials: Materials, found: Salt) -> Array:
    """|ln D_e(c_front)/D_e(c_back)| between the steady salt at the two ends of the cell [n]."""
    table = materials.electrolyte_diffusivity
    ends = (found.negative + 0.5 * found.rise_negative, found.back)
    front, back = (
        table.value(stacks.electrolyte, np.clip(found.start + end, LEAST_CONCENTRATION, table.high)) for end in ends
    )
    return np.abs(np.log(front / back))


def doubtful_films(films: Films, current: Array) -> Mask:
    """Film cells whose diffusion is not that of a plane film with constant diffusivity.

    Either the diffusivity varies with stoichiometry, or the film is bent and the stoichiometry varies across it:
    the closed form scales the plane series by the steady state of the bent film, which is late by nature.

    Parameters
    ----------
    current : per m2 [A/m2] or per metre [A/m] [n]

    Returns
    -------
    [n].
    """
    return _doubtful(films.positive, current) | _doubtful(films.negative, current)


def _doubtful(side: Film, current: Array) -> Mask:
    spread = current / side.face_area * side.thickness / (3.0 * side.diffusivity * FARADAY * side.concentration_max)
    bent = (side.thickness / side.flux_radius > MOST_BEND) & (spread > MOST_SPREAD)
    return ~side.metal & (bent | (np.abs(side.diffusivity_slope) > LEAST_SLOPE))
