"""Physical constants and the array type that the estimator shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

FARADAY = 96485.33212  # C/mol
GAS_CONSTANT = 8.31446261815324  # J/(mol K)
REFERENCE_CONCENTRATION = 1000.0  # mol/m3, where an exchange current density is stated
SECONDS_PER_HOUR = 3600.0


def thermal_voltage(temperature: Array) -> Array:
    """2RT/F [V], the voltage scale of symmetric kinetics (51.4 mV at 298.15 K)."""
    return 2.0 * GAS_CONSTANT * temperature / FARADAY
