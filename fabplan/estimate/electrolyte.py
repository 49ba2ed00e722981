"""Salt in a planar cell of porous electrodes at constant current (SPMe; Marquis et al. 2019, arXiv:1905.12553).

Legend: a* = (1 - t+) I/F; D_k = D_e(c_k) B_k; A = a* L_n/(3 D_n), B = a* L_s/D_s, C = a* L_p/(3 D_p) [mol/m3];
u the steady deviation at the negative electrode's front; W the salt volume per area [m]; z the part of the
positive electrode that still reacts. Discharge: salt rises in the negative and falls in the positive electrode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Index
from fabplan.estimate.designs import Materials, Stacks

LEAST_CONCENTRATION = 1.0  # mol/m3
_PASSES = 2  # fixed-point passes for D(c)
_LEAST_ZONE = 0.01


@dataclass(frozen=True)
class Salt:
    """Steady salt profile of a current, [n] each.

    Parameters
    ----------
    start : concentration before the discharge [mol/m3]
    negative, separator, positive : steady mean deviation from it
    back : steady deviation at the positive collector; ``-back/start`` is the depletion number
    rise_negative, fall_separator, fall_positive : A, B, C
    time : relaxation time [s]
    """

    start: Array
    negative: Array
    separator: Array
    positive: Array
    back: Array
    rise_negative: Array
    fall_separator: Array
    fall_positive: Array
    time: Array

    @property
    def depletion(self) -> Array:
        """Depletion number: 1 where the steady salt just reaches zero at the back.

        Returns
        -------
        dimensionless, negative on charging [n].
        """
        return -self.back / self.start


def salt(stacks: Stacks, materials: Materials, current: Array) -> Salt:
    """Steady profile after two fixed-point passes for D(c).

    Parameters
    ----------
    current : [A/m2], one per design [n]
    """
    start = materials.start_concentration[stacks.electrolyte]
    means = (start, start, start)
    for _ in range(_PASSES):
        found = _profile(stacks, materials, current, start, means)
        means = (start + found.negative, start + found.separator, start + found.positive)
    return found


def salt_flux(materials: Materials, electrolyte: Index, current: Array) -> Array:
    """a* = (1 - t+) I/F [mol/(m2 s)]."""
    return (1.0 - materials.transference[electrolyte]) * current / FARADAY


def _profile(
    stacks: Stacks, materials: Materials, current: Array, start: Array, means: tuple[Array, Array, Array]
) -> Salt:
    negative, positive = stacks.negative, stacks.positive
    flux = salt_flux(materials, stacks.electrolyte, current)
    parts = (
        (negative.transport, negative.thickness / 3.0),
        (stacks.separator_transport, stacks.separator_thickness),
        (positive.transport, positive.thickness / 3.0),
    )
    rise, across, fall = (
        flux
        * length
        / (materials.electrolyte_diffusivity.value(stacks.electrolyte, _inside(mean, materials)) * transport)
        for (transport, length), mean in zip(parts, means, strict=True)
    )
    held_n, held_s, held_p = held_salt(stacks)
    front = -(held_n * rise - held_s * across / 2.0 - held_p * (across + fall)) / (held_n + held_s + held_p)
    behind = front - across
    # Rayleigh quotient of the steady profile: int eps dc^2 / int D dc'^2, the latter a* (A + B + C)
    stored = (
        held_n * (front**2 + 2.0 * front * rise + 1.2 * rise**2)
        + held_s * (front**2 - front * across + across**2 / 3.0)
        + held_p * (behind**2 - 2.0 * behind * fall + 1.2 * fall**2)
    )
    return Salt(
        start=start,
        negative=front + rise,
        separator=front - across / 2.0,
        positive=behind - fall,
        back=behind - 1.5 * fall,
        rise_negative=rise,
        fall_separator=across,
        fall_positive=fall,
        time=stored / (flux * (rise + across + fall)),
    )


def held_salt(stacks: Stacks) -> tuple[Array, Array, Array]:
    """Salt-holding volume per area of negative, separator and positive [m]."""
    negative = stacks.negative.storage * stacks.negative.thickness
    positive = stacks.positive.storage * stacks.positive.thickness
    return negative, stacks.separator_storage * stacks.separator_thickness, positive


def _inside(concentration: Array, materials: Materials) -> Array:
    return np.clip(concentration, LEAST_CONCENTRATION, materials.electrolyte_diffusivity.high)


def ohmic_resistances(
    stacks: Stacks, materials: Materials, negative: Array, separator: Array, positive: Array
) -> tuple[Array, Array, Array]:
    """Ionic area resistances L/(3 kappa B), L/(kappa B), L/(3 kappa B) at mean concentrations [ohm m2]."""

    def resistance(thickness: Array, transport: Array, concentration: Array) -> Array:
        conductivity = materials.electrolyte_conductivity.value(stacks.electrolyte, _inside(concentration, materials))
        return thickness / (conductivity * transport)

    return (
        resistance(stacks.negative.thickness / 3.0, stacks.negative.transport, negative),
        resistance(stacks.separator_thickness, stacks.separator_transport, separator),
        resistance(stacks.positive.thickness / 3.0, stacks.positive.transport, positive),
    )


def depletion_time(found: Salt) -> Array:
    """Sand-like time at which the back of the positive electrode runs out of salt, infinite below depletion 1 [s]."""
    depletion = found.depletion
    beyond = depletion > 1.0
    return np.where(beyond, -found.time * np.log1p(-1.0 / np.where(beyond, depletion, 2.0)), np.inf)


def reaction_zone(stacks: Stacks, found: Salt) -> Array:
    """z: part of the positive electrode, from its front, that still has salt in the steady state.

    Within the zone salt falls as (1 - y/zL)^2 from 1.5 C z to 0, mean C z/2. Salt conservation
    held_n (1.5 C z + B + A) + held_s (1.5 C z + B/2) + held_p C z^2/2 = c0 W is a quadratic in z;
    1 below depletion number 1.

    Returns
    -------
    dimensionless, 0.01 to 1 [n].
    """
    held_n, held_s, held_p = held_salt(stacks)
    rise, across, fall = found.rise_negative, found.fall_separator, found.fall_positive
    square = 0.5 * held_p * fall
    linear = 1.5 * fall * (held_n + held_s)
    rest = held_n * (rise + across) + held_s * across / 2.0 - found.start * (held_n + held_s + held_p)
    root = np.sqrt(np.maximum(linear**2 - 4.0 * square * rest, 0.0))
    zone = 2.0 * np.maximum(-rest, 0.0) / (linear + root)
    return np.where(found.depletion > 1.0, np.clip(zone, _LEAST_ZONE, 1.0), 1.0)


def final_salt(found: Salt, zone: Array) -> tuple[Array, Array, Array]:
    """Mean salt of negative, separator and positive electrode (of its zone) at the end of the transient [mol/m3].

    The steady profile; beyond depletion number 1, where it would be negative, that of the front.
    """
    front, deep = 1.5 * found.fall_positive * zone, found.depletion > 1.0
    across, rise = found.fall_separator, found.rise_negative
    return (
        np.where(deep, front + across + rise, found.start + found.negative),
        np.where(deep, front + across / 2.0, found.start + found.separator),
        np.where(deep, front / 3.0, found.start + found.positive),
    )
