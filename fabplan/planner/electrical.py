"""From materials, recipes and geometry to a `fabplan/cells/1` document that the estimator understands.

Everything that is missing is named: an unknown exchange current or conductivity is taken as not
limiting and said so, since a guess would look like knowledge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.catalog.loader import Catalog
from fabplan.catalog.ocp import OcpTable
from fabplan.catalog.types import Electrolyte, Material, Microstructure
from fabplan.planner.plan import Input
from fabplan.planner.route import Choice, Route
from fabplan.records import Quantity

FARADAY = 96485.33212  # coulomb per mole, CODATA 2018
TEMPERATURE = 298.15  # kelvin: all material data are at 25 degC
NOT_LIMITING_CONDUCTIVITY = 1e6  # siemens per metre: a metal; stands for "unknown, not counted"
NOT_LIMITING_EXCHANGE = 1e6  # ampere per square metre, likewise
NOT_LIMITING_DIFFUSION = 1e-9  # square metre per second: a liquid, likewise
SMALL_PARTICLE = 1e-8  # metre
NO_DIFFUSION = "diffusion in the solid is not counted"
NO_REACTION = "reaction resistance is not counted"
NO_ELECTRONIC = "electronic loss in the electrode is not counted"
DEFAULT_BRUGGEMAN = 1.5
LOWEST_SHARE_OF_MEAN = 0.55


@dataclass(frozen=True)
class Porous:
    """One electrode as the estimator sees it; SI.

    Parameters
    ----------
    material : id
    ocp : name of the table
    maximum_concentration, diffusivity, exchange_current, conductivity : of the active material or layer
    active_fraction : share of the envelope that takes part (dense share times usable share)
    porosity, bruggeman : of the pores
    particle_radius : None for a dense film
    charged, discharged : lithium fraction at both ends
    contains_lithium : as made
    metal : lithium metal: no capacity limit
    potential_low, potential_high : ends of its working window against Li [V], None when unknown
    """

    material: str
    ocp: str
    maximum_concentration: float
    diffusivity: float
    exchange_current: float
    conductivity: float
    active_fraction: float
    porosity: float
    bruggeman: float
    particle_radius: float | None
    charged: float
    discharged: float
    contains_lithium: bool
    metal: bool
    potential_low: float | None
    potential_high: float | None

    @property
    def capacity(self) -> float:
        """Usable charge per envelope volume [C/m³]: F · c_max · |Δx| · active share."""
        return FARADAY * self.maximum_concentration * abs(self.charged - self.discharged) * self.active_fraction


@dataclass(frozen=True)
class Chemistry:
    """Both electrodes and the electrolyte, with the numbers they rest on and what is unknown."""

    anode: Porous
    cathode: Porous
    electrolyte: Electrolyte
    electrolyte_material: Material
    dense: bool
    inputs: tuple[Input, ...]
    unknown: tuple[tuple[str, str], ...]


class _Reader:
    """Collects the quantities that are used and those that are unknown."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self.unknown: list[tuple[str, str]] = []

    def need(self, what: str, quantity: Quantity | None, otherwise: float, consequence: str) -> float:
        if quantity is not None and quantity.value is not None:
            self.inputs.append(Input(what, quantity))
            return quantity.value
        self.unknown.append((what, consequence))
        return otherwise


def chemistry(route: Route, catalog: Catalog) -> Chemistry:
    """Electrodes and electrolyte of a route."""
    reader = _Reader()
    anode = _electrode(route.choices["anode"], reader)
    cathode = _electrode(route.choices["cathode"], reader)
    choice = route.choices["electrolyte"]
    electrolyte = choice.material.electrolyte
    assert electrolyte is not None, choice.material.id
    solid = electrolyte.state in ("solid",)
    dense = (anode.metal or anode.particle_radius is None) and cathode.particle_radius is None
    name = choice.material.id
    reader.need(f"{name}: ionic conductivity", electrolyte.conductivity, 0.0, "nothing can be estimated")
    if not solid:
        reader.need(
            f"{name}: transference number",
            electrolyte.transference_number,
            0.0,
            "taken as 0, the worst case for salt depletion",
        )
        reader.need(f"{name}: salt diffusivity", electrolyte.salt_diffusivity, 0.0, "salt depletion is not counted")
    return Chemistry(anode, cathode, electrolyte, choice.material, dense, tuple(reader.inputs), tuple(reader.unknown))


def is_lithium(material: Material) -> bool:
    """Whether a material is lithium metal."""
    return material.formula == "Li"


def _electrode(choice: Choice, reader: _Reader) -> Porous:
    """What the estimator needs of one electrode; a dense film has no pores, lithium metal no limit."""
    data, inside = choice.material.electrode, choice.recipe.microstructure or Microstructure()
    assert data is not None, choice.material.id
    name, need = choice.material.id, reader.need
    metal = is_lithium(choice.material)
    dense = inside.dense or metal
    charged = need(f"{name}: lithium fraction, charged", data.stoichiometry_charged, 1.0, "taken as 1")
    discharged = need(f"{name}: lithium fraction, empty", data.stoichiometry_discharged, 0.0, "taken as 0")
    share = _active_share(name, data, inside, dense, abs(charged - discharged), reader)
    layer = None if dense else _layer(name, inside, share, reader)
    diffusivity = inside.diffusivity if inside.diffusivity and inside.diffusivity.value else data.diffusivity
    slow = math.inf if metal else need(f"{name}: diffusivity", diffusivity, NOT_LIMITING_DIFFUSION, NO_DIFFUSION)
    return Porous(
        material=name,
        ocp=data.ocp,
        maximum_concentration=need(f"{name}: lithium sites", data.maximum_concentration, 0.0, "no capacity is stated"),
        diffusivity=slow,
        exchange_current=need(
            f"{name}: exchange current density", data.exchange_current_density, NOT_LIMITING_EXCHANGE, NO_REACTION
        ),
        conductivity=layer.conductivity if layer else NOT_LIMITING_CONDUCTIVITY,
        active_fraction=share,
        porosity=layer.porosity if layer else 0.0,
        bruggeman=inside.bruggeman.value if inside.bruggeman and inside.bruggeman.value else DEFAULT_BRUGGEMAN,
        particle_radius=layer.particle_radius if layer else None,
        charged=charged,
        discharged=discharged,
        contains_lithium=data.contains_lithium,
        metal=metal,
        potential_low=data.potential_low.value if data.potential_low else None,
        potential_high=data.potential_high.value if data.potential_high else None,
    )


@dataclass(frozen=True)
class _Layer:
    """Inside of a porous layer: electronic conductivity [S/m], porosity, particle radius [m]."""

    conductivity: float
    porosity: float
    particle_radius: float


def _layer(name: str, inside: Microstructure, share: float, reader: _Reader) -> _Layer:
    need = reader.need
    conductivity = inside.electronic_conductivity
    return _Layer(
        need(f"{name} layer: electronic conductivity", conductivity, NOT_LIMITING_CONDUCTIVITY, NO_ELECTRONIC),
        need(f"{name} layer: porosity", inside.porosity, 1.0 - share, "taken as what the solid leaves"),
        need(f"{name}: particle radius", inside.particle_radius, SMALL_PARTICLE, f"taken as 10 nm: {NO_DIFFUSION}"),
    )


def _active_share(name: str, data: Any, inside: Microstructure, dense: bool, window: float, reader: _Reader) -> float:
    """Share of the envelope that takes part: solids, times what of them is reached in practice.

    The usable fraction is practical over theoretical capacity; the working window ``window`` is
    already part of it, so only what lies below the window reduces the share.
    """
    share = (
        1.0
        if dense
        else reader.need(f"{name} layer: active volume share", inside.active_fraction, 0.5, "taken as one half")
    )
    usable = inside.usable_fraction
    if usable is not None and usable.value is not None:
        reader.inputs.append(Input(f"{name}: practical over theoretical capacity", usable))
        share *= min(1.0, usable.value / window) if window > 0 else 1.0
    return share


def mixed(chem: Chemistry) -> bool:
    """Whether one electrode is a dense film and the other porous; lithium metal goes with both."""
    films = [p.particle_radius is None for p in (chem.anode, chem.cathode) if not p.metal]
    return len(set(films)) > 1


def balanced(
    chem: Chemistry, anode_charge: float, cathode_charge: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lithium fractions (charged, discharged) of anode and cathode in the balanced cell.

    The lithium comes from one side: the larger electrode is not used to its end. ``anode_charge`` and
    ``cathode_charge`` are the capacities of both electrodes in their own windows [C].
    """
    anode, cathode = (chem.anode.charged, chem.anode.discharged), (chem.cathode.charged, chem.cathode.discharged)
    if chem.anode.metal or anode_charge <= 0 or cathode_charge <= 0:
        return anode, cathode
    if anode_charge > cathode_charge:
        reached = anode[1] + (anode[0] - anode[1]) * cathode_charge / anode_charge
        return (reached, anode[1]), cathode
    reached = cathode[1] + (cathode[0] - cathode[1]) * anode_charge / cathode_charge
    return anode, (reached, cathode[1])


def cutoffs(chem: Chemistry, catalog: Catalog) -> tuple[float, float]:
    """Cut-off voltages (discharge, charge) [V].

    Low: the lower end of the cathode's working window against the upper end of the anode's, but never
    under 55 % of the mean open-circuit voltage, where only the last tail of a plateau is left. High:
    the open-circuit voltage at full charge.
    """
    cathode_ocp, anode_ocp = catalog.ocp[chem.cathode.ocp], catalog.ocp[chem.anode.ocp]

    full = interpolated(cathode_ocp, chem.cathode.charged) - interpolated(anode_ocp, chem.anode.charged)
    middle_c = 0.5 * (chem.cathode.charged + chem.cathode.discharged)
    middle_a = 0.5 * (chem.anode.charged + chem.anode.discharged)
    mean = interpolated(cathode_ocp, middle_c) - interpolated(anode_ocp, middle_a)
    low = LOWEST_SHARE_OF_MEAN * mean
    if chem.cathode.potential_low is not None:
        low = max(low, chem.cathode.potential_low - (chem.anode.potential_high or 0.0))
    return round(low, 2), round(full, 3)


def interpolated(table: OcpTable, x: float) -> float:
    """Open-circuit potential at lithium fraction x [V]; the end value beyond the table."""
    return float(np.interp(x, table.stoichiometry, table.voltage))
