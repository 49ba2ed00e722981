"""From materials, recipes and geometry to a `fabplan/cells/1` document that the estimator understands.

Everything that is missing is named: an unknown exchange current or conductivity is taken as not
limiting and said so, since a guess would look like knowledge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Electrolyte, Material, Microstructure
from fabplan.planner.plan import Input
from fabplan.planner.route import Choice, Route
from fabplan.records import Quantity

FARADAY = 96485.33212  # coulomb per mole, CODATA 2018
TEMPERATURE = 298.15  # kelvin: all material data are at 25 degC
NOT_LIMITING_CONDUCTIVITY = 1e6  # siemens per metre: a metal; stands for "unknown, not counted"
NOT_LIMITING_EXCHANGE = 1e6  # ampere per square metre, likewise
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
    anode = _electrode("anode", route.choices["anode"], reader)
    cathode = _electrode("cathode", route.choices["cathode"], reader)
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


def _electrode(role: str, choice: Choice, reader: _Reader) -> Porous:
    material, recipe = choice.material, choice.recipe
    data, inside = material.electrode, recipe.microstructure or Microstructure()
    assert data is not None, material.id
    name = material.id
    metal = "lithium" in (name, *material.aliases) or name == "li"
    dense = inside.dense or metal
    need = reader.need
    concentration = need(f"{name}: lithium sites", data.maximum_concentration, 0.0, "no capacity can be stated")
    charged = need(f"{name}: lithium fraction, charged", data.stoichiometry_charged, 1.0, "taken as 1")
    discharged = need(f"{name}: lithium fraction, empty", data.stoichiometry_discharged, 0.0, "taken as 0")
    diffusivity = inside.diffusivity if inside.diffusivity and inside.diffusivity.value else data.diffusivity
    solid_diffusion = (
        math.inf if metal else need(f"{name}: diffusivity", diffusivity, 1e-9, "diffusion in the solid is not counted")
    )
    exchange = need(
        f"{name}: exchange current density",
        data.exchange_current_density,
        NOT_LIMITING_EXCHANGE,
        "reaction resistance is not counted",
    )
    conductivity = NOT_LIMITING_CONDUCTIVITY
    if not dense:
        conductivity = need(
            f"{name} layer: electronic conductivity",
            inside.electronic_conductivity,
            NOT_LIMITING_CONDUCTIVITY,
            "electronic loss in the electrode is not counted",
        )
    share = _active_share(name, data, inside, dense, abs(charged - discharged), reader)
    porosity = (
        0.0
        if dense
        else need(f"{name} layer: porosity", inside.porosity, 1.0 - share, "taken as what the solid leaves")
    )
    exponent = inside.bruggeman.value if inside.bruggeman and inside.bruggeman.value else DEFAULT_BRUGGEMAN
    radius = (
        None
        if dense
        else need(
            f"{name}: particle radius",
            inside.particle_radius,
            1e-8,
            "taken as 10 nm: diffusion in the solid is not counted",
        )
    )
    return Porous(
        material=name,
        ocp=data.ocp,
        maximum_concentration=concentration,
        diffusivity=solid_diffusion,
        exchange_current=exchange,
        conductivity=conductivity,
        active_fraction=share,
        porosity=porosity,
        bruggeman=exponent,
        particle_radius=radius,
        charged=charged,
        discharged=discharged,
        contains_lithium=data.contains_lithium,
        metal=metal,
        potential_low=data.potential_low.value if data.potential_low else None,
        potential_high=data.potential_high.value if data.potential_high else None,
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

    def volt(table: Any, x: float) -> float:
        return interpolated(table.stoichiometry, table.voltage, x)

    full = volt(cathode_ocp, chem.cathode.charged) - volt(anode_ocp, chem.anode.charged)
    middle_c = 0.5 * (chem.cathode.charged + chem.cathode.discharged)
    middle_a = 0.5 * (chem.anode.charged + chem.anode.discharged)
    mean = volt(cathode_ocp, middle_c) - volt(anode_ocp, middle_a)
    low = LOWEST_SHARE_OF_MEAN * mean
    if chem.cathode.potential_low is not None:
        low = max(low, chem.cathode.potential_low - (chem.anode.potential_high or 0.0))
    return round(low, 2), round(full, 3)


def interpolated(xs: Any, ys: Any, x: float) -> float:
    xs, ys = [float(v) for v in xs], [float(v) for v in ys]
    for x0, x1, y0, y1 in zip(xs, xs[1:], ys, ys[1:], strict=False):
        if x0 <= x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return ys[0] if x <= xs[0] else ys[-1]
