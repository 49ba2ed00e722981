"""Whether a nozzle clears what the other heads of its own program have printed before."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from fabplan.catalog.types import Nozzle
from fabplan.findings import Finding, Severity
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.moves import heads_of, moves, wet_points
from fabplan.layout.types import Toolpath


def closest_passes(path: Toolpath) -> list[tuple[int, float, float]]:
    """Nearest passes beside standing filaments of other heads: (head, rise, distance) [m].

    The rise is how much higher than the nozzle tip the standing filament ends, the distance that between
    the middles of both filaments; the smallest for each head and rise.
    """
    points, starts = wet_points(moves(path))
    lines = shapely.linestrings(
        points[:, :2].astype(np.float64), indices=np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    )
    height = points[starts[:-1], 2]
    heads = heads_of(path)[1]
    # consecutive filaments of one head at one height see the same standing ones
    block = np.concatenate([[0], np.cumsum((np.diff(heads) != 0) | (np.diff(height) != 0))])
    found: dict[tuple[int, int], float] = {}
    for number in range(1, int(block[-1]) + 1):
        mine = np.flatnonzero(block == number)
        head, z = int(heads[mine[0]]), int(height[mine[0]])
        standing = np.flatnonzero((block < number) & (heads != head) & (height >= z) & (path.layer_of > 0))
        if path.layer_of[mine[0]] == 0:
            continue
        for top in np.unique(height[standing]):
            tree = shapely.STRtree(lines[standing[height[standing] == top]])
            _, distance = tree.query_nearest(lines[mine], return_distance=True, all_matches=False)
            key = head, int(top) - z
            found[key] = min(found.get(key, math.inf), float(distance.min()))
    return [(head, rise * NANOMETRE, distance * NANOMETRE) for (head, rise), distance in sorted(found.items())]


def collision_findings(path: Toolpath, nozzles: Sequence[Nozzle | None]) -> tuple[Finding, ...]:
    """Nozzles against the walls that the other heads of the same program have printed.

    Parameters
    ----------
    path : of several heads
    nozzles : of each head, in the order of ``path.heads``; None when the machine lists none

    Notes
    -----
    As in `fabplan.layout.toolpaths.clearance`: r + h tan(a) must not exceed the distance to the near side of the
    standing bead, with r the outer radius at the tip, a the half angle of its cone and h the rise.
    """
    result = []
    for head, rise, distance in closest_passes(path):
        room = distance - path.bead_width / 2
        nozzle = nozzles[head]
        outer, cone = (nozzle.outer_diameter, nozzle.cone_half_angle) if nozzle else (None, None)
        tool = heads_of(path)[0][head].tool
        if outer is None or outer.value is None or cone is None or cone.value is None:
            text = (
                f"head {tool} passes {_um(room)} beside a wall {_um(rise)} above its tip: measure the nozzle's outside"
            )
            result.append(Finding("nozzle-clearance", "warning", path.name, text, None, room, "m"))
            continue
        needed = outer.value / 2 + rise * math.tan(math.radians(cone.value))
        if needed > room + NANOMETRE / 2:
            severity: Severity = "warning" if "low" in (outer.confidence, cone.confidence) else "error"
            text = (
                f"head {tool} needs {_um(needed)} beside the middle of its bead and has {_um(room)} to the wall "
                "that another head printed before"
            )
            change = f"widen the gap by {_um(needed - room)}, or take a slimmer nozzle"
            result.append(Finding("nozzle-clearance", severity, path.name, text, needed, room, "m", change))
    return tuple(result)


def _um(metres: float) -> str:
    return f"{metres * 1e6:.4g} um"
