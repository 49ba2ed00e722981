"""Where the closed form of porous cells is known not to hold.

Measured against fine-mesh reference discharges and, for badly conducting electrodes, against the accurate tier (240
random cells): below depletion number 0.3 and with mean potential drops inside the electrodes below 0.04 V the closed
form stays within 0.2 % of the capacity and 4 mV (95 %); at a drop of 0.1 V it is 0.6 % and 25 mV, above up to all.
"""

from __future__ import annotations

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Mask
from fabplan.estimate.designs import Film, Films, Materials, Stacks
from fabplan.estimate.electrolyte import ohmic_resistances
from fabplan.estimate.spme import electronic_resistance

MOST_DEPLETION = 0.3
MOST_DROP = 0.04  # V
LEAST_SLOPE = 2e-3  # decades of diffusivity per stoichiometry
MOST_BEND = 0.1  # film thickness over radius
MOST_SPREAD = 0.05  # steady stoichiometry difference across a film


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
