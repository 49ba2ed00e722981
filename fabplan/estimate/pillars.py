"""Lattices of porous pillars as planar cells: anode pillars of radius r1 among cathode pillars of radius r2.

Per metre of height and per cathode pillar, with n cathode pillars for one of the anode, i the current per height:
an even reaction gives the mean drop i/(8 pi kappa B) in a cathode pillar, n i/(8 pi kappa B) in an anode one, and
i/(2 pi kappa B_s) (ln(d/r2) + n ln(d/r1) + k) between them (``shape_factors.line_charges``: a disc with an even flux is
a line to its neighbours). The planar cell has the area 2 pi r2 of the cathode pillar's side, the same volumes and the
same drops; electrons come along the height. What lies above and below the pillars is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fabplan.estimate.constants import Array
from fabplan.estimate.designs import Porous, Stacks
from fabplan.estimate.shape_factors import line_charges
from fabplan.estimate.shape_numeric import plan_area

CENTRE = 0.5  # of a round pillar, see ``Stacks.foot``: from the mean to the middle it falls as far as from side to mean


def as_stacks(
    bare: Stacks, lattices: Sequence[str], distance: Array, anode_radius: Array, cathode_radius: Array, height: Array
) -> Stacks:
    """Planar cells that stand for the pillars, per area of a cathode pillar's side.

    Parameters
    ----------
    bare : materials and conditions; thicknesses and ``scale`` are set here
    lattices : a key of ``shape_numeric.LATTICES`` each
    distance, anode_radius, cathode_radius, height : [n] [m]
    """
    lines = np.array([line_charges(name) for name in lattices])
    ratio, constant = lines[:, 0], lines[:, 1]
    side = 2.0 * np.pi * cathode_radius
    anode = np.pi * anode_radius**2 / ratio  # plan area per cathode pillar
    cathode = np.pi * cathode_radius**2
    free = np.array([plan_area(name) for name in lattices]) * distance**2 - anode - cathode
    drop = np.log(distance / cathode_radius) + ratio * np.log(distance / anode_radius) + constant
    between = free / side
    return replace(
        bare,
        negative=_electrode(bare.negative, anode, anode_radius, side, height, ratio),
        positive=_electrode(bare.positive, cathode, cathode_radius, side, height, np.ones_like(ratio)),
        separator_thickness=between,
        # L/B' of the planar cell over its area is drop/(2 pi B)
        separator_transport=bare.separator_transport * between / (cathode_radius * drop),
        scale=side,
        foot=np.full_like(side, CENTRE),
    )


def _electrode(bare: Porous, area: Array, radius: Array, side: Array, height: Array, share: Array) -> Porous:
    """The pillars of one kind; ``share``: of the cathode pillar's current that one of them carries."""
    thickness = area / side
    # thickness/(3 B') = side share/(8 pi B), and electrons height^2 share/(3 sigma pi r^2) = thickness/(3 sigma' side)
    transport = bare.transport * 8.0 * np.pi * thickness / (3.0 * side * share)
    conductivity = bare.conductivity * thickness * np.pi * radius**2 / (side * share * height**2)
    return replace(
        bare,
        thickness=np.where(bare.metal, 0.0, thickness),
        transport=np.where(bare.metal, bare.transport, transport),
        conductivity=np.where(bare.metal, bare.conductivity, conductivity),
        # metal reacts on its own side
        exchange_current=bare.exchange_current * np.where(bare.metal, 2.0 * np.pi * radius / (share * side), 1.0),
    )
