"""What the estimator needs to rerun a published cell, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.records import Quantity, quantity, table, tables, text, texts


@dataclass(frozen=True, kw_only=True)
class SimulatedElectrode:
    """An electrode of the published cell; what is not given comes from the recipe, then from the material."""

    recipe: str = text("id of the recipe whose finished layer it is")
    thickness: Quantity | None = quantity("length", "of a film or a stack's electrode; width of a finger", low=0)
    active_fraction: Quantity | None = quantity("number", "volume share of active material", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores", low=0, high=1)
    bruggeman: Quantity | None = quantity("number", "exponent of transport in the pores", low=0, high=10)
    particle_radius: Quantity | None = quantity("length", "of the particles", low=0)
    diffusivity: Quantity | None = quantity("diffusivity", "of lithium in the solid", low=0)
    exchange_current_density: Quantity | None = quantity("current_density", "at half filling, 1 mol/L", low=0)
    electronic_conductivity: Quantity | None = quantity("conductivity", "effective, of the layer", low=0)
    stoichiometry_charged: Quantity | None = quantity("number", "where the published window says so", low=0, high=1)
    stoichiometry_discharged: Quantity | None = quantity("number", "likewise", low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A published figure that the estimator predicts."""

    what: str = text(
        "which figure",
        choices=(
            "areal_capacity",
            "areal_energy",
            "voltage",
            "specific_capacity",
            "volumetric_capacity",
            "capacity_ratio",
            "charge_time",
        ),
        default=None,
    )
    value: str = text("published, with unit", default=None)
    c_rate: Quantity | None = quantity("number", "at which it holds", low=0)
    base_c_rate: Quantity | None = quantity("number", "of the capacity that a ratio is over", low=0)
    share: Quantity | None = quantity("number", "of the charge that a charging time reaches", low=0, high=1)
    tolerance: Quantity | None = quantity("number", "relative, that the comparison can bear", low=0)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Geometry and conditions of a published cell as far as they are known; assumed values say so."""

    kind: str = text("of cell", choices=("interdigital", "porous-stack", "film-planar"), default=None)
    gap: Quantity | None = quantity("length", "between fingers; separator or solid electrolyte of others", low=0)
    separator_porosity: Quantity | None = quantity("number", "1 for a free liquid", low=0, high=1)
    height: Quantity | None = quantity("length", "of fingers", low=0)
    lid: Quantity | None = quantity("length", "height of the electrolyte above the floor", low=0)
    extent: Quantity | None = quantity("length", "facing length of all fingers", low=0)
    footprint: Quantity | None = quantity("area", "that areal figures are per", low=0)
    cut_off: Quantity | None = quantity("voltage", "end of the discharge")
    charge_voltage: Quantity | None = quantity("voltage", "held while charging")
    conductivity: Quantity | None = quantity("conductivity", "of the electrolyte, instead of the record's", low=0)
    transference_number: Quantity | None = quantity("number", "likewise", low=0, high=1)
    salt_diffusivity: Quantity | None = quantity("diffusivity", "likewise", low=0)
    salt_concentration: Quantity | None = quantity("concentration", "likewise", low=0)
    anode: SimulatedElectrode | None = table(SimulatedElectrode, "not of lithium metal")
    cathode: SimulatedElectrode | None = table(SimulatedElectrode, "or the working electrode of a half cell")
    checks: tuple[Check, ...] = tables(Check, "what is predicted")
    reasons: tuple[str, ...] = texts("why prediction and publication may differ")
    source: str = text("who says so")
    confidence: str = text("how sure")
