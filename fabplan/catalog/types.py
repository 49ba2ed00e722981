"""The records of the catalog. One TOML file a record; its id is the file's stem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    salt_concentration: Quantity | None = quantity("concentration", "of the salt", low=0)
    thermodynamic_factor: Quantity | None = quantity("number", "1 + dln f/dln c")
    window_low: Quantity | None = quantity("voltage", "lowest stable potential against Li")
    window_high: Quantity | None = quantity("voltage", "highest stable potential against Li")
    electronic_conductivity: Quantity | None = quantity("conductivity", "electronic", low=0)
    activation_energy: Quantity | None = quantity("activation_energy", "of the conductivity (Arrhenius)")
    volatile: bool = flag("whether it boils off in vacuum")
    salt: str = text("lithium salt")
    solvents: tuple[str, ...] = texts("solvents")


@dataclass(frozen=True, kw_only=True)
class Collector:
    """Electronic conductor that carries the current."""

    resistivity: Quantity | None = quantity("resistivity", "of the film", low=0)
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
        choices=("none", "lift-off", "etch", "shadow-mask", "screen", "stencil", "bead", "drops", "raster", "blanket"),
        default="none",
    )
    before: tuple[str, ...] = texts("ids of recipes that must come right before, in order")
    after: tuple[str, ...] = texts("ids of recipes that must follow, in order")
    thickness: Quantity | None = quantity("length", "usual finished thickness", low=0)
    settings: Mapping[str, Any] = mapping("set points, read by the method", of="raw")
    limits: RecipeLimits | None = table(RecipeLimits, "what it can make")
    microstructure: Microstructure | None = table(Microstructure, "inside of the finished electrode")
    leaves: Leaves | None = table(Leaves, "what the finished layer bears")
    atmosphere: str = text("in which it runs", choices=ATMOSPHERES, default="any")
    solvents: tuple[str, ...] = texts("solvents and developers that it brings")
    acceptance: tuple[RecipeAcceptance, ...] = tables(RecipeAcceptance, "what is measured before going on")
    hazards: tuple[str, ...] = texts("what the operator must know beyond the method's own")
    notes: str = text("remarks for the operator")
    source: str = text("who says so, for values without their own source")
    confidence: str = text("how sure, likewise")


@dataclass(frozen=True, kw_only=True)
class Nozzle:
    """A nozzle that a printer can carry."""

    diameter: Quantity = quantity("length", "inner diameter", low=0, required=True)
    outer_diameter: Quantity | None = quantity("length", "outer diameter at the tip", low=0)
    cone_half_angle: Quantity | None = quantity("number", "half angle of the outer cone [degrees]", low=0, high=90)


@dataclass(frozen=True, kw_only=True)
class Style:
    """How filaments start and end; what is not given is not done."""

    pre_move_delay: Quantity | None = quantity("time", "from valve open to the first move", low=0)
    lead_in: Quantity | None = quantity("length", "way with the valve open before the drawn start", low=0)
    shutoff_distance: Quantity | None = quantity("length", "valve closes this far before the end", low=0)
    end_dwell: Quantity | None = quantity("time", "from valve closed to leaving", low=0)
    suckback: Quantity | None = quantity("time", "of vacuum at the nozzle, or of flow that a piston draws back", low=0)
    wipe: Quantity | None = quantity("length", "way back over the filament at the height of printing", low=0)
    backtrack_gap: Quantity | None = quantity("length", "rise before going back over the filament", low=0)
    backtrack_length: Quantity | None = quantity("length", "way back over the filament at that height", low=0)
    backtrack_speed: Quantity | None = quantity("speed", "of both", low=0)
    retract_height: Quantity | None = quantity("length", "first, slow part of the rise", low=0)
    retract_speed: Quantity | None = quantity("speed", "of the slow rise", low=0)
    down_speed: Quantity | None = quantity("speed", "of going down", low=0)
    extrusion_multiplier: Quantity | None = quantity("number", "trim of the flow", low=0)
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class MachineHead:
    """One of several heads: where its nozzle is, seen from that of head 0."""

    offset_x: Quantity | None = quantity("length", "to the right of the nozzle of head 0")
    offset_y: Quantity | None = quantity("length", "behind the nozzle of head 0")
    offset_z: Quantity | None = quantity("length", "above the nozzle of head 0")


@dataclass(frozen=True, kw_only=True)
class Ink:
    """What a printer prints: one material as an ink."""

    id: str
    name: str = text("name for people", default=None)
    aliases: tuple[str, ...] = texts("other names")
    material: str = text("id of the material that it leaves")
    methods: tuple[str, ...] = texts("processes that print it")
    composition: str = text("what it is made of")
    solvents: tuple[str, ...] = texts("liquids in it")
    solids_mass: Quantity | None = quantity("number", "mass share of solids", low=0, high=1)
    solids: Quantity | None = quantity("number", "volume share of solids", low=0, high=1)
    density: Quantity | None = quantity("density", "of the ink", low=0)
    solid_density: Quantity | None = quantity("density", "of the powder", low=0)
    liquid_density: Quantity | None = quantity("density", "of the liquid", low=0)
    particle_size: Quantity | None = quantity("length", "largest particles (99 %)", low=0)
    consistency: Quantity | None = quantity("viscosity", "of the Herschel-Bulkley law [Pa s^n]", low=0)
    flow_index: Quantity | None = quantity("number", "of the Herschel-Bulkley law", low=0.01, high=2)
    yield_stress: Quantity | None = quantity("pressure", "below which it does not flow", low=0)
    storage_modulus: Quantity | None = quantity("pressure", "at rest (G')", low=0)
    viscosity: Quantity | None = quantity("viscosity", "at the shear of a jet, or at 1/s for pastes", low=0)
    surface_tension: Quantity | None = quantity("surface_tension", "against air", low=0)
    contact_angle: Quantity | None = quantity("number", "on the part [degrees]", low=1, high=179)
    die_swell: Quantity | None = quantity("number", "diameter of a free filament over that of the nozzle", low=0)
    nozzle: Quantity | None = quantity("length", "that was used", low=0)
    speed: Quantity | None = quantity("speed", "that was used", low=0)
    pressure: Quantity | None = quantity("pressure", "that was used", low=0)
    drop: Quantity | None = quantity("volume", "of a drop", low=0)
    pot_life: Quantity | None = quantity("time", "that it stays printable", low=0)
    drying_time: Quantity | None = quantity("time", "that a fresh filament stays wet", low=0)
    dead_volume: Quantity | None = quantity("volume", "that stays in hub and nozzle", low=0)
    prime_volume: Quantity | None = quantity("volume", "for each priming", low=0)
    syringe: Quantity | None = quantity("volume", "of the barrel", low=0)
    uv_time: Quantity | None = quantity("time", "of light after each layer", low=0)
    bed_temperature: Quantity | None = quantity("temperature", "of the part while printing")
    style: Style | None = table(Style, "how its filaments start and end")
    notes: str = text("remarks")
    source: str = text("who says so, for values without their own source")
    confidence: str = text("how sure, likewise")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A tool that runs programs or sees masks."""

    id: str
    name: str = text("name for people", default=None)
    methods: tuple[str, ...] = texts("processes that it runs")
    aliases: tuple[str, ...] = texts("other names")
    dialect: str = text("default dialect of its programs")
    placement: Quantity | None = quantity("length", "alignment error to earlier layers, 3 sigma", low=0)
    travel_speed: Quantity | None = quantity("speed", "of moves that do not print", low=0)
    print_speed: Quantity | None = quantity("speed", "usual speed of printing", low=0)
    pressure_high: Quantity | None = quantity("pressure", "highest pressure of the dispenser", low=0)
    safe_height: Quantity | None = quantity("length", "travel height above the print", low=0)
    start_delay: Quantity | None = quantity("time", "from valve open to flow", low=0)
    stop_delay: Quantity | None = quantity("time", "from valve closed to no flow", low=0)
    travel_x: Quantity | None = quantity("length", "range of motion", low=0)
    travel_y: Quantity | None = quantity("length", "range of motion", low=0)
    nozzles: tuple[Nozzle, ...] = tables(Nozzle, "nozzles that it can carry")
    fiducials: bool = flag("whether it aligns to fiducials by camera")
    valves: tuple[str, ...] = texts("output that opens the valve of each head, in the words of its dialect, head 0 first")
    vacuums: tuple[str, ...] = texts("output of the vacuum at each nozzle, likewise; none: no suck-back")
    lamps: tuple[str, ...] = texts("output of the curing lamp of each head, likewise")
    heads: tuple[MachineHead, ...] = tables(MachineHead, "heads, head 0 first, where there are several")
    drive: str = text("what makes the ink flow", choices=("pressure", "piston"), default="pressure")
    piston_diameter: Quantity | None = quantity("length", "of the piston; without it the E axis counts mm3", low=0)
    acceleration: Quantity | None = quantity("acceleration", "of the axes", low=0)
    corner_deviation: Quantity | None = quantity("length", "by which a corner may be cut; 0 stops in it", low=0)
    bed_temperature: Quantity | None = quantity("temperature", "of the heated plate while printing")
    probes: bool = flag("whether the height of the substrate is probed at the start of a program")
    style: Style | None = table(Style, "how filaments start and end, where the ink does not say it")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


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
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Words of a G-code dialect. Placeholders in braces come from a closed list, checked when read."""

    id: str
    name: str = text("name for people", default=None)
    aliases: tuple[str, ...] = texts("other names")
    extension: str = text("of the program file, without dot", default=None)
    comment: str = text("a comment line; {text}", default=None)
    comment_drops: str = text("characters that a comment must not hold")
    line_length: int = whole("longest line; 0 when not limited")
    decimals: int = whole("decimals of positions in millimetres", low=0, high=9, default=4)
    prologue: tuple[str, ...] = texts("lines before everything")
    epilogue: tuple[str, ...] = texts("lines after everything")
    travel: str = text("move without printing; {x} {y} {z} {feed}", default=None)
    travel_z: str = text("vertical move without printing; {z} {feed}", default=None)
    print_move: str = text("move while printing; {x} {y} {z} {feed}", default=None)
    valve_on: tuple[str, ...] = texts("open the valve of a tool; {valve}")
    valve_off: tuple[str, ...] = texts("close the valve of a tool; {valve}")
    valves: tuple[str, ...] = texts("output of each head's valve where the machine names none, head 0 first")
    valves_off: tuple[str, ...] = texts("close everything; a line with {valve} is repeated for every valve")
    dwell: str = text("wait; {seconds} {milliseconds}", default=None)
    pressure: tuple[str, ...] = texts("set the pressure; {pressure_kPa} {pressure_psi}")
    pause: tuple[str, ...] = texts("wait for the operator; {text}")
    feed_time: str = text("time in the unit of feeds", choices=("minute", "second"), default="minute")
    probe: tuple[str, ...] = texts("find the substrate and make it Z0; {z} lowest height, {feed}")
    heat: tuple[str, ...] = texts("heat the plate and wait; {celsius}")
    heat_off: tuple[str, ...] = texts("stop heating")
    output_on: tuple[str, ...] = texts("switch a lamp or vacuum on; {output}")
    output_off: tuple[str, ...] = texts("switch it off; {output}")
    tool_setup: tuple[str, ...] = texts("once for every head; {tool} {offset_x} {back_x} ...")
    tool: tuple[str, ...] = texts("go on with another head; {tool} {offset_x} {back_x} {now_x} ...")
    tool_end: tuple[str, ...] = texts("forget the offsets of heads")
    piston_setup: tuple[str, ...] = texts("before everything, where a piston presses the ink")
    piston_move: str = text("move while a piston presses; {x} {y} {feed} and {e} or {e_total}")
    piston_only: tuple[str, ...] = texts("piston alone; {e} or {e_total}, {feed}")
    piston_on: tuple[str, ...] = texts("before the piston presses; {valve}")
    piston_off: tuple[str, ...] = texts("after it; {valve}")
    piston_decimals: int = whole("decimals of the piston's amounts", low=0, high=9, default=8)
    verified_by: str = text("interpreter that checks programs in this project's tests; empty: not machine-verified")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published figure of a device."""

    what: str = text(
        "which figure",
        choices=("areal_capacity", "areal_energy", "areal_power", "specific_capacity", "voltage", "capacity", "energy"),
        default=None,
    )
    value: str = text("with unit", default=None)
    at: str = text("under which conditions")
    c_rate: Quantity | None = quantity("number", "C-rate at which it holds", low=0)
    current_density: Quantity | None = quantity("current_density", "current per area at which it holds", low=0)
    spread: Quantity | None = quantity("number", "known relative spread of the comparison", low=0)
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
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")
