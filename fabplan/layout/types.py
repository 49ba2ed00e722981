"""What the layout hands on: layers, masks and toolpaths, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import Region
from fabplan.layout.sites import Site

Array = NDArray[np.float64]
#: how the beads of a layer hang together (`fabplan.layout.fills`)
Fill = Literal["lines", "serpentine", "contour"]
FILLS: tuple[Fill, ...] = ("lines", "serpentine", "contour")


@dataclass(frozen=True)
class Layer:
    """One entry of the layer table; owns its (layer, datatype).

    Parameters
    ----------
    name : unique, kebab-case; the body's name for bodies
    layer, datatype : of GDS; layer = plate number, datatype 0 anode, 1 cathode, 2 to 9 and from 40 on further
        bodies, 20 and up marks and tests, 30 outlines
    role, net, material : of the body; role ``"mark"``, ``"outline"`` for the rest, net None
    step : number of the step that makes it, 0 for none
    bottom, thickness : [m]
    region : as designed
    on_plate : whether its plate, screen or stencil carries it; what a plate cuts out of one blanket piece does not
        need the piece
    """

    name: str
    layer: int
    datatype: int
    role: str
    net: str | None
    material: str
    step: int
    bottom: float | None
    thickness: float
    region: Region
    on_plate: bool = True


@dataclass(frozen=True)
class Existing:
    """A plate that exists and is used instead of a new one.

    Parameters
    ----------
    label : what is written on it, or how people call it
    file : name of the file that it was made from, ``""`` when nobody has it
    digest : sha256 of that file
    """

    label: str
    file: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Mask:
    """One plate, screen or stencil.

    Parameters
    ----------
    name : kebab-case, e.g. ``"collectors"``
    number : plate number = GDS layer
    kind : what is ordered
    layers : names of the layers whose geometry it carries
    tone : meaning of the drawn polygons on the plate
    bias : outward shift of every edge from design to plate [m]
    region : what is on the plate, after bias
    steps : numbers of the steps that use it
    critical_dimension : narrowest line on the plate [m], None when it was not measured
    sites : where to measure it
    designed_dimension : narrowest line of the part as designed [m]; differs by the bias
    bias_source : who states the bias, or why none is drawn
    bias_confidence : how sure; empty where no bias is known
    smallest_dimension : narrowest line of everything on the plate, marks and tests included [m]
    existing : the plate that is there already, None when it is to be ordered
    """

    name: str
    number: int
    kind: Literal["photomask", "shadow-mask", "screen", "stencil"]
    layers: tuple[str, ...]
    tone: str
    bias: float
    region: Region
    steps: tuple[int, ...]
    critical_dimension: float | None = None
    sites: tuple[Site, ...] = ()
    designed_dimension: float | None = None
    bias_source: str = ""
    bias_confidence: str = ""
    smallest_dimension: float | None = None
    existing: Existing | None = None


@dataclass(frozen=True)
class LineStyle:
    """How a filament starts and ends, beside the waits at the valve; SI, 0 for none.

    Parameters
    ----------
    lead_in : way before the drawn start that runs with the valve open while the flow starts [m]
    shutoff_distance : the valve closes this far before the end; the rest of the ink flows out [m]
    suckback : time of the vacuum at the nozzle, or of the flow that a piston draws back (and gives again in
        the same time, both at twice the speed) [s]
    wipe : way back over the fresh filament at the height of printing, valve closed [m]
    backtrack_gap, backtrack_length : rise, then way back over the filament, which tears the tail off [m]
    backtrack_speed : of both [m/s], None for that of travel
    retract_height : first part of the rise, slow [m]
    retract_speed, down_speed : of the slow rise and of going down [m/s], None for that of travel
    """

    lead_in: float = 0.0
    shutoff_distance: float = 0.0
    suckback: float = 0.0
    wipe: float = 0.0
    backtrack_gap: float = 0.0
    backtrack_length: float = 0.0
    backtrack_speed: float | None = None
    retract_height: float = 0.0
    retract_speed: float | None = None
    down_speed: float | None = None


@dataclass(frozen=True)
class Supply:
    """What a syringe must hold beside the ink on the path, and where its pressure begins; SI, None when unknown.

    Parameters
    ----------
    dead_volume : that stays in hub and nozzle [m³]
    prime_volume : for each priming [m³]
    barrel : volume of the syringe [m³]
    law_pressure : by the flow law of the ink in its nozzle [Pa]
    record : id of the ink's record, ``""`` where none is named
    """

    dead_volume: float | None = None
    prime_volume: float | None = None
    barrel: float | None = None
    law_pressure: float | None = None
    record: str = ""

    def fill(self, ink: float) -> float | None:
        """What to fill in for an amount of ink [m³]; None while the dead volume is unknown."""
        return None if self.dead_volume is None else ink + (self.prime_volume or 0.0) + self.dead_volume


@dataclass(frozen=True)
class Head:
    """One head of a program: what prints a filament; SI.

    Parameters
    ----------
    tool : number of the head and valve
    nozzle : inner diameter [m]
    speed : while printing [m/s]
    pressure : of its dispenser [Pa], None when unknown
    start_delay, stop_delay : valve timing [s]
    section : of the wet bead [m²]
    style : how filaments start and end
    offset : of its nozzle from that of head 0 in the machine [m]
    ink : material that the operator loads
    ink_volume : wet volume of its filaments [m³]
    supply : what its syringe holds beside
    ask : what the operator is asked for before it prints; several heads of one tool are sets of values for it
    """

    tool: int
    nozzle: float
    speed: float
    pressure: float | None
    start_delay: float
    stop_delay: float
    section: float
    style: LineStyle = LineStyle()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ink: str = ""
    ink_volume: float = 0.0
    supply: Supply = Supply()
    ask: str = ""


@dataclass(frozen=True)
class Toolpath:
    """Program of one printed step, before any dialect.

    Filaments are polylines at constant height, each with one valve opening. ``points`` [m] has shape
    (P, 3); filament k owns rows ``starts[k]`` up to ``starts[k + 1]``; ``starts`` has shape (F + 1,).

    Parameters
    ----------
    name : of the step it belongs to
    tool : number of the head and valve
    nozzle : inner diameter [m]
    points, starts : see above; the prime line comes first and is filament 0
    kinds : one word a filament: ``"prime"``, ``"wall"``, ``"bus"``
    layer_of : layer number of each filament, shape (F,), prime 0
    speed : while printing [m/s]
    travel_speed : between filaments [m/s]
    safe_height : of travel above the substrate [m]
    pressure : of the dispenser [Pa], None when unknown: the operator sets it
    start_delay, stop_delay : valve timing [s]
    printed_length : all filaments, prime line included [m]
    travel_length : all other moves [m]
    duration : [s]
    ink_volume : wet volume of all filaments, prime included [m³]
    bead_width : drawn width of one bead of a wall [m], 0 when not known
    layer_pitch : height from one layer to the next [m], 0 when not known
    extrusion_multiplier : section of the bead over the section of the nozzle
    style : how filaments start and end
    heads : of a program with several inks; none for the one that the other fields describe
    head_of : place in ``heads`` of each filament, shape (F,); None for one head
    lamp_time : of the curing lamp after each layer [s]
    bed_temperature : of the part while printing [K], None when it is not heated
    acceleration : of the axes [m/s²], None when unknown
    corner_deviation : by which the controller may cut corners [m]; 0 stops in them
    ramped : time with the ramps of the axes [s], None when the acceleration is unknown
    process : ``"ink"`` that flows from a nozzle, ``"spray"``, the ``"laser"`` whose spot is then the nozzle, or the
        ``"jet"`` of drops, whose bead is one drop a step of ``bead_width`` [m]
    overrun : by which passes may leave the footprint [m]
    layer_pause : after each layer [s]
    supply : what the syringe holds beside the ink on the path
    """

    name: str
    tool: int
    nozzle: float
    points: Array
    starts: NDArray[np.int64]
    kinds: tuple[str, ...]
    layer_of: NDArray[np.int64]
    speed: float
    travel_speed: float
    safe_height: float
    pressure: float | None
    start_delay: float
    stop_delay: float
    printed_length: float
    travel_length: float
    duration: float
    ink_volume: float
    bead_width: float = 0.0
    layer_pitch: float = 0.0
    extrusion_multiplier: float = 1.0
    style: LineStyle = LineStyle()
    heads: tuple[Head, ...] = ()
    head_of: NDArray[np.int64] | None = None
    lamp_time: float = 0.0
    bed_temperature: float | None = None
    acceleration: float | None = None
    corner_deviation: float = 0.0
    ramped: float | None = None
    process: Literal["ink", "spray", "laser", "jet"] = "ink"
    overrun: float = 0.0
    layer_pause: float = 0.0
    supply: Supply = Supply()

    @property
    def time(self) -> float:
        """How long the program runs [s]: with the ramps of the axes where they are known."""
        return self.duration if self.ramped is None else self.ramped
