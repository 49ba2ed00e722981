"""Symmetric Butler-Volmer kinetics.

j = 2 i0 sinh(F eta/(2RT)), so eta = V_T asinh(j/(2 i0)) with V_T = 2RT/F;
i0 = i0_ref sqrt(c/1000) 2 sqrt(x(1-x)) for insertion, i0_ref sqrt(c/1000) for lithium metal,
which is the same with x = 1/2.
"""

from __future__ import annotations

import numpy as np

from fabplan.estimate.constants import REFERENCE_CONCENTRATION, Array

LEAST = 1e-12  # floor of x(1-x) and of c/1000: keeps the logarithm finite where a discharge has ended


def drive(current_density: Array, exchange_current: Array) -> Array:
    """k of sinh(F eta/2RT) = k / sqrt(c/1000 x(1-x)): current per reaction area over 4 i0_ref.

    Returns
    -------
    dimensionless [shape of both broadcast]; both in A per m2 of particle surface [A/m2].
    """
    return current_density / (4.0 * exchange_current)


def sinh_argument(driven: Array, concentration: Array | float, stoichiometry: Array | float) -> Array:
    """sinh(F eta/2RT) from ``drive``, salt [mol/m3] and surface stoichiometry."""
    room = np.maximum(stoichiometry * (1.0 - stoichiometry), LEAST)
    salt = np.maximum(concentration * (1.0 / REFERENCE_CONCENTRATION), LEAST)
    return np.asarray(driven / np.sqrt(room * salt))


def growth(driven: Array, concentration: Array | float, stoichiometry: Array) -> Array:
    """exp(F eta/2RT) = (k + sqrt(k^2 + s))/sqrt(s) with s = c/1000 x(1-x): root and quotient once.

    Parameters
    ----------
    driven : ``drive``
    concentration : salt, positive [mol/m3]
    stoichiometry : of the surface; all broadcast against each other
    """
    room = np.maximum(stoichiometry * (1.0 - stoichiometry), LEAST)
    room *= concentration * (1.0 / REFERENCE_CONCENTRATION)
    return np.asarray((driven + np.sqrt(driven * driven + room)) / np.sqrt(room))


def exchange_current(reference: Array, concentration: Array, stoichiometry: Array) -> Array:
    """i0 [A/m2] at a salt concentration [mol/m3] and surface stoichiometry."""
    room = np.maximum(stoichiometry * (1.0 - stoichiometry), LEAST)
    return reference * 2.0 * np.sqrt(room * concentration / REFERENCE_CONCENTRATION)
