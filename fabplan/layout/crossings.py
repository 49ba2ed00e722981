"""Where a nozzle passes through what stands: moves of a program against what the same program printed before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.layout.types import Array

SAME = 1e-4  # heights that differ by less are one height, in the unit of the places


@dataclass(frozen=True)
class Crossing:
    """A move that meets something standing.

    Parameters
    ----------
    move, standing : numbers of both moves
    rise : how much higher than the nozzle tip the standing one ends
    distance : between the middles of both
    needed : distance that the nozzle needs
    """

    move: int
    standing: int
    rise: float
    distance: float
    needed: float


def crossings(
    starts: Array,
    ends: Array,
    wet: NDArray[np.bool_],
    half_bead: float | Array = 0.0,
    tip: float | Array = 0.0,
    cone: float | Array = 0.0,
    head: NDArray[np.int64] | None = None,
) -> list[Crossing]:
    """The worst meeting of every move that passes through, or too near to, something printed before it.

    Parameters
    ----------
    starts, ends : of N moves, shape (N, 3), in one unit
    wet : which of them print, shape (N,)
    half_bead : half width of what each move prints, same unit; these three for all or each, shape (N,)
    tip : outer radius of the nozzle at its tip, same unit; 0 for its middle alone
    cone : half angle of the nozzle's outer cone [rad]
    head : that makes each move, shape (N,); what another one printed counts at the nozzle's own height too

    Notes
    -----
    A nozzle at height z needs ``tip + h tan(cone) + half_bead`` to the middle of what ends h above z
    (`fabplan.layout.toolpaths.clearance`).
    """
    known = np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
    across = known & (starts[:, :2] != ends[:, :2]).any(axis=1)
    height, low = ends[:, 2], np.minimum(starts[:, 2], ends[:, 2])
    printed = across & wet
    top = np.maximum.accumulate(np.where(printed, height, -np.inf))
    top = np.concatenate([[-np.inf], top[:-1]])
    group = np.zeros(len(starts), np.int64) if head is None else head
    level = SAME if group.min() < group.max() else -SAME  # how far below its own height a nozzle meets nothing
    movers, standers = np.flatnonzero(across & (low < top + level)), np.flatnonzero(printed)
    if not len(movers):
        return []
    lines = shapely.linestrings(np.stack([starts[:, :2], ends[:, :2]], axis=1)[across])
    row = np.cumsum(across) - 1
    beads, tips, cones = (np.broadcast_to(np.asarray(v, np.float64), len(starts)) for v in (half_bead, tip, cone))
    slopes = np.tan(cones)
    highest = np.maximum(top[movers] - low[movers], 0.0)
    reach = tips[movers] + highest * slopes[movers] + float(beads[standers].max()) * (tips[movers] > 0)
    tree = shapely.STRtree(lines[row[standers]])
    a, b = tree.query(lines[row[movers]], predicate="dwithin", distance=np.maximum(reach, 1e-9))
    a, b = movers[a], standers[b]
    rise = height[b] - low[a]
    beside = (group[a] != group[b]) & (np.abs(rise) <= SAME) & (tips[a] > 0)
    kept = (b < a) & ((rise > SAME) | beside)
    a, b, rise = a[kept], b[kept], rise[kept]
    distance = shapely.distance(lines[row[a]], lines[row[b]])
    needed = tips[a] + rise * slopes[a] + beads[b] * (tips[a] > 0)
    hit = distance <= np.maximum(needed - 1e-6, 0.0)
    a, b, rise, distance, needed = (values[hit] for values in (a, b, rise, distance, needed))
    order = np.lexsort((distance - needed, a))
    first = order[np.unique(a[order], return_index=True)[1]]
    return [
        Crossing(int(a[k]), int(b[k]), float(rise[k]), float(distance[k]), float(needed[k])) for k in first.tolist()
    ]
