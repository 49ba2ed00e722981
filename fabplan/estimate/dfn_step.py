"""One implicit time step of the porous-electrode model: damped Newton on salt and current of all mesh cells.

Unknowns per mesh cell k: salt c_k and electrolyte current i_k through its far face. Equations:
salt      hold_k (alpha c_k - past_k)/h = w_k (c_{k+1} - c_k) - w_{k-1} (c_k - c_{k-1}) + (1-t+)/F (i_k - i_{k-1});
current   psi_{k+1} - psi_k + (I - i_k) s_k - i_k e_k + T (ln c_{k+1} - ln c_k) = 0 at faces within an electrode,
with psi = U(x) + V_T asinh(j/(2 i0)) the potential between solid and electrolyte, j_k = (i_k - i_{k-1})/area_k the
current density out of the particles, x = x0_k - x1_k j_k their surface stoichiometry, s and e the electronic and
ionic resistance between neighbours, T = V_T (1-t+) TDF.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.block_tridiagonal import solve
from fabplan.estimate.constants import REFERENCE_CONCENTRATION, Array, Mask
from fabplan.estimate.designs import Materials
from fabplan.estimate.dfn_cell import Cell
from fabplan.estimate.kinetics import LEAST, drive, sinh_argument

_ITERATIONS = 20
_CURRENT_STEP = 1e-3  # Newton has converged when the next current step is below this part of I (it squares),
_SALT_STEP = 3e-3  # salt steps are below this part of the local salt,
_POTENTIAL_STEP = 5e-3  # and potentials agree to this [V]: where a particle is nearly empty, steps alone tell nothing
_BARRIER = (
    1e-6  # V; added as 1/x - 1/(1-x) to open-circuit voltages so that they end steeply (under 0.04 mV in 0.03..0.97)
)
_KEEP = 0.2  # a Newton step leaves at least this part of salt and of room for lithium


@dataclass(frozen=True)
class Step:
    """What an implicit step starts from.

    Parameters
    ----------
    rate : alpha/h of the time formula [n]
    past : alpha-weighted past salt over h [cells, n]
    sto_fixed, sto_slope : x = sto_fixed - sto_slope j [solids, n]
    link : w, salt conductance to the next cell [cells, n]
    metal_link : the same from the first cell to its outer face, for lithium metal there [n]
    """

    rate: Array
    past: Array
    sto_fixed: Array
    sto_slope: Array
    link: Array
    metal_link: Array


@dataclass(frozen=True)
class Found:
    """Solution of a step.

    Parameters
    ----------
    salt, current : [cells, n]
    density : current density out of the particles [solids, n]
    surface : stoichiometry there [solids, n]
    potential : psi [solids, n]
    resistance : of the electrolyte in half a mesh cell [cells, n]
    converged : [n]
    """

    salt: Array
    current: Array
    density: Array
    surface: Array
    potential: Array
    resistance: Array
    converged: Mask


def links(cell: Cell, materials: Materials, salt: Array) -> tuple[Array, Array]:
    """Salt conductance w between neighbours [cells, n], and from the first cell to its outer face [n]."""
    slow = (
        0.5
        * cell.width
        / cell.transport
        / materials.electrolyte_diffusivity.value(cell.electrolyte, _inside(salt, materials))
    )
    link = np.zeros_like(slow)
    link[:-1] = 1.0 / (slow[1:] + slow[:-1])
    return link, 1.0 / slow[0]


def half_resistances(cell: Cell, materials: Materials, salt: Array) -> tuple[Array, Array]:
    """Electrolyte resistance of half a mesh cell [ohm m2] and minus its slope along salt [cells, n].

    Both belong into the Newton step: where salt runs out the conductivity is proportional to it.
    """
    conductivity, slope = materials.electrolyte_conductivity.value_and_slope(cell.electrolyte, _inside(salt, materials))
    resistance = 0.5 * cell.width / (cell.transport * conductivity)
    return resistance, resistance * slope / conductivity


def _inside(salt: Array, materials: Materials) -> Array:
    return np.minimum(salt, materials.electrolyte_conductivity.high)


def density_of(cell: Cell, current: Array) -> Array:
    """Current density out of the particles [solids, n] from face currents [cells, n]."""
    change = current.copy()
    change[1:] -= current[:-1]
    return np.asarray(change[cell.solids] / cell.area)


@dataclass(frozen=True)
class Potential:
    """psi with its slopes along current density and salt, [solids, n]."""

    value: Array
    per_density: Array
    per_salt: Array


def potential(cell: Cell, materials: Materials, step: Step, density: Array, salt: Array) -> Potential:
    """Potential between solid and electrolyte of each electrode cell.

    Parameters
    ----------
    density : at the particles [A/m2] [solids, n]
    salt : above 0 [mol/m3] [solids, n]

    Returns
    -------
    potential [V] and its slopes over both [solids, n].
    """
    x = step.sto_fixed - step.sto_slope * density
    ocv, ocv_slope = materials.ocp.value_and_slope(cell.ocp, x)
    inverse = 1.0 / np.maximum(x * (1.0 - x), LEAST)
    ocv = ocv + _BARRIER * (1.0 - 2.0 * x) * inverse
    ocv_slope = ocv_slope - _BARRIER * (inverse * inverse - 2.0 * inverse)
    # sinh argument per current density
    driven = 0.25 / cell.exchange_current * np.sqrt(REFERENCE_CONCENTRATION * inverse / salt)
    argument = driven * density
    slope = cell.kinetic_scale / np.sqrt(1.0 + argument * argument)
    along_x = argument * (0.5 - x) * inverse  # minus d(argument)/dx
    return Potential(
        value=ocv + cell.kinetic_scale * np.arcsinh(argument),
        per_density=-ocv_slope * step.sto_slope + slope * (driven + along_x * step.sto_slope),
        per_salt=-0.5 * slope * argument / salt,
    )


def newton(cell: Cell, materials: Materials, step: Step, salt: Array, current: Array, hopeless: Mask) -> Found:
    """Solve a step from a guess of salt and face currents; nobody waits for the ``hopeless`` points.

    Parameters
    ----------
    salt : guess [mol/m3] [cells, n]
    current : guess at the faces between cells [A/m2] [cells, n]
    hopeless : points that may fail [n]
    """
    converged = np.zeros(len(cell.current), dtype=np.bool_)
    for _ in range(_ITERATIONS):
        density = density_of(cell, current)
        here = potential(cell, materials, step, density, salt[cell.solids])
        system = _system(cell, step, salt, current, here, half_resistances(cell, materials, salt))
        change = solve(system)
        # a solved point stands still, so that its answer does not depend on the others
        part = np.where(converged, 0.0, _damping(cell, step, salt, density, change))
        salt = salt + part * change[0]
        current = current + part * change[1]
        quiet = np.abs(change[1]).max(axis=0) < _CURRENT_STEP * cell.current
        quiet &= np.abs(change[0] / salt).max(axis=0) < _SALT_STEP
        quiet &= np.abs(system[1, -1]).max(axis=0) < _POTENTIAL_STEP
        converged = converged | (quiet & (part >= 1.0))
        if (converged | hopeless).all():
            break
    density = density_of(cell, current)
    here = potential(cell, materials, step, density, salt[cell.solids])
    resistance, _ = half_resistances(cell, materials, salt)
    surface = step.sto_fixed - step.sto_slope * density
    return Found(salt, current, density, surface, here.value, resistance, converged & ~hopeless)


def _damping(cell: Cell, step: Step, salt: Array, density: Array, change: Array) -> Array:
    """Largest part of a Newton step, up to 1, that keeps salt and stoichiometry inside their bounds [n]."""
    x = step.sto_fixed - step.sto_slope * density
    x_change = -step.sto_slope * density_of(cell, change[1])
    shrink = np.concatenate([change[0] / salt, x_change / x, -x_change / (1.0 - x)]).min(axis=0)
    return np.asarray(np.minimum(1.0, (1.0 - _KEEP) / np.maximum(-shrink, 1e-30)))


def _system(cell: Cell, step: Step, salt: Array, current: Array, here: Potential, ionic: tuple[Array, Array]) -> Array:
    """Linearised equations in the layout of ``block_tridiagonal``."""
    rows, count = salt.shape
    inside, lag = cell.interior[:-1], cell.flux_per_current
    psi, per_current, per_salt = (np.zeros((rows, count)) for _ in range(3))
    psi[cell.solids], per_salt[cell.solids] = here.value, here.per_salt
    per_current[cell.solids] = here.per_density / cell.area
    per_salt += cell.diffusion_scale / salt  # the term T ln c rides with psi
    total = psi + cell.diffusion_scale * np.log(salt)
    link_before = np.zeros_like(step.link)
    link_before[1:] = step.link[:-1]
    gradient = np.zeros_like(salt)
    gradient[:-1] = step.link[:-1] * np.diff(salt, axis=0)
    inflow = gradient + lag * current
    inflow[1:] -= inflow[:-1].copy()
    resistance = ionic[0][:-1] + ionic[0][1:]
    system = np.zeros((2, 7, rows, count))
    balance, drop = system
    balance[0], balance[1], balance[4] = -link_before, lag, -step.link
    balance[2] = cell.hold * step.rate + step.link + link_before
    balance[3], balance[6] = -lag, cell.hold * (step.past - step.rate * salt) + inflow
    drop[3] = 1.0
    drop[1] = cell.interior * per_current
    drop[2, :-1] = inside * (current[:-1] * ionic[1][:-1] - per_salt[:-1])
    drop[3, :-1] -= inside * (1.0 + per_current[1:] + per_current[:-1] + cell.electronic[:-1] + resistance)
    drop[4, :-1] = inside * (current[:-1] * ionic[1][1:] + per_salt[1:])
    drop[5, :-1] = inside * per_current[1:]
    drop[6, :-1] = inside * (
        current[:-1] * resistance - (cell.current - current[:-1]) * cell.electronic[:-1] - np.diff(total, axis=0)
    )
    return system


def voltage_of(cell: Cell, step: Step, found: Found) -> Array:
    """Cell voltage of a solved step [V], along the path through the cells next to the separator."""
    front = cell.cells - cell.positive
    first = max(cell.negative - 1, 0)
    between = found.resistance[first:front] + found.resistance[first + 1 : front + 1]
    across = (found.current[first:front] * between).sum(axis=0)
    solid = ((cell.current - found.current) * cell.electronic).sum(axis=0) + cell.current * cell.electronic_end
    volts = found.potential[cell.negative] - across - solid - cell.current * cell.contact
    volts = volts + cell.diffusion_scale * np.log(found.salt[front] / found.salt[first])
    if cell.negative:
        return np.asarray(volts - found.potential[cell.negative - 1])
    return np.asarray(volts - _metal_loss(cell, step, found))


def _metal_loss(cell: Cell, step: Step, found: Found) -> Array:
    """Overpotential of lithium metal and of the half cell of electrolyte beside it [V]."""
    salt = found.salt[0] + cell.flux_per_current * cell.current / step.metal_link
    argument = sinh_argument(drive(cell.current, cell.metal_current), salt, 0.5)
    return np.asarray(
        cell.kinetic_scale * np.arcsinh(argument)
        + cell.current * found.resistance[0]
        + cell.diffusion_scale * np.log(salt / found.salt[0])
    )
