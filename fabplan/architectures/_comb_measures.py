"""Measures of a cell made of two meshing combs with a lid, whatever its electrodes are made by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._comb import Comb
from fabplan.architectures._package import Package
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE


@dataclass(frozen=True)
class Stack:
    """Heights [m]: collector, electrodes, electrolyte above the taller electrode, lid."""

    collector: Any
    anode: Any
    cathode: Any
    lid_clearance: Any
    lid: Any

    @property
    def lid_height(self) -> Any:
        """Top of the electrolyte above the electrodes' foot."""
        return np.maximum(self.anode, self.cathode) + np.asarray(self.lid_clearance)


def comb_measures(
    electrodes: Comb, collectors: Comb, recess: Any, package: Package, stack: Stack, feasible: NDArray[np.bool_]
) -> Measures:
    """Geometry in closed form.

    Parameters
    ----------
    electrodes, collectors : both combs [nm]; one is the other's inset
    recess : how far the collectors' outline lies inside the electrodes' [nm]; 0 where it does not
    package : around the outer one of both
    feasible : what the structure itself says
    """
    outer = _outer(electrodes, collectors)
    area, outline = _in_metres(_comb.areas(electrodes), 2), _in_metres(_comb.perimeters(electrodes), 1)
    heights = (np.asarray(stack.anode), np.asarray(stack.cathode))
    volume = [a * h for a, h in zip(area, heights, strict=True)]
    interface = [a + h * p for a, h, p in zip(area, heights, outline, strict=True)]
    neck = _package.neck_squares(outer, package, recess)
    squares = [value + neck for value in _comb.squares(collectors)]
    buses = [value + neck for value in _comb.bus_squares(collectors)]
    floor = stack.collector + stack.lid_height
    values = {
        "anode_area": area[0],
        "cathode_area": area[1],
        "anode_interface_area": interface[0],
        "cathode_interface_area": interface[1],
        "anode_volume": volume[0],
        "cathode_volume": volume[1],
        "facing_length": _comb.facing(electrodes) * NANOMETRE,
        "minimum_gap": outer.gap * NANOMETRE,
        "minimum_width": _narrowest(electrodes, collectors, package) * NANOMETRE,
        "height": floor + np.asarray(stack.lid),
        "electrode_height": np.minimum(*heights),
        "lid_height": stack.lid_height,
        "electrolyte_thickness": electrodes.gap * NANOMETRE,
        "electrolyte_volume": _basin(outer, package) * floor
        - _metal(outer, collectors, recess, package) * stack.collector
        - sum(volume),
        "anode_collector_squares": squares[0],
        "cathode_collector_squares": squares[1],
        "anode_bus_squares": buses[0],
        "cathode_bus_squares": buses[1],
        "active_area": outer.width * outer.length * NANOMETRE**2,
        "print_length": 0.0,
    }
    return _space.as_measures(values, feasible)


def _outer(electrodes: Comb, collectors: Comb) -> Comb:
    """The comb that stands out, per design: the one with the smaller gap."""
    if np.all(np.asarray(electrodes.gap) <= np.asarray(collectors.gap)):
        return electrodes
    return collectors


def _in_metres(values: tuple[Any, Any], power: int) -> list[Any]:
    return [value * NANOMETRE**power for value in values]


def _narrowest(electrodes: Comb, collectors: Comb, package: Package) -> Any:
    """Smallest width of anything that conducts [nm]."""
    widths = [
        width
        for comb in (electrodes, collectors)
        for width in (comb.anode_width, comb.cathode_width, comb.anode_bus, comb.cathode_bus)
    ]
    neck = _package.neck_width(_outer(electrodes, collectors), package)
    return np.minimum.reduce(np.broadcast_arrays(*widths, neck, package.pad))


def _basin(outer: Comb, package: Package) -> Any:
    """Area of the electrolyte [m²]."""
    return (outer.width + 2 * package.rim) * (outer.length + 2 * package.rim) * NANOMETRE**2


def _metal(outer: Comb, collectors: Comb, recess: Any, package: Package) -> Any:
    """Area of the collectors under the electrolyte [m²], necks included."""
    necks = 2 * _package.neck_width(outer, package) * (package.rim + recess)
    return (sum(_comb.areas(collectors)) + necks) * NANOMETRE**2
