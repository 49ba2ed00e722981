"""What processes share that grow a layer by charge: Faraday's law and the charge to stop at.

Symbols in formulas: j current density, M molar mass, η efficiency, n electrons, F Faraday constant, ρ density,
ε share that is no deposit.
"""

from __future__ import annotations

import math

from fabplan.methods._sheet import product, ratio

FARADAY = 96485.33212  # C/mol, CODATA 2018


def growth_rate(
    current_density: float | None,
    molar_mass: float | None,
    electrons: float | None,
    density: float | None,
    efficiency: float | None,
    empty: float | None,
) -> float | None:
    """Growth rate [m/s]: ``j M η/(n F ρ (1−ε))`` (Faraday's law); None when one of them is unknown.

    Parameters
    ----------
    current_density : per area that grows [A/m²]
    molar_mass, electrons, density : of what grows [kg/mol, 1, kg/m³]
    efficiency : share of the charge that deposits
    empty : volume share of pores, or of a template that stands in the deposit
    """
    solid = None if empty is None else 1.0 - empty
    upper = product(current_density, molar_mass, efficiency)
    return ratio(upper, product(electrons, FARADAY, density, solid))


def mean_current(peak: float, on: float, off: float, reverse: float = 0.0, back: float = 0.0) -> float:
    """Mean of a pulse train [A/m²]: ``(jₚ t_on − j_r t_r)/(t_on + t_off + t_r)``.

    Parameters
    ----------
    peak, on, off : current density of the pulse [A/m²], its time and the pause after it [s]
    reverse, back : current density of a reverse pulse [A/m²] and its time [s]
    """
    return (peak * on - reverse * back) / (on + off + back)


def pulse_layer(diffusivity: float, on: float, duty: float) -> float:
    """Depth that the bath is emptied to within a pulse [m]: ``√(2 D t_on (1 − duty))`` (Ibl 1980).

    Parameters
    ----------
    diffusivity : of the ion [m²/s]
    on, duty : time of the pulse [s], its share of the period
    """
    return math.sqrt(2.0 * diffusivity * on * (1.0 - duty))


def limiting_current(electrons: float, diffusivity: float, concentration: float, layer: float) -> float:
    """Current density at which the surface runs empty [A/m²]: ``n F D c/δ`` (Fick).

    Parameters
    ----------
    electrons : per ion
    diffusivity, concentration : of the ion [m²/s, mol/m³]
    layer : diffusion layer δ [m]
    """
    return electrons * FARADAY * diffusivity * concentration / layer
