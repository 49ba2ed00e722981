"""Direct-current resistance of cells, split into its parts, at a state of charge and after a pulse time.

Every part is a chord, voltage loss over current at the given C-rate; at small rates it is the slope. Electrodes
follow Newman and Tobias 1962 (``ladder.porous_electrode``) on the planar cell, which for interdigital cells includes
cover and base collector. Against reference discharges (42 porous cells from full charge, 0.1 C): median 0.15 %,
worst 2.7 % up to 1 s; 3.6 % at 10 s.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.estimate import film, spme
from fabplan.estimate.cells import Cells
from fabplan.estimate.constants import REFERENCE_CONCENTRATION, SECONDS_PER_HOUR, Array, thermal_voltage
from fabplan.estimate.designs import Films, Materials, Porous, Stacks
from fabplan.estimate.diffusion import surface_excess
from fabplan.estimate.electrolyte import ohmic_resistances, salt
from fabplan.estimate.kinetics import exchange_current
from fabplan.estimate.ladder import porous_electrode


@dataclass(frozen=True)
class Resistances:
    """Parts of the resistance, one value per cell: [ohm m2], or [ohm m] for coaxial and interdigital cells.

    Parameters
    ----------
    electrolyte : separator, gap or solid electrolyte
    negative_ionic, negative_electronic, negative_kinetics : of the electrodes
    positive_ionic, positive_electronic, positive_kinetics : of the electrodes
    diffusion : of lithium in both electrodes, by the slope of the open-circuit voltage
    salt : concentration difference in the electrolyte
    contact : as given
    """

    electrolyte: Array
    negative_ionic: Array
    negative_electronic: Array
    negative_kinetics: Array
    positive_ionic: Array
    positive_electronic: Array
    positive_kinetics: Array
    diffusion: Array
    salt: Array
    contact: Array

    @property
    def total(self) -> Array:
        """Sum of all parts."""
        parts = [getattr(self, field.name) for field in fields(self)]
        return np.asarray(np.sum(parts, axis=0))


@dataclass(frozen=True)
class Pulse:
    """A current step: the state it starts from and when it is read.

    Parameters
    ----------
    discharged : part of the 1C charge already taken, 0 to 1
    seconds : time after the step; 0 for the first moment
    c_rate : of the step; kinetics get easier with it
    """

    discharged: float = 0.0
    seconds: float = 0.0
    c_rate: float = 0.1


def dc_resistance(cells: Cells, pulse: Pulse | None = None) -> Array:
    """Resistance per cell: sum of ``resistance_parts``."""
    return resistance_parts(cells, pulse).total


def resistance_parts(cells: Cells, pulse: Pulse | None = None) -> Resistances:
    """Resistance of every cell, in the order of the file.

    Parameters
    ----------
    pulse : state, time and rate; the first moment of a small step from full charge where left out
    """
    pulse = pulse or Pulse()
    for name, most in (("discharged", 1.0), ("seconds", 1e9), ("c_rate", 1e6)):
        value = getattr(pulse, name)
        if not 0.0 <= value <= most or (name == "c_rate" and value == 0.0):
            raise BadInput(Problem("outside the allowed range", name, str(value), f"0 to {most:g}"))
    columns = {field.name: np.zeros(len(cells.ids)) for field in fields(Resistances)}
    for group in cells.groups:
        with np.errstate(all="ignore"):
            if isinstance(group.designs, Films):
                own = _films(group.designs, cells.materials, pulse)
            else:
                own = _stacks(group.designs, cells.materials, pulse)
        for name, column in columns.items():
            column[group.places] = getattr(own, name)
    return Resistances(**columns)


def _stacks(stacks: Stacks, materials: Materials, pulse: Pulse) -> Resistances:
    probe = stacks.one_c_current * pulse.c_rate
    found = salt(stacks, materials, probe)
    start = found.start
    ionic_n, across, ionic_p = ohmic_resistances(stacks, materials, start, start, start)
    charge = stacks.one_c_current * SECONDS_PER_HOUR * pulse.discharged
    negative = _electrode(stacks.negative, 3.0 * ionic_n, charge, start, stacks.temperature, probe, -1.0)
    positive = _electrode(stacks.positive, 3.0 * ionic_p, charge, start, stacks.temperature, probe, 1.0)
    lag = (1.0 - materials.transference[stacks.electrolyte]) * materials.thermodynamic_factor[stacks.electrolyte]
    spread = (found.negative - found.positive) / (start * probe) * -np.expm1(-pulse.seconds / found.time)
    model = spme.discharge(stacks, materials, probe, found)
    diffusion = _diffusion(model, materials, charge, pulse.seconds)
    parts = (
        across,
        *negative,
        *positive,
        diffusion,
        thermal_voltage(stacks.temperature) * lag * spread,
        stacks.contact_resistance,
    )
    return Resistances(*(part / stacks.scale for part in parts))


def _electrode(
    side: Porous, ionic: Array, charge: Array, salt_now: Array, temperature: Array, current: Array, sign: float
) -> tuple[Array, Array, Array]:
    """Ionic, electronic and kinetic part of an electrode [ohm m2].

    Kinetics is the chord R_ct = V_T asinh(I/(2 i0 a L))/I; what Newman and Tobias have beyond it is shared
    as L/kappa to L/sigma.

    Parameters
    ----------
    ionic : L/(kappa B) [ohm m2]
    charge : taken from the full cell [C/m2]
    """
    x = side.sto_full + sign * charge / side.site_charge
    kinetic = _kinetic(exchange_current(side.exchange_current, salt_now, x) * side.reaction_area, temperature, current)
    electronic = 3.0 * spme.electronic_resistance(side)
    thick = np.where(side.metal, 1.0, side.thickness)
    safe_ionic = np.where(side.metal, 1.0, ionic)
    whole = porous_electrode(thick, thick / safe_ionic, side.conductivity, 1.0 / (kinetic * thick))
    rest = np.where(side.metal, 0.0, whole - kinetic)
    share = np.where(side.metal, 1.0, ionic / np.where(side.metal, 1.0, ionic + electronic))
    return rest * share, rest * (1.0 - share), kinetic


def _kinetic(exchange: Array, temperature: Array, current: Array) -> Array:
    """V_T asinh(I/(2 I0))/I with I0 the exchange current of the whole electrode."""
    return np.asarray(thermal_voltage(temperature) * np.arcsinh(current / (2.0 * exchange)) / current)


def _diffusion(
    model: spme.Discharge | film.FilmDischarge, materials: Materials, charge: Array, seconds: float
) -> Array:
    """Fall of U_p - U_n from the mean stoichiometry before the step to the surface at its end, over the current."""
    total = np.zeros(len(charge))
    time = np.full((len(charge), 1), seconds)
    for side, sign in ((model.positive, 1.0), (model.negative, -1.0)):
        before = side.start + side.per_charge * charge[:, None]
        after = (
            before
            + side.per_charge * model.current * seconds
            + side.excess * surface_excess(side.shape, time * side.relaxation)
        )
        fall = materials.ocp.value(side.ocp, before) - materials.ocp.value(side.ocp, after)
        total = total + (sign * fall / model.current)[:, 0]
    return total


def _films(films: Films, materials: Materials, pulse: Pulse) -> Resistances:
    probe = films.one_c_current * pulse.c_rate
    charge = films.one_c_current * SECONDS_PER_HOUR * pulse.discharged
    model = film.film_discharge(films, probe)
    none = np.zeros(len(charge))
    kinetics = []
    for side, sign in ((films.negative, -1.0), (films.positive, 1.0)):
        x = side.sto_full + sign * charge / side.site_charge
        exchange = (
            exchange_current(side.exchange_current, np.full(len(charge), REFERENCE_CONCENTRATION), x) * side.face_area
        )
        kinetics.append(_kinetic(exchange, films.temperature, probe))
    diffusion = _diffusion(model, materials, charge, pulse.seconds)
    return Resistances(
        films.electrolyte_resistance,
        none,
        none,
        kinetics[0],
        none,
        none,
        kinetics[1],
        diffusion,
        none,
        films.contact_resistance,
    )
