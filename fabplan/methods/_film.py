"""Stress in films and the thickness at which it cracks them.

Symbols in formulas: E modulus, ν Poisson ratio, t thickness, R radius of curvature, α expansion, σ stress.
"""

from __future__ import annotations


def stoney_stress(modulus: float, poisson: float, substrate: float, film: float, radius: float) -> float:
    """Film stress from the bow of its substrate [Pa], ``E tₛ²/(6 (1−ν) t_f R)`` (Stoney 1909, biaxial form).

    Parameters
    ----------
    modulus, poisson : of the substrate [Pa, 1]
    substrate, film : thicknesses [m]
    radius : of curvature [m]
    """
    return modulus * substrate**2 / (6.0 * (1.0 - poisson) * film * radius)


def thermal_stress(modulus: float, poisson: float, expansion_difference: float, cooling: float) -> float:
    """Elastic bound of the stress after cooling [Pa], ``E/(1−ν) Δα ΔT``; positive is tension in the film.

    Parameters
    ----------
    modulus, poisson : of the film [Pa, 1]
    expansion_difference : expansion of film less that of substrate [1/K]
    cooling : temperature difference [K]
    """
    return modulus / (1.0 - poisson) * expansion_difference * cooling


def critical_thickness(toughness: float, stress: float, geometry: float) -> float:
    """Thickness above which a film in tension cracks [m], ``(K/(Z σ))²`` (Griffith; Z depends on the crack).

    Parameters
    ----------
    toughness : of the film [Pa √m]
    stress : in the film [Pa], tension positive
    geometry : Z, about 2 for a crack that channels through the film
    """
    return (toughness / (geometry * stress)) ** 2
