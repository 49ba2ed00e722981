"""Geometries of a size search: one array per length."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from fabplan.estimate.constants import Array


@dataclass(frozen=True)
class InterdigitalGeometry:
    """Interdigital designs, [n] each or one for all [m].

    Parameters
    ----------
    anode_width, cathode_width, gap, height : of fingers
    lid : height of the electrolyte above the floor, at least ``height``
    contact_resistance : collectors and bus, per gap, times finger length [ohm m]
    """

    anode_width: ArrayLike
    cathode_width: ArrayLike
    gap: ArrayLike
    height: ArrayLike
    lid: ArrayLike
    contact_resistance: ArrayLike = 0.0


@dataclass(frozen=True)
class StackGeometry:
    """Planar porous designs, [n] each or one for all [m]; contact in ohm m2."""

    anode_thickness: ArrayLike
    cathode_thickness: ArrayLike
    separator_thickness: ArrayLike
    contact_resistance: ArrayLike = 0.0


@dataclass(frozen=True)
class FilmGeometry:
    """Thin-film designs, [n] each or one for all [m]; contact in ohm m2.

    Parameters
    ----------
    anode_thickness, cathode_thickness, electrolyte_thickness : of the films
    core_radius : of the wire under the cathode; infinite for planar cells
    """

    anode_thickness: ArrayLike
    cathode_thickness: ArrayLike
    electrolyte_thickness: ArrayLike
    core_radius: ArrayLike = np.inf
    contact_resistance: ArrayLike = 0.0


def broadcast(
    geometry: InterdigitalGeometry | StackGeometry | FilmGeometry, c_rate: ArrayLike
) -> tuple[dict[str, Array], Array]:
    """All fields and the rates at one length [n]."""
    names = [field.name for field in fields(geometry)]
    columns = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(getattr(geometry, name), dtype=np.float64)) for name in names),
        np.asarray(c_rate, dtype=np.float64),
    )
    return dict(zip(names, columns[:-1], strict=True)), columns[-1]
