"""Dose that a self-limiting precursor needs in deep relief.

Symbols in formulas: θ coverage, β sticking probability, a equivalent aspect ratio, p pressure,
t time, m mass of a molecule, s area of a site.
"""

from __future__ import annotations

import math

BOLTZMANN = 1.380649e-23  # J/K
AVOGADRO = 6.02214076e23  # 1/mol


def exposure_unit(molar_mass: float, temperature: float, site_area: float) -> float:
    """Exposure that brings one molecule to each site of flat ground [Pa s], ``√(2πmkT)/s`` (Hertz and Knudsen).

    Parameters
    ----------
    molar_mass : of the precursor [kg/mol]
    temperature : of the gas [K]
    site_area : plan area of one site [m²]
    """
    mass = molar_mass / AVOGADRO
    return math.sqrt(2.0 * math.pi * mass * BOLTZMANN * temperature) / site_area


def via_dose(aspect_ratio: float, sticking: float, coverage: float) -> float:
    """Dose of a via in units of `exposure_unit`: ``1 + 19/4·a + 3/2·a² + ln(1/(1−θ))/β``.

    The first three terms: Gordon et al., Chem. Vap. Deposition 2003, for certain sticking; the last
    one: upper bound of the continuum model. 0 to 9 % above a converged ballistic model for aspect
    ratios of 5 and more.

    Parameters
    ----------
    aspect_ratio : depth over diameter
    sticking : probability that a molecule reacts where it lands
    coverage : of the bottom, below 1
    """
    a = aspect_ratio
    return 1.0 + 4.75 * a + 1.5 * a**2 + math.log(1.0 / (1.0 - coverage)) / sticking


def slit_transmission(depth: float) -> float:
    """Transmission probability of an infinite slit of depth over width ``depth`` (Berman, J. Appl. Phys. 1965)."""
    if depth < 1e-6:
        return 1.0
    x, s = depth, math.sqrt(1.0 + depth**2)
    # The two terms cancel to 1/x**2 for deep slits; double precision holds 1e-4 up to x = 1e3.
    return 0.5 * (1.0 + s - x) - (1.5 * (x - math.log(x + s)) ** 2) / (x**3 + 3.0 * x**2 + 4.0 - (x**2 + 4.0) * s)


def trench_dose(aspect_ratio: float, sticking: float, coverage: float, steps: int = 400) -> float:
    """Dose of a trench in units of `exposure_unit`: ``∫₀ᵃ 2/W dx + 1/W(a) + ln(1/(1−θ))/β``.

    W: `slit_transmission`. 0 to 28 % above a converged ballistic model; the via formula with half
    the aspect ratio would be up to 83 % above.

    Parameters
    ----------
    aspect_ratio : depth over width
    sticking : probability that a molecule reacts where it lands
    coverage : of the bottom, below 1
    steps : of the midpoint rule
    """
    width = aspect_ratio / steps
    side = sum(2.0 * width / slit_transmission((i + 0.5) * width) for i in range(steps))
    return side + 1.0 / slit_transmission(aspect_ratio) + math.log(1.0 / (1.0 - coverage)) / sticking


def precursor_mass(area: float, site_area: float, molar_mass: float, utilisation: float) -> float:
    """Precursor that one saturating pulse takes [kg], ``A M / (s N_A u)``.

    Parameters
    ----------
    area : true area of part and chamber [m²]
    site_area : plan area of one site [m²]
    molar_mass : of the precursor [kg/mol]
    utilisation : share of the precursor that reacts
    """
    return area * molar_mass / (site_area * AVOGADRO * utilisation)
