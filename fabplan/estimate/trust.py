"""Where the closed form of porous cells is known not to hold.

Measured against fine-mesh reference discharges: below depletion number 0.3 (0.5 for capacity) and with mean
potential drops inside the electrodes below 0.1 V the closed form stays within 0.2 % of the capacity.
"""

from __future__ import annotations

import numpy as np

from fabplan.estimate.constants import Array, Mask
from fabplan.estimate.designs import Films, Materials, Stacks
from fabplan.estimate.electrolyte import ohmic_resistances
from fabplan.estimate.spme import electronic_resistance

MOST_DEPLETION = 0.3
MOST_DROP = 0.1  # V
LEAST_SLOPE = 2e-3  # decades of diffusivity per stoichiometry


def doubtful(stacks: Stacks, materials: Materials, current: Array, depletion: Array) -> Mask:
    """Points that belong to the accurate tier.

    Salt depletion, or I sum(L/(3 sigma) + L/(3 kappa B)) over the electrodes: a reaction that such a drop moves
    through the electrode is no longer uniform.
    """
    start = materials.start_concentration[stacks.electrolyte]
    negative, _, positive = ohmic_resistances(stacks, materials, start, start, start)
    electronic = electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)
    return (depletion >= MOST_DEPLETION) | (current * (negative + positive + electronic) >= MOST_DROP)


def varying(films: Films) -> Mask:
    """Film cells with a diffusivity that varies with stoichiometry by more than a few parts in a thousand."""
    negative, positive = films.negative, films.positive
    return (np.abs(positive.diffusivity_slope) > LEAST_SLOPE) | (
        ~negative.metal & (np.abs(negative.diffusivity_slope) > LEAST_SLOPE)
    )
