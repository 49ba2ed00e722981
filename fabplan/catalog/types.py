"""The records of the catalog. One TOML file a record; its id is the file's stem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabplan.catalog.printing import Dialect as Dialect
from fabplan.catalog.printing import Ink as Ink
from fabplan.catalog.printing import Machine as Machine
from fabplan.catalog.printing import MachineHead as MachineHead
from fabplan.catalog.printing import Nozzle as Nozzle
from fabplan.catalog.printing import Style as Style
from fabplan.catalog.simulation import Simulation as Simulation
from fabplan.catalog.tools import Closing as Closing
from fabplan.catalog.tools import Tool as Tool
from fabplan.records import Quantity, flag, mapping, quantity, table, tables, text, texts, whole

ATMOSPHERES = ("any", "inert", "nitrogen", "forming-gas", "vacuum", "dry-air", "air", "oxygen")
KINDS = (
    "anode",
    "cathode",
    "electrolyte",
    "collector",
    "adhesion",
    "protection",
    "encapsulant",
    "insulator",
    "substrate",
    "resist",
)
#: how a layer gets its outline
OUTLINES = (
    "none", "lift-off", "etch", "resist", "shadow-mask", "screen", "stencil", "bead", "drops", "raster", "blanket",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TemperatureLimit:
    """Highest temperature that a material bears, by atmosphere and by what it touches."""

    temperature: Quantity = quantity("temperature", "highest temperature it bears", required=True)
    atmosphere: str = text("in which atmosphere", choices=ATMOSPHERES, default="any")
    touching: str = text("id of the material that it touches; empty for any")
    reason: str = text("what happens above")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A pair that must not touch (or only within limits)."""

    material: str = text("id of the other material")
    kind: str = text("instead: every material of this kind", choices=("", *KINDS))
    salt: str = text("instead: every electrolyte with this salt")
    solvents: tuple[str, ...] = texts("only electrolytes with one of these solvents")
    above: Quantity | None = quantity("voltage", "counts only at potentials above this, against Li")
    below: Quantity | None = quantity("voltage", "counts only at potentials below this, against Li")
    severity: str = text("how bad", choices=("error", "warning"), default="error")
    reason: str = text("what happens", default=None)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Electrode:
    """Electrochemistry of an active material."""

    ocp: str = text("name of its open-circuit potential table; empty when nobody has one")
    theoretical_capacity: Quantity | None = quantity("specific_charge", "between stoichiometry 0 and 1", low=0)
    practical_capacity: Quantity | None = quantity("specific_charge", "that was reached", low=0)
    nominal_voltage: Quantity | None = quantity("voltage", "mean potential against Li")
    maximum_concentration: Quantity | None = quantity("concentration", "lithium sites per volume of solid", low=0)
    stoichiometry_charged: Quantity | None = quantity("number", "lithium fraction at full charge", low=0, high=1)
    stoichiometry_discharged: Quantity | None = quantity("number", "lithium fraction when empty", low=0, high=1)
    diffusivity: Quantity | None = quantity("diffusivity", "of lithium in the solid", low=0)
    exchange_current_density: Quantity | None = quantity(
        "current_density", "at half filling and 1 mol/L salt", low=0
    )
    diffusivity_activation_energy: Quantity | None = quantity("activation_energy", "of the diffusivity (Arrhenius)")
    exchange_current_activation_energy: Quantity | None = quantity(
        "activation_energy", "of the exchange current density (Arrhenius)"
    )
    potential_low: Quantity | None = quantity("voltage", "lower end of its working window against Li")
    potential_high: Quantity | None = quantity("voltage", "upper end of its working window against Li")
    contains_lithium: bool = flag("whether it holds the cyclable lithium as made")
    volume_change: Quantity | None = quantity("number", "relative change of volume on full lithiation")
    first_cycle_loss: Quantity | None = quantity("number", "share of the first charge that is lost", low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class Electrolyte:
    """Transport and stability of an electrolyte."""

    state: str = text("what it is", choices=("liquid", "gel", "ionogel", "polymer", "solid"), default=None)
    conductivity: Quantity | None = quantity("conductivity", "ionic, at 25 degC", low=0)
    transference_number: Quantity | None = quantity("number", "of lithium", low=0, high=1)
    salt_diffusivity: Quantity | None = quantity("diffusivity", "of the salt", low=0)
    salt_diffusivity_activation_energy: Quantity | None = quantity(
        "activation_energy", "of the salt's diffusivity (Arrhenius)"
    )
    salt_concentration: Quantity | None = quantity("concentration", "of the salt", low=0)
    thermodynamic_factor: Quantity | None = quantity("number", "1 + dln f/dln c")
    window_low: Quantity | None = quantity("voltage", "lowest stable potential against Li")
    window_high: Quantity | None = quantity("voltage", "highest stable potential against Li")
    evidence_low: tuple[str, ...] = texts("published cells that went below the window, e.g. under a film that forms")
    evidence_high: tuple[str, ...] = texts("published cells that went above the window")
    electronic_conductivity: Quantity | None = quantity("conductivity", "electronic", low=0)
    activation_energy: Quantity | None = quantity("activation_energy", "of the conductivity (Arrhenius)")
    volatile: bool = flag("whether it boils off in vacuum")
    salt: str = text("lithium salt")
    solvents: tuple[str, ...] = texts("solvents")


@dataclass(frozen=True, kw_only=True)
class Collector:
    """Electronic conductor that carries the current."""

    resistivity: Quantity | None = quantity("resistivity", "of the film", low=0)
    strut_resistivity: Quantity | None = quantity("resistivity", "of a porous metal: of its solid struts", low=0)
    potential_low: Quantity | None = quantity("voltage", "below this it alloys or dissolves, against Li")
    potential_high: Quantity | None = quantity("voltage", "above this it corrodes, against Li")
    evidence: tuple[str, ...] = texts("published cells that stretch the window")


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """How tight an encapsulant is."""

    water_vapour_transmission: Quantity | None = quantity("vapour_transmission", "through the usual thickness", low=0)
    edge_transmission: Quantity | None = quantity(
        "vapour_transmission", "sideways through a joint 1 mm wide, per area of its open side", low=0
    )
    hermetic: bool = flag("whether it counts as hermetic")


@dataclass(frozen=True, kw_only=True)
class Material:
    """Anything a cell is made of."""

    id: str
    name: str = text("name for people", default=None)
    kinds: tuple[str, ...] = texts("what it can be", choices=KINDS)
    aliases: tuple[str, ...] = texts("other names of the same thing")
    formula: str = text("chemical formula")
    density: Quantity | None = quantity("density", "of the dense solid (or of the liquid)", low=0)
    molar_mass: Quantity | None = quantity("molar_mass", "of the formula", low=0)
    electrode: Electrode | None = table(Electrode, "as active material")
    electrolyte: Electrolyte | None = table(Electrolyte, "as electrolyte")
    collector: Collector | None = table(Collector, "as collector")
    barrier: Barrier | None = table(Barrier, "as encapsulant")
    temperature_limits: tuple[TemperatureLimit, ...] = tables(TemperatureLimit, "what it bears")
    contacts: tuple[Contact, ...] = tables(Contact, "what it must not touch")
    insulating: bool = flag("whether it insulates electrons (substrates)")
    hazards: tuple[str, ...] = texts("what the operator must know")
    notes: str = text("remarks")
    source: str = text("who says so, for values without their own source")
    confidence: str = text("how sure, likewise")


@dataclass(frozen=True, kw_only=True)
class RecipeLimits:
    """What a recipe can make; every entry may be absent."""

    line: Quantity | None = quantity("length", "smallest line", low=0)
    gap: Quantity | None = quantity("length", "smallest space", low=0)
    thickness_low: Quantity | None = quantity("length", "thinnest finished layer", low=0)
    thickness_high: Quantity | None = quantity("length", "thickest finished layer", low=0)
    thickness_step: Quantity | None = quantity("length", "finished thickness per pass", low=0)
    aspect_ratio: Quantity | None = quantity("number", "largest height over width", low=0)
    edge: Quantity | None = quantity("length", "tolerance of the edge", low=0)
    passes: int = whole("most passes; 0 when not limited")
    density: Quantity | None = quantity(
        "number", "least share of area to cover for an even etch or plating: dummy fill", low=0.01, high=0.7
    )


@dataclass(frozen=True, kw_only=True)
class Microstructure:
    """What the finished layer is inside, for electrodes."""

    active_fraction: Quantity | None = quantity("number", "volume share of active material", low=0, high=1)
    porosity: Quantity | None = quantity("number", "volume share of pores", low=0, high=1)
    bruggeman: Quantity | None = quantity("number", "exponent of transport in the pores", low=1, high=5)
    particle_radius: Quantity | None = quantity("length", "of the particles; of dense films not given", low=0)
    electronic_conductivity: Quantity | None = quantity("conductivity", "effective, of the finished layer", low=0)
    diffusivity: Quantity | None = quantity("diffusivity", "of lithium, where the form changes it", low=0)
    usable_fraction: Quantity | None = quantity("number", "practical over theoretical capacity", low=0, high=1)
    dense: bool = flag("a dense film without pores")


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """What the finished layer bears and does, which may differ from the compound."""

    temperature: Quantity | None = quantity("temperature", "highest later temperature (binder, ink, film)")
    atmosphere: str = text("in which atmosphere it bears that", choices=ATMOSPHERES, default="any")
    roughness: Quantity | None = quantity("length", "root mean square roughness of its surface", low=0)
    dissolved_by: tuple[str, ...] = texts("solvents and developers that attack it")
    lid: bool = flag("closes the cell: vacuum is allowed again afterwards")
    wet: bool = flag("must be dried before the next step")


@dataclass(frozen=True, kw_only=True)
class RecipeAcceptance:
    """What is measured before going on."""

    what: str = text("quantity", default=None)
    window: str = text("what is good", default=None)
    instrument: str = text("how it is measured", default="")
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One method applied to one material with set points."""

    id: str
    name: str = text("name for people", default=None)
    method: str = text("process, an id of `fabplan list methods`", default=None)
    materials: tuple[str, ...] = texts("ids of what it leaves on the part")
    aliases: tuple[str, ...] = texts("other names")
    patterned_by: str = text(
        "how the layer gets its outline",
        choices=OUTLINES,
        default="none",
    )
    before: tuple[str, ...] = texts("ids of recipes that must come right before, in order")
    after: tuple[str, ...] = texts("ids of recipes that must follow, in order")
    thickness: Quantity | None = quantity("length", "usual finished thickness", low=0)
    bias: Quantity | None = quantity(
        "length", "how far each edge of what is made lies outside of the plate's; negative for inside (undercut)"
    )
    settings: Mapping[str, Any] = mapping("set points, read by the method", of="raw")
    limits: RecipeLimits | None = table(RecipeLimits, "what it can make")
    microstructure: Microstructure | None = table(Microstructure, "inside of the finished electrode")
    leaves: Leaves | None = table(Leaves, "what the finished layer bears")
    atmosphere: str = text("in which it runs", choices=ATMOSPHERES, default="any")
    solvents: tuple[str, ...] = texts("solvents and developers that it brings")
    queue_time: Quantity | None = quantity("time", "longest wait after it until the next step starts", low=0)
    acceptance: tuple[RecipeAcceptance, ...] = tables(RecipeAcceptance, "what is measured before going on")
    hazards: tuple[str, ...] = texts("what the operator must know beyond the method's own")
    notes: str = text("remarks for the operator")
    source: str = text("who says so, for values without their own source")
    confidence: str = text("how sure, likewise")


@dataclass(frozen=True, kw_only=True)
class Facility:
    """What a lab can do. An empty list means: everything."""

    id: str
    name: str = text("name for people", default=None)
    methods: tuple[str, ...] = texts("processes that it has")
    machines: tuple[str, ...] = texts("machines that it has")
    line: Quantity | None = quantity("length", "smallest line that it trusts", low=0)
    gap: Quantity | None = quantity("length", "smallest space that it trusts", low=0)
    temperature_high: Quantity | None = quantity("temperature", "hottest furnace")
    step_time_high: Quantity | None = quantity("time", "longest booking of a tool", low=0)
    tools: tuple[Tool, ...] = tables(Tool, "its tools: cost, batch, wafers, yield, opening")
    hourly_cost: Quantity | None = quantity("number", "of being in the room, per hour, beside the tool's", low=0)
    currency: str = text("of all costs, e.g. USD")
    rates_date: str = text("of when the costs are")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published figure of a device."""

    what: str = text(
        "which figure",
        choices=(
            "areal_capacity",
            "areal_energy",
            "areal_power",
            "capacity_kept",
            "specific_capacity",
            "voltage",
            "capacity",
            "energy",
        ),
        default=None,
    )
    value: str = text("with unit", default=None)
    at: str = text("under which conditions")
    c_rate: Quantity | None = quantity("number", "C-rate at which it holds", low=0)
    current_density: Quantity | None = quantity("current_density", "current per area at which it holds", low=0)
    spread: Quantity | None = quantity("number", "known relative spread of the comparison", low=0)
    flag: str = text("why the printed value cannot stand; empty where it can")
    area: str = text("per which area it was stated", choices=("footprint", "electrode"), default="footprint")
    film: Quantity | None = quantity("length", "cathode thickness that a figure per thickness is stated for", low=0)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Device:
    """A published cell."""

    id: str
    name: str = text("name for people", default=None)
    architecture: str = text("structure")
    anode: str = text("material")
    cathode: str = text("material")
    electrolyte: str = text("material")
    figures: tuple[Published, ...] = tables(Published, "what was published")
    simulation: Simulation | None = table(Simulation, "what the estimator needs to rerun it")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class LoadPulse:
    """One repeated pulse of a load; what nobody published is unknown."""

    current: Quantity | None = quantity("current", "drawn while it lasts", low=0)
    duration: Quantity | None = quantity("time", "how long it lasts", low=0)
    period: Quantity | None = quantity("time", "from one pulse to the next", low=0)
    share: Quantity | None = quantity("number", "part of the time, where no duration is known", low=0, high=1)
    c_rate: Quantity | None = quantity("number", "C-rate at which a published cell gave it", low=0)
    what: str = text("which part of the device draws it")


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a device draws from its cell, or a harvester gives."""

    id: str
    name: str = text("name for people", default=None)
    aliases: tuple[str, ...] = texts("other names")
    sleep: Quantity | None = quantity("current", "drawn between the pulses", low=0)
    average: Quantity | None = quantity("current", "mean as published", low=0)
    least_voltage: Quantity | None = quantity("voltage", "below which the device stops", low=0)
    pulses: tuple[LoadPulse, ...] = tables(LoadPulse, "repeated pulses")
    harvest: Quantity | None = quantity("power_density", "of a harvester, per its area", low=0)
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")
