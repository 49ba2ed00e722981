"""Constant-current discharge of porous cells in closed form (composite SPMe), all points at once.

V = U_p(x_p) - U_n(x_n) - eta_p - eta_n + V_T (1 - t+) TDF ln(c_p/c_n) - I (R_electrolyte + R_solid + R_contact),
x_k the surface stoichiometries (``diffusion``), c_k the mean salt concentrations (``electrolyte``).
Beyond depletion number 1 the positive electrode shrinks to the zone that has salt, after the depletion time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.constants import Array, Index, thermal_voltage
from fabplan.estimate.designs import Materials, Porous, Stacks
from fabplan.estimate.diffusion import NONE, SPHERE, surface_excess
from fabplan.estimate.electrolyte import (
    LEAST_CONCENTRATION,
    Salt,
    depletion_time,
    final_salt,
    ohmic_resistances,
    reaction_zone,
    salt,
)
from fabplan.estimate.kinetics import drive, exponential, sinh_argument


@dataclass(frozen=True)
class Solid:
    """Stoichiometry of one electrode during a discharge; columns [n, 1].

    Parameters
    ----------
    ocp : number of the open-circuit table
    shape : of the particle, ``diffusion.SPHERE`` or ``NONE`` for metal
    start : stoichiometry before the discharge
    per_charge : change of the mean per charge, signed [m2/C]
    excess : signed surface excess J R/(D c_max) of f = 1
    relaxation : D/R^2 [1/s]
    driven : ``kinetics.drive``
    """

    ocp: Index
    shape: Index
    start: Array
    per_charge: Array
    excess: Array
    relaxation: Array
    driven: Array


@dataclass(frozen=True)
class Discharge:
    """Closed-form discharge of n points; columns [n, 1] against charges [n, q].

    Parameters
    ----------
    current : [A/m2]
    negative, positive : the electrodes
    start_salt, negative_salt, positive_salt : salt before, and its change over the whole transient [mol/m3]
    salt_time : relaxation time [s]
    resistance : a, b, c of a + b e + c e^2 over the passed part e of the transient [ohm m2]
    kinetic_scale, diffusion_scale : V_T, V_T (1 - t+) TDF [V]
    front_charge : charge after which the positive electrode shrinks to ``zone`` [C/m2]
    haste : the transient ends when this times its passed part is 1: the depletion number, at least 1
    has_front : any point is depleted
    """

    current: Array
    negative: Solid
    positive: Solid
    start_salt: Array
    negative_salt: Array
    positive_salt: Array
    salt_time: Array
    resistance: tuple[Array, Array, Array]
    kinetic_scale: Array
    diffusion_scale: Array
    front_charge: Array
    zone: Array
    haste: Array
    has_front: bool

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        """Surface stoichiometries and voltage loss.

        Parameters
        ----------
        charge : delivered [C/m2], shape [n, q]

        Returns
        -------
        positive, negative surface stoichiometry, and loss [V]
        """
        time = charge / self.current
        passed = -np.expm1(-time / self.salt_time)
        if self.has_front:
            passed = np.minimum(passed * self.haste, 1.0)
        salt_n = self.start_salt + self.negative_salt * passed
        salt_p = np.maximum(self.start_salt + self.positive_salt * passed, LEAST_CONCENTRATION)
        x_n = _surface(self.negative, charge, time)
        if self.has_front:
            x_p, driven = self._behind_front(charge, time)
        else:
            x_p, driven = _surface(self.positive, charge, time), self.positive.driven
        steep = exponential(sinh_argument(driven, salt_p, x_p)) * exponential(
            sinh_argument(self.negative.driven, salt_n, x_n)
        )
        first, second, third = self.resistance
        ohmic = self.current * (first + passed * (second + passed * third))
        loss = self.kinetic_scale * np.log(steep) + self.diffusion_scale * np.log(salt_n / salt_p) + ohmic
        return x_p, x_n, loss

    def _behind_front(self, charge: Array, time: Array) -> tuple[Array, Array]:
        """Positive electrode that shrinks to its zone: stoichiometry and kinetic drive."""
        side, late = self.positive, charge > self.front_charge
        extra = np.maximum(charge - self.front_charge, 0.0)
        gain = 1.0 / self.zone - 1.0
        delayed = surface_excess(side.shape, extra / self.current * side.relaxation)
        x_p = _surface(side, charge, time) + gain * (side.per_charge * extra + side.excess * delayed)
        return x_p, np.where(late, side.driven / self.zone, side.driven)


def _surface(side: Solid, charge: Array, time: Array) -> Array:
    excess = surface_excess(side.shape, time * side.relaxation)
    return side.start + side.per_charge * charge + side.excess * excess


def discharge(stacks: Stacks, materials: Materials, current: Array, found: Salt | None = None) -> Discharge:
    """Everything of a discharge that does not change with time.

    Parameters
    ----------
    stacks : designs, one row per point [n]
    current : [A/m2]
    found : steady salt, if already known
    """
    found = found or salt(stacks, materials, current)
    zone = reaction_zone(stacks, found)
    final = final_salt(found, zone)
    scale = thermal_voltage(stacks.temperature)
    lag = (1.0 - materials.transference[stacks.electrolyte]) * materials.thermodynamic_factor[stacks.electrolyte]
    return Discharge(
        current=current[:, None],
        negative=_solid(stacks.negative, current, -1.0),
        positive=_solid(stacks.positive, current, 1.0),
        start_salt=found.start[:, None],
        negative_salt=(final[0] - found.start)[:, None],
        positive_salt=(final[2] - found.start)[:, None],
        salt_time=found.time[:, None],
        resistance=_resistance_over_time(stacks, materials, found.start, final, zone),
        kinetic_scale=scale[:, None],
        diffusion_scale=(scale * lag)[:, None],
        front_charge=(depletion_time(found) * current)[:, None],
        zone=zone[:, None],
        haste=np.maximum(found.depletion, 1.0)[:, None],
        has_front=bool(np.any(zone < 1.0)),
    )


def _solid(side: Porous, current: Array, sign: float) -> Solid:
    per_particle_area = current / side.reaction_area
    slowness = side.particle_radius / side.solid_diffusivity
    sites = side.site_charge / (side.active_fraction * side.thickness + side.metal)  # F c_max [C/m3]
    return Solid(
        ocp=side.ocp[:, None],
        shape=np.where(side.metal, NONE, SPHERE)[:, None],
        start=side.sto_full[:, None],
        per_charge=(sign / side.site_charge)[:, None],
        excess=(sign * per_particle_area * slowness / sites)[:, None],
        relaxation=(1.0 / (slowness * side.particle_radius))[:, None],
        driven=drive(per_particle_area, side.exchange_current)[:, None],
    )


def _resistance_over_time(
    stacks: Stacks, materials: Materials, start: Array, final: tuple[Array, Array, Array], zone: Array
) -> tuple[Array, Array, Array]:
    """Series resistance as a + b e + c e^2 over the passed part e of the salt's transient [ohm m2].

    The conductivity follows the mean concentrations, which run linearly in e: three values of e fix the parabola.
    """
    fixed = stacks.contact_resistance + electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)

    def at(passed: float) -> Array:
        salts = [start + passed * (end - start) for end in final]
        negative, separator, positive = ohmic_resistances(stacks, materials, *salts)
        return fixed + negative + separator + positive * (1.0 - passed * (1.0 - zone))

    begin, middle, end = at(0.0)[:, None], at(0.5)[:, None], at(1.0)[:, None]
    return begin, 4.0 * middle - 3.0 * begin - end, 2.0 * (begin + end) - 4.0 * middle


def electronic_resistance(side: Porous) -> Array:
    """L/(3 sigma), mean electronic drop of a uniform reaction [ohm m2]; 0 for metal."""
    return side.thickness / (3.0 * side.conductivity)


def longest_charge(stacks: Stacks) -> Array:
    """Charge after which an electrode is full or empty [C/m2]."""
    positive = (1.0 - stacks.positive.sto_full) * stacks.positive.site_charge
    negative = stacks.negative.sto_full * stacks.negative.site_charge
    return np.minimum(positive, negative)
