"""Interdigital cells as planar ones: cover above the fingers, electrons from a base collector.

The mapping and its measured accuracy stand in section 2h of the project's electrochemistry notes:
per gap, half an anode finger, the gap and half a cathode finger become electrode, separator and
electrode of a planar cell of the fingers' height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from fabplan.estimate import first_moment, shape_numeric
from fabplan.estimate.constants import Array, Index
from fabplan.estimate.cover import DEGREE, Paths, ionic_paths
from fabplan.estimate.designs import Fingers, Porous, Stacks
from fabplan.estimate.fitted import solved_or_fitted

_COVER_REACH = 0.4  # part of a half finger's width over which a deep cover carries current along


def parallel_cover(reach: Array, cover: Array) -> Array:
    """Depth of cover that conducts beside the fingers, reach·t/(t + reach) [m]."""
    return reach * cover / (cover + reach)


def covered_electrode(electrode: Porous, width: Array, rise: Array, transport: Array, fingers: Fingers) -> Porous:
    """A half finger as a planar electrode, storage without cover.

    sigma (W/h)^2 with W = w/2: electrons enter from the base, over h, where the planar model lets them enter
    from the back, over W, and both means agree. A finger that is r times as high as the lower one has r times the
    material beside each m2 of the lower one's side: a and storage times r, and sigma W^2/(r h^2).

    Parameters
    ----------
    electrode : properties of the finger's material, without cover
    width : of the whole finger [m]
    rise : r
    transport : B with the cover
    fingers : geometry
    """
    half = 0.5 * width
    return replace(
        electrode,
        thickness=np.where(electrode.metal, 0.0, half),
        storage=rise * electrode.storage,
        transport=transport,
        active_fraction=rise * electrode.active_fraction,
        conductivity=electrode.conductivity * (half / fingers.height) ** 2 / rise,
    )


def covered_transports(
    fingers: Fingers, negative: Array, separator: Array, positive: Array, paths: Paths
) -> tuple[Array, Array, Array]:
    """B of anode, gap and cathode of the planar cell whose drops are those under the cover.

    Fingers of unequal height: the material times r, and the cover beside it as conductors side by side,
    B_k + B_sep t_k/h with t_k = 0.4 W t/(t + 0.4 W), W = w/2, and B_sep (1 + t_g/h) times ``uneven_gain``.

    Parameters
    ----------
    negative, separator, positive : B without cover; infinite for metal
    paths : of ``cover.ionic_paths``

    Returns
    -------
    dimensionless [n] each.
    """
    halves = 0.5 * fingers.anode_width, 0.5 * fingers.cathode_width
    across = fingers.gap
    found = halves[0] / (3.0 * paths.anode), across / paths.gap, halves[1] / (3.0 * paths.cathode)
    if not fingers.uneven.any():
        return found
    reach = 0.5 * across + np.minimum(*halves)
    beside = parallel_cover(reach, fingers.lid - fingers.height) / fingers.height
    electrodes = [
        rise * bare
        + separator
        * parallel_cover(_COVER_REACH * half, np.maximum(fingers.lid - rise * fingers.height, 0.0))
        / fingers.height
        for bare, half, rise in zip((negative, positive), halves, fingers.rises, strict=True)
    ]
    other = electrodes[0], separator * (1.0 + beside) * uneven_gain(fingers), electrodes[1]
    first, gap, second = (np.where(fingers.uneven, one, even) for one, even in zip(other, found, strict=True))
    return first, gap, second


def as_stacks(bare: Stacks, fingers: Fingers, degree: int = DEGREE) -> Stacks:
    """Planar cells that stand for one gap of interdigital ones, per area of a finger's side.

    The salt in the cover belongs to what it stands above.

    Parameters
    ----------
    bare : materials and conditions; thicknesses and ``scale`` are set here
    fingers : geometry
    degree : of ``cover.ionic_paths``
    """
    sides = bare.negative, bare.positive
    widths = fingers.anode_width, fingers.cathode_width
    anode, cathode = (np.where(side.metal, np.inf, side.transport) for side in sides)
    paths = ionic_paths(fingers, anode, bare.separator_transport, cathode, degree)
    transports = covered_transports(fingers, anode, bare.separator_transport, cathode, paths)
    made = []
    for side, width, rise, transport in zip(sides, widths, fingers.rises, transports[::2], strict=True):
        one = covered_electrode(side, width, rise, np.where(side.metal, side.transport, transport), fingers)
        over = bare.separator_storage * np.maximum(fingers.lid / fingers.height - rise, 0.0)
        made.append(replace(one, storage=one.storage + over))
    return replace(
        bare,
        negative=made[0],
        positive=made[1],
        separator_thickness=fingers.gap,
        separator_storage=bare.separator_storage * fingers.lid / fingers.height,
        separator_transport=transports[1],
        scale=fingers.height,
        foot=paths.foot / paths.cathode - 0.5,
    )


def uneven_gain(fingers: Fingers) -> Array:
    """Conductance of a gap between fingers of unequal height over that between two of the lower one's height.

    By ``shape_numeric`` (some 0.1 s a cell); 1 where the heights are equal. Where there are very many, as when inputs
    are drawn, some are solved (``fitted``). Not held against discharges.

    Returns
    -------
    dimensionless, at least 1 [n].
    """
    gain = np.ones_like(fingers.height)
    rows = np.flatnonzero(fingers.uneven)
    anode, cathode = (np.minimum(fingers.height * rise, fingers.lid) for rise in fingers.rises)
    lengths = np.stack([fingers.anode_width, fingers.cathode_width, anode, cathode, fingers.lid], axis=1)
    shape = lengths[rows] / fingers.gap[rows, None]

    def solve(some: Index) -> Array:
        return np.array([[_solved_gain(*row)] for row in shape[some].tolist()])

    if len(rows):
        gain[rows] = solved_or_fitted(shape, solve)[:, 0]
    return gain


def _solved_gain(anode_width: float, cathode_width: float, anode: float, cathode: float, lid: float) -> float:
    """Of one geometry in units of its gap."""
    low = min(anode, cathode)
    uneven = shape_numeric.fingers(anode_width, cathode_width, 1.0, anode, cathode, lid)
    return uneven.value / shape_numeric.fingers(anode_width, cathode_width, 1.0, low, low, lid).value


def finger_pair_resistance(
    fingers: Fingers, conductivity: ArrayLike, negative: Sequence[ArrayLike], positive: Sequence[ArrayLike]
) -> Array:
    """First-moment resistance of one gap between porous fingers on base collectors, times their length [ohm m].

    ``first_moment.paths``; against 16 two-dimensional finite-element cases within 0.1 %.

    Parameters
    ----------
    fingers : geometry [n]
    conductivity : of the electrolyte in gap and cover [S/m]
    negative, positive : ionic and electronic effective conductivity [S/m] and a i0 F/(RT) [S/m3] of each finger
    """
    kappa = np.asarray(conductivity, dtype=np.float64)
    anode, cathode = (
        first_moment.Finger(*(np.asarray(part, dtype=np.float64) / kappa for part in side))
        for side in (negative, positive)
    )
    found = first_moment.paths(fingers, anode, np.ones_like(kappa), cathode)
    return np.asarray(sum(found) / (kappa * fingers.height))
