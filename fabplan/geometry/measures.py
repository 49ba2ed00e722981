"""Measures: the geometry of one or of 10^6 designs, as arrays, for the estimator."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """Geometry of N designs; every field is an array of shape (N,) or (), SI units.

    Parameters
    ----------
    anode_area, cathode_area : plan areas of the electrodes as drawn, buses included [m²]
    anode_interface_area, cathode_interface_area : areas towards the electrolyte [m²]
    anode_volume, cathode_volume : envelopes [m³]
    facing_length : length along which anode and cathode face each other across the gap [m]
    minimum_gap, minimum_width : smallest drawn distance between the nets and feature [m]
    height : top of the highest body above the substrate, encapsulation included [m]
    electrode_height : height of the electrodes [m]
    lid_height : top of the electrolyte above the electrodes' foot [m]
    electrolyte_thickness : of a laminated electrolyte [m]; the gap in interdigital cells
    electrolyte_volume : room for the electrolyte, pores of the electrodes not counted [m³]
    anode_collector_squares, cathode_collector_squares : resistance of the whole collector (fingers and
        bus, uniform draw) over its sheet resistance
    active_area : area left for the cell after seal, pads and margins [m²]
    print_length : length of all beads of both inks [m]; 0 where nothing is printed
    feasible : whether the design fits its footprint and its own geometry rules
    anode_bus_squares, cathode_bus_squares : the part of those squares that bus and neck bring
    reference_area : area that a planar equivalent is referred to [m²]; None: the cathode's interface
    element_length : length of all coaxial elements together [m], of cells that are estimated per metre
    core_radius : radius of what the innermost electrode lies around [m]
    separator_length : electrolyte path of the planar equivalent, reference area over shape factor [m]
    anode_fill, cathode_fill : share of the electrodes' envelope that stands in pillars; None: all of it
    in_series : number of equal cells in series that all areas and volumes together make; None: one
    """

    anode_area: Array
    cathode_area: Array
    anode_interface_area: Array
    cathode_interface_area: Array
    anode_volume: Array
    cathode_volume: Array
    facing_length: Array
    minimum_gap: Array
    minimum_width: Array
    height: Array
    electrode_height: Array
    lid_height: Array
    electrolyte_thickness: Array
    electrolyte_volume: Array
    anode_collector_squares: Array
    cathode_collector_squares: Array
    active_area: Array
    print_length: Array
    feasible: NDArray[np.bool_]
    anode_bus_squares: Array = field(default_factory=lambda: np.zeros(()))
    cathode_bus_squares: Array = field(default_factory=lambda: np.zeros(()))
    reference_area: Array | None = None
    element_length: Array | None = None
    core_radius: Array | None = None
    separator_length: Array | None = None
    anode_fill: Array | None = None
    cathode_fill: Array | None = None
    in_series: Array | None = None
