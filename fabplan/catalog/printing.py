"""Records of printing: inks, machines with nozzles and heads, dialects of their programs."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.records import Quantity, flag, quantity, table, tables, text, texts, whole

#: dialects whose words `fabplan.verify` can run; ``""`` for a dialect's own
READABLE = (
    "", "marlin", "reprapfirmware", "klipper", "grbl", "linuxcnc", "aerotech-a3200", "automation1", "hyrel",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Nozzle:
    """A nozzle that a printer can carry."""

    diameter: Quantity = quantity("length", "inner diameter", low=0, required=True)
    outer_diameter: Quantity | None = quantity("length", "outer diameter at the tip", low=0)
    cone_half_angle: Quantity | None = quantity("number", "half angle of the outer cone [degrees]", low=0, high=90)
    bore_length: Quantity | None = quantity("length", "length of the parallel bore", low=0)
    inlet_diameter: Quantity | None = quantity("length", "inner diameter where a taper begins", low=0)
    taper_length: Quantity | None = quantity("length", "length of that taper, down to the inner diameter", low=0)


@dataclass(frozen=True, kw_only=True)
class Style:
    """How filaments start and end; what is not given is not done."""

    standoff: Quantity | None = quantity("length", "nozzle above the foot of the wall in the first layer", low=0)
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
    valves: tuple[str, ...] = texts("output of the valve of each head, in the words of its dialect, head 0 first")
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
    dry_move: str = text("move at the height of printing without flow, where it differs; {x} {y} {feed}")
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
    piston_axes: tuple[str, ...] = texts("axis of the piston of each head where it is not E; {axis}")
    piston_decimals: int = whole("decimals of the piston's amounts", low=0, high=9, default=8)
    reads_as: str = text("dialect with the same words: programs are run and checked as that one", choices=READABLE)
    exact_stop: bool = flag("whether its programs stop in every corner", default=False)
    verified_by: str = text("interpreter that checks programs in this project's tests; empty: not machine-verified")
    notes: str = text("remarks")
    source: str = text("who says so")
    confidence: str = text("how sure")
