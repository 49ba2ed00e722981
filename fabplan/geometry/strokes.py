"""Lines with a width as areas: flat ends, mitred corners."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.region import Region
from fabplan.geometry.shapes import MITRE_LIMIT, from_shapely


def stroke(points: NDArray[np.float64], width: float, is_closed: bool) -> Region:
    """Area within half the width of a line, its ends cut off square; what lies inside a ring stays free.

    Parameters
    ----------
    points : shape (N, 2) [nm]; a ring does not repeat its first point
    width : [nm]
    """
    if is_closed:
        ring = shapely.LinearRing(points)
        return from_shapely(shapely.buffer(ring, width / 2, join_style="mitre", mitre_limit=MITRE_LIMIT))
    line = shapely.LineString(points)
    return from_shapely(shapely.buffer(line, width / 2, cap_style="flat", join_style="mitre", mitre_limit=MITRE_LIMIT))
