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

from fabplan.estimate import shape_numeric
from fabplan.estimate.constants import Array
from fabplan.estimate.designs import Fingers, Porous, Stacks
from fabplan.estimate.ladder import porous_electrode

_MOST_SOLVED, _SOLVED = 200, 40  # unequal pairs that are all solved; of more, about so many
_COVER_REACH = 0.4  # part of a half finger's width over which a deep cover carries current along


def parallel_cover(reach: Array, cover: Array) -> Array:
    """Depth of cover that conducts beside the fingers, reach·t/(t + reach) [m]."""
    return reach * cover / (cover + reach)


def covered_electrode(
    electrode: Porous, width: Array, fingers: Fingers, bare: Stacks, rise: ArrayLike = 1.0
) -> Porous:
    """A half finger as a planar electrode.

    B_k = eps_k^b + B_sep t_k/h with t_k = 0.4 W t/(t + 0.4 W), W = w/2; storage eps_k + eps_sep t/h;
    sigma (W/h)^2: electrons enter from the base, over h, where the planar model lets them enter
    from the back, over W, and both means agree. A finger that is r times as high as the lower one has r times the
    material beside each m2 of the lower one's side: a, storage and B times r, and sigma W^2/(r h^2).

    Parameters
    ----------
    electrode : properties of the finger's material, without cover
    width : of the whole finger [m]
    fingers : geometry
    bare : the cells, whose separator also fills the cover
    rise : r
    """
    tall = np.asarray(rise, dtype=np.float64)
    half, cover = 0.5 * width, np.maximum(fingers.lid - tall * fingers.height, 0.0)
    beside = parallel_cover(_COVER_REACH * half, cover) / fingers.height
    return replace(
        electrode,
        thickness=np.where(electrode.metal, 0.0, half),
        storage=tall * electrode.storage + bare.separator_storage * cover / fingers.height,
        transport=tall * electrode.transport + bare.separator_transport * beside,
        active_fraction=tall * electrode.active_fraction,
        conductivity=electrode.conductivity * (half / fingers.height) ** 2 / tall,
    )


def as_stacks(bare: Stacks, fingers: Fingers) -> Stacks:
    """Planar cells that stand for one gap of interdigital ones, per area of a finger's side.

    Parameters
    ----------
    bare : materials and conditions; thicknesses and ``scale`` are set here
    fingers : geometry
    """
    cover = fingers.lid - fingers.height
    reach = 0.5 * fingers.gap + 0.5 * np.minimum(fingers.anode_width, fingers.cathode_width)
    over_gap = parallel_cover(reach, cover) / fingers.height
    anode_rise, cathode_rise = fingers.rises
    return replace(
        bare,
        negative=covered_electrode(bare.negative, fingers.anode_width, fingers, bare, anode_rise),
        positive=covered_electrode(bare.positive, fingers.cathode_width, fingers, bare, cathode_rise),
        separator_thickness=fingers.gap,
        separator_storage=bare.separator_storage * (1.0 + cover / fingers.height),
        separator_transport=bare.separator_transport * (1.0 + over_gap) * uneven_gain(fingers),
        scale=fingers.height,
    )


def uneven_gain(fingers: Fingers) -> Array:
    """Conductance of a gap between fingers of unequal height over that between two of the lower one's height.

    By ``shape_numeric`` (some 0.1 s a cell); 1 where the heights are equal. Where there are very many, as when inputs
    are drawn, some are solved and ln(gain) is taken as linear in the logarithms of the geometry. Not held against
    discharges.
    """
    gain = np.ones_like(fingers.height)
    rows = np.flatnonzero(fingers.uneven)
    anode, cathode = (np.minimum(fingers.height * rise, fingers.lid) for rise in fingers.rises)
    lengths = np.stack([fingers.anode_width, fingers.cathode_width, anode, cathode, fingers.lid], axis=1)
    shape = lengths[rows] / fingers.gap[rows, None]
    solved = np.arange(len(rows)) if len(rows) <= _MOST_SOLVED else np.arange(0, len(rows), -(-len(rows) // _SOLVED))
    found = np.array([_solved_gain(*shape[place].tolist()) for place in solved])
    if len(solved) < len(rows):
        away = np.log(shape / shape.mean(axis=0))
        terms = np.concatenate([np.ones((len(rows), 1)), away], axis=1)
        found = np.exp(terms @ np.linalg.lstsq(terms[solved], np.log(found), rcond=1e-9)[0])
    gain[rows] = found
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

    Newman and Tobias (``ladder.porous_electrode``) on the planar cell that ``as_stacks`` makes of the fingers; against
    16 two-dimensional finite-element cases: median 0.3 %, worst 7.6 % (electronic and ionic paths both long).

    Parameters
    ----------
    fingers : geometry [n]
    conductivity : of the electrolyte in gap and cover [S/m]
    negative, positive : ionic and electronic effective conductivity [S/m] and a i0 F/(RT) [S/m3] of each finger
    """
    kappa = np.asarray(conductivity, dtype=np.float64)
    high, cover = fingers.height, fingers.lid - fingers.height
    reach = 0.5 * fingers.gap + 0.5 * np.minimum(fingers.anode_width, fingers.cathode_width)
    total = fingers.gap / (kappa * (1.0 + parallel_cover(reach, cover) / high))
    for width, side in ((fingers.anode_width, negative), (fingers.cathode_width, positive)):
        ionic, electronic, reaction = (np.asarray(part, dtype=np.float64) for part in side)
        half = 0.5 * width
        beside = kappa * parallel_cover(_COVER_REACH * half, cover) / high
        total = total + porous_electrode(half, ionic + beside, electronic * (half / high) ** 2, reaction)
    return np.asarray(total / high)
