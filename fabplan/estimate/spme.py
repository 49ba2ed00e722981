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
from fabplan.estimate.diffusion import NONE, SPHERE, excess_at
from fabplan.estimate.electrolyte import (
    LEAST_CONCENTRATION,
    Salt,
    depletion_time,
    final_salt,
    ohmic_resistances,
    reaction_zone,
    salt,
)
from fabplan.estimate.kinetics import drive, growth


@dataclass(frozen=True)
class Solid:
    """Stoichiometry of one electrode during a discharge [n].

    Parameters
    ----------
    ocp : number of the open-circuit table
    shape : of the particle, ``diffusion.SPHERE`` or ``NONE`` for metal
    start : stoichiometry before the discharge
    per_charge : change of the mean per charge, signed [m2/C]
    excess : signed surface excess J R/(D c_max) of f = 1
    pace : sqrt(D)/R [1/sqrt(s)]
    driven : ``kinetics.drive``
    """

    ocp: Index
    shape: Index
    start: Array
    per_charge: Array
    excess: Array
    pace: Array
    driven: Array


@dataclass(frozen=True)
class Discharge:
    """Closed-form discharge of n points; constants [n] against charges [q, n] or [n].

    Parameters
    ----------
    current : [A/m2]
    negative, positive : the electrodes
    start_salt, negative_salt, positive_salt : salt before, and its change over the whole transient [mol/m3]
    salt_time : relaxation time [s]
    ohmic : a, b, c of the ohmic drop a + b e + c e^2 over the passed part e of the transient [V]
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
    ohmic: tuple[Array, Array, Array]
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
        charge : delivered [C/m2], shape [q, n] or [n]: points along the last axis, which is the long one

        Returns
        -------
        positive, negative surface stoichiometry, and loss [V]
        """
        root = np.sqrt(charge / self.current)
        passed = 1.0 - np.exp(charge * (-1.0 / (self.current * self.salt_time)))
        if self.has_front:
            passed = np.minimum(passed * self.haste, 1.0)
        salt_n = self.start_salt + self.negative_salt * passed
        salt_p = np.maximum(self.start_salt + self.positive_salt * passed, LEAST_CONCENTRATION)
        x_n = _surface(self.negative, charge, root)
        if self.has_front:
            x_p, driven = self._behind_front(charge, root)
        else:
            x_p, driven = _surface(self.positive, charge, root), self.positive.driven
        steep = growth(driven, salt_p, x_p) * growth(self.negative.driven, salt_n, x_n)
        first, second, third = self.ohmic
        loss = passed * third
        loss += second
        loss *= passed
        loss += first
        loss += self.kinetic_scale * np.log(steep)
        loss += self.diffusion_scale * np.log(salt_n / salt_p)
        return x_p, x_n, loss

    def _behind_front(self, charge: Array, root: Array) -> tuple[Array, Array]:
        """Positive electrode that shrinks to its zone: stoichiometry and kinetic drive."""
        side, late = self.positive, charge > self.front_charge
        extra = np.maximum(charge - self.front_charge, 0.0)
        gain = 1.0 / self.zone - 1.0
        delayed = excess_at(side.shape, np.sqrt(extra / self.current) * side.pace)
        x_p = _surface(side, charge, root) + gain * (side.per_charge * extra + side.excess * delayed)
        return x_p, np.where(late, side.driven / self.zone, side.driven)


def _surface(side: Solid, charge: Array, root: Array) -> Array:
    """Surface stoichiometry; ``root`` is that of the time [sqrt(s)]."""
    x = excess_at(side.shape, root * side.pace)
    x *= side.excess
    x += side.per_charge * charge
    x += side.start
    return x


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
        current=current,
        negative=_solid(stacks.negative, current, -1.0),
        positive=_solid(stacks.positive, current, 1.0),
        start_salt=found.start,
        negative_salt=final[0] - found.start,
        positive_salt=final[2] - found.start,
        salt_time=found.time,
        ohmic=_drop_over_time(stacks, materials, current, (found.start, *final), zone),
        kinetic_scale=scale,
        diffusion_scale=scale * lag,
        front_charge=depletion_time(found) * current,
        zone=zone,
        haste=np.maximum(found.depletion, 1.0),
        has_front=bool(np.any(zone < 1.0)),
    )


def _solid(side: Porous, current: Array, sign: float) -> Solid:
    per_particle_area = current / side.reaction_area
    slowness = side.particle_radius / side.solid_diffusivity
    sites = side.site_charge / (side.active_fraction * side.thickness + side.metal)  # F c_max [C/m3]
    return Solid(
        ocp=side.ocp,
        shape=np.where(side.metal, NONE, SPHERE),
        start=side.sto_full,
        per_charge=sign / side.site_charge,
        excess=sign * per_particle_area * slowness / sites,
        pace=1.0 / np.sqrt(slowness * side.particle_radius),
        driven=drive(per_particle_area, side.exchange_current),
    )


def _drop_over_time(
    stacks: Stacks, materials: Materials, current: Array, salts: tuple[Array, Array, Array, Array], zone: Array
) -> tuple[Array, Array, Array]:
    """Ohmic drop as a + b e + c e^2 over the passed part e of the salt's transient [V].

    The conductivity follows the mean concentrations, which run linearly in e: three values of e fix the parabola.
    """
    fixed = stacks.contact_resistance + electronic_resistance(stacks.negative) + electronic_resistance(stacks.positive)

    def at(passed: float) -> Array:
        now = [salts[0] + passed * (end - salts[0]) for end in salts[1:]]
        negative, separator, positive = ohmic_resistances(stacks, materials, *now)
        return np.asarray(current * (fixed + negative + separator + positive * (1.0 - passed * (1.0 - zone))))

    begin, middle, end = at(0.0), at(0.5), at(1.0)
    return begin, 4.0 * middle - 3.0 * begin - end, 2.0 * (begin + end) - 4.0 * middle


def electronic_resistance(side: Porous) -> Array:
    """L/(3 sigma), mean electronic drop of a uniform reaction [ohm m2]; 0 for metal."""
    return side.thickness / (3.0 * side.conductivity)


def longest_charge(stacks: Stacks) -> Array:
    """Charge after which an electrode is full or empty [C/m2]."""
    positive = (1.0 - stacks.positive.sto_full) * stacks.positive.site_charge
    negative = stacks.negative.sto_full * stacks.negative.site_charge
    return np.minimum(positive, negative)
