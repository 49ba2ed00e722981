"""From materials, recipes and geometry to a `fabplan/cells/1` document that the estimator understands.

Everything that is missing is named: an unknown exchange current or conductivity is taken as not
limiting and said so, since a guess would look like knowledge.
"""

from __future__ import annotations

import dataclasses
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
AVOGADRO = 6.02214076e23  # per mole, exact: activation energies are kept per particle
TEMPERATURE = 298.15  # kelvin: all material data are at 25 degC
NOT_LIMITING_CONDUCTIVITY = 1e6  # siemens per metre: a metal; stands for "unknown, not counted"
NOT_LIMITING_EXCHANGE = 1e6  # ampere per square metre, likewise
NOT_LIMITING_DIFFUSION = 1e-9  # square metre per second: a liquid, likewise
SMALL_PARTICLE = 1e-8  # metre
NO_DIFFUSION = "diffusion in the solid is not counted"
NO_REACTION = "reaction resistance is not counted"
NO_ELECTRONIC = "electronic loss in the electrode is not counted"
DEFAULT_BRUGGEMAN = 1.5
PRE_LITHIATION = "pre-lithiation"
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
    diffusivity_energy, exchange_energy : activation energies [J/mol], None when unknown
    first_cycle_loss : share of the first charge that does not come back, None when unknown
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
    diffusivity_energy: float | None = None
    exchange_energy: float | None = None
    first_cycle_loss: float | None = None

    @property
    def capacity(self) -> float:
        """Usable charge per envelope volume [C/m³]: F · c_max · |Δx| · active share."""
        return FARADAY * self.maximum_concentration * abs(self.charged - self.discharged) * self.active_fraction


@dataclass(frozen=True)
class Chemistry:
    """Both electrodes and the electrolyte, with the numbers they rest on and what is unknown.

    Parameters
    ----------
    dense : both electrodes are dense films (or lithium metal)
    separator_porosity, separator_bruggeman : of what lies between the electrodes; 1 where it is electrolyte alone
    anode_material_tested : the positive electrode is an anode material against lithium metal
    pre_lithiated : a step of its own pays for what the first charge takes
    """

    anode: Porous
    cathode: Porous
    electrolyte: Electrolyte
    electrolyte_material: Material
    dense: bool
    inputs: tuple[Input, ...]
    unknown: tuple[tuple[str, str], ...]
    separator_porosity: float = 1.0
    separator_bruggeman: float = 1.0
    anode_material_tested: bool = False
    pre_lithiated: bool = False


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
    # against lithium every material is the positive electrode: an anode material is charged when it is empty
    tested = anode.metal and cathode.charged > cathode.discharged
    paid = _pre_lithiated(route, catalog)
    if paid:
        anode, cathode = (dataclasses.replace(p, first_cycle_loss=0.0) for p in (anode, cathode))
    if tested:
        cathode = dataclasses.replace(cathode, charged=cathode.discharged, discharged=cathode.charged)
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
    pores, bruggeman = _separator(choice, reader)
    return Chemistry(
        anode,
        cathode,
        electrolyte,
        choice.material,
        dense,
        tuple(reader.inputs),
        tuple(reader.unknown),
        pores,
        bruggeman,
        tested,
        paid,
    )


def _pre_lithiated(route: Route, catalog: Catalog) -> bool:
    """Whether an electrode gets lithium in a step of its own; a material that is kept as pre-lithiated needs none."""
    recipes = [route.choices[role].recipe for role in ("anode", "cathode")]
    steps = [step for recipe in recipes for step in (*recipe.before, *recipe.after)]
    return any(catalog.recipes[step].method == PRE_LITHIATION for step in steps)


def _separator(choice: Choice, reader: _Reader) -> tuple[float, float]:
    """Porosity and exponent of a soaked separator; 1 and 1 where the electrolyte stands alone."""
    inside = choice.recipe.microstructure
    if inside is None or inside.porosity is None:
        return 1.0, 1.0
    porosity = reader.need("separator: porosity", inside.porosity, 1.0, "taken as open")
    exponent = reader.need("separator: exponent of transport", inside.bruggeman, DEFAULT_BRUGGEMAN, "taken as 1.5")
    return porosity, exponent


def is_lithium(material: Material) -> bool:
    """Whether a material is lithium metal."""
    return material.formula == "Li"


def per_mole(energy: Quantity | None) -> float | None:
    """An activation energy per mole [J/mol] from one per particle [J]; None when unknown."""
    return None if energy is None or energy.value is None else energy.value * AVOGADRO


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
        diffusivity_energy=None if metal else per_mole(data.diffusivity_activation_energy),
        exchange_energy=per_mole(data.exchange_current_activation_energy),
        first_cycle_loss=None if metal or not data.first_cycle_loss else data.first_cycle_loss.value,
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


def first_cycle_loss(chem: Chemistry) -> float:
    """Share of the first charge that does not come back, 0 where it is unknown.

    Both electrodes lose of the same lithium, so the larger share counts. Lithium metal and a pre-lithiation make it
    good. A material that is kept as pre-lithiated states what it still loses.
    """
    if chem.anode.metal:
        return 0.0
    return max(p.first_cycle_loss or 0.0 for p in (chem.anode, chem.cathode))


def usable(chem: Chemistry, anode_charge: Any, cathode_charge: Any) -> Any:
    """Charge of the balanced cell after its first cycle [C]; arguments broadcast.

    min(Q_a, (1 - f) Q_c) with the first-cycle loss f: the cathode brings the lithium of which a share f stays
    behind. Against lithium metal Q_c.
    """
    if chem.anode.metal:
        return cathode_charge
    return np.minimum(anode_charge, (1.0 - first_cycle_loss(chem)) * cathode_charge)


def balanced(
    chem: Chemistry, anode_charge: float, cathode_charge: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lithium fractions (charged, discharged) of anode and cathode in the balanced cell after its first cycle.

    The lithium comes from one side: the larger electrode is not used to its end. ``anode_charge`` and
    ``cathode_charge`` are the capacities Q of both electrodes in their own windows [C]. The first charge takes
    Q_1 = min(Q_c, Q_a/(1 - f)) out of the cathode, of which (1 - f) Q_1 reach the anode and come back.
    """
    anode, cathode = (chem.anode.charged, chem.anode.discharged), (chem.cathode.charged, chem.cathode.discharged)
    if chem.anode.metal or anode_charge <= 0 or cathode_charge <= 0:
        return anode, cathode
    comes_back = float(usable(chem, anode_charge, cathode_charge))
    first = comes_back / (1.0 - first_cycle_loss(chem))
    full = anode[1] + (anode[0] - anode[1]) * comes_back / anode_charge
    emptied = cathode[1] + (cathode[0] - cathode[1]) * first / cathode_charge
    filled = emptied - (cathode[0] - cathode[1]) * comes_back / cathode_charge
    low, high = min(cathode), max(cathode)  # rounding must not lead out of the window, where no potential is known
    return (full, anode[1]), (emptied, min(max(filled, low), high))


def cutoffs(chem: Chemistry, catalog: Catalog) -> tuple[float, float]:
    """Cut-off voltages (discharge, charge) [V].

    Low: the lower end of the cathode's working window against the upper end of the anode's, but never
    under 55 % of the mean open-circuit voltage, where only the last tail of a plateau is left. An anode
    material against lithium goes down to the lower end of its own window. High: the open-circuit voltage
    at full charge.
    """
    cathode_ocp, anode_ocp = catalog.ocp[chem.cathode.ocp], catalog.ocp[chem.anode.ocp]

    full = interpolated(cathode_ocp, chem.cathode.charged) - interpolated(anode_ocp, chem.anode.charged)
    middle_c = 0.5 * (chem.cathode.charged + chem.cathode.discharged)
    middle_a = 0.5 * (chem.anode.charged + chem.anode.discharged)
    mean = interpolated(cathode_ocp, middle_c) - interpolated(anode_ocp, middle_a)
    if chem.anode_material_tested:
        lowest = interpolated(cathode_ocp, chem.cathode.discharged)
        return round(chem.cathode.potential_low or lowest, 3), round(full, 3)
    low = LOWEST_SHARE_OF_MEAN * mean
    if chem.cathode.potential_low is not None:
        low = max(low, chem.cathode.potential_low - (chem.anode.potential_high or 0.0))
    return round(low, 2), round(full, 3)


def interpolated(table: OcpTable, x: float) -> float:
    """Open-circuit potential at lithium fraction x [V]; the end value beyond the table."""
    return float(np.interp(x, table.stoichiometry, table.voltage))
