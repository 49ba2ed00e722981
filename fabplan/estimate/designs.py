"""Designs as structures of arrays: what the formulas take.

Every array is one value per design, shape [n]. Lithium metal is an electrode of zero thickness
and fixed stoichiometry, so that mixed blocks need no branches.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Index, Mask
from fabplan.estimate.tables import TableStack


@dataclass(frozen=True)
class Porous:
    """A porous electrode.

    Parameters
    ----------
    metal : True for lithium metal; then only ``exchange_current`` counts
    ocp : number of the open-circuit table
    thickness : along the current [m]
    storage : salt-holding volume fraction (porosity, covers included)
    transport : effective over bulk conductivity of the electrolyte phase
    particle_radius : [m]
    active_fraction : volume fraction of active material
    solid_diffusivity : [m2/s]
    exchange_current : at half stoichiometry and 1000 mol/m3 [A/m2]
    conductivity : effective electronic [S/m]
    concentration_max : lithium sites in the active material [mol/m3]
    sto_full, sto_empty : stoichiometry of the charged and the discharged cell
    """

    metal: Mask
    ocp: Index
    thickness: Array
    storage: Array
    transport: Array
    particle_radius: Array
    active_fraction: Array
    solid_diffusivity: Array
    exchange_current: Array
    conductivity: Array
    concentration_max: Array
    sto_full: Array
    sto_empty: Array

    @property
    def reaction_area(self) -> Array:
        """Particle surface per plan area, a L = 3 eps_am L / R (1 for metal).

        Returns
        -------
        dimensionless, m2 per m2 [n].
        """
        return np.where(self.metal, 1.0, 3.0 * self.active_fraction * self.thickness / self.particle_radius)

    @property
    def site_charge(self) -> Array:
        """Charge of all sites per plan area [C/m2] (endless for metal)."""
        sites = FARADAY * self.concentration_max * self.active_fraction * self.thickness
        return np.where(self.metal, np.inf, sites)


@dataclass(frozen=True)
class Stacks:
    """Planar cells of porous electrodes; also what interdigital cells are mapped to.

    Parameters
    ----------
    negative, positive : the electrodes
    electrolyte : number of the electrolyte
    separator_thickness, separator_storage, separator_transport : as in ``Porous``
    contact_resistance : [ohm m2]
    temperature : [K]
    cutoff : voltage at which the discharge ends [V]
    one_c_current : [A/m2]
    scale : plan area per result unit [m2 per m2, or m2 per metre of finger]
    foot : of interdigital cells and pillars: how much less salt the foot of the cathode, or its middle, has than the
        planar profile says at the back, over the planar fall C (see ``electrolyte``); None for planar cells
    """

    negative: Porous
    positive: Porous
    electrolyte: Index
    separator_thickness: Array
    separator_storage: Array
    separator_transport: Array
    contact_resistance: Array
    temperature: Array
    cutoff: Array
    one_c_current: Array
    scale: Array
    foot: Array | None = None


@dataclass(frozen=True)
class Film:
    """A dense film electrode, planar or a shell around a wire.

    Parameters
    ----------
    metal, ocp, exchange_current, concentration_max, sto_full, sto_empty : as in ``Porous``
    thickness : [m]
    diffusivity : at stoichiometry 0.7 [m2/s]
    diffusivity_slope : b of D = D_s 10^(b (0.7 - x))
    flux_radius, blocked_radius : of the faces to electrolyte and collector [m]; infinite for planar films
    """

    metal: Mask
    ocp: Index
    thickness: Array
    diffusivity: Array
    diffusivity_slope: Array
    exchange_current: Array
    concentration_max: Array
    sto_full: Array
    sto_empty: Array
    flux_radius: Array
    blocked_radius: Array

    @property
    def face_area(self) -> Array:
        """Area to the electrolyte, per m2 (planar: 1) or per metre of wire [m]."""
        return np.where(np.isinf(self.flux_radius), 1.0, 2.0 * np.pi * _finite(self.flux_radius))

    @property
    def volume(self) -> Array:
        """Per m2 [m] or per metre of wire [m2]."""
        annulus = np.pi * np.abs(_finite(self.flux_radius) ** 2 - _finite(self.blocked_radius) ** 2)
        return np.where(np.isinf(self.flux_radius), self.thickness, annulus)

    @property
    def site_charge(self) -> Array:
        """Charge of all sites, per m2 or per metre [C] (endless for metal)."""
        return np.where(self.metal, np.inf, FARADAY * self.concentration_max * self.volume)


@dataclass(frozen=True)
class Films:
    """Thin-film cells with a single-ion solid electrolyte.

    Parameters
    ----------
    negative, positive : the electrodes
    electrolyte_conductivity : [S/m]
    electrolyte_resistance, contact_resistance : per m2 [ohm m2] or per metre of wire [ohm m]
    temperature, cutoff : [K], [V]
    one_c_current : per m2 [A/m2] or per metre of wire [A/m]
    """

    negative: Film
    positive: Film
    electrolyte_conductivity: Array
    electrolyte_resistance: Array
    contact_resistance: Array
    temperature: Array
    cutoff: Array
    one_c_current: Array


@dataclass(frozen=True)
class Fingers:
    """Geometry of interdigital cells, from the middle of one finger to the middle of its neighbour.

    Parameters
    ----------
    anode_width, cathode_width, gap, height : [m]; the height of the lower finger
    lid : height of the electrolyte above the floor, at least that of the fingers [m]
    anode_rise, cathode_rise : height of each finger over that of the lower one; None where all are equally high
    """

    anode_width: Array
    cathode_width: Array
    gap: Array
    height: Array
    lid: Array
    anode_rise: Array | None = None
    cathode_rise: Array | None = None

    @property
    def rises(self) -> tuple[Array, Array]:
        """Both, 1 where they are not given.

        Returns
        -------
        dimensionless, at least 1 [n] each.
        """
        same = np.ones_like(self.height)
        anode = same if self.anode_rise is None else self.anode_rise
        return anode, same if self.cathode_rise is None else self.cathode_rise

    @property
    def uneven(self) -> Mask:
        """Cells whose fingers differ in height.

        Returns
        -------
        [n].
        """
        anode, cathode = self.rises
        return np.asarray(np.maximum(anode, cathode) > 1.0)


@dataclass(frozen=True)
class Materials:
    """Tables that designs refer to by number.

    Parameters
    ----------
    ocp : open-circuit voltages over stoichiometry 0..1 [V]
    electrolyte_conductivity, electrolyte_diffusivity : over concentration [S/m], [m2/s]
    transference, thermodynamic_factor, start_concentration : per electrolyte; the last in mol/m3
    """

    ocp: TableStack
    electrolyte_conductivity: TableStack
    electrolyte_diffusivity: TableStack
    transference: Array
    thermodynamic_factor: Array
    start_concentration: Array


_Designs = TypeVar("_Designs", Porous, Stacks, Film, Films, Fingers)


def take(designs: _Designs, rows: Index | slice) -> _Designs:
    """The same structure for some of the designs, in that order.

    Returns
    -------
    every array [rows].
    """
    picked: dict[str, Any] = {}
    for field in fields(designs):
        part: Any = getattr(designs, field.name)
        picked[field.name] = _take_part(part, rows)
    return type(designs)(**picked)


def _take_part(part: Any, rows: Index | slice) -> Any:
    if part is None or isinstance(part, Porous):
        return None if part is None else take(part, rows)
    return take(part, rows) if isinstance(part, Film) else part[rows]


def _finite(radius: Array) -> Array:
    return np.where(np.isinf(radius), 0.0, radius)
